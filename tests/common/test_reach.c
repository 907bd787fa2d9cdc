#include "common/util/reach.h"

#include <arpa/inet.h>
#include <glib.h>

#include "tests/check.h"

START_TEST(special_networks)
{
    static const struct {
        const char *address;
        bool special;
    } rows[] = {
        {"8.8.8.8", false},
        {"10.255.255.255", true},
        {"11.0.0.0", false},
        {"100.64.0.0", true},
        {"100.127.255.255", true},
        {"100.128.0.0", false},
        {"127.0.0.1", true},
        {"169.254.169.254", true},
        {"172.31.255.255", true},
        {"172.32.0.0", false},
        {"192.168.0.1", true},
        {"198.19.0.1", true},
        {"203.0.113.5", true},
        {"224.0.0.1", true},
        {"255.255.255.255", true},
        {"0.0.0.0", true},
        {"::", true},
        {"::1", true},
        {"::2", false},
        {"fe80::1", true},
        {"fd00::1", true},
        {"2001:db8::1", true},
        {"2606:4700::1111", false},
        {"ff02::1", true},
        {"::ffff:10.0.0.1", true},
        {"::ffff:8.8.8.8", false},
        {"64:ff9b::7f00:1", true},
        {"64:ff9b::808:808", false},
        {"2002:a00:1::", true},
        {"2002:808:808::", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t octets[16];
        bool four = inet_pton(AF_INET, rows[i].address, octets) == 1;
        ck_assert(four || inet_pton(AF_INET6, rows[i].address, octets) == 1);
        ck_assert_msg(reach_is_special(octets, four ? 4 : 16) == rows[i].special, "%s",
                      rows[i].address);
    }
    ck_assert(!reach_is_special((const uint8_t *)"\x7f", 1));
}
END_TEST

START_TEST(how_far_it_reaches)
{
    static const struct {
        const char *address, *reach;
    } rows[] = {
        {"8.8.8.8", "public"},
        {"203.0.113.5", "public"},
        {"10.1.2.3", "private"},
        {"198.18.0.1", "private"},
        {"169.254.1.1", "link-local"},
        {"127.0.0.1", "loopback"},
        {"0.0.0.0", "none"},
        {"224.0.0.1", "none"},
        {"::", "none"},
        {"::1", "loopback"},
        {"::2", "none"},
        {"fd00::1", "private"},
        {"fec0::1", "private"},
        {"fe80::1%eth0", "link-local"},
        {"ff02::1", "none"},
        {"2001:db8::1", "public"},
        {"::ffff:10.0.0.1", "private"},
        {"64:ff9b::7f00:1", "loopback"},
        {"64:ff9b:1::7f00:1", "public"},
        {"2002:a00:1::", "private"},
        {"host.example", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_str_eq(reach_code(reach_of_text(rows[i].address)), rows[i].reach);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reach");
    TCase *tcase = tcase_create("reach");
    tcase_add_test(tcase, special_networks);
    tcase_add_test(tcase, how_far_it_reaches);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
