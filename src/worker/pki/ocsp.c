#include "worker/pki/ocsp.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/name.h"
#include "worker/pki/value.h"

/* A response is judged in this order (RFC 6960 section 3.2):
 *
 * 1. Its status is successful, and it is a BasicOCSPResponse that reads.
 * 2. One of its single responses is about the certificate: the hashes of the issuer's name and key,
 *    by whatever algorithm the CertID names, and the serial number are the certificate's. Without
 *    the issuer neither this nor what follows can be said.
 * 3. The signer is who the responder ID names, by name or by the hash of its key: the issuer, or a
 *    certificate in the response. That one must be signed by the very issuer, be for OCSPSigning
 *    and be valid at the time (section 4.2.2.2); where it does not say nocheck, it could be revoked
 *    itself (section 4.2.2.2.1), which is said.
 * 4. The signer's key verifies the signature.
 * 5. thisUpdate, nextUpdate and producedAt fit the time (section 4.2.2.1), LIMIT_SKEW allowed.
 * 6. Where the request is known and had a nonce, the response has the same (section 4.4.1, RFC
 *    8954); one without any may come out of a cache (RFC 5019 section 4), which is said.
 * 7. No extension that is not known here is critical.
 */

#define OID_BASIC   "1.3.6.1.5.5.7.48.1.1"
#define OID_NONCE   "1.3.6.1.5.5.7.48.1.2"
#define OID_NOCHECK "1.3.6.1.5.5.7.48.1.5"
#define OID_SIGNING "1.3.6.1.5.5.7.3.9"
#define OID_SCTS    "1.3.6.1.4.1.11129.2.4.5"

static const char *const known_extensions[] = {OID_NONCE,
                                               "1.3.6.1.5.5.7.48.1.3",
                                               "1.3.6.1.5.5.7.48.1.4",
                                               "1.3.6.1.5.5.7.48.1.6",
                                               "1.3.6.1.5.5.7.48.1.7",
                                               "1.3.6.1.5.5.7.48.1.8",
                                               "1.3.6.1.5.5.7.48.1.9",
                                               OID_SCTS,
                                               NULL};

enum { NONCE_MAX = 128 /* RFC 9654 section 2.1 */ };

typedef struct Ocsp {
    const RevocationQuery *query;
    Revocation *revocation;
    GBytes *bytes;
    Der basic[OCSP_BASIC_PARTS], data[OCSP_DATA_PARTS], single[OCSP_SINGLE_PARTS];
    GPtrArray *certificates; /* Node, owned: those in the response */
} Ocsp;

static void doubt(Ocsp *ocsp, const char *code)
{
    revocation_doubt(ocsp->revocation, code);
}

/* ---- 1: a basic response ---- */

/* Section 4.2.1: OCSPResponseStatus; 4 is not used. */
static const char *status_fault(const Der *status)
{
    static const char *const faults[] = {NULL,
                                         "ocsp-malformed-request",
                                         "ocsp-internal-error",
                                         "ocsp-try-later",
                                         "ocsp-undecodable",
                                         "ocsp-sig-required",
                                         "ocsp-unauthorized"};
    int64_t number;
    if (!status->data || !value_integer(status, &number) || number < 0 ||
        number >= (int64_t)G_N_ELEMENTS(faults))
        return "ocsp-undecodable";
    return faults[number];
}

static const char *open_basic(Ocsp *ocsp)
{
    Der whole, parts[OCSP_RESPONSE_PARTS], bytes[OCSP_BYTES_PARTS], basic;
    gsize size;
    const uint8_t *data = g_bytes_get_data(ocsp->bytes, &size);
    if (!der_read(data, size, &whole) || !der_is(&whole, DER_SEQUENCE) || whole.faults)
        return "ocsp-undecodable";
    shape_assign(&shape_ocsp_response, &whole, parts);
    const char *fault = status_fault(&parts[OCSP_STATUS]);
    if (fault)
        return fault;
    shape_assign(&shape_ocsp_bytes, &parts[OCSP_BYTES], bytes);
    if (!bytes[OCSP_TYPE].data || !value_is_oid(&bytes[OCSP_TYPE], OID_BASIC))
        return "ocsp-not-basic";
    Reader inside = der_inside(&bytes[OCSP_CONTENT]);
    if (!der_next(&inside, &basic) || !der_is(&basic, DER_SEQUENCE) || basic.faults)
        return "ocsp-undecodable";
    shape_assign(&shape_ocsp_basic, &basic, ocsp->basic);
    shape_assign(&shape_ocsp_data, &ocsp->basic[OCSP_DATA], ocsp->data);
    bool whole_one = ocsp->basic[OCSP_SIGNATURE].data && ocsp->data[OCSP_RESPONDER].data &&
                     ocsp->data[OCSP_RESPONSES].data;
    return whole_one ? NULL : "ocsp-undecodable";
}

