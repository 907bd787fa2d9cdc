/* nonsense: the strategy for the alert that a server has for each kind of nonsense, by which it can
 * be told from others.
 */
#ifndef TLSDIVE_WORKER_PROBE_NONSENSE_H
#define TLSDIVE_WORKER_PROBE_NONSENSE_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *nonsense_new(Known *known);

#endif
