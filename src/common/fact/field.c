#include "common/fact/field.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

Field *field_new(const char *name, const char *id, size_t offset, size_t length)
{
    Field *field = g_new0(Field, 1);
    field->name = g_strdup(name);
    field->id = g_strdup(id);
    field->value = g_string_new(NULL);
    field->offset = offset;
    field->length = length;
    return field;
}

Field *field_add(Field *parent, const char *name, const char *id, size_t offset, size_t length)
{
    Field *field = field_new(name, id, offset, length);
    field->parent = parent;
    if (!parent->children)
        parent->children = g_ptr_array_new_with_free_func((GDestroyNotify)field_free);
    g_ptr_array_add(parent->children, field);
    if (parent->total < parent->children->len)
        parent->total = parent->children->len;
    return field;
}

void field_set(Field *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_vprintf(field->value, format, args);
    va_end(args);
    if (field->value->len > LIMIT_VALUE)
        g_string_truncate(field->value, LIMIT_VALUE);
}

/* Cuts before a UTF-8 sequence that would not fit whole, so that a cut text stays text. */
static size_t cut_length(const char *text, size_t size)
{
    if (size <= LIMIT_VALUE)
        return size;
    size = LIMIT_VALUE;
    for (int back = 0; back < 4 && ((guchar)text[size] & 0xc0) == 0x80; back++)
        size--;
    return size;
}

void field_set_text(Field *field, const void *text, size_t size)
{
    g_string_truncate(field->value, 0);
    g_string_append_len(field->value, text, (gssize)cut_length(text, size));
}

void field_note(Field *field, const char *code)
{
    const char *interned = g_intern_string(code);
    if (!field->notes)
        field->notes = g_ptr_array_new();
    if (!g_ptr_array_find(field->notes, interned, NULL))
        g_ptr_array_add(field->notes, (gpointer)interned);
}

void field_free(Field *field)
{
    if (!field)
        return;
    g_clear_pointer(&field->children, g_ptr_array_unref);
    g_clear_pointer(&field->notes, g_ptr_array_unref);
    g_string_free(field->value, TRUE);
    g_free(field->name);
    g_free(field->id);
    g_free(field);
}

Field *field_at(Field *root, const guint *path, guint depth)
{
    for (guint i = 0; root && i < depth; i++)
        root = root->children && path[i] < root->children->len
                   ? g_ptr_array_index(root->children, path[i])
                   : NULL;
    return root;
}

static gboolean holds(const Field *field, size_t offset)
{
    return offset >= field->offset && offset - field->offset < field->length;
}

Field *field_find(Field *root, size_t offset)
{
    if (!root || !holds(root, offset))
        return NULL;
    for (guint i = 0; root->children && i < root->children->len; i++) {
        Field *inside = g_ptr_array_index(root->children, i);
        if (holds(inside, offset))
            return field_find(inside, offset);
    }
    return root;
}

static json_t *node_to_json(const Field *field)
{
    json_t *json = json_pack("{s:s, s:o, s:I, s:I, s:I}", "name", field->name, "value",
                             fact_text(field->value->str, field->value->len), "offset",
                             (json_int_t)field->offset, "length", (json_int_t)field->length,
                             "total", (json_int_t)field->total);
    if (field->id)
        json_object_set_new(json, "id", json_string(field->id));
    if (field->notes) {
        json_t *notes = json_array();
        for (guint i = 0; i < field->notes->len; i++)
            json_array_append_new(notes, json_string(g_ptr_array_index(field->notes, i)));
        json_object_set_new(json, "notes", notes);
    }
    return json;
}

typedef struct Step {
    const Field *field;
    json_t *json;
} Step;

/* Level by level:
 * 1. The field itself gets its children from `from` on, as many as the budget allows.
 * 2. Every other node gets all of its children, or none where they do not fit.
 * 3. A node whose children are not there says by its total that there are some. */
json_t *field_to_json(const Field *field, guint from, guint budget)
{
    json_t *root = node_to_json(field);
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_append_val(steps, ((Step){field, root}));
    for (guint next = 0; next < steps->len; next++) {
        Step step = g_array_index(steps, Step, next);
        guint first = next == 0 ? from : 0;
        guint count = step.field->children ? step.field->children->len : 0;
        if (first >= count || (next > 0 && count > budget))
            continue;
        guint last = MIN(count, first + budget);
        json_t *children = json_array();
        for (guint i = first; i < last; i++) {
            const Field *child = g_ptr_array_index(step.field->children, i);
            json_t *json = node_to_json(child);
            json_array_append_new(children, json);
            g_array_append_val(steps, ((Step){child, json}));
        }
        json_object_set_new(step.json, "children", children);
        budget -= last - first;
    }
    return root;
}

static gboolean node_from_json(Field *field, const json_t *json)
{
    json_int_t offset = fact_integer(json, "offset", -1), length = fact_integer(json, "length", -1);
    json_int_t total = fact_integer(json, "total", -1);
    GString *value = fact_text_get(json_object_get(json, "value"));
    if (!value || offset < 0 || length < 0 || total < 0 || total > LIMIT_FIELDS) {
        if (value)
            g_string_free(value, TRUE);
        return FALSE;
    }
    field_set_text(field, value->str, value->len);
    g_string_free(value, TRUE);
    field->offset = (size_t)offset;
    field->length = (size_t)length;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "notes"), i, item) if (json_is_string(item))
        field_note(field, json_string_value(item));
    json_array_foreach(json_object_get(json, "children"), i, item)
    {
        Field *child =
            field_add(field, fact_string(item, "name", ""), fact_string(item, "id", NULL), 0, 0);
        if (!node_from_json(child, item))
            return FALSE;
    }
    field->total = MAX((guint)total, field->children ? field->children->len : 0);
    return TRUE;
}

Field *field_from_json(const json_t *json)
{
    if (!json_is_object(json))
        return NULL;
    Field *field = field_new(fact_string(json, "name", ""), fact_string(json, "id", NULL), 0, 0);
    if (node_from_json(field, json))
        return field;
    field_free(field);
    return NULL;
}
