#include "worker/pki/show.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "worker/pki/value.h"

void show_hex(Field *field, const uint8_t *data, size_t size)
{
    g_autofree char *hex = data ? bytes_hex(data, MIN(size, LIMIT_VALUE / 3), ':') : g_strdup("");
    field_set_text(field, hex, strlen(hex));
}

void show_octets(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    show_hex(field, element->data, element->length);
}

static void show_boolean(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    bool value, der;
    if (!value_boolean(element, &value, &der)) {
        field_note(field, "x509-structure");
        show_hex(field, element->data, element->length);
        return;
    }
    if (!der)
        field_note(field, "der-boolean");
    field_set(field, "%s", value ? "TRUE" : "FALSE");
}

static void note_integer(Field *field, const Der *element)
{
    if (element->length == 0)
        field_note(field, "x509-structure");
    else if (!value_integer_minimal(element))
        field_note(field, "der-non-minimal");
}

void show_integer(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    int64_t value;
    note_integer(field, element);
    if (value_integer(element, &value))
        field_set(field, "%" G_GINT64_FORMAT, value);
    else
        show_hex(field, element->data, element->length);
}

void show_big_integer(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    note_integer(field, element);
    show_hex(field, element->data, element->length);
    g_autofree char *bits = g_strdup_printf("%zu bits, ", value_integer_bits(element));
    g_string_prepend(field->value, bits);
}

static void show_null(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    if (element->length) {
        field_note(field, "x509-structure");
        show_hex(field, element->data, element->length);
    }
}

static void show_oid(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    bool minimal;
    g_autofree char *dotted = value_oid(element, &minimal);
    if (!minimal)
        field_note(field, "der-non-minimal");
    if (!dotted) {
        field_note(field, "x509-structure");
        show_hex(field, element->data, element->length);
        return;
    }
    const Oid *oid = registry_oid(dotted);
    if (oid)
        field_set(field, "%s (%s)", strcmp(oid->kind, "rdn") == 0 ? oid->label : oid->name, dotted);
    else
        field_set(field, "%s", dotted);
}

/* Unused bits of the last octet are zero in DER (X.690 section 11.2.1). */
static bool read_bits(Field *field, const Der *element, Reader *octets, unsigned *unused)
{
    if (!value_bits(element, octets, unused)) {
        field_note(field, "x509-structure");
        show_hex(field, element->data, element->length);
        return false;
    }
    if (*unused && element->data[element->length - 1] & ((1U << *unused) - 1))
        field_note(field, "der-bit-string");
    return true;
}

void show_bits(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    Reader octets;
    unsigned unused;
    if (!read_bits(field, element, &octets, &unused))
        return;
    size_t size = reader_left(&octets);
    show_hex(field, reader_take(&octets, size), size);
    if (unused)
        g_string_append_printf(field->value, " (%zu bits)", size * 8 - unused);
}

void show_named_bits(Field *field, const Der *element, const char *const *names)
{
    Reader octets;
    unsigned unused, bit = 0;
    if (!read_bits(field, element, &octets, &unused))
        return;
    if (element->length > 1 && !(element->data[element->length - 1] >> unused & 1))
        field_note(field, "der-bit-string");
    g_autoptr(GString) text = g_string_new(NULL);
    while (reader_left(&octets) && text->len < LIMIT_VALUE) {
        uint8_t octet = reader_u8(&octets);
        for (int i = 7; i >= 0; i--, bit++) {
            if (!(octet >> i & 1))
                continue;
            g_string_append(text, text->len ? ", " : "");
            if (bit < g_strv_length((char **)names))
                g_string_append(text, names[bit]);
            else
                g_string_append_printf(text, "bit %u", bit);
        }
    }
    field_set_text(field, text->str, text->len);
}

void show_string(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    bool good;
    uint32_t tag = shape && shape->kind == SHAPE_VALUE ? shape->tag : element->tag;
    GString *text = value_string(element, tag, &good);
    if (!good)
        field_note(field, "x509-bad-string");
    field_set_text(field, text->str, text->len);
    g_string_free(text, TRUE);
}

/* RFC 5280 section 4.1.2.5: through 2049 as UTCTime, from 2050 on as GeneralizedTime. */
static void show_time(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    uint32_t tag = shape && shape->kind == SHAPE_VALUE ? shape->tag : element->tag;
    int64_t seconds;
    if (!value_time(element, tag, &seconds)) {
        field_note(field, "x509-bad-time");
        field_set_text(field, element->data, element->length);
        return;
    }
    if (shape && shape->kind == SHAPE_TIME && tag == DER_GENERALIZED_TIME) {
        gint64 from = 0;
        text_to_time("2050-01-01T00:00:00Z", &from);
        if (seconds < from)
            field_note(field, "x509-time-form");
    }
    g_autofree char *text = text_from_time(seconds);
    field_set(field, "%s", text);
}

