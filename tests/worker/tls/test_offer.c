/* What is offered is what a reader of ClientHellos finds in it; SSL 2.0's by its bytes. */
#include "worker/tls/offer.h"

#include <string.h>

#include "tests/check.h"
#include "tests/worker/tls/samples.h"
#include "worker/tls/record.h"

static void add(GArray *list, uint16_t code)
{
    g_array_append_val(list, code);
}

/* The message in the records, with how many there were and how long the longest was. */
static GByteArray *unwrap(const GByteArray *records, guint *count, size_t *longest)
{
    g_autoptr(Splitter) splitter = record_splitter_new();
    GByteArray *message = g_byte_array_new();
    Record record;
    *count = 0;
    *longest = 0;
    record_feed(splitter, records->data, records->len);
    while (record_next(splitter, &record) == RECORD_READY) {
        ck_assert_int_eq(record.type, RECORD_HANDSHAKE);
        g_byte_array_append(message, record.data, (guint)record.size);
        *longest = MAX(*longest, record.size);
        ++*count;
    }
    size_t left;
    record_unread(splitter, &left);
    ck_assert_uint_eq(left, 0);
    return message;
}

/* Reads what was built; `message` is what the hello borrows from. */
static ClientHello *read_back(const Offer *offer, GByteArray **message)
{
    guint count;
    size_t longest;
    g_autoptr(GByteArray) records = offer_build(offer);
    *message = unwrap(records, &count, &longest);
    ClientHello *hello = hello_client_new((*message)->data, (*message)->len);
    ck_assert_msg(hello->fault == NULL, "does not parse");
    return hello;
}

static Offer *full_offer(uint16_t version)
{
    Offer *offer = offer_new(version);
    offer_add_suite(offer, 0x1301);
    offer_add_suite(offer, 0xc02f);
    add(offer->groups, 29);
    add(offer->groups, 23);
    add(offer->schemes, 0x0804);
    add(offer->shares, 23);
    g_ptr_array_add(offer->alpn, g_strdup("h2"));
    g_ptr_array_add(offer->alpn, g_strdup("http/1.1"));
    offer->server_name = g_strdup("test.example");
    offer->session_id_size = 32;
    memset(offer->random, 0x11, sizeof offer->random);
    memset(offer->session_id, 0x22, sizeof offer->session_id);
    offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    return offer;
}

START_TEST(all_members_are_there)
{
    g_autoptr(Offer) offer = full_offer(TLS_1_3);
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->legacy_version, TLS_1_2);
    ck_assert_mem_eq(hello->random, offer->random, 32);
    ck_assert_uint_eq(hello->session_id.size, 32);
    ck_assert_mem_eq(hello->session_id.data, offer->session_id, 32);
    ck_assert_uint_eq(hello->suites->len, 2);
    ck_assert_uint_eq(g_array_index(hello->suites, uint16_t, 0), 0x1301);
    ck_assert_uint_eq(g_array_index(hello->suites, uint16_t, 1), 0xc02f);
    ck_assert_uint_eq(hello->compressions->len, 1);
    ck_assert_uint_eq(hello->versions->len, 1);
    ck_assert_uint_eq(g_array_index(hello->versions, uint16_t, 0), TLS_1_3);
    ck_assert_uint_eq(hello->groups->len, 2);
    ck_assert_uint_eq(g_array_index(hello->groups, uint16_t, 0), 29);
    ck_assert_uint_eq(hello->shares->len, 1);
    ck_assert_uint_eq(g_array_index(hello->shares, uint16_t, 0), 23);
    ck_assert_uint_eq(hello->schemes->len, 1);
    ck_assert_uint_eq(hello->alpn->len, 2);
    ck_assert_uint_eq(g_array_index(hello->alpn, Reader, 1).size, 8);
    ck_assert_mem_eq(hello->server_name.data, "test.example", 12);
    ck_assert_ptr_nonnull(hello_extension(hello->extensions, EXTENSION_EXTENDED_MASTER_SECRET));
    ck_assert_ptr_nonnull(hello_extension(hello->extensions, EXTENSION_EC_POINT_FORMATS));
}
END_TEST

