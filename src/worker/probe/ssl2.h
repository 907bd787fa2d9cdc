/* ssl2: the strategy for SSL 2.0, whose SERVER-HELLO lists all that both sides know at once.
 */
#ifndef TLSDIVE_WORKER_PROBE_SSL2_H
#define TLSDIVE_WORKER_PROBE_SSL2_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *ssl2_new(Known *known);

#endif
