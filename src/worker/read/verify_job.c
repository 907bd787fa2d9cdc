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

void verify_job(const Task *task)
{
    const json_t *certificates = json_object_get(task->job, "certificates");
    const json_t *time = json_object_get(task->job, "time");
    if (!json_is_array(certificates) || !json_is_number(time)) {
        task_refuse(task, "verify: certificates and time are needed");
        return;
    }
    g_autoptr(GPtrArray) ders = decode_all(certificates);
    json_t *verdict = verify_chain(task->read->store, ders, fact_string(task->job, "name", NULL),
                                   (gint64)json_number_value(time));
    task_copy(verdict, task->job, "endpoint");
    task_copy(verdict, task->job, "connection");
    task_answer(task, json_incref(verdict));
    dane_job(task, ders, verdict);
    json_decref(verdict);
}
