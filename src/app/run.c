#include "app/run.h"

#include <string.h>

#include "app/asking.h"
#include "app/fetching.h"
#include "app/lookups.h"
#include "app/opening.h"
#include "app/reading.h"
#include "app/verifying.h"
#include "common/fact/fact.h"
#include "common/target/target.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "front/model/clock.h"
#include "front/report/json.h"

/* What a run knows of an endpoint beside the model. */
typedef struct Place {
    const Target *target;
    guint verifies; /* verdicts that are waited for */
    guint jobs;     /* made for it so far */
    guint told;     /* the last of them whose findings were told */
    json_t *dive;   /* the members of the job that say which dive it wants; NULL: none */
    json_t *then;   /* those of the dive that comes after the job; NULL: none */
    bool handshake; /* the job wants one, and it was not done, or suspended */
} Place;

struct Run {
    uv_loop_t *loop;
    const Options *options;
    RunWatch watch;
    Stream *stream;
    Targets *targets;
    guint named;        /* how many of the targets have endpoint facts */
    GHashTable *places; /* endpoint id -> Place */
    Opening *opening;
    Asking *asking; /* NULL: not started, or over for good */
    Reading *reading;
    Verifying *verifying;
    Fetcher *fetcher;   /* NULL: nothing is fetched */
    Fetching *fetching; /* the same */
    Lookups *lookups;   /* the same */
    const char *store;  /* a file of roots beside those of the options; NULL: none */
    bool asked;         /* judged is for `time`, and not for the present */
    gint64 time;
    uv_prepare_t *flush;
};

/* ---- judging -------------------------------------------------------------------------------- */

gint64 run_now(const Run *run)
{
    return run->asked ? run->time : run_present(run);
}

gint64 run_present(const Run *run)
{
    gint64 began = 0;
    const Model *model = run_model(run);
    if (!text_to_time(fact_string(model->stream, "time", ""), &began))
        return g_get_real_time() / G_USEC_PER_SEC;
    return began + (gint64)model->at;
}

bool run_is_over(const Run *run)
{
    return (!run->asking || asking_left(run->asking) == 0) &&
           (!run->reading || reading_left(run->reading) == 0) &&
           (!run->fetcher || fetcher_left(run->fetcher) == 0) && opening_is_over(run->opening);
}

static void check_over(Run *run)
{
    if (run_is_over(run))
        run->watch.over(run->watch.data);
}

static bool is_asked(const Run *run, const char *endpoint)
{
    return run->asking && asking_has(run->asking, endpoint);
}

static bool is_suspended(const Answers *answers)
{
    return answers && g_strcmp0(answers->now->result, "suspended") == 0;
}

/* An endpoint is judged when it has its result and its verdicts; its findings are told once a job,
 * when that is over. */
static void settle(Run *run, Endpoint *endpoint)
{
    Place *place = g_hash_table_lookup(run->places, endpoint->id);
    if (!place || !endpoint->result || place->verifies > 0)
        return;
    if (g_str_equal(endpoint->result, "suspended") || is_suspended(endpoint->answers))
        return; /* it is asked again */
    AuditContext context = {.now = run_now(run)};
    if (!endpoint->findings)
        audit_judge(endpoint, &context);
    if (place->told == place->jobs || is_asked(run, endpoint->id) ||
        (run->fetching &&
         (fetching_waits(run->fetching, endpoint->id) || lookups_wait(run->lookups, endpoint->id))))
        return;
    place->told = place->jobs;
    g_autoptr(GPtrArray) facts = report_findings(endpoint, stream_at(run->stream));
    for (guint i = 0; i < facts->len; i++)
        stream_add(run->stream, facts->pdata[i]);
}

/* ---- verifying and fetching ------------------------------------------------------------------ */

