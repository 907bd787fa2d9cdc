/* Views against stored screens, by keys. With UPDATE_SCREENS=1 in the environment the screens are
 * written anew. */
#include "tests/check.h"
#include "tests/front/ui/stage.h"

#include <string.h>

typedef struct Screen {
    const char *name; /* of its file below screens/ */
    const char *stream;
    StageSize size;
    const char *keys;
} Screen;

#define SMALL                                                                                      \
    {                                                                                              \
        24, 80, false                                                                              \
    }
#define LARGE                                                                                      \
    {                                                                                              \
        40, 120, true                                                                              \
    }

static const Screen screens[] = {
    {"endpoints-80", "live", SMALL, ""},
    {"endpoints-120", "live", LARGE, ""},
    {"endpoints-40x8", "live", {8, 40, false}, ""},
    {"endpoints-closed", "live", SMALL, "t"},
    {"endpoints-filter", "many", SMALL, "f !ok Enter"},
    {"endpoints-search", "many", SMALL, "/ alert Enter"},
    {"endpoints-sorted", "many", SMALL, "> > > > > > > > > I"},
    {"endpoints-marked", "many", SMALL, "Space Space j Space"},
    {"endpoints-openssl", "many", SMALL, "i"},
    {"endpoints-many-80", "many", SMALL, "j j j j"},
    {"endpoints-many-120", "many", LARGE, "j j"},
    {"endpoints-retry-120", "many", LARGE, "j j z 2"},
    {"endpoints-empty", NULL, SMALL, ""},
    {"sort-menu", "many", SMALL, "o"},
    {"add-refused", "live", SMALL, "A what! Enter"},
    {"prompt", "live", SMALL, ": se Tab"},
    {"quit", "live", SMALL, "q"},
    {"handshake-80", "live", SMALL, "Enter z"},
    {"handshake-120", "many", LARGE, "2 z"},
    {"handshake-alert", "many", SMALL, "/ old Enter Enter z"},
    {"negotiated-80", "live", SMALL, "3"},
    {"certificate-pane-80", "live", SMALL, "j z Tab Tab Tab"},
    {"message-80", "live", SMALL, "Enter z / Client Enter Enter"},
    {"message-120", "live", LARGE, "Enter z / Client Enter Enter j j j"},
    {"certificate-80", "live", SMALL, "4 Enter / smtp Enter"},
    {"certificate-120", "live", LARGE, "4 4 Enter / subjectAlt Enter"},
    {"certificate-bytes-120", "live", LARGE, "4 4 Enter / smtp Enter Enter Right Right"},
    {"certificate-chain-120", "live", LARGE, "4 4 j"},
    {"certificate-root-80", "live", SMALL, "4 j j"},
    {"copy-menu-80", "live", SMALL, "4 Enter / notAfter Enter C"},
    {"findings-80", "many", SMALL, "5"},
    {"findings-120", "many", LARGE, "5 5"},
    {"dive-80", "dive", SMALL, "G"},
    {"dive-negotiated-80", "dive", SMALL, "3"},
    {"dive-120", "dive", LARGE, "G"},
    {"accepts-80", "dive", SMALL, "7"},
    {"accepts-120", "dive", LARGE, "j 7 j j j j j Right"},
    {"accepts-refused-120", "dive", LARGE, "7 t i"},
    {"accepts-groups-80", "dive", SMALL, "7 Tab"},
    {"accepts-rest-120", "dive", LARGE, "7 S-Tab j j"},
    {"accepts-strength-80", "dive", SMALL, "j 7 :sort Space strength Enter G"},
    {"accepts-live-80", "dive", SMALL, "G 7"},
    {"accepts-none-80", "many", SMALL, "7"},
    {"accepts-two-80", "dive", SMALL, "j 7 = 1"},
    {"accepts-40x10", "dive", {10, 40, false}, "j 7 j j"},
    {"connection-80", "dive", SMALL, "j 7 j j j j j Right Enter"},
    {"help-accepts-80", "dive", SMALL, "7 ?"},
    {"log-80", "live", SMALL, "6"},
    {"help-80", "live", SMALL, "?"},
    {"help-120", "live", LARGE, "4 4 ?"},
};

