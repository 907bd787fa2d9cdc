/* suites: the strategy for one version below TLS 1.3: is it accepted, with which cipher suites, in
 * whose order, and what comes with them: application protocols, DHE primes, certificates.
 */
#ifndef TLSDIVE_WORKER_PROBE_SUITES_H
#define TLSDIVE_WORKER_PROBE_SUITES_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

enum {
    SUITES_PARALLEL = 4, /* hellos of one version that are unanswered at once: more gain nothing */
};

/* The strategy, for SSL 3.0 to TLS 1.2. `known` outlives it. */
Strategy *suites_new(Known *known, uint16_t version);

#endif
