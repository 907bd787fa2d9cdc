/* Rows asked of a server of GnuTLS in memory, with the bytes of each hello; and of replies that are
 * made by hand. */
#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"
#include "worker/probe/extra.h"
#include "worker/probe/form.h"
#include "worker/probe/nonsense.h"

enum { RECORDS = 2000 };

static void accept(Known *known, uint16_t version, uint32_t suite)
{
    KnownVersion *of = known_version(known, version);
    of->certainty = CERTAINTY_YES;
    g_array_append_val(of->suites, suite);
}

/* All is answered; TLS 1.2 and TLS 1.3 as told. */
static Known *knowing(bool tls12, bool tls13)
{
    DiveSpec spec = {.server_name = "test.example", .depth = DIVE_FULL};
    Known *known = known_new(&spec);
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        known->versions[i].certainty = CERTAINTY_NO;
        known->versions[i].over = known->versions[i].settled = true;
    }
    if (tls12)
        accept(known, TLS_1_2, 0xC02B); /* ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
    if (tls13)
        accept(known, TLS_1_3, 0x1301);
    return known;
}

/* The answers as "code" -> "answer (value or reason)". */
static GHashTable *said(Known *known)
{
    GHashTable *answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_t *fact;
    while ((fact = g_queue_pop_head(&known->facts))) {
        const char *more = fact_string(fact, "value", fact_string(fact, "reason", ""));
        const char *code = json_string_value(json_array_get(json_object_get(fact, "items"), 0));
        g_hash_table_replace(answers,
                             g_strdup_printf("%s %s", code, fact_string(fact, "version", "")),
                             g_strdup_printf("%s (%s)", fact_string(fact, "answer", ""), more));
        json_decref(fact);
    }
    return answers;
}

static void check(GHashTable *answers, const char *const (*expected)[2], guint count)
{
    for (guint i = 0; i < count; i++) {
        const char *answer = g_hash_table_lookup(answers, expected[i][0]);
        ck_assert_msg(!g_strcmp0(answer, expected[i][1]), "%s: %s, should be %s", expected[i][0],
                      answer, expected[i][1]);
    }
}

/* ---- GnuTLS ---- */

static Verdict verdict(const Reply *reply)
{
    switch (reply->kind) {
    case REPLY_CHOSEN:
    case REPLY_RETRY:
        return VERDICT_CHOSEN;
    case REPLY_ALERT:
    case REPLY_CLOSED:
        return VERDICT_REFUSED;
    default:
        return VERDICT_LOST;
    }
}

/* One hello, part by part, and what the server makes of it. */
static void ask_gnutls(Strategy *strategy, guint tag, Offer *offer)
{
    static const ServerSpec spec = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"};
    g_autoptr(Server) server = server_new(&spec);
    g_autoptr(Drive) drive = drive_new(ask_new(offer, false));
    while (drive->talk->state == TALK_GOING) {
        g_autoptr(GByteArray) output = g_byte_array_new();
        if (drive->sent->len)
            server_turn(server, drive->sent->data, drive->sent->len, output);
        for (guint i = 0; i < RECORDS && !output->len; i++) /* it takes a record a turn */
            server_turn(server, NULL, 0, output);
        g_byte_array_set_size(drive->sent, 0);
        if (output->len)
            drive_feed(drive, output->data, output->len, 0);
        else if (drive->talk->deadline > 0)
            drive_step(drive);
        else
            drive_end(drive, TALK_END_CLOSED);
    }
    const Reply *reply = ask_reply(drive->talk);
    Told told = {.verdict = verdict(reply),
                 .offer = ask_offer(drive->talk),
                 .reply = reply,
                 .connection = "e.1",
                 .reason = reply->reason,
                 .tries = 1,
                 .of = 1};
    strategy->class->tell(strategy, tag, &told);
}

static GHashTable *dive(Known *known, Strategy *strategy)
{
    guint tag;
    Offer *offer;
    while ((offer = strategy->class->ask(strategy, &tag))) {
        form_seal(offer, "rows", tag);
        ask_gnutls(strategy, tag, offer);
    }
    ck_assert(strategy->class->over(strategy));
    strategy->class->free(strategy);
    return said(known);
}

START_TEST(what_gnutls_tolerates)
{
    static const char *const expected[][2] = {
        {"no-server-name TLS 1.2", "yes ()"},
        {"one-byte-records TLS 1.2", "yes ()"},
        {"empty-records TLS 1.2", "no (alert-received)"},
        {"empty-data-records TLS 1.2", "no (alert-received)"},
        {"hello-in-parts TLS 1.2", "yes ()"},
        {"record-ssl3 TLS 1.2", "yes ()"},
        {"record-tls12 TLS 1.2", "yes ()"},
        {"record-to-come TLS 1.2", "no (alert-received)"},
        {"version-0304 TLS 1.2", "yes ()"},
        {"version-0305 TLS 1.2", "yes ()"},
        {"version-0400 TLS 1.2", "yes ()"},
        {"reversed-extensions TLS 1.2", "yes ()"},
        {"empty-last-extension TLS 1.2", "yes ()"},
        {"duplicate-extension TLS 1.2", "no (alert-received)"},
        {"duplicate-suites TLS 1.2", "yes ()"},
        {"session-id TLS 1.2", "yes ()"},
        {"no-session-id TLS 1.3", "yes ()"},
        {"warning-first TLS 1.2", "no (alert-received)"},
    };
    Known *known = knowing(true, true);
    g_autoptr(GHashTable) answers = dive(known, extra_new(known));
    check(answers, expected, G_N_ELEMENTS(expected));
    known_free(known);
}
END_TEST

