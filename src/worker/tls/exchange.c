#include "worker/tls/exchange.h"

#include <string.h>

#include "worker/tls/hello.h"

enum { NAMED_CURVE = 3 }; /* ECCurveType, RFC 8422 section 5.4 */

/* An integer without its leading zeros. */
static Reader read_integer(Reader *reader)
{
    Reader integer = reader_vector(reader, 2);
    while (reader_peek(&integer) == 0)
        reader_skip(&integer, 1);
    return reader_child(&integer, reader_left(&integer));
}

static void read_dh(KeyExchange *exchange, Reader *reader)
{
    exchange->prime = read_integer(reader);
    exchange->generator = read_integer(reader);
    exchange->public_key = read_integer(reader);
}

/* Explicit curves, which no server sends, are not gone into: nothing behind them is found. */
static void read_ecdh(KeyExchange *exchange, Reader *reader)
{
    if (reader_u8(reader) != NAMED_CURVE) {
        reader->failed = true;
        return;
    }
    exchange->group = reader_u16(reader);
    exchange->has_group = !reader->failed;
    exchange->public_key = reader_vector(reader, 1);
}

/* psk_identity_hint, RFC 4279 section 2 */
static void read_hint(KeyExchange *exchange, Reader *reader)
{
    (void)exchange;
    reader_vector(reader, 2);
}

/* rsa_modulus and rsa_exponent, RFC 2246 section 7.4.3 */
static void read_rsa(KeyExchange *exchange, Reader *reader)
{
    (void)exchange;
    reader_vector(reader, 2);
    reader_vector(reader, 2);
}

/* N, g, s and B, RFC 5054 section 2.8.1; the group of SRP is no key exchange of Diffie-Hellman. */
static void read_srp(KeyExchange *exchange, Reader *reader)
{
    read_rsa(exchange, reader);
    reader_vector(reader, 1);
    exchange->public_key = read_integer(reader);
}

typedef void Part(KeyExchange *exchange, Reader *reader);

/* The key exchanges that have a ServerKeyExchange, and its parts before the signature. */
static const struct ExchangeRow {
    const char *exchange;
    Part *parts[2];
} rows[] = {
    {"dhe", {read_dh}},     {"dh-anonymous", {read_dh}},     {"dhe-psk", {read_hint, read_dh}},
    {"ecdhe", {read_ecdh}}, {"ecdh-anonymous", {read_ecdh}}, {"ecdhe-psk", {read_hint, read_ecdh}},
    {"psk", {read_hint}},   {"rsa-psk", {read_hint}},        {"rsa", {read_rsa}},
    {"srp", {read_srp}},
};

static bool is_signed(const CipherSuite *suite)
{
    static const char *const signers[] = {"rsa", "dss", "ecdsa"};
    if (!suite->authentication || strcmp(suite->exchange, "rsa-psk") == 0)
        return false;
    for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++)
        if (strcmp(suite->authentication, signers[i]) == 0)
            return true;
    return false;
}

KeyExchange exchange_read(const CipherSuite *suite, uint16_t version, const uint8_t *bytes,
                          size_t size)
{
    KeyExchange exchange = {0};
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    const struct ExchangeRow *row = NULL;
    for (size_t i = 0; suite && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].exchange, suite->exchange) == 0)
            row = &rows[i];
    if (!row)
        return exchange;
    for (size_t i = 0; i < 2 && row->parts[i]; i++)
        row->parts[i](&exchange, &body);
    if (version_like(version) < TLS_1_2 || !is_signed(suite))
        return exchange;
    exchange.scheme = reader_u16(&body);
    exchange.has_scheme = !body.failed;
    return exchange;
}

unsigned exchange_bits(Reader integer)
{
    while (reader_peek(&integer) == 0)
        reader_skip(&integer, 1);
    size_t left = reader_left(&integer);
    unsigned bits = (unsigned)left * 8;
    for (int mask = 0x80; left && mask && !(reader_peek(&integer) & mask); mask >>= 1)
        bits--;
    return bits;
}
