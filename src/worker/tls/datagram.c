#include "worker/tls/datagram.h"

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/version.h"

enum {
    PLAIN_MOST = 1 << 14, /* bytes of a record's content, RFC 5246 section 6.2.1 */
    WINDOW = 64,          /* sequence numbers that are remembered */
    TYPE_CONNECTION = 25, /* tls12_cid, RFC 9146 section 4 */
    TYPE_ACK = 26,        /* RFC 9147 section 7 */
    SHORT_FORM = 0x20,    /* the highest three bits of a record of the short form */
    SHORT_FORM_MASK = 0xe0,
};

struct Datagrams {
    GByteArray *bytes; /* of the datagram, from `taken` on not yet given out */
    size_t taken;
    guint count;     /* records that came, whatever their epoch */
    uint64_t newest; /* sequence number in epoch 0 */
    uint64_t seen;   /* bit n: newest - n came */
    uint64_t last;   /* sequence number of the last record of epoch 0, and what it was to be */
    uint64_t due;
    bool short_form;
    bool foreign;
    Fault *fault;
};

Datagrams *datagrams_new(bool short_form)
{
    Datagrams *datagrams = g_new0(Datagrams, 1);
    datagrams->bytes = g_byte_array_new();
    datagrams->short_form = short_form;
    return datagrams;
}

void datagrams_free(Datagrams *datagrams)
{
    if (!datagrams)
        return;
    g_byte_array_unref(datagrams->bytes);
    fault_free(datagrams->fault);
    g_free(datagrams);
}

void datagrams_feed(Datagrams *datagrams, const uint8_t *data, size_t size)
{
    if (datagrams->fault)
        return;
    g_byte_array_set_size(datagrams->bytes, 0);
    datagrams->taken = 0;
    if (size)
        g_byte_array_append(datagrams->bytes, data, (guint)size);
}

/* Notes the number of a record; true if it came before, or is too old to be known. */
static bool comes_again(Datagrams *datagrams, uint64_t sequence)
{
    datagrams->last = sequence;
    datagrams->due = datagrams->seen ? datagrams->newest + 1 : 0;
    if (!datagrams->seen || sequence > datagrams->newest) {
        uint64_t ahead = sequence - datagrams->newest;
        datagrams->seen = ahead < WINDOW ? datagrams->seen << ahead | 1 : 1;
        datagrams->newest = sequence;
        return false;
    }
    uint64_t behind = datagrams->newest - sequence;
    if (behind >= WINDOW)
        return true;
    uint64_t bit = UINT64_C(1) << behind;
    bool again = datagrams->seen & bit;
    datagrams->seen |= bit;
    return again;
}

/* A fault where a record does not begin so. */
static Fault *check_kind(Reader reader)
{
    uint8_t type = reader_u8(&reader);
    int major = reader_peek(&reader);
    if (type < RECORD_CHANGE_CIPHER_SPEC || type > TYPE_ACK)
        return fault_record("type %d, which is no DTLS content type", type);
    if (major >= 0 && !version_is_dtls((uint16_t)(major << 8)))
        return fault_record("version %d.x, which is no version of DTLS", major);
    return NULL;
}

typedef struct Header {
    uint16_t epoch;
    uint64_t sequence;
} Header;

/* Reads a record of the usual form; a fault where it is not whole. */
static Fault *read_record(Reader *reader, Record *record, Header *header)
{
    record->type = reader_u8(reader);
    record->version = reader_u16(reader);
    header->epoch = reader_u16(reader);
    header->sequence = (uint64_t)reader_u24(reader) << 24;
    header->sequence |= reader_u24(reader);
    record->size = reader_u16(reader);
    if (reader->failed)
        return fault_record("a header that is cut short");
    if (record->size > RECORD_MAX)
        return fault_record("length %zu, more than %d", record->size, RECORD_MAX);
    if (record->size > reader_left(reader))
        return fault_record("length %zu, where the datagram has %zu", record->size,
                            reader_left(reader));
    record->data = reader_take(reader, record->size);
    return NULL;
}

