/* server: a GnuTLS server in memory, for tests of the client. Its keys are made once a program. */
#ifndef TLSDIVE_TESTS_WORKER_TALK_SERVER_H
#define TLSDIVE_TESTS_WORKER_TALK_SERVER_H

#include <glib.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tests/worker/talk/drive.h"

typedef struct ServerSpec {
    const char *priority;             /* GnuTLS's */
    bool rsa;                         /* an RSA certificate instead of an ECDSA one */
    bool anonymous;                   /* no certificate: anonymous Diffie-Hellman */
    bool tickets;                     /* issue session tickets, good for every server of the test */
    bool own_key;                     /* the tickets are good for this server alone */
    bool cache;                       /* keep sessions by their id, for every server of the test */
    guint early_data;                 /* bytes of early data it takes; 0: none */
    bool again;                       /* renegotiate when asked; else refuse with a warning */
    guint dh_bits;                    /* parameters of its own, of so many bits; 0: none */
    gnutls_certificate_request_t ask; /* for a client certificate */
    const char *alpn;                 /* protocol it knows; NULL: none */
    const char *staple;               /* bytes to staple as an OCSP response; NULL: none */
    bool junk;                        /* sends bytes that are no certificate */
} ServerSpec;

typedef struct Server Server;

/* Makes the keys and certificates: once, before the tests run. */
void server_prepare(void);

/* The DER of the ECDSA certificate; borrowed. */
const gnutls_datum_t *server_certificate(void);

/* The key of the ECDSA certificate; borrowed. */
gnutls_x509_privkey_t server_key(void);

Server *server_new(const ServerSpec *spec);
void server_free(Server *server);

/* The session, for what a test wants of it besides. */
gnutls_session_t server_session(Server *server);

/* Gives the server bytes, and lets it do what it can. What it wants to send is appended to
 * `output`. */
void server_turn(Server *server, const uint8_t *data, size_t size, GByteArray *output);

/* True once its handshake is complete. */
bool server_done(const Server *server);

/* Changes what the server sends on its way; NULL: nothing. */
typedef void (*ServerMangle)(GByteArray *output, gpointer data);

/* Lets both talk, in pieces of `step` bytes (0: as they come), until neither has anything to say.
 */
void server_pump(Server *server, Drive *drive, size_t step, ServerMangle mangle, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)

#endif
