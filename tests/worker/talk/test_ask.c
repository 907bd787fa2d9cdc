/* One hello, and each kind of reply to it: of a GnuTLS server in memory, and of scripted ones. */
#include "worker/talk/ask.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"
#include "worker/talk/stack.h"
#include "worker/talk/starttls.h"
#include "worker/talk/transcript.h"

#define PLAIN       "2222222222222222222222222222222222222222222222222222222222222222"
#define RETRY       "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
#define VERSIONS_13 "002b00020304"

static void add(GArray *list, uint16_t code)
{
    g_array_append_val(list, code);
}

/* Suites that end with 0; groups and schemes that any server has. */
static Offer *offer_of(uint16_t version, const uint32_t *suites)
{
    static const uint16_t schemes[] = {0x0403, 0x0804, 0x0401, 0x0201, 0x0203};
    Offer *offer = offer_new(version);
    while (*suites)
        offer_add_suite(offer, *suites++);
    offer_add_suite(offer, 0x00ff);
    add(offer->groups, 29);
    add(offer->groups, 23);
    add(offer->groups, 24);
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        add(offer->schemes, schemes[i]);
    memset(offer->random, 0x11, sizeof offer->random);
    return offer;
}

static Offer *offer_tls13(void)
{
    static const uint32_t suites[] = {0x1301, 0x1302, 0x1303, 0};
    return offer_of(TLS_1_3, suites);
}

static Offer *offer_tls12(void)
{
    static const uint32_t suites[] = {0xc02b, 0xc02f, 0x009e, 0x002f, 0};
    return offer_of(TLS_1_2, suites);
}

static Offer *offer_ssl2(void)
{
    Offer *offer = offer_new(TLS_SSL2);
    offer_add_suite(offer, 0x010080);
    offer_add_suite(offer, 0x0700c0);
    return offer;
}

static Drive *ask(Offer *offer)
{
    return drive_new(ask_new(offer, true));
}

static const Reply *reply_of(const Drive *drive)
{
    return ask_reply(drive->talk);
}

static void add_hex(GByteArray *bytes, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        bytes_put(bytes,
                  (uint64_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])), 1);
        hex++;
    }
}

static void feed_hex(Drive *drive, const char *hex, size_t step)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    add_hex(bytes, hex);
    drive_feed(drive, bytes->data, bytes->len, step);
}

/* ---- how the hello goes out ---- */

START_TEST(a_hello_in_parts)
{
    Offer *offer = offer_tls12();
    g_autoptr(GByteArray) whole = offer_build(offer);
    offer->parts = 3;
    g_autoptr(Drive) drive = ask(offer);
    ck_assert_uint_eq(drive->sent->len, whole->len / 3 + 1);
    ck_assert_double_eq(drive->talk->deadline, 1.05);
    ck_assert(!drive->talk->half_close);
    drive_step(drive);
    ck_assert_uint_eq(drive->sent->len, (size_t)2 * (whole->len / 3 + 1));
    ck_assert(!drive->talk->half_close);
    drive_tick(drive);
    ck_assert_uint_eq(drive->sent->len, whole->len);
    ck_assert_mem_eq(drive->sent->data, whole->data, whole->len);
    ck_assert(drive->talk->half_close);
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    ck_assert_double_eq(drive->now, 1.1);
}
END_TEST

/* Waited for shortly, unless something comes. */
START_TEST(silence_on_an_odd_hello)
{
    for (guint answered = 0; answered < 2; answered++) {
        Offer *offer = offer_tls12();
        offer->odd = true;
        g_autoptr(Drive) drive = ask(offer);
        if (answered)
            feed_hex(drive, "150303", 0);
        drive_tick(drive);
        ck_assert_int_eq(drive->talk->state, answered ? TALK_GOING : TALK_FAILED);
        if (answered)
            continue;
        ck_assert_int_eq(reply_of(drive)->kind, REPLY_LOST);
        ck_assert_str_eq(reply_of(drive)->reason, "silent");
        ck_assert_double_eq(drive->now, 1.5);
    }
}
END_TEST

