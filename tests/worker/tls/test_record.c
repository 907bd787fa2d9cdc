#include "tests/check.h"
#include "tests/worker/tls/samples.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/record.h"

static void put_record(GByteArray *stream, uint8_t type, const void *data, size_t size)
{
    Record record = {.type = type, .version = 0x0303, .data = data, .size = size};
    record_put(stream, &record);
}

/* The messages of the samples in handshake records of `fragment` bytes each. */
static GByteArray *stream_of(const GPtrArray *samples, size_t fragment)
{
    g_autoptr(GByteArray) plain = g_byte_array_new();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        g_byte_array_append(plain, sample->bytes, (guint)sample->size);
    }
    GByteArray *stream = g_byte_array_new();
    for (size_t at = 0; at < plain->len; at += fragment)
        put_record(stream, RECORD_HANDSHAKE, plain->data + at, MIN(fragment, plain->len - at));
    return stream;
}

/* Feeds a stream in pieces, and checks that the samples come out. */
static void check_stream(const GPtrArray *samples, const GByteArray *stream, size_t piece)
{
    g_autoptr(Splitter) splitter = record_splitter_new();
    g_autoptr(Handshake) handshake = handshake_new();
    Record record;
    HandshakeMessage message;
    guint seen = 0;
    for (size_t at = 0; at < stream->len; at += piece) {
        record_feed(splitter, stream->data + at, MIN(piece, stream->len - at));
        RecordStatus status = RECORD_MORE;
        while ((status = record_next(splitter, &record)) == RECORD_READY) {
            handshake_feed(handshake, &record);
            while (handshake_next(handshake, &message) == RECORD_READY) {
                ck_assert_uint_lt(seen, samples->len);
                const Sample *sample = g_ptr_array_index(samples, seen++);
                ck_assert_uint_eq(message.type, sample->bytes[0]);
                ck_assert_uint_eq(message.size, sample->size);
                ck_assert_mem_eq(message.bytes, sample->bytes, sample->size);
            }
        }
        ck_assert_int_eq(status, RECORD_MORE);
    }
    ck_assert_uint_eq(seen, samples->len);
    ck_assert_uint_eq(handshake_pending(handshake), 0);
    ck_assert_ptr_null(record_fault(splitter));
    ck_assert_ptr_null(handshake_fault(handshake));
}

START_TEST(messages_come_out_whatever_the_pieces)
{
    static const size_t fragments[] = {16384, 1000, 37};
    static const size_t pieces[] = {1, 2, 5, 1460, 100000};
    g_autoptr(GPtrArray) samples = samples_load();
    for (size_t i = 0; i < G_N_ELEMENTS(fragments); i++) {
        g_autoptr(GByteArray) stream = stream_of(samples, fragments[i]);
        for (size_t j = 0; j < G_N_ELEMENTS(pieces); j++)
            check_stream(samples, stream, pieces[j]);
    }
}
END_TEST

START_TEST(one_byte_records_are_messages_too)
{
    g_autoptr(GPtrArray) samples = samples_load();
    g_ptr_array_set_size(samples, 2);
    g_autoptr(GByteArray) stream = stream_of(samples, 1);
    check_stream(samples, stream, 7);
}
END_TEST

START_TEST(every_cut_waits_for_more)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    put_record(stream, RECORD_ALERT, "\x02\x28", 2);
    for (size_t size = 0; size < stream->len; size++) {
        g_autoptr(Splitter) splitter = record_splitter_new();
        g_autofree uint8_t *cut = g_memdup2(stream->data, size);
        Record record;
        size_t unread = 0;
        record_feed(splitter, cut, size);
        ck_assert_int_eq(record_next(splitter, &record), RECORD_MORE);
        record_unread(splitter, &unread);
        ck_assert_uint_eq(unread, size);
        ck_assert_uint_eq(record_count(splitter), 0);
    }
}
END_TEST

