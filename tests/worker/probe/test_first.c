#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"
#include "worker/probe/first.h"

/* A probe that has ended: how, and what was asked with which hello. */
typedef struct Told {
    Probe *probe;
    ProbeOutcome outcome;
    GString *hellos; /* "usual permissive" */
    Drive *last;
} Told;

static void told_clear(Told *told)
{
    probe_free(told->probe);
    g_string_free(told->hellos, TRUE);
    drive_free(told->last);
}

/* How the server's side of a connection goes. */
typedef void (*Answer)(Drive *drive, const void *data);

static void ask(Told *told, const FirstSpec *spec, Answer answer, const void *data)
{
    const char *hello = NULL;
    *told = (Told){.probe = first_new(spec, NULL), .hellos = g_string_new(NULL)};
    while (!probe_over(told->probe, &told->outcome)) {
        const char *expected = first_hello(told->probe);
        Talk *talk = probe_next(told->probe, "e.1", &hello);
        ck_assert_ptr_nonnull(talk);
        ck_assert_uint_eq(probe_wants(told->probe), 1);
        ck_assert_ptr_null(probe_next(told->probe, "e.1", &hello));
        ck_assert_str_eq(hello, expected);
        g_string_append_printf(told->hellos, "%s%s", told->hellos->len ? " " : "", hello);
        drive_free(told->last);
        told->last = drive_new(talk);
        answer(told->last, data);
        ck_assert_int_ne(talk->state, TALK_GOING);
        probe_tell(told->probe, talk);
    }
    ck_assert_ptr_null(probe_next(told->probe, "e.1", &hello));
    ck_assert_uint_eq(probe_wants(told->probe), 0);
}

static void serve(Drive *drive, const void *data)
{
    g_autoptr(Server) server = server_new(data);
    server_pump(server, drive, 0, NULL, NULL);
    drive_tick(drive);
    drive_end(drive, TALK_END_CLOSED);
}

static void end(Drive *drive, const void *data)
{
    drive_end(drive, *(const TalkEnd *)data);
}

static void say(Drive *drive, const void *data)
{
    drive_feed(drive, data, strlen(data), 0);
    drive_end(drive, TALK_END_CLOSED);
}

START_TEST(a_usual_server_is_asked_once)
{
    static const ServerSpec server = {.priority = "NORMAL"};
    FirstSpec spec = {.server_name = "test.example"};
    Told told;
    ask(&told, &spec, serve, &server);
    ck_assert_str_eq(told.outcome.result, "finished");
    ck_assert_ptr_null(told.outcome.reason);
    ck_assert_ptr_null(told.outcome.args);
    ck_assert_str_eq(told.outcome.phase, "listening");
    ck_assert_str_eq(told.hellos->str, "usual");
    told_clear(&told);
}
END_TEST

START_TEST(an_anonymous_server_takes_the_permissive_hello)
{
    static const ServerSpec server = {.priority = "NORMAL:-VERS-TLS1.3:-KX-ALL:+ANON-ECDH",
                                      .anonymous = true};
    FirstSpec spec = {0};
    Told told;
    ask(&told, &spec, serve, &server);
    ck_assert_str_eq(told.outcome.result, "finished");
    ck_assert_str_eq(told.hellos->str, "usual permissive");
    json_t *fact = drive_fact(told.last, "negotiated", NULL, NULL, 0);
    ck_assert_str_eq(fact_string(fact, "hello", ""), "permissive");
    told_clear(&told);
}
END_TEST

START_TEST(an_own_prime_is_found_without_named_groups)
{
    static const ServerSpec server = {
        .priority = "NORMAL:-VERS-TLS1.3:-KX-ALL:+DHE-RSA:-GROUP-ALL:%PROFILE_VERY_WEAK",
        .rsa = true,
        .dh_bits = 512};
    FirstSpec spec = {0};
    Told told;
    ask(&told, &spec, serve, &server);
    ck_assert_str_eq(told.outcome.result, "finished");
    json_t *fact = drive_fact(told.last, "negotiated", NULL, NULL, 0);
    ck_assert_int_eq(fact_integer(fact, "group_bits", 0), 512);
    told_clear(&told);
}
END_TEST

START_TEST(who_turns_all_away_is_asked_three_times)
{
    static const ServerSpec server = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK",
                                      .anonymous = true};
    FirstSpec spec = {0};
    Told told;
    ask(&told, &spec, serve, &server);
    ck_assert_str_eq(told.outcome.result, "alert");
    ck_assert_str_eq(told.outcome.reason, "alert-received");
    ck_assert_str_eq(fact_string(told.outcome.args, "after", ""), "ClientHello");
    ck_assert_str_eq(told.outcome.phase, "hello");
    ck_assert_str_eq(told.hellos->str, "usual permissive permissive");
    told_clear(&told);
}
END_TEST

START_TEST(silence_and_strangers_are_asked_once)
{
    FirstSpec spec = {0};
    Told told;
    TalkEnd idle = TALK_END_IDLE;
    ask(&told, &spec, end, &idle);
    ck_assert_str_eq(told.outcome.reason, "silent");
    ck_assert_str_eq(told.hellos->str, "usual");
    told_clear(&told);
    ask(&told, &spec, say, "HTTP/1.1 400 Bad Request\r\n");
    ck_assert_str_eq(told.outcome.reason, "speaks-http");
    ck_assert_str_eq(told.hellos->str, "usual");
    told_clear(&told);
}
END_TEST