/* ---- a server of GnuTLS ---- */

/* What the server has said by itself after our hello. */
static GByteArray *answer_of(const ServerSpec *spec, const Drive *drive)
{
    g_autoptr(Server) server = server_new(spec);
    GByteArray *output = g_byte_array_new();
    server_turn(server, drive->sent->data, drive->sent->len, output);
    return output;
}

START_TEST(tls13_retries)
{
    static const ServerSpec spec = {.priority = ONLY("1.3") ":-GROUP-ALL:+GROUP-SECP384R1"};
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = ask(offer_tls13());
        g_autoptr(GByteArray) answer = answer_of(&spec, drive);
        drive_feed(drive, answer->data, answer->len, step);
        const Reply *reply = reply_of(drive);
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
        ck_assert_int_eq(reply->kind, REPLY_RETRY);
        ck_assert_uint_eq(reply->version, TLS_1_3);
        ck_assert(reply->has_group);
        ck_assert_uint_eq(reply->group, 24);
        ck_assert_ptr_null(reply->reason);
        ck_assert(reply->took > 0);
        ck_assert_uint_eq(drive_count(drive, "message", "name", "HelloRetryRequest"), 1);
        ck_assert_uint_eq(drive_count(drive, "message", "name", "ClientHello"), 1);
    }
}
END_TEST

/* A share of which nobody knows the secret is as good as any: the server goes on. */
START_TEST(tls13_takes_our_shares)
{
    static const struct {
        uint16_t group;
        const char *priority;
    } rows[] = {{29, "X25519"},     {23, "SECP256R1"},  {24, "SECP384R1"},  {25, "SECP521R1"},
                {30, "X448"},       {256, "FFDHE2048"}, {257, "FFDHE3072"}, {258, "FFDHE4096"},
                {259, "FFDHE6144"}, {260, "FFDHE8192"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *priority =
            g_strconcat(ONLY("1.3") ":-GROUP-ALL:+GROUP-", rows[i].priority, NULL);
        ServerSpec spec = {.priority = priority};
        Offer *offer = offer_tls13();
        g_array_set_size(offer->groups, 0);
        add(offer->groups, rows[i].group);
        add(offer->shares, rows[i].group);
        g_autoptr(Drive) drive = ask(offer);
        g_autoptr(GByteArray) answer = answer_of(&spec, drive);
        drive_feed(drive, answer->data, answer->len, 0);
        const Reply *reply = reply_of(drive);
        ck_assert_msg(reply->kind == REPLY_CHOSEN, "%s: %d", rows[i].priority, reply->kind);
        ck_assert_uint_eq(reply->group, rows[i].group);
        ck_assert(reply->suite >> 8 == 0x13);
    }
}
END_TEST

START_TEST(tls12_gives_its_flight)
{
    static const ServerSpec spec = {
        .priority = ONLY("1.2") ":-KX-ALL:+ECDHE-ECDSA:-GROUP-ALL:+GROUP-SECP256R1",
        .tickets = true,
        .alpn = "h2",
        .ask = GNUTLS_CERT_REQUEST,
    };
    for (size_t step = 0; step < 2; step++) {
        Offer *offer = offer_tls12();
        g_ptr_array_add(offer->alpn, g_strdup("h2"));
        offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
        offer_add_extension(offer, EXTENSION_SESSION_TICKET, NULL, 0);
        g_autoptr(Drive) drive = ask(offer);
        g_autoptr(GByteArray) answer = answer_of(&spec, drive);
        drive_feed(drive, answer->data, answer->len, step);
        g_autofree char *dump = drive_dump(drive, true);
        const Reply *reply = reply_of(drive);
        ck_assert_msg(reply->kind == REPLY_CHOSEN && !reply->reason, "%s", dump);
        ck_assert(reply->chosen);
        ck_assert_uint_eq(reply->version, TLS_1_2);
        ck_assert_uint_eq(reply->suite, 0xc02b);
        ck_assert(reply->has_group);
        ck_assert_uint_eq(reply->group, 23);
        ck_assert(reply->has_scheme);
        ck_assert_uint_eq(reply->scheme, 0x0403);
        ck_assert_uint_eq(reply->prime_bits, 0);
        ck_assert_uint_eq(strlen(reply->public_key), 64);
        ck_assert_str_eq(reply->alpn, "h2");
        ck_assert(reply->asked);
        ck_assert(offer_has(reply->extensions, EXTENSION_EXTENDED_MASTER_SECRET));
        ck_assert(g_hash_table_contains(reply->values, GUINT_TO_POINTER(EXTENSION_ALPN)));
        const gnutls_datum_t *der = server_certificate();
        g_autofree char *leaf = bytes_sha256(der->data, der->size);
        ck_assert_str_eq(reply->leaf, leaf);
        ck_assert_uint_eq(reply->certificates, 1);
        ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), 1);
        ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
        ck_assert_uint_eq(drive_count(drive, "state", NULL, NULL), 1);
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
    }
}
END_TEST

