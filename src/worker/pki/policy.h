/* policy: certificate policies along a path (RFC 5280 section 6.1), as far as they can make it
 * invalid. Pure.
 *
 * Nobody asks for a policy here (user-initial-policy-set is any-policy), so it is enough to know
 * whether any policy is left where a certificate demands that one is (requireExplicitPolicy). For
 * that a set of policies is carried down the path, and no tree, which could grow without bound.
 */
#ifndef TLSDIVE_WORKER_PKI_POLICY_H
#define TLSDIVE_WORKER_PKI_POLICY_H

#include "worker/pki/paths.h"

/* The number of the first step, from the root down, at which policies make the path invalid; -1
 * where they do not. At most LIMIT_POLICIES policies of a certificate are looked at. */
int policy_check(const Path *path);

#endif
