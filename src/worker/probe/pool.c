/* Who is asked next, and what happens to what is lost.
 *
 * 1. A connection that is open goes to a question that has to be asked again, else to the
 *    strategy of the lowest rank that has something to ask. Hellos are chosen late: connections
 *    are opened ahead for what the answers to come will likely lead to, and kept for them: a
 *    strategy gets one only where those of lower ranks have enough without it. So each answer of a
 *    chain is followed a round trip later by the next, and what waits for nothing fills the rest.
 * 2. A ServerHello or HelloRetryRequest is an answer, also one that is illegal only in that the
 *    suite does not belong to the version. One with something that was not offered is none.
 * 3. Refused is what some alerts (verdict.c) say, at once, and a ServerHello with the suite
 * that is none; and a close without a byte, when the same hello is closed upon again, alone in
 * flight; where closes were seen to be of chance, four times. A list longer than all that one was
 * chosen from is then asked in parts, for some libraries close on long ones. Other alerts say that
 * the server broke over something in the list, and refuse nothing.
 * 4. A reset, silence, an end within a message say nothing. The hello is sent again, from the
 *    second time on alone. One that is longer than any that was answered is given up after three
 *    times (of silence: two), so that its strategy asks in smaller parts, others after six
 *    (three). One that is odd is given up after two, or four where others were lost too: it may
 *    well be the hello.
 * 5. Three losses in a row halve the number in flight, and nothing is opened ahead any more.
 * 6. Where nothing was ever answered, six losses are enough; a hundred of silence, for it may be
 *    that hellos are too long, and there are shorter ones. So are a hundred alerts that refuse
 *    nothing, where nothing else ever came. Where no connection can be had eight times in a row, or
 *    as many were made as are allowed, what is open is said to be unknown.
 * 7. After the hello our side is shut, so that a server that serves one after the other is free at
 *    once. If such a hello is lost, or met with a close, no more of that.
 * 8. Once two configurations were seen to answer, all begins anew, and a refusal is confirmed by as
 *    many copies as make it likely that both were asked (sides.h): first one, then two, four ...,
 *    one after the other, for a balancer may take servers by turns. One that is accepted outweighs.
 */
#include "worker/probe/pool.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/probe/alpn.h"
#include "worker/probe/copies.h"
#include "worker/probe/differ.h"
#include "worker/probe/extra.h"
#include "worker/probe/features.h"
#include "worker/probe/fingerprint.h"
#include "worker/probe/form.h"
#include "worker/probe/joint.h"
#include "worker/probe/known.h"
#include "worker/probe/nonsense.h"
#include "worker/probe/one.h"
#include "worker/probe/sealed.h"
#include "worker/probe/signs.h"
#include "worker/probe/ssl2.h"
#include "worker/probe/suites.h"
#include "worker/probe/verdict.h"

enum {
    CLOSES = 2, /* that refuse */
    CLOSES_OF_CHANCE = 4,
    TRIES = 6,
    TRIES_LONG = 3,
    TRIES_SILENT = 2,
    BROKEN = 100,           /* alerts that refuse nothing, where nothing else was ever answered */
    TRIES_UNANSWERED = 100, /* of silence, before anything was answered */
    LOSSES_IN_A_ROW = 3,
    FAILURES_IN_A_ROW = 8,
    LEFT_FOR_SESSIONS = 40,
};

/* A refusal that is being confirmed (step 8); all its hellos share it. */
typedef struct Confirm {
    guint references, wanted, asked, refused, lost;
    bool told;
} Confirm;

/* A question that is out, or is to be asked again. */
typedef struct Asked {
    Strategy *strategy; /* NULL: it was begun anew meanwhile */
    guint tag;
    Offer *offer;      /* sealed, our own */
    const Offer *sent; /* the caller's; NULL: waits to be asked again */
    char *connection;
    guint tries, lost, silent, closed;
    bool alone, half_close;
    Confirm *confirm; /* NULL: nothing is to be confirmed */
} Asked;

