/* errand: one endpoint that is asked, from its job to its `done` fact, or to the `over` of its
 * dive.
 *
 * An errand uses the addresses of its host. It opens connections (leg.h) while its Probe wants more
 * of them, and gives them to the conversations that the Probe asks for. It waits for the slot of
 * its first leg before it makes a Probe, so that those that wait cost little. The states that it
 * tells are
 *
 *     waiting, resolving (while the DNS is asked), waiting (for a slot, where that takes time),
 *     connecting, and then the phases of its conversations
 *
 * A job that wants a dive gets it after its handshake, where that leaves something to be found, as
 * a second stage with a Probe of its own. The handshake's `done` is told when it is over, the
 * dive's `over` at the end of such a job however it ends. A dive tells no states, and waits behind
 * the first handshakes of all other errands.
 */
#ifndef TLSDIVE_WORKER_LOOP_ERRAND_H
#define TLSDIVE_WORKER_LOOP_ERRAND_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/loop/names.h"
#include "worker/loop/race.h"

typedef struct Errand Errand;

/* What all errands of a process share. */
typedef struct Party {
    uv_loop_t *loop;
    Names *names;
    Track *track;
    gint64 epoch;      /* clock.h */
    guint per_address; /* open connections to one address */
    bool held;         /* nothing is to be read: nobody takes the facts */
    void *data;
    void (*fact)(void *data, json_t *fact); /* the reference is handed over */
    /* It has told its last fact. It is to be freed, but not from inside. */
    void (*over)(void *data, Errand *errand);
} Party;

/* An errand from a `probe` job (doc/facts.md), which waits. NULL if the job is not whole; then *why
 * is static text that says what is wrong with it. `party` must outlive it. */
Errand *errand_new(const Party *party, const json_t *job, const char **why);

/* Its id; borrowed. */
const char *errand_id(const Errand *errand);

/* Its host; borrowed. */
Host *errand_host(const Errand *errand);

/* The DNS is asked about its host. */
void errand_resolving(Errand *errand);

/* Its host is known: it waits for a slot, or is over where there is no address. */
void errand_known(Errand *errand);

/* It is known for some time that it has to wait for a slot: if it does, it says so. */
void errand_settle(Errand *errand);

/* True while nothing is under way for it. */
bool errand_waits(const Errand *errand);

/* Ends it, with what is under way: its result is `result` ("stopped" or "suspended"), and so is its
 * reason. It is over when this returns, unless it was before. */
void errand_stop(Errand *errand, const char *result);

/* Does as party->held says now. */
void errand_hold(Errand *errand);

/* Closes what is open, telling nothing. */
void errand_free(Errand *errand);

#endif
