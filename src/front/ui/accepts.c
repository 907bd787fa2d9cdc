/* The accepts view: what an endpoint answered in its dives, a column a version, a row a suite,
 * group or scheme, cell by cell. */
#include "front/ui/accepts_table.h"

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/pane.h"
#include "front/ui/table_view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

enum {
    DETAIL_ROWS = 5,       /* the pane below, with its rule */
    DETAIL_FROM_ROWS = 14, /* of the body: below that there is no room for it */
    TITLE_GAP = 4,         /* columns between the two ends of the title, at least */
    PACE_FROM = 8,         /* connections from which on their pace says something */
};

/* Seconds: a server that is nearer spends its time otherwise; from here on silence is said. */
static const double LEAST_ROUND_TRIP = 0.005, LEAST_SILENCE = 3;

typedef struct AcceptsView {
    TableView base;
    const Endpoint *endpoint, *other; /* other: NULL, nothing is compared */
    AcceptsRows *rows;                /* of the version of the model below */
    AcceptsTab tab;
    int column;       /* that the cursor is to be on, wherever there is such a cell */
    bool other_rows;  /* refused rows too; of two endpoints: only rows that differ */
    GHashTable *kept; /* identities: rows that were shown, which stay though they turn to refused */
    bool stale;
    guint version;
} AcceptsView;

static const char *const tab_names[TABS] = {
    [TAB_SUITES] = N_("suites"),
    [TAB_GROUPS] = N_("groups"),
    [TAB_SCHEMES] = N_("schemes"),
    [TAB_REST] = N_("rest"),
};

/* ---- rows ----------------------------------------------------------------------------------- */

static bool is_shown(const AcceptsView *view, const AcceptsRow *row)
{
    if (view->other && view->other_rows)
        return accepts_differs(row);
    return view->other_rows || !*row->item || !accepts_is_refused(row) ||
           g_hash_table_contains(view->kept, row->identity);
}

/* Columns that say nothing in this tab. */
static guint hidden_columns(const AcceptsView *view)
{
    guint hidden = 0;
    for (guint column = 0; column < ACCEPTS_COLUMNS; column++)
        if (!(view->rows->columns & 1U << column))
            hidden |= 1U << (ACCEPTS_COLUMN_FIRST + column);
    if (view->tab != TAB_REST)
        hidden |= 1U << ACCEPTS_COLUMN_KIND;
    if (view->tab == TAB_SCHEMES || view->tab == TAB_REST)
        hidden |= 1U << ACCEPTS_COLUMN_BITS;
    return hidden;
}

/* The table is given the new rows before anything looks at the old ones. */
static void update(View *base)
{
    AcceptsView *view = (AcceptsView *)base;
    const Model *model = view->base.view.desk->model;
    if (view->rows && !view->stale && view->version == model->version)
        return;
    AcceptsRows *old = view->rows;
    g_autoptr(GPtrArray) shown = g_ptr_array_new();
    view->rows = accepts_rows_new(view->endpoint->answers,
                                  view->other ? view->other->answers : NULL, view->tab);
    for (guint i = 0; i < view->rows->rows->len; i++) {
        AcceptsRow *row = view->rows->rows->pdata[i];
        if (!is_shown(view, row))
            continue;
        g_ptr_array_add(shown, row);
        if (!view->other_rows && !g_hash_table_contains(view->kept, row->identity))
            g_hash_table_add(view->kept, g_strdup(row->identity));
    }
    table_hide(view->base.table, hidden_columns(view));
    table_update(view->base.table, shown);
    accepts_rows_free(old);
    view->version = model->version;
    view->stale = false;
}

static const AcceptsRow *selected(AcceptsView *view)
{
    update(&view->base.view);
    return table_selected(view->base.table);
}

/* ---- columns -------------------------------------------------------------------------------- */

static bool has_column(const AcceptsView *view, int column)
{
    return column >= 0 && column < ACCEPTS_COLUMNS && view->rows->columns & 1U << column;
}

/* True where the row has something to say, or could: what does not apply is passed over, and in the
 * rest, where rows are often about one version only, what was not asked. */
static bool has_say(const AcceptsView *view, const AcceptsRow *row, int column)
{
    const AcceptsCell *cell = &row->cells[0][column];
    return cell->answer || (cell->sign != SIGN_APART && view->tab != TAB_REST);
}

