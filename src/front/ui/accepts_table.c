#include "front/ui/accepts_table.h"

#include "common/fact/fact.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- what a row is about -------------------------------------------------------------------- */

static const struct {
    const char *question;
    const char *kind; /* for the column; NULL: the item says it */
    const char *item; /* of the row of a question as a whole */
} questions[] = {
    {"version", NULL, N_("(the version itself)")},
    {"suite-order", NULL, N_("(an order of its own)")},
    {"group-order", NULL, N_("(an order of its own)")},
    {"alpn-order", N_("ALPN"), N_("(an order of its own)")},
    {"alpn", N_("ALPN"), NULL},
    {"dh", N_("DH"), NULL},
    {"certificate", N_("cert"), NULL},
    {"certificate-compression", N_("packing"), NULL},
    {"extension", N_("ext"), NULL},
    {"feature", N_("feature"), NULL},
    {"behaviour", N_("trait"), NULL},
    {"fingerprint", N_("print"), NULL},
};

/* Questions whose items are codes of doc/facts.md. */
static bool is_trait(const char *question)
{
    static const char *const traits[] = {"feature", "behaviour", "fingerprint", NULL};
    return g_strv_contains(traits, question);
}

void accepts_item(const AcceptsRow *row, const Desk *desk, GString *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
        if (questions[i].item && !*row->item && g_str_equal(questions[i].question, row->question)) {
            g_string_append(text, _(questions[i].item));
            return;
        }
    const Certificate *certificate = g_str_equal(row->question, "certificate")
                                         ? model_certificate(desk->model, row->item)
                                         : NULL;
    g_autofree char *shown = NULL;
    if (certificate && certificate->name->len)
        shown = desk_safe(desk, certificate->name->str, (gssize)certificate->name->len);
    else if (row->suite)
        shown = desk_suite(desk, row->item, true);
    else if (is_trait(row->question))
        shown = words_trait(row->item, !desk->utf8);
    else
        shown = desk_safe(desk, row->item, -1);
    g_string_append(text, shown);
}

static void kind_cell(const void *data, const Desk *desk, GString *text, Role *role)
{
    const AcceptsRow *row = data;
    (void)desk;
    *role = ROLE_DIM;
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
        if (questions[i].kind && g_str_equal(questions[i].question, row->question)) {
            g_string_append(text, _(questions[i].kind));
            return;
        }
    g_string_append(text, row->question);
}

static void item_cell(const void *data, const Desk *desk, GString *text, Role *role)
{
    const AcceptsRow *row = data;
    *role = *row->item ? ROLE_TEXT : ROLE_DIM;
    accepts_item(row, desk, text);
}

/* ---- answers -------------------------------------------------------------------------------- */

static const struct {
    const char *word; /* NULL: a glyph */
    Role role;
} signs[] = {
    [SIGN_UNASKED] = {NULL, ROLE_DIM},     [SIGN_APART] = {"-", ROLE_DIM},
    [SIGN_UNKNOWN] = {"?", ROLE_UNKNOWN},  [SIGN_NO] = {N_("no"), ROLE_DIM},
    [SIGN_YES] = {N_("yes"), ROLE_TEXT},   [SIGN_SOME] = {N_("some"), ROLE_WARN},
    [SIGN_FIRST] = {N_("1st"), ROLE_WARN}, [SIGN_SECOND] = {N_("2nd"), ROLE_WARN},
    [SIGN_FAILS] = {N_("fail"), ROLE_BAD},
};

static Severity worst_of(const AcceptsRow *row)
{
    Severity worst = SEVERITY_COUNT;
    for (guint i = 0; i < row->weak; i++)
        worst = MIN(worst, row->weaknesses[i]->severity);
    return worst;
}

