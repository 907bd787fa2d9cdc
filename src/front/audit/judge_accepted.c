#include "front/audit/judge.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "front/audit/strength.h"

enum {
    NAMED = 6,        /* suites that a finding names; the rest is counted */
    SPLITS_NAMED = 4, /* what differs between two configurations, of each: all are shown */
};

/* Evidence: the connection that the answer names, and the message by which the server said so. */
static void prove(Finding *finding, const Answer *answer)
{
    const char *key_exchange =
        strcmp(fact_string(answer->fact, "question", ""), "dh") == 0 ? "ServerKeyExchange" : "";
    const char *const names[] = {key_exchange, "ServerHello", "HelloRetryRequest", "SERVER-HELLO"};
    const Connection *proof = answer->proof;
    g_clear_pointer(&finding->connection, g_free);
    if (!proof)
        return;
    finding->connection = g_strdup(proof->id);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        for (guint j = 0; j < proof->events->len && !finding->message; j++) {
            const Event *event = proof->events->pdata[j];
            if (event->kind == EVENT_MESSAGE &&
                strcmp(fact_string(event->fact, "name", ""), names[i]) == 0)
                finding->message = g_strdup(fact_string(event->fact, "sha256", NULL));
        }
}

/* True where a finding of that rule says this in that argument already. */
static bool is_said(const AuditCase *examined, const char *rule, const char *member,
                    const char *value)
{
    for (guint i = 0; i < examined->findings->len; i++) {
        const Finding *finding = examined->findings->pdata[i];
        if (strcmp(finding->rule->code, rule) == 0 &&
            strcmp(fact_string(finding->args, member, value), value) == 0)
            return true;
    }
    return false;
}

/* ---- versions ------------------------------------------------------------------------------- */

void judge_versions_accepted(AuditCase *examined)
{
    const Answers *answers = examined->endpoint->answers;
    for (guint i = 0; answers_versions[i]; i++) {
        const char *version = answers_versions[i];
        const Weakness *weakness = strength_of_version(version);
        const Answer *answer = answers_version(answers, version);
        if (!weakness || !answer || answer->word != ANSWER_YES ||
            is_said(examined, "old-version", "version", version) ||
            is_said(examined, "old-version-accepted", "version", version))
            continue;
        prove(finding_add(examined, weakness->severity, json_pack("{s:s}", "version", version)),
              answer);
    }
}

/* ---- suites --------------------------------------------------------------------------------- */

/* Suites that have something in common, in the order in which they came up. */
typedef struct Lot {
    const Weakness *weakness;
    json_t *names, *versions; /* arrays without doubles */
    guint more;               /* suites that are not named */
    const Answer *first;
} Lot;

static void add_to_lot(Lot *lot, const AnswerTopic *topic, const AnswerCell *cell)
{
    if (!lot->names) {
        lot->names = json_array();
        lot->versions = json_array();
        lot->first = cell->answer;
    }
    if (!fact_list_has(lot->versions, topic->version))
        json_array_append_new(lot->versions, json_string(topic->version));
    if (fact_list_has(lot->names, cell->item))
        return;
    if (json_array_size(lot->names) < NAMED)
        json_array_append_new(lot->names, json_string(cell->item));
    else
        lot->more++;
}

static void each_accepted_suite(const Answers *answers,
                                void (*take)(const AnswerTopic *topic, const AnswerCell *cell,
                                             void *data),
                                void *data)
{
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; strcmp(topic->question, "suite") == 0 && j < topic->cells->len; j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            if (cell->answer->word == ANSWER_YES)
                take(topic, cell, data);
        }
    }
}

static void take_broken(const AnswerTopic *topic, const AnswerCell *cell, void *data)
{
    GArray *lots = data;
    const Weakness *weakness = strength_broken(registry_suite_named(cell->item));
    guint i = 0;
    if (!weakness)
        return;
    while (i < lots->len && strcmp(g_array_index(lots, Lot, i).weakness->word, weakness->word) != 0)
        i++;
    if (i == lots->len)
        g_array_append_val(lots, ((Lot){.weakness = weakness}));
    add_to_lot(&g_array_index(lots, Lot, i), topic, cell);
}

/* The lot as a finding, which takes what it holds. */
static void add_lot(AuditCase *examined, Severity severity, Lot *lot)
{
    guint count = (guint)json_array_size(lot->names) + lot->more;
    if (lot->more)
        json_array_append_new(lot->names, json_string("..."));
    json_t *args =
        json_pack("{s:o,s:o,s:i,s:s}", "suites", lot->names, "versions", lot->versions, "count",
                  (int)count, "weakness", lot->weakness ? lot->weakness->word : "");
    prove(finding_add(examined, severity, args), lot->first);
}

