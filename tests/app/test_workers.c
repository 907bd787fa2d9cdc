/* Workers as the front sees them: this program starts itself as the worker, which follows a script.
 */
#include "app/asking.h"
#include "app/child.h"
#include "app/link.h"
#include "app/loop.h"
#include "app/reading.h"
#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the worker ------------------------------------------------------------------------------ */

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

static void state(const char *endpoint, const char *name)
{
    say("{\"fact\":\"state\",\"endpoint\":\"%s\",\"state\":\"%s\",\"at\":1}", endpoint, name);
}

static void done(const char *endpoint)
{
    say("{\"fact\":\"done\",\"endpoint\":\"%s\",\"result\":\"finished\",\"took\":1,\"at\":2}",
        endpoint);
}

static void dive(const char *endpoint, const char *event)
{
    say("{\"fact\":\"dive\",\"endpoint\":\"%s\",\"event\":\"%s\",\"result\":\"finished\",\"at\":3}",
        endpoint, event);
}

static void babble(void)
{
    say("no fact");
    say("{\"fact\":\"endpoint\",\"endpoint\":\"evil\"}"); /* is not the prober's to say */
    say("{\"fact\":\"done\",\"endpoint\":\"unasked\",\"result\":\"finished\",\"took\":1}");
    for (int i = 0; i <= LIMIT_LINE; i++)
        putchar('x');
    say(" ");
}

/* What the host is called says what happens. */
static void probe(const json_t *job)
{
    const char *endpoint = fact_string(job, "endpoint", "");
    const char *host = fact_string(job, "host", "");
    if (g_str_equal(host, "early"))
        abort(); /* before anything was said */
    bool dives = !g_str_equal(fact_string(job, "depth", "handshake"), "handshake");
    bool handshake = fact_bool(job, "handshake", true);
    if (handshake)
        state(endpoint, "connecting");
    if (g_str_equal(host, "sink")) { /* in the dive */
        if (handshake)
            done(endpoint);
        dive(endpoint, "begun");
        raise(SIGKILL);
    }
    if (g_str_equal(host, "crash"))
        raise(SIGKILL);
    if (g_str_equal(host, "deaf")) {
        close(STDOUT_FILENO);
        pause();
    }
    if (g_str_equal(host, "babble"))
        babble();
    if (g_str_equal(host, "hang"))
        return;
    if (handshake)
        done(endpoint);
    if (dives) {
        dive(endpoint, "begun");
        dive(endpoint, "over");
    }
}

static void answer(const json_t *job)
{
    const char *id = fact_string(job, "id", "");
    const char *name = fact_string(job, "name", "");
    if (g_str_equal(name, "killer"))
        abort();
    if (g_str_equal(fact_string(job, "job", ""), "explain"))
        say("{\"fact\":\"fields\",\"id\":\"%s\"}", id);
    else
        say("{\"fact\":\"verdict\",\"connection\":\"%s\"}", fact_string(job, "connection", ""));
    say("{\"fact\":\"answered\",\"id\":\"%s\"}", id);
}

static int work(void)
{
    char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        g_autoptr(json_t) job = json_loads(line, 0, NULL);
        const char *name = fact_string(job, "job", "");
        if (g_str_equal(name, "probe"))
            probe(job);
        else if (g_str_equal(name, "stop"))
            done(fact_string(job, "endpoint", ""));
        else if (fact_string(job, "id", NULL))
            answer(job);
    }
    return 0;
}

/* ---- the front ------------------------------------------------------------------------------- */

static const char *const arguments[] = {NULL};
static uv_loop_t loop;
static GPtrArray *facts; /* json_t *, all that came */

static void begin(void)
{
    uv_loop_init(&loop);
    facts = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
}

static void finish(void)
{
    loop_end(&loop);
    g_ptr_array_unref(facts);
}

static void on_fact(void *data, json_t *fact)
{
    (void)data;
    g_ptr_array_add(facts, json_incref(fact));
}

/* How many facts of a kind have this member with this text. */
static guint count(const char *kind, const char *member, const char *text)
{
    guint found = 0;
    for (guint i = 0; i < facts->len; i++)
        found += g_str_equal(fact_string(facts->pdata[i], "fact", ""), kind) &&
                 g_str_equal(fact_string(facts->pdata[i], member, ""), text);
    return found;
}

static void ask(Asking *asking, const char *endpoint, const char *host, int weight)
{
    ck_assert(asking_ask(asking, json_pack("{s:s,s:s,s:s,s:i}", "job", "probe", "endpoint",
                                           endpoint, "host", host, "weight", weight)));
}

