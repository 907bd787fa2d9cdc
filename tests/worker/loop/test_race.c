/* Races over loopback addresses: open, closed, silent (127.x) and without a way there (the
 * broadcast address, to which no TCP leads). All share one port. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/loop/lo.h"
#include "worker/loop/clock.h"
#include "worker/loop/race.h"

#define OPEN    "127.0.0.4"
#define OPEN2   "::1"
#define SILENT  "127.0.0.2"
#define SILENT2 "127.0.0.6"
#define CLOSED  "127.0.0.3"
#define NO_WAY  "127.255.255.255"
#define TIMEOUT 0.8 /* longer than the delay between attempts */

typedef struct Bench {
    uv_loop_t loop;
    Track *track;
    guint port;
    int fds[7];
    guint open_count;
} Bench;

/* One race and what it told, as words. */
typedef struct Run {
    Bench *bench;
    Host host;
    Race *race;
    GString *told;
    guint attempts;
    int fd;
    gboolean refuse, over;
    json_t *args;
    double took;
} Run;

static void tell(Run *run, const char *what, const Address *address, const char *reason)
{
    g_autofree char *text = address_text(address);

    g_string_append_printf(run->told, "%s%s %s%s%s", run->told->len ? "; " : "", what, text,
                           reason ? " " : "", reason ? reason : "");
    uv_stop(&run->bench->loop);
}

static guint on_begins(void *data, const Address *address)
{
    Run *run = data;

    tell(run, "begins", address, NULL);
    return run->refuse ? 0 : ++run->attempts;
}

static void on_failed(void *data, const Attempt *attempt)
{
    tell(data, "failed", &attempt->address, attempt->reason);
}

static void on_answered(void *data, const Attempt *attempt)
{
    tell(data, "answered", &attempt->address, NULL);
    ck_assert_double_gt(attempt->took, 0);
}

static void on_closed(void *data, const Attempt *attempt)
{
    tell(data, attempt->reason, &attempt->address, NULL);
}

static void on_won(void *data, int fd, const Attempt *attempt)
{
    Run *run = data;

    tell(run, "won", &attempt->address, NULL);
    ck_assert_uint_eq(attempt->number, run->attempts);
    run->fd = fd;
    run->over = TRUE;
}

static void on_lost(void *data, const Attempt *attempt)
{
    Run *run = data;

    tell(run, "lost", &attempt->address, attempt->reason);
    run->args = json_incref(attempt->args);
    run->took = attempt->took;
    run->over = TRUE;
    race_free(g_steal_pointer(&run->race));
}

static const RaceEvents events = {on_begins, on_failed, on_answered, on_closed, on_won, on_lost};

/* One port that is free at all addresses, and what is behind it. */
static void bench_servers(Bench *bench)
{
    int *fds = bench->fds;

    for (;;) {
        bench->port = 0;
        memset(fds, -1, sizeof bench->fds);
        fds[0] = lo_listen(OPEN, 100, &bench->port);
        if (lo_silent(SILENT, &bench->port, fds + 1) && lo_silent(SILENT2, &bench->port, fds + 3) &&
            (fds[5] = lo_listen(OPEN2, 100, &bench->port)) >= 0 &&
            (fds[6] = lo_listen(CLOSED, 0, &bench->port)) >= 0)
            break;
        for (size_t i = 0; i < G_N_ELEMENTS(bench->fds); i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    close(fds[6]);
    fds[6] = -1;
}

static Bench *bench_new(guint per_address)
{
    const SlotsLimits limits = {
        .open = per_address, .open_all = 128, .connecting = 64, .connecting_all = 512};
    Bench *bench = g_new0(Bench, 1);

    bench_servers(bench);
    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    bench->track = track_new(&bench->loop, &limits, 0);
    return bench;
}

static void bench_free(Bench *bench)
{
    track_close(bench->track);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bench->fds); i++)
        if (bench->fds[i] >= 0)
            close(bench->fds[i]);
    g_free(bench);
}

/* `addresses` are separated by spaces. */
static Run *run_new(Bench *bench, const char *addresses)
{
    g_auto(GStrv) words = g_strsplit(addresses, " ", -1);
    Run *run = g_new0(Run, 1);
    Address address;

    run->bench = bench;
    run->fd = -1;
    run->told = g_string_new(NULL);
    run->host.known = true;
    run->host.addresses = g_array_new(FALSE, FALSE, sizeof(Address));
    for (size_t i = 0; words[i] != NULL; i++) {
        ck_assert(address_parse(words[i], &address));
        g_array_append_val(run->host.addresses, address);
    }
    return run;
}

static void run_begin(Run *run)
{
    const RaceGoal goal = {.host = &run->host,
                           .port = run->bench->port,
                           .timeout = TIMEOUT,
                           .events = &events,
                           .data = run};

    run->race = race_new(run->bench->track, &goal);
}

static void run_to_end(Run *run)
{
    while (!run->over)
        uv_run(&run->bench->loop, UV_RUN_DEFAULT);
}

static void run_free(Run *run)
{
    race_free(run->race);
    if (run->fd >= 0)
        close(run->fd);
    json_decref(run->args);
    g_string_free(run->told, TRUE);
    g_array_unref(run->host.addresses);
    g_free(run);
}

