/* offer: a ClientHello as we want it, whatever a library would say of it, and the bytes of it.
 *
 * An Offer is plain data: it is filled, and offer_build makes the records. Nothing is checked: what
 * is asked for is sent, lawful or not, for a server's answer to nonsense is worth knowing too; only
 * a list longer than its length can say is cut there. A message of 256 to 511 bytes, on which old
 * servers of TLS hang, is padded to 512 (RFC 7685) where it has extensions at all and is not
 * `exact`.
 *
 * SSL 2.0's CLIENT-HELLO, SSL 3.0, TLS 1.0 to 1.3, DTLS 1.0 to 1.3. RFC 8446 section 4.1.2; RFC
 * 5246 section 7.4.1.2; RFC 6101; RFC 6101 appendix E and the SSL 2.0 specification for the
 * CLIENT-HELLO; RFC 6347 section 4.2.1 and RFC 9147 section 5.3 for DTLS, whose datagrams are
 * datagram.h's.
 */
#ifndef TLSDIVE_WORKER_TLS_OFFER_H
#define TLSDIVE_WORKER_TLS_OFFER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "worker/tls/hello.h"

/* An extension by its bytes: extension_data without type and length. */
typedef struct OfferExtension {
    uint16_t type;
    GBytes *data;
} OfferExtension;

typedef struct Offer {
    uint16_t version; /* asked for: TLS_SSL2 ... TLS_1_3, DTLS_1_0 ..., or one that does not
                         exist (yet). TLS_1_3 and higher go into supported_versions, with
                         legacy_version TLS_1_2; likewise of DTLS */
    uint16_t record;  /* version of the record; 0: as usual (0x0301; SSL 3.0: 0x0300; DTLS: 0xFEFF)
                       */
    GArray *versions; /* uint16_t: supported_versions as they stand; empty: {version} where
                         version is TLS 1.3 or higher, else no such extension */
    GArray *suites; /* uint32_t: two bytes each, SSL 2.0: three; in this order. Nothing is added */
    GArray *compressions; /* uint8_t; empty: {0} */
    GArray *groups;       /* uint16_t: supported_groups; empty: no such extension */
    GArray *schemes;      /* uint16_t: signature_algorithms; empty: no such extension */
    GArray *shares;     /* uint16_t: groups to send a key_share for (offer_share); with TLS 1.3 the
                           extension is always there, empty or not */
    GArray *points;     /* uint8_t: ec_point_formats; empty: {0} where there are groups */
    GPtrArray *alpn;    /* char *, owned; empty: no such extension */
    char *server_name;  /* NULL: none */
    GArray *extensions; /* OfferExtension: more, after the named ones, in this order */
    bool bare;          /* no extensions at all, whatever else is said; legacy_version is `version`,
                           be it TLS 1.3 or one that does not exist */
    bool exact;         /* `extensions` are all, as they stand, and nothing is padded */
    guint8 random[32];  /* filled by the caller */
    guint8 session_id[32]; /* likewise */
    guint session_id_size; /* bytes of it that are sent: 32 for a middlebox-friendly TLS 1.3; at
                              most 32 */
    bool opens; /* what the server encrypts is to be opened: shares are of keys made from `secret`,
                   where agree.h has the group. Not of DTLS */
    guint8 secret[32]; /* likewise filled; may be known to anybody */
    GBytes *cookie;    /* DTLS: what a HelloVerifyRequest gave, at most 255 bytes; NULL: none */
    uint16_t legacy;   /* legacy_version, whatever `version` is, and supported_versions only
                          where `versions` has some; 0: as usual */
    bool reversed;     /* the extensions stand in reverse order */

    /* how it is sent */
    guint fragment;  /* bytes of the message in one record; 0: as much as fits */
    guint parts;     /* that the bytes are sent in, one after the other; 0: all at once (ask.h) */
    uint8_t between; /* content type of an empty record before each one; 0: none */
    uint8_t content; /* content type of the records; 0: handshake */
    uint16_t length; /* that the first record says it has, more or less than it has; 0: the truth */
    GBytes *first;   /* bytes before the records; NULL: none */
    GBytes *message; /* a message in place of the ClientHello; NULL: none */
    bool odd;        /* a server may well be silent on it, or hang up: that is waited for only
                        shortly, and says nothing about the path */
} Offer;

/* An empty offer for a version: lists that are there to be filled; random is zero. */
Offer *offer_new(uint16_t version);
Offer *offer_copy(const Offer *offer);
void offer_free(Offer *offer);

/* Appends to one of its lists. */
void offer_add_suite(Offer *offer, uint32_t suite);
void offer_add_extension(Offer *offer, uint16_t type, const void *data, size_t size);

/* True if the list (a GArray of uint16_t) has it. */
bool offer_has(const GArray *list, uint16_t code);

/* True if TLS 1.3 or DTLS 1.3, or one that comes after them, is among the versions asked for. */
bool offer_speaks_13(const Offer *offer);

/* The message alone, its header of four bytes included; of SSL 2.0 without the header of two, and
 * with as much of `random` as its challenge has: 16 bytes. To be freed with g_byte_array_unref. */
GByteArray *offer_message(const Offer *offer);

/* The records of that message, with what is sent before them, and both in one; likewise. Not of
 * DTLS. */
GByteArray *offer_wrap(const Offer *offer, const GByteArray *message);
GByteArray *offer_build(const Offer *offer);

/* A key_share entry's key_exchange for a group, from `seed` (32 bytes): a value that a server takes
 * for a public key, good for no handshake: X25519 and X448 from the seed, the base point of a
 * curve, a power of the generator for FFDHE, an ML-KEM encapsulation key of zeros with the seed
 * (FIPS 203 section 7.2); of a hybrid the parts in their order. NULL: we have none for this group.
 */
GByteArray *offer_share(uint16_t group, const uint8_t *seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Offer, offer_free)

#endif
