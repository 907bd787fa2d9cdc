/* The tries view: a question that is asked many times, how often it was answered how, and how fast.
 */
#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/lines_view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

enum {
    MOST_BINS = 8, /* of the histogram of times */
    LEAST_BAR = 8, /* columns of the longest bar */
    MOST_BAR = 40,
    COUNT = 2, /* columns: of counts, shares, bars */
    SHARE = 8,
    BAR = 14,
    LEAF_SHOWN = 8, /* hex digits of a certificate that tell it from others */
    TENTHS = 10,
    MANY = 400, /* tries: of more the last are shown in order */
};

/* What a bar is drawn against. */
typedef struct Scale {
    guint most, all;
} Scale;

typedef struct TriesView {
    LinesView base;
    guint before; /* number of the dive that was the last when this one was asked for */
} TriesView;

/* Tries that have something in common, with the last of them. */
typedef struct Lot {
    char *name;
    guint count;
    const Try *last;
} Lot;

static void lot_free(gpointer data)
{
    Lot *lot = data;
    g_free(lot->name);
    g_free(lot);
}

/* The tries of the dive that the view is about; empty until it begins. */
static const GPtrArray *tries_of(const TriesView *view)
{
    static const GPtrArray none;
    const Answers *answers = view->base.endpoint->answers;
    return answers && answers->one.number > view->before ? answers->tries : &none;
}

/* ---- by answer ------------------------------------------------------------------------------ */

static bool leaves_differ(const GPtrArray *tries)
{
    const char *first = NULL;
    for (guint i = 0; i < tries->len; i++) {
        const Try *try = tries->pdata[i];
        const char *leaf = fact_string(try->fact, "certificate", NULL);
        if (first && leaf && strcmp(first, leaf) != 0)
            return true;
        first = first ? first : leaf;
    }
    return false;
}

/* What came of a try, in words. */
static char *outcome(const Try *try, bool leaves, bool ascii)
{
    const char *reason = fact_string(try->fact, "reason", NULL);
    const char *leaf = leaves ? fact_string(try->fact, "certificate", NULL) : NULL;
    const json_t *value = json_object_get(try->fact, "value");
    GString *text = g_string_new(NULL);
    if (reason) {
        g_autofree char *why = words_reason(reason, json_object_get(try->fact, "args"), ascii);
        g_string_append(text, why);
    } else if (value) {
        g_autofree char *chosen = words_value(value, ascii);
        g_string_append(text, chosen);
    }
    if (leaf)
        g_string_append_printf(text, _(", certificate %.*s"), LEAF_SHOWN, leaf);
    return g_string_free(text, FALSE);
}

static gint by_count(gconstpointer a, gconstpointer b)
{
    const Lot *left = *(Lot *const *)a, *right = *(Lot *const *)b;
    return left->count > right->count ? -1 : left->count < right->count;
}

static void add_to_lot(GPtrArray *lots, const Try *try, char *name)
{
    Lot *lot = NULL;
    for (guint i = 0; i < lots->len && !lot; i++) {
        Lot *other = lots->pdata[i];
        lot = strcmp(other->name, name) == 0 ? other : NULL;
    }
    if (lot) {
        g_free(name);
    } else {
        lot = g_new0(Lot, 1);
        lot->name = name;
        g_ptr_array_add(lots, lot);
    }
    lot->count++;
    lot->last = try;
}

/* The most frequent first; of as many, the one that came first. */
static GPtrArray *lots_by_answer(const GPtrArray *tries, bool ascii)
{
    GPtrArray *lots = g_ptr_array_new_with_free_func(lot_free);
    bool leaves = leaves_differ(tries);
    for (guint i = 0; i < tries->len; i++)
        add_to_lot(lots, tries->pdata[i], outcome(tries->pdata[i], leaves, ascii));
    g_ptr_array_sort(lots, by_count);
    return lots;
}

/* ---- by time -------------------------------------------------------------------------------- */

static gint by_took(gconstpointer a, gconstpointer b)
{
    const Try *left = *(Try *const *)a, *right = *(Try *const *)b;
    return left->took < right->took ? -1 : left->took > right->took;
}

/* Those that were answered, the fastest first; borrowed. */
static GPtrArray *by_time(const GPtrArray *tries)
{
    GPtrArray *sorted = g_ptr_array_new();
    for (guint i = 0; i < tries->len; i++)
        if (((const Try *)tries->pdata[i])->took >= 0)
            g_ptr_array_add(sorted, tries->pdata[i]);
    g_ptr_array_sort(sorted, by_took);
    return sorted;
}

/* Milliseconds of the try at so many tenths of the sorted ones. */
static double tenth(const GPtrArray *sorted, guint tenths)
{
    guint place = (sorted->len - 1) * tenths / TENTHS;
    return ((const Try *)sorted->pdata[place])->took * 1000;
}

