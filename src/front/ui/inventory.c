/* The inventory: every certificate of the estate, and where the selected one is served. */
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/estate.h"
#include "front/ui/glyph.h"
#include "front/ui/inventory_chart.h"
#include "front/ui/inventory_rows.h"
#include "front/ui/pane.h"
#include "front/ui/table_view.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    BESIDE_COLUMNS = 100, /* from here on the places stand beside the table */
    BELOW_ROWS = 14,      /* from here on they stand below it */
    CHART_FROM = 18,      /* rows */
    MANY = 2000,          /* certificates from which rows are made anew less often */
    REST = 1,             /* seconds between that */
    MOST_LINES = 1000,    /* places that are listed */
    ADDRESS = 34,
    NAME = 8,
};

typedef struct InventoryView {
    TableView base;
    GPtrArray *rows; /* InventoryRow *, owned */
    InventoryOrder order;
    guint version; /* of the model, that the rows are of */
    double made;
    bool stale;
    bool in_detail;    /* the focus is on the places */
    bool detail_shown; /* they were drawn last */
} InventoryView;

static const char *const orders[INVENTORY_ORDERS] = {
    [INVENTORY_CERTIFICATES] = N_("certificates"),
    [INVENTORY_KEYS] = N_("keys"),
    [INVENTORY_ISSUERS] = N_("issuers"),
    [INVENTORY_TREE] = N_("tree of issuers"),
};

static const InventoryRow *selected(const InventoryView *view)
{
    return table_selected(view->base.table);
}

/* ---- rows ---- */

static void update(View *base)
{
    InventoryView *view = (InventoryView *)base;
    const Model *model = base->desk->model;
    bool rests = model->inventory->certificates->len > MANY && base->desk->at - view->made < REST &&
                 base->desk->at >= view->made;
    if (!view->stale && (view->version == model->version || rests))
        return;
    GPtrArray *old = view->rows;
    view->rows = inventory_rows(model, view->order);
    table_update(view->base.table, view->rows);
    g_clear_pointer(&old, g_ptr_array_unref);
    view->version = model->version;
    view->made = base->desk->at;
    view->stale = false;
}

/* ---- where it is served ---- */

static void add_place(const Desk *desk, const Serving *place, guint number, Lines *lines)
{
    g_autofree char *identity = g_strdup_printf("place/%u", number);
    g_autofree char *shown = brief_place(place->endpoint, !desk->utf8);
    g_autofree char *address = desk_safe(desk, place->connection->address->str, -1);
    const char *name = json_string_value(json_object_get(place->endpoint->fact, "server_name"));
    bool now = serving_is_now(place);
    lines_begin(lines, identity);
    lines_tab(lines, 2);
    lines_add(lines, now ? ROLE_TEXT : ROLE_DIM, shown);
    lines_tab(lines, ADDRESS);
    lines_print(lines, ROLE_DIM, "%s  ", address);
    if (!now)
        lines_add(lines, ROLE_DIM, _("not any more  "));
    if (place->position)
        lines_print(lines, ROLE_DIM, _("sent as number %u  "), place->position + 1);
    if (name) {
        g_autofree char *safe = desk_safe(desk, name, -1);
        lines_print(lines, ROLE_DIM, _("SNI %s"), safe);
    }
}

static void add_member(const Desk *desk, const Certificate *certificate, Lines *lines)
{
    g_autofree char *identity = g_strdup_printf("certificate/%s", certificate->sha256);
    g_autofree char *days = brief_days(certificate, desk->wall);
    g_autofree char *name = desk_safe(desk, certificate->name->str, (gssize)certificate->name->len);
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(certificate);
    lines_begin(lines, identity);
    lines_tab(lines, 2);
    lines_add(lines, ROLE_TEXT, certificate->fact ? days : "?");
    lines_tab(lines, NAME);
    lines_add(lines, ROLE_TEXT, name);
    lines_tab(lines, ADDRESS);
    if (endpoints->len) {
        g_autofree char *place = brief_place(endpoints->pdata[0], !desk->utf8);
        lines_print(lines, ROLE_DIM, "%u %s", endpoints->len, place);
    }
}

static void build_detail(InventoryView *view, int width)
{
    const Desk *desk = view->base.view.desk;
    const InventoryRow *row = selected(view);
    Lines *lines = view->base.detail;
    lines_clear(lines, width, desk->utf8);
    if (!row)
        return;
    g_autoptr(GPtrArray) notes =
        row->kin ? g_ptr_array_new() : estate_notes(desk->model, row->certificate, !desk->utf8);
    for (guint i = 0; i < notes->len; i++) {
        lines_begin(lines, NULL);
        lines_tab(lines, 2);
        lines_wrap(lines, ROLE_NOTE, 4, notes->pdata[i]);
    }
    const GPtrArray *list = row->kin ? row->kin->certificates : row->certificate->places;
    guint count = list ? MIN(list->len, MOST_LINES) : 0;
    for (guint i = 0; i < count; i++)
        if (row->kin)
            add_member(desk, list->pdata[i], lines);
        else
            add_place(desk, list->pdata[i], i, lines);
    if (!list || count < list->len) {
        lines_begin(lines, NULL);
        lines_tab(lines, 2);
        if (list)
            lines_print(lines, ROLE_DIM, _("and %u more"), list->len - count);
        else
            lines_add(lines, ROLE_DIM, _("from a file: no endpoint sent it"));
    }
}

