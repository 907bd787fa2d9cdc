/* features: the strategy for the extensions and habits that a ServerHello of TLS 1.2 or below
 * shows.
 */
#ifndef TLSDIVE_WORKER_PROBE_FEATURES_H
#define TLSDIVE_WORKER_PROBE_FEATURES_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *features_new(Known *known);

#endif
