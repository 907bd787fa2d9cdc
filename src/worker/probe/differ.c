/* 1. Once all versions are answered, each that is accepted is asked with all that it was found to
 *    accept: one that is refused so is not accepted by both.
 * 2. Then each item of which it is not known whether both accept it is asked alone, in the very
 *    hello that it was accepted in. Lists that were refused before show most of them (sides.h).
 * 3. A question is over when it was answered in both ways, when both sides were seen to accept it,
 *    or when it was asked as often as makes it likely that both were asked. All questions together
 *    have a limit; what was not reached is not said to differ.
 * 4. Which question is next is drawn by lot, from a seed of its own: a balancer that takes servers
 *    by turns must not give one question to one server alone.
 * 5. What differs is said again, with how often it was accepted, and by which configuration.
 */
#include "worker/probe/differ.h"

#include "common/fact/fact.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"

enum { MOST = 200 };

/* Something to ask. */
typedef struct Target {
    SidesKind kind;
    bool version; /* a version as a whole */
    Offer *offer;
    guint asked, out, yes, no;
    bool by[2];
} Target;

typedef struct Differ {
    Strategy base;
    Known *known;
    GPtrArray *targets; /* Target *, by tag; versions first */
    GRand *lot;
    guint asked, out, tries;
    bool begun, over;
} Differ;

static void target_free(void *data)
{
    Target *target = data;
    offer_free(target->offer);
    g_free(target);
}

static Target *target_at(const Differ *differ, guint index)
{
    return g_ptr_array_index(differ->targets, index);
}

/* ---- what is to be asked ---- */

static void add_target(Differ *differ, SidesKind kind, bool version, Offer *offer)
{
    Target *target = g_new0(Target, 1);
    target->kind = kind;
    target->version = version;
    target->offer = offer;
    g_ptr_array_add(differ->targets, target);
}

static bool is_signalling(uint32_t code)
{
    const CipherSuite *suite = registry_suite(code);
    return suite && g_str_equal(suite->exchange, "signalling");
}

/* Empties a hello's list of suites but for what is no suite. */
static void empty_suites(Offer *offer)
{
    for (guint i = offer->suites->len; i-- > 0;)
        if (!is_signalling(g_array_index(offer->suites, uint32_t, i)))
            g_array_remove_index(offer->suites, i);
}

/* The hello that an item was accepted in, with nothing else in its list. */
static Offer *alone(const SidesItem *item)
{
    Offer *offer = offer_copy(item->offer);
    uint16_t code = (uint16_t)item->code;
    switch (item->kind) {
    case SIDES_SUITE:
        empty_suites(offer);
        offer_add_suite(offer, item->code);
        break;
    case SIDES_GROUP:
        g_array_set_size(offer->groups, 0);
        g_array_append_val(offer->groups, code);
        break;
    case SIDES_SCHEME:
        g_array_set_size(offer->schemes, 0);
        g_array_append_val(offer->schemes, code);
        break;
    default:
        g_ptr_array_set_size(offer->alpn, 0);
        g_ptr_array_add(offer->alpn, g_strdup(known_protocol(item->code)));
        break;
    }
    return offer;
}

/* Step 1. */
static void add_versions(Differ *differ, const GPtrArray *items)
{
    uint16_t version = 0;
    for (guint i = 0; i < items->len; i++) {
        const SidesItem *item = items->pdata[i];
        if (item->kind != SIDES_SUITE)
            continue;
        if (item->version != version) {
            Offer *offer = offer_copy(item->offer);
            empty_suites(offer);
            add_target(differ, SIDES_SUITE, true, offer);
        }
        version = item->version;
        offer_add_suite(target_at(differ, differ->targets->len - 1)->offer, item->code);
    }
}

static void begin(Differ *differ)
{
    const GPtrArray *items = sides_items(differ->known->sides);
    differ->begun = true;
    differ->tries = sides_tries(differ->known->sides);
    add_versions(differ, items);
    for (guint i = 0; i < items->len; i++) {
        const SidesItem *item = items->pdata[i];
        if (!item->no && !(item->by[0] && item->by[1]))
            add_target(differ, item->kind, false, alone(item));
    }
}

