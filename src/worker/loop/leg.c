#include "worker/loop/leg.h"

#include <errno.h>
#include <math.h>
#include <sys/socket.h>

#include "common/fact/fact.h"
#include "worker/loop/carry.h"
#include "worker/loop/clock.h"

struct Leg {
    LegGoal goal;
    Race *race;
    Carry *carry;   /* NULL: no conversation */
    Talk *talk;     /* likewise */
    Attempt chosen; /* OPEN, CARRYING: the attempt that won; without args */
    char *connection;
    const char *stopping; /* the reason of leg_stop; static */
    int fd;               /* OPEN; else -1 */
    bool begun, kept;
};

/* ---- facts ---- */

static char *connection_id(const Leg *leg, guint number)
{
    return g_strdup_printf("%s.%u", leg->goal.endpoint, number);
}

static json_t *connection_fact(const Leg *leg, const char *event, const Attempt *attempt)
{
    json_t *fact = fact_new(FACT_CONNECTION);
    g_autofree char *address = address_text(&attempt->address);
    g_autofree char *id = connection_id(leg, attempt->number);

    json_object_set_new(fact, "connection", json_string(id));
    json_object_set_new(fact, "event", json_string(event));
    json_object_set_new(fact, "address", json_string(address));
    json_object_set_new(fact, "port", json_integer(leg->goal.port));
    if (leg->goal.hello != NULL)
        json_object_set_new(fact, "hello", json_string(leg->goal.hello));
    if (attempt->took > 0)
        json_object_set_new(fact, "took", json_real(round(attempt->took * 1e6) / 1e6));
    if (attempt->reason != NULL)
        json_object_set_new(fact, "reason", json_string(attempt->reason));
    return fact;
}

static void tell(const Leg *leg, const char *event, const Attempt *attempt)
{
    leg->goal.events->fact(leg->goal.data, connection_fact(leg, event, attempt));
}

/* The connection that was won is closed. */
static void tell_closed(Leg *leg, const char *reason)
{
    json_t *fact;

    leg->chosen.took = clock_now(leg->goal.epoch) - leg->chosen.began;
    leg->chosen.reason = reason;
    fact = connection_fact(leg, "closed", &leg->chosen);
    json_object_set_new(fact, "sent",
                        json_integer(leg->carry ? (json_int_t)carry_sent(leg->carry) : 0));
    json_object_set_new(fact, "received",
                        json_integer(leg->carry ? (json_int_t)carry_received(leg->carry) : 0));
    leg->goal.events->fact(leg->goal.data, fact);
}

/* ---- the race ---- */

static guint on_begins(void *data, const Address *address)
{
    Leg *leg = data;
    Attempt attempt = {.address = *address};

    attempt.number = leg->goal.events->begins(leg->goal.data, leg);
    if (attempt.number == 0)
        return 0;
    leg->begun = true;
    tell(leg, "connecting", &attempt);
    return attempt.number;
}

static void on_failed(void *data, const Attempt *attempt)
{
    tell(data, "failed", attempt);
}

static void on_answered(void *data, const Attempt *attempt)
{
    tell(data, "open", attempt);
}

static void on_race_closed(void *data, const Attempt *attempt)
{
    tell(data, "closed", attempt);
}

static void on_won(void *data, int fd, const Attempt *attempt)
{
    Leg *leg = data;

    leg->fd = fd;
    leg->chosen = *attempt;
    leg->chosen.args = NULL;
    leg->connection = connection_id(leg, attempt->number);
    leg->goal.events->open(leg->goal.data, leg);
}

static void on_lost(void *data, const Attempt *attempt)
{
    Leg *leg = data;

    leg->goal.events->lost(leg->goal.data, leg, attempt);
}

Leg *leg_new(const LegGoal *goal)
{
    static const RaceEvents events = {on_begins,      on_failed, on_answered,
                                      on_race_closed, on_won,    on_lost};
    Leg *leg = g_new0(Leg, 1);
    const RaceGoal race = {.host = goal->host,
                           .port = goal->port,
                           .weight = goal->weight,
                           .timeout = goal->idle,
                           .events = &events,
                           .data = leg};

    leg->goal = *goal;
    leg->fd = -1;
    leg->race = race_new(goal->track, &race);
    return leg;
}

/* ---- the conversation ---- */

static void on_fact(void *data, json_t *fact)
{
    const Leg *leg = data;

    json_object_set_new(fact, "connection", json_string(leg->connection));
    leg->goal.events->fact(leg->goal.data, fact);
}

static void on_ended(void *data)
{
    Leg *leg = data;

    tell_closed(leg, leg->stopping != NULL ? leg->stopping : leg->talk->reason);
    leg->goal.events->ended(leg->goal.data, leg);
}

void leg_bind(Leg *leg, Talk *talk, bool held)
{
    static const CarryEvents events = {on_fact, on_ended};
    const CarryGoal goal = {.talk = talk,
                            .fd = leg->fd,
                            .idle = leg->goal.idle,
                            .total = leg->goal.total,
                            .epoch = leg->goal.epoch,
                            .events = &events,
                            .data = leg};

    leg->fd = -1; /* the carry's */
    leg->talk = talk;
    talk->round_trip = leg_round_trip(leg);
    leg->carry = carry_new(leg->goal.loop, &goal);
    carry_hold(leg->carry, held);
}

/* ---- the rest ---- */

LegState leg_state(const Leg *leg)
{
    if (leg->carry != NULL)
        return LEG_CARRYING;
    if (leg->fd >= 0)
        return LEG_OPEN;
    return leg->begun ? LEG_CONNECTING : LEG_WAITING;
}

const char *leg_connection(const Leg *leg)
{
    return leg->connection;
}

double leg_round_trip(const Leg *leg)
{
    return leg->chosen.took;
}

void leg_hello(Leg *leg, const char *hello)
{
    leg->goal.hello = hello;
}

void leg_keep(Leg *leg)
{
    leg->kept = true;
}

bool leg_lives(const Leg *leg)
{
    char byte;

    if (!leg->kept)
        return true;
    ssize_t size = recv(leg->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

Talk *leg_talk(const Leg *leg)
{
    return leg->talk;
}

void leg_hold(Leg *leg, bool held)
{
    if (leg->carry != NULL)
        carry_hold(leg->carry, held);
}

static void leg_close(Leg *leg)
{
    if (leg->fd >= 0)
        carry_hang_up(leg->fd);
    leg->fd = -1;
}

void leg_stop(Leg *leg, const char *reason)
{
    leg->stopping = reason;
    if (leg->carry != NULL) {
        carry_stop(leg->carry);
    } else if (leg->fd >= 0) {
        tell_closed(leg, reason);
        leg_close(leg);
    } else {
        race_stop(leg->race, reason);
    }
}

void leg_free(Leg *leg)
{
    if (leg == NULL)
        return;
    carry_free(leg->carry);
    leg_close(leg);
    race_free(leg->race);
    talk_free(leg->talk);
    g_free(leg->connection);
    g_free(leg);
}
