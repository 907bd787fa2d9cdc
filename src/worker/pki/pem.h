/* pem: certificates out of a file's bytes, PEM (RFC 7468) or DER. Pure. */
#ifndef TLSDIVE_WORKER_PKI_PEM_H
#define TLSDIVE_WORKER_PKI_PEM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Pem {
    GPtrArray *certificates; /* GBytes, DER, in the file's order; owned */
    GPtrArray *others; /* labels of the other blocks, each once; "DER": another DER file; owned */
    bool der;          /* the file is not PEM but DER */
    guint broken;      /* blocks that do not read: no end, or no base64 */
    guint cut;         /* not 0: there were more certificates, cut at so many */
} Pem;

/* All certificates of a PEM bundle (labels CERTIFICATE, X509 CERTIFICATE and TRUSTED CERTIFICATE;
 * text between the blocks is stepped over), or of a DER file: one or more, one behind the other. At
 * most LIMIT_BUNDLE. A file that is neither has none. Free with pem_clear. */
Pem pem_read(const uint8_t *bytes, size_t size);

void pem_clear(Pem *pem);

#endif
