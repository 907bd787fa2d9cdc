/* crl: what a certificate revocation list says about a certificate (RFC 5280 sections 5 and 6.3).
 * Pure.
 *
 * A list is searched where it lies, without a tree: 10 MB take milliseconds. One of more than
 * LIMIT_CRL bytes is not read (crl-too-large).
 */
#ifndef TLSDIVE_WORKER_PKI_CRL_H
#define TLSDIVE_WORKER_PKI_CRL_H

#include "worker/pki/revocation.h"

typedef struct Crl Crl;

/* Reads a DER list, of which a reference is kept; what does not read is said when it is judged. */
Crl *crl_new(GBytes *der);
void crl_free(Crl *crl);

/* True for a delta: it only says what has changed since its base. */
bool crl_is_delta(const Crl *crl);

/* Judges a complete list, with the best of the deltas (Crl *; NULL: none) that belong to it; or a
 * delta alone, which cannot say that a certificate is good. Free with revocation_free. */
Revocation *crl_judge(const RevocationQuery *query, const Crl *crl, const GPtrArray *deltas);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crl, crl_free)

#endif
