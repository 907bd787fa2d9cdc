#include "config.h"

#include "front/ui/fields.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "common/util/text.h"

#include <string.h>

enum {
    MOST_TREES = 32,  /* kept at once */
    FIRST_LEVELS = 2, /* unfolded when a tree comes */
};

/* Unfolded at first, wherever they stand: what one looks for. */
static const char *const opened_at_first[] = {"extensions", "validity"};

struct Fields {
    const UiPort *port;
    char *key; /* "<kind>:<sha256>" */
    char *kind, *sha256;
    Field *root;
    GHashTable *open;  /* Field * */
    GHashTable *asked; /* Field * whose children were asked for, as many as there were then */
    Field *selected;
    char *wanted; /* an id to select when it comes */
    bool inside;  /* what is in the selected field is to be selected as it comes */
    bool aims;    /* these bytes are to be selected as they come */
    size_t aim, aim_length;
    char *sought;         /* a search that waits; NULL: none does */
    int direction;        /* of it */
    const Field *reached; /* the last field that it has looked at */
    FieldsSought ended;   /* how it ended, until that is taken */
    guint come;           /* fields that have come */
    Scroll scroll;
    guint used; /* when, in calls of field_store_get */
};

struct FieldStore {
    const UiPort *port;
    GHashTable *trees; /* key -> Fields */
    guint calls;
};

static void fields_free(gpointer data)
{
    Fields *fields = data;
    field_free(fields->root);
    g_hash_table_unref(fields->open);
    g_hash_table_unref(fields->asked);
    g_free(fields->wanted);
    g_free(fields->sought);
    g_free(fields->kind);
    g_free(fields->sha256);
    g_free(fields->key);
    g_free(fields);
}

FieldStore *field_store_new(const UiPort *port)
{
    FieldStore *store = g_new0(FieldStore, 1);
    store->port = port;
    store->trees = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, fields_free);
    return store;
}

void field_store_free(FieldStore *store)
{
    if (!store)
        return;
    g_hash_table_unref(store->trees);
    g_free(store);
}

static void forget_oldest(FieldStore *store)
{
    GHashTableIter iter;
    gpointer value;
    const Fields *oldest = NULL;
    g_hash_table_iter_init(&iter, store->trees);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (!oldest || ((Fields *)value)->used < oldest->used)
            oldest = value;
    if (oldest)
        g_hash_table_remove(store->trees, oldest->key);
}

Fields *field_store_get(FieldStore *store, const char *kind, const char *sha256)
{
    g_autofree char *key = g_strconcat(kind, ":", sha256, NULL);
    Fields *fields = g_hash_table_lookup(store->trees, key);
    if (!fields) {
        if (g_hash_table_size(store->trees) >= MOST_TREES)
            forget_oldest(store);
        fields = g_new0(Fields, 1);
        fields->port = store->port;
        fields->key = g_steal_pointer(&key);
        fields->kind = g_strdup(kind);
        fields->sha256 = g_strdup(sha256);
        fields->open = g_hash_table_new(NULL, NULL);
        fields->asked = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(store->trees, fields->key, fields);
        store->port->explain(store->port->data, &(UiExplain){.kind = kind, .sha256 = sha256});
    }
    fields->used = ++store->calls;
    return fields;
}

Field *fields_root(const Fields *fields)
{
    return fields->root;
}

Field *fields_selected(const Fields *fields)
{
    return fields->selected;
}

Scroll *fields_scroll(Fields *fields)
{
    return &fields->scroll;
}

bool fields_is_open(const Fields *fields, const Field *field)
{
    return g_hash_table_contains(fields->open, field);
}

static guint count_children(const Field *field)
{
    return field->children ? field->children->len : 0;
}

static void ask_more(Fields *fields, Field *field)
{
    gpointer have = GUINT_TO_POINTER(count_children(field) + 1);
    if (g_hash_table_lookup(fields->asked, field) == have)
        return;
    g_hash_table_insert(fields->asked, field, have);
    guint path[LIMIT_DER_DEPTH * 2], depth = 0;
    for (Field *at = field; at->parent; at = at->parent)
        if (depth >= G_N_ELEMENTS(path) ||
            !g_ptr_array_find(at->parent->children, at, &path[depth++]))
            return;
    for (guint i = 0; i < depth / 2; i++) {
        guint other = path[depth - 1 - i];
        path[depth - 1 - i] = path[i];
        path[i] = other;
    }
    fields->port->explain(fields->port->data, &(UiExplain){fields->kind, fields->sha256, path,
                                                           depth, count_children(field)});
}

