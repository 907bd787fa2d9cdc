#include "worker/loop/errand.h"

#include <math.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/loop/clock.h"
#include "worker/loop/leg.h"
#include "worker/probe/first.h"

enum { PORT_MAX = 65535, ALPN_MAX = 64 };

struct Errand {
    const Party *party;
    char *id;
    Host *host;
    Probe *probe;    /* NULL: not begun */
    GPtrArray *legs; /* Leg, owned, as they were made */
    GQueue open;     /* those that have no conversation yet, as they were opened */
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

static const LegEvents leg_events;

static void errand_leg(Errand *errand, guint weight, const char *hello)
{
    const LegGoal goal = {
        .loop = errand->party->loop,
        .track = errand->party->track,
        .host = errand->host,
        .endpoint = errand->id,
        .port = errand->port,
        .weight = weight,
        .idle = errand->idle,
        .total = errand->total,
        .epoch = errand->party->epoch,
        .hello = hello,
        .events = &leg_events,
        .data = errand,
    };

    g_ptr_array_add(errand->legs, leg_new(&goal));
}

/* Closes a connection that nobody has use for. */
static void errand_drop(Errand *errand, Leg *leg)
{
    g_queue_remove(&errand->open, leg);
    leg_stop(leg, "unused");
    g_ptr_array_remove(errand->legs, leg);
}

static void errand_facts(Errand *errand)
{
    json_t *fact;

    while ((fact = probe_next_fact(errand->probe)) != NULL)
        tell(errand, fact);
}

/* Gives the open connections to conversations, the oldest first. */
static void errand_bind(Errand *errand)
{
    const char *hello = NULL;
    Leg *leg;

    while ((leg = g_queue_peek_head(&errand->open)) != NULL) {
        if (!leg_lives(leg)) {
            errand_drop(errand, leg);
            continue;
        }
        Talk *talk = probe_next(errand->probe, leg_connection(leg), &hello);
        errand_facts(errand);
        if (talk == NULL)
            break;
        g_queue_pop_head(&errand->open);
        leg_hello(leg, hello);
        leg_bind(leg, talk, errand->party->held);
    }
    for (GList *link = errand->open.head; link != NULL; link = link->next)
        leg_keep(link->data);
}

/* Closes connections that are not wanted any more, the newest first. One that is being opened is
 * closed when it is open: it may be wanted again by then. */
static void errand_shrink(Errand *errand, guint wants)
{
    for (guint i = errand->legs->len; i-- > 0 && errand->legs->len > wants;) {
        Leg *leg = errand->legs->pdata[i];
        if (leg_state(leg) == LEG_WAITING || leg_state(leg) == LEG_OPEN)
            errand_drop(errand, leg);
    }
}

/* Closes all connections that are left. */
static void errand_leave(Errand *errand)
{
    for (guint i = 0; i < errand->legs->len; i++)
        if (leg_state(errand->legs->pdata[i]) != LEG_WAITING)
            leg_stop(errand->legs->pdata[i], "unused");
}

/* Does what the probe wants now; it is over when nothing is left. */
static void errand_go_on(Errand *errand)
{
    ProbeOutcome outcome;

    if (errand->over)
        return;
    errand_facts(errand);
    errand_bind(errand);
    if (probe_over(errand->probe, &outcome)) {
        errand_leave(errand);
        finish(errand, &outcome);
        return;
    }
    guint wants = probe_wants(errand->probe);
    errand_shrink(errand, wants);
    while (errand->legs->len < wants)
        errand_leg(errand, 0, first_hello(errand->probe)); /* what is begun is brought to its end */
}

/* The first leg has its slot. */
static bool errand_begin(Errand *errand, Leg *leg)
{
    g_autoptr(GError) error = NULL;
    const FirstSpec spec = {
        .protocol = errand->protocol,
        .starttls = errand->starttls,
        .server_name = errand->server_name,
        .alpn = (const char *const *)errand->alpn,
        .priority = errand->priority,
    };

    errand->probe = first_new(&spec, &error);
    if (errand->probe == NULL) {
        finish_local(errand, error->message);
        return false;
    }
    leg_hello(leg, first_hello(errand->probe));
    errand_go_on(errand);
    return !errand->over;
}

static guint on_begins(void *data, Leg *leg)
{
    Errand *errand = data;

    if (errand->over || (errand->probe == NULL && !errand_begin(errand, leg)))
        return 0;
    enter(errand, "connecting");
    return errand->next_number++;
}

static void on_fact(void *data, json_t *fact)
{
    Errand *errand = data;

    if (fact_kind(fact) == FACT_STATE)
        set_state(errand, g_intern_string(fact_string(fact, "state", "connecting")));
    tell(errand, fact);
}

static void on_open(void *data, Leg *leg)
{
    Errand *errand = data;

    g_queue_push_tail(&errand->open, leg);
    errand_go_on(errand);
}

static void on_lost(void *data, Leg *leg, const Attempt *attempt)
{
    Errand *errand = data;
    const ProbeOutcome why = {attempt->result, attempt->reason, attempt->args, "connecting"};

    probe_tell_failed(errand->probe, &why);
    g_ptr_array_remove(errand->legs, leg);
    errand_go_on(errand);
}

static void on_ended(void *data, Leg *leg)
{
    Errand *errand = data;

    probe_tell(errand->probe, leg_talk(leg));
    if (errand->stopping != NULL)
        return; /* errand_stop is at work on the legs */
    g_ptr_array_remove(errand->legs, leg);
    errand_go_on(errand);
}

static const LegEvents leg_events = {on_begins, on_fact, on_open, on_lost, on_ended};

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

static void legs_free(gpointer data)
{
    leg_free(data);
}

Errand *errand_new(const Party *party, const json_t *job, const char **why)
{
    const char *id = fact_string(job, "endpoint", ""), *host = fact_string(job, "host", "");
    int family = read_family(job);
    Errand *errand = g_new0(Errand, 1);

    errand->party = party;
    errand->id = g_strdup(id);
    errand->legs = g_ptr_array_new_with_free_func(legs_free);
    g_queue_init(&errand->open);
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
        errand_leg(errand, errand->weight, NULL);
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
    for (guint i = 0; i < errand->legs->len; i++)
        leg_stop(errand->legs->pdata[i], result);
    if (errand->probe != NULL)
        errand_facts(errand);
    finish(errand, &outcome);
}

void errand_hold(Errand *errand)
{
    for (guint i = 0; i < errand->legs->len; i++)
        leg_hold(errand->legs->pdata[i], errand->party->held);
}

void errand_free(Errand *errand)
{
    g_queue_clear(&errand->open);
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
