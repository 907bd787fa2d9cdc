#include "worker/loop/errand.h"

#include <math.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/loop/carry.h"
#include "worker/loop/clock.h"
#include "worker/probe/probe.h"

enum { PORT_MAX = 65535, ALPN_MAX = 64 };

/* One conversation with its connection. */
typedef struct Leg {
    Errand *errand;
    Talk *talk;        /* NULL: not asked for yet */
    const char *hello; /* usual or permissive; static */
    Race *race;
    Carry *carry;   /* NULL: not connected */
    Attempt chosen; /* the attempt that won; without args */
} Leg;

struct Errand {
    const Party *party;
    char *id;
    Host *host;
    Probe *probe;    /* NULL: not begun */
    GPtrArray *legs; /* Leg, owned */
    /* of the job */
    char *protocol, *server_name, *priority;
    GStrv alpn;
    double idle, total; /* seconds */
    guint port, weight, next_number;
    bool starttls;
    /* where it stands */
    const char *state;    /* static or interned */
    const char *stopping; /* the result of errand_stop; static */
    double began;         /* when it last left waiting */
    bool over;
};

static double errand_now(const Errand *errand)
{
    return clock_now(errand->party->epoch);
}

/* ---- facts ---- */

static json_t *seconds(double value)
{
    return json_real(round(value * 1e6) / 1e6);
}

static void tell(const Errand *errand, json_t *fact)
{
    json_object_set_new(fact, "endpoint", json_string(errand->id));
    if (json_object_get(fact, "at") == NULL)
        json_object_set_new(fact, "at", seconds(errand_now(errand)));
    errand->party->fact(errand->party->data, fact);
}

static void set_state(Errand *errand, const char *state)
{
    if (errand->state == NULL || g_str_equal(errand->state, "waiting"))
        errand->began = errand_now(errand);
    errand->state = state;
}

static void enter(Errand *errand, const char *state)
{
    json_t *fact = fact_new(FACT_STATE);

    if (g_strcmp0(errand->state, state) == 0) {
        json_decref(fact);
        return;
    }
    set_state(errand, state);
    json_object_set_new(fact, "state", json_string(state));
    tell(errand, fact);
}

static json_t *connection_id(const Errand *errand, guint number)
{
    return json_sprintf("%s.%u", errand->id, number);
}

static json_t *connection_fact(const Leg *leg, const char *event, const Attempt *attempt)
{
    json_t *fact = fact_new(FACT_CONNECTION);
    g_autofree char *address = address_text(&attempt->address);

    json_object_set_new(fact, "connection", connection_id(leg->errand, attempt->number));
    json_object_set_new(fact, "event", json_string(event));
    json_object_set_new(fact, "address", json_string(address));
    json_object_set_new(fact, "port", json_integer(leg->errand->port));
    if (leg->hello != NULL)
        json_object_set_new(fact, "hello", json_string(leg->hello));
    if (attempt->took > 0)
        json_object_set_new(fact, "took", seconds(attempt->took));
    if (attempt->reason != NULL)
        json_object_set_new(fact, "reason", json_string(attempt->reason));
    return fact;
}

/* It is over: the last that is told of it. */
static void finish(Errand *errand, const ProbeOutcome *outcome)
{
    json_t *fact = fact_new(FACT_DONE);
    bool begun = !g_str_equal(errand->state, "waiting");

    errand->over = true;
    json_object_set_new(fact, "result", json_string(outcome->result));
    if (outcome->reason != NULL)
        json_object_set_new(fact, "reason", json_string(outcome->reason));
    json_object_set_new(fact, "phase",
                        json_string(outcome->phase != NULL ? outcome->phase : errand->state));
    json_object_set_new(fact, "took", seconds(begun ? errand_now(errand) - errand->began : 0));
    if (outcome->args != NULL)
        json_object_set(fact, "args", outcome->args);
    tell(errand, fact);
    errand->party->over(errand->party->data, errand);
}

static void finish_local(Errand *errand, const char *what)
{
    g_autoptr(json_t) args = json_pack("{s:s}", "what", what);
    const ProbeOutcome outcome = {.result = "local", .reason = "local-failure", .args = args};

    finish(errand, &outcome);
}

/* ---- legs ---- */

static const RaceEvents race_events;

static void leg_free(gpointer data)
{
    Leg *leg = data;

    carry_free(leg->carry);
    race_free(leg->race);
    talk_free(leg->talk);
    g_free(leg);
}

/* A leg that waits for its connection. Without a talk it is the first of its errand. */
static void leg_new(Errand *errand, Talk *talk, const char *hello)
{
    Leg *leg = g_new0(Leg, 1);
    const RaceGoal goal = {
        .host = errand->host,
        .port = errand->port,
        .weight = talk == NULL ? errand->weight : 0, /* what is begun is brought to its end */
        .timeout = errand->idle,
        .events = &race_events,
        .data = leg,
    };

    leg->errand = errand;
    leg->talk = talk;
    leg->hello = hello;
    leg->race = race_new(errand->party->track, &goal);
    g_ptr_array_add(errand->legs, leg);
}

