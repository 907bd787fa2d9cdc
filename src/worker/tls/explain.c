#include "worker/tls/explain.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/tls/grammar.h"
#include "worker/tls/hello.h"
#include "worker/tls/message.h"

enum {
    HEX_MAX = LIMIT_VALUE / 2, /* bytes that a value shows in hexadecimal */
    SUMMARY_MAX = 72,          /* characters of the elements named in a list's value */
};

static const char malformed[] = "message-malformed";

typedef struct Explainer {
    guint fields;       /* made so far */
    bool full;          /* the ceiling is reached: no more */
    const char *bearer; /* short name of the message, for extensions */
} Explainer;

/* A field from `start` to where the reader stands; NULL once the ceiling is reached. Its id is its
 * path, if there is an explanation of it. */
static Field *add(Explainer *e, Field *parent, const char *name, const char *path, size_t start)
{
    if (e->full || ++e->fields >= LIMIT_FIELDS) {
        e->full = true;
        return NULL;
    }
    g_autofree char *id = path ? g_strconcat(path, ".", name, NULL) : NULL;
    return field_add(parent, name, id && registry_about(id) ? id : NULL, start, 0);
}

static void say_hex(Field *field, Reader bytes)
{
    size_t size = MIN(reader_left(&bytes), HEX_MAX);
    if (size == 0) {
        field_set(field, "empty");
        return;
    }
    g_autofree char *hex = bytes_hex(reader_take(&bytes, size), size, '\0');
    field_set_text(field, hex, strlen(hex));
}

/* What is left becomes one leaf with a note. */
static void add_rest(Explainer *e, Field *parent, const char *name, Reader *reader)
{
    size_t start = reader_offset(reader);
    Reader rest = reader_child(reader, reader_left(reader));
    Field *field = add(e, parent, name, NULL, start);
    if (!field)
        return;
    field->length = rest.size;
    field_note(field, malformed);
    say_hex(field, rest);
}

static void add_trailing(Explainer *e, Field *parent, Reader *reader)
{
    if (reader_left(reader))
        add_rest(e, parent, "trailing", reader);
}

/* A name without the number behind it. */
static size_t bare_length(const GString *value)
{
    const char *end = strstr(value->str, " (0x");
    return end ? (size_t)(end - value->str) : value->len;
}

/* A list's value: its first elements by name, and how many there are where these are not all or
 * have no value of their own. */
static void summarize(Field *list, guint first)
{
    guint count = list->children ? list->children->len - first : 0;
    g_autoptr(GString) text = g_string_new(NULL);
    guint said = 0;
    for (; said < count && text->len < SUMMARY_MAX; said++) {
        const Field *element = g_ptr_array_index(list->children, first + said);
        size_t length = bare_length(element->value);
        if (length == 0)
            break;
        g_string_append(text, said ? ", " : "");
        g_string_append_len(text, element->value->str, (gssize)length);
    }
    if (count == 0)
        g_string_assign(text, "empty");
    else if (said == 0)
        g_string_printf(text, "%u %s", count, count == 1 ? "element" : "elements");
    else if (said < count)
        g_string_append_printf(text, " ... (%u)", count);
    field_set_text(list, text->str, text->len);
}

static void add_length(Explainer *e, Field *parent, const Part *part, const Reader *content)
{
    Field *length =
        part->width ? add(e, parent, "length", NULL, content->base - part->width) : NULL;
    if (!length)
        return;
    length->length = part->width;
    say_bytes(length, NULL, content->size);
}

static bool walk_parts(Explainer *e, Field *field, const char *path, const Part *parts,
                       Reader *reader);

static void walk_number(Field *field, const Part *part, Reader *content)
{
    uint64_t value = 0;
    while (reader_left(content))
        value = value << 8 | reader_u8(content);
    if (part->say)
        part->say(field, part, value);
    else
        field_set(field, "%" G_GUINT64_FORMAT, value);
}

/* The elements of a list. One that is a structure ends where its last part does. */
static void walk_list(Explainer *e, Field *field, const char *path, const Part *part,
                      Reader *content)
{
    add_length(e, field, part, content);
    guint first = field->children ? field->children->len : 0;
    while (reader_left(content) && !e->full) {
        size_t start = reader_offset(content);
        Field *element = part->element ? add(e, field, part->element, path, start) : field;
        if (!element)
            break;
        walk_parts(e, element, path, part->of, content);
        if (element != field)
            element->length = reader_offset(content) - start;
    }
    summarize(field, first);
}

/* extension_type and the length of extension_data, and what the data are. */
static const Part extension_type[] = {
    {"extension_type", PART_NUMBER, .width = 2, .say = say_extension}, {0}};
static const Part extension_data = {"extension_data", PART_STRUCT, .width = 2};
static const Part unknown_data[] = {{"extension_data", .kind = PART_BYTES}, {0}};
static const Part no_data[] = {{0}};

static void walk_extension(Explainer *e, Field *list, Reader *reader)
{
    size_t start = reader_offset(reader);
    Reader ahead = *reader;
    uint16_t type = reader_u16(&ahead);
    Reader data = reader_vector(&ahead, 2);
    if (data.failed) {
        add_rest(e, list, "extension", reader);
        return;
    }
    const ExtensionInfo *info = registry_extension(type);
    const char *name = info ? info->name : registry_is_grease(type) ? "GREASE" : "extension";
    Field *field = add(e, list, name, "tls.extension", start);
    if (!field)
        return;
    field->length = reader_offset(&ahead) - start;
    walk_parts(e, field, NULL, extension_type, reader);
    *reader = ahead;
    add_length(e, field, &extension_data, &data);
    const Part *parts = grammar_extension(type, e->bearer, data);
    if (!parts)
        parts = reader_left(&data) ? unknown_data : no_data;
    g_autofree char *path = g_strconcat("tls.extension.", name, NULL);
    walk_parts(e, field, path, parts, &data);
    add_trailing(e, field, &data);
    if (!info)
        say_extension(field, NULL, type);
}

