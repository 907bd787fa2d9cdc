#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/loop/clock.h"
#include "worker/loop/crew.h"
#include "worker/loop/intake.h"
#include "worker/loop/outlet.h"
#include "worker/role/role.h"
#include "worker/role/sandbox.h"

/* What the last facts may take to be read once there is no more input. */
enum { FAREWELL_MS = 1000 };

typedef struct Prober {
    uv_loop_t loop;
    uv_timer_t farewell;
    Crew *crew;
    Intake *intake;
    Outlet *outlet;
    bool leaving;
} Prober;

static void on_fact(void *data, json_t *fact)
{
    const Prober *prober = data;

    outlet_put(prober->outlet, fact);
}

/* ---- the end ---- */

static void prober_close(Prober *prober)
{
    if (prober->outlet == NULL)
        return;
    outlet_close(prober->outlet);
    prober->outlet = NULL;
    uv_close((uv_handle_t *)&prober->farewell, NULL);
}

static void on_farewell(uv_timer_t *timer)
{
    prober_close(timer->data);
}

/* No more input, or nobody who reads: all is closed, and what was said is still written. */
static void prober_leave(Prober *prober)
{
    if (prober->leaving)
        return;
    prober->leaving = true;
    crew_close(prober->crew);
    intake_close(prober->intake);
    outlet_drain(prober->outlet);
    uv_timer_start(&prober->farewell, on_farewell, FAREWELL_MS, 0);
}

static void on_drained(void *data)
{
    prober_close(data);
}

static void on_leave(uv_timer_t *timer)
{
    prober_leave(timer->data);
}

/* It may come from inside of the crew, which is not to be closed there. */
static void on_broken(void *data)
{
    Prober *prober = data;

    if (!prober->leaving)
        uv_timer_start(&prober->farewell, on_leave, 0, 0);
}

static void on_ended(void *data)
{
    prober_leave(data);
}

/* ---- jobs and facts ---- */

static void on_line(void *data, const char *line, size_t size)
{
    const Prober *prober = data;

    crew_job(prober->crew, line, size);
}

static void on_full(void *data, bool full)
{
    const Prober *prober = data;

    if (prober->leaving)
        return;
    crew_hold(prober->crew, full);
    intake_hold(prober->intake, full);
}

static void tell_error(const Prober *prober, gint64 epoch, const char *code, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);

    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "at", json_real(clock_now(epoch)));
    if (what != NULL)
        json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    outlet_put(prober->outlet, fact);
}

/* The lock, or why there is none. */
static void prober_lock(const Prober *prober, const RoleOptions *options)
{
    g_autofree char *why = NULL;

    if (!options->sandbox)
        tell_error(prober, options->epoch, "sandbox-off", NULL);
    else if (!sandbox_enter(SANDBOX_PROBER, &why))
        tell_error(prober, options->epoch, "sandbox-unavailable", why);
}

/* All that opens files or loads code comes before the lock; GnuTLS has done so when it was loaded.
 */
static bool prober_prepare(Prober *prober, const RoleOptions *options, GError **error)
{
    const OutletEvents outlet = {prober, on_full, on_broken, on_drained};
    const IntakeEvents intake = {prober, on_line, on_ended};
    const CrewOptions crew = {.epoch = options->epoch,
                              .parallel = options->parallel,
                              .per_address = options->per_address,
                              .data = prober,
                              .fact = on_fact};

    g_setenv("UV_USE_IO_URING", "0",
             TRUE); /* newer versions of libuv would use it; the lock forbids it */
    signal(SIGPIPE, SIG_IGN);
    json_object_seed(0);
    tzset();
    uv_loop_init(&prober->loop);
    uv_timer_init(&prober->loop, &prober->farewell);
    prober->farewell.data = prober;
    prober->crew = crew_new(&prober->loop, &crew, error);
    if (prober->crew == NULL)
        return false;
    prober->outlet = outlet_new(&prober->loop, STDOUT_FILENO, &outlet);
    prober->intake = intake_new(&prober->loop, STDIN_FILENO, &intake);
    if (prober->intake == NULL)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "standard input is no pipe, so jobs cannot be waited for");
    return prober->intake != NULL;
}

int role_prober(const RoleOptions *options)
{
    g_autoptr(GError) error = NULL;
    Prober prober = {0};

    if (!prober_prepare(&prober, options, &error)) {
        g_printerr("tlsdive: %s\n", error->message);
        return EXIT_FAILURE;
    }
    prober_lock(&prober, options);
    uv_run(&prober.loop, UV_RUN_DEFAULT);
    uv_loop_close(&prober.loop);
    return EXIT_SUCCESS;
}
