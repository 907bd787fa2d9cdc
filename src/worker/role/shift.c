#include "worker/role/shift.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "worker/loop/clock.h"
#include "worker/loop/intake.h"
#include "worker/loop/outlet.h"

/* What the last facts may take to be read once there is no more input. */
enum { FAREWELL_MS = 1000 };

struct Shift {
    const RoleOptions *options;
    ShiftWork work;
    uv_loop_t loop;
    uv_timer_t farewell;
    Intake *intake;
    Outlet *outlet;
    bool leaving;
};

void shift_put(Shift *shift, json_t *fact)
{
    if (shift->outlet != NULL)
        outlet_put(shift->outlet, fact);
    else
        json_decref(fact);
}

uv_loop_t *shift_loop(Shift *shift)
{
    return &shift->loop;
}

/* ---- the end ---- */

static void shift_close(Shift *shift)
{
    if (shift->outlet == NULL)
        return;
    outlet_close(shift->outlet);
    shift->outlet = NULL;
    uv_close((uv_handle_t *)&shift->farewell, NULL);
}

static void on_farewell(uv_timer_t *timer)
{
    shift_close(timer->data);
}

/* No more input, or nobody who reads: all is closed, and what was said is still written. */
static void shift_leave(Shift *shift)
{
    if (shift->leaving)
        return;
    shift->leaving = true;
    shift->work.close(shift->work.data);
    intake_close(shift->intake);
    outlet_drain(shift->outlet);
    uv_timer_start(&shift->farewell, on_farewell, FAREWELL_MS, 0);
}

static void on_drained(void *data)
{
    shift_close(data);
}

static void on_leave(uv_timer_t *timer)
{
    shift_leave(timer->data);
}

/* It may come from inside of the work, which is not to be closed there. */
static void on_broken(void *data)
{
    Shift *shift = data;

    if (!shift->leaving)
        uv_timer_start(&shift->farewell, on_leave, 0, 0);
}

static void on_ended(void *data)
{
    shift_leave(data);
}

/* ---- jobs and facts ---- */

static void on_line(void *data, const char *line, size_t size)
{
    const Shift *shift = data;

    shift->work.job(shift->work.data, line, size);
}

static void on_full(void *data, bool full)
{
    const Shift *shift = data;

    if (shift->leaving)
        return;
    shift->work.hold(shift->work.data, full);
    intake_hold(shift->intake, full);
}

static void tell_error(Shift *shift, const char *code, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);

    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "at", json_real(clock_now(shift->options->epoch)));
    if (what != NULL)
        json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    shift_put(shift, fact);
}

/* The lock, or why there is none. */
static void shift_lock(Shift *shift, SandboxKind kind)
{
    g_autofree char *why = NULL;

    if (!shift->options->sandbox)
        tell_error(shift, "sandbox-off", NULL);
    else if (!sandbox_enter(kind, &why))
        tell_error(shift, "sandbox-unavailable", why);
}

/* ---- beginning ---- */

Shift *shift_new(const RoleOptions *options)
{
    Shift *shift = g_new0(Shift, 1);

    g_setenv("UV_USE_IO_URING", "0",
             TRUE); /* newer versions of libuv would use it; the lock forbids it */
    signal(SIGPIPE, SIG_IGN);
    json_object_seed(0);
    tzset();
    shift->options = options;
    uv_loop_init(&shift->loop);
    uv_timer_init(&shift->loop, &shift->farewell);
    shift->farewell.data = shift;
    return shift;
}

bool shift_open(Shift *shift, const ShiftWork *work, GError **error)
{
    const OutletEvents outlet = {shift, on_full, on_broken, on_drained};
    const IntakeEvents intake = {shift, on_line, on_ended};

    shift->work = *work;
    shift->outlet = outlet_new(&shift->loop, STDOUT_FILENO, &outlet);
    shift->intake = intake_new(&shift->loop, STDIN_FILENO, &intake);
    if (shift->intake == NULL)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "standard input is no pipe, so jobs cannot be waited for");
    return shift->intake != NULL;
}

void shift_run(Shift *shift, SandboxKind kind)
{
    shift_lock(shift, kind);
    uv_run(&shift->loop, UV_RUN_DEFAULT);
    uv_loop_close(&shift->loop);
    g_free(shift);
}
