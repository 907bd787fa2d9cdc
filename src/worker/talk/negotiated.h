/* negotiated: the fact that says what a completed handshake settled on.
 *
 * Every member comes from the messages themselves, and is absent where it does not apply or was not
 * seen; GnuTLS is not asked.
 */
#ifndef TLSDIVE_WORKER_TALK_NEGOTIATED_H
#define TLSDIVE_WORKER_TALK_NEGOTIATED_H

#include "worker/talk/transcript.h"

typedef struct NegotiatedSpec {
    const char *hello;              /* usual or permissive */
    double took;                    /* from the first byte of TLS to Finished, in seconds */
    guint round_trips;              /* that the handshake cost */
    const char *client_certificate; /* asked or required; NULL: not asked, or not known */
} NegotiatedSpec;

/* The `negotiated` fact; the transcript has a ServerHello. A new reference. */
json_t *negotiated_fact(const Transcript *transcript, const NegotiatedSpec *spec);

#endif
