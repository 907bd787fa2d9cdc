#include "worker/pki/shape.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

static void note(const char *code, void *field)
{
    field_note(field, code);
}

void shape_note_faults(Field *field, const Der *element)
{
    der_faults(element->faults, note, field);
}

Field *shape_child(Walk *walk, Field *parent, const char *name, size_t offset, size_t length)
{
    if (walk->left == 0) {
        field_note(parent, "der-too-many");
        return NULL;
    }
    walk->left--;
    return field_add(parent, name, NULL, offset, length);
}

static void set_name(Field *field, const char *name)
{
    g_free(field->name);
    field->name = g_strdup(name);
}

void shape_call(Field *field, const char *prefix, const char *name)
{
    g_autofree char *id = g_strconcat(prefix, ".", name, NULL);
    set_name(field, name);
    if (registry_about(id)) {
        g_free(field->id);
        field->id = g_steal_pointer(&id);
    }
}

const char *shape_value_of(const Field *field, const char *name)
{
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (strcmp(child->name, name) == 0)
            return child->value->str;
    }
    return NULL;
}

const Shape *shape_open(const Open *rows, const char *oid)
{
    while (rows && oid) {
        if (!rows->oid)
            rows = rows->more;
        else if (strcmp(rows->oid, oid) == 0)
            return rows->shape;
        else
            rows++;
    }
    return NULL;
}

static bool accepts(const Part *part, const Der *element);

static bool shape_accepts(const Shape *shape, const Der *element)
{
    switch (shape->kind) {
    case SHAPE_ANY:
        return true;
    case SHAPE_STRING:
        return element->class == DER_UNIVERSAL && value_is_string(element->tag);
    case SHAPE_TIME:
        return der_is(element, DER_UTC_TIME) || der_is(element, DER_GENERALIZED_TIME);
    case SHAPE_CHOICE:
        for (guint i = 0; i < shape->count; i++)
            if (accepts(&shape->parts[i], element))
                return true;
        return false;
    default:
        return der_is(element, shape->tag);
    }
}

static bool accepts(const Part *part, const Der *element)
{
    if (element->faults & DER_UNREADABLE)
        return false;
    if (part->flags & (PART_IMPLICIT | PART_EXPLICIT))
        return der_is_context(element, part->tag);
    if (part->flags & PART_OCTETS)
        return der_is(element, DER_OCTET_STRING);
    if (part->flags & PART_BITS)
        return der_is(element, DER_BIT_STRING);
    return !part->shape || part->open || shape_accepts(part->shape, element);
}

/* 1. The first part that accepts the element, if only optional ones are left out on the way.
 * 2. Else the next part that must be there: the element stands in its place.
 * 3. Else it is one too many. */
int shape_step(const Shape *sequence, guint *at, const Der *element, bool *fits)
{
    *fits = true;
    guint i = *at;
    for (; i < sequence->count; i++) {
        *fits = accepts(&sequence->parts[i], element);
        if (*fits || !(sequence->parts[i].flags & PART_OPTIONAL))
            break;
    }
    if (i == sequence->count) {
        *fits = false;
        return -1;
    }
    *at = i + 1;
    return (int)i;
}

static bool open_explicit(const Part *part, Der *element)
{
    if (!(part->flags & PART_EXPLICIT))
        return true;
    Reader inside = der_inside(element);
    return der_next(&inside, element) && reader_at_end(&inside);
}

void shape_assign(const Shape *sequence, const Der *element, Der *parts)
{
    memset(parts, 0, sequence->count * sizeof *parts);
    Reader reader = der_inside(element);
    guint at = 0;
    Der next;
    while (at < sequence->count && der_next(&reader, &next)) {
        bool fits;
        int i = shape_step(sequence, &at, &next, &fits);
        if (i >= 0 && fits && open_explicit(&sequence->parts[i], &next))
            parts[i] = next;
    }
}

/* A row for an element that is its holder's own value, where bytes have to be told from others. */
static void add_value_row(Walk *walk, Field *field, const char *prefix, const char *name,
                          const Der *element)
{
    Field *row = shape_child(walk, field, "", element->offset, element->total);
    if (!row)
        return;
    shape_call(row, prefix, name);
    field_set_text(row, field->value->str, field->value->len);
}

/* What is left behind the element that should fill its holder: noted there, and a row of its own.
 * `before` is how many rows the holder had before the element. */
static void explain_rest(Walk *walk, Field *field, Reader *reader, const Der *element, guint before)
{
    size_t left = reader_left(reader), offset = reader_offset(reader);
    if (left == 0)
        return;
    field_note(field, "der-trailing");
    if (field->total == before) {
        g_autofree char *type = der_type(element);
        add_value_row(walk, field, "asn1", type, element);
    }
    Field *rest = shape_child(walk, field, "trailing bytes", offset, left);
    if (rest)
        show_hex(rest, reader_take(reader, left), left);
}

