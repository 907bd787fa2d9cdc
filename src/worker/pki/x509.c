#include "worker/pki/x509.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/pki/cert.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

static void show_version(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    int64_t version;
    show_integer(walk, field, element, shape);
    if (!value_integer(element, &version))
        return;
    if (version < 0 || version > 2)
        field_note(field, "x509-version");
    else
        field_set(field, "%d (v%d)", (int)version + 1, (int)version + 1);
    if (version == 0)
        field_note(field, "der-default");
}

/* RFC 5280 section 4.1.2.2: positive, and not longer than 20 octets. */
static void show_serial(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    int64_t value;
    show_integer(walk, field, element, shape);
    if (element->length == 0)
        return;
    if (element->data[0] & 0x80)
        field_note(field, "x509-negative-serial");
    if (value_integer(element, &value) && value == 0)
        field_note(field, "x509-zero-serial");
    if (element->length > 20)
        field_note(field, "x509-long-serial");
    show_octets(walk, field, element, shape);
    if (value_integer(element, &value))
        g_string_append_printf(field->value, " (%" G_GINT64_FORMAT ")", value);
    else
        g_string_append_printf(field->value, " (%zu bytes)", element->length);
}

static void show_validity(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *from = shape_value_of(field, "notBefore"), *to = shape_value_of(field, "notAfter");
    field_set(field, "%s to %s", from ? from : "?", to ? to : "?");
}

static const Part validity_parts[] = {
    PART("notBefore", &shape_time),
    PART("notAfter", &shape_time),
};
const Shape shape_validity = {SHAPE_PARTS(validity_parts), .show = show_validity};

/* An extension is called by its name. What it says is what stands in its extnValue. */
static void show_extension(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *id = shape_value_of(field, "extnID");
    const char *critical = shape_value_of(field, "critical");
    if (id && *id) {
        g_autofree char *name = g_strndup(id, strcspn(id, " "));
        shape_call(field, "x509", name);
    }
    if (critical && strcmp(critical, "FALSE") == 0)
        field_note(field, "der-default");
    if (critical && strcmp(critical, "TRUE") == 0)
        g_string_append(field->value, field->value->len ? ", critical" : "critical");
}

static const Part extension_parts[] = {
    PART("extnID", &shape_oid),
    PART("critical", &shape_boolean, .flags = PART_OPTIONAL),
    PART("extnValue", NULL, .flags = PART_OCTETS | PART_FLAT, .open = open_extensions),
};
const Shape shape_extension = {SHAPE_PARTS(extension_parts), .show = show_extension};
static const Part extensions_part = PART("Extension", &shape_extension);

/* RFC 5280 section 4.2: no extension more than once. */
static void show_extensions(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    guint count = field->children ? field->children->len : 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < count; i++) {
        Field *child = g_ptr_array_index(field->children, i);
        const char *id = shape_value_of(child, "extnID");
        if (id && !g_hash_table_add(seen, (gpointer)id))
            field_note(child, "x509-duplicate-extension");
    }
    field_set(field, count == 1 ? "%u extension" : "%u extensions", count);
}

const Shape shape_extensions = {SHAPE_LIST(DER_SEQUENCE, extensions_part), .show = show_extensions};

const Shape shape_version = {.tag = DER_INTEGER, .show = show_version};
const Shape shape_serial = {.tag = DER_INTEGER, .show = show_serial};

/* RFC 5280 section 4.1.2.1: unique ids are for versions 2 and 3, extensions for version 3. */
static void show_tbs(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *version = shape_value_of(field, "version");
    int number = version ? version[0] - '0' : 1;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        Field *child = g_ptr_array_index(field->children, i);
        bool unique_id = strcmp(child->name, "issuerUniqueID") == 0 ||
                         strcmp(child->name, "subjectUniqueID") == 0;
        if ((unique_id && number < 2) || (strcmp(child->name, "extensions") == 0 && number < 3))
            field_note(child, "x509-version");
    }
}

static const Part tbs_parts[] = {
    PART("version", &shape_version, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("serialNumber", &shape_serial),
    PART("signature", &shape_algorithm),
    PART("issuer", &shape_name),
    PART("validity", &shape_validity),
    PART("subject", &shape_name),
    PART("subjectPublicKeyInfo", &shape_spki),
    PART("issuerUniqueID", &shape_bits, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
    PART("subjectUniqueID", &shape_bits, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 2),
    PART("extensions", &shape_extensions, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 3),
};
const Shape shape_tbs_certificate = {SHAPE_PARTS(tbs_parts), .show = show_tbs};

/* RFC 5280 section 4.1.1.2: signatureAlgorithm is the same as the tbsCertificate's signature. */
static void show_certificate(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    Der parts[CERTIFICATE_PARTS], tbs[TBS_PARTS];
    shape_assign(shape, element, parts);
    shape_assign(&shape_tbs_certificate, &parts[CERTIFICATE_TBS], tbs);
    if (parts[CERTIFICATE_ALGORITHM].data && tbs[TBS_SIGNATURE].data &&
        !der_same(&parts[CERTIFICATE_ALGORITHM], &tbs[TBS_SIGNATURE]))
        field_note(field, "x509-algorithm-mismatch");
}

static const Part certificate_parts[] = {
    PART("tbsCertificate", &shape_tbs_certificate),
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signatureValue", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM,
         .open = open_signatures),
};
const Shape shape_certificate = {SHAPE_PARTS(certificate_parts), .show = show_certificate};

void shapes_count_certificates(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    guint count = field->children ? field->children->len : 0;
    field_set(field, count == 1 ? "%u certificate" : "%u certificates", count);
}

static const Part certificate_part = PART("Certificate", &shape_certificate);
const Shape shape_certificates = {SHAPE_LIST(DER_SEQUENCE, certificate_part), .empty = true,
                                  .show = shapes_count_certificates};

Field *x509_explain(const uint8_t *der, size_t size)
{
    return shape_explain("Certificate", &shape_certificate, der, size);
}
