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
#include "worker/probe/probe.h"

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

struct Probe {
    char *protocol, *server_name, *priority;
    char **alpn;
    bool starttls;
    guint next;   /* the try to make next */
    bool out;     /* one is under way */
    bool over;    /* nothing is left to ask */
    guint weight; /* how telling the outcome so far is; 0: there is none */
    ProbeOutcome outcome;
    json_t *args; /* of the outcome, owned */
};

Probe *probe_new(const ProbeSpec *spec, GError **error)
{
    if (spec->priority && !client_priority_check(spec->priority, error))
        return NULL;
    Probe *probe = g_new0(Probe, 1);
    probe->protocol = g_strdup(spec->protocol);
    probe->server_name = g_strdup(spec->server_name);
    probe->priority = g_strdup(spec->priority);
    probe->alpn = g_strdupv((char **)(uintptr_t)spec->alpn);
    probe->starttls = spec->starttls;
    return probe;
}

/* What ended this try, where it says more than what is known so far. */
static void take_outcome(Probe *probe, const ProbeOutcome *outcome, guint weight)
{
    if (weight <= probe->weight)
        return;
    json_decref(probe->args);
    probe->args = json_incref(outcome->args);
    probe->outcome = *outcome;
    probe->weight = weight;
}

static void fail_locally(Probe *probe, const char *what)
{
    g_autoptr(json_t) args = json_pack("{s:s}", "what", what);
    ProbeOutcome outcome = {"local", "local-failure", args, "waiting"};
    take_outcome(probe, &outcome, 1);
    probe->over = true;
}

Talk *probe_next(Probe *probe, const char **hello)
{
    if (probe->out || probe->over)
        return NULL;
    ClientSpec spec = {
        .priority = probe->priority ? probe->priority : tries[probe->next].priority,
        .server_name = probe->server_name,
        .alpn = (const char *const *)probe->alpn,
        .hello = tries[probe->next].hello,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Talk) client = client_new(&spec, &error);
    g_autoptr(Talk) dialogue = probe->starttls ? starttls_new(probe->protocol) : NULL;
    if (!client) {
        fail_locally(probe, error->message);
        return NULL;
    }
    if (probe->starttls && !dialogue) {
        fail_locally(probe, "no STARTTLS dialogue for this protocol");
        return NULL;
    }
    probe->out = true;
    *hello = spec.hello;
    if (dialogue)
        return stack_new(g_steal_pointer(&dialogue), g_steal_pointer(&client));
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

void probe_tell(Probe *probe, const Talk *talk)
{
    bool done = talk->state == TALK_DONE;
    ProbeOutcome outcome = {
        .result = done ? "finished" : talk->result,
        .reason = done ? NULL : talk->reason,
        .args = done ? NULL : talk->args,
        .phase = talk->phase,
    };
    take_outcome(probe, &outcome, weigh(talk));
    probe->out = false;
    probe->next++;
    probe->over = probe->priority || !turned_away(talk) || probe->next == G_N_ELEMENTS(tries);
}

void probe_tell_failed(Probe *probe, const char *result, const char *reason, json_t *args)
{
    ProbeOutcome outcome = {result, reason, args, "connecting"};
    if (g_str_has_prefix(reason, "name-"))
        outcome.phase = "resolving";
    take_outcome(probe, &outcome, 1);
    probe->out = false;
    probe->over = true;
}

bool probe_over(const Probe *probe, ProbeOutcome *outcome)
{
    if (!probe->over)
        return false;
    *outcome = probe->outcome;
    outcome->args = probe->args;
    return true;
}

void probe_free(Probe *probe)
{
    if (!probe)
        return;
    g_free(probe->protocol);
    g_free(probe->server_name);
    g_free(probe->priority);
    g_strfreev(probe->alpn);
    json_decref(probe->args);
    g_free(probe);
}
