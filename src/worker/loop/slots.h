/* slots: who may connect now. Pure: no sockets, no clock of its own.
 *
 * Every attempt to connect has a Slot, which goes through
 *
 *     WAITING -> CONNECTING -> HELD -> OPEN
 *
 * and may leave from any of these. How it is decided:
 *
 *  1. A limit on open connections to one address protects the server. A limit on connects that wait
 * for an answer protects the way there and our descriptors. They are counted apart, because a port
 * that never answers holds its connect for the whole time-out, and costs the server nothing.
 *  2. But each connect may be answered the next moment, and the kernel then opens the connection
 * without asking us. So a connect that has just begun reserves one of the places for open
 * connections: one begins only where open + reserved places are fewer than the limit, for its
 * address and in all.
 *  3. A port that answers does so within a round trip. A connect that has waited for longer (three
 * times the shortest round trip seen to its address; SLOTS_PATIENCE where none was seen) is most
 * likely silent: it gives its reservation back, and counts among the connects that wait alone. So
 * forty silent ports hold up the ports behind them by a few round trips, and never by a time-out.
 *  4. A connect that is answered takes its reserved place. If it had given it back, it takes a free
 * one; if there is none, it is HELD: nothing is sent on it until a place is free. Held ones go
 * before all new ones, in the order in which they were answered, and count as open for rule 2.
 *  5. Among those that wait, the smallest weight goes first, then who came first. An address that
 * is full is passed over, and holds up no other address.
 *  6. A machine that has no descriptor left is not at fault, and neither is the endpoint: the
 * attempt goes back to where it stood, and nothing begins until some slot is given back, or
 * SLOTS_REST later.
 *
 * Times are seconds of one clock, handed in.
 */
#ifndef TLSDIVE_WORKER_LOOP_SLOTS_H
#define TLSDIVE_WORKER_LOOP_SLOTS_H

#include <glib.h>
#include <stdbool.h>

#include "worker/loop/address.h"

#define SLOTS_PATIENCE 0.1 /* seconds; for an address that never answered */
#define SLOTS_PATIENCE_MIN                                                                         \
    0.01               /* seconds; round trips on a local network vary more than threefold */
#define SLOTS_REST 1.0 /* seconds without a new connect when descriptors run out */

typedef struct SlotsLimits {
    guint open;           /* connections to one address */
    guint open_all;       /* connections in all */
    guint connecting;     /* connects that wait for an answer, to one address */
    guint connecting_all; /* the same in all */
} SlotsLimits;

typedef struct Slots Slots;
typedef struct Slot Slot;

Slots *slots_new(const SlotsLimits *limits);

/* Frees it. Every slot must have been given back. */
void slots_free(Slots *slots);

/* A slot that waits for its turn. `owner` is handed back by slots_next and slots_next_open. */
Slot *slots_want(Slots *slots, const Address *address, guint weight, void *owner);

/* Sends a slot that waits, or has just begun, to wait for another address, where it stands as if it
 * had come there first. */
void slot_move(Slot *slot, const Address *address);

/* The owner of the next slot that may begin to connect, which is CONNECTING now; NULL: none may. */
void *slots_next(Slots *slots, double now);

/* Its connect was answered after `round_trip` seconds: HELD, and OPEN as soon as slots_next_open
 * says. */
void slot_answered(Slot *slot, double round_trip);

/* The owner of the next held slot that found a place, which is OPEN now; NULL: none. */
void *slots_next_open(Slots *slots);

/* A slot that just began could not for want of descriptors: it waits again, and so does everybody.
 */
void slot_exhausted(Slot *slot, double now);

/* Gives a slot back, from any state. */
void slot_leave(Slot *slot);

/* While paused, slots_next gives nothing. */
void slots_pause(Slots *slots, bool paused);

/* When slots_next is to be asked again though nothing happened; 0: no need. */
double slots_wake(const Slots *slots);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slots, slots_free)

#endif