/* What is asked of the reader about a chain; NULL if its bytes are not all there. */
static json_t *verify_job(Run *run, const json_t *chain, const Endpoint *endpoint)
{
    json_t *job = verifying_job(run->verifying, chain, endpoint, run_now(run));
    if (job && run->asked)
        json_object_set_new(job, "asked", json_true());
    return job;
}

static void verify(Run *run, const json_t *chain, const Endpoint *endpoint)
{
    Place *place = g_hash_table_lookup(run->places, endpoint->id);
    json_t *job = place && run->reading ? verify_job(run, chain, endpoint) : NULL;
    if (!job)
        return;
    verifying_add_staples(run->verifying, chain, job);
    if (run->fetching) {
        fetching_add(run->fetching, job);
        lookups_add(run->lookups, job);
    }
    place->verifies++;
    reading_ask(run->reading, job);
}

/* All that was fetched for a connection is there. */
static void on_fetched(void *data, const char *id, bool again)
{
    Run *run = data;
    const Connection *connection = g_hash_table_lookup(run_model(run)->by_connection, id);
    if (again)
        verify(run, connection->chain, connection->endpoint);
    settle(run, connection->endpoint);
    check_over(run);
}

static void on_fetcher_fact(void *data, json_t *fact)
{
    const Run *run = data;
    stream_add(run->stream, fact);
}

static void start_fetching(Run *run)
{
    const Options *options = run->options;
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
    const FetchingEvents events = {run, on_fetched};
    g_ptr_array_add(arguments,
                    g_strdup_printf("--epoch=%" G_GINT64_FORMAT, stream_epoch(run->stream)));
    if (options->fetch_private)
        g_ptr_array_add(arguments, g_strdup("--fetch-private"));
    if (options->dns_server)
        g_ptr_array_add(arguments, g_strconcat("--dns-server=", options->dns_server, NULL));
    if (options->dns_anchor)
        g_ptr_array_add(arguments, g_strconcat("--dns-anchor=", options->dns_anchor, NULL));
    if (options->no_sandbox)
        g_ptr_array_add(arguments, g_strdup("--no-sandbox"));
    g_ptr_array_add(arguments, NULL);
    run->fetcher =
        fetcher_new(run->loop, (const char *const *)arguments->pdata, on_fetcher_fact, run);
    run->fetching = fetching_new(run->options, run->fetcher, run->stream, &events);
    run->lookups = lookups_new(run->fetcher, run->stream, &events);
}

static void on_job_ended(void *data, const json_t *job, bool answered)
{
    Run *run = data;
    (void)answered; /* an error fact says so where it was not */
    if (!g_str_equal(fact_string(job, "job", ""), "verify")) {
        opening_ended(run->opening, job);
        check_over(run);
        return;
    }
    const char *id = fact_string(job, "endpoint", "");
    Place *place = g_hash_table_lookup(run->places, id);
    Endpoint *endpoint = model_endpoint(run_model(run), id);
    const Connection *connection =
        g_hash_table_lookup(run_model(run)->by_connection, fact_string(job, "connection", ""));
    AuditContext context = {.now = run_now(run)};
    if (json_object_get(job, "passing")) {
        audit_judge(endpoint, &context);
    } else {
        place->verifies--;
        if (run->fetching && connection)
            fetching_judged(run->fetching, connection, run_now(run));
        settle(run, endpoint);
    }
    check_over(run);
}

/* ---- facts ---------------------------------------------------------------------------------- */

static bool begin(Run *run, const char *id, json_t *dive, bool handshake);

/* Everything that is added to the stream, whoever said it. */
static void on_added(void *data, json_t *fact, Endpoint *changed, const char *line)
{
    Run *run = data;
    run->watch.fact(run->watch.data, fact, changed, line);
    if (!changed)
        return;
    if (fact_kind(fact) == FACT_CHAIN && verifying_is_due(run->verifying, fact)) {
        if (run->lookups)
            lookups_begin(run->lookups, g_hash_table_lookup(run_model(run)->by_connection,
                                                            fact_string(fact, "connection", "")));
        verify(run, fact, changed);
    }
    settle(run, changed);
}