/* ---- 2: the single response ---- */

/* The hash of these bytes is what the element says. */
static bool is_hash(gnutls_digest_algorithm_t digest, const uint8_t *data, size_t size,
                    const Der *said)
{
    uint8_t hash[64];
    size_t length = gnutls_hash_get_len(digest);
    return data && said->data && length && length <= sizeof hash && said->length == length &&
           gnutls_hash_fast(digest, data, size, hash) == 0 && !memcmp(hash, said->data, length);
}

/* What of a key is hashed: the BIT STRING without tag, length and unused bits. */
static Reader key_bits(const Node *node)
{
    Der parts[SPKI_PARTS];
    Reader octets = {.failed = true};
    unsigned unused;
    if (!node->cert->tbs[TBS_SPKI].data)
        return octets;
    shape_assign(&shape_spki, &node->cert->tbs[TBS_SPKI], parts);
    if (parts[SPKI_KEY].data && !value_bits(&parts[SPKI_KEY], &octets, &unused))
        octets.failed = true;
    return octets;
}

static bool is_key_hash(gnutls_digest_algorithm_t digest, const Node *node, const Der *said)
{
    Reader octets = key_bits(node);
    size_t size = reader_left(&octets);
    return is_hash(digest, reader_take(&octets, size), size, said);
}

/* What is wrong with a CertID for the certificate; NULL: it is its own. */
static const char *certid_fault(const Ocsp *ocsp, const Der *certid)
{
    const RevocationQuery *query = ocsp->query;
    Der parts[OCSP_CERTID_PARTS], algorithm[ALGORITHM_PARTS];
    bool minimal;
    shape_assign(&shape_ocsp_certid, certid, parts);
    if (!der_same(&parts[OCSP_SERIAL], &query->node->cert->tbs[TBS_SERIAL]))
        return "ocsp-other-certificate";
    if (!query->issuer)
        return "revocation-no-issuer";
    shape_assign(&shape_algorithm, &parts[OCSP_HASH], algorithm);
    g_autofree char *oid =
        algorithm[ALGORITHM_ID].data ? value_oid(&algorithm[ALGORITHM_ID], &minimal) : NULL;
    gnutls_digest_algorithm_t digest = oid ? gnutls_oid_to_digest(oid) : GNUTLS_DIG_UNKNOWN;
    if (digest == GNUTLS_DIG_UNKNOWN)
        return "ocsp-unknown-hash";
    g_autoptr(GBytes) name = cert_bytes(query->node->cert, &query->node->cert->tbs[TBS_ISSUER]);
    gsize size;
    const uint8_t *data = g_bytes_get_data(name, &size);
    return is_hash(digest, data, size, &parts[OCSP_NAME_HASH]) &&
                   is_key_hash(digest, query->issuer, &parts[OCSP_KEY_HASH])
               ? NULL
               : "ocsp-other-certificate";
}

/* Finds the single response about the certificate. A fault that is nearer to it is kept over one
 * that is not about it at all. */
static const char *find_single(Ocsp *ocsp)
{
    Reader list = der_inside(&ocsp->data[OCSP_RESPONSES]);
    Der element, parts[OCSP_SINGLE_PARTS];
    const char *fault = "ocsp-other-certificate";
    while (der_next(&list, &element)) {
        shape_assign(&shape_ocsp_single, &element, parts);
        if (!parts[OCSP_CERTID].data)
            continue;
        const char *why = certid_fault(ocsp, &parts[OCSP_CERTID]);
        if (why && !strcmp(why, "ocsp-other-certificate"))
            continue;
        memcpy(ocsp->single, parts, sizeof parts);
        fault = why;
        if (!why)
            break;
    }
    return fault;
}

static void read_status(Ocsp *ocsp)
{
    Revocation *revocation = ocsp->revocation;
    const Der *status = &ocsp->single[OCSP_CERT_STATUS];
    Der parts[OCSP_REVOKED_PARTS];
    if (der_is_context(status, 0)) {
        revocation->status = REVOCATION_GOOD;
    } else if (der_is_context(status, 1)) {
        shape_assign(&shape_ocsp_revoked, status, parts);
        revocation->status = REVOCATION_REVOKED;
        revocation->revoked_at = revocation_time(&parts[OCSP_REVOKED_TIME]);
        revocation->crl_reason = revocation_crl_reason(&parts[OCSP_REVOKED_REASON]);
    } else if (der_is_context(status, 2)) {
        doubt(ocsp, "ocsp-unknown");
    } else {
        doubt(ocsp, "ocsp-undecodable");
    }
}

