/* 1. Each feature of the table is looked for in the answers. What is unknown says nothing.
 * 2. A stack is alike where every one of its habits that was seen agrees, and there are enough of
 *    them. All that are alike are named: nothing tells them apart. But where one has half as many
 *    habits as another, so little is known of it here that it is left out.
 *    Without the order of its extensions, in which libraries differ most, none is named.
 * 3. If none is alike the stack is unknown: one habit that is not a library's own is enough, for
 *    libraries have most of theirs in common. The one of which most habits agree is told all the
 * same.
 */
#include "front/audit/stacks.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"

enum {
    ALIKE_FROM = 6, /* habits */
    JARM_ANSWERS = 10,
};

#define ORDER    "extension order"
#define TLS13    "TLS 1.3"
#define IN_TLS13 " in " TLS13

/* A feature as it was seen. */
typedef struct Seen {
    char *text;           /* NULL: it was not */
    GPtrArray *lists;     /* char *: of an order, all that were seen; NULL: it is no order */
    const Answer *answer; /* that shows it */
} Seen;

static void seen_free(gpointer data)
{
    Seen *seen = data;
    g_free(seen->text);
    if (seen->lists)
        g_ptr_array_unref(seen->lists);
    g_free(seen);
}

/* ---- features -------------------------------------------------------------------------------- */

static const Answer *jarm(const Answers *answers, guint number)
{
    g_autofree char *item = g_strdup_printf("jarm-%u", number);
    return answers_find(answers, "fingerprint", "", item);
}

/* The suite and the extensions of one of JARM's answers; NULL: no ServerHello. */
static char **jarm_pieces(const Answer *answer)
{
    const char *value = answer ? fact_string(answer->fact, "value", NULL) : NULL;
    char **pieces = value && answer->word == ANSWER_YES ? g_strsplit(value, "|", 4) : NULL;
    if (pieces && g_strv_length(pieces) == 4)
        return pieces;
    g_strfreev(pieces);
    return NULL;
}

static bool is_tls13(char *const *pieces)
{
    return g_str_has_prefix(pieces[0], "13");
}

/* How an answer looks: "yes", "no", "alert 40", or what was said. NULL: it is unknown. */
static char *look(const Answer *answer)
{
    const json_t *args = answer ? json_object_get(answer->fact, "args") : NULL;
    if (!answer || answer->word == ANSWER_UNKNOWN)
        return NULL;
    if (answer->word == ANSWER_NO && json_object_get(args, "code"))
        return g_strdup_printf("alert %d", (int)fact_integer(args, "code", 0));
    return g_strdup(answer->word == ANSWER_YES ? "yes" : "no");
}

/* The extensions of all ServerHellos of TLS 1.3, or of all others; the longest list stands for
 * them. One extension has no order. */
static void see_order(const Answers *answers, bool tls13, Seen *seen)
{
    seen->lists = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 1; i <= JARM_ANSWERS; i++) {
        const Answer *answer = jarm(answers, i);
        g_auto(GStrv) pieces = jarm_pieces(answer);
        if (!pieces || is_tls13(pieces) != tls13)
            continue;
        g_ptr_array_add(seen->lists, g_strdup(pieces[3]));
        if (strchr(pieces[3], '-') && (!seen->text || strlen(pieces[3]) > strlen(seen->text))) {
            g_free(seen->text);
            seen->text = g_strdup(pieces[3]);
            seen->answer = answer;
        }
    }
}

static void see_order_old(const Answers *answers, Seen *seen)
{
    see_order(answers, false, seen);
}

static void see_order_tls13(const Answers *answers, Seen *seen)
{
    see_order(answers, true, seen);
}

/* The 10th hello of JARM has a key share of GREASE that is not among its groups. That says
 * something of servers that take the 7th, which is like it but for that. */
static void see_grease_share(const Answers *answers, Seen *seen)
{
    g_auto(GStrv) usual = jarm_pieces(jarm(answers, 7));
    seen->answer = jarm(answers, 10);
    if (usual && is_tls13(usual))
        seen->text = look(seen->answer);
}

