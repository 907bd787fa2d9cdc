/* alpn: the strategy for application protocols (RFC 7301) below TLS 1.3.
 *
 * They ride on the hellos of suites.c as long as there are any; what is open then is asked here. In
 * TLS 1.3 the answer is encrypted: sealed.h.
 */
#ifndef TLSDIVE_WORKER_PROBE_ALPN_H
#define TLSDIVE_WORKER_PROBE_ALPN_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *alpn_new(Known *known);

/* The protocol that was chosen, by its number in known_protocol; false where none was that stands
 * in the offer. */
bool alpn_choice(const Told *told, guint *protocol);

/* Puts the next list of protocols into a hello; false if there is none now. */
bool alpn_add(Known *known, Offer *offer, guint *ticket);

/* What came of a hello with a list. True if it was refused for the list alone, so that it has to be
 * asked again without one. */
bool alpn_tell(Known *known, guint ticket, const Told *told);

#endif