/* What each version says of itself, and where. */
static const struct Version {
    uint16_t version, legacy, record, offered;
    bool bare;
} versions[] = {
    {TLS_SSL3, 0x0300, 0x0300, 0, false},     {TLS_1_0, 0x0301, 0x0301, 0, false},
    {TLS_1_1, 0x0302, 0x0301, 0, false},      {TLS_1_2, 0x0303, 0x0301, 0, false},
    {TLS_1_3, 0x0303, 0x0301, 0x0304, false}, {0x0305, 0x0303, 0x0301, 0x0305, false},
    {TLS_1_3, 0x0304, 0x0301, 0, true},       {0x0404, 0x0404, 0x0301, 0, true},
};

/* DTLS counts downwards; its hellos have a cookie and no padding. */
static const struct Version dtls_versions[] = {
    {DTLS_1_0, 0xfeff, 0, 0, false},      {DTLS_1_2, 0xfefd, 0, 0, false},
    {DTLS_1_3, 0xfefd, 0, 0xfefc, false}, {0xfefb, 0xfefd, 0, 0xfefb, false},
    {DTLS_1_3, 0xfefc, 0, 0, true},
};

START_TEST(dtls_has_versions_of_its_own)
{
    const struct Version *row = &dtls_versions[_i];
    static const uint8_t cookie[] = {0xab, 0xcd, 0xef};
    g_autoptr(Offer) offer = offer_new(row->version);
    for (guint i = 0; i < 120; i++)
        offer_add_suite(offer, 0xc000 + i);
    offer->bare = row->bare;
    g_autoptr(GByteArray) first = offer_message(offer);
    g_autoptr(ClientHello) empty = hello_client_new(first->data, first->len);
    ck_assert_ptr_null(empty->fault);
    ck_assert_uint_eq(empty->cookie.size, 0);
    offer->cookie = g_bytes_new(cookie, sizeof cookie);
    g_autoptr(Offer) copy = offer_copy(offer);
    g_autoptr(GByteArray) message = offer_message(copy);
    ck_assert_uint_eq(message->len, first->len + sizeof cookie);
    g_autoptr(ClientHello) hello = hello_client_new(message->data, message->len);
    ck_assert_ptr_null(hello->fault);
    ck_assert_uint_eq(hello->legacy_version, row->legacy);
    ck_assert_uint_eq(hello->cookie.size, sizeof cookie);
    ck_assert_mem_eq(hello->cookie.data, cookie, sizeof cookie);
    ck_assert_uint_eq(hello->suites->len, 120);
    ck_assert_uint_eq(hello->versions->len, row->offered ? 1 : 0);
    if (row->offered)
        ck_assert_uint_eq(g_array_index(hello->versions, uint16_t, 0), row->offered);
    ck_assert((hello_extension(hello->extensions, EXTENSION_KEY_SHARE) != NULL) ==
              (row->offered != 0));
    ck_assert_ptr_null(hello_extension(hello->extensions, EXTENSION_PADDING));
}
END_TEST

START_TEST(versions_stand_where_they_belong)
{
    const struct Version *row = &versions[_i];
    g_autoptr(Offer) offer = offer_new(row->version);
    offer_add_suite(offer, 0x002f);
    offer->bare = row->bare;
    g_autoptr(GByteArray) records = offer_build(offer);
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->legacy_version, row->legacy);
    ck_assert_uint_eq(records->data[1] << 8 | records->data[2], row->record);
    ck_assert_uint_eq(hello->versions->len, row->offered ? 1 : 0);
    if (row->offered)
        ck_assert_uint_eq(g_array_index(hello->versions, uint16_t, 0), row->offered);
    bool share = hello_extension(hello->extensions, EXTENSION_KEY_SHARE) != NULL;
    ck_assert(share == (row->offered != 0));
}
END_TEST

