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

static const Screen screens[] = {
    {"endpoints-80", "live", STAGE_SMALL, ""},
    {"endpoints-120", "live", STAGE_LARGE, ""},
    {"endpoints-40x8", "live", {8, 40, false}, ""},
    {"endpoints-closed", "live", STAGE_SMALL, "t"},
    {"endpoints-filter", "many", STAGE_SMALL, "f !ok Enter"},
    {"endpoints-search", "many", STAGE_SMALL, "/ alert Enter"},
    {"endpoints-sorted", "many", STAGE_SMALL, "> > > > > > > > > I"},
    {"endpoints-marked", "many", STAGE_SMALL, "Space Space j Space"},
    {"endpoints-openssl", "many", STAGE_SMALL, "i"},
    {"endpoints-many-80", "many", STAGE_SMALL, "j j j j"},
    {"endpoints-many-120", "many", STAGE_LARGE, "j j"},
    {"endpoints-retry-120", "many", STAGE_LARGE, "j j z 2"},
    {"endpoints-empty", NULL, STAGE_SMALL, ""},
    {"sort-menu", "many", STAGE_SMALL, "o"},
    {"add-refused", "live", STAGE_SMALL, "A what! Enter"},
    {"prompt", "live", STAGE_SMALL, ": se Tab"},
    {"quit", "live", STAGE_SMALL, "q"},
    {"handshake-80", "live", STAGE_SMALL, "Enter z"},
    {"handshake-120", "many", STAGE_LARGE, "2 z"},
    {"handshake-alert", "many", STAGE_SMALL, "/ old Enter Enter z"},
    {"negotiated-80", "live", STAGE_SMALL, "3"},
    {"certificate-pane-80", "live", STAGE_SMALL, "j z Tab Tab Tab"},
    {"message-80", "live", STAGE_SMALL, "Enter z / Client Enter Enter"},
    {"message-120", "live", STAGE_LARGE, "Enter z / Client Enter Enter j j j"},
    {"certificate-80", "live", STAGE_SMALL, "4 Enter / smtp Enter"},
    {"certificate-120", "live", STAGE_LARGE, "4 4 Enter / subjectAlt Enter"},
    {"certificate-bytes-120", "live", STAGE_LARGE, "4 4 Enter / smtp Enter Enter Right Right"},
    {"certificate-chain-120", "live", STAGE_LARGE, "4 4 j"},
    {"certificate-40x10", "live", {10, 40, false}, "4 4 s"},
    {"certificate-200x60", "live", {60, 200, true}, "4 4 s j"},
    {"certificate-1x1", "live", {1, 1, true}, "4 4 s"},
    {"paths-120", "paths", STAGE_LARGE, "4 4 z"},
    {"paths-80", "paths", STAGE_SMALL, "4 4 z G"},
    {"paths-200x60", "paths", {60, 200, true}, "4 4"},
    {"differences-80", "live", STAGE_SMALL, "4 4 = 1"},
    {"differences-120", "live", STAGE_LARGE, "4 4 = 1 j"},
    {"certificate-root-80", "live", STAGE_SMALL, "4 j j"},
    {"copy-menu-80", "live", STAGE_SMALL, "4 Enter / notAfter Enter C"},
    {"findings-80", "many", STAGE_SMALL, "5"},
    {"findings-120", "many", STAGE_LARGE, "5 5"},
    {"dive-80", "dive", STAGE_SMALL, "G"},
    {"dive-negotiated-80", "dive", STAGE_SMALL, "3"},
    {"dive-120", "dive", STAGE_LARGE, "G"},
    {"accepts-80", "dive", STAGE_SMALL, "7"},
    {"accepts-120", "dive", STAGE_LARGE, "j 7 j j j j j Right"},
    {"accepts-refused-120", "dive", STAGE_LARGE, "7 t i"},
    {"accepts-groups-80", "dive", STAGE_SMALL, "7 Tab"},
    {"accepts-rest-120", "dive", STAGE_LARGE, "7 S-Tab j j"},
    {"accepts-stack-120", "dive", STAGE_LARGE, "7 S-Tab G k k k k k k k k"},
    {"accepts-strength-80", "dive", STAGE_SMALL, "j 7 :sort Space strength Enter G"},
    {"accepts-live-80", "dive", STAGE_SMALL, "G 7"},
    {"accepts-none-80", "many", STAGE_SMALL, "7"},
    {"accepts-two-80", "dive", STAGE_SMALL, "j 7 = 1"},
    {"accepts-sides-80", "two", STAGE_SMALL, "7 j j j j j Right"},
    {"accepts-some-120", "two", STAGE_LARGE, "j 7 Tab j j"},
    {"findings-sides-80", "two", STAGE_SMALL, "5 j"},
    {"accepts-40x10", "dive", {10, 40, false}, "j 7 j j"},
    {"connection-80", "dive", STAGE_SMALL, "j 7 j j j j j Right Enter"},
    {"help-accepts-80", "dive", STAGE_SMALL, "7 ?"},
    {"inventory-80", "inventory", STAGE_SMALL, "8 j j"},
    {"inventory-120", "inventory", STAGE_LARGE, "8 / pay Enter"},
    {"inventory-40x10", "inventory", {10, 40, false}, "8 j"},
    {"inventory-keys-80", "inventory", STAGE_SMALL, "8 t / Enter"},
    {"inventory-issuers-120", "inventory", STAGE_LARGE, "8 t t Enter j"},
    {"inventory-tree-80", "inventory", STAGE_SMALL, "8 t t t"},
    {"inventory-filter-80", "inventory", STAGE_SMALL,
     "8 f days<30 Space and Space issuer~\"E7\" Enter"},
    {"inventory-fault-80", "inventory", STAGE_SMALL, "8 f days<30 Space and Space isuer~E7 Enter"},
    {"endpoints-filter-days", "inventory", STAGE_SMALL,
     "f days<30 Space and Space trusted=no Enter"},
    {"filter-fields-80", "inventory", STAGE_SMALL, "8 f days<30 Space and Space s Tab"},
    {"ends-80", "inventory", STAGE_SMALL, "9 j j"},
    {"ends-120", "inventory", STAGE_LARGE, ": at Space 2027-01-05 Enter 9 j j j"},
    {"ends-40x10", "inventory", {10, 40, false}, "9 j"},
    {"clock-80", "inventory", STAGE_SMALL, "} } }"},
    {"clock-inventory-80", "inventory", STAGE_SMALL, "8 : later Space 4 Enter"},
    {"inventory-empty-none", NULL, STAGE_SMALL, "8"},
    {"help-inventory-80", "inventory", STAGE_SMALL, "8 ?"},
    {"log-80", "live", STAGE_SMALL, "6"},
    {"help-80", "live", STAGE_SMALL, "?"},
    {"help-120", "live", STAGE_LARGE, "4 4 ?"},
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
    if (surface->rows == 1)
        return;
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

START_TEST(to_the_bytes_of_a_name_and_back)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "j");
    g_autofree char *before = stage_draw(stage);
    stage_expect_row(stage, "443 https");
    stage_keys(stage, "4 Enter / www.ex Enter");
    stage_expect_row(stage, "www.example.com");
    stage_expect(stage, "dNSName");
    stage_keys(stage, "Enter");
    stage_expect(stage, "[82 0f 77 77 77 2e");
    ck_assert(stage->surface->cursor_visible);
    stage_keys(stage, "Left");
    stage_expect(stage, "mail.example.com");
    stage_keys(stage, "Esc Esc");
    g_autofree char *after = stage_draw(stage);
    same_screen("endpoints", after, before);
}
END_TEST