START_TEST(tls12_dhe_shows_its_prime)
{
    static const uint32_t suites[] = {0x009e, 0};
    static const ServerSpec spec = {
        .priority = ONLY("1.2") ":-KX-ALL:+DHE-RSA:-GROUP-ALL:%PROFILE_VERY_WEAK",
        .rsa = true,
        .dh_bits = 512,
    };
    g_autoptr(Drive) drive = ask(offer_of(TLS_1_2, suites));
    g_autoptr(GByteArray) answer = answer_of(&spec, drive);
    drive_feed(drive, answer->data, answer->len, 0);
    const Reply *reply = reply_of(drive);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert_uint_eq(reply->suite, 0x009e);
    ck_assert_uint_eq(reply->prime_bits, 512);
    ck_assert_uint_eq(strlen(reply->prime), 64);
    ck_assert_ptr_nonnull(reply->generator);
    ck_assert(!reply->has_group);
    ck_assert(reply->has_scheme);
}
END_TEST

START_TEST(cut_at_every_length)
{
    static const ServerSpec spec = {.priority = ONLY("1.2"), .rsa = true};
    g_autoptr(Drive) whole = ask(offer_tls12());
    g_autoptr(GByteArray) answer = answer_of(&spec, whole);
    guint hello = 5 + 4 + (guint)answer->data[8];
    for (guint size = 0; size < answer->len; size++) {
        g_autoptr(Drive) drive = ask(offer_tls12());
        drive_feed(drive, answer->data, size, 0);
        ck_assert_int_eq(drive->talk->state, TALK_GOING);
        drive_end(drive, TALK_END_CLOSED);
        const Reply *reply = reply_of(drive);
        ReplyKind kind = size == 0 ? REPLY_CLOSED : size < hello ? REPLY_LOST : REPLY_CHOSEN;
        ck_assert_msg(reply->kind == kind, "%u of %u: %d", size, answer->len, reply->kind);
        ck_assert_str_eq(reply->reason, "closed-after");
        ck_assert_int_eq(drive->talk->state, size ? TALK_FAILED : TALK_DONE);
        ck_assert(reply->chosen == (kind == REPLY_CHOSEN));
    }
}
END_TEST

START_TEST(what_was_told_is_shared)
{
    static const ServerSpec spec = {.priority = ONLY("1.2"), .rsa = true};
    g_autoptr(GHashTable) written = transcript_written_new();
    for (guint i = 0; i < 2; i++) {
        Talk *talk = ask_new(offer_tls12(), false);
        ask_share(talk, written);
        g_autoptr(Drive) drive = drive_new(talk);
        g_autoptr(GByteArray) answer = answer_of(&spec, drive);
        drive_feed(drive, answer->data, answer->len, 0);
        ck_assert(!talk->half_close);
        ck_assert_int_eq(reply_of(drive)->kind, REPLY_CHOSEN);
        ck_assert_ptr_nonnull(reply_of(drive)->leaf);
        ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), i ? 0 : 1);
        ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
    }
}
END_TEST

