/* One hello of DTLS over datagrams: said again while it is not answered, with the cookie that the
 * server wants, and each kind of reply to it. */
#include "worker/talk/ask.h"

#include <math.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/tls/samples.h"
#include "worker/tls/assembly.h"
#include "worker/tls/datagram.h"

#define PLAIN "2222222222222222222222222222222222222222222222222222222222222222"
#define RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

static Offer *offer_of(uint16_t version)
{
    static const uint16_t groups[] = {29, 23}, schemes[] = {0x0403, 0x0804, 0x0401};
    static const uint32_t suites[] = {0x1301, 0xc02f, 0x009e, 0x002f, 0x00ff};
    Offer *offer = offer_new(version);
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
        offer_add_suite(offer, suites[i]);
    g_array_append_vals(offer->groups, groups, G_N_ELEMENTS(groups));
    g_array_append_vals(offer->schemes, schemes, G_N_ELEMENTS(schemes));
    g_array_append_vals(offer->shares, groups, 1);
    memset(offer->random, 0x11, sizeof offer->random);
    return offer;
}

static Drive *ask(uint16_t version)
{
    return drive_new(ask_new(offer_of(version), true));
}

static void come(Drive *drive, const char *hex)
{
    g_autoptr(GByteArray) bytes = samples_hex(hex);
    drive_feed(drive, bytes->data, bytes->len, 0);
}

/* A message of the server in a datagram of its own. */
static void say(Drive *drive, uint8_t type, uint16_t number, const char *hex)
{
    DatagramForm form = {.version = DTLS_1_2, .sequence = number};
    g_autoptr(GByteArray) body = samples_hex(hex), message = g_byte_array_new();
    bytes_put(message, type, 1);
    bytes_put(message, body->len, 3);
    if (body->len)
        g_byte_array_append(message, body->data, body->len);
    g_autoptr(GPtrArray) datagrams = datagram_message(&form, number, message);
    for (guint i = 0; i < datagrams->len; i++) {
        const GByteArray *datagram = g_ptr_array_index(datagrams, i);
        drive_feed(drive, datagram->data, datagram->len, 0);
    }
}

#define HELLO(suite) "fefd " PLAIN " 00 " suite " 00"
#define DONE         14

static const char certificate[] = "000006 000003 300100";

/* What a server of a plain RSA suite says, as many messages as `count` tells, from a number on. */
static void say_flight(Drive *drive, uint16_t number, guint count)
{
    static const struct {
        uint8_t type;
        const char *body;
    } messages[] = {{2, HELLO("002f")}, {11, certificate}, {DONE, ""}};
    for (guint i = 0; i < count; i++)
        say(drive, messages[i].type, (uint16_t)(number + i), messages[i].body);
}

/* A record that the talk has sent. */
typedef struct Sent {
    uint8_t type;
    uint64_t sequence;
    Reader content;
} Sent;

/* The records sent so far. */
static GArray *sent_of(const Drive *drive)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Sent));
    Reader reader = reader_new(drive->sent->data, drive->sent->len);
    while (reader_left(&reader)) {
        Sent sent = {.type = reader_u8(&reader)};
        ck_assert_uint_eq(reader_u16(&reader), DTLS_1_0);
        ck_assert_uint_eq(reader_u16(&reader), 0);
        sent.sequence = (uint64_t)reader_u24(&reader) << 24;
        sent.sequence |= reader_u24(&reader);
        sent.content = reader_vector(&reader, 2);
        g_array_append_val(all, sent);
    }
    ck_assert(!reader.failed);
    return all;
}

/* The ClientHello that is whole in a record, and its number. */
static ClientHello *hello_of(const Sent *sent, uint16_t *number, GByteArray *message)
{
    Reader reader = sent->content;
    ck_assert_uint_eq(sent->type, RECORD_HANDSHAKE);
    bytes_put(message, reader_u8(&reader), 1);
    uint32_t length = reader_u24(&reader);
    *number = reader_u16(&reader);
    ck_assert_uint_eq(reader_u24(&reader), 0);
    ck_assert_uint_eq(reader_u24(&reader), length);
    bytes_put(message, length, 3);
    g_byte_array_append(message, reader_take(&reader, length), length);
    ck_assert(reader_at_end(&reader));
    return hello_client_new(message->data, message->len);
}

