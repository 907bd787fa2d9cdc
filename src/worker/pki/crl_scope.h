/* crl_scope: which certificates a CRL speaks about (RFC 5280 sections 5.2.5 and 4.2.1.13). Pure.
 *
 * For crl.c.
 */
#ifndef TLSDIVE_WORKER_PKI_CRL_SCOPE_H
#define TLSDIVE_WORKER_PKI_CRL_SCOPE_H

#include "worker/pki/revocation.h"

/* An issuingDistributionPoint; all empty where there is none. Borrows from the list's bytes. */
typedef struct CrlScope {
    bool malformed;
    Der name; /* the DistributionPointName: [0] fullName or [1] nameRelativeToCRLIssuer; no data:
                 none */
    bool only_user, only_ca, only_attribute, indirect;
    bool some_reasons;
} CrlScope;

CrlScope crl_scope_read(const CertExtension *extension);

/* Adds the doubts of a list of that issuer (canonical) about this certificate. */
void crl_scope_check(const CrlScope *scope, const Node *node, GBytes *crl_issuer,
                     Revocation *revocation);

/* The first directoryName of a GeneralNames, canonical; NULL: none. To be unreferenced. */
GBytes *crl_scope_directory_name(const Der *names);

#endif
