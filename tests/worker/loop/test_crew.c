/* Endpoints from their jobs to their `done` facts. */
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/worker/loop/bench.h"
#include "tests/worker/loop/lo.h"

START_TEST(from_job_to_done)
{
    g_autoptr(Bench) bench = bench_asked(ANSWERS, "once", "\"connection\": 7");
    const json_t *fact;

    bench_ck_trace(
        bench, "127.0.0.1",
        "state waiting; state connecting; connection 127.0.0.1.7 connecting usual; "
        "connection 127.0.0.1.7 open usual; state hello 127.0.0.1.7; dialogue 127.0.0.1.7; "
        "connection 127.0.0.1.7 closed usual; done finished hello");
    bench_ck_trace(bench, NULL, "host literal");
    fact = bench_last(bench, "127.0.0.1", FACT_CONNECTION);
    ck_assert_int_eq(fact_integer(fact, "sent", 0), 5);
    ck_assert_int_eq(fact_integer(fact, "received", 0), 2);
    ck_assert_int_eq(fact_integer(fact, "port", 0), bench->port);
    ck_assert_double_gt(fact_number(fact, "took", 0), 0);
    ck_assert_double_gt(fact_number(bench_last(bench, "127.0.0.1", FACT_DONE), "took", 0), 0);
    ck_assert_uint_eq(crew_left(bench->crew), 0);
}
END_TEST

typedef struct Row {
    const char *host;
    Manner manner;
    const char *trace; /* of the end */
} Row;

static const Row rows[] = {
    {"127.0.0.1", CLOSES,
     "connection 127.0.0.1.1 closed usual closed-after; done closed closed-after hello"},
    {"127.0.0.1", RESETS,
     "connection 127.0.0.1.1 closed usual reset-after; done reset reset-after hello"},
    {"127.0.0.1", LISTENS,
     "connection 127.0.0.1.1 closed usual silent; done timed-out silent hello"},
    {"127.0.0.9", ANSWERS,
     "connection 127.0.0.9.1 failed usual connection-refused; done refused connection-refused "
     "connecting"},
    {"known.test", ANSWERS, "connection known.test.1 closed usual; done finished hello"},
    {"localhost", ANSWERS, "closed usual; done finished hello"},
    {"unknown.test", ANSWERS,
     "state waiting; state resolving; done timed-out name-timed-out resolving"},
};

START_TEST(ends)
{
    const Row *row = &rows[_i];
    Bench *bench = bench_new();
    g_autofree char *trace = NULL;

    bench_server(bench, "127.0.0.1", row->manner);
    bench_ask(bench, row->host, "once", "");
    bench_until_done(bench, 1);
    trace = bench_trace(bench, row->host);
    ck_assert_msg(g_str_has_suffix(trace, row->trace), "%s", trace);
    bench_free(bench);
}
END_TEST

START_TEST(asks_again_where_the_usual_hello_fails)
{
    g_autoptr(Bench) bench = bench_asked(CLOSES, "twice", "");

    bench_ck_trace(bench, "127.0.0.1",
                   "state waiting; state connecting; connection 127.0.0.1.1 connecting usual; "
                   "connection 127.0.0.1.1 open usual; state hello 127.0.0.1.1; "
                   "connection 127.0.0.1.1 closed usual closed-after; "
                   "state connecting; connection 127.0.0.1.2 connecting permissive; "
                   "connection 127.0.0.1.2 open permissive; state hello 127.0.0.1.2; "
                   "connection 127.0.0.1.2 closed permissive closed-after; "
                   "done closed closed-after hello");
}
END_TEST

START_TEST(two_side_by_side)
{
    g_autoptr(Bench) bench = bench_asked(SLOWLY, "pair", "");
    const Server *server = bench->servers->pdata[0];

    ck_assert_uint_eq(server->most, 2);
}
END_TEST

START_TEST(a_name_is_looked_up_once)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", ANSWERS);
    for (int i = 0; i < 5; i++) {
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"e%d\", \"host\": \"unknown.test\", \"port\": 1, "
            "\"entry\": \"starttls\", \"protocol\": \"once\"}",
            i);
        bench_job(bench, line);
    }
    bench_until_done(bench, 5);
    bench_ck_trace(bench, NULL, "host dns name-timed-out");
    bench_ck_trace(bench, "e4",
                   "state waiting; state resolving; done timed-out name-timed-out resolving");
    bench_free(bench);
}
END_TEST

