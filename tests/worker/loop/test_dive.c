/* Connections that are opened ahead and bound late, and dives. */
#include <string.h>

#include "tests/check.h"
#include "tests/worker/loop/bench.h"
#include "tests/worker/loop/scripted.h"

/* Each question waits for the answer to the one before, and has a connection by then: of those that
 * are open the oldest. */
START_TEST(bound_late_and_oldest_first)
{
    g_autoptr(Bench) bench = bench_asked(SLOWLY, "ahead", "");
    const Server *server = bench->servers->pdata[0];

    ck_assert_uint_lt(bench_place(bench, "127.0.0.1", "127.0.0.1.2 connecting usual"),
                      bench_place(bench, "127.0.0.1", "127.0.0.1.1 asks-1"));
    for (guint i = 1; i < 4; i++) {
        g_autofree char *ended = g_strdup_printf("127.0.0.1.%u closed", i);
        g_autofree char *asks = g_strdup_printf("127.0.0.1.%u asks-%u", i + 1, i + 1);
        ck_assert_uint_lt(bench_place(bench, "127.0.0.1", ended),
                          bench_place(bench, "127.0.0.1", asks));
    }
    /* the last that was opened ahead is closed before the end */
    ck_assert_uint_lt(bench_place(bench, "127.0.0.1", "127.0.0.1.5 closed permissive unused"),
                      bench_place(bench, "127.0.0.1", "done finished"));
    ck_assert_uint_eq(server->most, 2);
}
END_TEST

/* Of three connections one is used, and then one is enough. */
START_TEST(what_is_not_wanted_is_closed)
{
    g_autoptr(Bench) bench = bench_asked(SLOWLY, "greedy", "");

    ck_assert_uint_lt(bench_place(bench, "127.0.0.1", "127.0.0.1.2 asks-2"),
                      bench_place(bench, "127.0.0.1", "127.0.0.1.3 closed usual unused"));
    ck_assert_uint_lt(bench_place(bench, "127.0.0.1", "127.0.0.1.3 closed usual unused"),
                      bench_place(bench, "127.0.0.1", "127.0.0.1.4 connecting permissive"));
    bench_place(bench, "127.0.0.1", "127.0.0.1.4 asks-3");
}
END_TEST

/* A server that has no patience with a second connection: no question is lost on it. */
START_TEST(what_the_server_closed_is_not_used)
{
    g_autoptr(Bench) bench = bench_asked(ALONE, "ahead", "");

    bench_place(bench, "127.0.0.1", "127.0.0.1.2 closed usual unused");
    bench_place(bench, "127.0.0.1", "127.0.0.1.3 asks-2");
    bench_place(bench, "127.0.0.1", "done finished");
}
END_TEST

#define FULL "\"depth\": \"full\", \"server_name\": "

START_TEST(a_dive_after_the_handshake)
{
    g_autoptr(Bench) bench = bench_asked(ANSWERS, "once", FULL "\"pair\", \"allowed\": 77");

    ck_assert_uint_eq(crew_left(bench->crew), 1);
    bench_until_over(bench, 1);
    bench_ck_trace(
        bench, "127.0.0.1",
        "state waiting; state connecting; connection 127.0.0.1.1 connecting usual; "
        "connection 127.0.0.1.1 open usual; state hello 127.0.0.1.1; dialogue 127.0.0.1.1; "
        "connection 127.0.0.1.1 closed usual; done finished hello; "
        "dive begun; "
        "connection 127.0.0.1.2 connecting question; "
        "connection 127.0.0.1.3 connecting question; "
        "connection 127.0.0.1.2 open question; connection 127.0.0.1.3 open question; "
        "dialogue 127.0.0.1.2; connection 127.0.0.1.2 closed question; "
        "dialogue 127.0.0.1.3; connection 127.0.0.1.3 closed question; "
        "dive over finished");
    ck_assert_int_eq(fact_integer(bench_last(bench, "127.0.0.1", FACT_DIVE), "connections", 0), 2);
    ck_assert_int_eq(scripted_dive.depth, DIVE_FULL);
    ck_assert_uint_eq(scripted_dive.allowed, 77);
    ck_assert_uint_eq(scripted_dive.in_flight, 8);
    ck_assert_uint_eq(crew_left(bench->crew), 0);
}
END_TEST

START_TEST(only_a_dive)
{
    Bench *bench = bench_new();

    bench_server(bench, "127.0.0.1", ANSWERS);
    bench_ask(bench, "127.0.0.1", "once",
              "\"depth\": \"one\", \"server_name\": \"once\", \"handshake\": false, \"times\": 20, "
              "\"connection\": 40, \"question\": {\"question\": \"suite\"}");
    bench_until_over(bench, 1);
    bench_ck_trace(bench, "127.0.0.1",
                   "dive begun; connection 127.0.0.1.40 connecting question; "
                   "connection 127.0.0.1.40 open question; dialogue 127.0.0.1.40; "
                   "connection 127.0.0.1.40 closed question; dive over finished");
    ck_assert_int_eq(scripted_dive.depth, DIVE_ONE);
    ck_assert_uint_eq(scripted_dive.times, 20);
    ck_assert_uint_eq(bench->done, 0);
    bench_free(bench);
}
END_TEST