static char *screen_path(const char *name)
{
    const char *directory = g_getenv("srcdir");
    return g_strdup_printf("%s/tests/front/ui/screens/%s.txt", directory ? directory : ".", name);
}

static Stage *play(const Screen *screen)
{
    Stage *stage = stage_new(screen->stream, screen->size);
    stage_keys(stage, screen->keys);
    return stage;
}

/* Fails with the first line that differs. */
static void same_screen(const char *name, const char *is, const char *wanted)
{
    g_auto(GStrv) left = g_strsplit(is, "\n", -1);
    g_auto(GStrv) right = g_strsplit(wanted, "\n", -1);
    for (guint i = 0; left[i] && right[i]; i++)
        ck_assert_msg(g_str_equal(left[i], right[i]), "%s, row %u is:\n%s\nand not:\n%s", name, i,
                      left[i], right[i]);
    ck_assert_str_eq(is, wanted);
}

START_TEST(screens_are_as_stored)
{
    const Screen *screen = &screens[_i];
    g_autoptr(Stage) stage = play(screen);
    g_autofree char *text = stage_draw(stage);
    g_autofree char *path = screen_path(screen->name);
    g_autofree char *stored = NULL;
    if (g_getenv("UPDATE_SCREENS")) {
        ck_assert(g_file_set_contents(path, text, -1, NULL));
        return;
    }
    ck_assert_msg(g_file_get_contents(path, &stored, NULL, NULL), "cannot read %s", path);
    same_screen(screen->name, text, stored);
}
END_TEST

/* The cursor stands on the row that is selected, which is reversed and has the sign, or in a
 * prompt's line. */
START_TEST(the_cursor_is_on_the_selection)
{
    const Screen *screen = &screens[_i];
    g_autoptr(Stage) stage = play(screen);
    g_autofree char *row = stage_cursor_row(stage);
    const Surface *surface = stage->surface;
    const Cell *cell =
        &surface->cells[surface->cursor_row * surface->columns + surface->cursor_column];
    ck_assert_int_gt(surface->cursor_row, 0);
    bool sign = cell->selected || strstr(row, ">") || strstr(row, "▸");
    bool prompt = surface->cursor_visible && surface->cursor_row >= surface->rows - 2;
    bool plain = strstr(screen->name, "help") || strstr(screen->name, "log") ||
                 strstr(screen->name, "empty") || strstr(screen->name, "none") ||
                 strstr(screen->name, "bytes");
    ck_assert_msg(sign || prompt || plain, "%s: row %d: %s", screen->name, surface->cursor_row,
                  row);
}
END_TEST

