#include "worker/loop/carry.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/util/limits.h"
#include "worker/loop/clock.h"

enum {
    CHUNK = 1 << 14,   /* bytes read at once: a full record */
    CHUNKS_A_TURN = 4, /* then the other connections have their turn */
    DRAIN_CHUNKS = 8,  /* read away before the close */
};

struct Carry {
    uv_loop_t *loop;
    CarryGoal goal;
    uv_poll_t poll;
    uv_timer_t timer;
    int mask; /* events that the poll waits for; 0: stopped */
    double began;
    double last;       /* when the last byte went either way */
    double armed;      /* when the timer fires; 0: it does not */
    double held_since; /* 0: not held */
    uint64_t sent, received;
    guint handles; /* of libuv, not yet closed */
    bool started;
    bool deaf; /* the peer takes no more */
    bool shut; /* our sending side is */
    bool ended, freed;
};

static double carry_now(const Carry *carry)
{
    return clock_now(carry->goal.epoch);
}

static void carry_unref(Carry *carry)
{
    if (carry->handles == 0 && carry->freed)
        g_free(carry);
}

static void on_closed(uv_handle_t *handle)
{
    Carry *carry = handle->data;

    carry->handles--;
    carry_unref(carry);
}

void carry_hang_up(int fd)
{
    uint8_t chunk[CHUNK];

    shutdown(fd, SHUT_WR);
    for (int i = 0; i < DRAIN_CHUNKS && recv(fd, chunk, sizeof chunk, MSG_DONTWAIT) > 0;)
        i++;
    close(fd);
}

/* Closes socket and timer. */
static void carry_close(Carry *carry)
{
    if (carry->goal.fd < 0)
        return;
    if (carry->poll.data != NULL)
        uv_close((uv_handle_t *)&carry->poll, on_closed);
    uv_close((uv_handle_t *)&carry->timer, on_closed);
    carry_hang_up(carry->goal.fd);
    carry->goal.fd = -1;
}

static void carry_facts(Carry *carry)
{
    json_t *fact;

    while ((fact = talk_next_fact(carry->goal.talk)) != NULL)
        carry->goal.events->fact(carry->goal.data, fact);
}

