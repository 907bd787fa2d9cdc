#include "app/reading.h"

#include "app/link.h"
#include "common/fact/fact.h"
#include "common/util/limits.h"

static const FactKind may_say[] = {FACT_VERDICT, FACT_DANE,  FACT_REVOCATION,  FACT_TRANSPARENCY,
                                   FACT_CHAIN,   FACT_BYTES, FACT_CERTIFICATE, FACT_FILE,
                                   FACT_OBJECT,  FACT_ERROR, FACT_UNKNOWN};
static const char *const replies[] = {"fields", "answered", NULL};
static const LinkRole role = {"reader", may_say, replies};

struct Reading {
    Link *link;
    ReadingEvents events;
    GQueue looked, needed; /* json_t *: explains; everything else */
    json_t *now;           /* the job that the process has; NULL: none */
    bool tried;            /* `now` was asked before, and the process died */
    guint64 ids;
    uv_timer_t *timer;
};

static bool is(const json_t *job, const char *name)
{
    return g_str_equal(fact_string(job, "job", ""), name);
}

static void end(Reading *reading, bool answered)
{
    g_autoptr(json_t) job = g_steal_pointer(&reading->now);
    reading->tried = false;
    uv_timer_stop(reading->timer);
    reading->events.ended(reading->events.data, job, answered);
}

static void give_up(Reading *reading, const char *how)
{
    g_autoptr(json_t) fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string("reader-gave-up"));
    json_object_set_new(
        fact, "args",
        json_pack("{s:s,s:s}", "what", fact_string(reading->now, "job", ""), "how", how));
    if (is(reading->now, "verify"))
        json_object_set(fact, "endpoint", json_object_get(reading->now, "endpoint"));
    reading->events.fact(reading->events.data, fact);
    end(reading, false);
}

static void on_timeout(uv_timer_t *timer)
{
    Reading *reading = timer->data;
    link_kill(reading->link);
}

static bool hand_over(Reading *reading)
{
    uv_timer_start(reading->timer, on_timeout, LIMIT_READER_MS, 0);
    return link_send(reading->link, reading->now);
}

static void pump(Reading *reading)
{
    while (!reading->now) {
        reading->now = g_queue_pop_head(g_queue_is_empty(&reading->looked) ? &reading->needed
                                                                           : &reading->looked);
        if (!reading->now)
            return;
        if (!hand_over(reading))
            give_up(reading, "not started");
    }
}

static void on_fact(void *data, json_t *fact)
{
    Reading *reading = data;
    /* what is wrong with its stores, or its sandbox, is said before there is a job */
    if (reading->now || fact_kind(fact) == FACT_ERROR)
        reading->events.fact(reading->events.data, fact);
}

static void on_reply(void *data, json_t *reply)
{
    Reading *reading = data;
    if (!reading->now ||
        !g_str_equal(fact_string(reply, "id", ""), fact_string(reading->now, "id", "-")))
        return;
    if (g_str_equal(fact_string(reply, "fact", ""), "fields")) {
        if (is(reading->now, "explain"))
            reading->events.fields(reading->events.data, reply);
        return;
    }
    end(reading, true);
    pump(reading);
}

static void on_error(void *data, json_t *fact)
{
    Reading *reading = data;
    reading->events.fact(reading->events.data, fact);
}

static void on_room(void *data)
{
    pump(data);
}

static void on_died(void *data, const char *how, bool again)
{
    Reading *reading = data;
    if (reading->now && !reading->tried && again) {
        reading->tried = true;
        if (hand_over(reading))
            return;
    }
    if (reading->now)
        give_up(reading, how);
    pump(reading);
}

Reading *reading_new(uv_loop_t *loop, const char *const *arguments, const ReadingEvents *events)
{
    Reading *reading = g_new0(Reading, 1);
    reading->events = *events;
    g_queue_init(&reading->looked);
    g_queue_init(&reading->needed);
    reading->timer = g_new0(uv_timer_t, 1);
    reading->timer->data = reading;
    uv_timer_init(loop, reading->timer);
    LinkEvents link = {.data = reading,
                       .fact = on_fact,
                       .reply = on_reply,
                       .error = on_error,
                       .room = on_room,
                       .died = on_died};
    reading->link = link_new(loop, &role, arguments, &link);
    return reading;
}

void reading_begin(Reading *reading)
{
    link_start(reading->link);
}

void reading_ask(Reading *reading, json_t *job)
{
    if (!json_object_get(job, "id"))
        json_object_set_new(job, "id", json_sprintf("%" G_GUINT64_FORMAT, ++reading->ids));
    g_queue_push_tail(is(job, "explain") ? &reading->looked : &reading->needed, job);
    pump(reading);
}

static bool is_passing(const json_t *job)
{
    return json_object_get(job, "passing") != NULL;
}

void reading_forget_passing(Reading *reading)
{
    for (GList *item = reading->needed.head, *next; item; item = next) {
        next = item->next;
        if (!is_passing(item->data))
            continue;
        json_decref(item->data);
        g_queue_delete_link(&reading->needed, item);
    }
}

bool reading_is_passing(const Reading *reading)
{
    return reading->now && is_passing(reading->now);
}

guint reading_left(const Reading *reading)
{
    return g_queue_get_length((GQueue *)&reading->looked) +
           g_queue_get_length((GQueue *)&reading->needed) + (reading->now ? 1 : 0);
}

void reading_free(Reading *reading)
{
    if (!reading)
        return;
    link_free(reading->link);
    uv_close((uv_handle_t *)reading->timer, (uv_close_cb)g_free);
    g_queue_clear_full(&reading->looked, (GDestroyNotify)json_decref);
    g_queue_clear_full(&reading->needed, (GDestroyNotify)json_decref);
    json_decref(reading->now);
    g_free(reading);
}
