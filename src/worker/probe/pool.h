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

/* As probe_wants, probe_tell_failed, probe_next_fact and probe_over. */
guint pool_wants(const Pool *pool);
void pool_tell_failed(Pool *pool, const ProbeOutcome *why);
json_t *pool_next_fact(Pool *pool);
bool pool_over(const Pool *pool, ProbeOutcome *outcome);

/* The offer for a connection that is open, sealed, the caller's; NULL: no use for it. It is told by
 * its address. `half_close`: the sending side is to be shut after it. */
Offer *pool_next(Pool *pool, const char *connection, bool *half_close);

/* What came back for an offer. */
void pool_tell(Pool *pool, const Offer *offer, const Reply *reply);

/* Whether TLS 1.3 is accepted, and the best version below it (0: none), as far as it is known. */
bool pool_tls13(const Pool *pool);
uint16_t pool_older(const Pool *pool);

/* Connections that may still be made; one is used beside the pool's own. */
guint pool_allowed(const Pool *pool);
void pool_spend(Pool *pool, const char *connection);

/* Nothing is lost or to be asked again, or all is over: other connections beside the pool's disturb
 * nothing. */
bool pool_calm(const Pool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

#endif