static void open_at_first(Fields *fields, Field *field, int depth)
{
    bool open = depth < FIRST_LEVELS;
    for (size_t i = 0; i < G_N_ELEMENTS(opened_at_first); i++)
        open |= g_str_equal(field->name, opened_at_first[i]);
    if (!open || !field->total)
        return;
    g_hash_table_add(fields->open, field);
    for (guint i = 0; i < count_children(field); i++)
        open_at_first(fields, field->children->pdata[i], depth + 1);
}

static Field *find_id(Field *field, const char *id)
{
    if (field->id && g_str_equal(field->id, id))
        return field;
    for (guint i = 0; i < count_children(field); i++) {
        Field *found = find_id(field->children->pdata[i], id);
        if (found)
            return found;
    }
    return NULL;
}

static void select_wanted(Fields *fields)
{
    Field *found = fields->wanted && fields->root ? find_id(fields->root, fields->wanted) : NULL;
    if (!found)
        return;
    fields_select(fields, found);
    g_clear_pointer(&fields->wanted, g_free);
}

/* Hands the children of `from` on to `to`. */
static void move_children(Field *to, Field *from)
{
    guint count = count_children(from);
    if (!count)
        return;
    if (!to->children)
        to->children = g_ptr_array_new_with_free_func((GDestroyNotify)field_free);
    for (guint i = 0; i < count; i++) {
        Field *child = from->children->pdata[i];
        child->parent = to;
        g_ptr_array_add(to->children, child);
    }
    g_ptr_array_set_free_func(from->children, NULL);
    g_ptr_array_set_size(from->children, 0);
}

static guint count_all(const Field *field)
{
    guint count = 1;
    for (guint i = 0; i < count_children(field); i++)
        count += count_all(field->children->pdata[i]);
    return count;
}

static Field *at_path(const Fields *fields, const json_t *path)
{
    Field *field = fields->root;
    for (size_t i = 0; field && i < json_array_size(path); i++) {
        json_int_t index = json_integer_value(json_array_get(path, i));
        field = index >= 0 && index < count_children(field) ? field->children->pdata[index] : NULL;
    }
    return field;
}

static void add_rows(Fields *fields, GArray *rows, Field *field, int depth)
{
    FieldRow row = {field, NULL, depth};
    g_array_append_val(rows, row);
    if (!fields_is_open(fields, field))
        return;
    for (guint i = 0; i < count_children(field); i++)
        add_rows(fields, rows, field->children->pdata[i], depth + 1);
    if (field->total > count_children(field)) {
        FieldRow more = {NULL, field, depth + 1};
        g_array_append_val(rows, more);
        ask_more(fields, field);
    }
}

GArray *fields_rows(Fields *fields)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(FieldRow));
    if (fields->root)
        add_rows(fields, rows, fields->root, 0);
    return rows;
}

static int row_of(const GArray *rows, const Field *field)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_array_index(rows, FieldRow, i).field == field)
            return (int)i;
    return -1;
}

void fields_select(Fields *fields, Field *field)
{
    g_autoptr(GArray) before = fields_rows(fields);
    int from = row_of(before, fields->selected);
    for (Field *at = field->parent; at; at = at->parent)
        g_hash_table_add(fields->open, at);
    g_autoptr(GArray) after = fields_rows(fields);
    fields->selected = field;
    scroll_shift(&fields->scroll, row_of(after, field) - from);
}

void fields_select_id(Fields *fields, const char *id)
{
    g_free(fields->wanted);
    fields->wanted = g_strdup(id);
    select_wanted(fields);
}

/* ---- bytes ---- */

static bool holds_bytes(const Field *field, size_t offset, size_t length)
{
    return offset >= field->offset && offset - field->offset < field->length &&
           length <= field->length - (offset - field->offset);
}

static Field *child_holding(const Field *field, size_t offset, size_t length)
{
    for (guint i = 0; i < count_children(field); i++) {
        Field *child = field->children->pdata[i];
        if (holds_bytes(child, offset, length))
            return child;
    }
    return NULL;
}

static Field *deepest(const Fields *fields, size_t offset, size_t length)
{
    Field *at = fields->root, *inside;
    while (at && (inside = child_holding(at, offset, length)))
        at = inside;
    return at;
}

const Field *fields_holding(Fields *fields, size_t offset, size_t length)
{
    Field *at = deepest(fields, offset, MAX(length, 1));
    if (!at || at->total == count_children(at))
        return at;
    ask_more(fields, at);
    return NULL;
}