/* Six keys, from the table of endpoints to the bytes of the third name, and three back. */
START_TEST(six_keys_to_the_bytes_of_the_third_name)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "j");
    g_autofree char *before = stage_draw(stage);
    stage_keys(stage, "4 4 s j j");
    stage_expect_row(stage, "*.shop.example.com");
    stage_expect(stage, "[82 12 2a 2e 73  68 6f 70");
    stage_keys(stage, "Enter");
    stage_expect(stage, "[82 12 2a 2e 73  68 6f 70");
    ck_assert(stage->surface->cursor_visible);
    stage_keys(stage, "Esc Esc");
    stage_keys(stage, "1");
    g_autofree char *after = stage_draw(stage);
    same_screen("endpoints", after, before);
}
END_TEST

START_TEST(bytes_are_searched_for)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_LARGE);
    stage_keys(stage, "4 4 / 0x55 Space 1d Space 11 Enter");
    stage_expect(stage, "▸ leaf ▸ extnID");
    ck_assert(stage->surface->cursor_visible);
    stage_expect_row(stage, "55 1d 11");
    stage_keys(stage, "/ 0x30 Enter n");
    g_autofree char *first = stage_cursor_row(stage);
    stage_keys(stage, "n N");
    g_autofree char *again = stage_cursor_row(stage);
    ck_assert_str_eq(first, again);
    stage_keys(stage, "/ 0xffffffff Enter");
    stage_expect(stage, "not found: 0xffffffff");
}
END_TEST

