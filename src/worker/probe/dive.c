/* The raw hellos come from the pool. Handshakes that are completed (sessions.h) are few, but each
 * waits for the one before: as long as nothing is lost they are the first of what is aside, once
 * all that the dive is for is answered. A server that serves one after the other is kept by them
 * for some round trips, and whoever waits behind them too.
 */
#include "worker/probe/dive.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/probe/pool.h"
#include "worker/probe/sessions.h"
#include "worker/talk/stack.h"
#include "worker/talk/starttls.h"
#include "worker/talk/transcript.h"

#include <string.h>

typedef struct Dive {
    Probe base;
    Pool *pool;
    Sessions *sessions;  /* NULL: not asked for */
    GHashTable *written; /* what its questions have told of bytes and certificates */
    char *protocol;
    bool starttls;
    guint in_flight;
    guint out; /* connections that sessions have */
} Dive;

/* What the sessions still want is not the pool's to know. */
static void count_sessions(const Dive *dive, json_t *fact)
{
    if (!dive->sessions || fact_kind(fact) != FACT_DIVE ||
        strcmp(fact_string(fact, "event", ""), "progress") != 0)
        return;
    json_int_t left = fact_integer(fact, "left", 0) + sessions_left(dive->sessions);
    json_object_set_new(fact, "left", json_integer(left));
}

/* What the pool has learned of versions is for the sessions too: TLS 1.3, and the best below it. */
static void lend_versions(Dive *dive)
{
    if (pool_tls13(dive->pool))
        sessions_accept(dive->sessions, TLS_1_3);
    if (pool_older(dive->pool))
        sessions_accept(dive->sessions, pool_older(dive->pool));
}

static void take_facts(Dive *dive)
{
    ProbeOutcome outcome;
    json_t *fact;
    while ((fact = pool_next_fact(dive->pool))) {
        count_sessions(dive, fact);
        probe_fact(&dive->base, fact);
    }
    if (!dive->sessions)
        return;
    lend_versions(dive);
    if (pool_over(dive->pool, &outcome))
        sessions_alone(dive->sessions);
    if (pool_over(dive->pool, &outcome) && outcome.reason)
        sessions_stop(dive->sessions, outcome.reason);
    else if (!pool_allowed(dive->pool))
        sessions_stop(dive->sessions, "limit-connections");
    while ((fact = sessions_next_fact(dive->sessions)))
        probe_fact(&dive->base, fact);
}

static bool dive_spend(Probe *probe, bool again)
{
    return pool_spend(((Dive *)probe)->pool, again);
}

static void dive_spare(Probe *probe)
{
    Dive *dive = (Dive *)probe;
    pool_spare(dive->pool);
    take_facts(dive);
}

static bool may_complete(const Dive *dive)
{
    return pool_calm(dive->pool) && pool_main_over(dive->pool);
}

static guint dive_wants(const Probe *probe)
{
    const Dive *dive = (const Dive *)probe;
    guint wants = pool_wants(dive->pool);
    guint sessions = dive->sessions ? sessions_wants(dive->sessions) : 0;
    guint room = may_complete(dive) ? pool_allowed(dive->pool) : 0;
    sessions = MIN(sessions, dive->out + room);
    return MAX(wants, MIN(wants + sessions, dive->in_flight));
}

static Talk *behind_dialogue(const Dive *dive, Talk *talk)
{
    return dive->starttls ? stack_new(starttls_new(dive->protocol), talk) : talk;
}

/* The next handshake of the sessions. */
static Talk *next_session(Dive *dive, const char *connection)
{
    bool free = dive->sessions && may_complete(dive);
    Talk *client = free ? sessions_next(dive->sessions, connection) : NULL;
    if (!client)
        return NULL;
    dive->out++;
    pool_take(dive->pool);
    return behind_dialogue(dive, client);
}

static Talk *dive_next(Probe *probe, const char *connection, const char **hello)
{
    Dive *dive = (Dive *)probe;
    bool half_close = false;
    *hello = "question";
    Offer *offer = pool_next(dive->pool, POOL_MAIN, connection, &half_close);
    if (!offer && pool_room(dive->pool) > dive->out) {
        Talk *client = next_session(dive, connection);
        if (client)
            return client;
        offer = pool_next(dive->pool, POOL_ASIDE, connection, &half_close);
    }
    take_facts(dive);
    if (!offer)
        return NULL;
    Talk *ask = ask_new(offer, half_close);
    ask_share(ask, dive->written);
    return behind_dialogue(dive, ask);
}

static void dive_tell(Probe *probe, Talk *talk)
{
    Dive *dive = (Dive *)probe;
    if (dive->sessions && sessions_tell(dive->sessions, stack_last(talk), talk))
        dive->out--;
    else
        pool_tell(dive->pool, ask_offer(talk), ask_reply(talk));
    take_facts(dive);
}

static void dive_tell_failed(Probe *probe, const ProbeOutcome *why)
{
    Dive *dive = (Dive *)probe;
    pool_tell_failed(dive->pool, why);
    take_facts(dive);
}

static bool dive_over(const Probe *probe, ProbeOutcome *outcome)
{
    const Dive *dive = (const Dive *)probe;
    return pool_over(dive->pool, outcome) && (!dive->sessions || sessions_over(dive->sessions));
}

static void dive_free(Probe *probe)
{
    Dive *dive = (Dive *)probe;
    pool_free(dive->pool);
    sessions_free(dive->sessions);
    g_hash_table_unref(dive->written);
    g_free(dive->protocol);
}

static const ProbeClass dive_class = {
    .wants = dive_wants,
    .spend = dive_spend,
    .spare = dive_spare,
    .next = dive_next,
    .tell = dive_tell,
    .tell_failed = dive_tell_failed,
    .over = dive_over,
    .free = dive_free,
};

Probe *dive_new(const DiveSpec *spec)
{
    g_autoptr(Talk) dialogue = spec->starttls ? starttls_new(spec->protocol) : NULL;
    Pool *pool = spec->starttls && !dialogue ? NULL : pool_new(spec);
    if (!pool)
        return NULL;
    Dive *dive = g_new0(Dive, 1);
    probe_init(&dive->base, &dive_class);
    dive->pool = pool;
    dive->written = transcript_written_new();
    dive->protocol = g_strdup(spec->protocol);
    dive->starttls = spec->starttls;
    dive->in_flight = spec->in_flight ? spec->in_flight : LIMIT_PER_ADDRESS;
    if (spec->depth == DIVE_FULL)
        dive->sessions = sessions_new(spec->server_name);
    take_facts(dive);
    return &dive->base;
}