/* Goes down as far as what has come holds the bytes; where it may go further, asks. */
static void aim(Fields *fields)
{
    Field *at = fields->aims ? deepest(fields, fields->aim, fields->aim_length) : NULL;
    if (!at)
        return;
    if (at != fields->selected)
        fields_select(fields, at);
    if (at->total > count_children(at))
        ask_more(fields, at);
    else
        fields->aims = false;
}

void fields_select_bytes(Fields *fields, size_t offset, size_t length)
{
    fields->aims = true;
    fields->aim = offset;
    fields->aim_length = MAX(length, 1);
    aim(fields);
}

/* What every extension has, whatever it says. */
static bool is_head(const Field *field)
{
    return field->id &&
           (g_str_equal(field->id, "x509.extnID") || g_str_equal(field->id, "x509.critical"));
}

void fields_select_inside(Fields *fields)
{
    Field *field = fields->selected;
    fields->inside = !field || (field->total && !count_children(field));
    if (field && fields->inside) {
        g_hash_table_add(fields->open, field);
        ask_more(fields, field);
    }
    for (guint i = 0; field && i < count_children(field); i++) {
        Field *child = field->children->pdata[i];
        if (is_head(child))
            continue;
        fields_select(fields, child);
        return;
    }
}

/* Somebody else decides what is selected: nothing waits any more. */
static void let_go(Fields *fields)
{
    fields->aims = fields->inside = false;
    fields->ended = FIELDS_SOUGHT_NOTHING;
    g_clear_pointer(&fields->wanted, g_free);
    g_clear_pointer(&fields->sought, g_free);
}

static FieldsDid go_in(Fields *fields, Field *field)
{
    if (!field->total)
        return FIELDS_MOVED;
    if (!fields_is_open(fields, field))
        g_hash_table_add(fields->open, field);
    else if (count_children(field))
        fields_select(fields, field->children->pdata[0]);
    return FIELDS_MOVED;
}

static FieldsDid go_out(Fields *fields, Field *field)
{
    if (g_hash_table_remove(fields->open, field))
        return FIELDS_MOVED;
    if (!field->parent)
        return FIELDS_LEFT;
    fields_select(fields, field->parent);
    return FIELDS_MOVED;
}

FieldsDid fields_command(Fields *fields, Command command)
{
    Field *selected = fields->selected;
    if (!selected)
        return command == COMMAND_OUT ? FIELDS_LEFT : FIELDS_NOT_MINE;
    let_go(fields);
    if (command == COMMAND_IN)
        return go_in(fields, selected);
    if (command == COMMAND_OUT)
        return go_out(fields, selected);
    if (command == COMMAND_OPEN) {
        if (!g_hash_table_remove(fields->open, selected) && selected->total)
            g_hash_table_add(fields->open, selected);
        return FIELDS_MOVED;
    }
    g_autoptr(GArray) rows = fields_rows(fields);
    int from = row_of(rows, selected);
    int to = scroll_move(&fields->scroll, command, from, (int)rows->len);
    if (to < 0)
        return FIELDS_NOT_MINE;
    /* a row that stands for fields to come is stepped over */
    const FieldRow *row = &g_array_index(rows, FieldRow, to);
    int step = to >= from ? 1 : -1;
    while (!row->field && to + step >= 0 && to + step < (int)rows->len)
        row = &g_array_index(rows, FieldRow, to += step);
    if (row->field)
        fields->selected = row->field;
    return FIELDS_MOVED;
}

static Field *first_gap(Field *field)
{
    if (field->total > count_children(field))
        return field;
    for (guint i = 0; i < count_children(field); i++) {
        Field *gap = first_gap(field->children->pdata[i]);
        if (gap)
            return gap;
    }
    return NULL;
}

bool fields_ask_all(Fields *fields)
{
    Field *gap = fields->root ? first_gap(fields->root) : NULL;
    if (gap)
        ask_more(fields, gap);
    return fields->root && !gap;
}

/* ---- search ---- */

typedef struct Sought {
    const char *text, *folded;
    bool ascii;
} Sought;

static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] == 0x7f || text[i] == '\\')
            return false;
    return true;
}

static bool text_holds(const char *text, size_t size, const Sought *sought)
{
    /* there may be tens of thousands: most are compared as they stand */
    if (sought->ascii && is_plain(text, size))
        return strcasestr(text, sought->text) != NULL;
    g_autofree char *safe = text_escape(text, (gssize)size, false);
    g_autofree char *own = g_utf8_casefold(safe, -1);
    return strstr(own, sought->folded) != NULL;
}

