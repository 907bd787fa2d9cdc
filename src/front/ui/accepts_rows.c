#include "front/ui/accepts_rows.h"

#include "common/fact/fact.h"
#include "front/report/words.h"

#include <string.h>

enum { NOWHERE = G_MAXUINT / 2, AFTER_VERSION = 100000 };

/* Which questions a tab is made of, in the order of its rows; the last tab has all that no other
 * has. */
static const struct {
    const char *question;
    AcceptsTab tab;
    bool order; /* one row for the question as a whole */
} questions[] = {
    {"version", TAB_SUITES, true},    {"suite-order", TAB_SUITES, true},
    {"suite", TAB_SUITES, false},     {"group-order", TAB_GROUPS, true},
    {"group", TAB_GROUPS, false},     {"scheme", TAB_SCHEMES, false},
    {"certificate", TAB_REST, false}, {"alpn-order", TAB_REST, true},
    {"alpn", TAB_REST, false},        {"certificate-compression", TAB_REST, false},
    {"dh", TAB_REST, false},          {"extension", TAB_REST, false},
    {"feature", TAB_REST, false},     {"behaviour", TAB_REST, false},
    {"fingerprint", TAB_REST, false},
};

static guint rank_of(const char *question)
{
    for (guint i = 0; i < G_N_ELEMENTS(questions); i++)
        if (strcmp(questions[i].question, question) == 0)
            return i;
    return G_N_ELEMENTS(questions);
}

static AcceptsTab tab_of(const char *question)
{
    guint rank = rank_of(question);
    return rank < G_N_ELEMENTS(questions) ? questions[rank].tab : TAB_REST;
}

static bool is_whole(const char *question)
{
    guint rank = rank_of(question);
    return rank < G_N_ELEMENTS(questions) && questions[rank].order;
}

const char *accepts_version(int column)
{
    return column == ACCEPTS_ANY ? "" : answers_versions[column - ACCEPTS_VERSIONS];
}

static int column_of(const char *version)
{
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        if (strcmp(accepts_version(column), version) == 0)
            return column;
    return -1;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void row_free(gpointer data)
{
    AcceptsRow *row = data;
    g_free(row->identity);
    g_free(row->item);
    g_free(row);
}

/* What is being gathered. */
typedef struct Gather {
    AcceptsRows *rows;
    GHashTable *by_identity;
    AcceptsTab tab;
    guint which; /* 0: the endpoint, 1: the other one */
    const Answers *answers;
} Gather;

static void know(AcceptsRow *row)
{
    if (strcmp(row->question, "suite") == 0) {
        row->suite = registry_suite_named(row->item);
        row->weak = strength_of_suite(row->suite, row->weaknesses);
    } else if (strcmp(row->question, "group") == 0) {
        row->group = registry_group_named(row->item);
        row->weak = strength_of_group(row->group, row->weaknesses);
    } else if (strcmp(row->question, "scheme") == 0) {
        row->weak = strength_of_scheme(registry_scheme_named(row->item), row->weaknesses);
    }
}

static AcceptsRow *row_get(Gather *gather, const char *question, const char *item,
                           const char *apart)
{
    g_autofree char *identity = g_strdup_printf("%s/%s%s", question, item, apart);
    AcceptsRow *row = g_hash_table_lookup(gather->by_identity, identity);
    if (row)
        return row;
    row = g_new0(AcceptsRow, 1);
    row->question = question;
    row->item = g_strdup(item);
    row->place = NOWHERE;
    row->identity = g_steal_pointer(&identity);
    know(row);
    g_ptr_array_add(gather->rows->rows, row);
    g_hash_table_insert(gather->by_identity, row->identity, row);
    return row;
}

static AcceptsSign sign_of(const Answer *answer)
{
    static const AcceptsSign sides[ANSWER_SIDES] = {
        [ANSWER_SOME] = SIGN_SOME, [ANSWER_FIRST] = SIGN_FIRST, [ANSWER_SECOND] = SIGN_SECOND};
    json_int_t of = fact_integer(answer->fact, "of", 0);
    AnswerSplit split;
    if (answer->word == ANSWER_UNKNOWN)
        return SIGN_UNKNOWN;
    if (answers_split(answer, &split))
        return sides[split.side];
    if (of > fact_integer(answer->fact, "tries", of))
        return SIGN_SOME;
    if (answer->word == ANSWER_NO)
        return SIGN_NO;
    return json_array_size(json_object_get(answer->fact, "faults")) ? SIGN_FAILS : SIGN_YES;
}

/* A yes of one kind of key stands before what another kind said. */
static void set_cell(const Gather *gather, AcceptsRow *row, const AnswerTopic *topic,
                     const Answer *answer)
{
    static const int rank[] = {[ANSWER_UNKNOWN] = 1, [ANSWER_YES] = 2, [ANSWER_NO] = 0};
    const char *version =
        strcmp(row->question, "version") == 0 && !*topic->version ? row->item : topic->version;
    int column = column_of(version);
    if (column < 0)
        return;
    AcceptsCell *cell = &row->cells[gather->which][column];
    if (cell->answer && rank[cell->answer->word] >= rank[answer->word])
        return;
    *cell = (AcceptsCell){answer, topic->key, sign_of(answer),
                          answers_is_stale(gather->answers, topic, answer)};
    gather->rows->columns |= 1U << column;
}

/* The versions themselves are one row. */
static void gather_versions(Gather *gather, const AnswerTopic *topic)
{
    AcceptsRow *row = row_get(gather, topic->question, "", "");
    for (guint i = 0; i < topic->cells->len; i++) {
        const AnswerCell *cell = topic->cells->pdata[i];
        int column = column_of(cell->item);
        if (column < 0)
            continue;
        row->cells[gather->which][column] =
            (AcceptsCell){cell->answer, topic->key, sign_of(cell->answer),
                          answers_is_stale(gather->answers, topic, cell->answer)};
        gather->rows->columns |= 1U << column;
    }
}

/* What the row of a cell is about: the item; of Diffie-Hellman what the suites have in common; of
 * what was asked of TLS 1.3 apart, what it is below. To be freed. */
static char *item_of(const AnswerTopic *topic, const AnswerCell *cell)
{
    static const char apart[] = "-tls13";
    const json_t *value = json_object_get(cell->answer->fact, "value");
    if (strcmp(topic->question, "dh") == 0 && value)
        return words_value(value, true);
    if (strcmp(topic->question, "behaviour") == 0 && g_str_has_suffix(cell->item, apart))
        return g_strndup(cell->item, strlen(cell->item) - strlen(apart));
    return g_strdup(cell->item);
}

static void gather_topic(Gather *gather, const AnswerTopic *topic)
{
    if (strcmp(topic->question, "version") == 0) {
        gather_versions(gather, topic);
        return;
    }
    if (is_whole(topic->question) || g_str_has_suffix(topic->question, "-order")) {
        set_cell(gather, row_get(gather, topic->question, "", ""), topic, topic->last);
        return;
    }
    /* each question that brings a certificate is a row */
    const char *apart = strcmp(topic->question, "certificate") == 0 ? topic->key : "";
    for (guint i = 0; i < topic->cells->len; i++) {
        const AnswerCell *cell = topic->cells->pdata[i];
        g_autofree char *item = item_of(topic, cell);
        set_cell(gather, row_get(gather, topic->question, item, apart), topic, cell->answer);
    }
}

static void gather_answers(Gather *gather, const Answers *answers)
{
    gather->answers = answers;
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        if (tab_of(topic->question) == gather->tab)
            gather_topic(gather, topic);
    }
}

