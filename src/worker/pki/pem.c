#include "worker/pki/pem.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"

static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

/* The next line of the text, without its line end; false at the end. */
static bool next_line(Reader *text, const char **line, size_t *size)
{
    if (reader_left(text) == 0)
        return false;
    Reader start = *text;
    while (reader_left(text) && reader_peek(text) != '\n' && reader_peek(text) != '\r')
        reader_skip(text, 1);
    *size = text->pos - start.pos;
    *line = (const char *)reader_take(&start, *size);
    if (reader_peek(text) == '\r')
        reader_skip(text, 1);
    if (reader_peek(text) == '\n')
        reader_skip(text, 1);
    return true;
}

/* The label of a "-----BEGIN label-----" line, or of an END line; NULL if it is none. */
static char *read_label(const char *line, size_t size, const char *what)
{
    size_t head = strlen(what), tail = strlen(dashes);
    while (size && g_ascii_isspace(line[size - 1]))
        size--;
    if (size < head + tail || memcmp(line, what, head) != 0 ||
        memcmp(line + size - tail, dashes, tail) != 0)
        return NULL;
    return g_strndup(line + head, size - head - tail);
}

static void wipe(gpointer data)
{
    GByteArray *bytes = data;
    if (bytes->len)
        explicit_bzero(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
}

/* The value of a header or attribute of that name; NULL if the line is another. To be freed. */
static char *value_of(const char *line, size_t size, const char *name)
{
    while (size && g_ascii_isspace(*line))
        line++, size--;
    size_t head = strlen(name);
    if (size < head || memcmp(line, name, head) != 0)
        return NULL;
    return g_strstrip(g_strndup(line + head, MIN(size - head, (size_t)LIMIT_VALUE)));
}

static void read_header(PemBlock *block, const char *line, size_t size)
{
    g_autofree char *info = value_of(line, size, "DEK-Info:");
    if (!info)
        return;
    g_free(block->cipher);
    block->cipher = g_strndup(info, strcspn(info, ","));
}

static void append(GByteArray *bytes, const char *line, size_t size, gint *state, guint *save)
{
    guint before = bytes->len;
    g_byte_array_set_size(bytes, before + (guint)(size / 4 * 3 + 3));
    gsize got = g_base64_decode_step(line, size, bytes->data + before, state, save);
    g_byte_array_set_size(bytes, before + (guint)got);
}

/* The body up to the END line of that label; false where there is none, or it is not base64.
 * Headers (RFC 1421) have a colon, which base64 has not. */
static bool read_body(Reader *text, PemBlock *block)
{
    GByteArray *bytes = g_byte_array_sized_new((guint)MIN(reader_left(text), (size_t)4096));
    gint state = 0;
    guint save = 0;
    const char *line;
    size_t size;
    bool whole = false;
    Reader before = *text;
    while (next_line(text, &line, &size)) {
        g_autofree char *ended = read_label(line, size, end);
        if (ended) {
            whole = strcmp(ended, block->label) == 0 && bytes->len && state == 0;
            break;
        }
        g_autofree char *opened = read_label(line, size, begin);
        if (opened) { /* the END is missing: the next block is its own */
            *text = before;
            break;
        }
        before = *text;
        if (memchr(line, ':', size))
            read_header(block, line, size);
        else
            append(bytes, line, size, &state, &save);
    }
    block->bytes = g_bytes_new_with_free_func(bytes->data, bytes->len, wipe, bytes);
    return whole;
}

static void block_free(gpointer data)
{
    PemBlock *block = data;
    g_free(block->label);
    g_free(block->cipher);
    g_free(block->name);
    g_clear_pointer(&block->bytes, g_bytes_unref);
    g_free(block);
}

Pem pem_read(const uint8_t *bytes, size_t size)
{
    Pem pem = {.blocks = g_ptr_array_new_with_free_func(block_free)};
    Reader text = reader_new(bytes, size);
    const char *line;
    size_t length;
    g_autofree char *name = NULL;
    while (!pem.cut && next_line(&text, &line, &length)) {
        char *label = read_label(line, length, begin);
        if (!label) {
            char *friendly = value_of(line, length, "friendlyName:");
            if (friendly) {
                g_free(name);
                name = friendly;
            }
            continue;
        }
        PemBlock *block = g_new0(PemBlock, 1);
        block->label = label;
        block->name = g_steal_pointer(&name);
        bool whole = read_body(&text, block);
        if (whole && pem.blocks->len < LIMIT_BUNDLE) {
            g_ptr_array_add(pem.blocks, block);
            continue;
        }
        block_free(block);
        pem.broken += !whole;
        pem.cut = whole ? LIMIT_BUNDLE : 0;
    }
    return pem;
}

bool pem_is(const Pem *pem)
{
    return pem->blocks->len || pem->broken;
}

void pem_clear(Pem *pem)
{
    g_clear_pointer(&pem->blocks, g_ptr_array_unref);
}
