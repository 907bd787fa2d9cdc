#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "worker/loop/intake.h"

typedef struct Bench {
    uv_loop_t loop;
    uv_poll_t feed; /* writes what is not yet written */
    Intake *intake;
    int fds[2];
    GString *told; /* the lines, each in brackets */
    const char *rest;
    size_t left, piece;
    gboolean ended;
} Bench;

static void on_line(void *data, const char *line, size_t size)
{
    Bench *bench = data;

    ck_assert(!bench->ended);
    if (line == NULL) {
        ck_assert_uint_eq(size, 0);
        g_string_append(bench->told, "[too long]");
    } else if (size > 100) {
        g_string_append_printf(bench->told, "[%zu bytes]", size);
    } else {
        g_string_append_printf(bench->told, "[%.*s]", (int)size, line);
    }
    uv_stop(&bench->loop);
}

static void on_ended(void *data)
{
    Bench *bench = data;

    ck_assert(!bench->ended);
    bench->ended = TRUE;
}

static void on_room(uv_poll_t *feed, int status, int events)
{
    Bench *bench = feed->data;
    ssize_t written;

    ck_assert_int_eq(status, 0);
    (void)events;
    written = write(bench->fds[1], bench->rest, MIN(bench->piece, bench->left));
    ck_assert_int_ge(written, 0);
    bench->rest += written;
    bench->left -= (size_t)written;
    if (bench->left > 0)
        return;
    uv_close((uv_handle_t *)feed, NULL);
    close(bench->fds[1]);
}

static Bench *bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);
    const IntakeEvents events = {bench, on_line, on_ended};

    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    ck_assert_int_eq(pipe(bench->fds), 0);
    bench->told = g_string_new(NULL);
    bench->intake = intake_new(&bench->loop, bench->fds[0], &events);
    ck_assert_ptr_nonnull(bench->intake);
    return bench;
}

static void bench_free(Bench *bench)
{
    intake_close(bench->intake);
    while (uv_run(&bench->loop, UV_RUN_DEFAULT) != 0)
        ;
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    close(bench->fds[0]);
    g_string_free(bench->told, TRUE);
    g_free(bench);
}

static void ck_lines(const char *text, size_t size, size_t piece, const char *expected)
{
    Bench *bench = bench_new();

    bench->rest = text;
    bench->left = size;
    bench->piece = piece;
    ck_assert_int_eq(uv_poll_init(&bench->loop, &bench->feed, bench->fds[1]), 0);
    bench->feed.data = bench;
    uv_poll_start(&bench->feed, UV_WRITABLE, on_room);
    while (!bench->ended)
        uv_run(&bench->loop, UV_RUN_ONCE);
    ck_assert_str_eq(bench->told->str, expected);
    bench_free(bench);
}

START_TEST(lines_in_any_pieces)
{
    static const char text[] = "one\ntwo\n\nthree\nand no line";

    for (size_t piece = 1; piece < sizeof text; piece++)
        ck_lines(text, strlen(text), piece, "[one][two][][three]");
}
END_TEST

START_TEST(ceiling)
{
    const size_t exact = LIMIT_LINE;
    g_autofree char *longest = g_strnfill(exact - 1, 'x'), *longer = g_strnfill(exact, 'x');
    g_autofree char *text = g_strdup_printf("%s\n%s\ngood\n", longest, longer);

    ck_lines(text, strlen(text), exact, "[1048575 bytes][too long][good]");
}
END_TEST

START_TEST(held)
{
    Bench *bench = bench_new();

    ck_assert_int_eq(write(bench->fds[1], "one\n", 4), 4);
    intake_hold(bench->intake, true);
    uv_run(&bench->loop, UV_RUN_DEFAULT); /* nothing to wait for */
    ck_assert_str_eq(bench->told->str, "");
    intake_hold(bench->intake, false);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_str_eq(bench->told->str, "[one]");
    close(bench->fds[1]);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intake");
    TCase *tcase = tcase_create("intake");

    tcase_add_test(tcase, lines_in_any_pieces);
    tcase_add_test(tcase, ceiling);
    tcase_add_test(tcase, held);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
