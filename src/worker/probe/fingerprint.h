/* fingerprint: the strategy that asks the ten hellos of JARM (src/worker/tls/jarm.h), and says what
 * they make.
 */
#ifndef TLSDIVE_WORKER_PROBE_FINGERPRINT_H
#define TLSDIVE_WORKER_PROBE_FINGERPRINT_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *fingerprint_new(Known *known);

#endif
