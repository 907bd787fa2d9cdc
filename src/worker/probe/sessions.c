/* 1. Each step is one handshake, in TLS 1.3, or in the best older version that is accepted. A step
 *    that resumes waits for the session of the step before it.
 * 2. Without tickets, the server may give a session id; what it gave is offered again. A server
 *    that gives ids and keeps no sessions answers with a whole handshake: that is its "no".
 * 3. With tickets: the same. In TLS 1.3 a ticket is a PSK, and says how much early data it allows.
 * 4. Client-initiated renegotiation is asked in a handshake of its own, and last of all, since
 *    servers may hang up over it, or be busy with it. Silence is not a "no".
 * 5. A handshake that fails is made once more; then what it was for is unknown, with the reason.
 */
#include "worker/probe/sessions.h"

#include "common/registry/registry.h"
#include "worker/probe/known.h"
#include "worker/talk/client.h"
#include "worker/tls/hello.h"

enum { TRIES = 2 };

typedef enum StepState {
    STEP_SHUT,  /* its version is not known to be accepted, or its session is not there (yet) */
    STEP_READY, /* may be asked */
    STEP_OUT,
    STEP_OVER,
} StepState;

typedef struct Step {
    StepState state;
    guint tries;
    const Talk *talk; /* that is out; not owned */
    char *connection;
    GBytes *session; /* that it left */
} Step;

struct Sessions {
    char *server_name;
    uint16_t older; /* TLS 1.2 or below; 0: none is accepted */
    bool tls13;
    bool alone; /* nothing else is asked of the endpoint any more */
    bool stopped;
    Step *steps;
    GQueue facts; /* json_t *, owned */
};

typedef void (*Judge)(Sessions *sessions, guint step, const ClientResult *result);

static void judge_id(Sessions *sessions, guint step, const ClientResult *result);
static void judge_ticket(Sessions *sessions, guint step, const ClientResult *result);
static void judge_psk(Sessions *sessions, guint step, const ClientResult *result);
static void judge_resumed(Sessions *sessions, guint step, const ClientResult *result);
static void judge_again(Sessions *sessions, guint step, const ClientResult *result);

static const struct {
    const char *codes[3]; /* features that it answers */
    const char *more;     /* behind the priority string */
    bool tls13, resumes /* the session of the step before */, renegotiates;
    Judge judge;
} kinds[] = {
    {{"session-ids", "secure-renegotiation"}, ":%NO_TICKETS", .judge = judge_id},
    {{"resumption-id"}, ":%NO_TICKETS", .resumes = true, .judge = judge_resumed},
    {{"tickets"}, "", .judge = judge_ticket},
    {{"resumption-ticket"}, "", .resumes = true, .judge = judge_resumed},
    {{"tickets", "early-data"}, "", .tls13 = true, .judge = judge_psk},
    {{"resumption-psk"}, "", .tls13 = true, .resumes = true, .judge = judge_resumed},
    {{"renegotiation"}, "", .renegotiates = true, .judge = judge_again},
};

enum { STEPS = G_N_ELEMENTS(kinds) };

/* ---- answers ---- */

static uint16_t version_of(const Sessions *sessions, guint step)
{
    return kinds[step].tls13 ? TLS_1_3 : sessions->older;
}

static json_t *new_answer(const Sessions *sessions, guint step, const char *code,
                          const char *answer)
{
    json_t *fact = known_answer("feature", version_of(sessions, step), answer);
    known_code(fact, code);
    known_text(fact, "connection", sessions->steps[step].connection);
    return fact;
}

static void say(Sessions *sessions, json_t *fact)
{
    g_queue_push_tail(&sessions->facts, fact);
}

static void say_value(Sessions *sessions, json_t *fact, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void say_value(Sessions *sessions, json_t *fact, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    known_text(fact, "value", value);
    say(sessions, fact);
}

static void say_yes(Sessions *sessions, guint step, const char *code, bool yes)
{
    say(sessions, new_answer(sessions, step, code, yes ? "yes" : "no"));
}

static void say_unknown(Sessions *sessions, guint step, const char *reason, json_t *args)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds[step].codes) && kinds[step].codes[i]; i++) {
        json_t *fact = new_answer(sessions, step, kinds[step].codes[i], "unknown");
        known_text(fact, "reason", reason);
        if (args)
            json_object_set(fact, "args", args);
        say(sessions, fact);
    }
}

/* ---- what the handshakes show ---- */

