/* What endpoints accept, by keys: cells, their proof, what asks again, two beside each other. */
#include "tests/check.h"
#include "tests/front/ui/stage.h"

#include <string.h>

/* From a cell to the connection that proves it, and back to the cell. */
START_TEST(a_cell_opens_its_proof)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "3 / stack Enter Enter");
    stage_expect(stage, "www.example.com:443 > accepts");
    stage_keys(stage, "/ RSA_AES_128_GCM_SHA256 Enter");
    stage_expect_row(stage, "ECDHE_RSA_AES_128_GCM_SHA256");
    stage_keys(stage, "n Enter");
    stage_expect(stage, "RSA_AES_128_GCM_SHA256 in TLS 1.2: yes, connection 16");
    stage_expect_row(stage, "connect 203.0.113.1:443");
    stage_keys(stage, "Esc");
    stage_expect_row(stage, "-   [yes] -");
    stage_keys(stage, "g Right Enter");
    stage_expect(stage,
                 "TLS 1.1: no, 2 times alike, connection 4: alert 70 protocol_version (fatal)");
    /* Left goes from cell to cell, and from the first one back */
    stage_keys(stage, "Esc Left Left");
    stage_expect(stage, "[yes] yes");
    stage_keys(stage, "Left");
    stage_expect_row(stage, "TLS stack");
}
END_TEST

START_TEST(one_cell_is_asked_again)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "D Space Space D");
    ck_assert_str_eq(stage->asked->str, "dive 1\ndive 1 2\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "U g 7 R");
    ck_assert_str_eq(stage->asked->str,
                     "question 1 {\"items\":[\"TLS 1.3\"],\"question\":\"version\"} 1\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "/ RSA_AES_128_GCM Enter :ask Space 20 Enter T 3 Enter");
    ck_assert_str_eq(stage->asked->str,
                     "question 1 {\"items\":[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"],"
                     "\"question\":\"suite\",\"version\":\"TLS 1.2\"} 20\n"
                     "question 1 {\"items\":[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"],"
                     "\"question\":\"suite\",\"version\":\"TLS 1.2\"} 3\n");
    stage_keys(stage, "Esc :ask Space none Enter");
    stage_expect(stage, "how many times? 1 to 1000");
    g_string_truncate(stage->asked, 0);
    /* what only a whole dive asks */
    stage_keys(stage, "S-Tab G R W g Tab");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "j R");
    stage_expect(stage, "this is asked by a dive alone (D)");
    stage_keys(stage, "T");
    stage_expect(stage, "this is asked by a dive alone (D)");
    stage_keys(stage, "Right Right Enter");
    stage_expect(stage, "not asked: this is asked by a dive alone (D)");
    stage_keys(stage, "Tab Tab / pkcs1_sha256 Enter Right Enter R Esc X D");
    ck_assert_str_eq(stage->asked->str,
                     "question 1 {\"items\":[\"rsa_pkcs1_sha256\"],\"key\":\"RSA\",\"question\":"
                     "\"scheme\",\"version\":\"TLS 1.2\"} 1\nstop 1\ndive 1\n");
}
END_TEST

#define ONE_BEGUN "{'fact':'dive','at':9,'endpoint':'1','event':'begun','depth':'one'}"
#define ONE_OVER                                                                                   \
    "{'fact':'dive','at':9.5,'endpoint':'1','event':'over','connections':1,'result':'finished'}"

/* Once a second, one at a time, until somebody ends it or leaves; the cell turns. */
START_TEST(a_cell_is_watched)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "7 W");
    stage_expect(stage, "WATCHING");
    stage_expect(stage, "watched: asked again every second");
    ui_tick(stage->ui, 10);
    stage_expect(stage, "watching TLS 1.3");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "[\"TLS 1.3\"]"));
    g_string_truncate(stage->asked, 0);
    ui_tick(stage->ui, 10.5);
    ck_assert_str_eq(stage->asked->str, "");
    stage_fold(stage, ONE_BEGUN);
    ui_tick(stage->ui, 12);
    ck_assert_str_eq(stage->asked->str, "");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'version','items':"
                      "['TLS 1.3'],'answer':'no'}");
    stage_fold(stage, ONE_OVER);
    stage_expect_row(stage, "[no]  yes");
    ui_tick(stage->ui, 12);
    stage->model->at = 15;
    stage_expect(stage, "watching TLS 1.3: asked 2 times, turned 1 time, 3 s ago");
    ck_assert_str_ne(stage->asked->str, "");
    ck_assert(ui_next_tick(stage->ui) > 0);
    stage_keys(stage, "W");
    g_string_truncate(stage->asked, 0);
    ui_tick(stage->ui, 20);
    stage_keys(stage, "W X");
    ui_tick(stage->ui, 30);
    ck_assert_str_eq(stage->asked->str, "stop 1\n");
    stage_keys(stage, "W Esc");
    ui_tick(stage->ui, 40);
    ck_assert_str_eq(stage->asked->str, "stop 1\n");
}
END_TEST

