/* The table of commands: names, keys, and the rules that it is to hold. */
#include "front/ui/command.h"
#include "front/ui/key.h"
#include "tests/check.h"

#include <string.h>

static bool is_function_key(Key key)
{
    return key > KEY_FUNCTION && key <= KEY_FUNCTION_LAST;
}

START_TEST(every_command_is_whole)
{
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = command_row(command);
        ck_assert_msg(row->name && row->help && row->keys, "command %u", command);
        ck_assert_msg(row->views, "%s holds nowhere", row->name);
        for (Command other = command + 1; other < COMMAND_COUNT; other++)
            ck_assert_str_ne(row->name, command_row(other)->name);
    }
}
END_TEST

START_TEST(every_command_has_a_plain_key)
{
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = command_row(command);
        g_auto(GStrv) keys = g_strsplit(row->keys, " ", -1);
        bool plain = !*row->keys;
        for (char **name = keys; *name; name++) {
            Key key = key_from_name(*name);
            ck_assert_msg(key, "%s: no such key: %s", row->name, *name);
            plain |= !is_function_key(key);
        }
        ck_assert_msg(plain, "%s has F-keys alone", row->name);
    }
}
END_TEST

START_TEST(no_small_letter_and_no_enter_sends)
{
    guint sending = 0;
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = command_row(command);
        if (!row->sends)
            continue;
        sending++;
        ck_assert_int_eq(row->group, GROUP_WIRE);
        g_auto(GStrv) keys = g_strsplit(row->keys, " ", -1);
        for (char **name = keys; *name; name++) {
            Key key = key_from_name(*name);
            ck_assert_msg((key >= 'A' && key <= 'Z') || key == KEY_FUNCTION + 5, "%s by %s",
                          row->name, *name);
        }
    }
    ck_assert_uint_ge(sending, 2);
}
END_TEST

START_TEST(no_key_is_bound_twice_in_a_view)
{
    for (ViewKind view = 0; view < VIEW_COUNT; view++) {
        g_autoptr(GHashTable) bound = g_hash_table_new(NULL, NULL);
        for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
            const CommandRow *row = command_row(command);
            if (!(row->views & 1U << view))
                continue;
            g_auto(GStrv) keys = g_strsplit(row->keys, " ", -1);
            for (char **name = keys; *name; name++)
                ck_assert_msg(g_hash_table_add(bound, GUINT_TO_POINTER(key_from_name(*name))),
                              "view %u: %s twice, again by %s", view, *name, row->name);
        }
    }
}
END_TEST

START_TEST(keys_have_names_both_ways)
{
    for (Key key = 1; key <= KEY_FUNCTION_LAST; key = key == 0x3000 ? KEY_SPECIAL + 1 : key + 1) {
        if ((key >= 0x1b && key < KEY_SPACE && key != KEY_ESC) || key == 0x7f)
            continue;
        if (key >= KEY_SPACE && key < KEY_SPECIAL && !key_is_text(key))
            continue;
        if (key == KEY_FUNCTION)
            continue;
        g_autofree char *name = key_to_name(key);
        ck_assert_msg(key_from_name(name) == key, "key %x: %s", key, name);
    }
    ck_assert_uint_eq(key_from_name("F13"), 0);
    ck_assert_uint_eq(key_from_name("F1x"), 0);
    ck_assert_uint_eq(key_from_name(""), 0);
    ck_assert_uint_eq(key_from_name("ab"), 0);
    ck_assert_uint_eq(key_from_name("^D"), 4);
}
END_TEST

START_TEST(the_keymap_follows_the_table)
{
    g_autoptr(Keymap) keymap = keymap_new();
    ck_assert_int_eq(keymap_command(keymap, VIEW_ENDPOINTS, 'j'), COMMAND_DOWN);
    ck_assert_int_eq(keymap_command(keymap, VIEW_ENDPOINTS, KEY_SPACE), COMMAND_MARK);
    ck_assert_int_eq(keymap_command(keymap, VIEW_LOG, KEY_SPACE), COMMAND_SCROLL_DOWN);
    ck_assert_int_eq(keymap_command(keymap, VIEW_LOG, 'R'), COMMAND_NONE);
    ck_assert_int_eq(keymap_command(keymap, VIEW_HELP, KEY_RETURN), COMMAND_NONE);
}
END_TEST

START_TEST(names_complete)
{
    g_autoptr(GPtrArray) names = command_complete("sort", VIEW_ENDPOINTS);
    ck_assert_uint_eq(names->len, 3);
    ck_assert_str_eq(g_ptr_array_index(names, 0), "sort");
    ck_assert_int_eq(command_from_name("again", VIEW_ENDPOINTS), COMMAND_AGAIN);
    ck_assert_int_eq(command_from_name("again", VIEW_LOG), COMMAND_NONE);
    ck_assert_int_eq(command_from_name("agai", VIEW_ENDPOINTS), COMMAND_NONE);
}
END_TEST

START_TEST(help_and_manual_show_every_key)
{
    g_autofree char *manual = command_manual();
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = command_row(command);
        g_autofree char *named = g_strdup_printf(".Cm :%s", row->name);
        ck_assert_ptr_nonnull(strstr(manual, named));
        g_autoptr(GPtrArray) lines = command_help(row->group, VIEW_COUNT);
        bool found = false;
        for (guint i = 0; i < lines->len; i++) {
            const HelpLine *line = g_ptr_array_index(lines, i);
            found |= g_str_equal(line->help, row->help) && strstr(line->keys, row->keys);
        }
        ck_assert_msg(found, "%s is not in the help", row->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("command");
    TCase *all = tcase_create("command");
    tcase_add_test(all, every_command_is_whole);
    tcase_add_test(all, every_command_has_a_plain_key);
    tcase_add_test(all, no_small_letter_and_no_enter_sends);
    tcase_add_test(all, no_key_is_bound_twice_in_a_view);
    tcase_add_test(all, keys_have_names_both_ways);
    tcase_add_test(all, the_keymap_follows_the_table);
    tcase_add_test(all, names_complete);
    tcase_add_test(all, help_and_manual_show_every_key);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
