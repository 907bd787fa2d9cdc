/* A datagram of DTLS as a tree (explain.h): its records, their fragments, and of a message that is
 * whole in one its own fields. */
#include "worker/tls/explain.h"

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/tls/datagram.h"
#include "worker/tls/grammar.h"
#include "worker/tls/message.h"
#include "worker/tls/version.h"

enum {
    SHORT_FORM = 0x20, /* RFC 9147 section 4: the highest three bits of its first byte */
    SHORT_FORM_MASK = 0xe0,
    MOST_NUMBERS = 5, /* in a header */
};

static const char malformed[] = "message-malformed";

/* RFC 6347 section 4.1 */
static const Part record_header[] = {
    {"type", PART_NUMBER, .width = 1, .say = say_code, .codes = "content"},
    {"version", PART_NUMBER, .width = 2, .say = say_version},
    {"epoch", PART_NUMBER, .width = 2},
    {"sequence_number", PART_NUMBER, .width = 6},
    {"length", PART_NUMBER, .width = 2, .say = say_bytes},
    {0}};
enum { RECORD_TYPE, RECORD_VERSION, RECORD_EPOCH, RECORD_SEQUENCE, RECORD_LENGTH };

/* RFC 6347 section 4.2.2 */
static const Part fragment_header[] = {
    {"msg_type", PART_NUMBER, .width = 1, .say = say_code, .codes = "handshake"},
    {"length", PART_NUMBER, .width = 3, .say = say_bytes},
    {"message_seq", PART_NUMBER, .width = 2},
    {"fragment_offset", PART_NUMBER, .width = 3},
    {"fragment_length", PART_NUMBER, .width = 3, .say = say_bytes},
    {0}};
enum { FRAGMENT_TYPE, FRAGMENT_TOTAL, FRAGMENT_SEQUENCE, FRAGMENT_OFFSET, FRAGMENT_SIZE };

static const Part alert[] = {
    {"level", PART_NUMBER, .width = 1, .say = say_code, .codes = "alert-level"},
    {"description", PART_NUMBER, .width = 1, .say = say_code, .codes = "alert"},
    {0}};

/* A child, with its id if there is an explanation of it. */
static Field *add(Field *parent, const char *name, const char *path, size_t start, size_t length)
{
    g_autofree char *id = path ? g_strconcat(path, ".", name, NULL) : NULL;
    return field_add(parent, name, id && registry_about(id) ? id : NULL, start, length);
}

static void add_bytes(Field *parent, const char *name, Reader *reader, const char *note)
{
    size_t left = reader_left(reader);
    if (!left)
        return;
    Field *field = add(parent, name, NULL, reader_offset(reader), left);
    size_t said = MIN(left, LIMIT_VALUE / 2);
    g_autofree char *hex = bytes_hex(reader_take(reader, left), said, '\0');
    field_set(field, "%s", hex);
    if (note)
        field_note(field, note);
}

/* Numbers one after the other, and what they are; false where they are not all there: then what is
 * left is a field. */
static bool add_numbers(Field *parent, const char *path, const Part *parts, Reader *reader,
                        uint64_t values[MOST_NUMBERS])
{
    for (guint i = 0; parts[i].name; i++) {
        const Part *part = &parts[i];
        if (reader_left(reader) < part->width) {
            add_bytes(parent, part->name, reader, malformed);
            return false;
        }
        Field *field = add(parent, part->name, path, reader_offset(reader), part->width);
        Reader number = reader_child(reader, part->width);
        values[i] = 0;
        while (reader_left(&number))
            values[i] = values[i] << 8 | reader_u8(&number);
        if (part->say)
            part->say(field, part, values[i]);
        else
            field_set(field, "%" G_GUINT64_FORMAT, values[i]);
    }
    return true;
}

static void move(Field *field, size_t by)
{
    field->offset += by;
    for (guint i = 0; field->children && i < field->children->len; i++)
        move(g_ptr_array_index(field->children, i), by);
}

/* The fields of a message's body, which are read as TLS would write it. What is in the clear has
 * the same form in every version, or says itself which it has. */
