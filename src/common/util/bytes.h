/* bytes: the one bounded reader for bytes that a stranger wrote.
 *
 * A Reader walks a piece of memory that it does not own. It never steps outside: a read past the
 * end gives zero, sets `failed`, and every later read of that reader fails too, so a parser may
 * read a whole structure and ask once at the end. Nested lengths become child readers, which cannot
 * see beyond their own end. Nothing else in the program does pointer arithmetic on received bytes.
 * Integers are big-endian, as all of TLS and DER are. Offsets are kept relative to the outermost
 * reader, so that whatever is found can be pointed at in a hex view.
 */
#ifndef TLSDIVE_COMMON_UTIL_BYTES_H
#define TLSDIVE_COMMON_UTIL_BYTES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Reader {
    const uint8_t *data; /* not owned */
    size_t size;         /* bytes in data */
    size_t pos;          /* next byte to read, at most size */
    size_t base;         /* offset of data[0] in the outermost reader */
    bool failed;         /* a read went past the end */
} Reader;

/* A reader over `size` bytes at `data`, which must outlive it. `data` may be NULL when size is 0.
 */
Reader reader_new(const uint8_t *data, size_t size);

/* Bytes not read yet; 0 once failed. */
size_t reader_left(const Reader *reader);

/* Offset of the next byte in the outermost reader. */
size_t reader_offset(const Reader *reader);

/* The next 1, 2, 3, 4 or 8 bytes as an unsigned integer; 0 and `failed` if there are fewer. */
uint8_t reader_u8(Reader *reader);
uint16_t reader_u16(Reader *reader);
uint32_t reader_u24(Reader *reader);
uint32_t reader_u32(Reader *reader);
uint64_t reader_u64(Reader *reader);

/* The next byte without reading it; -1 if there is none. */
int reader_peek(const Reader *reader);

/* The next `size` bytes, borrowed; NULL and `failed` if there are fewer. */
const uint8_t *reader_take(Reader *reader, size_t size);

/* Steps over `size` bytes; false and `failed` if there are fewer. */
bool reader_skip(Reader *reader, size_t size);

/* A child over the next `size` bytes; a failed child, and `failed`, if there are fewer. */
Reader reader_child(Reader *reader, size_t size);

/* A child over a vector with a length prefix of 1, 2 or 3 bytes (RFC 8446 section 3.4). */
Reader reader_vector(Reader *reader, int prefix);

/* True when everything was read and nothing failed. */
bool reader_at_end(const Reader *reader);

/* Appends big-endian integers of 1, 2 or 3 bytes; `value` must fit. */
void bytes_put(GByteArray *bytes, uint64_t value, int width);

/* SHA-256 of `size` bytes as 64 lower-case hexadecimal digits; to be freed. */
char *bytes_sha256(const uint8_t *data, size_t size);

/* `size` bytes as lower-case hexadecimal digits, with `separator` (or '\0': none) between bytes; to
 * be freed. */
char *bytes_hex(const uint8_t *data, size_t size, char separator);

#endif