/* In ASCII mode nothing but ASCII is drawn, whatever strangers sent. */
START_TEST(ascii_is_ascii)
{
    const Screen *screen = &screens[_i];
    Screen ascii = *screen;
    ascii.size.utf8 = false;
    g_autoptr(Stage) stage = play(&ascii);
    g_autofree char *text = stage_draw(stage);
    ck_assert_msg(g_str_is_ascii(text), "%s:\n%s", screen->name, text);
    for (const char *at = text; *at; at++)
        ck_assert(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
}
END_TEST

/* Every size: nothing crashes, and after growing back all is there again. */
START_TEST(no_size_is_too_small)
{
    const Screen *screen = &screens[_i];
    g_autoptr(Stage) stage = play(screen);
    g_autofree char *before = stage_draw(stage);
    static const StageSize sizes[] = {{1, 1, true},  {3, 200, true}, {200, 2, true},
                                      {4, 20, true}, {2, 2, false},  {5, 21, false},
                                      {9, 99, true}, {19, 100, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        stage_resize(stage, sizes[i]);
        g_autofree char *small = stage_draw(stage);
        ck_assert_ptr_nonnull(small);
    }
    stage_resize(stage, screen->size);
    g_autofree char *after = stage_draw(stage);
    same_screen(screen->name, after, before);
}
END_TEST

static void expect(Stage *stage, const char *text)
{
    g_autofree char *screen = stage_draw(stage);
    ck_assert_msg(strstr(screen, text) != NULL, "no \"%s\" in\n%s", text, screen);
}

static void expect_row(Stage *stage, const char *text)
{
    g_autofree char *row = stage_cursor_row(stage);
    ck_assert_msg(strstr(row, text) != NULL, "no \"%s\" in the row: %s", text, row);
}

START_TEST(to_the_bytes_of_a_name_and_back)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)SMALL);
    stage_keys(stage, "j");
    g_autofree char *before = stage_draw(stage);
    expect_row(stage, "443 https");
    stage_keys(stage, "4 Enter / www.ex Enter");
    expect_row(stage, "www.example.com");
    expect(stage, "dNSName");
    stage_keys(stage, "Enter");
    expect(stage, "[82 0f 77 77 77 2e");
    ck_assert(stage->surface->cursor_visible);
    stage_keys(stage, "Left");
    expect(stage, "mail.example.com");
    stage_keys(stage, "Esc Esc");
    g_autofree char *after = stage_draw(stage);
    same_screen("endpoints", after, before);
}
END_TEST

START_TEST(left_folds_then_leaves)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)SMALL);
    stage_keys(stage, "Enter z / ServerHello Enter");
    g_autofree char *before = stage_draw(stage);
    stage_keys(stage, "Enter");
    expect(stage, "> - ServerHello");
    stage_keys(stage, "j Left");
    expect_row(stage, "- ServerHello");
    stage_keys(stage, "h");
    expect_row(stage, "+ ServerHello");
    stage_keys(stage, "l l");
    expect_row(stage, "msg_type");
    stage_keys(stage, "h h Bksp");
    expect_row(stage, "ServerHello  ");
    g_autofree char *after = stage_draw(stage);
    same_screen("handshake", after, before);
    stage_keys(stage, "Left");
    expect_row(stage, "25 smtp");
}
END_TEST

START_TEST(a_finding_opens_its_proof)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)SMALL);
    stage_keys(stage, "e");
    expect_row(stage, "993 imaps");
    stage_keys(stage, "5 Enter");
    expect_row(stage, "notAfter");
    expect(stage, "[17 0d 32 36");
    stage_keys(stage, "Enter");
    expect(stage, "What");
    stage_keys(stage, "q q q");
    expect_row(stage, "993 imaps");
    ck_assert_str_eq(stage->asked->str, "");
}
END_TEST

START_TEST(the_selection_survives_arrivals)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)SMALL);
    stage_keys(stage, "j j j j");
    expect_row(stage, "> db1.example");
    int row = stage->surface->cursor_row;
    stage_fold(stage, "{'fact':'endpoint','at':1,'endpoint':'n1','target':'mail.example.com',"
                      "'host':'mail.example.com','port':21,'transport':'tcp','service':'ftp',"
                      "'entry':'starttls','protocol':'ftp','named':true}");
    expect_row(stage, "> db1.example");
    ck_assert_int_eq(stage->surface->cursor_row, row);
    stage_keys(stage, "I");
    expect_row(stage, "> db1.example");
    stage_keys(stage, "> >");
    expect_row(stage, "> db1.example");
    stage_keys(stage, "f postgres Enter");
    expect_row(stage, "> db1.example");
    stage_keys(stage, "f ^U Enter");
    expect_row(stage, "> db1.example");
}
END_TEST

