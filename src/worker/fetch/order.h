/* order: one job of the fetcher while it is done, and what all kinds of jobs share. For this
 * folder.
 */
#ifndef TLSDIVE_WORKER_FETCH_ORDER_H
#define TLSDIVE_WORKER_FETCH_ORDER_H

#include "common/fact/fact.h"
#include "worker/fetch/fetch.h"

typedef struct FetchOrder {
    Fetch *fetch;
    json_t *job;             /* owned */
    void *own;               /* what the kind of job keeps of it; NULL: nothing */
    GDestroyNotify free_own; /* how that is freed */
} FetchOrder;

struct FileJobs;
struct Dns;

/* The loop that all of it runs on. */
uv_loop_t *order_loop(const FetchOrder *order);

/* What the jobs of file_job.h share. */
struct FileJobs *order_files(const FetchOrder *order);

/* The resolver. */
struct Dns *order_dns(const FetchOrder *order);

/* Says a fact, with the time; takes it. */
void order_say(const FetchOrder *order, json_t *fact);

/* Says the bytes of a stranger as `bytes` facts. Their SHA-256 as JSON, a new reference. */
json_t *order_say_bytes(const FetchOrder *order, const uint8_t *data, size_t size);

/* Says why the job cannot be done (an `error` fact, job-refused), and ends it. */
void order_refuse(FetchOrder *order, const char *what);

/* The last answer: the job is over, and the order is freed. */
void order_end(FetchOrder *order);

#endif