/* Where its end is cannot be known without the keys, nor the length of a connection id. */
static bool ends_datagram(const Datagrams *datagrams, int type)
{
    if (type == TYPE_CONNECTION)
        return datagrams->count > 0;
    return (type & SHORT_FORM_MASK) == SHORT_FORM && (datagrams->short_form || datagrams->count);
}

RecordStatus datagrams_next(Datagrams *datagrams, Record *record)
{
    while (!datagrams->fault) {
        Reader reader = reader_new(datagrams->bytes->data, datagrams->bytes->len);
        reader_skip(&reader, datagrams->taken);
        int type = reader_peek(&reader);
        if (type < 0 || ends_datagram(datagrams, type))
            return RECORD_MORE;
        datagrams->fault = check_kind(reader);
        datagrams->foreign = datagrams->fault && !datagrams->count;
        Header header = {0};
        if (!datagrams->fault)
            datagrams->fault = read_record(&reader, record, &header);
        if (datagrams->fault)
            break;
        datagrams->taken = reader_offset(&reader);
        if (++datagrams->count > LIMIT_RECORDS) {
            datagrams->fault =
                fault_new("limit-records", json_pack("{s:i}", "records", LIMIT_RECORDS));
            break;
        }
        if (header.epoch || record->type == TYPE_ACK)
            continue;
        if (!comes_again(datagrams, header.sequence) || record->type == RECORD_HANDSHAKE)
            return RECORD_READY;
    }
    return RECORD_FAULT;
}

bool datagrams_skips(const Datagrams *datagrams, uint64_t least)
{
    return datagrams->last > MAX(datagrams->due, least);
}

const Fault *datagrams_fault(const Datagrams *datagrams)
{
    return datagrams->fault;
}

bool datagrams_foreign(const Datagrams *datagrams)
{
    return datagrams->foreign;
}

static void put_sequence(GByteArray *out, uint64_t sequence)
{
    bytes_put(out, sequence >> 24 & 0xffffff, 3);
    bytes_put(out, sequence & 0xffffff, 3);
}

GByteArray *datagram_new(DatagramForm *form, uint8_t type, const uint8_t *data, size_t size)
{
    GByteArray *out = g_byte_array_sized_new((guint)size + DATAGRAM_HEADER);
    bytes_put(out, type, 1);
    bytes_put(out, form->version, 2);
    bytes_put(out, 0, 2);
    put_sequence(out, form->sequence++);
    bytes_put(out, size, 2);
    if (size)
        g_byte_array_append(out, data, (guint)size);
    return out;
}

static void bytes_unref(gpointer bytes)
{
    g_byte_array_unref(bytes);
}

GPtrArray *datagram_message(DatagramForm *form, uint16_t message_seq, const GByteArray *message)
{
    enum { FITS = DATAGRAM_MOST - DATAGRAM_HEADER - FRAGMENT_HEADER };
    GPtrArray *datagrams = g_ptr_array_new_with_free_func(bytes_unref);
    Reader body = reader_new(message->data, message->len);
    uint8_t type = reader_u8(&body);
    uint32_t length = reader_u24(&body);
    guint most = form->fragment ? MIN(form->fragment, PLAIN_MOST - FRAGMENT_HEADER) : FITS;
    for (guint at = 0; at == 0 || at < length; at += most) {
        g_autoptr(GByteArray) fragment = g_byte_array_new();
        size_t size = MIN(most, reader_left(&body));
        bytes_put(fragment, type, 1);
        bytes_put(fragment, length, 3);
        bytes_put(fragment, message_seq, 2);
        bytes_put(fragment, at, 3);
        bytes_put(fragment, size, 3);
        if (size)
            g_byte_array_append(fragment, reader_take(&body, size), (guint)size);
        g_ptr_array_add(datagrams,
                        datagram_new(form, RECORD_HANDSHAKE, fragment->data, fragment->len));
    }
    return datagrams;
}
