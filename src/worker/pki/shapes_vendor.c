#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* Netscape Certificate Extensions, "netscape-cert-type" */
static void show_netscape_type(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    static const char *const names[] = {"SSL client",     "SSL server",        "S/MIME",
                                        "object signing", "reserved",          "SSL CA",
                                        "S/MIME CA",      "object signing CA", NULL};
    show_named_bits(field, element, names);
}
static const Shape shape_netscape_type = {.tag = DER_BIT_STRING, .show = show_netscape_type};

/* MS-WCCE section 2.2.2.7.7.2: major and minor version of a certificate template. */
static void show_template(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *id = shape_value_of(field, "templateID");
    const char *major = shape_value_of(field, "templateMajorVersion");
    const char *minor = shape_value_of(field, "templateMinorVersion");
    field_set(field, "%s%s%s%s%s", id ? id : "", major ? ", version " : "", major ? major : "",
              minor ? "." : "", minor ? minor : "");
}
static const Part template_parts[] = {
    PART("templateID", &shape_oid),
    PART("templateMajorVersion", &shape_integer, .flags = PART_OPTIONAL),
    PART("templateMinorVersion", &shape_integer, .flags = PART_OPTIONAL),
};
static const Shape shape_template = {SHAPE_PARTS(template_parts), .show = show_template};

/* MS-WCCE: the certificate's number in the low, the key's in the high 16 bits. */
static void show_ca_version(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    int64_t version;
    show_integer(walk, field, element, shape);
    if (value_integer(element, &version) && version >= 0)
        field_set(field, "V%d.%d", (int)(version & 0xffff), (int)(version >> 16 & 0xffff));
}
static const Shape shape_ca_version = {.tag = DER_INTEGER, .show = show_ca_version};

/* Microsoft's application policies have the syntax of certificatePolicies, and name key purposes.
 */
static const Part application_policy_parts[] = {
    PART("policyIdentifier", &shape_oid, .id = "x509.applicationPolicy"),
    PART("policyQualifiers", &shape_any, .flags = PART_OPTIONAL),
};
static const Shape shape_application_policy = {SHAPE_PARTS(application_policy_parts),
                                               .show = show_first};
static const Part application_policies_part = PART("PolicyInformation", &shape_application_policy);
static const Shape shape_application_policies = {
    SHAPE_LIST(DER_SEQUENCE, application_policies_part), .show = show_joined};

/* MS-WCCE section 2.2.2.7.7.4: the SID of the account, as an otherName. */
static const Part ntds_part = PART(NULL, &shape_general_name);
static const Shape shape_ntds = {SHAPE_LIST(DER_SEQUENCE, ntds_part), .show = show_joined};

/* RFC 8551 section 2.5.2 */
static const Part capability_parts[] = {
    PART("capabilityID", &shape_oid),
    PART("parameters", &shape_any, .flags = PART_OPTIONAL, .id = "x509.SMIMECapability.parameters"),
};
static const Shape shape_capability = {SHAPE_PARTS(capability_parts), .show = show_first};
static const Part capability_part = PART("SMIMECapability", &shape_capability);
const Shape shape_smime_capabilities = {SHAPE_LIST(DER_SEQUENCE, capability_part), .empty = true,
                                        .show = show_joined};