/* The first answer stands, unless a later one says more. */
START_TEST(the_most_telling_failure)
{
    static const char alert[] = "\x15\x03\x03\x00\x02\x02\x46";
    static const char early[] = "\x16\x03\x03\x00\x07\x0b\x00\x00\x03\x00\x00\x00";
    FirstSpec spec = {0};
    ProbeOutcome outcome;
    const char *hello;
    g_autoptr(Probe) probe = first_new(&spec, NULL);
    const struct {
        const char *says;
        size_t size;
    } turns[] = {{"", 0}, {alert, 7}, {early, 12}};
    for (guint i = 0; i < G_N_ELEMENTS(turns); i++) {
        g_autoptr(Drive) drive = drive_new(probe_next(probe, "e.1", &hello));
        drive_feed(drive, turns[i].says, turns[i].size, 0);
        drive_end(drive, TALK_END_CLOSED);
        probe_tell(probe, drive->talk);
    }
    ck_assert(probe_over(probe, &outcome));
    ck_assert_str_eq(outcome.reason, "alert-received");
    ck_assert_int_eq(fact_integer(outcome.args, "code", 0), 70);
}
END_TEST

START_TEST(a_priority_of_the_users_is_asked_alone)
{
    FirstSpec spec = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2"};
    Told told;
    TalkEnd closed = TALK_END_CLOSED;
    ask(&told, &spec, end, &closed);
    ck_assert_str_eq(told.hellos->str, "usual");
    ck_assert_str_eq(told.outcome.reason, "closed-after");
    told_clear(&told);
    g_autoptr(GError) error = NULL;
    spec.priority = "NORMAL:+NOTHING";
    ck_assert_ptr_null(first_new(&spec, &error));
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
    FirstSpec unknown = {.protocol = "gopher", .starttls = true};
    ck_assert_ptr_null(first_new(&unknown, &error));
    ck_assert_ptr_nonnull(error);
}
END_TEST

START_TEST(no_connection_no_question)
{
    FirstSpec spec = {0};
    ProbeOutcome outcome;
    g_autoptr(Probe) probe = first_new(&spec, NULL);
    ck_assert(!probe_over(probe, &outcome));
    ck_assert_uint_eq(probe_wants(probe), 1);
    g_autoptr(json_t) args = json_pack("{s:s}", "address", "192.0.2.1");
    const ProbeOutcome why = {"refused", "connection-refused", args, "connecting"};
    probe_tell_failed(probe, &why);
    ck_assert(probe_over(probe, &outcome));
    ck_assert_str_eq(outcome.result, "refused");
    ck_assert_str_eq(outcome.phase, "connecting");
    ck_assert_str_eq(fact_string(outcome.args, "address", ""), "192.0.2.1");
}
END_TEST

/* STARTTLS, then TLS over the same connection; a refusal is no reason to ask with another hello. */
START_TEST(a_dialogue_comes_first)
{
    static const char refused[] = "220 a\r\n250 STARTTLS\r\n454 no\r\n";
    FirstSpec spec = {.protocol = "smtp", .starttls = true};
    Told told;
    ask(&told, &spec, say, refused);
    ck_assert_str_eq(told.outcome.reason, "starttls-refused");
    ck_assert_str_eq(told.hellos->str, "usual");
    told_clear(&told);
    const char *hello;
    g_autoptr(Probe) probe = first_new(&spec, NULL);
    g_autoptr(Drive) drive = drive_new(probe_next(probe, "e.1", &hello));
    drive_feed(drive, "220 a\r\n", 7, 0);
    drive_feed(drive, "250 STARTTLS\r\n", 14, 0);
    g_byte_array_set_size(drive->sent, 0);
    drive_feed(drive, "220 go\r\n", 8, 0);
    ck_assert_str_eq(drive->talk->phase, "hello");
    ck_assert_ptr_nonnull(drive_fact(drive, "message", "name", "ClientHello", 0));
    static const ServerSpec spoken = {.priority = "NORMAL"};
    g_autoptr(Server) server = server_new(&spoken);
    server_pump(server, drive, 0, NULL, NULL);
    drive_tick(drive);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("first");
    TCase *tcase = tcase_create("probe");
    tcase_add_test(tcase, a_usual_server_is_asked_once);
    tcase_add_test(tcase, an_anonymous_server_takes_the_permissive_hello);
    tcase_add_test(tcase, an_own_prime_is_found_without_named_groups);
    tcase_add_test(tcase, who_turns_all_away_is_asked_three_times);
    tcase_add_test(tcase, silence_and_strangers_are_asked_once);
    tcase_add_test(tcase, the_most_telling_failure);
    tcase_add_test(tcase, a_priority_of_the_users_is_asked_alone);
    tcase_add_test(tcase, no_connection_no_question);
    tcase_add_test(tcase, a_dialogue_comes_first);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