START_TEST(values_go_aside_and_wrap)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_LARGE);
    stage_keys(stage, "4 4 / signatureValue Enter");
    g_autofree char *row = stage_cursor_row(stage);
    stage_keys(stage, "L L");
    g_autofree char *moved = stage_cursor_row(stage);
    ck_assert_str_ne(row, moved);
    stage_keys(stage, "H H H");
    g_autofree char *back = stage_cursor_row(stage);
    ck_assert_str_eq(row, back);
    stage_keys(stage, "z ^W");
    stage_expect_row(stage, "signatureValue");
    g_autofree char *wrapped = stage_cursor_row(stage);
    ck_assert_ptr_null(strstr(wrapped, "…"));
    stage_keys(stage, "^W");
    stage_expect_row(stage, "…");
}
END_TEST

START_TEST(what_a_field_is_about_can_be_read_whole)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "4 4 s Tab Tab");
    stage_expect(stage, "about this field");
    stage_keys(stage, "z");
    stage_expect(stage, "18 bytes at ");
    stage_expect_none(stage, "subjectAltName");
    stage_keys(stage, "Esc h");
    stage_expect_row(stage, "mail.example.com");
}
END_TEST

/* Each store by its letter, branches, and what speaks against a step. */
START_TEST(paths_are_a_tree)
{
    g_autoptr(Stage) stage = stage_new("paths", (StageSize)STAGE_LARGE);
    stage_keys(stage, "4 4 z");
    stage_keys(stage, "z");
    stage_expect(stage, "GnuTLS differs in: serial");
    stage_keys(stage, "z");
    stage_expect(stage, "A system: yes, until 2027-01-04");
    stage_expect(stage, "B mozilla: NO");
    stage_expect(stage, "not needed");
    stage_expect(stage, "sent before");
    stage_keys(stage, "/ elsewhere Enter");
    stage_expect_row(stage, "Example Root CA");
    stage_keys(stage, "j");
    stage_expect_row(stage, "Example Legacy Root");
    stage_expect_row(stage, "in store NN-");
    stage_expect(stage, "REVOKED since 2026-11-01");
    stage_expect(stage, "NOT met 1 of 2 timestamps");
    stage_expect(stage, "DANE-EE SPKI SHA-256  holds");
    stage_keys(stage, "z");
    stage_expect(stage, "its bytes are not here");
}
END_TEST

START_TEST(a_later_answer_takes_the_place_of_an_earlier_one)
{
    g_autoptr(Stage) stage = stage_new("paths", (StageSize)STAGE_LARGE);
    stage_fold(stage,
               "{'fact':'revocation','at':1,'endpoint':'e1','connection':'e1.1','certificate':"
               "'c48858b27a6af5e9f23a22e07b06f8e3b5e3c20ad693bf7fa7e2991608b7b266','from':'crl',"
               "'url':'http://crl.example.net/root.crl','status':'unknown','faults':[]}");
    stage_keys(stage, "4 4 z");
    stage_expect(stage, "Example Issuing CA 2, CRL: unknown");
    stage_expect_none(stage, "REVOKED");
}
END_TEST

START_TEST(two_certificates_are_compared)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_LARGE);
    stage_keys(stage, "4 4 = 1");
    stage_expect(stage, "two certificates: what differs");
    stage_expect(stage, "- 2026-11-20 22:00:00 UTC");
    stage_expect(stage, "+ 2027-01-04 00:00:00 UTC");
    stage_keys(stage, "/ www.example Enter");
    stage_expect_row(stage, "dNSName  added");
    stage_keys(stage, "Enter");
    stage_expect_row(stage, "www.example.com");
    stage_keys(stage, "q");
    stage_expect_row(stage, "dNSName  added");
    stage_keys(stage, "q Space ] = ");
    stage_expect(stage, "Example Issuing CA 2 1203d");
    stage_expect(stage, "subjectAltName  added");
    stage_keys(stage, "q [ Space = Esc");
    stage_expect_none(stage, "two certificates");
}
END_TEST

