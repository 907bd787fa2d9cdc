/* dane: TLSA records held against a chain (RFC 6698, updated by RFC 7671; for mail RFC 7672). Pure.
 *
 * Whether the records themselves are to be believed (DNSSEC) is not known here. Each record is
 * compared with the certificates that it may mean, and where one matches, what its usage asks for
 * besides is judged:
 *
 *   0 PKIX-TA  an issuer on the path to a root of the store; the chain is trusted, the name matches
 *   1 PKIX-EE  the leaf; the chain is trusted, the name matches
 *   2 DANE-TA  an issuer that was sent, or whose certificate or key is whole in the record; the
 * path from the leaf to it is good, the name matches; stores do not count 3 DANE-EE  the leaf;
 * names, dates and stores do not count (RFC 7671 section 5.1)
 */
#ifndef TLSDIVE_WORKER_PKI_DANE_H
#define TLSDIVE_WORKER_PKI_DANE_H

#include <stdbool.h>

#include "worker/pki/verify.h"

typedef struct DaneCase {
    const Store *store;    /* the one of the verdict */
    const json_t *verdict; /* of the chain and the name against it (verify.h) */
    const GPtrArray *sent; /* GBytes *: DER, as sent, the leaf first */
    const json_t *names;   /* strings: names of which the certificate must have one, where the
                              usage asks for a name (RFC 7672 section 3.2.2); NULL: the verdict's */
    gint64 time;           /* to judge by, in seconds since 1970 */
    bool mail;             /* SMTP between servers: usages 0 and 1 do not count (RFC 7672 3.1.3) */
} DaneCase;

/* The `dane` fact, without endpoint and connection, for a list of records {usage, selector,
 * matching, data: hexadecimal}; at most LIMIT_TLSA are looked at. Codes are dane-* of
 * data/reasons.tsv. A new reference. */
json_t *dane_judge(const DaneCase *dane, const json_t *records);

#endif