/* ---- 3 and 4: who signed ---- */

static void free_node(void *node)
{
    node_free(node);
}

static void read_certificates(Ocsp *ocsp)
{
    Reader list =
        ocsp->basic[OCSP_CERTS].data ? der_inside(&ocsp->basic[OCSP_CERTS]) : reader_new(NULL, 0);
    Der element;
    while (ocsp->certificates->len < LIMIT_RESPONDERS && der_next(&list, &element)) {
        g_autoptr(GBytes) der = g_bytes_new_from_bytes(ocsp->bytes, element.offset, element.total);
        Node *node = node_new(der);
        node_load(node);
        g_ptr_array_add(ocsp->certificates, node);
    }
}

/* The responder ID (section 4.2.1; by key it is always SHA-1) names this one. */
static bool is_responder(const Ocsp *ocsp, const Node *node)
{
    const Der *id = &ocsp->data[OCSP_RESPONDER];
    Reader inside = der_inside(id);
    Der value;
    if (!der_next(&inside, &value))
        return false;
    if (der_is_context(id, 2))
        return is_key_hash(GNUTLS_DIG_SHA1, node, &value);
    g_autoptr(GBytes) name = name_canonical(&value);
    return der_is_context(id, 1) && g_bytes_equal(name, node->subject);
}

/* The extended key usage is there and lists OCSPSigning. */
static bool is_for_signing(const Cert *cert)
{
    Reader list = cert_list(cert, "2.5.29.37");
    Der element;
    while (der_next(&list, &element))
        if (der_is(&element, DER_OID) && value_is_oid(&element, OID_SIGNING))
            return true;
    return false;
}

/* The certificate that a responder was delegated with. */
static void check_delegation(Ocsp *ocsp, const Node *signer)
{
    const RevocationQuery *query = ocsp->query;
    int64_t from, to;
    unsigned usage;
    if (!g_bytes_equal(signer->issuer, query->issuer->subject) ||
        node_verify(signer, query->issuer) != SIGNATURE_GOOD)
        doubt(ocsp, "ocsp-responder-other-issuer");
    if (!is_for_signing(signer->cert))
        doubt(ocsp, "ocsp-responder-purpose");
    if (cert_key_usage(signer->cert, &usage) && !(usage & 3U)) /* signature or non-repudiation */
        doubt(ocsp, "ocsp-responder-purpose");
    if (!cert_time(signer->cert, VALIDITY_NOT_BEFORE, &from) ||
        !cert_time(signer->cert, VALIDITY_NOT_AFTER, &to) || query->time < from - LIMIT_SKEW ||
        query->time > to + LIMIT_SKEW)
        doubt(ocsp, "ocsp-responder-expired");
    if (!cert_extension(signer->cert, OID_NOCHECK))
        revocation_fault(ocsp->revocation, "ocsp-responder-check");
}

/* The issuer itself, also where another certificate of the same key and name is in the response. */
static bool is_issuer(const Ocsp *ocsp, const Node *node)
{
    const Node *issuer = ocsp->query->issuer;
    return node == issuer || (g_bytes_equal(node->subject, issuer->subject) &&
                              der_same(&node->cert->tbs[TBS_SPKI], &issuer->cert->tbs[TBS_SPKI]));
}

/* How well a candidate's key verifies the response. */
static SignatureAnswer verify(const Ocsp *ocsp, const Node *signer, const Signature *signature)
{
    const Der *data = &ocsp->basic[OCSP_DATA];
    Reader octets;
    unsigned unused;
    if (!value_bits(&ocsp->basic[OCSP_SIGNATURE], &octets, &unused))
        return SIGNATURE_WRONG;
    g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(ocsp->bytes, data->offset, data->total);
    return node_verify_bytes(signer, signature, bytes, octets);
}

static void check_signer(Ocsp *ocsp)
{
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    const Node *signer = NULL;
    SignatureAnswer best = SIGNATURE_WRONG;
    g_auto(Signature) signature = signature_read(&ocsp->basic[OCSP_ALGORITHM]);
    g_ptr_array_add(candidates, (gpointer)ocsp->query->issuer);
    for (guint i = 0; i < ocsp->certificates->len; i++)
        g_ptr_array_add(candidates, ocsp->certificates->pdata[i]);
    for (guint i = 0; i < candidates->len && best != SIGNATURE_GOOD; i++) {
        const Node *candidate = g_ptr_array_index(candidates, i);
        if (!is_responder(ocsp, candidate))
            continue;
        SignatureAnswer answer = verify(ocsp, candidate, &signature);
        if (!signer || answer == SIGNATURE_GOOD) {
            signer = candidate;
            best = answer;
        }
    }
    if (!signer) {
        doubt(ocsp, "ocsp-wrong-signer");
        return;
    }
    if (best != SIGNATURE_GOOD)
        doubt(ocsp, best == SIGNATURE_WRONG ? "ocsp-signature" : "ocsp-unknown-algorithm");
    ocsp->revocation->delegated = !is_issuer(ocsp, signer);
    revocation_signed_by(ocsp->revocation, "ocsp", signer, &signature);
    if (ocsp->revocation->delegated)
        check_delegation(ocsp, signer);
}

