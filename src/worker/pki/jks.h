/* jks: Java's own form of a key store (JKS, versions 1 and 2). Pure.
 *
 * Only certificates that are entries of their own are read (trustedCertEntry), not the chains of
 * private keys. The digest at the end is made with a password that everybody knows; it is not
 * looked at.
 */
#ifndef TLSDIVE_WORKER_PKI_JKS_H
#define TLSDIVE_WORKER_PKI_JKS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True where the bytes begin as such a file does. */
bool jks_is(const uint8_t *bytes, size_t size);

/* The trusted certificates (GBytes *, DER, owned), at most LIMIT_BUNDLE, up to where the file does
 * not read. To be freed with g_ptr_array_unref. */
GPtrArray *jks_certificates(const uint8_t *bytes, size_t size);

#endif
