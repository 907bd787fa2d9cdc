#include <string.h>

#include "common/registry/registry.h"
#include "worker/pki/idn.h"
#include "worker/pki/name.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

static void set_string(Field *field, GString *text)
{
    field_set_text(field, text->str, text->len);
    g_string_free(text, TRUE);
}

/* The full name of an attribute's type, from the row of its OID: "commonName (2.5.4.3)". */
static void name_by_type(Field *field, const char *type)
{
    const char *end = type ? strchr(type, ' ') : NULL;
    if (!end)
        return;
    g_autofree char *name = g_strndup(type, (gsize)(end - type));
    shape_call(field, "x509.rdn", name);
}

static void show_attribute(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    name_by_type(field, shape_value_of(field, "type"));
    show_last(walk, field, element, shape);
    idn_note_text(field);
    if (strcmp(field->name, "commonName") == 0)
        idn_show_text(field);
}

static const Part attribute_parts[] = {
    PART("type", &shape_oid, .id = "x509.AttributeType"),
    PART("value", &shape_string, .id = "x509.AttributeValue"),
};

static const Shape shape_type_and_value = {SHAPE_PARTS(attribute_parts), .show = show_attribute};

static const Part rdn_part = PART("AttributeTypeAndValue", &shape_type_and_value);

/* An RDN nearly always has one attribute, and then is that attribute's row. */
static void show_rdn(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    set_string(field, name_rdn_text(element));
    if (!field->children || field->children->len != 1 ||
        strcmp(field->name, "RelativeDistinguishedName") != 0)
        return;
    g_autoptr(GPtrArray) only = g_steal_pointer(&field->children);
    Field *attribute = g_ptr_array_index(only, 0);
    g_free(field->name);
    field->name = g_strdup(attribute->name);
    g_free(field->id);
    field->id = g_strdup(attribute->id);
    field_set_text(field, attribute->value->str, attribute->value->len);
    for (guint i = 0; attribute->notes && i < attribute->notes->len; i++)
        field_note(field, g_ptr_array_index(attribute->notes, i));
    field->children = g_steal_pointer(&attribute->children);
    field->total = field->children ? field->children->len : 0;
    for (guint i = 0; i < field->total; i++)
        ((Field *)g_ptr_array_index(field->children, i))->parent = field;
}

const Shape shape_rdn = {SHAPE_LIST(DER_SET, rdn_part), .show = show_rdn};

static const Part name_part = PART("RelativeDistinguishedName", &shape_rdn);

static void show_name(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    set_string(field, name_text(element));
}

const Shape shape_name = {SHAPE_LIST(DER_SEQUENCE, name_part), .empty = true, .show = show_name};

/* A dNSName, address or URI is visible ASCII, whatever IA5String would allow (RFC 5280 section
 * 4.2.1.6): a control or a NUL in it is there to deceive. */
static void show_host_string(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_string(walk, field, element, shape);
    for (size_t i = 0; i < element->length; i++)
        if (element->data[i] <= 0x20 || element->data[i] >= 0x7f)
            field_note(field, "x509-bad-string");
    idn_note_text(field);
}

static void show_dns(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_host_string(walk, field, element, shape);
    idn_show_domain(field, 0, field->value->len);
}

static void show_mail_domain(Field *field)
{
    const char *at = strrchr(field->value->str, '@');
    idn_show_domain(field, at ? (size_t)(at + 1 - field->value->str) : 0, field->value->len);
}

static void show_mail(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_host_string(walk, field, element, shape);
    show_mail_domain(field);
}

/* RFC 3986 section 3.2: the host is behind "//" and the user, before port, path, query. */
static void show_uri(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_host_string(walk, field, element, shape);
    const char *text = field->value->str, *host = strstr(text, "://");
    if (!host)
        return;
    host += 3;
    size_t length = strcspn(host, "/?#");
    const char *user = memchr(host, '@', length);
    if (user) {
        length -= (size_t)(user + 1 - host);
        host = user + 1;
    }
    size_t start = (size_t)(host - text);
    idn_show_domain(field, start, start + MIN(length, strcspn(host, ":")));
}