START_TEST(only_capitals_ask)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)SMALL);
    for (const char *letter = "abcdefghijklmnopqrstuvwxyz"; *letter; letter++) {
        g_autofree char *keys = g_strdup_printf("%c Esc", *letter);
        stage_keys(stage, keys);
    }
    stage_keys(stage, "Enter Enter Esc Esc Esc Esc Esc");
    ck_assert_msg(!strstr(stage->asked->str, "ask") && !strstr(stage->asked->str, "add"), "%s",
                  stage->asked->str);
    stage_keys(stage, "1 U g R");
    ck_assert_str_eq(stage->asked->str, "ask e1\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "Space Space F5 X P P");
    ck_assert_str_eq(stage->asked->str, "ask e1 e2\nstop e1 e2\npause\nresume\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "A host:1! Enter");
    expect(stage, "no target: try mail.example.com:25");
    expect_row(stage, "host:1!");
    stage_keys(stage, "Bksp Enter");
    ck_assert_str_eq(stage->asked->str, "add host:1!\nadd host:1\n");
    expect_row(stage, "host:1");
    stage_keys(stage, ":again Enter");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "ask e1 e2"));
}
END_TEST

/* From a cell to the connection that proves it, and back to the cell. */
START_TEST(a_cell_opens_its_proof)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "3 G Enter");
    expect(stage, "www.example.com:443 > accepts");
    stage_keys(stage, "/ RSA_AES_128_GCM_SHA256 Enter");
    expect_row(stage, "ECDHE_RSA_AES_128_GCM_SHA256");
    stage_keys(stage, "n Enter");
    expect(stage, "RSA_AES_128_GCM_SHA256 in TLS 1.2: yes, connection 16");
    expect_row(stage, "connect 203.0.113.1:443");
    stage_keys(stage, "Esc");
    expect_row(stage, "-   [yes] -");
    stage_keys(stage, "g Right Enter");
    expect(stage, "TLS 1.1: no, 2 times alike, connection 4: alert 70 protocol_version (fatal)");
    /* Left goes from cell to cell, and from the first one back */
    stage_keys(stage, "Esc Left Left");
    expect(stage, "[yes] yes");
    stage_keys(stage, "Left");
    expect_row(stage, "all else");
}
END_TEST

START_TEST(one_cell_is_asked_again)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
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
    expect(stage, "how many times? 1 to 1000");
    g_string_truncate(stage->asked, 0);
    /* what only a whole dive asks */
    stage_keys(stage, "S-Tab G R W g Tab");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "j R");
    expect(stage, "this is asked by a dive alone (D)");
    stage_keys(stage, "T");
    expect(stage, "this is asked by a dive alone (D)");
    stage_keys(stage, "Right Right Enter");
    expect(stage, "not asked: this is asked by a dive alone (D)");
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
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "7 W");
    expect(stage, "WATCHING");
    expect(stage, "watched: asked again every second");
    ui_tick(stage->ui, 10);
    expect(stage, "watching TLS 1.3");
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
    expect_row(stage, "[no]  yes");
    ui_tick(stage->ui, 12);
    stage->model->at = 15;
    expect(stage, "watching TLS 1.3: asked 2 times, turned 1 time, 3 s ago");
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
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "7 W T 6 Enter");
    expect(stage, "TLS 1.3, asked 6 times");
    expect(stage, "asking: answers come here");
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
    expect_row(stage, ">     4  67%  ################### yes: TLS 1.3, TLS_AES_256_GCM_SHA384");
    expect(stage, "\n      1  17%  #####               no: alert 40 handshake_failure (fatal)");
    expect(stage, "\n      1  17%  #####               unknown: ");
    expect(stage, "FROM HELLO TO ANSWER: 50.2 to 58.1 ms, half within 51.0, 9 of 10 within 51.4");
    expect(stage, "\n      4       ################### 50 to 52 ms\n");
    expect(stage, "\n      0                           52 to 54 ms\n");
    expect(stage, "\n      1       #####               58 to 60 ms\n");
    expect(stage, "\n    yyyyn?\n");
    stage_fold(stage, ONE_OVER);
    expect(stage, "FROM HELLO");
    stage_keys(stage, "Enter");
    expect(stage, "accepts > connection 2");
    expect(stage, "asked 6 times: yes: TLS 1.3, TLS_AES_256");
    stage_keys(stage, "Esc j Enter");
    expect(stage, "there is nothing behind this line");
    /* again: as many times; what is watched is watched no more */
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "\"version\"} 6\n"));
    expect(stage, "asking: answers come here");
    ui_tick(stage->ui, 100);
    ck_assert_ptr_null(strstr(stage->asked->str, "} 1\n"));
    stage_keys(stage, "Esc");
    expect(stage, "[suites");
    /* from the connection one does not see the cell */
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "Enter R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "\"version\"} 1\n"));
    expect(stage, "TLS 1.3, asked 1 time");
}
END_TEST

