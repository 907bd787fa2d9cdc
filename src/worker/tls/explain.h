/* explain: a whole handshake message as a tree of fields.
 *
 * Every field that the RFCs give the message, named as their presentation language does, with its
 * value in the registries' words and the place of its bytes. Every byte belongs to some field. What
 * does not split is a leaf with its bytes and a note (message-malformed), and the rest goes on;
 * bytes behind the end of what they stand in are a field "trailing" with the same note.
 */
#ifndef TLSDIVE_WORKER_TLS_EXPLAIN_H
#define TLSDIVE_WORKER_TLS_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fact/field.h"

/* The tree of a message, its header of four bytes included; `tls13`: it is of a TLS 1.3 handshake,
 * where Certificate, CertificateRequest and NewSessionTicket have another form. Never NULL; at most
 * LIMIT_FIELDS fields. Free with field_free. */
Field *tls_explain(const uint8_t *bytes, size_t size, bool tls13);

/* The tree of a message of SSL 2.0, without the header of its record; fields are named as that
 * specification does. Likewise. */
Field *tls_explain_ssl2(const uint8_t *bytes, size_t size);

/* The tree of a datagram of DTLS as it passed: its records, and in those that are in the clear the
 * fragments of messages (RFC 6347 sections 4.1 and 4.2.2). A message that is whole in one fragment
 * has its own fields there. More than a datagram can hold is trailing. Likewise. */
Field *tls_explain_datagram(const uint8_t *bytes, size_t size);

#endif
