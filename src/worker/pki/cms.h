/* cms: the certificates and CRLs that a ContentInfo carries (RFC 5652; PKCS #7). Pure. */
#ifndef TLSDIVE_WORKER_PKI_CMS_H
#define TLSDIVE_WORKER_PKI_CMS_H

#include "worker/pki/container.h"

/* Adds what a SignedData holds to the container, in its order; nothing where it is another
 * content, or does not read. */
void cms_read(Container *container, GBytes *bytes);

/* The content type's OID of a ContentInfo, and its content without the [0]; NULL where it is none.
 * To be freed. */
char *cms_content(const Der *info, Der *content);

#endif
