/* 1. Once TLS 1.2 is answered, the longest list that was refused, for what the other would take of
 *    it, and the one that brought the last suite, for what the other would refuse, are sent once
 *    more; so are the first hello of TLS 1.3 and the first one with protocols. A copy waits for a
 *    connection
 *    that is an odd number of connections from the one before, so that of two servers that take
 *    turns each gets one, whatever else is asked meanwhile. Most pairs contradict themselves
 *    anyway (2).
 * 2. Where two looks of one kind differ (sides.h), or answers contradict each other in any
 *    strategy, eight more copies are sent of these, of the first hello of TLS 1.0, and of the hello
 *    that contradicts.
 * 3. Copies that are not answered alike are proof: every refusal has to be confirmed from then
 *    on, and no order is claimed.
 */
#include "worker/probe/copies.h"

#include <string.h>

#include "worker/probe/suites.h"

enum {
    COPIES_MORE = 8,
    COPIES_MOST = 24,      /* where they are not answered alike: they tell how often each is met */
    LAST = KNOWN_VERSIONS, /* the number of the hello with what was never chosen */
    LEAST,                 /* of the one that brought the last suite */
    PROTOCOLS,             /* of the first hello with protocols */
    DISPUTED,              /* of the hello that contradicts */
    HELLOS,
    MOST_ANSWERS = 8, /* that are told apart */
};

/* The answers to the copies of one hello. */
typedef struct Copied {
    guint asked;
    bool even; /* the number of the connection that the last one went to */
    char *answers[MOST_ANSWERS];
    guint times[MOST_ANSWERS];
} Copied;

typedef struct Copies {
    Strategy base;
    Known *known;
    Copied of[HELLOS];
    guint out;
    bool any, even; /* the connection that the next one goes to: it has to do; its number */
    bool said;
} Copies;

/* What one server answers alike to one hello. */
static char *signature(const Reply *reply)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%04x %04x %d %u %s", reply->version, reply->suite, reply->alert,
                    reply->has_group ? reply->group : 0, reply->leaf ? reply->leaf : "");
    g_string_append_printf(text, " %s", reply->alpn ? reply->alpn : "");
    for (guint i = 0; reply->extensions && i < reply->extensions->len; i++)
        g_string_append_printf(text, " %u", g_array_index(reply->extensions, uint16_t, i));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void keep(Original *original, const Told *told)
{
    g_clear_pointer(&original->offer, offer_free);
    g_free(original->answer);
    g_free(original->connection);
    original->offer = offer_copy(told->offer);
    original->answer = signature(told->reply);
    original->connection = g_strdup(told->connection);
}

void copies_first(Known *known, const Told *told, uint16_t version)
{
    Original *first = &known_version(known, version)->first;
    if (!first->offer && told->verdict == VERDICT_CHOSEN && !told->offer->alpn->len)
        keep(first, told);
}

void copies_least(Known *known, const Told *told, uint16_t version)
{
    keep(&known_version(known, version)->least, told);
}

void copies_protocols(Known *known, const Told *told)
{
    if (!known->protocols.offer && told->verdict == VERDICT_CHOSEN)
        keep(&known->protocols, told);
}

void copies_last(Known *known, const Told *told, uint16_t version)
{
    Original *last = &known_version(known, version)->last;
    guint longest = last->offer ? last->offer->suites->len : 0;
    if (!told->offer->alpn->len && told->offer->suites->len > longest)
        keep(last, told);
}

void copies_note(Known *known, const Offer *offer, const Reply *reply)
{
    if (sides_look(known->sides, offer, reply, !known->doubted))
        known_dispute(known, offer);
}

/* ---- the strategy ---- */

/* NULL: there is none, or not yet; or (DISPUTED) its answer is not known. */
static const Original *original_of(const Copies *copies, guint which)
{
    const KnownVersion *tls12 = known_version(copies->known, TLS_1_2);
    const Original *original = NULL;
    if (which == PROTOCOLS)
        original = &copies->known->protocols;
    else if (which >= KNOWN_VERSIONS && (tls12->over || copies->of[which].asked))
        original = which == LAST ? &tls12->last : &tls12->least;
    else if (which < KNOWN_VERSIONS)
        original = &copies->known->versions[which].first;
    return original && original->offer ? original : NULL;
}

static const Offer *hello_of(const Copies *copies, guint which)
{
    if (which == DISPUTED)
        return copies->known->suspected ? copies->known->disputed : NULL;
    const Original *original = original_of(copies, which);
    uint16_t version = which < KNOWN_VERSIONS ? copies->known->versions[which].version : 0;
    if (version && version != TLS_1_3 && version != TLS_1_2 && version != TLS_1_0)
        return NULL;
    return original ? original->offer : NULL;
}

static guint due(const Copies *copies, guint which)
{
    bool doubt = copies->known->suspected || copies->known->doubted;
    if (!hello_of(copies, which))
        return 0;
    guint sum = which >= LAST && which != DISPUTED;
    if (which < LAST && copies->known->versions[which].version == TLS_1_3)
        sum = 1;
    if (copies->of[which].answers[1])
        sum = COPIES_MOST;
    else if (doubt)
        sum += COPIES_MORE;
    return sum > copies->of[which].asked ? sum - copies->of[which].asked : 0;
}

