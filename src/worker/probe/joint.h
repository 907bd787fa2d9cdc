/* joint: strategies that peel two lists with one hello: TLS 1.3 suites and groups, TLS 1.2 groups
 * and signature schemes.
 */
#ifndef TLSDIVE_WORKER_PROBE_JOINT_H
#define TLSDIVE_WORKER_PROBE_JOINT_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

/* TLS 1.3: whether it is accepted, its suites, its groups. */
Strategy *joint_tls13_new(Known *known);

/* TLS 1.2: groups of ECDHE, with the schemes that a key of one kind signs with. */
Strategy *joint_groups_new(Known *known);

/* TLS 1.2: the schemes that a key of this kind (ECDSA) signs with, where joint_groups_new does not
 * ask them. */
Strategy *joint_schemes_new(Known *known, const char *key);

#endif
