/* flight: what a server encrypts in its first flight of TLS 1.3, read as far as its Finished.
 *
 * EncryptedExtensions, CertificateRequest, Certificate or CompressedCertificate, CertificateVerify
 * and Finished are opened with the keys of an Offer that `opens`, told to the transcript as in any
 * handshake, held to their order and to what was offered, and what they say is kept. Nothing is
 * sent: a client that has seen this knows all that a server says by itself. Where the server breaks
 * a rule in a way that hides nothing, such as an extension that was not offered, it is read on. RFC
 * 8446 section 4.3 and 4.4, RFC 7250, RFC 8879, RFC 9345.
 */
#ifndef TLSDIVE_WORKER_TALK_FLIGHT_H
#define TLSDIVE_WORKER_TALK_FLIGHT_H

#include "worker/talk/transcript.h"
#include "worker/tls/offer.h"
#include "worker/tls/record.h"

/* What was read. Tables: GUINT_TO_POINTER(type) -> GBytes *, the extension_data. */
typedef struct Opened {
    bool whole;         /* up to a Finished that is right: all of it is the server's own */
    GArray *extensions; /* uint16_t: types in EncryptedExtensions, in order */
    GHashTable *values; /* of these */
    GHashTable *entry;  /* extensions beside the first certificate */
    char *alpn;         /* protocol chosen, escaped; NULL: none */
    char *raw_key;      /* SHA-256 of a key that came in place of a certificate; NULL: none */
    bool delegated;     /* CertificateVerify is signed with a delegated credential's key, which the
                           certificate's key has signed */
    uint16_t scheme;    /* of CertificateVerify; 0: none came */
    bool proven;        /* its signature was verified, and is right */
    guint16 packing;    /* CertificateCompressionAlgorithm; 0: not compressed */
    guint packed, unpacked; /* bytes of the certificates' message, compressed; as it is */
} Opened;

/* One with nothing in it. */
Opened *opened_new(void);
void opened_free(Opened *opened);

typedef struct Flight Flight;

/* For an offer that `opens`, which is borrowed; `hello` is its message. Facts and faults go to the
 * transcript. */
Flight *flight_new(Transcript *transcript, const Offer *offer, const GByteArray *hello);
void flight_free(Flight *flight);

/* The ServerHello that the transcript has seen, by its bytes. False where its suite or its group
 * are none that can be read: then nothing more is. */
bool flight_begin(Flight *flight, const uint8_t *bytes, size_t size);

/* True once it has begun. */
bool flight_begun(const Flight *flight);

typedef enum FlightStatus {
    FLIGHT_MORE,
    FLIGHT_WHOLE, /* Finished came, and is right */
    FLIGHT_FAULT, /* see the transcript's; all may be whole all the same */
    FLIGHT_ALERT, /* in `inner` is an alert, or a part of one */
} FlightStatus;

/* A record that is no plaintext alert came. `inner` is borrowed until the next one. */
FlightStatus flight_record(Flight *flight, const Record *record, Record *inner, double now);

/* What was read so far: the caller's. */
Opened *flight_take(Flight *flight);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opened, opened_free)

#endif
