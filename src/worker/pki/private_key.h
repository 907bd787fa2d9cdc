/* private_key: what kind of key a private key is, and which public key belongs to it. Pure.
 *
 * Nothing of the key itself is kept or handed on.
 */
#ifndef TLSDIVE_WORKER_PKI_PRIVATE_KEY_H
#define TLSDIVE_WORKER_PKI_PRIVATE_KEY_H

#include "worker/pki/container.h"
#include "worker/pki/key.h"

/* The SubjectPublicKeyInfo of a private key's DER (PKCS #1, PKCS #8, SEC 1, DSA); NULL where it is
 * encrypted, of an algorithm that GnuTLS lacks, or larger than LIMIT_PRIVATE_KEY. To be
 * unreferenced. */
GBytes *private_key_spki(const Item *item);

/* The algorithm that a PKCS #8 key names, for where there is no SubjectPublicKeyInfo; NULL: none.
 * To be freed. */
char *private_key_algorithm(const Item *item);

#endif
