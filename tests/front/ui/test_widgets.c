/* Tables, filters, lines, input and hex, each alone. */
#include "common/util/text.h"
#include "front/ui/filter.h"
#include "front/ui/hex.h"
#include "front/ui/input.h"
#include "front/ui/lines.h"
#include "front/ui/scroll.h"
#include "front/ui/table.h"
#include "tests/check.h"

#include <string.h>

typedef struct Animal {
    const char *name;
    int legs;
} Animal;

static void name_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    (void)desk, (void)role;
    g_string_append(text, ((const Animal *)row)->name);
}

static void legs_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    (void)desk, (void)role;
    g_string_append_printf(text, "%d", ((const Animal *)row)->legs);
}

static int by_legs(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return ((const Animal *)a)->legs - ((const Animal *)b)->legs;
}

static const char *identity(const void *row)
{
    return ((const Animal *)row)->name;
}

static const TableColumn columns[] = {
    {.title = "NAME", .name = "name", .least = 4, .ideal = 8, .cell = name_cell},
    {.title = "LEGS",
     .name = "legs",
     .least = 4,
     .ideal = 6,
     .rank = 1,
     .tiny = 2,
     .tiny_rank = 2,
     .right = true,
     .cell = legs_cell,
     .compare = by_legs},
};

static const TableKind animals = {.columns = columns,
                                  .count = G_N_ELEMENTS(columns),
                                  .identity = identity,
                                  .order = "as they came"};

static Animal zoo[] = {{"ant", 6}, {"bee", 6}, {"cat", 4}, {"duck", 2}, {"eel", 0}, {"fly", 6}};

static Table *zoo_table(guint from, guint to)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (guint i = from; i < to; i++)
        g_ptr_array_add(rows, &zoo[i]);
    Table *table = table_new(&animals, NULL);
    table_update(table, rows);
    return table;
}

static const char *selected(const Table *table)
{
    const Animal *animal = table_selected(table);
    return animal ? animal->name : "";
}

static char *shown(Table *table, int rows, int width)
{
    g_autoptr(Surface) surface = surface_new(rows, width, false);
    table_draw(table, surface_area(surface), true, true);
    return surface_to_text(surface);
}

static void update(Table *table, const char *names)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(zoo); i++)
        if (strstr(names, zoo[i].name))
            g_ptr_array_add(rows, &zoo[i]);
    table_update(table, rows);
}

START_TEST(the_selection_is_an_object)
{
    g_autoptr(Table) table = zoo_table(2, 5);
    ck_assert_str_eq(selected(table), "cat");
    table_command(table, COMMAND_DOWN);
    ck_assert_str_eq(selected(table), "duck");
    update(table, "ant bee cat duck eel fly");
    ck_assert_str_eq(selected(table), "duck");
    table_command(table, COMMAND_INVERT);
    ck_assert_str_eq(selected(table), "duck");
    ck_assert(table_sort(table, "legs"));
    ck_assert_str_eq(selected(table), "duck");
    ck_assert_ptr_null(table_filter(table, "u"));
    ck_assert_str_eq(selected(table), "duck");
    ck_assert_uint_eq(table_shown(table), 1);
    ck_assert_ptr_null(table_filter(table, ""));
    ck_assert_str_eq(selected(table), "duck");
    ck_assert(!table_sort(table, "wings"));
}
END_TEST

START_TEST(a_gone_selection_leaves_its_place)
{
    g_autoptr(Table) table = zoo_table(0, 6);
    table_command(table, COMMAND_DOWN);
    table_command(table, COMMAND_DOWN);
    update(table, "ant bee duck eel fly");
    ck_assert_str_eq(selected(table), "duck");
    update(table, "ant");
    ck_assert_str_eq(selected(table), "ant");
    update(table, "");
    ck_assert_ptr_null(table_selected(table));
    ck_assert(table_command(table, COMMAND_DOWN));
    update(table, "ant bee cat");
    ck_assert_str_eq(selected(table), "cat");
}
END_TEST

START_TEST(an_untouched_selection_stays_on_top)
{
    g_autoptr(Table) table = zoo_table(2, 4);
    update(table, "ant bee cat duck");
    ck_assert_str_eq(selected(table), "ant");
}
END_TEST

