/* seal: what the server encrypts of a TLS 1.3 handshake, opened.
 *
 * A Seal follows a handshake as far as the server's Finished, from the client's side: it hashes the
 * messages in the order in which they pass, makes the server's handshake traffic keys once the
 * ServerHello has passed, opens records, and says what CertificateVerify signs and whether Finished
 * is right. RFC 8446 sections 4.4, 5.2, 5.3 and 7.1. There is no other side to it: the client sends
 * nothing that is encrypted.
 */
#ifndef TLSDIVE_WORKER_TLS_SEAL_H
#define TLSDIVE_WORKER_TLS_SEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/record.h"

typedef struct Seal Seal;

/* Suites of TLS 1.3 whose records can be opened: AES in GCM and CCM, ChaCha20. */
bool seal_can(uint32_t suite);

/* Before the ClientHello; NULL where seal_can is false. */
Seal *seal_new(uint32_t suite);
void seal_free(Seal *seal);

/* A message passes, its header included. */
void seal_message(Seal *seal, const uint8_t *bytes, size_t size);

/* Both hellos have passed: the keys come of them and of what was agreed on (agree_secret). */
void seal_agree(Seal *seal, const GByteArray *secret);

/* Opens a record of type application_data: `inner` is what is in it, of which data are borrowed
 * until the seal is used again, without the zeros behind it. False if it does not decrypt, or there
 * is nothing but zeros in it. */
bool seal_open(Seal *seal, const Record *outer, Record *inner);

/* What the server's CertificateVerify signs, as the next message: section 4.4.3. To be freed. */
GByteArray *seal_signed(const Seal *seal);

/* The verify_data of the server's Finished, as the next message: section 4.4.4. To be freed. */
GByteArray *seal_verify_data(const Seal *seal);

/* Whether a whole Finished message, as the next one, is the server's. */
bool seal_finished(const Seal *seal, const uint8_t *bytes, size_t size);

/* The key and the IV that records are opened with, and the key of Finished; borrowed. */
typedef struct SealKeys {
    guint8 key[32], iv[12], finished[64];
    guint key_size, hash_size; /* bytes of the key; of `finished` */
} SealKeys;
const SealKeys *seal_keys(const Seal *seal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Seal, seal_free)

#endif