static void carry_send(Carry *carry)
{
    const uint8_t *data;
    size_t size;

    while (!carry->deaf && (data = talk_output(carry->goal.talk, &size)) != NULL) {
        ssize_t sent = send(carry->goal.fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (sent < 0) {
            carry->deaf = true; /* what it said before is still to be read */
            return;
        }
        carry->sent += (uint64_t)sent;
        carry->last = carry_now(carry);
        talk_sent(carry->goal.talk, (size_t)sent, carry->last);
    }
}

/* What a conversation had to say is said: the peer sees an end of file, and may answer still. */
static void carry_half_close(Carry *carry)
{
    size_t left;

    talk_output(carry->goal.talk, &left);
    if (carry->shut || !carry->goal.talk->half_close || left > 0)
        return;
    carry->shut = true;
    shutdown(carry->goal.fd, SHUT_WR);
}

static size_t carry_output(const Carry *carry)
{
    size_t size;

    talk_output(carry->goal.talk, &size);
    return carry->deaf ? 0 : size;
}

static bool carry_may_read(const Carry *carry)
{
    return carry->goal.talk->state == TALK_GOING && carry->held_since == 0 &&
           carry_output(carry) <= CARRY_OUTPUT;
}

/* `size` bytes came in: as many as the ceiling allows are fed. */
static void carry_feed(Carry *carry, const uint8_t *data, size_t size)
{
    Talk *talk = carry->goal.talk;
    size_t allowed = (size_t)(LIMIT_CONNECTION_BYTES - carry->received);
    size_t fed = MIN(size, allowed);

    carry->last = carry_now(carry);
    carry->received += fed;
    talk_feed(talk, data, fed, carry->last);
    if (size > allowed)
        talk_end(talk, TALK_END_BYTES, carry->last);
    carry_facts(carry);
    carry_send(carry);
}

static void carry_receive(Carry *carry)
{
    uint8_t chunk[CHUNK];

    for (int i = 0; i < CHUNKS_A_TURN && carry_may_read(carry); i++) {
        ssize_t size = recv(carry->goal.fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (size > 0)
            carry_feed(carry, chunk, (size_t)size);
        else if (size == 0 && !carry->deaf)
            talk_end(carry->goal.talk, TALK_END_CLOSED, carry_now(carry));
        else if (size < 0 && errno == ETIMEDOUT)
            talk_end(carry->goal.talk, TALK_END_IDLE, carry_now(carry));
        else
            talk_end(carry->goal.talk, TALK_END_RESET, carry_now(carry));
    }
}

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(uv_timer_t *timer);

/* Sets what the socket is watched for. */
static void carry_watch(Carry *carry)
{
    int mask = (carry_may_read(carry) ? UV_READABLE : 0) |
               (carry_output(carry) > 0 && carry->held_since == 0 ? UV_WRITABLE : 0);

    if (mask == carry->mask)
        return;
    carry->mask = mask;
    if (mask == 0)
        uv_poll_stop(&carry->poll);
    else
        uv_poll_start(&carry->poll, mask, on_poll);
}

/* Sets the timer for what is due first. A time that only moved back is found out when it fires. */
static void carry_arm(Carry *carry)
{
    double now = carry_now(carry);
    double due = MIN(carry->last + carry->goal.idle, carry->began + carry->goal.total);
    double deadline = carry->goal.talk->deadline;

    if (carry->held_since > 0) {
        carry->armed = 0;
        uv_timer_stop(&carry->timer);
        return;
    }
    if (deadline > 0)
        due = MIN(due, deadline);
    if (carry->armed > 0 && carry->armed <= due)
        return;
    carry->armed = due;
    uv_timer_start(&carry->timer, on_timer, MAX(clock_wait(now, due), 1), 0);
}

/* After anything happened: hands on, sends, and waits for more, or ends. */
static void carry_go_on(Carry *carry)
{
    if (carry->ended)
        return;
    carry_facts(carry);
    carry_send(carry);
    if (carry->goal.talk->state == TALK_GOING) {
        carry_half_close(carry);
        carry_watch(carry);
        carry_arm(carry);
        return;
    }
    carry->ended = true;
    carry_close(carry);
    carry->goal.events->ended(carry->goal.data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    Carry *carry = poll->data;

    if (status <
        0) { /* an error on the socket: send and recv say which. libuv has stopped the poll */
        events = UV_READABLE | UV_WRITABLE;
        carry->mask = 0;
    }
    if (events & UV_WRITABLE)
        carry_send(carry);
    if (events & UV_READABLE)
        carry_receive(carry);
    carry_go_on(carry);
}

static void carry_start(Carry *carry)
{
    double now = carry_now(carry);
    int status = uv_poll_init(carry->loop, &carry->poll, carry->goal.fd);

    carry->started = true;
    carry->began = carry->last = now;
    talk_start(carry->goal.talk, now);
    if (status < 0) {
        talk_fail(carry->goal.talk, "local", "local-failure",
                  json_pack("{s:s}", "what", uv_strerror(status)));
        return;
    }
    carry->poll.data = carry;
    carry->handles++;
}

static void on_timer(uv_timer_t *timer)
{
    Carry *carry = timer->data;
    Talk *talk = carry->goal.talk;
    double now = carry_now(carry);
    double late = carry->armed > 0 ? clock_late(now, carry->armed) : 0;

    carry->armed = 0;
    carry->began += late;
    carry->last += late;
    if (!carry->started)
        carry_start(carry);
    else if (now >= carry->began + carry->goal.total)
        talk_end(talk, TALK_END_TOTAL, now);
    else if (now >= carry->last + carry->goal.idle)
        talk_end(talk, TALK_END_IDLE, now);
    else if (talk->deadline > 0 && now >= talk->deadline)
        talk_tick(talk, now);
    carry_go_on(carry);
}

Carry *carry_new(uv_loop_t *loop, const CarryGoal *goal)
{
    Carry *carry = g_new0(Carry, 1);

    carry->loop = loop;
    carry->goal = *goal;
    uv_timer_init(loop, &carry->timer);
    carry->timer.data = carry;
    carry->handles = 1;
    uv_timer_start(&carry->timer, on_timer, 0, 0);
    return carry;
}

void carry_hold(Carry *carry, bool held)
{
    double now = carry_now(carry);

    if (held == (carry->held_since > 0))
        return;
    if (held) {
        carry->held_since = now;
    } else {
        carry->began += now - carry->held_since;
        carry->last += now - carry->held_since;
        carry->held_since = 0;
    }
    if (!carry->started && !carry->ended) {
        if (held)
            uv_timer_stop(&carry->timer);
        else
            uv_timer_start(&carry->timer, on_timer, 0, 0);
    } else if (!carry->ended && carry->goal.talk->state == TALK_GOING) {
        carry_watch(carry);
        carry_arm(carry);
    }
}

void carry_stop(Carry *carry)
{
    talk_end(carry->goal.talk, TALK_END_STOPPED, carry_now(carry));
    carry_go_on(carry);
}

uint64_t carry_sent(const Carry *carry)
{
    return carry->sent;
}

uint64_t carry_received(const Carry *carry)
{
    return carry->received;
}

void carry_free(Carry *carry)
{
    if (carry == NULL)
        return;
    carry->ended = carry->freed = true;
    carry_close(carry);
    carry_unref(carry);
}
