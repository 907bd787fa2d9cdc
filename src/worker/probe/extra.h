/* extra: the strategy for what one hello each can show: certificates for other names, tolerance,
 * and whether several servers with several configurations stand behind the address.
 */
#ifndef TLSDIVE_WORKER_PROBE_EXTRA_H
#define TLSDIVE_WORKER_PROBE_EXTRA_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *extra_new(Known *known);

#endif
