/* sealed: the strategy for what TLS 1.3 encrypts: application protocols, extensions, compressed
 * certificates.
 */
#ifndef TLSDIVE_WORKER_PROBE_SEALED_H
#define TLSDIVE_WORKER_PROBE_SEALED_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *sealed_new(Known *known);

#endif
