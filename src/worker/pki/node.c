#include "worker/pki/node.h"

#include <string.h>

#include "worker/pki/datum.h"
#include "worker/pki/name.h"
#include "worker/pki/value.h"

/* A version 1 or 2 certificate is readable too; what has no key, name or date is not. */
static bool is_readable(const Cert *cert)
{
    int64_t seconds;
    return cert->parts[CERTIFICATE_SIGNATURE].data && cert->tbs[TBS_ISSUER].data &&
           cert->tbs[TBS_SUBJECT].data && cert->tbs[TBS_SPKI].data && cert_version(cert) &&
           cert_time(cert, VALIDITY_NOT_BEFORE, &seconds) &&
           cert_time(cert, VALIDITY_NOT_AFTER, &seconds);
}

static gnutls_pubkey_t import_key(const Cert *cert)
{
    g_autoptr(GBytes) spki = cert_bytes(cert, &cert->tbs[TBS_SPKI]);
    return cert->tbs[TBS_SPKI].data ? key_import(spki) : NULL;
}

static gnutls_x509_crt_t import_certificate(const Cert *cert)
{
    gnutls_x509_crt_t imported;
    gnutls_datum_t der = datum_of(cert->bytes);
    if (gnutls_x509_crt_init(&imported) < 0)
        return NULL;
    if (gnutls_x509_crt_import(imported, &der, GNUTLS_X509_FMT_DER) == 0)
        return imported;
    gnutls_x509_crt_deinit(imported);
    return NULL;
}

Node *node_new(GBytes *der)
{
    Node *node = g_new0(Node, 1);
    node->cert = cert_new(der);
    node->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
    node->subject = name_canonical(&node->cert->tbs[TBS_SUBJECT]);
    node->issuer = name_canonical(&node->cert->tbs[TBS_ISSUER]);
    return node;
}

void node_load(Node *node)
{
    if (node->loaded)
        return;
    node->loaded = true;
    node->readable = is_readable(node->cert);
    node->key = key_read(&node->cert->tbs[TBS_SPKI]);
    node->signature = signature_read(&node->cert->parts[CERTIFICATE_ALGORITHM]);
    node->public_key = import_key(node->cert);
    node->imported = import_certificate(node->cert);
}

void node_free(Node *node)
{
    if (node->public_key)
        gnutls_pubkey_deinit(node->public_key);
    if (node->imported)
        gnutls_x509_crt_deinit(node->imported);
    g_free(node->signature.name);
    key_clear(&node->key);
    g_bytes_unref(node->subject);
    g_bytes_unref(node->issuer);
    g_free(node->sha256);
    cert_free(node->cert);
    g_free(node);
}

/* RSASSA-PSS has a salt length in its parameters, which only the certificate's own verification
 * takes into account. All that this judges besides the signature is switched off. */
static SignatureAnswer verify_pss(const Node *node, const Node *issuer)
{
    unsigned status = 0;
    unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_CA_SIGN |
                     GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_ANY_X509_V1_CA_CRT |
                     GNUTLS_VERIFY_DO_NOT_ALLOW_SAME;
    if (!node->imported || !issuer->imported)
        return SIGNATURE_UNKNOWN;
    if (gnutls_x509_crt_verify(node->imported, &issuer->imported, 1, flags, &status) < 0)
        return SIGNATURE_UNKNOWN;
    return status & GNUTLS_CERT_SIGNATURE_FAILURE ? SIGNATURE_WRONG : SIGNATURE_GOOD;
}

SignatureAnswer node_verify_bytes(const Node *node, const Signature *signature, GBytes *bytes,
                                  Reader octets)
{
    gnutls_sign_algorithm_t algorithm = (gnutls_sign_algorithm_t)signature->gnutls;
    if (algorithm == GNUTLS_SIGN_UNKNOWN || !node->public_key)
        return SIGNATURE_UNKNOWN;
    gnutls_pk_algorithm_t kind = gnutls_sign_get_pk_algorithm(algorithm);
    if ((int)kind != gnutls_pubkey_get_pk_algorithm(node->public_key, NULL) && !signature->pss)
        return SIGNATURE_WRONG;
    gnutls_datum_t data = datum_of(bytes);
    size_t size = reader_left(&octets);
    gnutls_datum_t made = {.data = (unsigned char *)reader_take(&octets, size),
                           .size = (unsigned)size};
    int answer = gnutls_pubkey_verify_data2(node->public_key, algorithm, GNUTLS_VERIFY_ALLOW_BROKEN,
                                            &data, &made);
    if (answer >= 0)
        return SIGNATURE_GOOD;
    return answer == GNUTLS_E_PK_SIG_VERIFY_FAILED && !signature->pss ? SIGNATURE_WRONG
                                                                      : SIGNATURE_UNKNOWN;
}

SignatureAnswer node_verify(const Node *node, const Node *issuer)
{
    const Der *bits = &node->cert->parts[CERTIFICATE_SIGNATURE];
    Reader octets;
    unsigned unused;
    if (!value_bits(bits, &octets, &unused))
        return SIGNATURE_WRONG;
    if (node->signature.pss && node->cert->bytes != issuer->cert->bytes)
        return verify_pss(node, issuer);
    g_autoptr(GBytes) signed_bytes = cert_bytes(node->cert, &node->cert->parts[CERTIFICATE_TBS]);
    return node_verify_bytes(issuer, &node->signature, signed_bytes, octets);
}

bool node_self_issued(const Node *node)
{
    return g_bytes_equal(node->subject, node->issuer);
}

int node_key_ids(const Node *node, const Node *issuer)
{
    const CertExtension *authority = cert_extension(node->cert, "2.5.29.35");
    const CertExtension *subject = cert_extension(issuer->cert, "2.5.29.14");
    Der parts[AUTHORITY_PARTS];
    if (!authority || !subject || !authority->value.data || !subject->value.data)
        return 0;
    shape_assign(&shape_authority_key, &authority->value, parts);
    if (!parts[AUTHORITY_KEY_ID].data)
        return 0;
    return der_same(&parts[AUTHORITY_KEY_ID], &subject->value) ? 1 : -1;
}
