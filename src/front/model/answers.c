#include "front/model/answers.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "front/model/code.h"
#include "front/model/model.h"

#include <string.h>

enum { ITEM_SIZE = 256 };

const char *const answers_versions[] = {"TLS 1.3", "TLS 1.2",  "TLS 1.1",  "TLS 1.0",  "SSL 3.0",
                                        "SSL 2.0", "DTLS 1.3", "DTLS 1.2", "DTLS 1.0", NULL};

/* ---- making and freeing --------------------------------------------------------------------- */

static void answer_unref(Answer *answer)
{
    if (!answer || --answer->references)
        return;
    if (answer->proof)
        answer->proof->proves--;
    json_decref(answer->fact);
    g_free(answer);
}

static void cell_free(void *data)
{
    AnswerCell *cell = data;
    answer_unref(cell->answer);
    g_free(cell);
}

static void topic_free(void *data)
{
    AnswerTopic *topic = data;
    g_hash_table_unref(topic->by_item);
    g_ptr_array_unref(topic->cells);
    answer_unref(topic->last);
    g_free(topic->version);
    g_free(topic->key);
    g_free(topic);
}

static void try_free(void *data)
{
    Try *try = data;
    json_decref(try->fact);
    g_free(try);
}

Answers *answers_new(void)
{
    Answers *answers = g_new0(Answers, 1);
    answers->now = &answers->dive;
    answers->topics = g_ptr_array_new_with_free_func(topic_free);
    answers->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    answers->tries = g_ptr_array_new_with_free_func(try_free);
    return answers;
}

void answers_free(Answers *answers)
{
    if (!answers)
        return;
    g_hash_table_unref(answers->index);
    g_ptr_array_unref(answers->topics);
    g_ptr_array_unref(answers->tries);
    json_decref(answers->dive.args);
    json_decref(answers->one.args);
    g_free(answers);
}

/* ---- dives ---------------------------------------------------------------------------------- */

static guint count_of(const json_t *fact, const char *member, guint otherwise)
{
    json_int_t value = fact_integer(fact, member, -1);
    return value >= 0 && value <= G_MAXINT ? (guint)value : otherwise;
}

static void begin(Answers *answers, const json_t *fact, double at)
{
    const char *depth = code_member(fact, "depth");
    guint number = MAX(answers->dive.number, answers->one.number) + 1;
    Dive *dive = g_strcmp0(depth, "one") == 0 ? &answers->one : &answers->dive;
    json_decref(dive->args);
    *dive = (Dive){.number = number,
                   .running = true,
                   .depth = depth,
                   .began = at,
                   .allowed = count_of(fact, "allowed", 0)};
    answers->now = dive;
    if (dive == &answers->one)
        g_ptr_array_set_size(answers->tries, 0);
}

static bool end(Dive *dive, const json_t *fact, double at)
{
    json_t *args = json_object_get(fact, "args");
    dive->running = false;
    dive->took = MAX(at - dive->began, 0);
    dive->in_flight = dive->left = 0;
    dive->result = code_member(fact, "result");
    dive->reason = code_member(fact, "reason");
    dive->args = json_is_object(args) ? json_incref(args) : NULL;
    return true;
}

bool answers_fold_dive(Answers *answers, json_t *fact, double at)
{
    const char *event = fact_string(fact, "event", "");
    bool begun = strcmp(event, "begun") == 0, over = strcmp(event, "over") == 0;
    /* one that came to nothing before it could begin says only that, and which it was */
    if (begun || (over && !answers->now->running && code_member(fact, "depth")))
        begin(answers, fact, at);
    if (begun)
        return true;
    Dive *dive = answers->now;
    if (!dive->running)
        return false;
    dive->connections = count_of(fact, "connections", dive->connections);
    if (over)
        return end(dive, fact, at);
    dive->in_flight = count_of(fact, "in_flight", dive->in_flight);
    dive->left = count_of(fact, "left", dive->left);
    return strcmp(event, "progress") == 0;
}

bool answers_is_diving(const Answers *answers)
{
    return answers && answers->now->running;
}

bool answers_is_stale(const Answers *answers, const AnswerTopic *topic, const Answer *answer)
{
    const Dive *dive = answers->now;
    bool full = g_strcmp0(dive->depth, "full") == 0;
    return dive->running && dive != &answers->one && answer->dive < dive->number &&
           (full || strcmp(topic->question, "version") == 0);
}

/* ---- answers -------------------------------------------------------------------------------- */

static bool is_order(const char *question)
{
    return g_str_has_suffix(question, "-order");
}

