/* A ServerKeyExchange, read as that of each kind of suite. The first two bytes of the input are the
 * suite; what is found lies within the message. */
#include <stdint.h>

#include <glib.h>

#include "worker/tls/exchange.h"
#include "worker/tls/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(Reader part, const uint8_t *bytes, size_t size)
{
    if (part.size)
        g_assert_true(part.data >= bytes && part.data + part.size <= bytes + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    const CipherSuite *suite = registry_suite(reader_u16(&reader));
    size_t left = reader_left(&reader);
    const uint8_t *bytes = reader_take(&reader, left);
    static const uint16_t versions[] = {TLS_1_0, TLS_1_2};
    for (size_t i = 0; bytes && i < G_N_ELEMENTS(versions); i++) {
        KeyExchange exchange = exchange_read(suite, versions[i], bytes, left);
        check_within(exchange.prime, bytes, left);
        check_within(exchange.generator, bytes, left);
        check_within(exchange.public_key, bytes, left);
        g_assert_true(exchange_bits(exchange.prime) <= exchange.prime.size * 8);
        g_assert_true(exchange.prime.size == 0 || exchange.prime.data[0] != 0);
    }
    return 0;
}
