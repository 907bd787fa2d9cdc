/* Sessions against GnuTLS servers in memory: what they answer is what these were told to do. */
#include "worker/probe/sessions.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"
#include "worker/tls/hello.h"

#define OLD "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define NEW "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* Answers as text: "session-ids yes 32 bytes; resumption-id no; ..." */
static void take_facts(Sessions *sessions, GString *text)
{
    json_t *fact;
    while ((fact = sessions_next_fact(sessions))) {
        const char *value = fact_string(fact, "value", fact_string(fact, "reason", NULL));
        ck_assert_str_eq(fact_string(fact, "question", ""), "feature");
        ck_assert_str_eq(fact_string(fact, "connection", ""), "e.1");
        g_string_append_printf(text, "%s%s %s%s%s", text->len ? "; " : "",
                               json_string_value(json_array_get(json_object_get(fact, "items"), 0)),
                               fact_string(fact, "answer", ""), value ? " " : "",
                               value ? value : "");
        json_decref(fact);
    }
}

/* Asks all; after `deaf` handshakes that are answered, nobody answers. */
static char *ask(const ServerSpec *spec, uint16_t version, guint deaf)
{
    g_autoptr(Sessions) sessions = sessions_new("test.example");
    GString *text = g_string_new(NULL);
    ck_assert(sessions_over(sessions));
    ck_assert_ptr_null(sessions_next(sessions, "e.1"));
    sessions_accept(sessions, version);
    sessions_alone(sessions);
    for (guint made = 0; !sessions_over(sessions); made++) {
        ck_assert_uint_gt(sessions_wants(sessions), 0);
        ck_assert_uint_ge(sessions_left(sessions), sessions_wants(sessions));
        Talk *talk = sessions_next(sessions, "e.1");
        g_autoptr(Server) server = server_new(spec);
        g_autoptr(Drive) drive = drive_new(talk);
        if (made < deaf)
            server_pump(server, drive, 0, NULL, NULL);
        if (talk->state == TALK_GOING && made < deaf)
            drive_tick(drive);
        drive_end(drive, TALK_END_IDLE);
        sessions_tell(sessions, talk, talk);
        take_facts(sessions, text);
        ck_assert_uint_lt(made, 20);
    }
    ck_assert_uint_eq(sessions_left(sessions), 0);
    return g_string_free(text, FALSE);
}

static const struct {
    ServerSpec server;
    uint16_t version;
    guint deaf;
    const char *answers;
} rows[] = {
    {{.priority = OLD, .cache = true, .tickets = true, .again = true},
     TLS_1_2,
     99,
     "session-ids yes 32 bytes; secure-renegotiation yes; resumption-id yes; tickets yes lifetime "
     "21600 s; resumption-ticket yes; renegotiation yes; ticket-key yes named KEY; ticket-entropy "
     "yes N bytes"},
    {{.priority = OLD},
     TLS_1_2,
     99,
     "session-ids yes 32 bytes; secure-renegotiation yes; resumption-id no; tickets no; "
     "resumption-ticket no there is no session to resume; renegotiation no alert 100 "
     "no_renegotiation"},
    {{.priority = NEW, .tickets = true, .early_data = 16384},
     TLS_1_3,
     99,
     "tickets yes lifetime 21600 s; early-data yes 16384 bytes; resumption-psk yes; "
     "ticket-key yes named KEY; ticket-entropy yes N bytes; resumption-psk-ke no; ticket-reuse "
     "yes"},
    {{.priority = NEW},
     TLS_1_3,
     99,
     "tickets no none right after the handshake; early-data no; resumption-psk no there is no "
     "session to resume; "
     "resumption-psk-ke "
     "no there is no session to resume; ticket-reuse no there is no session to resume"},
    /* what was never answered is unknown, and tried twice */
    {{.priority = NEW, .tickets = true},
     TLS_1_3,
     0,
     "tickets unknown silent; early-data unknown silent; resumption-psk unknown silent; "
     "resumption-psk-ke unknown silent; ticket-reuse unknown silent"},
    {{.priority = NEW, .tickets = true},
     TLS_1_3,
     1,
     "tickets yes lifetime 21600 s; early-data no; resumption-psk unknown silent; "
     "ticket-key unknown silent; ticket-entropy unknown silent; resumption-psk-ke unknown silent; "
     "ticket-reuse unknown silent"},
    /* the ticket came again, and no more */
    {{.priority = NEW, .tickets = true},
     TLS_1_3,
     2,
     "tickets yes lifetime 21600 s; early-data no; resumption-psk yes; ticket-key yes named KEY; "
     "ticket-entropy yes N bytes; resumption-psk-ke unknown silent; ticket-reuse unknown silent"},
    /* each server has its own key: none resumes what another gave */
    {{.priority = NEW, .tickets = true, .own_key = true},
     TLS_1_3,
     99,
     "tickets yes lifetime 21600 s; early-data no; resumption-psk no; ticket-key no another one, "
     "or "
     "it has no name; ticket-entropy yes N bytes; resumption-psk-ke no; ticket-reuse no it is not "
     "resumed even once"},
    /* by PSK without a key exchange too */
    {{.priority = NEW ":+PSK:+DHE-PSK", .tickets = true},
     TLS_1_3,
     99,
     "tickets yes lifetime 21600 s; early-data no; resumption-psk yes; ticket-key yes named KEY; "
     "ticket-entropy yes N bytes; resumption-psk-ke yes; ticket-reuse yes"},
};

