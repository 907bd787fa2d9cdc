#include "worker/loop/crew.h"

#include <math.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/loop/clock.h"
#include "worker/loop/errand.h"
#include "worker/loop/job.h"
#include "worker/loop/race.h"

/* An errand that has not got its first slot so long after its host was known says that it waits. */
enum { SETTLE_MS = 20 };

struct Crew {
    CrewOptions options;
    Party party;
    GHashTable *errands; /* id -> Errand, owned */
    GHashTable *asking;  /* Host -> GPtrArray of Errand: until the host is known */
    GPtrArray *settling; /* Errand: their host is known, their first slot is not there yet */
    GPtrArray *over;     /* Errand, owned: to be freed from the loop */
    uv_timer_t settle, sweep;
    guint handles; /* of libuv, not yet closed */
    bool paused;   /* by the user */
};

static void crew_fact(const Crew *crew, json_t *fact)
{
    double at = round(clock_now(crew->options.epoch) * 1e6) / 1e6;

    if (json_object_get(fact, "at") == NULL)
        json_object_set_new(fact, "at", json_real(at));
    crew->options.fact(crew->options.data, fact);
}

/* ---- hosts ---- */

static GPtrArray *asking_for(const Crew *crew, const Host *host)
{
    return g_hash_table_lookup(crew->asking, host);
}

static void on_begins(void *data, Host *host)
{
    const GPtrArray *errands = asking_for(data, host);

    for (guint i = 0; errands != NULL && i < errands->len; i++)
        errand_resolving(errands->pdata[i]);
}

static void tell_host(const Crew *crew, const Host *host)
{
    json_t *fact = fact_new(FACT_HOST), *addresses = json_array();

    for (guint i = 0; i < host->addresses->len; i++) {
        g_autofree char *text = address_text(&g_array_index(host->addresses, Address, i));
        json_array_append_new(addresses, json_string(text));
    }
    json_object_set_new(fact, "host", json_string(host->name));
    json_object_set_new(fact, "addresses", addresses);
    json_object_set_new(fact, "source", json_string(host->source));
    json_object_set_new(fact, "took", json_real(round(host->took * 1e6) / 1e6));
    if (host->reason != NULL)
        json_object_set_new(fact, "reason", json_string(host->reason));
    if (host->cut)
        json_object_set_new(fact, "cut", json_integer(LIMIT_ADDRESSES));
    crew_fact(crew, fact);
}

static void on_settle(uv_timer_t *timer)
{
    Crew *crew = timer->data;

    for (guint i = 0; i < crew->settling->len; i++)
        errand_settle(crew->settling->pdata[i]);
    g_ptr_array_set_size(crew->settling, 0);
}

static void crew_known(Crew *crew, Errand *errand)
{
    g_ptr_array_add(crew->settling, errand);
    if (!uv_is_active((uv_handle_t *)&crew->settle))
        uv_timer_start(&crew->settle, on_settle, SETTLE_MS, 0);
    errand_known(errand);
}

static void on_known(void *data, Host *host)
{
    Crew *crew = data;
    g_autoptr(GPtrArray) errands = NULL;

    tell_host(crew, host);
    g_hash_table_steal_extended(crew->asking, host, NULL, (gpointer *)&errands);
    for (guint i = 0; errands != NULL && i < errands->len; i++)
        crew_known(crew, errands->pdata[i]);
}

/* ---- errands that are over ---- */

static void crew_forget(Crew *crew, Errand *errand)
{
    GPtrArray *asking = asking_for(crew, errand_host(errand));

    if (asking != NULL)
        g_ptr_array_remove_fast(asking, errand);
    if (asking != NULL && asking->len == 0)
        g_hash_table_remove(crew->asking, errand_host(errand));
    g_ptr_array_remove_fast(crew->settling, errand);
    g_hash_table_steal(crew->errands, errand_id(errand));
}

static void on_sweep(uv_timer_t *timer)
{
    Crew *crew = timer->data;

    g_ptr_array_set_size(crew->over, 0);
}

static void on_over(void *data, Errand *errand)
{
    Crew *crew = data;

    crew_forget(crew, errand);
    g_ptr_array_add(crew->over, errand);
    uv_timer_start(&crew->sweep, on_sweep, 0, 0);
}

/* ---- jobs ---- */

static void refuse(const Crew *crew, const char *endpoint, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);

    json_object_set_new(fact, "code", json_string("job-refused"));
    json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    if (endpoint != NULL)
        json_object_set_new(fact, "endpoint", json_string(endpoint));
    crew_fact(crew, fact);
}

/* A job about an endpoint that cannot be done: nobody is to wait for it. */
static void refuse_endpoint(const Crew *crew, const json_t *job, const char *what)
{
    static const FactKind kinds[] = {FACT_DONE, FACT_DIVE};
    const bool wanted[] = {job_wants_handshake(job) || !job_wants_dive(job), job_wants_dive(job)};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!wanted[i])
            continue;
        json_t *fact = fact_new(kinds[i]);
        json_object_set(fact, "endpoint", json_object_get(job, "endpoint"));
        json_object_set_new(fact, "result", json_string("local"));
        json_object_set_new(fact, "reason", json_string("job-refused"));
        json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
        if (kinds[i] == FACT_DIVE) {
            json_object_set_new(fact, "event", json_string("over"));
            json_object_set(fact, "depth", json_object_get(job, "depth"));
        } else {
            json_object_set_new(fact, "phase", json_string("waiting"));
            json_object_set_new(fact, "took", json_real(0));
        }
        crew_fact(crew, fact);
    }
}

