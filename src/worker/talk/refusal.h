/* refusal: why a TLS client ends before its aim, and what the peer is told about it.
 *
 * Reasons are those of data/reasons.tsv. Where our own reader found what is wrong, its word stands;
 * GnuTLS is named only where it gave up on something in which we found nothing.
 */
#ifndef TLSDIVE_WORKER_TALK_REFUSAL_H
#define TLSDIVE_WORKER_TALK_REFUSAL_H

#include "worker/talk/transcript.h"

/* The result that a reason leads to. Static. */
const char *refusal_result(const char *reason);

/* The alert that tells the peer of a reason (RFC 8446 section 6.2). */
int refusal_alert(const char *reason);

/* The reason behind a GnuTLS error, to be freed. Not for alerts that were received. */
Fault *refusal_of_gnutls(int code, const Transcript *transcript);

#endif
