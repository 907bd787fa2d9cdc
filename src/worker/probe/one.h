/* one: the strategy that asks one question, a number of times.
 */
#ifndef TLSDIVE_WORKER_PROBE_ONE_H
#define TLSDIVE_WORKER_PROBE_ONE_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

/* {question, version, key, items}: version, suite, group, scheme or alpn. NULL: it is none of them,
 * or names something that no registry knows. */
Strategy *one_new(Known *known, const json_t *question, guint times);

#endif
