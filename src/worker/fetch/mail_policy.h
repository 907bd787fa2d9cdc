/* mail_policy: what a mail domain says of TLS in texts: MTA-STS (RFC 8461) and TLSRPT (RFC 8460).
 * Pure.
 */
#ifndef TLSDIVE_WORKER_FETCH_MAIL_POLICY_H
#define TLSDIVE_WORKER_FETCH_MAIL_POLICY_H

#include <jansson.h>

#include "common/util/bytes.h"

/* The records of a TXT answer that are of that version ("STSv1", "TLSRPTv1"): the others do not
 * count (RFC 8461 section 3.1, RFC 8460 section 3). `records` as dns_answer_read has them; those
 * returned have `id` or `rua` beside their text. A new reference. */
json_t *mail_policy_records(const json_t *records, const char *version);

/* A policy of `size` bytes (RFC 8461 section 3.2): the `policy` fact with what reads in it, and
 * codes in `faults` for what does not (sts-* of data/reasons.tsv). A new reference. */
json_t *mail_policy_read(const uint8_t *text, size_t size);

#endif