static Role role_of_yes(const AcceptsRow *row, int column)
{
    const Weakness *version =
        g_str_equal(row->question, "version") ? strength_of_version(accepts_version(column)) : NULL;
    Severity worst = version ? version->severity : worst_of(row);
    if (worst < SEVERITY_INFO)
        return role_of_severity(worst);
    return *row->item || g_str_equal(row->question, "version") ? ROLE_GOOD : ROLE_TEXT;
}

static void append_sign(const AcceptsCell *cell, const Desk *desk, GString *text)
{
    const char *word = signs[cell->sign].word;
    g_string_append(text, word ? _(word) : desk_glyph(desk, GLYPH_UNASKED));
    if (cell->stale)
        g_string_append_c(text, '~');
}

static void answer_cell(const AcceptsRow *row, int column, const Desk *desk, GString *text,
                        Role *role)
{
    const AcceptsCell *cell = &row->cells[0][column];
    *role = cell->sign == SIGN_YES ? role_of_yes(row, column) : signs[cell->sign].role;
    if (cell->stale)
        *role = ROLE_LIVE;
    append_sign(cell, desk, text);
}

/* Where two endpoints agree one word says it; else both stand there. */
static void pair_cell(const AcceptsRow *row, int column, const Desk *desk, GString *text,
                      Role *role)
{
    const AcceptsCell *other = &row->cells[1][column];
    answer_cell(row, column, desk, text, role);
    if (!accepts_differs_in(row, column))
        return;
    *role = ROLE_WARN;
    g_string_append_c(text, '/');
    append_sign(other, desk, text);
}

static int by_answer(const AcceptsRow *left, const AcceptsRow *right, int column)
{
    return (int)right->cells[0][column].sign - (int)left->cells[0][column].sign;
}

/* A table's column does not know its number: each has functions of its own. */
#define ANSWER_COLUMN(n)                                                                           \
    static void answer_##n(const void *row, const Desk *desk, GString *text, Role *role)           \
    {                                                                                              \
        answer_cell(row, n, desk, text, role);                                                     \
    }                                                                                              \
    static void pair_##n(const void *row, const Desk *desk, GString *text, Role *role)             \
    {                                                                                              \
        pair_cell(row, n, desk, text, role);                                                       \
    }                                                                                              \
    static int by_##n(const void *left, const void *right, const Desk *desk)                       \
    {                                                                                              \
        (void)desk;                                                                                \
        return by_answer(left, right, n);                                                          \
    }

ANSWER_COLUMN(0)
ANSWER_COLUMN(1)
ANSWER_COLUMN(2)
ANSWER_COLUMN(3)
ANSWER_COLUMN(4)
ANSWER_COLUMN(5)
ANSWER_COLUMN(6)
ANSWER_COLUMN(7)
ANSWER_COLUMN(8)
ANSWER_COLUMN(9)

/* ---- strength and remarks ------------------------------------------------------------------- */

static void bits_cell(const void *data, const Desk *desk, GString *text, Role *role)
{
    const AcceptsRow *row = data;
    guint bits = row->suite ? row->suite->bits : row->group ? row->group->bits : 0;
    (void)desk;
    *role = ROLE_DIM;
    if (bits || row->suite)
        g_string_append_printf(text, "%u", bits);
}

static int by_strength(const void *a, const void *b, const Desk *desk)
{
    const AcceptsRow *left = a, *right = b;
    guint one = left->group ? left->group->bits : 0, other = right->group ? right->group->bits : 0;
    (void)desk;
    if (!*left->item || !*right->item)
        return (*left->item != '\0') - (*right->item != '\0');
    if (left->suite || right->suite)
        return strength_compare_suites(left->suite, right->suite);
    return one > other ? -1 : one < other;
}

static void append_part(GString *text, const char *part)
{
    g_string_append_printf(text, "%s%s", text->len ? ", " : "", part);
}

