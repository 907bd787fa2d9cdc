#include "worker/role/stores.h"

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

#include "worker/role/mozilla.h"

#define JAVA_STORE    "/etc/ssl/certs/java/cacerts"
#define JAVA_PASSWORD "changeit"

enum { STORE_FILES = 4096 }; /* of a folder */

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

/* One bag of a PKCS #12 file; those of keys are not opened. */
static void take_bag(Store *store, gnutls_pkcs12_bag_t bag)
{
    if (gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED &&
        gnutls_pkcs12_bag_decrypt(bag, JAVA_PASSWORD) < 0)
        return;
    int count = gnutls_pkcs12_bag_get_count(bag);
    for (int i = 0; i < count; i++) {
        gnutls_datum_t der;
        if (gnutls_pkcs12_bag_get_type(bag, (unsigned)i) != GNUTLS_BAG_CERTIFICATE ||
            gnutls_pkcs12_bag_get_data(bag, (unsigned)i, &der) < 0)
            continue;
        g_autoptr(GBytes) bytes = g_bytes_new(der.data, der.size);
        store_add(store, bytes);
    }
}

static void take_pkcs12(Store *store, const uint8_t *bytes, size_t size)
{
    gnutls_pkcs12_t file;
    gnutls_datum_t der = {.data = (unsigned char *)bytes, .size = (unsigned)size};
    if (gnutls_pkcs12_init(&file) < 0)
        return;
    bool more = gnutls_pkcs12_import(file, &der, GNUTLS_X509_FMT_DER, 0) == 0;
    for (int i = 0; more; i++) {
        gnutls_pkcs12_bag_t bag;
        if (gnutls_pkcs12_bag_init(&bag) < 0)
            break;
        more = gnutls_pkcs12_get_bag(file, i, bag) == 0;
        if (more)
            take_bag(store, bag);
        gnutls_pkcs12_bag_deinit(bag);
    }
    gnutls_pkcs12_deinit(file);
}

static guint take_java(Store *store, const uint8_t *bytes, size_t size)
{
    guint before = store_count(store);
    if (!store_add_jks(store, bytes, size))
        take_pkcs12(store, bytes, size);
    return store_count(store) - before;
}

/* Java's key store: its own form, or since Java 18 PKCS #12, whose password everybody knows. */
static char *load_java(Store *store)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(JAVA_STORE, &bytes, &size, &error))
        return g_strdup_printf("%s (Debian: install ca-certificates-java)", error->message);
    take_java(store, (const uint8_t *)bytes, size);
    return store_count(store)
               ? NULL
               : g_strdup_printf("%s: no certificate in it that can be read", JAVA_STORE);
}

/* One file of roots. A key store of Java's is such a file too. */
static guint take_file(Store *store, const char *file, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    if (!g_file_get_contents(file, &bytes, &size, error))
        return 0;
    guint count = store_add_file(store, (const uint8_t *)bytes, size);
    return count ? count : take_java(store, (const uint8_t *)bytes, size);
}

static char *load_file(Store *store, const char *file)
{
    g_autoptr(GError) error = NULL;
    if (take_file(store, file, &error))
        return NULL;
    if (error)
        return g_strdup(error->message);
    return g_strdup_printf(
        "%s: no certificate in it; PEM, DER, JKS or PKCS #12 (password changeit) is expected",
        file);
}

/* All files of a folder; what else lies there is stepped over. */
static char *load_path(Store *store, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
    const char *name;
    if (!folder)
        return g_strdup(error->message);
    for (int left = STORE_FILES; left && (name = g_dir_read_name(folder)); left--) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
            take_file(store, file, NULL);
    }
    return store_count(store) ? NULL : g_strdup_printf("%s: no certificate in its files", path);
}

static const struct {
    const char *name;
    char *(*load)(Store *store);
} public_stores[] = {
    {"system", load_system},
    {"mozilla", mozilla_load},
    {"java", load_java},
};

static void free_store(void *store)
{
    store_free(store);
}

typedef struct Loading {
    GPtrArray *stores;
    StoresComplaint complain;
    void *data;
} Loading;

static void add_store(Loading *loading, Store *store, char *what)
{
    if (what)
        loading->complain(loading->data, what);
    g_free(what);
    g_ptr_array_add(loading->stores, store);
}

static void add_files(Loading *loading, char *const *files, StoreKind kind,
                      char *(*load)(Store *store, const char *file))
{
    for (; files && *files; files++) {
        Store *store = store_new(*files, kind);
        add_store(loading, store, load(store, *files));
    }
}

static void add_public(Loading *loading, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(public_stores); i++)
        if (strcmp(public_stores[i].name, name) == 0) {
            Store *store = store_new(name, STORE_PUBLIC);
            add_store(loading, store, public_stores[i].load(store));
        }
}

GPtrArray *stores_load(const RoleOptions *options, StoresComplaint complain, void *data)
{
    Loading loading = {g_ptr_array_new_with_free_func(free_store), complain, data};
    char *only[] = {(char *)options->trust_only, NULL};
    add_files(&loading, only, STORE_PRIVATE, load_file);
    add_files(&loading, options->ca_files, STORE_GIVEN, load_file);
    add_files(&loading, options->ca_paths, STORE_GIVEN, load_path);
    for (char *const *name = options->stores; name && *name; name++)
        add_public(&loading, *name);
    if (!loading.stores->len)
        add_public(&loading, "system");
    return loading.stores;
}