static const struct Malformed {
    const char *hex;
    const char *what;
    bool ssl2;
} malformed[] = {
    {"48545450", "type 72, which is no TLS content type", false},
    {"00", "type 0, which is no TLS content type", false},
    {"160200", "version 2.x, which is no version of TLS", false},
    {"1500000003", "version 0.x, which is no version of TLS", false},
    {"1502000003", "version 2.x, which is no version of TLS", false},
    {"1600000002", "version 0.x, which is no version of TLS", false},
    {"1603034801", "length 18433, more than 18432", false},
    {"800300000180", "an SSL 2.0 ERROR in place of a TLS record", true},
    {"8043 04 00 01 0002 0040", "an SSL 2.0 SERVER-HELLO in place of a TLS record", true},
    {"8043 04 00 01 0301", "type 128, which is no TLS content type", false},
    {"8005 00 0001", "type 128, which is no TLS content type", false},
    {"8043 05", "type 128, which is no TLS content type", false},
};

START_TEST(malformed_records_are_named)
{
    const struct Malformed *row = &malformed[_i];
    g_autoptr(GByteArray) bytes = samples_hex(row->hex);
    g_autoptr(Splitter) splitter = record_splitter_new();
    Record record;
    RecordStatus status = RECORD_MORE;
    for (guint i = 0; i < bytes->len && status == RECORD_MORE; i++) {
        record_feed(splitter, bytes->data + i, 1);
        status = record_next(splitter, &record);
    }
    ck_assert_int_eq(status, RECORD_FAULT);
    const Fault *fault = record_fault(splitter);
    ck_assert_str_eq(fault->reason, "record-malformed");
    ck_assert_str_eq(json_string_value(json_object_get(fault->args, "what")), row->what);
    ck_assert(record_is_ssl2(splitter) == row->ssl2);
    record_feed(splitter, bytes->data, 1);
    ck_assert_int_eq(record_next(splitter, &record), RECORD_FAULT);
}
END_TEST

START_TEST(an_alert_may_come_before_a_version)
{
    static const char *const alerts[] = {"1500000002 0246", "1502000002 0246"};
    g_autoptr(GByteArray) bytes = samples_hex(alerts[_i]);
    g_autoptr(Splitter) splitter = record_splitter_new();
    Record record;
    for (guint i = 0; i < bytes->len; i++) {
        ck_assert_int_eq(record_next(splitter, &record), RECORD_MORE);
        record_feed(splitter, bytes->data + i, 1);
    }
    ck_assert_int_eq(record_next(splitter, &record), RECORD_READY);
    ck_assert_uint_eq(record.version, _i ? 0x0200 : 0);
    ck_assert_mem_eq(record.data, "\x02\x46", 2);
}
END_TEST

START_TEST(ssl2_is_only_looked_for_at_the_beginning)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    put_record(stream, RECORD_ALERT, "\x02\x28", 2);
    g_byte_array_append(stream, (const uint8_t *)"\x80\x03\x00\x00\x01", 5);
    g_autoptr(Splitter) splitter = record_splitter_new();
    Record record;
    record_feed(splitter, stream->data, stream->len);
    ck_assert_int_eq(record_next(splitter, &record), RECORD_READY);
    ck_assert_int_eq(record_next(splitter, &record), RECORD_FAULT);
    ck_assert(!record_is_ssl2(splitter));
    ck_assert_uint_eq(record_count(splitter), 1);
}
END_TEST

/* Feeds records of one kind until a fault; the reason. */
static const char *flood(const void *data, size_t size, guint most)
{
    static char reason[64];
    g_autoptr(Splitter) splitter = record_splitter_new();
    g_autoptr(GByteArray) stream = g_byte_array_new();
    put_record(stream, RECORD_HANDSHAKE, data, size);
    Record record;
    for (guint i = 0; i < most; i++) {
        record_feed(splitter, stream->data, stream->len);
        ck_assert_int_eq(record_next(splitter, &record), RECORD_READY);
    }
    record_feed(splitter, stream->data, stream->len);
    ck_assert_int_eq(record_next(splitter, &record), RECORD_FAULT);
    g_strlcpy(reason, record_fault(splitter)->reason, sizeof reason);
    return reason;
}

