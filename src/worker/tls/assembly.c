#include "worker/tls/assembly.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/message.h"

/* A message of which something came. */
typedef struct Part {
    GByteArray *bytes; /* header and body; NULL: nothing came */
    GByteArray *came;  /* of each byte of the body 1 if it came, else 0 */
    size_t missing;    /* bytes of the body that did not come */
} Part;

struct Assembly {
    Part parts[LIMIT_AHEAD]; /* of the messages from `next` on; that of number n at n % LIMIT_AHEAD
                              */
    guint next;              /* number of the message that is given out next, and how many were */
    size_t held;             /* bytes of all parts */
    GByteArray *given;       /* the last one given out */
    Fault *fault;
};

/* A fragment, RFC 6347 section 4.2.2. */
typedef struct Fragment {
    uint8_t type;
    uint32_t length; /* of the whole message */
    uint16_t number;
    uint32_t offset, size;
    const uint8_t *data;
} Fragment;

Assembly *assembly_new(void)
{
    return g_new0(Assembly, 1);
}

static void clear_part(Part *part)
{
    g_clear_pointer(&part->bytes, g_byte_array_unref);
    g_clear_pointer(&part->came, g_byte_array_unref);
}

void assembly_free(Assembly *assembly)
{
    if (!assembly)
        return;
    for (guint i = 0; i < LIMIT_AHEAD; i++)
        clear_part(&assembly->parts[i]);
    g_clear_pointer(&assembly->given, g_byte_array_unref);
    fault_free(assembly->fault);
    g_free(assembly);
}

/* Reads a fragment; a fault where it lies about itself. */
static Fault *read_fragment(Reader *reader, Fragment *fragment)
{
    fragment->type = reader_u8(reader);
    fragment->length = reader_u24(reader);
    fragment->number = reader_u16(reader);
    fragment->offset = reader_u24(reader);
    fragment->size = reader_u24(reader);
    const char *name = message_name(&fragment->type, 1);
    if (reader->failed)
        return fault_message(name, "the header of a fragment is cut short");
    if (fragment->size > reader_left(reader))
        return fault_message(name, "a fragment of %u bytes, of which %zu are there", fragment->size,
                             reader_left(reader));
    if (fragment->offset + fragment->size > fragment->length)
        return fault_message(name, "a fragment up to byte %u of %u",
                             fragment->offset + fragment->size, fragment->length);
    if (fragment->length > LIMIT_MESSAGE - HANDSHAKE_HEADER)
        return fault_new("limit-message",
                         json_pack("{s:I, s:s}", "bytes",
                                   (json_int_t)fragment->length + HANDSHAKE_HEADER, "name", name));
    fragment->data = reader_take(reader, fragment->size);
    return NULL;
}

static Fault *differ(const Fragment *fragment, const char *what)
{
    return fault_new("fragments-differ",
                     json_pack("{s:s, s:i, s:s}", "name", message_name(&fragment->type, 1),
                               "number", (int)fragment->number, "what", what));
}

/* The part that a fragment is of, begun if need be; NULL where it is not wanted. */
static Part *find_part(Assembly *assembly, const Fragment *fragment)
{
    if (fragment->number < assembly->next || fragment->number >= assembly->next + LIMIT_AHEAD)
        return NULL;
    Part *part = &assembly->parts[fragment->number % LIMIT_AHEAD];
    if (part->bytes)
        return part;
    bool next = fragment->number == assembly->next;
    if (!next && assembly->held + fragment->length > LIMIT_MESSAGE)
        return NULL;
    part->bytes = g_byte_array_sized_new(HANDSHAKE_HEADER + fragment->length);
    part->came = g_byte_array_new();
    bytes_put(part->bytes, fragment->type, 1);
    bytes_put(part->bytes, fragment->length, 3);
    g_byte_array_set_size(part->bytes, HANDSHAKE_HEADER + fragment->length);
    g_byte_array_set_size(part->came, fragment->length);
    if (fragment->length)
        memset(part->came->data, 0, fragment->length);
    part->missing = fragment->length;
    assembly->held += fragment->length;
    return part;
}

/* Takes the bytes that had not come, and compares the others. */
static Fault *fill(Part *part, const Fragment *fragment)
{
    if (part->bytes->data[0] != fragment->type)
        return differ(fragment, "type");
    if (part->came->len != fragment->length)
        return differ(fragment, "length");
    uint8_t *body = part->bytes->data + HANDSHAKE_HEADER;
    for (uint32_t i = 0; i < fragment->size; i++) {
        uint32_t at = fragment->offset + i;
        if (part->came->data[at] && body[at] != fragment->data[i])
            return differ(fragment, "content");
        body[at] = fragment->data[i];
        part->missing -= part->came->data[at] ? 0 : 1;
        part->came->data[at] = 1;
    }
    return NULL;
}

void assembly_feed(Assembly *assembly, const Record *record)
{
    Reader reader = reader_new(record->data, record->size);
    while (!assembly->fault && reader_left(&reader)) {
        Fragment fragment = {0};
        assembly->fault = read_fragment(&reader, &fragment);
        Part *part = assembly->fault ? NULL : find_part(assembly, &fragment);
        if (part)
            assembly->fault = fill(part, &fragment);
    }
}

/* Whole messages are given out before a fault that came behind them. */
RecordStatus assembly_next(Assembly *assembly, HandshakeMessage *message)
{
    Part *part = &assembly->parts[assembly->next % LIMIT_AHEAD];
    if (!part->bytes || part->missing)
        return assembly->fault ? RECORD_FAULT : RECORD_MORE;
    if (assembly->next >= LIMIT_MESSAGES) {
        fault_free(assembly->fault);
        assembly->fault =
            fault_new("limit-messages", json_pack("{s:i}", "messages", LIMIT_MESSAGES));
        return RECORD_FAULT;
    }
    g_clear_pointer(&assembly->given, g_byte_array_unref);
    assembly->given = g_steal_pointer(&part->bytes);
    assembly->held -= part->came->len;
    clear_part(part);
    assembly->next++;
    *message = (HandshakeMessage){.type = assembly->given->data[0],
                                  .bytes = assembly->given->data,
                                  .size = assembly->given->len};
    return RECORD_READY;
}

const Fault *assembly_fault(const Assembly *assembly)
{
    return assembly->fault;
}