/* ---- 5 to 7 ---- */

static void check_times(Ocsp *ocsp)
{
    Revocation *revocation = ocsp->revocation;
    revocation->this_update = revocation_time(&ocsp->single[OCSP_THIS_UPDATE]);
    revocation->next_update = revocation_time(&ocsp->single[OCSP_NEXT_UPDATE]);
    revocation->produced_at = revocation_time(&ocsp->data[OCSP_PRODUCED_AT]);
    revocation_times(revocation, "ocsp", ocsp->query->time);
    if (revocation->produced_at == REVOCATION_NO_TIME)
        doubt(ocsp, "ocsp-undecodable");
    else if (revocation->produced_at > ocsp->query->time + LIMIT_SKEW)
        revocation_doubt_good(revocation, "ocsp-not-yet");
}

/* The nonce of a request, or of a response's extensions: an OCTET STRING in extnValue. No data:
 * none. */
static Der find_nonce(const GArray *extensions)
{
    const CertExtension *extension = cert_find_extension(extensions, OID_NONCE);
    return extension ? extension->holder : (Der){0};
}

static Der request_nonce(GBytes *request, GArray **extensions)
{
    Der whole, parts[OCSP_REQUEST_PARTS], tbs[OCSP_TBS_PARTS];
    gsize size;
    const uint8_t *data = g_bytes_get_data(request, &size);
    if (!der_read(data, size, &whole) || !der_is(&whole, DER_SEQUENCE))
        return (Der){0};
    shape_assign(&shape_ocsp_request, &whole, parts);
    if (!parts[OCSP_TBS].data)
        return (Der){0};
    shape_assign(&shape_ocsp_tbs, &parts[OCSP_TBS], tbs);
    *extensions = cert_read_extensions(&tbs[OCSP_TBS_EXTENSIONS]);
    return find_nonce(*extensions);
}

static void check_nonce(Ocsp *ocsp, const GArray *extensions)
{
    Der given = find_nonce(extensions), asked = {0};
    g_autoptr(GArray) requested = NULL;
    if (given.data && given.length > NONCE_MAX + 3)
        revocation_fault(ocsp->revocation, "ocsp-nonce-length");
    if (ocsp->query->request)
        asked = request_nonce(ocsp->query->request, &requested);
    if (!asked.data)
        return;
    if (!given.data)
        revocation_fault(ocsp->revocation, "ocsp-no-nonce");
    else if (!der_same(&asked, &given))
        revocation_doubt_good(ocsp->revocation, "ocsp-nonce");
}

static void check_extensions(Ocsp *ocsp)
{
    g_autoptr(GArray) whole = cert_read_extensions(&ocsp->data[OCSP_DATA_EXTENSIONS]);
    g_autoptr(GArray) single = cert_read_extensions(&ocsp->single[OCSP_SINGLE_EXTENSIONS]);
    const CertExtension *scts = cert_find_extension(single, OID_SCTS);
    check_nonce(ocsp, whole);
    if (revocation_unknown_critical(whole, known_extensions) ||
        revocation_unknown_critical(single, known_extensions))
        doubt(ocsp, "ocsp-unknown-critical");
    if (scts && der_is(&scts->value, DER_OCTET_STRING) && scts->value.length)
        ocsp->revocation->scts = g_bytes_new(scts->value.data, scts->value.length);
}

Revocation *ocsp_judge(const RevocationQuery *query, GBytes *response)
{
    Ocsp ocsp = {.query = query, .revocation = revocation_new(), .bytes = response};
    ocsp.certificates = g_ptr_array_new_with_free_func(free_node);
    const char *fault = open_basic(&ocsp);
    if (!fault)
        fault = find_single(&ocsp);
    if (fault)
        doubt(&ocsp, fault);
    if (ocsp.single[OCSP_CERTID].data) {
        read_status(&ocsp);
        check_times(&ocsp);
        check_extensions(&ocsp);
    }
    if (ocsp.data[OCSP_RESPONDER].data && query->issuer) {
        read_certificates(&ocsp);
        check_signer(&ocsp);
    }
    g_ptr_array_unref(ocsp.certificates);
    revocation_settle(ocsp.revocation);
    return ocsp.revocation;
}
