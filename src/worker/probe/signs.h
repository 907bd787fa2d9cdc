/* signs: the strategy for the signature schemes of TLS 1.3, and the certificates they bring.
 */
#ifndef TLSDIVE_WORKER_PROBE_SIGNS_H
#define TLSDIVE_WORKER_PROBE_SIGNS_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *signs_new(Known *known);

#endif