static void fold_try(Stage *stage, const char *answer, double took, const char *more)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *fact = g_strdup_printf(
        "{'fact':'try','at':9,'endpoint':'1','question':'version','items':['TLS 1.3'],"
        "'answer':'%s','took':%s%s}",
        answer, g_ascii_dtostr(number, sizeof number, took), more);
    stage_fold(stage, fact);
}

/* How often it was answered how, and how fast; it stays until somebody leaves. */
START_TEST(a_question_asked_many_times)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "7 W T 6 Enter");
    stage_expect(stage, "TLS 1.3, asked 6 times");
    stage_expect(stage, "asking: answers come here");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "\"version\"} 6\n"));
    stage_fold(stage, ONE_BEGUN);
    for (int i = 0; i < 4; i++)
        fold_try(stage, "yes", 0.0502 + 0.0004 * i,
                 ",'connection':'1.2','value':'TLS 1.3, TLS_AES_256_GCM_SHA384, x25519'");
    fold_try(stage, "no", 0.0581,
             ",'reason':'alert-received','args':{'level':'fatal','name':"
             "'handshake_failure','code':40,'after':'ClientHello'}");
    stage_fold(stage, "{'fact':'try','at':9,'endpoint':'1','question':'version','items':"
                      "['TLS 1.3'],'answer':'unknown','reason':'reset-after','args':{'after':"
                      "'ClientHello'}}");
    stage_expect_row(stage,
                     ">     4  67%  ################### yes: TLS 1.3, TLS_AES_256_GCM_SHA384");
    stage_expect(stage,
                 "\n      1  17%  #####               no: alert 40 handshake_failure (fatal)");
    stage_expect(stage, "\n      1  17%  #####               unknown: ");
    stage_expect(stage,
                 "FROM HELLO TO ANSWER: 50.2 to 58.1 ms, half within 51.0, 9 of 10 within 51.4");
    stage_expect(stage, "\n      4       ################### 50 to 52 ms\n");
    stage_expect(stage, "\n      0                           52 to 54 ms\n");
    stage_expect(stage, "\n      1       #####               58 to 60 ms\n");
    stage_expect(stage, "\n    yyyyn?\n");
    stage_fold(stage, ONE_OVER);
    stage_expect(stage, "FROM HELLO");
    stage_keys(stage, "Enter");
    stage_expect(stage, "accepts > connection 2");
    stage_expect(stage, "asked 6 times: yes: TLS 1.3, TLS_AES_256");
    stage_keys(stage, "Esc j Enter");
    stage_expect(stage, "there is nothing behind this line");
    /* again: as many times; what is watched is watched no more */
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "\"version\"} 6\n"));
    stage_expect(stage, "asking: answers come here");
    ui_tick(stage->ui, 100);
    ck_assert_ptr_null(strstr(stage->asked->str, "} 1\n"));
    stage_keys(stage, "Esc");
    stage_expect(stage, "[suites");
    /* from the connection one does not see the cell */
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "Enter R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "\"version\"} 1\n"));
    stage_expect(stage, "TLS 1.3, asked 1 time");
}
END_TEST

/* Two servers behind one address may differ in nothing but their certificates. */
START_TEST(certificates_tell_tries_apart)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_LARGE);
    stage_keys(stage, "7 T 2 Enter");
    stage_fold(stage, ONE_BEGUN);
    fold_try(stage, "yes", 0.001, ",'value':'TLS 1.2','certificate':'0123456789abcdef'");
    stage_expect(stage, "yes: TLS 1.2\n");
    fold_try(stage, "yes", 0.001, ",'value':'TLS 1.2','certificate':'fedcba9876543210'");
    stage_expect(stage, "yes: TLS 1.2, certificate 01234567");
    stage_expect(stage, "yes: TLS 1.2, certificate fedcba98");
}
END_TEST

