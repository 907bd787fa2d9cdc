/* record: a stream of bytes split into TLS records, and records into handshake messages.
 *
 * Works for either direction, and reads no more than the five bytes of a record's header: what is
 * encrypted passes as it is. A Splitter is fed bytes as they come, in pieces of any size, and gives
 * records; a Handshake is fed the plaintext records of type handshake, and gives whole messages,
 * which may span records or share one (RFC 8446 section 5.1). Both have the ceilings of limits.h.
 * After a fault nothing more comes out.
 */
#ifndef TLSDIVE_WORKER_TLS_RECORD_H
#define TLSDIVE_WORKER_TLS_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/fault.h"

/* ContentType, RFC 8446 appendix B.1 */
enum {
    RECORD_CHANGE_CIPHER_SPEC = 20,
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    RECORD_APPLICATION_DATA = 23,
    RECORD_HEARTBEAT = 24,
};

enum {
    RECORD_HEADER = 5,             /* bytes of a record's header */
    RECORD_MAX = (1 << 14) + 2048, /* bytes of a record's payload at most, RFC 5246 section 6.2.3 */
    HANDSHAKE_HEADER = 4,          /* bytes of a message's header */
};

typedef struct Record {
    uint8_t type;
    uint16_t version;    /* as the record says: legacy_record_version */
    const uint8_t *data; /* payload, borrowed until the splitter is used again */
    size_t size;         /* of the payload */
} Record;

typedef enum RecordStatus {
    RECORD_READY, /* here is one */
    RECORD_MORE,  /* none without more bytes */
    RECORD_FAULT, /* see record_fault or handshake_fault */
} RecordStatus;

typedef struct Splitter Splitter;

Splitter *record_splitter_new(void);
void record_splitter_free(Splitter *splitter);

/* Adds bytes that came. They are copied. */
void record_feed(Splitter *splitter, const uint8_t *data, size_t size);

/* The next record. */
RecordStatus record_next(Splitter *splitter, Record *record);

/* What is wrong: record-malformed (a wrong type, version or length; an SSL 2.0 answer; an alert of
 * a version below 3.0 is let pass, for some refuse so before a version is agreed on),
 * limit-records, limit-empty-records. NULL while nothing is. */
const Fault *record_fault(const Splitter *splitter);

/* Records given out so far. */
guint record_count(const Splitter *splitter);

/* True where the first bytes are no TLS of any kind, nor SSL 2.0: guess.h says what they may be. A
 * TLS record that is malformed is TLS. */
bool record_is_foreign(const Splitter *splitter);

/* True if the stream began as SSL 2.0 does: a SERVER-HELLO or an ERROR. */
bool record_is_ssl2(const Splitter *splitter);

/* The bytes that are not yet part of a record given out, borrowed. */
const uint8_t *record_unread(const Splitter *splitter, size_t *size);

/* A record as bytes, appended. `size` must be at most 2^14. */
void record_put(GByteArray *out, const Record *record);

typedef struct Handshake Handshake;

/* A whole message: its header of four bytes, and its body. */
typedef struct HandshakeMessage {
    uint8_t type;
    const uint8_t *bytes; /* borrowed until the Handshake is used again */
    size_t size;
} HandshakeMessage;

Handshake *handshake_new(void);
void handshake_free(Handshake *handshake);

/* Adds a plaintext record, of whatever type: one that is no handshake record may not stand within a
 * message that is split. */
void handshake_feed(Handshake *handshake, const Record *record);

/* The next whole message. */
RecordStatus handshake_next(Handshake *handshake, HandshakeMessage *message);

/* What is wrong: message-malformed (interrupted by another type, RFC 8446 section 5.1),
 * limit-message, limit-messages. NULL while nothing is. */
const Fault *handshake_fault(const Handshake *handshake);

/* Bytes of a message that is not whole yet, its header included; 0 if none has begun. */
size_t handshake_pending(const Handshake *handshake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Splitter, record_splitter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Handshake, handshake_free)

#endif
