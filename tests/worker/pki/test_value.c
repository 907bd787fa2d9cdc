#include "worker/pki/value.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

static Der read_one(GBytes *der)
{
    Der element;
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    ck_assert(der_read(data, size, &element));
    return element;
}

START_TEST(object_identifiers)
{
    static const struct {
        const char *hex, *dotted;
        bool minimal;
    } rows[] = {
        {"0603551d11", "2.5.29.17", true},
        {"06092a864886f70d01010b", "1.2.840.113549.1.1.11", true},
        {"060100", "0.0", true},
        {"060127", "0.39", true},
        {"060128", "1.0", true},
        {"06014f", "1.39", true},
        {"060150", "2.0", true},
        {"06017f", "2.47", true},
        {"06028837", "2.999", true},
        {"0603558011", "2.5.17", false},
        {"06038000 01", "0.0.1", false},
        {"060e 2a 8180808080808080808080 00 05", "1.2.151115727451828646838272.5", true},
        {"060b 8180808080808080808080 ", NULL, true},
        {"060b a08080808080808080 8000", "2.37778931862957161709488", true},
        {"0600", NULL, true},
        {"06022a86", NULL, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i].hex);
        Der element = read_one(der);
        bool minimal;
        g_autofree char *dotted = value_oid(&element, &minimal);
        ck_assert_msg(g_strcmp0(dotted, rows[i].dotted) == 0, "%s: %s", rows[i].hex, dotted);
        ck_assert_msg(minimal == rows[i].minimal, "%s", rows[i].hex);
        ck_assert(!dotted || value_is_oid(&element, dotted));
    }
}
END_TEST

START_TEST(huge_object_identifier_is_bounded)
{
    uint8_t arcs[LIMIT_OID + 1];
    bool minimal;
    memset(arcs, 0xff, sizeof arcs);
    arcs[0] = 0x2a;
    arcs[LIMIT_OID - 1] = 0x7f;
    g_autoptr(GBytes) fits = bytes(6, arcs, LIMIT_OID);
    Der element = read_one(fits);
    g_autofree char *dotted = value_oid(&element, &minimal);
    ck_assert_ptr_nonnull(dotted);
    ck_assert_uint_gt(strlen(dotted), 500); /* 1785 bits of ones have 538 digits */
    arcs[LIMIT_OID - 1] = 0xff;
    arcs[LIMIT_OID] = 0x7f;
    g_autoptr(GBytes) longer = bytes(6, arcs, sizeof arcs);
    element = read_one(longer);
    ck_assert_ptr_null(value_oid(&element, &minimal));
}
END_TEST

START_TEST(integers)
{
    static const struct {
        const char *hex;
        bool fits, minimal;
        int64_t value;
        size_t bits;
        const char *decimal;
    } rows[] = {
        {"020100", true, true, 0, 0, "0"},
        {"02017f", true, true, 127, 7, "127"},
        {"02020080", true, true, 128, 8, "128"},
        {"0201fb", true, true, -5, 0, NULL},
        {"02020005", true, false, 5, 3, "5"},
        {"0202fffb", true, false, -5, 0, NULL},
        {"0203010001", true, true, 65537, 17, "65537"},
        {"02087fffffffffffffff", true, true, INT64_MAX, 63, "9223372036854775807"},
        {"02088000000000000000", true, true, INT64_MIN, 0, NULL},
        {"020900ffffffffffffffff", false, true, 0, 64, "18446744073709551615"},
        {"0200", false, false, 0, 0, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i].hex);
        Der element = read_one(der);
        int64_t value = 0;
        g_autofree char *decimal = value_decimal(&element);
        ck_assert_msg(value_integer(&element, &value) == rows[i].fits, "%s", rows[i].hex);
        ck_assert_int_eq(value, rows[i].value);
        ck_assert_msg(value_integer_minimal(&element) == rows[i].minimal, "%s", rows[i].hex);
        ck_assert_uint_eq(value_integer_bits(&element), rows[i].bits);
        ck_assert_msg(g_strcmp0(decimal, rows[i].decimal) == 0, "%s: %s", rows[i].hex, decimal);
    }
}
END_TEST

