/* unpack: the Certificate message in a CompressedCertificate. RFC 8879.
 */
#ifndef TLSDIVE_WORKER_TLS_UNPACK_H
#define TLSDIVE_WORKER_TLS_UNPACK_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/fault.h"

/* The algorithms that can be unpacked, by their number in compress_certificate: the index'th; 0
 * past the end. */
uint16_t unpack_algorithm(guint index);

typedef struct Unpacked {
    uint16_t algorithm;
    guint packed, size;  /* bytes of the Certificate's body, compressed; as it is */
    GByteArray *message; /* the Certificate with a header of its own; NULL: see fault */
    Fault *fault;        /* message-malformed, limit-message; NULL: none */
} Unpacked;

/* Reads a whole CompressedCertificate message, its header included. Never more is unpacked than the
 * message says there is, nor more than LIMIT_MESSAGE. Free with unpack_clear. */
Unpacked unpack_certificate(const uint8_t *bytes, size_t size);
void unpack_clear(Unpacked *unpacked);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Unpacked, unpack_clear)

#endif