/* The row of the screen that the selection is on. */
static int line_of_selection(Table *table, int rows)
{
    g_autoptr(Surface) surface = surface_new(rows, 20, false);
    table_draw(table, surface_area(surface), true, true);
    return surface->cursor_row;
}

START_TEST(the_selected_line_stays_on_its_line)
{
    g_autoptr(Table) table = zoo_table(2, 6);
    table_command(table, COMMAND_LAST);
    table_command(table, COMMAND_UP);
    int line = line_of_selection(table, 4);
    ck_assert_str_eq(selected(table), "eel");
    update(table, "ant bee cat duck eel fly");
    ck_assert_int_eq(line_of_selection(table, 4), line);
    ck_assert_str_eq(selected(table), "eel");
}
END_TEST

START_TEST(sorting_is_stable_and_shown)
{
    g_autoptr(Table) table = zoo_table(0, 6);
    table_sort(table, "legs");
    g_autofree char *up = shown(table, 7, 20);
    ck_assert_str_eq(up, "  NAME      LEGS^\n"
                         "  eel           0\n"
                         "  duck          2\n"
                         "  cat           4\n"
                         "> ant           6\n"
                         "  bee           6\n"
                         "  fly           6\n");
    table_command(table, COMMAND_INVERT);
    g_autofree char *down = shown(table, 4, 20);
    ck_assert_ptr_nonnull(strstr(down, "LEGSv"));
    g_autofree char *order = table_order(table);
    ck_assert_str_eq(order, "legs, inverted");
    table_command(table, COMMAND_SORT_RIGHT);
    g_autofree char *given = table_order(table);
    ck_assert_str_eq(given, "as they came, inverted");
    table_command(table, COMMAND_SORT_LEFT);
    table_command(table, COMMAND_SORT_LEFT);
    g_autofree char *name = table_order(table);
    ck_assert_str_eq(name, "name, inverted");
}
END_TEST