/* The 9th hello offers TLS 1.3 without a suite of it: does a server go on with TLS 1.2? One that
 * has both takes the 7th with TLS 1.3 and the first or second with TLS 1.2. */
static void see_suites_of_tls12(const Answers *answers, Seen *seen)
{
    g_auto(GStrv) tls13 = jarm_pieces(jarm(answers, 7)), one = jarm_pieces(jarm(answers, 1)),
                  two = jarm_pieces(jarm(answers, 2));
    seen->answer = jarm(answers, 9);
    if (tls13 && is_tls13(tls13) && one && two)
        seen->text = look(seen->answer);
}

static const struct {
    const char *feature;
    void (*see)(const Answers *answers, Seen *seen);
} features[] = {
    {ORDER, see_order_old},
    {ORDER IN_TLS13, see_order_tls13},
    {"GREASE key share outside the groups", see_grease_share},
    {"TLS 1.3 offered without its suites", see_suites_of_tls12},
};

/* "<question> <item>", or that with IN_TLS13 behind it: the answer in TLS 1.3, or else in any other
 * version. What is said of an alert counts, or what is done in its place. */
static void see_answer(const Answers *answers, const char *feature, Seen *seen)
{
    static const char *const no_habits[] = {"silence", "reset", NULL}; /* it may be the network */
    bool tls13 = g_str_has_suffix(feature, IN_TLS13);
    gsize size = strlen(feature) - (tls13 ? strlen(IN_TLS13) : 0);
    g_autofree char *text = g_strndup(feature, size);
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    for (guint i = 0; words[1] && !seen->text && answers_versions[i]; i++) {
        const Answer *answer = answers_find(answers, words[0], answers_versions[i], words[1]);
        bool fits = tls13 == (strcmp(answers_versions[i], TLS13) == 0);
        if (!fits || !answer || answer->word == ANSWER_UNKNOWN)
            continue;
        const char *value = fact_string(answer->fact, "value", NULL);
        if (value && g_strv_contains(no_habits, value))
            continue;
        seen->answer = answer;
        seen->text = value && g_str_has_prefix(words[1], "alert-") ? g_strdup(value) : look(answer);
    }
}

