/* The key exchanges of real handshakes, whose servers had X25519 and the primes of RFC 3526, and of
 * old suites by hand. */
#include "worker/tls/exchange.h"

#include <glib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/worker/tls/samples.h"
#include "worker/tls/hello.h"

static const struct Row {
    const char *handshake;
    int group;  /* -1: none */
    guint bits; /* of the prime; 0: none */
    guint size; /* of the public value; 0: none */
    int scheme; /* -1: none */
} rows[] = {
    {"tls10-ecdhe", 29, 0, 32, -1},     {"tls12-ecdhe", 29, 0, 32, 0x0403},
    {"tls11-dhe", -1, 2048, 256, -1},   {"tls12-dhe", -1, 2048, 256, 0x0804},
    {"tls10-anon", -1, 3072, 384, -1},  {"tls12-psk", -1, 3072, 384, -1},
    {"tls12-psk-ecdhe", 29, 0, 32, -1}, {"tls12-psk-plain", -1, 0, 0, -1},
};

static const CipherSuite *suite_of(const GPtrArray *samples, const char *handshake)
{
    const Sample *sample = samples_find(samples, handshake, "ServerHello");
    g_autoptr(ServerHello) hello = hello_server_new(sample->bytes, sample->size);
    return registry_suite(hello->suite);
}

START_TEST(real_ones)
{
    const struct Row *row = &rows[_i];
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, row->handshake, "ServerKeyExchange");
    KeyExchange exchange = exchange_read(suite_of(samples, row->handshake), sample->version,
                                         sample->bytes, sample->size);
    ck_assert_int_eq(exchange.has_group ? exchange.group : -1, row->group);
    ck_assert_uint_eq(exchange_bits(exchange.prime), row->bits);
    ck_assert_uint_eq(exchange.public_key.size, row->size);
    ck_assert_int_eq(exchange.has_scheme ? exchange.scheme : -1, row->scheme);
    if (!row->bits)
        return;
    ck_assert_mem_eq(exchange.prime.data, "\xff\xff\xff\xff\xff\xff\xff\xff\xc9\x0f\xda\xa2", 12);
    ck_assert_uint_eq(exchange.generator.size, 1);
    ck_assert_uint_eq(exchange.generator.data[0], 2);
}
END_TEST

static void look(const uint8_t *bytes, size_t size, bool tls13)
{
    static const uint16_t suites[] = {0xc02f, 0x009e, 0x00aa, 0xccac, 0x00a8, 0x0003, 0xc01e};
    (void)tls13;
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
        KeyExchange exchange = exchange_read(registry_suite(suites[i]), TLS_1_2, bytes, size);
        ck_assert_uint_le(exchange.prime.size + exchange.public_key.size, size);
    }
}

START_TEST(spoilt_ones)
{
    g_autoptr(GPtrArray) samples = samples_load();
    samples_spoil(samples_find(samples, rows[_i].handshake, "ServerKeyExchange"), look);
}
END_TEST

/* Leading zeros are no part of a number. */
START_TEST(a_short_prime)
{
    g_autoptr(GByteArray) bytes = samples_hex("0c000012 0004 0000 0117 0002 0005 0003 00aabb"
                                              "0201 0000");
    KeyExchange exchange = exchange_read(registry_suite(0x009e), TLS_1_2, bytes->data, bytes->len);
    ck_assert_uint_eq(exchange_bits(exchange.prime), 9);
    ck_assert_uint_eq(exchange.prime.size, 2);
    ck_assert_uint_eq(exchange.generator.data[0], 5);
    ck_assert_uint_eq(exchange.public_key.size, 2);
    ck_assert_int_eq(exchange.scheme, 0x0201);
}
END_TEST

START_TEST(none_where_the_suite_has_none)
{
    g_autoptr(GByteArray) bytes = samples_hex("0c000006 03001d 02 aabb");
    KeyExchange unknown = exchange_read(NULL, TLS_1_2, bytes->data, bytes->len);
    KeyExchange tls13 = exchange_read(registry_suite(0x1301), TLS_1_2, bytes->data, bytes->len);
    KeyExchange explicit =
        exchange_read(registry_suite(0xc02f), TLS_1_2, (const uint8_t *)"\x0c\0\0\x02\x01\x20", 6);
    ck_assert(!unknown.has_group && !tls13.has_group && !explicit.has_group);
    ck_assert(!explicit.has_scheme);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exchange");
    TCase *tcase = tcase_create("messages");
    tcase_add_loop_test(tcase, real_ones, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, spoilt_ones, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, a_short_prime);
    tcase_add_test(tcase, none_where_the_suite_has_none);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
