/* assembly: handshake messages of DTLS, put together from their fragments.
 *
 * Messages are numbered, and may come in fragments, out of order, again and overlapping (RFC 6347
 * sections 4.2.2 and 4.2.3). They are given out whole and in order, with the header of four bytes
 * that they have in TLS, so that every reader of messages reads them. What belongs to a message
 * that was given out, or is too far ahead of it, is left out: it is sent again. So much is held at
 * most: LIMIT_AHEAD messages that together have LIMIT_MESSAGE bytes, and the next one. After a
 * fault nothing more comes out.
 */
#ifndef TLSDIVE_WORKER_TLS_ASSEMBLY_H
#define TLSDIVE_WORKER_TLS_ASSEMBLY_H

#include "worker/tls/record.h"

typedef struct Assembly Assembly;

Assembly *assembly_new(void);
void assembly_free(Assembly *assembly);

/* Adds the content of a handshake record: one fragment, or several. */
void assembly_feed(Assembly *assembly, const Record *record);

/* The next whole message, borrowed until the Assembly is used again. */
RecordStatus assembly_next(Assembly *assembly, HandshakeMessage *message);

/* What is wrong: message-malformed (a fragment that is not all there, or does not lie within its
 * message), fragments-differ (two fragments that cannot be of one message), limit-message,
 * limit-messages. NULL while nothing is. */
const Fault *assembly_fault(const Assembly *assembly);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Assembly, assembly_free)

#endif
