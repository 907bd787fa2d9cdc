/* The endpoints: the table, and beside it panes about the one that is selected. */
#include "front/ui/view.h"

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/endpoint_table.h"
#include "front/ui/glyph.h"
#include "front/ui/pane.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* What the focus can be on, in the order of Tab and of the keys 1 to 5. */
typedef enum Spot {
    SPOT_TABLE,
    SPOT_HANDSHAKE,
    SPOT_NEGOTIATED,
    SPOT_SUMMARY,
    SPOT_CONCERNS,
    SPOTS
} Spot;

enum {
    BESIDE_COLUMNS = 100, /* from here on panes stand side by side */
    BESIDE_ROWS = 18,
    BELOW_ROWS = 12, /* below it there is one pane at a time */
    LEAST_TABLE = 5,
    LEAST_PANE = 8,
    MANY = 5000, /* rows from which they are looked through less often */
    REST = 1,    /* seconds between that */
};

static const PaneOps *const panes[SPOTS] = {
    [SPOT_HANDSHAKE] = &handshake_pane,
    [SPOT_NEGOTIATED] = &negotiated_pane,
    [SPOT_SUMMARY] = &summary_pane,
    [SPOT_CONCERNS] = &concerns_pane,
};

/* The columns of the table, counted once a change of the model. */
typedef struct Counts {
    guint hosts, endpoints, done, running, diving, closed, silent, severity[SEVERITY_COUNT];
    const Endpoint *worst;
} Counts;

typedef struct EndpointsView {
    View view;
    Table *table;
    Lines *lines[SPOTS];
    Spot focus;
    bool zoomed;
    bool shown[SPOTS]; /* which were drawn last */
    bool quiet_too;    /* closed and silent ports of the catalogue are shown */
    bool follow;
    bool tail[SPOTS]; /* shows its end */
    char *about;      /* id of the endpoint that the panes are about */
    guint version;    /* of the model, that rows and counts are of */
    double updated;
    bool stale;
    int table_rows; /* as last given to the table */
    Counts counts;
} EndpointsView;

static const Endpoint *selected(const EndpointsView *view)
{
    return table_selected(view->table);
}

/* The endpoint that the panes are about: the selected one, or the newest that is live. */
static const Endpoint *about(const EndpointsView *view)
{
    const GPtrArray *endpoints = view->view.desk->model->endpoints;
    const Endpoint *newest = NULL;
    double at = -1;
    for (guint i = 0; view->follow && i < endpoints->len; i++) {
        const Endpoint *endpoint = endpoints->pdata[i];
        const Connection *last = endpoint->connections->len
                                     ? endpoint->connections->pdata[endpoint->connections->len - 1]
                                     : NULL;
        const Event *event =
            last && last->events->len ? last->events->pdata[last->events->len - 1] : NULL;
        if (event && event->at > at && !endpoint->result)
            newest = endpoint, at = event->at;
    }
    return newest ? newest : selected(view);
}

/* ---- rows ---- */

static void count_endpoint(Counts *counts, const Endpoint *endpoint)
{
    const Finding *worst = brief_worst(endpoint);
    counts->endpoints++;
    if (audit_is_quiet(endpoint)) {
        bool closed = g_str_equal(endpoint->result, "refused");
        counts->closed += closed;
        counts->silent += !closed;
    }
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++)
        counts->severity[((Finding *)endpoint->findings->pdata[i])->severity]++;
    const Finding *before = counts->worst ? brief_worst(counts->worst) : NULL;
    if (worst && (!before || worst->severity < before->severity))
        counts->worst = endpoint;
}

/* A host that has nothing but closed and silent ports keeps one row: 443's, else the first. */
static const Endpoint *last_resort(const Host *host)
{
    const Endpoint *kept = NULL;
    for (guint i = 0; i < host->endpoints->len; i++) {
        const Endpoint *endpoint = host->endpoints->pdata[i];
        if (!audit_is_quiet(endpoint))
            return NULL;
        if (!kept || endpoint->port == 443)
            kept = endpoint;
    }
    return kept;
}

