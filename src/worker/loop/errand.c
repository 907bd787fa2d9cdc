#include "worker/loop/errand.h"

#include <math.h>

#include "common/fact/fact.h"
#include "worker/loop/clock.h"
#include "worker/loop/job.h"
#include "worker/loop/leg.h"
#include "worker/probe/first.h"

/* Legs of a dive wait behind all that have their first handshake before them. A single question is
 * waited for by somebody at the screen. */
enum { WEIGHT_BEGUN = 0, WEIGHT_DIVE = G_MAXINT };

typedef enum Stage { STAGE_HANDSHAKE, STAGE_DIVE } Stage;

struct Errand {
    const Party *party;
    Job job;
    Host *host;
    Stage stage;
    Probe *probe;    /* of the stage; NULL: not begun */
    GPtrArray *legs; /* Leg, owned, as they were made */
    GQueue open;     /* those that have no conversation yet, as they were opened */
    guint next_number;
    guint dived;          /* connections that the dive has made */
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
    json_object_set_new(fact, "endpoint", json_string(errand->job.endpoint));
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
    if (errand->stage == STAGE_DIVE) { /* the states are the handshake's */
        json_decref(fact);
        return;
    }
    json_object_set_new(fact, "state", json_string(state));
    tell(errand, fact);
}

/* Adds how something ended. */
static void set_outcome(json_t *fact, const ProbeOutcome *outcome)
{
    json_object_set_new(fact, "result", json_string(outcome->result));
    if (outcome->reason != NULL)
        json_object_set_new(fact, "reason", json_string(outcome->reason));
    if (outcome->args != NULL)
        json_object_set(fact, "args", outcome->args);
}

/* The handshake is over. */
static void tell_done(const Errand *errand, const ProbeOutcome *outcome)
{
    json_t *fact = fact_new(FACT_DONE);
    bool begun = !g_str_equal(errand->state, "waiting");

    set_outcome(fact, outcome);
    json_object_set_new(fact, "phase",
                        json_string(outcome->phase != NULL ? outcome->phase : errand->state));
    json_object_set_new(fact, "took", seconds(begun ? errand_now(errand) - errand->began : 0));
    tell(errand, fact);
}