/* The column of the cell that the cursor is on: the one that was chosen, else the row's first, else
 * the first that is there. Columns come up while a dive runs, so the choice is not given up. */
static int column_here(const AcceptsView *view, const AcceptsRow *row)
{
    if (has_column(view, view->column) && has_say(view, row, view->column))
        return view->column;
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        if (row->cells[0][column].answer)
            return column;
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        if (has_column(view, column))
            return column;
    return view->column;
}

/* The next column in that direction; the same if there is none on the screen. */
static int next_column(const AcceptsView *view, const AcceptsRow *row, int step)
{
    int from = column_here(view, row);
    for (int column = from + step; column >= 0 && column < ACCEPTS_COLUMNS; column += step)
        if (has_column(view, column) && has_say(view, row, column) &&
            table_has_column(view->base.table, ACCEPTS_COLUMN_FIRST + column))
            return column;
    return from;
}

static const AcceptsCell *cell_here(const AcceptsView *view, const AcceptsRow *row)
{
    return &row->cells[0][column_here(view, row)];
}

/* ---- the question under the cursor ---------------------------------------------------------- */

/* Questions that can be asked one at a time. */
static bool is_askable(const char *question)
{
    static const char *const askable[] = {"version", "suite", "group", "scheme", "alpn"};
    for (size_t i = 0; i < G_N_ELEMENTS(askable); i++)
        if (g_str_equal(askable[i], question))
            return true;
    return false;
}

static json_t *question(View *base, const char **endpoint)
{
    AcceptsView *view = (AcceptsView *)base;
    const AcceptsRow *row = selected(view);
    if (!row || !view->endpoint->answers)
        return NULL;
    if (!is_askable(row->question))
        return json_false();
    int column = column_here(view, row);
    view->column = column; /* what was acted on is chosen */
    const AcceptsCell *cell = &row->cells[0][column];
    const char *version = accepts_version(column);
    bool is_version = g_str_equal(row->question, "version");
    json_t *asked = json_pack("{s:s,s:[]}", "question", row->question, "items");
    json_t *items = json_object_get(asked, "items");
    if (is_version)
        json_array_append_new(items, json_string(version));
    else if (*row->item)
        json_array_append_new(items, json_string(row->item));
    if (*version && !is_version)
        json_object_set_new(asked, "version", json_string(version));
    if (cell->key && *cell->key)
        json_object_set_new(asked, "key", json_string(cell->key));
    *endpoint = view->endpoint->id;
    return asked;
}

/* ---- what the cell says, in words ----------------------------------------------------------- */

static void append_proof(const AcceptsView *view, const AcceptsCell *cell, GString *text)
{
    const Answer *answer = cell->answer;
    json_int_t tries = fact_integer(answer->fact, "tries", 0);
    json_int_t of = fact_integer(answer->fact, "of", tries);
    if (of > 1 && of > tries)
        g_string_append_printf(text, _(", %d of %d times"), (int)tries, (int)of);
    else if (tries > 1)
        g_string_append_printf(text, _(", %d times alike"), (int)tries);
    if (answer->proof)
        g_string_append_printf(text, _(", connection %u"), answer->proof->number);
    if (answer->reason) {
        g_autofree char *why = words_answer(answer, !view->base.view.desk->utf8);
        g_string_append_printf(text, ": %s", why);
    }
    if (cell->stale)
        g_string_append(text, _(" (asked before; being asked again)"));
}

/* "yes", "no" ... of a row that is a question as a whole, in its own words. */
static const char *word_of(const AcceptsRow *row, AcceptsSign sign)
{
    static const char *const words[] = {
        [SIGN_UNASKED] = N_("not asked"),
        [SIGN_APART] = N_("does not apply"),
        [SIGN_UNKNOWN] = N_("unknown"),
        [SIGN_NO] = N_("no"),
        [SIGN_YES] = N_("yes"),
        [SIGN_SOME] = N_("not every time"),
        [SIGN_FIRST] = N_("yes, but by the first of two configurations alone"),
        [SIGN_SECOND] = N_("yes, but by the second of two configurations alone"),
        [SIGN_FAILS] = N_("chosen, and then it fails"),
    };
    if (g_str_has_suffix(row->question, "-order") && sign == SIGN_YES)
        return _("the server chooses");
    if (g_str_has_suffix(row->question, "-order") && sign == SIGN_NO)
        return _("it follows the client");
    return _(words[sign]);
}

