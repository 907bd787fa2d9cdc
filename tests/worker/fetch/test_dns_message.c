#include "worker/fetch/dns_message.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "worker/fetch/mail_policy.h"

/* An answer with the question a.test and this RR, whose owner points to the question. */
static DnsAnswer answer(DnsType type, const char *rdata, size_t size)
{
    static const uint8_t head[] = "\0\1\x81\x80\0\1\0\1\0\0\0\0\1a\4test\0\0\1\0\1\xc0\x0c";
    g_autoptr(GByteArray) message = g_byte_array_new();
    g_byte_array_append(message, head, sizeof head - 1);
    bytes_put(message, type, 2);
    bytes_put(message, 1, 2);
    bytes_put(message, 0, 2);
    bytes_put(message, 300, 2);
    bytes_put(message, size, 2);
    g_byte_array_append(message, (const uint8_t *)rdata, (guint)size);
    return dns_answer_read(message->data, message->len, type);
}

#define ANSWER(type, rdata) answer(type, rdata, sizeof(rdata) - 1)

static const json_t *first(const DnsAnswer *given)
{
    ck_assert(given->whole);
    ck_assert_uint_eq(given->found, 1);
    return json_array_get(given->records, 0);
}

START_TEST(records_are_read)
{
    DnsAnswer tlsa = ANSWER(DNS_TLSA, "\3\1\1\xab\xcd");
    ck_assert_int_eq(fact_integer(first(&tlsa), "usage", -1), 3);
    ck_assert_str_eq(fact_string(first(&tlsa), "data", ""), "abcd");
    ck_assert_uint_eq(tlsa.ttl, 300);
    dns_answer_clear(&tlsa);
    DnsAnswer mx = ANSWER(DNS_MX, "\0\5\2MX\xc0\x0c");
    ck_assert_str_eq(fact_string(first(&mx), "host", ""), "mx.a.test");
    dns_answer_clear(&mx);
    DnsAnswer odd = ANSWER(DNS_MX, "\0\5\3a.\001\0");
    ck_assert_str_eq(fact_string(first(&odd), "host", ""), "a\\.\\001");
    dns_answer_clear(&odd);
    DnsAnswer txt = ANSWER(DNS_TXT, "\2ab\0\1c");
    ck_assert_str_eq(fact_string(first(&txt), "text", ""), "abc");
    dns_answer_clear(&txt);
    DnsAnswer caa = ANSWER(DNS_CAA, "\x80\5ISSUEca.test ; AccountURI = x:1;validationmethods=a,b");
    ck_assert_str_eq(fact_string(first(&caa), "tag", ""), "issue");
    ck_assert(fact_bool(first(&caa), "critical", FALSE));
    ck_assert_str_eq(fact_string(first(&caa), "issuer", ""), "ca.test");
    ck_assert_str_eq(fact_string(first(&caa), "account", ""), "x:1");
    ck_assert_str_eq(fact_string(first(&caa), "methods", ""), "a,b");
    dns_answer_clear(&caa);
}
END_TEST

static void expect_broken(DnsAnswer given)
{
    ck_assert(given.whole);
    ck_assert_uint_eq(given.found, 1);
    ck_assert_uint_eq(given.broken, 1);
    ck_assert_uint_eq(json_array_size(given.records), 0);
    dns_answer_clear(&given);
}

START_TEST(what_does_not_read_is_counted)
{
    expect_broken(ANSWER(DNS_TLSA, "\3\1"));
    expect_broken(ANSWER(DNS_CAA, "\0\x09issue"));
    expect_broken(ANSWER(DNS_CAA, "\0\0value"));
    expect_broken(ANSWER(DNS_CAA, "\0\3a-bx"));
    expect_broken(ANSWER(DNS_TXT, "\5abc"));
    expect_broken(ANSWER(DNS_MX, "\0\5\xc0\xff"));
    expect_broken(ANSWER(DNS_MX, "\0\5\xc0\x29"));
    expect_broken(ANSWER(DNS_MX, "\0\5\x40x\0"));
    DnsAnswer cut = dns_answer_read((const uint8_t *)"\0\1\x81\x83\0\1", 6, DNS_A);
    ck_assert(!cut.whole);
    dns_answer_clear(&cut);
}
END_TEST

START_TEST(texts_of_another_version_do_not_count)
{
    g_autoptr(json_t) all = json_pack("[{s:s}, {s:s}, {s:s}]", "text", "v=STSv1; id = 7 ;", "text",
                                      "v=STSv10; id=8", "text", "other");
    g_autoptr(json_t) chosen = mail_policy_records(all, "STSv1");
    ck_assert_uint_eq(json_array_size(chosen), 1);
    ck_assert_str_eq(fact_string(json_array_get(chosen, 0), "id", ""), "7");
}
END_TEST

static json_t *policy(const char *text)
{
    return mail_policy_read((const uint8_t *)text, strlen(text));
}

START_TEST(policies_are_read)
{
    g_autoptr(json_t) good =
        policy("version: STSv1\r\nmode: enforce\r\nmx: mx.a.test\r\n"
               "mx: *.b.test\r\nmax_age: 604800\r\nlater: x\r\nmode: none\r\n");
    ck_assert_ptr_null(json_object_get(good, "faults"));
    ck_assert_str_eq(fact_string(good, "mode", ""), "enforce");
    ck_assert_int_eq(fact_integer(good, "max_age", 0), 604800);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(good, "mx"), 1)), "*.b.test");
    g_autoptr(json_t) none = policy("version: STSv1\nmode: none\nmax_age: 1\n");
    ck_assert_ptr_null(json_object_get(none, "faults"));
    g_autoptr(json_t) odd = policy("nothing\nmax_age: 99999999\nmode: sometimes\n");
    static const char *const faults[] = {"sts-line", "sts-version", "sts-mode", "sts-max-age",
                                         "sts-no-mx"};
    const json_t *given = json_object_get(odd, "faults");
    ck_assert_uint_eq(json_array_size(given), G_N_ELEMENTS(faults));
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
        ck_assert_str_eq(json_string_value(json_array_get(given, i)), faults[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dns_message");
    TCase *tests = tcase_create("dns_message");
    tcase_add_test(tests, records_are_read);
    tcase_add_test(tests, what_does_not_read_is_counted);
    tcase_add_test(tests, texts_of_another_version_do_not_count);
    tcase_add_test(tests, policies_are_read);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