static void fill_part(Walk *walk, Field *field, const Part *part, const Shape *shape, Der element);

/* The DER inside of an OCTET STRING, BIT STRING or explicit tag; false where there is none, and the
 * holder is to stay a leaf. */
static bool fill_inside(Walk *walk, Field *field, const Shape *shape, Reader inside)
{
    Der inner;
    guint before = field->total;
    if (!der_next(&inside, &inner) || inner.faults & (DER_UNREADABLE | DER_TRUNCATED))
        return false;
    shape_note_faults(field, &inner);
    if (!shape) {
        shape_generic(walk, field, &inner);
    } else if (shape_accepts(shape, &inner)) {
        shape_fill(walk, field, shape, &inner);
    } else {
        field_note(field, "x509-structure");
        shape_generic(walk, field, &inner);
    }
    explain_rest(walk, field, &inside, &inner, before);
    return true;
}

static void fill_octets(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    if (!element->constructed && fill_inside(walk, field, shape, der_inside(element)))
        return;
    if (shape)
        field_note(field, "x509-structure");
    Field *leaf = shape_child(walk, field, "", element->offset, element->total);
    if (!leaf)
        return;
    shape_call(leaf, "asn1", "OCTET STRING");
    show_octets(walk, leaf, element, NULL);
}

static void fill_bits(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    Reader octets;
    unsigned unused;
    bool reads = value_bits(element, &octets, &unused);
    if (reads && shape && shape->tag == DER_BIT_STRING) {
        shape->show(walk, field, element, shape);
        return;
    }
    if (reads && shape && unused == 0 && fill_inside(walk, field, shape, octets))
        return;
    if (shape)
        field_note(field, "x509-structure");
    show_bits(walk, field, element, NULL);
}

static void fill_part(Walk *walk, Field *field, const Part *part, const Shape *shape, Der element)
{
    if (part->flags & PART_EXPLICIT) {
        if (fill_inside(walk, field, shape, der_inside(&element)))
            return;
        field_note(field, "x509-structure");
        show_generic(walk, field, &element, NULL);
    } else if (part->flags & PART_OCTETS) {
        fill_octets(walk, field, shape, &element);
    } else if (part->flags & PART_BITS) {
        fill_bits(walk, field, shape, &element);
    } else if (shape && (part->flags & PART_IMPLICIT || shape_accepts(shape, &element))) {
        shape_fill(walk, field, shape, &element);
    } else {
        if (shape)
            field_note(field, "x509-structure");
        show_generic(walk, field, &element, NULL);
    }
}

/* X.690 section 11.5: what equals its DEFAULT is left out. */
static bool is_standard(const Part *part, const Der *element)
{
    Der inner = *element;
    if (!part->standard || !open_explicit(part, &inner))
        return false;
    g_autofree char *hex = bytes_hex(inner.data, MIN(inner.length, LIMIT_OID), 0);
    return strcmp(hex, part->standard) == 0;
}

static void call_part(Field *field, const Part *part)
{
    field->id = g_strdup(part->id);
    if (part->id)
        set_name(field, part->name);
    else if (part->name)
        shape_call(field, "x509", part->name);
}

/* What stands in the part is the holder's; a value without parts has a row of its own below it, for
 * its bytes. */
static void explain_flat(Walk *walk, Field *parent, const Part *part, const Shape *shape,
                         const Der *element)
{
    guint before = parent->total;
    fill_part(walk, parent, part, shape, *element);
    if (parent->total == before)
        add_value_row(walk, parent, "x509", part->name, element);
}

static void explain_part(Walk *walk, Field *parent, const Part *part, const Shape *shape,
                         const Der *element)
{
    if (part->flags & PART_FLAT) {
        explain_flat(walk, parent, part, shape, element);
        return;
    }
    Field *field = shape_child(walk, parent, "", element->offset, element->total);
    if (!field)
        return;
    call_part(field, part);
    shape_note_faults(field, element);
    if (is_standard(part, element))
        field_note(field, "der-default");
    fill_part(walk, field, part, shape, *element);
}

/* A CHOICE takes its alternative's name where the part has none of its own. */
static void fill_choice(Walk *walk, Field *field, const Shape *choice, const Der *element)
{
    for (guint i = 0; i < choice->count; i++) {
        const Part *part = &choice->parts[i];
        if (!accepts(part, element))
            continue;
        if (choice->rows) {
            explain_part(walk, field, part, part->shape, element);
        } else {
            if (field->name[0] == '\0')
                call_part(field, part);
            fill_part(walk, field, part, part->shape, *element);
        }
        if (choice->show)
            choice->show(walk, field, element, choice);
        return;
    }
    field_note(field, "x509-structure");
    show_generic(walk, field, element, choice);
}

static const Shape *choose(const Walk *walk, const Part *part, const char *oid)
{
    const Shape *open =
        shape_open(part->open, part->flags & PART_BY_ALGORITHM ? walk->algorithm : oid);
    return open ? open : part->shape;
}