/* ---- scripted ---- */

/* The record of a ServerHello: version, random, no session id, suite, then extensions. */
static void add_hello(GByteArray *bytes, const char *hello, const char *extensions)
{
    g_autoptr(GByteArray) body = g_byte_array_new(), list = g_byte_array_new();
    add_hex(body, hello);
    add_hex(list, extensions);
    if (list->len) {
        bytes_put(body, list->len, 2);
        g_byte_array_append(body, list->data, list->len);
    }
    add_hex(bytes, "160303");
    bytes_put(bytes, body->len + 4, 2);
    bytes_put(bytes, 2, 1);
    bytes_put(bytes, body->len, 3);
    g_byte_array_append(bytes, body->data, body->len);
}

/* A server that says so many bytes and then ends so, and what is made of it. */
typedef struct Row {
    const char *name;
    Offer *(*offer)(void);
    const char *hello, *extensions; /* of a ServerHello; NULL: none */
    const char *then;               /* bytes behind it */
    int end;                        /* TalkEnd; -1: it ends by itself */
    ReplyKind kind;
    const char *reason;
    bool chosen;
    int alert;
    uint32_t suite;
} Row;

static const Row rows[] = {
    {"alert", offer_tls12, NULL, NULL, "15030300020228", -1, REPLY_ALERT, "alert-received", false,
     40, 0},
    {"alert in two records", offer_tls12, NULL, NULL, "1503030001 02 1503030001 46", -1,
     REPLY_ALERT, "alert-received", false, 70, 0},
    {"warning, then alert", offer_tls12, NULL, NULL, "15030300020170 15030300020228", -1,
     REPLY_ALERT, "alert-received", false, 40, 0},
    {"warning, then close", offer_tls12, NULL, NULL, "15030300020128", TALK_END_CLOSED, REPLY_ALERT,
     "alert-received", false, 40, 0},
    {"close_notify", offer_tls12, NULL, NULL, "15030300020100", -1, REPLY_ALERT, "alert-received",
     false, 0, 0},
    {"half an alert, then close", offer_tls12, NULL, NULL, "150303000102", TALK_END_CLOSED,
     REPLY_LOST, "closed-after", false, -1, 0},
    {"closed", offer_tls12, NULL, NULL, "", TALK_END_CLOSED, REPLY_CLOSED, "closed-after", false,
     -1, 0},
    {"reset", offer_tls12, NULL, NULL, "", TALK_END_RESET, REPLY_LOST, "reset-after", false, -1, 0},
    {"silent", offer_tls12, NULL, NULL, "", TALK_END_IDLE, REPLY_LOST, "silent", false, -1, 0},
    {"too long", offer_tls12, NULL, NULL, "", TALK_END_TOTAL, REPLY_LOST, "deadline", false, -1, 0},
    {"too much", offer_tls12, NULL, NULL, "16", TALK_END_BYTES, REPLY_LOST, "limit-bytes", false,
     -1, 0},
    {"stopped", offer_tls12, NULL, NULL, "", TALK_END_STOPPED, REPLY_STOPPED, "stopped", false, -1,
     0},
    {"HelloRequest, then close", offer_tls12, NULL, NULL, "160303000400000000", TALK_END_CLOSED,
     REPLY_LOST, "closed-after", false, -1, 0},
    {"http", offer_tls12, NULL, NULL, "485454502f312e3120343030204261640d0a", -1, REPLY_OTHER,
     "speaks-http", false, -1, 0},
    {"half a greeting, then close", offer_tls12, NULL, NULL, "4854", TALK_END_CLOSED, REPLY_OTHER,
     "speaks-protocol", false, -1, 0},
    {"chosen, then alert", offer_tls12, "0303" PLAIN "00002f00", "ff01000100", "15030300020250", -1,
     REPLY_CHOSEN, "alert-received", true, 80, 0x2f},
    {"chosen, then closed", offer_tls12, "0303" PLAIN "00002f00", "", "", TALK_END_CLOSED,
     REPLY_CHOSEN, "closed-after", true, -1, 0x2f},
    {"chosen, then reset", offer_tls12, "0303" PLAIN "00002f00", "", "16", TALK_END_RESET,
     REPLY_CHOSEN, "reset-after", true, -1, 0x2f},
    {"suite not offered", offer_tls12, "0303" PLAIN "00000500", "", "", -1, REPLY_ILLEGAL,
     "suite-not-offered", false, -1, 5},
    {"version not offered", offer_tls12, "0305" PLAIN "00002f00", "", "", -1, REPLY_ILLEGAL,
     "version-not-offered", false, -1, 0x2f},
    {"group not offered", offer_tls13, "0303" PLAIN "00130100",
     VERSIONS_13 "0033002400160020" PLAIN, "", -1, REPLY_ILLEGAL, "group-not-offered", false, -1,
     0x1301},
    {"a share that was not asked for", offer_tls13, "0303" PLAIN "00130100",
     VERSIONS_13 "00330024001d0020" PLAIN, "", -1, REPLY_ILLEGAL, "share-without-retry", false, -1,
     0x1301},
    {"extension twice", offer_tls12, "0303" PLAIN "00002f00", "ff01000100ff01000100", "", -1,
     REPLY_ILLEGAL, "extension-twice", false, -1, 0x2f},
    {"a length that lies", offer_tls12, NULL, NULL, "160303002a 02000026 0303" PLAIN "20002f00", -1,
     REPLY_ILLEGAL, "message-malformed", false, -1, 0},
    {"no group in a retry", offer_tls13, "0303" RETRY "00130100", VERSIONS_13 "002c00030001aa", "",
     -1, REPLY_RETRY, NULL, true, -1, 0x1301},
    {"ServerHello twice", offer_tls12, "0303" PLAIN "00002f00", "",
     "160303002a020000260303" PLAIN "00003500", -1, REPLY_ILLEGAL, "message-unexpected", true, -1,
     0x2f},
    {"data", offer_tls12, NULL, NULL, "17030300020000", -1, REPLY_ILLEGAL, "message-unexpected",
     false, -1, 0},
    {"ChangeCipherSpec", offer_tls12, NULL, NULL, "140303000101", -1, REPLY_ILLEGAL,
     "message-unexpected", false, -1, 0},
    {"a message interrupted", offer_tls12, NULL, NULL, "160303000402000026 15030300020228", -1,
     REPLY_ILLEGAL, "message-malformed", false, -1, 0},
    {"a record too long", offer_tls12, NULL, NULL, "160303fff0", -1, REPLY_ILLEGAL,
     "record-malformed", false, -1, 0},
    {"SSL 2.0 for TLS", offer_tls12, NULL, NULL, "8003000001", -1, REPLY_ILLEGAL,
     "record-malformed", false, -1, 0},
    {"SSL 2.0: no cipher", offer_ssl2, NULL, NULL, "8003000001", -1, REPLY_ALERT, "ssl2-error",
     false, 1, 0},
    {"SSL 2.0: alert", offer_ssl2, NULL, NULL, "15030000020228", -1, REPLY_ALERT, "alert-received",
     false, 40, 0},
    {"SSL 2.0: closed", offer_ssl2, NULL, NULL, "", TALK_END_CLOSED, REPLY_CLOSED, "closed-after",
     false, -1, 0},
    {"SSL 2.0: half an answer", offer_ssl2, NULL, NULL, "8011040001000200000003", TALK_END_CLOSED,
     REPLY_LOST, "closed-after", false, -1, 0},
    {"SSL 2.0: kind not offered", offer_ssl2, NULL, NULL,
     "800e 04 00 01 0002 0000 0003 0000 020080", -1, REPLY_ILLEGAL, "suite-not-offered", false, -1,
     0},
    {"SSL 2.0: lengths that lie", offer_ssl2, NULL, NULL,
     "800e 04 00 01 0002 0000 0030 0000 010080", -1, REPLY_ILLEGAL, "message-malformed", false, -1,
     0},
};

