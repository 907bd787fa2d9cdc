/* datagram: DTLS records in datagrams, taken out and put in.
 *
 * A datagram holds whole records (RFC 6347 section 4.1), each with an epoch and a sequence number.
 * What is read here is in the clear, that is of epoch 0: records of other epochs, and of DTLS 1.3's
 * short form (RFC 9147 section 4), are encrypted and are stepped over. A record that comes again,
 * or is older than the last 64, is left out (RFC 6347 section 4.1.2.6); only handshake records are
 * given out all the same, for their messages have numbers of their own (assembly.h) and there are
 * servers that number no records. After a fault nothing more comes out.
 */
#ifndef TLSDIVE_WORKER_TLS_DATAGRAM_H
#define TLSDIVE_WORKER_TLS_DATAGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/fault.h"
#include "worker/tls/record.h"

enum {
    DATAGRAM_HEADER = 13, /* bytes of a record's header */
    FRAGMENT_HEADER = 12, /* bytes of the header of a message's fragment, RFC 6347 section 4.2.2 */
    DATAGRAM_MOST = 1452, /* bytes of a datagram that no Ethernet has to split, over IPv6 too */
};

typedef struct Datagrams Datagrams;

/* With `short_form` records of DTLS 1.3's short form may come first: what is sent behind the
 * ServerHello may overtake it. */
Datagrams *datagrams_new(bool short_form);
void datagrams_free(Datagrams *datagrams);

/* Adds a datagram as it came. It is copied. What is left of the one before is dropped. */
void datagrams_feed(Datagrams *datagrams, const uint8_t *data, size_t size);

/* The next record; RECORD_MORE where the datagram has no other. Its data are borrowed until the
 * next datagram is fed. */
RecordStatus datagrams_next(Datagrams *datagrams, Record *record);

/* True where the last record given out has a higher number than the next that was to come, and than
 * `least`: another that was sent before it is late or lost. */
bool datagrams_skips(const Datagrams *datagrams, uint64_t least);

/* What is wrong: record-malformed (a wrong type, version or length), limit-records. NULL while
 * nothing is. */
const Fault *datagrams_fault(const Datagrams *datagrams);

/* True where the first datagram does not begin as a record does: guess.h says what it may be. */
bool datagrams_foreign(const Datagrams *datagrams);

/* How records are put into datagrams. */
typedef struct DatagramForm {
    uint16_t version;  /* of the records */
    uint64_t sequence; /* number of the next record, 48 bits; counted up */
    guint fragment;    /* bytes of a message in one record; 0: as fit in DATAGRAM_MOST */
} DatagramForm;

/* A datagram with one record of epoch 0; of at most 2^14 bytes. Free with g_byte_array_unref. */
GByteArray *datagram_new(DatagramForm *form, uint8_t type, const uint8_t *data, size_t size);

/* The message (its header of four bytes as in TLS, and its body) with the number `message_seq`, as
 * fragments, each in a datagram of its own. A list of GByteArray *; free with g_ptr_array_unref. */
GPtrArray *datagram_message(DatagramForm *form, uint16_t message_seq, const GByteArray *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Datagrams, datagrams_free)

#endif