static void fill_sequence(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    Reader reader = der_inside(element);
    g_autofree char *oid = NULL;
    guint at = 0;
    Der next;
    while (walk->left && der_next(&reader, &next)) {
        bool fits, minimal;
        int i = shape_step(shape, &at, &next, &fits);
        if (fits) {
            if (!oid && der_is(&next, DER_OID))
                oid = value_oid(&next, &minimal);
            explain_part(walk, field, &shape->parts[i], choose(walk, &shape->parts[i], oid), &next);
        } else {
            field_note(field, "x509-structure");
            shape_generic(walk, field, &next);
        }
    }
    if (reader_left(&reader))
        field_note(field, "der-too-many");
    for (; at < shape->count; at++)
        if (!(shape->parts[at].flags & PART_OPTIONAL))
            field_note(field, "x509-structure");
}

/* X.690 section 11.6: the elements of a SET OF are in ascending order of their encodings. */
static bool in_order(const Der *before, const Der *element, const Der *holder)
{
    Reader one = der_inside(holder), other = one;
    size_t base = reader_offset(&one);
    reader_skip(&one, before->offset - base);
    reader_skip(&other, element->offset - base);
    size_t common = MIN(before->total, element->total);
    const uint8_t *left = reader_take(&one, common), *right = reader_take(&other, common);
    int order = left && right ? memcmp(left, right, common) : 0;
    return order < 0 || (order == 0 && before->total <= element->total);
}

static void fill_of(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    Reader reader = der_inside(element);
    Der next, before = {0};
    const Part *part = &shape->parts[0];
    if (reader_left(&reader) == 0 && !shape->empty)
        field_note(field, "x509-empty");
    while (walk->left && der_next(&reader, &next)) {
        if (accepts(part, &next)) {
            explain_part(walk, field, part, part->shape, &next);
        } else {
            field_note(field, "x509-structure");
            shape_generic(walk, field, &next);
        }
        if (shape->tag == DER_SET && !shape->ber && before.data &&
            !in_order(&before, &next, element))
            field_note(field, "der-set-order");
        before = next;
    }
    if (reader_left(&reader))
        field_note(field, "der-too-many");
}

static void fill_inner(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    bool structured = shape->kind == SHAPE_SEQUENCE || shape->kind == SHAPE_OF;
    if (shape->kind == SHAPE_CHOICE) {
        fill_choice(walk, field, shape, element);
        return;
    }
    if (shape->kind == SHAPE_ANY || element->constructed != structured) {
        if (shape->kind != SHAPE_ANY)
            field_note(field, structured ? "x509-structure" : "der-constructed");
        show_generic(walk, field, element, shape);
        return;
    }
    if (shape->kind == SHAPE_SEQUENCE)
        fill_sequence(walk, field, shape, element);
    else if (shape->kind == SHAPE_OF)
        fill_of(walk, field, shape, element);
    else if (shape->kind == SHAPE_OCTETS)
        fill_octets(walk, field, shape->parts[0].shape, element);
    if (shape->show)
        shape->show(walk, field, element, shape);
}

void shape_fill(Walk *walk, Field *field, const Shape *shape, const Der *element)
{
    if (walk->depth >= LIMIT_DER_DEPTH) {
        field_note(field, "der-too-deep");
        show_hex(field, element->data, element->length);
        return;
    }
    walk->depth++;
    fill_inner(walk, field, shape, element);
    walk->depth--;
}

void shape_generic(Walk *walk, Field *parent, const Der *element)
{
    g_autofree char *type = der_type(element);
    Field *field = shape_child(walk, parent, "", element->offset, element->total);
    if (!field)
        return;
    shape_call(field, "asn1", type);
    shape_note_faults(field, element);
    if (walk->depth >= LIMIT_DER_DEPTH) {
        field_note(field, "der-too-deep");
        show_hex(field, element->data, element->length);
        return;
    }
    walk->depth++;
    show_generic(walk, field, element, NULL);
    walk->depth--;
}

Field *shape_explain(const char *name, const Shape *shape, const uint8_t *der, size_t size)
{
    Walk walk = {.left = LIMIT_FIELDS};
    Field *root = field_new("", NULL, 0, size);
    shape_call(root, "x509", name);
    Reader reader = reader_new(der, size);
    Der element;
    if (!der_next(&reader, &element)) {
        field_note(root, "der-truncated");
    } else {
        shape_note_faults(root, &element);
        if (!shape) {
            shape_generic(&walk, root, &element);
        } else if (shape_accepts(shape, &element)) {
            shape_fill(&walk, root, shape, &element);
        } else {
            field_note(root, "x509-structure");
            shape_generic(&walk, root, &element);
        }
        explain_rest(&walk, root, &reader, &element, 0);
    }
    g_free(walk.algorithm);
    return root;
}
