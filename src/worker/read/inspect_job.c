#include "worker/read/task.h"

#include <string.h>

#include "common/util/bytes.h"
#include "worker/pki/container.h"
#include "worker/pki/item_fact.h"
#include "worker/pki/x509.h"

/* The bytes of an object and, of a certificate, its fact: each once. */
static void send_bytes(const Task *task, const Item *item, GHashTable *seen)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    char *sha256 = bytes_sha256(data, size);
    if (!g_hash_table_contains(seen, sha256)) {
        task_bytes_facts(task, sha256, data, size);
        if (item->kind == ITEM_CERTIFICATE)
            task_answer(task, x509_fact(data, size));
    }
    g_hash_table_add(seen, sha256);
}

static void send_objects(const Task *task, const Container *container)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < container->objects->len; i++) {
        const Item *item = g_ptr_array_index(container->objects, i);
        json_t *fact = item_fact(item);
        if (json_object_get(fact, "sha256"))
            send_bytes(task, item, seen);
        task_copy(fact, task->job, "file");
        json_object_set_new(fact, "index", json_integer((json_int_t)i + 1));
        task_answer(task, fact);
    }
}

static void set_string(json_t *fact, const char *member, const char *value)
{
    if (value)
        json_object_set_new(fact, member, json_string(value));
}

static void add_encryptions(json_t *fact, const Container *container)
{
    json_t *list = json_array();
    for (guint i = 0; i < container->encryptions->len; i++)
        json_array_append_new(list, json_string(container->encryptions->pdata[i]));
    if (json_array_size(list))
        json_object_set_new(fact, "encryption", list);
    else
        json_decref(list);
}

static void add_remarks(json_t *fact, const Container *container)
{
    const struct {
        bool holds;
        const char *code;
    } remarks[] = {
        {container->old_encryption, "file-encryption-old"},
        {container->old_mac, "file-mac-old"},
        {container->mac_wrong, "file-mac-wrong"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(remarks); i++)
        if (remarks[i].holds)
            json_array_append_new(list, json_string(remarks[i].code));
    if (json_array_size(list))
        json_object_set_new(fact, "remarks", list);
    else
        json_decref(list);
}

static void send_file(const Task *task, const Container *container, gsize size)
{
    json_t *fact = fact_new(FACT_FILE);
    bool nothing = container->objects->len == 0;
    task_copy(fact, task->job, "file");
    task_copy(fact, task->job, "path");
    json_object_set_new(fact, "size", json_integer((json_int_t)size));
    set_string(fact, "form", container->form);
    json_object_set_new(fact, "objects", json_integer(container->objects->len));
    if (container->broken)
        json_object_set_new(fact, "broken", json_integer(container->broken));
    if (container->cut)
        json_object_set_new(fact, "cut", json_integer(container->cut));
    set_string(fact, "reason",
               container->reason || !nothing || container->password ? container->reason
                                                                    : "file-holds-nothing");
    set_string(fact, "password", container->password);
    set_string(fact, "mac", container->mac);
    add_encryptions(fact, container);
    add_remarks(fact, container);
    task_answer(task, fact);
}

void inspect_job(const Task *task)
{
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(task->job, "base64"));
    gsize size = 0;
    const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    g_autoptr(Container) container =
        container_read(data, size, fact_string(task->job, "password", NULL));
    bool empty = !container->objects->len && !container->form;
    if (empty && fact_bool(task->job, "quiet", FALSE))
        return;
    send_objects(task, container);
    send_file(task, container, size);
}
