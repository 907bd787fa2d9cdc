#include "worker/fetch/unbound/events.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/time.h>
#include <unbound-event.h>

/* Objects of libunbound begin with its part; a pointer to that is one to the whole. */
typedef struct Base {
    struct ub_event_base ub;
    uv_loop_t *loop;
} Base;

typedef struct Event {
    struct ub_event ub;
    uv_loop_t *loop;
    int fd; /* -1: a timer alone */
    short bits;
    void (*act)(int fd, short bits, void *data);
    void *data;
    uint64_t wait;     /* of its timeout, in milliseconds */
    uv_poll_t *poll;   /* NULL: the file is not watched */
    uv_timer_t *timer; /* NULL: no timeout runs */
} Event;

static void free_handle(uv_handle_t *handle)
{
    g_free(handle);
}

static void stop_poll(Event *event)
{
    if (!event->poll)
        return;
    uv_poll_stop(event->poll);
    uv_close((uv_handle_t *)event->poll, free_handle);
    event->poll = NULL;
}

static void stop_timer(Event *event)
{
    if (!event->timer)
        return;
    uv_close((uv_handle_t *)event->timer, free_handle);
    event->timer = NULL;
}

static void on_timer(uv_timer_t *timer);

static void start_timer(Event *event)
{
    if (!event->timer) {
        event->timer = g_new0(uv_timer_t, 1);
        event->timer->data = event;
        uv_timer_init(event->loop, event->timer);
    }
    uv_timer_start(event->timer, on_timer, event->wait, 0);
}

/* As libevent has it: what does not persist is no longer waited for when it has come; of what does,
 * the timeout begins anew. Within the call the event may be freed. */
static void fire(Event *event, short bits)
{
    if (!(event->bits & UB_EV_PERSIST)) {
        stop_poll(event);
        stop_timer(event);
    } else if (event->timer) {
        start_timer(event);
    }
    event->act(event->fd, bits, event->data);
}

static void on_timer(uv_timer_t *timer)
{
    fire(timer->data, UB_EV_TIMEOUT);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    Event *event = poll->data;
    short bits = 0;
    if (status < 0 || events & UV_READABLE)
        bits |= UB_EV_READ;
    if (status < 0 || events & UV_WRITABLE)
        bits |= UB_EV_WRITE;
    fire(event, bits & event->bits);
}

static int start_poll(Event *event)
{
    int events = (event->bits & UB_EV_READ ? UV_READABLE : 0) |
                 (event->bits & UB_EV_WRITE ? UV_WRITABLE : 0);
    if (event->fd < 0 || !events)
        return 0;
    if (!event->poll) {
        event->poll = g_new0(uv_poll_t, 1);
        event->poll->data = event;
        if (uv_poll_init(event->loop, event->poll, event->fd) != 0) {
            g_clear_pointer(&event->poll, g_free);
            return -1;
        }
    }
    return uv_poll_start(event->poll, events, on_poll);
}

static void event_add_bits(struct ub_event *ub, short bits)
{
    ((Event *)ub)->bits |= bits;
}

static void event_del_bits(struct ub_event *ub, short bits)
{
    ((Event *)ub)->bits &= (short)~bits;
}

static void event_set_fd(struct ub_event *ub, int fd)
{
    ((Event *)ub)->fd = fd;
}

static int event_del(struct ub_event *ub)
{
    stop_poll((Event *)ub);
    stop_timer((Event *)ub);
    return 0;
}

static void event_free(struct ub_event *ub)
{
    event_del(ub);
    g_free(ub);
}

static void set_wait(Event *event, const struct timeval *wait)
{
    event->wait = (uint64_t)wait->tv_sec * 1000 + ((uint64_t)wait->tv_usec + 999) / 1000;
    start_timer(event);
}

static int event_add(struct ub_event *ub, struct timeval *wait)
{
    if (wait)
        set_wait((Event *)ub, wait);
    return start_poll((Event *)ub);
}

static int event_add_timer(struct ub_event *ub, struct ub_event_base *base,
                           void (*act)(int, short, void *), void *data, struct timeval *wait)
{
    Event *event = (Event *)ub;
    event->loop = ((Base *)base)->loop;
    event->act = act;
    event->data = data;
    set_wait(event, wait);
    return 0;
}

static int event_del_timer(struct ub_event *ub)
{
    stop_timer((Event *)ub);
    return 0;
}

static struct ub_event *base_new_event(struct ub_event_base *base, int fd, short bits,
                                       void (*act)(int, short, void *), void *data)
{
    static struct ub_event_vmt calls = {.add_bits = event_add_bits,
                                        .del_bits = event_del_bits,
                                        .set_fd = event_set_fd,
                                        .free = event_free,
                                        .add = event_add,
                                        .del = event_del,
                                        .add_timer = event_add_timer,
                                        .del_timer = event_del_timer};
    Event *event = g_new0(Event, 1);
    event->ub = (struct ub_event){.magic = UB_EVENT_MAGIC, .vmt = &calls};
    event->loop = ((Base *)base)->loop;
    event->fd = fd;
    event->bits = bits;
    event->act = act;
    event->data = data;
    return &event->ub;
}

static int base_exit(struct ub_event_base *base, struct timeval *wait)
{
    (void)base;
    (void)wait;
    return 0;
}

struct ub_event_base *ub_events_new(uv_loop_t *loop)
{
    static struct ub_event_base_vmt calls = {.loopexit = base_exit, .new_event = base_new_event};
    Base *base = g_new0(Base, 1);
    base->ub = (struct ub_event_base){.magic = UB_EVENT_MAGIC, .vmt = &calls};
    base->loop = loop;
    return &base->ub;
}

void ub_events_free(struct ub_event_base *base)
{
    g_free(base);
}
