#include "worker/read/task.h"

#include <string.h>

#include "common/util/bytes.h"
#include "worker/pki/pem.h"
#include "worker/pki/x509.h"

/* Each certificate once, its bytes and then its fact. The list of them all, in the file's order. */
static json_t *send_certificates(const Task *task, const GPtrArray *certificates)
{
    json_t *list = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < certificates->len; i++) {
        GBytes *der = g_ptr_array_index(certificates, i);
        gsize size;
        const uint8_t *data = g_bytes_get_data(der, &size);
        char *sha256 = bytes_sha256(data, size);
        json_array_append_new(list, json_string(sha256));
        if (!g_hash_table_contains(seen, sha256)) {
            g_autoptr(GPtrArray) parts = fact_bytes(sha256, data, size);
            for (guint part = 0; part < parts->len; part++)
                task->reply(task->data, g_ptr_array_index(parts, part));
            task_answer(task, x509_fact(data, size));
        }
        g_hash_table_add(seen, sha256);
    }
    return list;
}

static json_t *labels(const Pem *pem)
{
    json_t *list = json_array();
    for (guint i = 0; i < pem->others->len; i++) {
        const char *label = g_ptr_array_index(pem->others, i);
        json_array_append_new(list, fact_text(label, MIN(strlen(label), (size_t)LIMIT_VALUE)));
    }
    return list;
}

static void send_file(const Task *task, const Pem *pem)
{
    json_t *certificates = send_certificates(task, pem->certificates);
    json_t *chain = fact_new(FACT_CHAIN);
    task_copy(chain, task->job, "endpoint");
    task_copy(chain, task->job, "connection");
    json_object_set_new(chain, "certificates", certificates);
    json_object_set_new(chain, "form", json_string(pem->der ? "der" : "pem"));
    if (pem->others->len)
        json_object_set_new(chain, "others", labels(pem));
    if (pem->broken)
        json_object_set_new(chain, "broken", json_integer(pem->broken));
    if (pem->cut)
        json_object_set_new(chain, "cut", json_integer(pem->cut));
    if (json_object_get(task->job, "endpoint"))
        task->reply(task->data, chain);
    json_decref(chain);
}

static void send_no_certificate(const Task *task, const Pem *pem)
{
    json_t *fact = fact_new(FACT_ERROR);
    task_copy(fact, task->job, "endpoint");
    json_object_set_new(fact, "code", json_string("no-certificate"));
    json_t *args = json_pack("{s:s}", "file", fact_string(task->job, "file", ""));
    json_object_set_new(args, "others", labels(pem));
    json_object_set_new(args, "broken", json_integer(pem->broken));
    json_object_set_new(fact, "args", args);
    task_answer(task, fact);
}

void inspect_job(const Task *task)
{
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(task->job, "base64"));
    gsize size = 0;
    const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    Pem pem = pem_read(data, size);
    if (pem.certificates->len)
        send_file(task, &pem);
    else
        send_no_certificate(task, &pem);
    pem_clear(&pem);
}