START_TEST(versions_as_they_are_told)
{
    g_autoptr(Offer) offer = offer_new(TLS_1_2);
    add(offer->versions, 0x7a7a);
    add(offer->versions, TLS_1_3);
    add(offer->versions, TLS_1_2);
    offer->record = 0x0303;
    g_autoptr(GByteArray) records = offer_build(offer), message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->versions->len, 3);
    ck_assert_uint_eq(records->data[2], 3);
    ck_assert_ptr_nonnull(hello_extension(hello->extensions, EXTENSION_KEY_SHARE));
    ck_assert_uint_eq(hello->shares->len, 0);
}
END_TEST

START_TEST(bare_has_no_extensions)
{
    g_autoptr(Offer) offer = full_offer(TLS_1_2);
    offer->bare = true;
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->extensions->len, 0);
    ck_assert_uint_eq(message->len, 4 + 2 + 32 + 1 + 32 + 2 + 4 + 2);
}
END_TEST

/* By RFC 7685 a message of 256 to 511 bytes gets 512, or a little more where an extension's header
 * does not fit otherwise. */
START_TEST(sizes_that_hang_servers_are_padded)
{
    for (guint suites = 60; suites < 260; suites++) {
        g_autoptr(Offer) offer = offer_new(TLS_1_2);
        add(offer->groups, 23);
        for (guint i = 0; i < suites; i++)
            offer_add_suite(offer, 0xc000 + i);
        guint plain = 4 + 2 + 32 + 1 + 2 + 2 * suites + 2 + 2 + 6 + 8;
        g_autoptr(GByteArray) message = NULL;
        g_autoptr(ClientHello) hello = read_back(offer, &message);
        bool padded = hello_extension(hello->extensions, EXTENSION_PADDING) != NULL;
        ck_assert_msg(padded == (plain >= 256 && plain < 512), "%u", plain);
        if (padded)
            ck_assert_uint_eq(message->len, MAX(plain + 5, 512));
        else
            ck_assert_uint_eq(message->len, plain);
    }
}
END_TEST

START_TEST(padding_keeps_from_behind_a_pre_shared_key)
{
    static const uint8_t filler[300] = {0};
    g_autoptr(Offer) offer = full_offer(TLS_1_3);
    offer_add_extension(offer, 0x1234, filler, sizeof filler);
    offer_add_extension(offer, EXTENSION_PRE_SHARED_KEY, filler, 10);
    offer->shares->len = 0;
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    guint last = hello->extensions->len - 1;
    ck_assert_uint_eq(g_array_index(hello->extensions, Extension, last).type,
                      EXTENSION_PRE_SHARED_KEY);
}
END_TEST

START_TEST(fragments)
{
    static const guint sizes[] = {0, 1, 7, 100, 16384, 100000};
    g_autoptr(Offer) offer = full_offer(TLS_1_2);
    for (guint i = 0; i < 20000; i++)
        offer_add_suite(offer, 0x1000 + i);
    g_autoptr(GByteArray) whole = offer_message(offer);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint most = sizes[i] == 0 || sizes[i] > 16384 ? 16384 : sizes[i];
        offer->fragment = sizes[i];
        if (most < 100) /* more records than the splitter allows */
            g_array_set_size(offer->suites, 10);
        g_autoptr(GByteArray) records = offer_build(offer);
        guint count;
        size_t longest;
        g_autoptr(GByteArray) message = unwrap(records, &count, &longest);
        ck_assert_uint_eq(longest, most);
        ck_assert_uint_eq(count, (message->len + most - 1) / most);
        g_array_set_size(offer->suites, 20002);
    }
    ck_assert_uint_gt(whole->len, 40000);
}
END_TEST

