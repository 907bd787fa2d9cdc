/* race: one connection to a host of several addresses, as RFC 8305 ("Happy Eyeballs") says.
 *
 *  1. The addresses are tried in the order of RFC 6724, but the families take turns (section 4). An
 *     address of the host that has answered before is tried first of all.
 *  2. An attempt waits for a slot of its address (slots.h), and then connects. A first attempt
 * whose host has been found to answer elsewhere meanwhile moves there.
 *  3. When an attempt fails, or has not been answered within LIMIT_DELAY_MS, the next address is
 * tried beside it. An attempt that is not answered within the time-out fails.
 *  4. The first that is answered wins; the others are closed. It is handed over as soon as its slot
 * is open. Where all fail, the race is lost for the most telling reason: refused rather than timed
 *     out, timed out rather than no way there.
 *
 * The race keeps the slot of its winner until it is freed.
 */
#ifndef TLSDIVE_WORKER_LOOP_RACE_H
#define TLSDIVE_WORKER_LOOP_RACE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/loop/address.h"
#include "worker/loop/names.h"
#include "worker/loop/slots.h"

/* What all races of a loop run on: it gives out the slots. */
typedef struct Track Track;

typedef struct Race Race;

/* What happened to an attempt. */
typedef struct Attempt {
    Address address;
    guint number; /* as RaceEvents.begins gave it */
    double began; /* when it began to connect */
    double took;  /* seconds since then; answered: the round trip, as the kernel measured it */
    const char *result; /* failed: of data/reasons.tsv; static */
    const char *reason; /* failed, closed: likewise */
    json_t *args;       /* failed: of the reason; borrowed */
} Attempt;

/* All are called from the loop, never from inside a function of this module. The race may be freed
 * in `won` and `lost` alone. */
typedef struct RaceEvents {
    /* An attempt is about to begin; its number is given. 0: it may not, nor may another one. Where
     * none is under way the race is given up, and tells no more. */
    guint (*begins)(void *data, const Address *address);
    void (*failed)(void *data, const Attempt *attempt);
    void (*answered)(void *data, const Attempt *attempt);
    /* It was given up: another was answered first (overtaken), or the race was stopped. */
    void (*closed)(void *data, const Attempt *attempt);
    /* It may speak now. `fd` is connected, does not block, and is the receiver's to close. */
    void (*won)(void *data, int fd, const Attempt *attempt);
    void (*lost)(void *data, const Attempt *attempt); /* the most telling failure */
} RaceEvents;

typedef struct RaceGoal {
    Host *host; /* known, with at least one address; must outlive the race */
    guint port;
    guint
        weight; /* of the slot of the first attempt; later ones go before all that has not begun */
    double timeout; /* seconds for an answer */
    const RaceEvents *events;
    void *data;
} RaceGoal;

/* Slots of its own; `epoch` as in clock.h. */
Track *track_new(uv_loop_t *loop, const SlotsLimits *limits, gint64 epoch);

/* While paused, no attempt begins. What has begun goes on. */
void track_pause(Track *track, bool paused);

/* Every race must have been freed. The memory is freed when the loop has run its closing handles.
 */
void track_close(Track *track);

/* A race that waits for its first slot. `track` and goal->events must outlive it. */
Race *race_new(Track *track, const RaceGoal *goal);

/* Closes the attempts that are under way, telling why (of data/reasons.tsv; static), unless the
 * race is won: nothing more will be told then. */
void race_stop(Race *race, const char *reason);

/* Ends it, wherever it stands: closes what it has, tells nothing, and gives its slots back. The
 * memory is freed when the loop has run its closing handles. NULL is allowed. */
void race_free(Race *race);

/* The order in which addresses are tried: interleaved, `first` (may be NULL) before all. To be
 * freed. */
GArray *race_order(const GArray *addresses, const Address *first);

#endif
