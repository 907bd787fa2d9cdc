/* differ: the strategy that asks, where two configurations answer behind one address, what only one
 * of them accepts, and says it.
 */
#ifndef TLSDIVE_WORKER_PROBE_DIFFER_H
#define TLSDIVE_WORKER_PROBE_DIFFER_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *differ_new(Known *known);

#endif
