/* Features told by replies that are made by hand: each row's hello, and what is said of it. */
#include "worker/probe/features.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "worker/probe/known.h"

static void accept(Known *known, uint16_t version, uint32_t suite)
{
    KnownVersion *of = known_version(known, version);
    of->certainty = CERTAINTY_YES;
    if (suite)
        g_array_append_val(of->suites, suite);
}

static Known *knowing(bool tls13)
{
    DiveSpec spec = {.server_name = "test.example", .depth = DIVE_FULL};
    Known *known = known_new(&spec);
    static const uint16_t all[] = {TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        KnownVersion *of = known_version(known, all[i]);
        of->over = of->settled = true;
        of->certainty = CERTAINTY_NO;
    }
    accept(known, TLS_1_2, 0xC02F); /* ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    accept(known, TLS_1_2, 0xC013); /* ECDHE_RSA_WITH_AES_128_CBC_SHA */
    if (tls13)
        accept(known, TLS_1_3, 0x1301);
    return known;
}

static void answer_with(Reply *reply, uint16_t type, const void *data, size_t size)
{
    g_array_append_val(reply->extensions, type);
    g_hash_table_insert(reply->values, GUINT_TO_POINTER((guint)type), g_bytes_new(data, size));
}

/* A server that answers a few extensions, compresses, and knows the SCSV. */
static void full_server(const Offer *offer, Reply *reply, Told *told)
{
    static const guint8 mark[] = {0x6a, 0x00, 0x00, 0x01};
    static const guint8 sentinel[] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    reply->kind = REPLY_CHOSEN;
    memcpy(reply->random, mark, sizeof mark);
    memcpy(reply->random + 24, sentinel, sizeof sentinel);
    if (offer->compressions->len)
        reply->compression = g_array_index(offer->compressions, uint8_t, 0);
    for (guint i = 0; i < offer->suites->len; i++)
        if (g_array_index(offer->suites, uint32_t, i) == 0x5600) {
            told->verdict = VERDICT_FAILED;
            reply->alert = 86;
        }
    answer_with(reply, EXTENSION_ENCRYPT_THEN_MAC, "", 0);
    answer_with(reply, EXTENSION_HEARTBEAT, "\001", 1);
    answer_with(reply, EXTENSION_RECORD_SIZE_LIMIT, "\100\001", 2);
}

static void bare_server(const Offer *offer, Reply *reply, Told *told)
{
    static guint8 number;
    (void)offer;
    (void)told;
    reply->kind = REPLY_CHOSEN;
    number = (guint8)(number + 77);
    memset(reply->random, number, sizeof reply->random);
}

static void lost_server(const Offer *offer, Reply *reply, Told *told)
{
    (void)offer;
    (void)reply;
    told->verdict = VERDICT_LOST;
    told->reason = "silent";
}

typedef void (*Server)(const Offer *offer, Reply *reply, Told *told);

/* "extension no session_ticket,...; feature yes compression DEFLATE; ..." */
static char *dive(bool tls13, Server server)
{
    Known *known = knowing(tls13);
    Strategy *strategy = features_new(known);
    GString *text = g_string_new(NULL);
    guint tag, asked = 0;
    Offer *offer;
    while ((offer = strategy->class->ask(strategy, &tag))) {
        ck_assert(!strategy->class->over(strategy));
        g_autoptr(Reply) reply = reply_new();
        reply->version = offer->version;
        reply->suite = g_array_index(offer->suites, uint32_t, 1);
        Told told = {.verdict = VERDICT_CHOSEN,
                     .offer = offer,
                     .reply = reply,
                     .connection = "e.1",
                     .tries = 1,
                     .of = 1};
        server(offer, reply, &told);
        strategy->class->tell(strategy, tag, &told);
        offer_free(offer);
        asked++;
    }
    ck_assert(strategy->class->over(strategy));
    ck_assert_uint_eq(asked, tls13 ? 5 : 4);
    json_t *fact;
    while ((fact = g_queue_pop_head(&known->facts))) {
        g_string_append_printf(text, "%s%s %s", text->len ? "; " : "",
                               fact_string(fact, "question", ""), fact_string(fact, "answer", ""));
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(fact, "items"), i, item)
            g_string_append_printf(text, "%c%s", i ? ',' : ' ', json_string_value(item));
        const char *more = fact_string(fact, "value", fact_string(fact, "reason", NULL));
        if (more)
            g_string_append_printf(text, " (%s)", more);
        json_decref(fact);
    }
    strategy->class->free(strategy);
    known_free(known);
    return g_string_free(text, FALSE);
}

START_TEST(a_server_with_much)
{
    g_autofree char *said = dive(true, full_server);
    ck_assert_str_eq(
        said,
        "extension yes heartbeat (may be sent to it); extension no extended_master_secret,"
        "session_ticket,max_fragment_length,truncated_hmac,status_request,"
        "signed_certificate_timestamp,server_certificate_type,next_protocol_negotiation,"
        "renegotiation_info; behaviour yes downgrade-sentinel; behaviour yes extension-order "
        "(encrypt_then_mac "
        "heartbeat record_size_limit); extension yes record_size_limit "
        "(16385 bytes); extension no status_request_v2; extension yes encrypt_then_mac; feature "
        "yes compression (DEFLATE); feature yes fallback-scsv; behaviour yes clock-in-random "
        "(2026-05-10 03:48:17 UTC)");
}
END_TEST

START_TEST(a_server_with_little)
{
    g_autofree char *said = dive(false, bare_server);
    ck_assert_ptr_nonnull(strstr(said, "feature no compression"));
    ck_assert_ptr_nonnull(strstr(said, "extension no encrypt_then_mac"));
    ck_assert_ptr_nonnull(strstr(said, "behaviour no clock-in-random"));
    ck_assert_ptr_null(strstr(said, " yes"));
    ck_assert_ptr_null(strstr(said, "fallback")); /* there is nothing to fall back from */
    ck_assert_ptr_null(strstr(said, "sentinel"));
}
END_TEST

START_TEST(a_server_that_is_silent)
{
    g_autofree char *said = dive(true, lost_server);
    ck_assert_ptr_nonnull(strstr(said, "feature unknown compression (silent)"));
    ck_assert_ptr_nonnull(strstr(said, "feature unknown fallback-scsv (silent)"));
    ck_assert_ptr_null(strstr(said, " yes"));
    ck_assert_ptr_null(strstr(said, " no "));
}
END_TEST

START_TEST(stopped)
{
    Known *known = knowing(true);
    Strategy *strategy = features_new(known);
    strategy->class->stop(strategy, "stopped");
    ck_assert_uint_eq(g_queue_get_length(&known->facts), 5);
    json_t *fact;
    while ((fact = g_queue_pop_head(&known->facts))) {
        ck_assert_str_eq(fact_string(fact, "answer", ""), "unknown");
        json_decref(fact);
    }
    strategy->class->free(strategy);
    known_free(known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("features");
    TCase *tcase = tcase_create("features");
    tcase_add_test(tcase, a_server_with_much);
    tcase_add_test(tcase, a_server_with_little);
    tcase_add_test(tcase, a_server_that_is_silent);
    tcase_add_test(tcase, stopped);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