static void add_line(Lines *lines, Role role, const char *text)
{
    lines_begin(lines, NULL);
    lines_tab(lines, 1);
    lines_wrap(lines, role, 3, text);
}

/* What the other endpoint says to it. */
static void add_other(const AcceptsView *view, const AcceptsRow *row, int column)
{
    const AcceptsCell *cell = &row->cells[1][column];
    g_autoptr(GString) text = g_string_new(NULL);
    if (!view->other)
        return;
    g_autofree char *place = brief_place(view->other, !view->base.view.desk->utf8);
    g_string_append_printf(text, "%s: %s", place, word_of(row, cell->sign));
    if (cell->answer)
        append_proof(view, cell, text);
    add_line(view->base.detail, accepts_differs_in(row, column) ? ROLE_WARN : ROLE_TEXT, text->str);
}

static char *sentence(AcceptsView *view, const AcceptsRow *row)
{
    const Desk *desk = view->base.view.desk;
    int column = column_here(view, row);
    const AcceptsCell *cell = &row->cells[0][column];
    const char *version = accepts_version(column);
    GString *text = g_string_new(NULL);
    if (g_str_equal(row->question, "version"))
        g_string_append(text, version);
    else
        accepts_item(row, desk, text);
    if (*version && !g_str_equal(row->question, "version"))
        g_string_append_printf(text, _(" in %s"), version);
    g_string_append_printf(text, ": %s", word_of(row, cell->sign));
    if (cell->answer)
        append_proof(view, cell, text);
    return g_string_free(text, FALSE);
}

/* Why it is weak, or what the server said. */
static void add_why(const AcceptsView *view, const AcceptsRow *row, int column)
{
    const Desk *desk = view->base.view.desk;
    const Answer *answer = row->cells[0][column].answer;
    bool accepted = row->cells[0][column].sign >= SIGN_YES;
    const Weakness *version = accepted && g_str_equal(row->question, "version")
                                  ? strength_of_version(accepts_version(column))
                                  : NULL;
    const json_t *value = answer ? json_object_get(answer->fact, "value") : NULL;
    const char *fault =
        answer ? json_string_value(json_array_get(json_object_get(answer->fact, "faults"), 0))
               : NULL;
    if (fault) {
        g_autofree char *why =
            words_reason(fault, json_object_get(answer->fact, "args"), !desk->utf8);
        add_line(view->base.detail, ROLE_BAD, why);
    }
    for (guint i = 0; i < row->weak + (version != NULL); i++) {
        const Weakness *weakness = version ? version : row->weaknesses[i];
        g_autofree char *why = g_strdup_printf("%s: %s", _(weakness->word), _(weakness->why));
        add_line(view->base.detail, role_of_severity(weakness->severity), why);
    }
    const json_t *sharers = accepts_sharers(row, column);
    if (value) {
        g_autofree char *shown = words_value(sharers ? sharers : value, !desk->utf8);
        add_line(view->base.detail, ROLE_TEXT, shown);
    }
}

static void add_watch(const AcceptsView *view)
{
    const Watch *watch = view->base.view.desk->watch;
    if (!watch)
        return;
    g_autofree char *what = words_question(watch->question, !view->base.view.desk->utf8);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, _("watching %s: asked %u times"), what, watch->times);
    if (watch->turns)
        g_string_append_printf(text,
                               ngettext(", turned %u time, %.0f s ago",
                                        ", turned %u times, last %.0f s ago", watch->turns),
                               watch->turns, MAX(view->base.view.desk->at - watch->turned, 0));
    g_string_append(text, _(" (W there, or X, ends it)"));
    add_line(view->base.detail, ROLE_LIVE, text->str);
}

/* The dive to speak of: what runs, else the last about everything. */
static const Dive *dive_of(const Answers *answers)
{
    if (!answers)
        return NULL;
    if (answers->now->running || !answers->dive.number)
        return answers->now;
    return &answers->dive;
}

