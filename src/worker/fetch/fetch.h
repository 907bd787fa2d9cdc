/* fetch: the fetcher's jobs: what a certificate points to is asked for (doc/facts.md, "Jobs").
 *
 * Only what the front asks for is asked, one address a job. A kind of job is a row of the table in
 * fetch.c and a file of this folder. Many jobs are under way at once, in any order; each is
 * answered with its facts, and last with `answered` and its id.
 */
#ifndef TLSDIVE_WORKER_FETCH_FETCH_H
#define TLSDIVE_WORKER_FETCH_FETCH_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/fetch/dns.h"

typedef struct FetchOptions {
    gint64 epoch;           /* CLOCK_MONOTONIC in nanoseconds when the stream began */
    const char *ca_file;    /* roots for https, PEM; NULL: the system's */
    bool private_addresses; /* private, loopback, link-local and multicast addresses too */
    DnsOptions dns;         /* whom to ask, and what to trust */
    void *data;
    void (*fact)(void *data, json_t *fact); /* an answer, which is taken */
} FetchOptions;

typedef struct Fetch Fetch;

/* Loads all that is read from files. NULL and *error if libcurl or a resolver cannot be had. */
Fetch *fetch_new(uv_loop_t *loop, const FetchOptions *options, GError **error);

/* Does the job on a line of `size` bytes; NULL: one that was too long. */
void fetch_job(Fetch *fetch, const char *line, size_t size);

/* While held, no connection begins. */
void fetch_hold(Fetch *fetch, bool held);

/* Ends all jobs, telling nothing more. The memory is freed when the loop has run its closing
 * handles. */
void fetch_close(Fetch *fetch);

#endif
