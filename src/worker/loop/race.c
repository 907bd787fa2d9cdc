#include "worker/loop/race.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/util/limits.h"
#include "worker/loop/clock.h"

typedef enum RunnerState {
    RUNNER_WAITING,    /* for a slot */
    RUNNER_CONNECTING, /* for an answer */
    RUNNER_ANSWERED,   /* the winner */
    RUNNER_OUT,        /* failed, or overtaken */
} RunnerState;

/* An attempt at one address. */
typedef struct Runner {
    uv_poll_t poll;
    Race *race;
    Slot *slot; /* NULL: given back */
    Attempt attempt;
    int fd; /* -1: none */
    RunnerState state;
} Runner;

struct Track {
    uv_loop_t *loop;
    Slots *slots; /* owned by Runners */
    gint64 epoch;
    uv_timer_t pump;
};

struct Race {
    Track *track;
    RaceGoal goal;
    uv_timer_t timer;   /* for the next address, and the time-outs */
    GArray *order;      /* Address; NULL: not begun */
    guint next;         /* in order */
    GPtrArray *runners; /* Runner, owned */
    Runner *winner;
    double last_begun;
    double due;    /* when the timer fires */
    Attempt best;  /* the most telling failure; args owned */
    guint handles; /* of libuv, not yet closed */
    bool timed;    /* the timer is one of them */
    bool over, freed;
};

/* What the kernel says of a connect, and how telling that is. */
typedef struct Failure {
    int error;
    int telling;
    const char *result, *reason, *what;
} Failure;

static const Failure failures[] = {
    {ECONNREFUSED, 4, "refused", "connection-refused", NULL},
    {ECONNRESET, 3, "reset", "reset-after", NULL},
    {ETIMEDOUT, 2, "timed-out", "connect-timed-out", NULL},
    {EHOSTUNREACH, 1, "no-route", "no-route", "host unreachable"},
    {ENETUNREACH, 1, "no-route", "no-route", "network unreachable"},
    {EACCES, 1, "no-route", "no-route", "prohibited"},
    {EPERM, 1, "no-route", "no-route", "prohibited"},
    {ENETDOWN, 1, "no-route", "no-route", "network down"},
    {EHOSTDOWN, 1, "no-route", "no-route", "host down"},
    {EADDRNOTAVAIL, 1, "no-route", "no-route", "this machine has no address to ask from"},
    {EAFNOSUPPORT, 1, "no-route", "no-route", "this machine does not speak this kind of address"},
    {0, 0, "local", "local-failure", NULL}, /* all others */
};

static const Failure *failure_of(int error)
{
    size_t i = 0;

    while (failures[i].error != error && failures[i].error != 0)
        i++;
    return &failures[i];
}

static int telling_of(const char *reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(failures); i++)
        if (g_strcmp0(failures[i].reason, reason) == 0)
            return failures[i].telling;
    return -1;
}

GArray *race_order(const GArray *addresses, const Address *first)
{
    GArray *order = g_array_sized_new(FALSE, FALSE, sizeof(Address), addresses->len);
    const Address *all = (const Address *)(const void *)addresses->data;
    int family = addresses->len > 0 ? all[0].family : AF_UNSPEC;
    guint index[2] = {0, 0}; /* of the family of the first address, and of the other */

    for (guint turn = 0; order->len < addresses->len; turn = 1 - turn) {
        while (index[turn] < addresses->len && (all[index[turn]].family == family) != (turn == 0))
            index[turn]++;
        if (index[turn] < addresses->len)
            g_array_append_val(order, all[index[turn]++]);
    }
    for (guint i = 1; first != NULL && i < order->len; i++)
        if (address_equal(&g_array_index(order, Address, i), first)) {
            g_array_remove_index(order, i);
            g_array_prepend_vals(order, first, 1);
            break;
        }
    return order;
}

/* ---- memory ---- */

static void race_unref(Race *race)
{
    if (race->handles > 0 || !race->freed)
        return;
    g_ptr_array_unref(race->runners);
    g_clear_pointer(&race->order, g_array_unref);
    json_decref(race->best.args);
    g_free(race);
}

static void on_closed(uv_handle_t *handle)
{
    Race *race = handle->data;

    race->handles--;
    race_unref(race);
}