START_TEST(columns_give_way)
{
    g_autoptr(Table) table = zoo_table(0, 1);
    static const struct {
        int width;
        const char *text;
    } rows[] = {
        {20, "  NAME       LEGS\n> ant           6\n"},
        {16, "  NAME      LEGS\n> ant          6\n"},
        {11, "  NAME LEGS\n> ant     6\n"},
        {10, "  NAME  ..\n> ant    6\n"},
        {7, "  NAME\n> ant\n"},
        {2, "\n>\n"},
        {1, "\n>\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = shown(table, 2, rows[i].width);
        ck_assert_msg(g_str_equal(text, rows[i].text), "%d:\n%s", rows[i].width, text);
    }
}
END_TEST

/* At the first paint already: there may be no second one. */
START_TEST(a_column_grows_to_what_it_needs)
{
    static Animal big[] = {{"hippopotamus", 4}, {"rhinoceros", 4}};
    static TableColumn growing[G_N_ELEMENTS(columns)];
    memcpy(growing, columns, sizeof columns);
    growing[0].grows = true;
    const TableKind kind = {.columns = growing,
                            .count = G_N_ELEMENTS(growing),
                            .identity = identity,
                            .order = "as they came"};
    g_autoptr(Table) table = table_new(&kind, NULL);
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    g_ptr_array_add(rows, &big[0]);
    g_ptr_array_add(rows, &big[1]);
    table_update(table, rows);
    g_autofree char *wide = shown(table, 3, 40);
    ck_assert_ptr_nonnull(strstr(wide, "hippopotamus      4\n"));
    g_autofree char *narrow = shown(table, 3, 16);
    ck_assert_ptr_nonnull(strstr(narrow, "hippo"));
    ck_assert_ptr_null(strstr(narrow, "hippopotamus"));
}
END_TEST

/* What a column does not need is left to those that grow. */
START_TEST(a_column_that_fits_gives_way)
{
    static Animal big[] = {{"hippopotamus", 4}};
    static TableColumn fitting[G_N_ELEMENTS(columns)];
    memcpy(fitting, columns, sizeof columns);
    fitting[0].grows = fitting[1].grows = fitting[1].fits = true;
    fitting[1].least = fitting[1].ideal = 12;
    const TableKind kind = {.columns = fitting,
                            .count = G_N_ELEMENTS(fitting),
                            .identity = identity,
                            .order = "as they came"};
    g_autoptr(Table) table = table_new(&kind, NULL);
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    g_ptr_array_add(rows, &big[0]);
    table_update(table, rows);
    g_autofree char *text = shown(table, 2, 20);
    ck_assert_msg(strstr(text, "hippopotamus    4\n"), "%s", text);
}
END_TEST

START_TEST(marks_hold_on_to_objects)
{
    g_autoptr(Table) table = zoo_table(0, 6);
    g_autoptr(GPtrArray) one = table_chosen(table);
    ck_assert_uint_eq(one->len, 1);
    table_command(table, COMMAND_MARK);
    ck_assert_str_eq(selected(table), "bee");
    table_command(table, COMMAND_DOWN);
    table_command(table, COMMAND_MARK);
    table_command(table, COMMAND_INVERT);
    g_autoptr(GPtrArray) two = table_chosen(table);
    ck_assert_uint_eq(two->len, 2);
    ck_assert_str_eq(two->pdata[0], "ant");
    ck_assert_str_eq(two->pdata[1], "cat");
    g_autofree char *text = shown(table, 7, 20);
    ck_assert_ptr_nonnull(strstr(text, "* ant"));
    table_command(table, COMMAND_UNMARK);
    ck_assert_uint_eq(table_marked(table), 0);
}
END_TEST

START_TEST(filters_match)
{
    static const struct {
        const char *text;
        const char *left;
    } rows[] = {
        {"", "ant bee cat duck eel fly "},
        {"e", "bee eel "},
        {"E", "bee eel "},
        {"!e", "ant cat duck fly "},
        {"legs:6", "ant bee fly "},
        {"!legs:6 a", "cat "},
        {"legs:<4", "duck eel "},
        {"LEGS:>4", "ant bee fly "},
        {"name:4", ""},
        {"4", "cat "},
        {"what:6", ""},
        {"!", ""},
        {"legs:<x", ""},
        {"  a  n ", "ant "},
        {"legs=6", "ant bee fly "},
        {"name~E and legs<6", "eel "},
        {"not (legs=6 or name=\"eel\")", "cat duck "},
        {"and", ""},
        {"(", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Filter) filter = filter_new(rows[i].text, &animals, 0, NULL);
        g_autoptr(GString) left = g_string_new(NULL);
        for (size_t j = 0; j < G_N_ELEMENTS(zoo); j++)
            if (filter_matches(filter, &zoo[j], NULL))
                g_string_append_printf(left, "%s ", zoo[j].name);
        ck_assert_msg(g_str_equal(left->str, rows[i].left), "%s: %s", rows[i].text, left->str);
    }
}
END_TEST

START_TEST(seeking_goes_round)
{
    g_autoptr(Table) table = zoo_table(0, 6);
    ck_assert(table_seek_text(table, "EE", 1));
    ck_assert_str_eq(selected(table), "bee");
    ck_assert(table_seek_text(table, "ee", 1));
    ck_assert_str_eq(selected(table), "eel");
    ck_assert(table_seek_text(table, "ee", 1));
    ck_assert_str_eq(selected(table), "bee");
    ck_assert(table_seek_text(table, "ee", -1));
    ck_assert_str_eq(selected(table), "eel");
    ck_assert(!table_seek_text(table, "zebra", 1));
    ck_assert_str_eq(selected(table), "eel");
}
END_TEST

/* ---- lines ---- */

static char *lines_shown(Lines *lines, int rows, int width)
{
    g_autoptr(Surface) surface = surface_new(rows, width, false);
    lines_draw(lines, surface_area(surface), LINES_FOCUSED);
    return surface_to_text(surface);
}

START_TEST(lines_wrap_at_phrases_and_words)
{
    g_autoptr(Lines) lines = lines_new();
    lines_clear(lines, 20, false);
    lines_begin(lines, "a");
    lines_tab(lines, 2);
    lines_add(lines, ROLE_TEXT, "name");
    lines_right(lines);
    lines_add(lines, ROLE_DIM, "9 B");
    lines_tab(lines, 8);
    lines_wrap(lines, ROLE_TEXT, 8, "short");
    lines_wrap(lines, ROLE_TEXT, 8, "not torn apart");
    lines_begin(lines, NULL);
    lines_wrap(lines, ROLE_TEXT, 2, "a paragraph that is longer than one line");
    g_autofree char *text = lines_shown(lines, 8, 21);
    ck_assert_str_eq(text,
                     "> name  short    9 B\n        not torn\n        apart\na paragraph that "
                     "is\n  longer than one\n  line\n\n\n");
}
END_TEST

static void fill(Lines *lines, int count)
{
    lines_clear(lines, 20, false);
    for (int i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("line %d", i);
        lines_begin(lines, i % 3 == 0 ? name : NULL);
        lines_tab(lines, 2);
        lines_add(lines, ROLE_TEXT, name);
    }
}

START_TEST(lines_select_those_with_an_identity)
{
    g_autoptr(Lines) lines = lines_new();
    fill(lines, 12);
    g_free(lines_shown(lines, 4, 20));
    ck_assert_str_eq(lines_selected(lines), "line 0");
    lines_move(lines, COMMAND_DOWN);
    ck_assert_str_eq(lines_selected(lines), "line 3");
    lines_move(lines, COMMAND_LAST);
    ck_assert_str_eq(lines_selected(lines), "line 9");
    ck_assert(lines_at_end(lines));
    lines_move(lines, COMMAND_UP);
    ck_assert_str_eq(lines_selected(lines), "line 6");
    fill(lines, 30);
    ck_assert_str_eq(lines_selected(lines), "line 6");
    ck_assert(lines_seek(lines, "LINE 17", 1));
    ck_assert_str_eq(lines_selected(lines), "line 15");
    ck_assert(!lines_seek(lines, "line 99", 1));
    lines_to_end(lines);
    ck_assert_str_eq(lines_selected(lines), "line 27");
    fill(lines, 0);
    ck_assert_ptr_null(lines_selected(lines));
    lines_move(lines, COMMAND_PAGE_DOWN);
}
END_TEST

START_TEST(text_without_a_selection_scrolls)
{
    g_autoptr(Lines) lines = lines_new();
    lines_clear(lines, 20, false);
    for (int i = 0; i < 10; i++) {
        lines_begin(lines, NULL);
        lines_print(lines, ROLE_TEXT, "%d", i);
    }
    g_autofree char *first = lines_shown(lines, 3, 20);
    ck_assert_str_eq(first, "0\n1\n2\n");
    lines_move(lines, COMMAND_PAGE_DOWN);
    g_autofree char *second = lines_shown(lines, 3, 20);
    ck_assert_str_eq(second, "3\n4\n5\n");
    lines_move(lines, COMMAND_LAST);
    g_autofree char *last = lines_shown(lines, 3, 20);
    ck_assert_str_eq(last, "7\n8\n9\n");
    ck_assert(lines_at_end(lines));
    lines_move(lines, COMMAND_UP);
    ck_assert(!lines_at_end(lines));
    ck_assert(!lines_move(lines, COMMAND_OPEN));
}
END_TEST

/* ---- input ---- */

START_TEST(input_has_emacs_keys)
{
    g_autoptr(Input) input = input_new("hello wörld");
    input_key(input, KEY_CTRL('W'));
    ck_assert_str_eq(input->text->str, "hello ");
    input_key(input, KEY_CTRL('Y'));
    ck_assert_str_eq(input->text->str, "hello wörld");
    input_key(input, KEY_CTRL('A'));
    input_key(input, 'x');
    input_key(input, KEY_CTRL('F'));
    input_key(input, KEY_CTRL('D'));
    ck_assert_str_eq(input->text->str, "xhllo wörld");
    input_key(input, KEY_CTRL('K'));
    ck_assert_str_eq(input->text->str, "xh");
    input_key(input, KEY_BACK);
    input_key(input, KEY_CTRL('B'));
    input_key(input, 0x4e2d);
    ck_assert_str_eq(input->text->str, "中x");
    input_key(input, KEY_CTRL('E'));
    input_key(input, KEY_CTRL('U'));
    ck_assert_str_eq(input->text->str, "");
    input_key(input, KEY_BACK);
    input_key(input, KEY_REMOVE);
    ck_assert(!input_key(input, KEY_PAGE_UP));
    for (int i = 0; i < 2 * INPUT_LIMIT; i++)
        input_key(input, 'a');
    ck_assert_uint_eq(input->text->len, INPUT_LIMIT);
}
END_TEST

START_TEST(input_shows_its_cursor)
{
    g_autoptr(Input) input = input_new("0123456789abcdef");
    g_autoptr(Surface) surface = surface_new(1, 8, false);
    input_draw(input, surface_area(surface));
    g_autofree char *text = surface_to_text(surface);
    ck_assert_str_eq(text, "9abcdef\n");
    ck_assert_int_eq(surface->cursor_column, 7);
    ck_assert(surface->cursor_visible);
}
END_TEST

/* ---- hex ---- */

START_TEST(hex_brackets_the_range)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("0123456789abcdefghijklmnopqrstuvwxyz\0\x80", 38);
    Hex hex = {0};
    g_autoptr(Surface) surface = surface_new(3, 80, false);
    hex_draw(&hex, bytes, (HexRange){6, 12}, surface_area(surface), false);
    g_autofree char *text = surface_to_text(surface);
    ck_assert_str_eq(text,
                     "  0000  30 31 32 33 34 35[36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n"
                     "  0010  67 68]69 6a 6b 6c 6d 6e  6f 70 71 72 73 74 75 76  ghijklmnopqrstuv\n"
                     "  0020  77 78 79 7a 00 80                                 wxyz..\n");
    ck_assert(surface->cells[31].marked || surface->cells[26].marked);
}
END_TEST

