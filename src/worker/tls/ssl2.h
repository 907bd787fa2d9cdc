/* ssl2: what a server of SSL 2.0 answers to a CLIENT-HELLO: a SERVER-HELLO or an ERROR.
 *
 * SSL 2.0 has records and messages of its own: a header of two bytes, of which the first has its
 * highest bit set, with the length; then the message. What is in the clear has no padding, and so
 * never the header of three bytes. The specification is Hickman's, of 1995; RFC 6101 appendix E.
 */
#ifndef TLSDIVE_WORKER_TLS_SSL2_H
#define TLSDIVE_WORKER_TLS_SSL2_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/util/bytes.h"
#include "worker/tls/fault.h"

/* MSG types */
enum {
    SSL2_ERROR = 0,
    SSL2_CLIENT_HELLO = 1,
    SSL2_SERVER_HELLO = 4,
};

enum { SSL2_HEADER = 2 }; /* bytes of a record's header */

/* The message in a record, borrowed, its header left out; NULL while the record is not whole, or
 * where these bytes are no record of SSL 2.0. */
const uint8_t *ssl2_message(const uint8_t *bytes, size_t size, size_t *message_size);

/* A message of the server. It borrows from the bytes it was read from. */
typedef struct Ssl2Answer {
    uint8_t type;       /* SSL2_SERVER_HELLO or SSL2_ERROR */
    uint16_t error;     /* ERROR: its code ("ssl2-error" of data/codes.tsv) */
    bool hit;           /* SERVER-HELLO: a session is taken up again */
    uint16_t version;   /* 0x0002 */
    Reader certificate; /* DER; size 0 if there is none */
    GArray *kinds;      /* uint32_t: cipher kinds that both sides have, in the server's order */
    Fault *fault;       /* what does not parse; NULL: nothing */
} Ssl2Answer;

/* Reads a message; what does not parse is `fault`, and what came before it is kept. Never NULL. */
Ssl2Answer *ssl2_answer_new(const uint8_t *message, size_t size);
void ssl2_answer_free(Ssl2Answer *answer);

/* The message's name, "SERVER-HELLO"; static. */
const char *ssl2_name(const uint8_t *message, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ssl2Answer, ssl2_answer_free)

#endif
