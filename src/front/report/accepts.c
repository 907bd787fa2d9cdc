#include "front/report/block.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/audit/strength.h"
#include "front/report/brief.h"
#include "front/report/words.h"

enum {
    LABEL = 14,        /* as in block.c */
    MARK = 61,         /* where what is weak about a suite begins */
    WIDE = 96,         /* from here on it is said in whole words */
    UNKNOWN_NAMED = 8, /* items that are not known: more are counted */
};

/* What is being written. */
typedef struct Accepts {
    Page *page;
    const Model *model;
    const Answers *answers;
    const char *label; /* of the next line; NULL: it was written */
} Accepts;

/* Begins a line; the label stands before the first of its lines. */
static void begin(Accepts *accepts)
{
    Page *page = accepts->page;
    if (accepts->label) {
        page_to(page, 2);
        page_put(page, TINT_NONE, accepts->label);
    }
    page_to(page, LABEL);
    accepts->label = NULL;
}

static void line(Accepts *accepts, Tint tint, const char *text)
{
    begin(accepts);
    page_wrap(accepts->page, tint, text, LABEL);
    page_end(accepts->page);
}

static void append(GString *text, const char *between, const char *part)
{
    g_string_append_printf(text, "%s%s", text->len ? between : "", part);
}

static char *safe(const Accepts *accepts, const char *text)
{
    return text_escape(text, -1, accepts->page->ascii);
}

static char *reason_of(const Accepts *accepts, const Answer *answer)
{
    return answer->reason ? words_answer(answer, accepts->page->ascii) : g_strdup("?");
}

/* " (6 of 8 times)" where not all tries agree. */
static void append_agreement(const Answer *answer, GString *text)
{
    json_int_t tries = fact_integer(answer->fact, "tries", 0);
    json_int_t of = fact_integer(answer->fact, "of", tries);
    if (of > tries)
        g_string_append_printf(text, _(" (%d of %d times)"), (int)tries, (int)of);
}

/* Name and key of a certificate that is served; each to be freed. */
static char *certificate_name(const Accepts *accepts, const char *sha256)
{
    const Certificate *known = model_certificate(accepts->model, sha256);
    return known && known->name->len
               ? text_escape(known->name->str, (gssize)known->name->len, accepts->page->ascii)
               : safe(accepts, sha256);
}

static char *certificate_key(const Accepts *accepts, const AnswerCell *cell)
{
    const Certificate *known = model_certificate(accepts->model, cell->item);
    return known && known->fact ? brief_key(known)
                                : safe(accepts, fact_string(cell->answer->fact, "key", ""));
}

static bool is_trait(const char *question)
{
    return strcmp(question, "feature") == 0 || strcmp(question, "behaviour") == 0;
}

/* The items of an answer in a line; `values` says what the server said to each. */
static void append_items(const Accepts *accepts, const GPtrArray *cells, bool values, GString *text)
{
    for (guint i = 0; i < cells->len; i++) {
        const AnswerCell *cell = cells->pdata[i];
        const json_t *value = json_object_get(cell->answer->fact, "value");
        const char *question = fact_string(cell->answer->fact, "question", "");
        g_autofree char *item = is_trait(question) ? words_trait(cell->item, accepts->page->ascii)
                                                   : safe(accepts, cell->item);
        append(text, ", ", item);
        if (values && value) {
            g_autofree char *said = words_value(value, accepts->page->ascii);
            g_string_append_printf(text, " (%s)", said);
        }
        append_agreement(cell->answer, text);
    }
}

/* ---- versions ------------------------------------------------------------------------------- */

/* The versions with this answer, and with this reason (NULL: whatever it is). */
static char *versions_with(const Accepts *accepts, AnswerWord word, const char *reason)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; answers_versions[i]; i++) {
        const Answer *answer = answers_version(accepts->answers, answers_versions[i]);
        g_autofree char *why = reason && answer ? reason_of(accepts, answer) : NULL;
        if (!answer || answer->word != word || g_strcmp0(why, reason) != 0)
            continue;
        append(list, ", ", answers_versions[i]);
        append_agreement(answer, list);
    }
    return g_strdup(list->str);
}