/* A width of bins, in milliseconds, that is 1, 2 or 5 and zeros, so that few cover them all. */
static double bin_width(double least, double most)
{
    static const double steps[] = {1, 2, 5};
    double power = 0.01;
    for (guint i = 0;; i++) {
        double width = steps[i % G_N_ELEMENTS(steps)] * power;
        if (floor(most / width) - floor(least / width) < MOST_BINS)
            return width;
        if (i % G_N_ELEMENTS(steps) + 1 == G_N_ELEMENTS(steps))
            power *= 10;
    }
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void add_heading(Lines *lines, const char *text)
{
    lines_begin(lines, NULL);
    lines_tab(lines, 1);
    lines_wrap(lines, ROLE_TITLE, 3, text);
}

/* A line "   14  70%  ####": of `all` (0: without a share), the longest bar for `most`; what is
 * added next stands behind the room for bars. Returns that column. */
static int add_bar(Lines *lines, const char *identity, guint count, Scale scale)
{
    int room = CLAMP(lines_width(lines) / 4, LEAST_BAR, MOST_BAR);
    int columns = count ? MAX((int)round((double)count * room / scale.most), 1) : 0;
    const char *bar = glyph(GLYPH_BAR, lines_utf8(lines));
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < columns; i++)
        g_string_append(text, bar);
    lines_begin(lines, identity);
    lines_tab(lines, COUNT);
    lines_print(lines, ROLE_TEXT, "%5u", count);
    lines_tab(lines, SHARE);
    if (scale.all)
        lines_print(lines, ROLE_DIM, "%3.0f%%", count * 100.0 / scale.all);
    lines_tab(lines, BAR);
    lines_add(lines, ROLE_NOTE, text->str);
    lines_tab(lines, BAR + room + 1);
    return BAR + room + 1;
}

static Role role_of_word(AnswerWord word)
{
    static const Role roles[] = {
        [ANSWER_UNKNOWN] = ROLE_UNKNOWN, [ANSWER_YES] = ROLE_GOOD, [ANSWER_NO] = ROLE_TEXT};
    return roles[word];
}

static const char *word_of(AnswerWord word)
{
    static const char *const words[] = {
        [ANSWER_UNKNOWN] = N_("unknown"), [ANSWER_YES] = N_("yes"), [ANSWER_NO] = N_("no")};
    return _(words[word]);
}

static void add_answers(const TriesView *view, const GPtrArray *tries)
{
    Lines *lines = view->base.lines;
    g_autoptr(GPtrArray) lots = lots_by_answer(tries, !view->base.view.desk->utf8);
    add_heading(lines, _("ANSWERS"));
    for (guint i = 0; i < lots->len; i++) {
        const Lot *lot = lots->pdata[i];
        Scale scale = {((const Lot *)lots->pdata[0])->count, tries->len};
        int column = add_bar(lines, lot->name, lot->count, scale);
        lines_add(lines, role_of_word(lot->last->word), word_of(lot->last->word));
        lines_add(lines, ROLE_TEXT, *lot->name ? ":" : "");
        lines_wrap(lines, ROLE_TEXT, column + 2, lot->name);
    }
}

static void add_bins(Lines *lines, const GPtrArray *sorted)
{
    double width = bin_width(tenth(sorted, 0), tenth(sorted, TENTHS));
    double first = floor(tenth(sorted, 0) / width);
    guint counts[MOST_BINS] = {0}, last = 0;
    Scale scale = {0};
    for (guint i = 0; i < sorted->len; i++) {
        const Try *try = sorted->pdata[i];
        last = (guint)CLAMP(floor(try->took * 1000 / width) - first, 0, MOST_BINS - 1);
        counts[last]++;
        scale.most = MAX(scale.most, counts[last]);
    }
    int digits = width >= 1 ? 0 : width >= 0.1 ? 1 : 2;
    for (guint bin = 0; bin <= last; bin++) {
        g_autofree char *name = g_strdup_printf(_("%.*f to %.*f ms"), digits, (first + bin) * width,
                                                digits, (first + bin + 1) * width);
        add_bar(lines, name, counts[bin], scale);
        lines_add(lines, ROLE_TEXT, name);
    }
}

static void add_times(const TriesView *view, const GPtrArray *tries)
{
    Lines *lines = view->base.lines;
    g_autoptr(GPtrArray) sorted = by_time(tries);
    if (!sorted->len)
        return;
    g_autofree char *heading =
        g_strdup_printf(_("FROM HELLO TO ANSWER: %.1f to %.1f ms, half within %.1f, 9 of 10 "
                          "within %.1f"),
                        tenth(sorted, 0), tenth(sorted, TENTHS), tenth(sorted, TENTHS / 2),
                        tenth(sorted, TENTHS - 1));
    lines_begin(lines, NULL);
    add_heading(lines, heading);
    add_bins(lines, sorted);
}

