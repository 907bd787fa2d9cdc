#include "worker/pki/second.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

static char *opinion(GBytes *der)
{
    g_autoptr(Cert) cert = cert_new(der);
    json_t *json = second_opinion(cert);
    char *text = json ? json_dumps(json, JSON_SORT_KEYS) : strdup("none");
    json_decref(json);
    g_bytes_unref(der);
    return text;
}

static void check(GBytes *der, const char *expected)
{
    g_autofree char *text = opinion(der);
    ck_assert_str_eq(text, expected);
}

START_TEST(agrees)
{
    const char *imported = "{\"imported\": true}";
    check(forge((Forge){.extensions = join(dns("a.test"), basic(true, 0))}), imported);
    check(forge((Forge){.version = raw("")}), imported);
    check(forge((Forge){.serial = raw("0201fb")}), imported);
    check(forge((Forge){.to = "99991231235959Z"}), imported);
    check(forge((Forge){.key = forge_key("rsa2048", 0)}), imported);
}
END_TEST

START_TEST(refuses)
{
    check(forge((Forge){.extensions = join(dns("a.test"), dns("b.test"))}),
          "{\"error\": \"GNUTLS_E_X509_DUPLICATE_EXTENSION\", \"imported\": false}");
    check(forge((Forge){.from = "260101000000+0100"}),
          "{\"error\": \"GNUTLS_E_ASN1_TIME_ERROR\", \"imported\": false}");
    check(raw("3000"), "{\"error\": \"GNUTLS_E_ASN1_ELEMENT_NOT_FOUND\", \"imported\": false}");
    check(forge((Forge){.tail = 3}),
          "{\"error\": \"GNUTLS_E_ASN1_DER_ERROR\", \"imported\": false}");
}
END_TEST

/* A time without seconds, which RFC 5280 does not allow and we do not read; and instants before
 * 1970, which GnuTLS does not. */
START_TEST(differs)
{
    const char *begin = "{\"differs\": [\"not_before\"], \"imported\": true}";
    check(forge((Forge){.from = "2601010000Z"}), begin);
    check(forge((Forge){.from = "500101000000Z"}), begin);
    check(forge((Forge){.from = "00000101000000Z"}), begin);
}
END_TEST

/* One more than the ceiling. */
START_TEST(ceiling)
{
    g_autofree char *filler = g_strnfill(LIMIT_SECOND_OPINION, 'a');
    check(forge((Forge){.subject_name = name(0x0c, filler, LIMIT_SECOND_OPINION)}), "none");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("second");
    TCase *tests = tcase_create("second");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, agrees);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, differs);
    tcase_add_test(tests, ceiling);
    return check_main(suite);
}