/* A job of an endpoint is over. What was suspended is asked again; a dive may be due. */
static void end_job(Run *run, const char *id, const json_t *fact)
{
    Place *place = g_hash_table_lookup(run->places, id);
    g_autoptr(json_t) dive = g_steal_pointer(&place->dive);
    if (g_str_equal(fact_string(fact, "result", ""), "suspended"))
        begin(run, id, g_steal_pointer(&dive), place->handshake);
    else if (place->then)
        begin(run, id, g_steal_pointer(&place->then), false);
}

static void on_worker_fact(void *data, json_t *fact)
{
    Run *run = data;
    stream_add(run->stream, fact);
    const char *id = fact_string(fact, "endpoint", "");
    Place *place = g_hash_table_lookup(run->places, id);
    bool done = fact_kind(fact) == FACT_DONE;
    if (!place || (!done && fact_kind(fact) != FACT_DIVE))
        return;
    if (done)
        place->handshake = g_str_equal(fact_string(fact, "result", ""), "suspended");
    if (is_asked(run, id))
        return;
    end_job(run, id, fact);
    check_over(run);
}

static void on_reader_fact(void *data, json_t *fact)
{
    Run *run = data;
    if (reading_is_passing(run->reading) && fact_kind(fact) != FACT_ERROR) {
        if (fact_kind(fact) == FACT_VERDICT)
            stream_fold(run->stream, fact);
        return;
    }
    if (fact_kind(fact) == FACT_FILE)
        opening_told(run->opening, fact);
    stream_add(run->stream, fact);
    if (fact_kind(fact) == FACT_REVOCATION && run->fetching)
        fetching_keep(run->fetching, fact, run_now(run));
}

static void on_fields(void *data, json_t *fields)
{
    Run *run = data;
    if (run->watch.fields)
        run->watch.fields(run->watch.data, fields);
}

/* Before the loop waits, what is new is in the file. */
static void on_prepare(uv_prepare_t *prepare)
{
    Run *run = prepare->data;
    stream_flush(run->stream);
}

/* ---- targets -------------------------------------------------------------------------------- */

static void set_string(json_t *fact, const char *member, const char *value)
{
    if (value)
        json_object_set_new(fact, member, json_string(value));
}

/* Makes an endpoint of a target. */
static void name_endpoint(Run *run, const Target *target, guint number)
{
    g_autofree char *id = g_strdup_printf("%u", number);
    g_autoptr(json_t) fact = fact_new(FACT_ENDPOINT);
    set_string(fact, "endpoint", id);
    json_object_set_new(fact, "target", fact_text(target->written, strlen(target->written)));
    set_string(fact, "host", target->host);
    if (target->display)
        json_object_set_new(fact, "display", fact_text(target->display, strlen(target->display)));
    json_object_set_new(fact, "port", json_integer(target->port));
    set_string(fact, "transport", "tcp");
    set_string(fact, "service", target->service);
    set_string(fact, "entry", target->entry);
    set_string(fact, "protocol", target->protocol);
    if (target->unbuilt)
        json_object_set_new(fact, "unbuilt", json_true());
    json_object_set_new(fact, "named", json_boolean(target->named));
    set_string(fact, "server_name",
               run->options->server_name ? run->options->server_name : target->server_name);
    Place *place = g_new0(Place, 1);
    place->target = target;
    g_hash_table_insert(run->places, g_steal_pointer(&id), place);
    stream_add(run->stream, fact);
}

static void name_endpoints(Run *run)
{
    const GPtrArray *all = targets_all(run->targets);
    while (run->named < all->len) {
        const Target *target = all->pdata[run->named++];
        name_endpoint(run, target, run->named);
    }
}

