/* client: a TLS handshake as a client, by GnuTLS on memory; and what comes within a moment after
 * it.
 *
 * Everything that passes is told as facts while it happens (transcript.h). Our own reader splits
 * both directions into records and messages, and judges the plaintext ones before GnuTLS sees them;
 * GnuTLS is then given whole messages, and its own hook hands over those that travel encrypted. The
 * handshake is completed whatever the certificate is: nothing is verified here.
 *
 * After the handshake the client listens for tickets and late alerts, for two round trips and at
 * least LIMIT_LISTEN_MS; then it tells the `negotiated` fact, says good-bye, and is done. What
 * fails has told the peer by the alert that fits, where there was something to tell.
 *
 * Phases: hello, certificate, key-exchange, listening. RFC 8446, 5246.
 */
#ifndef TLSDIVE_WORKER_TALK_CLIENT_H
#define TLSDIVE_WORKER_TALK_CLIENT_H

#include "worker/talk/talk.h"

#define CLIENT_ERROR (client_error_quark())
GQuark client_error_quark(void); /* its codes are GnuTLS's */

typedef struct ClientSpec {
    const char *priority;    /* GnuTLS priority string */
    const char *server_name; /* for the server_name extension; NULL: none is sent */
    const char *const *alpn; /* protocols to offer, NULL at the end; NULL: none */
    const char *hello;       /* "usual" or "permissive", for the negotiated fact; static */
} ClientSpec;

/* A client; the spec is copied. NULL and *error where GnuTLS refuses the priority string, which is
 * quoted from where it goes wrong. */
Talk *client_new(const ClientSpec *spec, GError **error);

/* Checks a priority string as client_new does. */
bool client_priority_check(const char *priority, GError **error);

#endif
