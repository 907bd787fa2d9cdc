/* Servers that break the protocol: scripted answers to a real ClientHello. */
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "worker/talk/client.h"

#define VERSIONS_13 "002b00020304"
#define SHARE       "1111111111111111111111111111111111111111111111111111111111111111"
#define SHARE_X     "00330024001d0020" SHARE
#define RENEGOTIATE "ff01000100"
#define RETRY       "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
#define PLAIN       "2222222222222222222222222222222222222222222222222222222222222222"
#define SENTINEL    "222222222222222222222222222222222222222222222222444f574e47524401"

/* A server that writes hexadecimal, and echoes the session id where "SS" stands. */
typedef struct Row {
    const char *name;
    const char *hello; /* ServerHello: version, random, "SS", suite, compression, extensions */
    const char *then;  /* more bytes behind it; NULL: none */
    const char *reason, *arg, *value;
} Row;

static const Row rows[] = {
    {"suite not offered", "0303" PLAIN "SS000500" RENEGOTIATE, NULL, "suite-not-offered", "suite",
     "TLS_RSA_WITH_RC4_128_SHA"},
    {"suite of another version", "0303" PLAIN "SS130100" RENEGOTIATE, NULL, "suite-wrong-version",
     "version", "TLS 1.2"},
    {"old suite in TLS 1.3", "0303" PLAIN "SSc02f00" VERSIONS_13 SHARE_X, NULL,
     "suite-wrong-version", "version", "TLS 1.3"},
    {"SSL 3.0", "0300" PLAIN "SSc02f00", NULL, "version-not-offered", "version", "SSL 3.0"},
    {"a version of the future", "0303" PLAIN "SS130100002b00020305" SHARE_X, NULL,
     "version-not-offered", NULL, NULL},
    {"extension not offered", "0303" PLAIN "SSc02f00" RENEGOTIATE "12340000", NULL,
     "extension-not-offered", NULL, NULL},
    {"extension twice", "0303" PLAIN "SSc02f00" RENEGOTIATE RENEGOTIATE, NULL, "extension-twice",
     "extension", "renegotiation_info"},
    {"group not offered", "0303" PLAIN "SS130100" VERSIONS_13 "0033002400160020" SHARE, NULL,
     "group-not-offered", "group", "secp256k1"},
    {"share for which none was sent", "0303" PLAIN "SS130100" VERSIONS_13 "0033002400180020" SHARE,
     NULL, "share-without-retry", "group", "secp384r1"},
    {"compression", "0303" PLAIN "SSc02f01" RENEGOTIATE, NULL, "compression-not-offered", NULL,
     NULL},
    {"session id not echoed", "0303" PLAIN "00130100" VERSIONS_13 SHARE_X, NULL,
     "session-id-not-echoed", NULL, NULL},
    {"pointless retry", "0303" RETRY "SS130100" VERSIONS_13 "00330002001d", NULL, "retry-pointless",
     NULL, NULL},
    {"retry for a group not offered", "0303" RETRY "SS130100" VERSIONS_13 "003300020016", NULL,
     "group-not-offered", "group", "secp256k1"},
    {"downgrade sentinel", "0303" SENTINEL "SSc02f00" RENEGOTIATE, NULL, "downgrade-sentinel",
     "version", "TLS 1.2"},
    {"ServerHello cut short", "0303" PLAIN "SSc0", NULL, "message-malformed", "name",
     "ServerHello"},
    {"Certificate first", NULL, "16030300070b000003000000", "message-unexpected", "name",
     "Certificate"},
    {"two ServerHellos", "0303" PLAIN "SSc02f00" RENEGOTIATE,
     "160303002c020000280303" PLAIN "00c02f000000", "message-unexpected", "name", "ServerHello"},
    {"Finished in the clear", "0303" PLAIN "SSc02f00" RENEGOTIATE,
     "1603030010 1400000c000000000000000000000000", "message-unexpected", "name", "Finished"},
    {"ChangeCipherSpec too early", "0303" PLAIN "SSc02f00" RENEGOTIATE, "140303000101",
     "message-unexpected", "name", "ChangeCipherSpec"},
    {"ChangeCipherSpec first", NULL, "140303000101", "message-unexpected", "after", "ClientHello"},
    {"ServerHelloDone without a Certificate", "0303" PLAIN "SSc02f00" RENEGOTIATE,
     "16030300040e000000", "message-unexpected", "name", "ServerHelloDone"},
    {"ServerKeyExchange without a Certificate", "0303" PLAIN "SSc02f00" RENEGOTIATE,
     "16030300060c0000020000", "message-unexpected", "name", "ServerKeyExchange"},
    {"no certificate in the chain", "0303" PLAIN "SSc02f00" RENEGOTIATE, "16030300070b000003000000",
     "message-malformed", "name", "Certificate"},
    {"ClientHello back", NULL, "160303000401000000", "message-unexpected", "name", "ClientHello"},
    {"data before any handshake", NULL, "17030300020000", "message-unexpected", "name",
     "application data"},
    {"a message interrupted by an alert", NULL, "1603030004020000ff15030300020228",
     "message-malformed", NULL, NULL},
    {"a record too long", NULL, "160303fff0", "record-malformed", NULL, NULL},
    {"a record of SSL 5", "0303" PLAIN "SSc02f00" RENEGOTIATE, "160503000400000000",
     "record-malformed", NULL, NULL},
};