static void update(EndpointsView *view)
{
    const Model *model = view->view.desk->model;
    double at = view->view.desk->at;
    bool rests = model->endpoints->len > MANY && at - view->updated < REST;
    if (!view->stale && (view->version == model->version || rests))
        return;
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    view->counts = (Counts){.hosts = model->hosts->len,
                            .done = model->done,
                            .running = model->running,
                            .diving = model->diving};
    for (guint i = 0; i < model->hosts->len; i++) {
        const Host *host = model->hosts->pdata[i];
        const Endpoint *kept = last_resort(host);
        for (guint j = 0; j < host->endpoints->len; j++) {
            Endpoint *endpoint = host->endpoints->pdata[j];
            count_endpoint(&view->counts, endpoint);
            if (view->quiet_too || endpoint == kept || !audit_is_quiet(endpoint))
                g_ptr_array_add(rows, endpoint);
        }
    }
    table_hide(view->table,
               1U << (model->hosts->len == 1 ? ENDPOINT_COLUMN_PLACE : ENDPOINT_COLUMN_PORT));
    table_update(view->table, rows);
    view->version = model->version;
    view->updated = at;
    view->stale = false;
}

/* ---- panes ---- */

static void build_pane(EndpointsView *view, Spot spot, int columns)
{
    const Endpoint *endpoint = about(view);
    Lines *lines = view->lines[spot];
    lines_clear(lines, columns, view->view.desk->utf8);
    if (endpoint)
        panes[spot]->build(view->view.desk, endpoint, lines, !view->zoomed);
}

static void draw_pane(EndpointsView *view, Spot spot, Area area, Area rule)
{
    const Endpoint *endpoint = about(view);
    g_autoptr(GString) left = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    g_string_printf(left, "%d %s", spot + 1, _(panes[spot]->name));
    if (endpoint && panes[spot]->title)
        panes[spot]->title(view->view.desk, endpoint, left, right);
    if (view->follow)
        g_string_append(left, _("  following"));
    bool focused = view->focus == spot;
    pane_begin(rule, (PaneTitle){left->str, right->str, focused});
    build_pane(view, spot, area.columns - 1);
    if (view->tail[spot])
        lines_to_end(view->lines[spot]);
    lines_draw(view->lines[spot], area, focused ? LINES_FOCUSED : LINES_PLAIN);
    if (view->tail[spot])
        lines_to_end(view->lines[spot]);
    view->shown[spot] = true;
    if (focused)
        view->view.desk->focus = area;
}

/* A pane with its own rule on top. */
static void draw_pane_in(EndpointsView *view, Spot spot, Area area)
{
    Area rule, inside;
    pane_split_rows(area, 1, &rule, &inside);
    draw_pane(view, spot, inside, rule);
}

/* How many closed and silent ports there are, where they are not shown. */
static void draw_quiet(const EndpointsView *view, Area line)
{
    const Counts *counts = &view->counts;
    area_print(area_cells(line, 0, 2, line.columns), ROLE_DIM,
               view->quiet_too ? _("%u closed, %u silent: shown (t hides them)")
                               : _("%u closed, %u silent: not shown (t shows them)"),
               counts->closed, counts->silent);
}

static void draw_table(EndpointsView *view, Area area)
{
    bool focused = view->focus == SPOT_TABLE;
    int needed = (int)table_shown(view->table) + 2;
    bool quiet = view->counts.closed + view->counts.silent > 0 &&
                 (area.rows > LEAST_TABLE || area.rows >= needed);
    if (!view->counts.endpoints) {
        area_plain(area_cells(area, 1, 2, area.columns), ROLE_DIM,
                   _("no endpoints yet: A adds some"));
        area_cursor(area, false);
    }
    if (table_given(view->table) && !table_shown(view->table))
        area_plain(area_cells(area, 1, 2, area.columns), ROLE_DIM,
                   _("nothing matches this filter (f changes it)"));
    if (quiet) {
        area = area_part(area, 0, 0, area.rows - 1, area.columns);
        int row = MIN((int)table_shown(view->table) + 1, area.rows);
        Area below = {area.surface, area.row + row, area.column, 1, area.columns};
        draw_quiet(view, below);
    }
    bool headed = area.rows >= LEAST_TABLE + 2 || area.columns >= BESIDE_COLUMNS ||
                  area.rows > (int)table_shown(view->table);
    table_draw(view->table, area, headed, focused);
    view->shown[SPOT_TABLE] = true;
    if (focused)
        view->view.desk->focus = area;
}

/* Rows for the table above panes: what it needs, but not more than its share; while work runs it
 * does not shrink. */
static int table_height(EndpointsView *view, int rows)
{
    int quiet = view->counts.closed + view->counts.silent > 0;
    int wanted = (int)table_shown(view->table) + 1 + quiet;
    int height = CLAMP(wanted, LEAST_TABLE, MAX(rows * 9 / 20, LEAST_TABLE));
    if (view->counts.running)
        height = CLAMP(view->table_rows, height, MAX(rows * 9 / 20, LEAST_TABLE));
    view->table_rows = height;
    return height;
}

