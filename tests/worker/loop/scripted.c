#include "tests/worker/loop/scripted.h"

#include "common/fact/fact.h"
#include "tests/check.h"

/* What a script does: the conversations in all, those that may run at once, and the connections it
 * wants before and after the first has ended. */
typedef struct Script {
    const char *name;
    guint all, at_once, wants, then;
    bool again; /* the second only where the first has failed */
} Script;

static const Script scripts[] = {
    {"once", 1, 1, 1, 0, false},  {"twice", 2, 1, 1, 1, true},   {"pair", 2, 2, 2, 1, false},
    {"ahead", 4, 1, 2, 2, false}, {"greedy", 3, 1, 3, 1, false},
};

typedef struct Scripted {
    Probe base;
    const Script *script;
    const char *hello; /* NULL: those of a first handshake */
    guint given, told;
    bool failed; /* the last did */
    char *result, *reason;
    json_t *args;
} Scripted;

static void greet_start(Talk *talk, double now)
{
    talk_phase(talk, "hello", now);
    talk_send(talk, "hello", 5, now);
    talk->after = "hello";
}

/* Any answer will do. */
static void greet_feed(Talk *talk, const uint8_t *data, size_t size, double now)
{
    json_t *fact = fact_new(FACT_DIALOGUE);

    json_object_set_new(fact, "text", fact_text(data, size));
    talk_fact(talk, fact, now);
    talk_done(talk);
}

static void greet_end(Talk *talk, TalkEnd how, double now)
{
    talk_fail_end(talk, how, now);
}

static const TalkClass greet_class = {"greet", greet_start, greet_feed, greet_end,
                                      NULL,    NULL,        NULL};

static guint scripted_left(const Scripted *scripted)
{
    if (scripted->script->again && scripted->told > 0 && !scripted->failed)
        return 0;
    return scripted->script->all - scripted->given;
}

static guint scripted_wants(const Probe *probe)
{
    const Scripted *scripted = (const Scripted *)probe;

    if (scripted->told == scripted->given && scripted_left(scripted) == 0)
        return 0;
    return scripted->told > 0 ? scripted->script->then : scripted->script->wants;
}

static Talk *scripted_next(Probe *probe, const char *connection, const char **hello)
{
    Scripted *scripted = (Scripted *)probe;
    guint out = scripted->given - scripted->told;
    json_t *fact;

    if (scripted_left(scripted) == 0 || out >= scripted->script->at_once)
        return NULL;
    *hello = scripted->hello ? scripted->hello : first_hello(probe);
    scripted->given++;
    fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "connection", json_string(connection));
    json_object_set_new(fact, "code", json_sprintf("asks-%u", scripted->given));
    if (scripted->script->all > 2)
        probe_fact(probe, fact);
    else
        json_decref(fact);
    Talk *talk = g_new0(Talk, 1);
    talk_init(talk, &greet_class);
    return talk;
}

static void scripted_end(Scripted *scripted, const char *result, const char *reason, json_t *args)
{
    g_free(scripted->result);
    g_free(scripted->reason);
    json_decref(scripted->args);
    scripted->failed = result != NULL;
    scripted->result = g_strdup(result ? result : "finished");
    scripted->reason = g_strdup(reason);
    scripted->args = json_incref(args);
}

static void scripted_tell(Probe *probe, Talk *talk)
{
    Scripted *scripted = (Scripted *)probe;

    ck_assert_int_ne(talk->state, TALK_GOING);
    scripted->told++;
    scripted_end(scripted, talk->result, talk->reason, talk->args);
}

/* It gives up, but for what is out. */
static void scripted_tell_failed(Probe *probe, const ProbeOutcome *why)
{
    Scripted *scripted = (Scripted *)probe;

    scripted_end(scripted, why->result, why->reason, why->args);
    scripted->told += scripted->script->all - scripted->given;
    scripted->given = scripted->script->all;
}

static bool scripted_over(const Probe *probe, ProbeOutcome *outcome)
{
    const Scripted *scripted = (const Scripted *)probe;

    if (scripted->told < scripted->given || scripted_left(scripted) > 0)
        return false;
    *outcome = (ProbeOutcome){scripted->result, scripted->reason, scripted->args, NULL};
    return true;
}

static void scripted_free(Probe *probe)
{
    Scripted *scripted = (Scripted *)probe;

    g_free(scripted->result);
    g_free(scripted->reason);
    json_decref(scripted->args);
}

static const ProbeClass scripted_class = {
    .wants = scripted_wants,
    .next = scripted_next,
    .tell = scripted_tell,
    .tell_failed = scripted_tell_failed,
    .over = scripted_over,
    .free = scripted_free,
};

static Probe *scripted_new(const char *name)
{
    Scripted *scripted = g_new0(Scripted, 1);

    probe_init(&scripted->base, &scripted_class);
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++)
        if (g_str_equal(scripts[i].name, name))
            scripted->script = &scripts[i];
    ck_assert_ptr_nonnull(scripted->script);
    return &scripted->base;
}

Probe *first_new(const FirstSpec *spec, GError **error)
{
    if (g_strcmp0(spec->priority, "bad") == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "priority");
        return NULL;
    }
    return scripted_new(spec->protocol);
}

DiveSpec scripted_dive;

Probe *dive_new(const DiveSpec *spec)
{
    scripted_dive = *spec;
    if (g_str_equal(spec->server_name, "none"))
        return NULL;
    Probe *probe = scripted_new(spec->server_name);
    json_t *fact = fact_new(FACT_DIVE);
    json_object_set_new(fact, "event", json_string("begun"));
    probe_fact(probe, fact);
    ((Scripted *)probe)->hello = "question";
    return probe;
}

const char *first_hello(const Probe *probe)
{
    return ((const Scripted *)probe)->given == 0 ? "usual" : "permissive";
}