static void ask_dive(Asking *asking, const char *endpoint, const char *host, bool handshake)
{
    ck_assert(
        asking_ask(asking, json_pack("{s:s,s:s,s:s,s:s,s:b}", "job", "probe", "endpoint", endpoint,
                                     "host", host, "depth", "full", "handshake", handshake)));
}

static void until_done(Asking *asking)
{
    while (asking_left(asking) > 0)
        uv_run(&loop, UV_RUN_ONCE);
}

START_TEST(endpoints_are_asked_by_weight)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "a", 5);
    ask(asking, "2", "b", 9);
    ask(asking, "3", "c", 5);
    until_done(asking);
    ck_assert_uint_eq(count("done", "result", "finished"), 3);
    ck_assert_uint_eq(count("error", "code", "worker-restarted"), 0);
    asking_free(asking);
}
END_TEST

START_TEST(what_a_dead_worker_had_begun_is_done)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "hang", 1);
    ask(asking, "2", "crash", 2);
    ask(asking, "3", "fine", 3);
    until_done(asking);
    ck_assert_uint_eq(count("done", "reason", "worker-died"), 2);
    ck_assert_uint_eq(count("done", "result", "finished"), 1);
    ck_assert_uint_eq(count("error", "code", "worker-restarted"), 1);
    for (guint i = 0; i < facts->len; i++) {
        const json_t *args = json_object_get(facts->pdata[i], "args");
        if (args)
            ck_assert_str_eq(fact_string(args, "how", ""), "SIGKILL");
    }
    asking_free(asking);
}
END_TEST

START_TEST(a_worker_that_dies_too_often_is_given_up)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "early", 1);
    ask(asking, "2", "fine", 2);
    until_done(asking);
    ck_assert_uint_eq(count("done", "reason", "worker-gone"), 2);
    ck_assert_uint_eq(count("error", "code", "worker-restarted"), LIMIT_RESTARTS - 1);
    asking_free(asking);
}
END_TEST

START_TEST(a_worker_without_output_is_ended)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "deaf", 1);
    until_done(asking);
    ck_assert_uint_eq(count("done", "reason", "worker-died"), 1);
    asking_free(asking);
}
END_TEST

START_TEST(what_is_no_fact_is_dropped_and_counted)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "babble", 1);
    until_done(asking);
    ck_assert_uint_eq(count("done", "result", "finished"), 1);
    ck_assert_uint_eq(count("endpoint", "endpoint", "evil"), 0);
    ck_assert_uint_eq(count("done", "endpoint", "unasked"), 0);
    ck_assert_uint_eq(count("error", "code", "worker-babbles"), 2); /* at 1 and 2 of 3 */
    asking_free(asking);
}
END_TEST

START_TEST(waiting_ones_are_stopped_at_once)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask(asking, "1", "hang", 1);
    while (count("state", "endpoint", "1") == 0)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert(!asking_stop(asking, "no such"));
    ck_assert(asking_stop(asking, "1"));
    until_done(asking);
    ck_assert_uint_eq(count("done", "endpoint", "1"), 1);
    asking_free(asking);
}
END_TEST

/* A job with a dive is over with its dive. */
START_TEST(a_dive_ends_its_job)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask_dive(asking, "1", "fine", true);
    ask_dive(asking, "2", "fine", false);
    ck_assert(asking_has(asking, "1"));
    until_done(asking);
    ck_assert(!asking_has(asking, "1"));
    ck_assert_uint_eq(count("done", "endpoint", "1"), 1);
    ck_assert_uint_eq(count("done", "endpoint", "2"), 0);
    ck_assert_uint_eq(count("dive", "event", "over"), 2);
    asking_free(asking);
}
END_TEST

/* Of a job that the worker died over, what was not over is said to have died. */
START_TEST(a_worker_dies_in_a_dive)
{
    static const struct {
        const char *host;
        bool handshake;
        guint done, over; /* as worker-died */
    } rows[] = {{"sink", true, 0, 1}, {"sink", false, 0, 1}, {"crash", true, 1, 1}};
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    ask_dive(asking, "1", rows[_i].host, rows[_i].handshake);
    until_done(asking);
    ck_assert_uint_eq(count("done", "endpoint", "1"), rows[_i].handshake);
    ck_assert_uint_eq(count("done", "reason", "worker-died"), rows[_i].done);
    ck_assert_uint_eq(count("dive", "event", "over"), rows[_i].over);
    ck_assert_uint_eq(count("dive", "reason", "worker-died"), rows[_i].over);
    asking_free(asking);
}
END_TEST