/* RFC 8398: an address whose parts may be in Unicode. */
static void show_smtp(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_string(walk, field, element, shape);
    idn_note_text(field);
    show_mail_domain(field);
}

static const Shape shape_dns = {.tag = DER_IA5_STRING, .show = show_dns};
static const Shape shape_mail = {.tag = DER_IA5_STRING, .show = show_mail};
static const Shape shape_uri = {.tag = DER_IA5_STRING, .show = show_uri};
static const Shape shape_smtp = {.tag = DER_UTF8_STRING, .show = show_smtp};

/* RFC 5280 section 4.2.1.6: 4 or 16 octets; section 4.2.1.10: twice as many, with a mask. */
static void show_ip(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    size_t size = element->length;
    if (size != 4 && size != 8 && size != 16 && size != 32) {
        field_note(field, "x509-structure");
        show_hex(field, element->data, element->length);
        return;
    }
    size_t one = size == 4 || size == 8 ? 4 : 16;
    Reader reader = der_inside(element);
    GString *text = value_ip(reader_take(&reader, one), one);
    if (size != one) {
        GString *mask = value_ip(reader_take(&reader, one), one);
        g_string_append_printf(text, "/%s", mask->str);
        g_string_free(mask, TRUE);
    }
    set_string(field, text);
}

static const Shape shape_ip = {.tag = DER_OCTET_STRING, .show = show_ip};

/* RFC 4556 section 3.2.2: KRB5PrincipalName. */
static void show_principal_strings(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        g_string_append_printf(text, "%s%s", i ? "/" : "", child->value->str);
    }
    field_set_text(field, text->str, text->len);
}
static const Part principal_string_part = PART("KerberosString", &shape_string);
static const Shape shape_principal_strings = {SHAPE_LIST(DER_SEQUENCE, principal_string_part),
                                              .show = show_principal_strings};
static const Part principal_name_parts[] = {
    PART("name-type", &shape_integer, .flags = PART_EXPLICIT),
    PART("name-string", &shape_principal_strings, .flags = PART_EXPLICIT, .tag = 1),
};
static const Shape shape_principal_name = {SHAPE_PARTS(principal_name_parts), .show = show_last};
static const Part krb5_parts[] = {
    PART("realm", &shape_string, .flags = PART_EXPLICIT),
    PART("principalName", &shape_principal_name, .flags = PART_EXPLICIT, .tag = 1),
};
static void show_krb5(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *realm = shape_value_of(field, "realm");
    const char *principal = shape_value_of(field, "principalName");
    field_set(field, "%s@%s", principal ? principal : "", realm ? realm : "");
}
static const Shape shape_krb5 = {SHAPE_PARTS(krb5_parts), .show = show_krb5};

/* A SID is text ("S-1-5-21-..."), in an OCTET STRING. */
static void show_sid(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    bool good;
    GString *text = value_string(element, DER_VISIBLE_STRING, &good);
    if (good)
        field_set_text(field, text->str, text->len);
    else
        show_octets(walk, field, element, shape);
    g_string_free(text, TRUE);
}
static const Shape shape_sid = {.tag = DER_OCTET_STRING, .show = show_sid};

/* A GUID as Microsoft writes it: its first three numbers lie with their lowest octet first. */
static void show_guid(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    Reader reader = der_inside(element);
    const uint8_t *b = reader_take(&reader, 16);
    if (!b || !reader_at_end(&reader)) {
        show_octets(walk, field, element, shape);
        return;
    }
    field_set(field, "{%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x}", b[3],
              b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13],
              b[14], b[15]);
}
static const Shape shape_guid = {.tag = DER_OCTET_STRING, .show = show_guid};

