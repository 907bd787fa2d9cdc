/* agree: key agreement of TLS 1.3 for a client that reads what the server encrypts, and sends
 * nothing of its own.
 *
 * Key pairs are made from a seed that the caller gives, so a conversation can be had again, byte by
 * byte. The seed may be told to everybody: nothing that is secret is ever encrypted with what is
 * agreed on. RFC 8446 sections 4.2.8.2 and 7.4.2; RFC 7748.
 */
#ifndef TLSDIVE_WORKER_TLS_AGREE_H
#define TLSDIVE_WORKER_TLS_AGREE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/util/bytes.h"

enum { AGREE_SEED = 32 /* bytes */ };

/* Groups that a key can be agreed on in: X25519, X448, and the curves of NIST from 256 bits on. The
 * index'th, the usual ones first; 0 past the end. */
uint16_t agree_group(guint index);
bool agree_can(uint16_t group);

/* The public value of the key pair that the seed makes, as a key_share has it; NULL where the group
 * is none of these. */
GByteArray *agree_public(uint16_t group, const uint8_t seed[AGREE_SEED]);

/* What that key pair and a peer's public value agree on, as the key schedule takes it; NULL where
 * the peer's value is no point of the curve, has another length, or gives nothing but zeros. */
GByteArray *agree_secret(uint16_t group, const uint8_t seed[AGREE_SEED], Reader peer);

#endif
