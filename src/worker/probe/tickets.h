/* tickets: what the bytes of two session tickets show, of two handshakes with the same endpoint.
 *
 * A ticket is the server's own affair (RFC 5077 section 4, RFC 8446 section 4.6.1): an encrypted
 * session, or a handle of one that it keeps. Most libraries let an encrypted one begin with the
 * name of the key, of 16 bytes or of 4, which is the same as long as the key is; what follows must
 * look random, and two of that have hardly a byte in common.
 */
#ifndef TLSDIVE_WORKER_PROBE_TICKETS_H
#define TLSDIVE_WORKER_PROBE_TICKETS_H

#include <glib.h>
#include <stdbool.h>

typedef struct TicketPair {
    bool handles; /* too short for a session: the server keeps it */
    char *name;   /* of the key, in hexadecimal digits; owned; NULL: none that both begin with */
    gsize rest;   /* bytes behind the name, of the shorter ticket */
    gsize differ; /* so many of these are different */
    bool vary;    /* at least half of them are: else they are no ciphertext */
} TicketPair;

/* The caller frees the name. */
TicketPair tickets_compare(GBytes *one, GBytes *other);

#endif
