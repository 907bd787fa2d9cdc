/* verify: does this chain lead to a root of that store, at that time, and is it for that name?
 * Pure.
 *
 * Paths are built and judged here, from our own reading of the certificates; GnuTLS verifies the
 * signatures. So a certificate that GnuTLS refuses to import still has its place in the path, and
 * each reason has its own name (trust-* of data/reasons.tsv). Nothing is fetched, and the clock is
 * not looked at. Not processed: certificate policies, and revocation.
 */
#ifndef TLSDIVE_WORKER_PKI_VERIFY_H
#define TLSDIVE_WORKER_PKI_VERIFY_H

#include "common/fact/fact.h"
#include <stdbool.h>

typedef struct Store Store;

/* The system's trust store, loaded through GnuTLS: this reads files. NULL and *error if it has
 * none. */
Store *store_new_system(GError **error);

/* A store of the certificates in a PEM bundle or DER file of `size` bytes, read by the caller from
 * `file`. NULL and *error if there is no certificate in it. */
Store *store_new_file(const char *file, const uint8_t *bytes, size_t size, GError **error);

/* A store without a root, for where none could be loaded; `name` is what the verdict calls it. */
Store *store_new_empty(const char *name);

/* Certificates in the store. */
guint store_count(const Store *store);

void store_free(Store *store);

/* The `verdict` fact, without endpoint and connection: how the certificates (GBytes *, DER, as
 * sent, leaf first) fare against the store for the name at `time` (seconds since 1970). `name` is a
 * DNS name in A-labels or an IP address; NULL: no name is checked. A name that does not match is
 * said by name_matches, apart from trust. A new reference. */
json_t *verify_chain(const Store *store, const GPtrArray *certificates, const char *name,
                     gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

#endif
