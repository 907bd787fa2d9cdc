#include <stdlib.h>

#include "worker/fetch/fetch.h"
#include "worker/role/role.h"
#include "worker/role/shift.h"

typedef struct Fetcher {
    Shift *shift;
    Fetch *fetch;
} Fetcher;

static void on_fact(void *data, json_t *fact)
{
    const Fetcher *fetcher = data;

    shift_put(fetcher->shift, fact);
}

static void on_job(void *data, const char *line, size_t size)
{
    const Fetcher *fetcher = data;

    fetch_job(fetcher->fetch, line, size);
}

static void on_hold(void *data, bool full)
{
    const Fetcher *fetcher = data;

    fetch_hold(fetcher->fetch, full);
}

static void on_close(void *data)
{
    const Fetcher *fetcher = data;

    fetch_close(fetcher->fetch);
}

/* All that opens files or loads code comes before the lock: libcurl, c-ares, the roots of https. */
static bool fetcher_prepare(Fetcher *fetcher, const RoleOptions *options, GError **error)
{
    const ShiftWork work = {fetcher, on_job, on_hold, on_close};
    const FetchOptions fetch = {
        .epoch = options->epoch,
        .ca_file = options->ca_files ? options->ca_files[0] : options->trust_only,
        .private_addresses = options->fetch_private,
        .dns = {.anchor = options->dns_anchor, .server = options->dns_server},
        .data = fetcher,
        .fact = on_fact};

    fetcher->shift = shift_new(options);
    fetcher->fetch = fetch_new(shift_loop(fetcher->shift), &fetch, error);
    return fetcher->fetch != NULL && shift_open(fetcher->shift, &work, error);
}

int role_fetcher(const RoleOptions *options)
{
    g_autoptr(GError) error = NULL;
    Fetcher fetcher = {0};

    if (!fetcher_prepare(&fetcher, options, &error)) {
        g_printerr("tlsdive: %s\n", error->message);
        return EXIT_FAILURE;
    }
    shift_run(fetcher.shift, SANDBOX_FETCHER);
    return EXIT_SUCCESS;
}