typedef struct Row {
    const char *addresses, *told;
    double least; /* seconds that it takes */
} Row;

#define DELAY (LIMIT_DELAY_MS / 1000.0)

static const Row rows[] = {
    {OPEN, "begins 127.0.0.4; answered 127.0.0.4; won 127.0.0.4", 0},
    {OPEN2, "begins ::1; answered ::1; won ::1", 0},
    {CLOSED,
     "begins 127.0.0.3; failed 127.0.0.3 connection-refused; lost 127.0.0.3 connection-refused", 0},
    {CLOSED " " OPEN,
     "begins 127.0.0.3; failed 127.0.0.3 connection-refused; begins 127.0.0.4; answered 127.0.0.4; "
     "won 127.0.0.4",
     0},
    {SILENT " " OPEN,
     "begins 127.0.0.2; begins 127.0.0.4; answered 127.0.0.4; overtaken 127.0.0.2; won 127.0.0.4",
     DELAY},
    /* the other family has its turn before the second address of the first */
    {SILENT " " CLOSED " " OPEN2,
     "begins 127.0.0.2; begins ::1; answered ::1; overtaken 127.0.0.2; won ::1", DELAY},
    {SILENT,
     "begins 127.0.0.2; failed 127.0.0.2 connect-timed-out; lost 127.0.0.2 connect-timed-out",
     TIMEOUT},
    {SILENT " " SILENT2 " " CLOSED,
     "begins 127.0.0.2; begins 127.0.0.6; begins 127.0.0.3; failed 127.0.0.3 connection-refused; "
     "failed 127.0.0.2 connect-timed-out; failed 127.0.0.6 connect-timed-out; lost 127.0.0.3 "
     "connection-refused",
     TIMEOUT + DELAY},
    {NO_WAY,
     "begins 127.255.255.255; failed 127.255.255.255 no-route; lost 127.255.255.255 no-route", 0},
    {NO_WAY " " OPEN,
     "begins 127.255.255.255; failed 127.255.255.255 no-route; begins 127.0.0.4; answered "
     "127.0.0.4; "
     "won 127.0.0.4",
     0},
    {NO_WAY " " SILENT,
     "begins 127.255.255.255; failed 127.255.255.255 no-route; begins 127.0.0.2; failed 127.0.0.2 "
     "connect-timed-out; lost 127.0.0.2 connect-timed-out",
     TIMEOUT},
};

START_TEST(each_row)
{
    const Row *row = &rows[_i];
    Bench *bench = bench_new(8);
    Run *run = run_new(bench, row->addresses);
    double began = clock_now(0), took;

    run_begin(run);
    run_to_end(run);
    took = clock_now(0) - began;
    ck_assert_str_eq(run->told->str, row->told);
    ck_assert_msg(took >= row->least, "%s: %f s", row->addresses, took);
    if (run->fd >= 0) {
        int accepted = lo_accept(bench->fds[strchr(row->told, ':') != NULL ? 5 : 0]);
        char byte = 'x';
        ck_assert_int_eq(write(run->fd, &byte, 1), 1);
        ck_assert_int_eq(read(accepted, &byte, 1), 1);
        close(accepted);
    }
    run_free(run);
    bench_free(bench);
}
END_TEST

START_TEST(reasons_have_arguments)
{
    Bench *bench = bench_new(8);
    const char *const addresses[] = {CLOSED, CLOSED " 127.0.0.7", SILENT, NO_WAY};
    json_t *expected[] = {
        json_pack("{s:s}", "address", CLOSED),
        json_pack("{s:s}", "address", CLOSED ", 127.0.0.7"),
        json_pack("{s:s, s:f}", "address", SILENT, "seconds", TIMEOUT),
        json_pack("{s:s, s:s}", "address", NO_WAY, "what", "network unreachable"),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        Run *run = run_new(bench, addresses[i]);
        run_begin(run);
        run_to_end(run);
        ck_assert_msg(json_equal(run->args, expected[i]), "%s: %s", addresses[i],
                      json_dumps(run->args, 0));
        json_decref(expected[i]);
        run_free(run);
    }
    bench_free(bench);
}
END_TEST

START_TEST(what_answered_is_tried_first)
{
    Bench *bench = bench_new(8);
    Run *run = run_new(bench, SILENT " " OPEN2 " " OPEN);

    ck_assert(address_parse(OPEN, &run->host.answered));
    run->host.answers = true;
    run_begin(run);
    run_to_end(run);
    ck_assert_str_eq(run->told->str, "begins 127.0.0.4; answered 127.0.0.4; won 127.0.0.4");
    run_free(run);
    bench_free(bench);
}
END_TEST

/* A race that waits for the first address goes to the one that answered in the meantime. */
START_TEST(waiting_race_moves)
{
    Bench *bench = bench_new(8);
    Run *run = run_new(bench, SILENT " " OPEN);

    run_begin(run);
    ck_assert(address_parse(OPEN, &run->host.answered));
    run->host.answers = true;
    run_to_end(run);
    ck_assert_str_eq(run->told->str, "begins 127.0.0.4; answered 127.0.0.4; won 127.0.0.4");
    run_free(run);
    bench_free(bench);
}
END_TEST