/* How long what is left will take, at the pace so far; "" while there is none. */
static void append_time_left(const Dive *dive, double elapsed, GString *text)
{
    double left = dive->left * elapsed / MAX(dive->connections, 1);
    if (!dive->left || dive->connections < PACE_FROM || elapsed <= 0)
        return;
    if (left < 9.95)
        g_string_append_printf(text, _(", about %.1f s left"), left);
    else if (left < 60)
        g_string_append_printf(text, _(", about %.0f s left"), left);
    else
        g_string_append_printf(text, _(", about %.0f min left"), ceil(left / 60));
}

/* What a dive has cost, and how far it is. Round trips say how long it took where these are what
 * takes the time. */
static char *cost(const AcceptsView *view, const Dive *dive)
{
    double elapsed = dive->running ? view->base.view.desk->at - dive->began : dive->took;
    double round_trip = view->endpoint->round_trip;
    GString *text = g_string_new(NULL);
    if (dive->running)
        g_string_append_printf(text, _("%u/%u connections"), dive->connections,
                               dive->connections + dive->left);
    else
        g_string_append_printf(text, ngettext("%u connection", "%u connections", dive->connections),
                               dive->connections);
    if (round_trip >= LEAST_ROUND_TRIP && elapsed >= round_trip) {
        gulong trips = (gulong)round(elapsed / round_trip);
        g_string_append_printf(text, ngettext(", %lu round trip", ", %lu round trips", trips),
                               trips);
    }
    if (dive->running) {
        double silent = view->base.view.desk->at - MAX(view->endpoint->answers->heard, dive->began);
        if (view->base.view.desk->paused)
            g_string_append(text, _(", paused (P goes on)"));
        else if (silent >= LEAST_SILENCE)
            g_string_append_printf(text, _(", silent for %.0f s"), floor(silent));
        else
            append_time_left(dive, elapsed, text);
        return g_string_free(text, FALSE);
    }
    g_autofree char *took = brief_duration(dive->took);
    g_string_append_printf(text, _(", in %s"), took);
    return g_string_free(text, FALSE);
}

static char *dive_words(const AcceptsView *view)
{
    const Answers *answers = view->endpoint->answers;
    const Dive *dive = dive_of(answers);
    if (!dive || !dive->number)
        return g_strdup(_("not asked"));
    g_autofree char *spent = cost(view, dive);
    bool one = dive == &answers->one;
    if (dive->running)
        return g_strdup_printf(one ? _("asking one question: %s") : _("asking: %s"), spent);
    if (!dive->result || g_str_equal(dive->result, "finished"))
        return g_strdup_printf(_("asked: %s"), spent);
    return g_strdup_printf(_("broken off: %s"), spent);
}

/* Why a dive ended before its end. */
static void add_breach(const AcceptsView *view)
{
    g_autofree char *why = words_breach(view->endpoint->answers, !view->base.view.desk->utf8);
    if (!why)
        return;
    g_autofree char *text = g_strdup_printf(_("broken off: %s"), why);
    add_line(view->base.detail, ROLE_UNKNOWN, text);
}

/* The habit that an answer shows, of the stack that it is most like; NULL: it shows none. */
static const StackHabit *habit_of(const StackGuess *guess, const Answer *answer)
{
    for (guint i = 0; answer && i < guess->habits->len; i++) {
        const StackHabit *habit = &g_array_index(guess->habits, StackHabit, i);
        if (habit->answer == answer)
            return habit;
    }
    return NULL;
}

/* Which stack it is like, and what the answer under the cursor has to do with it. */
static void add_stack(const AcceptsView *view, const AcceptsRow *row)
{
    const Answers *answers = view->endpoint->answers;
    if (view->tab != TAB_REST || !answers)
        return;
    g_autoptr(StackGuess) guess = stack_guess_new(answers);
    g_autofree char *names = words_stack(guess);
    g_autofree char *text = g_strdup_printf(_("TLS stack: %s"), names);
    const StackHabit *habit =
        row ? habit_of(guess, row->cells[0][column_here(view, row)].answer) : NULL;
    if (guess->naming == STACK_UNTOLD)
        return;
    if (habit) {
        const char *stack = guess->names->pdata[0];
        g_autofree char *feature = words_habit(habit->feature, !view->base.view.desk->utf8);
        g_autofree char *expected = stack_habit_text(habit->feature, habit->expected);
        g_autofree char *sign = g_strdup_printf(habit->agrees ? _("%s: as %s has it (%s)")
                                                              : _("%s: not as %s has it (%s)"),
                                                feature, stack, expected);
        add_line(view->base.detail, habit->agrees ? ROLE_GOOD : ROLE_WARN, sign);
    }
    add_line(view->base.detail, ROLE_DIM, text);
}

