/* general_name: a GeneralName (RFC 5280 section 4.2.1.6) in words. Pure. */
#ifndef TLSDIVE_WORKER_PKI_GENERAL_NAME_H
#define TLSDIVE_WORKER_PKI_GENERAL_NAME_H

#include "worker/pki/der.h"

/* The name as text, and in *kind what it is: dns, ip, email, uri, dn, rid or other (static). The
 * text of kinds that have none is their content in hexadecimal. */
GString *general_name_text(const Der *element, const char **kind);

#endif