static guint due_in_all(const Copies *copies)
{
    guint sum = 0;
    for (guint i = 0; i < HELLOS; i++)
        sum += due(copies, i);
    return sum;
}

/* Answers to all hellos that were not answered alike: how many, and how many were not the usual one
 * of their hello. */
static void tally(const Copies *copies, guint *rare, guint *all)
{
    *rare = *all = 0;
    for (guint i = 0; i < HELLOS; i++) {
        guint sum = 0, most = 0;
        for (guint j = 0; j < MOST_ANSWERS; j++) {
            sum += copies->of[i].times[j];
            most = MAX(most, copies->of[i].times[j]);
        }
        if (sum == most)
            continue;
        *rare += sum - most;
        *all += sum;
    }
}

static void count(Copies *copies, guint which, const char *answer)
{
    Copied *of = &copies->of[which];
    guint i = 0, rare, all;
    while (i < MOST_ANSWERS - 1 && of->answers[i] && !g_str_equal(of->answers[i], answer))
        i++;
    if (!of->answers[i])
        of->answers[i] = g_strdup(answer);
    of->times[i]++;
    tally(copies, &rare, &all);
    if (rare)
        copies->known->doubted = true;
    sides_count(copies->known->sides, rare, all);
}

/* Connections are numbered as they are opened, after the last point of their id. */
static bool is_even(const char *connection)
{
    const char *point = strrchr(connection, '.');
    return point && g_ascii_strtoull(point + 1, NULL, 10) % 2 == 0;
}

static void copies_on(Strategy *strategy, const char *connection)
{
    Copies *copies = (Copies *)strategy;
    copies->any = !connection;
    if (connection)
        copies->even = is_even(connection);
}

/* The answer that was had before the first copy counts as one of them. */
static void take_original(Copies *copies, guint which)
{
    const Original *original = original_of(copies, which);
    if (!original || copies->of[which].asked)
        return;
    count(copies, which, original->answer);
}

/* Step 1. */
static bool suits(const Copies *copies, guint which)
{
    const Original *original = original_of(copies, which);
    bool first = !copies->of[which].asked;
    if (copies->any || (first && !original))
        return true;
    return copies->even != (first ? is_even(original->connection) : copies->of[which].even);
}

static Offer *copies_ask(Strategy *strategy, guint *tag)
{
    Copies *copies = (Copies *)strategy;
    for (guint i = 0; i < HELLOS; i++) {
        if (!due(copies, i) || !suits(copies, i))
            continue;
        take_original(copies, i);
        copies->of[i].asked++;
        copies->of[i].even = copies->even;
        copies->out++;
        *tag = i;
        return offer_copy(hello_of(copies, i));
    }
    return NULL;
}

static void say(Copies *copies)
{
    guint rare, all;
    tally(copies, &rare, &all);
    g_autofree char *value = rare ? g_strdup_printf("%u of %u", rare, all) : NULL;
    known_behaviour(copies->known, "two-configurations", value, NULL);
    copies->said = true;
}

static void copies_tell(Strategy *strategy, guint tag, const Told *told)
{
    Copies *copies = (Copies *)strategy;
    copies->out--;
    if (told->verdict == VERDICT_LOST)
        return;
    g_autofree char *answer = signature(told->reply);
    count(copies, tag, answer);
    if (told->verdict != VERDICT_CHOSEN)
        return;
    copies_note(copies->known, told->offer, told->reply);
    known_note(copies->known, told->offer, told->reply, told->connection, NULL);
}

static guint copies_want(const Strategy *strategy)
{
    return due_in_all((const Copies *)strategy);
}

static bool versions_over(const Known *known)
{
    for (guint i = 1; i < KNOWN_VERSIONS; i++)
        if (!known->versions[i].over)
            return false;
    return true;
}

static bool copies_over(const Strategy *strategy)
{
    const Copies *copies = (const Copies *)strategy;
    return versions_over(copies->known) && !due_in_all(copies) && !copies->out;
}

static void copies_stop(Strategy *strategy, const char *reason)
{
    Copies *copies = (Copies *)strategy;
    (void)reason;
    if (copies->known->doubted && !copies->said)
        say(copies);
}

static void copies_free(Strategy *strategy)
{
    Copies *copies = (Copies *)strategy;
    for (guint i = 0; i < HELLOS; i++)
        for (guint j = 0; j < MOST_ANSWERS; j++)
            g_free(copies->of[i].answers[j]);
    g_free(copies);
}

static const StrategyClass copies_class = {
    .ask = copies_ask,
    .on = copies_on,
    .tell = copies_tell,
    .want = copies_want,
    .left = copies_want,
    .over = copies_over,
    .stop = copies_stop,
    .free = copies_free,
};

Strategy *copies_new(Known *known)
{
    Copies *copies = g_new0(Copies, 1);
    copies->base.class = &copies_class;
    copies->base.rank = RANK_LAST;
    copies->base.raw = copies->base.settles = true;
    copies->known = known;
    return &copies->base;
}
