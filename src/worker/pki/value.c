#include "worker/pki/value.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/util/limits.h"
#include "common/util/text.h"

/* Appends a number given in octets of `bits` bits each, less `minus`, in decimal: long division, on
 * digits of base 10^9. Such a digit holds more than 29 bits, so three octets never need more than
 * one. */
static void append_decimal(GString *to, Reader octets, unsigned bits, uint32_t minus)
{
    enum { BASE = 1000000000 };
    size_t most = reader_left(&octets) / 3 + 2, used = 1;
    g_autofree uint32_t *digits = g_new0(uint32_t, most);
    while (reader_left(&octets)) {
        uint64_t carry = reader_u8(&octets) & ((1U << bits) - 1);
        for (size_t d = 0; d < used; d++) {
            carry += (uint64_t)digits[d] << bits;
            digits[d] = (uint32_t)(carry % BASE);
            carry /= BASE;
        }
        if (carry && used < most)
            digits[used++] = (uint32_t)carry;
    }
    if (digits[0] < minus) {
        size_t borrow = 1;
        while (borrow < used - 1 && digits[borrow] == 0)
            digits[borrow++] = BASE - 1;
        digits[borrow]--;
        digits[0] += BASE;
    }
    digits[0] -= minus;
    while (used > 1 && digits[used - 1] == 0)
        used--;
    g_string_append_printf(to, "%u", digits[used - 1]);
    for (size_t d = used - 1; d > 0; d--)
        g_string_append_printf(to, "%09u", digits[d - 1]);
}

char *value_decimal(const Der *element)
{
    if (!element->data || element->length == 0 || element->length > LIMIT_OID ||
        element->data[0] & 0x80)
        return NULL;
    GString *text = g_string_new(NULL);
    append_decimal(text, der_inside(element), 8, 0);
    return g_string_free(text, FALSE);
}

/* X.690 section 8.19: the first two arcs share one number, 40 * first + second, first at most 2. */
static void append_first_arcs(GString *to, Reader octets)
{
    while (reader_left(&octets) > 1 && reader_peek(&octets) == 0x80)
        reader_skip(&octets, 1);
    unsigned first = reader_left(&octets) > 1 ? 2 : MIN((unsigned)reader_peek(&octets) / 40, 2);
    g_string_append_printf(to, "%u.", first);
    append_decimal(to, octets, 7, first * 40);
}

char *value_oid(const Der *element, bool *minimal)
{
    *minimal = true;
    if (!element->data || element->constructed || element->length == 0 ||
        element->length > LIMIT_OID)
        return NULL;
    GString *text = g_string_new(NULL);
    Reader reader = der_inside(element);
    while (reader_left(&reader)) {
        Reader start = reader;
        if (reader_peek(&reader) == 0x80)
            *minimal = false;
        while (reader_u8(&reader) & 0x80)
            continue;
        if (reader.failed)
            return g_string_free(text, TRUE);
        Reader arc = reader_child(&start, reader.pos - start.pos);
        if (text->len == 0) {
            append_first_arcs(text, arc);
        } else {
            g_string_append_c(text, '.');
            append_decimal(text, arc, 7, 0);
        }
    }
    return g_string_free(text, FALSE);
}

bool value_is_oid(const Der *element, const char *dotted)
{
    bool minimal;
    g_autofree char *text = value_oid(element, &minimal);
    return text && strcmp(text, dotted) == 0;
}

bool value_integer(const Der *element, int64_t *value)
{
    if (!element->data || element->length == 0 || element->length > 8)
        return false;
    uint64_t bits = element->data[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < element->length; i++)
        bits = bits << 8 | element->data[i];
    *value = (int64_t)bits;
    return true;
}

bool value_integer_minimal(const Der *element)
{
    if (element->length < 2)
        return element->length == 1;
    bool high = element->data[1] & 0x80;
    return !(element->data[0] == 0 && !high) && !(element->data[0] == 0xff && high);
}

size_t value_integer_bits(const Der *element)
{
    if (!element->data || element->length == 0 || element->data[0] & 0x80)
        return 0;
    size_t zeros = 0;
    while (zeros < element->length && element->data[zeros] == 0)
        zeros++;
    if (zeros == element->length)
        return 0;
    return (element->length - zeros - 1) * 8 + g_bit_storage(element->data[zeros]);
}

bool value_boolean(const Der *element, bool *value, bool *der)
{
    if (!element->data || element->length != 1)
        return false;
    *value = element->data[0] != 0;
    *der = element->data[0] == 0 || element->data[0] == 0xff;
    return true;
}

bool value_bits(const Der *element, Reader *octets, unsigned *unused)
{
    if (!element->data || element->constructed)
        return false;
    *octets = der_inside(element);
    *unused = reader_u8(octets);
    return !octets->failed && *unused <= 7 && (*unused == 0 || reader_left(octets));
}

