/* constraints: name constraints (RFC 5280 section 4.2.1.10). Pure. */
#ifndef TLSDIVE_WORKER_PKI_CONSTRAINTS_H
#define TLSDIVE_WORKER_PKI_CONSTRAINTS_H

#include "worker/pki/cert.h"

typedef enum ConstraintsAnswer {
    CONSTRAINTS_KEPT,
    CONSTRAINTS_BROKEN,
    CONSTRAINTS_LIMIT, /* *left came to nothing */
} ConstraintsAnswer;

/* Whether every name of `cert` is one that `ca` may certify: dNSName, rfc822Name, URI, iPAddress,
 * directoryName, the subject, and its emailAddress where no rfc822Name stands beside it. Names of
 * other kinds break a constraint of their kind, since what it means is not known. *left is how many
 * comparisons may still be made. */
ConstraintsAnswer constraints_check(const Cert *ca, const Cert *cert, guint *left);

#endif