static void build_detail(AcceptsView *view, int width)
{
    const AcceptsRow *row = selected(view);
    lines_clear(view->base.detail, width, view->base.view.desk->utf8);
    add_breach(view);
    if (row) {
        g_autofree char *said = sentence(view, row);
        add_line(view->base.detail, ROLE_TEXT, said);
        add_other(view, row, column_here(view, row));
        add_watch(view);
        add_why(view, row, column_here(view, row));
        add_stack(view, row);
    } else {
        add_watch(view);
    }
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* What t does here; NULL where that is nothing. */
static const char *more_rows(const AcceptsView *view)
{
    if (view->other)
        return view->other_rows ? _(" t: all ") : _(" t: only what differs ");
    if (!view->rows->refused)
        return NULL;
    return view->other_rows ? _(" t: accepted only ") : _(" t: refused too ");
}

static void draw_tabs(const AcceptsView *view, Area line)
{
    bool utf8 = line.surface->utf8;
    int column = 1;
    area_fill(line, ROLE_RULE, glyph(GLYPH_RULE, utf8));
    for (AcceptsTab tab = 0; tab < TABS; tab++) {
        bool here = tab == view->tab;
        g_autofree char *text = g_strdup_printf(here ? "[%s %u]" : " %s %u ", _(tab_names[tab]),
                                                view->rows->counts[tab]);
        column += area_plain(area_cells(line, 0, column, line.columns),
                             here ? ROLE_TITLE : ROLE_RULE, text);
        column++;
    }
    column += 1 + area_plain(area_cells(line, 0, column, line.columns), ROLE_RULE, " Tab ");
    const char *more = more_rows(view);
    int place = more ? line.columns - 2 - text_columns(more) : 0;
    if (place > column)
        area_plain(area_cells(line, 0, place, line.columns), ROLE_RULE, more);
}

static void draw_nothing(const AcceptsView *view, Area area)
{
    const char *text = _("nothing was asked yet: D asks what is accepted");
    if (answers_is_diving(view->endpoint->answers))
        text = _("asking: answers come here");
    else if (*table_filter_text(view->base.table))
        text = _("nothing matches this filter (f changes it)");
    else if (view->other && view->other_rows && view->rows->rows->len)
        text = _("no difference (t shows all)");
    else if (view->endpoint->answers)
        text = _("nothing was found here");
    area_plain(area_cells(area, 1, 2, area.columns), ROLE_DIM, text);
    area_cursor(area, false);
}

static void draw_detail(AcceptsView *view, Area area)
{
    g_autofree char *right = dive_words(view);
    area = pane_begin(area, (PaneTitle){_("answer"), right, false});
    build_detail(view, area.columns - 1);
    lines_draw(view->base.detail, area, LINES_PLAIN);
}

static void draw(View *base, Area body)
{
    AcceptsView *view = (AcceptsView *)base;
    update(&view->base.view);
    bool tabs = body.rows >= 4;
    Area list = area_part(body, tabs, 0, body.rows - tabs, body.columns), detail;
    if (tabs)
        draw_tabs(view, area_cells(body, 0, 0, body.columns));
    if (body.rows >= DETAIL_FROM_ROWS) {
        pane_split_rows(list, list.rows - DETAIL_ROWS, &list, &detail);
        draw_detail(view, detail);
    }
    const AcceptsRow *row = table_selected(view->base.table);
    table_point(view->base.table,
                row ? ACCEPTS_COLUMN_FIRST + column_here(view, row) : ACCEPTS_COLUMN_FIRST);
    base->desk->focus = list;
    table_draw(view->base.table, list, list.rows > 2, true);
    if (!table_shown(view->base.table))
        draw_nothing(view, list);
}

static void title(View *base, int width, GString *left, GString *right)
{
    AcceptsView *view = (AcceptsView *)base;
    const Dive *dive = dive_of(view->endpoint->answers);
    g_autofree char *place = brief_place(view->endpoint, !base->desk->utf8);
    g_autofree char *other = view->other ? brief_place(view->other, !base->desk->utf8) : NULL;
    g_string_append_printf(left, _("%s%s%s %s accepts"), place, other ? " / " : "",
                           other ? other : "", desk_glyph(base->desk, GLYPH_CRUMB));
    if (base->desk->watch)
        g_string_append(right, _("WATCHING  "));
    if (!dive || !dive->number || !dive->allowed)
        return;
    gsize watching = right->len;
    guint budget = dive->allowed - MIN(dive->connections, dive->allowed);
    g_string_append_printf(right, _("connections: %u used, %u allowed, %u left"), dive->connections,
                           dive->allowed, budget);
    if (text_columns(left->str) + text_columns(right->str) + TITLE_GAP <= width)
        return;
    g_string_truncate(right, watching);
    g_string_append_printf(right, _("%u of %u used"), dive->connections, dive->allowed);
}

static void status(View *base, GString *left, GString *right)
{
    AcceptsView *view = (AcceptsView *)base;
    update(&view->base.view);
    const char *filter = table_filter_text(view->base.table);
    g_autofree char *order = table_order(view->base.table);
    if (view->endpoint->answers)
        g_string_append_printf(
            left, view->tab == TAB_REST ? _("%u yes, %u no") : _("%u accepted, %u refused"),
            view->rows->accepted, view->rows->refused);
    if (view->rows->unknown)
        g_string_append_printf(left, _(", %u unknown"), view->rows->unknown);
    if (*filter)
        g_string_append_printf(left, _("   filter: %s (f)"), filter);
    g_string_append_printf(right, _("sorted by %s (o)"), order);
}

/* ---- commands ------------------------------------------------------------------------------- */

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_ACCEPTS;
}