/* What differs from run to run. */
static char *without_figures(const char *answers)
{
    g_autoptr(GRegex) name = g_regex_new("named [0-9a-f]{32}", 0, 0, NULL);
    g_autoptr(GRegex) size = g_regex_new("entropy yes \\d+", 0, 0, NULL);
    g_autofree char *text = g_regex_replace_literal(name, answers, -1, 0, "named KEY", 0, NULL);
    return g_regex_replace_literal(size, text, -1, 0, "entropy yes N", 0, NULL);
}

START_TEST(each_server)
{
    g_autofree char *told = ask(&rows[_i].server, rows[_i].version, rows[_i].deaf);
    g_autofree char *answers = without_figures(told);
    ck_assert_str_eq(answers, rows[_i].answers);
}
END_TEST

/* Renegotiation waits until nothing else is asked. */
START_TEST(the_last_of_all)
{
    static const ServerSpec spec = {.priority = OLD, .again = true};
    g_autoptr(Sessions) sessions = sessions_new("test.example");
    g_autoptr(GString) text = g_string_new(NULL);
    sessions_accept(sessions, TLS_1_2);
    while (sessions_wants(sessions)) {
        g_autoptr(Server) server = server_new(&spec);
        g_autoptr(Drive) drive = drive_new(sessions_next(sessions, "e.1"));
        server_pump(server, drive, 0, NULL, NULL);
        sessions_tell(sessions, drive->talk, drive->talk);
        take_facts(sessions, text);
    }
    ck_assert(!sessions_over(sessions));
    ck_assert_ptr_null(strstr(text->str, "; renegotiation"));
    sessions_alone(sessions);
    ck_assert_uint_eq(sessions_wants(sessions), 1);
}
END_TEST

START_TEST(stopped)
{
    g_autoptr(Sessions) sessions = sessions_new(NULL);
    GString *text = g_string_new(NULL);
    sessions_accept(sessions, TLS_1_3);
    sessions_stop(sessions, "stopped");
    ck_assert(sessions_over(sessions));
    ck_assert_uint_eq(sessions_wants(sessions), 0);
    json_t *fact;
    while ((fact = sessions_next_fact(sessions))) {
        ck_assert_str_eq(fact_string(fact, "answer", ""), "unknown");
        ck_assert_str_eq(fact_string(fact, "version", ""), "TLS 1.3");
        g_string_append(text, json_string_value(json_array_get(json_object_get(fact, "items"), 0)));
        g_string_append_c(text, ' ');
        json_decref(fact);
    }
    ck_assert_str_eq(text->str,
                     "tickets early-data resumption-psk resumption-psk-ke ticket-reuse ");
    g_string_free(text, TRUE);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("sessions");
    TCase *tcase = tcase_create("sessions");
    tcase_add_loop_test(tcase, each_server, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, the_last_of_all);
    tcase_add_test(tcase, stopped);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
