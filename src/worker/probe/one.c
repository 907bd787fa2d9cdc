/* The hello offers just what is asked about, with everything else beside it. It is sent as often
 * as was wished; a yes counts once it was seen, a no only where there was no yes.
 */
#include "worker/probe/one.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "worker/probe/form.h"
#include "worker/probe/suites.h"

typedef enum Question {
    QUESTION_VERSION,
    QUESTION_SUITE,
    QUESTION_GROUP,
    QUESTION_SCHEME,
    QUESTION_ALPN,
    QUESTIONS,
} Question;

static const char *const questions[QUESTIONS] = {"version", "suite", "group", "scheme", "alpn"};

typedef struct One {
    Strategy base;
    Known *known;
    Question question;
    uint16_t version;
    char *key;
    GPtrArray *items; /* char * */
    GArray *codes;    /* uint32_t, of all but alpn */
    guint times, asked, told, yes, no;
    char *shown, *refused; /* connections */
    const char *reason;    /* static: of the last no, else of the last loss */
} One;

static uint16_t version_named(const char *name)
{
    static const uint16_t versions[] = {TLS_SSL2, TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};
    char number[REGISTRY_NUMBER];
    for (guint i = 0; name && i < G_N_ELEMENTS(versions); i++)
        if (g_str_equal(registry_version_name(versions[i], number), name))
            return versions[i];
    return 0;
}

static bool suite_code(const One *one, const char *name, uint32_t *code)
{
    size_t count;
    const CipherSuite *kinds = registry_ssl2_suites(&count);
    for (size_t i = 0; one->version == TLS_SSL2 && i < count; i++)
        if (g_str_equal(kinds[i].name, name)) {
            *code = kinds[i].id;
            return true;
        }
    const CipherSuite *suite = registry_suite_named(name);
    *code = suite ? suite->id : 0;
    return suite;
}

static bool code_named(const One *one, const char *name, uint32_t *code)
{
    const Group *group = NULL;
    const Scheme *scheme = NULL;
    if (g_str_has_prefix(name, "0x")) {
        *code = (uint32_t)g_ascii_strtoull(name, NULL, 16);
        return *code <= 0xFFFF;
    }
    switch (one->question) {
    case QUESTION_VERSION:
        *code = version_named(name);
        return *code;
    case QUESTION_SUITE:
        return suite_code(one, name, code);
    case QUESTION_GROUP:
        group = registry_group_named(name);
        *code = group ? group->id : 0;
        return group;
    case QUESTION_SCHEME:
        scheme = registry_scheme_named(name);
        *code = scheme ? scheme->id : 0;
        return scheme;
    default:
        return true;
    }
}

/* ---- asking ---- */

static GArray *suites_for(const One *one)
{
    if (one->question == QUESTION_SUITE)
        return g_array_ref(one->codes);
    GArray *suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) entries = form_suites(one->version);
    bool keyed = one->version < TLS_1_3 &&
                 (one->question == QUESTION_GROUP || one->question == QUESTION_SCHEME);
    for (guint i = 0; i < entries->len; i++) {
        const CipherSuite *suite = registry_suite(g_array_index(entries, PeelEntry, i).code);
        bool signs = g_str_equal(suite->exchange, "ecdhe") ||
                     (one->question == QUESTION_SCHEME && g_str_equal(suite->exchange, "dhe"));
        if (!keyed || signs)
            g_array_append_val(suites, suite->id);
    }
    return suites;
}

static GArray *kinds_of_ssl2(void)
{
    GArray *kinds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t count;
    const CipherSuite *all = registry_ssl2_suites(&count);
    for (size_t i = 0; i < count; i++)
        g_array_append_val(kinds, all[i].id);
    return kinds;
}

/* The answer is encrypted. */
static bool is_sealed(const One *one)
{
    return one->version >= TLS_1_3 &&
           (one->question == QUESTION_SCHEME || one->question == QUESTION_ALPN);
}

