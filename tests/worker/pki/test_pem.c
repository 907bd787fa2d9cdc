#include "worker/pki/pem.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

#define BLOCK(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"
#define CERTIFICATE        BLOCK("CERTIFICATE", "MAUwAwIBBQ==") /* 30 05 30 03 02 01 05 */

static Pem read_text(const char *text)
{
    return pem_read((const uint8_t *)text, strlen(text));
}

START_TEST(bundles)
{
    static const struct {
        const char *text;
        guint certificates, others, broken;
    } rows[] = {
        {CERTIFICATE, 1, 0, 0},
        {CERTIFICATE CERTIFICATE "a word between\n" CERTIFICATE, 3, 0, 0},
        {"subject=/CN=a\n" CERTIFICATE BLOCK("PRIVATE KEY", "AAAA") BLOCK("PRIVATE KEY", "AAAA"), 1,
         1, 0},
        {"-----BEGIN CERTIFICATE-----\r\nMAUw\r\nAwIBBQ==\r\n-----END CERTIFICATE-----\r\n", 1, 0,
         0},
        {BLOCK("X509 CERTIFICATE", "MAUwAwIBBQ=="), 1, 0, 0},
        {BLOCK("CERTIFICATE", "Proc-Type: 4\n\nMAUwAwIBBQ=="), 1, 0, 0},
        {BLOCK("CERTIFICATE", ""), 0, 0, 1},
        {BLOCK("CERTIFICATE", "MAUw!"), 1, 0, 0},
        {"-----BEGIN CERTIFICATE-----\nMAUw\n", 0, 0, 1},
        {"-----BEGIN CERTIFICATE-----\nMAUw\n" CERTIFICATE, 1, 0, 1},
        {"-----BEGIN CERTIFICATE-----\nMAUwAwIBBQ==\n-----END X-----\n", 0, 0, 1},
        {BLOCK("CERTIFICATE REQUEST", "MAUwAwIBBQ=="), 0, 1, 0},
        {"no pem", 0, 0, 0},
        {"", 0, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Pem pem = read_text(rows[i].text);
        ck_assert_msg(pem.certificates->len == rows[i].certificates &&
                          pem.others->len == rows[i].others && pem.broken == rows[i].broken,
                      "%s: %u %u %u", rows[i].text, pem.certificates->len, pem.others->len,
                      pem.broken);
        pem_clear(&pem);
    }
}
END_TEST

START_TEST(bytes_are_those_of_the_block)
{
    g_autoptr(GBytes) expected = raw("3005 30 03020105");
    Pem pem = read_text(CERTIFICATE);
    ck_assert(g_bytes_equal(g_ptr_array_index(pem.certificates, 0), expected));
    ck_assert(!pem.der);
    pem_clear(&pem);
    Pem trusted = read_text(BLOCK("TRUSTED CERTIFICATE", "MAUwAwIBBTAA"));
    ck_assert(g_bytes_equal(g_ptr_array_index(trusted.certificates, 0), expected));
    pem_clear(&trusted);
}
END_TEST

START_TEST(der_files)
{
    static const struct {
        const char *hex;
        guint certificates, others;
        size_t first;
    } rows[] = {
        {"3005 3003020105", 1, 0, 7},    {"3005 3003020105 3005 3003020105", 2, 0, 7},
        {"3005 3003020105 ff", 1, 0, 8}, {"3010 3003020105", 1, 0, 7},
        {"3003 020105", 0, 1, 0},        {"ff", 0, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) file = raw(rows[i].hex);
        gsize size;
        const uint8_t *data = g_bytes_get_data(file, &size);
        Pem pem = pem_read(data, size);
        ck_assert_msg(pem.certificates->len == rows[i].certificates, "%s", rows[i].hex);
        ck_assert_uint_eq(pem.others->len, rows[i].others);
        ck_assert(pem.der == (rows[i].certificates > 0));
        if (pem.certificates->len)
            ck_assert_uint_eq(g_bytes_get_size(g_ptr_array_index(pem.certificates, 0)),
                              rows[i].first);
        pem_clear(&pem);
    }
}
END_TEST

START_TEST(bundles_have_a_ceiling)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < LIMIT_BUNDLE + 1; i++)
        g_string_append(text, CERTIFICATE);
    Pem pem = read_text(text->str);
    ck_assert_uint_eq(pem.certificates->len, LIMIT_BUNDLE);
    ck_assert_uint_eq(pem.cut, LIMIT_BUNDLE);
    pem_clear(&pem);
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char text[] = "x\n" CERTIFICATE BLOCK("KEY", "AAAA") CERTIFICATE;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        g_autofree uint8_t *part = g_memdup2(text, cut);
        Pem pem = pem_read(part, cut);
        ck_assert_uint_le(pem.certificates->len, 2);
        pem_clear(&pem);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pem");
    TCase *tests = tcase_create("pem");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, bundles);
    tcase_add_test(tests, bytes_are_those_of_the_block);
    tcase_add_test(tests, der_files);
    tcase_add_test(tests, bundles_have_a_ceiling);
    tcase_add_test(tests, cut_anywhere);
    return check_main(suite);
}
