#include "worker/pki/store.h"

#include "worker/pki/container.h"
#include "worker/pki/jks.h"

struct Store {
    char *name;
    StoreKind kind;
    GPtrArray *nodes;       /* Node, owned */
    GHashTable *by_subject; /* GBytes to GPtrArray of Node */
    GHashTable *by_hash;    /* sha256 to Node */
};

static void free_node(void *node)
{
    node_free(node);
}

static void free_list(void *list)
{
    g_ptr_array_unref(list);
}

Store *store_new(const char *name, StoreKind kind)
{
    Store *store = g_new0(Store, 1);
    store->name = g_strdup(name);
    store->kind = kind;
    store->nodes = g_ptr_array_new_with_free_func(free_node);
    store->by_subject = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL, free_list);
    store->by_hash = g_hash_table_new(g_str_hash, g_str_equal);
    return store;
}

Node *store_add(Store *store, GBytes *der)
{
    Node *node = node_new(der);
    Node *known = g_hash_table_lookup(store->by_hash, node->sha256);
    if (known) {
        node_free(node);
        return known;
    }
    g_ptr_array_add(store->nodes, node);
    g_hash_table_insert(store->by_hash, node->sha256, node);
    GPtrArray *same = g_hash_table_lookup(store->by_subject, node->subject);
    if (!same) {
        same = g_ptr_array_new();
        g_hash_table_insert(store->by_subject, node->subject, same);
    }
    g_ptr_array_add(same, node);
    return node;
}

guint store_add_file(Store *store, const uint8_t *bytes, size_t size)
{
    g_autoptr(Container) container = container_read(bytes, size, NULL);
    g_autoptr(GPtrArray) all = container_certificates(container);
    for (guint i = 0; i < all->len; i++)
        store_add(store, all->pdata[i]);
    return all->len;
}

guint store_add_jks(Store *store, const uint8_t *bytes, size_t size)
{
    g_autoptr(GPtrArray) certificates = jks_certificates(bytes, size);
    for (guint i = 0; i < certificates->len; i++)
        store_add(store, g_ptr_array_index(certificates, i));
    return certificates->len;
}

const char *store_name(const Store *store)
{
    return store->name;
}

StoreKind store_kind(const Store *store)
{
    return store->kind;
}

guint store_count(const Store *store)
{
    return store->nodes->len;
}

Node *store_find(const Store *store, const char *sha256)
{
    return g_hash_table_lookup(store->by_hash, sha256);
}

const GPtrArray *store_by_subject(const Store *store, GBytes *subject)
{
    return g_hash_table_lookup(store->by_subject, subject);
}

void store_free(Store *store)
{
    if (!store)
        return;
    g_hash_table_unref(store->by_subject);
    g_hash_table_unref(store->by_hash);
    g_ptr_array_unref(store->nodes);
    g_free(store->name);
    g_free(store);
}