static Drive *begin(void)
{
    ClientSpec spec = {.priority = "NORMAL", .server_name = "test.example", .hello = "usual"};
    return drive_new(client_new(&spec, NULL));
}

/* The session id of the ClientHello that was sent, with its length byte, as hexadecimal. */
static char *session_id(const Drive *drive)
{
    const uint8_t *id = drive->sent->data + 5 + 4 + 2 + 32;
    return bytes_hex(id, 1 + (size_t)*id, '\0');
}

static void add_hex(GByteArray *bytes, const char *hex)
{
    for (; hex && *hex; hex++) {
        if (*hex == ' ')
            continue;
        uint8_t byte = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(bytes, &byte, 1);
        hex++;
    }
}

/* The record with the ServerHello: its extensions, which begin 3 bytes behind the session id, get
 * their length. */
static void add_hello(GByteArray *bytes, const char *hello, const char *id)
{
    const char *echo = strstr(hello, "SS");
    g_autoptr(GByteArray) body = g_byte_array_new(), rest = g_byte_array_new();
    g_autofree char *start = g_strndup(hello, echo ? (gsize)(echo - hello) : 4 + 64 + 2);
    add_hex(body, start);
    if (echo)
        add_hex(body, id);
    add_hex(rest, hello + strlen(start) + (echo ? 2 : 0));
    guint fixed = MIN(rest->len, 3);
    g_byte_array_append(body, rest->data, fixed);
    if (rest->len > fixed) {
        bytes_put(body, rest->len - fixed, 2);
        g_byte_array_append(body, rest->data + fixed, rest->len - fixed);
    }
    add_hex(bytes, "160303");
    bytes_put(bytes, body->len + 4, 2);
    bytes_put(bytes, 2, 1);
    bytes_put(bytes, body->len, 3);
    g_byte_array_append(bytes, body->data, body->len);
}

static GByteArray *answer(const Row *row, const Drive *drive)
{
    GByteArray *bytes = g_byte_array_new();
    g_autofree char *id = session_id(drive);
    if (row->hello)
        add_hello(bytes, row->hello, id);
    add_hex(bytes, row->then);
    return bytes;
}

static void check_row(const Row *row, const Drive *drive)
{
    g_autofree char *dump = drive_dump(drive, true);
    ck_assert_msg(drive->talk->state == TALK_FAILED, "%s: %s", row->name, dump);
    ck_assert_msg(!strcmp(drive->talk->reason, row->reason), "%s: %s instead of %s: %s", row->name,
                  drive->talk->reason, row->reason, dump);
    ck_assert_str_eq(drive->talk->result, "illegal");
    if (row->arg) {
        const char *value = fact_string(drive->talk->args, row->arg, "");
        ck_assert_msg(!strcmp(value, row->value), "%s: %s", row->name, value);
    }
    ck_assert_msg(drive_fact(drive, "alert", "direction", "out", 0) != NULL, "%s: no alert",
                  row->name);
    ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 0);
}

START_TEST(illegal_answers_have_their_reason)
{
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = begin();
        g_autoptr(GByteArray) bytes = answer(&rows[_i], drive);
        drive_feed(drive, bytes->data, bytes->len, step);
        check_row(&rows[_i], drive);
    }
}
END_TEST

START_TEST(the_message_names_its_faults)
{
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) bytes = answer(&rows[0], drive);
    drive_feed(drive, bytes->data, bytes->len, 0);
    json_t *hello = drive_fact(drive, "message", "name", "ServerHello", 0);
    json_t *faults = json_object_get(hello, "faults");
    ck_assert_uint_eq(json_array_size(faults), 1);
    ck_assert_str_eq(json_string_value(json_array_get(faults, 0)), "suite-not-offered");
}
END_TEST