bool run_add(Run *run, const char *words, GError **error)
{
    Targets *trial = targets_new();
    bool fine = targets_add_list(trial, words, strlen(words), "targets", error);
    targets_free(trial);
    if (!fine)
        return false;
    fine = targets_add_list(run->targets, words, strlen(words), "targets", error);
    name_endpoints(run);
    return fine;
}

static bool add_file(Run *run, const char *file, GError **error)
{
    bool input = g_str_equal(file, "-");
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(input ? "/dev/stdin" : file, &text, &size, error))
        return false;
    return targets_add_list(run->targets, text, size, input ? "standard input" : file, error);
}

/* Adds a word of the command line: a local file or directory, or a target. */
static bool add_word(Run *run, const char *word, GError **error)
{
    if (opening_is_path(word)) {
        opening_add(run->opening, word);
        return true;
    }
    if (targets_add(run->targets, word, error))
        return true;
    if (g_file_test(word, G_FILE_TEST_EXISTS) && error) {
        g_clear_error(error);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: there is a file of that name, but no certificate or key in it; ./%s opens "
                    "it all the same, --targets reads a list of hosts, --open a session",
                    word, word);
    }
    return false;
}

bool run_opens_files(const Run *run)
{
    return !opening_is_empty(run->opening);
}

bool run_is_empty(const Run *run)
{
    return opening_is_empty(run->opening) && targets_all(run->targets)->len == 0;
}

/* Takes what the command line names; endpoints are made of it later. */
static bool take_words(Run *run, GError **error)
{
    const char *password = run->options->password_file;
    if (password && !opening_read_password(run->opening, password, error))
        return false;
    for (char **word = run->options->targets; *word; word++)
        if (!add_word(run, *word, error))
            return false;
    const char *file = run->options->targets_file;
    return !file || add_file(run, file, error);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static void place_free(gpointer data)
{
    Place *place = data;
    json_decref(place->dive);
    json_decref(place->then);
    g_free(place);
}

static void start_workers(Run *run);

static void on_inspect(void *data, json_t *job)
{
    Run *run = data;
    start_workers(run);
    reading_ask(run->reading, job);
}

static void on_opened(void *data, json_t *fact)
{
    Run *run = data;
    stream_add(run->stream, fact);
}

static void on_opening_over(void *data)
{
    check_over(data);
}

bool run_unlock(Run *run, const char *file, const char *password)
{
    return opening_again(run->opening, file, password);
}

/* A run without a stream yet. */
static Run *run_empty(uv_loop_t *loop, const Options *options, const RunWatch *watch)
{
    Run *run = g_new0(Run, 1);
    run->loop = loop;
    run->options = options;
    run->watch = *watch;
    run->targets = targets_new();
    run->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, place_free);
    OpeningEvents opening = {
        .data = run, .ask = on_inspect, .fact = on_opened, .over = on_opening_over};
    run->opening = opening_new(loop, &opening);
    run->flush = g_new0(uv_prepare_t, 1);
    run->flush->data = run;
    uv_prepare_init(loop, run->flush);
    return run;
}

/* The session: in its file, or where that cannot be made in memory; then *failed is the file and
 * *why what is wrong with it. */
static Session *make_session(const Options *options, char **failed, GError **why)
{
    bool unsaved = options->no_save || options->demo;
    char *path = options->save ? g_strdup(options->save) : unsaved ? NULL : session_default_path();
    Session *session = path ? session_new(path, options->save != NULL, why) : NULL;
    if (!session)
        *failed = g_steal_pointer(&path);
    g_free(path);
    return session ? session : session_new(NULL, false, NULL);
}

