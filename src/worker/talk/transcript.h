/* transcript: what both sides of a TLS connection say, as facts; and our own judgement of it.
 *
 * Handshake messages, ChangeCipherSpec and alerts are told to it in the order in which they pass,
 * whoever saw them: plaintext ones read from the records, encrypted ones handed over by GnuTLS.
 * Each becomes facts of the talk (message, alert, bytes; of a Certificate message also chain and
 * certificate), and what matters later is kept. What is illegal, or over a ceiling, is `fault`: the
 * client must go no further then, and GnuTLS must not see the message.
 */
#ifndef TLSDIVE_WORKER_TALK_TRANSCRIPT_H
#define TLSDIVE_WORKER_TALK_TRANSCRIPT_H

#include "worker/talk/talk.h"
#include "worker/tls/fault.h"
#include "worker/tls/hello.h"

typedef struct Transcript {
    Talk *talk;   /* facts go there; not owned */
    Fault *fault; /* the first thing that ends the handshake; NULL: nothing */
    const char
        *malformed;   /* name of the last message received, where it does not parse; else NULL */
    uint16_t version; /* chosen by the ServerHello; 0 before it */

    ClientHello *client; /* the last one sent; NULL: none yet */
    ServerHello *server; /* NULL: none yet */
    ServerHello *retry;  /* the HelloRetryRequest; NULL: none */

    json_t *alpn;       /* chosen, as JSON text; NULL: none */
    char *group;        /* of the key exchange, by name; NULL: none seen */
    char *scheme;       /* the server signed with; NULL: none seen */
    guint prime_bits;   /* of a DHE ServerKeyExchange; 0: none seen */
    guint flights;      /* that the server answered with so far: each cost a round trip */
    guint tickets;      /* NewSessionTicket messages with a ticket in them */
    guint lifetime;     /* of the last ticket, in seconds */
    GBytes *ticket;     /* the last one; NULL: none came */
    guint64 early_data; /* TLS 1.3: max_early_data_size of the last ticket; 0: none allowed */
    bool resuming;      /* set by the client: its hello offers an earlier session */
    gsize staple;       /* bytes of the stapled OCSP response; 0: none came */
    bool asked;         /* the server asked for a client certificate */
    bool raw_keys;      /* the server shows a bare key in place of certificates (RFC 7250) */
    GPtrArray *chain;   /* GBytes *, as sent; NULL: no Certificate message came */
    GPtrArray *staples; /* GBytes * by certificate, NULL in it: none for that one; NULL: none */
    GBytes *sct_list;   /* of the TLS extension signed_certificate_timestamp; NULL: none came */
    char *leaf;         /* SHA-256 of the first of them; NULL: none */

    /* for transcript.c alone */
    GPtrArray *kept;     /* GBytes * that the hellos borrow from */
    GHashTable *written; /* hashes of the bytes that were written */
    guint messages, warnings, requests, verifies;
    guint place;  /* how far the server's flight has come */
    bool sent;    /* something was sent since the server last spoke */
    bool still;   /* see transcript_keep_phase */
    bool held;    /* see transcript_hold_order */
    char *untold; /* SHA-256 of the message of a chain that is told once its CertificateStatus could
                     have come; NULL: none */
} Transcript;

/* A handshake message with its header. */
typedef struct Said {
    bool out;       /* sent, not received */
    bool encrypted; /* it travels encrypted */
    const uint8_t *bytes;
    size_t size;
} Said;

typedef struct SaidAlert {
    bool out, encrypted;
    guint level; /* 1 warning, 2 fatal, and what else may have come */
    guint code;
} SaidAlert;

Transcript *transcript_new(Talk *talk);
void transcript_free(Transcript *transcript);

/* Bytes and certificates are told once. Transcripts whose facts go into one stream one after the
 * other may share what was told: `written`, of transcript_written_new, of which a reference is
 * kept.
 */
GHashTable *transcript_written_new(void);
void transcript_share(Transcript *transcript, GHashTable *written);

/* Enters no phases as the handshake goes on. */
void transcript_keep_phase(Transcript *transcript);

/* A handshake message passes. */
void transcript_message(Transcript *transcript, const Said *said, double now);

/* From now on encrypted messages of the server's first flight are held to their order, which
 * otherwise GnuTLS sees to (RFC 8446 section 4.4). */
void transcript_hold_order(Transcript *transcript);

/* Tells the chain that is still held back, for a CertificateStatus may follow on it (RFC 6066
 * section 8). For what ends a talk; the messages do it by themselves. */
void transcript_close(Transcript *transcript, double now);

/* In the CompressedCertificate that has passed is this Certificate message (RFC 8879). */
void transcript_unpacked(Transcript *transcript, const Said *packed, const Said *certificate,
                         double now);

/* A message of SSL 2.0 passes, without the header of its record; encrypted is not asked. What a
 * SERVER-HELLO says is not judged here: only what does not parse is a fault. */
void transcript_ssl2(Transcript *transcript, const Said *said, double now);

/* A ChangeCipherSpec of `size` bytes passes. */
void transcript_change(Transcript *transcript, const Said *said, double now);

/* An alert passes. */
void transcript_alert(Transcript *transcript, const SaidAlert *alert, double now);

/* True where the session that was offered goes on (after the ServerHello): TLS 1.3 answers
 * pre_shared_key, TLS 1.2 and below echo the session id (RFC 8446 section 4.2.11, RFC 5246 section
 * 7.4.1.3, RFC 5077 section 3.4). */
bool transcript_resumed(const Transcript *transcript);

/* Something else than a handshake message came where only one may: `name` says what. */
void transcript_unexpected(Transcript *transcript, const char *name);

/* Sets `fault`, which is taken; the first one stays. */
void transcript_fault(Transcript *transcript, Fault *fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transcript, transcript_free)

#endif
