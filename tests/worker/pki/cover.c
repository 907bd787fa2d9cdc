#include "tests/worker/pki/cover.h"

#include <string.h>

#include "worker/pki/der.h"

typedef struct Bytes {
    const uint8_t *data;
    size_t size;
} Bytes;

static bool noted(const Field *field, const char *code)
{
    const char *interned = g_intern_string(code);
    if (field->notes && g_ptr_array_find(field->notes, interned, NULL))
        return true;
    for (guint i = 0; field->children && i < field->children->len; i++)
        if (noted(g_ptr_array_index(field->children, i), code))
            return true;
    return false;
}

/* Lists of SCTs have the vectors of TLS inside: a length of two octets. */
static size_t vector(const Field *child)
{
    return strcmp(child->name, "SignedCertificateTimestamp") == 0 ||
                   (child->parent && g_str_has_suffix(child->parent->name, "Timestamp"))
               ? 2
               : 0;
}

/* From `at` to the child there are headers of elements alone, each of which holds the child's
 * beginning. */
static bool headers(const Bytes *bytes, size_t at, const Field *child)
{
    while (at < child->offset) {
        Reader reader = reader_new(bytes->data, bytes->size);
        Der element;
        if (child->offset - at == vector(child))
            return true;
        if (!reader_skip(&reader, at) || !der_next(&reader, &element) ||
            element.faults & DER_UNREADABLE || at + element.total < child->offset)
            return false;
        at += element.header;
        if (der_is(&element, DER_BIT_STRING) && !element.constructed && at < child->offset)
            at++;
    }
    return at == child->offset;
}

static bool zeros(const Bytes *bytes, size_t from, size_t to)
{
    for (; from < to; from++)
        if (bytes->data[from] != 0)
            return false;
    return true;
}

static const char *fault_of(const Field *field, const Bytes *bytes, const Field **at)
{
    size_t end = field->offset;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        *at = child;
        if (child->offset < end)
            return "overlaps";
        if (child->parent != field)
            return "has another parent";
        if (!headers(bytes, end, child))
            return "has bytes of nobody before it";
        end = child->offset + child->length;
        if (end > field->offset + field->length)
            return "ends outside of its parent";
        const char *fault = fault_of(child, bytes, at);
        if (fault)
            return fault;
    }
    *at = field;
    if (field->children && !zeros(bytes, end, field->offset + field->length))
        return "has bytes of nobody at its end";
    return NULL;
}

char *cover_fault(const Field *root, const uint8_t *data, size_t size)
{
    Bytes bytes = {data, size};
    const Field *at = root;
    const char *fault =
        root->offset != 0 || root->length != size ? "is not all" : fault_of(root, &bytes, &at);
    return fault && !noted(root, "der-too-many")
               ? g_strdup_printf("%s at %zu, %zu bytes, %s", at->name, at->offset, at->length,
                                 fault)
               : NULL;
}