START_TEST(a_second_certificate)
{
    static const char twice[] = "160303000e0b00000a00000700000400000000"
                                "160303000e0b00000a00000700000400000000";
    static const Row row = {"", "0303" PLAIN "SSc02f00" RENEGOTIATE, twice, NULL, NULL, NULL};
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) bytes = answer(&row, drive);
    drive_feed(drive, bytes->data, bytes->len, 0);
    ck_assert_str_eq(drive->talk->reason, "message-unexpected");
    ck_assert_str_eq(fact_string(drive->talk->args, "after", ""), "Certificate");
}
END_TEST

START_TEST(a_second_retry)
{
    static const Row retry = {
        "", "0303" RETRY "SS130100" VERSIONS_13 "003300020018", NULL, NULL, NULL, NULL};
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) first = answer(&retry, drive);
    drive_feed(drive, first->data, first->len, 0);
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    ck_assert_uint_eq(drive_count(drive, "message", "name", "ClientHello"), 2);
    drive_feed(drive, first->data, first->len, 0);
    ck_assert_str_eq(drive->talk->reason, "retry-twice");
}
END_TEST

/* ---- ceilings ---- */

typedef struct Flood {
    const char *hex, *reason, *arg;
    json_int_t limit;
} Flood;

static const Flood floods[] = {
    {"15030100020170", "limit-warnings", "alerts", LIMIT_WARNINGS},
    {"160301000400000000", "limit-hello-requests", "requests", LIMIT_HELLO_REQUESTS},
    {"1603030000", "limit-empty-records", "records", LIMIT_EMPTY_RECORDS},
};

START_TEST(floods_reach_their_ceiling)
{
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    add_hex(bytes, floods[_i].hex);
    for (guint i = 0; i < 1000 && drive->talk->state == TALK_GOING; i++)
        drive_feed(drive, bytes->data, bytes->len, 0);
    ck_assert_str_eq(drive->talk->reason, floods[_i].reason);
    ck_assert_str_eq(drive->talk->result, "limit");
    ck_assert_int_eq(fact_integer(drive->talk->args, floods[_i].arg, 0), floods[_i].limit);
    ck_assert_uint_eq(drive->talk->received, bytes->len * ((size_t)floods[_i].limit + 1));
}
END_TEST

START_TEST(records_without_number_are_bounded)
{
    static const uint8_t crumb[] = {22, 3, 3, 0, 1, 0};
    static const uint8_t start[] = {22, 3, 3, 0, 4, 2, 0, 0xff, 0xff};
    g_autoptr(Drive) drive = begin();
    drive_feed(drive, start, sizeof start, 0);
    for (guint i = 0; i < 2 * LIMIT_RECORDS && drive->talk->state == TALK_GOING; i++)
        drive_feed(drive, crumb, sizeof crumb, 0);
    ck_assert_str_eq(drive->talk->reason, "limit-records");
    ck_assert_int_eq(fact_integer(drive->talk->args, "records", 0), LIMIT_RECORDS);
}
END_TEST

START_TEST(a_message_over_the_ceiling)
{
    static const uint8_t start[] = {22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff};
    g_autoptr(Drive) drive = begin();
    drive_feed(drive, start, sizeof start, 0);
    ck_assert_str_eq(drive->talk->reason, "limit-message");
    ck_assert_str_eq(fact_string(drive->talk->args, "name", ""), "ServerHello");
}
END_TEST

START_TEST(a_chain_over_the_ceiling)
{
    static const Row hello = {"", "0303" PLAIN "SSc02f00" RENEGOTIATE, NULL, NULL, NULL, NULL};
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) bytes = answer(&hello, drive);
    add_hex(bytes, "160303");
    guint count = LIMIT_CERTIFICATES + 1, list = count * 4;
    bytes_put(bytes, list + 7, 2);
    bytes_put(bytes, 11, 1);
    bytes_put(bytes, list + 3, 3);
    bytes_put(bytes, list, 3);
    for (guint i = 0; i < count; i++)
        bytes_put(bytes, 0x00000100 + i, 4);
    drive_feed(drive, bytes->data, bytes->len, 0);
    ck_assert_str_eq(drive->talk->reason, "limit-certificates");
    json_t *chain = drive_fact(drive, "chain", NULL, NULL, 0);
    ck_assert_int_eq(fact_integer(chain, "cut", 0), LIMIT_CERTIFICATES);
    ck_assert_uint_eq(json_array_size(json_object_get(chain, "certificates")), LIMIT_CERTIFICATES);
}
END_TEST

