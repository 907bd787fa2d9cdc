/* role: what a worker process is.
 *
 * The front starts this program again with --worker, and hands it jobs on standard input; it
 * answers with facts on standard output (doc/facts.md). A role prepares all that opens files or
 * loads code, locks itself up (sandbox.h), and only then reads its first job. It ends with status 0
 * at the end of its input, and never writes to standard error except before a fatal end.
 */
#ifndef TLSDIVE_WORKER_ROLE_ROLE_H
#define TLSDIVE_WORKER_ROLE_ROLE_H

#include <glib.h>
#include <stdbool.h>

typedef struct RoleOptions {
    gint64 epoch;      /* CLOCK_MONOTONIC in nanoseconds when the stream began */
    bool sandbox;      /* false: --no-sandbox */
    guint parallel;    /* prober: established connections in all */
    guint per_address; /* prober: established connections to one address */
    /* reader: the trust stores (stores.h); lists end with NULL, and may be NULL */
    char *const *ca_files;               /* files of roots; fetcher: the first is for https */
    char *const *ca_paths;               /* folders of them */
    char *const *stores;                 /* names: system, mozilla, java */
    const char *trust_only;              /* a file: these roots and no others; NULL: none */
    bool fetch_private;                  /* fetcher: private addresses may be asked */
    const char *dns_anchor, *dns_server; /* fetcher: see DnsOptions; NULL: the system's */
} RoleOptions;

/* The prober: resolves, connects, speaks, records. Returns the exit status. */
int role_prober(const RoleOptions *options);

/* The fetcher: asks what certificates point to. Returns the exit status. */
int role_fetcher(const RoleOptions *options);

/* The reader: explains bytes and verifies chains; has no sockets. Returns the exit status. */
int role_reader(const RoleOptions *options);

#endif