static void errand_go_on(Errand *errand);

static bool errand_begin(Errand *errand)
{
    g_autoptr(GError) error = NULL;
    const ProbeSpec spec = {
        .protocol = errand->protocol,
        .starttls = errand->starttls,
        .server_name = errand->server_name,
        .alpn = (const char *const *)errand->alpn,
        .priority = errand->priority,
    };

    errand->probe = probe_new(&spec, &error);
    if (errand->probe == NULL)
        finish_local(errand, error->message);
    return errand->probe != NULL;
}

/* The first leg has its slot: it gets the probe's first conversation, other legs the rest. */
static bool leg_begin(Leg *leg)
{
    Errand *errand = leg->errand;

    if (!errand_begin(errand))
        return false;
    leg->talk = probe_next(errand->probe, &leg->hello);
    errand_go_on(errand);
    return !errand->over;
}

static guint on_begins(void *data, const Address *address)
{
    Leg *leg = data;
    Errand *errand = leg->errand;
    Attempt attempt = {.address = *address};

    if (errand->over || (leg->talk == NULL && !leg_begin(leg)))
        return 0;
    attempt.number = errand->next_number++;
    enter(errand, "connecting");
    tell(errand, connection_fact(leg, "connecting", &attempt));
    return attempt.number;
}

static void on_failed(void *data, const Attempt *attempt)
{
    const Leg *leg = data;

    tell(leg->errand, connection_fact(leg, "failed", attempt));
}

static void on_answered(void *data, const Attempt *attempt)
{
    const Leg *leg = data;

    tell(leg->errand, connection_fact(leg, "open", attempt));
}

static void on_race_closed(void *data, const Attempt *attempt)
{
    const Leg *leg = data;

    tell(leg->errand, connection_fact(leg, "closed", attempt));
}

static void on_lost(void *data, const Attempt *attempt)
{
    Leg *leg = data;
    Errand *errand = leg->errand;

    probe_tell_failed(errand->probe, attempt->result, attempt->reason, attempt->args);
    g_ptr_array_remove(errand->legs, leg);
    errand_go_on(errand);
}

/* A fact of the conversation. */
static void on_fact(void *data, json_t *fact)
{
    Leg *leg = data;
    Errand *errand = leg->errand;

    if (fact_kind(fact) == FACT_STATE)
        set_state(errand, g_intern_string(fact_string(fact, "state", "connecting")));
    json_object_set_new(fact, "connection", connection_id(errand, leg->chosen.number));
    tell(errand, fact);
}

static void on_ended(void *data)
{
    Leg *leg = data;
    Errand *errand = leg->errand;

    leg->chosen.took = errand_now(errand) - leg->chosen.began;
    leg->chosen.reason = errand->stopping ? errand->stopping : leg->talk->reason;
    json_t *fact = connection_fact(leg, "closed", &leg->chosen);
    json_object_set_new(fact, "sent", json_integer((json_int_t)carry_sent(leg->carry)));
    json_object_set_new(fact, "received", json_integer((json_int_t)carry_received(leg->carry)));
    tell(errand, fact);
    probe_tell(errand->probe, leg->talk);
    if (errand->stopping != NULL)
        return; /* errand_stop is at work on the legs */
    g_ptr_array_remove(errand->legs, leg);
    errand_go_on(errand);
}

static void on_won(void *data, int fd, const Attempt *attempt)
{
    static const CarryEvents carry_events = {on_fact, on_ended};
    Leg *leg = data;
    const Errand *errand = leg->errand;
    const CarryGoal goal = {.talk = leg->talk,
                            .fd = fd,
                            .idle = errand->idle,
                            .total = errand->total,
                            .epoch = errand->party->epoch,
                            .events = &carry_events,
                            .data = leg};

    leg->chosen = *attempt;
    leg->chosen.args = NULL;
    leg->talk->round_trip = attempt->took;
    leg->carry = carry_new(errand->party->loop, &goal);
    carry_hold(leg->carry, errand->party->held);
}

static const RaceEvents race_events = {on_begins,      on_failed, on_answered,
                                       on_race_closed, on_won,    on_lost};

/* Makes legs of what the probe asks next; it is over when nothing is left. */
static void errand_go_on(Errand *errand)
{
    ProbeOutcome outcome;
    const char *hello = NULL;
    Talk *talk;

    if (errand->over)
        return;
    while ((talk = probe_next(errand->probe, &hello)) != NULL)
        leg_new(errand, talk, hello);
    if (probe_over(errand->probe, &outcome))
        finish(errand, &outcome);
}

/* ---- the job ---- */

