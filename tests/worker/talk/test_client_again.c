/* Clients that have been there before, or are asked to begin anew: sessions,
 * renegotiation, and what comes behind a handshake. */
#include "worker/talk/client.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"

/* A server with which the handshake is complete, and the client listens. */
static Server *listening(Drive *drive, const ServerSpec *spec)
{
    Server *server = server_new(spec);
    server_pump(server, drive, 0, NULL, NULL);
    ck_assert_str_eq(drive->talk->phase, "listening");
    return server;
}

/* ---- sessions ---- */

static Drive *begin_again(const char *priority, GBytes *session, bool renegotiate)
{
    ClientSpec spec = {.priority = priority,
                       .server_name = "test.example",
                       .hello = "question",
                       .resume = session,
                       .brief = true,
                       .renegotiate = renegotiate};
    return drive_new(client_new(&spec, NULL));
}

typedef struct Resumption {
    const char *name;
    ServerSpec server;
    const char *client;
    bool session, resumed; /* one is to be had; a second connection goes on with it */
    const char *story;     /* of the second connection */
} Resumption;

static const Resumption resumptions[] = {
    {"by id",
     {.priority = ONLY("1.2"), .cache = true},
     ONLY("1.2") ":%NO_TICKETS",
     true,
     true,
     "> ClientHello < ServerHello < ChangeCipherSpec < *Finished > ChangeCipherSpec > *Finished "
     "> *!close_notify"},
    {"by ticket",
     {.priority = ONLY("1.2"), .tickets = true},
     ONLY("1.2"),
     true,
     true,
     "> ClientHello < ServerHello < ChangeCipherSpec < *Finished > ChangeCipherSpec > *Finished "
     "> *!close_notify"},
    {"by PSK",
     {.priority = ONLY("1.3"), .tickets = true},
     ONLY("1.3"),
     true,
     true,
     "> ClientHello < ServerHello < *EncryptedExtensions < *Finished > *Finished "
     "< *NewSessionTicket > *!close_notify"},
    {"the server keeps nothing", {.priority = ONLY("1.3")}, ONLY("1.3"), false, false, NULL},
};

START_TEST(sessions_are_resumed)
{
    const Resumption *row = &resumptions[_i];
    g_autoptr(Server) server = server_new(&row->server);
    g_autoptr(Drive) first = begin_again(row->client, NULL, false);
    server_pump(server, first, 0, NULL, NULL);
    if (!row->session)
        drive_tick(first);
    ck_assert_msg(first->talk->state == TALK_DONE, "%s: it listens on", row->name);
    const ClientResult *result = client_result(first->talk);
    ck_assert(result->complete && !result->resumed);
    ck_assert_msg((result->session != NULL) == row->session, "%s", row->name);
    if (!row->session)
        return;
    g_autoptr(Server) again = server_new(&row->server);
    g_autoptr(Drive) second = begin_again(row->client, result->session, false);
    server_pump(again, second, 0, NULL, NULL);
    g_autofree char *said = drive_story(second, result->version == 0x0304);
    ck_assert_msg(second->talk->state == TALK_DONE, "%s: %s %s", row->name,
                  second->talk->reason ? second->talk->reason : "", said);
    ck_assert_msg(client_result(second->talk)->resumed == row->resumed, "%s", row->name);
    ck_assert_msg(!strcmp(said, row->story), "%s:\n%s\n%s", row->name, said, row->story);
    json_t *fact = drive_fact(second, "negotiated", NULL, NULL, 0);
    ck_assert(fact_bool(fact, "resumed", FALSE));
}
END_TEST

/* Another server does not know the session: a whole handshake, and nothing is illegal about it. */
START_TEST(a_session_that_is_forgotten)
{
    static const ServerSpec spec = {.priority = ONLY("1.2"), .cache = true};
    static const ServerSpec other = {.priority = ONLY("1.2")};
    g_autoptr(Server) server = server_new(&spec);
    g_autoptr(Drive) first = begin_again(ONLY("1.2") ":%NO_TICKETS", NULL, false);
    server_pump(server, first, 0, NULL, NULL);
    g_autoptr(Server) stranger = server_new(&other);
    GBytes *session = client_result(first->talk)->session;
    g_autoptr(Drive) second = begin_again(ONLY("1.2") ":%NO_TICKETS", session, false);
    server_pump(stranger, second, 0, NULL, NULL);
    ck_assert_int_eq(second->talk->state, TALK_DONE);
    ck_assert(client_result(second->talk)->complete && !client_result(second->talk)->resumed);
    ck_assert_uint_eq(drive_count(second, "message", "name", "Certificate"), 1);
}
END_TEST

START_TEST(early_data_that_a_ticket_allows)
{
    static const ServerSpec spec = {.priority = ONLY("1.3"), .tickets = true, .early_data = 12345};
    g_autoptr(Server) server = server_new(&spec);
    g_autoptr(Drive) drive = begin_again(ONLY("1.3"), NULL, false);
    server_pump(server, drive, 0, NULL, NULL);
    ck_assert_uint_eq(client_result(drive->talk)->early_data, 12345);
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert_int_eq(fact_integer(fact, "early_data", 0), 12345);
}
END_TEST

START_TEST(renegotiation_when_asked_for)
{
    static const struct {
        ServerSpec server;
        ClientAgain again;
        int alert;
    } cases[] = {
        {{.priority = ONLY("1.2"), .again = true}, CLIENT_AGAIN_ACCEPTED, -1},
        {{.priority = ONLY("1.2")}, CLIENT_AGAIN_REFUSED, GNUTLS_A_NO_RENEGOTIATION},
        {{.priority = ONLY("1.3")}, CLIENT_AGAIN_UNASKED, -1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Server) server = server_new(&cases[i].server);
        g_autoptr(Drive) drive = begin_again("NORMAL", NULL, true);
        server_pump(server, drive, 0, NULL, NULL);
        drive_tick(drive);
        const ClientResult *result = client_result(drive->talk);
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
        ck_assert_msg(result->again == cases[i].again, "%u: %d", i, (int)result->again);
        ck_assert_int_eq(result->again_alert, cases[i].alert);
        ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
    }
}
END_TEST