/* What was known stays, marked, until it is answered anew. */
START_TEST(cells_fill_in_live)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "7");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'begun','depth':'full',"
                      "'allowed':500}");
    stage_expect_row(stage, "[yes~]yes~");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'version','items':"
                      "['TLS 1.3'],'answer':'yes'}");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'progress','connections':1,"
                      "'in_flight':8,'left':50}");
    stage_expect_row(stage, "[yes] yes~");
    stage_expect(stage, "connections: 1 used, 500 allowed, 499 left");
    stage_expect(stage, "asking: 1/51 connections");
    stage_expect_none(stage, " s left");
    stage_fold(stage, "{'fact':'dive','at':9.3,'endpoint':'1','event':'progress','connections':10,"
                      "'in_flight':8,'left':50}");
    stage_expect(stage, "asking: 10/60 connections, 10 round trips, about 1.5 s left");
    stage_resize(stage, (StageSize){24, 60, false});
    stage_expect(stage, "10 of 500 used");
    stage_resize(stage, (StageSize)STAGE_SMALL);
    stage->model->at = 14;
    stage_expect(stage, "silent for 5 s");
    stage_fold(stage, "{'fact':'alert','at':14,'endpoint':'1','connection':'1.2','direction':'in',"
                      "'level':'fatal','code':40,'name':'handshake_failure'}");
    stage_expect(stage, "about 25 s left");
    stage_keys(stage, "P");
    stage_expect(stage, "asking: 10/60 connections, 167 round trips, paused (P goes on)");
    stage_keys(stage, "P");
    stage_expect(stage, "about 25 s left");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'over','connections':3,"
                      "'result':'stopped','reason':'stopped'}");
    stage_expect(stage, "broken off");
}
END_TEST

/* Nothing is offered that would not work. */
START_TEST(nothing_was_asked)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_SMALL);
    stage_keys(stage, "7 Enter");
    stage_expect(stage, "nothing is here to be opened");
    stage_keys(stage, "T");
    stage_expect(stage, "nothing here can be asked: D asks all");
    stage_keys(stage, "W");
    stage_expect(stage, "nothing here can be asked: D asks all");
    stage_keys(stage, "j");
    stage_expect(stage, "nothing was asked yet: D asks what is accepted");
    stage_expect_none(stage, "0 accepted");
}
END_TEST

/* From one weak row to the next, around the end. */
START_TEST(weak_rows_are_found)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "j 7 e");
    stage_expect_row(stage, "> DHE_RSA_AES_128_CBC_SHA");
    stage_keys(stage, "e e");
    stage_expect_row(stage, "> RSA_RC4_128_SHA");
    stage_keys(stage, "E E E");
    stage_expect_row(stage, "> (the version itself)");
    stage_keys(stage, "Tab e");
    stage_expect(stage, "nothing weak is accepted here");
}
END_TEST

/* The cursor stands on the first version, however late that is heard of; a cell that was acted on
 * keeps it. */
START_TEST(columns_come_up)
{
#define VERSION(which)                                                                             \
    "{'fact':'answer','at':1,'endpoint':'1','question':'version','items':['" which "'],"           \
    "'answer':'yes'}"
    g_autoptr(Stage) stage = stage_new(NULL, (StageSize)STAGE_SMALL);
    stage_fold(stage, "{'fact':'endpoint','at':1,'endpoint':'1','target':'a:1','host':'a','port':1,"
                      "'transport':'tcp','entry':'tls','named':true}");
    stage_fold(stage, "{'fact':'dive','at':1,'endpoint':'1','event':'begun','depth':'full'}");
    stage_fold(stage, VERSION("TLS 1.1"));
    stage_keys(stage, "7");
    stage_expect_row(stage, "[yes]");
    stage_fold(stage, VERSION("TLS 1.2"));
    stage_expect_row(stage, "[yes] yes");
    stage_keys(stage, "R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "[\"TLS 1.2\"]"));
    stage_fold(stage, VERSION("TLS 1.3"));
    stage_expect_row(stage, "yes [yes] yes");
}
END_TEST

/* Where it was accepted one sees it turn: the row stays, and the cursor on it. */
START_TEST(a_row_that_turns_stays)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "7 / RSA_AES_128_GCM_SHA256 Enter n");
    stage_expect_row(stage, "> RSA_AES_128_GCM_SHA256              -   [yes] -");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'suite','version':"
                      "'TLS 1.2','items':['TLS_RSA_WITH_AES_128_GCM_SHA256'],'answer':'no'}");
    stage_expect_row(stage, "> RSA_AES_128_GCM_SHA256              -   [no]  -");
    stage_keys(stage, "t t");
    g_autofree char *text = stage_draw(stage);
    ck_assert_ptr_null(strstr(text, " RSA_AES_128_GCM_SHA256"));
}
END_TEST

