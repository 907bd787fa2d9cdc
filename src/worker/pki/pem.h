/* pem: the blocks of a text file (RFC 7468, and RFC 1421's headers). Pure. */
#ifndef TLSDIVE_WORKER_PKI_PEM_H
#define TLSDIVE_WORKER_PKI_PEM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct PemBlock {
    char *label;
    GBytes *bytes; /* decoded; its memory is cleared before it is freed */
    char *cipher;  /* of a DEK-Info header: the bytes are encrypted with it; NULL: they are not */
    char *name;    /* of a friendlyName among the attributes in front of the block; NULL: none */
} PemBlock;

typedef struct Pem {
    GPtrArray *blocks; /* PemBlock, in the file's order; owned */
    guint broken;      /* blocks that do not read: no end, or no base64 */
    guint cut;         /* not 0: there were more blocks, cut at so many */
} Pem;

/* All blocks, at most LIMIT_BUNDLE. Text between them is stepped over; NUL and other bytes that
 * are no base64 are too. A file that is no PEM has none. Free with pem_clear. */
Pem pem_read(const uint8_t *bytes, size_t size);

/* True where a line begins a block: also where none of them reads. */
bool pem_is(const Pem *pem);

void pem_clear(Pem *pem);

#endif