static void draw_detail(InventoryView *view, Area area)
{
    const InventoryRow *row = selected(view);
    const Desk *desk = view->base.view.desk;
    g_autofree char *left = NULL;
    if (row && row->kin) {
        left = g_strdup(row->issuer ? _("issued") : _("certificates of this key"));
    } else if (row) {
        const GString *name = row->certificate->name;
        g_autofree char *safe = desk_safe(desk, name->str, (gssize)name->len);
        left = g_strdup_printf(_("%s: where it is served"), safe);
    }
    area = pane_begin(area, (PaneTitle){left ? left : "", NULL, view->in_detail});
    build_detail(view, area.columns - 1);
    lines_draw(view->base.detail, area, view->in_detail ? LINES_FOCUSED : LINES_PLAIN);
    view->detail_shown = true;
    if (view->in_detail)
        view->base.view.desk->focus = area;
}

/* ---- drawing ---- */

static void draw_table(InventoryView *view, Area area)
{
    Table *table = view->base.table;
    if (!view->in_detail)
        view->base.view.desk->focus = area;
    table_draw(table, area, area.rows > 2, !view->in_detail);
    if (table_shown(table))
        return;
    area_plain(area_cells(area, 1, 2, area.columns), ROLE_DIM,
               table_given(table) ? _("nothing matches this filter (f changes it)")
                                  : _("no certificates yet"));
    area_cursor(area_cells(area, 1, 0, 1), false);
}

static void draw(View *base, Area body)
{
    InventoryView *view = (InventoryView *)base;
    update(base);
    view->detail_shown = false;
    if (body.rows >= CHART_FROM) {
        Area chart;
        pane_split_rows(body, INVENTORY_CHART_ROWS, &chart, &body);
        inventory_chart_draw(chart, base->desk->model->inventory, base->desk->wall);
    }
    if (body.rows < BELOW_ROWS) {
        if (view->in_detail)
            draw_detail(view, body);
        else
            draw_table(view, body);
        return;
    }
    Area list, detail;
    int rows = CLAMP((int)table_shown(view->base.table) + 1, 3, body.rows * 3 / 5);
    pane_split_rows(body, rows, &list, &detail);
    draw_table(view, list);
    draw_detail(view, detail);
}

static void title(View *base, int width, GString *left, GString *right)
{
    const Inventory *inventory = base->desk->model->inventory;
    g_autofree char *asked = desk_name(base->desk);
    (void)width;
    g_string_append_printf(left, _("%s %s inventory"), asked, desk_glyph(base->desk, GLYPH_CRUMB));
    g_string_append_printf(
        right, ngettext("%u certificate", "%u certificates", inventory->certificates->len),
        inventory->certificates->len);
    g_string_append_printf(right, ngettext("  %u key", "  %u keys", inventory->keys->len),
                           inventory->keys->len);
    g_string_append_printf(right, ngettext("  %u issuer", "  %u issuers", inventory->issuers->len),
                           inventory->issuers->len);
}

static void status(View *base, GString *left, GString *right)
{
    const InventoryView *view = (const InventoryView *)base;
    g_string_append_printf(left, _("%s: "), _(orders[view->order]));
    table_view_status(base, left, right);
}

/* ---- commands ---- */

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_INVENTORY;
}

/* Opens a certificate in the chain that brought it, else as one of a file. */
static void open_certificate(Desk *desk, const Certificate *certificate, const Serving *place)
{
    if (place) {
        desk_push(desk, certificate_view_new(desk, place->connection, certificate->sha256, NULL));
        return;
    }
    g_autoptr(GPtrArray) alone = g_ptr_array_new();
    g_ptr_array_add(alone, certificate->sha256);
    desk_push(desk, certificate_view_new_file(desk, alone, certificate->name->str));
}

/* Where it is served now, else where it was. */
static const Serving *best_place(const Certificate *certificate)
{
    const GPtrArray *places = certificate->places;
    for (guint i = 0; places && i < places->len; i++)
        if (serving_is_now(places->pdata[i]))
            return places->pdata[i];
    return places && places->len ? places->pdata[0] : NULL;
}

static void open_line(InventoryView *view)
{
    Desk *desk = view->base.view.desk;
    const InventoryRow *row = selected(view);
    const char *identity = lines_selected(view->base.detail);
    if (row && identity && g_str_has_prefix(identity, "place/")) {
        guint number = (guint)g_ascii_strtoull(identity + strlen("place/"), NULL, 10);
        const GPtrArray *places = row->certificate->places;
        if (places && number < places->len)
            open_certificate(desk, row->certificate, places->pdata[number]);
    } else if (identity && g_str_has_prefix(identity, "certificate/")) {
        const Certificate *certificate =
            model_certificate(desk->model, identity + strlen("certificate/"));
        open_certificate(desk, certificate, best_place(certificate));
    } else {
        desk_say(desk, g_strdup(_("there is nothing behind this line")));
    }
}

