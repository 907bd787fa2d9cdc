/* The ends: which day what stops working, the first at first. */
#include "front/model/ends.h"

#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/ui/glyph.h"
#include "front/ui/pane.h"
#include "front/ui/table_view.h"

#include <glib/gi18n.h>
#include <string.h>

enum { DETAIL_ROWS = 4, MOST_LINES = 1000 };

typedef struct EndsView {
    TableView base;
    GPtrArray *ends; /* End *, owned */
    guint version;
    bool made;
} EndsView;

static void date_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const End *end = row;
    g_autofree char *time = text_from_time(end->at);
    g_string_append_len(text, time, MIN((gssize)strlen(time), (gssize)strlen("YYYY-MM-DD")));
    if (end->at < desk->wall)
        *role = ROLE_CRITICAL;
}

static void days_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const End *end = row;
    Certificate ending = {.not_after = end->at};
    g_autofree char *days = brief_days(&ending, desk->wall);
    g_string_append(text, days);
    if (end->at < desk->wall)
        *role = ROLE_CRITICAL;
}

static void what_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const End *end = row;
    g_autoptr(GString) name =
        model_certificate_name(desk->model, end->endpoints->pdata[0], end->sha256);
    g_autofree char *safe = desk_safe(desk, name->str, (gssize)name->len);
    (void)role;
    g_string_append(text, safe);
}

/* What it is to its endpoints. */
static void kind_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const End *end = row;
    const Certificate *leaf = endpoint_leaf(end->endpoints->pdata[0]);
    const Certificate *certificate = model_certificate(desk->model, end->sha256);
    bool root = !certificate || g_string_equal(certificate->subject, certificate->issuer);
    if (leaf && g_str_equal(leaf->sha256, end->sha256)) {
        g_string_append(text, _("leaf"));
        return;
    }
    *role = ROLE_WARN;
    g_string_append(text, root ? _("root") : _("intermediate"));
}

static void with_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const End *end = row;
    g_autofree char *place = brief_place(end->endpoints->pdata[0], !desk->utf8);
    (void)role;
    g_string_append_printf(text, "%u %s", end->endpoints->len, place);
}

static int by_with(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return (int)((const End *)b)->endpoints->len - (int)((const End *)a)->endpoints->len;
}

static int by_time(const void *a, const void *b, const Desk *desk)
{
    gint64 left = ((const End *)a)->at, right = ((const End *)b)->at;
    (void)desk;
    return left < right ? -1 : left > right;
}

static const TableColumn columns[] = {
    {.title = N_("DATE"),
     .name = "date",
     .least = 10,
     .ideal = 10,
     .cell = date_cell,
     .compare = by_time},
    {.title = N_("DAYS"),
     .name = "days",
     .least = 5,
     .ideal = 5,
     .rank = 2,
     .right = true,
     .cell = days_cell,
     .compare = by_time},
    {.title = N_("WHAT ENDS"),
     .name = "what",
     .least = 16,
     .ideal = 24,
     .grows = true,
     .cell = what_cell},
    {.title = N_("IT IS"), .name = "kind", .least = 12, .ideal = 12, .rank = 3, .cell = kind_cell},
    {.title = N_("ENDPOINTS THAT END WITH IT"),
     .name = "endpoints",
     .least = 18,
     .ideal = 26,
     .rank = 1,
     .tail = true,
     .grows = true,
     .cell = with_cell,
     .compare = by_with},
};

static const char *identity(const void *row)
{
    return ((const End *)row)->identity;
}

static const TableKind ends_table = {
    .columns = columns,
    .count = G_N_ELEMENTS(columns),
    .identity = identity,
    .order = N_("date"),
};

static void update(View *base)
{
    EndsView *view = (EndsView *)base;
    if (view->made && view->version == base->desk->model->version)
        return;
    GPtrArray *old = view->ends;
    view->ends = model_ends(base->desk->model);
    table_update(view->base.table, view->ends);
    g_clear_pointer(&old, g_ptr_array_unref);
    view->version = base->desk->model->version;
    view->made = true;
}