/* ---- asking ---- */

static bool is_settled(const Differ *differ, const Target *target)
{
    if ((target->yes && target->no) || (target->by[0] && target->by[1]))
        return true;
    /* what is in a version that differs does so too */
    for (guint i = 0; !target->version && i < differ->targets->len; i++) {
        const Target *whole = target_at(differ, i);
        if (!whole->version)
            break;
        if (whole->offer->version == target->offer->version && whole->no)
            return true;
    }
    return target->asked >= differ->tries;
}

/* Those that may be asked now: of the versions, as long as any is open, else of the rest. */
static GArray *open_targets(const Differ *differ, bool *waits)
{
    GArray *open = g_array_new(FALSE, FALSE, sizeof(guint));
    *waits = false;
    for (guint i = 0; i < differ->targets->len; i++) {
        const Target *target = target_at(differ, i);
        if (!target->version && (open->len || *waits))
            break;
        *waits = *waits || (target->version && target->out);
        if (!is_settled(differ, target))
            g_array_append_val(open, i);
    }
    return open;
}

static Offer *differ_ask(Strategy *strategy, guint *tag)
{
    Differ *differ = (Differ *)strategy;
    bool waits;
    if (!differ->begun)
        begin(differ);
    g_autoptr(GArray) open = open_targets(differ, &waits);
    if (!open->len || differ->asked >= MOST)
        return NULL;
    gint lot = g_rand_int_range(differ->lot, 0, (gint)open->len);
    *tag = g_array_index(open, guint, lot);
    Target *target = target_at(differ, *tag);
    target->asked++;
    target->out++;
    differ->asked++;
    differ->out++;
    return offer_copy(target->offer);
}

static guint differ_want(const Strategy *strategy)
{
    const Differ *differ = (const Differ *)strategy;
    bool waits;
    if (!differ->begun)
        return 1;
    g_autoptr(GArray) open = open_targets(differ, &waits);
    return differ->asked < MOST ? open->len : 0;
}

/* ---- answers ---- */

/* Step 5: the answer that said yes, with what is known now. */
static void say_again(Differ *differ, const json_t *yes, const char *name, const SidesItem *item)
{
    static const char *const words[] = {"first", "second"};
    json_t *answer = yes ? json_copy((json_t *)yes) : NULL;
    json_t *codes = json_object_get(yes, "codes");
    size_t i = 0;
    if (!answer)
        return;
    while (i < json_array_size(json_object_get(yes, "items")) &&
           g_strcmp0(json_string_value(json_array_get(json_object_get(yes, "items"), i)), name))
        i++;
    json_object_set_new(answer, "items", json_pack("[s]", name));
    if (codes)
        json_object_set_new(answer, "codes", json_pack("[O]", json_array_get(codes, i)));
    if (item->no) {
        json_object_set_new(answer, "tries", json_integer(item->yes));
        json_object_set_new(answer, "of", json_integer(item->yes + item->no));
    }
    if (item->only >= 0)
        json_object_set_new(answer, "configuration", json_string(words[item->only]));
    known_say(differ->known, answer);
}

static void say_items(Differ *differ)
{
    static const struct {
        const char *question;
        ReportName name;
    } kinds[SIDES_KINDS] = {
        [SIDES_SUITE] = {"suite", report_suite},
        [SIDES_GROUP] = {"group", report_group},
        [SIDES_SCHEME] = {"scheme", report_scheme},
        [SIDES_ALPN] = {"alpn", report_protocol},
    };
    const GPtrArray *items = sides_items(differ->known->sides);
    for (guint i = 0; i < items->len; i++) {
        const SidesItem *item = items->pdata[i];
        char number[REGISTRY_NUMBER], version[REGISTRY_NUMBER];
        const char *name = kinds[item->kind].name(item->code, number);
        const char *in = registry_version_name(item->version, version);
        if (item->no)
            say_again(differ, known_yes(differ->known, kinds[item->kind].question, in, name), name,
                      item);
    }
}