struct Pool {
    Known *known;
    GPtrArray *strategies; /* Strategy * */
    GPtrArray *out;        /* Asked * */
    GQueue again;          /* Asked * */
    guint allowed, in_flight, made, serial;
    guint idle;   /* connections that were made, and that nothing was asked of yet */
    guint broken; /* answers that say that the server broke over something */
    guint answered, lost, lost_in_a_row, failed_in_a_row;
    guint longest;  /* suites in the longest list that was answered, of those whose length is ours
                       to choose */
    guint given_up; /* suites in the shortest list that was never answered */
    guint chosen_from; /* suites in the longest list that one was chosen from */
    bool ahead;        /* connections are opened ahead */
    bool by_chance;    /* closes were seen that did not come again */
    bool starttls, half_close_bad;
    bool begun, stopped;
    bool doubting; /* two configurations answer: all strategies were begun anew */
    ProbeOutcome outcome;
    json_t *args; /* of the outcome */
};

static void asked_free(void *data)
{
    Asked *asked = data;
    offer_free(asked->offer);
    g_free(asked->connection);
    if (asked->confirm && !--asked->confirm->references)
        g_free(asked->confirm);
    g_free(asked);
}

static void add(Pool *pool, Strategy *strategy)
{
    if (strategy)
        g_ptr_array_add(pool->strategies, strategy);
}

static void add_all(Pool *pool, DiveDepth depth)
{
    static const uint16_t versions[] = {TLS_1_2, TLS_1_1, TLS_1_0, TLS_SSL3};
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++)
        add(pool, suites_new(pool->known, versions[i]));
    add(pool, joint_tls13_new(pool->known));
    add(pool, ssl2_new(pool->known));
    if (depth != DIVE_FULL)
        return;
    add(pool, pool->doubting ? differ_new(pool->known) : copies_new(pool->known));
    add(pool, joint_groups_new(pool->known));
    add(pool, joint_schemes_new(pool->known, "ECDSA"));
    add(pool, alpn_new(pool->known));
    add(pool, signs_new(pool->known));
    add(pool, sealed_new(pool->known));
    add(pool, extra_new(pool->known));
    add(pool, features_new(pool->known));
    add(pool, nonsense_new(pool->known));
    if (!pool->doubting)
        add(pool, fingerprint_new(pool->known));
}

static void strategy_free(void *data)
{
    Strategy *strategy = data;
    strategy->class->free(strategy);
}

Pool *pool_new(const DiveSpec *spec)
{
    Pool *pool = g_new0(Pool, 1);
    pool->known = known_new(spec);
    pool->strategies = g_ptr_array_new_with_free_func(strategy_free);
    pool->out = g_ptr_array_new_with_free_func(asked_free);
    g_queue_init(&pool->again);
    pool->allowed = spec->allowed ? spec->allowed : LIMIT_DIVE_CONNECTIONS;
    pool->in_flight = spec->in_flight ? spec->in_flight : LIMIT_PER_ADDRESS;
    pool->starttls = spec->starttls;
    pool->given_up = G_MAXUINT;
    pool->ahead = true;
    pool->outcome.result = "finished";
    pool->outcome.phase = "hello";
    if (spec->depth == DIVE_ONE)
        add(pool, one_new(pool->known, spec->question, MAX(spec->times, 1)));
    else
        add_all(pool, spec->depth);
    static const char *const depths[] = {"versions", "full", "one"};
    json_t *begun = fact_new(FACT_DIVE);
    json_object_set_new(begun, "event", json_string("begun"));
    json_object_set_new(begun, "depth", json_string(depths[spec->depth]));
    json_object_set_new(begun, "allowed", json_integer(pool->allowed));
    known_say(pool->known, begun);
    if (pool->strategies->len)
        return pool;
    pool_free(pool);
    return NULL;
}

void pool_free(Pool *pool)
{
    if (!pool)
        return;
    g_ptr_array_unref(pool->strategies);
    g_ptr_array_unref(pool->out);
    g_queue_clear_full(&pool->again, asked_free);
    known_free(pool->known);
    json_decref(pool->args);
    g_free(pool);
}

