/* verdict: what one reply says of the hello that it answers, whatever came before.
 *
 * Only a reply that is about what was offered refuses it or chooses from it. What a close, a reset
 * or silence says depends on how often it came, which the pool (pool.h) knows.
 */
#ifndef TLSDIVE_WORKER_PROBE_VERDICT_H
#define TLSDIVE_WORKER_PROBE_VERDICT_H

#include "worker/probe/strategy.h"

enum { VERDICT_LIST_THAT_ALL_BEAR = 64 }; /* suites: some libraries fail on longer lists */

/* LOST: it says nothing by itself. */
Verdict verdict_of(const Offer *offer, const Reply *reply);

/* Whether anything that was offered was not taken, another version or no protocol chosen among
 * it. */
bool verdict_refuses_something(const Offer *offer, const Reply *reply, Verdict verdict);

#endif