static Offer *one_ask(Strategy *strategy, guint *tag)
{
    One *one = (One *)strategy;
    if (one->asked >= one->times)
        return NULL;
    *tag = one->asked++;
    bool ssl2 = one->version == TLS_SSL2 && one->question == QUESTION_VERSION;
    g_autoptr(GArray) suites = ssl2 ? kinds_of_ssl2() : suites_for(one);
    Form form = one->version == TLS_SSL3 ? FORM_BARE : FORM_EC;
    Offer *offer = form_offer(one->version, form, suites, one->known->server_name);
    if (one->question == QUESTION_GROUP)
        g_array_set_size(offer->groups, 0);
    for (guint i = 0; one->question == QUESTION_GROUP && i < one->codes->len; i++) {
        uint16_t code = (uint16_t)g_array_index(one->codes, uint32_t, i);
        g_array_append_val(offer->groups, code);
    }
    if (one->question == QUESTION_SCHEME)
        form_set_schemes(offer, one->codes);
    if (is_sealed(one))
        form_open(offer, one->known->share);
    for (guint i = 0; one->question == QUESTION_ALPN && i < one->items->len; i++)
        g_ptr_array_add(offer->alpn, g_strdup(g_ptr_array_index(one->items, i)));
    return offer;
}

/* ---- answers ---- */

static bool is_yes(const One *one, const Told *told)
{
    const Reply *reply = told->reply;
    bool listed = false;
    uint32_t code = one->question == QUESTION_GROUP ? reply->group : reply->scheme;
    if (told->verdict != VERDICT_CHOSEN || reply->version != one->version)
        return false;
    switch (one->question) {
    case QUESTION_GROUP:
    case QUESTION_SCHEME:
        if (is_sealed(one) && !reply->opened)
            return true; /* it goes on, at least */
        for (guint i = 0; i < one->codes->len; i++)
            listed = listed || g_array_index(one->codes, uint32_t, i) == code;
        return listed && (one->question == QUESTION_GROUP ? reply->has_group : reply->has_scheme);
    case QUESTION_ALPN:
        for (guint i = 0; i < one->items->len; i++)
            listed = listed || !g_strcmp0(g_ptr_array_index(one->items, i), reply->alpn);
        return listed;
    default:
        return one->version != TLS_SSL2 || one->question != QUESTION_SUITE ||
               (reply->suites && reply->suites->len);
    }
}

/* The version that an answer is said of. */
static uint16_t version_of(const One *one)
{
    return one->question == QUESTION_VERSION ? 0 : one->version;
}

static void say(One *one, const char *reason)
{
    const char *answer = one->yes ? "yes" : one->no ? "no" : "unknown";
    json_t *fact = known_answer(questions[one->question], version_of(one), answer);
    guint tries = one->yes ? one->yes : one->no ? one->no : one->told;
    for (guint i = 0; i < one->items->len; i++) {
        const char *name = g_ptr_array_index(one->items, i);
        if (one->question == QUESTION_ALPN)
            known_code(fact, name);
        else
            known_item(fact, name, g_array_index(one->codes, uint32_t, i));
    }
    known_text(fact, "key", one->key);
    known_text(fact, "connection", one->yes ? one->shown : one->refused);
    known_text(fact, "reason", one->yes ? NULL : reason ? reason : "not-said");
    json_object_set_new(fact, "tries", json_integer(tries));
    if (tries != one->told)
        json_object_set_new(fact, "of", json_integer(one->told));
    known_say(one->known, fact);
}

/* What was to be opened came to nothing. */
static bool is_silent(const One *one, const Told *told)
{
    const Opened *opened = told->reply ? told->reply->opened : NULL;
    if (told->verdict != VERDICT_CHOSEN || !is_sealed(one) || told->reply->alert >= 0)
        return false;
    return one->question == QUESTION_ALPN ? !opened || !opened->whole
                                          : opened && !told->reply->has_scheme;
}

/* What the server chose, as far as that can vary; to be freed. NULL: nothing. */
static char *chosen(const Reply *reply)
{
    char number[REGISTRY_NUMBER];
    if (!reply || !(reply->chosen || reply->kind == REPLY_CHOSEN || reply->kind == REPLY_RETRY))
        return NULL;
    GString *text = g_string_new(registry_version_name(reply->version, number));
    if (reply->suite)
        g_string_append_printf(text, ", %s", registry_suite_name(reply->suite, number));
    if (reply->has_group)
        g_string_append_printf(text, ", %s", registry_group_name(reply->group, number));
    if (reply->alpn)
        g_string_append_printf(text, ", %s", reply->alpn);
    return g_string_free(text, FALSE);
}

