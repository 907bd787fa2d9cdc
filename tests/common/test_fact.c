#include "common/fact/fact.h"

#include <string.h>

#include "common/fact/field.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"

static char *round_trip(const void *bytes, size_t size, size_t *back)
{
    g_autoptr(json_t) fact = fact_new(FACT_DIALOGUE);
    json_object_set_new(fact, "text", fact_text(bytes, size));
    g_autofree char *line = fact_to_line(fact);
    ck_assert_ptr_nonnull(line);
    for (const char *c = line; *c; c++)
        ck_assert_msg((*c >= 0x20 && *c < 0x7f) || (*c == '\n' && !c[1]), "byte %02x in %s",
                      (guint)(guchar)*c, line);
    g_autoptr(json_t) again = fact_from_line(line, strlen(line), NULL);
    ck_assert_ptr_nonnull(again);
    ck_assert_int_eq(fact_kind(again), FACT_DIALOGUE);
    GString *text = fact_text_get(json_object_get(again, "text"));
    *back = text->len;
    return g_string_free(text, FALSE);
}

START_TEST(text_of_any_bytes_comes_back)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
        {"", 0},
        {"220 mail", 8},
        {"a\0b", 3},
        {"\0", 1},
        {"\x1b[31m", 5},
        {"\x7f\x7f", 2},
        {"\xff\xfe", 2},
        {"gr\xc3\xbc\xc3\x9f", 6},
        {"\xc2\x9b", 2},
        {"\xe2\x80\xae", 3},
        {"\xc3", 1},
        {"a\0\xff", 3},
        {"\"\\/\r\n", 5},
        {"\xed\xa0\x80", 3},
        {"\xf0\x9f\x94\x92", 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t size;
        g_autofree char *back = round_trip(rows[i].bytes, rows[i].size, &size);
        ck_assert_uint_eq(size, rows[i].size);
        ck_assert_mem_eq(back, rows[i].bytes, size);
    }
    for (int byte = 0; byte < 256; byte++) {
        char one = (char)byte;
        size_t size;
        g_autofree char *back = round_trip(&one, 1, &size);
        ck_assert_uint_eq(size, 1);
        ck_assert_int_eq(back[0], one);
    }
}
END_TEST

START_TEST(line_has_a_ceiling)
{
    g_autofree char *long_text = g_strnfill(LIMIT_LINE, 'x');
    g_autoptr(json_t) fact = fact_new(FACT_DIALOGUE);
    json_object_set_new(fact, "text", fact_text(long_text, LIMIT_LINE));
    ck_assert_ptr_null(fact_to_line(fact));
    size_t frame = strlen("{\"fact\":\"dialogue\",\"text\":\"\"}\n");
    json_object_set_new(fact, "text", fact_text(long_text, LIMIT_LINE - frame));
    g_autofree char *fits = fact_to_line(fact);
    ck_assert_ptr_nonnull(fits);
    ck_assert_uint_eq(strlen(fits), LIMIT_LINE);
    json_object_set_new(fact, "text", fact_text(long_text, LIMIT_LINE - frame + 1));
    ck_assert_ptr_null(fact_to_line(fact));
    memset(long_text, 0x7f, LIMIT_LINE);
    json_object_set_new(fact, "text", fact_text(long_text, LIMIT_LINE / 2));
    ck_assert_ptr_null(fact_to_line(fact));
}
END_TEST

START_TEST(junk_lines_are_refused_with_words)
{
    static const char *const rows[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"fact\":1}",
        "{\"fact\":\"done\"",
        "7",
        "nul",
        "{\"a\"",
        "\"fact\"",
        "{\"fact\":\"done\",\"fact\":\"done\"}",
        "{\"fact\":\"\xff\"}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        ck_assert_msg(!fact_from_line(rows[i], strlen(rows[i]), &error), "%s", rows[i]);
        ck_assert_ptr_nonnull(error);
        ck_assert_uint_gt(strlen(error->message), 0);
    }
    g_autoptr(json_t) newer = fact_from_line("{\"fact\":\"weather\"}", 18, NULL);
    ck_assert_int_eq(fact_kind(newer), FACT_UNKNOWN);
}
END_TEST