/* ---- how many ---- */

/* True if all but one (NULL: all) are over; what is done last leaves something to the sessions. */
static bool others_over(const Pool *pool, const Strategy *one)
{
    for (guint i = 0; i < pool->strategies->len; i++) {
        const Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        bool spared = strategy->last && pool_allowed(pool) < LEFT_FOR_SESSIONS;
        if (strategy != one && !spared && !strategy->class->over(strategy))
            return false;
    }
    return true;
}

static bool all_over(const Pool *pool)
{
    return !pool->again.length && others_over(pool, NULL);
}

/* True if it is not over, and its time has come. */
static bool is_due(const Pool *pool, const Strategy *strategy)
{
    if (strategy->last && (pool_allowed(pool) < LEFT_FOR_SESSIONS || !others_over(pool, strategy)))
        return false;
    return !strategy->class->over(strategy);
}

guint pool_allowed(const Pool *pool)
{
    return pool->allowed > pool->made ? pool->allowed - pool->made : 0;
}

bool pool_spend(Pool *pool, bool again)
{
    if (!pool_allowed(pool))
        return false;
    pool->made++;
    pool->idle += !again;
    return true;
}

void pool_take(Pool *pool)
{
    pool->idle -= pool->idle > 0;
}

/* Hellos that strategies of a rank before this one have use for now or soon. */
static guint want_before(const Pool *pool, guint rank)
{
    guint want = 0;
    for (guint i = 0; i < pool->strategies->len; i++) {
        const Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        if (strategy->rank < rank && is_due(pool, strategy))
            want += strategy->class->want(strategy);
    }
    return want;
}

/* Hellos of the main part that are out. */
static guint main_out(const Pool *pool)
{
    guint out = 0;
    for (guint i = 0; i < pool->out->len; i++) {
        const Asked *asked = g_ptr_array_index(pool->out, i);
        out += !asked->strategy || asked->strategy->rank < RANK_LAST;
    }
    return out;
}

guint pool_room(const Pool *pool)
{
    guint out = main_out(pool);
    guint taken = pool->again.length + out + want_before(pool, RANK_LAST);
    /* nothing that is out can lead to what is wanted */
    if (pool->stopped || (!out && !pool->again.length))
        return pool->in_flight;
    return taken < pool->in_flight ? pool->in_flight - taken : 0;
}

guint pool_wants(const Pool *pool)
{
    guint out = pool->out->len, want = pool->again.length;
    if (pool->stopped || (!out && all_over(pool)))
        return 0;
    const Asked *waiting = pool->again.head ? pool->again.head->data : NULL;
    if (waiting && waiting->alone)
        return MAX(out, 1);
    want += want_before(pool, RANK_LAST + 1);
    if (!pool->ahead)
        want = MIN(want, 1);
    guint left = pool_allowed(pool) + pool->idle;
    want = MIN(want, left);
    return MAX(MIN(out + want, pool->in_flight), out || !left ? out : 1);
}

static void progress(Pool *pool)
{
    guint left = pool->again.length + pool->out->len;
    for (guint i = 0; i < pool->strategies->len; i++) {
        const Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        if (!strategy->class->over(strategy))
            left += strategy->class->left(strategy);
    }
    json_t *fact = fact_new(FACT_DIVE);
    json_object_set_new(fact, "event", json_string("progress"));
    json_object_set_new(fact, "connections", json_integer(pool->made));
    json_object_set_new(fact, "in_flight", json_integer(pool->out->len));
    json_object_set_new(fact, "left", json_integer(left));
    known_say(pool->known, fact);
}

/* ---- the end ---- */

static void stop(Pool *pool, const ProbeOutcome *why)
{
    if (pool->stopped)
        return;
    pool->stopped = true;
    pool->outcome = *why;
    pool->args = why->args ? json_deep_copy(why->args) : NULL;
    known_reason(pool->known, "", why->reason, pool->args);
    for (guint i = 0; i < pool->strategies->len; i++) {
        Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        strategy->class->stop(strategy, why->reason ? why->reason : "not-asked");
    }
    g_queue_clear_full(&pool->again, asked_free);
}

