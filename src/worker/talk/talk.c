#include "worker/talk/talk.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"

#include <math.h>

/* Facts carry times to the microsecond: more digits would only be noise. */
static json_t *seconds(double value)
{
    return json_real(round(value * 1e6) / 1e6);
}

void talk_init(Talk *talk, const TalkClass *class)
{
    *talk = (Talk){.class = class, .state = TALK_GOING, .after = "connect"};
    talk->output = g_byte_array_new();
    talk->bounds = g_array_new(FALSE, FALSE, sizeof(guint));
    talk->unread = g_byte_array_new();
    g_queue_init(&talk->facts);
}

void talk_start(Talk *talk, double now)
{
    if (talk->state != TALK_GOING)
        return;
    talk->started = talk->sent_at = talk->heard_at = now;
    talk->class->start(talk, now);
}

void talk_feed(Talk *talk, const uint8_t *data, size_t size, double now)
{
    if (talk->state != TALK_GOING || !size)
        return;
    talk->received += size;
    talk->heard_at = now;
    talk->class->feed(talk, data, size, now);
}

void talk_end(Talk *talk, TalkEnd how, double now)
{
    if (talk->state != TALK_GOING)
        return;
    talk->class->end(talk, how, now);
    talk_fail_end(talk, how, now);
}

void talk_tick(Talk *talk, double now)
{
    if (talk->state == TALK_GOING && talk->class->tick)
        talk->class->tick(talk, now);
}

const uint8_t *talk_output(const Talk *talk, size_t *size)
{
    *size = talk->bounds->len ? g_array_index(talk->bounds, guint, 0) : talk->output->len;
    return talk->output->len ? talk->output->data : NULL;
}

void talk_sent(Talk *talk, size_t size, double now)
{
    g_byte_array_remove_range(talk->output, 0, (guint)MIN(size, talk->output->len));
    if (talk->bounds->len)
        g_array_remove_index(talk->bounds, 0);
    talk->sent_at = now;
}

json_t *talk_next_fact(Talk *talk)
{
    return g_queue_pop_head(&talk->facts);
}

void talk_send(Talk *talk, const void *data, size_t size, double now)
{
    guint bound = (guint)size;
    g_byte_array_append(talk->output, data, bound);
    if (talk->datagrams)
        g_array_append_val(talk->bounds, bound);
    talk->sent_at = now;
}

void talk_took(const Talk *talk, json_t *fact, double now)
{
    double took = MAX(now - talk->sent_at, 0);
    json_object_set_new(fact, "took", seconds(took));
    if (talk->round_trip > 0)
        json_object_set_new(fact, "server", seconds(MAX(took - talk->round_trip, 0)));
}

void talk_fact(Talk *talk, json_t *fact, double now)
{
    json_object_set_new(fact, "at", seconds(now));
    g_queue_push_tail(&talk->facts, fact);
}

void talk_phase(Talk *talk, const char *phase, double now)
{
    if (!g_strcmp0(talk->phase, phase))
        return;
    talk->phase = phase;
    json_t *fact = fact_new(FACT_STATE);
    json_object_set_new(fact, "state", json_string(phase));
    talk_fact(talk, fact, now);
}

void talk_done(Talk *talk)
{
    bool going = talk->state == TALK_GOING;
    if (going)
        talk->state = TALK_DONE;
    talk->deadline = 0;
    if (going && talk->class->close)
        talk->class->close(talk);
}

void talk_fail(Talk *talk, const char *result, const char *reason, json_t *args)
{
    if (talk->state != TALK_GOING) {
        json_decref(args);
        return;
    }
    talk->state = TALK_FAILED;
    talk->result = result;
    talk->reason = reason;
    talk->args = args;
    talk->deadline = 0;
    if (talk->class->close)
        talk->class->close(talk);
}

static json_t *waited(const Talk *talk, double since, double now)
{
    return json_pack("{s:o, s:s, s:I}", "seconds", seconds(MAX(now - since, 0)), "phase",
                     talk->phase ? talk->phase : "connecting", "received",
                     (json_int_t)talk->received);
}

void talk_fail_end(Talk *talk, TalkEnd how, double now)
{
    switch (how) {
    case TALK_END_CLOSED:
        talk_fail(
            talk, "closed", "closed-after",
            json_pack("{s:s, s:I}", "after", talk->after, "received", (json_int_t)talk->received));
        break;
    case TALK_END_RESET:
        talk_fail(talk, "reset", "reset-after", json_pack("{s:s}", "after", talk->after));
        break;
    case TALK_END_IDLE:
        talk_fail(talk, "timed-out", "silent",
                  waited(talk, MAX(talk->heard_at, talk->sent_at), now));
        break;
    case TALK_END_TOTAL:
        talk_fail(talk, "timed-out", "deadline", waited(talk, talk->started, now));
        break;
    case TALK_END_BYTES:
        talk_fail(talk, "limit", "limit-bytes",
                  json_pack("{s:i}", "bytes", LIMIT_CONNECTION_BYTES));
        break;
    case TALK_END_STOPPED:
        talk_fail(talk, "stopped", "stopped", NULL);
        break;
    }
}

void talk_free(Talk *talk)
{
    if (!talk)
        return;
    if (talk->class->free)
        talk->class->free(talk);
    for (json_t *fact; (fact = talk_next_fact(talk));)
        json_decref(fact);
    json_decref(talk->args);
    g_byte_array_unref(talk->output);
    g_array_unref(talk->bounds);
    g_byte_array_unref(talk->unread);
    g_free(talk);
}
