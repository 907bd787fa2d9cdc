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
 * With a session of an earlier client it asks to resume that; and it can ask to renegotiate once
 * the handshake is complete: what comes of these is in its ClientResult. The messages of a second
 * handshake over the first one are told as no facts.
 *
 * Phases: hello, certificate, key-exchange, listening. RFC 8446, 5246, 5077, 5746.
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
    const char *hello;       /* for the negotiated fact, and connections; static */
    GBytes *resume;   /* a session to resume, of client_result; NULL: none. The endpoint, the name
                         and the version must be the same */
    bool brief;       /* the session is what is wanted: nothing is listened for once it is there */
    bool renegotiate; /* TLS 1.2 and below: asks to renegotiate after the handshake */
} ClientSpec;

typedef enum ClientAgain {
    CLIENT_AGAIN_UNASKED,  /* not asked: TLS 1.3 has none, or the handshake was not completed */
    CLIENT_AGAIN_ACCEPTED, /* a second handshake was completed over the first one */
    CLIENT_AGAIN_REFUSED,  /* an alert, or a close */
    CLIENT_AGAIN_IGNORED,  /* no answer as long as was listened */
} ClientAgain;

/* What a handshake that was completed has shown beside its facts. */
typedef struct ClientResult {
    bool complete;      /* it was: else all below is empty */
    uint16_t version;   /* TLS_1_0 ... TLS_1_3 */
    bool resumed;       /* the session that was offered */
    guint session_id;   /* TLS 1.2 and below: bytes of the session id that the server gave */
    guint tickets;      /* that came */
    guint lifetime;     /* of the last ticket, in seconds */
    GBytes *ticket;     /* the last one; NULL: none came */
    guint64 early_data; /* TLS 1.3: max_early_data_size of the last ticket; 0: none allowed */
    bool secure;        /* TLS 1.2 and below: renegotiation_info was answered */
    ClientAgain again;  /* renegotiation */
    int again_alert;    /* that refused it; -1: none */
    GBytes *session;    /* to resume later; NULL: there is none */
} ClientResult;

/* A client; the spec is copied. NULL and *error where GnuTLS refuses the priority string, which is
 * quoted from where it goes wrong. */
Talk *client_new(const ClientSpec *spec, GError **error);

/* Borrowed; of a stack whose last conversation is a client, that one's. */
const ClientResult *client_result(const Talk *talk);

/* Checks a priority string as client_new does. */
bool client_priority_check(const char *priority, GError **error);

#endif