/* Two servers behind one address may differ in nothing but their certificates. */
START_TEST(certificates_tell_tries_apart)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)LARGE);
    stage_keys(stage, "7 T 2 Enter");
    stage_fold(stage, ONE_BEGUN);
    fold_try(stage, "yes", 0.001, ",'value':'TLS 1.2','certificate':'0123456789abcdef'");
    expect(stage, "yes: TLS 1.2\n");
    fold_try(stage, "yes", 0.001, ",'value':'TLS 1.2','certificate':'fedcba9876543210'");
    expect(stage, "yes: TLS 1.2, certificate 01234567");
    expect(stage, "yes: TLS 1.2, certificate fedcba98");
}
END_TEST

/* What was known stays, marked, until it is answered anew. */
START_TEST(cells_fill_in_live)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "7");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'begun','depth':'full',"
                      "'allowed':500}");
    expect_row(stage, "[yes~]yes~");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'version','items':"
                      "['TLS 1.3'],'answer':'yes'}");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'progress','connections':1,"
                      "'in_flight':8,'left':50}");
    expect_row(stage, "[yes] yes~");
    expect(stage, "connections: 1 used, 500 allowed, 499 left");
    expect(stage, "asking: 1/51 connections");
    ck_assert(!strstr(stage_draw(stage), " s left"));
    stage_fold(stage, "{'fact':'dive','at':9.3,'endpoint':'1','event':'progress','connections':10,"
                      "'in_flight':8,'left':50}");
    expect(stage, "asking: 10/60 connections, 10 round trips, about 1.5 s left");
    stage_resize(stage, (StageSize){24, 60, false});
    expect(stage, "10 of 500 used");
    stage_resize(stage, (StageSize)SMALL);
    stage->model->at = 14;
    expect(stage, "silent for 5 s");
    stage_fold(stage, "{'fact':'alert','at':14,'endpoint':'1','connection':'1.2','direction':'in',"
                      "'level':'fatal','code':40,'name':'handshake_failure'}");
    expect(stage, "about 25 s left");
    stage_keys(stage, "P");
    expect(stage, "asking: 10/60 connections, 167 round trips, paused (P goes on)");
    stage_keys(stage, "P");
    expect(stage, "about 25 s left");
    stage_fold(stage, "{'fact':'dive','at':9,'endpoint':'1','event':'over','connections':3,"
                      "'result':'stopped','reason':'stopped'}");
    expect(stage, "broken off");
}
END_TEST

/* Nothing is offered that would not work. */
START_TEST(nothing_was_asked)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)SMALL);
    stage_keys(stage, "7 Enter");
    expect(stage, "nothing is here to be opened");
    stage_keys(stage, "T");
    expect(stage, "nothing here can be asked: D asks all");
    stage_keys(stage, "W");
    expect(stage, "nothing here can be asked: D asks all");
    stage_keys(stage, "j");
    expect(stage, "nothing was asked yet: D asks what is accepted");
    ck_assert(!strstr(stage_draw(stage), "0 accepted"));
}
END_TEST