/* Whether the last that was told of an endpoint stands in `expected`. */
static bool underway(const Bench *bench, const char *endpoint, const char *expected)
{
    g_autofree char *trace = bench_trace(bench, endpoint);
    const char *last = strrchr(trace, ';');

    return last != NULL && strstr(expected, last + 2) != NULL;
}

START_TEST(stopped_anywhere)
{
    static const char *const traces[] = {
        "state waiting; done stopped stopped waiting",
        "connection 127.0.0.2.1 connecting usual; connection 127.0.0.2.1 closed usual stopped; "
        "done stopped stopped connecting",
        "state hello 127.0.0.1.1; connection 127.0.0.1.1 closed usual stopped; "
        "done stopped stopped hello",
        "state waiting; state resolving; done stopped stopped resolving",
    };
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.1", "unknown.test"};
    static const char *const results[] = {"stopped", "suspended"};
    Bench *bench = bench_new();
    int silent[2];
    const char *result = results[_i / 4];
    g_auto(GStrv) words = g_strsplit(traces[_i % 4], "stopped", -1);
    g_autofree char *expected = g_strjoinv(result, words), *trace = NULL;
    g_autofree char *stop =
        g_strdup_printf("{\"job\": \"stop\", \"endpoint\": \"%s\"}", hosts[_i % 4]);

    bench_server(bench, "127.0.0.1", LISTENS);
    ck_assert(lo_silent("127.0.0.2", &bench->port, silent));
    bench_ask(bench, hosts[_i % 4], "twice", "");
    while (_i % 4 != 0 && !underway(bench, hosts[_i % 4], expected))
        bench_turn(bench, 1);
    bench_job(bench, _i / 4 == 0 ? stop : "{\"job\": \"suspended\"}");
    trace = bench_trace(bench, hosts[_i % 4]);
    if (_i == 4) /* what only waits is not in flight */
        ck_assert_str_eq(trace, "state waiting");
    else
        ck_assert_msg(g_str_has_suffix(trace, expected), "%s", trace);
    bench_job(bench, stop); /* nothing is left to stop */
    bench_free(bench);
    close(silent[0]);
    close(silent[1]);
}
END_TEST

START_TEST(paused)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", ANSWERS);
    bench_job(bench, "{\"job\": \"pause\"}");
    bench_ask(bench, "127.0.0.1", "once", "");
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    bench_turn(bench, 5);
    bench_ck_trace(bench, "127.0.0.1", "state waiting");
    crew_hold(bench->crew, true);
    crew_hold(bench->crew, false); /* does not end the pause */
    bench_turn(bench, 5);
    bench_ck_trace(bench, "127.0.0.1", "state waiting");
    bench_job(bench, "{\"job\": \"resume\"}");
    bench_until_done(bench, 1);
    bench_free(bench);
}
END_TEST

START_TEST(held)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", ANSWERS);
    bench_ask(bench, "127.0.0.1", "once", "");
    while (!underway(bench, "127.0.0.1", "state hello 127.0.0.1.1"))
        uv_run(&bench->loop, UV_RUN_ONCE);
    crew_hold(bench->crew, true);
    bench_turn(bench, 20);
    ck_assert_uint_eq(bench->done, 0);
    crew_hold(bench->crew, false);
    bench_until_done(bench, 1);
    bench_free(bench);
}
END_TEST

