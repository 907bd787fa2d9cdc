#include "common/util/bytes.h"
#include "tests/check.h"

#include <string.h>

static const uint8_t sample[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                                 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12};

START_TEST(integers_are_big_endian)
{
    Reader reader = reader_new(sample, sizeof sample);

    ck_assert_uint_eq(reader_u8(&reader), 0x01);
    ck_assert_uint_eq(reader_u16(&reader), 0x0203);
    ck_assert_uint_eq(reader_u24(&reader), 0x040506);
    ck_assert_uint_eq(reader_u32(&reader), 0x0708090a);
    ck_assert_uint_eq(reader_u64(&reader), 0x0b0c0d0e0f101112);
    ck_assert(reader_at_end(&reader));
}
END_TEST

START_TEST(reading_past_the_end_fails_for_good)
{
    Reader reader = reader_new(sample, 3);

    ck_assert_uint_eq(reader_u32(&reader), 0);
    ck_assert(reader.failed);
    ck_assert_uint_eq(reader_left(&reader), 0);
    ck_assert_uint_eq(reader_u8(&reader), 0);
    ck_assert_int_eq(reader_peek(&reader), -1);
    ck_assert_ptr_null(reader_take(&reader, 0));
    ck_assert(!reader_at_end(&reader));
}
END_TEST

START_TEST(every_cut_fails)
{
    for (size_t size = 0; size < sizeof sample; size++) {
        Reader reader = reader_new(sample, size);

        reader_u8(&reader);
        reader_u16(&reader);
        reader_u24(&reader);
        reader_u32(&reader);
        reader_u64(&reader);
        ck_assert_msg(reader.failed, "cut at %zu", size);
    }
}
END_TEST

START_TEST(an_empty_reader_may_have_no_memory)
{
    Reader reader = reader_new(NULL, 0);

    ck_assert(reader_at_end(&reader));
    ck_assert_int_eq(reader_peek(&reader), -1);
    ck_assert_uint_eq(reader_u8(&reader), 0);
    ck_assert(reader.failed);
}
END_TEST

START_TEST(a_huge_length_does_not_wrap)
{
    Reader reader = reader_new(sample, sizeof sample);

    reader_u8(&reader);
    ck_assert_ptr_null(reader_take(&reader, SIZE_MAX));
    ck_assert(reader.failed);
    reader = reader_new(sample, sizeof sample);
    reader_u8(&reader);
    ck_assert(!reader_skip(&reader, SIZE_MAX - 1));
}
END_TEST

START_TEST(a_child_sees_its_own_bytes_only)
{
    Reader reader = reader_new(sample, sizeof sample);
    Reader child, grandchild;

    reader_u8(&reader);
    child = reader_vector(&reader, 1); /* two bytes: 03 04 */
    ck_assert_uint_eq(reader_left(&child), 2);
    ck_assert_uint_eq(reader_offset(&child), 2);
    ck_assert_uint_eq(reader_offset(&reader), 4);
    grandchild = reader_child(&child, 1);
    ck_assert_uint_eq(reader_offset(&child), 3);
    ck_assert_uint_eq(reader_u8(&grandchild), 0x03);
    ck_assert_uint_eq(reader_u16(&child), 0);
    ck_assert(child.failed);
    ck_assert(!reader.failed);
}
END_TEST

START_TEST(a_vector_longer_than_its_parent_fails_both)
{
    static const uint8_t bytes[] = {0x00, 0x03, 0xaa, 0xbb};
    Reader reader = reader_new(bytes, sizeof bytes);
    Reader child = reader_vector(&reader, 2);

    ck_assert(child.failed);
    ck_assert(reader.failed);
}
END_TEST

START_TEST(bytes_are_written_as_they_are_read)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Reader reader;

    bytes_put(bytes, 0x16, 1);
    bytes_put(bytes, 0x0301, 2);
    bytes_put(bytes, 0xabcdef, 3);
    ck_assert_uint_eq(bytes->len, 6);
    reader = reader_new(bytes->data, bytes->len);
    ck_assert_uint_eq(reader_u8(&reader), 0x16);
    ck_assert_uint_eq(reader_u16(&reader), 0x0301);
    ck_assert_uint_eq(reader_u24(&reader), 0xabcdef);
}
END_TEST

START_TEST(digests_and_hexadecimal)
{
    g_autofree char *empty = bytes_sha256(NULL, 0);
    g_autofree char *abc = bytes_sha256((const uint8_t *)"abc", 3);
    g_autofree char *plain = bytes_hex(sample, 3, '\0');
    g_autofree char *colons = bytes_hex(sample + 9, 3, ':');
    g_autofree char *none = bytes_hex(NULL, 0, ':');

    ck_assert_str_eq(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ck_assert_str_eq(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_str_eq(plain, "010203");
    ck_assert_str_eq(colons, "0a:0b:0c");
    ck_assert_str_eq(none, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bytes");
    TCase *tcase = tcase_create("bytes");

    tcase_add_test(tcase, integers_are_big_endian);
    tcase_add_test(tcase, reading_past_the_end_fails_for_good);
    tcase_add_test(tcase, every_cut_fails);
    tcase_add_test(tcase, an_empty_reader_may_have_no_memory);
    tcase_add_test(tcase, a_huge_length_does_not_wrap);
    tcase_add_test(tcase, a_child_sees_its_own_bytes_only);
    tcase_add_test(tcase, a_vector_longer_than_its_parent_fails_both);
    tcase_add_test(tcase, bytes_are_written_as_they_are_read);
    tcase_add_test(tcase, digests_and_hexadecimal);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
