#include "common/util/bytes.h"

Reader reader_new(const uint8_t *data, size_t size)
{
    return (Reader){.data = data, .size = size};
}

size_t reader_left(const Reader *reader)
{
    return reader->failed ? 0 : reader->size - reader->pos;
}

size_t reader_offset(const Reader *reader)
{
    return reader->base + reader->pos;
}

const uint8_t *reader_take(Reader *reader, size_t size)
{
    if (reader->failed || size > reader->size - reader->pos) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *at = size ? reader->data + reader->pos : reader->data;
    reader->pos += size;
    return at;
}

static uint64_t read_integer(Reader *reader, size_t width)
{
    const uint8_t *at = reader_take(reader, width);
    uint64_t value = 0;
    for (size_t i = 0; at && i < width; i++)
        value = value << 8 | at[i];
    return value;
}

uint8_t reader_u8(Reader *reader)
{
    return (uint8_t)read_integer(reader, 1);
}

uint16_t reader_u16(Reader *reader)
{
    return (uint16_t)read_integer(reader, 2);
}

uint32_t reader_u24(Reader *reader)
{
    return (uint32_t)read_integer(reader, 3);
}

uint32_t reader_u32(Reader *reader)
{
    return (uint32_t)read_integer(reader, 4);
}

uint64_t reader_u64(Reader *reader)
{
    return read_integer(reader, 8);
}

int reader_peek(const Reader *reader)
{
    return reader_left(reader) ? reader->data[reader->pos] : -1;
}

bool reader_skip(Reader *reader, size_t size)
{
    reader_take(reader, size);
    return !reader->failed;
}

Reader reader_child(Reader *reader, size_t size)
{
    size_t base = reader_offset(reader);
    const uint8_t *at = reader_take(reader, size);
    if (reader->failed)
        return (Reader){.base = base, .failed = true};
    return (Reader){.data = at, .size = size, .base = base};
}

Reader reader_vector(Reader *reader, int prefix)
{
    return reader_child(reader, (size_t)read_integer(reader, (size_t)prefix));
}

bool reader_at_end(const Reader *reader)
{
    return !reader->failed && reader->pos == reader->size;
}

void bytes_put(GByteArray *bytes, uint64_t value, int width)
{
    uint8_t big[8];
    for (int i = 0; i < width; i++)
        big[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    g_byte_array_append(bytes, big, (guint)width);
}

char *bytes_sha256(const uint8_t *data, size_t size)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

char *bytes_hex(const uint8_t *data, size_t size, char separator)
{
    static const char digits[] = "0123456789abcdef";
    GString *text = g_string_sized_new(size * 3 + 1);
    for (size_t i = 0; i < size; i++) {
        if (i && separator)
            g_string_append_c(text, separator);
        g_string_append_c(text, digits[data[i] >> 4]);
        g_string_append_c(text, digits[data[i] & 15]);
    }
    return g_string_free(text, FALSE);
}