START_TEST(records_have_ceilings)
{
    ck_assert_str_eq(flood("", 0, LIMIT_EMPTY_RECORDS), "limit-empty-records");
    ck_assert_str_eq(flood("x", 1, LIMIT_RECORDS), "limit-records");
}
END_TEST

static RecordStatus feed_handshake(Handshake *handshake, const void *data, size_t size)
{
    HandshakeMessage message;
    Record record = {.type = RECORD_HANDSHAKE, .version = 0x0303, .data = data, .size = size};
    handshake_feed(handshake, &record);
    return handshake_next(handshake, &message);
}

START_TEST(messages_have_ceilings)
{
    g_autoptr(Handshake) many = handshake_new();
    for (guint i = 0; i < LIMIT_MESSAGES; i++)
        ck_assert_int_eq(feed_handshake(many, "\x0e\x00\x00\x00", 4), RECORD_READY);
    ck_assert_int_eq(feed_handshake(many, "\x0e\x00\x00\x00", 4), RECORD_FAULT);
    ck_assert_str_eq(handshake_fault(many)->reason, "limit-messages");

    g_autoptr(Handshake) large = handshake_new();
    ck_assert_int_eq(feed_handshake(large, "\x0b\xff\xff\xff", 4), RECORD_FAULT);
    const Fault *fault = handshake_fault(large);
    ck_assert_str_eq(fault->reason, "limit-message");
    ck_assert_str_eq(json_string_value(json_object_get(fault->args, "name")), "Certificate");
    ck_assert_int_eq(json_integer_value(json_object_get(fault->args, "bytes")), 0x1000003);
}
END_TEST

START_TEST(nothing_may_stand_within_a_message)
{
    static const uint8_t alert[] = {2, 40};
    static const uint8_t bytes[] = {14, 0, 0, 0, 11, 0, 0, 9, 1};
    Record record = {.type = RECORD_HANDSHAKE, .version = 0x0303, .data = bytes, .size = 9};
    HandshakeMessage message;
    g_autoptr(Handshake) handshake = handshake_new();
    handshake_feed(handshake, &record);
    ck_assert_uint_eq(handshake_pending(handshake), 5);
    Record other = {.type = RECORD_ALERT, .version = 0x0303, .data = alert, .size = 2};
    handshake_feed(handshake, &other);
    ck_assert_int_eq(handshake_next(handshake, &message), RECORD_READY);
    ck_assert_int_eq(handshake_next(handshake, &message), RECORD_FAULT);
    const Fault *fault = handshake_fault(handshake);
    ck_assert_str_eq(fault->reason, "message-malformed");
    ck_assert_str_eq(json_string_value(json_object_get(fault->args, "name")), "Certificate");
    ck_assert_str_eq(json_string_value(json_object_get(fault->args, "what")),
                     "interrupted by a record of type alert");

    g_autoptr(Handshake) between = handshake_new();
    ck_assert_int_eq(feed_handshake(between, bytes, 4), RECORD_READY);
    handshake_feed(between, &other);
    ck_assert_ptr_null(handshake_fault(between));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");

    tcase_add_test(tcase, messages_come_out_whatever_the_pieces);
    tcase_add_test(tcase, one_byte_records_are_messages_too);
    tcase_add_test(tcase, every_cut_waits_for_more);
    tcase_add_loop_test(tcase, malformed_records_are_named, 0, G_N_ELEMENTS(malformed));
    tcase_add_loop_test(tcase, an_alert_may_come_before_a_version, 0, 2);
    tcase_add_test(tcase, ssl2_is_only_looked_for_at_the_beginning);
    tcase_add_test(tcase, records_have_ceilings);
    tcase_add_test(tcase, messages_have_ceilings);
    tcase_add_test(tcase, nothing_may_stand_within_a_message);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