/* ---- order ---------------------------------------------------------------------------------- */

/* Places by the order of the newest version that has the row, where the server has one. */
static void place_rows(const Gather *gather, const Answers *answers, const char *question)
{
    g_autofree char *order_of = g_strconcat(question, "-order", NULL);
    for (int column = 0; answers && column < ACCEPTS_COLUMNS; column++) {
        const json_t *order = answers_order(answers, order_of, accepts_version(column)), *item;
        size_t i;
        json_array_foreach(order, i, item)
        {
            const char *name = json_string_value(item);
            g_autofree char *identity = g_strdup_printf("%s/%s", question, name ? name : "");
            AcceptsRow *row = g_hash_table_lookup(gather->by_identity, identity);
            if (row && row->cells[0][column].answer)
                row->place = MIN(row->place, (guint)column * AFTER_VERSION + (guint)i);
        }
    }
}

static bool is_accepted(const AcceptsRow *row)
{
    for (int i = 0; i < 2 * ACCEPTS_COLUMNS; i++)
        if (row->cells[i / ACCEPTS_COLUMNS][i % ACCEPTS_COLUMNS].sign >= SIGN_YES)
            return true;
    return false;
}

bool accepts_is_bad(const AcceptsRow *row)
{
    bool weak = false;
    for (guint i = 0; i < row->weak; i++)
        weak |= row->weaknesses[i]->severity < SEVERITY_INFO;
    for (int column = 0; column < ACCEPTS_COLUMNS; column++) {
        AcceptsSign sign = row->cells[0][column].sign;
        const Weakness *version = strcmp(row->question, "version") == 0
                                      ? strength_of_version(accepts_version(column))
                                      : NULL;
        if (sign == SIGN_FAILS || (sign >= SIGN_YES && (weak || version)))
            return true;
    }
    return false;
}

bool accepts_is_refused(const AcceptsRow *row)
{
    bool refused = false;
    for (int i = 0; i < 2 * ACCEPTS_COLUMNS; i++) {
        AcceptsSign sign = row->cells[i / ACCEPTS_COLUMNS][i % ACCEPTS_COLUMNS].sign;
        if (sign == SIGN_UNKNOWN || sign >= SIGN_YES)
            return false;
        refused |= sign == SIGN_NO;
    }
    return refused && *row->item;
}

