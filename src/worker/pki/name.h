/* name: distinguished names (X.501; RFC 5280 section 4.1.2.4) as text, and compared. Pure.
 *
 * Every function takes a Name: the element of the RDNSequence. Values are UTF-8 where they read
 * (see value_string); nothing is escaped for a terminal here.
 */
#ifndef TLSDIVE_WORKER_PKI_NAME_H
#define TLSDIVE_WORKER_PKI_NAME_H

#include "worker/pki/der.h"

/* RFC 4514: the last RDN first, short attribute names, its special characters escaped; NUL is \00.
 * An attribute that has no name is written as its OID, a value that is no string as # and
 * hexadecimal. */
GString *name_text(const Der *name);

/* One RDN (a SET) in the same form. */
GString *name_rdn_text(const Der *rdn);

/* The value of the last attribute of that type (dotted OID); NULL if there is none. */
GString *name_last(const Der *name, const char *type);

/* Bytes that are equal where RFC 5280 section 7.1 has two names match: string types, case, and runs
 * of white space do not count. To be freed with g_bytes_unref. */
GBytes *name_canonical(const Der *name);

/* True where `name` begins with all RDNs of `base` (name constraints, RFC 5280 section 4.2.1.10).
 */
bool name_within(const Der *name, const Der *base);

#endif