START_TEST(left_folds_then_leaves)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "Enter z / ServerHello Enter");
    g_autofree char *before = stage_draw(stage);
    stage_keys(stage, "Enter");
    stage_expect(stage, "> - ServerHello");
    stage_keys(stage, "j Left");
    stage_expect_row(stage, "- ServerHello");
    stage_keys(stage, "h");
    stage_expect_row(stage, "+ ServerHello");
    stage_keys(stage, "l l");
    stage_expect_row(stage, "msg_type");
    stage_keys(stage, "h h Bksp");
    stage_expect_row(stage, "ServerHello  ");
    g_autofree char *after = stage_draw(stage);
    same_screen("handshake", after, before);
    stage_keys(stage, "Left");
    stage_expect_row(stage, "25 smtp");
}
END_TEST

START_TEST(a_finding_opens_its_proof)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "e");
    stage_expect_row(stage, "993 imaps");
    stage_keys(stage, "5 Enter");
    stage_expect_row(stage, "notAfter");
    stage_expect(stage, "[17 0d 32 36");
    stage_keys(stage, "Enter");
    stage_expect(stage, "What");
    stage_keys(stage, "q q q");
    stage_expect_row(stage, "993 imaps");
    ck_assert_str_eq(stage->asked->str, "");
}
END_TEST

START_TEST(the_selection_survives_arrivals)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_SMALL);
    stage_keys(stage, "j j j j");
    stage_expect_row(stage, "> db1.example");
    int row = stage->surface->cursor_row;
    stage_fold(stage, "{'fact':'endpoint','at':1,'endpoint':'n1','target':'mail.example.com',"
                      "'host':'mail.example.com','port':21,'transport':'tcp','service':'ftp',"
                      "'entry':'starttls','protocol':'ftp','named':true}");
    stage_expect_row(stage, "> db1.example");
    ck_assert_int_eq(stage->surface->cursor_row, row);
    stage_keys(stage, "I");
    stage_expect_row(stage, "> db1.example");
    stage_keys(stage, "> >");
    stage_expect_row(stage, "> db1.example");
    stage_keys(stage, "f postgres Enter");
    stage_expect_row(stage, "> db1.example");
    stage_keys(stage, "f ^U Enter");
    stage_expect_row(stage, "> db1.example");
}
END_TEST

/* The lines of a long list stay while objects are added; what changes them makes them anew. */
START_TEST(files_grow_and_change)
{
    static const char *const facts[] = {
        "{'fact':'object','file':'f1','index':1,'kind':'parameters','name':'first'}",
        "{'fact':'object','file':'f1','index':2,'kind':'parameters','name':'second'}",
        "{'fact':'file','file':'f1','path':'one.pem','objects':2,'size':9}",
        "{'fact':'object','file':'f2','index':1,'kind':'parameters','name':'third'}",
        "{'fact':'object','file':'f1','index':3,'kind':'parameters','name':'late'}",
        "{'fact':'object','file':'f1','index':1,'kind':'parameters','name':'again'}",
    };
    static const char *const shown[] = {"first", "second", "one.pem", "third", "late", "again"};
    g_autoptr(Stage) stage = stage_new(NULL, (StageSize)STAGE_LARGE);
    ui_show_files(stage->ui);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        stage_fold(stage, facts[i]);
        stage_expect(stage, shown[i]);
    }
    g_autofree char *screen = stage_draw(stage);
    ck_assert_ptr_null(strstr(screen, "second"));
    ck_assert_ptr_null(strstr(strstr(screen, "third") + 1, "third"));
}
END_TEST

START_TEST(only_capitals_ask)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_SMALL);
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
    stage_expect(stage, "no target: try mail.example.com:25");
    stage_expect_row(stage, "host:1!");
    stage_keys(stage, "Bksp Enter");
    ck_assert_str_eq(stage->asked->str, "add host:1!\nadd host:1\n");
    stage_expect_row(stage, "host:1");
    stage_keys(stage, ":again Enter");
    ck_assert_ptr_nonnull(strstr(stage->asked->str, "ask e1 e2"));
}
END_TEST

START_TEST(quitting_asks_while_work_runs)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_SMALL);
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
    g_autoptr(Stage) stage = stage_new(NULL, (StageSize)STAGE_SMALL);
    stage_keys(stage, "? q");
    ck_assert_str_eq(stage->asked->str, "");
    stage_keys(stage, "q");
    ck_assert_str_eq(stage->asked->str, "quit\n");
    ck_assert(ui_next_tick(stage->ui) == 0);
}
END_TEST

