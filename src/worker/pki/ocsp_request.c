#include "worker/pki/ocsp_request.h"

#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>

#include "worker/pki/cert.h"

enum { SHA1_BYTES = 20 };

static bool hash(const void *data, size_t size, uint8_t *digest)
{
    return gnutls_hash_fast(GNUTLS_DIG_SHA1, data, size, digest) >= 0;
}

static bool hash_name(const Cert *certificate, uint8_t *digest)
{
    g_autoptr(GBytes) name = cert_bytes(certificate, &certificate->tbs[TBS_ISSUER]);
    gsize size = 0;
    const void *data = g_bytes_get_data(name, &size);
    return hash(data, size, digest);
}

/* The key is the BIT STRING without its header and without the octet of unused bits. */
static bool hash_key(const Cert *issuer, uint8_t *digest)
{
    Der parts[SPKI_PARTS];
    shape_assign(&shape_spki, &issuer->tbs[TBS_SPKI], parts);
    Reader inside = der_inside(&parts[SPKI_KEY]);
    reader_u8(&inside);
    size_t left = reader_left(&inside);
    const uint8_t *key = reader_take(&inside, left);
    return key && hash(key, left, digest);
}

/* A request of one certificate id; NULL if GnuTLS does not make it. */
static GBytes *make(const Der *serial, uint8_t *name, uint8_t *key, GBytes *nonce)
{
    gnutls_ocsp_req_t request;
    gnutls_datum_t der = {0};
    const gnutls_datum_t names = {name, SHA1_BYTES}, keys = {key, SHA1_BYTES},
                         number = {(unsigned char *)serial->data, (unsigned)serial->length};
    if (gnutls_ocsp_req_init(&request) < 0)
        return NULL;
    int result = gnutls_ocsp_req_add_cert_id(request, GNUTLS_DIG_SHA1, &names, &keys, &number);
    if (result >= 0 && nonce) {
        gsize size = 0;
        const unsigned char *data = g_bytes_get_data(nonce, &size);
        const gnutls_datum_t value = {(unsigned char *)data, (unsigned)size};
        result = gnutls_ocsp_req_set_nonce(request, 0, &value);
    }
    if (result >= 0)
        result = gnutls_ocsp_req_export(request, &der);
    GBytes *bytes = result < 0 ? NULL : g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    gnutls_ocsp_req_deinit(request);
    return bytes;
}

GBytes *ocsp_request_new(GBytes *certificate, GBytes *issuer, GBytes *nonce)
{
    g_autoptr(Cert) one = cert_new(certificate);
    g_autoptr(Cert) above = cert_new(issuer);
    uint8_t name[SHA1_BYTES], key[SHA1_BYTES];
    const Der *serial = &one->tbs[TBS_SERIAL];
    bool whole =
        serial->data && serial->length && one->tbs[TBS_ISSUER].data && above->tbs[TBS_SPKI].data;
    if (!whole || !hash_name(one, name) || !hash_key(above, key))
        return NULL;
    return make(serial, name, key, nonce);
}
