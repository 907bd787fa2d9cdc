/* The handshake of RFC 8448 section 3, its keys and what they verify; and agreement in each group,
 * by both sides of it. */
#include "worker/tls/seal.h"

#include <string.h>

#include "common/util/bytes.h"
#include "tests/check.h"
#include "tests/worker/tls/samples.h"
#include "worker/tls/agree.h"

#define CLIENT_PRIVATE "49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005"
#define CLIENT_PUBLIC  "99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c"
#define SERVER_PUBLIC  "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"
#define SHARED         "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"
#define SERVER_KEY     "3fce516009c21727d0f2e4e86ee403bc"
#define SERVER_IV      "5d313eb2671276ee13000b30"
#define FINISHED_KEY   "008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8"
#define SIGNED_HASH    "764d6632b3c35c3f3205e3499ac3edbaabb88295fba751461d3678e2e5ea0687"
#define CLIENT_HELLO                                                                               \
    "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece70000061301130313" \
    "0"                                                                                            \
    "2010000910000000b0009000006736572766572ff01000100000a00140012001d001700180019010001010102010" \
    "3"                                                                                            \
    "010400230000003300260024001d0020" CLIENT_PUBLIC                                               \
    "002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00" \
    "020101001c00024001"
#define SERVER_HELLO                                                                               \
    "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e0033" \
    "0024001d0020" SERVER_PUBLIC "002b00020304"
#define EXTENSIONS                                                                                 \
    "080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000"
#define CERTIFICATE                                                                                \
    "0b0001b9000001b50001b0308201ac30820115a003020102020102300d06092a864886f70d01010b0500300e310c" \
    "300a06035504031303727361301e170d3136303733303031323335395a170d3236303733303031323335395a300e" \
    "310c300a0603550403130372736130819f300d06092a864886f70d010101050003818d0030818902818100b4bb49" \
    "8f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af19e" \
    "aa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c" \
    "8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001a31a301830090603" \
    "551d1304023000300b0603551d0f0404030205a0300d06092a864886f70d01010b05000381810085aad2a0e5b927" \
    "6b908c65f73a7267170618a54c5f8a7b337d2df7a594365417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a" \
    "03015156726096fd335e5e67f2dbf102702e608ccae6bec1fc63a42a99be5c3eb7107c3c54e9b9eb2bd5203b1c3b" \
    "84e0a8b2f759409ba3eac9d91d402dcc0cc8f8961229ac9187b42b4de10000"
#define VERIFY                                                                                     \
    "0f000084080400805a747c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78" \
    "e2d33a5c141a078653fa6bef780c5ea248eeaaa785c4f394cab6d30bbe8d4859ee511f602957b15411ac02767145" \
    "9e46445c9ea58c181e818e95b8c3fb0bf3278409d3be152a3da5043e063dda65cdf5aea20d53dfacd42f74f3"
#define FINISHED "140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718"

static void same(const uint8_t *bytes, size_t size, const char *hex)
{
    g_autofree char *ours = bytes_hex(bytes, size, '\0');
    ck_assert_str_eq(ours, hex);
}

static void pass(Seal *seal, const char *hex)
{
    g_autoptr(GByteArray) message = samples_hex(hex);
    seal_message(seal, message->data, message->len);
}

static Reader reader_of(const GByteArray *bytes)
{
    return reader_new(bytes->data, bytes->len);
}

START_TEST(rfc_8448)
{
    g_autoptr(GByteArray) private = samples_hex(CLIENT_PRIVATE);
    g_autoptr(GByteArray) peer = samples_hex(SERVER_PUBLIC);
    g_autoptr(GByteArray) public = agree_public(29, private->data);
    g_autoptr(GByteArray) secret = agree_secret(29, private->data, reader_of(peer));
    same(public->data, public->len, CLIENT_PUBLIC);
    same(secret->data, secret->len, SHARED);

    g_autoptr(Seal) seal = seal_new(0x1301);
    pass(seal, CLIENT_HELLO);
    pass(seal, SERVER_HELLO);
    seal_agree(seal, secret);
    const SealKeys *keys = seal_keys(seal);
    same(keys->key, keys->key_size, SERVER_KEY);
    same(keys->iv, sizeof keys->iv, SERVER_IV);
    same(keys->finished, keys->hash_size, FINISHED_KEY);

    pass(seal, EXTENSIONS);
    pass(seal, CERTIFICATE);
    g_autoptr(GByteArray) content = seal_signed(seal);
    ck_assert_uint_eq(content->len, 64 + 34 + 32);
    same(content->data + 64 + 34, 32, SIGNED_HASH);
    pass(seal, VERIFY);
    g_autoptr(GByteArray) finished = samples_hex(FINISHED);
    ck_assert(seal_finished(seal, finished->data, finished->len));
    ck_assert(!seal_finished(seal, finished->data, finished->len - 1));
    finished->data[20] ^= 1;
    ck_assert(!seal_finished(seal, finished->data, finished->len));
}
END_TEST

START_TEST(both_sides_agree)
{
    uint16_t group = agree_group((guint)_i);
    static const uint8_t seeds[2][AGREE_SEED] = {"one", "and the other, that fills it all"};
    ck_assert(agree_can(group));
    g_autoptr(GByteArray) one = agree_public(group, seeds[0]);
    g_autoptr(GByteArray) other = agree_public(group, seeds[1]);
    g_autoptr(GByteArray) first = agree_secret(group, seeds[0], reader_of(other));
    g_autoptr(GByteArray) second = agree_secret(group, seeds[1], reader_of(one));
    ck_assert_uint_eq(first->len, second->len);
    ck_assert_int_eq(memcmp(first->data, second->data, first->len), 0);
    ck_assert_int_ne(memcmp(one->data, other->data, one->len), 0);

    ck_assert_ptr_null(agree_secret(group, seeds[0], reader_new(one->data, one->len - 1)));
    memset(other->data + 1, 0, other->len - 1);
    other->data[0] = other->len % 2 ? 4 : 0; /* a point of these curves, or of order 1 */
    ck_assert_ptr_null(agree_secret(group, seeds[0], reader_of(other)));
}
END_TEST

START_TEST(what_is_not_known)
{
    static const uint8_t seed[AGREE_SEED] = {0};
    ck_assert(!agree_can(256) && !agree_group(5));
    ck_assert_ptr_null(agree_public(4588, seed));
    ck_assert_ptr_null(agree_secret(4588, seed, reader_new(seed, sizeof seed)));
    ck_assert(!seal_can(0x00c6) && !seal_can(0x1300) && seal_can(0x1305));
    ck_assert_ptr_null(seal_new(0xc02f));
    g_autoptr(GByteArray) whole = agree_public(23, seed); /* zero is no private key: one is used */
    ck_assert_uint_eq(whole->len, 65);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seal");
    TCase *tcase = tcase_create("keys");
    tcase_add_test(tcase, rfc_8448);
    tcase_add_loop_test(tcase, both_sides_agree, 0, 5);
    tcase_add_test(tcase, what_is_not_known);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
