#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "worker/loop/outlet.h"

typedef struct Bench {
    uv_loop_t loop;
    Outlet *outlet;
    int fds[2];
    GString *read;
    guint fulls, empties, brokens, draineds;
} Bench;

static void on_full(void *data, bool full)
{
    Bench *bench = data;

    bench->fulls += full;
    bench->empties += !full;
}

static void on_broken(void *data)
{
    ((Bench *)data)->brokens++;
}

static void on_drained(void *data)
{
    ((Bench *)data)->draineds++;
}

static Bench *bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);
    const OutletEvents events = {bench, on_full, on_broken, on_drained};

    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    ck_assert_int_eq(pipe(bench->fds), 0);
    ck_assert_int_eq(fcntl(bench->fds[0], F_SETFL, O_NONBLOCK), 0);
    bench->read = g_string_new(NULL);
    bench->outlet = outlet_new(&bench->loop, bench->fds[1], &events);
    return bench;
}

static void read_all(Bench *bench)
{
    char chunk[4096];
    ssize_t size;

    while ((size = read(bench->fds[0], chunk, sizeof chunk)) > 0)
        g_string_append_len(bench->read, chunk, size);
}

static void bench_free(Bench *bench)
{
    outlet_close(bench->outlet);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    if (bench->fds[0] >= 0)
        close(bench->fds[0]);
    close(bench->fds[1]);
    g_string_free(bench->read, TRUE);
    g_free(bench);
}

static void put(Bench *bench, FactKind kind, const char *sha256, int number)
{
    json_t *fact = fact_new(kind);

    if (sha256 != NULL)
        json_object_set_new(fact, "sha256", json_string(sha256));
    json_object_set_new(fact, kind == FACT_BYTES ? "offset" : "number", json_integer(number));
    outlet_put(bench->outlet, fact);
}

static guint lines_of(const Bench *bench)
{
    guint lines = 0;

    for (gsize i = 0; i < bench->read->len; i++)
        lines += bench->read->str[i] == '\n';
    return lines;
}

START_TEST(in_order_and_at_once)
{
    Bench *bench = bench_new();

    put(bench, FACT_STATE, NULL, 1);
    put(bench, FACT_STATE, NULL, 2);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    read_all(bench);
    ck_assert_str_eq(bench->read->str,
                     "{\"fact\":\"state\",\"number\":1}\n{\"fact\":\"state\",\"number\":2}\n");
    bench_free(bench);
}
END_TEST

START_TEST(bytes_and_certificates_once)
{
    Bench *bench = bench_new();

    for (int i = 0; i < 3; i++) {
        put(bench, FACT_BYTES, "aa", 0);
        put(bench, FACT_BYTES, "aa", 100); /* another part */
        put(bench, FACT_CERTIFICATE, "aa", 0);
        put(bench, FACT_MESSAGE, "aa", 0); /* said each time */
    }
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    read_all(bench);
    ck_assert_uint_eq(lines_of(bench), 3 + 3);
    bench_free(bench);
}
END_TEST

START_TEST(memory_of_what_was_said_is_bounded)
{
    Bench *bench = bench_new();

    for (int i = 0; i <= LIMIT_SAID; i++) {
        put(bench, FACT_BYTES, "aa", i);
        uv_run(&bench->loop, UV_RUN_NOWAIT);
        read_all(bench);
    }
    g_string_truncate(bench->read, 0);
    put(bench, FACT_BYTES, "aa", LIMIT_SAID); /* remembered */
    put(bench, FACT_BYTES, "aa", 0);          /* forgotten */
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    read_all(bench);
    ck_assert_uint_eq(lines_of(bench), 1);
    bench_free(bench);
}
END_TEST

/* While nobody reads it gets full, once; nothing is lost, and it tells when it is empty again. */
START_TEST(full_and_empty_again)
{
    Bench *bench = bench_new();
    int count = 0;

    while (bench->fulls == 0) {
        put(bench, FACT_STATE, NULL, count++);
        uv_run(&bench->loop, UV_RUN_NOWAIT);
        ck_assert_int_lt(count, OUTLET_FULL);
    }
    put(bench, FACT_STATE, NULL, count++);
    ck_assert_uint_eq(bench->fulls, 1);
    while (bench->empties == 0) {
        read_all(bench);
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    }
    read_all(bench);
    ck_assert_uint_eq(lines_of(bench), (guint)count);
    ck_assert_uint_eq(bench->empties, 1);
    bench_free(bench);
}
END_TEST

START_TEST(broken)
{
    Bench *bench = bench_new();

    close(bench->fds[0]);
    bench->fds[0] = -1;
    put(bench, FACT_STATE, NULL, 1);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    put(bench, FACT_STATE, NULL, 2);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(bench->brokens, 1);
    bench_free(bench);
}
END_TEST

START_TEST(drained)
{
    Bench *bench = bench_new();

    put(bench, FACT_STATE, NULL, 1);
    outlet_drain(bench->outlet);
    ck_assert_uint_eq(bench->draineds, 0);
    while (bench->draineds == 0)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    read_all(bench);
    ck_assert_uint_eq(lines_of(bench), 1);
    bench_free(bench);
}
END_TEST

START_TEST(to_a_file)
{
    Bench *bench = g_new0(Bench, 1);
    const OutletEvents events = {bench, on_full, on_broken, on_drained};
    char name[] = "/tmp/tlsdive-outlet-XXXXXX";

    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    bench->read = g_string_new(NULL);
    bench->fds[1] = mkstemp(name);
    bench->fds[0] = open(name, O_RDONLY);
    unlink(name);
    bench->outlet = outlet_new(&bench->loop, bench->fds[1], &events);
    put(bench, FACT_STATE, NULL, 1);
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    read_all(bench);
    ck_assert_uint_eq(lines_of(bench), 1);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outlet");
    TCase *tcase = tcase_create("outlet");

    tcase_add_test(tcase, in_order_and_at_once);
    tcase_add_test(tcase, bytes_and_certificates_once);
    tcase_add_test(tcase, memory_of_what_was_said_is_bounded);
    tcase_add_test(tcase, full_and_empty_again);
    tcase_add_test(tcase, broken);
    tcase_add_test(tcase, drained);
    tcase_add_test(tcase, to_a_file);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
