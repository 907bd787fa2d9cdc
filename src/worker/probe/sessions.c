/* 1. Each step is one handshake, in TLS 1.3, or in the best older version that is accepted. A step
 *    that resumes waits for the session of the step before it.
 * 2. Without tickets, the server may give a session id; what it gave is offered again. A server
 *    that gives ids and keeps no sessions answers with a whole handshake: that is its "no".
 * 3. With tickets: the same. In TLS 1.3 a ticket is a PSK, and says how much early data it allows.
 *    There a session is resumed with a key exchange, without one (psk_ke), and once more, with the
 *    ticket that was used already: each by the freshest session that fits.
 * 4. Of the tickets that two handshakes left, the bytes are compared (tickets.h).
 * 5. Client-initiated renegotiation is asked in a handshake of its own, and last of all, since
 *    servers may hang up over it, or be busy with it. Silence is not a "no".
 * 6. A handshake that fails is made once more; then what it was for is unknown, with the reason,
 *    and so is what needs its session.
 */
#include "worker/probe/sessions.h"

#include "common/registry/registry.h"
#include "worker/probe/known.h"
#include "worker/probe/tickets.h"
#include "worker/talk/client.h"
#include "worker/tls/hello.h"

enum {
    TRIES = 2,
    KEY_NAME = 16,      /* bytes; RFC 5077 section 4 */
    KEY_NAME_SHORT = 4, /* Mbed TLS, JSSE */
    SEALED_MIN = 60, /* a nonce, a key of 32 bytes and a tag: a shorter ticket holds no session */
};

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
    bool resumed, failed;
    GBytes *session, *ticket; /* that it left */
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
    bool tls13, renegotiates;
    guint8 resumes; /* the session of the step so many before it; 0: none */
    guint8 beside;  /* its ticket is compared with the one of the step so many before it; 0: none */
    Judge judge;
} kinds[] = {
    {{"session-ids", "secure-renegotiation"}, ":%NO_TICKETS", .judge = judge_id},
    {{"resumption-id"}, ":%NO_TICKETS", .resumes = 1, .judge = judge_resumed},
    {{"tickets"}, "", .judge = judge_ticket},
    {{"resumption-ticket"}, "", .resumes = 1, .judge = judge_resumed},
    {{"tickets", "early-data"}, "", .tls13 = true, .judge = judge_psk},
    {{"resumption-psk"}, "", .tls13 = true, .resumes = 1, .beside = 1, .judge = judge_resumed},
    {{"resumption-psk-ke"}, ":+PSK", .tls13 = true, .resumes = 1, .judge = judge_resumed},
    {{"ticket-reuse"}, "", .tls13 = true, .resumes = 3, .judge = judge_resumed},
    {{"renegotiation"}, "", .renegotiates = true, .beside = 6, .judge = judge_again},
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

/* Of a step, and of the codes that it answers. */
typedef struct Unknown {
    guint step;
    const char *reason;
    json_t *args; /* of the reason; NULL: none; not owned */
} Unknown;

static void say_unknown_codes(Sessions *sessions, const Unknown *unknown, const char *const *codes,
                              gsize most)
{
    for (gsize i = 0; i < most && codes[i]; i++) {
        json_t *fact = new_answer(sessions, unknown->step, codes[i], "unknown");
        known_text(fact, "reason", unknown->reason);
        if (unknown->args)
            json_object_set(fact, "args", unknown->args);
        say(sessions, fact);
    }
}

static const char *const compared[] = {"ticket-key", "ticket-entropy"};

/* The step's ticket, to compare with: NULL where nothing is compared, or none came. */
static GBytes *ticket_beside(const Sessions *sessions, guint step)
{
    return kinds[step].beside ? sessions->steps[step - kinds[step].beside].ticket : NULL;
}

static void say_unknown(Sessions *sessions, guint step, const char *reason, json_t *args)
{
    Unknown unknown = {step, reason, args};
    say_unknown_codes(sessions, &unknown, kinds[step].codes, G_N_ELEMENTS(kinds[step].codes));
    if (ticket_beside(sessions, step))
        say_unknown_codes(sessions, &unknown, compared, G_N_ELEMENTS(compared));
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
    else /* some send them with their first application data */
        say_value(sessions, new_answer(sessions, step, "tickets", "no"),
                  "none right after the handshake");
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

/* Step 4. */
static void judge_tickets(Sessions *sessions, guint step, GBytes *one, GBytes *other)
{
    TicketPair pair = tickets_compare(one, other);
    json_t *key = new_answer(sessions, step, compared[0], pair.name ? "yes" : "no");
    json_t *entropy = new_answer(sessions, step, compared[1], pair.vary ? "yes" : "no");
    if (pair.handles)
        say_value(sessions, key, "the server keeps the sessions");
    else if (pair.name)
        say_value(sessions, key, "named %s", pair.name);
    else
        say_value(sessions, key, "another one, or it has no name");
    if (pair.vary)
        say_value(sessions, entropy, "%zu bytes", g_bytes_get_size(other));
    else
        say_value(sessions, entropy, "%zu of %zu bytes differ", pair.differ, pair.rest);
    g_free(pair.name);
}

static void compare_tickets(Sessions *sessions, guint step)
{
    Unknown unknown = {step, "not-said", NULL};
    GBytes *one = ticket_beside(sessions, step), *other = sessions->steps[step].ticket;
    if (one && other)
        judge_tickets(sessions, step, one, other);
    else if (one)
        say_unknown_codes(sessions, &unknown, compared, G_N_ELEMENTS(compared));
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
        g_clear_pointer(&sessions->steps[i].ticket, g_bytes_unref);
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

/* Step 5: what may be busy with renegotiation is asked nothing beside it. */
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
    bool going = false;
    for (guint i = 0; i < STEPS; i++) {
        StepState state = sessions->steps[i].state;
        going = (going && kinds[i].resumes) || state == STEP_READY || state == STEP_OUT;
        left += going && state == STEP_SHUT;
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

static guint source_of(guint step)
{
    return step - kinds[step].resumes;
}

/* The session that a step resumes is one that another has resumed before it. */
static bool comes_again(guint step)
{
    return kinds[step].resumes > 1;
}

static void give_up(Sessions *sessions, guint step, const char *reason, json_t *args)
{
    sessions->steps[step].state = STEP_OVER;
    sessions->steps[step].failed = true;
    say_unknown(sessions, step, reason, args);
}

/* What a step waited for is over. It is ready, or its "no" is known without asking. */
static void open_step(Sessions *sessions, guint number)
{
    Step *step = &sessions->steps[number];
    const Step *source = &sessions->steps[source_of(number)];
    bool in_vain = comes_again(number) && !source[1].resumed;
    if (source->session && !in_vain) {
        step->state = STEP_READY;
        return;
    }
    step->state = STEP_OVER;
    step->connection = g_strdup(source->connection);
    say_value(sessions, new_answer(sessions, number, kinds[number].codes[0], "no"), "%s",
              source->session ? "it is not resumed even once" : "there is no session to resume");
}

/* A step is over; what waited for it follows. `reason`, `args`: why it failed, where it did. */
static void open_next(Sessions *sessions, guint number, const char *reason, json_t *args)
{
    if (sessions->stopped)
        return;
    for (guint i = number + 1; i < STEPS && kinds[i].resumes; i++) {
        const Step *source = &sessions->steps[source_of(i)];
        if (source->failed || (comes_again(i) && source[1].failed)) {
            sessions->steps[i].connection = g_strdup(sessions->steps[number].connection);
            give_up(sessions, i, reason, args);
            continue;
        }
        open_step(sessions, i);
        if (sessions->steps[i].state == STEP_READY)
            return;
    }
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
        .resume = kinds[step].resumes ? sessions->steps[source_of(step)].session : NULL,
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
        step->state = STEP_OUT;
        step->talk = talk;
        step->tries++;
        if (talk)
            return talk;
        give_up(sessions, i, "local-failure", NULL);
        open_next(sessions, i, "local-failure", NULL);
    }
    return NULL;
}

/* A handshake was completed: what it shows, and what can be asked next. */
static void take_result(Sessions *sessions, guint number, const ClientResult *result)
{
    Step *step = &sessions->steps[number];
    bool by_id = kinds[number].judge == judge_id;
    step->state = STEP_OVER;
    step->resumed = result->resumed;
    if (result->ticket)
        step->ticket = g_bytes_ref(result->ticket);
    if (result->session && (by_id ? result->session_id : result->tickets))
        step->session = g_bytes_ref(result->session);
    kinds[number].judge(sessions, number, result);
    compare_tickets(sessions, number);
    open_next(sessions, number, NULL, NULL);
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
        const char *reason = talk->reason ? talk->reason : "not-answered";
        give_up(sessions, number, reason, talk->args);
        open_next(sessions, number, reason, talk->args);
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