static Seen *see(const Answers *answers, const char *feature)
{
    Seen *seen = g_new0(Seen, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
        if (strcmp(features[i].feature, feature) == 0) {
            features[i].see(answers, seen);
            return seen;
        }
    see_answer(answers, feature, seen);
    return seen;
}

/* ---- agreement ------------------------------------------------------------------------------- */

/* True if all of one list stands in the other in the same order. */
static bool is_within(const char *list, const char *whole)
{
    g_auto(GStrv) parts = g_strsplit(list, "-", -1), all = g_strsplit(whole, "-", -1);
    char **at = all;
    for (char **part = parts; *part; part++) {
        while (*at && strcmp(*at, *part) != 0)
            at++;
        if (**part && !*at)
            return false;
        at += *at != NULL;
    }
    return true;
}

static bool agrees(const Seen *seen, const char *expected)
{
    g_auto(GStrv) texts = g_strsplit(expected, "|", -1);
    if (!seen->lists)
        return g_strv_contains((const char *const *)texts, seen->text);
    for (guint i = 0; i < seen->lists->len; i++)
        if (!is_within(seen->lists->pdata[i], expected))
            return false;
    return true;
}

/* What is known of one stack here. */
typedef struct Count {
    const char *stack;
    guint agree, of;
} Count;

static bool is_alike(const Count *count)
{
    return count->of >= ALIKE_FROM && count->agree == count->of;
}

/* Better first: alike, then by how many agree, then by how few do not. */
static gint by_agreement(gconstpointer a, gconstpointer b)
{
    const Count *one = a, *other = b;
    if (is_alike(one) != is_alike(other))
        return is_alike(one) ? -1 : 1;
    if (one->agree != other->agree)
        return one->agree > other->agree ? -1 : 1;
    if (one->of != other->of)
        return one->of < other->of ? -1 : 1;
    return strcmp(one->stack, other->stack);
}

static GArray *count_all(const Answers *answers, GHashTable *seen)
{
    size_t size;
    const StackRow *rows = registry_stacks(&size);
    GArray *counts = g_array_new(FALSE, FALSE, sizeof(Count));
    for (size_t i = 0; i < size; i++) {
        Seen *one = g_hash_table_lookup(seen, rows[i].feature);
        if (!one)
            g_hash_table_insert(seen, (char *)rows[i].feature, one = see(answers, rows[i].feature));
        if (!i || strcmp(rows[i].stack, rows[i - 1].stack) != 0) {
            Count count = {rows[i].stack, 0, 0};
            g_array_append_val(counts, count);
        }
        Count *last = &g_array_index(counts, Count, counts->len - 1);
        last->of += one->text != NULL;
        last->agree += one->text && agrees(one, rows[i].expected);
    }
    g_array_sort(counts, by_agreement);
    return counts;
}

/* ---- the guess ------------------------------------------------------------------------------- */

static void habit_clear(gpointer data)
{
    StackHabit *habit = data;
    g_free(habit->observed);
}

static void add_habits(StackGuess *guess, GHashTable *seen, const char *stack)
{
    size_t size;
    const StackRow *rows = registry_stacks(&size);
    for (size_t i = 0; i < size; i++) {
        const Seen *one = g_hash_table_lookup(seen, rows[i].feature);
        if (strcmp(rows[i].stack, stack) != 0 || !one->text)
            continue;
        StackHabit habit = {rows[i].feature, rows[i].expected, g_strdup(one->text), one->answer,
                            agrees(one, rows[i].expected)};
        g_array_append_val(guess->habits, habit);
    }
}

static bool was_seen(GHashTable *seen, const char *feature)
{
    const Seen *one = g_hash_table_lookup(seen, feature);
    return one && one->text;
}

/* Steps 2 and 3. */
static StackNaming naming_of(const Count *best, const GArray *counts, GHashTable *seen)
{
    guint most = 0;
    for (guint i = 0; i < counts->len; i++)
        most = MAX(most, g_array_index(counts, Count, i).of);
    if (most < ALIKE_FROM || (!was_seen(seen, ORDER) && !was_seen(seen, ORDER IN_TLS13)))
        return STACK_UNTOLD;
    return is_alike(best) ? STACK_ALIKE : STACK_UNKNOWN;
}

static void add_names(StackGuess *guess, const GArray *counts)
{
    const Count *best = &g_array_index(counts, Count, 0);
    for (guint i = 0; i < counts->len; i++) {
        const Count *count = &g_array_index(counts, Count, i);
        bool alike = is_alike(count) && count->of * 2 > best->of;
        if (!i || (guess->naming == STACK_ALIKE && alike))
            g_ptr_array_add(guess->names, (char *)count->stack);
    }
}

StackGuess *stack_guess_new(const Answers *answers)
{
    StackGuess *guess = g_new0(StackGuess, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, seen_free);
    g_autoptr(GArray) counts = count_all(answers, seen);
    const Count *best = &g_array_index(counts, Count, 0);
    guess->names = g_ptr_array_new();
    guess->habits = g_array_new(FALSE, FALSE, sizeof(StackHabit));
    g_array_set_clear_func(guess->habits, habit_clear);
    guess->naming = naming_of(best, counts, seen);
    if (guess->naming == STACK_UNTOLD)
        return guess;
    guess->agree = best->agree;
    guess->of = best->of;
    add_names(guess, counts);
    add_habits(guess, seen, best->stack);
    return guess;
}

void stack_guess_free(StackGuess *guess)
{
    if (!guess)
        return;
    g_ptr_array_unref(guess->names);
    g_array_unref(guess->habits);
    g_free(guess);
}

char *stack_habit_text(const char *feature, const char *text)
{
    if (!g_str_has_prefix(feature, ORDER) || strcmp(text, "never") == 0)
        return g_strdup(text);
    g_auto(GStrv) types = g_strsplit(text, "-", -1);
    g_autoptr(GString) names = g_string_new(NULL);
    for (char **type = types; *type; type++) {
        char number[REGISTRY_NUMBER];
        uint16_t code = (uint16_t)g_ascii_strtoull(*type, NULL, 16);
        g_string_append_printf(names, "%s%s", names->len ? " " : "",
                               registry_extension_name(code, number));
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}
