#include <string.h>

#include "common/registry/registry.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* Section 4.2.1.1 */
static void show_authority_key(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    const char *key_id = shape_value_of(field, "keyIdentifier");
    if (key_id)
        field_set(field, "%s", key_id);
    else
        show_pairs(walk, field, element, shape);
}

static const Shape shape_serial_number = {.tag = DER_INTEGER, .show = show_octets};

static const Part authority_key_parts[] = {
    PART("keyIdentifier", &shape_octets, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("authorityCertIssuer", &shape_general_names, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .tag = 1),
    PART("authorityCertSerialNumber", &shape_serial_number, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .tag = 2),
};
const Shape shape_authority_key = {SHAPE_PARTS(authority_key_parts), .show = show_authority_key};

/* Section 4.2.1.3 */
const char *const key_usage_names[] = {
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly",     NULL};

static void show_key_usage(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    show_named_bits(field, element, key_usage_names);
}

static const Shape shape_key_usage = {.tag = DER_BIT_STRING, .show = show_key_usage};

/* Section 4.2.1.4 */
static const Part notice_number_part = PART("noticeNumber", &shape_integer);
static const Shape shape_notice_numbers = {SHAPE_LIST(DER_SEQUENCE, notice_number_part),
                                           .empty = true, .show = show_joined};
static const Part notice_reference_parts[] = {
    PART("organization", &shape_string),
    PART("noticeNumbers", &shape_notice_numbers),
};
static const Shape shape_notice_reference = {SHAPE_PARTS(notice_reference_parts),
                                             .show = show_pairs};
static void show_notice(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    if (shape_value_of(field, "explicitText"))
        show_last(walk, field, element, shape);
    else
        show_pairs(walk, field, element, shape);
}
static const Part notice_parts[] = {
    PART("noticeRef", &shape_notice_reference, .flags = PART_OPTIONAL),
    PART("explicitText", &shape_string, .flags = PART_OPTIONAL),
};
static const Shape shape_notice = {SHAPE_PARTS(notice_parts), .show = show_notice};
static const Open open_qualifiers[] = {
    OPEN("1.3.6.1.5.5.7.2.1", &shape_ia5),
    OPEN("1.3.6.1.5.5.7.2.2", &shape_notice),
    {.oid = NULL},
};
static const Part qualifier_parts[] = {
    PART("policyQualifierId", &shape_oid),
    PART("qualifier", NULL, .open = open_qualifiers),
};
static const Shape shape_qualifier = {SHAPE_PARTS(qualifier_parts), .show = show_last};
static const Part qualifiers_part = PART("PolicyQualifierInfo", &shape_qualifier);
static const Shape shape_qualifiers = {SHAPE_LIST(DER_SEQUENCE, qualifiers_part),
                                       .show = show_joined};
static const Part policy_parts[] = {
    PART("policyIdentifier", &shape_oid),
    PART("policyQualifiers", &shape_qualifiers, .flags = PART_OPTIONAL),
};
static const Shape shape_policy = {SHAPE_PARTS(policy_parts), .show = show_first};
static const Part policies_part = PART("PolicyInformation", &shape_policy);
static const Shape shape_policies = {SHAPE_LIST(DER_SEQUENCE, policies_part), .show = show_joined};

/* Section 4.2.1.5 */
static const Part mapping_parts[] = {
    PART("issuerDomainPolicy", &shape_oid),
    PART("subjectDomainPolicy", &shape_oid),
};
static const Shape shape_mapping = {SHAPE_PARTS(mapping_parts), .show = show_pairs};
static const Part mappings_part = PART("PolicyMapping", &shape_mapping);
const Shape shape_mappings = {SHAPE_LIST(DER_SEQUENCE, mappings_part), .show = show_joined};

/* Section 4.2.1.9 */
static void show_basic(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *ca = shape_value_of(field, "cA");
    const char *length = shape_value_of(field, "pathLenConstraint");
    if (ca && strcmp(ca, "FALSE") == 0)
        field_note(field, "der-default");
    field_set(field, "cA=%s%s%s", ca ? ca : "FALSE", length ? ", pathLenConstraint=" : "",
              length ? length : "");
}
static const Part basic_parts[] = {
    PART("cA", &shape_boolean, .flags = PART_OPTIONAL),
    PART("pathLenConstraint", &shape_integer, .flags = PART_OPTIONAL),
};
const Shape shape_basic_constraints = {SHAPE_PARTS(basic_parts), .show = show_basic};

/* Section 4.2.1.10 */
static void show_subtree(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_first(walk, field, element, shape);
    if (field->children) {
        const Field *base = g_ptr_array_index(field->children, 0);
        g_string_prepend_c(field->value, ':');
        g_string_prepend(field->value, base->name);
    }
}
static const Part subtree_parts[] = {
    PART(NULL, &shape_general_name),
    PART("minimum", &shape_integer, .flags = PART_IMPLICIT | PART_OPTIONAL, .standard = "00"),
    PART("maximum", &shape_integer, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
static const Shape shape_subtree = {SHAPE_PARTS(subtree_parts), .show = show_subtree};
static const Part subtrees_part = PART("GeneralSubtree", &shape_subtree);
static const Shape shape_subtrees = {SHAPE_LIST(DER_SEQUENCE, subtrees_part), .show = show_joined};
static const Part name_constraints_parts[] = {
    PART("permittedSubtrees", &shape_subtrees, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("excludedSubtrees", &shape_subtrees, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
static void show_name_constraints(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_pairs(walk, field, element, shape);
    if (field->value->len == 0)
        field_note(field, "x509-empty");
}
static const Shape shape_name_constraints = {SHAPE_PARTS(name_constraints_parts),
                                             .show = show_name_constraints};

/* Section 4.2.1.11 */
static const Part policy_constraints_parts[] = {
    PART("requireExplicitPolicy", &shape_integer, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("inhibitPolicyMapping", &shape_integer, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
const Shape shape_policy_constraints = {SHAPE_PARTS(policy_constraints_parts),
                                        .show = show_name_constraints};

/* Section 4.2.1.12 */
static const Part purpose_part = PART("KeyPurposeId", &shape_oid);
static void show_purposes(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (strcmp(child->name, "KeyPurposeId") == 0)
            g_string_append_printf(text, "%s%.*s", text->len ? ", " : "",
                                   (int)strcspn(child->value->str, " "), child->value->str);
    }
    field_set_text(field, text->str, text->len);
}
static const Shape shape_key_purposes = {SHAPE_LIST(DER_SEQUENCE, purpose_part),
                                         .show = show_purposes};

/* Sections 4.2.1.13 and 4.2.1.15 */
static const char *const reason_names[] = {"unused",          "keyCompromise",
                                           "cACompromise",    "affiliationChanged",
                                           "superseded",      "cessationOfOperation",
                                           "certificateHold", "privilegeWithdrawn",
                                           "aACompromise",    NULL};
static void show_reasons(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    show_named_bits(field, element, reason_names);
}
const Shape shape_reasons = {.tag = DER_BIT_STRING, .show = show_reasons};
static const Part full_name_part = PART(NULL, &shape_general_name);
static const Shape shape_full_name = {SHAPE_LIST(DER_SEQUENCE, full_name_part),
                                      .show = show_joined};
static const Part point_name_parts[] = {
    PART("fullName", &shape_full_name, .flags = PART_IMPLICIT),
    PART("nameRelativeToCRLIssuer", &shape_rdn, .flags = PART_IMPLICIT, .tag = 1),
};
const Shape shape_point_name = {SHAPE_ALTERNATIVES(point_name_parts), .rows = true,
                                .show = show_joined};
static const Part point_parts[] = {
    PART("distributionPoint", &shape_point_name, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("reasons", &shape_reasons, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
    PART("cRLIssuer", &shape_general_names, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 2),
};
const Shape shape_distribution_point = {SHAPE_PARTS(point_parts), .show = show_first};
static const Part points_part = PART("DistributionPoint", &shape_distribution_point);
static const Shape shape_points = {SHAPE_LIST(DER_SEQUENCE, points_part), .show = show_joined};

/* Section 4.2.2 */
static void show_access(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_last(walk, field, element, shape);
    const char *method = shape_value_of(field, "accessMethod");
    g_autofree char *prefix =
        method ? g_strdup_printf("%.*s: ", (int)strcspn(method, " "), method) : NULL;
    if (prefix)
        g_string_prepend(field->value, prefix);
}
static const Part access_parts[] = {
    PART("accessMethod", &shape_oid),
    PART(NULL, &shape_general_name),
};
static const Shape shape_access = {SHAPE_PARTS(access_parts), .show = show_access};
static const Part accesses_part = PART("AccessDescription", &shape_access);
const Shape shape_accesses = {SHAPE_LIST(DER_SEQUENCE, accesses_part), .show = show_joined};

/* RFC 3280 section 4.2.1.4 */
static const Part usage_period_parts[] = {
    PART("notBefore", &shape_generalized_time, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .id = "x509.privateKeyUsagePeriod.notBefore"),
    PART("notAfter", &shape_generalized_time, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1,
         .id = "x509.privateKeyUsagePeriod.notAfter"),
};
static const Shape shape_usage_period = {SHAPE_PARTS(usage_period_parts), .show = show_pairs};

/* RFC 3820 section 3.8 */
static const Part proxy_policy_parts[] = {
    PART("policyLanguage", &shape_oid),
    PART("policy", &shape_octets, .flags = PART_OPTIONAL, .id = "x509.ProxyPolicy.policy"),
};
static const Shape shape_proxy_policy = {SHAPE_PARTS(proxy_policy_parts), .show = show_pairs};
static const Part proxy_parts[] = {
    PART("pCPathLenConstraint", &shape_integer, .flags = PART_OPTIONAL),
    PART("proxyPolicy", &shape_proxy_policy),
};
static const Shape shape_proxy = {SHAPE_PARTS(proxy_parts), .show = show_pairs};

/* RFC 7633: numbers of TLS extensions; 5 is status_request. */
static void show_feature(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    int64_t number;
    char unnamed[REGISTRY_NUMBER];
    show_integer(walk, field, element, shape);
    if (value_integer(element, &number) && number >= 0 && number <= UINT16_MAX &&
        registry_extension((uint16_t)number))
        field_set(field, "%s (%d)", registry_extension_name((uint16_t)number, unnamed),
                  (int)number);
}
static const Shape shape_feature = {.tag = DER_INTEGER, .show = show_feature};
static const Part features_part = PART("feature", &shape_feature);
static const Shape shape_features = {SHAPE_LIST(DER_SEQUENCE, features_part), .empty = true,
                                     .show = show_joined};

/* RFC 5755 section 4.3.2: the servers that an attribute certificate is for. */
static const Part target_cert_parts[] = {
    PART("targetCertificate", &shape_any),
    PART("targetName", &shape_general_name, .flags = PART_OPTIONAL),
    PART("certDigestInfo", &shape_any, .flags = PART_OPTIONAL),
};
static const Shape shape_target_cert = {SHAPE_PARTS(target_cert_parts)};
static const Part target_parts[] = {
    PART("targetName", &shape_general_name, .flags = PART_EXPLICIT),
    PART("targetGroup", &shape_general_name, .flags = PART_EXPLICIT, .tag = 1),
    PART("targetCert", &shape_target_cert, .flags = PART_IMPLICIT, .tag = 2),
};
static const Shape shape_target = {SHAPE_ALTERNATIVES(target_parts)};
static const Part target_part = PART(NULL, &shape_target);
static const Shape shape_targets = {SHAPE_LIST(DER_SEQUENCE, target_part), .show = show_joined};
static const Part targeting_part = PART("Targets", &shape_targets);
static const Shape shape_targeting = {SHAPE_LIST(DER_SEQUENCE, targeting_part),
                                      .show = show_joined};

/* What stood before RFC 2459 in the place of extensions that have other numbers since. */
static const Part old_authority_key_parts[] = {
    PART("keyIdentifier", &shape_octets, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("authorityCertIssuer", &shape_any, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
    PART("authorityCertSerialNumber", &shape_serial_number, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .tag = 2),
};
static const Shape shape_old_authority_key = {SHAPE_PARTS(old_authority_key_parts),
                                              .show = show_authority_key};
static const Part old_policy_id_part = PART("CertPolicyElementId", &shape_oid);
static const Shape shape_old_policy = {SHAPE_LIST(DER_SEQUENCE, old_policy_id_part),
                                       .show = show_joined};
static const Part old_policies_part = PART("CertPolicyId", &shape_old_policy);
static const Shape shape_old_policies = {SHAPE_LIST(DER_SEQUENCE, old_policies_part),
                                         .show = show_joined};
static const Part old_usage_parts[] = {
    PART("certPolicySet", &shape_old_policies, .flags = PART_OPTIONAL),
    PART("restrictedKeyUsage", &shape_key_usage, .flags = PART_OPTIONAL),
};
static const Shape shape_old_usage = {SHAPE_PARTS(old_usage_parts), .show = show_joined};
static const char *const subject_types[] = {"CA", "end entity", NULL};
static void show_subject_type(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    show_named_bits(field, element, subject_types);
}
static const Shape shape_subject_type = {.tag = DER_BIT_STRING, .show = show_subject_type};
static const Part old_subtree_part = PART("GeneralSubtree", &shape_any);
static const Shape shape_old_subtrees = {SHAPE_LIST(DER_SEQUENCE, old_subtree_part),
                                         .show = show_count};
static const Part old_basic_parts[] = {
    PART("subjectType", &shape_subject_type),
    PART("pathLenConstraint", &shape_integer, .flags = PART_OPTIONAL),
    PART("subtreesConstraint", &shape_old_subtrees, .flags = PART_OPTIONAL),
};
static const Shape shape_old_basic = {SHAPE_PARTS(old_basic_parts), .show = show_joined};

const Open open_extensions[] = {
    OPEN("2.5.29.1", &shape_old_authority_key),
    OPEN("2.5.29.4", &shape_old_usage),
    OPEN("2.5.29.7", &shape_general_names),
    OPEN("2.5.29.8", &shape_general_names),
    OPEN("2.5.29.10", &shape_old_basic),
    OPEN("2.5.29.9", &shape_attributes),
    OPEN("2.5.29.14", &shape_octets),
    OPEN("2.5.29.15", &shape_key_usage),
    OPEN("2.5.29.16", &shape_usage_period),
    OPEN("2.5.29.17", &shape_general_names),
    OPEN("2.5.29.18", &shape_general_names),
    OPEN("2.5.29.19", &shape_basic_constraints),
    OPEN("2.5.29.30", &shape_name_constraints),
    OPEN("2.5.29.31", &shape_points),
    OPEN("2.5.29.32", &shape_policies),
    OPEN("2.5.29.33", &shape_mappings),
    OPEN("2.5.29.35", &shape_authority_key),
    OPEN("2.5.29.36", &shape_policy_constraints),
    OPEN("2.5.29.37", &shape_key_purposes),
    OPEN("2.5.29.46", &shape_points),
    OPEN("2.5.29.54", &shape_integer),
    OPEN("2.5.29.55", &shape_targeting),
    OPEN("2.5.29.56", &shape_null),
    OPEN("1.3.6.1.5.5.7.1.1", &shape_accesses),
    OPEN("1.3.6.1.5.5.7.1.11", &shape_accesses),
    OPEN("1.3.6.1.5.5.7.1.14", &shape_proxy),
    OPEN("1.3.6.1.5.5.7.1.24", &shape_features),
    OPEN("1.3.6.1.5.5.7.48.1.5", &shape_null),
    {.more = open_vendor_extensions},
};