START_TEST(a_hello_request_in_between_is_ignored)
{
    static const Row hello = {"", "0303" PLAIN "SSc02f00" RENEGOTIATE, NULL, NULL, NULL, NULL};
    g_autoptr(Drive) drive = begin();
    g_autoptr(GByteArray) bytes = g_byte_array_new(), server = answer(&hello, drive);
    add_hex(bytes, "160301000400000000");
    g_byte_array_append(bytes, server->data, server->len);
    drive_feed(drive, bytes->data, bytes->len, 1);
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    ck_assert_str_eq(drive->talk->phase, "certificate");
    ck_assert_uint_eq(drive_count(drive, "message", "name", "HelloRequest"), 1);
}
END_TEST

/* ---- no TLS at all ---- */

typedef struct Stranger {
    const char *says, *reason, *arg, *value;
} Stranger;

static const Stranger strangers[] = {
    {"HTTP/1.1 400 Bad Request\r\nServer: x\r\n", "speaks-http", "line",
     "HTTP/1.1 400 Bad Request"},
    {"SSH-2.0-OpenSSH_9.2p1\r\n", "speaks-ssh", "line", "SSH-2.0-OpenSSH_9.2p1"},
    {"220 mail.example ESMTP Postfix\r\n", "speaks-protocol", NULL, NULL},
    {"* OK IMAP4rev1 ready\r\n", "speaks-protocol", "protocol", "IMAP"},
    {"\x01\x02\x03\x04\x05\x06\x07\x08", "speaks-unknown", NULL, NULL},
};

START_TEST(strangers_are_named)
{
    const Stranger *row = &strangers[_i];
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = begin();
        drive_feed(drive, row->says, strlen(row->says), step);
        drive_end(drive, TALK_END_CLOSED);
        ck_assert_str_eq(drive->talk->reason, row->reason);
        ck_assert_str_eq(drive->talk->result, "no-tls");
        if (row->arg)
            ck_assert_str_eq(fact_string(drive->talk->args, row->arg, ""), row->value);
        ck_assert_uint_eq(drive_count(drive, "alert", NULL, NULL), 0);
    }
}
END_TEST

/* What is cut before it can be known is not guessed at: it is closed, or something unknown. */
START_TEST(strangers_cut_short)
{
    const Stranger *row = &strangers[_i];
    for (size_t size = 0; size < strlen(row->says); size++) {
        g_autoptr(Drive) drive = begin();
        drive_feed(drive, row->says, size, 0);
        drive_end(drive, TALK_END_CLOSED);
        bool closed = !strcmp(drive->talk->reason, "closed-after");
        ck_assert_msg(closed || g_str_has_prefix(drive->talk->reason, "speaks-"), "%zu: %s", size,
                      drive->talk->reason);
        ck_assert(closed || size);
    }
}
END_TEST

START_TEST(an_alert_in_two_records)
{
    static const uint8_t halves[] = {21, 3, 3, 0, 1, 2, 21, 3, 3, 0, 1, 40};
    g_autoptr(Drive) drive = begin();
    drive_feed(drive, halves, sizeof halves, 0);
    ck_assert_str_eq(drive->talk->reason, "alert-received");
    ck_assert_int_eq(fact_integer(drive->talk->args, "code", 0), 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("illegal");
    TCase *tcase = tcase_create("answers");
    tcase_add_loop_test(tcase, illegal_answers_have_their_reason, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, the_message_names_its_faults);
    tcase_add_test(tcase, a_second_certificate);
    tcase_add_test(tcase, a_second_retry);
    tcase_add_loop_test(tcase, floods_reach_their_ceiling, 0, G_N_ELEMENTS(floods));
    tcase_add_test(tcase, records_without_number_are_bounded);
    tcase_add_test(tcase, a_message_over_the_ceiling);
    tcase_add_test(tcase, a_chain_over_the_ceiling);
    tcase_add_test(tcase, a_hello_request_in_between_is_ignored);
    tcase_add_loop_test(tcase, strangers_are_named, 0, G_N_ELEMENTS(strangers));
    tcase_add_loop_test(tcase, strangers_cut_short, 0, G_N_ELEMENTS(strangers));
    tcase_add_test(tcase, an_alert_in_two_records);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
