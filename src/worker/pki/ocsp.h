/* ocsp: what an OCSP response says about a certificate (RFC 6960, 5019, 8954). Pure.
 *
 * The response is read by our own walker; GnuTLS verifies the signature. Any hash may name the
 * certificate (CertID); the responder may be the issuer or one that it delegated to.
 */
#ifndef TLSDIVE_WORKER_PKI_OCSP_H
#define TLSDIVE_WORKER_PKI_OCSP_H

#include "worker/pki/revocation.h"

/* Judges a response. Free with revocation_free. */
Revocation *ocsp_judge(const RevocationQuery *query, GBytes *response);

#endif
