/* sct: signed certificate timestamps (RFC 6962 section 3.2), as they stand in lists. Pure. */
#ifndef TLSDIVE_WORKER_PKI_SCT_H
#define TLSDIVE_WORKER_PKI_SCT_H

#include "common/fact/field.h"
#include "worker/pki/shape.h"

/* How many SCTs the content of the extension's extnValue lists: an OCTET STRING with a
 * SignedCertificateTimestampList. -1 where it does not read. */
int sct_count(const Der *value);

/* Explains a SignedCertificateTimestampList, of what is left in `list`, below a field. */
void sct_explain(Walk *walk, Field *field, Reader list);

#endif