static void judge_id(Sessions *sessions, guint step, const ClientResult *result)
{
    if (result->session_id)
        say_value(sessions, new_answer(sessions, step, "session-ids", "yes"), "%u bytes",
                  result->session_id);
    else
        say_yes(sessions, step, "session-ids", false);
    say_yes(sessions, step, "secure-renegotiation", result->secure);
}

static void judge_ticket(Sessions *sessions, guint step, const ClientResult *result)
{
    if (!result->tickets)
        say_yes(sessions, step, "tickets", false);
    else if (result->lifetime)
        say_value(sessions, new_answer(sessions, step, "tickets", "yes"), "lifetime %u s",
                  result->lifetime);
    else /* RFC 5077 section 3.3 */
        say_value(sessions, new_answer(sessions, step, "tickets", "yes"), "lifetime not said");
}

static void judge_psk(Sessions *sessions, guint step, const ClientResult *result)
{
    if (result->tickets)
        say_value(sessions, new_answer(sessions, step, "tickets", "yes"), "lifetime %u s",
                  result->lifetime);
    else
        say_yes(sessions, step, "tickets", false);
    if (result->early_data)
        say_value(sessions, new_answer(sessions, step, "early-data", "yes"),
                  "%" G_GUINT64_FORMAT " bytes", result->early_data);
    else
        say_yes(sessions, step, "early-data", false);
}

static void judge_resumed(Sessions *sessions, guint step, const ClientResult *result)
{
    say_yes(sessions, step, kinds[step].codes[0], result->resumed);
}

static void judge_again(Sessions *sessions, guint step, const ClientResult *result)
{
    json_t *fact;
    g_autofree char *alert = NULL;
    switch (result->again) {
    case CLIENT_AGAIN_ACCEPTED:
        say_yes(sessions, step, "renegotiation", true);
        return;
    case CLIENT_AGAIN_REFUSED:
        fact = new_answer(sessions, step, "renegotiation", "no");
        alert = result->again_alert >= 0 ? known_alert(result->again_alert) : g_strdup("closed");
        say_value(sessions, fact, "%s", alert);
        return;
    case CLIENT_AGAIN_IGNORED:
    case CLIENT_AGAIN_UNASKED:
        say_unknown(sessions, step, "not-answered", NULL);
        return;
    }
}

/* ---- the steps ---- */

Sessions *sessions_new(const char *server_name)
{
    Sessions *sessions = g_new0(Sessions, 1);
    sessions->server_name = g_strdup(server_name);
    sessions->steps = g_new0(Step, STEPS);
    g_queue_init(&sessions->facts);
    return sessions;
}

void sessions_free(Sessions *sessions)
{
    if (!sessions)
        return;
    for (guint i = 0; i < STEPS; i++) {
        g_free(sessions->steps[i].connection);
        g_clear_pointer(&sessions->steps[i].session, g_bytes_unref);
    }
    g_queue_clear_full(&sessions->facts, (GDestroyNotify)json_decref);
    g_free(sessions->steps);
    g_free(sessions->server_name);
    g_free(sessions);
}

void sessions_accept(Sessions *sessions, uint16_t version)
{
    bool tls13 = version == TLS_1_3;
    if (sessions->stopped)
        return;
    if (tls13 ? sessions->tls13 : sessions->older || version < TLS_1_0 || version > TLS_1_2)
        return;
    if (tls13)
        sessions->tls13 = true;
    else
        sessions->older = version;
    for (guint i = 0; i < STEPS; i++)
        if (kinds[i].tls13 == tls13 && !kinds[i].resumes && sessions->steps[i].state == STEP_SHUT)
            sessions->steps[i].state = STEP_READY;
}

static guint count(const Sessions *sessions, StepState state)
{
    guint found = 0;
    for (guint i = 0; i < STEPS; i++)
        found += sessions->steps[i].state == state;
    return found;
}

/* Step 4: what may be busy with renegotiation is asked nothing beside it. */
static bool may_ask(const Sessions *sessions, guint step)
{
    if (sessions->steps[step].state != STEP_READY || !kinds[step].renegotiates)
        return sessions->steps[step].state == STEP_READY;
    return sessions->alone && count(sessions, STEP_READY) == 1 && !count(sessions, STEP_OUT);
}

guint sessions_wants(const Sessions *sessions)
{
    guint wants = count(sessions, STEP_OUT);
    for (guint i = 0; i < STEPS; i++)
        wants += may_ask(sessions, i);
    return wants;
}

