/* ask: one raw hello, and what came back, up to where a key would be needed.
 *
 * The conversation sends the Offer's records and reads the server's flight: in TLS 1.3 the
 * ServerHello or HelloRetryRequest and, where the Offer `opens` it, what is encrypted behind it up
 * to Finished (flight.h); below it everything up to ServerHelloDone; in SSL 2.0 the SERVER-HELLO;
 * or an alert, a close, a reset, silence, something illegal. Facts are told as in a handshake
 * (transcript.h: messages, alerts, bytes, the chain). It is done (TALK_DONE) whenever the server
 * answered the question, also by an alert or a close; it has failed where it did not (silence, a
 * reset, a ceiling, something illegal or no TLS, a STARTTLS that is refused). Phase: "hello".
 *
 * An offer of DTLS is asked over datagrams (talk.h): the hello is sent again while the flight that
 * answers it is not whole (resend.h), and a HelloVerifyRequest is answered with its cookie (RFC
 * 6347 section 4.2.1). Nothing is closed there, so a server that went on is told with an alert that
 * nothing more will come.
 *
 * A server that has chosen, with a ServerHello that is legal, and then fails (an alert, a close
 * before its flight is whole, a ceiling) has chosen all the same: REPLY_CHOSEN, with the reason.
 * But where the encrypted part was asked for, and the connection is lost in it: REPLY_LOST.
 */
#ifndef TLSDIVE_WORKER_TALK_ASK_H
#define TLSDIVE_WORKER_TALK_ASK_H

#include "worker/talk/flight.h"
#include "worker/talk/talk.h"
#include "worker/tls/offer.h"

typedef enum ReplyKind {
    REPLY_NONE,    /* nothing yet */
    REPLY_CHOSEN,  /* a ServerHello (SSL 2.0: SERVER-HELLO) that is legal for the offer */
    REPLY_RETRY,   /* a HelloRetryRequest that is legal for the offer */
    REPLY_ALERT,   /* a fatal alert before any ServerHello, a warning and then a close; SSL 2.0's
                      ERROR */
    REPLY_CLOSED,  /* closed without a byte */
    REPLY_ILLEGAL, /* a ServerHello that is not legal for the offer, or a message that is none, or
                      is not legal; see `chosen` */
    REPLY_OTHER,   /* speaks something that is not TLS */
    REPLY_LOST, /* reset, silence, closed within a message, a ceiling, no connection: says nothing
                   about the question. reason says which */
    REPLY_STOPPED, /* by the user */
} ReplyKind;

typedef struct Reply {
    ReplyKind kind;
    bool chosen; /* a ServerHello that is legal for the offer came, whatever came then: version and
                    suite are accepted. Of the other members an illegal reply has what was read */
    uint16_t version; /* chosen */
    uint32_t suite;   /* chosen; SSL 2.0: 0 */
    GArray *suites;   /* uint32_t: SSL 2.0: all that the server named and we offered */
    bool has_group;
    uint16_t group; /* of key_share or ServerKeyExchange */
    bool has_scheme;
    uint16_t scheme;       /* TLS 1.2: the ServerKeyExchange is signed with */
    guint prime_bits;      /* DHE: size of dh_p; 0: none came */
    char *prime;           /* DHE: SHA-256 of dh_p without leading zeros; NULL: none */
    GBytes *modulus;       /* DHE: dh_p without leading zeros; NULL: none */
    GBytes *generator;     /* DHE: dh_g without leading zeros; NULL: none */
    char *public_key;      /* SHA-256 of the server's ephemeral public value; NULL: none came */
    char *alpn;            /* protocol chosen, escaped; NULL: none */
    uint8_t compression;   /* chosen */
    GArray *extensions;    /* uint16_t: types in the ServerHello, in order */
    GHashTable *values;    /* GUINT_TO_POINTER(type) -> GBytes *: their extension_data */
    guint8 random[32];     /* of the ServerHello */
    guint8 session_id[32]; /* that the server sent; its size in bytes */
    guint session_id_size;
    bool asked;         /* a CertificateRequest came */
    bool stapled;       /* a CertificateStatus came */
    Opened *opened;     /* what TLS 1.3 encrypts, of an offer that opens it; NULL: nothing of it
                           came, or it cannot be read. alpn, scheme, asked, stapled and leaf are of
                           it too */
    char *leaf;         /* SHA-256 of the first certificate; NULL: no Certificate message came */
    guint certificates; /* in it */
    bool warned;        /* a warning alert came before all else */
    int alert;          /* the fatal alert, or the ERROR's code of SSL 2.0; -1: none. Beside
                           REPLY_CHOSEN: the server chose, and then failed */
    const char
        *reason;  /* of data/reasons.tsv; static. NULL: RETRY, or CHOSEN with a whole flight */
    json_t *args; /* its arguments; owned, may be NULL */
    double took;  /* seconds from the hello to the first byte of the answer (a HelloVerifyRequest is
                     none); 0: none came */
} Reply;

Reply *reply_new(void);
void reply_free(Reply *reply);

/* The conversation; the offer is taken. One in parts goes out part by part, a round trip after the
 * other and at least LIMIT_PART_MS. Silence on an odd one is an end after LIMIT_ODD_MS and four
 * round trips. With `half_close` the sending side is shut after the hello,
 * so that a server that serves one after the other is free at once (talk->half_close). */
Talk *ask_new(Offer *offer, bool half_close);

/* Before it starts: bytes and certificates that another ask with the same table (of
 * transcript_written_new) has told are not told again, nor decoded: a server shows the same chain
 * in every answer. A reference is kept. */
void ask_share(Talk *talk, GHashTable *written);

/* What came back, borrowed until the talk is freed; never NULL. Of a talk that a stack ended before
 * the ask began (the dialogue was refused, the connection was lost) kind is REPLY_LOST, with the
 * stack's reason: `talk` is the ask, or a stack whose last conversation it is. */
const Reply *ask_reply(const Talk *talk);

/* What it asked, likewise borrowed. */
const Offer *ask_offer(const Talk *talk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

#endif
