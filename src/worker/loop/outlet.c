#include "worker/loop/outlet.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

struct Outlet {
    OutletEvents events;
    uv_loop_t *loop;
    uv_prepare_t turn; /* writes before the loop waits */
    uv_poll_t poll;    /* waits for room */
    int fd;
    GString *pending;
    size_t start;     /* of what is not yet written, in pending */
    GHashTable *said; /* set of keys, owned by said_order */
    GQueue said_order;
    guint handles; /* of libuv, not yet closed */
    bool polled;   /* the poll is one of them */
    bool waiting, full, broken, draining;
};

/* The key under which a fact is said only once; NULL: it is said each time. To be freed. */
static char *key_of(const json_t *fact)
{
    FactKind kind = fact_kind(fact);

    if (kind == FACT_BYTES)
        return g_strdup_printf("%s+%" JSON_INTEGER_FORMAT, fact_string(fact, "sha256", ""),
                               fact_integer(fact, "offset", 0));
    if (kind == FACT_CERTIFICATE)
        return g_strdup(fact_string(fact, "sha256", ""));
    return NULL;
}

static bool said_before(Outlet *outlet, const json_t *fact)
{
    char *key = key_of(fact);

    if (key == NULL)
        return false;
    if (g_hash_table_contains(outlet->said, key)) {
        g_free(key);
        return true;
    }
    g_hash_table_add(outlet->said, key);
    g_queue_push_tail(&outlet->said_order, key);
    if (outlet->said_order.length > LIMIT_SAID)
        g_hash_table_remove(outlet->said, g_queue_pop_head(&outlet->said_order));
    return false;
}

static size_t outlet_waits(const Outlet *outlet)
{
    return outlet->pending->len - outlet->start;
}

static void outlet_break(Outlet *outlet)
{
    if (outlet->broken)
        return;
    outlet->broken = true;
    g_string_truncate(outlet->pending, 0);
    outlet->start = 0;
    outlet->events.broken(outlet->events.data);
}

static void on_room(uv_poll_t *poll, int status, int events);

/* Waits until there is room again. */
static void outlet_wait(Outlet *outlet)
{
    if (!outlet->polled || uv_poll_start(&outlet->poll, UV_WRITABLE, on_room) < 0)
        outlet_break(outlet);
    else
        outlet->waiting = true;
}

/* What was written is taken out of memory, but not for each line. */
static void outlet_trim(Outlet *outlet)
{
    if (outlet_waits(outlet) == 0) {
        g_string_truncate(outlet->pending, 0);
        outlet->start = 0;
    } else if (outlet->start > OUTLET_FULL) {
        g_string_erase(outlet->pending, 0, (gssize)outlet->start);
        outlet->start = 0;
    }
}

static void outlet_write(Outlet *outlet)
{
    while (!outlet->broken && !outlet->waiting && outlet_waits(outlet) > 0) {
        ssize_t size =
            write(outlet->fd, outlet->pending->str + outlet->start, outlet_waits(outlet));
        if (size >= 0)
            outlet->start += (size_t)size;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            outlet_wait(outlet);
        else if (errno != EINTR)
            outlet_break(outlet);
    }
    outlet_trim(outlet);
    if (outlet_waits(outlet) > 0)
        return;
    if (outlet->full) {
        outlet->full = false;
        outlet->events.full(outlet->events.data, false);
    }
    if (outlet->draining) {
        outlet->draining = false;
        outlet->events.drained(outlet->events.data);
    }
}

static void on_room(uv_poll_t *poll, int status, int events)
{
    Outlet *outlet = poll->data;

    (void)status; /* an error shows when we write */
    (void)events;
    uv_poll_stop(poll);
    outlet->waiting = false;
    outlet_write(outlet);
}

static void on_turn(uv_prepare_t *turn)
{
    uv_prepare_stop(turn);
    outlet_write(turn->data);
}

Outlet *outlet_new(uv_loop_t *loop, int fd, const OutletEvents *events)
{
    Outlet *outlet = g_new0(Outlet, 1);

    outlet->loop = loop;
    outlet->fd = fd;
    outlet->events = *events;
    outlet->pending = g_string_new(NULL);
    outlet->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_queue_init(&outlet->said_order);
    uv_prepare_init(loop, &outlet->turn);
    outlet->turn.data = outlet;
    outlet->handles = 1;
    /* This sets it not to block, too. A file cannot be waited for, and need not be. */
    outlet->poll.data = outlet;
    outlet->polled = uv_poll_init(loop, &outlet->poll, fd) == 0;
    outlet->handles += outlet->polled;
    return outlet;
}

void outlet_put(Outlet *outlet, json_t *fact)
{
    g_autofree char *line = NULL;

    if (!outlet->broken && !said_before(outlet, fact))
        line = fact_to_line(fact);
    json_decref(fact);
    if (line == NULL)
        return;
    g_string_append(outlet->pending, line);
    uv_prepare_start(&outlet->turn, on_turn);
    if (!outlet->full && outlet_waits(outlet) > OUTLET_FULL) {
        outlet_write(outlet); /* perhaps it only was a long turn */
        outlet->full = outlet_waits(outlet) > OUTLET_FULL;
        if (outlet->full)
            outlet->events.full(outlet->events.data, true);
    }
}

void outlet_drain(Outlet *outlet)
{
    outlet->draining = true;
    uv_prepare_start(&outlet->turn, on_turn);
}

static void on_closed(uv_handle_t *handle)
{
    Outlet *outlet = handle->data;

    if (--outlet->handles > 0)
        return;
    g_string_free(outlet->pending, TRUE);
    g_hash_table_unref(outlet->said);
    g_queue_clear(&outlet->said_order);
    g_free(outlet);
}

void outlet_close(Outlet *outlet)
{
    if (outlet->polled)
        uv_close((uv_handle_t *)&outlet->poll, on_closed);
    uv_close((uv_handle_t *)&outlet->turn, on_closed);
}