/* Rows for a pane in the right column: what its lines need. */
static int pane_height(EndpointsView *view, Spot spot, int columns)
{
    build_pane(view, spot, columns);
    return (int)lines_count(view->lines[spot]) + 1;
}

/* Where a rule begins at a wall. */
static void join(Area area, int row, int column)
{
    area_plain(area_cells(area, row, column, 1), ROLE_RULE,
               glyph(GLYPH_TEE_RIGHT, area.surface->utf8));
}

static void draw_beside(EndpointsView *view, Area body)
{
    Area above, below, left, right, rule;
    pane_split_rows(body, table_height(view, body.rows), &above, &below);
    draw_table(view, above);
    int columns = below.columns * 54 / 100;
    pane_split_rows(below, 1, &rule, &below);
    pane_split_columns(below, columns, &left, &right);
    Area right_rule = area_part(rule, 0, columns, 1, rule.columns);
    draw_pane(view, SPOT_HANDSHAKE, left, area_part(rule, 0, 0, 1, columns));
    pane_wall(right, 0);
    right = area_part(right, 0, 1, right.rows, right.columns);
    int negotiated = pane_height(view, SPOT_NEGOTIATED, right.columns - 1) - 1;
    int summary = pane_height(view, SPOT_SUMMARY, right.columns - 1);
    int concerns = MIN(pane_height(view, SPOT_CONCERNS, right.columns - 1), 4);
    /* the certificate gets what it needs, the negotiated what is left; both keep a few lines */
    summary = CLAMP(right.rows - concerns - MIN(negotiated, LEAST_PANE), MIN(summary, LEAST_PANE),
                    summary);
    negotiated = CLAMP(right.rows - summary - concerns, 1, negotiated);
    Area top, rest, middle, bottom;
    pane_split_rows(right, negotiated, &top, &rest);
    pane_split_rows(rest, summary, &middle, &bottom);
    draw_pane(view, SPOT_NEGOTIATED, top, right_rule);
    area_plain(area_cells(rule, 0, columns, 1), ROLE_RULE,
               glyph(GLYPH_TEE_DOWN, body.surface->utf8));
    draw_pane_in(view, SPOT_SUMMARY, middle);
    draw_pane_in(view, SPOT_CONCERNS, bottom);
    join(below, middle.row - below.row, columns);
    join(below, bottom.row - below.row, columns);
}

static void draw_below(EndpointsView *view, Area body)
{
    Area above, below;
    pane_split_rows(body, table_height(view, body.rows), &above, &below);
    draw_table(view, above);
    draw_pane_in(view, view->focus == SPOT_TABLE ? SPOT_HANDSHAKE : view->focus, below);
}

/* The panes start anew when they are about another endpoint. */
static void meet(EndpointsView *view)
{
    const Endpoint *endpoint = about(view);
    if (g_strcmp0(endpoint ? endpoint->id : NULL, view->about) == 0)
        return;
    g_free(view->about);
    view->about = endpoint ? g_strdup(endpoint->id) : NULL;
    for (Spot spot = SPOT_HANDSHAKE; spot < SPOTS; spot++) {
        view->tail[spot] = panes[spot]->tail;
        lines_select(view->lines[spot], NULL);
    }
}

static void draw(View *base, Area body)
{
    EndpointsView *view = (EndpointsView *)base;
    update(view);
    meet(view);
    memset(view->shown, 0, sizeof view->shown);
    bool beside = body.columns >= BESIDE_COLUMNS && body.rows >= BESIDE_ROWS;
    if (view->zoomed || (body.rows < BELOW_ROWS && view->focus != SPOT_TABLE)) {
        if (view->focus == SPOT_TABLE)
            draw_table(view, body);
        else
            draw_pane_in(view, view->focus, body);
    } else if (beside) {
        draw_beside(view, body);
    } else if (body.rows >= BELOW_ROWS) {
        draw_below(view, body);
    } else {
        draw_table(view, body);
    }
}

/* ---- title and status ---- */

static void add_addresses(const Desk *desk, const Host *host, GString *text)
{
    const json_t *addresses = host->fact ? json_object_get(host->fact, "addresses") : NULL;
    size_t count = json_array_size(addresses);
    const char *first = json_string_value(json_array_get(addresses, 0));
    if (!first || g_str_equal(first, host->name))
        return;
    g_autofree char *safe = desk_safe(desk, first, -1);
    g_string_append_printf(text, "  %s", safe);
    if (count > 1)
        g_string_append_printf(text, " +%zu", count - 1);
}

