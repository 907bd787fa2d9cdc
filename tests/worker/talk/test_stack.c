#include "worker/talk/stack.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"

/* A conversation of a line: it says its word, and is done at the end of the first line that comes;
 * a line that begins with "no" is a failure, a tick another. */
typedef struct Liner {
    Talk base;
    const char *word;
    GString *line;
} Liner;

static void liner_start(Talk *base, double now)
{
    const Liner *liner = (Liner *)base;
    talk_phase(base, liner->word, now);
    talk_send(base, liner->word, strlen(liner->word), now);
    base->after = liner->word;
    base->deadline = now + 10;
}

static void liner_feed(Talk *base, const uint8_t *data, size_t size, double now)
{
    Liner *liner = (Liner *)base;
    const uint8_t *end = memchr(data, '\n', size);
    size_t part = end ? (size_t)(end - data) + 1 : size;
    g_string_append_len(liner->line, (const char *)data, (gssize)part);
    if (!end)
        return;
    json_t *fact = fact_new(FACT_DIALOGUE);
    talk_took(base, fact, now);
    json_object_set_new(fact, "text", fact_text(liner->line->str, liner->line->len));
    talk_fact(base, fact, now);
    g_byte_array_append(base->unread, data + part, (guint)(size - part));
    if (g_str_has_prefix(liner->line->str, "no"))
        talk_fail(base, "no-tls", "starttls-refused", json_pack("{s:s}", "line", "no"));
    talk_done(base);
}

static void liner_end(Talk *base, TalkEnd how, double now)
{
    (void)base;
    (void)how;
    (void)now;
}

static void liner_tick(Talk *base, double now)
{
    (void)now;
    talk_fail(base, "timed-out", "deadline", NULL);
}

static void liner_free(Talk *base)
{
    g_string_free(((Liner *)base)->line, TRUE);
}

static const TalkClass liner_class = {
    .name = "liner",
    .start = liner_start,
    .feed = liner_feed,
    .end = liner_end,
    .tick = liner_tick,
    .free = liner_free,
};

static Talk *liner_new(const char *word)
{
    Liner *liner = g_new0(Liner, 1);
    talk_init(&liner->base, &liner_class);
    liner->word = word;
    liner->line = g_string_new(NULL);
    return &liner->base;
}

static Drive *begin(void)
{
    return drive_new(stack_new(liner_new("one"), liner_new("two")));
}

START_TEST(what_the_first_leaves_is_the_seconds)
{
    for (size_t step = 0; step < 4; step++) {
        g_autoptr(Drive) drive = begin();
        drive_feed(drive, "a\nb\nc", 5, step);
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
        ck_assert_str_eq(drive->talk->phase, "two");
        ck_assert_uint_eq(drive->sent->len, 6);
        ck_assert_mem_eq(drive->sent->data, "onetwo", 6);
        ck_assert_uint_eq(drive_count(drive, "state", NULL, NULL), 2);
        ck_assert_ptr_nonnull(drive_fact(drive, "dialogue", "text", "a\n", 0));
        ck_assert_ptr_nonnull(drive_fact(drive, "dialogue", "text", "b\n", 0));
        if (step == 0) {
            ck_assert_uint_eq(drive->talk->unread->len, 1);
            ck_assert_int_eq(drive->talk->unread->data[0], 'c');
        }
    }
}
END_TEST

START_TEST(a_failure_ends_it)
{
    g_autoptr(Drive) drive = begin();
    drive_feed(drive, "no\nb\n", 5, 0);
    ck_assert_int_eq(drive->talk->state, TALK_FAILED);
    ck_assert_str_eq(drive->talk->reason, "starttls-refused");
    ck_assert_str_eq(fact_string(drive->talk->args, "line", ""), "no");
    ck_assert_str_eq(drive->talk->phase, "one");
    ck_assert_uint_eq(drive->sent->len, 3);
}
END_TEST

START_TEST(ends_and_deadlines_are_the_current_ones)
{
    g_autoptr(Drive) drive = begin();
    ck_assert_double_eq_tol(drive->talk->deadline, 11, 1e-9);
    drive->now = 4;
    drive_feed(drive, "a\n", 2, 0);
    ck_assert_double_eq_tol(drive->talk->deadline, 14.001, 1e-9);
    drive_end(drive, TALK_END_CLOSED);
    ck_assert_str_eq(drive->talk->reason, "closed-after");
    ck_assert_str_eq(fact_string(drive->talk->args, "after", ""), "two");
    g_autoptr(Drive) ticked = begin();
    drive_tick(ticked);
    ck_assert_str_eq(ticked->talk->reason, "deadline");
}
END_TEST

/* What the connection knows, the conversation that runs on it knows: when bytes were really sent,
 * and how long the connection has lasted. */
START_TEST(times_are_of_the_connection)
{
    g_autoptr(Drive) drive = begin();
    drive->now = 2;
    talk_sent(drive->talk, 0, drive->now);
    drive->now = 2.999;
    drive_feed(drive, "a\n", 2, 0);
    json_t *fact = drive_fact(drive, "dialogue", NULL, NULL, 0);
    ck_assert_double_eq_tol(fact_number(fact, "took", 0), 1, 1e-6);
    ck_assert_double_eq_tol(fact_number(fact, "server", 0), 0.95, 1e-6);
    drive->now = 21;
    drive_end(drive, TALK_END_TOTAL);
    ck_assert_double_eq_tol(fact_number(drive->talk->args, "seconds", 0), 20, 1e-6);
}
END_TEST

START_TEST(nothing_happens_behind_the_end)
{
    g_autoptr(Drive) drive = begin();
    drive_end(drive, TALK_END_RESET);
    guint facts = drive->facts->len;
    drive_feed(drive, "a\n", 2, 0);
    drive_end(drive, TALK_END_CLOSED);
    talk_tick(drive->talk, 100);
    ck_assert_uint_eq(drive->facts->len, facts);
    ck_assert_str_eq(drive->talk->reason, "reset-after");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stack");
    TCase *tcase = tcase_create("talks");
    tcase_add_test(tcase, what_the_first_leaves_is_the_seconds);
    tcase_add_test(tcase, a_failure_ends_it);
    tcase_add_test(tcase, ends_and_deadlines_are_the_current_ones);
    tcase_add_test(tcase, times_are_of_the_connection);
    tcase_add_test(tcase, nothing_happens_behind_the_end);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