/* How often it came out so, and what the server said to it. */
static void append_answer(const AcceptsRow *row, int column, const Desk *desk, GString *text)
{
    const AcceptsCell *cell = &row->cells[0][column];
    if (!cell->answer)
        return;
    const json_t *value = json_object_get(cell->answer->fact, "value");
    json_int_t tries = fact_integer(cell->answer->fact, "tries", 0);
    json_int_t of = fact_integer(cell->answer->fact, "of", tries);
    if (of > tries) {
        g_autofree char *some =
            g_strdup_printf(_("%s: %d of %d"), accepts_title(column), (int)tries, (int)of);
        append_part(text, some);
    }
    if (!value || g_str_equal(row->question, "dh"))
        return;
    g_autofree char *shown = words_value(value, !desk->utf8);
    if (!strstr(text->str, shown))
        append_part(text, shown);
}

/* How many suites share a prime, in the version where they are most. */
static void append_sharers(const AcceptsRow *row, GString *text)
{
    size_t most = 0;
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        most = MAX(most, json_array_size(accepts_sharers(row, column)));
    if (most)
        g_string_append_printf(text, ngettext("%u suite", "%u suites", most), (guint)most);
}

static void remark_cell(const void *data, const Desk *desk, GString *text, Role *role)
{
    const AcceptsRow *row = data;
    Severity worst = worst_of(row);
    *role = worst < SEVERITY_INFO ? role_of_severity(worst) : ROLE_DIM;
    for (guint i = 0; i < row->weak; i++)
        append_part(text, _(row->weaknesses[i]->brief));
    append_sharers(row, text);
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        append_answer(row, column, desk, text);
}

/* ---- the tables ----------------------------------------------------------------------------- */

#define COLUMN(t, n, l, i, r) .title = (t), .name = (n), .least = (l), .ideal = (i), .rank = (r)
#define ANSWERS(t, n, width, of, r, number)                                                        \
    {                                                                                              \
        COLUMN(t, n, width, width, r), .grows = true, .cell = of##_##number,                       \
                                       .compare = by_##number                                      \
    }
#define TABLE(width, of)                                                                           \
    {COLUMN(N_("KIND"), "kind", 7, 7, 0), .cell = kind_cell},                                      \
        {COLUMN(N_("ITEM"), "item", 34, 36, 0), .tiny = 14, .tiny_rank = 3, .grows = true,         \
         .cell = item_cell},                                                                       \
        ANSWERS(N_("ALL"), "all", width, of, 0, 0), ANSWERS("1.3", "1.3", width, of, 0, 1),        \
        ANSWERS("1.2", "1.2", width, of, 0, 2), ANSWERS("1.1", "1.1", width, of, 5, 3),            \
        ANSWERS("1.0", "1.0", width, of, 4, 4), ANSWERS("SSL3", "ssl3", width, of, 6, 5),          \
        ANSWERS("SSL2", "ssl2", width, of, 7, 6), ANSWERS("D1.3", "d1.3", width, of, 1, 7),        \
        ANSWERS("D1.2", "d1.2", width, of, 1, 8), ANSWERS("D1.0", "d1.0", width, of, 1, 9),        \
        {COLUMN(N_("BITS"), "strength", 4, 4, 9), .right = true, .cell = bits_cell,                \
         .compare = by_strength},                                                                  \
    {                                                                                              \
        COLUMN(N_("REMARK"), "remark", 12, 20, 8), .grows = true, .cell = remark_cell              \
    }

static const TableColumn columns[] = {TABLE(4, answer)};
static const TableColumn columns_two[] = {TABLE(6, pair)};

const char *accepts_title(int column)
{
    return _(columns[ACCEPTS_COLUMN_FIRST + column].title);
}

static const char *identity(const void *row)
{
    return ((const AcceptsRow *)row)->identity;
}

const TableKind accepts_table = {
    .columns = columns,
    .count = G_N_ELEMENTS(columns),
    .identity = identity,
    .order = N_("preference, strength"),
};

const TableKind accepts_table_two = {
    .columns = columns_two,
    .count = G_N_ELEMENTS(columns_two),
    .identity = identity,
    .order = N_("preference, strength"),
};