static char *severities(const Counts *counts)
{
    GString *text = g_string_new(NULL);
    for (Severity severity = 0; severity <= SEVERITY_MEDIUM; severity++)
        if (counts->severity[severity])
            g_string_append_printf(text, "%s%u%c", text->len ? " " : "", counts->severity[severity],
                                   severity_letter(severity));
    return g_string_free(text, FALSE);
}

/* What the title says, in the order in which it stands; the largest rank goes first for want of
 * room. */
typedef struct Part {
    guint rank;
    char *text; /* NULL: nothing to say */
} Part;

enum { PARTS = 7 };

static void count_parts(const EndpointsView *view, Part parts[PARTS])
{
    const Counts *counts = &view->counts;
    const Desk *desk = view->view.desk;
    guint unknown = counts->severity[SEVERITY_UNKNOWN];
    const Finding *worst = counts->worst ? brief_worst(counts->worst) : NULL;
    parts[0].rank = 6;
    if (counts->hosts > 1)
        parts[0].text =
            g_strdup_printf(ngettext("%u host", "%u hosts", counts->hosts), counts->hosts);
    if (counts->endpoints)
        parts[1].text = g_strdup_printf(_("%u/%u done"), counts->done, counts->endpoints);
    parts[2].rank = 5;
    if (desk->paused)
        parts[2] = (Part){1, g_strdup(_("PAUSED"))};
    else if (counts->running)
        parts[2].text = g_strdup_printf(_("%u running"), counts->running);
    else if (counts->diving)
        parts[2].text = g_strdup_printf(_("%u diving"), counts->diving);
    parts[3].rank = 4;
    if (unknown)
        parts[3].text = g_strdup_printf(_("%u unknown"), unknown);
    parts[4] = (Part){1, severities(counts)};
    parts[5].rank = 2;
    if (worst && worst->severity <= SEVERITY_MEDIUM) {
        g_autofree char *what = words_finding(worst, !desk->utf8);
        g_autofree char *place = counts->hosts > 1 ? brief_place(counts->worst, !desk->utf8)
                                                   : g_strdup_printf(":%u", counts->worst->port);
        parts[5].text = g_strdup_printf(_("worst: %s %s"), place, what);
    }
    parts[6].rank = 3;
    if (counts->running)
        parts[6].text = g_strdup_printf("%d:%04.1f", (int)(desk->at / 60), fmod(desk->at, 60));
}

static void join_parts(const Part parts[PARTS], guint rank, GString *text)
{
    g_string_truncate(text, 0);
    for (guint i = 0; i < PARTS; i++)
        if (parts[i].text && *parts[i].text && parts[i].rank <= rank)
            g_string_append_printf(text, "%s%s", text->len ? "  " : "", parts[i].text);
}

static void title(View *base, int width, GString *left, GString *right)
{
    EndpointsView *view = (EndpointsView *)base;
    const Model *model = base->desk->model;
    const Host *only = model->hosts->len == 1 ? model->hosts->pdata[0] : NULL;
    g_autofree char *safe = desk_name(base->desk);
    if (only || !base->desk->title)
        g_string_append(left, safe);
    else
        g_string_append_printf(left, "tlsdive %s %s", desk_glyph(base->desk, GLYPH_CRUMB), safe);
    if (only && width >= 60)
        add_addresses(base->desk, only, left);
    if (base->desk->replay)
        g_string_append(left, _("  (saved)"));
    Part parts[PARTS] = {{0, NULL}};
    count_parts(view, parts);
    for (guint rank = PARTS; rank > 0; rank--) {
        join_parts(parts, rank - 1, right);
        if (text_columns(left->str) + text_columns(right->str) + 3 <= width)
            break;
    }
    for (guint i = 0; i < PARTS; i++)
        g_free(parts[i].text);
}

