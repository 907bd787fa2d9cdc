/* The findings: all of them, worst first, and what, why, proof and what to do of the selected one.
 */
#include "common/fact/fact.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/pane.h"
#include "front/ui/table_view.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    BESIDE_COLUMNS = 100,
    DETAIL_ROWS = 10, /* at least, where there is room */
    LABEL = 1,
    TEXT = 10,
};

/* A row: a finding, held apart from the model's, which are made anew whenever an endpoint changes.
 */
typedef struct Row {
    char *identity; /* "<endpoint>/<rule>/<which of that rule>" */
    const Endpoint *endpoint;
    const Finding *finding;
} Row;

typedef struct FindingsView {
    TableView base;
    GPtrArray *rows; /* Row *, owned */
    guint version;
    bool built;
    guint severity[SEVERITY_COUNT];
} FindingsView;

static void row_free(gpointer data)
{
    Row *row = data;
    g_free(row->identity);
    g_free(row);
}

/* ---- the table ---- */

static void severity_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Finding *finding = ((const Row *)row)->finding;
    (void)desk;
    *role = role_of_severity(finding->severity);
    g_string_append(text, severity_name(finding->severity));
}

static void finding_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    (void)role;
    g_autofree char *words = words_finding(((const Row *)row)->finding, !desk->utf8);
    g_string_append(text, words);
}

static void where_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = ((const Row *)row)->endpoint;
    (void)role;
    if (desk->model->hosts->len == 1) {
        g_string_append_printf(text, ":%u %s", endpoint->port, endpoint->service);
        return;
    }
    g_autofree char *place = brief_place(endpoint, !desk->utf8);
    g_string_append(text, place);
}

/* The number of the message among its connection's, by its bytes; 0: not there. */
static guint message_number(const Connection *connection, const char *sha256, guint *event_number)
{
    guint number = 0;
    for (guint i = 0; i < connection->events->len; i++) {
        const Event *event = connection->events->pdata[i];
        if (event->kind != EVENT_MESSAGE)
            continue;
        number++;
        if (g_strcmp0(fact_string(event->fact, "sha256", NULL), sha256) == 0) {
            *event_number = event->number;
            return number;
        }
    }
    return 0;
}

static const Connection *connection_of(const Desk *desk, const Finding *finding)
{
    return finding->connection
               ? g_hash_table_lookup(desk->model->by_connection, finding->connection)
               : NULL;
}

static void proof_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Finding *finding = ((const Row *)row)->finding;
    const Connection *connection = connection_of(desk, finding);
    guint event = 0;
    (void)role;
    if (!connection) {
        g_string_append_c(text, '-');
        return;
    }
    guint message = finding->message ? message_number(connection, finding->message, &event) : 0;
    g_string_append_printf(text, _("conn %u"), connection->number);
    if (message)
        g_string_append_printf(text, _(" msg %u"), message);
    else if (finding->certificate)
        g_string_append(text, _(" cert"));
}

static int by_severity(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return (int)((const Row *)a)->finding->severity - (int)((const Row *)b)->finding->severity;
}

static const TableColumn columns[] = {
    {.title = N_("SEV"),
     .name = "sev",
     .least = 8,
     .ideal = 8,
     .cell = severity_cell,
     .compare = by_severity},
    {.title = N_("FINDING"),
     .name = "finding",
     .least = 30,
     .ideal = 36,
     .grows = true,
     .cell = finding_cell},
    {.title = N_("WHERE"),
     .name = "where",
     .least = 22,
     .ideal = 22,
     .tail = true,
     .rank = 1,
     .fits = true,
     .grows = true,
     .cell = where_cell},
    {.title = N_("PROVED BY"),
     .name = "proof",
     .least = 12,
     .ideal = 14,
     .rank = 2,
     .cell = proof_cell},
};

static const char *identity(const void *row)
{
    return ((const Row *)row)->identity;
}

static const TableKind findings_table = {
    .columns = columns,
    .count = G_N_ELEMENTS(columns),
    .identity = identity,
    .order = N_("severity, then host"),
};

/* ---- rows ---- */

static gint worst_first(gconstpointer a, gconstpointer b)
{
    const Row *left = *(Row *const *)a, *right = *(Row *const *)b;
    if (left->finding->severity != right->finding->severity)
        return (gint)left->finding->severity - (gint)right->finding->severity;
    gint host = strcmp(left->endpoint->host, right->endpoint->host);
    if (host)
        return host;
    return (gint)left->endpoint->port - (gint)right->endpoint->port;
}

