#include "worker/role/mozilla.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "common/util/text.h"

/* Of NSS's pkcs11n.h. */
#define NSS                   (CKA_VENDOR_DEFINED | 0x4e534350UL)
#define OBJECT_TRUST          (NSS + 3)
#define SERVER_DISTRUST_AFTER (NSS + 35)
#define TRUST_SERVER_AUTH     (NSS + 0x2000 + 8)
#define CERT_SHA1_HASH        (NSS + 0x2000 + 100)
#define TRUSTED_DELEGATOR     (NSS + 2)

enum { BATCH = 64, VALUE_SIZE = 8192 };

/* Where the module lies: in the folder of libraries, which holds p11-kit's folder of modules, or in
 * the latter. */
static const struct {
    bool module;
    const char *name;
} places[] = {
    {false, "libnssckbi.so"},
    {false, "nss/libnssckbi.so"},
    {true, "libnssckbi.so"},
    {true, "p11-kit-trust.so"},
};

typedef struct Token {
    CK_FUNCTION_LIST *module;
    CK_SESSION_HANDLE session;
} Token;

/* An attribute's value; NULL where there is none, or it is too long. */
static GBytes *get(const Token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
    static uint8_t value[VALUE_SIZE];
    CK_ATTRIBUTE attribute = {type, value, sizeof value};
    CK_RV answer = token->module->C_GetAttributeValue(token->session, object, &attribute, 1);
    if (answer != CKR_OK || attribute.ulValueLen > sizeof value)
        return NULL;
    return g_bytes_new(value, attribute.ulValueLen);
}

static void each_object(const Token *token, CK_OBJECT_CLASS kind,
                        void (*each)(const Token *token, CK_OBJECT_HANDLE object, void *data),
                        void *data)
{
    CK_ATTRIBUTE wanted = {CKA_CLASS, &kind, sizeof kind};
    CK_OBJECT_HANDLE objects[BATCH];
    CK_ULONG count = 0;
    if (token->module->C_FindObjectsInit(token->session, &wanted, 1) != CKR_OK)
        return;
    while (token->module->C_FindObjects(token->session, objects, BATCH, &count) == CKR_OK && count)
        for (CK_ULONG i = 0; i < count; i++)
            each(token, objects[i], data);
    token->module->C_FindObjectsFinal(token->session);
}

/* The hash of a certificate that may issue for servers. */
static void take_trust(const Token *token, CK_OBJECT_HANDLE object, void *hashes)
{
    g_autoptr(GBytes) trust = get(token, object, TRUST_SERVER_AUTH);
    g_autoptr(GBytes) hash = get(token, object, CERT_SHA1_HASH);
    CK_ULONG value = 0;
    gsize size = 0;
    const void *data = trust ? g_bytes_get_data(trust, &size) : NULL;
    if (size != sizeof value || !hash)
        return;
    memcpy(&value, data, sizeof value);
    if (value == TRUSTED_DELEGATOR)
        g_hash_table_add(hashes, g_steal_pointer(&hash));
}

/* "260101000000Z"; a single zero octet stands for no date. */
static gint64 read_date(GBytes *value)
{
    gsize size = 0;
    const char *text = value ? g_bytes_get_data(value, &size) : NULL;
    gint64 seconds = 0;
    if (size != strlen("YYMMDDhhmmssZ"))
        return 0;
    g_autofree char *full = g_strdup_printf("20%.2s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 2,
                                            text + 4, text + 6, text + 8, text + 10);
    return text_to_time(full, &seconds) ? seconds : 0;
}

typedef struct Fill {
    Store *store;
    GHashTable *hashes; /* GBytes: SHA-1 of those that are trusted for servers */
} Fill;

static void take_certificate(const Token *token, CK_OBJECT_HANDLE object, void *data)
{
    Fill *fill = data;
    g_autoptr(GBytes) der = get(token, object, CKA_VALUE);
    gsize size = 0;
    const uint8_t *bytes = der ? g_bytes_get_data(der, &size) : NULL;
    uint8_t digest[20];
    gsize length = sizeof digest;
    if (!size)
        return;
    g_autoptr(GChecksum) sha1 = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sha1, bytes, (gssize)size);
    g_checksum_get_digest(sha1, digest, &length);
    g_autoptr(GBytes) hash = g_bytes_new(digest, length);
    if (!g_hash_table_contains(fill->hashes, hash))
        return;
    g_autoptr(GBytes) date = get(token, object, SERVER_DISTRUST_AFTER);
    store_add(fill->store, der)->distrust_after = read_date(date);
}

static void fill_from(CK_FUNCTION_LIST *module, Store *store)
{
    CK_SLOT_ID slots[BATCH];
    CK_ULONG count = BATCH;
    if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
        return;
    g_autoptr(GHashTable) hashes =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    Fill fill = {store, hashes};
    for (CK_ULONG i = 0; i < count; i++) {
        Token token = {.module = module};
        if (module->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &token.session) !=
            CKR_OK)
            continue;
        each_object(&token, OBJECT_TRUST, take_trust, hashes);
        each_object(&token, CKO_CERTIFICATE, take_certificate, &fill);
        module->C_CloseSession(token.session);
    }
}

static void load_module(const char *file, Store *store)
{
    CK_FUNCTION_LIST *module = g_file_test(file, G_FILE_TEST_EXISTS)
                                   ? p11_kit_module_load(file, P11_KIT_MODULE_UNMANAGED)
                                   : NULL;
    if (!module)
        return;
    if (p11_kit_module_initialize(module) == CKR_OK) {
        fill_from(module, store);
        p11_kit_module_finalize(module);
    }
    p11_kit_module_release(module);
}

char *mozilla_load(Store *store)
{
    g_autofree char *libraries = g_path_get_dirname(P11_MODULES);
    for (size_t i = 0; i < G_N_ELEMENTS(places) && !store_count(store); i++) {
        const char *folder = places[i].module ? P11_MODULES : libraries;
        g_autofree char *file = g_build_filename(folder, places[i].name, NULL);
        load_module(file, store);
    }
    return store_count(store)
               ? NULL
               : g_strdup("Mozilla's roots: libnssckbi.so is not here (Debian: install libnss3)");
}
