#include "worker/tls/record.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/message.h"
#include "worker/tls/ssl2.h"

enum { SSL2_LOOK = 7 }; /* bytes that tell an SSL 2.0 answer */

struct Splitter {
    GByteArray *bytes; /* fed and not yet given out, from `taken` on */
    size_t taken;
    guint count; /* records given out */
    guint empty; /* of those, the last ones without content */
    bool ssl2;
    Fault *fault;
};

Splitter *record_splitter_new(void)
{
    Splitter *splitter = g_new0(Splitter, 1);
    splitter->bytes = g_byte_array_new();
    return splitter;
}

void record_splitter_free(Splitter *splitter)
{
    if (!splitter)
        return;
    g_byte_array_unref(splitter->bytes);
    fault_free(splitter->fault);
    g_free(splitter);
}

/* Drops what was given out. */
static void forget(GByteArray *bytes, size_t *taken)
{
    if (*taken)
        g_byte_array_remove_range(bytes, 0, (guint)*taken);
    *taken = 0;
}

void record_feed(Splitter *splitter, const uint8_t *data, size_t size)
{
    if (splitter->fault || size == 0)
        return;
    forget(splitter->bytes, &splitter->taken);
    g_byte_array_append(splitter->bytes, data, (guint)size);
}

static Reader unread(const Splitter *splitter)
{
    Reader reader = reader_new(splitter->bytes->data, splitter->bytes->len);
    reader_skip(&reader, splitter->taken);
    return reader;
}

typedef enum Ssl2 { SSL2_NO, SSL2_MAYBE, SSL2_YES } Ssl2;

/* An answer of SSL 2.0 has a length with its highest bit set, then the message's type: a
 * SERVER-HELLO goes on with session_id_hit, certificate_type and the version 0.2, an ERROR has
 * three bytes. */
static Ssl2 look_for_ssl2(Reader reader, uint8_t *type)
{
    size_t left = reader_left(&reader);
    int first = reader_peek(&reader);
    uint16_t length = reader_u16(&reader);
    *type = reader_u8(&reader);
    if (first < 0x80)
        return SSL2_NO;
    if (left < 3)
        return SSL2_MAYBE;
    if (*type == SSL2_ERROR)
        return length == 0x8003 ? SSL2_YES : SSL2_NO;
    if (*type != SSL2_SERVER_HELLO)
        return SSL2_NO;
    reader_skip(&reader, 2);
    uint16_t version = reader_u16(&reader);
    if (left < SSL2_LOOK)
        return SSL2_MAYBE;
    return version == 0x0002 ? SSL2_YES : SSL2_NO;
}

static RecordStatus fail(Splitter *splitter, Fault *fault)
{
    splitter->fault = fault;
    return RECORD_FAULT;
}

/* The stream does not begin with a content type of TLS. */
static RecordStatus no_record(Splitter *splitter, Reader reader)
{
    uint8_t type = 0;
    Ssl2 ssl2 = splitter->count == 0 ? look_for_ssl2(reader, &type) : SSL2_NO;
    if (ssl2 == SSL2_MAYBE)
        return RECORD_MORE;
    if (ssl2 == SSL2_NO)
        return fail(splitter,
                    fault_record("type %d, which is no TLS content type", reader_peek(&reader)));
    splitter->ssl2 = true;
    char number[REGISTRY_NUMBER];
    return fail(splitter, fault_record("an SSL 2.0 %s in place of a TLS record",
                                       registry_code_name("ssl2-message", type, number)));
}

/* Ceilings: a peer could go on with records for ever. */
static Fault *count_record(Splitter *splitter, const Record *record)
{
    splitter->empty = record->size == 0 ? splitter->empty + 1 : 0;
    splitter->count++;
    if (splitter->count > LIMIT_RECORDS)
        return fault_new("limit-records", json_pack("{s:i}", "records", LIMIT_RECORDS));
    if (splitter->empty > LIMIT_EMPTY_RECORDS)
        return fault_new("limit-empty-records", json_pack("{s:i}", "records", LIMIT_EMPTY_RECORDS));
    return NULL;
}

/* An alert in a version that is none: BearSSL refuses so where none is agreed on yet, OpenSSL says
 * what it was asked for. True for the beginning of one, too. */
static bool alert_without_version(Reader reader)
{
    static const uint8_t least[] = {RECORD_ALERT, 0, 0, 0, 2};
    static const uint8_t most[] = {RECORD_ALERT, 2, 0xFF, 0, 2};
    size_t size = MIN(reader_left(&reader), sizeof least);
    const uint8_t *begin = reader_take(&reader, size);
    for (size_t i = 0; i < size; i++)
        if (begin[i] < least[i] || begin[i] > most[i])
            return false;
    return true;
}

