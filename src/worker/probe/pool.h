/* pool: the strategies of a dive, the connections they share, and what happens to what is lost.
 *
 * Knows offers and replies, but neither bytes nor conversations: dive.c makes those. A test puts a
 * server of its own behind it.
 */
#ifndef TLSDIVE_WORKER_PROBE_POOL_H
#define TLSDIVE_WORKER_PROBE_POOL_H

#include "worker/probe/dive.h"
#include "worker/probe/known.h"
#include "worker/talk/ask.h"

typedef struct Pool Pool;

/* NULL where the spec asks one question that cannot be asked. */
Pool *pool_new(const DiveSpec *spec);
void pool_free(Pool *pool);

/* As the functions of that name of probe.h. */
guint pool_wants(const Pool *pool);
bool pool_spend(Pool *pool, bool again);
void pool_spare(Pool *pool);
void pool_tell_failed(Pool *pool, const ProbeOutcome *why);
json_t *pool_next_fact(Pool *pool);
bool pool_over(const Pool *pool, ProbeOutcome *outcome);

typedef enum PoolPart {
    POOL_MAIN,  /* what the dive is for */
    POOL_ASIDE, /* what else is of interest: only where pool_room says so */
} PoolPart;

/* The offer for a connection that is open, sealed, the caller's; NULL: no use for it now. It is
 * told by its address. `half_close`: the sending side is to be shut after it. */
Offer *pool_next(Pool *pool, PoolPart part, const char *connection, bool *half_close);

/* Connections that may be given to what is aside, those included that have such a hello: the places
 * that the main part neither has nor wants soon. */
guint pool_room(const Pool *pool);

/* What came back for an offer. */
void pool_tell(Pool *pool, const Offer *offer, const Reply *reply);

/* Whether TLS 1.3 is accepted, and the best version below it (0: none), as far as it is known. */
bool pool_tls13(const Pool *pool);
uint16_t pool_older(const Pool *pool);

/* Connections that may still be made. An open one is used for something else than an offer. */
guint pool_allowed(const Pool *pool);
void pool_take(Pool *pool);

/* All that the dive is for is answered, or all is over. */
bool pool_main_over(const Pool *pool);

/* Nothing is lost or to be asked again, or all is over: other connections beside the pool's disturb
 * nothing. */
bool pool_calm(const Pool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

#endif
