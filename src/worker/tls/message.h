/* message: what matters in a handshake message, in one line.
 *
 * The whole tree of a message is explain.h's; here are its name and the chief members of its
 * `message` fact, and the pieces of it that the chain and the staple are made of. A message is
 * given with its header of four bytes. Nothing here fails: what does not parse is left out.
 */
#ifndef TLSDIVE_WORKER_TLS_MESSAGE_H
#define TLSDIVE_WORKER_TLS_MESSAGE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/exchange.h"
#include "worker/tls/hello.h"

/* The name of a whole message as its RFC spells it; HelloRetryRequest is told from ServerHello by
 * its random. "HandshakeType N" for an unknown type, "empty" for no bytes. Static or interned. */
const char *message_name(const uint8_t *bytes, size_t size);

/* Adds to a `message` fact: type, name, size, and the chief members that data/facts.tsv lists for
 * this type; faults (message-malformed) where it does not parse. Of a ClientHello, which is our own
 * and may be long, no more is looked at than hello.h reads. `version` is the version of the
 * handshake as far as it is known (0x0304 ...; 0 before the ServerHello): some messages have two
 * forms. */
void message_fact(json_t *fact, const uint8_t *bytes, size_t size, uint16_t version);

/* The certificates of a Certificate message in their order, as a list of GBytes (copies; at most
 * LIMIT_CERTIFICATES). `*cut` (may be NULL) is set if there were more. Free with g_ptr_array_unref.
 */
GPtrArray *message_certificates(const uint8_t *bytes, size_t size, bool tls13, bool *cut);

/* The OCSP responses that are stapled, by certificate, as a list of GBytes (copies; NULL where
 * there is none for that certificate): in a CertificateStatus (RFC 6066 section 8, of several RFC
 * 6961), or (TLS 1.3) beside the entries of a Certificate. At most LIMIT_CERTIFICATES; empty if
 * there are none. Free with g_ptr_array_unref. */
GPtrArray *message_staples(const uint8_t *bytes, size_t size, bool tls13);

/* The SignedCertificateTimestampList that stands beside the first entry of a Certificate (TLS 1.3;
 * RFC 6962 section 3.3.1). A copy, to be freed with g_bytes_unref; NULL if there is none. */
GBytes *message_scts(const uint8_t *bytes, size_t size, bool tls13);

/* Whether what a ServerKeyExchange says, or a CertificateVerify of the server in TLS 1.3, keeps to
 * what was offered: a list of Fault * (group-not-offered, scheme-not-offered,
 * scheme-wrong-version), empty if it does; free with g_ptr_array_unref. RFC 8422 section 5.4, RFC
 * 5246 section 7.4.3, RFC 8446 section 4.4.3. */
GPtrArray *message_check(const ClientHello *client, const KeyExchange *exchange);
GPtrArray *message_check_verify(const ClientHello *client, const uint8_t *bytes, size_t size);

#endif
