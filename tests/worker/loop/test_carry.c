/* A scripted conversation is carried over a real connection on loopback, whose other end the test
 * holds. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/loop/lo.h"
#include "worker/loop/carry.h"
#include "worker/loop/clock.h"

/* Sends `says`, and is done when it has heard `until`; tells each feed as a fact. */
typedef struct Script {
    Talk base;
    const char *says;
    size_t says_more; /* bytes of padding said after that */
    const char *until;
    GString *heard;
    double tick_after; /* wants a tick so many seconds after the start; 0: none */
    guint ticks;
} Script;

static void script_start(Talk *talk, double now)
{
    Script *script = (Script *)talk;
    g_autofree char *padding = g_strnfill(script->says_more, 'p');

    talk_phase(talk, "hello", now);
    talk_send(talk, script->says, strlen(script->says), now);
    talk_send(talk, padding, script->says_more, now);
    talk->after = "hello";
    talk->deadline = script->tick_after > 0 ? now + script->tick_after : 0;
}

static void script_feed(Talk *talk, const uint8_t *data, size_t size, double now)
{
    Script *script = (Script *)talk;
    json_t *fact = fact_new(FACT_DIALOGUE);

    g_string_append_len(script->heard, (const char *)data, (gssize)size);
    json_object_set_new(fact, "text", fact_text(data, MIN(size, 16)));
    talk_fact(talk, fact, now);
    if (script->until != NULL && strstr(script->heard->str, script->until) != NULL)
        talk_done(talk);
}

static void script_end(Talk *talk, TalkEnd how, double now)
{
    talk_fail_end(talk, how, now);
}

static void script_tick(Talk *talk, double now)
{
    Script *script = (Script *)talk;

    (void)now;
    script->ticks++;
    talk_send(talk, "bye", 3, now);
    talk_done(talk);
}

static void script_free(Talk *talk)
{
    g_string_free(((Script *)talk)->heard, TRUE);
}

static const TalkClass script_class = {"script",    script_start, script_feed, script_end,
                                       script_tick, NULL,         script_free};

typedef struct Bench {
    uv_loop_t loop;
    uv_timer_t timer;
    Script *script;
    Carry *carry;
    int server; /* the other end */
    guint facts;
    gboolean ended;
    CarryGoal goal;
} Bench;

static void on_fact(void *data, json_t *fact)
{
    Bench *bench = data;

    ck_assert(!bench->ended);
    bench->facts++;
    json_decref(fact);
}

static void on_ended(void *data)
{
    Bench *bench = data;

    ck_assert(!bench->ended);
    bench->ended = TRUE;
    uv_stop(&bench->loop);
}

static const CarryEvents events = {on_fact, on_ended};

/* A connection between goal.fd and server. */
static void bench_connect(Bench *bench)
{
    guint port = 0;
    int listening = lo_listen("127.0.0.1", 1, &port);
    struct sockaddr_storage to;
    socklen_t size = sizeof to;

    ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&to, &size), 0);
    bench->goal.fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(bench->goal.fd, (const struct sockaddr *)&to, size), 0);
    bench->server = lo_accept(listening);
    close(listening);
}

static Bench *bench_new(const char *says, const char *until)
{
    Bench *bench = g_new0(Bench, 1);

    bench_connect(bench);
    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    uv_timer_init(&bench->loop, &bench->timer);
    bench->timer.data = bench;
    bench->script = g_new0(Script, 1);
    talk_init(&bench->script->base, &script_class);
    bench->script->says = says;
    bench->script->until = until;
    bench->script->heard = g_string_new(NULL);
    bench->goal.talk = &bench->script->base;
    bench->goal.idle = 20;
    bench->goal.total = 80;
    bench->goal.events = &events;
    bench->goal.data = bench;
    return bench;
}

