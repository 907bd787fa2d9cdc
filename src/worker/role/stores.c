#include "worker/role/stores.h"

#include <gnutls/x509.h>

static void take_all(Store *store, gnutls_x509_trust_list_t list)
{
    gnutls_x509_trust_list_iter_t iterator = NULL;
    gnutls_x509_crt_t certificate;
    while (gnutls_x509_trust_list_iter_get_ca(list, &iterator, &certificate) == 0) {
        gnutls_datum_t der;
        if (gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der) == 0) {
            g_autoptr(GBytes) bytes = g_bytes_new(der.data, der.size);
            store_add(store, bytes);
            gnutls_free(der.data);
        }
        gnutls_x509_crt_deinit(certificate);
    }
    gnutls_x509_trust_list_iter_deinit(iterator);
}

static char *load_system(Store *store)
{
    gnutls_x509_trust_list_t list;
    if (gnutls_x509_trust_list_init(&list, 0) < 0)
        return g_strdup("no memory for the trust store");
    int count = gnutls_x509_trust_list_add_system_trust(list, 0, 0);
    take_all(store, list);
    gnutls_x509_trust_list_deinit(list, 1);
    if (store_count(store))
        return NULL;
    return g_strdup_printf(
        "the system's trust store has no certificates: %s (Debian: install ca-certificates)",
        count < 0 ? gnutls_strerror(count) : "it is empty");
}

static char *load_file(Store *store, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size = 0;
    if (!g_file_get_contents(file, &bytes, &size, &error))
        return g_strdup(error->message);
    if (store_add_file(store, (const uint8_t *)bytes, size))
        return NULL;
    return g_strdup_printf("%s: no certificate in it; PEM or DER is expected", file);
}

static void free_store(void *store)
{
    store_free(store);
}

GPtrArray *stores_load(const RoleOptions *options, StoresComplaint complain, void *data)
{
    GPtrArray *stores = g_ptr_array_new_with_free_func(free_store);
    const char *file = options->ca_file;
    Store *store = store_new(file ? file : "system", file ? STORE_GIVEN : STORE_PUBLIC);
    g_autofree char *what = file ? load_file(store, file) : load_system(store);
    if (what)
        complain(data, what);
    g_ptr_array_add(stores, store);
    return stores;
}