static void go_in(InventoryView *view)
{
    const InventoryRow *row = selected(view);
    if (view->in_detail)
        open_line(view);
    else if (row && row->kin)
        view->in_detail = true;
    else if (row)
        open_certificate(view->base.view.desk, row->certificate, best_place(row->certificate));
}

static bool is_bad(const void *row, gpointer data)
{
    const guint *severity = ((const InventoryRow *)row)->severity;
    (void)data;
    for (Severity worse = 0; worse <= SEVERITY_LOW; worse++)
        if (severity[worse])
            return true;
    return false;
}

static void next_bad(InventoryView *view, int direction)
{
    if (!table_seek(view->base.table, is_bad, NULL, direction))
        desk_say(view->base.view.desk, g_strdup(_("no row has findings")));
}

static void next_order(InventoryView *view)
{
    view->order = (view->order + 1) % INVENTORY_ORDERS;
    view->stale = true;
    view->in_detail = false;
    update(&view->base.view);
    desk_say(view->base.view.desk, g_strdup_printf(_("shown: %s"), _(orders[view->order])));
}

static bool command(View *base, Command command)
{
    InventoryView *view = (InventoryView *)base;
    update(base);
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_IN:
        go_in(view);
        return true;
    case COMMAND_NEXT_PANE:
    case COMMAND_PREVIOUS_PANE:
        view->in_detail = !view->in_detail;
        return true;
    case COMMAND_GROUPING:
        next_order(view);
        return true;
    case COMMAND_NEXT_BAD:
    case COMMAND_PREVIOUS_BAD:
        next_bad(view, command == COMMAND_NEXT_BAD ? 1 : -1);
        return true;
    case COMMAND_BACK:
    case COMMAND_OUT: {
        bool was = view->in_detail;
        view->in_detail = false;
        return was;
    }
    default:
        return view->in_detail ? lines_move(view->base.detail, command)
                               : table_command(view->base.table, command);
    }
}

static bool seek(View *base, const char *text, int direction)
{
    InventoryView *view = (InventoryView *)base;
    return view->in_detail ? lines_seek(view->base.detail, text, direction)
                           : table_view_seek(base, text, direction);
}

/* Those that serve what is marked, else what is selected. */
static GPtrArray *endpoints(View *base)
{
    InventoryView *view = (InventoryView *)base;
    update(base);
    GPtrArray *ids = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) chosen = table_chosen(view->base.table);
    g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < chosen->len; i++)
        g_hash_table_add(wanted, chosen->pdata[i]);
    for (guint i = 0; i < view->rows->len; i++) {
        const InventoryRow *row = view->rows->pdata[i];
        if (!g_hash_table_contains(wanted, row->identity))
            continue;
        g_autoptr(GPtrArray) certificates = inventory_row_certificates(row);
        for (guint j = 0; j < certificates->len; j++) {
            g_autoptr(GPtrArray) serve = certificate_endpoints(certificates->pdata[j]);
            for (guint k = 0; k < serve->len; k++)
                if (g_hash_table_add(seen, serve->pdata[k]))
                    g_ptr_array_add(ids, ((const Endpoint *)serve->pdata[k])->id);
        }
    }
    return ids;
}

static void forms(View *base, GPtrArray *forms)
{
    InventoryView *view = (InventoryView *)base;
    update(base);
    const InventoryRow *row = selected(view);
    if (!row)
        return;
    if (view->in_detail) {
        form_add(forms, _("line"), g_strstrip(lines_text_selected(view->base.detail)));
        return;
    }
    if (row->kin) {
        form_add(forms, row->issuer ? _("issuer") : _("hash of the key"),
                 desk_safe(base->desk, row->kin->name, -1));
        return;
    }
    const GString *name = row->certificate->name;
    form_add(forms, _("name"), desk_safe(base->desk, name->str, (gssize)name->len));
    form_add_certificate(forms, base->desk, row->certificate);
}

static GBytes *certificate(View *base)
{
    InventoryView *view = (InventoryView *)base;
    update(base);
    const InventoryRow *row = selected(view);
    return row && !row->kin
               ? base->desk->port->bytes(base->desk->port->data, row->certificate->sha256)
               : NULL;
}

static void free_view(View *base)
{
    InventoryView *view = (InventoryView *)base;
    table_view_clear(&view->base);
    g_clear_pointer(&view->rows, g_ptr_array_unref);
    g_free(view);
}

static const ViewOps inventory_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .endpoints = endpoints,
    .table = table_view_table,
    .forms = forms,
    .certificate = certificate,
    .text = table_view_text,
};

View *inventory_view_new(Desk *desk)
{
    InventoryView *view = g_new0(InventoryView, 1);
    table_view_init(&view->base, &inventory_view, desk, &inventory_table);
    view->base.update = update;
    view->stale = true;
    update(&view->base.view);
    return &view->base.view;
}