/* "; unknown: SSL 3.0, SSL 2.0 (why)", those that share a reason together. */
static void append_unknown_versions(const Accepts *accepts, GString *text)
{
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; answers_versions[i]; i++) {
        const Answer *answer = answers_version(accepts->answers, answers_versions[i]);
        if (!answer || answer->word != ANSWER_UNKNOWN)
            continue;
        g_autofree char *why = reason_of(accepts, answer);
        g_autofree char *names = versions_with(accepts, ANSWER_UNKNOWN, why);
        g_autofree char *part = g_strdup_printf("%s (%s)", names, why);
        if (g_hash_table_add(said, g_strdup(why)))
            append(list, ", ", part);
    }
    g_autofree char *unknown = g_strdup_printf(_("unknown: %s"), list->str);
    if (list->len)
        append(text, "; ", unknown);
}

static void versions(Accepts *accepts)
{
    g_autofree char *yes = versions_with(accepts, ANSWER_YES, NULL);
    g_autofree char *no = versions_with(accepts, ANSWER_NO, NULL);
    g_autofree char *not = g_strdup_printf(_("not %s"), no);
    g_autoptr(GString) text = g_string_new(yes);
    if (*no)
        append(text, "; ", not );
    append_unknown_versions(accepts, text);
    accepts->label = _("accepts");
    if (text->len)
        line(accepts, TINT_TITLE, text->str);
}

/* ---- two configurations --------------------------------------------------------------------- */

static char *split_item(const Accepts *accepts, const AnswerCell *cell)
{
    if (strcmp(fact_string(cell->answer->fact, "question", ""), "certificate") != 0)
        return safe(accepts, cell->item);
    g_autofree char *name = certificate_name(accepts, cell->item);
    g_autofree char *key = certificate_key(accepts, cell);
    return g_strdup_printf(_("certificate of %s (%s)"), name, key);
}

/* What not both configurations accept, a line a version; the versions themselves come first. */
static void split_lines(Accepts *accepts, const char *head, AnswerSide side)
{
    g_autoptr(GPtrArray) cells = answers_splits(accepts->answers, side);
    for (guint i = 0; i < cells->len;) {
        const AnswerCell *cell = cells->pdata[i];
        const char *version = fact_string(cell->answer->fact, "version", "");
        g_autoptr(GString) text = g_string_new(NULL);
        for (; i < cells->len; i++) {
            const AnswerCell *next = cells->pdata[i];
            if (strcmp(fact_string(next->answer->fact, "version", ""), version) != 0)
                break;
            g_autofree char *item = split_item(accepts, next);
            append(text, ", ", item);
            append_agreement(next->answer, text);
        }
        g_autofree char *whole = *version ? g_strdup_printf("%s, %s: %s", head, version, text->str)
                                          : g_strdup_printf("%s: %s", head, text->str);
        line(accepts, TINT_NONE, whole);
    }
}

static void splits(Accepts *accepts)
{
    static const char *const heads[ANSWER_SIDES] = {
        [ANSWER_SOME] = N_("not in every connection"),
        [ANSWER_FIRST] = N_("first configuration only"),
        [ANSWER_SECOND] = N_("second configuration only"),
    };
    accepts->label = _("differs");
    for (guint side = ANSWER_FIRST; side < ANSWER_SIDES; side++)
        split_lines(accepts, _(heads[side]), (AnswerSide)side);
    split_lines(accepts, _(heads[ANSWER_SOME]), ANSWER_SOME);
}

/* ---- suites --------------------------------------------------------------------------------- */

/* Who chooses in a version, as a clause; "" where that was not asked. */
static char *chooser(const Accepts *accepts, const char *question, const char *version)
{
    const AnswerTopic *topic = answers_topic(accepts->answers, question, version, "");
    if (!topic)
        return g_strdup("");
    const json_t *value = json_object_get(topic->last->fact, "value");
    g_autofree char *said = value ? words_value(value, accepts->page->ascii) : NULL;
    if (topic->last->word == ANSWER_YES)
        return said ? g_strdup_printf(_("in the server's order (%s)"), said)
                    : g_strdup(_("in the server's order"));
    if (topic->last->word == ANSWER_NO)
        return g_strdup(_("in the client's order"));
    g_autofree char *why = reason_of(accepts, topic->last);
    return g_strdup_printf(_("order unknown: %s"), why);
}