/* Silence is no refusal; a close is one. */
START_TEST(renegotiation_that_is_not_answered)
{
    static const ServerSpec spec = {.priority = ONLY("1.2")};
    for (int closed = 0; closed < 2; closed++) {
        g_autoptr(Server) server = server_new(&spec);
        g_autoptr(Drive) drive = begin_again("NORMAL", NULL, true);
        g_autoptr(GByteArray) output = g_byte_array_new();
        while (!server_done(server)) {
            server_turn(server, drive->sent->data, drive->sent->len, output);
            g_byte_array_set_size(drive->sent, 0);
            drive_feed(drive, output->data, output->len, 0);
            g_byte_array_set_size(output, 0);
        }
        ck_assert_int_eq(drive->talk->state, TALK_GOING);
        if (closed)
            drive_end(drive, TALK_END_CLOSED);
        else
            drive_tick(drive);
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
        ck_assert_int_eq(client_result(drive->talk)->again,
                         closed ? CLIENT_AGAIN_REFUSED : CLIENT_AGAIN_IGNORED);
    }
}
END_TEST

START_TEST(renegotiation_is_not_gone_into)
{
    static const ServerSpec spec = {.priority = ONLY("1.2")};
    for (guint requests = 1; requests <= LIMIT_HELLO_REQUESTS + 1; requests++) {
        g_autoptr(Drive) drive = drive_client("NORMAL");
        g_autoptr(Server) server = listening(drive, &spec);
        for (guint i = 0; i < requests; i++)
            gnutls_rehandshake(server_session(server));
        server_pump(server, drive, 0, NULL, NULL);
        bool over = requests > LIMIT_HELLO_REQUESTS;
        drive_tick(drive);
        ck_assert_uint_eq(drive_count(drive, "message", "name", "HelloRequest"), requests);
        ck_assert_uint_eq(drive_count(drive, "message", "name", "ClientHello"), 1);
        ck_assert_int_eq(drive->talk->state, over ? TALK_FAILED : TALK_DONE);
        if (over)
            ck_assert_str_eq(drive->talk->reason, "limit-hello-requests");
        ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
    }
}
END_TEST

START_TEST(what_a_listening_client_is_told)
{
    static const ServerSpec spec = {.priority = ONLY("1.3")};
    static const struct {
        TalkEnd how;
        const char *reason; /* NULL: it is done */
    } ends[] = {{TALK_END_CLOSED, NULL},
                {TALK_END_RESET, NULL},
                {TALK_END_TOTAL, NULL},
                {TALK_END_STOPPED, NULL},
                {TALK_END_BYTES, "limit-bytes"}};
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(Drive) drive = drive_client("NORMAL");
        server_free(listening(drive, &spec));
        drive_end(drive, ends[i].how);
        ck_assert_int_eq(drive->talk->state, ends[i].reason ? TALK_FAILED : TALK_DONE);
        if (ends[i].reason)
            ck_assert_str_eq(drive->talk->reason, ends[i].reason);
        ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
    }
}
END_TEST

START_TEST(data_and_good_bye)
{
    static const ServerSpec spec = {.priority = ONLY("1.3")};
    g_autoptr(Drive) drive = drive_client("NORMAL");
    g_autoptr(Server) server = listening(drive, &spec);
    gnutls_record_send(server_session(server), "220 hello\r\n", 11);
    gnutls_bye(server_session(server), GNUTLS_SHUT_WR);
    server_pump(server, drive, 1, NULL, NULL);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    json_t *bye = drive_fact(drive, "alert", "direction", "in", 0);
    ck_assert_str_eq(fact_string(bye, "name", ""), "close_notify");
    ck_assert_str_eq(fact_string(bye, "level", ""), "warning");
    ck_assert(fact_bool(bye, "encrypted", FALSE));
}
END_TEST

/* It listens for two round trips where these are longer than the least time. */
START_TEST(how_long_it_listens)
{
    static const ServerSpec spec = {.priority = ONLY("1.3")};
    g_autoptr(Drive) drive = drive_client("NORMAL");
    server_free(listening(drive, &spec));
    ck_assert_double_eq_tol(drive->talk->deadline, 1.101 + LIMIT_LISTEN_MS / 1000.0, 1e-6);
    g_autoptr(Drive) far = drive_client("NORMAL");
    far->talk->round_trip = 0.2;
    server_free(listening(far, &spec));
    ck_assert_double_eq_tol(far->talk->deadline, 1.101 + 0.4, 1e-6);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("client_again");
    TCase *tcase = tcase_create("client_again");
    tcase_add_loop_test(tcase, sessions_are_resumed, 0, (int)G_N_ELEMENTS(resumptions));
    tcase_add_test(tcase, a_session_that_is_forgotten);
    tcase_add_test(tcase, early_data_that_a_ticket_allows);
    tcase_add_test(tcase, renegotiation_when_asked_for);
    tcase_add_test(tcase, renegotiation_that_is_not_answered);
    tcase_add_test(tcase, renegotiation_is_not_gone_into);
    tcase_add_test(tcase, what_a_listening_client_is_told);
    tcase_add_test(tcase, data_and_good_bye);
    tcase_add_test(tcase, how_long_it_listens);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
