/* What is put into datagrams comes out again: as records, as messages, and as a tree, whatever the
 * network does with them; and what lies is named. */
#include "worker/tls/datagram.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/tls/samples.h"
#include "worker/tls/assembly.h"
#include "worker/tls/explain.h"
#include "worker/tls/version.h"

typedef struct Reading {
    Datagrams *datagrams;
    Assembly *assembly;
    GPtrArray *messages; /* GByteArray *, as they came out */
    guint others;        /* records that are no handshake */
} Reading;

static void bytes_unref(gpointer bytes)
{
    g_byte_array_unref(bytes);
}

static Reading reading_new(void)
{
    return (Reading){.datagrams = datagrams_new(false),
                     .assembly = assembly_new(),
                     .messages = g_ptr_array_new_with_free_func(bytes_unref)};
}

static void reading_clear(Reading *reading)
{
    datagrams_free(reading->datagrams);
    assembly_free(reading->assembly);
    g_ptr_array_unref(reading->messages);
}

/* A datagram comes, in memory of its exact size. */
static void come(Reading *reading, const uint8_t *data, size_t size)
{
    Record record;
    HandshakeMessage message;
    g_autofree uint8_t *copy = g_memdup2(data, size);
    datagrams_feed(reading->datagrams, copy, size);
    while (datagrams_next(reading->datagrams, &record) == RECORD_READY) {
        if (record.type != RECORD_HANDSHAKE) {
            reading->others++;
            continue;
        }
        assembly_feed(reading->assembly, &record);
        while (assembly_next(reading->assembly, &message) == RECORD_READY) {
            GByteArray *bytes = g_byte_array_new();
            g_byte_array_append(bytes, message.bytes, (guint)message.size);
            g_ptr_array_add(reading->messages, bytes);
        }
    }
}

static void come_hex(Reading *reading, const char *hex)
{
    g_autoptr(GByteArray) bytes = samples_hex(hex);
    come(reading, bytes->data, bytes->len);
}

static const char *reason_of(const Reading *reading)
{
    const Fault *fault = datagrams_fault(reading->datagrams);
    fault = fault ? fault : assembly_fault(reading->assembly);
    return fault ? fault->reason : "";
}

static const char *said(const Reading *reading, const char *argument)
{
    const Fault *fault = datagrams_fault(reading->datagrams);
    fault = fault ? fault : assembly_fault(reading->assembly);
    return fault ? json_string_value(json_object_get(fault->args, argument)) : NULL;
}

/* Three messages of a flight, the second long, in datagrams. */
static GPtrArray *flight(guint fragment, const GPtrArray *samples)
{
    static const char *const names[] = {"ServerHello", "Certificate", "ServerHelloDone"};
    DatagramForm form = {.version = DTLS_1_2, .fragment = fragment};
    GPtrArray *all = g_ptr_array_new_with_free_func(bytes_unref);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const Sample *sample = samples_find(samples, "tls10-ecdhe", names[i]);
        g_autoptr(GByteArray) message = g_byte_array_new();
        g_byte_array_append(message, sample->bytes, (guint)sample->size);
        g_autoptr(GPtrArray) some = datagram_message(&form, (uint16_t)i, message);
        for (guint j = 0; j < some->len; j++)
            g_ptr_array_add(all, g_byte_array_ref(g_ptr_array_index(some, j)));
    }
    return all;
}

static void check_flight(const Reading *reading, const GPtrArray *samples)
{
    static const char *const names[] = {"ServerHello", "Certificate", "ServerHelloDone"};
    ck_assert_str_eq(reason_of(reading), "");
    ck_assert_uint_eq(reading->messages->len, G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const Sample *sample = samples_find(samples, "tls10-ecdhe", names[i]);
        const GByteArray *message = g_ptr_array_index(reading->messages, i);
        ck_assert_uint_eq(message->len, sample->size);
        ck_assert_mem_eq(message->data, sample->bytes, sample->size);
    }
}

/* In order, backwards, each twice, the even ones first, and all in one datagram. */
START_TEST(messages_come_out_whatever_the_network_does)
{
    static const guint fragments[] = {0, 1, 7, 100, 1000, 20000};
    g_autoptr(GPtrArray) samples = samples_load();
    g_autoptr(GPtrArray) all = flight(fragments[_i], samples);
    enum { ORDERS = 5 };
    for (guint order = 0; order < ORDERS; order++) {
        Reading reading = reading_new();
        g_autoptr(GByteArray) one = g_byte_array_new();
        for (guint i = 0; i < all->len; i++) {
            guint half = (all->len + 1) / 2;
            guint evens = i < half ? 2 * i : 2 * (i - half) + 1;
            guint which = order == 1 ? all->len - 1 - i : order == 3 ? evens : i;
            const GByteArray *datagram = g_ptr_array_index(all, which);
            if (order == 4)
                g_byte_array_append(one, datagram->data, datagram->len);
            else
                come(&reading, datagram->data, datagram->len);
            if (order == 2)
                come(&reading, datagram->data, datagram->len);
        }
        if (order == 4)
            come(&reading, one->data, one->len);
        check_flight(&reading, samples);
        reading_clear(&reading);
    }
}
END_TEST