START_TEST(jobs_that_cannot_be_done)
{
    static const char *const bad[] = {
        "", "[]", "{", "{\"job\": \"dance\"}", "{\"job\": \"probe\"}", "{\"job\": 7}",
    };
    static const char *const refused[] = {
        "\"host\": \"h\", \"port\": 0, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 65536, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"quic\"",
        "\"host\": \"\", \"port\": 1, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"family\": 5",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"idle\": 0",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"alpn\": [1]",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"connection\": 0",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"handshake\": false",
    };
    static const char *const no_dive[] = {
        "\"depth\": \"deep\"",
        "\"depth\": \"one\"",
        "\"depth\": \"full\", \"allowed\": 0",
        "\"depth\": \"full\", \"times\": 0",
    };
    Bench *bench = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        bench_job(bench, bad[i]);
        ck_assert_uint_eq(bench->facts->len, i + 1);
        ck_assert_str_eq(fact_string(bench->facts->pdata[i], "code", ""), "job-refused");
    }
    crew_job(bench->crew, NULL, 0);
    ck_assert_uint_eq(bench->facts->len, G_N_ELEMENTS(bad) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *line =
            g_strdup_printf("{\"job\": \"probe\", \"endpoint\": \"e%zu\", %s}", i, refused[i]);
        g_autofree char *id = g_strdup_printf("e%zu", i);
        bench_job(bench, line);
        bench_ck_trace(bench, id, "done local job-refused waiting");
    }
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(no_dive); i++) {
        bool handshake = i % 2;
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"d%zu\", \"host\": \"h\", \"port\": 1, "
            "\"entry\": \"tls\", \"handshake\": %s, %s}",
            i, handshake ? "true" : "false", no_dive[i / 2]);
        g_autofree char *id = g_strdup_printf("d%zu", i);
        bench_job(bench, line);
        bench_ck_trace(bench, id,
                       handshake ? "done local job-refused waiting; dive over local job-refused"
                                 : "dive over local job-refused");
    }
    bench_free(bench);
}
END_TEST

START_TEST(asked_twice_at_once)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", ANSWERS);
    bench_ask(bench, "127.0.0.1", "once", "");
    bench_ask(bench, "127.0.0.1", "once", "");
    bench_ck_trace(bench, "127.0.0.1", "state waiting; error job-refused");
    bench_until_done(bench, 1);
    bench_ask(bench, "127.0.0.1", "once", ""); /* and again, when it is done */
    bench_until_done(bench, 2);
    bench_free(bench);
}
END_TEST

START_TEST(priority_that_is_refused)
{
    g_autoptr(Bench) bench = bench_asked(ANSWERS, "once", "\"priority\": \"bad\"");

    bench_ck_trace(bench, "127.0.0.1", "state waiting; done local local-failure waiting");
}
END_TEST

/* Fifty endpoints at one address: the server never sees more than eight connections. */
START_TEST(a_server_sees_eight)
{
    enum { ENDPOINTS = 50 };
    Bench *bench = bench_new();
    const Server *server = bench_server(bench, "127.0.0.1", SLOWLY);

    for (int i = 0; i < ENDPOINTS; i++) {
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"e%d\", \"host\": \"127.0.0.1\", \"port\": %u, "
            "\"entry\": \"tls\", \"protocol\": \"once\"}",
            i, bench->port);
        bench_job(bench, line);
    }
    bench_until_done(bench, ENDPOINTS);
    ck_assert_uint_le(server->most, 8);
    ck_assert_uint_ge(server->most, 4);
    bench_free(bench);
}
END_TEST

START_TEST(closed_in_the_middle)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", LISTENS);
    bench_ask(bench, "127.0.0.1", "pair", "");
    bench_ask(bench, "unknown.test", "once", "");
    bench_ask(bench, "127.0.0.9", "once", "");
    bench_turn(bench, _i);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crew");
    TCase *tcase = tcase_create("crew");

    tcase_add_test(tcase, from_job_to_done);
    tcase_add_loop_test(tcase, ends, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, asks_again_where_the_usual_hello_fails);
    tcase_add_test(tcase, two_side_by_side);
    tcase_add_test(tcase, a_name_is_looked_up_once);
    tcase_add_loop_test(tcase, stopped_anywhere, 0, 8);
    tcase_add_test(tcase, paused);
    tcase_add_test(tcase, held);
    tcase_add_test(tcase, jobs_that_cannot_be_done);
    tcase_add_test(tcase, asked_twice_at_once);
    tcase_add_test(tcase, priority_that_is_refused);
    tcase_add_test(tcase, a_server_sees_eight);
    tcase_add_loop_test(tcase, closed_in_the_middle, 0, 8);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
