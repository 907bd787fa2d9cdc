#include "worker/pki/name.h"

#include <string.h>

#include "common/registry/registry.h"
#include "worker/pki/value.h"

/* RFC 4514 section 2.4. A value begins where `start` is. */
static void append_escaped(GString *to, const GString *value)
{
    for (size_t i = 0; i < value->len; i++) {
        char c = value->str[i];
        bool first = i == 0, last = i + 1 == value->len;
        if (c == '\0') {
            g_string_append(to, "\\00");
            continue;
        }
        if (strchr("\"+,;<>\\", c) || (c == ' ' && (first || last)) || (c == '#' && first))
            g_string_append_c(to, '\\');
        g_string_append_c(to, c);
    }
}

static void append_hex(GString *to, const Der *holder, const Der *element)
{
    Reader reader = der_inside(holder);
    reader_skip(&reader, element->offset - reader_offset(&reader));
    const uint8_t *bytes = reader_take(&reader, element->total);
    g_autofree char *hex = bytes ? bytes_hex(bytes, element->total, '\0') : g_strdup("");
    g_string_append_printf(to, "#%s", hex);
}

static bool read_attribute(const Der *attribute, Der *type, Der *value)
{
    Reader reader = der_inside(attribute);
    return der_next(&reader, type) && der_next(&reader, value);
}

static void append_attribute(GString *to, const Der *attribute)
{
    Der type, value;
    bool good, minimal;
    if (!read_attribute(attribute, &type, &value)) {
        Reader reader = der_inside(attribute);
        size_t size = reader_left(&reader);
        g_autofree char *hex = bytes_hex(reader_take(&reader, size), size, '\0');
        g_string_append_printf(to, "#%s", hex);
        return;
    }
    g_autofree char *dotted = value_oid(&type, &minimal);
    const Oid *oid = dotted ? registry_oid(dotted) : NULL;
    bool named = oid && strcmp(oid->kind, "rdn") == 0;
    g_string_append_printf(to, "%s=", named ? oid->name : dotted ? dotted : "?");
    if (value.class == DER_UNIVERSAL && value_is_string(value.tag) && !value.constructed) {
        GString *text = value_string(&value, value.tag, &good);
        append_escaped(to, text);
        g_string_free(text, TRUE);
    } else {
        append_hex(to, attribute, &value);
    }
}

static void append_rdn(GString *to, const Der *rdn)
{
    Reader reader = der_inside(rdn);
    Der attribute;
    for (bool first = true; der_next(&reader, &attribute); first = false) {
        g_string_append(to, first ? "" : "+");
        append_attribute(to, &attribute);
    }
}

GString *name_rdn_text(const Der *rdn)
{
    GString *text = g_string_new(NULL);
    append_rdn(text, rdn);
    return text;
}

static GArray *read_rdns(const Der *name)
{
    GArray *rdns = g_array_new(FALSE, FALSE, sizeof(Der));
    Reader reader = der_inside(name);
    Der rdn;
    while (der_next(&reader, &rdn))
        g_array_append_val(rdns, rdn);
    return rdns;
}

GString *name_text(const Der *name)
{
    g_autoptr(GArray) rdns = read_rdns(name);
    GString *text = g_string_new(NULL);
    for (guint i = rdns->len; i > 0; i--) {
        append_rdn(text, &g_array_index(rdns, Der, i - 1));
        g_string_append(text, i > 1 ? "," : "");
    }
    return text;
}

GString *name_last(const Der *name, const char *type)
{
    Reader rdns = der_inside(name);
    Der rdn, attribute, oid, value, last = {0};
    while (der_next(&rdns, &rdn)) {
        Reader attributes = der_inside(&rdn);
        while (der_next(&attributes, &attribute))
            if (read_attribute(&attribute, &oid, &value) && value_is_oid(&oid, type))
                last = value;
    }
    bool good;
    return last.data && last.class == DER_UNIVERSAL && value_is_string(last.tag)
               ? value_string(&last, last.tag, &good)
               : NULL;
}

/* Lower case, one blank for any run of white space, none at either end. */
static void append_folded(GString *to, const GString *value)
{
    g_autofree char *folded = g_utf8_validate(value->str, (gssize)value->len, NULL)
                                  ? g_utf8_casefold(value->str, (gssize)value->len)
                                  : g_strndup(value->str, value->len);
    size_t size = strlen(folded);
    size_t start = to->len;
    bool blank = false;
    for (size_t i = 0; i < size; i++) {
        if (g_ascii_isspace(folded[i])) {
            blank = to->len > start;
            continue;
        }
        if (blank)
            g_string_append_c(to, ' ');
        blank = false;
        g_string_append_c(to, folded[i]);
    }
}

static void append_element(GString *to, const Der *element)
{
    g_string_append_printf(to, "%d.%u.%zu:", (int)element->class, element->tag, element->length);
    g_string_append_len(to, (const char *)element->data, (gssize)element->length);
}

/* What cannot be compared as text is compared as it stands. A value with a NUL is such a case: it
 * is no text that anything should be equal to. */
static GString *canonical_attribute(const Der *attribute)
{
    Der type, value;
    bool good = false;
    GString *bytes = g_string_new(NULL);
    if (!read_attribute(attribute, &type, &value)) {
        append_element(bytes, attribute);
        return bytes;
    }
    append_element(bytes, &type);
    if (value.class == DER_UNIVERSAL && value_is_string(value.tag)) {
        GString *text = value_string(&value, value.tag, &good);
        good = memchr(text->str, 0, text->len) == NULL;
        if (good)
            append_folded(bytes, text);
        g_string_free(text, TRUE);
    }
    if (!good)
        append_element(bytes, &value);
    return bytes;
}

static int compare(const void *one, const void *other)
{
    const GString *const *a = one, *const *b = other;
    int order = memcmp((*a)->str, (*b)->str, MIN((*a)->len, (*b)->len));
    return order ? order : ((*a)->len > (*b)->len) - ((*a)->len < (*b)->len);
}

static void free_string(void *string)
{
    g_string_free(string, TRUE);
}

static void append_canonical_rdn(GString *to, const Der *rdn)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(free_string);
    Reader reader = der_inside(rdn);
    Der attribute;
    while (der_next(&reader, &attribute))
        g_ptr_array_add(parts, canonical_attribute(&attribute));
    g_ptr_array_sort(parts, compare);
    g_string_append_printf(to, "%u{", parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const GString *part = g_ptr_array_index(parts, i);
        g_string_append_printf(to, "%zu:", part->len);
        g_string_append_len(to, part->str, (gssize)part->len);
    }
    g_string_append_c(to, '}');
}

GBytes *name_canonical(const Der *name)
{
    GString *bytes = g_string_new(NULL);
    Reader reader = der_inside(name);
    Der rdn;
    while (der_next(&reader, &rdn))
        append_canonical_rdn(bytes, &rdn);
    return g_string_free_to_bytes(bytes);
}

bool name_within(const Der *name, const Der *base)
{
    gsize size, base_size;
    g_autoptr(GBytes) whole = name_canonical(name), part = name_canonical(base);
    const void *bytes = g_bytes_get_data(whole, &size),
               *prefix = g_bytes_get_data(part, &base_size);
    return base_size <= size && (base_size == 0 || memcmp(bytes, prefix, base_size) == 0);
}
