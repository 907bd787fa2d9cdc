#include <stdlib.h>

#include "worker/loop/crew.h"
#include "worker/role/role.h"
#include "worker/role/shift.h"

typedef struct Prober {
    Shift *shift;
    Crew *crew;
} Prober;

static void on_fact(void *data, json_t *fact)
{
    const Prober *prober = data;

    shift_put(prober->shift, fact);
}

static void on_job(void *data, const char *line, size_t size)
{
    const Prober *prober = data;

    crew_job(prober->crew, line, size);
}

static void on_hold(void *data, bool full)
{
    const Prober *prober = data;

    crew_hold(prober->crew, full);
}

static void on_close(void *data)
{
    const Prober *prober = data;

    crew_close(prober->crew);
}

/* All that opens files or loads code comes before the lock; GnuTLS has done so when it was loaded.
 */
static bool prober_prepare(Prober *prober, const RoleOptions *options, GError **error)
{
    const ShiftWork work = {prober, on_job, on_hold, on_close};
    const CrewOptions crew = {.epoch = options->epoch,
                              .parallel = options->parallel,
                              .per_address = options->per_address,
                              .data = prober,
                              .fact = on_fact};

    prober->shift = shift_new(options);
    prober->crew = crew_new(shift_loop(prober->shift), &crew, error);
    return prober->crew != NULL && shift_open(prober->shift, &work, error);
}

int role_prober(const RoleOptions *options)
{
    g_autoptr(GError) error = NULL;
    Prober prober = {0};

    if (!prober_prepare(&prober, options, &error)) {
        g_printerr("tlsdive: %s\n", error->message);
        return EXIT_FAILURE;
    }
    shift_run(prober.shift, SANDBOX_PROBER);
    return EXIT_SUCCESS;
}