void judge_suites_accepted(AuditCase *examined)
{
    g_autoptr(GArray) lots = g_array_new(FALSE, FALSE, sizeof(Lot));
    each_accepted_suite(examined->endpoint->answers, take_broken, lots);
    for (guint i = 0; i < lots->len; i++) {
        Lot *lot = &g_array_index(lots, Lot, i);
        if (json_array_size(lot->names) == 1 &&
            is_said(examined, "weak-suite", "suite",
                    json_string_value(json_array_get(lot->names, 0)))) {
            json_decref(lot->names);
            json_decref(lot->versions);
            continue;
        }
        add_lot(examined, lot->weakness->severity, lot);
    }
}

static void take_static(const AnswerTopic *topic, const AnswerCell *cell, void *data)
{
    const CipherSuite *suite = registry_suite_named(cell->item);
    if (suite && !suite->forward && !strength_broken(suite))
        add_to_lot(data, topic, cell);
}

void judge_secrecy_accepted(AuditCase *examined)
{
    Lot lot = {0};
    each_accepted_suite(examined->endpoint->answers, take_static, &lot);
    if (lot.names)
        add_lot(examined, examined->rule->severity, &lot);
}

/* ---- Diffie-Hellman ------------------------------------------------------------------------- */

/* One finding a rule: for the smallest prime, or for the first home-made one. */
void judge_dh_accepted(AuditCase *examined)
{
    bool size = strcmp(examined->rule->code, "accepts-small-prime") == 0;
    const Answers *answers = examined->endpoint->answers;
    const Answer *found = NULL;
    guint64 smallest = 2048;
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; strcmp(topic->question, "dh") == 0 && j < topic->cells->len; j++) {
            const Answer *answer = ((AnswerCell *)topic->cells->pdata[j])->answer;
            const char *value = fact_string(answer->fact, "value", "");
            guint64 bits = g_ascii_strtoull(value, NULL, 10);
            if (answer->word != ANSWER_YES || !bits || (!size && (found || bits < 2048)))
                continue;
            if (size ? bits < smallest : strstr(value, "home-made") != NULL) {
                found = answer;
                smallest = bits;
            }
        }
    }
    if (!found || is_said(examined, "weak-dhe", "", ""))
        return;
    Severity severity = size && smallest < 1024 ? SEVERITY_CRITICAL : examined->rule->severity;
    prove(finding_add(examined, severity,
                      json_pack("{s:I,s:s}", "bits", (json_int_t)smallest, "value",
                                fact_string(found->fact, "value", ""))),
          found);
}

/* A prime of its own that is none, or is not a safe one: one finding for the first. */
void judge_prime(AuditCase *examined)
{
    bool composite = strcmp(examined->rule->code, "composite-prime") == 0;
    const char *standing = composite ? "not-prime" : "not-safe";
    const Answers *answers = examined->endpoint->answers;
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; strcmp(topic->question, "dh") == 0 && j < topic->cells->len; j++) {
            const Answer *answer = ((AnswerCell *)topic->cells->pdata[j])->answer;
            if (strcmp(fact_string(answer->fact, "standing", ""), standing) != 0)
                continue;
            json_t *args = json_pack("{s:s}", "value", fact_string(answer->fact, "value", ""));
            prove(finding_add(examined, examined->rule->severity, args), answer);
            return;
        }
    }
}

/* ---- what does not hold --------------------------------------------------------------------- */

/* A finding about an item, with the arguments of its reason. */
static void add_about(AuditCase *examined, const AnswerTopic *topic, const AnswerCell *cell,
                      const char *reason)
{
    const json_t *more = json_object_get(cell->answer->fact, "args");
    json_t *args = json_pack("{s:s,s:s,s:s}", "item", cell->item, "version",
                             *topic->version ? topic->version : "TLS", "reason", reason);
    if (json_is_object(more))
        json_object_update(args, (json_t *)more);
    prove(finding_add(examined, examined->rule->severity, args), cell->answer);
}

/* One finding for each code that `code_of` sees in an answer (NULL: none). */
static void judge_answers(AuditCase *examined, const char *(*code_of)(const Answer *answer))
{
    const Answers *answers = examined->endpoint->answers;
    g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; j < topic->cells->len; j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            const char *code = code_of(cell->answer);
            if (code && g_hash_table_add(said, (char *)code))
                add_about(examined, topic, cell, code);
        }
    }
}

static const char *fault_of(const Answer *answer)
{
    return json_string_value(json_array_get(json_object_get(answer->fact, "faults"), 0));
}

/* What is accepted and does not work. */
void judge_failing(AuditCase *examined)
{
    judge_answers(examined, fault_of);
}

/* The reason, where it is what no server may say: nonsense, and what is without end. */
static const char *unruly_of(const Answer *answer)
{
    const Reason *reason = answer->reason ? registry_reason(answer->reason) : NULL;
    if (!reason || !reason->result)
        return NULL;
    bool endless =
        strcmp(reason->result, "limit") == 0 && strcmp(answer->reason, "limit-connections") != 0;
    return endless || strcmp(reason->result, "illegal") == 0 ? answer->reason : NULL;
}