/* Nothing longer than the lists that were asked at last was ever answered. */
static void say_limit(Pool *pool)
{
    if (!pool->known->limit || pool->longest >= pool->given_up)
        return;
    json_t *answer = known_answer("behaviour", 0, "no");
    known_code(answer, "long-lists");
    g_autofree char *value = g_strdup_printf("none of more than %u suites was answered",
                                             MAX(pool->known->limit, pool->longest));
    known_text(answer, "value", value);
    known_say(pool->known, answer);
}

/* Everything was asked, or nothing more may be. */
static void check_end(Pool *pool)
{
    if (pool->stopped || pool->out->len)
        return;
    if (all_over(pool)) {
        ProbeOutcome finished = {.result = "finished", .phase = "hello"};
        if (pool->lost) {
            g_autofree char *value = g_strdup_printf("%u of %u", pool->lost, pool->made);
            known_behaviour(pool->known, "lost-connections", value, NULL);
        }
        known_say_reuse(pool->known);
        say_limit(pool);
        stop(pool, &finished);
    } else if (!pool_allowed(pool) && !pool->idle) {
        ProbeOutcome budget = {.result = "limit", .reason = "limit-connections", .phase = "hello"};
        budget.args = json_pack("{s:i}", "connections", (int)pool->allowed);
        stop(pool, &budget);
        json_decref(budget.args);
    }
}

void pool_spare(Pool *pool)
{
    pool_take(pool);
    check_end(pool);
}

/* ---- asking ---- */

static Asked *ask_again(Pool *pool)
{
    Asked *asked = g_queue_peek_head(&pool->again);
    if (!asked || (asked->alone && pool->out->len))
        return NULL;
    return g_queue_pop_head(&pool->again);
}

/* Step 1. */
static Asked *ask_new_question(const Pool *pool, PoolPart part, const char *connection)
{
    guint from = part == POOL_ASIDE ? RANK_LAST : RANK_NOW;
    guint to = part == POOL_ASIDE ? RANK_LAST : RANK_LATER;
    for (guint rank = from; rank <= to; rank++) {
        if (pool->out->len && pool->out->len + want_before(pool, rank) >= pool->in_flight)
            return NULL;
        for (guint i = 0; i < pool->strategies->len; i++) {
            Strategy *strategy = g_ptr_array_index(pool->strategies, i);
            guint tag = 0;
            if (strategy->rank != rank || !is_due(pool, strategy))
                continue;
            if (strategy->class->on)
                strategy->class->on(strategy, connection);
            Offer *offer = strategy->class->ask(strategy, &tag);
            if (!offer)
                continue;
            Asked *asked = g_new0(Asked, 1);
            asked->strategy = strategy;
            asked->tag = tag;
            asked->offer = offer;
            return asked;
        }
    }
    return NULL;
}

Offer *pool_next(Pool *pool, PoolPart part, const char *connection, bool *half_close)
{
    bool aside = part == POOL_ASIDE;
    pool->failed_in_a_row = 0;
    *half_close = false;
    if (pool->stopped)
        return NULL;
    const Asked *waiting = g_queue_peek_head(&pool->again);
    Asked *asked = aside ? NULL : ask_again(pool);
    if (!asked && !(waiting && waiting->alone))
        asked = ask_new_question(pool, part, connection);
    /* nobody waits for a better connection where no answer is waited for */
    if (!asked && !pool->out->len)
        asked = ask_new_question(pool, part, NULL);
    if (!asked) {
        if (aside && !pool->out->len && !pool->again.length && !all_over(pool)) {
            ProbeOutcome stuck = {.result = "finished", .phase = "hello"};
            stop(pool, &stuck);
        }
        check_end(pool);
        return NULL;
    }
    pool_take(pool);
    if (!asked->tries)
        form_seal(asked->offer, connection, ++pool->serial);
    g_free(asked->connection);
    asked->connection = g_strdup(connection);
    asked->half_close = !pool->half_close_bad && !pool->starttls && !asked->offer->odd;
    *half_close = asked->half_close;
    asked->tries++;
    Offer *offer = offer_copy(asked->offer);
    asked->sent = offer;
    g_ptr_array_add(pool->out, asked);
    return offer;
}