static void status(View *base, GString *left, GString *right)
{
    EndpointsView *view = (EndpointsView *)base;
    const Endpoint *endpoint = about(view);
    const char *filter = table_filter_text(view->table);
    g_autofree char *order = table_order(view->table);
    g_string_printf(right, _("sorted by %s (o)"), order);
    if (*filter)
        g_string_append_printf(left, _("filter: %s (f), %u of %u   "), filter,
                               table_shown(view->table), table_given(view->table));
    else
        g_string_append(right, _("   no filter (f)"));
    if (table_marked(view->table))
        g_string_append_printf(right, _("   %u marked"), table_marked(view->table));
    if (!endpoint)
        return;
    const Finding *worst = brief_worst(endpoint);
    g_autofree char *text = NULL;
    if (!endpoint->result)
        text = g_strdup_printf("%s", brief_state(endpoint));
    else if (!g_str_equal(endpoint->result, "finished") || !worst)
        text = words_outcome(endpoint, !base->desk->utf8);
    else
        text = words_finding(worst, !base->desk->utf8);
    g_string_append_printf(left, ":%u ", endpoint->port);
    if (worst)
        g_string_append_printf(left, "%c ", severity_letter(worst->severity));
    g_string_append(left, text);
}

/* ---- commands ---- */

static ViewKind focus(const View *base)
{
    const EndpointsView *view = (const EndpointsView *)base;
    return view->focus == SPOT_TABLE ? VIEW_ENDPOINTS : panes[view->focus]->kind;
}

static void focus_on(EndpointsView *view, Spot spot)
{
    view->focus = spot;
}

/* Its key opens a pane's own view where the pane has the focus already. */
static bool jump(EndpointsView *view, Spot spot)
{
    Desk *desk = view->view.desk;
    const Endpoint *endpoint = about(view);
    bool again = view->focus == spot && spot != SPOT_TABLE;
    if (spot == SPOT_SUMMARY && (again || !view->shown[spot]) && endpoint) {
        if (summary_pane.open(desk, endpoint, ""))
            return true;
        desk_say(desk, g_strdup(_("no certificate came from this endpoint")));
        return true;
    }
    if (spot == SPOT_CONCERNS && (again || !view->shown[spot])) {
        desk_push(desk, findings_view_new(desk, endpoint, NULL));
        return true;
    }
    view->zoomed =
        spot != SPOT_TABLE && (again ? !view->zoomed : view->zoomed || !view->shown[spot]);
    focus_on(view, spot);
    return true;
}

/* What the endpoint accepts that the panes are about. */
static bool open_accepts(EndpointsView *view)
{
    const Endpoint *endpoint = about(view);
    if (endpoint)
        desk_push(view->view.desk, accepts_view_new(view->view.desk, endpoint));
    return endpoint != NULL;
}

/* The next pane; where there is room for one pane alone, that becomes it. */
static bool next_pane(EndpointsView *view, int step)
{
    focus_on(view, (Spot)(((int)view->focus + step + SPOTS) % SPOTS));
    return true;
}

static bool is_bad(const void *row, gpointer data)
{
    (void)data;
    const Finding *worst = brief_worst(row);
    return worst && worst->severity != SEVERITY_INFO;
}

static bool next_bad(EndpointsView *view, int direction)
{
    if (!table_seek(view->table, is_bad, NULL, direction))
        desk_say(view->view.desk, g_strdup(_("no row has findings")));
    return true;
}

static bool open_pane_line(EndpointsView *view)
{
    const PaneOps *pane = panes[view->focus];
    const char *identity = lines_selected(view->lines[view->focus]);
    const Endpoint *endpoint = about(view);
    if (!identity || !endpoint || !pane->open || !pane->open(view->view.desk, endpoint, identity))
        desk_say(view->view.desk, g_strdup(_("there is nothing behind this line")));
    return true;
}

/* In goes from the row to its handshake, and from there to what a line stands for. */
static bool go_in(EndpointsView *view)
{
    if (view->focus != SPOT_TABLE)
        return open_pane_line(view);
    if (!selected(view))
        return true;
    if (!view->shown[SPOT_HANDSHAKE])
        view->zoomed = true;
    focus_on(view, SPOT_HANDSHAKE);
    return true;
}

static bool go_back(EndpointsView *view)
{
    if (view->focus == SPOT_TABLE && !view->zoomed)
        return false;
    view->zoomed = false;
    focus_on(view, SPOT_TABLE);
    return true;
}