/* RFC 4043 section 2, and RFC 4108 section 5. */
static const Part permanent_parts[] = {
    PART("identifierValue", &shape_utf8, .flags = PART_OPTIONAL),
    PART("assigner", &shape_oid, .flags = PART_OPTIONAL),
};
static const Shape shape_permanent = {SHAPE_PARTS(permanent_parts), .show = show_pairs};
static const Part hardware_parts[] = {
    PART("hwType", &shape_oid),
    PART("hwSerialNum", &shape_octets),
};
static const Shape shape_hardware = {SHAPE_PARTS(hardware_parts), .show = show_pairs};

static const Open open_other_names[] = {
    OPEN("1.3.6.1.4.1.311.20.2.3", &shape_utf8), /* UPN */
    OPEN("1.3.6.1.4.1.311.25.2.1", &shape_sid),  /* Microsoft's NTDS object SID */
    OPEN("1.3.6.1.4.1.311.25.1", &shape_guid),   /* Microsoft's NTDS replication GUID */
    OPEN("1.3.6.1.5.5.7.8.5", &shape_utf8),      /* XmppAddr, RFC 6120 */
    OPEN("1.3.6.1.5.5.7.8.7", &shape_ia5),       /* SRVName, RFC 4985 */
    OPEN("1.3.6.1.5.5.7.8.9", &shape_smtp),      /* SmtpUTF8Mailbox, RFC 8398 */
    OPEN("1.3.6.1.5.5.7.8.3", &shape_permanent), /* permanentIdentifier, RFC 4043 */
    OPEN("1.3.6.1.5.5.7.8.4", &shape_hardware),  /* hardwareModuleName, RFC 4108 */
    OPEN("1.3.6.1.5.2.2", &shape_krb5),          {.oid = NULL},
};

static void show_other_name(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *type = shape_value_of(field, "type-id"), *value = shape_value_of(field, "value");
    field_set(field, "%s%s%s", type ? type : "", type && value && *value ? ": " : "",
              value ? value : "");
}

static const Part other_name_parts[] = {
    PART("type-id", &shape_oid),
    PART("value", &shape_any, .flags = PART_EXPLICIT, .open = open_other_names,
         .id = "x509.otherName.value"),
};
static const Shape shape_other_name = {SHAPE_PARTS(other_name_parts), .show = show_other_name};

static const Part edi_parts[] = {
    PART("nameAssigner", &shape_string, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("partyName", &shape_string, .flags = PART_EXPLICIT, .tag = 1),
};
static const Shape shape_edi = {SHAPE_PARTS(edi_parts)};

static const Part general_name_parts[] = {
    PART("otherName", &shape_other_name, .flags = PART_IMPLICIT),
    PART("rfc822Name", &shape_mail, .flags = PART_IMPLICIT, .tag = 1),
    PART("dNSName", &shape_dns, .flags = PART_IMPLICIT, .tag = 2),
    PART("x400Address", &shape_any, .flags = PART_IMPLICIT, .tag = 3),
    PART("directoryName", &shape_name, .flags = PART_EXPLICIT, .tag = 4),
    PART("ediPartyName", &shape_edi, .flags = PART_IMPLICIT, .tag = 5),
    PART("uniformResourceIdentifier", &shape_uri, .flags = PART_IMPLICIT, .tag = 6),
    PART("iPAddress", &shape_ip, .flags = PART_IMPLICIT, .tag = 7),
    PART("registeredID", &shape_oid, .flags = PART_IMPLICIT, .tag = 8),
};
const Shape shape_general_name = {SHAPE_ALTERNATIVES(general_name_parts)};

static const Part general_names_part = PART(NULL, &shape_general_name);

static void show_general_names(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    guint count = field->children ? field->children->len : 0;
    count -=
        (shape_value_of(field, "extnID") != NULL) + (shape_value_of(field, "critical") != NULL);
    field_set(field, count == 1 ? "%u name" : "%u names", count);
}

const Shape shape_general_names = {SHAPE_LIST(DER_SEQUENCE, general_names_part),
                                   .show = show_general_names};
