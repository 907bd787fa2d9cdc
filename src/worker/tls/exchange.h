/* exchange: a ServerKeyExchange, read: the parameters of the key exchange, and what signs them.
 *
 * Its form is the cipher suite's to say (RFC 5246 section 7.4.3, RFC 8422 section 5.4, RFC 4279,
 * RFC 5489, RFC 5054, RFC 2246 for export suites), so the suite must be one that the registry
 * knows. The structure borrows from the message. What does not parse is left out, and so is all
 * that comes after it: transcript.h names the fault.
 */
#ifndef TLSDIVE_WORKER_TLS_EXCHANGE_H
#define TLSDIVE_WORKER_TLS_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"

typedef struct KeyExchange {
    bool has_group;
    uint16_t group;    /* named_curve */
    Reader prime;      /* dh_p without leading zeros; size 0: none */
    Reader generator;  /* dh_g likewise */
    Reader public_key; /* the ephemeral public value: dh_Ys, or the point; size 0: none */
    bool has_scheme;   /* TLS 1.2: the SignatureScheme, or hash and signature, it is signed with */
    uint16_t scheme;
} KeyExchange;

/* Reads a whole ServerKeyExchange, its header included; `version` is the connection's, and `suite`
 * may be NULL: then nothing is found. */
KeyExchange exchange_read(const CipherSuite *suite, uint16_t version, const uint8_t *bytes,
                          size_t size);

/* Bits of an integer without its leading zeros. */
unsigned exchange_bits(Reader integer);

#endif