static void add_rows(FindingsView *view, const Endpoint *endpoint)
{
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        guint which = 0;
        for (guint j = 0; j < i; j++)
            which += ((Finding *)endpoint->findings->pdata[j])->rule == finding->rule;
        Row *row = g_new0(Row, 1);
        row->identity = g_strdup_printf("%s/%s/%u", endpoint->id, finding->rule->code, which);
        row->endpoint = endpoint;
        row->finding = finding;
        view->severity[finding->severity]++;
        g_ptr_array_add(view->rows, row);
    }
}

/* The old rows point to findings that may be gone: the table is given the new ones before anything
 * looks. */
static void update(View *base)
{
    FindingsView *view = (FindingsView *)base;
    const Model *model = view->base.view.desk->model;
    if (view->built && view->version == model->version)
        return;
    memset(view->severity, 0, sizeof view->severity);
    GPtrArray *old = view->rows;
    view->rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i < model->endpoints->len; i++)
        add_rows(view, model->endpoints->pdata[i]);
    g_ptr_array_sort(view->rows, worst_first);
    table_update(view->base.table, view->rows);
    g_clear_pointer(&old, g_ptr_array_unref);
    view->version = model->version;
    view->built = true;
}

/* ---- the pane below ---- */

static void paragraph(Lines *lines, const char *label, Role role, const char *text)
{
    if (!text || !*text)
        return;
    lines_begin(lines, NULL);
    lines_tab(lines, LABEL);
    lines_add(lines, ROLE_TITLE, label);
    lines_tab(lines, TEXT);
    lines_wrap(lines, role, TEXT, text);
}

static char *proof_of(const Desk *desk, const Finding *finding)
{
    const Connection *connection = connection_of(desk, finding);
    guint event = 0;
    if (!connection)
        return NULL;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, _("connection %u"), connection->number);
    guint message = finding->message ? message_number(connection, finding->message, &event) : 0;
    if (message) {
        const Event *proof = connection->events->pdata[event - 1];
        g_string_append_printf(text, _(", message %u (%s)"), message,
                               fact_string(proof->fact, "name", "?"));
    }
    const Certificate *certificate =
        finding->certificate ? model_certificate(desk->model, finding->certificate) : NULL;
    if (certificate) {
        g_autofree char *name =
            desk_safe(desk, certificate->name->str, (gssize)certificate->name->len);
        g_string_append_printf(text, _(", certificate %s"), name);
    }
    if (finding->field)
        g_string_append_printf(text, ", %s", finding->field);
    return g_string_free(text, FALSE);
}

static void build_detail(FindingsView *view, int width)
{
    const Row *row = table_selected(view->base.table);
    Lines *lines = view->base.detail;
    const Desk *desk = view->base.view.desk;
    lines_clear(lines, width, desk->utf8);
    if (!row)
        return;
    bool ascii = !desk->utf8;
    g_autofree char *what = words_what(row->finding, ascii);
    g_autofree char *why = words_why(row->finding, ascii);
    g_autofree char *act = words_act(row->finding, ascii);
    g_autofree char *proof = proof_of(desk, row->finding);
    g_autofree char *place = brief_place(row->endpoint, ascii);
    paragraph(lines, _("What"), ROLE_TEXT, what);
    paragraph(lines, _("Why"), ROLE_TEXT, why);
    paragraph(lines, _("Where"), ROLE_TEXT, place);
    paragraph(lines, _("Proof"), ROLE_TEXT, proof);
    paragraph(lines, _("Do"), ROLE_TEXT, act);
    paragraph(lines, _("Check"), ROLE_DIM, _("R asks this endpoint again"));
    paragraph(lines, _("See"), ROLE_DIM, row->finding->rule->see);
}

static void draw_detail(FindingsView *view, Area area)
{
    const Row *row = table_selected(view->base.table);
    g_autofree char *left = NULL;
    if (row) {
        g_autofree char *text = words_finding(row->finding, !view->base.view.desk->utf8);
        left = g_strdup_printf("%s  %s", severity_name(row->finding->severity), text);
    }
    area = pane_begin(area, (PaneTitle){left ? left : _("no finding"), NULL, false});
    build_detail(view, area.columns - 1);
    lines_draw(view->base.detail, area, LINES_PLAIN);
}