/* All is over: the last that is told of it. */
static void finish(Errand *errand, const ProbeOutcome *outcome)
{
    errand->over = true;
    if (errand->stage == STAGE_HANDSHAKE)
        tell_done(errand, outcome);
    if (errand->job.dives) {
        json_t *fact = fact_new(FACT_DIVE);
        json_object_set_new(fact, "event", json_string("over"));
        json_object_set_new(fact, "depth", json_string(job_depth(&errand->job)));
        json_object_set_new(fact, "connections", json_integer(errand->dived));
        set_outcome(fact, outcome);
        tell(errand, fact);
    }
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

/* The hello that the next leg is for. */
static const char *errand_hello(const Errand *errand)
{
    if (errand->stage == STAGE_DIVE)
        return "question";
    return errand->probe != NULL ? first_hello(errand->probe) : NULL;
}

static guint errand_weight(const Errand *errand)
{
    if (errand->stage == STAGE_DIVE)
        return errand->job.depth == DIVE_ONE ? WEIGHT_BEGUN : WEIGHT_DIVE;
    return errand->probe != NULL ? WEIGHT_BEGUN : errand->job.weight;
}

static void errand_leg(Errand *errand)
{
    const LegGoal goal = {
        .loop = errand->party->loop,
        .track = errand->party->track,
        .host = errand->host,
        .endpoint = errand->job.endpoint,
        .port = errand->job.port,
        .weight = errand_weight(errand),
        .idle = errand->job.idle,
        .total = errand->job.total,
        .epoch = errand->party->epoch,
        .hello = errand_hello(errand),
        .events = &leg_events,
        .data = errand,
    };

    g_ptr_array_add(errand->legs, leg_new(&goal));
}

/* Closes a connection that nobody has use for. */
static void errand_drop(Errand *errand, Leg *leg)
{
    if (g_queue_remove(&errand->open, leg))
        probe_spare(errand->probe);
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

/* Whether a dive may find something after a handshake that ended so: TLS was spoken, or the hello
 * was turned away, or met silence: some servers bear short hellos alone. */
static bool may_dive(const Errand *errand, const ProbeOutcome *outcome)
{
    static const char *const phases[] = {"certificate", "key-exchange", "listening", NULL};
    static const char *const results[] = {"alert", "illegal", "closed", "reset", "timed-out", NULL};
    const char *phase = outcome->phase != NULL ? outcome->phase : errand->state;

    if (outcome->reason == NULL || g_strv_contains(phases, phase))
        return true;
    return g_str_equal(phase, "hello") && g_strv_contains(results, outcome->result);
}

/* The probe is over: so is the errand, or its dive is next. */
static void errand_turn(Errand *errand, const ProbeOutcome *outcome)
{
    errand_leave(errand);
    if (errand->stage == STAGE_DIVE || !errand->job.dives || !may_dive(errand, outcome)) {
        finish(errand, outcome);
        return;
    }
    tell_done(errand, outcome);
    g_clear_pointer(&errand->probe, probe_free);
    errand->stage = STAGE_DIVE;
    errand->state = "waiting";
    errand_leg(errand);
}

/* Does what the probe wants now; the stage is over when nothing is left. */
static void errand_go_on(Errand *errand)
{
    ProbeOutcome outcome;

    if (errand->over)
        return;
    errand_facts(errand);
    errand_bind(errand);
    if (probe_over(errand->probe, &outcome)) {
        errand_turn(errand, &outcome);
        return;
    }
    guint wants = probe_wants(errand->probe);
    errand_shrink(errand, wants);
    while (errand->legs->len < wants)
        errand_leg(errand);
}

static Probe *handshake_new(const Errand *errand, GError **error)
{
    const Job *job = &errand->job;
    const FirstSpec spec = {
        .protocol = job->protocol,
        .starttls = job->starttls,
        .server_name = job->server_name,
        .alpn = (const char *const *)job->alpn,
        .priority = job->priority,
    };

    return first_new(&spec, error);
}

static Probe *dive_of(const Errand *errand, GError **error)
{
    const Job *job = &errand->job;
    const DiveSpec spec = {
        .protocol = job->protocol,
        .starttls = job->starttls,
        .host = job->host,
        .server_name = job->server_name,
        .depth = job->depth,
        .allowed = job->allowed,
        .in_flight = errand->party->per_address,
        .question = job->question,
        .times = job->times,
    };
    Probe *probe = dive_new(&spec);

    if (probe == NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "a question that cannot be asked");
    return probe;
}

/* The first leg of the stage has its slot. */
static bool errand_begin(Errand *errand, Leg *leg)
{
    g_autoptr(GError) error = NULL;

    errand->probe =
        errand->stage == STAGE_DIVE ? dive_of(errand, &error) : handshake_new(errand, &error);
    if (errand->probe == NULL) {
        finish_local(errand, error->message);
        return false;
    }
    leg_hello(leg, errand_hello(errand));
    errand_go_on(errand);
    return !errand->over;
}

static guint on_begins(void *data, Leg *leg)
{
    Errand *errand = data;

    if (errand->over || (errand->probe == NULL && !errand_begin(errand, leg)))
        return 0;
    if (!probe_spend(errand->probe, leg_state(leg) != LEG_WAITING))
        return 0;
    enter(errand, "connecting");
    errand->dived += errand->stage == STAGE_DIVE;
    return errand->next_number++;
}

static void on_fact(void *data, json_t *fact)
{
    Errand *errand = data;

    if (fact_kind(fact) == FACT_STATE)
        set_state(errand, g_intern_string(fact_string(fact, "state", "connecting")));
    if (fact_kind(fact) == FACT_STATE && errand->stage == STAGE_DIVE)
        json_decref(fact);
    else
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

static void legs_free(gpointer data)
{
    leg_free(data);
}

Errand *errand_new(const Party *party, const json_t *job, const char **why)
{
    Errand *errand = g_new0(Errand, 1);

    errand->party = party;
    errand->legs = g_ptr_array_new_with_free_func(legs_free);
    g_queue_init(&errand->open);
    *why = job_read(&errand->job, job);
    if (*why != NULL) {
        errand_free(errand);
        return NULL;
    }
    errand->stage = errand->job.handshake ? STAGE_HANDSHAKE : STAGE_DIVE;
    errand->next_number = errand->job.connection;
    errand->host = names_use(party->names, errand->job.host, errand->job.family);
    enter(errand, "waiting");
    return errand;
}

const char *errand_id(const Errand *errand)
{
    return errand->job.endpoint;
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
        errand_leg(errand);
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
    job_clear(&errand->job);
    g_free(errand);
}