guint sessions_left(const Sessions *sessions)
{
    guint left = count(sessions, STEP_READY) + count(sessions, STEP_OUT);
    for (guint i = 1; i < STEPS; i++) {
        StepState before = sessions->steps[i - 1].state;
        left += kinds[i].resumes && (before == STEP_READY || before == STEP_OUT);
    }
    return left;
}

bool sessions_over(const Sessions *sessions)
{
    return !count(sessions, STEP_READY) && !count(sessions, STEP_OUT);
}

void sessions_alone(Sessions *sessions)
{
    sessions->alone = true;
}

/* All that GnuTLS can do, but in one version. */
static Talk *new_client(const Sessions *sessions, guint step)
{
    g_autofree char *priority = g_strdup_printf(
        "NORMAL:-VERS-ALL:+VERS-TLS1.%d:+3DES-CBC:+ARCFOUR-128:+MD5:+CAMELLIA-256-CBC"
        ":+CAMELLIA-128-CBC:%%UNSAFE_RENEGOTIATION%s",
        version_of(sessions, step) - TLS_1_0, kinds[step].more);
    ClientSpec spec = {
        .priority = priority,
        .server_name = sessions->server_name,
        .hello = "question",
        .resume = kinds[step].resumes ? sessions->steps[step - 1].session : NULL,
        .brief = true,
        .renegotiate = kinds[step].renegotiates,
    };
    return client_new(&spec, NULL);
}

Talk *sessions_next(Sessions *sessions, const char *connection)
{
    for (guint i = 0; i < STEPS; i++) {
        Step *step = &sessions->steps[i];
        if (!may_ask(sessions, i))
            continue;
        Talk *talk = new_client(sessions, i);
        g_free(step->connection);
        step->connection = g_strdup(connection);
        step->state = talk ? STEP_OUT : STEP_OVER;
        step->talk = talk;
        step->tries++;
        if (talk)
            return talk;
        say_unknown(sessions, i, "local-failure", NULL);
    }
    return NULL;
}

/* A handshake was completed: what it shows, and what can be asked next. */
static void take_result(Sessions *sessions, guint number, const ClientResult *result)
{
    Step *step = &sessions->steps[number];
    step->state = STEP_OVER;
    kinds[number].judge(sessions, number, result);
    if (number + 1 == STEPS || !kinds[number + 1].resumes)
        return;
    Step *next = &sessions->steps[number + 1];
    if (sessions->stopped)
        return;
    bool by_id = kinds[number].judge == judge_id;
    if (result->session && (by_id ? result->session_id : result->tickets)) {
        step->session = g_bytes_ref(result->session);
        next->state = STEP_READY;
        return;
    }
    next->state = STEP_OVER;
    next->connection = g_strdup(step->connection);
    say_value(sessions, new_answer(sessions, number + 1, kinds[number + 1].codes[0], "no"),
              "there is no session to resume");
}

static void take_end(Sessions *sessions, guint number, const Talk *client, const Talk *talk)
{
    Step *step = &sessions->steps[number];
    const ClientResult *result = client_result(client);
    if (result->complete) {
        take_result(sessions, number, result);
    } else if (step->tries < TRIES && !sessions->stopped &&
               g_strcmp0(talk->reason, "stopped") != 0) {
        step->state = STEP_READY;
    } else {
        step->state = STEP_OVER;
        say_unknown(sessions, number, talk->reason ? talk->reason : "not-answered", talk->args);
    }
}

bool sessions_tell(Sessions *sessions, const Talk *client, const Talk *talk)
{
    for (guint i = 0; i < STEPS; i++) {
        if (sessions->steps[i].state != STEP_OUT || sessions->steps[i].talk != client)
            continue;
        take_end(sessions, i, client, talk);
        return true;
    }
    return false;
}

void sessions_stop(Sessions *sessions, const char *reason)
{
    if (sessions->stopped)
        return;
    sessions->stopped = true;
    for (guint i = 0; i < STEPS; i++) {
        Step *step = &sessions->steps[i];
        bool known = kinds[i].tls13 ? sessions->tls13 : sessions->older != 0;
        if (known && (step->state == STEP_READY || step->state == STEP_SHUT))
            say_unknown(sessions, i, reason, NULL);
        if (step->state == STEP_READY || step->state == STEP_SHUT)
            step->state = STEP_OVER;
    }
}

json_t *sessions_next_fact(Sessions *sessions)
{
    return g_queue_pop_head(&sessions->facts);
}
