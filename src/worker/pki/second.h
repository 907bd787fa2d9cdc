/* second: what GnuTLS makes of a certificate, as a second opinion. Pure.
 *
 * GnuTLS is what most programs of this system and the handshakes here decode with; it refuses
 * certificates that others read (unknown kinds of names, an extension twice, odd forms of time).
 * What it says is told beside what our own walker reads, and never used in its place.
 */
#ifndef TLSDIVE_WORKER_PKI_SECOND_H
#define TLSDIVE_WORKER_PKI_SECOND_H

#include <jansson.h>

#include "worker/pki/cert.h"

/* The member `gnutls` of a `certificate` fact: {imported, error: the name of GnuTLS's code where it
 * refused, differs: members of the fact that GnuTLS reads otherwise, by name (version, serial,
 * not_before, not_after, subject, issuer, key for its algorithm, signature, ca, names for their
 * number); absent where there are none}. NULL for more than LIMIT_SECOND_OPINION bytes, for
 * the time that GnuTLS takes grows with the square of a name's attributes (30 ms there; 15 us for a
 * usual certificate). A new reference. */
json_t *second_opinion(const Cert *cert);

#endif