const Shape shape_any = {.kind = SHAPE_ANY};
const Shape shape_boolean = {.tag = DER_BOOLEAN, .show = show_boolean};
const Shape shape_integer = {.tag = DER_INTEGER, .show = show_integer};
const Shape shape_enumerated = {.tag = DER_ENUMERATED, .show = show_integer};
const Shape shape_null = {.tag = DER_NULL, .show = show_null};
const Shape shape_oid = {.tag = DER_OID, .show = show_oid};
const Shape shape_octets = {.tag = DER_OCTET_STRING, .show = show_octets};
const Shape shape_bits = {.tag = DER_BIT_STRING, .show = show_bits};
const Shape shape_string = {.kind = SHAPE_STRING, .show = show_string};
const Shape shape_utf8 = {.tag = DER_UTF8_STRING, .show = show_string};
const Shape shape_ia5 = {.tag = DER_IA5_STRING, .show = show_string};
const Shape shape_numeric = {.tag = DER_NUMERIC_STRING, .show = show_string};
const Shape shape_printable = {.tag = DER_PRINTABLE_STRING, .show = show_string};
const Shape shape_bmp = {.tag = DER_BMP_STRING, .show = show_string};
const Shape shape_visible = {.tag = DER_VISIBLE_STRING, .show = show_string};
const Shape shape_time = {.kind = SHAPE_TIME, .show = show_time};
const Shape shape_generalized_time = {.tag = DER_GENERALIZED_TIME, .show = show_time};

static void show_time_alone(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)shape;
    show_time(walk, field, element, NULL);
}

/* Whether bytes that could be anything are DER beyond reasonable doubt: one SEQUENCE or SET that
 * fills them, of elements that fill it, without a fault. */
static bool is_der(Reader octets, Der *inner)
{
    Der element;
    if (!der_next(&octets, inner) || inner->faults || !reader_at_end(&octets) ||
        !(der_is(inner, DER_SEQUENCE) || der_is(inner, DER_SET)) || !inner->constructed)
        return false;
    Reader inside = der_inside(inner);
    while (der_next(&inside, &element))
        if (element.faults || (element.class == DER_UNIVERSAL && element.tag == 0))
            return false;
    return inner->length > 0;
}

/* What holds bytes of any kind often holds DER: keys, signatures, values of extensions. */
static bool show_holder(Walk *walk, Field *field, const Der *element)
{
    Reader octets = der_inside(element);
    unsigned unused = 0;
    Der inner;
    if (der_is(element, DER_BIT_STRING) && !value_bits(element, &octets, &unused))
        return false;
    if (unused || !(der_is(element, DER_BIT_STRING) || der_is(element, DER_OCTET_STRING)) ||
        !is_der(octets, &inner))
        return false;
    shape_generic(walk, field, &inner);
    return true;
}

static void show_primitive(Walk *walk, Field *field, const Der *element)
{
    static const struct {
        uint32_t tag;
        void (*show)(Walk *, Field *, const Der *, const Shape *);
    } rows[] = {
        {DER_BOOLEAN, show_boolean},
        {DER_INTEGER, show_integer},
        {DER_ENUMERATED, show_integer},
        {DER_NULL, show_null},
        {DER_OID, show_oid},
        {DER_BIT_STRING, show_bits},
        {DER_UTC_TIME, show_time_alone},
        {DER_GENERALIZED_TIME, show_time_alone},
    };
    if (element->class == DER_UNIVERSAL && value_is_string(element->tag)) {
        show_string(walk, field, element, NULL);
        return;
    }
    if (show_holder(walk, field, element)) {
        field_set(field, "encapsulates %s", ((Field *)field->children->pdata[0])->name);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (der_is(element, rows[i].tag)) {
            rows[i].show(walk, field, element, NULL);
            return;
        }
    show_hex(field, element->data, element->length);
}

void show_generic(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    if (!element->constructed) {
        show_primitive(walk, field, element);
        return;
    }
    Reader reader = der_inside(element);
    Der next;
    while (walk->left && der_next(&reader, &next))
        shape_generic(walk, field, &next);
    if (reader_left(&reader))
        field_note(field, "der-too-many");
    show_count(walk, field, element, shape);
}

static bool says(const Field *child)
{
    return strcmp(child->name, "extnID") != 0 && strcmp(child->name, "critical") != 0;
}

static void join(Field *field, bool names)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (!says(child) || text->len > LIMIT_VALUE)
            continue;
        if (text->len)
            g_string_append(text, ", ");
        if (names)
            g_string_append_printf(text, "%s=", child->name);
        g_string_append_len(text, child->value->str, (gssize)child->value->len);
    }
    field_set_text(field, text->str, text->len);
}

void show_joined(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    join(field, false);
}

void show_pairs(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    join(field, true);
}

void show_first(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (!says(child))
            continue;
        field_set_text(field, child->value->str, child->value->len);
        return;
    }
}

void show_last(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    guint count = field->children ? field->children->len : 0;
    const Field *last = count ? g_ptr_array_index(field->children, count - 1) : NULL;
    if (last && says(last))
        field_set_text(field, last->value->str, last->value->len);
}

void show_count(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    guint count = 0;
    for (guint i = 0; field->children && i < field->children->len; i++)
        count += says(g_ptr_array_index(field->children, i));
    field_set(field, count == 1 ? "%u element" : "%u elements", count);
}

void show_named(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (says(child) && text->len <= LIMIT_VALUE)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", child->name);
    }
    field_set_text(field, text->str, text->len);
}