/* One sign a try: a server behind a balancer shows by their order. */
static void add_order(const TriesView *view, const GPtrArray *tries)
{
    static const char signs[] = {[ANSWER_UNKNOWN] = '?', [ANSWER_YES] = 'y', [ANSWER_NO] = 'n'};
    Lines *lines = view->base.lines;
    guint from = tries->len > MANY ? tries->len - MANY : 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = from; i < tries->len; i++)
        g_string_append_printf(text, "%s%c", i % TENTHS || i == from ? "" : " ",
                               signs[((const Try *)tries->pdata[i])->word]);
    lines_begin(lines, NULL);
    add_heading(lines, _("IN ORDER (y yes, n no, ? unknown)"));
    lines_begin(lines, "order");
    lines_tab(lines, COUNT + 2);
    lines_wrap(lines, ROLE_TEXT, COUNT + 2, text->str);
}

static void build(LinesView *base, int width)
{
    const TriesView *view = (TriesView *)base;
    const GPtrArray *tries = tries_of(view);
    (void)width;
    if (!tries->len) {
        lines_begin(base->lines, NULL);
        lines_tab(base->lines, COUNT);
        lines_add(base->lines, ROLE_DIM, _("asking: answers come here"));
        return;
    }
    lines_begin(base->lines, NULL);
    add_answers(view, tries);
    add_times(view, tries);
    add_order(view, tries);
}

/* ---- the view ------------------------------------------------------------------------------- */

static void title(View *base, int width, GString *left, GString *right)
{
    const TriesView *view = (TriesView *)base;
    const Answers *answers = view->base.endpoint->answers;
    const char *crumb = desk_glyph(base->desk, GLYPH_CRUMB);
    g_autofree char *place = brief_place(view->base.endpoint, !base->desk->utf8);
    (void)width;
    g_string_append_printf(left, _("%s %s accepts %s asked again"), place, crumb, crumb);
    if (!tries_of(view)->len)
        return;
    const Dive *dive = &answers->one;
    if (dive->running)
        g_string_append_printf(right, _("asking %u/%u"), dive->connections,
                               dive->connections + dive->left);
    else
        g_string_append_printf(right,
                               ngettext("%u connection", "%u connections", dive->connections),
                               dive->connections);
}

static void status(View *base, GString *left, GString *right)
{
    (void)base, (void)right;
    g_string_append(left,
                    _("Enter opens the last connection of a line   R asks as many times again"));
}

/* The last try that a line stands for. */
static const Try *try_of(const TriesView *view, const char *line)
{
    g_autoptr(GPtrArray) lots = lots_by_answer(tries_of(view), !view->base.view.desk->utf8);
    for (guint i = 0; line && i < lots->len; i++) {
        const Lot *lot = lots->pdata[i];
        if (strcmp(lot->name, line) == 0)
            return lot->last;
    }
    return NULL;
}

static bool command(LinesView *base, Command command)
{
    TriesView *view = (TriesView *)base;
    Desk *desk = base->view.desk;
    if (command != COMMAND_OPEN && command != COMMAND_IN)
        return false;
    const Try *try = try_of(view, lines_selected(base->lines));
    if (!try || !try->proof) {
        desk_say(desk, g_strdup(_("there is nothing behind this line")));
        return true;
    }
    g_autofree char *said = outcome(try, false, !desk->utf8);
    char *subject =
        g_strdup_printf("%s: %s%s%s", base->subject, word_of(try->word), *said ? ": " : "", said);
    desk_push(desk, connection_view_new(desk, try->proof, subject, json_incref(base->question)));
    return true;
}

static const LinesViewKind tries_view = {
    .focus = VIEW_TRIES,
    .name = N_("the answers"),
    .line = N_("line"),
    .build = build,
    .title = title,
    .status = status,
    .command = command,
};

static void open_view(Desk *desk, const Endpoint *endpoint, const json_t *question, guint times)
{
    TriesView *view = g_new0(TriesView, 1);
    g_autofree char *what = words_question(question, !desk->utf8);
    if (desk_top(desk)->ops->focus(desk_top(desk)) == VIEW_TRIES)
        desk_pop(desk);
    view->base.endpoint = endpoint;
    view->base.question = json_incref((json_t *)question);
    view->base.times = times;
    view->before = endpoint->answers ? endpoint->answers->one.number : 0;
    view->base.subject =
        g_strdup_printf(ngettext("%s, asked %u time", "%s, asked %u times", times), what, times);
    desk_push(desk, lines_view_init(&view->base, &tries_view, desk));
}

void desk_question(Desk *desk, const char *id, const json_t *question, guint times)
{
    const Endpoint *endpoint = model_endpoint(desk->model, id);
    bool busy = endpoint && answers_is_diving(endpoint->answers);
    /* the cell shows what came of one: where there is none in sight, the tries do */
    bool shown = times > 1 || desk_top(desk)->ops->focus(desk_top(desk)) != VIEW_ACCEPTS;
    if (times > 1)
        desk_watch(desk, NULL, NULL);
    desk_say(desk, desk->port->question(desk->port->data, id, question, times));
    if (endpoint && shown && !busy)
        open_view(desk, endpoint, question, times);
}