static void set_tab(AcceptsView *view, int step)
{
    view->tab = (AcceptsTab)(((int)view->tab + step + TABS) % TABS);
    view->stale = true;
    update(&view->base.view);
}

static void open_proof(AcceptsView *view)
{
    Desk *desk = view->base.view.desk;
    const AcceptsRow *row = selected(view);
    const AcceptsCell *cell = row ? cell_here(view, row) : NULL;
    const char *endpoint = NULL;
    if (!cell)
        desk_say(desk, g_strdup(_("nothing is here to be opened")));
    else if (!cell->answer)
        desk_say(desk, g_strdup(is_askable(row->question)
                                    ? _("not asked: R asks it, with one connection")
                                    : _("not asked: this is asked by a dive alone (D)")));
    else if (!cell->answer->proof)
        desk_say(desk, g_strdup(_("no single connection shows it")));
    else
        desk_push(desk, connection_view_new(desk, cell->answer->proof, sentence(view, row),
                                            question(&view->base.view, &endpoint)));
}

/* ---- two endpoints -------------------------------------------------------------------------- */

/* A table of the other kind shows other cells under the same names. */
static void compare_with(AcceptsView *view, const Endpoint *other)
{
    view->other = other;
    view->other_rows = false;
    table_free(view->base.table);
    view->base.table = table_new(other ? &accepts_table_two : &accepts_table, view->base.view.desk);
    view->stale = true;
    update(&view->base.view);
}

/* The endpoints that have answers, without this one. */
static GPtrArray *others(const AcceptsView *view)
{
    const GPtrArray *all = view->base.view.desk->model->endpoints;
    GPtrArray *found = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++) {
        const Endpoint *endpoint = all->pdata[i];
        if (endpoint != view->endpoint && endpoint->answers)
            g_ptr_array_add(found, all->pdata[i]);
    }
    return found;
}

static void choose_other(Desk *desk, guint item)
{
    AcceptsView *view = (AcceptsView *)desk_top(desk);
    g_autoptr(GPtrArray) found = others(view);
    if (item < found->len)
        compare_with(view, found->pdata[item]);
}