RecordStatus record_next(Splitter *splitter, Record *record)
{
    if (splitter->fault)
        return RECORD_FAULT;
    Reader reader = unread(splitter);
    size_t left = reader_left(&reader);
    int type = reader_peek(&reader);
    if (type < 0)
        return RECORD_MORE;
    if (type < RECORD_CHANGE_CIPHER_SPEC || type > RECORD_HEARTBEAT)
        return no_record(splitter, reader);

    bool versionless = alert_without_version(reader);
    record->type = reader_u8(&reader);
    if (reader_peek(&reader) >= 0 && reader_peek(&reader) != 3 && !versionless)
        return fail(splitter,
                    fault_record("version %d.x, which is no version of TLS", reader_peek(&reader)));
    record->version = reader_u16(&reader);
    record->size = reader_u16(&reader);
    if (record->size > RECORD_MAX)
        return fail(splitter, fault_record("length %zu, more than %d", record->size, RECORD_MAX));
    record->data = reader_take(&reader, record->size);
    if (reader.failed)
        return RECORD_MORE;

    splitter->taken += left - reader_left(&reader);
    splitter->fault = count_record(splitter, record);
    return splitter->fault ? RECORD_FAULT : RECORD_READY;
}

const Fault *record_fault(const Splitter *splitter)
{
    return splitter->fault;
}

guint record_count(const Splitter *splitter)
{
    return splitter->count;
}

bool record_is_foreign(const Splitter *splitter)
{
    if (splitter->count || !splitter->fault || splitter->ssl2)
        return false;
    Reader reader = unread(splitter);
    uint8_t type = reader_u8(&reader);
    return type < RECORD_CHANGE_CIPHER_SPEC || type > RECORD_HEARTBEAT || reader_u8(&reader) != 3;
}

bool record_is_ssl2(const Splitter *splitter)
{
    return splitter->ssl2;
}

const uint8_t *record_unread(const Splitter *splitter, size_t *size)
{
    Reader reader = unread(splitter);
    *size = reader_left(&reader);
    return reader_take(&reader, *size);
}

void record_put(GByteArray *out, const Record *record)
{
    bytes_put(out, record->type, 1);
    bytes_put(out, record->version, 2);
    bytes_put(out, record->size, 2);
    g_byte_array_append(out, record->data, (guint)record->size);
}

struct Handshake {
    GByteArray *bytes; /* fed and not yet given out, from `taken` on */
    size_t taken;
    guint count; /* messages given out */
    Fault *fault;
};

Handshake *handshake_new(void)
{
    Handshake *handshake = g_new0(Handshake, 1);
    handshake->bytes = g_byte_array_new();
    return handshake;
}

void handshake_free(Handshake *handshake)
{
    if (!handshake)
        return;
    g_byte_array_unref(handshake->bytes);
    fault_free(handshake->fault);
    g_free(handshake);
}

static Reader waiting(const Handshake *handshake)
{
    Reader reader = reader_new(handshake->bytes->data, handshake->bytes->len);
    reader_skip(&reader, handshake->taken);
    return reader;
}

/* What is left behind the last whole message. */
static Reader tail(const Handshake *handshake)
{
    Reader reader = waiting(handshake);
    for (;;) {
        Reader message = reader;
        reader_skip(&message, 1);
        reader_vector(&message, 3);
        if (message.failed)
            return reader;
        reader = message;
    }
}

size_t handshake_pending(const Handshake *handshake)
{
    Reader reader = tail(handshake);
    return reader_left(&reader);
}

void handshake_feed(Handshake *handshake, const Record *record)
{
    if (handshake->fault)
        return;
    if (record->type == RECORD_HANDSHAKE) {
        forget(handshake->bytes, &handshake->taken);
        if (record->size)
            g_byte_array_append(handshake->bytes, record->data, (guint)record->size);
        return;
    }
    Reader reader = tail(handshake);
    size_t left = reader_left(&reader);
    if (left == 0)
        return;
    char number[REGISTRY_NUMBER];
    handshake->fault = fault_message(message_name(reader_take(&reader, left), left),
                                     "interrupted by a record of type %s",
                                     registry_code_name("content", record->type, number));
}

/* The message that begins at `reader` would be one too many, or is too long. */
static Fault *over_ceiling(const Handshake *handshake, Reader reader)
{
    Reader header = reader;
    reader_skip(&header, 1);
    uint32_t length = reader_u24(&header);
    if (header.failed)
        return NULL;
    if (handshake->count >= LIMIT_MESSAGES)
        return fault_new("limit-messages", json_pack("{s:i}", "messages", LIMIT_MESSAGES));
    if (length <= LIMIT_MESSAGE - HANDSHAKE_HEADER)
        return NULL;
    size_t left = reader_left(&reader);
    const char *name = message_name(reader_take(&reader, left), left);
    return fault_new(
        "limit-message",
        json_pack("{s:I, s:s}", "bytes", (json_int_t)length + HANDSHAKE_HEADER, "name", name));
}

/* Whole messages are given out before a fault that came behind them. */
RecordStatus handshake_next(Handshake *handshake, HandshakeMessage *message)
{
    Reader reader = waiting(handshake);
    Fault *over = over_ceiling(handshake, reader);
    if (over) {
        fault_free(handshake->fault);
        handshake->fault = over;
        return RECORD_FAULT;
    }
    Reader whole = reader;
    message->type = reader_u8(&whole);
    size_t length = reader_u24(&whole);
    if (!reader_skip(&whole, length))
        return handshake->fault ? RECORD_FAULT : RECORD_MORE;
    message->size = HANDSHAKE_HEADER + length;
    message->bytes = reader_take(&reader, message->size);
    handshake->taken += message->size;
    handshake->count++;
    return RECORD_READY;
}

const Fault *handshake_fault(const Handshake *handshake)
{
    return handshake->fault;
}