START_TEST(things_can_be_taken_away)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "c");
    ck_assert_str_eq(stage->copied, "mail.example.com:25");
    stage_expect(stage, "19 bytes sent (OSC 52)");
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
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_SMALL);
    stage_keys(stage, "f qQXRAPh? Enter");
    ck_assert_str_eq(stage->asked->str, "");
    stage_expect(stage, "filter: qQXRAPh?");
    stage_expect(stage, "nothing matches");
    stage_keys(stage, "f ^U Enter : nonsense Enter");
    stage_expect(stage, "there is no command :nonsense");
    stage_keys(stage, "Esc :hex Enter");
    stage_expect(stage, ":hex does nothing here");
    stage_keys(stage, "Esc / zebra Enter");
    stage_expect(stage, "not found: zebra");
}
END_TEST

START_TEST(what_strangers_send_is_escaped)
{
    g_autoptr(Stage) stage = stage_new("many", (StageSize)STAGE_LARGE);
    stage_keys(stage, "/ db1 Enter");
    stage_expect(stage, "SSH-2.0-OpenSSH_9.2 \\x1b]0;owned\\x07");
    stage_expect(stage, "\\u{202e}gnp");
    for (int i = 0; i < stage->surface->rows * stage->surface->columns; i++)
        ck_assert(!strchr(stage->surface->cells[i].text, 0x1b));
}
END_TEST

/* What the filter leaves goes out, by the name of the file. */
START_TEST(tables_are_exported)
{
    g_autoptr(Stage) stage = stage_new("inventory", (StageSize)STAGE_SMALL);
    stage_keys(stage, "8 f issuer=E7 Enter w e.csv Enter");
    ck_assert(g_str_has_prefix(stage->written, "days,name,san,"));
    ck_assert_ptr_nonnull(strstr(stage->written, "\r\n58,pay.example.org,"));
    ck_assert_ptr_null(strstr(stage->written, "mail.example.com"));
    stage_keys(stage, "w e.ics Enter");
    ck_assert(g_str_has_prefix(stage->written, "BEGIN:VCALENDAR\r\n"));
    stage_keys(stage, "1 f port=25 Enter w e.csv Enter");
    ck_assert(g_str_has_prefix(stage->written, "endpoint,host,port,"));
    stage_keys(stage, "6 w e.csv Enter");
    stage_expect(stage, "nothing of this kind");
}
END_TEST

START_TEST(clicks_move_and_open)
{
    g_autoptr(Stage) stage = stage_new("live", (StageSize)STAGE_SMALL);
    stage_keys(stage, "M");
    ck_assert(ui_mouse(stage->ui));
    ui_mouse_press(stage->ui, 4, 10);
    stage_expect_row(stage, "465 submissions");
    ui_mouse_press(stage->ui, 0, 0);
    ui_mouse_press(stage->ui, 23, 5);
    stage_expect_row(stage, "465 submissions");
    ui_mouse_press(stage->ui, 4, 10);
    stage_keys(stage, "Esc");
    stage_expect_row(stage, "465 submissions");
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
    tcase_add_test(all, six_keys_to_the_bytes_of_the_third_name);
    tcase_add_test(all, bytes_are_searched_for);
    tcase_add_test(all, values_go_aside_and_wrap);
    tcase_add_test(all, what_a_field_is_about_can_be_read_whole);
    tcase_add_test(all, paths_are_a_tree);
    tcase_add_test(all, a_later_answer_takes_the_place_of_an_earlier_one);
    tcase_add_test(all, two_certificates_are_compared);
    tcase_add_test(all, left_folds_then_leaves);
    tcase_add_test(all, a_finding_opens_its_proof);
    tcase_add_test(all, the_selection_survives_arrivals);
    tcase_add_test(all, files_grow_and_change);
    tcase_add_test(all, only_capitals_ask);
    tcase_add_test(all, quitting_asks_while_work_runs);
    tcase_add_test(all, quitting_is_at_once_when_idle);
    tcase_add_test(all, things_can_be_taken_away);
    tcase_add_test(all, prompts_take_every_letter);
    tcase_add_test(all, what_strangers_send_is_escaped);
    tcase_add_test(all, tables_are_exported);
    tcase_add_test(all, clicks_move_and_open);
    tcase_add_loop_test(all, random_keys_at_random_sizes, 0, 12);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