START_TEST(a_flight_is_read_and_left)
{
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    say_flight(drive, 0, 3);
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert_ptr_null(reply->reason);
    ck_assert_uint_eq(reply->version, DTLS_1_2);
    ck_assert_uint_eq(reply->suite, 0x2f);
    ck_assert_uint_eq(reply->certificates, 1);
    ck_assert(!drive->talk->half_close);
    g_autoptr(GArray) sent = sent_of(drive);
    ck_assert_uint_eq(sent->len, 2);
    const Sent *alert = &g_array_index(sent, Sent, 1);
    ck_assert_uint_eq(alert->type, RECORD_ALERT);
    ck_assert_uint_eq(alert->sequence, 1);
    ck_assert_mem_eq(alert->content.data, "\x02\x5a", 2);
    ck_assert_ptr_nonnull(drive_fact(drive, "message", "version", "DTLS 1.2", 0));
}
END_TEST

START_TEST(a_cookie_is_given_back)
{
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    drive->now += 0.3;
    say(drive, 3, 0, "feff 03 aabbcc");
    say(drive, 3, 0, "feff 03 aabbcc"); /* doubled by the network */
    g_autoptr(GArray) sent = sent_of(drive);
    ck_assert_uint_eq(sent->len, 2);
    uint16_t number = 0;
    g_autoptr(GByteArray) one = g_byte_array_new(), two = g_byte_array_new();
    g_autoptr(ClientHello) first = hello_of(&g_array_index(sent, Sent, 0), &number, one);
    ck_assert_uint_eq(number, 0);
    ck_assert_uint_eq(first->cookie.size, 0);
    g_autoptr(ClientHello) second = hello_of(&g_array_index(sent, Sent, 1), &number, two);
    ck_assert_uint_eq(number, 1);
    ck_assert_uint_eq(g_array_index(sent, Sent, 1).sequence, 1);
    ck_assert_uint_eq(second->cookie.size, 3);
    ck_assert_mem_eq(second->cookie.data, "\xaa\xbb\xcc", 3);
    ck_assert_mem_eq(first->random, second->random, 32);
    ck_assert_uint_eq(first->suites->len, second->suites->len);
    drive->now += 0.1;
    say_flight(drive, 1, 3);
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert(reply->took > 0.09 && reply->took < 0.2);
    json_t *verify = drive_fact(drive, "message", "name", "HelloVerifyRequest", 0);
    ck_assert(fact_bool(verify, "retry_cost", false));
    ck_assert_str_eq(fact_string(verify, "version", ""), "DTLS 1.0");
    ck_assert_uint_eq(drive_count(drive, "message", "name", "ClientHello"), 2);
    ck_assert_ptr_null(ask_offer(drive->talk)->cookie);
}
END_TEST

START_TEST(a_hello_is_said_again)
{
    g_autoptr(Drive) drive = ask(DTLS_1_0);
    double due = drive->now;
    for (guint i = 0; i <= LIMIT_RESENDS; i++) {
        g_autoptr(GArray) sent = sent_of(drive);
        ck_assert_uint_eq(sent->len, i + 1);
        uint16_t number = 1;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autoptr(ClientHello) hello = hello_of(&g_array_index(sent, Sent, i), &number, bytes);
        ck_assert_uint_eq(number, 0);
        ck_assert_uint_eq(hello->legacy_version, DTLS_1_0);
        ck_assert_uint_eq(g_array_index(sent, Sent, i).sequence, i);
        due += (double)(1u << i);
        ck_assert_double_eq_tol(drive->talk->deadline, due, 1e-6);
        ck_assert_int_eq(drive->talk->state, TALK_GOING);
        drive->now = due;
        talk_tick(drive->talk, due);
        drive_feed(drive, "", 0, 0);
        size_t size;
        for (const uint8_t *data; (data = talk_output(drive->talk, &size));) {
            g_byte_array_append(drive->sent, data, (guint)size);
            talk_sent(drive->talk, size, drive->now);
        }
    }
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(drive->talk->state, TALK_FAILED);
    ck_assert_int_eq(reply->kind, REPLY_LOST);
    ck_assert_str_eq(reply->reason, "silent");
    ck_assert_uint_eq(drive_count(drive, "message", "name", "ClientHello"), 1);
}
END_TEST

/* What was lost of the flight comes with its repetition, whatever has come before. */
START_TEST(a_flight_with_gaps_is_waited_for)
{
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    say(drive, DONE, 2, "");
    say(drive, 2, 0, HELLO("002f"));
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    ck_assert(drive->talk->deadline > 0);
    say_flight(drive, 0, 1);
    say(drive, DONE, 2, "");
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    say_flight(drive, 0, 3);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    ck_assert_int_eq(ask_reply(drive->talk)->kind, REPLY_CHOSEN);
    ck_assert_double_eq(drive->talk->deadline, 0);

    g_autoptr(Drive) lost = ask(DTLS_1_2);
    say_flight(lost, 0, 2);
    drive_tick(lost);
    ck_assert_int_eq(ask_reply(lost->talk)->kind, REPLY_CHOSEN);
    ck_assert_str_eq(ask_reply(lost->talk)->reason, "silent");
}
END_TEST

