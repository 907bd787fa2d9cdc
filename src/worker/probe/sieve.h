/* sieve: the strategy for the signature schemes of TLS 1.3, of which a server says only yes or no
 * to a whole list.
 */
#ifndef TLSDIVE_WORKER_PROBE_SIEVE_H
#define TLSDIVE_WORKER_PROBE_SIEVE_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *sieve_new(Known *known);

#endif
