#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* An INTEGER DEFAULT v1(0). */
static void show_v1(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    int64_t number;
    show_integer(walk, field, element, shape);
    if (value_integer(element, &number) && number >= 0 && number < 100)
        field_set(field, "%d (v%d)", (int)number, (int)number + 1);
}
static const Shape shape_ocsp_version = {.tag = DER_INTEGER, .show = show_v1};

/* Section 4.1.1 */
static void show_certid(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *serial = shape_value_of(field, "serialNumber");
    field_set(field, "%s", serial ? serial : "");
}
static const Part certid_parts[] = {
    PART("hashAlgorithm", &shape_algorithm, .id = "x509.CertID.hashAlgorithm"),
    PART("issuerNameHash", &shape_octets),
    PART("issuerKeyHash", &shape_octets),
    PART("serialNumber", &shape_serial, .id = "x509.CertID.serialNumber"),
};
const Shape shape_ocsp_certid = {SHAPE_PARTS(certid_parts), .show = show_certid};

static const Part single_request_parts[] = {
    PART("reqCert", &shape_ocsp_certid),
    PART("singleRequestExtensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
static const Shape shape_single_request = {SHAPE_PARTS(single_request_parts), .show = show_first};
static const Part single_request_part = PART("Request", &shape_single_request);
static const Shape shape_request_list = {SHAPE_LIST(DER_SEQUENCE, single_request_part),
                                         .show = show_joined};
static const Part tbs_request_parts[] = {
    PART("version", &shape_ocsp_version, .flags = PART_EXPLICIT | PART_OPTIONAL,
         .id = "x509.ocsp.version", .standard = "00"),
    PART("requestorName", &shape_general_name, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
    PART("requestList", &shape_request_list),
    PART("requestExtensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 2),
};
const Shape shape_ocsp_tbs = {SHAPE_PARTS(tbs_request_parts)};
static const Part request_signature_parts[] = {
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signature", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM, .open = open_signatures,
         .id = "x509.OCSPRequest.signature"),
    PART("certs", &shape_certificates, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
static const Shape shape_request_signature = {SHAPE_PARTS(request_signature_parts)};
static const Part request_parts[] = {
    PART("tbsRequest", &shape_ocsp_tbs),
    PART("optionalSignature", &shape_request_signature, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
const Shape shape_ocsp_request = {SHAPE_PARTS(request_parts)};

/* Section 4.2.1 */
static void show_revoked_info(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_joined(walk, field, element, shape);
    g_string_prepend(field->value, "revoked: ");
}
static const Part revoked_info_parts[] = {
    PART("revocationTime", &shape_generalized_time),
    PART("revocationReason", &shape_crl_reason, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
const Shape shape_ocsp_revoked = {SHAPE_PARTS(revoked_info_parts), .show = show_revoked_info};

static void show_status(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    if (der_is_context(element, 0) || der_is_context(element, 2))
        field_set(field, "%s", element->tag == 0 ? "good" : "unknown");
}
static const Part status_parts[] = {
    PART("good", &shape_null, .flags = PART_IMPLICIT),
    PART("revoked", &shape_ocsp_revoked, .flags = PART_IMPLICIT, .tag = 1),
    PART("unknown", &shape_null, .flags = PART_IMPLICIT, .tag = 2),
};
static const Shape shape_status = {SHAPE_ALTERNATIVES(status_parts), .show = show_status};

static void show_single_response(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *id = shape_value_of(field, "certID");
    const char *status = shape_value_of(field, "certStatus");
    field_set(field, "%s: %s", id ? id : "?", status ? status : "?");
}
static const Part single_response_parts[] = {
    PART("certID", &shape_ocsp_certid),
    PART("certStatus", &shape_status),
    PART("thisUpdate", &shape_generalized_time, .id = "x509.ocsp.thisUpdate"),
    PART("nextUpdate", &shape_generalized_time, .flags = PART_EXPLICIT | PART_OPTIONAL,
         .id = "x509.ocsp.nextUpdate"),
    PART("singleExtensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
};
const Shape shape_ocsp_single = {SHAPE_PARTS(single_response_parts), .show = show_single_response};
static const Part responses_part = PART("SingleResponse", &shape_ocsp_single);
static const Shape shape_responses = {SHAPE_LIST(DER_SEQUENCE, responses_part),
                                      .show = show_joined};

static const Part responder_parts[] = {
    PART("byName", &shape_name, .flags = PART_EXPLICIT, .tag = 1),
    PART("byKey", &shape_octets, .flags = PART_EXPLICIT, .tag = 2),
};
static const Shape shape_responder = {SHAPE_ALTERNATIVES(responder_parts)};

static const Part response_data_parts[] = {
    PART("version", &shape_ocsp_version, .flags = PART_EXPLICIT | PART_OPTIONAL,
         .id = "x509.ocsp.version", .standard = "00"),
    PART("responderID", &shape_responder),
    PART("producedAt", &shape_generalized_time),
    PART("responses", &shape_responses),
    PART("responseExtensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
};
const Shape shape_ocsp_data = {SHAPE_PARTS(response_data_parts)};
static const Part basic_parts[] = {
    PART("tbsResponseData", &shape_ocsp_data),
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signature", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM, .open = open_signatures,
         .id = "x509.BasicOCSPResponse.signature"),
    PART("certs", &shape_certificates, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
const Shape shape_ocsp_basic = {SHAPE_PARTS(basic_parts)};

static const Open open_responses[] = {
    OPEN("1.3.6.1.5.5.7.48.1.1", &shape_ocsp_basic),
    {.oid = NULL},
};
static const Part response_bytes_parts[] = {
    PART("responseType", &shape_oid),
    PART("response", NULL, .flags = PART_OCTETS, .open = open_responses),
};
const Shape shape_ocsp_bytes = {SHAPE_PARTS(response_bytes_parts)};

static void show_response_status(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    static const char *const names[] = {
        "successful", "malformedRequest", "internalError", "tryLater",
        NULL,         "sigRequired",      "unauthorized"};
    int64_t number;
    show_integer(walk, field, element, shape);
    if (value_integer(element, &number) && number >= 0 && number < (int64_t)G_N_ELEMENTS(names) &&
        names[number])
        field_set(field, "%s (%d)", names[number], (int)number);
}
static const Shape shape_response_status = {.tag = DER_ENUMERATED, .show = show_response_status};
static const Part response_parts[] = {
    PART("responseStatus", &shape_response_status),
    PART("responseBytes", &shape_ocsp_bytes, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
const Shape shape_ocsp_response = {SHAPE_PARTS(response_parts), .show = show_first};

/* Section 4.4.2 */
static const Part crl_id_parts[] = {
    PART("crlUrl", &shape_ia5, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("crlNum", &shape_integer, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
    PART("crlTime", &shape_generalized_time, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 2),
};
static const Shape shape_crl_id = {SHAPE_PARTS(crl_id_parts), .show = show_pairs};

/* Sections 4.4.3, 4.4.6 and 4.4.7 */
static const Part acceptable_part = PART("AcceptableResponse", &shape_oid);
static const Shape shape_acceptable = {SHAPE_LIST(DER_SEQUENCE, acceptable_part),
                                       .show = show_joined};
static const Part locator_parts[] = {
    PART("issuer", &shape_name, .id = "x509.ServiceLocator.issuer"),
    PART("locator", &shape_accesses, .flags = PART_OPTIONAL),
};
static const Shape shape_locator = {SHAPE_PARTS(locator_parts), .show = show_joined};
static const Part preferred_parts[] = {
    PART("sigIdentifier", &shape_algorithm),
    PART("certIdentifier", &shape_algorithm, .flags = PART_OPTIONAL),
};
static const Shape shape_preferred = {SHAPE_PARTS(preferred_parts), .show = show_joined};
static const Part preferred_part = PART("PreferredSignatureAlgorithm", &shape_preferred);
static const Shape shape_preferred_list = {SHAPE_LIST(DER_SEQUENCE, preferred_part),
                                           .show = show_joined};

/* RFC 9654 section 2.1, which replaced RFC 8954: 1 to 128 octets. */
static void show_nonce(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_octets(walk, field, element, shape);
    if (element->length == 0 || element->length > 128)
        field_note(field, "x509-structure");
}
static const Shape shape_nonce = {.tag = DER_OCTET_STRING, .show = show_nonce};

const Open open_ocsp_extensions[] = {
    OPEN("1.3.6.1.5.5.7.48.1.2", &shape_nonce),
    OPEN("1.3.6.1.5.5.7.48.1.3", &shape_crl_id),
    OPEN("1.3.6.1.5.5.7.48.1.4", &shape_acceptable),
    OPEN("1.3.6.1.5.5.7.48.1.6", &shape_generalized_time),
    OPEN("1.3.6.1.5.5.7.48.1.7", &shape_locator),
    OPEN("1.3.6.1.5.5.7.48.1.8", &shape_preferred_list),
    OPEN("1.3.6.1.5.5.7.48.1.9", &shape_null),
    OPEN("1.3.6.1.4.1.11129.2.4.5", &shape_sct_list),
    {.oid = NULL},
};
