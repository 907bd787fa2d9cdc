#include "worker/pki/proof.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "worker/pki/datum.h"

/* The schemes that sign in TLS 1.3 and that GnuTLS has. */
static const struct {
    uint16_t scheme;
    gnutls_sign_algorithm_t algorithm;
} rows[] = {
    {0x0403, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256}, {0x0503, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384},
    {0x0603, GNUTLS_SIGN_ECDSA_SECP521R1_SHA512}, {0x0804, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
    {0x0805, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384},    {0x0806, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512},
    {0x0807, GNUTLS_SIGN_EDDSA_ED25519},          {0x0808, GNUTLS_SIGN_EDDSA_ED448},
    {0x0809, GNUTLS_SIGN_RSA_PSS_SHA256},         {0x080a, GNUTLS_SIGN_RSA_PSS_SHA384},
    {0x080b, GNUTLS_SIGN_RSA_PSS_SHA512},
};

static bool import(gnutls_pubkey_t public, const ProofKey *key)
{
    gnutls_datum_t der = datum(key->der, key->size);
    if (!key->certificate)
        return gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) >= 0;
    gnutls_x509_crt_t certificate;
    if (gnutls_x509_crt_init(&certificate) < 0)
        return false;
    bool read = gnutls_x509_crt_import(certificate, &der, GNUTLS_X509_FMT_DER) >= 0 &&
                gnutls_pubkey_import_x509(public, certificate, 0) >= 0;
    gnutls_x509_crt_deinit(certificate);
    return read;
}

Proof proof_check(const ProofKey *key, uint16_t scheme, const GByteArray *content, Reader signature)
{
    gnutls_sign_algorithm_t algorithm = GNUTLS_SIGN_UNKNOWN;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].scheme == scheme)
            algorithm = rows[i].algorithm;
    gnutls_pubkey_t public;
    if (algorithm == GNUTLS_SIGN_UNKNOWN || gnutls_pubkey_init(&public) < 0)
        return PROOF_UNKNOWN;
    int answer = GNUTLS_E_INVALID_REQUEST;
    bool known = import(public, key);
    if (known) {
        gnutls_datum_t data = datum(content->data, content->len);
        gnutls_datum_t made = datum(signature.data, signature.size);
        answer =
            gnutls_pubkey_verify_data2(public, algorithm, GNUTLS_VERIFY_ALLOW_BROKEN, &data, &made);
    }
    gnutls_pubkey_deinit(public);
    if (!known)
        return PROOF_UNKNOWN;
    return answer >= 0 ? PROOF_GOOD : PROOF_WRONG;
}