/* How a job with a dive ends where there is nothing to dive into, or no dive. */
static const struct {
    const char *host;
    Manner manner;
    const char *more, *trace;
} shallow[] = {
    {"127.0.0.9", ANSWERS, FULL "\"once\"",
     "done refused connection-refused connecting; dive over refused connection-refused"},
    {"127.0.0.1", LISTENS, FULL "\"once\"",
     "done timed-out silent hello; dive begun; connection 127.0.0.1.2 connecting question; "
     "connection 127.0.0.1.2 open question; connection 127.0.0.1.2 closed question silent; "
     "dive over timed-out silent"},
    {"unknown.test", ANSWERS, FULL "\"once\"",
     "done timed-out name-timed-out resolving; dive over timed-out name-timed-out"},
    {"unknown.test", ANSWERS, FULL "\"once\", \"handshake\": false",
     "dive over timed-out name-timed-out"},
    {"127.0.0.9", ANSWERS, FULL "\"once\", \"handshake\": false",
     "dive begun; connection 127.0.0.9.1 connecting question; "
     "connection 127.0.0.9.1 failed question connection-refused; "
     "dive over refused connection-refused"},
    {"127.0.0.1", ANSWERS, FULL "\"none\"", "done finished hello; dive over local local-failure"},
    /* after a refused handshake a dive may find more */
    {"127.0.0.1", CLOSES, FULL "\"once\"",
     "done closed closed-after hello; dive begun; "
     "connection 127.0.0.1.2 connecting question; connection 127.0.0.1.2 open question; "
     "connection 127.0.0.1.2 closed question closed-after; dive over closed closed-after"},
};

START_TEST(nothing_to_dive_into)
{
    Bench *bench = bench_new();
    g_autofree char *trace = NULL;

    bench_server(bench, "127.0.0.1", shallow[_i].manner);
    bench_ask(bench, shallow[_i].host, "once", shallow[_i].more);
    bench_until_over(bench, 1);
    trace = bench_trace(bench, shallow[_i].host);
    ck_assert_msg(g_str_has_suffix(trace, shallow[_i].trace), "%s", trace);
    ck_assert_uint_eq(crew_left(bench->crew), 0);
    bench_free(bench);
}
END_TEST

/* Stopped in its handshake, while it waits to dive, and in the dive. */
START_TEST(stopped_in_a_dive)
{
    static const struct {
        const char *until, *trace;
    } stops[] = {
        {"state hello", "done stopped stopped hello; dive over stopped stopped"},
        {"done finished", "done finished hello; dive over stopped stopped"},
        {"closed question", "closed question stopped; dive over stopped stopped"},
    };
    Bench *bench = bench_new();
    g_autofree char *trace = NULL;

    bench_server(bench, "127.0.0.1", SLOWLY);
    bench_ask(bench, "127.0.0.1", "once", FULL "\"ahead\"");
    do {
        bench_turn(bench, 1);
        g_free(trace);
        trace = bench_trace(bench, "127.0.0.1");
    } while (strstr(trace, stops[_i].until) == NULL);
    bench_job(bench, "{\"job\": \"stop\", \"endpoint\": \"127.0.0.1\"}");
    g_free(trace);
    trace = bench_trace(bench, "127.0.0.1");
    ck_assert_msg(g_str_has_suffix(trace, stops[_i].trace), "%s", trace);
    ck_assert_uint_eq(crew_left(bench->crew), 0);
    bench_free(bench);
}
END_TEST

/* The handshakes of all come before the dive of any, and a server sees no more than eight
 * connections of both. */
START_TEST(dives_come_after_handshakes)
{
    enum { ENDPOINTS = 20 };
    Bench *bench = bench_new();
    const Server *server = bench_server(bench, "127.0.0.1", SLOWLY);
    guint done = 0;

    for (int i = 0; i < ENDPOINTS; i++) {
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"e%d\", \"host\": \"127.0.0.1\", \"port\": %u, "
            "\"entry\": \"tls\", \"protocol\": \"once\", " FULL "\"ahead\", \"weight\": %d}",
            i, bench->port, i);
        bench_job(bench, line);
    }
    bench_until_over(bench, ENDPOINTS);
    for (guint i = 0; i < bench->facts->len; i++) {
        const json_t *fact = bench->facts->pdata[i];
        done += fact_kind(fact) == FACT_DONE;
        /* what waits for a slot begins when the last handshakes still run: seven of them */
        if (g_str_equal(fact_string(fact, "hello", ""), "question"))
            ck_assert_uint_ge(done, ENDPOINTS - 7);
    }
    ck_assert_uint_le(server->most, 8);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dive");
    TCase *tcase = tcase_create("loop");

    tcase_add_test(tcase, bound_late_and_oldest_first);
    tcase_add_test(tcase, what_is_not_wanted_is_closed);
    tcase_add_test(tcase, what_the_server_closed_is_not_used);
    tcase_add_test(tcase, a_dive_after_the_handshake);
    tcase_add_test(tcase, only_a_dive);
    tcase_add_loop_test(tcase, nothing_to_dive_into, 0, (int)G_N_ELEMENTS(shallow));
    tcase_add_loop_test(tcase, stopped_in_a_dive, 0, 3);
    tcase_add_test(tcase, dives_come_after_handshakes);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
