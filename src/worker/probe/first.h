/* first: the first handshake with an endpoint, and the wider ones where it was turned away.
 *
 * How it goes is said in first.c. It wants one connection at a time.
 */
#ifndef TLSDIVE_WORKER_PROBE_FIRST_H
#define TLSDIVE_WORKER_PROBE_FIRST_H

#include "worker/probe/probe.h"

typedef struct FirstSpec {
    const char
        *protocol; /* of the dialogue before TLS where starttls, or inside TLS; NULL: not known */
    bool starttls; /* TLS begins after a dialogue */
    const char *server_name; /* NULL: none is sent */
    const char *const *alpn; /* protocols to offer, NULL at the end; NULL: none */
    const char *priority; /* GnuTLS priority string of the usual hello; NULL: the program's own */
} FirstSpec;

/* The probe; the spec is copied. NULL and *error if the priority string is refused. */
Probe *first_new(const FirstSpec *spec, GError **error);

/* The hello that it asks next (usual, permissive; static), known before there is a connection.
 * `probe` is of first_new. */
const char *first_hello(const Probe *probe);

#endif
