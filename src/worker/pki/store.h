/* store: a set of certificates that somebody trusts, by subject and by hash. Pure.
 *
 * What a store is made of is read by the caller (src/worker/role/stores.c); here it is held and
 * looked up. A certificate of the store ends a path.
 */
#ifndef TLSDIVE_WORKER_PKI_STORE_H
#define TLSDIVE_WORKER_PKI_STORE_H

#include <stdbool.h>

#include "worker/pki/node.h"

typedef struct Store Store;

/* Whose roots they are: it decides which rules of the public web count. */
typedef enum StoreKind {
    STORE_PUBLIC,  /* of a distribution, a browser, a platform */
    STORE_GIVEN,   /* the user's, beside the public ones */
    STORE_PRIVATE, /* the user's own roots only: no rules of the public web */
} StoreKind;

/* An empty store; `name` is what the verdict calls it. */
Store *store_new(const char *name, StoreKind kind);

/* Adds a certificate, or finds the one that is there already. The bytes are referenced. */
Node *store_add(Store *store, GBytes *der);

/* Adds every certificate of a PEM bundle or DER file of `size` bytes; returns how many there were.
 */
guint store_add_file(Store *store, const uint8_t *bytes, size_t size);

/* The same for the trusted certificates of a Java key store (jks.h). */
guint store_add_jks(Store *store, const uint8_t *bytes, size_t size);

const char *store_name(const Store *store);
StoreKind store_kind(const Store *store);

/* Certificates in the store. */
guint store_count(const Store *store);

/* The certificate with that hash (hexadecimal, as Node.sha256); NULL: none. */
Node *store_find(const Store *store, const char *sha256);

/* The certificates (Node *) with that subject, as name_canonical writes it; NULL: none. */
const GPtrArray *store_by_subject(const Store *store, GBytes *subject);

void store_free(Store *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

#endif