START_TEST(the_alerts_of_gnutls)
{
    static const char *const expected[][2] = {
        {"alert-no-suite TLS 1.2", "yes (alert 40 handshake_failure)"},
        {"alert-low-version TLS 1.2", "yes (alert 70 protocol_version)"},
        {"alert-legacy-version TLS 1.3", "yes (alert 70 protocol_version)"},
        {"alert-bad-extension TLS 1.2", "yes (alert 50 decode_error)"},
        {"alert-missing-extension TLS 1.3", "yes (alert 40 handshake_failure)"},
        {"alert-unexpected-message TLS 1.2", "yes (alert 10 unexpected_message)"},
        {"alert-unknown-record TLS 1.2", "yes (alert 10 unexpected_message)"},
        {"alert-long-record TLS 1.2", "yes (alert 22 record_overflow)"},
    };
    Known *known = knowing(true, true);
    g_autoptr(GHashTable) answers = dive(known, nonsense_new(known));
    check(answers, expected, G_N_ELEMENTS(expected));
    ck_assert_uint_eq(g_hash_table_size(answers), G_N_ELEMENTS(expected));
    known_free(known);
}
END_TEST

/* Where only TLS 1.3 is accepted, what is not of a version is asked in that. */
START_TEST(in_tls13_alone)
{
    Known *known = knowing(false, true);
    g_autoptr(GHashTable) answers = dive(known, nonsense_new(known));
    ck_assert_str_eq(g_hash_table_lookup(answers, "alert-long-record TLS 1.3"),
                     "yes (alert 22 record_overflow)");
    known_free(known);
    known = knowing(false, true);
    g_autoptr(GHashTable) more = dive(known, extra_new(known));
    ck_assert_str_eq(g_hash_table_lookup(more, "hello-in-parts TLS 1.3"), "yes ()");
    ck_assert_ptr_null(g_hash_table_lookup(more, "version-0304 TLS 1.3"));
    known_free(known);
}
END_TEST

/* ---- by hand ---- */

static const struct Conduct {
    ReplyKind kind;
    const char *reason, *said;
} conducts[] = {
    {REPLY_CLOSED, "closed-after", "no (closed)"},
    {REPLY_LOST, "silent", "no (silence)"},
    {REPLY_LOST, "reset-after", "no (reset)"},
    {REPLY_OTHER, "speaks-http", "no (no TLS)"},
    {REPLY_LOST, "limit-bytes", "unknown (limit-bytes)"},
    {REPLY_ILLEGAL, "record-malformed", "unknown (record-malformed)"},
};

START_TEST(what_is_no_alert)
{
    const struct Conduct *row = &conducts[_i];
    Known *known = knowing(true, false);
    Strategy *strategy = nonsense_new(known);
    guint tag;
    g_autoptr(Offer) offer = strategy->class->ask(strategy, &tag);
    ck_assert(offer->odd);
    g_autoptr(Reply) reply = reply_new();
    reply->kind = row->kind;
    reply->reason = row->reason;
    Told told = {.verdict = VERDICT_LOST, .offer = offer, .reply = reply, .reason = row->reason};
    strategy->class->tell(strategy, tag, &told);
    g_autoptr(GHashTable) answers = said(known);
    ck_assert_str_eq(g_hash_table_lookup(answers, "alert-no-suite TLS 1.2"), row->said);
    strategy->class->free(strategy);
    known_free(known);
}
END_TEST

/* A row waits until the suites of its version are known, and is unknown where it is stopped. */
START_TEST(rows_wait)
{
    guint tag;
    Known *known = knowing(true, true);
    known_version(known, TLS_1_2)->certainty = CERTAINTY_OPEN;
    Strategy *strategy = nonsense_new(known);
    ck_assert_uint_eq(strategy->class->want(strategy), 0);
    ck_assert_ptr_null(strategy->class->ask(strategy, &tag));
    ck_assert(!strategy->class->over(strategy));
    known_version(known, TLS_1_2)->certainty = CERTAINTY_YES;
    known_version(known, TLS_1_2)->settled = false;
    ck_assert_ptr_null(strategy->class->ask(strategy, &tag));
    known_version(known, TLS_1_2)->settled = true;
    ck_assert_uint_gt(strategy->class->want(strategy), 0);
    strategy->class->stop(strategy, "stopped");
    g_autoptr(GHashTable) answers = said(known);
    ck_assert_str_eq(g_hash_table_lookup(answers, "alert-legacy-version TLS 1.3"),
                     "unknown (stopped)");
    strategy->class->free(strategy);
    known_free(known);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("rows");
    TCase *tcase = tcase_create("rows");
    tcase_add_test(tcase, what_gnutls_tolerates);
    tcase_add_test(tcase, the_alerts_of_gnutls);
    tcase_add_test(tcase, in_tls13_alone);
    tcase_add_loop_test(tcase, what_is_no_alert, 0, G_N_ELEMENTS(conducts));
    tcase_add_test(tcase, rows_wait);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
