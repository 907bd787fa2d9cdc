#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* Section 5.3.1; 7 is not used. */
static void show_reason(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    static const char *const names[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
    int64_t number;
    show_integer(walk, field, element, shape);
    if (value_integer(element, &number) && number >= 0 && number < (int64_t)G_N_ELEMENTS(names) &&
        names[number])
        field_set(field, "%s (%d)", names[number], (int)number);
}
const Shape shape_crl_reason = {.tag = DER_ENUMERATED, .show = show_reason};

/* Section 5.2.5 */
static const Part issuing_point_parts[] = {
    PART("distributionPoint", &shape_point_name, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("onlyContainsUserCerts", &shape_boolean, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1,
         .standard = "00"),
    PART("onlyContainsCACerts", &shape_boolean, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 2,
         .standard = "00"),
    PART("onlySomeReasons", &shape_reasons, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 3),
    PART("indirectCRL", &shape_boolean, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 4,
         .standard = "00"),
    PART("onlyContainsAttributeCerts", &shape_boolean, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .tag = 5, .standard = "00"),
};
const Shape shape_issuing_point = {SHAPE_PARTS(issuing_point_parts), .show = show_pairs};

const Open open_crl_extensions[] = {
    OPEN("2.5.29.20", &shape_integer),
    OPEN("2.5.29.21", &shape_crl_reason),
    OPEN("2.5.29.23", &shape_oid),
    OPEN("2.5.29.24", &shape_generalized_time),
    OPEN("2.5.29.27", &shape_integer),
    OPEN("2.5.29.28", &shape_issuing_point),
    OPEN("2.5.29.29", &shape_general_names),
    OPEN("2.5.29.60", &shape_generalized_time),
    OPEN("1.3.6.1.4.1.311.21.3", &shape_integer),
    OPEN("1.3.6.1.4.1.311.21.4", &shape_time),
    {.more = open_ocsp_extensions},
};

/* "0a:bc, 2026-01-01 00:00:00 UTC, keyCompromise (1)" */
static void show_revoked(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *serial = shape_value_of(field, "userCertificate");
    const char *date = shape_value_of(field, "revocationDate"), *reason = NULL;
    guint count = field->children ? field->children->len : 0;
    const Field *last = count ? g_ptr_array_index(field->children, count - 1) : NULL;
    if (last && strcmp(last->name, "crlEntryExtensions") == 0)
        reason = shape_value_of(last, "cRLReason");
    field_set(field, "%s, %s%s%s", serial ? serial : "?", date ? date : "?", reason ? ", " : "",
              reason ? reason : "");
}
static const Part revoked_parts[] = {
    PART("userCertificate", &shape_serial),
    PART("revocationDate", &shape_time),
    PART("crlEntryExtensions", &shape_extensions, .flags = PART_OPTIONAL),
};
static const Shape shape_revoked = {SHAPE_PARTS(revoked_parts), .show = show_revoked};

static const Part revoked_part = PART("revokedCertificate", &shape_revoked);
static const Shape shape_revoked_list = {SHAPE_LIST(DER_SEQUENCE, revoked_part),
                                         .show = shapes_count_certificates};

/* Section 5.1.2 */
static const Part tbs_parts[] = {
    PART("version", &shape_version, .flags = PART_OPTIONAL, .id = "x509.TBSCertList.version"),
    PART("signature", &shape_algorithm, .id = "x509.TBSCertList.signature"),
    PART("issuer", &shape_name, .id = "x509.TBSCertList.issuer"),
    PART("thisUpdate", &shape_time),
    PART("nextUpdate", &shape_time, .flags = PART_OPTIONAL),
    PART("revokedCertificates", &shape_revoked_list, .flags = PART_OPTIONAL),
    PART("crlExtensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
const Shape shape_crl_tbs = {SHAPE_PARTS(tbs_parts)};

/* Section 5.1.1 */
static const Part crl_parts[] = {
    PART("tbsCertList", &shape_crl_tbs),
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signatureValue", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM,
         .open = open_signatures, .id = "x509.CertificateList.signatureValue"),
};
const Shape shape_crl = {SHAPE_PARTS(crl_parts)};
