#include "front/ui/differences.h"

#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/ui/glyph.h"
#include "front/ui/lines_view.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- comparing ---- */

typedef struct Comparison {
    GArray *differences;
    guint same;
} Comparison;

static guint count_of(const Field *field)
{
    return field->children ? field->children->len : 0;
}

static guint count_leaves(const Field *field)
{
    guint count = count_of(field) == 0;
    for (guint i = 0; i < count_of(field); i++)
        count += count_leaves(field->children->pdata[i]);
    return count;
}

static void add(Comparison *comparison, const Field *before, const Field *after)
{
    Difference difference = {!before  ? DIFFERENCE_ADDED
                             : !after ? DIFFERENCE_REMOVED
                                      : DIFFERENCE_CHANGED,
                             before, after};
    g_array_append_val(comparison->differences, difference);
}

/* All that a field says, to be compared as a whole. */
static void append_whole(GString *text, const Field *field)
{
    g_string_append_printf(text, "%s\x1f", field->name);
    if (!count_of(field))
        g_string_append_len(text, field->value->str, (gssize)field->value->len);
    for (guint i = 0; i < count_of(field); i++)
        append_whole(text, field->children->pdata[i]);
    g_string_append_c(text, '\x1e');
}

static GBytes *whole_of(const Field *field)
{
    GString *text = g_string_new(NULL);
    append_whole(text, field);
    return g_string_free_to_bytes(text);
}

static void drop_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static void drop_list(gpointer list)
{
    g_queue_free(list);
}

/* The children by what they say: GBytes -> GQueue of Field. */
static GHashTable *by_content(const Field *field)
{
    GHashTable *table = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, drop_bytes, drop_list);
    for (guint i = 0; i < count_of(field); i++) {
        GBytes *whole = whole_of(field->children->pdata[i]);
        GQueue *queue = g_hash_table_lookup(table, whole);
        if (queue) {
            g_bytes_unref(whole);
        } else {
            queue = g_queue_new();
            g_hash_table_insert(table, whole, queue);
        }
        g_queue_push_tail(queue, field->children->pdata[i]);
    }
    return table;
}

/* Fields of one name that are left without their like. */
static GQueue *left_of(GHashTable *left, const Field *field)
{
    GQueue *queue = g_hash_table_lookup(left, field->name);
    if (!queue) {
        queue = g_queue_new();
        g_hash_table_insert(left, field->name, queue);
    }
    return queue;
}

static void compare(Comparison *comparison, const Field *before, const Field *after);

/* Of the fields of a name that are left, one and one are the same that changed; more of them were
 * taken away and added. */
static void compare_left(Comparison *comparison, const Field *field, GHashTable *before,
                         GHashTable *after)
{
    GQueue *old = left_of(before, field), *new = left_of(after, field);
    if (g_queue_get_length(old) == 1 && g_queue_get_length(new) == 1) {
        compare(comparison, g_queue_pop_head(old), g_queue_pop_head(new));
        return;
    }
    const Field *next;
    while ((next = g_queue_pop_head(old)))
        add(comparison, next, NULL);
    while ((next = g_queue_pop_head(new)))
        add(comparison, NULL, next);
}

static void compare_children(Comparison *comparison, const Field *before, const Field *after)
{
    g_autoptr(GHashTable) likes = by_content(after);
    g_autoptr(GHashTable) matched = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) old = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, drop_list);
    g_autoptr(GHashTable) new = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, drop_list);
    for (guint i = 0; i < count_of(before); i++) {
        Field *field = before->children->pdata[i];
        g_autoptr(GBytes) whole = whole_of(field);
        GQueue *like = g_hash_table_lookup(likes, whole);
        Field *found = like ? g_queue_pop_head(like) : NULL;
        if (found) {
            comparison->same += count_leaves(field);
            g_hash_table_add(matched, found);
        } else {
            g_queue_push_tail(left_of(old, field), field);
        }
    }
    for (guint i = 0; i < count_of(after); i++)
        if (!g_hash_table_contains(matched, after->children->pdata[i]))
            g_queue_push_tail(left_of(new, after->children->pdata[i]), after->children->pdata[i]);
    for (guint i = 0; i < count_of(before); i++)
        compare_left(comparison, before->children->pdata[i], old, new);
    for (guint i = 0; i < count_of(after); i++)
        compare_left(comparison, after->children->pdata[i], old, new);
}