void judge_unruly(AuditCase *examined)
{
    judge_answers(examined, unruly_of);
}

/* Which feature or behaviour a rule is about. */
static const struct {
    const char *rule, *question, *item;
    AnswerWord word; /* that breaks it */
} traits[] = {
    {"accepts-compression", "feature", "compression", ANSWER_YES},
    {"client-renegotiation", "feature", "renegotiation", ANSWER_YES},
    {"ephemeral-key-reused", "behaviour", "ephemeral-key-reused", ANSWER_YES},
    {"ticket-not-encrypted", "feature", "ticket-entropy", ANSWER_NO},
    {"session-id-guessed", "behaviour", "session-id-entropy", ANSWER_NO},
    {"resumption-without-exchange", "feature", "resumption-psk-ke", ANSWER_YES},
};

/* The first answer of any version that breaks the rule of that row; NULL: none. */
static const Answer *trait_of(const Answers *answers, size_t row)
{
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        const AnswerCell *cell = strcmp(topic->question, traits[row].question) == 0
                                     ? g_hash_table_lookup(topic->by_item, traits[row].item)
                                     : NULL;
        if (cell && cell->answer->word == traits[row].word)
            return cell->answer;
    }
    return NULL;
}

void judge_trait(AuditCase *examined)
{
    for (size_t i = 0; i < G_N_ELEMENTS(traits); i++) {
        if (strcmp(traits[i].rule, examined->rule->code) != 0)
            continue;
        const Answer *answer = trait_of(examined->endpoint->answers, i);
        if (!answer)
            continue;
        json_t *value = json_object_get(answer->fact, "value");
        json_t *args = json_object();
        json_object_set_new(args, "value", value ? json_incref(value) : json_string("?"));
        prove(finding_add(examined, examined->rule->severity, args), answer);
    }
}

/* ---- two configurations --------------------------------------------------------------------- */

/* "TLS 1.0", "TLS 1.2: h2", "certificate RSA" where its version was said, with how often where that
 * is all that is known. */
static char *split_text(const AnswerCell *cell, const char **said)
{
    const json_t *fact = cell->answer->fact;
    const char *version = fact_string(fact, "version", "");
    bool certificate = strcmp(fact_string(fact, "question", ""), "certificate") == 0;
    const char *item = certificate ? fact_string(fact, "key", cell->item) : cell->item;
    GString *text = g_string_new(NULL);
    AnswerSplit split;
    if (strcmp(version, *said) != 0)
        g_string_append_printf(text, "%s: ", version);
    *said = version;
    g_string_append_printf(text, certificate ? "certificate %s" : "%s", item);
    if (answers_split(cell->answer, &split) && split.side == ANSWER_SOME)
        g_string_append_printf(text, " %u/%u", split.tries, split.of);
    return g_string_free(text, FALSE);
}

/* What is split with this side, and how many more there are. The first answer that a connection
 * shows; NULL: none. */
static const Answer *add_splits(const Answers *answers, AnswerSide side, json_t *args)
{
    static const struct {
        const char *list, *more;
    } members[ANSWER_SIDES] = {
        [ANSWER_SOME] = {"some", "some_more"},
        [ANSWER_FIRST] = {"first", "first_more"},
        [ANSWER_SECOND] = {"second", "second_more"},
    };
    g_autoptr(GPtrArray) cells = answers_splits(answers, side);
    const Answer *shown = NULL;
    const char *said = "";
    json_t *list = json_array();
    for (guint i = 0; i < cells->len && !shown; i++)
        if (((AnswerCell *)cells->pdata[i])->answer->proof)
            shown = ((AnswerCell *)cells->pdata[i])->answer;
    for (guint i = 0; i < MIN(cells->len, SPLITS_NAMED); i++) {
        g_autofree char *text = split_text(cells->pdata[i], &said);
        json_array_append_new(list, json_string(text));
    }
    if (cells->len > SPLITS_NAMED)
        json_object_set_new(args, members[side].more,
                            json_integer((json_int_t)cells->len - SPLITS_NAMED));
    if (cells->len)
        json_object_set(args, members[side].list, list);
    json_decref(list);
    return shown;
}

void judge_two_configurations(AuditCase *examined)
{
    const Answers *answers = examined->endpoint->answers;
    const Answer *answer = answers_find(answers, "behaviour", "", "two-configurations");
    if (!answer || answer->word != ANSWER_YES)
        return;
    json_t *value = json_object_get(answer->fact, "value"), *args = json_object();
    if (value)
        json_object_set(args, "value", value);
    for (guint side = 0; side < ANSWER_SIDES; side++) {
        const Answer *shown = add_splits(answers, (AnswerSide)side, args);
        answer = answer->proof || !shown ? answer : shown;
    }
    prove(finding_add(examined, examined->rule->severity, args), answer);
}