/* The marked one, where one is marked and was asked. */
static const Endpoint *marked_other(const AcceptsView *view, const GPtrArray *found)
{
    g_autoptr(GPtrArray) ids = desk_chosen(view->base.view.desk);
    for (guint i = 0; i < ids->len; i++)
        for (guint j = 0; j < found->len; j++)
            if (g_str_equal(((Endpoint *)found->pdata[j])->id, ids->pdata[i]))
                return found->pdata[j];
    return found->len == 1 ? found->pdata[0] : NULL;
}

static void compare(AcceptsView *view)
{
    Desk *desk = view->base.view.desk;
    if (view->other) {
        compare_with(view, NULL);
        return;
    }
    g_autoptr(GPtrArray) found = others(view);
    const Endpoint *other = marked_other(view, found);
    if (!found->len)
        desk_say(desk, g_strdup(_("no other endpoint was asked what it accepts (D)")));
    if (other)
        compare_with(view, other);
    if (other || !found->len)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(names, brief_place(found->pdata[i], !desk->utf8));
    desk_menu(desk, N_("compare with"), names, choose_other);
}

static bool step_column(AcceptsView *view, int step)
{
    const AcceptsRow *row = selected(view);
    if (!row)
        return false;
    int from = column_here(view, row);
    view->column = next_column(view, row, step);
    return view->column != from;
}

static bool is_bad(const void *row, gpointer data)
{
    (void)data;
    return accepts_is_bad(row);
}

static bool command(View *base, Command command)
{
    AcceptsView *view = (AcceptsView *)base;
    update(&view->base.view);
    switch (command) {
    case COMMAND_OPEN:
        open_proof(view);
        return true;
    case COMMAND_IN:
        step_column(view, 1);
        return true;
    case COMMAND_OUT:
        return step_column(view, -1);
    case COMMAND_BACK:
        return false;
    case COMMAND_NEXT_PANE:
    case COMMAND_PREVIOUS_PANE:
        set_tab(view, command == COMMAND_NEXT_PANE ? 1 : -1);
        return true;
    case COMMAND_REFUSED:
        view->other_rows = !view->other_rows;
        g_hash_table_remove_all(view->kept);
        view->stale = true;
        update(&view->base.view);
        return true;
    case COMMAND_COMPARE:
        compare(view);
        return true;
    case COMMAND_NEXT_BAD:
    case COMMAND_PREVIOUS_BAD:
        if (!table_seek(view->base.table, is_bad, NULL, command == COMMAND_NEXT_BAD ? 1 : -1))
            desk_say(base->desk, g_strdup(_("nothing weak is accepted here")));
        return true;
    default:
        return table_command(view->base.table, command);
    }
}

static GPtrArray *endpoints(View *base)
{
    GPtrArray *ids = g_ptr_array_new();
    g_ptr_array_add(ids, ((AcceptsView *)base)->endpoint->id);
    return ids;
}

static void forms(View *base, GPtrArray *forms)
{
    AcceptsView *view = (AcceptsView *)base;
    const AcceptsRow *row = selected(view);
    if (!row)
        return;
    if (*row->item)
        form_add(forms, _("name"), g_strdup(row->item));
    form_add(forms, _("answer"), sentence(view, row));
    if (row->suite && row->suite->openssl)
        form_add(forms, _("OpenSSL's name"), g_strdup(row->suite->openssl));
    form_add(forms, _("the table"), table_text(view->base.table));
}

/* What is watched is shown here: who leaves, stops it. */
static void free_view(View *base)
{
    AcceptsView *view = (AcceptsView *)base;
    desk_watch(base->desk, NULL, NULL);
    accepts_rows_free(view->rows);
    g_hash_table_unref(view->kept);
    table_view_clear(&view->base);
    g_free(view);
}

static const ViewOps accepts_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = table_view_seek,
    .endpoints = endpoints,
    .question = question,
    .table = table_view_table,
    .forms = forms,
    .text = table_view_text,
};

View *accepts_view_new(Desk *desk, const Endpoint *endpoint)
{
    AcceptsView *view = g_new0(AcceptsView, 1);
    table_view_init(&view->base, &accepts_view, desk, &accepts_table);
    view->base.update = update;
    view->endpoint = endpoint;
    view->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    view->column = ACCEPTS_VERSIONS;
    return &view->base.view;
}