START_TEST(times)
{
    static const struct {
        int tag;
        const char *text, *rfc3339; /* NULL: unreadable */
    } rows[] = {
        {DER_UTC_TIME, "261120220000Z", "2026-11-20T22:00:00Z"},
        {DER_UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"},
        {DER_UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"},
        {DER_UTC_TIME, "000229000000Z", "2000-02-29T00:00:00Z"},
        {DER_UTC_TIME, "010229000000Z", NULL},
        {DER_UTC_TIME, "261320220000Z", NULL},
        {DER_UTC_TIME, "260020220000Z", NULL},
        {DER_UTC_TIME, "261132220000Z", NULL},
        {DER_UTC_TIME, "261120240000Z", NULL},
        {DER_UTC_TIME, "261120226000Z", NULL},
        {DER_UTC_TIME, "2611202200Z", NULL},
        {DER_UTC_TIME, "261120220000+0100", NULL},
        {DER_UTC_TIME, "26112022000 Z", NULL},
        {DER_UTC_TIME, "+61120220000Z", NULL},
        {DER_GENERALIZED_TIME, "00000101000000Z", "0000-01-01T00:00:00Z"},
        {DER_GENERALIZED_TIME, "19691231235959Z", "1969-12-31T23:59:59Z"},
        {DER_GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z"},
        {DER_GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z"},
        {DER_GENERALIZED_TIME, "20500101000000.5Z", NULL},
        {DER_GENERALIZED_TIME, "20500101000000", NULL},
        {DER_GENERALIZED_TIME, "20501301000000Z", NULL},
        {DER_GENERALIZED_TIME, "19000229000000Z", NULL},
        {DER_GENERALIZED_TIME, "", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = text(rows[i].tag, rows[i].text);
        Der element = read_one(der);
        int64_t seconds;
        bool reads = value_time(&element, element.tag, &seconds);
        ck_assert_msg(reads == (rows[i].rfc3339 != NULL), "%s", rows[i].text);
        g_autofree char *rfc3339 = reads ? value_rfc3339(seconds) : NULL;
        ck_assert_msg(g_strcmp0(rfc3339, rows[i].rfc3339) == 0, "%s: %s", rows[i].text, rfc3339);
    }
}
END_TEST

START_TEST(strings)
{
    static const struct {
        const char *hex;
        bool good;
        const char *utf8;
        size_t size;
    } rows[] = {
        {"0c05 6772c3bc c39f", false, "gr\xc3\xbc\xc3", 5},
        {"0c04 6772c3bc", true, "gr\xc3\xbc", 4},
        {"0c03 61 00 62", true, "a\0b", 3},
        {"0c02 fffe", false, "\xff\xfe", 2},
        {"0c03 eda080", false, "\xed\xa0\x80", 3},
        {"1303 41 42 2e", true, "AB.", 3},
        {"1303 41 40 2a", false, "A@*", 3},
        {"1303 41 00 42", false, "A\0B", 3},
        {"1302 c3bc", false, "\xc3\xbc", 2},
        {"1203 31 20 39", true, "1 9", 3},
        {"1201 41", false, "A", 1},
        {"1603 61 40 00", true, "a@\0", 3},
        {"1602 61 e9", false, "a\xe9", 2},
        {"1402 61 e9", true, "a\xc3\xa9", 3},
        {"1a02 61 1b", false, "a\x1b", 2},
        {"1e04 0067 00fc", true, "g\xc3\xbc", 3},
        {"1e03 0067 00", false, "g", 1},
        {"1e02 d800", false, "\xef\xbf\xbd", 3},
        {"1c04 0001f600", true, "\xf0\x9f\x98\x80", 4},
        {"1c04 00110000", false, "\xef\xbf\xbd", 3},
        {"0c00", true, "", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i].hex);
        Der element = read_one(der);
        bool good;
        GString *string = value_string(&element, element.tag, &good);
        ck_assert_msg(good == rows[i].good, "%s", rows[i].hex);
        ck_assert_msg(string->len == rows[i].size &&
                          memcmp(string->str, rows[i].utf8, string->len) == 0,
                      "%s: %s", rows[i].hex, string->str);
        g_string_free(string, TRUE);
    }
}
END_TEST

START_TEST(bits_and_booleans)
{
    static const struct {
        const char *hex;
        bool reads, value, der;
    } rows[] = {
        {"0101ff", true, true, true},      {"010100", true, false, true},
        {"010101", true, true, false},     {"0100", false, false, false},
        {"0102ffff", false, false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes_of = raw(rows[i].hex);
        Der element = read_one(bytes_of);
        bool value = false, der = false;
        ck_assert(value_boolean(&element, &value, &der) == rows[i].reads);
        ck_assert_msg(value == rows[i].value && der == rows[i].der, "%s", rows[i].hex);
    }
    static const struct {
        const char *hex;
        bool reads;
        size_t size;
        unsigned unused;
    } bit_strings[] = {
        {"03020520", true, 1, 5},  {"030100", true, 0, 0},  {"0300", false, 0, 0},
        {"03020820", false, 0, 0}, {"030105", false, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bit_strings); i++) {
        g_autoptr(GBytes) bytes_of = raw(bit_strings[i].hex);
        Der element = read_one(bytes_of);
        Reader octets;
        unsigned unused;
        bool reads = value_bits(&element, &octets, &unused);
        ck_assert_msg(reads == bit_strings[i].reads, "%s", bit_strings[i].hex);
        ck_assert(!reads ||
                  (reader_left(&octets) == bit_strings[i].size && unused == bit_strings[i].unused));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, object_identifiers);
    tcase_add_test(tests, huge_object_identifier_is_bounded);
    tcase_add_test(tests, integers);
    tcase_add_test(tests, times);
    tcase_add_test(tests, strings);
    tcase_add_test(tests, bits_and_booleans);
    return check_main(suite);
}