START_TEST(each_fragment_is_a_datagram)
{
    Offer *offer = offer_of(DTLS_1_2);
    offer->fragment = 40;
    g_autoptr(GByteArray) message = offer_message(offer);
    g_autoptr(Talk) talk = ask_new(offer, false);
    talk_start(talk, 1);
    ck_assert(talk->datagrams);
    guint whole = (message->len - HANDSHAKE_HEADER) / 40, count = 0;
    size_t size;
    for (const uint8_t *data; (data = talk_output(talk, &size)); count++) {
        ck_assert_uint_eq(data[0], RECORD_HANDSHAKE);
        if (count < whole)
            ck_assert_uint_eq(size, DATAGRAM_HEADER + FRAGMENT_HEADER + 40);
        talk_sent(talk, size, 1);
    }
    ck_assert_uint_eq(count, whole + 1);
}
END_TEST

#define ALERT(code)                 "15 fefd 0000 000000000000 0002 02 " code
#define RECORD(type, size, content) type " fefd 0000 000000000007 " size content

typedef struct Row {
    const char *name, *hex;
    ReplyKind kind;
    const char *reason;
    bool chosen;
    int alert;
} Row;

static const Row rows[] = {
    {"refused", ALERT("28"), REPLY_ALERT, "alert-received", false, 40},
    {"an alert in two records", RECORD("15", "0001", "02") RECORD("15", "0001", "28"), REPLY_LOST,
     "silent", false, -1},
    {"HTTP", "485454502f312e3120343030204261640d0a", REPLY_OTHER, "speaks-http", false, -1},
    {"TLS", "15030300020228", REPLY_OTHER, "speaks-unknown", false, -1},
    {"data", RECORD("17", "0002", "aabb"), REPLY_ILLEGAL, "message-unexpected", false, -1},
    {"ChangeCipherSpec", RECORD("14", "0001", "01"), REPLY_ILLEGAL, "message-unexpected", false,
     -1},
    {"a length that lies", RECORD("16", "0009", "aabb"), REPLY_ILLEGAL, "record-malformed", false,
     -1},
    {"encrypted alone", "16 fefd 0001 000000000000 0002 aabb", REPLY_LOST, "silent", false, -1},
    {"a Certificate at first", RECORD("16", "000f", "0b 000003 0000 000000 000003 000000"),
     REPLY_ILLEGAL, "message-unexpected", false, -1},
    {"a cookie that lies", RECORD("16", "000f", "03 000003 0000 000000 000003 feff 09"),
     REPLY_ILLEGAL, "message-malformed", false, -1},
    {"a version of TLS",
     RECORD("16", "0032", "02 000026 0000 000000 000026 0303 " PLAIN " 00 002f 00"), REPLY_ILLEGAL,
     "version-not-offered", false, -1},
    {"two answers",
     RECORD("16", "000d", "02 000026 0000 000000 000001 fe")
         RECORD("16", "000d", "02 000027 0000 000000 000001 fe"),
     REPLY_LOST, "fragments-differ", false, -1},
    {"chosen, then two answers",
     RECORD("16", "0032", "02 000026 0000 000000 000026 " HELLO("002f"))
         RECORD("16", "000d", "0b 000026 0001 000000 000001 fe")
             RECORD("16", "000d", "0b 000027 0001 000000 000001 fe"),
     REPLY_CHOSEN, "fragments-differ", true, -1},
    {"chosen, then an alert",
     RECORD("16", "0032", "02 000026 0000 000000 000026 " HELLO("002f")) ALERT("50"), REPLY_CHOSEN,
     "alert-received", true, 80},
    {"a cookie after the ServerHello",
     RECORD("16", "0032", "02 000026 0000 000000 000026 " HELLO("002f"))
         RECORD("16", "0010", "03 000004 0001 000000 000004 feff 01 aa"),
     REPLY_ILLEGAL, "message-unexpected", true, -1},
};

START_TEST(answers_of_every_kind)
{
    const Row *row = &rows[_i];
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    come(drive, row->hex);
    drive_tick(drive);
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_msg(reply->kind == row->kind, "%s: %d, %s", row->name, reply->kind, reply->reason);
    ck_assert_msg(!g_strcmp0(reply->reason, row->reason), "%s: %s", row->name, reply->reason);
    ck_assert_msg(reply->chosen == row->chosen, "%s", row->name);
    ck_assert_msg(reply->alert == row->alert, "%s: %d", row->name, reply->alert);
    g_autoptr(GArray) sent = sent_of(drive);
    bool left = g_array_index(sent, Sent, sent->len - 1).type == RECORD_ALERT;
    ck_assert_msg(left == (reply->version && reply->alert < 0), "%s", row->name);
}
END_TEST