/* ---- answers ---- */

static bool met_with_silence(const Reply *reply)
{
    return g_strcmp0(reply->reason, "silent") == 0;
}

static void note_loss(Pool *pool, const Asked *asked)
{
    pool->lost++;
    if (asked->half_close)
        pool->half_close_bad = true;
    /* silence may be all that a long hello gets, however few are in flight */
    bool long_one = asked->silent && asked->offer->suites->len > pool->longest;
    if (long_one || ++pool->lost_in_a_row < LOSSES_IN_A_ROW)
        return;
    pool->lost_in_a_row = 0;
    pool->in_flight = MAX(pool->in_flight / 2, 1);
    pool->ahead = false;
}

static void note_answer(Pool *pool, const Asked *asked, const Reply *reply)
{
    pool->answered++;
    pool->lost_in_a_row = 0;
    if (!asked->offer->exact)
        pool->longest = MAX(pool->longest, asked->offer->suites->len);
    if (!asked->offer->exact && !asked->offer->bare)
        pool->known->borne = MAX(pool->known->borne, asked->offer->suites->len);
    if (asked->closed && reply->kind != REPLY_CLOSED && !asked->offer->odd)
        pool->by_chance = true;
}

/* Step 4: whether it is worth another try. */
static bool try_again(const Pool *pool, const Asked *asked)
{
    guint tries = asked->silent ? TRIES_LONG : TRIES;
    if (asked->offer->suites->len > pool->longest)
        tries = asked->silent ? TRIES_SILENT : TRIES_LONG;
    return asked->lost < tries;
}

static void requeue(Pool *pool, Asked *asked)
{
    asked->alone = !asked->offer->odd && (asked->closed > 0 || asked->lost > 1);
    asked->sent = NULL;
    g_queue_push_tail(&pool->again, asked);
}

/* A close without a byte; true if it is settled. */
static bool take_close(Pool *pool, Asked *asked, Verdict *verdict)
{
    if (asked->half_close) {
        pool->half_close_bad = true;
        return false;
    }
    asked->closed++;
    if (asked->closed < (pool->by_chance ? CLOSES_OF_CHANCE : CLOSES))
        return false;
    bool too_long = asked->offer->suites->len > MAX(pool->chosen_from, VERDICT_LIST_THAT_ALL_BEAR);
    *verdict = too_long ? VERDICT_LOST : VERDICT_REFUSED;
    return true;
}

/* The verdict on a reply; false if the hello is to be sent again. */
static bool judge(Pool *pool, Asked *asked, const Reply *reply, Verdict *verdict)
{
    *verdict = verdict_of(asked->offer, reply);
    switch (reply->kind) {
    case REPLY_CHOSEN:
    case REPLY_RETRY:
        pool->chosen_from = MAX(pool->chosen_from, asked->offer->suites->len);
        note_answer(pool, asked, reply);
        return true;
    case REPLY_ILLEGAL:
        note_answer(pool, asked, reply);
        return true;
    case REPLY_ALERT:
        pool->broken += *verdict == VERDICT_FAILED;
        note_answer(pool, asked, reply);
        return true;
    case REPLY_CLOSED:
        if (!take_close(pool, asked, verdict))
            return false;
        if (*verdict == VERDICT_REFUSED)
            note_answer(pool, asked, reply);
        return true;
    case REPLY_OTHER:
        return true;
    default:
        break;
    }
    asked->lost++;
    asked->silent += met_with_silence(reply);
    if (asked->offer->odd)
        return asked->lost >= (pool->lost || pool->by_chance ? CLOSES_OF_CHANCE : CLOSES);
    note_loss(pool, asked);
    return !try_again(pool, asked);
}

