#include "worker/pki/private_key.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/pki/datum.h"
#include "worker/pki/value.h"

static gnutls_x509_privkey_t import(GBytes *bytes)
{
    gnutls_datum_t der = datum_of(bytes);
    gnutls_x509_privkey_t key;
    if (gnutls_x509_privkey_init(&key) < 0)
        return NULL;
    if (gnutls_x509_privkey_import(key, &der, GNUTLS_X509_FMT_DER) >= 0 ||
        gnutls_x509_privkey_import_pkcs8(key, &der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) >=
            0)
        return key;
    gnutls_x509_privkey_deinit(key);
    return NULL;
}

static GBytes *export_public(gnutls_x509_privkey_t key)
{
    gnutls_privkey_t private;
    gnutls_pubkey_t public;
    gnutls_datum_t der = {0};
    GBytes *bytes = NULL;
    if (gnutls_privkey_init(&private) < 0)
        return NULL;
    if (gnutls_pubkey_init(&public) < 0) {
        gnutls_privkey_deinit(private);
        return NULL;
    }
    if (gnutls_privkey_import_x509(private, key, 0) >= 0 &&
        gnutls_pubkey_import_privkey(public, private, 0, 0) >= 0 &&
        gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der) >= 0) {
        bytes = g_bytes_new(der.data, der.size);
        gnutls_free(der.data);
    }
    gnutls_pubkey_deinit(public);
    gnutls_privkey_deinit(private);
    return bytes;
}

GBytes *private_key_spki(const Item *item)
{
    gsize size = g_bytes_get_size(item->bytes);
    if (item->encryption || size == 0 || size > LIMIT_PRIVATE_KEY)
        return NULL;
    gnutls_x509_privkey_t key = import(item->bytes);
    if (!key)
        return NULL;
    GBytes *spki = export_public(key);
    gnutls_x509_privkey_deinit(key);
    return spki;
}

char *private_key_algorithm(const Item *item)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    Der key, version, algorithm, oid;
    bool minimal;
    if (!der_read(data, size, &key) || g_strcmp0(item->format, "PKCS #8") != 0)
        return NULL;
    Reader inside = der_inside(&key);
    if (!der_next(&inside, &version) || !der_next(&inside, &algorithm))
        return NULL;
    inside = der_inside(&algorithm);
    if (!der_next(&inside, &oid) || !der_is(&oid, DER_OID))
        return NULL;
    g_autofree char *dotted = value_oid(&oid, &minimal);
    return dotted ? g_strdup(registry_oid_name(dotted)) : NULL;
}
