#include "worker/read/task.h"

static GPtrArray *decode_all(const json_t *list)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t i;
    json_t *base64;
    json_array_foreach(list, i, base64)
    {
        GBytes *bytes = task_bytes(base64);
        g_ptr_array_add(all, bytes ? bytes : g_bytes_new(NULL, 0));
    }
    return all;
}

/* One verdict a store; that of the store that counts is given back. */
static json_t *judge_all(const Task *task, Chain *chain, const Question *question)
{
    const GPtrArray *stores = task->read->stores;
    json_t *first = NULL;
    for (guint i = 0; i < stores->len; i++) {
        json_t *verdict = verify_chain(g_ptr_array_index(stores, i), chain, question);
        task_copy(verdict, task->job, "endpoint");
        task_copy(verdict, task->job, "connection");
        task_copy(verdict, task->job, "asked");
        json_object_set_new(verdict, "primary", json_boolean(i == 0));
        if (i == 0)
            first = json_incref(verdict);
        task_answer(task, verdict);
    }
    return first;
}

void verify_job(const Task *task)
{
    const json_t *certificates = json_object_get(task->job, "certificates");
    const json_t *time = json_object_get(task->job, "time");
    if (!json_is_array(certificates) || !json_is_number(time)) {
        task_refuse(task, "verify: certificates and time are needed");
        return;
    }
    g_autoptr(GPtrArray) sent = decode_all(certificates);
    g_autoptr(GPtrArray) session = decode_all(json_object_get(task->job, "session"));
    g_autoptr(GPtrArray) extra = decode_all(json_object_get(task->job, "extra"));
    g_autoptr(Chain) chain = chain_new(sent, session, extra);
    Question question = {.name = fact_string(task->job, "name", NULL),
                         .time = (gint64)json_number_value(time)};
    g_autoptr(json_t) verdict = judge_all(task, chain, &question);
    status_answer(task, chain);
    dane_job(task, sent, verdict);
}