/* Step 6. */
static bool hopeless(const Pool *pool, const Reply *reply)
{
    guint enough = met_with_silence(reply) ? TRIES_UNANSWERED : TRIES;
    if (pool->answered)
        return pool->broken == pool->answered && pool->broken >= BROKEN;
    return pool->lost >= enough || reply->kind == REPLY_OTHER;
}

static Asked *take_out(Pool *pool, const Offer *offer)
{
    for (guint i = 0; i < pool->out->len; i++) {
        Asked *asked = g_ptr_array_index(pool->out, i);
        if (asked->sent == offer)
            return g_ptr_array_steal_index_fast(pool->out, i);
    }
    return NULL;
}

/* ---- two configurations ---- */

static void ask_copy(Pool *pool, const Asked *asked)
{
    Asked *copy = g_new0(Asked, 1);
    copy->strategy = asked->strategy;
    copy->tag = asked->tag;
    copy->offer = offer_copy(asked->offer);
    copy->confirm = asked->confirm;
    copy->confirm->references++;
    copy->confirm->asked++;
    g_queue_push_tail(&pool->again, copy);
}

/* Takes what waits to be asked again, for that refusal, or (NULL) for what is begun anew. */
static void forget(Pool *pool, const Confirm *confirm)
{
    for (GList *at = pool->again.head, *next; at; at = next) {
        const Asked *asked = at->data;
        next = at->next;
        if (confirm ? asked->confirm != confirm : asked->strategy->raw)
            continue;
        asked_free(at->data);
        g_queue_delete_link(&pool->again, at);
    }
}

/* Step 8: whether a verdict is to be told now. */
static bool confirm(Pool *pool, Asked *asked, const Reply *reply, Verdict verdict)
{
    bool refused = verdict_refuses_something(asked->offer, reply, verdict);
    if (!asked->strategy || !pool->doubting || asked->strategy->raw)
        return asked->strategy;
    if (!asked->confirm && !refused)
        return true;
    if (!asked->confirm) {
        asked->confirm = g_new0(Confirm, 1);
        asked->confirm->references = asked->confirm->asked = 1;
        asked->confirm->wanted = sides_tries(pool->known->sides);
    }
    Confirm *confirm = asked->confirm;
    if (confirm->told)
        return false;
    confirm->refused += refused;
    bool again = verdict == VERDICT_LOST && ++confirm->lost < confirm->wanted;
    confirm->asked -= again;
    if (again || (refused && confirm->refused < confirm->wanted)) {
        guint more = confirm->refused == confirm->asked ? MAX(confirm->refused, 1) : again;
        for (; more && confirm->asked < confirm->wanted; more--)
            ask_copy(pool, asked);
        return false;
    }
    confirm->told = true;
    forget(pool, confirm);
    return true;
}

static void begin_again(Pool *pool)
{
    pool->doubting = true;
    forget(pool, NULL);
    for (guint i = 0; i < pool->out->len; i++) {
        Asked *asked = g_ptr_array_index(pool->out, i);
        if (!asked->strategy->raw)
            asked->strategy = NULL;
    }
    for (guint i = pool->strategies->len; i-- > 0;)
        if (!((Strategy *)g_ptr_array_index(pool->strategies, i))->raw)
            g_ptr_array_remove_index(pool->strategies, i);
    known_begin_again(pool->known);
    add_all(pool, pool->known->depth);
}

/* What is beside the point asks with hellos that are odd, and refused for that. */
static bool is_evidence(const Strategy *strategy)
{
    return strategy && (strategy->last || strategy->rank < RANK_LAST);
}

static void settle_suspicion(Pool *pool)
{
    for (guint i = 0; i < pool->strategies->len && pool->known->suspected; i++) {
        Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        if (strategy->settles)
            strategy->rank = RANK_NOW;
    }
    if (pool->known->doubted && !pool->doubting)
        begin_again(pool);
}

