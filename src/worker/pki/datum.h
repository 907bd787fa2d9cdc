/* datum: bytes as GnuTLS wants to be given them: borrowed, and not to be changed. Pure. */
#ifndef TLSDIVE_WORKER_PKI_DATUM_H
#define TLSDIVE_WORKER_PKI_DATUM_H

#include <glib.h>
#include <gnutls/gnutls.h>

/* `size` bytes at `data`, at most 4 GiB. */
gnutls_datum_t datum(const void *data, size_t size);

/* The bytes of a GBytes. */
gnutls_datum_t datum_of(GBytes *bytes);

#endif