static void carry_to_end(Bench *bench)
{
    if (bench->carry == NULL)
        bench->carry = carry_new(&bench->loop, &bench->goal);
    while (!bench->ended)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static void bench_free(Bench *bench)
{
    carry_free(bench->carry);
    uv_close((uv_handle_t *)&bench->timer, NULL);
    while (uv_run(&bench->loop, UV_RUN_DEFAULT) != 0) /* a stop may still be pending */
        ;
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    talk_free(&bench->script->base);
    if (bench->server >= 0)
        close(bench->server);
    g_free(bench);
}

static void say(const Bench *bench, const char *text)
{
    ck_assert_int_eq(write(bench->server, text, strlen(text)), (ssize_t)strlen(text));
}

static void ck_ended(const Bench *bench, const char *result, const char *reason)
{
    const Talk *talk = &bench->script->base;

    ck_assert_int_eq(talk->state, result == NULL ? TALK_DONE : TALK_FAILED);
    ck_assert_msg(g_strcmp0(talk->result, result) == 0, "%s", talk->result);
    ck_assert_msg(g_strcmp0(talk->reason, reason) == 0, "%s", talk->reason);
}

START_TEST(says_hears_and_closes_cleanly)
{
    Bench *bench = bench_new("EHLO", "world");
    char heard[16] = "";

    say(bench, "hello world and what nobody reads");
    carry_to_end(bench);
    ck_ended(bench, NULL, NULL);
    ck_assert_int_eq(read(bench->server, heard, sizeof heard), 4);
    ck_assert_str_eq(heard, "EHLO");
    ck_assert_int_eq(read(bench->server, heard, sizeof heard), 0); /* an end, and no reset */
    ck_assert_uint_eq(carry_sent(bench->carry), 4);
    ck_assert_uint_eq(carry_received(bench->carry), bench->script->heard->len);
    ck_assert_uint_eq(bench->facts, 2);
    bench_free(bench);
}
END_TEST

START_TEST(closed_by_the_server)
{
    Bench *bench = bench_new("", NULL);

    say(bench, "bye");
    close(bench->server);
    bench->server = -1;
    carry_to_end(bench);
    ck_ended(bench, "closed", "closed-after");
    ck_assert_str_eq(bench->script->heard->str, "bye");
    bench_free(bench);
}
END_TEST

START_TEST(reset_after_last_words)
{
    Bench *bench = bench_new("", NULL);

    say(bench, "why");
    lo_reset(bench->server);
    bench->server = -1;
    carry_to_end(bench);
    ck_ended(bench, "reset", "reset-after");
    ck_assert_str_eq(bench->script->heard->str, "why");
    bench_free(bench);
}
END_TEST

START_TEST(last_words_are_read_though_sending_fails)
{
    Bench *bench = bench_new("more than it wants", NULL);

    bench->script->says_more = 1 << 20;
    say(bench, "why");
    lo_reset(bench->server);
    bench->server = -1;
    carry_to_end(bench);
    ck_ended(bench, "reset", "reset-after");
    ck_assert_str_eq(bench->script->heard->str, "why");
    bench_free(bench);
}
END_TEST

START_TEST(silence)
{
    Bench *bench = bench_new("EHLO", NULL);
    double began = clock_now(0);

    bench->goal.idle = 0.15;
    carry_to_end(bench);
    ck_ended(bench, "timed-out", "silent");
    ck_assert_double_ge(clock_now(0) - began, 0.15);
    bench_free(bench);
}
END_TEST

static void on_trickle(uv_timer_t *timer)
{
    Bench *bench = timer->data;

    ck_assert_int_le(send(bench->server, "x", 1, MSG_NOSIGNAL), 1);
}

START_TEST(trickle_meets_the_absolute_limit)
{
    Bench *bench = bench_new("EHLO", NULL);
    double began = clock_now(0), took;

    bench->goal.idle = 0.4;
    bench->goal.total = 0.8;
    uv_timer_start(&bench->timer, on_trickle, 20, 20);
    carry_to_end(bench);
    took = clock_now(0) - began;
    ck_ended(bench, "timed-out", "deadline");
    ck_assert_double_ge(took, 0.8);
    ck_assert_uint_gt(bench->script->heard->len, 2);
    bench_free(bench);
}
END_TEST

static void on_flood(uv_timer_t *timer)
{
    static char flood[1 << 16];
    Bench *bench = timer->data;

    memset(flood, 'f', sizeof flood);
    while (send(bench->server, flood, sizeof flood, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        ;
}

START_TEST(flood_meets_the_ceiling)
{
    Bench *bench = bench_new("", NULL);

    uv_timer_start(&bench->timer, on_flood, 0, 1);
    carry_to_end(bench);
    ck_ended(bench, "limit", "limit-bytes");
    ck_assert_uint_eq(bench->script->heard->len, LIMIT_CONNECTION_BYTES);
    ck_assert_uint_eq(carry_received(bench->carry), LIMIT_CONNECTION_BYTES);
    bench_free(bench);
}
END_TEST

START_TEST(deadline_of_its_own)
{
    Bench *bench = bench_new("", NULL);
    char heard[8] = "";

    bench->script->tick_after = 0.05;
    carry_to_end(bench);
    ck_ended(bench, NULL, NULL);
    ck_assert_uint_eq(bench->script->ticks, 1);
    ck_assert_int_eq(read(bench->server, heard, sizeof heard), 3);
    ck_assert_str_eq(heard, "bye");
    bench_free(bench);
}
END_TEST

static void on_take(uv_timer_t *timer)
{
    static char taken[1 << 16];
    Bench *bench = timer->data;
    guint *total = bench->loop.data;
    ssize_t size;

    while ((size = recv(bench->server, taken, sizeof taken, MSG_DONTWAIT)) > 0)
        *total += (guint)size;
}

/* While the server does not take what we send, it is not listened to. */
START_TEST(output_presses_back)
{
    enum { MORE = 8 << 20 };
    Bench *bench = bench_new("", "done");
    guint total = 0;
    size_t waits, before = 0;

    bench->script->says_more = MORE;
    bench->loop.data = &total;
    say(bench, "done");
    bench->carry = carry_new(&bench->loop, &bench->goal);
    do { /* until the socket takes no more */
        before = carry_sent(bench->carry);
        for (int i = 0; i < 10; i++)
            uv_run(&bench->loop, UV_RUN_NOWAIT);
        talk_output(&bench->script->base, &waits);
    } while (before == 0 || carry_sent(bench->carry) > before);
    ck_assert_uint_gt(waits, CARRY_OUTPUT);
    ck_assert_uint_eq(bench->script->heard->len, 0);
    uv_timer_start(&bench->timer, on_take, 0, 1);
    carry_to_end(bench);
    ck_ended(bench, NULL, NULL);
    ck_assert_uint_gt(carry_sent(bench->carry), MORE - CARRY_OUTPUT);
    bench_free(bench);
}
END_TEST

/* Answers once it has seen the end of what we send. */
static void on_listen(uv_timer_t *timer)
{
    static char taken[1 << 16];
    Bench *bench = timer->data;
    guint *total = bench->loop.data;
    ssize_t size;

    while ((size = recv(bench->server, taken, sizeof taken, MSG_DONTWAIT)) > 0)
        *total += (guint)size;
    if (size < 0)
        return;
    say(bench, "world");
    uv_timer_stop(timer);
}

START_TEST(half_closed_when_all_is_sent)
{
    enum { MORE = 1 << 22 };
    Bench *bench = bench_new("EHLO", "world");
    guint total = 0;

    bench->script->says_more = MORE;
    bench->script->base.half_close = true;
    bench->loop.data = &total;
    uv_timer_start(&bench->timer, on_listen, 0, 1);
    carry_to_end(bench);
    ck_ended(bench, NULL, NULL);
    ck_assert_uint_eq(total, 4 + MORE);
    bench_free(bench);
}
END_TEST

static void on_release(uv_timer_t *timer)
{
    Bench *bench = timer->data;

    ck_assert_uint_eq(bench->script->heard->len, 0);
    ck_assert(!bench->ended);
    carry_hold(bench->carry, false);
}

START_TEST(held_time_stands_still)
{
    Bench *bench = bench_new("", "done");

    bench->goal.idle = 0.1;
    bench->goal.total = 0.1;
    say(bench, "done");
    bench->carry = carry_new(&bench->loop, &bench->goal);
    if (_i == 1)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    if (bench->script->heard->len > 0) { /* it was quicker than we could hold it */
        bench_free(bench);
        return;
    }
    carry_hold(bench->carry, true);
    uv_timer_start(&bench->timer, on_release, 300, 0);
    carry_to_end(bench);
    ck_ended(bench, NULL, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(stopped)
{
    Bench *bench = bench_new("EHLO", NULL);

    bench->carry = carry_new(&bench->loop, &bench->goal);
    for (int i = 0; i < _i; i++)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    ck_assert(!bench->ended);
    carry_stop(bench->carry);
    ck_assert(bench->ended);
    ck_ended(bench, "stopped", "stopped");
    carry_stop(bench->carry);
    bench_free(bench);
}
END_TEST

START_TEST(freed_in_the_middle)
{
    Bench *bench = bench_new("EHLO", NULL);

    bench->carry = carry_new(&bench->loop, &bench->goal);
    for (int i = 0; i < _i; i++)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("carry");
    TCase *tcase = tcase_create("carry");

    tcase_add_test(tcase, says_hears_and_closes_cleanly);
    tcase_add_test(tcase, closed_by_the_server);
    tcase_add_test(tcase, reset_after_last_words);
    tcase_add_test(tcase, last_words_are_read_though_sending_fails);
    tcase_add_test(tcase, silence);
    tcase_add_test(tcase, trickle_meets_the_absolute_limit);
    tcase_add_test(tcase, flood_meets_the_ceiling);
    tcase_add_test(tcase, deadline_of_its_own);
    tcase_add_test(tcase, output_presses_back);
    tcase_add_test(tcase, half_closed_when_all_is_sent);
    tcase_add_loop_test(tcase, held_time_stands_still, 0, 2);
    tcase_add_loop_test(tcase, stopped, 0, 3);
    tcase_add_loop_test(tcase, freed_in_the_middle, 0, 3);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