/* All that has come, as it stands in the tree when all is unfolded, with the gaps. */
static void collect(Field *field, GArray *all)
{
    g_array_append_val(all, ((FieldRow){.field = field}));
    for (guint i = 0; i < count_children(field); i++)
        collect(field->children->pdata[i], all);
    if (field->total > count_children(field))
        g_array_append_val(all, ((FieldRow){.parent = field}));
}

/* Looks from the field that was reached on, one after the other; at a gap it asks, and is called
 * again when the answer is there. */
static FieldsSought search(Fields *fields)
{
    g_autofree char *folded = g_utf8_casefold(fields->sought, -1);
    const Sought sought = {fields->sought, folded, g_str_is_ascii(fields->sought)};
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(FieldRow));
    collect(fields->root, all);
    int count = (int)all->len, from = fields->reached ? MAX(row_of(all, fields->reached), 0) : 0;
    for (int step = 1; step <= count; step++) {
        int at = ((from + fields->direction * step) % count + count) % count;
        const FieldRow *row = &g_array_index(all, FieldRow, at);
        if (!row->field) {
            ask_more(fields, row->parent);
            return FIELDS_SOUGHT_COMING;
        }
        fields->reached = row->field;
        if (!text_holds(row->field->name, strlen(row->field->name), &sought) &&
            !text_holds(row->field->value->str, row->field->value->len, &sought))
            continue;
        fields_select(fields, row->field);
        return FIELDS_SOUGHT_FOUND;
    }
    return FIELDS_SOUGHT_NOT_THERE;
}

FieldsSought fields_seek(Fields *fields, const char *text, int direction)
{
    let_go(fields);
    fields->sought = g_strdup(text);
    fields->direction = direction;
    fields->reached = fields->selected;
    FieldsSought found = fields->root ? search(fields) : FIELDS_SOUGHT_COMING;
    if (found != FIELDS_SOUGHT_COMING)
        g_clear_pointer(&fields->sought, g_free);
    return found;
}

const char *fields_seeking(const Fields *fields, guint *come)
{
    *come = fields->come;
    return fields->sought;
}

FieldsSought fields_take_sought(Fields *fields)
{
    FieldsSought ended = fields->ended;
    fields->ended = FIELDS_SOUGHT_NOTHING;
    return ended;
}

/* ---- answers ---- */

/* What waited goes on with what has come. */
static void go_on(Fields *fields)
{
    select_wanted(fields);
    aim(fields);
    if (fields->inside && !fields->wanted)
        fields_select_inside(fields);
    if (!fields->sought)
        return;
    FieldsSought found = search(fields);
    if (found == FIELDS_SOUGHT_COMING)
        return;
    fields->ended = found;
    g_clear_pointer(&fields->sought, g_free);
}

void field_store_answer(FieldStore *store, const json_t *answer)
{
    const char *id = fact_string(answer, "id", "");
    Fields *fields = g_hash_table_lookup(store->trees, id);
    g_autoptr(Field) field = field_from_json(json_object_get(answer, "field"));
    if (!fields || !field)
        return;
    const json_t *path = json_object_get(answer, "path");
    if (!fields->root && !json_array_size(path)) {
        fields->root = g_steal_pointer(&field);
        fields->selected = fields->root;
        fields->come = count_all(fields->root);
        open_at_first(fields, fields->root, 0);
        go_on(fields);
        return;
    }
    Field *at = at_path(fields, path);
    if (!at || fact_integer(answer, "from", 0) != count_children(at))
        return;
    fields->come += count_all(field) - 1;
    move_children(at, field);
    at->total = MAX(field->total, count_children(at));
    go_on(fields);
}

static void append_text(GString *text, const Field *field, int depth, bool ascii)
{
    g_autofree char *name = text_escape(field->name, -1, ascii);
    g_autofree char *value = text_escape(field->value->str, (gssize)field->value->len, ascii);
    g_string_append_printf(text, "%*s%-*s  %s  [%zu, %zu B]\n", 2 * depth, "",
                           MAX(40 - 2 * depth, 1), name, value, field->offset, field->length);
    for (guint i = 0; i < count_children(field); i++)
        append_text(text, field->children->pdata[i], depth + 1, ascii);
}

char *fields_text(const Fields *fields, bool ascii)
{
    GString *text = g_string_new(NULL);
    if (fields->root)
        append_text(text, fields->root, 0, ascii);
    return g_string_free(text, FALSE);
}
