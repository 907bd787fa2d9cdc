#include "worker/probe/dive.h"

#include "worker/probe/pool.h"
#include "worker/talk/stack.h"
#include "worker/talk/starttls.h"

typedef struct Dive {
    Probe base;
    Pool *pool;
    char *protocol;
    bool starttls;
} Dive;

static void take_facts(Dive *dive)
{
    json_t *fact;
    while ((fact = pool_next_fact(dive->pool)))
        probe_fact(&dive->base, fact);
}

static guint dive_wants(const Probe *probe)
{
    return pool_wants(((const Dive *)probe)->pool);
}

static Talk *dive_next(Probe *probe, const char *connection, const char **hello)
{
    Dive *dive = (Dive *)probe;
    bool half_close = false;
    Offer *offer = pool_next(dive->pool, connection, &half_close);
    take_facts(dive);
    if (!offer)
        return NULL;
    *hello = "question";
    Talk *ask = ask_new(offer, half_close);
    return dive->starttls ? stack_new(starttls_new(dive->protocol), ask) : ask;
}

static void dive_tell(Probe *probe, Talk *talk)
{
    Dive *dive = (Dive *)probe;
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
    return pool_over(((const Dive *)probe)->pool, outcome);
}

static void dive_free(Probe *probe)
{
    Dive *dive = (Dive *)probe;
    pool_free(dive->pool);
    g_free(dive->protocol);
}

static const ProbeClass dive_class = {
    .wants = dive_wants,
    .next = dive_next,
    .tell = dive_tell,
    .tell_failed = dive_tell_failed,
    .over = dive_over,
    .free = dive_free,
};

Probe *dive_new(const DiveSpec *spec)
{
    Pool *pool = pool_new(spec);
    if (!pool)
        return NULL;
    Dive *dive = g_new0(Dive, 1);
    probe_init(&dive->base, &dive_class);
    dive->pool = pool;
    dive->protocol = g_strdup(spec->protocol);
    dive->starttls = spec->starttls;
    take_facts(dive);
    return &dive->base;
}