/* The datagrams of a size, and the records in them: epoch 0, numbered one after the other. */
START_TEST(datagrams_have_their_size_and_numbers)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    bytes_put(message, 1, 1);
    bytes_put(message, 3000, 3);
    g_byte_array_set_size(message, 3004);
    memset(message->data + 4, 0x55, 3000);
    DatagramForm form = {.version = DTLS_1_0, .sequence = 0x123456789aff};
    g_autoptr(GPtrArray) usual = datagram_message(&form, 7, message);
    ck_assert_uint_eq(usual->len, 3);
    const GByteArray *first = g_ptr_array_index(usual, 0), *second = g_ptr_array_index(usual, 1);
    ck_assert_uint_eq(first->len, DATAGRAM_MOST);
    g_autoptr(GByteArray) head =
        samples_hex("16 feff 0000 123456789aff 059f 01 000bb8 0007 000000 000593");
    ck_assert_mem_eq(first->data, head->data, head->len);
    g_autoptr(GByteArray) next =
        samples_hex("16 feff 0000 123456789b00 059f 01 000bb8 0007 000593 000593");
    ck_assert_mem_eq(second->data, next->data, next->len);
    form.fragment = 100;
    g_autoptr(GPtrArray) small = datagram_message(&form, 7, message);
    ck_assert_uint_eq(small->len, 30);
    ck_assert_uint_eq(form.sequence, 0x123456789b02 + 30);
    g_autoptr(GByteArray) alert = datagram_new(&form, RECORD_ALERT, (const uint8_t *)"\x02\x5a", 2);
    ck_assert_uint_eq(alert->len, DATAGRAM_HEADER + 2);
}
END_TEST

#define ALERT "15 fefd 0000 000000000001 0002 0228"

/* A datagram cut at every length is a fault, or nothing at all: it is never half a record. */
START_TEST(every_cut_is_seen)
{
    g_autoptr(GByteArray) bytes = samples_hex(ALERT);
    for (guint size = 0; size < bytes->len; size++) {
        Reading reading = reading_new();
        come(&reading, bytes->data, size);
        ck_assert_str_eq(reason_of(&reading), size ? "record-malformed" : "");
        ck_assert(!datagrams_foreign(reading.datagrams));
        ck_assert_uint_eq(reading.others, 0);
        reading_clear(&reading);
    }
}
END_TEST

static const struct Malformed {
    const char *hex, *reason, *what;
    bool foreign;
} malformed[] = {
    {"48545450", "record-malformed", "type 72, which is no DTLS content type", true},
    {"16 0303 0002 0000", "record-malformed", "version 3.x, which is no version of DTLS", true},
    {"30 0102", "record-malformed", "type 48, which is no DTLS content type", true},
    {"16 fefd 0000 000000000000 4801", "record-malformed", "length 18433, more than 18432", false},
    {"15 fefd 0000 000000000000 0003 0228", "record-malformed",
     "length 3, where the datagram has 2", false},
    {ALERT "00", "record-malformed", "type 0, which is no DTLS content type", false},
    {"16 fefd 0000 000000000000 0004 02 000000", "message-malformed",
     "the header of a fragment is cut short", false},
    {"16 fefd 0000 000000000000 000d 0b 000010 0000 000000 000002 aa", "message-malformed",
     "a fragment of 2 bytes, of which 1 are there", false},
    {"16 fefd 0000 000000000000 000e 0b 000010 0000 00000f 000002 aabb", "message-malformed",
     "a fragment up to byte 17 of 16", false},
    {"16 fefd 0000 000000000000 000d 0b ffffff 0000 000000 000001 aa", "limit-message", NULL,
     false},
};

START_TEST(what_lies_is_named)
{
    const struct Malformed *row = &malformed[_i];
    Reading reading = reading_new();
    come_hex(&reading, row->hex);
    ck_assert_str_eq(reason_of(&reading), row->reason);
    if (row->what)
        ck_assert_str_eq(said(&reading, "what"), row->what);
    ck_assert(datagrams_foreign(reading.datagrams) == row->foreign);
    come_hex(&reading, "16 fefd 0000 000000000009 000c 0e 000000 0000 000000 000000");
    ck_assert_uint_eq(reading.messages->len, 0);
    reading_clear(&reading);
}
END_TEST