static bool view_command(EndpointsView *view, Command command)
{
    switch (command) {
    case COMMAND_ENDPOINTS:
        view->zoomed = false;
        return jump(view, SPOT_TABLE);
    case COMMAND_HANDSHAKE:
        return jump(view, SPOT_HANDSHAKE);
    case COMMAND_NEGOTIATED:
        return jump(view, SPOT_NEGOTIATED);
    case COMMAND_CERTIFICATES:
        return jump(view, SPOT_SUMMARY);
    case COMMAND_FINDINGS:
        return jump(view, SPOT_CONCERNS);
    case COMMAND_ACCEPTS:
        return open_accepts(view);
    case COMMAND_NEXT_PANE:
        return next_pane(view, 1);
    case COMMAND_PREVIOUS_PANE:
        return next_pane(view, -1);
    case COMMAND_ZOOM:
        view->zoomed = !view->zoomed;
        return true;
    case COMMAND_OPEN:
    case COMMAND_IN:
        return go_in(view);
    case COMMAND_BACK:
    case COMMAND_OUT:
        return go_back(view);
    case COMMAND_NEXT_BAD:
        return next_bad(view, 1);
    case COMMAND_PREVIOUS_BAD:
        return next_bad(view, -1);
    case COMMAND_CLOSED:
        view->quiet_too = !view->quiet_too;
        view->stale = true;
        update(view);
        return true;
    case COMMAND_FOLLOW:
        view->follow = !view->follow;
        desk_say(view->view.desk,
                 g_strdup(view->follow ? _("following what is live (F stops)")
                                       : _("not following: panes are about the selected row")));
        return true;
    default:
        return false;
    }
}

static bool command(View *base, Command command)
{
    EndpointsView *view = (EndpointsView *)base;
    update(view);
    if (view_command(view, command))
        return true;
    if (command == COMMAND_BACK || command == COMMAND_OUT)
        return false;
    if (view->focus == SPOT_TABLE)
        return table_command(view->table, command);
    Lines *lines = view->lines[view->focus];
    bool moved = lines_move(lines, command);
    if (moved)
        view->tail[view->focus] = panes[view->focus]->tail && lines_at_end(lines);
    return moved;
}

static bool seek(View *base, const char *text, int direction)
{
    EndpointsView *view = (EndpointsView *)base;
    if (view->focus == SPOT_TABLE)
        return table_seek_text(view->table, text, direction);
    view->tail[view->focus] = false;
    return lines_seek(view->lines[view->focus], text, direction);
}

static GPtrArray *endpoints(View *base)
{
    return table_chosen(((EndpointsView *)base)->table);
}

static Table *table(View *base)
{
    EndpointsView *view = (EndpointsView *)base;
    update(view);
    return view->table;
}

static void forms(View *base, GPtrArray *forms)
{
    EndpointsView *view = (EndpointsView *)base;
    const Endpoint *endpoint = about(view);
    if (!endpoint)
        return;
    if (view->focus == SPOT_TABLE)
        form_add(forms, _("endpoint"), brief_place(endpoint, false));
    else
        form_add(forms, _("line"), g_strstrip(lines_text_selected(view->lines[view->focus])));
    const Certificate *leaf = endpoint_leaf(endpoint);
    if (leaf)
        form_add_certificate(forms, base->desk, leaf);
}

static GBytes *certificate(View *base)
{
    const Endpoint *endpoint = about((EndpointsView *)base);
    const Certificate *leaf = endpoint ? endpoint_leaf(endpoint) : NULL;
    return leaf ? base->desk->port->bytes(base->desk->port->data, leaf->sha256) : NULL;
}

static char *text(View *base)
{
    EndpointsView *view = (EndpointsView *)base;
    return view->focus == SPOT_TABLE ? table_text(view->table)
                                     : lines_text(view->lines[view->focus]);
}

static void free_view(View *base)
{
    EndpointsView *view = (EndpointsView *)base;
    table_free(view->table);
    for (Spot spot = SPOT_HANDSHAKE; spot < SPOTS; spot++)
        lines_free(view->lines[spot]);
    g_free(view->about);
    g_free(view);
}

static const ViewOps endpoints_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .endpoints = endpoints,
    .table = table,
    .forms = forms,
    .certificate = certificate,
    .text = text,
};

void endpoints_view_select(View *base, const char *endpoint)
{
    EndpointsView *view = (EndpointsView *)base;
    if (base->ops != &endpoints_view)
        return;
    update(view);
    table_select(view->table, endpoint);
}

View *endpoints_view_new(Desk *desk)
{
    EndpointsView *view = g_new0(EndpointsView, 1);
    view->view = (View){&endpoints_view, desk};
    view->table = table_new(&endpoint_table, desk);
    for (Spot spot = SPOT_HANDSHAKE; spot < SPOTS; spot++)
        view->lines[spot] = lines_new();
    view->stale = true;
    return &view->view;
}