static void compare(Comparison *comparison, const Field *before, const Field *after)
{
    if (count_of(before) && count_of(after))
        compare_children(comparison, before, after);
    else if (!count_of(before) && !count_of(after) && g_string_equal(before->value, after->value))
        comparison->same++;
    else
        add(comparison, before, after);
}

guint differences_find(const Field *before, const Field *after, GArray *differences)
{
    Comparison comparison = {differences, 0};
    compare(&comparison, before, after);
    return comparison.same;
}

/* ---- the view ---- */

typedef struct DifferencesView {
    LinesView base;
    char *sha256[2]; /* the older one first */
    bool whole;      /* both have come */
    guint count, same;
} DifferencesView;

static Fields *fields_at(const DifferencesView *view, int side)
{
    const Desk *desk = view->base.view.desk;
    const UiPort *port = desk->port;
    g_autoptr(GBytes) bytes = port->bytes(port->data, view->sha256[side]);
    return bytes ? field_store_get(desk->fields, "certificate", view->sha256[side]) : NULL;
}

/* What one of the two is called: "mail.example.com 40d ef5b91163761b18b". */
static char *call(const Desk *desk, const char *sha256)
{
    const Certificate *known = model_certificate(desk->model, sha256);
    if (!known)
        return g_strndup(sha256, 16);
    g_autofree char *name = desk_safe(desk, known->name->str, (gssize)known->name->len);
    g_autofree char *days = brief_days(known, desk->wall);
    return g_strdup_printf("%s  %s  SHA-256 %.16s", name, days, sha256);
}

/* "validity ▸ notBefore"; to be freed. */
static char *path_of(const Desk *desk, const Field *field)
{
    GString *path = g_string_new(NULL);
    for (const Field *at = field; at->parent; at = at->parent) {
        g_autofree char *name = desk_safe(desk, at->name, -1);
        if (g_str_equal(at->name, "tbsCertificate"))
            continue;
        if (path->len) {
            g_autofree char *crumb = g_strdup_printf(" %s ", desk_glyph(desk, GLYPH_CRUMB));
            g_string_prepend(path, crumb);
        }
        g_string_prepend(path, name);
    }
    if (!path->len)
        g_string_append(path, field->name);
    return g_string_free(path, FALSE);
}

static void value_line(const Desk *desk, const Field *field, const char *sign, Lines *lines)
{
    if (!field)
        return;
    g_autofree char *value = desk_safe(desk, field->value->str, (gssize)field->value->len);
    lines_begin(lines, NULL);
    lines_tab(lines, 4);
    lines_add(lines, ROLE_KEY, sign);
    lines_tab(lines, 6);
    lines_wrap(lines, ROLE_TEXT, 6, *value ? value : _("(there)"));
}

static void difference_lines(const Desk *desk, const Difference *difference, Lines *lines)
{
    static const char *const words[] = {NULL, N_("removed"), N_("added")};
    const Field *field = difference->after ? difference->after : difference->before;
    g_autofree char *path = path_of(desk, field);
    g_autofree char *identity =
        g_strdup_printf("%d/%zu/%zu", difference->after ? 1 : 0, field->offset, field->length);
    lines_begin(lines, identity);
    lines_tab(lines, 2);
    lines_add(lines, ROLE_TITLE, path);
    if (words[difference->kind])
        lines_print(lines, ROLE_DIM, "  %s", _(words[difference->kind]));
    value_line(desk, difference->before, "-", lines);
    value_line(desk, difference->after, "+", lines);
}