/* From one weak row to the next, around the end. */
START_TEST(weak_rows_are_found)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "j 7 e");
    expect_row(stage, "> DHE_RSA_AES_128_CBC_SHA");
    stage_keys(stage, "e e");
    expect_row(stage, "> RSA_RC4_128_SHA");
    stage_keys(stage, "E E E");
    expect_row(stage, "> (the version itself)");
    stage_keys(stage, "Tab e");
    expect(stage, "nothing weak is accepted here");
}
END_TEST

/* The cursor stands on the first version, however late that is heard of; a cell that was acted on
 * keeps it. */
START_TEST(columns_come_up)
{
#define VERSION(which)                                                                             \
    "{'fact':'answer','at':1,'endpoint':'1','question':'version','items':['" which "'],"           \
    "'answer':'yes'}"
    g_autoptr(Stage) stage = stage_new(NULL, (StageSize)SMALL);
    stage_fold(stage, "{'fact':'endpoint','at':1,'endpoint':'1','target':'a:1','host':'a','port':1,"
                      "'transport':'tcp','entry':'tls','named':true}");
    stage_fold(stage, "{'fact':'dive','at':1,'endpoint':'1','event':'begun','depth':'full'}");
    stage_fold(stage, VERSION("TLS 1.1"));
    stage_keys(stage, "7");
    expect_row(stage, "[yes]");
    stage_fold(stage, VERSION("TLS 1.2"));
    expect_row(stage, "[yes] yes");
    stage_keys(stage, "R");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "[\"TLS 1.2\"]"));
    stage_fold(stage, VERSION("TLS 1.3"));
    expect_row(stage, "yes [yes] yes");
}
END_TEST

/* Where it was accepted one sees it turn: the row stays, and the cursor on it. */
START_TEST(a_row_that_turns_stays)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "7 / RSA_AES_128_GCM_SHA256 Enter n");
    expect_row(stage, "> RSA_AES_128_GCM_SHA256              -   [yes] -");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'suite','version':"
                      "'TLS 1.2','items':['TLS_RSA_WITH_AES_128_GCM_SHA256'],'answer':'no'}");
    expect_row(stage, "> RSA_AES_128_GCM_SHA256              -   [no]  -");
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
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)LARGE);
    stage_fold(stage, GREASE("grease-tls13", "TLS 1.3"));
    stage_fold(stage, GREASE("grease", "TLS 1.2"));
    stage_keys(stage, "7 S-Tab / GREASE Enter");
    expect_row(stage, "tolerates GREASE                     ·   [yes] yes");
    expect(stage, "[rest 8]");
}
END_TEST

/* However many suites share it. */
START_TEST(a_prime_is_one_row)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)LARGE);
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'dh','version':'TLS 1.2',"
                      "'items':['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',"
                      "'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'],'answer':'yes','value':"
                      "'2048 bits, ffdhe2048, generator 2'}");
    stage_fold(stage, "{'fact':'answer','at':9,'endpoint':'1','question':'dh','version':'TLS 1.1',"
                      "'items':['TLS_DHE_RSA_WITH_AES_128_CBC_SHA'],'answer':'yes','value':"
                      "'2048 bits, ffdhe2048, generator 2'}");
    stage_keys(stage, "7 S-Tab");
    expect(stage, "[rest 8]");
    stage_keys(stage, "/ ffdhe Enter");
    expect_row(stage, "DH      2048 bits, ffdhe2048, generator 2");
    expect_row(stage, "2 suites");
    expect(stage, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_256_GCM_SHA384");
}
END_TEST