START_TEST(cookies_without_end_are_ended)
{
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    for (guint i = 0; i <= LIMIT_VERIFIES; i++) {
        ck_assert_int_eq(drive->talk->state, TALK_GOING);
        say(drive, 3, (uint16_t)i, "feff 01 aa");
    }
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(reply->kind, REPLY_LOST);
    ck_assert_str_eq(reply->reason, "limit-verifies");
}
END_TEST

START_TEST(dtls13_is_asked_as_tls13)
{
    g_autoptr(Drive) drive = ask(DTLS_1_3);
    come(drive, "2f 0001 aabbcc"); /* what is encrypted has overtaken the ServerHello */
    say(drive, 2, 0, "fefd " PLAIN " 00 1301 00 002e 002b 0002 fefc 0033 0024 001d 0020 " PLAIN);
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert_uint_eq(reply->version, DTLS_1_3);
    ck_assert_uint_eq(reply->suite, 0x1301);
    ck_assert_uint_eq(reply->group, 29);

    g_autoptr(Drive) again = ask(DTLS_1_3);
    say(again, 2, 0, "fefd " RETRY " 00 1301 00 000c 002b 0002 fefc 0033 0002 0017");
    ck_assert_int_eq(ask_reply(again->talk)->kind, REPLY_RETRY);
    ck_assert_uint_eq(ask_reply(again->talk)->group, 23);
}
END_TEST

#define NUMBERED(number, code) "15 fefd 0000 00000000000" number " 0002 02 " code

/* A server chooses and fails, and the network lets the alert come first, or alone. */
START_TEST(an_alert_that_overtakes_is_no_refusal)
{
    g_autoptr(Drive) drive = ask(DTLS_1_2);
    come(drive, NUMBERED("1", "50"));
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    ck_assert_uint_eq(drive_count(drive, "alert", "name", "internal_error"), 1);
    say_flight(drive, 0, 1);
    const Reply *reply = ask_reply(drive->talk);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert_int_eq(reply->alert, 80);
    ck_assert_uint_eq(reply->suite, 0x2f);

    g_autoptr(Drive) alone = ask(DTLS_1_2);
    come(alone, NUMBERED("1", "50"));
    come(alone, NUMBERED("1", "50"));
    drive_tick(alone);
    ck_assert_int_eq(ask_reply(alone->talk)->kind, REPLY_LOST);

    g_autoptr(Drive) odd = ask(DTLS_1_2); /* a server that numbers in its own way */
    come(odd, NUMBERED("7", "28"));
    come(odd, NUMBERED("9", "28"));
    ck_assert_int_eq(ask_reply(odd->talk)->kind, REPLY_ALERT);

    g_autoptr(Drive) cookie = ask(DTLS_1_2); /* its number goes on from that of our hello */
    say(cookie, 3, 0, "feff 01 aa");
    come(cookie, NUMBERED("1", "28"));
    ck_assert_int_eq(ask_reply(cookie->talk)->kind, REPLY_ALERT);
}
END_TEST

/* Over a stream nothing has changed: there a HelloVerifyRequest has no place. */
START_TEST(streams_have_no_cookies)
{
    g_autoptr(Drive) drive = ask(TLS_1_2);
    come(drive, "160303 0008 03 000004 feff 01 aa");
    ck_assert_int_eq(ask_reply(drive->talk)->kind, REPLY_ILLEGAL);
    ck_assert_str_eq(ask_reply(drive->talk)->reason, "message-unexpected");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ask_dtls");
    TCase *tcase = tcase_create("ask_dtls");
    tcase_add_test(tcase, a_flight_is_read_and_left);
    tcase_add_test(tcase, a_cookie_is_given_back);
    tcase_add_test(tcase, a_hello_is_said_again);
    tcase_add_test(tcase, a_flight_with_gaps_is_waited_for);
    tcase_add_test(tcase, each_fragment_is_a_datagram);
    tcase_add_loop_test(tcase, answers_of_every_kind, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, cookies_without_end_are_ended);
    tcase_add_test(tcase, dtls13_is_asked_as_tls13);
    tcase_add_test(tcase, an_alert_that_overtakes_is_no_refusal);
    tcase_add_test(tcase, streams_have_no_cookies);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