static void build(LinesView *base, int width)
{
    DifferencesView *view = (DifferencesView *)base;
    const Desk *desk = base->view.desk;
    Fields *fields[2] = {fields_at(view, 0), fields_at(view, 1)};
    (void)width;
    view->whole = fields[0] && fields[1];
    for (int side = 0; side < 2; side++)
        view->whole &= fields[side] && fields_ask_all(fields[side]);
    if (!view->whole) {
        lines_begin(base->lines, NULL);
        lines_tab(base->lines, 2);
        lines_add(base->lines, fields[0] && fields[1] ? ROLE_LIVE : ROLE_UNKNOWN,
                  fields[0] && fields[1] ? _("being read") : _("the bytes of one are not here"));
        return;
    }
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Difference));
    view->same = differences_find(fields_root(fields[0]), fields_root(fields[1]), found);
    view->count = found->len;
    for (guint i = 0; i < found->len; i++)
        difference_lines(desk, &g_array_index(found, Difference, i), base->lines);
    if (!found->len) {
        lines_begin(base->lines, NULL);
        lines_tab(base->lines, 2);
        lines_add(base->lines, ROLE_GOOD, _("they are the same"));
    }
}

static void title(View *base, int width, GString *left, GString *right)
{
    const DifferencesView *view = (DifferencesView *)base;
    (void)width;
    g_string_append(left, _("two certificates: what differs"));
    if (view->whole)
        g_string_append_printf(right, _("%u differ, %u fields are the same"), view->count,
                               view->same);
}

static void status(View *base, GString *left, GString *right)
{
    (void)base, (void)right;
    g_string_append(left, _("- is the older one, + the newer; Enter shows the field"));
}

/* The field of a line, in its certificate. */
static bool command(LinesView *base, Command command)
{
    const DifferencesView *view = (DifferencesView *)base;
    Desk *desk = base->view.desk;
    const char *line = lines_selected(base->lines);
    if (command != COMMAND_OPEN && command != COMMAND_IN)
        return false;
    if (!line)
        return true;
    g_auto(GStrv) parts = g_strsplit(line, "/", 3);
    int side = *parts[0] == '1';
    Fields *fields = fields_at(view, side);
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_ptr_array_add(one, view->sha256[side]);
    desk->asn1 = false;
    if (fields)
        fields_select_bytes(fields, (size_t)g_ascii_strtoull(parts[1], NULL, 10),
                            (size_t)g_ascii_strtoull(parts[2], NULL, 10));
    View *whole =
        certificate_view_new_file(desk, one, side ? _("the newer one") : _("the older one"));
    desk_push(desk, whole);
    whole->ops->command(whole, COMMAND_OPEN);
    return true;
}

static void free_differences(LinesView *base)
{
    DifferencesView *view = (DifferencesView *)base;
    g_free(view->sha256[0]);
    g_free(view->sha256[1]);
}

static const LinesViewKind differences_view = {
    .focus = VIEW_DIFFERENCES,
    .name = N_("the differences"),
    .line = N_("difference"),
    .build = build,
    .title = title,
    .status = status,
    .command = command,
    .free = free_differences,
};

View *differences_view_new(Desk *desk, const char *one, const char *other)
{
    DifferencesView *view = g_new0(DifferencesView, 1);
    const Certificate *left = model_certificate(desk->model, one);
    const Certificate *right = model_certificate(desk->model, other);
    bool newer = left && right && left->not_before > right->not_before;
    view->sha256[0] = g_strdup(newer ? other : one);
    view->sha256[1] = g_strdup(newer ? one : other);
    g_autofree char *before = call(desk, view->sha256[0]);
    g_autofree char *after = call(desk, view->sha256[1]);
    view->base.subject = g_strdup_printf("- %s   + %s", before, after);
    return lines_view_init(&view->base, &differences_view, desk);
}
