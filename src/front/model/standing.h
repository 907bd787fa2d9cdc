/* standing: what is known of a chain's revocation and transparency, folded and summed up. Pure. */
#ifndef TLSDIVE_FRONT_MODEL_STANDING_H
#define TLSDIVE_FRONT_MODEL_STANDING_H

#include "front/model/model.h"

/* Put a fact into its connection; false where it is none, or is about another time than now. A
 * later fact of the same certificate, source and address takes the place of an earlier one. */
bool standing_fold_revocation(Connection *connection, json_t *fact);
bool standing_fold_transparency(Connection *connection, json_t *fact);

/* The fact that says most about a certificate: that it is revoked, else that it is good, else why
 * it is not known; of equals the one that came first. NULL: there is none. Borrowed. */
const json_t *standing_of(const Connection *connection, const char *sha256);

/* Is the leaf of a public CA: does its path in any store of those end there, whatever else speaks
 * against it? `connection` may be NULL. */
bool standing_is_public(const Connection *connection);

/* A certificate that lives so short that nobody needs to revoke it (CA/Browser Forum's Baseline
 * Requirements 1.6.1: 10 days, of those issued from 2026-03-15 on 7). */
bool standing_is_short(const Certificate *certificate);

/* The policy ("chrome", "apple") is met, by the timestamps of any connection of the endpoint that
 * showed the same leaf: 1; not met: 0; not known: -1. *fact is the one that says so; NULL: none. */
int standing_policy(const Endpoint *endpoint, const char *policy, const json_t **fact);

#endif