void pool_tell(Pool *pool, const Offer *offer, const Reply *reply)
{
    Asked *asked = take_out(pool, offer);
    if (!asked)
        return;
    Verdict verdict = VERDICT_LOST;
    if (pool->stopped) {
        asked_free(asked);
        return;
    }
    if (reply->kind == REPLY_STOPPED) {
        ProbeOutcome stopped = {.result = "stopped", .reason = "stopped", .phase = "hello"};
        stop(pool, &stopped);
        asked_free(asked);
        return;
    }
    known_reason(pool->known, asked->connection, reply->reason, reply->args);
    bool judged = judge(pool, asked, reply, &verdict);
    Told told = {
        .verdict = verdict,
        .offer = asked->offer,
        .reply = reply,
        .connection = asked->connection,
        .reason = reply->reason,
        .args = reply->args,
        .tries = verdict == VERDICT_REFUSED && asked->closed ? asked->closed : 1,
        .of = asked->tries,
    };
    if (asked->strategy && asked->strategy->class->hear)
        asked->strategy->class->hear(asked->strategy, &told);
    if (judged && verdict == VERDICT_LOST && !asked->offer->exact)
        pool->given_up = MIN(pool->given_up, asked->offer->suites->len);
    if (judged && pool->doubting && verdict != VERDICT_LOST && is_evidence(asked->strategy))
        sides_take(pool->known->sides, asked->offer, reply, verdict == VERDICT_REFUSED);
    if (judged && verdict == VERDICT_CHOSEN && reply->version >= TLS_1_3 && reply->leaf)
        copies_note(pool->known, asked->offer, reply);
    bool tell = judged && confirm(pool, asked, reply, verdict);
    if (asked->confirm && verdict_refuses_something(asked->offer, reply, verdict))
        told.tries = told.of = asked->confirm->refused;
    if (tell)
        asked->strategy->class->tell(asked->strategy, asked->tag, &told);
    if (!judged && asked->strategy)
        requeue(pool, asked);
    else
        asked_free(asked);
    settle_suspicion(pool);
    if (hopeless(pool, reply)) {
        const Reason *reason = reply->reason ? registry_reason(reply->reason) : NULL;
        ProbeOutcome why = {.result = reason && reason->result ? reason->result : "no-tls",
                            .reason = reply->reason,
                            .args = reply->args,
                            .phase = "hello"};
        stop(pool, &why);
    }
    progress(pool);
    check_end(pool);
}

void pool_tell_failed(Pool *pool, const ProbeOutcome *why)
{
    Told told = {.verdict = VERDICT_LOST, .reason = why->reason ? why->reason : why->result};
    for (guint i = 0; i < pool->strategies->len; i++) {
        Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        if (strategy->class->hear && !strategy->class->over(strategy))
            strategy->class->hear(strategy, &told);
    }
    pool_take(pool);
    pool->ahead = false;
    pool->lost++;
    if (++pool->failed_in_a_row % LOSSES_IN_A_ROW == 0)
        pool->in_flight = MAX(pool->in_flight / 2, 1);
    if (pool->failed_in_a_row >= FAILURES_IN_A_ROW || g_str_equal(why->result, "stopped"))
        stop(pool, why);
    check_end(pool);
}

json_t *pool_next_fact(Pool *pool)
{
    return g_queue_pop_head(&pool->known->facts);
}

bool pool_over(const Pool *pool, ProbeOutcome *outcome)
{
    if (!pool->stopped || pool->out->len)
        return false;
    *outcome = pool->outcome;
    outcome->args = pool->args;
    return true;
}

bool pool_tls13(const Pool *pool)
{
    return known_version(pool->known, TLS_1_3)->certainty == CERTAINTY_YES;
}

uint16_t pool_older(const Pool *pool)
{
    bool open;
    const KnownVersion *of = known_best(pool->known, 0, &open);
    return of ? of->version : 0;
}

bool pool_main_over(const Pool *pool)
{
    if (pool->stopped)
        return true;
    for (guint i = 0; i < pool->strategies->len; i++) {
        Strategy *strategy = g_ptr_array_index(pool->strategies, i);
        if (strategy->rank < RANK_LAST && !strategy->class->over(strategy))
            return false;
    }
    return true;
}

bool pool_calm(const Pool *pool)
{
    return pool->stopped || (pool->ahead && !pool->again.length);
}