static void crew_add(Crew *crew, Errand *errand)
{
    Host *host = errand_host(errand);
    GPtrArray *asking = asking_for(crew, host);

    g_hash_table_insert(crew->errands, (gpointer)errand_id(errand), errand);
    if (host->known) {
        crew_known(crew, errand);
        return;
    }
    if (asking == NULL) {
        asking = g_ptr_array_new();
        g_hash_table_insert(crew->asking, host, asking);
    }
    g_ptr_array_add(asking, errand);
    if (host->source != NULL) /* its look-up runs already */
        errand_resolving(errand);
}

static void do_probe(Crew *crew, const json_t *job)
{
    const char *id = fact_string(job, "endpoint", NULL), *why;
    Errand *errand;

    if (id != NULL && g_hash_table_contains(crew->errands, id)) {
        refuse(crew, id, "it is being asked already");
        return;
    }
    if (crew_left(crew) >= LIMIT_ENDPOINTS) {
        refuse(crew, id, "too many endpoints");
        return;
    }
    errand = errand_new(&crew->party, job, &why);
    if (errand != NULL)
        crew_add(crew, errand);
    else if (id != NULL)
        refuse_endpoint(crew, job, why);
    else
        refuse(crew, NULL, why);
}

static void do_stop(Crew *crew, const json_t *job)
{
    const char *id = fact_string(job, "endpoint", "");
    Errand *errand = g_hash_table_lookup(crew->errands, id);

    if (errand != NULL) /* else it was done while the job came */
        errand_stop(errand, "stopped");
}

static void crew_apply(Crew *crew)
{
    track_pause(crew->party.track, crew->paused || crew->party.held);
}

static void do_pause(Crew *crew, const json_t *job)
{
    (void)job;
    crew->paused = true;
    crew_apply(crew);
}

static void do_resume(Crew *crew, const json_t *job)
{
    (void)job;
    crew->paused = false;
    crew_apply(crew);
}

static void do_suspended(Crew *crew, const json_t *job)
{
    g_autoptr(GList) errands = g_hash_table_get_values(crew->errands);

    (void)job;
    for (const GList *link = errands; link != NULL; link = link->next)
        if (!errand_waits(link->data))
            errand_stop(link->data, "suspended");
}

static const struct {
    const char *name;
    void (*run)(Crew *crew, const json_t *job);
} jobs[] = {
    {"probe", do_probe},   {"stop", do_stop},           {"pause", do_pause},
    {"resume", do_resume}, {"suspended", do_suspended},
};

void crew_job(Crew *crew, const char *line, size_t size)
{
    json_error_t error;
    g_autoptr(json_t) job = line == NULL ? NULL : json_loadb(line, size, JSON_ALLOW_NUL, &error);
    const char *name = fact_string(job, "job", "");

    if (line == NULL) {
        refuse(crew, NULL, "a line that is too long");
        return;
    }
    if (!json_is_object(job)) {
        refuse(crew, NULL, job == NULL ? error.text : "no object");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        if (g_str_equal(jobs[i].name, name)) {
            jobs[i].run(crew, job);
            return;
        }
    refuse(crew, NULL, "no such job");
}

/* ---- the whole ---- */

void crew_hold(Crew *crew, bool held)
{
    GHashTableIter iter;
    gpointer errand;

    crew->party.held = held;
    crew_apply(crew);
    g_hash_table_iter_init(&iter, crew->errands);
    while (g_hash_table_iter_next(&iter, NULL, &errand))
        errand_hold(errand);
}

guint crew_left(const Crew *crew)
{
    return g_hash_table_size(crew->errands);
}

static void errands_free(gpointer data)
{
    errand_free(data);
}

static void asking_free(gpointer data)
{
    g_ptr_array_unref(data);
}

static void on_party_fact(void *data, json_t *fact)
{
    crew_fact(data, fact);
}

Crew *crew_new(uv_loop_t *loop, const CrewOptions *options, GError **error)
{
    Crew *crew = g_new0(Crew, 1);
    const NamesEvents events = {crew, on_begins, on_known};
    const SlotsLimits limits = {.open = options->per_address,
                                .open_all = options->parallel,
                                .connecting = LIMIT_CONNECTING,
                                .connecting_all = LIMIT_CONNECTING_ALL};
    Names *names = names_new(loop, &options->names, &events, error);

    if (names == NULL) {
        g_free(crew);
        return NULL;
    }
    crew->options = *options;
    crew->party = (Party){.loop = loop,
                          .names = names,
                          .track = track_new(loop, &limits, options->epoch),
                          .epoch = options->epoch,
                          .per_address = options->per_address,
                          .data = crew,
                          .fact = on_party_fact,
                          .over = on_over};
    crew->errands = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, errands_free);
    crew->asking = g_hash_table_new_full(NULL, NULL, NULL, asking_free);
    crew->settling = g_ptr_array_new();
    crew->over = g_ptr_array_new_with_free_func(errands_free);
    uv_timer_init(loop, &crew->settle);
    uv_timer_init(loop, &crew->sweep);
    crew->settle.data = crew->sweep.data = crew;
    crew->handles = 2;
    return crew;
}

static void on_closed(uv_handle_t *handle)
{
    Crew *crew = handle->data;

    if (--crew->handles == 0)
        g_free(crew);
}

void crew_close(Crew *crew)
{
    g_hash_table_unref(crew->errands);
    g_hash_table_unref(crew->asking);
    g_ptr_array_unref(crew->settling);
    g_ptr_array_unref(crew->over);
    names_close(crew->party.names);
    track_close(crew->party.track);
    uv_close((uv_handle_t *)&crew->settle, on_closed);
    uv_close((uv_handle_t *)&crew->sweep, on_closed);
}
