#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* The values of an attribute are a SET of one type, which the attribute's OID gives. */
#define VALUES(name, shape)                                                                        \
    static const Part name##_part = PART("AttributeValue", shape);                                 \
    static const Shape name = {SHAPE_LIST(DER_SET, name##_part), .show = show_joined}

VALUES(any_values, &shape_any);
VALUES(string_values, &shape_string);
VALUES(octets_values, &shape_octets);
VALUES(oid_values, &shape_oid);
VALUES(time_values, &shape_time);
VALUES(date_values, &shape_generalized_time);
VALUES(extensions_values, &shape_extensions);
VALUES(capabilities_values, &shape_smime_capabilities);

/* MS-WCCE section 2.2.2.7.1 to 2.2.2.7.4: what a Windows client says of itself in a request. */
static const Part csp_parts[] = {
    PART("KeySpec", &shape_integer),
    PART("CSPName", &shape_string),
    PART("Signature", &shape_bits, .id = "x509.CSPProvider.Signature"),
};
static const Shape shape_csp = {SHAPE_PARTS(csp_parts), .show = show_pairs};
VALUES(csp_values, &shape_csp);
static const Part client_parts[] = {
    PART("clientId", &shape_integer),
    PART("MachineName", &shape_string),
    PART("UserName", &shape_string),
    PART("ProcessName", &shape_string),
};
static const Shape shape_client = {SHAPE_PARTS(client_parts), .show = show_pairs};
VALUES(client_values, &shape_client);

static const Open open_attributes[] = {
    OPEN("1.2.840.113549.1.9.2", &string_values),
    OPEN("1.2.840.113549.1.9.3", &oid_values),
    OPEN("1.2.840.113549.1.9.4", &octets_values),
    OPEN("1.2.840.113549.1.9.5", &time_values),
    OPEN("1.2.840.113549.1.9.7", &string_values),
    OPEN("1.2.840.113549.1.9.8", &string_values),
    OPEN("1.2.840.113549.1.9.14", &extensions_values),
    OPEN("1.2.840.113549.1.9.15", &capabilities_values),
    OPEN("1.2.840.113549.1.9.20", &string_values),
    OPEN("1.2.840.113549.1.9.21", &octets_values),
    OPEN("1.3.6.1.4.1.311.2.1.14", &extensions_values),
    OPEN("1.3.6.1.4.1.311.13.2.2", &csp_values),
    OPEN("1.3.6.1.4.1.311.13.2.3", &string_values),
    OPEN("1.3.6.1.4.1.311.17.1", &string_values),
    OPEN("1.3.6.1.4.1.311.21.20", &client_values),
    OPEN("1.3.6.1.5.5.7.9.1", &date_values),
    OPEN("1.3.6.1.5.5.7.9.2", &string_values),
    OPEN("1.3.6.1.5.5.7.9.3", &string_values),
    OPEN("1.3.6.1.5.5.7.9.4", &string_values),
    OPEN("1.3.6.1.5.5.7.9.5", &string_values),
    OPEN("2.5.4.5", &string_values),
    OPEN("2.5.4.6", &string_values),
    {.oid = NULL},
};

/* An attribute is called by its type. */
static void show_attribute(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    const char *type = shape_value_of(field, "type");
    show_last(walk, field, element, shape);
    if (!type || strcmp(field->name, "Attribute") != 0)
        return;
    g_autofree char *name = g_strndup(type, strcspn(type, " "));
    shape_call(field, "x509.attribute", name);
    if (!field->id)
        field->id = g_strdup("x509.Attribute");
}
static const Part attribute_parts[] = {
    PART("type", &shape_oid, .id = "x509.AttributeType"),
    PART("values", &any_values, .open = open_attributes),
};
const Shape shape_attribute = {SHAPE_PARTS(attribute_parts), .show = show_attribute};
static const Part attribute_part = PART("Attribute", &shape_attribute);
const Shape shape_attributes = {SHAPE_LIST(DER_SEQUENCE, attribute_part), .show = show_named};
const Shape shape_attribute_set = {SHAPE_LIST(DER_SET, attribute_part), .empty = true,
                                   .show = show_named};

/* RFC 2986 section 4 */
static const Part info_parts[] = {
    PART("version", &shape_integer, .id = "x509.CertificationRequestInfo.version"),
    PART("subject", &shape_name, .id = "x509.CertificationRequestInfo.subject"),
    PART("subjectPKInfo", &shape_spki),
    PART("attributes", &shape_attribute_set, .flags = PART_IMPLICIT),
};
static const Shape shape_info = {SHAPE_PARTS(info_parts)};
static const Part request_parts[] = {
    PART("certificationRequestInfo", &shape_info),
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signature", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM, .open = open_signatures,
         .id = "x509.CertificationRequest.signature"),
};
const Shape shape_request = {SHAPE_PARTS(request_parts)};