static void one_hear(Strategy *strategy, const Told *told)
{
    One *one = (One *)strategy;
    const Reply *reply = told->reply;
    bool lost = told->verdict == VERDICT_LOST || is_silent(one, told);
    bool yes = !lost && is_yes(one, told);
    json_t *fact = known_try(questions[one->question], version_of(one),
                             yes    ? "yes"
                             : lost ? "unknown"
                                    : "no");
    g_autofree char *value = chosen(reply);
    for (guint i = 0; i < one->items->len; i++)
        known_code(fact, g_ptr_array_index(one->items, i));
    known_text(fact, "connection", told->connection);
    known_text(fact, "value", value);
    known_text(fact, "certificate", reply ? reply->leaf : NULL);
    if (reply && reply->took > 0)
        json_object_set_new(fact, "took", json_real(reply->took));
    known_text(fact, "reason", yes ? NULL : told->reason);
    known_say(one->known, fact);
}

static void one_tell(Strategy *strategy, guint tag, const Told *told)
{
    One *one = (One *)strategy;
    (void)tag;
    if (told->verdict == VERDICT_CHOSEN && is_sealed(one) &&
        known_wants_share(one->known, told->offer, told->reply)) {
        one->asked--;
        return;
    }
    one->told++;
    if (is_yes(one, told)) {
        one->yes++;
        g_free(one->shown);
        one->shown = g_strdup(told->connection);
    } else if (told->verdict != VERDICT_LOST && !is_silent(one, told)) {
        one->no++;
        g_free(one->refused);
        one->refused = g_strdup(told->connection);
        one->reason = told->reason;
    } else if (!one->no) {
        one->reason = told->reason || !is_silent(one, told) ? told->reason : "encrypted";
    }
    if (one->told == one->times)
        say(one, one->reason);
}

static guint one_want(const Strategy *strategy)
{
    const One *one = (const One *)strategy;
    return one->times - one->asked;
}

static bool one_over(const Strategy *strategy)
{
    const One *one = (const One *)strategy;
    return one->told >= one->times;
}

static void one_stop(Strategy *strategy, const char *reason)
{
    One *one = (One *)strategy;
    if (one->told < one->times)
        say(one, reason);
    one->times = one->asked = one->told;
}

static void one_free(Strategy *strategy)
{
    One *one = (One *)strategy;
    g_free(one->key);
    g_ptr_array_unref(one->items);
    g_array_unref(one->codes);
    g_free(one->shown);
    g_free(one->refused);
    g_free(one);
}

static const StrategyClass one_class = {
    .ask = one_ask,
    .tell = one_tell,
    .hear = one_hear,
    .want = one_want,
    .left = one_want,
    .over = one_over,
    .stop = one_stop,
    .free = one_free,
};

static bool read_question(One *one, const json_t *question)
{
    const char *name = fact_string(question, "question", "");
    while (one->question < QUESTIONS && strcmp(questions[one->question], name) != 0)
        one->question++;
    if (one->question == QUESTIONS)
        return false;
    const json_t *items = json_object_get(question, "items");
    one->version = version_named(one->question == QUESTION_VERSION
                                     ? json_string_value(json_array_get(items, 0))
                                     : fact_string(question, "version", "TLS 1.2"));
    one->key = g_strdup(json_string_value(json_object_get(question, "key")));
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        uint32_t code = 0;
        if (!json_is_string(item) || !code_named(one, json_string_value(item), &code))
            return false;
        g_array_append_val(one->codes, code);
        g_ptr_array_add(one->items, g_strdup(json_string_value(item)));
    }
    return one->version && one->items->len;
}

Strategy *one_new(Known *known, const json_t *question, guint times)
{
    One *one = g_new0(One, 1);
    one->base.class = &one_class;
    one->base.rank = RANK_NOW;
    one->known = known;
    one->times = times;
    one->items = g_ptr_array_new_with_free_func(g_free);
    one->codes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (read_question(one, question))
        return &one->base;
    one_free(&one->base);
    return NULL;
}