Run *run_new(uv_loop_t *loop, const Options *options, const RunWatch *watch, GError **error)
{
    g_autoptr(Run) run = run_empty(loop, options, watch);
    if (!take_words(run, error))
        return NULL;
    g_autofree char *failed = NULL;
    g_autoptr(GError) why = NULL;
    Session *session = make_session(options, &failed, &why);
    if (!session) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOMEM, "no memory for the session");
        return NULL;
    }
    run->stream = stream_new(session, on_added, run);
    run->verifying = verifying_new(run->stream);
    uv_prepare_start(run->flush, on_prepare);
    stream_begin(run->stream);
    run_set_time(run, options->asked, options->at);
    if (failed)
        stream_error(run->stream, "save-failed",
                     json_pack("{s:o,s:s}", "file", fact_text(failed, strlen(failed)), "what",
                               why->message));
    name_endpoints(run);
    return g_steal_pointer(&run);
}

Run *run_open(uv_loop_t *loop, const Options *options, const RunWatch *watch, GError **error)
{
    Session *session = session_open(options->open, error);
    if (!session)
        return NULL;
    g_autoptr(Run) run = run_empty(loop, options, watch);
    run->stream = stream_new(session, on_added, run);
    run->verifying = verifying_new(run->stream);
    if (!stream_read(run->stream)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not a session of tlsdive",
                    options->open);
        return NULL;
    }
    run_set_time(run, options->asked, options->at);
    return g_steal_pointer(&run);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* What the reader is told: the trust stores. */
static GPtrArray *reader_arguments(const Run *run, const char *epoch)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(arguments, g_strdup(epoch));
    if (run->options->no_sandbox)
        g_ptr_array_add(arguments, g_strdup("--no-sandbox"));
    if (run->store)
        g_ptr_array_add(arguments, g_strdup_printf("--ca-file=%s", run->store));
    options_pass_stores(run->options, arguments);
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

/* Starts what asks and what reads, for as long as the run lasts. */
static void start_workers(Run *run)
{
    if (run->asking)
        return;
    g_autofree char *epoch =
        g_strdup_printf("--epoch=%" G_GINT64_FORMAT, stream_epoch(run->stream));
    g_autofree char *parallel = g_strdup_printf("--parallel=%d", run->options->parallel);
    g_autofree char *per_address = g_strdup_printf("--per-address=%d", run->options->per_address);
    const char *open = run->options->no_sandbox ? "--no-sandbox" : NULL;
    const char *prober[] = {epoch, parallel, per_address, open, NULL};
    g_autoptr(GPtrArray) reader = reader_arguments(run, epoch);
    ReadingEvents events = {
        .data = run, .fact = on_reader_fact, .fields = on_fields, .ended = on_job_ended};
    if (run->options->fetch)
        start_fetching(run);
    run->asking = asking_new(run->loop, prober, on_worker_fact, run);
    run->reading = reading_new(run->loop, (const char *const *)reader->pdata, &events);
}

/* Has the chain that counts of an endpoint verified for the time that is judged for. */
static void verify_for_time(Run *run, const Endpoint *endpoint)
{
    const Connection *best = endpoint->best;
    if (!best || !best->chain || !connection_needs_verdict(run_model(run), best))
        return;
    json_t *job = verify_job(run, best->chain, endpoint);
    if (!job)
        return;
    json_object_set_new(job, "passing", json_true());
    start_workers(run);
    reading_ask(run->reading, job);
}

void run_set_time(Run *run, bool asked, gint64 at)
{
    Model *model = stream_model(run->stream);
    run->asked = asked;
    run->time = at;
    if (run->reading)
        reading_forget_passing(run->reading);
    model_set_time(model, asked, at);
    for (guint i = 0; i < model->endpoints->len; i++)
        if (((Endpoint *)model->endpoints->pdata[i])->result)
            verify_for_time(run, model->endpoints->pdata[i]);
    AuditContext context = {.now = run_now(run)};
    audit_judge_all(model, &context);
}

/* The protocols to offer to a target; NULL: none. */
static json_t *alpn_of(const Run *run, const Target *target)
{
    g_auto(GStrv) own = target->alpn ? g_strsplit(target->alpn, ",", -1) : NULL;
    char **names = run->options->alpn ? run->options->alpn : own;
    if (!names || !*names)
        return NULL;
    json_t *list = json_array();
    for (; *names; names++)
        json_array_append_new(list, json_string(*names));
    return list;
}