static void draw_detail(EndsView *view, Area area)
{
    const Desk *desk = view->base.view.desk;
    const End *end = table_selected(view->base.table);
    Lines *lines = view->base.detail;
    area = pane_begin(area, (PaneTitle){_("these endpoints end with it"), NULL, false});
    lines_clear(lines, area.columns - 1, desk->utf8);
    for (guint i = 0; end && i < MIN(end->endpoints->len, MOST_LINES); i++) {
        g_autofree char *place = brief_place(end->endpoints->pdata[i], !desk->utf8);
        lines_begin(lines, NULL);
        lines_tab(lines, 2);
        lines_add(lines, ROLE_TEXT, place);
    }
    lines_draw(lines, area, LINES_PLAIN);
}

static void draw(View *base, Area body)
{
    EndsView *view = (EndsView *)base;
    Area list = body, detail = {body.surface, body.row, body.column, 0, 0};
    update(base);
    if (body.rows >= DETAIL_ROWS * 3) {
        int rows = CLAMP((int)table_shown(view->base.table) + 1, 3, body.rows * 2 / 3);
        pane_split_rows(body, rows, &list, &detail);
    }
    base->desk->focus = list;
    table_draw(view->base.table, list, list.rows > 2, true);
    if (!table_shown(view->base.table)) {
        area_plain(area_cells(list, 1, 2, list.columns), ROLE_DIM,
                   table_given(view->base.table) ? _("nothing matches this filter (f changes it)")
                                                 : _("nothing ends"));
        area_cursor(area_cells(list, 1, 0, 1), false);
    }
    if (detail.rows)
        draw_detail(view, detail);
}

static void title(View *base, int width, GString *left, GString *right)
{
    EndsView *view = (EndsView *)base;
    g_autofree char *asked = desk_name(base->desk);
    guint ended = 0;
    (void)width;
    update(base);
    for (guint i = 0; i < view->ends->len; i++)
        ended += ((const End *)view->ends->pdata[i])->at < base->desk->wall;
    g_string_append_printf(left, _("%s %s what ends when"), asked,
                           desk_glyph(base->desk, GLYPH_CRUMB));
    g_string_append_printf(right, _("%u ended, %u to come"), ended, view->ends->len - ended);
}

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_ENDS;
}

/* The certificate in the chain of the first endpoint that ends with it; a root of the store is not
 * there, and the chain is opened at its leaf. */
static void go_in(View *base)
{
    const End *end = table_selected(((EndsView *)base)->base.table);
    const Endpoint *endpoint = end ? end->endpoints->pdata[0] : NULL;
    if (endpoint && endpoint->best)
        desk_push(base->desk, certificate_view_new(base->desk, endpoint->best, end->sha256, NULL));
}

static bool command(View *base, Command command)
{
    update(base);
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_IN:
        go_in(base);
        return true;
    case COMMAND_BACK:
    case COMMAND_OUT:
        return false;
    default:
        return table_command(((EndsView *)base)->base.table, command);
    }
}

static GPtrArray *endpoints(View *base)
{
    update(base);
    const End *end = table_selected(((EndsView *)base)->base.table);
    GPtrArray *ids = g_ptr_array_new();
    for (guint i = 0; end && i < end->endpoints->len; i++)
        g_ptr_array_add(ids, ((const Endpoint *)end->endpoints->pdata[i])->id);
    return ids;
}

static void forms(View *base, GPtrArray *forms)
{
    update(base);
    const End *end = table_selected(((EndsView *)base)->base.table);
    const Certificate *certificate = end ? model_certificate(base->desk->model, end->sha256) : NULL;
    if (!end)
        return;
    form_add(forms, _("date"), text_from_time(end->at));
    if (certificate)
        form_add_certificate(forms, base->desk, certificate);
}

static void free_view(View *base)
{
    EndsView *view = (EndsView *)base;
    table_view_clear(&view->base);
    g_clear_pointer(&view->ends, g_ptr_array_unref);
    g_free(view);
}

static const ViewOps ends_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = table_view_status,
    .command = command,
    .seek = table_view_seek,
    .endpoints = endpoints,
    .table = table_view_table,
    .forms = forms,
    .text = table_view_text,
};

View *ends_view_new(Desk *desk)
{
    EndsView *view = g_new0(EndsView, 1);
    table_view_init(&view->base, &ends_view, desk, &ends_table);
    view->base.update = update;
    update(&view->base.view);
    return &view->base.view;
}