static void adopt_body(Field *parent, uint8_t type, Reader *reader)
{
    size_t start = reader_offset(reader), size = reader_left(reader);
    g_autoptr(GByteArray) message = g_byte_array_new();
    bytes_put(message, type, 1);
    bytes_put(message, size, 3);
    if (size)
        g_byte_array_append(message, reader_take(reader, size), (guint)size);
    g_autoptr(Field) root = tls_explain(message->data, message->len, false);
    g_autoptr(GPtrArray) fields = g_steal_pointer(&root->children);
    g_ptr_array_set_free_func(fields, NULL);
    field_set_text(parent, root->value->str, root->value->len);
    for (guint i = 0; i < fields->len; i++) {
        Field *field = g_ptr_array_index(fields, i);
        if (field->offset < HANDSHAKE_HEADER) {
            field_free(field);
            continue;
        }
        move(field, start - HANDSHAKE_HEADER);
        field->parent = parent;
        g_ptr_array_add(parent->children, field);
        parent->total++;
    }
}

static void add_fragment(Field *record, Reader *reader)
{
    uint64_t values[MOST_NUMBERS] = {0};
    size_t start = reader_offset(reader);
    uint8_t type = (uint8_t)reader_peek(reader);
    Field *field = add(record, message_name(&type, 1), "tls", start, reader_left(reader));
    if (!add_numbers(field, "tls.DTLSHandshake", fragment_header, reader, values))
        return;
    Reader body = reader_child(reader, MIN(values[FRAGMENT_SIZE], reader_left(reader)));
    bool whole = values[FRAGMENT_OFFSET] == 0 && body.size == values[FRAGMENT_TOTAL];
    if (body.size < values[FRAGMENT_SIZE] ||
        values[FRAGMENT_OFFSET] + values[FRAGMENT_SIZE] > values[FRAGMENT_TOTAL])
        field_note(field, malformed);
    if (whole)
        adopt_body(field, type, &body);
    else
        add_bytes(field, "fragment", &body, NULL);
    field->length = reader_offset(reader) - start;
}

static void add_content(Field *record, const uint64_t *values, Reader *content)
{
    uint64_t numbers[MOST_NUMBERS] = {0};
    if (values[RECORD_EPOCH])
        add_bytes(record, "encrypted", content, NULL);
    else if (values[RECORD_TYPE] == RECORD_ALERT)
        add_numbers(record, NULL, alert, content, numbers);
    else if (values[RECORD_TYPE] == RECORD_HANDSHAKE)
        while (reader_left(content))
            add_fragment(record, content);
    add_bytes(record, "fragment", content, NULL);
}

static void add_record(Field *root, Reader *reader)
{
    uint64_t values[MOST_NUMBERS] = {0};
    size_t start = reader_offset(reader);
    Field *record = add(root, "DTLSPlaintext", "tls", start, reader_left(reader));
    if (!add_numbers(record, "tls.DTLSPlaintext", record_header, reader, values))
        return;
    if (values[RECORD_LENGTH] > reader_left(reader))
        field_note(record, malformed);
    Reader content = reader_child(reader, MIN(values[RECORD_LENGTH], reader_left(reader)));
    record->length = reader_offset(reader) - start;
    char number[REGISTRY_NUMBER];
    field_set(record, "%s", registry_code_name("content", (unsigned)values[RECORD_TYPE], number));
    add_content(record, values, &content);
}

Field *tls_explain_datagram(const uint8_t *bytes, size_t size)
{
    Field *root = field_new("datagram", NULL, 0, size);
    Reader rest = reader_new(bytes, size);
    Reader reader = reader_child(&rest, MIN(size, UINT16_MAX));
    guint count = 0;
    while (reader_left(&reader)) {
        if ((reader_peek(&reader) & SHORT_FORM_MASK) == SHORT_FORM)
            add_bytes(root, "DTLSCiphertext", &reader, NULL);
        else
            add_record(root, &reader);
        count++;
    }
    add_bytes(root, "trailing", &rest, malformed);
    field_set(root, "%u %s", count, count == 1 ? "record" : "records");
    return root;
}