static AnswerTopic *topic_get(Answers *answers, const char *question, const char *version,
                              const char *key)
{
    g_autofree char *name = g_strjoin("\n", question, version, key, NULL);
    AnswerTopic *topic = g_hash_table_lookup(answers->index, name);
    if (topic || answers->topics->len >= LIMIT_TOPICS || strlen(name) > ITEM_SIZE)
        return topic;
    topic = g_new0(AnswerTopic, 1);
    topic->question = question;
    topic->version = g_strdup(version);
    topic->key = g_strdup(key);
    topic->cells = g_ptr_array_new_with_free_func(cell_free);
    topic->by_item = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(answers->topics, topic);
    g_hash_table_insert(answers->index, g_steal_pointer(&name), topic);
    return topic;
}

static Answer *answer_ref(Answer *answer)
{
    answer->references++;
    return answer;
}

static void set_cell(Answers *answers, AnswerTopic *topic, Answer *answer, size_t which)
{
    const char *item =
        json_string_value(json_array_get(json_object_get(answer->fact, "items"), which));
    const json_t *code = json_array_get(json_object_get(answer->fact, "codes"), which);
    AnswerCell *cell = item ? g_hash_table_lookup(topic->by_item, item) : NULL;
    if (!item || strlen(item) > ITEM_SIZE || (!cell && answers->cells >= LIMIT_ANSWERS))
        return;
    if (!cell) {
        cell = g_new0(AnswerCell, 1);
        g_ptr_array_add(topic->cells, cell);
        answers->cells++;
    }
    /* the key lies in the fact that is let go */
    g_hash_table_replace(topic->by_item, (char *)item, cell);
    answer_unref(cell->answer);
    cell->item = item;
    cell->code = json_is_integer(code) ? json_integer_value(code) : -1;
    cell->answer = answer_ref(answer);
}

static bool read_word(const json_t *fact, AnswerWord *word)
{
    static const char *const words[] = {
        [ANSWER_UNKNOWN] = "unknown", [ANSWER_YES] = "yes", [ANSWER_NO] = "no"};
    const char *text = fact_string(fact, "answer", "");
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i], text) != 0)
            continue;
        *word = (AnswerWord)i;
        return true;
    }
    return false;
}

bool answers_fold(Answers *answers, json_t *fact, struct Connection *proof)
{
    const char *question = code_member(fact, "question");
    const json_t *items = json_object_get(fact, "items");
    AnswerWord word = ANSWER_UNKNOWN;
    AnswerTopic *topic;
    Answer *answer;

    if (!question || !json_is_array(items) || !read_word(fact, &word))
        return false;
    /* a certificate comes by several questions, and each counts */
    const char *apart = strcmp(question, "certificate") == 0 ? "value" : "key";
    topic = topic_get(answers, question, fact_string(fact, "version", ""),
                      fact_string(fact, apart, ""));
    if (!topic)
        return false;
    answer = g_new0(Answer, 1);
    answer->references = 1;
    answer->fact = json_incref(fact);
    answer->word = word;
    answer->reason = code_member(fact, "reason");
    answer->proof = proof;
    answer->dive = answers->now->number;
    if (proof)
        proof->proves++;
    for (size_t i = 0; !is_order(question) && i < json_array_size(items); i++)
        set_cell(answers, topic, answer, i);
    answer_unref(topic->last);
    topic->last = answer;
    return true;
}

bool answers_fold_try(Answers *answers, json_t *fact, struct Connection *proof)
{
    AnswerWord word = ANSWER_UNKNOWN;
    if (answers->tries->len >= LIMIT_TRIES || !read_word(fact, &word))
        return false;
    Try *try = g_new0(Try, 1);
    try->fact = json_incref(fact);
    try->word = word;
    try->took = fact_number(fact, "took", -1);
    try->proof = proof;
    g_ptr_array_add(answers->tries, try);
    return true;
}

/* ---- reading -------------------------------------------------------------------------------- */

const AnswerTopic *answers_topic(const Answers *answers, const char *question, const char *version,
                                 const char *key)
{
    g_autofree char *name = g_strjoin("\n", question, version, key, NULL);
    return answers ? g_hash_table_lookup(answers->index, name) : NULL;
}

static const Answer *better(const Answer *one, const Answer *other)
{
    static const int rank[] = {[ANSWER_UNKNOWN] = 1, [ANSWER_YES] = 2, [ANSWER_NO] = 0};
    return !one || (other && rank[other->word] > rank[one->word]) ? other : one;
}

static bool is_about(const AnswerTopic *topic, const char *question, const char *version)
{
    return strcmp(topic->question, question) == 0 && strcmp(topic->version, version) == 0;
}

const Answer *answers_find(const Answers *answers, const char *question, const char *version,
                           const char *item)
{
    const Answer *found = NULL;
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        const AnswerCell *cell =
            is_about(topic, question, version) ? g_hash_table_lookup(topic->by_item, item) : NULL;
        if (cell)
            found = better(found, cell->answer);
    }
    return found;
}