static void weaknesses(const Accepts *accepts, const AnswerCell *cell)
{
    Page *page = accepts->page;
    const Weakness *list[STRENGTH_MOST];
    guint count = strength_of_suite(registry_suite_named(cell->item), list);
    const char *fault =
        json_string_value(json_array_get(json_object_get(cell->answer->fact, "faults"), 0));
    Severity worst = SEVERITY_INFO;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        append(text, ", ", _(page->width >= WIDE ? list[i]->word : list[i]->brief));
        worst = MIN(worst, list[i]->severity);
    }
    if (fault) {
        g_autofree char *why =
            words_reason(fault, json_object_get(cell->answer->fact, "args"), page->ascii);
        g_autofree char *fails = g_strdup_printf(_("chosen, then it fails: %s"), why);
        append(text, ", ", fails);
        worst = MIN(worst, SEVERITY_MEDIUM);
    }
    append_agreement(cell->answer, text);
    if (!text->len)
        return;
    page_to(page, MIN(MARK, page->width * 3 / 4));
    page_wrap(page, worst < SEVERITY_INFO ? tint_of(worst) : TINT_NONE, text->str,
              MIN(MARK, page->width * 3 / 4));
}

static gint by_strength(gconstpointer a, gconstpointer b)
{
    const AnswerCell *left = *(AnswerCell *const *)a, *right = *(AnswerCell *const *)b;
    gint order = strength_compare_suites(registry_suite_named(left->item),
                                         registry_suite_named(right->item));
    return order ? order : strcmp(left->item, right->item);
}

/* What is accepted in a version: where the server has no order, the strongest first. */
static GPtrArray *suites_of(const Accepts *accepts, const char *version)
{
    GPtrArray *cells = answers_list(accepts->answers, "suite", version, ANSWER_YES);
    if (!answers_order(accepts->answers, "suite-order", version))
        g_ptr_array_sort(cells, by_strength);
    return cells;
}

/* What makes two versions alike: the same suites, order and marks. */
static char *signature(const Accepts *accepts, const GPtrArray *cells, const char *version)
{
    GString *text = g_string_new(NULL);
    g_autofree char *who = chooser(accepts, "suite-order", version);
    g_string_append(text, who);
    for (guint i = 0; i < cells->len; i++) {
        const AnswerCell *cell = cells->pdata[i];
        g_string_append_printf(text, "\n%s %zu", cell->item,
                               json_array_size(json_object_get(cell->answer->fact, "faults")));
        append_agreement(cell->answer, text);
    }
    return g_string_free(text, FALSE);
}

static void unknown_suites(Accepts *accepts, const char *version)
{
    g_autoptr(GPtrArray) cells = answers_list(accepts->answers, "suite", version, ANSWER_UNKNOWN);
    if (!cells->len)
        return;
    g_autofree char *why = reason_of(accepts, ((AnswerCell *)cells->pdata[0])->answer);
    g_autofree char *text = g_strdup_printf(
        ngettext("%s: %u suite unknown: %s", "%s: %u suites unknown: %s", cells->len), version,
        cells->len, why);
    line(accepts, TINT_UNKNOWN, text);
}

static void suite_lines(Accepts *accepts, const char *names, const GPtrArray *cells,
                        const char *version)
{
    g_autofree char *who = cells->len > 1 ? chooser(accepts, "suite-order", version) : g_strdup("");
    g_autofree char *count =
        g_strdup_printf(ngettext("%u suite", "%u suites", cells->len), cells->len);
    g_autofree char *head = g_strdup_printf(*who ? "%s: %s, %s" : "%s: %s%s", names, count, who);
    line(accepts, TINT_TITLE, head);
    for (guint i = 0; i < cells->len; i++) {
        const AnswerCell *cell = cells->pdata[i];
        g_autofree char *name = safe(accepts, cell->item);
        begin(accepts);
        if (LABEL + text_columns(name) <= accepts->page->width)
            page_put(accepts->page, TINT_NONE, name);
        else
            page_wrap(accepts->page, TINT_NONE, name, LABEL);
        weaknesses(accepts, cell);
        page_end(accepts->page);
    }
}