#define FRAGMENT(type, length, offset, size, bytes)                                                \
    "16 fefd 0000 000000000000 0010 " type " " length " 0000 " offset " " size " " bytes

static const struct Overlap {
    const char *second, *what; /* NULL: nothing is wrong, and a message comes out */
} overlaps[] = {
    {FRAGMENT("0b", "000006", "000002", "000004", "ccddeeff"), NULL},
    {FRAGMENT("0b", "000006", "000002", "000004", "ccdceeff"), "content"},
    {FRAGMENT("0c", "000006", "000002", "000004", "ccddeeff"), "type"},
    {FRAGMENT("0b", "000007", "000002", "000004", "ccddeeff"), "length"},
};

START_TEST(fragments_that_overlap_must_agree)
{
    const struct Overlap *row = &overlaps[_i];
    Reading reading = reading_new();
    come_hex(&reading, FRAGMENT("0b", "000006", "000000", "000004", "aabbccdd"));
    ck_assert_uint_eq(reading.messages->len, 0);
    come_hex(&reading, row->second);
    ck_assert_str_eq(reason_of(&reading), row->what ? "fragments-differ" : "");
    ck_assert_uint_eq(reading.messages->len, row->what ? 0 : 1);
    if (row->what) {
        ck_assert_str_eq(said(&reading, "what"), row->what);
    } else {
        const GByteArray *message = g_ptr_array_index(reading.messages, 0);
        g_autoptr(GByteArray) whole = samples_hex("0b 000006 aabbccddeeff");
        ck_assert_uint_eq(message->len, whole->len);
        ck_assert_mem_eq(message->data, whole->data, whole->len);
    }
    reading_clear(&reading);
}
END_TEST

/* Records of other epochs, of the short form, with a connection id, and acknowledgements. */
START_TEST(what_cannot_be_read_is_stepped_over)
{
    static const char *const rows[] = {"16 fefd 0001 000000000000 0003 aabbcc " ALERT,
                                       ALERT "16 fefd 0001 000000000000 0003 aabbcc",
                                       ALERT "2f 1234 0010 aabb", ALERT "19 fefd 0000",
                                       "1a fefc 0000 000000000000 0002 0000" ALERT};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Reading reading = reading_new();
        come_hex(&reading, rows[i]);
        ck_assert_str_eq(reason_of(&reading), "");
        ck_assert_uint_eq(reading.others, 1);
        reading_clear(&reading);
    }
    g_autoptr(Datagrams) short_form = datagrams_new(true);
    Record record;
    datagrams_feed(short_form, (const uint8_t *)"\x2f\x12\x34", 3);
    ck_assert_int_eq(datagrams_next(short_form, &record), RECORD_MORE);
}
END_TEST

static void come_numbered(Reading *reading, uint64_t sequence)
{
    DatagramForm form = {.version = DTLS_1_2, .sequence = sequence};
    g_autoptr(GByteArray) datagram =
        datagram_new(&form, RECORD_ALERT, (const uint8_t *)"\x01\x5a", 2);
    come(reading, datagram->data, datagram->len);
}

START_TEST(records_come_once)
{
    static const struct {
        uint64_t sequence;
        bool taken;
    } rows[] = {{100, true}, {100, false}, {99, true},   {37, true},
                {36, false}, {37, false},  {101, true},  {100, false},
                {37, false}, {38, true},   {1000, true}, {101, false},
                {937, true}, {936, false}, {937, false}, {0xffffffffffff, true}};
    Reading reading = reading_new();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint before = reading.others;
        come_numbered(&reading, rows[i].sequence);
        ck_assert_msg(reading.others - before == (rows[i].taken ? 1 : 0), "row %zu", i);
    }
    reading_clear(&reading);
}
END_TEST