const Answer *answers_version(const Answers *answers, const char *version)
{
    return answers_find(answers, "version", "", version);
}

const json_t *answers_order(const Answers *answers, const char *question, const char *version)
{
    const AnswerTopic *topic = answers_topic(answers, question, version, "");
    return topic && topic->last->word == ANSWER_YES ? json_object_get(topic->last->fact, "items")
                                                    : NULL;
}

/* The place of each item in the server's order, from 1. */
static GHashTable *places_of(const Answers *answers, const char *question, const char *version)
{
    g_autofree char *order_of = g_strconcat(question, "-order", NULL);
    GHashTable *places = g_hash_table_new(g_str_hash, g_str_equal);
    const json_t *order = answers_order(answers, order_of, version), *item;
    size_t i;
    json_array_foreach(order, i, item)
    {
        if (json_is_string(item))
            g_hash_table_insert(places, (char *)json_string_value(item), GUINT_TO_POINTER(i + 1));
    }
    return places;
}

/* Those that the order does not name stay behind it, as they are. */
static gint by_place(gconstpointer a, gconstpointer b, gpointer data)
{
    const AnswerCell *left = *(AnswerCell *const *)a, *right = *(AnswerCell *const *)b;
    guint one = GPOINTER_TO_UINT(g_hash_table_lookup(data, left->item));
    guint other = GPOINTER_TO_UINT(g_hash_table_lookup(data, right->item));
    return (one ? one : G_MAXUINT) < (other ? other : G_MAXUINT)
               ? -1
               : (one ? one : G_MAXUINT) > (other ? other : G_MAXUINT);
}

GPtrArray *answers_list(const Answers *answers, const char *question, const char *version,
                        AnswerWord word)
{
    g_autoptr(GHashTable) listed = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; is_about(topic, question, version) && j < topic->cells->len; j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            const Answer *counts = answers_find(answers, question, version, cell->item);
            if (counts && counts == cell->answer && counts->word == word &&
                g_hash_table_add(listed, (char *)cell->item))
                g_ptr_array_add(list, topic->cells->pdata[j]);
        }
    }
    g_autoptr(GHashTable) places = places_of(answers, question, version);
    if (g_hash_table_size(places))
        g_ptr_array_sort_with_data(list, by_place, places);
    return list;
}

guint answers_count(const Answers *answers, const char *question, const char *version,
                    AnswerWord word)
{
    g_autoptr(GPtrArray) list = answers_list(answers, question, version, word);
    return list->len;
}

/* ---- two configurations --------------------------------------------------------------------- */

bool answers_split(const Answer *answer, AnswerSplit *split)
{
    static const char *const sides[ANSWER_SIDES] = {
        [ANSWER_FIRST] = "first", [ANSWER_SECOND] = "second"};
    const char *told = fact_string(answer->fact, "configuration", "");
    guint tries = count_of(answer->fact, "tries", 0), of = count_of(answer->fact, "of", 0);
    *split = (AnswerSplit){.side = ANSWER_SOME};
    if (answer->word != ANSWER_YES)
        return false;
    for (guint side = ANSWER_FIRST; side < ANSWER_SIDES; side++)
        if (strcmp(told, sides[side]) == 0)
            split->side = (AnswerSide)side;
    if (of > tries) {
        split->tries = tries;
        split->of = of;
    }
    return split->of || split->side != ANSWER_SOME;
}

static bool is_split(const Answer *answer, AnswerSide side)
{
    AnswerSplit split;
    return answer && answers_split(answer, &split) && split.side == side;
}

/* Adds what is split so of a topic; `seen`: what was added of its question and version. */
static void add_splits(const AnswerTopic *topic, AnswerSide side, GHashTable *seen, GPtrArray *list)
{
    for (guint i = 0; i < topic->cells->len; i++) {
        const AnswerCell *cell = topic->cells->pdata[i];
        if (is_split(cell->answer, side) &&
            g_hash_table_add(seen,
                             g_strjoin("\n", topic->question, topic->version, cell->item, NULL)))
            g_ptr_array_add(list, topic->cells->pdata[i]);
    }
}

GPtrArray *answers_splits(const Answers *answers, AnswerSide side)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *list = g_ptr_array_new();
    const AnswerTopic *versions = answers_topic(answers, "version", "", "");
    for (guint i = 0; versions && answers_versions[i]; i++) {
        AnswerCell *cell = g_hash_table_lookup(versions->by_item, answers_versions[i]);
        if (cell && is_split(cell->answer, side))
            g_ptr_array_add(list, cell);
    }
    for (guint i = 0; answers && i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        const Answer *version = answers_version(answers, topic->version);
        AnswerSplit split;
        if (topic != versions && !(version && answers_split(version, &split)))
            add_splits(topic, side, seen, list);
    }
    return list;
}