/* Versions that are alike stand together. */
static void suites(Accepts *accepts)
{
    g_autoptr(GHashTable) written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    accepts->label = _("suites");
    for (guint i = 0; answers_versions[i]; i++) {
        const char *version = answers_versions[i];
        g_autoptr(GPtrArray) cells = suites_of(accepts, version);
        g_autoptr(GString) names = g_string_new(version);
        char *same = signature(accepts, cells, version);
        if (cells->len && g_hash_table_add(written, same)) {
            for (guint j = i + 1; answers_versions[j]; j++) {
                const char *other = answers_versions[j];
                g_autoptr(GPtrArray) theirs = suites_of(accepts, other);
                g_autofree char *their = signature(accepts, theirs, other);
                if (strcmp(their, same) == 0)
                    append(names, ", ", other);
            }
            suite_lines(accepts, names->str, cells, version);
        } else if (!cells->len) {
            g_free(same);
        }
        unknown_suites(accepts, version);
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

/* A line a version: what is accepted, and what is not known. */
static void plain_version(Accepts *accepts, const char *question, const char *version, bool values)
{
    g_autoptr(GPtrArray) yes = answers_list(accepts->answers, question, version, ANSWER_YES);
    g_autoptr(GPtrArray) unknown =
        answers_list(accepts->answers, question, version, ANSWER_UNKNOWN);
    g_autofree char *order_of = g_strconcat(question, "-order", NULL);
    g_autofree char *who = chooser(accepts, order_of, version);
    g_autoptr(GString) text = g_string_new(NULL);
    append_items(accepts, yes, values, text);
    if (yes->len > 1 && *who)
        g_string_append_printf(text, ", %s", who);
    if (is_trait(question)) {
        g_autoptr(GPtrArray) no = answers_list(accepts->answers, question, version, ANSWER_NO);
        g_autoptr(GString) list = g_string_new(NULL);
        append_items(accepts, no, values, list);
        g_autofree char *part = g_strdup_printf(_("no: %s"), list->str);
        if (no->len)
            append(text, "; ", part);
    }
    if (unknown->len) {
        g_autoptr(GString) list = g_string_new(NULL);
        g_autofree char *why = reason_of(accepts, ((AnswerCell *)unknown->pdata[0])->answer);
        if (unknown->len <= UNKNOWN_NAMED)
            append_items(accepts, unknown, false, list);
        else
            g_string_append_printf(list, "%u", unknown->len);
        g_string_append_printf(text, _("%sunknown: %s (%s)"), text->len ? "; " : "", list->str,
                               why);
    }
    if (!text->len)
        return;
    g_autofree char *whole =
        *version ? g_strdup_printf("%s: %s", version, text->str) : g_strdup(text->str);
    line(accepts, TINT_NONE, whole);
}

static void plain(Accepts *accepts, const char *question, const char *label, bool values)
{
    accepts->label = label;
    plain_version(accepts, question, "", values);
    for (guint i = 0; answers_versions[i]; i++)
        plain_version(accepts, question, answers_versions[i], values);
}

/* The parameters of Diffie-Hellman: most suites and versions share one. */
static void dh(Accepts *accepts)
{
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autoptr(GPtrArray) versions_of = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; answers_versions[i]; i++) {
        g_autoptr(GPtrArray) cells =
            answers_list(accepts->answers, "dh", answers_versions[i], ANSWER_YES);
        for (guint j = 0; j < cells->len; j++) {
            const AnswerCell *cell = cells->pdata[j];
            const json_t *value = json_object_get(cell->answer->fact, "value");
            char *text = words_value(value, accepts->page->ascii);
            guint known = GPOINTER_TO_UINT(g_hash_table_lookup(said, text));
            if (!known) {
                g_ptr_array_add(words, text);
                g_ptr_array_add(versions_of, g_strdup(answers_versions[i]));
                g_hash_table_insert(said, text, GUINT_TO_POINTER(words->len));
                continue;
            }
            g_free(text);
            char **names = (char **)&versions_of->pdata[known - 1];
            if (g_str_has_suffix(*names, answers_versions[i]))
                continue;
            char *more = g_strdup_printf("%s, %s", *names, answers_versions[i]);
            g_free(*names);
            *names = more;
        }
    }
    accepts->label = _("DH");
    for (guint i = 0; i < words->len; i++) {
        g_autofree char *text =
            g_strdup_printf("%s: %s", (char *)versions_of->pdata[i], (char *)words->pdata[i]);
        line(accepts, TINT_NONE, text);
    }
}

/* Each certificate that is served, with the question that brings it. */
static void served(Accepts *accepts)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    accepts->label = _("serves");
    for (guint i = 0; i < accepts->answers->topics->len; i++) {
        const AnswerTopic *topic = accepts->answers->topics->pdata[i];
        for (guint j = 0; strcmp(topic->question, "certificate") == 0 && j < topic->cells->len;
             j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            const json_t *value = json_object_get(cell->answer->fact, "value");
            g_autofree char *name = certificate_name(accepts, cell->item);
            g_autofree char *key = certificate_key(accepts, cell);
            g_autofree char *how = value ? words_value(value, accepts->page->ascii) : g_strdup("");
            char *text = g_strdup_printf(*how ? "%s, %s: %s" : "%s, %s%s", name, key, how);
            if (cell->answer->word == ANSWER_YES && g_hash_table_add(seen, text))
                line(accepts, TINT_NONE, text);
            else if (cell->answer->word != ANSWER_YES)
                g_free(text);
        }
    }
}

