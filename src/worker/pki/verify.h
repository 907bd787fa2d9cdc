/* verify: does this chain lead to a root of that store, at that time, and is it for that name?
 * Pure.
 *
 * Paths are built (paths.h) and judged (judge.h) here, from our own reading of the certificates;
 * GnuTLS verifies the signatures. So a certificate that GnuTLS refuses to import still has its
 * place in the path, and each reason has its own name (trust-* of data/reasons.tsv). Nothing is
 * fetched, and the clock is not looked at. Not processed here: revocation.
 */
#ifndef TLSDIVE_WORKER_PKI_VERIFY_H
#define TLSDIVE_WORKER_PKI_VERIFY_H

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "worker/pki/paths.h"

/* What is asked about a chain. */
typedef struct Question {
    const char *name; /* a DNS name in A-labels or an IP address; NULL: no name is checked */
    gint64 time;      /* seconds since 1970 */
    const Distrust *distrusts; /* NULL: registry.h's */
    size_t distrusts_count;
} Question;

/* The `verdict` fact, without endpoint and connection: how the chain fares against the store. A
 * name that does not match is said by name_matches, apart from trust. A new reference. */
json_t *verify_chain(const Store *store, Chain *chain, const Question *question);

#endif
