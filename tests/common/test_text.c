#include "common/util/text.h"

#include <string.h>

#include "tests/check.h"

START_TEST(what_acts_on_a_terminal_is_escaped)
{
    static const struct {
        const char *raw, *utf8, *ascii;
    } rows[] = {
        {"plain", "plain", "plain"},
        {"\x1b[31mred", "\\x1b[31mred", "\\x1b[31mred"},
        {"a\r\nb\tc", "a\\r\\nb\\tc", "a\\r\\nb\\tc"},
        {"\x7f\x08", "\\x7f\\x08", "\\x7f\\x08"},
        {"\xc2\x9b"
         "0m",
         "\\u{009b}0m", "\\u{009b}0m"},
        {"a\xe2\x80\xae"
         "b",
         "a\\u{202e}b", "a\\u{202e}b"},
        {"\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}", "\\u{2066}\\u{2069}"},
        {"\xe2\x80\x8b\xef\xbb\xbf", "\\u{200b}\\u{feff}", "\\u{200b}\\u{feff}"},
        {"\xe2\x80\xa8", "\\u{2028}", "\\u{2028}"},
        {"\xf3\xa0\x81\x81", "\\u{e0041}", "\\u{e0041}"},
        {"\xe3\x85\xa4", "\\u{3164}", "\\u{3164}"},
        {"\xff\xc3", "\\xff\\xc3", "\\xff\\xc3"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"},
        {"\\x1b", "\\\\x1b", "\\\\x1b"},
        {"gr\xc3\xbcn", "gr\xc3\xbcn", "gr\\u{00fc}n"},
        {"\xe4\xb8\xad", "\xe4\xb8\xad", "\\u{4e2d}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *utf8 = text_escape(rows[i].raw, -1, false);
        g_autofree char *ascii = text_escape(rows[i].raw, -1, true);
        ck_assert_str_eq(utf8, rows[i].utf8);
        ck_assert_str_eq(ascii, rows[i].ascii);
    }
    g_autofree char *nul = text_escape("a\0b", 3, false);
    ck_assert_str_eq(nul, "a\\x00b");
}
END_TEST

START_TEST(nothing_escapes_escaping)
{
    for (gunichar c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char raw[6];
        int size = g_unichar_to_utf8(c, raw);
        g_autofree char *shown = text_escape(raw, size, false);
        for (const char *at = shown; *at; at = g_utf8_next_char(at)) {
            GUnicodeType type = g_unichar_type(g_utf8_get_char(at));
            if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT)
                ck_abort_msg("U+%04X", c);
        }
    }
}
END_TEST

START_TEST(widths)
{
    ck_assert_int_eq(text_columns("abc"), 3);
    ck_assert_int_eq(text_columns("\xe4\xb8\xad\xe6\x96\x87"), 4);
    ck_assert_int_eq(text_columns("e\xcc\x81"), 1);
}
END_TEST

START_TEST(times)
{
    static const struct {
        const char *text;
        gint64 seconds;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-20T22:00:00Z", 1795212000},
        {"2000-02-29T12:34:56Z", 951827696},
        {"1950-01-01T00:00:00Z", -631152000},
        {"0000-01-01T00:00:00Z", -62167219200},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 seconds;
        ck_assert(text_to_time(rows[i].text, &seconds));
        ck_assert_int_eq(seconds, rows[i].seconds);
        g_autofree char *back = text_from_time(seconds);
        ck_assert_int_eq(strncmp(back, rows[i].text, 10), 0);
        ck_assert_int_eq(strncmp(back + 11, rows[i].text + 11, 8), 0);
    }
    static const char *const bad[] = {
        "",
        "unreadable",
        "2026-11-20",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T22:00:60Z",
        "2026-11-20T22:00:00+",
        "+026-11-20T22:00:00Z",
        "2026-11-20T22:00:00Zx",
        "2026-00-20T22:00:00Z",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        gint64 seconds;
        ck_assert_msg(!text_to_time(bad[i], &seconds), "%s", bad[i]);
    }
    for (gint64 day = -800000; day < 3000000; day += 13) {
        g_autofree char *text = text_from_time(day * 86400 + 86399);
        if (text[0] == '-' || strlen(text) != 23)
            continue;
        text[10] = 'T', text[19] = 'Z', text[20] = '\0';
        gint64 seconds;
        ck_assert_msg(text_to_time(text, &seconds), "%s", text);
        ck_assert_int_eq(seconds, day * 86400 + 86399);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *all = tcase_create("text");
    tcase_add_test(all, what_acts_on_a_terminal_is_escaped);
    tcase_add_test(all, nothing_escapes_escaping);
    tcase_add_test(all, widths);
    tcase_add_test(all, times);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
