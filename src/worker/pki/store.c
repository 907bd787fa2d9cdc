#include <gnutls/x509.h>

#include "worker/pki/node.h"
#include "worker/pki/pem.h"
#include "worker/pki/verify.h"

static void free_node(void *node)
{
    node_free(node);
}

static void free_list(void *list)
{
    g_ptr_array_unref(list);
}

Store *store_new_empty(const char *name)
{
    Store *store = g_new0(Store, 1);
    store->name = g_strdup(name);
    store->nodes = g_ptr_array_new_with_free_func(free_node);
    store->by_subject = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL, free_list);
    store->by_hash = g_hash_table_new(g_str_hash, g_str_equal);
    return store;
}

static void add(Store *store, GBytes *der)
{
    Node *node = node_new(der);
    if (g_hash_table_contains(store->by_hash, node->sha256)) {
        node_free(node);
        return;
    }
    node->stored = true;
    g_ptr_array_add(store->nodes, node);
    g_hash_table_insert(store->by_hash, node->sha256, node);
    GPtrArray *same = g_hash_table_lookup(store->by_subject, node->subject);
    if (!same) {
        same = g_ptr_array_new();
        g_hash_table_insert(store->by_subject, node->subject, same);
    }
    g_ptr_array_add(same, node);
}

static void add_all(Store *store, gnutls_x509_trust_list_t list)
{
    gnutls_x509_trust_list_iter_t iterator = NULL;
    gnutls_x509_crt_t certificate;
    while (gnutls_x509_trust_list_iter_get_ca(list, &iterator, &certificate) == 0) {
        gnutls_datum_t der;
        if (gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der) == 0) {
            g_autoptr(GBytes) bytes = g_bytes_new(der.data, der.size);
            add(store, bytes);
            gnutls_free(der.data);
        }
        gnutls_x509_crt_deinit(certificate);
    }
    gnutls_x509_trust_list_iter_deinit(iterator);
}

Store *store_new_system(GError **error)
{
    gnutls_x509_trust_list_t list;
    if (gnutls_x509_trust_list_init(&list, 0) < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOMEM, "no memory for the trust store");
        return NULL;
    }
    int count = gnutls_x509_trust_list_add_system_trust(list, 0, 0);
    Store *store = store_new_empty("system");
    add_all(store, list);
    gnutls_x509_trust_list_deinit(list, 1);
    if (store->nodes->len)
        return store;
    g_set_error(
        error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
        "the system's trust store has no certificates: %s (Debian: install ca-certificates)",
        count < 0 ? gnutls_strerror(count) : "it is empty");
    store_free(store);
    return NULL;
}

Store *store_new_file(const char *file, const uint8_t *bytes, size_t size, GError **error)
{
    Store *store = store_new_empty(file);
    Pem pem = pem_read(bytes, size);
    for (guint i = 0; i < pem.certificates->len; i++)
        add(store, g_ptr_array_index(pem.certificates, i));
    pem_clear(&pem);
    if (store->nodes->len)
        return store;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s: no certificate in it; PEM or DER is expected", file);
    store_free(store);
    return NULL;
}

guint store_count(const Store *store)
{
    return store->nodes->len;
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