static void check_row(const Row *row, const Drive *drive)
{
    const Reply *reply = reply_of(drive);
    g_autofree char *dump = drive_dump(drive, true);
    ck_assert_msg(reply->kind == row->kind, "%s: %d, %s: %s", row->name, reply->kind, reply->reason,
                  dump);
    ck_assert_msg(!g_strcmp0(reply->reason, row->reason), "%s: %s", row->name, reply->reason);
    ck_assert_msg(reply->chosen == row->chosen, "%s", row->name);
    ck_assert_msg(reply->alert == row->alert, "%s: %d", row->name, reply->alert);
    ck_assert_msg(reply->suite == row->suite, "%s: %x", row->name, reply->suite);
    bool lost = reply->kind == REPLY_LOST || reply->kind == REPLY_ILLEGAL ||
                reply->kind == REPLY_OTHER || reply->kind == REPLY_STOPPED ||
                (reply->kind == REPLY_CHOSEN && reply->reason && reply->alert < 0);
    ck_assert_msg(drive->talk->state == (lost ? TALK_FAILED : TALK_DONE), "%s", row->name);
    if (lost)
        ck_assert_str_eq(drive->talk->reason, reply->reason);
}

START_TEST(each_kind_of_reply)
{
    const Row *row = &rows[_i];
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = ask(row->offer());
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        if (row->hello)
            add_hello(bytes, row->hello, row->extensions);
        add_hex(bytes, row->then);
        drive_feed(drive, bytes->data, bytes->len, step);
        if (row->end >= 0) {
            ck_assert_msg(drive->talk->state == TALK_GOING, "%s", row->name);
            drive_end(drive, (TalkEnd)row->end);
        }
        check_row(row, drive);
    }
}
END_TEST