START_TEST(hex_moves_within_the_bytes)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("0123456789abcdefghijklmnopqrstuvwxyz", 36);
    Hex hex = {0};
    g_autoptr(Surface) surface = surface_new(2, 80, false);
    static const Command commands[] = {
        COMMAND_DOWN, COMMAND_DOWN,    COMMAND_DOWN,      COMMAND_IN,    COMMAND_OUT, COMMAND_UP,
        COMMAND_LAST, COMMAND_PAGE_UP, COMMAND_PAGE_DOWN, COMMAND_FIRST, COMMAND_OUT};
    static const size_t places[] = {16, 32, 35, 35, 34, 18, 35, 3, 35, 0, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        hex_draw(&hex, bytes, (HexRange){0, 0}, surface_area(surface), true);
        ck_assert(hex_move(&hex, commands[i], 36));
        ck_assert_uint_eq(hex.cursor, places[i]);
    }
    ck_assert(!hex_move(&hex, COMMAND_OPEN, 36));
    ck_assert(hex_move(&hex, COMMAND_LAST, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("widgets");
    TCase *all = tcase_create("widgets");
    tcase_add_test(all, the_selection_is_an_object);
    tcase_add_test(all, a_gone_selection_leaves_its_place);
    tcase_add_test(all, an_untouched_selection_stays_on_top);
    tcase_add_test(all, the_selected_line_stays_on_its_line);
    tcase_add_test(all, sorting_is_stable_and_shown);
    tcase_add_test(all, columns_give_way);
    tcase_add_test(all, a_column_grows_to_what_it_needs);
    tcase_add_test(all, a_column_that_fits_gives_way);
    tcase_add_test(all, marks_hold_on_to_objects);
    tcase_add_test(all, filters_match);
    tcase_add_test(all, seeking_goes_round);
    tcase_add_test(all, lines_wrap_at_phrases_and_words);
    tcase_add_test(all, lines_select_those_with_an_identity);
    tcase_add_test(all, text_without_a_selection_scrolls);
    tcase_add_test(all, input_has_emacs_keys);
    tcase_add_test(all, input_shows_its_cursor);
    tcase_add_test(all, hex_brackets_the_range);
    tcase_add_test(all, hex_moves_within_the_bytes);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
