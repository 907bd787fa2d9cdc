#include "worker/read/task.h"

#include <string.h>

#include "worker/pki/container.h"
#include "worker/pki/x509.h"

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

/* Certificates that were fetched stand in files, which may hold several. */
static GPtrArray *decode_files(const json_t *list)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t i;
    json_t *base64;
    json_array_foreach(list, i, base64)
    {
        g_autoptr(GBytes) bytes = task_bytes(base64);
        gsize size = 0;
        const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
        g_autoptr(Container) file = container_read(data, size, NULL);
        for (guint k = 0; k < file->objects->len && all->len < LIMIT_CERTIFICATES; k++) {
            const Item *item = g_ptr_array_index(file->objects, k);
            if (item->kind == ITEM_CERTIFICATE)
                g_ptr_array_add(all, g_bytes_ref(item->bytes));
        }
    }
    return all;
}

static const Node *find_node(const Task *task, const Chain *chain, const char *sha256)
{
    for (guint i = 0; i < chain->nodes->len; i++) {
        const Node *node = g_ptr_array_index(chain->nodes, i);
        if (strcmp(node->sha256, sha256) == 0)
            return node;
    }
    return store_find(g_ptr_array_index(task->read->stores, 0), sha256);
}

/* What of the chosen path was not sent is not in the stream yet. */
static void tell_found(const Task *task, const Chain *chain, const json_t *verdict)
{
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(verdict, "path"), i, step)
    {
        const char *sha256 = fact_string(step, "sha256", "");
        const Node *node = find_node(task, chain, sha256);
        if (!node || strcmp(fact_string(step, "from", ""), "sent") == 0)
            continue;
        gsize size = 0;
        const uint8_t *data = g_bytes_get_data(node->cert->bytes, &size);
        task_bytes_facts(task, sha256, data, size);
        task_answer(task, x509_fact(data, size));
    }
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
    g_autoptr(GPtrArray) extra = decode_files(json_object_get(task->job, "extra"));
    g_autoptr(Chain) chain = chain_new(sent, session, extra);
    Question question = {.name = fact_string(task->job, "name", NULL),
                         .time = (gint64)json_number_value(time)};
    g_autoptr(json_t) verdict = judge_all(task, chain, &question);
    if (fact_bool(task->job, "found", FALSE))
        tell_found(task, chain, verdict);
    status_answer(task, chain);
    dane_job(task, sent, verdict);
}