/* Asked of TLS 1.3 apart, it is one row all the same. */
START_TEST(a_trait_is_one_row)
{
#define GREASE(code, version)                                                                      \
    "{'fact':'answer','at':9,'endpoint':'1','question':'behaviour','version':'" version "',"       \
    "'items':['" code "'],'answer':'yes'}"
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_LARGE);
    stage_fold(stage, GREASE("grease-tls13", "TLS 1.3"));
    stage_fold(stage, GREASE("grease", "TLS 1.2"));
    stage_keys(stage, "7 S-Tab / GREASE Enter");
    stage_expect_row(stage, "tolerates GREASE                     ·   [yes] yes");
    stage_expect(stage, "[rest 13]");
}
END_TEST

/* However many suites share it. */
START_TEST(a_prime_is_one_row)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_LARGE);
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'dh','version':'TLS 1.2',"
                      "'items':['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',"
                      "'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'],'answer':'yes','value':"
                      "'2048 bits, ffdhe2048, generator 2'}");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'dh','version':'TLS 1.1',"
                      "'items':['TLS_DHE_RSA_WITH_AES_128_CBC_SHA'],'answer':'yes','value':"
                      "'2048 bits, ffdhe2048, generator 2'}");
    stage_keys(stage, "7 S-Tab");
    stage_expect(stage, "[rest 13]");
    stage_keys(stage, "/ ffdhe Enter");
    stage_expect_row(stage, "DH      2048 bits, ffdhe2048, generator 2");
    stage_expect_row(stage, "2 suites");
    stage_expect(stage, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_256_GCM_SHA384");
}
END_TEST

/* Where two configurations answer, a cell says which of them alone accepts it, and how often. */
START_TEST(a_cell_says_which_configuration)
{
    g_autoptr(Stage) stage = stage_new("two", (StageSize)STAGE_LARGE);
    stage_keys(stage, "7 / ECDHE_ECDSA_AES_128_GCM Enter");
    stage_expect_row(stage, "[1st]");
    stage_expect(stage, "yes, but by the first of two configurations alone, 1 of 2 times");
    stage_keys(stage, "/ ECDHE_RSA_CHACHA Enter");
    stage_expect_row(stage, "[2nd]");
    stage_expect(stage, "yes, but by the second of two configurations alone, 13 of 25 times");
    /* nobody knows which */
    stage_keys(stage, "Esc j 7");
    stage_expect_row(stage, "[some]");
    stage_expect(stage, "TLS 1.3: not every time, 27 of 52 times");
}
END_TEST

START_TEST(two_endpoints_beside_each_other)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)STAGE_SMALL);
    stage_keys(stage, "j Space g 7 =");
    stage_expect(stage, "yes/no");
    stage_expect(stage, "www.example.com:443 / old.example.com:443 > accepts");
    stage_expect(stage, "t: only what differs");
    stage_expect(stage, "old.example.com:443: no, connection 2: alert 70");
    stage_keys(stage, "Right Right Right Right");
    stage_expect_row(stage, "no/yes no/yes[no]");
    stage_expect(stage, "old.example.com:443: no, connection");
    /* all rows, differences only, and all again */
    stage_keys(stage, "j");
    stage_expect_row(stage, "(an order of its own)");
    stage_keys(stage, "Tab t");
    stage_expect(stage, "t: all");
    stage_expect_row(stage, "X25519MLKEM768");
    stage_keys(stage, "t S-Tab");
    stage_expect(stage, "RSA_3DES_EDE_CBC_SHA");
    stage_keys(stage, "Tab Tab S-Tab");
    stage_expect(stage, "yes/.");
    stage_keys(stage, "=");
    stage_expect(stage, "t: refused too");
    /* where there is room nothing is cut */
    stage_resize(stage, (StageSize)STAGE_LARGE);
    stage_keys(stage, "S-Tab = / RC4 Enter");
    stage_expect_row(stage, "no/some");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("accepts");
    TCase *all = tcase_create("accepts");
    tcase_set_timeout(all, 300);
    tcase_add_test(all, a_cell_opens_its_proof);
    tcase_add_test(all, one_cell_is_asked_again);
    tcase_add_test(all, a_cell_is_watched);
    tcase_add_test(all, a_question_asked_many_times);
    tcase_add_test(all, certificates_tell_tries_apart);
    tcase_add_test(all, cells_fill_in_live);
    tcase_add_test(all, nothing_was_asked);
    tcase_add_test(all, weak_rows_are_found);
    tcase_add_test(all, columns_come_up);
    tcase_add_test(all, a_row_that_turns_stays);
    tcase_add_test(all, a_trait_is_one_row);
    tcase_add_test(all, a_prime_is_one_row);
    tcase_add_test(all, a_cell_says_which_configuration);
    tcase_add_test(all, two_endpoints_beside_each_other);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