START_TEST(one_at_a_time)
{
    Bench *bench = bench_new(1);
    Run *first = run_new(bench, OPEN), *second = run_new(bench, OPEN);

    run_begin(first);
    run_begin(second);
    run_to_end(first);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(second->told->len, 0);
    run_free(first);
    run_to_end(second);
    run_free(second);
    bench_free(bench);
}
END_TEST

START_TEST(paused)
{
    Bench *bench = bench_new(8);
    Run *run = run_new(bench, OPEN);

    track_pause(bench->track, true);
    run_begin(run);
    uv_run(&bench->loop, UV_RUN_DEFAULT); /* nothing to wait for */
    ck_assert_uint_eq(run->told->len, 0);
    track_pause(bench->track, false);
    run_to_end(run);
    run_free(run);
    bench_free(bench);
}
END_TEST

START_TEST(given_up_by_its_owner)
{
    Bench *bench = bench_new(8);
    Run *run = run_new(bench, OPEN);

    run->refuse = TRUE;
    run_begin(run);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_str_eq(run->told->str, "begins 127.0.0.4");
    run_free(run);
    bench_free(bench);
}
END_TEST

START_TEST(stopped)
{
    Bench *bench = bench_new(8);
    Run *waits = run_new(bench, OPEN), *connects = run_new(bench, SILENT);

    run_begin(waits);
    race_stop(waits->race, "stopped");
    run_begin(connects);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    race_stop(connects->race, "stopped");
    while (uv_run(&bench->loop, UV_RUN_DEFAULT) != 0)
        ;
    ck_assert_str_eq(waits->told->str, "");
    ck_assert_str_eq(connects->told->str, "begins 127.0.0.2; stopped 127.0.0.2");
    run_free(waits);
    run_free(connects);
    bench_free(bench);
}
END_TEST

START_TEST(freed_at_any_time)
{
    Bench *bench = bench_new(8);

    for (guint steps = 0; steps < 6; steps++) {
        Run *run = run_new(bench, SILENT " " OPEN);
        run_begin(run);
        for (guint i = 0; i < steps && !run->over; i++)
            uv_run(&bench->loop, UV_RUN_ONCE);
        run_free(run);
    }
    bench_free(bench);
}
END_TEST

/* Without a descriptor nothing fails: it waits until one is given back. */
START_TEST(descriptors_run_out)
{
    Bench *bench = bench_new(8);
    Run *first = run_new(bench, OPEN), *second = run_new(bench, OPEN);
    struct rlimit limit, none;

    run_begin(first);
    run_to_end(first);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = (rlim_t)first->fd; /* the first that is free is above it */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    run_begin(second);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(second->told->len, 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    run_free(first);
    run_to_end(second);
    ck_assert_str_eq(second->told->str, "begins 127.0.0.4; answered 127.0.0.4; won 127.0.0.4");
    run_free(second);
    bench_free(bench);
}
END_TEST

START_TEST(order)
{
    static const char *const rows_of_order[][3] = {
        {"1.1.1.1", NULL, "1.1.1.1"},
        {"::1 ::2 1.1.1.1 1.1.1.2", NULL, "::1 1.1.1.1 ::2 1.1.1.2"},
        {"1.1.1.1 1.1.1.2 1.1.1.3 ::1", NULL, "1.1.1.1 ::1 1.1.1.2 1.1.1.3"},
        {"::1 ::2 1.1.1.1", "1.1.1.1", "1.1.1.1 ::1 ::2"},
        {"::1 ::2", "::1", "::1 ::2"},
        {"::1 ::2", "::9", "::1 ::2"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows_of_order); i++) {
        Run *run = run_new(NULL, rows_of_order[i][0]);
        GString *text = g_string_new(NULL);
        Address first;
        if (rows_of_order[i][1] != NULL)
            ck_assert(address_parse(rows_of_order[i][1], &first));
        g_autoptr(GArray) found =
            race_order(run->host.addresses, rows_of_order[i][1] != NULL ? &first : NULL);
        for (guint j = 0; j < found->len; j++) {
            g_autofree char *one = address_text(&g_array_index(found, Address, j));
            g_string_append_printf(text, "%s%s", j ? " " : "", one);
        }
        ck_assert_str_eq(text->str, rows_of_order[i][2]);
        g_string_free(text, TRUE);
        run_free(run);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("race");
    TCase *tcase = tcase_create("race");

    tcase_add_loop_test(tcase, each_row, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, reasons_have_arguments);
    tcase_add_test(tcase, what_answered_is_tried_first);
    tcase_add_test(tcase, waiting_race_moves);
    tcase_add_test(tcase, one_at_a_time);
    tcase_add_test(tcase, paused);
    tcase_add_test(tcase, given_up_by_its_owner);
    tcase_add_test(tcase, stopped);
    tcase_add_test(tcase, freed_at_any_time);
    tcase_add_test(tcase, descriptors_run_out);
    tcase_add_test(tcase, order);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