START_TEST(two_endpoints_beside_each_other)
{
    g_autoptr(Stage) stage = stage_new("dive", (StageSize)SMALL);
    stage_keys(stage, "j Space g 7 =");
    expect(stage, "yes/no");
    expect(stage, "www.example.com:443 / old.example.com:443 > accepts");
    expect(stage, "t: only what differs");
    expect(stage, "old.example.com:443: no, connection 2: alert 70");
    stage_keys(stage, "Right Right Right Right");
    expect_row(stage, "no/yes no/yes[no]");
    expect(stage, "old.example.com:443: no, connection");
    /* all rows, differences only, and all again */
    stage_keys(stage, "j");
    expect_row(stage, "(an order of its own)");
    stage_keys(stage, "Tab t");
    expect(stage, "t: all");
    expect_row(stage, "X25519MLKEM768");
    stage_keys(stage, "t S-Tab");
    expect(stage, "RSA_3DES_EDE_CBC_SHA");
    stage_keys(stage, "Tab Tab S-Tab");
    expect(stage, "yes/.");
    stage_keys(stage, "=");
    expect(stage, "t: refused too");
    /* where there is room nothing is cut */
    stage_resize(stage, (StageSize)LARGE);
    stage_keys(stage, "S-Tab = / RC4 Enter");
    expect_row(stage, "no/some");
}
END_TEST

START_TEST(quitting_asks_while_work_runs)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)SMALL);
    stage_keys(stage, "Esc Esc Esc Left h Bksp");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "q n");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "q Enter");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "q y");
    ck_assert_str_eq(stage->asked->str, "quit\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, ": ^C");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "^C ^C");
    ck_assert_str_eq(stage->asked->str, "quit\n");
    g_string_truncate(stage->asked, 0);
    stage_keys(stage, "? Q");
    ck_assert_str_eq(stage->asked->str, "quit\n");
}
END_TEST

START_TEST(quitting_is_at_once_when_idle)
{
    g_autoptr(Stage) stage = stage_new(NULL, (StageSize)SMALL);
    stage_keys(stage, "? q");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "q");
    ck_assert_str_eq(stage->asked->str, "quit\n");
    ck_assert(ui_next_tick(stage->ui) == 0);
}
END_TEST

START_TEST(things_can_be_taken_away)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)SMALL);
    stage_keys(stage, "c");
    ck_assert_str_eq(stage->copied, "mail.example.com:25");
    expect(stage, "19 bytes sent (OSC 52)");
    stage_keys(stage, "4 Enter / notAfter Enter c");
    ck_assert_str_eq(stage->copied, "2026-11-20 22:00:00 UTC");
    stage_keys(stage, "C 3");
    ck_assert(g_str_has_prefix(stage->copied, "-----BEGIN CERTIFICATE-----\nMII"));
    ck_assert(g_str_has_suffix(stage->copied, "\n-----END CERTIFICATE-----\n"));
    stage_keys(stage, "C j j j j Enter");
    ck_assert_uint_eq(strlen(stage->copied), 95);
    stage_keys(stage, "w new.pem Enter");
    ck_assert(g_str_has_prefix(stage->written, "-----BEGIN"));
    stage_keys(stage, "w old.txt Enter n");
    ck_assert(g_str_has_prefix(stage->written, "-----BEGIN"));
    stage_keys(stage, "w old.txt Enter y");
    ck_assert(g_str_has_prefix(stage->written, "Certificate "));
    ck_assert_ptr_nonnull(strstr(stage->written, "smtp.example.com"));
    stage_keys(stage, "1 :write Space list.txt Enter");
    ck_assert(g_str_has_prefix(stage->written, "PORT SERVICE"));
}
END_TEST

START_TEST(prompts_take_every_letter)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)SMALL);
    stage_keys(stage, "f qQXRAPh? Enter");
    ck_assert_str_eq(stage->asked->str, "");
    expect(stage, "filter: qQXRAPh?");
    expect(stage, "nothing matches");
    stage_keys(stage, "f ^U Enter : nonsense Enter");
    expect(stage, "there is no command :nonsense");
    stage_keys(stage, "Esc :hex Enter");
    expect(stage, ":hex does nothing here");
    stage_keys(stage, "Esc / zebra Enter");
    expect(stage, "not found: zebra");
}
END_TEST