static json_t *probe_job(const Run *run, const Endpoint *endpoint, const Target *target)
{
    static const char *const same[] = {"endpoint", "host",     "port",
                                       "entry",    "protocol", "server_name"};
    const Options *options = run->options;
    json_t *job = json_pack("{s:s,s:i,s:i,s:f,s:f}", "job", "probe", "weight", (int)target->weight,
                            "connection", (int)endpoint->last_connection + 1, "idle",
                            options->timeout, "total", options->timeout * LIMIT_TOTAL_FACTOR);
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        json_t *value = json_object_get(endpoint->fact, same[i]);
        if (value)
            json_object_set(job, same[i], value);
    }
    json_t *alpn = alpn_of(run, target);
    if (alpn)
        json_object_set_new(job, "alpn", alpn);
    set_string(job, "priority", options->priority);
    if (options->family)
        json_object_set_new(job, "family", json_integer(options->family));
    return job;
}

/* Asks an endpoint: for a handshake, for a dive (`dive` has the job's members of it, and is taken;
 * NULL: none), or both. False if it is being asked. */
static bool begin(Run *run, const char *id, json_t *dive, bool handshake)
{
    g_autoptr(json_t) members = dive;
    Endpoint *endpoint = model_endpoint(run_model(run), id);
    Place *place = endpoint ? g_hash_table_lookup(run->places, id) : NULL;
    if (!place || is_asked(run, id))
        return false;
    start_workers(run);
    if (handshake) {
        g_autoptr(json_t) state = fact_new(FACT_STATE);
        set_string(state, "endpoint", id);
        set_string(state, "state", "waiting");
        stream_add(run->stream, state);
    }
    json_t *job = probe_job(run, endpoint, place->target);
    json_object_set_new(job, "handshake", json_boolean(handshake));
    if (members)
        json_object_update(job, members);
    place->jobs++;
    place->handshake = handshake;
    place->dive = g_steal_pointer(&members);
    return asking_ask(run->asking, job);
}

bool run_ask(Run *run, const char *endpoint)
{
    return begin(run, endpoint, NULL, true);
}

static json_t *dive_members(const Run *run, const char *depth)
{
    return json_pack("{s:s,s:i}", "depth", depth, "allowed", run->options->connections);
}

/* Has a dive made, now or after the job that runs. */
static bool dive(Run *run, const char *id, json_t *members)
{
    const Endpoint *endpoint = model_endpoint(run_model(run), id);
    Place *place = endpoint ? g_hash_table_lookup(run->places, id) : NULL;
    if (place && !is_asked(run, id))
        return begin(run, id, members, !endpoint->asked);
    if (!place || place->then) {
        json_decref(members);
        return false;
    }
    place->then = members;
    return true;
}

bool run_dive(Run *run, const char *endpoint)
{
    const Place *place = g_hash_table_lookup(run->places, endpoint);
    bool dives = place && place->dive && !g_str_equal(fact_string(place->dive, "depth", ""), "one");
    return !dives && dive(run, endpoint, dive_members(run, "full"));
}

bool run_question(Run *run, const char *endpoint, const json_t *question, guint times)
{
    json_t *members = dive_members(run, "one");
    json_object_set_new(members, "question", json_deep_copy(question));
    json_object_set_new(members, "times", json_integer(CLAMP(times, 1, LIMIT_TIMES)));
    return dive(run, endpoint, members);
}

void run_start(Run *run)
{
    const char *depth = run->options->depth;
    start_workers(run);
    if (!opening_is_empty(run->opening))
        reading_begin(run->reading); /* it reads its stores while we read the files */
    opening_start(run->opening);
    const GPtrArray *all = run_model(run)->endpoints;
    for (guint i = 0; i < all->len; i++) {
        const Endpoint *endpoint = all->pdata[i];
        if (!endpoint->asked)
            begin(run, endpoint->id, depth ? dive_members(run, depth) : NULL, true);
    }
    check_over(run);
}