/* CABF EV Guidelines, section 9.8.2 */
static void show_organization(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *scheme = shape_value_of(field, "registrationSchemeIdentifier");
    const char *country = shape_value_of(field, "registrationCountry");
    const char *state = shape_value_of(field, "registrationStateOrProvince");
    const char *reference = shape_value_of(field, "registrationReference");
    field_set(field, "%s%s%s%s-%s", scheme ? scheme : "", country ? country : "", state ? "+" : "",
              state ? state : "", reference ? reference : "");
}
static const Part organization_parts[] = {
    PART("registrationSchemeIdentifier", &shape_printable),
    PART("registrationCountry", &shape_printable),
    PART("registrationStateOrProvince", &shape_printable, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("registrationReference", &shape_utf8),
};
static const Shape shape_organization = {SHAPE_PARTS(organization_parts),
                                         .show = show_organization};

/* RFC 3739 section 3.2.6 and ETSI EN 319 412-5 section 4 */
static const Part monetary_parts[] = {
    PART("currency", &shape_any),
    PART("amount", &shape_integer),
    PART("exponent", &shape_integer, .id = "x509.MonetaryValue.exponent"),
};
static void show_monetary(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *currency = shape_value_of(field, "currency");
    const char *amount = shape_value_of(field, "amount");
    const char *exponent = shape_value_of(field, "exponent");
    field_set(field, "%s * 10^%s %s", amount ? amount : "?", exponent ? exponent : "?",
              currency ? currency : "?");
}
static const Shape shape_monetary = {SHAPE_PARTS(monetary_parts), .show = show_monetary};
static const Part location_parts[] = {PART("url", &shape_ia5), PART("language", &shape_printable)};
static const Shape shape_location = {SHAPE_PARTS(location_parts), .show = show_joined};
static const Part locations_part = PART("PdsLocation", &shape_location);
static const Shape shape_locations = {SHAPE_LIST(DER_SEQUENCE, locations_part),
                                      .show = show_joined};
static const Part qc_types_part = PART("QcType", &shape_oid);
static const Shape shape_qc_types = {SHAPE_LIST(DER_SEQUENCE, qc_types_part), .show = show_joined};
static const Part countries_part = PART("CountryName", &shape_printable);
static const Shape shape_countries = {SHAPE_LIST(DER_SEQUENCE, countries_part),
                                      .show = show_joined};
static const Part semantics_parts[] = {
    PART("semanticsIdentifier", &shape_oid, .flags = PART_OPTIONAL),
    PART("nameRegistrationAuthorities", &shape_general_names, .flags = PART_OPTIONAL),
};
static const Shape shape_semantics = {SHAPE_PARTS(semantics_parts), .show = show_joined};
static const Open open_statements[] = {
    OPEN("1.3.6.1.5.5.7.11.1", &shape_semantics), OPEN("1.3.6.1.5.5.7.11.2", &shape_semantics),
    OPEN("0.4.0.1862.1.2", &shape_monetary),      OPEN("0.4.0.1862.1.3", &shape_integer),
    OPEN("0.4.0.1862.1.5", &shape_locations),     OPEN("0.4.0.1862.1.6", &shape_qc_types),
    OPEN("0.4.0.1862.1.7", &shape_countries),     {.oid = NULL},
};
static const Part statement_parts[] = {
    PART("statementId", &shape_oid),
    PART("statementInfo", &shape_any, .flags = PART_OPTIONAL, .open = open_statements),
};
static void show_statement(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *id = shape_value_of(field, "statementId");
    const char *info = shape_value_of(field, "statementInfo");
    field_set(field, "%s%s%s", id ? id : "", info ? ": " : "", info ? info : "");
}
static const Shape shape_statement = {SHAPE_PARTS(statement_parts), .show = show_statement};
static const Part statements_part = PART("QCStatement", &shape_statement);
static const Shape shape_statements = {SHAPE_LIST(DER_SEQUENCE, statements_part),
                                       .show = show_joined};

const Open open_vendor_extensions[] = {
    OPEN("1.3.6.1.4.1.11129.2.4.2", &shape_sct_list),
    OPEN("1.3.6.1.4.1.11129.2.4.3", &shape_null),
    OPEN("1.3.6.1.5.5.7.1.3", &shape_statements),
    OPEN("2.23.140.3.1", &shape_organization),
    OPEN("1.3.6.1.5.5.7.1.31", &shape_octets),
    OPEN("1.3.6.1.4.1.44363.44", &shape_null),
    OPEN("1.3.6.1.4.1.311.20.2", &shape_string),
    OPEN("1.3.6.1.4.1.311.21.1", &shape_ca_version),
    OPEN("1.3.6.1.4.1.311.21.2", &shape_octets),
    OPEN("1.3.6.1.4.1.311.21.7", &shape_template),
    OPEN("1.3.6.1.4.1.311.21.10", &shape_application_policies),
    OPEN("1.3.6.1.4.1.311.25.2", &shape_ntds),
    OPEN("2.16.840.1.113730.1.1", &shape_netscape_type),
    OPEN("2.16.840.1.113730.1.2", &shape_ia5),
    OPEN("2.16.840.1.113730.1.3", &shape_ia5),
    OPEN("2.16.840.1.113730.1.4", &shape_ia5),
    OPEN("2.16.840.1.113730.1.7", &shape_ia5),
    OPEN("2.16.840.1.113730.1.8", &shape_ia5),
    OPEN("2.16.840.1.113730.1.12", &shape_ia5),
    OPEN("2.16.840.1.113730.1.13", &shape_ia5),
    {.more = open_crl_extensions},
};