START_TEST(a_waiting_dive_is_stopped_at_once)
{
    Asking *asking = asking_new(&loop, arguments, on_fact, NULL);
    for (guint i = 0; i < 2048; i++) { /* as many as a worker is given */
        g_autofree char *id = g_strdup_printf("h%u", i);
        ask(asking, id, "hang", 0);
    }
    ask_dive(asking, "1", "fine", true);
    ck_assert(asking_stop(asking, "1"));
    ck_assert_uint_eq(count("done", "reason", "stopped"), 1);
    ck_assert_uint_eq(count("dive", "reason", "stopped"), 1);
    ck_assert(!asking_has(asking, "1"));
    asking_free(asking);
}
END_TEST

/* ---- the reader ------------------------------------------------------------------------------ */

static guint answered, given_up, fields;
static GString *order;

static void on_fields(void *data, json_t *reply)
{
    (void)data;
    (void)reply;
    fields++;
}

static void on_ended(void *data, const json_t *job, bool fine)
{
    (void)data;
    answered += fine;
    given_up += !fine;
    g_string_append_printf(order, "%s ", fact_string(job, "name", "-"));
}

static Reading *reading(void)
{
    ReadingEvents events = {.fact = on_fact, .fields = on_fields, .ended = on_ended};
    answered = given_up = fields = 0;
    order = g_string_new(NULL);
    return reading_new(&loop, arguments, &events);
}

static void read_all(Reading *reader)
{
    while (reading_left(reader) > 0)
        uv_run(&loop, UV_RUN_ONCE);
    reading_free(reader);
    g_string_free(order, TRUE);
}

static void verify(Reading *reader, const char *name)
{
    reading_ask(reader,
                json_pack("{s:s,s:s,s:s}", "job", "verify", "connection", "1.1", "name", name));
}

START_TEST(what_is_looked_at_goes_first)
{
    Reading *reader = reading();
    verify(reader, "first");
    verify(reader, "second");
    reading_ask(reader, json_pack("{s:s,s:s,s:s}", "job", "explain", "id", "x", "name", "look"));
    while (reading_left(reader) > 0)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_str_eq(order->str, "first look second ");
    ck_assert_uint_eq(fields, 1);
    ck_assert_uint_eq(answered, 3);
    read_all(reader);
}
END_TEST

START_TEST(a_job_that_kills_the_reader_is_given_up)
{
    Reading *reader = reading();
    verify(reader, "killer");
    verify(reader, "fine");
    while (reading_left(reader) > 0)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_str_eq(order->str, "killer fine ");
    ck_assert_uint_eq(given_up, 1);
    ck_assert_uint_eq(answered, 1);
    ck_assert_uint_eq(count("error", "code", "reader-gave-up"), 1);
    ck_assert_uint_eq(count("error", "code", "worker-restarted"), 2);
    ck_assert_uint_eq(count("verdict", "connection", "1.1"), 1);
    read_all(reader);
}
END_TEST

START_TEST(a_reader_that_dies_too_often_ends_all_that_waits)
{
    Reading *reader = reading();
    for (int i = 0; i < 10; i++)
        verify(reader, "killer");
    while (reading_left(reader) > 0)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_uint_eq(given_up, 10);
    ck_assert_uint_eq(count("error", "code", "worker-restarted"), LIMIT_RESTARTS - 1);
    read_all(reader);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 2 && g_str_equal(argv[1], "--worker"))
        return work();
    child_set_program(argv[0]);
    signal(SIGPIPE, SIG_IGN);
    Suite *suite = suite_create("workers");
    TCase *all = tcase_create("workers");
    tcase_add_checked_fixture(all, begin, finish);
    tcase_add_test(all, endpoints_are_asked_by_weight);
    tcase_add_test(all, what_a_dead_worker_had_begun_is_done);
    tcase_add_test(all, a_worker_that_dies_too_often_is_given_up);
    tcase_add_test(all, a_worker_without_output_is_ended);
    tcase_add_test(all, what_is_no_fact_is_dropped_and_counted);
    tcase_add_test(all, a_dive_ends_its_job);
    tcase_add_loop_test(all, a_worker_dies_in_a_dive, 0, 3);
    tcase_add_test(all, a_waiting_dive_is_stopped_at_once);
    tcase_add_test(all, waiting_ones_are_stopped_at_once);
    tcase_add_test(all, what_is_looked_at_goes_first);
    tcase_add_test(all, a_job_that_kills_the_reader_is_given_up);
    tcase_add_test(all, a_reader_that_dies_too_often_ends_all_that_waits);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
