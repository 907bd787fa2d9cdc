/* Certificates compressed in each way, and what is not what it says it is. */
#include "worker/tls/unpack.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/tls/samples.h"

/* 400 bytes, "certificate certificate ...", by zlib, brotli and zstd themselves. */
static const struct {
    uint16_t algorithm;
    const char *hex;
} rows[] = {
    {1, "78da4b4e2d2ac94ccb4c4e2c4955481e650f381b004b4a9ab2"},
    {2, "1b8f01f825000a18c26a016f4cf501"},
    {3, "28b52ffd6090009d000060636572746966696361746520010081574b12"},
};

static GByteArray *message_of(guint algorithm, guint size, const GByteArray *packed)
{
    GByteArray *message = g_byte_array_new();
    bytes_put(message, 25, 1);
    bytes_put(message, 2 + 3 + 3 + packed->len, 3);
    bytes_put(message, algorithm, 2);
    bytes_put(message, size, 3);
    bytes_put(message, packed->len, 3);
    g_byte_array_append(message, packed->data, packed->len);
    return message;
}

static void refused(const GByteArray *message, const char *reason)
{
    g_auto(Unpacked) unpacked = unpack_certificate(message->data, message->len);
    ck_assert_ptr_null(unpacked.message);
    ck_assert_ptr_nonnull(unpacked.fault);
    ck_assert_str_eq(unpacked.fault->reason, reason);
}

START_TEST(each_algorithm)
{
    g_autoptr(GByteArray) packed = samples_hex(rows[_i].hex);
    g_autoptr(GByteArray) message = message_of(rows[_i].algorithm, 400, packed);
    ck_assert_uint_eq(unpack_algorithm((guint)_i), rows[_i].algorithm);
    g_auto(Unpacked) unpacked = unpack_certificate(message->data, message->len);
    ck_assert_ptr_null(unpacked.fault);
    ck_assert_uint_eq(unpacked.packed, packed->len);
    ck_assert_uint_eq(unpacked.size, 400);
    ck_assert_uint_eq(unpacked.message->len, 404);
    ck_assert_int_eq(memcmp(unpacked.message->data,
                            "\x0b\x00\x01\x90"
                            "certificate certificate",
                            27),
                     0);
}
END_TEST

START_TEST(what_is_announced_has_to_come)
{
    g_autoptr(GByteArray) packed = samples_hex(rows[_i].hex);
    uint16_t algorithm = rows[_i].algorithm;
    g_autoptr(GByteArray) more = message_of(algorithm, 401, packed);
    g_autoptr(GByteArray) fewer = message_of(algorithm, 399, packed);
    refused(more, "message-malformed");
    refused(fewer, "message-malformed");
    g_autoptr(GByteArray) giant = message_of(algorithm, LIMIT_MESSAGE, packed);
    refused(giant, "limit-message");
    g_autoptr(GByteArray) other = message_of(4, 400, packed);
    refused(other, "message-malformed");
    g_byte_array_append(packed, (const guint8 *)"x", 1);
    g_autoptr(GByteArray) trailing = message_of(algorithm, 400, packed);
    refused(trailing, "message-malformed");
    for (guint size = 0; size < packed->len; size++) {
        g_autoptr(GByteArray) part = g_byte_array_new();
        g_byte_array_append(part, packed->data, MIN(size, packed->len - 2));
        g_autoptr(GByteArray) cut = message_of(algorithm, 400, part);
        refused(cut, "message-malformed");
        cut->len -= part->len ? 1 : 0;
        refused(cut, "message-malformed");
    }
}
END_TEST

START_TEST(no_more_algorithms)
{
    ck_assert_uint_eq(unpack_algorithm(G_N_ELEMENTS(rows)), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("unpack");
    TCase *tcase = tcase_create("messages");
    tcase_add_loop_test(tcase, each_algorithm, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, what_is_announced_has_to_come, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, no_more_algorithms);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