START_TEST(lists_are_cut_where_their_length_ends)
{
    g_autoptr(Offer) offer = offer_new(TLS_1_3);
    g_autofree uint8_t *much = g_malloc0(70000);
    for (guint i = 0; i < 70000; i++) {
        offer_add_suite(offer, i);
        add(offer->schemes, (uint16_t)i);
    }
    for (guint i = 0; i < 300; i++)
        add(offer->versions, (uint16_t)i);
    g_autofree char *name = g_strnfill(300, 'a');
    g_ptr_array_add(offer->alpn, g_strdup(name));
    offer_add_extension(offer, 0x1234, much, 70000);
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->suites->len, 32767);
    ck_assert_uint_eq(hello->versions->len, 127);
    ck_assert_uint_eq(g_array_index(hello->alpn, Reader, 0).size, 255);
    ck_assert_ptr_null(hello_extension(hello->extensions, 0x1234));
}
END_TEST

START_TEST(ssl2_by_its_bytes)
{
    g_autoptr(Offer) offer = offer_new(TLS_SSL2);
    offer_add_suite(offer, 0x010080);
    offer_add_suite(offer, 0x0700c0);
    memset(offer->random, 0xaa, sizeof offer->random);
    g_autoptr(GByteArray) records = offer_build(offer);
    g_autoptr(GByteArray) wanted = samples_hex("801f 01 0002 0006 0000 0010 010080 0700c0"
                                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    ck_assert_uint_eq(records->len, wanted->len);
    ck_assert_mem_eq(records->data, wanted->data, wanted->len);
}
END_TEST

START_TEST(a_copy_is_its_own)
{
    g_autoptr(Offer) offer = full_offer(TLS_1_3);
    g_autoptr(GByteArray) one = offer_build(offer);
    g_autoptr(Offer) copy = offer_copy(offer);
    offer_add_suite(offer, 0x1302);
    g_ptr_array_set_size(offer->alpn, 0);
    g_clear_pointer(&offer, offer_free);
    g_autoptr(GByteArray) other = offer_build(copy);
    ck_assert_uint_eq(one->len, other->len);
    ck_assert_mem_eq(one->data, other->data, one->len);
    ck_assert(offer_has(copy->groups, 23));
    ck_assert(!offer_has(copy->groups, 24));
}
END_TEST

/* Sizes by RFC 8446 section 4.2.8, RFC 7919, FIPS 203 and draft-ietf-tls-ecdhe-mlkem. */
static const struct Share {
    uint16_t group;
    guint size;
} shares[] = {
    {23, 65},     {24, 97},     {25, 133},    {29, 32},       {30, 56},       {31, 65},
    {32, 97},     {33, 129},    {41, 65},     {256, 256},     {257, 384},     {258, 512},
    {259, 768},   {260, 1024},  {512, 800},   {513, 1184},    {514, 1568},    {4587, 1249},
    {4588, 1216}, {4589, 1665}, {4590, 1249}, {0x6399, 1216}, {0x639a, 1249},
};

START_TEST(shares_have_their_size)
{
    static const uint8_t zeros[32] = {0}, ones[32] = {[0 ... 31] = 0xff};
    const struct Share *row = &shares[_i];
    g_autoptr(GByteArray) one = offer_share(row->group, zeros);
    g_autoptr(GByteArray) other = offer_share(row->group, ones);
    ck_assert_uint_eq(one->len, row->size);
    ck_assert_uint_eq(other->len, row->size);
    g_autoptr(Offer) offer = offer_new(TLS_1_3);
    add(offer->shares, row->group);
    g_autoptr(GByteArray) message = NULL;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->shares->len, 1);
    ck_assert_uint_eq(g_array_index(hello->shares, uint16_t, 0), row->group);
}
END_TEST

START_TEST(no_share_for_what_has_none)
{
    static const uint8_t seed[32] = {0};
    ck_assert_ptr_null(offer_share(22, seed));
    ck_assert_ptr_null(offer_share(0x0a0a, seed));
}
END_TEST

