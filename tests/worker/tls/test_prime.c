/* Moduli whose standing is known by other means. */
#include "worker/tls/prime.h"

#include <string.h>

#include "common/util/bytes.h"
#include "tests/check.h"
#include "tests/worker/tls/samples.h"

/* Of `openssl dhparam 512`. */
#define OF_OPENSSL                                                                                 \
    "be5362bff9034700468c93229ef098a4c06a3c08224b86a97c39d0085c12641a175837fe17fb8b5c9a0ea69b6e49" \
    "a"                                                                                            \
    "f75778ff4f515377cd3b231bcc1191efedf"

static GBytes *number(const char *hex)
{
    g_autoptr(GByteArray) bytes = samples_hex(hex);
    return g_bytes_new(bytes->data, bytes->len);
}

static const struct Modulus {
    const char *hex;
    PrimeStanding standing;
} moduli[] = {
    {"", PRIME_COMPOSITE},
    {"00", PRIME_COMPOSITE},
    {"01", PRIME_COMPOSITE},
    {"04", PRIME_COMPOSITE},
    {"09", PRIME_COMPOSITE},
    {"0f", PRIME_COMPOSITE}, /* 15: (p-1)/2 is a prime */
    {"07", PRIME_SAFE},
    {"0017", PRIME_SAFE},                                 /* 23 */
    {"0d", PRIME_NOT_SAFE},                               /* 13 */
    {"7fffffffffffffffffffffffffffffff", PRIME_NOT_SAFE}, /* 2^127-1 */
    {"0231", PRIME_COMPOSITE},                            /* 561, of Carmichael */
    {"bfa17dc7", PRIME_COMPOSITE},                        /* 3215031751, passes bases 2 to 7 */
    {"fffffffffffffffe00000000000000000001", PRIME_COMPOSITE},
    {OF_OPENSSL, PRIME_SAFE},
};

START_TEST(standings)
{
    g_autoptr(GBytes) modulus = number(moduli[_i].hex);
    ck_assert_int_eq(prime_standing(modulus), moduli[_i].standing);
}
END_TEST

START_TEST(long_ones_are_not_tested)
{
    guint8 bytes[513] = {1};
    g_autoptr(GBytes) longer = g_bytes_new(bytes, sizeof bytes);
    g_autoptr(GBytes) longest = g_bytes_new(bytes + 1, sizeof bytes - 1);
    ck_assert_int_eq(prime_standing(longer), PRIME_NOT_TESTED);
    ck_assert_int_eq(prime_standing(longest), PRIME_COMPOSITE);
}
END_TEST

static const struct Generator {
    const char *modulus, *generator;
    PrimeStanding standing;
    PrimeSpan span;
} generators[] = {
    {"17", "05", PRIME_SAFE, PRIME_SPAN_WHOLE},
    {"17", "1c", PRIME_SAFE, PRIME_SPAN_WHOLE},
    {"17", "02", PRIME_SAFE, PRIME_SPAN_HALF},
    {"17", "01", PRIME_SAFE, PRIME_SPAN_NOTHING},
    {"17", "00", PRIME_SAFE, PRIME_SPAN_NOTHING},
    {"17", "16", PRIME_SAFE, PRIME_SPAN_NOTHING},
    {"17", "17", PRIME_SAFE, PRIME_SPAN_NOTHING},
    {"0d", "02", PRIME_NOT_SAFE, PRIME_SPAN_UNKNOWN},
    {OF_OPENSSL, "02", PRIME_SAFE, PRIME_SPAN_HALF},
};

START_TEST(spans)
{
    g_autoptr(GBytes) modulus = number(generators[_i].modulus);
    g_autoptr(GBytes) generator = number(generators[_i].generator);
    ck_assert_int_eq(prime_span(modulus, generator, generators[_i].standing), generators[_i].span);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prime");
    TCase *tcase = tcase_create("prime");
    tcase_add_loop_test(tcase, standings, 0, G_N_ELEMENTS(moduli));
    tcase_add_test(tcase, long_ones_are_not_tested);
    tcase_add_loop_test(tcase, spans, 0, G_N_ELEMENTS(generators));
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