START_TEST(members_have_defaults)
{
    g_autoptr(json_t) fact = json_pack("{s:s s:i s:f s:b}", "s", "a", "i", 3, "n", 0.5, "b", 1);
    ck_assert_str_eq(fact_string(fact, "s", "-"), "a");
    ck_assert_str_eq(fact_string(fact, "i", "-"), "-");
    ck_assert_int_eq(fact_integer(fact, "i", 9), 3);
    ck_assert_int_eq(fact_integer(fact, "s", 9), 9);
    ck_assert(fact_number(fact, "n", 9) == 0.5 && fact_number(fact, "i", 9) == 3);
    ck_assert(fact_bool(fact, "b", FALSE) && !fact_bool(fact, "s", FALSE));
    ck_assert_ptr_null(fact_text_get(json_object_get(fact, "i")));
    ck_assert_ptr_null(fact_text_get(NULL));
}
END_TEST

START_TEST(bytes_come_in_parts_below_the_line)
{
    size_t size = 2 * LIMIT_BYTES_PART + 7;
    g_autofree uint8_t *data = g_malloc(size);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i * 31);
    g_autofree char *hash = bytes_sha256(data, size);
    g_autoptr(GPtrArray) facts = fact_bytes(hash, data, size);
    ck_assert_uint_eq(facts->len, 3);
    g_autoptr(GByteArray) whole = g_byte_array_new();
    for (guint i = 0; i < facts->len; i++) {
        json_t *fact = g_ptr_array_index(facts, i);
        g_autofree char *line = fact_to_line(fact);
        ck_assert_ptr_nonnull(line);
        ck_assert_int_eq(fact_integer(fact, "offset", -1), (json_int_t)whole->len);
        ck_assert_int_eq(fact_integer(fact, "size", -1), (json_int_t)size);
        gsize part;
        g_autofree guchar *bytes = g_base64_decode(fact_string(fact, "base64", ""), &part);
        g_byte_array_append(whole, bytes, (guint)part);
    }
    ck_assert_uint_eq(whole->len, size);
    ck_assert_mem_eq(whole->data, data, size);
    g_autoptr(GPtrArray) none = fact_bytes(hash, NULL, 0);
    ck_assert_uint_eq(none->len, 1);
}
END_TEST

/* A root over 100 bytes: a (0-9: a0 0-4, a1 5-9), b (10-99), each of b's children one byte long. */
static Field *sample(guint b_children)
{
    Field *root = field_new("root", "test.root", 0, 100);
    Field *a = field_add(root, "a", NULL, 0, 10);
    field_add(a, "a0", NULL, 0, 5);
    field_set(field_add(a, "a1", NULL, 5, 5), "%d", 42);
    Field *b = field_add(root, "b", NULL, 10, 90);
    field_note(b, "der-trailing");
    field_note(b, "der-trailing");
    for (guint i = 0; i < b_children; i++)
        field_set_text(field_add(b, "leaf", NULL, 10 + i, 1), "\0\xff", 2);
    return root;
}

START_TEST(tree_survives_json)
{
    g_autoptr(Field) root = sample(3);
    g_autoptr(json_t) json = field_to_json(root, 0, 100);
    g_autoptr(Field) back = field_from_json(json);
    ck_assert_ptr_nonnull(back);
    ck_assert_str_eq(back->id, "test.root");
    ck_assert_str_eq(field_at(back, (guint[]){0, 1}, 2)->value->str, "42");
    Field *leaf = field_at(back, (guint[]){1, 2}, 2);
    ck_assert_uint_eq(leaf->value->len, 2);
    ck_assert_mem_eq(leaf->value->str, "\0\xff", 2);
    ck_assert_ptr_eq(leaf->parent, field_at(back, (guint[]){1}, 1));
    ck_assert_uint_eq(leaf->parent->notes->len, 1);
    ck_assert_ptr_null(field_at(back, (guint[]){1, 3}, 2));
    g_autoptr(json_t) again = field_to_json(back, 0, 100);
    ck_assert(json_equal(json, again));
}
END_TEST