static void walk_extensions(Explainer *e, Field *field, const Part *part, Reader *content)
{
    add_length(e, field, part, content);
    guint first = field->children ? field->children->len : 0;
    while (reader_left(content) && !e->full)
        walk_extension(e, field, content);
    guint count = field->children ? field->children->len - first : 0;
    field_set(field, "%u %s", count, count == 1 ? "extension" : "extensions");
}

/* The bytes of a part: a vector's content, or so many bytes. A failed reader if they are not there.
 */
static Reader open_part(const Part *part, Reader *reader)
{
    if (part->kind == PART_NUMBER || (part->kind == PART_BYTES && part->width))
        return reader_child(reader, part->width);
    if (part->width == 0)
        return reader_child(reader, reader_left(reader));
    return reader_vector(reader, part->width);
}

static void walk_inside(Explainer *e, Field *field, const char *path, const Part *part,
                        Reader *content)
{
    g_autofree char *inner = path ? g_strconcat(path, ".", part->name, NULL) : NULL;
    switch (part->kind) {
    case PART_NUMBER:
        walk_number(field, part, content);
        break;
    case PART_TEXT:
        field_set_text(field, content->data, content->size);
        break;
    case PART_BYTES:
    case PART_OPAQUE:
    case PART_CONTENT:
        say_hex(field, *content);
        break;
    case PART_LIST:
        walk_list(e, field, inner, part, content);
        break;
    case PART_STRUCT:
        add_length(e, field, part, content);
        walk_parts(e, field, inner, part->of, content);
        add_trailing(e, field, content);
        break;
    case PART_EXTENSIONS:
        walk_extensions(e, field, part, content);
        break;
    case PART_INLINE: /* has no field */
        break;
    }
}

/* False if the part is not whole: then its field took all that was left. */
static bool walk_part(Explainer *e, Field *parent, const char *path, const Part *part,
                      Reader *reader)
{
    if (part->kind == PART_INLINE)
        return walk_parts(e, parent, path, part->of, reader);
    size_t start = reader_offset(reader);
    Reader ahead = *reader;
    Reader content = open_part(part, &ahead);
    if (content.failed) {
        add_rest(e, parent, part->name, reader);
        return false;
    }
    *reader = ahead;
    if (part->kind == PART_CONTENT) {
        add_length(e, parent, part, &content);
        start = content.base;
    }
    Field *field = add(e, parent, part->name, path, start);
    if (!field)
        return false;
    field->length = reader_offset(reader) - start;
    walk_inside(e, field, path, part, &content);
    if (part->chief)
        field_set_text(parent, field->value->str, field->value->len);
    return true;
}

/* The parts one after the other, up to one that is not whole; then false. */
static bool walk_parts(Explainer *e, Field *field, const char *path, const Part *parts,
                       Reader *reader)
{
    for (; parts->name; parts++) {
        if (parts->kind == PART_EXTENSIONS && reader_left(reader) == 0)
            continue;
        if (!walk_part(e, field, path, parts, reader))
            return false;
    }
    return true;
}

static Era era_of(const uint8_t *bytes, size_t size, bool tls13)
{
    if (hello_is_retry(bytes, size))
        return ERA_RETRY;
    g_autoptr(ServerHello) hello = hello_server_new(bytes, size);
    Reader reader = reader_new(bytes, size);
    bool chosen = reader_peek(&reader) == HANDSHAKE_SERVER_HELLO &&
                  hello_extension(hello->extensions, EXTENSION_SUPPORTED_VERSIONS);
    return tls13 || chosen ? ERA_TLS13 : ERA_OLD;
}

/* msg_type and length, of RFC 8446 section 4 */
static const Part message_header[] = {
    {"msg_type", PART_NUMBER, .width = 1, .say = say_code, .codes = "handshake"},
    {"length", PART_NUMBER, .width = 3, .say = say_bytes},
    {0}};
static const Part unknown_body[] = {{"body", .kind = PART_BYTES}, {0}};

Field *tls_explain(const uint8_t *bytes, size_t size, bool tls13)
{
    Explainer e = {0};
    const char *name = message_name(bytes, size);
    g_autofree char *path = g_strconcat("tls.", name, NULL);
    Field *root = field_new(name, registry_about(path) ? path : NULL, 0, size);
    Reader reader = reader_new(bytes, size);
    Reader header = reader;
    uint8_t type = reader_u8(&header);
    size_t length = reader_u24(&header);
    walk_parts(&e, root, "tls.Handshake", message_header, &reader);
    if (header.failed)
        return root;

    Reader body = reader_child(&reader, MIN(length, reader_left(&reader)));
    const Part *parts = grammar_message(type, era_of(bytes, size, tls13), body, &e.bearer);
    walk_parts(&e, root, path, parts ? parts : unknown_body, &body);
    add_trailing(&e, root, &body);
    add_trailing(&e, root, &reader);
    if (length > body.size)
        field_note(root, malformed);
    if (e.full)
        field_note(root, "der-too-many");
    return root;
}
