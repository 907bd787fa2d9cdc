/* profile: what in a certificate, taken alone, breaks the profile that RFC 5280 or the CA/Browser
 * Forum's Baseline Requirements (TLS BR) give. Pure.
 *
 * Such a certificate decodes, and most clients take it; so these are no reasons of a verdict. What
 * binds public CAs only is told here as well: whether the issuer is one is not seen from a
 * certificate. Encoding and dates that do not read are faults of the tree (x509.h), and not told
 * again.
 */
#ifndef TLSDIVE_WORKER_PKI_PROFILE_H
#define TLSDIVE_WORKER_PKI_PROFILE_H

#include "worker/pki/cert.h"

/* Calls `tell` with the code (static; lint-* of data/reasons.tsv) of each breach, in the order of
 * the table. A certificate whose TBSCertificate does not read breaks nothing. */
void profile_lints(const Cert *cert, void (*tell)(const char *code, void *data), void *data);

#endif