static void on_poll_closed(uv_handle_t *handle)
{
    Runner *runner = handle->data;

    runner->race->handles--;
    race_unref(runner->race);
}

/* Takes the runner's socket out of the loop. */
static void runner_unwatch(Runner *runner)
{
    uv_handle_t *handle = (uv_handle_t *)&runner->poll;

    if (handle->data != NULL && !uv_is_closing(handle))
        uv_close(handle, on_poll_closed);
}

/* Gives all back that the runner has. */
static void runner_out(Runner *runner)
{
    runner->state = RUNNER_OUT;
    runner_unwatch(runner);
    if (runner->fd >= 0)
        close(runner->fd);
    runner->fd = -1;
    g_clear_pointer(&runner->slot, slot_leave);
}

static void runner_free(gpointer data)
{
    Runner *runner = data;

    json_decref(runner->attempt.args);
    g_free(runner);
}

/* ---- the race ---- */

static void race_step(Race *race);
static void track_changed(Track *track);

static double race_now(const Race *race)
{
    return clock_now(race->track->epoch);
}

static void race_add(Race *race, const Address *address, guint weight)
{
    Runner *runner = g_new0(Runner, 1);

    runner->race = race;
    runner->fd = -1;
    runner->attempt.address = *address;
    runner->slot = slots_want(race->track->slots, address, weight, runner);
    g_ptr_array_add(race->runners, runner);
    track_changed(race->track);
}

static const Address *race_first(const Race *race)
{
    return race->goal.host->answers ? &race->goal.host->answered : NULL;
}

Race *race_new(Track *track, const RaceGoal *goal)
{
    Race *race = g_new0(Race, 1);

    race->track = track;
    race->goal = *goal;
    race->runners = g_ptr_array_new_with_free_func(runner_free);
    g_autoptr(GArray) order = race_order(goal->host->addresses, race_first(race));
    race_add(race, &g_array_index(order, Address, 0), goal->weight);
    return race;
}

/* Keeps the most telling failure; of several alike, with all their addresses. */
static void race_remember(Race *race, const Attempt *attempt)
{
    json_t *known = json_object_get(race->best.args, "address");
    json_t *address = json_object_get(attempt->args, "address");
    int telling = telling_of(attempt->reason), best = telling_of(race->best.reason);

    if (telling == best && known != NULL && address != NULL) {
        json_object_set_new(
            race->best.args, "address",
            json_sprintf("%s, %s", json_string_value(known), json_string_value(address)));
        return;
    }
    if (telling <= best)
        return;
    json_decref(race->best.args);
    race->best = *attempt;
    race->best.args = json_copy(attempt->args);
}

static void runner_tell_failed(Runner *runner, int error)
{
    Race *race = runner->race;
    const Failure *failure = failure_of(error);
    Attempt *attempt = &runner->attempt;
    g_autofree char *address = address_text(&attempt->address);

    attempt->took = race_now(race) - runner->attempt.began;
    attempt->result = failure->result;
    attempt->reason = failure->reason;
    if (failure->telling == 0)
        attempt->args = json_pack("{s:s}", "what", uv_strerror(uv_translate_sys_error(error)));
    else if (error == ECONNRESET)
        attempt->args = json_pack("{s:s}", "after", "connect");
    else
        attempt->args = json_pack("{s:s}", "address", address);
    if (failure->what != NULL)
        json_object_set_new(attempt->args, "what", json_string(failure->what));
    if (error == ETIMEDOUT)
        json_object_set_new(attempt->args, "seconds", json_real(race->goal.timeout));
    race->goal.events->failed(race->goal.data, attempt);
    race_remember(race, attempt);
}

static void runner_fail(Runner *runner, int error)
{
    runner_tell_failed(runner, error);
    runner_out(runner);
    track_changed(runner->race->track);
}

/* Closes all attempts but one (NULL: all). */
static void race_close_others(Race *race, const Runner *spared, const char *reason)
{
    for (guint i = 0; i < race->runners->len; i++) {
        Runner *runner = race->runners->pdata[i];
        bool begun = runner->state == RUNNER_CONNECTING || runner->state == RUNNER_ANSWERED;
        if (runner == spared)
            continue;
        if (begun) {
            runner->attempt.took = race_now(race) - runner->attempt.began;
            runner->attempt.reason = reason;
            race->goal.events->closed(race->goal.data, &runner->attempt);
        }
        runner_out(runner);
    }
    track_changed(race->track);
}