START_TEST(ssl2_names_its_kinds)
{
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = ask(offer_ssl2());
        const gnutls_datum_t *der = server_certificate();
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        bytes_put(bytes, 0x8000 | (11 + der->size + 3 + 4), 2);
        add_hex(bytes, "04 00 01 0002");
        bytes_put(bytes, der->size, 2);
        add_hex(bytes, "0003 0004");
        g_byte_array_append(bytes, der->data, der->size);
        add_hex(bytes, "0700c0 01020304");
        drive_feed(drive, bytes->data, bytes->len, step);
        const Reply *reply = reply_of(drive);
        ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
        ck_assert_uint_eq(reply->version, TLS_SSL2);
        ck_assert_uint_eq(reply->suites->len, 1);
        ck_assert_uint_eq(g_array_index(reply->suites, uint32_t, 0), 0x0700c0);
        g_autofree char *leaf = bytes_sha256(der->data, der->size);
        ck_assert_str_eq(reply->leaf, leaf);
        json_t *message = drive_fact(drive, "message", "name", "SERVER-HELLO", 0);
        ck_assert_str_eq(fact_string(message, "content", ""), "ssl2");
        ck_assert_uint_eq(drive_count(drive, "message", "name", "CLIENT-HELLO"), 1);
        ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), 1);
    }
}
END_TEST

/* ---- ceilings ---- */

static const struct Flood {
    const char *hex, *reason;
} floods[] = {
    {"15030100020170", "limit-warnings"},
    {"160301000400000000", "limit-hello-requests"},
    {"1603030000", "limit-empty-records"},
};

START_TEST(floods_reach_their_ceiling)
{
    g_autoptr(Drive) drive = ask(offer_tls12());
    for (guint i = 0; i < 1000 && drive->talk->state == TALK_GOING; i++)
        feed_hex(drive, floods[_i].hex, 0);
    const Reply *reply = reply_of(drive);
    ck_assert_str_eq(reply->reason, floods[_i].reason);
    ck_assert_int_eq(reply->kind, REPLY_LOST);
    ck_assert_int_eq(drive->talk->state, TALK_FAILED);
}
END_TEST

