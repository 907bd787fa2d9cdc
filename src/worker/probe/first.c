/* The first probe: one handshake, and two more with wider hellos where the first one was turned
 * away.
 *
 * 1. Ask with the usual hello: what a current client offers. Where it completes, that is the
 * answer.
 * 2. Where the server turned it away before its ServerHello (an alert, a close or reset after the
 *    ClientHello, an illegal ServerHello), ask with the permissive hello: all that GnuTLS can do.
 *    Anonymous suites are in it, which is why it is not asked first.
 * 3. Where that is turned away too, ask it without the FFDHE groups: servers that know no such
 * group, but have a prime of their own, may refuse DHE altogether where some are offered (RFC 7919
 *    section 4).
 * 4. Silence, a ceiling, another protocol, or a refused STARTTLS is an answer: no wider hello
 * changes it. Neither does one that the user asked for in place of the usual one: it is asked
 * alone.
 *
 * The outcome is the first that completed, else the most telling failure, of equal ones the first.
 */
#include "worker/probe/first.h"

#include "common/fact/fact.h"
#include "worker/talk/client.h"
#include "worker/talk/stack.h"
#include "worker/talk/starttls.h"

#include <string.h>

#define USUAL "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0"

#define PERMISSIVE                                                                                 \
    "NORMAL:+CAMELLIA-256-GCM:+CAMELLIA-128-GCM:+CAMELLIA-256-CBC:+CAMELLIA-128-CBC:"              \
    "+AES-128-CCM-8:+AES-256-CCM-8:+3DES-CBC:+ARCFOUR-128:+MD5:+SHA384:+SHA256:+DHE-DSS:"          \
    "+ANON-DH:+ANON-ECDH:+GROUP-SECP192R1:+GROUP-SECP224R1:+SIGN-RSA-MD5:+SIGN-RSA-SHA224:"        \
    "+SIGN-DSA-SHA1:+SIGN-DSA-SHA224:+SIGN-DSA-SHA256:+SIGN-DSA-SHA384:+SIGN-DSA-SHA512:"          \
    "+SIGN-ECDSA-SHA224:%VERIFY_ALLOW_BROKEN:%VERIFY_ALLOW_SIGN_WITH_SHA1:%PROFILE_VERY_WEAK:"     \
    "%UNSAFE_RENEGOTIATION"

static const struct {
    const char *hello, *priority;
} tries[] = {
    {"usual", USUAL},
    {"permissive", PERMISSIVE},
    {"permissive", PERMISSIVE ":-GROUP-FFDHE2048:-GROUP-FFDHE3072:-GROUP-FFDHE4096"
                              ":-GROUP-FFDHE6144:-GROUP-FFDHE8192"},
};

typedef struct First {
    Probe base;
    char *protocol, *server_name, *priority;
    char **alpn;
    bool starttls;
    guint next;   /* the try to make next */
    bool out;     /* one is under way */
    bool over;    /* nothing is left to ask */
    guint weight; /* how telling the outcome so far is; 0: there is none */
    ProbeOutcome outcome;
    json_t *args; /* of the outcome, owned */
} First;

/* What ended this try, where it says more than what is known so far. */
static void take_outcome(First *first, const ProbeOutcome *outcome, guint weight)
{
    if (weight <= first->weight)
        return;
    json_decref(first->args);
    first->args = json_incref(outcome->args);
    first->outcome = *outcome;
    first->weight = weight;
}

static guint first_wants(const Probe *probe)
{
    return ((const First *)probe)->over ? 0 : 1;
}

static Talk *first_next(Probe *probe, const char *connection, const char **hello)
{
    First *first = (First *)probe;
    (void)connection;
    if (first->out || first->over)
        return NULL;
    ClientSpec spec = {
        .priority = first->priority ? first->priority : tries[first->next].priority,
        .server_name = first->server_name,
        .alpn = (const char *const *)first->alpn,
        .hello = first_hello(probe),
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Talk) client = client_new(&spec, &error);
    if (!client) {
        g_autoptr(json_t) args = json_pack("{s:s}", "what", error->message);
        ProbeOutcome outcome = {"local", "local-failure", args, "waiting"};
        take_outcome(first, &outcome, 1);
        first->over = true;
        return NULL;
    }
    first->out = true;
    *hello = spec.hello;
    if (first->starttls)
        return stack_new(starttls_new(first->protocol), g_steal_pointer(&client));
    return g_steal_pointer(&client);
}

/* How telling an end is: completed; refused by a server that chose something, or that said why;
 * merely gone. */
static guint weigh(const Talk *talk)
{
    if (talk->state == TALK_DONE)
        return 4;
    if (g_strcmp0(talk->phase, "hello"))
        return 3;
    return g_str_equal(talk->result, "alert") || g_str_equal(talk->result, "illegal") ? 2 : 1;
}

static bool turned_away(const Talk *talk)
{
    static const char *const results[] = {"alert", "closed", "reset", "illegal"};
    if (talk->state != TALK_FAILED || g_strcmp0(talk->phase, "hello"))
        return false;
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        if (!strcmp(talk->result, results[i]))
            return true;
    }
    return false;
}

static void first_tell(Probe *probe, Talk *talk)
{
    First *first = (First *)probe;
    bool done = talk->state == TALK_DONE;
    ProbeOutcome outcome = {
        .result = done ? "finished" : talk->result,
        .reason = done ? NULL : talk->reason,
        .args = done ? NULL : talk->args,
        .phase = talk->phase,
    };
    take_outcome(first, &outcome, weigh(talk));
    first->out = false;
    first->next++;
    first->over = first->priority || !turned_away(talk) || first->next == G_N_ELEMENTS(tries);
}

static void first_tell_failed(Probe *probe, const ProbeOutcome *why)
{
    First *first = (First *)probe;
    take_outcome(first, why, 1);
    first->over = true;
}

static bool first_over(const Probe *probe, ProbeOutcome *outcome)
{
    const First *first = (const First *)probe;
    if (!first->over)
        return false;
    *outcome = first->outcome;
    outcome->args = first->args;
    return true;
}

static void first_free(Probe *probe)
{
    First *first = (First *)probe;
    g_free(first->protocol);
    g_free(first->server_name);
    g_free(first->priority);
    g_strfreev(first->alpn);
    json_decref(first->args);
}

static const ProbeClass first_class = {
    .wants = first_wants,
    .next = first_next,
    .tell = first_tell,
    .tell_failed = first_tell_failed,
    .over = first_over,
    .free = first_free,
};

Probe *first_new(const FirstSpec *spec, GError **error)
{
    g_autoptr(Talk) dialogue = spec->starttls ? starttls_new(spec->protocol) : NULL;
    if (spec->priority && !client_priority_check(spec->priority, error))
        return NULL;
    if (spec->starttls && !dialogue) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "no STARTTLS dialogue for this protocol");
        return NULL;
    }
    First *first = g_new0(First, 1);
    probe_init(&first->base, &first_class);
    first->protocol = g_strdup(spec->protocol);
    first->server_name = g_strdup(spec->server_name);
    first->priority = g_strdup(spec->priority);
    first->alpn = g_strdupv((char **)(uintptr_t)spec->alpn);
    first->starttls = spec->starttls;
    return &first->base;
}

const char *first_hello(const Probe *probe)
{
    const First *first = (const First *)probe;
    return tries[MIN(first->next, G_N_ELEMENTS(tries) - 1)].hello;
}