/* RFC 5280 section 4.1.2.5.1: a two-digit year of 50 or more is of the twentieth century. */
bool value_time(const Der *element, uint32_t tag, int64_t *seconds)
{
    size_t size = tag == DER_UTC_TIME ? strlen("YYMMDDHHMMSSZ") : strlen("YYYYMMDDHHMMSSZ");
    if (!element->data || element->constructed || element->length != size)
        return false;
    for (size_t i = 0; i < size - 1; i++)
        if (!g_ascii_isdigit(element->data[i]))
            return false;
    char digits[sizeof "YYYYMMDDHHMMSSZ"];
    const char *century = element->data[0] >= '5' ? "19" : "20";
    g_snprintf(digits, sizeof digits, "%s%.*s", tag == DER_UTC_TIME ? century : "", (int)size,
               (const char *)element->data);
    g_autofree char *rfc3339 =
        g_strdup_printf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%.1s", digits, digits + 4, digits + 6,
                        digits + 8, digits + 10, digits + 12, digits + 14);
    gint64 instant;
    if (!text_to_time(rfc3339, &instant))
        return false;
    *seconds = instant;
    return true;
}

static bool is_printable_string(gunichar character)
{
    return character < 0x80 &&
           (g_ascii_isalnum(character) || strchr(" '()+,-./:=?", (int)character)) && character != 0;
}

static bool is_numeric_string(gunichar character)
{
    return character == ' ' || (character >= '0' && character <= '9');
}

static bool is_ia5(gunichar character)
{
    return character < 0x80;
}

static bool is_visible(gunichar character)
{
    return character >= 0x20 && character < 0x7f;
}

static bool is_scalar(gunichar character)
{
    return character < 0x110000 && (character & 0xfffff800) != 0xd800;
}

typedef struct StringType {
    uint32_t tag;
    int width;                          /* bytes of a character; 0: UTF-8 */
    bool (*allows)(gunichar character); /* what its type allows */
} StringType;

/* T.61 and its like are read as Latin-1, as everybody who writes them means it. */
static const StringType string_types[] = {
    {DER_UTF8_STRING, 0, is_scalar},
    {DER_NUMERIC_STRING, 1, is_numeric_string},
    {DER_PRINTABLE_STRING, 1, is_printable_string},
    {DER_TELETEX_STRING, 1, is_scalar},
    {DER_VIDEOTEX_STRING, 1, is_scalar},
    {DER_IA5_STRING, 1, is_ia5},
    {DER_GRAPHIC_STRING, 1, is_scalar},
    {DER_VISIBLE_STRING, 1, is_visible},
    {DER_GENERAL_STRING, 1, is_scalar},
    {DER_UNIVERSAL_STRING, 4, is_scalar},
    {DER_BMP_STRING, 2, is_scalar},
};

static const StringType *string_type(uint32_t tag)
{
    for (size_t i = 0; i < G_N_ELEMENTS(string_types); i++)
        if (string_types[i].tag == tag)
            return &string_types[i];
    return NULL;
}

bool value_is_string(uint32_t tag)
{
    return string_type(tag) != NULL;
}

static bool is_utf8(const char *text, size_t size)
{
    while (size) {
        const char *end;
        if (g_utf8_validate_len(text, size, &end))
            return true;
        if (*end)
            return false;
        size -= (size_t)(end - text) + 1; /* a NUL is a character here */
        text = end + 1;
    }
    return true;
}

/* A whole string of fixed width. A type whose characters are all ASCII keeps a byte that is not, as
 * it stands: what it was meant to be is not known. */
static bool read_characters(Reader *reader, const StringType *type, GString *text)
{
    bool good = reader_left(reader) % (size_t)type->width == 0, ascii = !type->allows(0xe9);
    while (reader_left(reader) >= (size_t)type->width) {
        gunichar character = type->width == 1   ? reader_u8(reader)
                             : type->width == 2 ? reader_u16(reader)
                                                : reader_u32(reader);
        good = good && type->allows(character);
        if (ascii)
            g_string_append_c(text, (char)character);
        else
            g_string_append_unichar(text, is_scalar(character) ? character : 0xfffd);
    }
    return good;
}

GString *value_string(const Der *element, uint32_t tag, bool *good)
{
    const StringType *type = string_type(tag);
    Reader reader = der_inside(element);
    size_t size = reader_left(&reader);
    GString *text = g_string_sized_new(size);
    if (type && type->width && !element->constructed) {
        *good = read_characters(&reader, type, text);
        return text;
    }
    const char *bytes = (const char *)reader_take(&reader, size);
    if (bytes)
        g_string_append_len(text, bytes, (gssize)size);
    *good = type && !element->constructed && is_utf8(text->str, text->len);
    return text;
}

GString *value_ip(const uint8_t *octets, size_t size)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(size == 4 ? AF_INET : AF_INET6, octets, text, sizeof text);
    return g_string_new(text);
}

char *value_rfc3339(int64_t seconds)
{
    g_autofree char *text = text_from_time(seconds);
    return g_strdup_printf("%.10s%c%.8sZ", text, 'T', text + strlen("YYYY-MM-DD "));
}
