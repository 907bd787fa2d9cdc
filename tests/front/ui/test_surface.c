/* Surfaces: cutting, wide and combining characters, clipping, and strangers' text made harmless. */
#include "front/ui/glyph.h"
#include "front/ui/surface.h"
#include "front/ui/theme.h"

#include "common/util/text.h"
#include "tests/check.h"

#include <string.h>

/* What a text leaves on a row of 20 columns. */
static char *drawn(bool utf8, int column, int width, const char *text, gssize size)
{
    g_autoptr(Surface) surface = surface_new(1, 20, utf8);
    area_text(area_cells(surface_area(surface), 0, column, width), ROLE_TEXT, text, size);
    char *shown = surface_to_text(surface);
    shown[strlen(shown) - 1] = '\0';
    return shown;
}

static void shows(const char *expected, char *shown)
{
    ck_assert_str_eq(shown, expected);
    g_free(shown);
}

START_TEST(what_does_not_fit_is_cut_with_a_sign)
{
    shows("hello", drawn(true, 0, 5, "hello", -1));
    shows("hel…", drawn(true, 0, 4, "hello", -1));
    shows("he..", drawn(false, 0, 4, "hello", -1));
    shows("..", drawn(false, 0, 2, "hello", -1));
    shows(".", drawn(false, 0, 1, "hello", -1));
    shows("                hel…", drawn(true, 16, 99, "hello", -1));
    shows("hel", drawn(true, 0, 9, "hello", 3));
    shows("", drawn(true, 0, 0, "hello", -1));
    shows("", drawn(true, 22, 5, "hello", -1));
}
END_TEST

START_TEST(strangers_text_is_harmless)
{
    shows("a\\x1b[2Jb", drawn(true, 0, 20, "a\x1b[2Jb", -1));
    shows("a\\x00b", drawn(true, 0, 20, "a\0b", 3));
    shows("\\u{202e}x", drawn(true, 0, 20, "\u202ex", -1));
    shows("\\xff", drawn(true, 0, 20, "\xff", -1));
    shows("m\\u{00fc}", drawn(false, 0, 20, "mü", -1));
    g_autoptr(Surface) surface = surface_new(1, 10, true);
    area_plain(surface_area(surface), ROLE_TEXT, "a\x1b\u202e-");
    shows("a?\?-\n", surface_to_text(surface));
    area_plain(surface_area(surface), ROLE_TEXT, "a\x9b-");
    shows("a\\x9b-\n", surface_to_text(surface));
}
END_TEST

START_TEST(wide_characters_are_never_halved)
{
    shows("日本", drawn(true, 0, 4, "日本", -1));
    shows("日…", drawn(true, 0, 3, "日本", -1));
    shows("                a日…", drawn(true, 16, 9, "a日本", -1));
    g_autoptr(Surface) surface = surface_new(1, 4, true);
    Area all = surface_area(surface);
    area_text(area_cells(all, 0, 0, 4), ROLE_TEXT, "日本", -1);
    area_text(area_cells(all, 0, 1, 1), ROLE_TEXT, "x", -1);
    shows(" x本\n", surface_to_text(surface));
    area_text(area_cells(all, 0, 2, 1), ROLE_TEXT, "y", -1);
    shows(" xy\n", surface_to_text(surface));
}
END_TEST

START_TEST(combining_characters_join_their_cell)
{
    g_autoptr(Surface) surface = surface_new(1, 3, true);
    GString *text = g_string_new("e\u0301");
    area_text(surface_area(surface), ROLE_TEXT, text->str, -1);
    ck_assert_str_eq(surface->cells[0].text, "e\u0301");
    for (int i = 0; i < 50; i++)
        g_string_append(text, "\u0301");
    g_string_append(text, "b");
    area_text(surface_area(surface), ROLE_TEXT, text->str, -1);
    ck_assert_str_eq(surface->cells[1].text, "b");
    ck_assert(g_utf8_validate(surface->cells[0].text, -1, NULL));
    area_text(surface_area(surface), ROLE_TEXT, "\u0301", -1);
    g_string_free(text, TRUE);
}
END_TEST

START_TEST(drawing_outside_does_nothing)
{
    g_autoptr(Surface) surface = surface_new(3, 5, true);
    Area part = area_part(surface_area(surface), 1, 1, 9, 3);
    ck_assert_int_eq(part.rows, 2);
    ck_assert_int_eq(part.columns, 3);
    for (int row = -3; row < 9; row++)
        for (int column = -9; column < 9; column++) {
            Area cells = area_cells(part, row, column, 99);
            area_text(cells, ROLE_TEXT, "日xy日zzzzzzzzz", -1);
            area_fill(cells, ROLE_RULE, "-");
            area_select(cells);
            area_mark(cells);
            area_cursor(cells, true);
        }
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 5; column++) {
            const Cell *cell = &surface->cells[row * 5 + column];
            bool inside = row >= 1 && column >= 1 && column < 4;
            ck_assert_int_eq(cell->selected, inside);
            ck_assert(inside || g_str_equal(cell->text, " "));
        }
    Area nothing = area_part(part, 7, 7, 1, 1);
    ck_assert(nothing.rows == 0 || nothing.columns == 0);
    area_cursor(nothing, true);
    area_clear(part);
    shows("\n\n\n", surface_to_text(surface));
}
END_TEST

START_TEST(glyphs_have_both_forms)
{
    for (Glyph meaning = 0; meaning < GLYPH_COUNT; meaning++) {
        const char *utf8 = glyph(meaning, true), *ascii = glyph(meaning, false);
        ck_assert(utf8 && ascii && g_str_is_ascii(ascii));
        if (meaning != GLYPH_CUT && meaning != GLYPH_RUNNING)
            ck_assert_int_eq(text_columns(utf8), text_columns(ascii));
    }
}
END_TEST

START_TEST(themes_keep_to_what_the_terminal_has)
{
    for (Role role = 0; role < ROLE_COUNT; role++) {
        Cell cell = {.role = (guint8)role};
        ThemeStyle mono = theme_style(&cell, 0), colour = theme_style(&cell, 8);
        ck_assert_int_eq(mono.colour, -1);
        ck_assert_int_lt(colour.colour, 8);
        ck_assert_int_ne(colour.colour, 3);
        ck_assert_int_ne(colour.colour, 4);
        ck_assert_int_eq(mono.bold, colour.bold);
        cell.selected = 1;
        ck_assert(theme_style(&cell, 0).reverse);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("surface");
    TCase *all = tcase_create("surface");
    tcase_add_test(all, what_does_not_fit_is_cut_with_a_sign);
    tcase_add_test(all, strangers_text_is_harmless);
    tcase_add_test(all, wide_characters_are_never_halved);
    tcase_add_test(all, combining_characters_join_their_cell);
    tcase_add_test(all, drawing_outside_does_nothing);
    tcase_add_test(all, glyphs_have_both_forms);
    tcase_add_test(all, themes_keep_to_what_the_terminal_has);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