START_TEST(extensions_in_reverse)
{
    g_autoptr(Offer) offer = full_offer(TLS_1_3);
    g_autoptr(GByteArray) message = NULL, other = NULL;
    g_autoptr(ClientHello) usual = read_back(offer, &message);
    offer->reversed = true;
    g_autoptr(ClientHello) hello = read_back(offer, &other);
    guint count = usual->extensions->len;
    ck_assert_uint_eq(hello->extensions->len, count);
    if (g_array_index(usual->extensions, Extension, count - 1).type == EXTENSION_PADDING)
        count--; /* stays at the end */
    for (guint i = 0; i < count; i++)
        ck_assert_uint_eq(g_array_index(hello->extensions, Extension, i).type,
                          g_array_index(usual->extensions, Extension, count - 1 - i).type);
}
END_TEST

START_TEST(versions_without_the_extension)
{
    uint16_t version = TLS_1_3;
    g_autoptr(Offer) offer = full_offer(TLS_1_3);
    g_autoptr(GByteArray) message = NULL, other = NULL;
    offer->legacy = 0x0305;
    g_autoptr(ClientHello) hello = read_back(offer, &message);
    ck_assert_uint_eq(hello->legacy_version, 0x0305);
    ck_assert_uint_eq(hello->versions->len, 0);
    g_array_append_val(offer->versions, version);
    g_autoptr(ClientHello) named = read_back(offer, &other);
    ck_assert_uint_eq(named->legacy_version, 0x0305);
    ck_assert_uint_eq(named->versions->len, 1);
}
END_TEST

/* Whatever is wrong with how it is sent, and nothing else. */
START_TEST(records_as_they_are_told)
{
    g_autoptr(Offer) offer = offer_new(TLS_1_2);
    offer->message = g_bytes_new_static("\x14\x00\x00\x04"
                                        "done",
                                        8);
    offer->first = g_bytes_new_static("first", 5);
    offer->fragment = 5;
    offer->between = RECORD_APPLICATION_DATA;
    offer->content = 99;
    offer->record = 0x0400;
    offer->length = 0xFFFF;
    g_autoptr(Offer) copy = offer_copy(offer);
    g_autoptr(GByteArray) records = offer_build(copy);
    g_autoptr(GByteArray) wanted = samples_hex("6669727374 1704000000 630400ffff 1400000464"
                                               "1704000000 6304000003 6f6e65");
    ck_assert_uint_eq(records->len, wanted->len);
    ck_assert_mem_eq(records->data, wanted->data, wanted->len);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("offer");
    TCase *tcase = tcase_create("hello");
    tcase_add_test(tcase, all_members_are_there);
    tcase_add_loop_test(tcase, versions_stand_where_they_belong, 0, G_N_ELEMENTS(versions));
    tcase_add_loop_test(tcase, dtls_has_versions_of_its_own, 0, G_N_ELEMENTS(dtls_versions));
    tcase_add_test(tcase, versions_as_they_are_told);
    tcase_add_test(tcase, bare_has_no_extensions);
    tcase_add_test(tcase, sizes_that_hang_servers_are_padded);
    tcase_add_test(tcase, padding_keeps_from_behind_a_pre_shared_key);
    tcase_add_test(tcase, fragments);
    tcase_add_test(tcase, lists_are_cut_where_their_length_ends);
    tcase_add_test(tcase, ssl2_by_its_bytes);
    tcase_add_test(tcase, a_copy_is_its_own);
    tcase_add_test(tcase, a_copy_is_its_own);
    tcase_add_test(tcase, extensions_in_reverse);
    tcase_add_test(tcase, versions_without_the_extension);
    tcase_add_test(tcase, records_as_they_are_told);
    tcase_add_loop_test(tcase, shares_have_their_size, 0, G_N_ELEMENTS(shares));
    tcase_add_test(tcase, no_share_for_what_has_none);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
