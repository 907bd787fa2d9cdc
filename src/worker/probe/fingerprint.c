/* 1. Waits until TLS 1.2 and TLS 1.3 are answered, so that what others ask goes first. Then the ten
 *    hellos are asked, exactly as JARM has them.
 * 2. An answer without a ServerHello counts as nothing, as in JARM: an alert, a close. So does one
 *    with a warning alert before its ServerHello, which JARM does not read beyond.
 * 3. A hello that is lost leaves a hole, and with a hole there is no fingerprint: it is unknown,
 * for the reason why the hello was lost. (JARM takes a reset for a refusal, and a time-out for a
 * server without TLS.)
 */
#include "worker/probe/fingerprint.h"

#include "worker/probe/suites.h"
#include "worker/tls/jarm.h"

typedef struct Fingerprint {
    Strategy base;
    Known *known;
    char *parts[JARM_HELLOS + 1]; /* what was answered; NULL: nothing */
    guint next, told;
    char *connection;   /* of the first ServerHello; or of the first loss */
    const char *reason; /* of the first loss; NULL: none */
} Fingerprint;

static bool ready(const Fingerprint *fingerprint)
{
    return known_version(fingerprint->known, TLS_1_2)->settled &&
           known_version(fingerprint->known, TLS_1_3)->settled;
}

static Offer *fingerprint_ask(Strategy *strategy, guint *tag)
{
    Fingerprint *fingerprint = (Fingerprint *)strategy;
    if (!ready(fingerprint) || fingerprint->next >= JARM_HELLOS)
        return NULL;
    const char *host = fingerprint->known->host;
    *tag = fingerprint->next++;
    return jarm_offer(*tag, host ? host : "");
}

/* ---- answers ---- */

static json_t *new_answer(const char *code, const char *word)
{
    json_t *answer = known_answer("fingerprint", 0, word);
    known_code(answer, code);
    return answer;
}

/* True where all is told, and a ServerHello is among it. */
static bool is_something(const Fingerprint *fingerprint)
{
    for (guint i = 0; !fingerprint->reason && i < JARM_HELLOS; i++)
        if (!g_str_equal(fingerprint->parts[i], JARM_NOTHING))
            return true;
    return false;
}

/* The fingerprint itself. */
static void say(Fingerprint *fingerprint)
{
    bool whole = !fingerprint->reason, any = is_something(fingerprint);
    g_autofree char *hash = any ? jarm_hash((const char *const *)fingerprint->parts) : NULL;
    json_t *answer = new_answer("jarm", any ? "yes" : whole ? "no" : "unknown");
    known_text(answer, "value", hash);
    known_text(answer, "connection", fingerprint->connection);
    known_text(answer, "reason", fingerprint->reason);
    known_say(fingerprint->known, answer);
}

/* One of the ten. */
static void say_part(Fingerprint *fingerprint, guint index, const Told *told)
{
    const char *part = fingerprint->parts[index];
    bool hello = part && !g_str_equal(part, JARM_NOTHING);
    g_autofree char *code = g_strdup_printf("jarm-%u", index + 1);
    json_t *answer = new_answer(code, hello ? "yes" : part ? "no" : "unknown");
    known_text(answer, "value", hello ? part : NULL);
    known_text(answer, "connection", told->connection);
    known_text(answer, "reason", hello ? NULL : told->reason);
    known_say(fingerprint->known, answer);
}

/* What JARM makes of an answer; NULL: it was lost. */
static char *part_of(const Told *told)
{
    const Reply *reply = told->reply;
    bool hello = told->verdict == VERDICT_CHOSEN ||
                 (reply && reply->kind == REPLY_ILLEGAL && reply->version &&
                  g_strcmp0(reply->reason, "message-malformed") != 0);
    if (told->verdict == VERDICT_LOST && !hello)
        return NULL;
    if (!hello || reply->warned)
        return g_strdup(JARM_NOTHING);
    return jarm_part(reply->version, (uint16_t)reply->suite, reply->alpn, reply->extensions);
}

static void fingerprint_tell(Strategy *strategy, guint tag, const Told *told)
{
    Fingerprint *fingerprint = (Fingerprint *)strategy;
    char *part = part_of(told);
    bool lost = !part && !fingerprint->reason;
    fingerprint->parts[tag] = part;
    say_part(fingerprint, tag, told);
    if (lost)
        fingerprint->reason = told->reason ? told->reason : "not-answered";
    if (lost || (!fingerprint->connection && told->verdict == VERDICT_CHOSEN)) {
        g_free(fingerprint->connection);
        fingerprint->connection = g_strdup(told->connection);
    }
    if (++fingerprint->told == JARM_HELLOS)
        say(fingerprint);
}

/* ---- the strategy ---- */

static guint fingerprint_left(const Strategy *strategy)
{
    return JARM_HELLOS - ((const Fingerprint *)strategy)->next;
}

static guint fingerprint_want(const Strategy *strategy)
{
    return ready((const Fingerprint *)strategy) ? fingerprint_left(strategy) : 0;
}

static bool fingerprint_over(const Strategy *strategy)
{
    return ((const Fingerprint *)strategy)->told == JARM_HELLOS;
}

static void fingerprint_stop(Strategy *strategy, const char *reason)
{
    Fingerprint *fingerprint = (Fingerprint *)strategy;
    if (fingerprint->told == JARM_HELLOS)
        return;
    fingerprint->reason = reason;
    g_clear_pointer(&fingerprint->connection, g_free);
    say(fingerprint);
}

static void fingerprint_free(Strategy *strategy)
{
    Fingerprint *fingerprint = (Fingerprint *)strategy;
    for (guint i = 0; i < JARM_HELLOS; i++)
        g_free(fingerprint->parts[i]);
    g_free(fingerprint->connection);
    g_free(fingerprint);
}

static const StrategyClass fingerprint_class = {
    .ask = fingerprint_ask,
    .tell = fingerprint_tell,
    .want = fingerprint_want,
    .left = fingerprint_left,
    .over = fingerprint_over,
    .stop = fingerprint_stop,
    .free = fingerprint_free,
};

Strategy *fingerprint_new(Known *known)
{
    Fingerprint *fingerprint = g_new0(Fingerprint, 1);
    fingerprint->base.class = &fingerprint_class;
    fingerprint->base.rank = RANK_LAST;
    fingerprint->base.raw = true;
    fingerprint->known = known;
    return &fingerprint->base;
}
