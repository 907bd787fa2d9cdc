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

/* MS-WCCE section 2.2.2.7.7 and Authenticode: the publisher's financial standing. */
static const Part financial_parts[] = {
    PART("financialInfoAvailable", &shape_boolean),
    PART("meetsCriteria", &shape_boolean),
};
static const Shape shape_financial = {SHAPE_PARTS(financial_parts), .show = show_pairs};

/* Adobe's digital signatures: where documents can be stamped with the time, and that what is needed
 * to see whether it is revoked goes into them. */
static const Part adobe_stamp_parts[] = {
    PART("version", &shape_integer, .id = "x509.adobe.version"),
    PART("location", &shape_general_name),
    PART("requiresAuth", &shape_boolean, .flags = PART_OPTIONAL, .standard = "00"),
};
static const Shape shape_adobe_stamp = {SHAPE_PARTS(adobe_stamp_parts), .show = show_pairs};
static const Part adobe_archive_parts[] = {
    PART("version", &shape_integer, .id = "x509.adobe.version"),
};
static const Shape shape_adobe_archive = {SHAPE_PARTS(adobe_archive_parts), .show = show_pairs};

/* Entrust's directory schema */
static void show_entrust_flags(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    static const char *const names[] = {"keyUpdateAllowed",
                                        "newExtensions",
                                        "pKIXCertificate",
                                        "enterpriseCategory",
                                        "webCategory",
                                        "sETCategory",
                                        NULL};
    show_named_bits(field, element, names);
}
static const Shape shape_entrust_flags = {.tag = DER_BIT_STRING, .show = show_entrust_flags};
static const Part entrust_parts[] = {
    PART("entrustVers", &shape_string),
    PART("entrustVersInfoFlags", &shape_entrust_flags, .flags = PART_OPTIONAL),
};
static const Shape shape_entrust = {SHAPE_PARTS(entrust_parts), .show = show_joined};

const Open open_vendor_extensions[] = {
    OPEN("1.3.6.1.4.1.11129.2.4.2", &shape_sct_list),
    OPEN("1.3.6.1.4.1.11129.2.4.3", &shape_null),
    OPEN("1.3.6.1.5.5.7.1.31", &shape_octets),
    OPEN("1.3.6.1.4.1.44363.44", &shape_null),
    OPEN("1.3.6.1.4.1.311.20.2", &shape_string),
    OPEN("1.3.6.1.4.1.311.21.1", &shape_ca_version),
    OPEN("1.3.6.1.4.1.311.21.2", &shape_octets),
    OPEN("1.3.6.1.4.1.311.21.7", &shape_template),
    OPEN("1.3.6.1.4.1.311.21.10", &shape_application_policies),
    OPEN("1.3.6.1.4.1.311.21.11", &shape_mappings),
    OPEN("1.3.6.1.4.1.311.21.12", &shape_policy_constraints),
    OPEN("1.3.6.1.4.1.311.2.1.27", &shape_financial),
    OPEN("1.2.840.113549.1.9.15", &shape_smime_capabilities),
    OPEN("1.2.840.113533.7.65.0", &shape_entrust),
    OPEN("1.2.840.113583.1.1.9.1", &shape_adobe_stamp),
    OPEN("1.2.840.113583.1.1.9.2", &shape_adobe_archive),
    OPEN("1.3.6.1.4.1.311.25.2", &shape_ntds),
    OPEN("2.16.840.1.113730.1.1", &shape_netscape_type),
    OPEN("2.16.840.1.113730.1.2", &shape_ia5),
    OPEN("2.16.840.1.113730.1.3", &shape_ia5),
    OPEN("2.16.840.1.113730.1.4", &shape_ia5),
    OPEN("2.16.840.1.113730.1.7", &shape_ia5),
    OPEN("2.16.840.1.113730.1.8", &shape_ia5),
    OPEN("2.16.840.1.113730.1.9", &shape_ia5),
    OPEN("2.16.840.1.113730.1.10", &shape_ia5),
    OPEN("2.16.840.1.113730.1.11", &shape_ia5),
    OPEN("2.16.840.1.113730.1.12", &shape_ia5),
    OPEN("2.16.840.1.113730.1.14", &shape_ia5),
    OPEN("2.16.840.1.113730.1.13", &shape_ia5),
    {.more = open_qualified_extensions},
};
