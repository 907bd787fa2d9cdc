/* The messages of SSL 2.0 as trees (explain.h): numbers first, and behind them what they measure.
 */
#include "worker/tls/explain.h"

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/tls/grammar.h"
#include "worker/tls/ssl2.h"

enum { MOST_PIECES = 10 };

static const char malformed[] = "message-malformed";

/* A number of `width` bytes; with width 0 as many bytes as the piece `length` has said. */
typedef struct Piece {
    const char *name;
    uint8_t width;
    uint8_t length; /* its place in the message */
    void (*say)(Field *field, const Part *part, uint64_t value);
    const char *codes;
    bool kinds; /* bytes: a list of cipher kinds */
} Piece;

static const Piece client_hello[MOST_PIECES] = {
    {"MSG-CLIENT-HELLO", 1, 0, say_code, "ssl2-message", false},
    {"CLIENT-VERSION", 2, 0, say_version, NULL, false},
    {"CIPHER-SPECS-LENGTH", 2, 0, say_bytes, NULL, false},
    {"SESSION-ID-LENGTH", 2, 0, say_bytes, NULL, false},
    {"CHALLENGE-LENGTH", 2, 0, say_bytes, NULL, false},
    {"CIPHER-SPECS-DATA", 0, 2, NULL, NULL, true},
    {"SESSION-ID-DATA", 0, 3, NULL, NULL, false},
    {"CHALLENGE-DATA", 0, 4, NULL, NULL, false},
};

static const Piece server_hello[MOST_PIECES] = {
    {"MSG-SERVER-HELLO", 1, 0, say_code, "ssl2-message", false},
    {"SESSION-ID-HIT", 1, 0, NULL, NULL, false},
    {"CERTIFICATE-TYPE", 1, 0, NULL, NULL, false},
    {"SERVER-VERSION", 2, 0, say_version, NULL, false},
    {"CERTIFICATE-LENGTH", 2, 0, say_bytes, NULL, false},
    {"CIPHER-SPECS-LENGTH", 2, 0, say_bytes, NULL, false},
    {"CONNECTION-ID-LENGTH", 2, 0, say_bytes, NULL, false},
    {"CERTIFICATE-DATA", 0, 4, NULL, NULL, false},
    {"CIPHER-SPECS-DATA", 0, 5, NULL, NULL, true},
    {"CONNECTION-ID-DATA", 0, 6, NULL, NULL, false},
};

static const Piece error[MOST_PIECES] = {
    {"MSG-ERROR", 1, 0, say_code, "ssl2-message", false},
    {"ERROR-CODE", 2, 0, say_code, "ssl2-error", false},
};

static const struct {
    uint8_t type;
    const Piece *pieces;
} messages[] = {
    {SSL2_ERROR, error},
    {SSL2_CLIENT_HELLO, client_hello},
    {SSL2_SERVER_HELLO, server_hello},
};

static void say_hex(Field *field, Reader bytes)
{
    size_t size = MIN(reader_left(&bytes), LIMIT_VALUE / 2);
    g_autofree char *hex = bytes_hex(reader_take(&bytes, size), size, '\0');
    field_set(field, "%s", size ? hex : "empty");
}

/* What is left, whole or not. */
static void add_rest(Field *root, const char *name, Reader *reader)
{
    Field *field = field_add(root, name, NULL, reader_offset(reader), reader_left(reader));
    say_hex(field, reader_child(reader, reader_left(reader)));
    field_note(field, malformed);
}

static void add_kinds(Field *parent, Reader *list)
{
    guint count = 0;
    while (reader_left(list) >= 3) {
        size_t start = reader_offset(list);
        uint32_t kind = reader_u24(list);
        const CipherSuite *suite = registry_ssl2_suite(kind);
        Field *field = field_add(parent, "CIPHER-KIND", NULL, start, 3);
        field_set(field, "%s (0x%06X)", suite ? suite->name : "unknown", kind);
        count++;
    }
    field_set(parent, "%u %s", count, count == 1 ? "cipher kind" : "cipher kinds");
    if (reader_left(list))
        add_rest(parent, "trailing", list);
}

/* The field of a piece; `value` is its number, or how many bytes it has. False if it is not whole.
 */
static bool add_piece(Field *root, const Piece *piece, Reader *reader, uint64_t *value)
{
    size_t size = piece->width ? piece->width : (size_t)*value;
    if (size > reader_left(reader)) {
        add_rest(root, piece->name, reader);
        return false;
    }
    Field *field = field_add(root, piece->name, NULL, reader_offset(reader), size);
    Reader content = reader_child(reader, size);
    if (piece->kinds) {
        add_kinds(field, &content);
        return true;
    }
    if (!piece->width) {
        say_hex(field, content);
        return true;
    }
    const Part part = {.name = piece->name, .kind = PART_NUMBER, .codes = piece->codes};
    while (reader_left(&content))
        *value = *value << 8 | reader_u8(&content);
    if (piece->say)
        piece->say(field, &part, *value);
    else
        field_set(field, "%u", (unsigned)*value);
    return true;
}

Field *tls_explain_ssl2(const uint8_t *bytes, size_t size)
{
    uint64_t values[MOST_PIECES] = {0};
    const Piece *pieces = NULL;
    Field *root = field_new(ssl2_name(bytes, size), NULL, 0, size);
    Reader reader = reader_new(bytes, size);
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
        if (reader_peek(&reader) == messages[i].type)
            pieces = messages[i].pieces;
    for (guint i = 0; pieces && i < MOST_PIECES && pieces[i].name; i++) {
        values[i] = pieces[i].width ? 0 : values[pieces[i].length];
        if (!add_piece(root, &pieces[i], &reader, &values[i]))
            return root;
    }
    if (reader_left(&reader))
        add_rest(root, pieces ? "trailing" : "body", &reader);
    return root;
}