static bool read_alpn(Errand *errand, const json_t *alpn)
{
    g_autoptr(GPtrArray) protocols = g_ptr_array_new_with_free_func(g_free);
    const json_t *protocol;
    size_t i;

    if (json_array_size(alpn) > ALPN_MAX)
        return false;
    json_array_foreach(alpn, i, protocol)
    {
        if (!json_is_string(protocol))
            return false;
        g_ptr_array_add(protocols, g_strdup(json_string_value(protocol)));
    }
    if (protocols->len == 0)
        return true;
    g_ptr_array_add(protocols, NULL);
    errand->alpn = (GStrv)g_ptr_array_steal(protocols, NULL);
    return true;
}

/* NULL, or what is wrong. */
static const char *read_job(Errand *errand, const json_t *job)
{
    json_int_t port = fact_integer(job, "port", 0), weight = fact_integer(job, "weight", 0);
    json_int_t number = fact_integer(job, "connection", 1);
    const char *entry = fact_string(job, "entry", "");

    errand->protocol = g_strdup(fact_string(job, "protocol", NULL));
    errand->server_name = g_strdup(fact_string(job, "server_name", NULL));
    errand->priority = g_strdup(fact_string(job, "priority", NULL));
    errand->idle = fact_number(job, "idle", LIMIT_IDLE_MS / 1000.0);
    errand->total = fact_number(job, "total", errand->idle * LIMIT_TOTAL_FACTOR);
    errand->starttls = g_str_equal(entry, "starttls");
    errand->port = (guint)port;
    errand->weight = (guint)CLAMP(weight, 0, G_MAXUINT);
    errand->next_number = (guint)number;
    if (port < 1 || port > PORT_MAX)
        return "port";
    if (!errand->starttls && !g_str_equal(entry, "tls"))
        return "entry";
    if (number < 1 || number > G_MAXINT)
        return "connection";
    if (!(errand->idle > 0) || !(errand->total > 0))
        return "idle, total";
    return read_alpn(errand, json_object_get(job, "alpn")) ? NULL : "alpn";
}

/* The family of a job; -1 if it is none. */
static int read_family(const json_t *job)
{
    switch (fact_integer(job, "family", 0)) {
    case 0:
        return AF_UNSPEC;
    case 4:
        return AF_INET;
    case 6:
        return AF_INET6;
    default:
        return -1;
    }
}

Errand *errand_new(const Party *party, const json_t *job, const char **why)
{
    const char *id = fact_string(job, "endpoint", ""), *host = fact_string(job, "host", "");
    int family = read_family(job);
    Errand *errand = g_new0(Errand, 1);

    errand->party = party;
    errand->id = g_strdup(id);
    errand->legs = g_ptr_array_new_with_free_func(leg_free);
    *why = id[0] == '\0' ? "endpoint" : host[0] == '\0' ? "host" : family < 0 ? "family" : NULL;
    if (*why == NULL)
        *why = read_job(errand, job);
    if (*why != NULL) {
        errand_free(errand);
        return NULL;
    }
    errand->host = names_use(party->names, host, family);
    enter(errand, "waiting");
    return errand;
}

const char *errand_id(const Errand *errand)
{
    return errand->id;
}

Host *errand_host(const Errand *errand)
{
    return errand->host;
}

/* ---- what befalls it ---- */

void errand_resolving(Errand *errand)
{
    if (!errand->over)
        enter(errand, "resolving");
}

void errand_known(Errand *errand)
{
    const Host *host = errand->host;

    if (errand->over)
        return;
    if (host->addresses->len > 0) {
        leg_new(errand, NULL, NULL);
        return;
    }
    g_autoptr(json_t) args = json_pack("{s:s}", "name", host->name);
    const ProbeOutcome outcome = {.result = host->result, .reason = host->reason, .args = args};
    finish(errand, &outcome);
}

void errand_settle(Errand *errand)
{
    if (!errand->over && errand->probe == NULL && errand->host->known)
        enter(errand, "waiting");
}

bool errand_waits(const Errand *errand)
{
    return g_str_equal(errand->state, "waiting");
}

void errand_stop(Errand *errand, const char *result)
{
    const ProbeOutcome outcome = {.result = result, .reason = result};

    if (errand->over)
        return;
    errand->stopping = result;
    for (guint i = 0; i < errand->legs->len; i++) {
        Leg *leg = errand->legs->pdata[i];
        if (leg->carry != NULL)
            carry_stop(leg->carry);
        else
            race_stop(leg->race, result);
    }
    finish(errand, &outcome);
}

void errand_hold(Errand *errand)
{
    for (guint i = 0; i < errand->legs->len; i++) {
        Leg *leg = errand->legs->pdata[i];
        if (leg->carry != NULL)
            carry_hold(leg->carry, errand->party->held);
    }
}

void errand_free(Errand *errand)
{
    g_ptr_array_unref(errand->legs);
    probe_free(errand->probe);
    if (errand->host != NULL)
        names_leave(errand->party->names, errand->host);
    g_free(errand->id);
    g_free(errand->protocol);
    g_free(errand->server_name);
    g_free(errand->priority);
    g_strfreev(errand->alpn);
    g_free(errand);
}
