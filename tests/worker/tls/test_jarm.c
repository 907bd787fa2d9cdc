/* JARM held against its reference (github.com/salesforce/jarm, version 1.0): the hellos that its
 * packet_building makes where what is random is what it is here, and what its jarm_hash says.
 */
#include "tests/check.h"

#include "common/util/bytes.h"
#include "worker/tls/jarm.h"

static const char *const hellos[JARM_HELLOS] = {
    "433f8785289a8d2fea52dfef56ba378873779e83020d2bd473597018be45caba",
    "b942218e63a1eb85b4d40b7e4d0a447c4d048e6cdf4a61ec7b99bb579412c633",
    "3f6d673e456a09940b1151fa52bfbc214ff1053265d61c243a346ccb4ec33ad1",
    "ff1d78c7b691353a1e2c7305659d60af4323f328e22546324c4dab901ef3119c",
    "53f38ec33a097e092f81937dcda6b644d09b0bbcff72726bf8e9e0699d4c15e6",
    "eeaee0c5e849f1574aae04df319fd6ff81987e10397807502f70dadeeb07cc5c",
    "d8cab785ba6ed72820b4655f1aadd16d364fbd4c3f8eeb11d8c9db7596f16608",
    "f5aafbfa3ffcb7a31c6143aa059dc5dda41461dd0553879e3d7eb4de1ffda6f0",
    "d29cb783f44b2d7f4d0690ed649cb79d6a7741223db7abe0810ccb8111e800d9",
    "ab63643bbd090acc4147e12bdaf4f5eea8cccf2e461969dda321a7b4b6204d97",
};

START_TEST(hellos_are_exact)
{
    g_autoptr(Offer) offer = jarm_offer((guint)_i, "server.example");
    g_autoptr(GByteArray) bytes = offer_build(offer);
    g_autofree char *hash = bytes_sha256(bytes->data, bytes->len);
    ck_assert_str_eq(hash, hellos[_i]);
}
END_TEST

static const struct Row {
    const char *answers, *hash;
} rows[] = {
    {"009e|0303|http/1.1|ff01-0000-0001-0023-0010-0017,"
     "cca8|0303|http/1.1|ff01-0000-0001-000b-0023-0010-0017,"
     "cca9|0303|http/1.1|ff01-0000-0001-000b-0023-0010-0017,"
     "c02f|0303|http/1.0|ff01-0000-0001-000b-0023-0010-0017,"
     "c02f|0303|http/1.0|ff01-0000-0001-000b-0023-0010-0017,"
     "|||,1302|0303||002b-0033,1303|0303||002b-0033,|||,|||",
     "15d3fd40d29d29d00042d43d000000ddc11b5d2b050721c998a178513a35df"},
    {"|||,|||,|||,|||,|||,|||,|||,|||,|||,|||",
     "00000000000000000000000000000000000000000000000000000000000000"},
    {"0004|0300||,0004|0301||,0005|0302||ff01,1305|0303||0033-002b,c08a|0303||0017,"
     "|||,|||,|||,|||,|||",
     "01a01b02c45d46d00000000000000022a495a927376123543395cb77cb9272"},
};

START_TEST(fingerprints_are_exact)
{
    g_auto(GStrv) parts = g_strsplit(rows[_i].answers, ",", -1);
    g_autofree char *hash = jarm_hash((const char *const *)parts);
    ck_assert_str_eq(hash, rows[_i].hash);
}
END_TEST

START_TEST(answers_are_written)
{
    static const uint16_t types[] = {0x2b, 0x33};
    g_autoptr(GArray) some = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    g_autofree char *none = jarm_part(TLS_SSL3, 0x0004, NULL, some);
    g_array_append_vals(some, types, G_N_ELEMENTS(types));
    g_autofree char *tls13 = jarm_part(TLS_1_3, 0x1302, NULL, some);
    g_autofree char *tls12 = jarm_part(TLS_1_2, 0xc02f, "h2", some);
    ck_assert_str_eq(none, "0004|0300||");
    ck_assert_str_eq(tls13, "1302|0303||002b-0033");
    ck_assert_str_eq(tls12, "c02f|0303|h2|002b-0033");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jarm");
    TCase *tcase = tcase_create("jarm");
    tcase_add_loop_test(tcase, hellos_are_exact, 0, JARM_HELLOS);
    tcase_add_loop_test(tcase, fingerprints_are_exact, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, answers_are_written);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
