/* leg: one connection of an errand, and the conversation that it carries.
 *
 *     WAITING     for a slot: nothing was sent
 *     CONNECTING  a race (race.h) is on
 *     OPEN        connected, and nobody has a conversation for it yet
 *     CARRYING    a conversation runs over it (carry.h), to its end
 *
 * It tells the `connection` facts, and hands on those of its conversation.
 */
#ifndef TLSDIVE_WORKER_LOOP_LEG_H
#define TLSDIVE_WORKER_LOOP_LEG_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/loop/names.h"
#include "worker/loop/race.h"
#include "worker/talk/talk.h"

typedef enum LegState { LEG_WAITING, LEG_CONNECTING, LEG_OPEN, LEG_CARRYING } LegState;

typedef struct Leg Leg;

/* All are called from the loop, or from leg_stop. The leg may be freed in `open`, `lost` and
 * `ended` alone. */
typedef struct LegEvents {
    /* An attempt to connect is about to begin: the number of its connection. 0: it is given up, and
     * tells no more. */
    guint (*begins)(void *data, Leg *leg);
    void (*fact)(void *data, json_t *fact); /* without endpoint; the reference is handed over */
    void (*open)(void *data, Leg *leg);     /* it is OPEN */
    void (*lost)(void *data, Leg *leg, const Attempt *attempt); /* no connection could be had */
    void (*ended)(void *data, Leg *leg); /* its conversation has ended, its socket is closed */
} LegEvents;

typedef struct LegGoal {
    uv_loop_t *loop;
    Track *track;
    Host *host;           /* known, with at least one address */
    const char *endpoint; /* its id */
    guint port;
    guint weight;      /* of its slot; slots.h */
    double idle;       /* seconds of silence, and for an answer to a connect */
    double total;      /* seconds in all of the conversation */
    gint64 epoch;      /* clock.h */
    const char *hello; /* for the connection facts; static; NULL: not known yet */
    const LegEvents *events;
    void *data;
} LegGoal;

/* A leg that waits. Track, host, endpoint and events must outlive it. */
Leg *leg_new(const LegGoal *goal);

LegState leg_state(const Leg *leg);

/* OPEN, CARRYING: the id of the connection; borrowed. Its round trip, in seconds. */
const char *leg_connection(const Leg *leg);
double leg_round_trip(const Leg *leg);

/* The hello for the connection facts from now on; static. */
void leg_hello(Leg *leg, const char *hello);

/* OPEN: carries a conversation, which is taken; held or not (carry_hold). */
void leg_bind(Leg *leg, Talk *talk, bool held);

/* OPEN: leaves it so for now. */
void leg_keep(Leg *leg);

/* OPEN: false if the peer has closed it while it was kept. */
bool leg_lives(const Leg *leg);

/* The conversation; NULL: none. */
Talk *leg_talk(const Leg *leg);

/* CARRYING: holds it, or lets it go on. */
void leg_hold(Leg *leg, bool held);

/* Closes what is open, and tells why (of data/reasons.tsv; static): nothing more will be told. A
 * conversation is ended as stopped by the user, and `ended` is called before this returns. */
void leg_stop(Leg *leg, const char *reason);

/* Closes what is open, telling nothing. NULL is allowed. */
void leg_free(Leg *leg);

#endif