START_TEST(so_much_is_held_and_no_more)
{
    Reading reading = reading_new();
    /* too far ahead: left out, and taken once it is near */
    g_autoptr(GByteArray) far =
        samples_hex("16 fefd 0000 000000000000 000c 0e 000000 0010 000000 000000");
    come(&reading, far->data, far->len);
    for (guint i = 0; i < LIMIT_AHEAD; i++) {
        g_autofree char *hex =
            g_strdup_printf("16 fefd 0000 000000000000 000c 0e 000000 %04x 000000 000000", i);
        come_hex(&reading, hex);
    }
    ck_assert_uint_eq(reading.messages->len, LIMIT_AHEAD);
    come(&reading, far->data, far->len);
    ck_assert_uint_eq(reading.messages->len, LIMIT_AHEAD + 1);
    /* long ones that are not due: the second is left out, and asked for again when it is */
    come_hex(&reading, "16 fefd 0000 000000000000 000d 0b 0ffff0 0012 000000 000001 aa");
    come_hex(&reading, "16 fefd 0000 000000000000 000c 0e 000000 0013 000000 000000");
    come_hex(&reading, "16 fefd 0000 000000000000 000d 0b 0ffff0 0014 000000 000001 aa");
    come_hex(&reading, "16 fefd 0000 000000000000 000d 0c 000001 0014 000000 000001 aa");
    ck_assert_str_eq(reason_of(&reading), "");
    come_hex(&reading, "16 fefd 0000 000000000000 000c 0e 000000 0011 000000 000000");
    ck_assert_uint_eq(reading.messages->len, 18);
    reading_clear(&reading);

    Reading many = reading_new();
    for (guint i = 0; i <= LIMIT_MESSAGES; i++) {
        g_autofree char *hex =
            g_strdup_printf("16 fefd 0000 000000000000 000c 0e 000000 %04x 000000 000000", i);
        come_hex(&many, hex);
    }
    ck_assert_str_eq(reason_of(&many), "limit-messages");
    reading_clear(&many);

    Reading records = reading_new();
    for (guint i = 0; i <= LIMIT_RECORDS; i++)
        come_numbered(&records, i);
    ck_assert_str_eq(reason_of(&records), "limit-records");
    ck_assert_uint_eq(records.others, LIMIT_RECORDS);
    reading_clear(&records);
}
END_TEST

/* ---- as a tree ---- */

static const Field *at(const Field *field, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", 0);
    for (char **name = names; *name; name++) {
        const Field *found = NULL;
        for (guint i = 0; field->children && i < field->children->len && !found; i++) {
            const Field *child = g_ptr_array_index(field->children, i);
            found = g_str_equal(child->name, *name) ? child : NULL;
        }
        ck_assert_msg(found != NULL, "no %s in %s", *name, field->name);
        field = found;
    }
    return field;
}

/* The children of each field lie one after the other, and take up all of it. */
static void check_tiles(const Field *field)
{
    size_t place = field->offset;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        ck_assert_ptr_eq(child->parent, field);
        ck_assert_uint_eq(child->offset, place);
        place += child->length;
        check_tiles(child);
    }
    if (field->children)
        ck_assert_uint_eq(place, field->offset + field->length);
}

static const struct Tree {
    const char *hex, *path, *value;
    guint offset, length;
    bool noted;
} trees[] = {
    {ALERT, "DTLSPlaintext/version", "DTLS 1.2 (0xFEFD)", 1, 2, false},
    {ALERT, "DTLSPlaintext/epoch", "0", 3, 2, false},
    {ALERT, "DTLSPlaintext/sequence_number", "1", 5, 6, false},
    {ALERT, "DTLSPlaintext/description", "handshake_failure (40)", 14, 1, false},
    {"16 feff 0000 000000000000 0010 03 000004 0000 000000 000004 feff 01 aa",
     "DTLSPlaintext/HelloVerifyRequest/cookie", "aa", 27, 2, false},
    {"16 feff 0000 000000000000 0010 03 000004 0000 000000 000004 feff 01 aa",
     "DTLSPlaintext/HelloVerifyRequest/server_version", "DTLS 1.0 (0xFEFF)", 25, 2, false},
    {FRAGMENT("0b", "000006", "000002", "000004", "ccddeeff"),
     "DTLSPlaintext/Certificate/fragment_offset", "2", 19, 3, false},
    {FRAGMENT("0b", "000006", "000002", "000004", "ccddeeff"), "DTLSPlaintext/Certificate/fragment",
     "ccddeeff", 25, 4, false},
    {FRAGMENT("0b", "000005", "000002", "000004", "ccddeeff"), "DTLSPlaintext/Certificate", "", 13,
     16, true},
    {FRAGMENT("0b", "000009", "000002", "000005", "ccddeeff"), "DTLSPlaintext/Certificate", "", 13,
     16, true},
    {"16 fefd 0001 000000000000 0003 aabbcc", "DTLSPlaintext/encrypted", "aabbcc", 13, 3, false},
    {"17 fefd 0000 000000000000 0003 aabbcc", "DTLSPlaintext/fragment", "aabbcc", 13, 3, false},
    {"16 fefd 0000 000000000000 0004 aabbcc", "DTLSPlaintext", "handshake", 0, 16, true},
    {"16 fefd 0000 0000", "DTLSPlaintext/sequence_number", "0000", 5, 2, true},
    {"2f aabbcc", "DTLSCiphertext", "2faabbcc", 0, 4, false},
};