START_TEST(what_strangers_send_is_escaped)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)LARGE);
    stage_keys(stage, "/ db1 Enter");
    expect(stage, "SSH-2.0-OpenSSH_9.2 \\x1b]0;owned\\x07");
    expect(stage, "\\u{202e}gnp");
    for (int i = 0; i < stage->surface->rows * stage->surface->columns; i++)
        ck_assert(!strchr(stage->surface->cells[i].text, 0x1b));
}
END_TEST

START_TEST(clicks_move_and_open)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)SMALL);
    stage_keys(stage, "M");
    ck_assert(ui_mouse(stage->ui));
    ui_mouse_press(stage->ui, 4, 10);
    expect_row(stage, "465 submissions");
    ui_mouse_press(stage->ui, 0, 0);
    ui_mouse_press(stage->ui, 23, 5);
    expect_row(stage, "465 submissions");
    ui_mouse_press(stage->ui, 4, 10);
    stage_keys(stage, "Esc");
    expect_row(stage, "465 submissions");
}
END_TEST

/* Any keys at any sizes, from a fixed seed. */
START_TEST(random_keys_at_random_sizes)
{
    static const char *const streams[] = {"live", "many", "dive", NULL};
    static const Key special[] = {KEY_ARROW_UP, KEY_ARROW_DOWN, KEY_ARROW_LEFT, KEY_ARROW_RIGHT,
                                  KEY_PAGE_UP,  KEY_PAGE_DOWN,  KEY_FIRST,      KEY_LAST,
                                  KEY_BACK,     KEY_TAB_BACK,   KEY_TABULATOR,  KEY_RETURN,
                                  KEY_RETURN,   KEY_ESC,        KEY_SPACE,      KEY_FUNCTION + 5};
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32)(20261124 + _i));
    g_autoptr(Stage) stage =
        stage_new(streams[_i % 4], (StageSize){24, 80, g_rand_boolean(random)});
    for (int step = 0; step < 800; step++) {
        if (g_rand_int_range(random, 0, 40) == 0)
            stage_resize(stage,
                         (StageSize){g_rand_int_range(random, 1, 41),
                                     g_rand_int_range(random, 1, 131), g_rand_boolean(random)});
        bool named = g_rand_int_range(random, 0, 3) == 0;
        Key key = named ? special[g_rand_int_range(random, 0, G_N_ELEMENTS(special))]
                        : (Key)g_rand_int_range(random, 1, 127);
        ui_key(stage->ui, key);
        if (g_rand_int_range(random, 0, 50) == 0)
            ui_mouse_press(stage->ui, g_rand_int_range(random, -2, 45),
                           g_rand_int_range(random, -2, 140));
        g_autofree char *text = stage_draw(stage);
        ck_assert_ptr_nonnull(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("views");
    TCase *all = tcase_create("views");
    int count = (int)G_N_ELEMENTS(screens);
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, screens_are_as_stored, 0, count);
    tcase_add_loop_test(all, the_cursor_is_on_the_selection, 0, count);
    tcase_add_loop_test(all, ascii_is_ascii, 0, count);
    tcase_add_loop_test(all, no_size_is_too_small, 0, count);
    tcase_add_test(all, to_the_bytes_of_a_name_and_back);
    tcase_add_test(all, left_folds_then_leaves);
    tcase_add_test(all, a_finding_opens_its_proof);
    tcase_add_test(all, the_selection_survives_arrivals);
    tcase_add_test(all, only_capitals_ask);
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
    tcase_add_test(all, two_endpoints_beside_each_other);
    tcase_add_test(all, quitting_asks_while_work_runs);
    tcase_add_test(all, quitting_is_at_once_when_idle);
    tcase_add_test(all, things_can_be_taken_away);
    tcase_add_test(all, prompts_take_every_letter);
    tcase_add_test(all, what_strangers_send_is_escaped);
    tcase_add_test(all, clicks_move_and_open);
    tcase_add_loop_test(all, random_keys_at_random_sizes, 0, 12);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
