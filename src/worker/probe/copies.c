/* 1. Once the first hello of TLS 1.2 is answered, and that of TLS 1.0, it is sent twice more. An
 *    even pair of servers answers three times alike once in four times.
 * 2. For one kind of suite and one kind of offer, the extensions, the certificate and the group
 *    of the ServerHello are the same on one server. Where they differ, or where the answers
 *    contradict each other in any strategy, eight more copies are sent.
 * 3. Copies that are not answered alike are proof: every refusal has to be confirmed from then
 *    on, and no order is claimed.
 */
#include "worker/probe/copies.h"

#include "common/registry/registry.h"
#include "worker/probe/suites.h"

enum { COPIES = 2, COPIES_MORE = 8 };

typedef struct Copies {
    Strategy base;
    Known *known;
    guint asked[KNOWN_VERSIONS], out;
    GHashTable *answers; /* what was answered -> how often */
    bool said;
} Copies;

/* What one server answers alike to one hello. */
static char *signature(const Reply *reply)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%04x %04x %d %u %s", reply->version, reply->suite, reply->alert,
                    reply->has_group ? reply->group : 0, reply->leaf ? reply->leaf : "");
    for (guint i = 0; reply->extensions && i < reply->extensions->len; i++)
        g_string_append_printf(text, " %u", g_array_index(reply->extensions, uint16_t, i));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void copies_first(Known *known, const Told *told, uint16_t version)
{
    KnownVersion *of = known_version(known, version);
    if (of->first || told->verdict != VERDICT_CHOSEN || told->offer->alpn->len)
        return;
    of->first = offer_copy(told->offer);
    of->first_answer = signature(told->reply);
}

void copies_note(Known *known, const Offer *offer, const Reply *reply)
{
    const CipherSuite *suite = registry_suite(reply->suite);
    if (!suite || reply->version >= TLS_1_3)
        return;
    g_autofree char *kind = g_strdup_printf(
        "%04x %04x %d %d %u %u %s %s %s", offer->version, reply->version, offer->bare,
        reply->alpn != NULL, offer->groups->len, offer->extensions->len, suite->exchange,
        suite->authentication ? suite->authentication : "", suite->mode ? suite->mode : "");
    g_autoptr(GString) shown = g_string_new(reply->leaf);
    for (guint i = 0; reply->extensions && i < reply->extensions->len; i++)
        g_string_append_printf(shown, " %u", g_array_index(reply->extensions, uint16_t, i));
    const char *before = g_hash_table_lookup(known->kinds, kind);
    if (before && !g_str_equal(before, shown->str))
        known->suspected = true;
    if (!before)
        g_hash_table_insert(known->kinds, g_steal_pointer(&kind),
                            g_string_free(g_steal_pointer(&shown), FALSE));
}

/* ---- the strategy ---- */

static guint due(const Copies *copies, guint version)
{
    const KnownVersion *of = &copies->known->versions[version];
    bool wanted = of->version == TLS_1_2 || of->version == TLS_1_0;
    bool doubt = copies->known->suspected || copies->known->doubted;
    guint sum = !of->first || !wanted ? 0 : doubt ? COPIES + COPIES_MORE : COPIES;
    return sum > copies->asked[version] ? sum - copies->asked[version] : 0;
}

static guint due_in_all(const Copies *copies)
{
    guint sum = 0;
    for (guint i = 0; i < KNOWN_VERSIONS; i++)
        sum += due(copies, i);
    return sum;
}

static void count(Copies *copies, const char *answer)
{
    guint times = GPOINTER_TO_UINT(g_hash_table_lookup(copies->answers, answer));
    g_hash_table_replace(copies->answers, g_strdup(answer), GUINT_TO_POINTER(times + 1));
}

static Offer *copies_ask(Strategy *strategy, guint *tag)
{
    Copies *copies = (Copies *)strategy;
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        const KnownVersion *of = &copies->known->versions[i];
        if (!due(copies, i))
            continue;
        if (!copies->asked[i]++)
            count(copies, of->first_answer);
        copies->out++;
        *tag = i;
        return offer_copy(of->first);
    }
    return NULL;
}

/* How many answers of how many were not the usual one of their version. */
static void say(Copies *copies)
{
    guint sum = 0, usual[2] = {0};
    GHashTableIter iter;
    gpointer answer, times;
    g_hash_table_iter_init(&iter, copies->answers);
    while (g_hash_table_iter_next(&iter, &answer, &times)) {
        guint number = GPOINTER_TO_UINT(times);
        guint version = g_str_has_prefix(answer, "0301");
        sum += number;
        usual[version] = MAX(usual[version], number);
    }
    g_autofree char *value = g_strdup_printf("%u of %u", sum - usual[0] - usual[1], sum);
    known_behaviour(copies->known, "two-configurations", value, NULL);
    copies->said = true;
}

static void copies_tell(Strategy *strategy, guint tag, const Told *told)
{
    Copies *copies = (Copies *)strategy;
    const KnownVersion *of = &copies->known->versions[tag];
    copies->out--;
    if (told->verdict == VERDICT_LOST)
        return;
    g_autofree char *answer = signature(told->reply);
    count(copies, answer);
    if (!g_str_equal(answer, of->first_answer))
        copies->known->doubted = true;
    if (told->verdict == VERDICT_CHOSEN)
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
    g_hash_table_unref(copies->answers);
    g_free(copies);
}

static const StrategyClass copies_class = {
    .ask = copies_ask,
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
    copies->known = known;
    copies->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &copies->base;
}