const json_t *accepts_sharers(const AcceptsRow *row, int column)
{
    const Answer *answer = row->cells[0][column].answer;
    return answer && strcmp(row->question, "dh") == 0 ? json_object_get(answer->fact, "items")
                                                      : NULL;
}

bool accepts_differs_in(const AcceptsRow *row, int column)
{
    AcceptsSign left = row->cells[0][column].sign, right = row->cells[1][column].sign;
    return (left == SIGN_APART ? SIGN_NO : left) != (right == SIGN_APART ? SIGN_NO : right);
}

bool accepts_differs(const AcceptsRow *row)
{
    for (int column = 0; column < ACCEPTS_COLUMNS; column++)
        if (accepts_differs_in(row, column))
            return true;
    return false;
}

/* Rows that no order names: by the newest version that has them, the strongest first. */
static void place_rest(AcceptsRows *rows)
{
    for (guint i = 0; i < rows->rows->len; i++) {
        AcceptsRow *row = rows->rows->pdata[i];
        for (int column = 0; row->place == NOWHERE && column < ACCEPTS_COLUMNS; column++)
            if (row->cells[0][column].sign >= SIGN_YES)
                row->place = (guint)column * AFTER_VERSION + AFTER_VERSION / 2;
        row->heard = i;
        bool accepted = is_accepted(row), refused = accepts_is_refused(row);
        rows->accepted += accepted && *row->item;
        rows->refused += refused;
        rows->unknown += !accepted && !refused && *row->item;
    }
}

static int class_of(const AcceptsRow *row)
{
    return is_accepted(row) || !*row->item ? 0 : accepts_is_refused(row) ? 2 : 1;
}

static gint by_place(gconstpointer a, gconstpointer b)
{
    const AcceptsRow *left = *(AcceptsRow *const *)a, *right = *(AcceptsRow *const *)b;
    gint question = (gint)rank_of(left->question) - (gint)rank_of(right->question);
    gint class = class_of(left) - class_of(right);
    if (question)
        return question;
    if (class)
        return class;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    gint strength = strength_compare_suites(left->suite, right->suite);
    return strength ? strength : left->heard < right->heard ? -1 : left->heard > right->heard;
}

/* ---- what does not apply -------------------------------------------------------------------- */

static bool can_have(const CipherSuite *suite, int column)
{
    static const guint16 numbers[ACCEPTS_COLUMNS] = {0,      0x0304, 0x0303, 0x0302, 0x0301,
                                                     0x0300, 0x0002, 0x0304, 0x0303, 0x0302};
    return !suite || !suite->max || !numbers[column] ||
           (numbers[column] >= suite->min && numbers[column] <= suite->max);
}

/* Cells that were not asked, and need not be. */
static void set_apart(AcceptsRows *rows, const Answers *answers, guint which)
{
    for (guint i = 0; answers && i < rows->rows->len; i++) {
        AcceptsRow *row = rows->rows->pdata[i];
        for (int column = ACCEPTS_VERSIONS; column < ACCEPTS_COLUMNS; column++) {
            AcceptsCell *cell = &row->cells[which][column];
            const Answer *version = answers_version(answers, accepts_version(column));
            bool off = version && version->word == ANSWER_NO;
            if (!cell->answer && (off || !can_have(row->suite, column)))
                cell->sign = SIGN_APART;
        }
    }
}

static void count_tabs(const Answers *answers, guint counts[TABS])
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; !is_whole(topic->question) && j < topic->cells->len; j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            g_autofree char *item = item_of(topic, cell);
            if (cell->answer->word == ANSWER_YES &&
                g_hash_table_add(seen, g_strdup_printf("%s/%s", topic->question, item)))
                counts[tab_of(topic->question)]++;
        }
    }
}

AcceptsRows *accepts_rows_new(const Answers *answers, const Answers *other, AcceptsTab tab)
{
    g_autoptr(GHashTable) by_identity = g_hash_table_new(g_str_hash, g_str_equal);
    AcceptsRows *rows = g_new0(AcceptsRows, 1);
    Gather gather = {.rows = rows, .by_identity = by_identity, .tab = tab};
    rows->rows = g_ptr_array_new_with_free_func(row_free);
    gather_answers(&gather, answers);
    gather.which = 1;
    gather_answers(&gather, other);
    for (guint i = 0; i < G_N_ELEMENTS(questions); i++)
        if (questions[i].tab == tab && !questions[i].order)
            place_rows(&gather, answers, questions[i].question);
    set_apart(rows, answers, 0);
    set_apart(rows, other, 1);
    place_rest(rows);
    count_tabs(answers, rows->counts);
    g_ptr_array_sort(rows->rows, by_place);
    return rows;
}

void accepts_rows_free(AcceptsRows *rows)
{
    if (!rows)
        return;
    g_ptr_array_unref(rows->rows);
    g_free(rows);
}