START_TEST(crumbs_and_giants_are_bounded)
{
    g_autoptr(Drive) crumbs = ask(offer_tls12()), giant = ask(offer_tls12());
    feed_hex(crumbs, "160303000402 00ffff", 0);
    for (guint i = 0; i < 2 * LIMIT_RECORDS && crumbs->talk->state == TALK_GOING; i++)
        feed_hex(crumbs, "160303000100", 0);
    ck_assert_str_eq(reply_of(crumbs)->reason, "limit-records");
    ck_assert_int_eq(reply_of(crumbs)->kind, REPLY_LOST);
    feed_hex(giant, "160303000402 ffffff", 0);
    ck_assert_str_eq(reply_of(giant)->reason, "limit-message");
}
END_TEST

START_TEST(endless_bytes_are_not_kept)
{
    g_autofree uint8_t *junk = g_malloc(1 << 16);
    memset(junk, 'x', 1 << 16);
    g_autoptr(Drive) drive = ask(offer_ssl2());
    drive_feed(drive, "\x80\x7f", 2, 0);
    for (guint i = 0; i < 64 && drive->talk->state == TALK_GOING; i++)
        drive_feed(drive, junk, 1 << 16, 0);
    drive_end(drive, TALK_END_BYTES);
    ck_assert(reply_of(drive)->kind == REPLY_OTHER || reply_of(drive)->kind == REPLY_LOST);
}
END_TEST

/* ---- in a stack ---- */

START_TEST(a_dialogue_that_is_refused)
{
    Talk *stack = stack_new(starttls_new("smtp"), ask_new(offer_tls12(), true));
    g_autoptr(Drive) drive = drive_new(stack);
    static const char refusal[] = "554 no service here\r\n";
    drive_feed(drive, refusal, strlen(refusal), 0);
    ck_assert_int_eq(stack->state, TALK_FAILED);
    const Reply *reply = reply_of(drive);
    ck_assert_int_eq(reply->kind, REPLY_LOST);
    ck_assert_str_eq(reply->reason, stack->reason);
    ck_assert_uint_eq(ask_offer(stack)->version, TLS_1_2);
}
END_TEST

START_TEST(a_dialogue_that_leads_there)
{
    Talk *stack = stack_new(starttls_new("smtp"), ask_new(offer_tls12(), true));
    g_autoptr(Drive) drive = drive_new(stack);
    static const char *const lines[] = {"220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        ck_assert(!stack->half_close);
        drive_feed(drive, lines[i], strlen(lines[i]), 0);
    }
    ck_assert(stack->half_close);
    ck_assert_int_eq(reply_of(drive)->kind, REPLY_NONE);
    feed_hex(drive, "15030300020228", 0);
    ck_assert_int_eq(stack->state, TALK_DONE);
    ck_assert_int_eq(reply_of(drive)->kind, REPLY_ALERT);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("ask");
    TCase *tcase = tcase_create("replies");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_hello_in_parts);
    tcase_add_test(tcase, silence_on_an_odd_hello);
    tcase_add_test(tcase, tls13_retries);
    tcase_add_test(tcase, tls13_takes_our_shares);
    tcase_add_test(tcase, tls12_gives_its_flight);
    tcase_add_test(tcase, tls12_dhe_shows_its_prime);
    tcase_add_test(tcase, cut_at_every_length);
    tcase_add_test(tcase, what_was_told_is_shared);
    tcase_add_loop_test(tcase, each_kind_of_reply, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, ssl2_names_its_kinds);
    tcase_add_loop_test(tcase, floods_reach_their_ceiling, 0, G_N_ELEMENTS(floods));
    tcase_add_test(tcase, crumbs_and_giants_are_bounded);
    tcase_add_test(tcase, endless_bytes_are_not_kept);
    tcase_add_test(tcase, a_dialogue_that_is_refused);
    tcase_add_test(tcase, a_dialogue_that_leads_there);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
