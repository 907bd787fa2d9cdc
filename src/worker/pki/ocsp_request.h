/* ocsp_request: what a responder is asked (RFC 6960 section 4.1, as RFC 5019 has it: one
 * certificate, known by SHA-1). Pure.
 */
#ifndef TLSDIVE_WORKER_PKI_OCSP_REQUEST_H
#define TLSDIVE_WORKER_PKI_OCSP_REQUEST_H

#include <glib.h>

/* The DER of a request about a certificate (DER) whose issuer is known (DER): the issuer's name as
 * the certificate has it, the issuer's key, the serial number as it stands. `nonce` (RFC 8954;
 * NULL: none) goes into an extension. NULL where either does not read. To be unreferenced. */
GBytes *ocsp_request_new(GBytes *certificate, GBytes *issuer, GBytes *nonce);

#endif
