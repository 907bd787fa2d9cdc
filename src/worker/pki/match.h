/* match: is a certificate for a name (RFC 9525)? Pure. */
#ifndef TLSDIVE_WORKER_PKI_MATCH_H
#define TLSDIVE_WORKER_PKI_MATCH_H

#include "worker/pki/cert.h"

/* True where a subjectAltName entry matches `name`, a DNS name in A-labels or an IP address. Then
 * *kind is "dns" or "ip" (static), and *by the entry, to be freed. The subject's common name does
 * not count (RFC 9525 section 6.3 and appendix A). */
bool match_name(const Cert *cert, const char *name, const char **kind, GString **by);

#endif
