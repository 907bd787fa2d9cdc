#include "worker/fetch/order.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/fetch/dns.h"
#include "worker/fetch/file_job.h"
#include "worker/fetch/lookup_job.h"
#include "worker/loop/clock.h"

struct Fetch {
    uv_loop_t *loop;
    FetchOptions options;
    FileJobs *files;
    Dns *dns;
    GHashTable *orders; /* FetchOrder that are not over, a set */
};

static const struct {
    const char *job;
    void (*act)(FetchOrder *order);
} jobs[] = {
    {"fetch", file_job},
    {"lookup", lookup_job},
};

uv_loop_t *order_loop(const FetchOrder *order)
{
    return order->fetch->loop;
}

struct FileJobs *order_files(const FetchOrder *order)
{
    return order->fetch->files;
}

struct Dns *order_dns(const FetchOrder *order)
{
    return order->fetch->dns;
}

void order_say(const FetchOrder *order, json_t *fact)
{
    const FetchOptions *options = &order->fetch->options;
    if (!json_object_get(fact, "at"))
        json_object_set_new(fact, "at", json_real(clock_now(options->epoch)));
    options->fact(options->data, fact);
}

json_t *order_say_bytes(const FetchOrder *order, const uint8_t *data, size_t size)
{
    g_autofree char *sha256 = bytes_sha256(data, size);
    g_autoptr(GPtrArray) parts = fact_bytes(sha256, data, size);
    for (guint i = 0; i < parts->len; i++)
        order_say(order, json_incref(parts->pdata[i]));
    return json_string(sha256);
}

static void order_free(gpointer data)
{
    FetchOrder *order = data;
    if (order->own)
        order->free_own(order->own);
    json_decref(order->job);
    g_free(order);
}

void order_refuse(FetchOrder *order, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string("job-refused"));
    json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    order_say(order, fact);
    order_end(order);
}

void order_end(FetchOrder *order)
{
    order_say(order,
              json_pack("{s:s,s:s}", "fact", "answered", "id", fact_string(order->job, "id", "")));
    g_hash_table_remove(order->fetch->orders, order);
}

void fetch_job(Fetch *fetch, const char *line, size_t size)
{
    FetchOrder *order = g_new0(FetchOrder, 1);
    size_t i = 0;
    order->fetch = fetch;
    order->job = line ? json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    g_hash_table_add(fetch->orders, order);
    const char *name = fact_string(order->job, "job", "");
    while (i < G_N_ELEMENTS(jobs) && strcmp(jobs[i].job, name) != 0)
        i++;
    if (!line)
        order_refuse(order, "longer than a job may be");
    else if (i == G_N_ELEMENTS(jobs))
        order_refuse(order, "an unknown job");
    else
        jobs[i].act(order);
}

Fetch *fetch_new(uv_loop_t *loop, const FetchOptions *options, GError **error)
{
    Fetch *fetch = g_new0(Fetch, 1);
    fetch->loop = loop;
    fetch->options = *options;
    fetch->files = file_jobs_new(loop, options, error);
    if (!fetch->files) {
        g_free(fetch);
        return NULL;
    }
    fetch->dns = dns_new(loop, &options->dns);
    fetch->orders = g_hash_table_new_full(NULL, NULL, order_free, NULL);
    return fetch;
}

void fetch_hold(Fetch *fetch, bool held)
{
    file_jobs_hold(fetch->files, held);
}

void fetch_close(Fetch *fetch)
{
    file_jobs_close(fetch->files);
    dns_close(fetch->dns);
    g_hash_table_unref(fetch->orders);
    g_free(fetch);
}
