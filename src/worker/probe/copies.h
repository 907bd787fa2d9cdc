/* copies: the strategy that asks one question again, to see whether one server answers.
 *
 * Several servers behind one address, with several configurations, give answers that make no sense
 * together. A list that was refused by one is taken by the other; so whatever is said of such a
 * pair must rest on more tries.
 */
#ifndef TLSDIVE_WORKER_PROBE_COPIES_H
#define TLSDIVE_WORKER_PROBE_COPIES_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

Strategy *copies_new(Known *known);

/* The first hello of a version was answered: copies of it are asked. */
void copies_first(Known *known, const Told *told, uint16_t version);

/* A list brought a suite that had not been seen: copies of the last such are asked. */
void copies_least(Known *known, const Told *told, uint16_t version);

/* A list of protocols was answered with a ServerHello: likewise. */
void copies_protocols(Known *known, const Told *told);

/* A list was refused in the usual form: copies of the longest are asked once all are answered. */
void copies_last(Known *known, const Told *told, uint16_t version);

/* A ServerHello came for an offer: it is compared with others of its kind. Where two differ, that
 * is a suspicion, which more copies settle. */
void copies_note(Known *known, const Offer *offer, const Reply *reply);

#endif