static void draw(View *base, Area body)
{
    FindingsView *view = (FindingsView *)base;
    update(&view->base.view);
    Area list = body, detail = {body.surface, body.row, body.column, 0, 0};
    if (body.columns >= BESIDE_COLUMNS && body.rows >= DETAIL_ROWS) {
        pane_split_columns(body, body.columns * 55 / 100, &list, &detail);
        pane_wall(detail, 0);
        detail = area_part(detail, 0, 1, detail.rows, detail.columns);
    } else if (body.rows >= DETAIL_ROWS + 4) {
        int rows = CLAMP((int)table_shown(view->base.table) + 1, 3, body.rows - DETAIL_ROWS);
        pane_split_rows(body, MIN(rows, body.rows / 2), &list, &detail);
    }
    base->desk->focus = list;
    table_draw(view->base.table, list, true, true);
    if (!table_shown(view->base.table)) {
        area_plain(area_cells(list, 1, 2, list.columns), ROLE_DIM,
                   *table_filter_text(view->base.table) ? _("nothing matches this filter (f)")
                                                        : _("no findings"));
        area_cursor(area_cells(list, 1, 0, 1), false);
    }
    if (detail.rows)
        draw_detail(view, detail);
}

static void title(View *base, int width, GString *left, GString *right)
{
    FindingsView *view = (FindingsView *)base;
    (void)width;
    g_autofree char *asked = desk_name(base->desk);
    update(&view->base.view);
    g_string_append_printf(left, _("%s %s findings"), asked, desk_glyph(base->desk, GLYPH_CRUMB));
    for (Severity severity = 0; severity < SEVERITY_COUNT; severity++)
        if (view->severity[severity])
            g_string_append_printf(right, "%s%u %s", right->len ? "  " : "",
                                   view->severity[severity], severity_name(severity));
}

/* ---- commands ---- */

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_FINDINGS;
}

/* Opens what proves it: the certificate's field, else the message, else the endpoint's chain. */
static void open_proof(FindingsView *view)
{
    Desk *desk = view->base.view.desk;
    const Row *row = table_selected(view->base.table);
    const Finding *finding = row ? row->finding : NULL;
    const Connection *connection = finding ? connection_of(desk, finding) : NULL;
    guint event = 0;
    if (connection && finding->certificate && connection->certificates)
        desk_push(desk,
                  certificate_view_new(desk, connection, finding->certificate, finding->field));
    else if (connection && finding->message && message_number(connection, finding->message, &event))
        desk_push(desk, message_view_new(desk, connection, event, finding->field));
    else
        desk_say(desk, g_strdup(_("there is nothing to open: no message proves it")));
}

static bool any_row(const void *row, gpointer data)
{
    (void)row, (void)data;
    return true;
}

static bool command(View *base, Command command)
{
    FindingsView *view = (FindingsView *)base;
    update(&view->base.view);
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_IN:
        open_proof(view);
        return true;
    case COMMAND_NEXT_BAD:
    case COMMAND_PREVIOUS_BAD:
        table_seek(view->base.table, any_row, NULL, command == COMMAND_NEXT_BAD ? 1 : -1);
        return true;
    case COMMAND_BACK:
    case COMMAND_OUT:
        return false;
    default:
        return table_command(view->base.table, command);
    }
}

static GPtrArray *endpoints(View *base)
{
    FindingsView *view = (FindingsView *)base;
    update(&view->base.view);
    const Row *row = table_selected(view->base.table);
    GPtrArray *ids = g_ptr_array_new();
    if (row)
        g_ptr_array_add(ids, row->endpoint->id);
    return ids;
}

static void forms(View *base, GPtrArray *forms)
{
    FindingsView *view = (FindingsView *)base;
    update(&view->base.view);
    const Row *row = table_selected(view->base.table);
    if (!row)
        return;
    build_detail(view, 100);
    form_add(forms, _("finding"), words_finding(row->finding, false));
    form_add(forms, _("all of it"), lines_text(view->base.detail));
    const Certificate *certificate =
        row->finding->certificate ? model_certificate(base->desk->model, row->finding->certificate)
                                  : NULL;
    if (certificate)
        form_add_certificate(forms, base->desk, certificate);
}

static void free_view(View *base)
{
    FindingsView *view = (FindingsView *)base;
    table_view_clear(&view->base);
    g_ptr_array_unref(view->rows);
    g_free(view);
}

static const ViewOps findings_view = {
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

View *findings_view_new(Desk *desk, const Endpoint *endpoint, const char *rule)
{
    FindingsView *view = g_new0(FindingsView, 1);
    table_view_init(&view->base, &findings_view, desk, &findings_table);
    view->base.update = update;
    view->rows = g_ptr_array_new_with_free_func(row_free);
    update(&view->base.view);
    for (guint i = 0; endpoint && i < view->rows->len; i++) {
        const Row *row = view->rows->pdata[i];
        if (row->endpoint == endpoint && (!rule || g_str_equal(row->finding->rule->code, rule))) {
            table_select(view->base.table, row->identity);
            break;
        }
    }
    return &view->base.view;
}