bool run_stop(Run *run, const char *endpoint)
{
    Place *place = g_hash_table_lookup(run->places, endpoint);
    if (place)
        g_clear_pointer(&place->then, json_decref);
    return run->asking && asking_stop(run->asking, endpoint);
}

void run_stop_waiting(Run *run)
{
    if (run->asking)
        asking_stop_waiting(run->asking);
}

/* Ends a part of an endpoint's job as stopped. */
static void cut(Run *run, const Endpoint *endpoint, FactKind kind)
{
    double took = endpoint->began > 0 ? stream_at(run->stream) - endpoint->began : 0;
    const Place *place = g_hash_table_lookup(run->places, endpoint->id);
    g_autoptr(json_t) fact =
        json_pack("{s:s,s:s,s:s,s:s}", "fact", fact_kind_name(kind), "endpoint", endpoint->id,
                  "result", "stopped", "reason", "stopped");
    if (kind == FACT_DIVE) {
        set_string(fact, "event", "over");
        json_object_set(fact, "depth", json_object_get(place->dive, "depth"));
    } else {
        set_string(fact, "phase", endpoint->state);
        json_object_set_new(fact, "took", json_real(took));
    }
    stream_add(run->stream, fact);
}

void run_cut(Run *run)
{
    asking_free(g_steal_pointer(&run->asking));
    reading_free(g_steal_pointer(&run->reading));
    fetching_free(g_steal_pointer(&run->fetching));
    lookups_free(g_steal_pointer(&run->lookups));
    fetcher_free(g_steal_pointer(&run->fetcher));
    const GPtrArray *all = run_model(run)->endpoints;
    for (guint i = 0; i < all->len; i++) {
        Endpoint *endpoint = all->pdata[i];
        Place *place = g_hash_table_lookup(run->places, endpoint->id);
        if (place)
            place->verifies = 0;
        if (!endpoint->result)
            cut(run, endpoint, FACT_DONE);
        if (place && place->dive)
            cut(run, endpoint, FACT_DIVE);
        settle(run, endpoint);
    }
}

void run_pause(Run *run, bool paused)
{
    if (run->asking)
        asking_pause(run->asking, paused);
}

void run_continued(Run *run)
{
    if (run->asking)
        asking_suspended(run->asking);
}

void run_explain(Run *run, const char *kind, const char *sha256, json_t *path, guint from)
{
    g_autoptr(GBytes) bytes = stream_bytes(run->stream, sha256);
    g_autoptr(json_t) way = path;
    if (!bytes)
        return;
    gsize size = 0;
    const guchar *data = g_bytes_get_data(bytes, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    g_autofree char *id = g_strdup_printf("%s:%s", kind, sha256);
    start_workers(run);
    reading_ask(run->reading,
                json_pack("{s:s,s:s,s:s,s:s,s:s,s:O,s:i}", "job", "explain", "id", id, "kind", kind,
                          "sha256", sha256, "base64", base64, "path", way, "from", (int)from));
}

void run_set_store(Run *run, const char *file)
{
    run->store = file;
}

Stream *run_stream(Run *run)
{
    return run->stream;
}

const Model *run_model(const Run *run)
{
    return stream_model(run->stream);
}

void run_free(Run *run)
{
    if (!run)
        return;
    asking_free(run->asking);
    reading_free(run->reading);
    fetching_free(run->fetching);
    lookups_free(run->lookups);
    fetcher_free(run->fetcher);
    verifying_free(run->verifying);
    uv_close((uv_handle_t *)run->flush, (uv_close_cb)g_free);
    stream_free(run->stream);
    targets_free(run->targets);
    g_hash_table_unref(run->places);
    opening_free(run->opening);
    g_free(run);
}