static void say_versions(Differ *differ)
{
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        char number[REGISTRY_NUMBER];
        SidesItem item;
        uint16_t version = differ->known->versions[i].version;
        const char *name = registry_version_name(version, number);
        if (sides_version(differ->known->sides, version, &item) && item.no)
            say_again(differ, known_yes(differ->known, "version", "", name), name, &item);
    }
}

static uint16_t version_named(const Known *known, const char *name)
{
    char number[REGISTRY_NUMBER];
    for (guint i = 0; i < KNOWN_VERSIONS; i++)
        if (g_str_equal(registry_version_name(known->versions[i].version, number), name))
            return known->versions[i].version;
    return 0;
}

/* Certificates and extensions are not asked for: they are what tells the two apart. */
static void say_looks(Differ *differ)
{
    Known *known = differ->known;
    g_autoptr(GList) answers = g_hash_table_get_values(known->yes);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    for (GList *at = answers; at; at = at->next)
        if (!g_ptr_array_find(kept, at->data, NULL))
            g_ptr_array_add(kept, json_incref(at->data));
    for (guint i = 0; i < kept->len; i++) {
        json_t *yes = kept->pdata[i], *item;
        const char *question = fact_string(yes, "question", "");
        bool extension = g_str_equal(question, "extension");
        uint16_t version = extension ? version_named(known, fact_string(yes, "version", "")) : 0;
        size_t at;
        if (!extension && !g_str_equal(question, "certificate"))
            continue;
        json_array_foreach(json_object_get(yes, "items"), at, item)
        {
            const char *name = json_string_value(item);
            json_int_t type = json_integer_value(json_array_get(json_object_get(yes, "codes"), at));
            SidesItem found = {
                .only = extension ? sides_of_extension(known->sides, version, (uint16_t)type)
                                  : sides_of_leaf(known->sides, name)};
            if (found.only >= 0)
                say_again(differ, yes, name, &found);
        }
    }
}

static void differ_tell(Strategy *strategy, guint tag, const Told *told)
{
    Differ *differ = (Differ *)strategy;
    Target *target = target_at(differ, tag);
    int side = sides_of_reply(differ->known->sides, told->offer, told->reply);
    uint32_t code;
    SidesWord word = told->verdict == VERDICT_LOST
                         ? SIDES_NOTHING
                         : sides_word(target->kind, told->offer, told->reply,
                                      told->verdict == VERDICT_REFUSED, &code);
    target->out--;
    differ->out--;
    target->yes += word == SIDES_YES;
    target->no += word == SIDES_NO;
    if (word == SIDES_YES && side >= 0)
        target->by[side] = true;
}

static bool differ_over(const Strategy *strategy)
{
    const Differ *differ = (const Differ *)strategy;
    return differ->over || (differ->begun && !differ->out && !differ_want(strategy));
}

static void differ_stop(Strategy *strategy, const char *reason)
{
    Differ *differ = (Differ *)strategy;
    (void)reason;
    say_items(differ);
    say_versions(differ);
    say_looks(differ);
    differ->over = true;
}

static void differ_free(Strategy *strategy)
{
    Differ *differ = (Differ *)strategy;
    g_ptr_array_unref(differ->targets);
    g_rand_free(differ->lot);
    g_free(differ);
}

static const StrategyClass differ_class = {
    .ask = differ_ask,
    .tell = differ_tell,
    .want = differ_want,
    .left = differ_want,
    .over = differ_over,
    .stop = differ_stop,
    .free = differ_free,
};

Strategy *differ_new(Known *known)
{
    Differ *differ = g_new0(Differ, 1);
    differ->base.class = &differ_class;
    differ->base.rank = RANK_LAST;
    differ->base.raw = differ->base.last = true;
    differ->known = known;
    differ->targets = g_ptr_array_new_with_free_func(target_free);
    differ->lot = g_rand_new_with_seed(1);
    return &differ->base;
}
