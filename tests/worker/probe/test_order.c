/* Who chooses among suites, where it is not simply the server's list or the client's. */
#include "tests/check.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/worker/probe/usual.h"

START_TEST(chacha_first)
{
    g_autoptr(Simulated) server = usual_server(8);
    usual_intermediate(server);
    server->chooses[4] = server->chacha_first = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    const json_t *fact = dived_fact(dived, "suite-order", "TLS 1.2");
    ck_assert_str_eq(fact_string(fact, "value", ""), "ChaCha20 first");
    server->chacha_first = false;
    g_autoptr(Dived) again = usual_dive(server);
    ck_assert_str_eq(fact_string(dived_fact(again, "suite-order", "TLS 1.2"), "value", ""), "");
}
END_TEST

/* Which of AES-GCM and ChaCha20 comes first depends on what the list begins with: that is no order,
 * and no second configuration. */
START_TEST(chacha_usual)
{
    for (guint32 seed = 0; seed < 20; seed++) {
        g_autoptr(Simulated) server = usual_server(seed);
        FILL(server->suites[4], 0xC02F, 0xC030, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D, 0x002F,
             0x0035);
        server->chooses[4] = server->chacha_usual = true;
        g_autoptr(Dived) dived = usual_dive(server);
        usual_check_suites(server, dived, false);
        ck_assert_str_eq(dived_answer(dived, "behaviour", "", "two-configurations"), "");
        const json_t *fact = dived_fact(dived, "suite-order", "TLS 1.2");
        ck_assert_msg(g_str_equal(fact_string(fact, "answer", ""), "yes"), "seed %u: %s", seed,
                      fact_string(fact, "reason", ""));
        ck_assert(g_str_has_suffix(fact_string(fact, "value", ""), "ChaCha20 first"));
    }
}
END_TEST

START_TEST(equal_preference)
{
    g_autoptr(Simulated) server = usual_server(9);
    usual_intermediate(server);
    server->chooses[4] = true;
    server->equal = 2;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(server, dived, false);
    const json_t *fact = dived_fact(dived, "suite-order", "TLS 1.2");
    ck_assert_str_eq(fact_string(fact, "answer", ""), "yes");
    ck_assert_str_eq(fact_string(fact, "value", ""), "equal: 1 = 2, 3 = 4, 5 = 6, 7 = 8");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *tests = tcase_create("order");
    tcase_add_test(tests, chacha_first);
    tcase_add_test(tests, chacha_usual);
    tcase_add_test(tests, equal_preference);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
