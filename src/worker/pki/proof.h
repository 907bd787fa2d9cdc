/* proof: does a signature of a handshake verify with the key that a server showed? Pure.
 */
#ifndef TLSDIVE_WORKER_PKI_PROOF_H
#define TLSDIVE_WORKER_PKI_PROOF_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/util/bytes.h"

typedef enum Proof {
    PROOF_GOOD,
    PROOF_WRONG,
    PROOF_UNKNOWN, /* GnuTLS does not know the scheme, or cannot read the key */
} Proof;

/* The key that signs: a SubjectPublicKeyInfo (RFC 7250, RFC 9345), or that of a certificate. */
typedef struct ProofKey {
    const uint8_t *der;
    size_t size;
    bool certificate;
} ProofKey;

/* Whether `signature` is that of `content` (RFC 8446 section 4.4.3), made with the SignatureScheme
 * and the key. */
Proof proof_check(const ProofKey *key, uint16_t scheme, const GByteArray *content,
                  Reader signature);

#endif