/* The round trip as the kernel measured it, since we may have been busy when the answer came; else
 * the time until we saw it. */
static double runner_round_trip(const Runner *runner)
{
    double seen = race_now(runner->race) - runner->attempt.began;
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    if (getsockopt(runner->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_rtt == 0)
        return seen;
    return MIN(seen, info.tcpi_rtt / 1e6);
}

static void race_answered(Race *race, Runner *winner)
{
    winner->state = RUNNER_ANSWERED;
    winner->attempt.took = runner_round_trip(winner);
    race->winner = winner;
    runner_unwatch(winner);
    uv_timer_stop(&race->timer);
    slot_answered(winner->slot, winner->attempt.took);
    race->goal.host->answers = true;
    race->goal.host->answered = winner->attempt.address;
    race->goal.events->answered(race->goal.data, &winner->attempt);
    race_close_others(race, winner, "overtaken");
}

static void on_answer(uv_poll_t *poll, int status, int events)
{
    Runner *runner = poll->data;
    int error = 0;
    socklen_t size = sizeof error;

    (void)events;
    if (getsockopt(runner->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error == 0 && status < 0)
        error = ECONNRESET; /* answered, and taken back before we could look */
    if (error == 0) {
        race_answered(runner->race, runner);
        return;
    }
    runner_fail(runner, error);
    race_step(runner->race);
}

static void on_timer(uv_timer_t *timer)
{
    Race *race = timer->data;
    double late = clock_late(race_now(race), race->due);

    race->last_begun += late;
    for (guint i = 0; i < race->runners->len; i++)
        ((Runner *)race->runners->pdata[i])->attempt.began += late;
    race_step(race);
}

/* Fails what was not answered in time; returns how many attempts are still under way. */
static guint race_look(Race *race, double now, double *due)
{
    guint going = 0;

    for (guint i = 0; i < race->runners->len; i++) {
        Runner *runner = race->runners->pdata[i];
        double end = runner->attempt.began + race->goal.timeout;
        if (runner->state == RUNNER_CONNECTING && end <= now)
            runner_fail(runner, ETIMEDOUT);
        if (runner->state == RUNNER_CONNECTING)
            *due = *due > 0 ? MIN(*due, end) : end;
        going += runner->state == RUNNER_CONNECTING || runner->state == RUNNER_WAITING;
    }
    return going;
}

static bool race_goes_on(const Race *race)
{
    for (guint i = 0; i < race->runners->len; i++)
        if (((const Runner *)race->runners->pdata[i])->state != RUNNER_OUT)
            return true;
    return false;
}

static bool race_waits(const Race *race)
{
    for (guint i = 0; i < race->runners->len; i++)
        if (((const Runner *)race->runners->pdata[i])->state == RUNNER_WAITING)
            return true;
    return false;
}

/* What is due now; and when to look again. */
static void race_step(Race *race)
{
    double now = race_now(race), due = 0;

    if (race->over || race->winner != NULL)
        return;
    guint going = race_look(race, now, &due);
    if (race->next < race->order->len && !race_waits(race)) {
        double next = race->last_begun + LIMIT_DELAY_MS / 1000.0;
        if (going == 0 || next <= now) {
            race_add(race, &g_array_index(race->order, Address, race->next++), 0);
            going++;
        } else {
            due = due > 0 ? MIN(due, next) : next;
        }
    }
    if (going == 0) {
        race->over = true;
        race->goal.events->lost(race->goal.data, &race->best);
        return;
    }
    race->due = due;
    if (due > 0)
        uv_timer_start(&race->timer, on_timer, clock_wait(now, due), 0);
    else
        uv_timer_stop(&race->timer);
}

/* ---- one attempt ---- */

static bool is_exhaustion(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Settles the order with what is known now. False if the first attempt belongs elsewhere. */
static bool race_settle(Race *race, Runner *runner)
{
    if (race->order != NULL)
        return true;
    g_autoptr(GArray) order = race_order(race->goal.host->addresses, race_first(race));
    const Address *first = &g_array_index(order, Address, 0);
    if (!address_equal(first, &runner->attempt.address)) {
        runner->attempt.address = *first;
        slot_move(runner->slot, first);
        track_changed(race->track);
        return false;
    }
    race->order = g_steal_pointer(&order);
    race->next = 1;
    uv_timer_init(race->track->loop, &race->timer);
    race->timer.data = race;
    race->timed = true;
    race->handles++;
    return true;
}

/* 0, or an errno. */
static int runner_connect(Runner *runner)
{
    Race *race = runner->race;
    const int on = 1;
    struct sockaddr_storage to;
    socklen_t size = address_to_socket(&runner->attempt.address, race->goal.port, &to);

    setsockopt(runner->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(runner->fd, (const struct sockaddr *)&to, size) != 0 && errno != EINPROGRESS)
        return errno;
    int status = uv_poll_init(race->track->loop, &runner->poll, runner->fd);
    if (status < 0)
        return -status;
    runner->poll.data = runner;
    race->handles++;
    status = uv_poll_start(&runner->poll, UV_WRITABLE, on_answer);
    return status < 0 ? -status : 0;
}

/* The runner has its slot. */
static void runner_begin(Runner *runner)
{
    Race *race = runner->race;
    int error = 0;

    if (!race_settle(race, runner))
        return;
    runner->fd =
        socket(runner->attempt.address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    error = runner->fd < 0 ? errno : 0;
    if (is_exhaustion(error)) {
        slot_exhausted(runner->slot, race_now(race));
        track_changed(race->track);
        return;
    }
    runner->state = RUNNER_CONNECTING;
    runner->attempt.began = race->last_begun = race_now(race);
    runner->attempt.number = race->goal.events->begins(race->goal.data, &runner->attempt.address);
    if (runner->attempt.number == 0) {
        runner_out(runner);
        race->next = race->order->len;
        race->over = !race_goes_on(race);
        track_changed(race->track);
        return;
    }
    if (error == 0)
        error = runner_connect(runner);
    if (error != 0)
        runner_fail(runner, error);
    race_step(race);
}

/* The slot of the answered runner is open. */
static void runner_open(Runner *winner)
{
    Race *race = winner->race;
    int fd = winner->fd;

    winner->fd = -1;
    race->over = true;
    race->goal.events->won(race->goal.data, fd, &winner->attempt);
}

/* ---- the track ---- */

static void on_pump(uv_timer_t *timer)
{
    Track *track = timer->data;
    double now = clock_now(track->epoch), wake;
    Runner *runner;

    uv_timer_stop(timer);
    while ((runner = slots_next_open(track->slots)) != NULL)
        runner_open(runner);
    while ((runner = slots_next(track->slots, now)) != NULL)
        runner_begin(runner);
    wake = slots_wake(track->slots);
    if (wake > 0 && !uv_is_active((uv_handle_t *)timer))
        uv_timer_start(timer, on_pump, clock_wait(now, wake), 0);
}

/* Slots have come or gone: who is next is found out from the loop, not from inside of who changed
 * it. */
static void track_changed(Track *track)
{
    if (!uv_is_closing((uv_handle_t *)&track->pump))
        uv_timer_start(&track->pump, on_pump, 0, 0);
}

Track *track_new(uv_loop_t *loop, const SlotsLimits *limits, gint64 epoch)
{
    Track *track = g_new0(Track, 1);

    track->loop = loop;
    track->slots = slots_new(limits);
    track->epoch = epoch;
    uv_timer_init(loop, &track->pump);
    track->pump.data = track;
    return track;
}

void track_pause(Track *track, bool paused)
{
    slots_pause(track->slots, paused);
    track_changed(track);
}

static void on_track_closed(uv_handle_t *handle)
{
    Track *track = handle->data;

    slots_free(track->slots);
    g_free(track);
}

void track_close(Track *track)
{
    uv_close((uv_handle_t *)&track->pump, on_track_closed);
}

void race_stop(Race *race, const char *reason)
{
    if (race->over)
        return;
    race->over = true;
    if (race->timed)
        uv_timer_stop(&race->timer);
    race_close_others(race, NULL, reason);
}

void race_free(Race *race)
{
    if (race == NULL)
        return;
    race->over = race->freed = true;
    for (guint i = 0; i < race->runners->len; i++)
        runner_out(race->runners->pdata[i]);
    track_changed(race->track);
    if (race->timed)
        uv_close((uv_handle_t *)&race->timer, on_closed);
    race_unref(race);
}