START_TEST(reply_has_a_budget)
{
    g_autoptr(Field) root = sample(50);
    g_autoptr(json_t) json = field_to_json(root, 0, 10);
    g_autoptr(Field) back = field_from_json(json);
    ck_assert_uint_eq(back->children->len, 2);
    ck_assert_uint_eq(field_at(back, (guint[]){0}, 1)->children->len, 2);
    Field *b = field_at(back, (guint[]){1}, 1);
    ck_assert_ptr_null(b->children);
    ck_assert_uint_eq(b->total, 50);
    g_autoptr(json_t) page = field_to_json(field_at(root, (guint[]){1}, 1), 45, 10);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "children")), 5);
    g_autoptr(json_t) cut = field_to_json(field_at(root, (guint[]){1}, 1), 0, 10);
    ck_assert_uint_eq(json_array_size(json_object_get(cut, "children")), 10);
    ck_assert_int_eq(fact_integer(cut, "total", 0), 50);
}
END_TEST

START_TEST(deepest_field_holds_an_offset)
{
    g_autoptr(Field) root = sample(3);
    ck_assert_str_eq(field_find(root, 7)->name, "a1");
    ck_assert_str_eq(field_find(root, 12)->name, "leaf");
    ck_assert_str_eq(field_find(root, 99)->name, "b");
    ck_assert_ptr_null(field_find(root, 100));
}
END_TEST

START_TEST(junk_is_no_tree)
{
    static const char *const rows[] = {
        "[]",
        "{}",
        "{\"name\":\"x\",\"value\":\"\",\"offset\":-1,\"length\":1,\"total\":0}",
        "{\"name\":\"x\",\"value\":\"\",\"offset\":0,\"length\":1,\"total\":99999999}",
        "{\"name\":\"x\",\"value\":3,\"offset\":0,\"length\":1,\"total\":0}",
        "{\"name\":\"x\",\"value\":\"\",\"offset\":0,\"length\":1,\"total\":0,\"children\":[1]}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(json_t) json = json_loads(rows[i], 0, NULL);
        ck_assert_ptr_nonnull(json);
        ck_assert_msg(!field_from_json(json), "%s", rows[i]);
    }
}
END_TEST

START_TEST(long_values_are_cut_between_characters)
{
    g_autoptr(Field) field = field_new("x", NULL, 0, 0);
    g_autoptr(GString) text = g_string_new("a");
    while (text->len < LIMIT_VALUE + 100)
        g_string_append(text, "\xe2\x82\xac");
    field_set_text(field, text->str, text->len);
    ck_assert_uint_le(field->value->len, LIMIT_VALUE);
    ck_assert_uint_gt(field->value->len, LIMIT_VALUE - 4);
    ck_assert(g_utf8_validate(field->value->str, (gssize)field->value->len, NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fact");
    TCase *lines = tcase_create("lines");
    tcase_add_test(lines, text_of_any_bytes_comes_back);
    tcase_add_test(lines, line_has_a_ceiling);
    tcase_add_test(lines, junk_lines_are_refused_with_words);
    tcase_add_test(lines, members_have_defaults);
    tcase_add_test(lines, bytes_come_in_parts_below_the_line);
    suite_add_tcase(suite, lines);
    TCase *fields = tcase_create("fields");
    tcase_add_test(fields, tree_survives_json);
    tcase_add_test(fields, reply_has_a_budget);
    tcase_add_test(fields, deepest_field_holds_an_offset);
    tcase_add_test(fields, junk_is_no_tree);
    tcase_add_test(fields, long_values_are_cut_between_characters);
    suite_add_tcase(suite, fields);
    return check_main(suite);
}