START_TEST(datagrams_are_explained)
{
    const struct Tree *row = &trees[_i];
    g_autoptr(GByteArray) bytes = samples_hex(row->hex);
    g_autoptr(Field) root = tls_explain_datagram(bytes->data, bytes->len);
    check_tiles(root);
    const Field *field = at(root, row->path);
    ck_assert_str_eq(field->value->str, row->value);
    ck_assert_uint_eq(field->offset, row->offset);
    ck_assert_uint_eq(field->length, row->length);
    ck_assert((field->notes != NULL) == row->noted);
}
END_TEST

/* Whole messages have the fields that they have in TLS, where they stand in the datagram. */
START_TEST(whole_messages_have_their_fields)
{
    g_autoptr(GPtrArray) samples = samples_load();
    g_autoptr(GPtrArray) all = flight(0, samples);
    const GByteArray *hello = g_ptr_array_index(all, 0);
    g_autoptr(Field) root = tls_explain_datagram(hello->data, hello->len);
    check_tiles(root);
    const Field *suite = at(root, "DTLSPlaintext/ServerHello/cipher_suite");
    const Sample *sample = samples_find(samples, "tls10-ecdhe", "ServerHello");
    g_autoptr(Field) plain = tls_explain(sample->bytes, sample->size, false);
    ck_assert_str_eq(suite->value->str, at(plain, "cipher_suite")->value->str);
    ck_assert_uint_eq(suite->offset,
                      at(plain, "cipher_suite")->offset + DATAGRAM_HEADER + FRAGMENT_HEADER - 4);
    ck_assert_str_eq(at(root, "DTLSPlaintext/ServerHello")->value->str, plain->value->str);
    for (guint i = 0; i < all->len; i++) {
        const GByteArray *datagram = g_ptr_array_index(all, i);
        for (guint size = 0; size < MIN(datagram->len, 300); size++) {
            g_autofree uint8_t *cut = g_memdup2(datagram->data, size);
            g_autoptr(Field) tree = tls_explain_datagram(cut, size);
            check_tiles(tree);
        }
    }
    g_autoptr(GByteArray) huge = g_byte_array_new();
    g_byte_array_set_size(huge, 100000);
    memset(huge->data, 0x16, huge->len);
    g_autoptr(Field) large = tls_explain_datagram(huge->data, huge->len);
    check_tiles(large);
    ck_assert_uint_eq(at(large, "trailing")->offset, UINT16_MAX);
}
END_TEST

/* ---- versions ---- */

START_TEST(dtls_counts_downwards)
{
    static const struct {
        uint16_t version, like;
        bool dtls;
    } rows[] = {{TLS_SSL2, TLS_SSL2, false}, {TLS_1_3, TLS_1_3, false}, {0x7a7a, 0x7a7a, false},
                {DTLS_1_0, TLS_1_1, true},   {0xfefe, TLS_1_1, true},   {DTLS_1_2, TLS_1_2, true},
                {DTLS_1_3, TLS_1_3, true},   {0xfefb, 0x0305, true},    {0xfe00, 0x0400, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ck_assert_uint_eq(version_like(rows[i].version), rows[i].like);
        ck_assert(version_is_dtls(rows[i].version) == rows[i].dtls);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("datagram");
    TCase *tcase = tcase_create("datagram");
    tcase_add_loop_test(tcase, messages_come_out_whatever_the_network_does, 0, 6);
    tcase_add_test(tcase, datagrams_have_their_size_and_numbers);
    tcase_add_test(tcase, every_cut_is_seen);
    tcase_add_loop_test(tcase, what_lies_is_named, 0, G_N_ELEMENTS(malformed));
    tcase_add_loop_test(tcase, fragments_that_overlap_must_agree, 0, G_N_ELEMENTS(overlaps));
    tcase_add_test(tcase, what_cannot_be_read_is_stepped_over);
    tcase_add_test(tcase, records_come_once);
    tcase_add_test(tcase, so_much_is_held_and_no_more);
    tcase_add_loop_test(tcase, datagrams_are_explained, 0, G_N_ELEMENTS(trees));
    tcase_add_test(tcase, whole_messages_have_their_fields);
    tcase_add_test(tcase, dtls_counts_downwards);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
