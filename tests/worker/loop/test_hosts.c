#include <string.h>

#include "tests/check.h"
#include "worker/loop/hosts.h"

static char *found(const GArray *addresses)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; addresses != NULL && i < addresses->len; i++) {
        g_autofree char *one = address_text(&g_array_index(addresses, Address, i));
        g_string_append_printf(text, "%s%s", i ? " " : "", one);
    }
    return g_string_free(text, FALSE);
}

static void ck_find(const char *text, const char *name, const char *expected)
{
    g_autoptr(Hosts) hosts = hosts_new(text, strlen(text));
    g_autofree char *addresses = found(hosts_find(hosts, name));

    ck_assert_str_eq(addresses, expected);
}

START_TEST(names_of_a_line)
{
    const char text[] = "# comment\n"
                        "127.0.0.1\tlocalhost\n"
                        "192.0.2.1 one.test  One # two.test\n"
                        "  192.0.2.9 indented.test\r\n"
                        "2001:db8::1 one.test\n"
                        "192.0.2.1 one.test\n"
                        "not-an-address three.test\n"
                        "fe80::1%2 link.test\n"
                        "192.0.2.7 last.test";

    ck_find(text, "one.test", "192.0.2.1 2001:db8::1");
    ck_find(text, "ONE.Test", "192.0.2.1 2001:db8::1");
    ck_find(text, "one", "192.0.2.1");
    ck_find(text, "two.test", "");
    ck_find(text, "indented.test", "192.0.2.9");
    ck_find(text, "three.test", "");
    ck_find(text, "link.test", "fe80::1%2");
    ck_find(text, "last.test", "192.0.2.7");
    ck_find(text, "", "");
    ck_find("", "one.test", "");
}
END_TEST

START_TEST(localhost)
{
    g_autoptr(GArray) plain = hosts_localhost("LocalHost");
    g_autoptr(GArray) below = hosts_localhost("a.localhost");
    g_autofree char *text = found(plain);

    ck_assert_str_eq(text, "::1 127.0.0.1");
    ck_assert_ptr_nonnull(below);
    ck_assert_ptr_null(hosts_localhost("notlocalhost"));
    ck_assert_ptr_null(hosts_localhost("localhost.test"));
}
END_TEST

START_TEST(literals)
{
    static const char *const good[] = {"192.0.2.1", "::1", "2001:db8::1", "fe80::1%3", "0.0.0.0"};
    static const char *const bad[] = {"",      "192.0.2", "192.0.2.1%3", "::1%",
                                      "::1%x", "1::2::3", "[::1]",       "one.test"};
    Address address, again;

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        struct sockaddr_storage socket;
        ck_assert_msg(address_parse(good[i], &address), "%s", good[i]);
        g_autofree char *text = address_text(&address);
        ck_assert_str_eq(text, good[i]);
        address_to_socket(&address, 443, &socket);
        ck_assert(address_from_socket((const struct sockaddr *)&socket, &again));
        ck_assert(address_equal(&address, &again));
        ck_assert_uint_eq(address_hash(&address), address_hash(&again));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_msg(!address_parse(bad[i], &address), "%s", bad[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hosts");
    TCase *tcase = tcase_create("hosts");

    tcase_add_test(tcase, names_of_a_line);
    tcase_add_test(tcase, localhost);
    tcase_add_test(tcase, literals);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