/* By which others' lists know it. */
static void fingerprint(Accepts *accepts)
{
    const Answer *jarm = answers_find(accepts->answers, "fingerprint", "", "jarm");
    if (!jarm)
        return;
    const json_t *value = json_object_get(jarm->fact, "value");
    bool known = jarm->word == ANSWER_YES && value;
    g_autofree char *said =
        known ? words_value(value, accepts->page->ascii) : reason_of(accepts, jarm);
    g_autofree char *text = jarm->word == ANSWER_NO
                                ? g_strdup(_("no JARM: all of its hellos are refused"))
                                : g_strdup_printf(known ? "JARM %s" : _("JARM unknown: %s"), said);
    accepts->label = _("fingerprint");
    line(accepts, known ? TINT_NONE : TINT_UNKNOWN, text);
}

/* What its habits are like. */
static void stack(Accepts *accepts)
{
    g_autoptr(StackGuess) guess = stack_guess_new(accepts->answers);
    g_autofree char *names = words_stack(guess);
    g_autofree char *but = words_stack_but(guess, accepts->page->ascii);
    g_autofree char *text = g_strdup_printf(*but ? _("%s; not: %s") : "%s%s", names, but);
    bool known = guess->naming == STACK_ALIKE;
    if (!answers_topic(accepts->answers, "fingerprint", "", ""))
        return;
    accepts->label = _("TLS stack");
    line(accepts, known ? TINT_NONE : TINT_UNKNOWN, text);
}

/* What it cost, and whether it came to its end. */
static void cost(Accepts *accepts)
{
    const Answers *answers = accepts->answers;
    const Dive *dive = answers->dive.number ? &answers->dive : &answers->one;
    g_autofree char *took = brief_duration(dive->took);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, ngettext("%u connection", "%u connections", dive->connections),
                           dive->connections);
    accepts->label = _("asked with");
    if (dive->running)
        g_string_append(text, _(", not over"));
    else
        g_string_append_printf(text, _(", in %s"), took);
    g_autofree char *why = words_breach(answers, accepts->page->ascii);
    if (why)
        g_string_append_printf(text, _("; broken off: %s"), why);
    if (dive->number)
        line(accepts, TINT_NONE, text->str);
}

void block_accepts(Page *page, const Model *model, const Endpoint *endpoint)
{
    Accepts accepts = {.page = page, .model = model, .answers = endpoint->answers};
    if (!endpoint->answers || !endpoint->answers->topics->len)
        return;
    versions(&accepts);
    splits(&accepts);
    suites(&accepts);
    plain(&accepts, "group", _("groups"), false);
    plain(&accepts, "scheme", _("schemes"), false);
    plain(&accepts, "alpn", _("protocols"), false);
    dh(&accepts);
    served(&accepts);
    plain(&accepts, "certificate-compression", _("compresses"), true);
    plain(&accepts, "extension", _("extensions"), true);
    plain(&accepts, "feature", _("can"), true);
    plain(&accepts, "behaviour", _("behaviour"), true);
    fingerprint(&accepts);
    stack(&accepts);
    cost(&accepts);
}
