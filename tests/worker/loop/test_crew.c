/* Endpoints from their jobs to their `done` facts, with probes that follow a script in place of the
 * real ones: first_new is defined here. Servers are on loopback, in this process.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/loop/lo.h"
#include "worker/loop/crew.h"
#include "worker/probe/first.h"

/* ---- the scripted probe: what it asks is the protocol of its job ---- */

/* What a script does: the conversations in all, those that may run at once, and the connections it
 * wants before and after the first has ended. */
typedef struct Script {
    const char *name;
    guint all, at_once, wants, then;
    bool again; /* the second only where the first has failed */
} Script;

static const Script scripts[] = {
    {"once", 1, 1, 1, 0, false},  {"twice", 2, 1, 1, 1, true},   {"pair", 2, 2, 2, 2, false},
    {"ahead", 4, 1, 2, 2, false}, {"greedy", 3, 1, 3, 1, false},
};

typedef struct Scripted {
    Probe base;
    const Script *script;
    guint given, told;
    bool failed; /* the last did */
    char *result, *reason;
    json_t *args;
} Scripted;

static void greet_start(Talk *talk, double now)
{
    talk_phase(talk, "hello", now);
    talk_send(talk, "hello", 5, now);
    talk->after = "hello";
}

/* Any answer will do. */
static void greet_feed(Talk *talk, const uint8_t *data, size_t size, double now)
{
    json_t *fact = fact_new(FACT_DIALOGUE);

    json_object_set_new(fact, "text", fact_text(data, size));
    talk_fact(talk, fact, now);
    talk_done(talk);
}

static void greet_end(Talk *talk, TalkEnd how, double now)
{
    talk_fail_end(talk, how, now);
}

static const TalkClass greet_class = {"greet", greet_start, greet_feed, greet_end, NULL, NULL};

static guint scripted_left(const Scripted *scripted)
{
    if (scripted->script->again && scripted->told > 0 && !scripted->failed)
        return 0;
    return scripted->script->all - scripted->given;
}

static guint scripted_wants(const Probe *probe)
{
    const Scripted *scripted = (const Scripted *)probe;

    if (scripted->told == scripted->given && scripted_left(scripted) == 0)
        return 0;
    return scripted->told > 0 ? scripted->script->then : scripted->script->wants;
}

static Talk *scripted_next(Probe *probe, const char *connection, const char **hello)
{
    Scripted *scripted = (Scripted *)probe;
    guint out = scripted->given - scripted->told;
    json_t *fact;

    if (scripted_left(scripted) == 0 || out >= scripted->script->at_once)
        return NULL;
    *hello = first_hello(probe);
    scripted->given++;
    fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "connection", json_string(connection));
    json_object_set_new(fact, "code", json_sprintf("asks-%u", scripted->given));
    if (scripted->script->all > 2)
        probe_fact(probe, fact);
    else
        json_decref(fact);
    Talk *talk = g_new0(Talk, 1);
    talk_init(talk, &greet_class);
    return talk;
}

static void scripted_end(Scripted *scripted, const char *result, const char *reason, json_t *args)
{
    g_free(scripted->result);
    g_free(scripted->reason);
    json_decref(scripted->args);
    scripted->failed = result != NULL;
    scripted->result = g_strdup(result ? result : "finished");
    scripted->reason = g_strdup(reason);
    scripted->args = json_incref(args);
}

static void scripted_tell(Probe *probe, Talk *talk)
{
    Scripted *scripted = (Scripted *)probe;

    ck_assert_int_ne(talk->state, TALK_GOING);
    scripted->told++;
    scripted_end(scripted, talk->result, talk->reason, talk->args);
}

/* It gives up, but for what is out. */
static void scripted_tell_failed(Probe *probe, const ProbeOutcome *why)
{
    Scripted *scripted = (Scripted *)probe;

    scripted_end(scripted, why->result, why->reason, why->args);
    scripted->told += scripted->script->all - scripted->given;
    scripted->given = scripted->script->all;
}

static bool scripted_over(const Probe *probe, ProbeOutcome *outcome)
{
    const Scripted *scripted = (const Scripted *)probe;

    if (scripted->told < scripted->given || scripted_left(scripted) > 0)
        return false;
    *outcome = (ProbeOutcome){scripted->result, scripted->reason, scripted->args, NULL};
    return true;
}

static void scripted_free(Probe *probe)
{
    Scripted *scripted = (Scripted *)probe;

    g_free(scripted->result);
    g_free(scripted->reason);
    json_decref(scripted->args);
}

static const ProbeClass scripted_class = {scripted_wants,       scripted_next, scripted_tell,
                                          scripted_tell_failed, scripted_over, scripted_free};

static Probe *scripted_new(const char *name)
{
    Scripted *scripted = g_new0(Scripted, 1);

    probe_init(&scripted->base, &scripted_class);
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++)
        if (g_str_equal(scripts[i].name, name))
            scripted->script = &scripts[i];
    ck_assert_ptr_nonnull(scripted->script);
    return &scripted->base;
}

Probe *first_new(const FirstSpec *spec, GError **error)
{
    if (g_strcmp0(spec->priority, "bad") == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "priority");
        return NULL;
    }
    return scripted_new(spec->protocol);
}

const char *first_hello(const Probe *probe)
{
    return ((const Scripted *)probe)->given == 0 ? "usual" : "permissive";
}

/* ---- servers ---- */

/* ALONE: closes what comes while it serves one, which it does not answer before. */
typedef enum Manner { ANSWERS, CLOSES, RESETS, LISTENS, SLOWLY, ALONE } Manner;

typedef struct Bench Bench;

typedef struct Server {
    Bench *bench;
    uv_poll_t poll;
    int fd;
    Manner manner;
    GPtrArray *clients;
    guint most;  /* connections at once */
    bool turned; /* ALONE: one was closed since it answered last */
} Server;

typedef struct Client {
    Server *server;
    uv_poll_t poll;
    uv_timer_t timer;
    int fd;
    guint handles;
    bool asked;
} Client;

struct Bench {
    uv_loop_t loop;
    Crew *crew;
    GPtrArray *facts;
    GPtrArray *servers;
    int resolver;
    guint port; /* of all servers */
    guint done;
    guint jobs;
};

static void on_client_closed(uv_handle_t *handle)
{
    Client *client = handle->data;

    if (--client->handles == 0)
        g_free(client);
}

static void client_close(Client *client)
{
    g_ptr_array_remove_fast(client->server->clients, client);
    if (client->server->manner == RESETS)
        lo_reset(client->fd);
    else
        close(client->fd);
    uv_close((uv_handle_t *)&client->poll, on_client_closed);
    uv_close((uv_handle_t *)&client->timer, on_client_closed);
}

static void on_slow(uv_timer_t *timer)
{
    const Client *client = timer->data;

    ck_assert_int_eq(send(client->fd, "ok", 2, MSG_NOSIGNAL), 2);
}

static void answer_alone(Server *server)
{
    Client *client = server->clients->len > 0 ? server->clients->pdata[0] : NULL;

    if (client == NULL || !client->asked || !server->turned)
        return;
    server->turned = false;
    uv_timer_start(&client->timer, on_slow, 0, 0);
}

static void on_client(uv_poll_t *poll, int status, int events)
{
    Client *client = poll->data;
    char chunk[64];
    ssize_t size = recv(client->fd, chunk, sizeof chunk, MSG_DONTWAIT);

    (void)status;
    (void)events;
    if (size <= 0 || client->server->manner == CLOSES || client->server->manner == RESETS)
        client_close(client);
    else if (client->server->manner == ANSWERS)
        ck_assert_int_eq(send(client->fd, "ok", 2, MSG_NOSIGNAL), 2);
    else if (client->server->manner == SLOWLY)
        uv_timer_start(&client->timer, on_slow, 20, 0);
    else if (client->server->manner == ALONE) {
        client->asked = true;
        answer_alone(client->server);
    }
}

/* Notices those that have left, before the next is counted. */
static void part(const Server *server)
{
    char byte;

    for (guint i = server->clients->len; i-- > 0;) {
        Client *client = server->clients->pdata[i];
        if (recv(client->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
            client_close(client);
    }
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
    Server *server = poll->data;
    Client *client = g_new0(Client, 1);

    ck_assert_int_eq(status, 0);
    (void)events;
    part(server);
    client->server = server;
    client->fd = lo_accept(server->fd);
    g_ptr_array_add(server->clients, client);
    server->most = MAX(server->most, server->clients->len);
    uv_timer_init(&server->bench->loop, &client->timer);
    uv_poll_init(&server->bench->loop, &client->poll, client->fd);
    client->timer.data = client->poll.data = client;
    client->handles = 2;
    uv_poll_start(&client->poll, UV_READABLE, on_client);
    if (server->manner == ALONE && server->clients->len > 1) {
        client_close(client);
        server->turned = true;
        answer_alone(server);
    }
}

static void on_fact(void *data, json_t *fact)
{
    Bench *bench = data;

    g_ptr_array_add(bench->facts, fact);
    if (fact_kind(fact) == FACT_DONE) {
        bench->done++;
        uv_stop(&bench->loop);
    }
}

static Server *server_new(Bench *bench, const char *address, Manner manner)
{
    Server *server = g_new0(Server, 1);

    server->bench = bench;
    server->manner = manner;
    server->clients = g_ptr_array_new();
    server->fd = lo_listen(address, 1000, &bench->port);
    ck_assert_int_ge(server->fd, 0);
    uv_poll_init(&bench->loop, &server->poll, server->fd);
    server->poll.data = server;
    uv_poll_start(&server->poll, UV_READABLE, on_accept);
    g_ptr_array_add(bench->servers, server);
    return server;
}

/* ---- the bench ---- */

static void fact_free(gpointer fact)
{
    json_decref(fact);
}

/* A name server that never answers. */
static char *silent_server(Bench *bench)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;

    bench->resolver = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(bind(bench->resolver, (const struct sockaddr *)&own, size), 0);
    ck_assert_int_eq(getsockname(bench->resolver, (struct sockaddr *)&own, &size), 0);
    return g_strdup_printf("127.0.0.1:%d", ntohs(own.sin_port));
}

static Bench *bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);
    g_autofree char *servers = silent_server(bench);
    const CrewOptions options = {
        .parallel = 128,
        .per_address = 8,
        .names = {.servers = servers, .hosts = "127.0.0.1 known.test\n", .timeout_ms = 300},
        .data = bench,
        .fact = on_fact,
    };

    bench->facts = g_ptr_array_new_with_free_func(fact_free);
    bench->servers = g_ptr_array_new();
    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    bench->crew = crew_new(&bench->loop, &options, NULL);
    ck_assert_ptr_nonnull(bench->crew);
    return bench;
}

static void bench_free(Bench *bench)
{
    crew_close(bench->crew);
    for (guint i = 0; i < bench->servers->len; i++)
        uv_close((uv_handle_t *)&((Server *)bench->servers->pdata[i])->poll, NULL);
    while (uv_run(&bench->loop, UV_RUN_DEFAULT) != 0)
        ;
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    for (guint i = 0; i < bench->servers->len; i++) {
        Server *server = bench->servers->pdata[i];
        close(server->fd);
        g_ptr_array_unref(server->clients);
        g_free(server);
    }
    close(bench->resolver);
    g_ptr_array_unref(bench->servers);
    g_ptr_array_unref(bench->facts);
    g_free(bench);
}

static void job(Bench *bench, const char *line)
{
    crew_job(bench->crew, line, strlen(line));
}

/* A probe job for an endpoint that is called as its host; `more` is JSON members, or "". */
static void ask(Bench *bench, const char *host, const char *script, const char *more)
{
    g_autofree char *line =
        g_strdup_printf("{\"job\": \"probe\", \"endpoint\": \"%s\", \"host\": \"%s\", \"port\": "
                        "%u, \"entry\": \"tls\", "
                        "\"protocol\": \"%s\", \"idle\": 0.6, \"total\": 2.4%s%s}",
                        host, host, bench->port, script, more[0] ? ", " : "", more);

    bench->jobs++;
    job(bench, line);
}

static void run_until_done(Bench *bench, guint count)
{
    while (bench->done < count)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static void turn(Bench *bench, int times)
{
    for (int i = 0; i < times; i++)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
}

static void append(GString *trace, const char *word)
{
    if (word != NULL)
        g_string_append_printf(trace, " %s", word);
}

/* All facts of an endpoint (NULL: those of none) in short. */
static char *trace_of(const Bench *bench, const char *endpoint)
{
    GString *trace = g_string_new(NULL);

    for (guint i = 0; i < bench->facts->len; i++) {
        const json_t *fact = bench->facts->pdata[i];
        if (g_strcmp0(fact_string(fact, "endpoint", NULL), endpoint) != 0)
            continue;
        ck_assert(json_is_real(json_object_get(fact, "at")));
        g_string_append_printf(trace, "%s%s", trace->len ? "; " : "",
                               fact_string(fact, "fact", ""));
        append(trace, fact_string(fact, "state", NULL));
        append(trace, fact_string(fact, "connection", NULL));
        append(trace, fact_string(fact, "event", NULL));
        append(trace, fact_string(fact, "hello", NULL));
        append(trace, fact_string(fact, "source", NULL));
        append(trace, fact_string(fact, "code", NULL));
        append(trace, fact_string(fact, "result", NULL));
        append(trace, fact_string(fact, "reason", NULL));
        append(trace, fact_string(fact, "phase", NULL));
    }
    return g_string_free(trace, FALSE);
}

static void ck_trace(const Bench *bench, const char *endpoint, const char *expected)
{
    g_autofree char *trace = trace_of(bench, endpoint);

    ck_assert_str_eq(trace, expected);
}

static const json_t *last_fact(const Bench *bench, const char *endpoint, FactKind kind)
{
    const json_t *last = NULL;

    for (guint i = 0; i < bench->facts->len; i++)
        if (fact_kind(bench->facts->pdata[i]) == kind &&
            g_strcmp0(fact_string(bench->facts->pdata[i], "endpoint", NULL), endpoint) == 0)
            last = bench->facts->pdata[i];
    ck_assert_ptr_nonnull(last);
    return last;
}

/* ---- tests ---- */

START_TEST(from_job_to_done)
{
    Bench *bench = bench_new();
    const json_t *fact;

    server_new(bench, "127.0.0.1", ANSWERS);
    ask(bench, "127.0.0.1", "once", "\"connection\": 7");
    run_until_done(bench, 1);
    ck_trace(bench, "127.0.0.1",
             "state waiting; state connecting; connection 127.0.0.1.7 connecting usual; "
             "connection 127.0.0.1.7 open usual; state hello 127.0.0.1.7; dialogue 127.0.0.1.7; "
             "connection 127.0.0.1.7 closed usual; done finished hello");
    ck_trace(bench, NULL, "host literal");
    fact = last_fact(bench, "127.0.0.1", FACT_CONNECTION);
    ck_assert_int_eq(fact_integer(fact, "sent", 0), 5);
    ck_assert_int_eq(fact_integer(fact, "received", 0), 2);
    ck_assert_int_eq(fact_integer(fact, "port", 0), bench->port);
    ck_assert_double_gt(fact_number(fact, "took", 0), 0);
    ck_assert_double_gt(fact_number(last_fact(bench, "127.0.0.1", FACT_DONE), "took", 0), 0);
    ck_assert_uint_eq(crew_left(bench->crew), 0);
    bench_free(bench);
}
END_TEST

typedef struct Row {
    const char *host;
    Manner manner;
    const char *trace; /* of the end */
} Row;

static const Row rows[] = {
    {"127.0.0.1", CLOSES,
     "connection 127.0.0.1.1 closed usual closed-after; done closed closed-after hello"},
    {"127.0.0.1", RESETS,
     "connection 127.0.0.1.1 closed usual reset-after; done reset reset-after hello"},
    {"127.0.0.1", LISTENS,
     "connection 127.0.0.1.1 closed usual silent; done timed-out silent hello"},
    {"127.0.0.9", ANSWERS,
     "connection 127.0.0.9.1 failed usual connection-refused; done refused connection-refused "
     "connecting"},
    {"known.test", ANSWERS, "connection known.test.1 closed usual; done finished hello"},
    {"localhost", ANSWERS, "closed usual; done finished hello"},
    {"unknown.test", ANSWERS,
     "state waiting; state resolving; done timed-out name-timed-out resolving"},
};

START_TEST(ends)
{
    const Row *row = &rows[_i];
    Bench *bench = bench_new();
    g_autofree char *trace = NULL;

    server_new(bench, "127.0.0.1", row->manner);
    ask(bench, row->host, "once", "");
    run_until_done(bench, 1);
    trace = trace_of(bench, row->host);
    ck_assert_msg(g_str_has_suffix(trace, row->trace), "%s", trace);
    bench_free(bench);
}
END_TEST

START_TEST(asks_again_where_the_usual_hello_fails)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", CLOSES);
    ask(bench, "127.0.0.1", "twice", "");
    run_until_done(bench, 1);
    ck_trace(bench, "127.0.0.1",
             "state waiting; state connecting; connection 127.0.0.1.1 connecting usual; "
             "connection 127.0.0.1.1 open usual; state hello 127.0.0.1.1; "
             "connection 127.0.0.1.1 closed usual closed-after; "
             "state connecting; connection 127.0.0.1.2 connecting permissive; "
             "connection 127.0.0.1.2 open permissive; state hello 127.0.0.1.2; "
             "connection 127.0.0.1.2 closed permissive closed-after; "
             "done closed closed-after hello");
    bench_free(bench);
}
END_TEST

START_TEST(two_side_by_side)
{
    Bench *bench = bench_new();
    const Server *server = server_new(bench, "127.0.0.1", SLOWLY);

    ask(bench, "127.0.0.1", "pair", "");
    run_until_done(bench, 1);
    ck_assert_uint_eq(server->most, 2);
    bench_free(bench);
}
END_TEST

/* Where `part` stands in all that was told of an endpoint. */
static size_t place_of(const Bench *bench, const char *endpoint, const char *part)
{
    g_autofree char *trace = trace_of(bench, endpoint);
    const char *place = strstr(trace, part);

    ck_assert_msg(place != NULL, "%s is not in %s", part, trace);
    return (size_t)(place - trace);
}

/* Each question waits for the answer to the one before, and has a connection by then: of those that
 * are open the oldest. */
START_TEST(bound_late_and_oldest_first)
{
    Bench *bench = bench_new();
    const Server *server = server_new(bench, "127.0.0.1", SLOWLY);

    ask(bench, "127.0.0.1", "ahead", "");
    run_until_done(bench, 1);
    ck_assert_uint_lt(place_of(bench, "127.0.0.1", "127.0.0.1.2 connecting usual"),
                      place_of(bench, "127.0.0.1", "127.0.0.1.1 asks-1"));
    for (guint i = 1; i < 4; i++) {
        g_autofree char *ended = g_strdup_printf("127.0.0.1.%u closed", i);
        g_autofree char *asks = g_strdup_printf("127.0.0.1.%u asks-%u", i + 1, i + 1);
        ck_assert_uint_lt(place_of(bench, "127.0.0.1", ended), place_of(bench, "127.0.0.1", asks));
    }
    /* the last that was opened ahead is closed before the end */
    ck_assert_uint_lt(place_of(bench, "127.0.0.1", "127.0.0.1.5 closed permissive unused"),
                      place_of(bench, "127.0.0.1", "done finished"));
    ck_assert_uint_eq(server->most, 2);
    bench_free(bench);
}
END_TEST

/* Of three connections one is used, and then one is enough. */
START_TEST(what_is_not_wanted_is_closed)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", SLOWLY);
    ask(bench, "127.0.0.1", "greedy", "");
    run_until_done(bench, 1);
    ck_assert_uint_lt(place_of(bench, "127.0.0.1", "127.0.0.1.2 asks-2"),
                      place_of(bench, "127.0.0.1", "127.0.0.1.3 closed usual unused"));
    ck_assert_uint_lt(place_of(bench, "127.0.0.1", "127.0.0.1.3 closed usual unused"),
                      place_of(bench, "127.0.0.1", "127.0.0.1.4 connecting permissive"));
    place_of(bench, "127.0.0.1", "127.0.0.1.4 asks-3");
    bench_free(bench);
}
END_TEST

/* A server that has no patience with a second connection: no question is lost on it. */
START_TEST(what_the_server_closed_is_not_used)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ALONE);
    ask(bench, "127.0.0.1", "ahead", "");
    run_until_done(bench, 1);
    place_of(bench, "127.0.0.1", "127.0.0.1.2 closed usual unused");
    place_of(bench, "127.0.0.1", "127.0.0.1.3 asks-2");
    place_of(bench, "127.0.0.1", "done finished");
    bench_free(bench);
}
END_TEST

START_TEST(a_name_is_looked_up_once)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ANSWERS);
    for (int i = 0; i < 5; i++) {
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"e%d\", \"host\": \"unknown.test\", \"port\": 1, "
            "\"entry\": \"starttls\", \"protocol\": \"once\"}",
            i);
        job(bench, line);
    }
    run_until_done(bench, 5);
    ck_trace(bench, NULL, "host dns name-timed-out");
    ck_trace(bench, "e4",
             "state waiting; state resolving; done timed-out name-timed-out resolving");
    bench_free(bench);
}
END_TEST

/* Whether the last that was told of an endpoint stands in `expected`. */
static bool underway(const Bench *bench, const char *endpoint, const char *expected)
{
    g_autofree char *trace = trace_of(bench, endpoint);
    const char *last = strrchr(trace, ';');

    return last != NULL && strstr(expected, last + 2) != NULL;
}

START_TEST(stopped_anywhere)
{
    static const char *const traces[] = {
        "state waiting; done stopped stopped waiting",
        "connection 127.0.0.2.1 connecting usual; connection 127.0.0.2.1 closed usual stopped; "
        "done stopped stopped connecting",
        "state hello 127.0.0.1.1; connection 127.0.0.1.1 closed usual stopped; "
        "done stopped stopped hello",
        "state waiting; state resolving; done stopped stopped resolving",
    };
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.1", "unknown.test"};
    static const char *const results[] = {"stopped", "suspended"};
    Bench *bench = bench_new();
    int silent[2];
    const char *result = results[_i / 4];
    g_auto(GStrv) words = g_strsplit(traces[_i % 4], "stopped", -1);
    g_autofree char *expected = g_strjoinv(result, words), *trace = NULL;
    g_autofree char *stop =
        g_strdup_printf("{\"job\": \"stop\", \"endpoint\": \"%s\"}", hosts[_i % 4]);

    server_new(bench, "127.0.0.1", LISTENS);
    ck_assert(lo_silent("127.0.0.2", &bench->port, silent));
    ask(bench, hosts[_i % 4], "twice", "");
    while (_i % 4 != 0 && !underway(bench, hosts[_i % 4], expected))
        turn(bench, 1);
    job(bench, _i / 4 == 0 ? stop : "{\"job\": \"suspended\"}");
    trace = trace_of(bench, hosts[_i % 4]);
    if (_i == 4) /* what only waits is not in flight */
        ck_assert_str_eq(trace, "state waiting");
    else
        ck_assert_msg(g_str_has_suffix(trace, expected), "%s", trace);
    job(bench, stop); /* nothing is left to stop */
    bench_free(bench);
    close(silent[0]);
    close(silent[1]);
}
END_TEST

START_TEST(paused)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ANSWERS);
    job(bench, "{\"job\": \"pause\"}");
    ask(bench, "127.0.0.1", "once", "");
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    turn(bench, 5);
    ck_trace(bench, "127.0.0.1", "state waiting");
    crew_hold(bench->crew, true);
    crew_hold(bench->crew, false); /* does not end the pause */
    turn(bench, 5);
    ck_trace(bench, "127.0.0.1", "state waiting");
    job(bench, "{\"job\": \"resume\"}");
    run_until_done(bench, 1);
    bench_free(bench);
}
END_TEST

START_TEST(held)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ANSWERS);
    ask(bench, "127.0.0.1", "once", "");
    while (!underway(bench, "127.0.0.1", "state hello 127.0.0.1.1"))
        uv_run(&bench->loop, UV_RUN_ONCE);
    crew_hold(bench->crew, true);
    turn(bench, 20);
    ck_assert_uint_eq(bench->done, 0);
    crew_hold(bench->crew, false);
    run_until_done(bench, 1);
    bench_free(bench);
}
END_TEST

START_TEST(jobs_that_cannot_be_done)
{
    static const char *const bad[] = {
        "", "[]", "{", "{\"job\": \"dance\"}", "{\"job\": \"probe\"}", "{\"job\": 7}",
    };
    static const char *const refused[] = {
        "\"host\": \"h\", \"port\": 0, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 65536, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"quic\"",
        "\"host\": \"\", \"port\": 1, \"entry\": \"tls\"",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"family\": 5",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"idle\": 0",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"alpn\": [1]",
        "\"host\": \"h\", \"port\": 1, \"entry\": \"tls\", \"connection\": 0",
    };
    Bench *bench = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        job(bench, bad[i]);
        ck_assert_uint_eq(bench->facts->len, i + 1);
        ck_assert_str_eq(fact_string(bench->facts->pdata[i], "code", ""), "job-refused");
    }
    crew_job(bench->crew, NULL, 0);
    ck_assert_uint_eq(bench->facts->len, G_N_ELEMENTS(bad) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *line =
            g_strdup_printf("{\"job\": \"probe\", \"endpoint\": \"e%zu\", %s}", i, refused[i]);
        g_autofree char *id = g_strdup_printf("e%zu", i);
        job(bench, line);
        ck_trace(bench, id, "done local job-refused waiting");
    }
    bench_free(bench);
}
END_TEST

START_TEST(asked_twice_at_once)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ANSWERS);
    ask(bench, "127.0.0.1", "once", "");
    ask(bench, "127.0.0.1", "once", "");
    ck_trace(bench, "127.0.0.1", "state waiting; error job-refused");
    run_until_done(bench, 1);
    ask(bench, "127.0.0.1", "once", ""); /* and again, when it is done */
    run_until_done(bench, 2);
    bench_free(bench);
}
END_TEST

START_TEST(priority_that_is_refused)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", ANSWERS);
    ask(bench, "127.0.0.1", "once", "\"priority\": \"bad\"");
    run_until_done(bench, 1);
    ck_trace(bench, "127.0.0.1", "state waiting; done local local-failure waiting");
    bench_free(bench);
}
END_TEST

/* Fifty endpoints at one address: the server never sees more than eight connections. */
START_TEST(a_server_sees_eight)
{
    enum { ENDPOINTS = 50 };
    Bench *bench = bench_new();
    const Server *server = server_new(bench, "127.0.0.1", SLOWLY);

    for (int i = 0; i < ENDPOINTS; i++) {
        g_autofree char *line = g_strdup_printf(
            "{\"job\": \"probe\", \"endpoint\": \"e%d\", \"host\": \"127.0.0.1\", \"port\": %u, "
            "\"entry\": \"tls\", \"protocol\": \"once\"}",
            i, bench->port);
        job(bench, line);
    }
    run_until_done(bench, ENDPOINTS);
    ck_assert_uint_le(server->most, 8);
    ck_assert_uint_ge(server->most, 4);
    bench_free(bench);
}
END_TEST

START_TEST(closed_in_the_middle)
{
    Bench *bench = bench_new();

    server_new(bench, "127.0.0.1", LISTENS);
    ask(bench, "127.0.0.1", "pair", "");
    ask(bench, "unknown.test", "once", "");
    ask(bench, "127.0.0.9", "once", "");
    turn(bench, _i);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crew");
    TCase *tcase = tcase_create("crew");

    tcase_add_test(tcase, from_job_to_done);
    tcase_add_loop_test(tcase, ends, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, asks_again_where_the_usual_hello_fails);
    tcase_add_test(tcase, two_side_by_side);
    tcase_add_test(tcase, bound_late_and_oldest_first);
    tcase_add_test(tcase, what_is_not_wanted_is_closed);
    tcase_add_test(tcase, what_the_server_closed_is_not_used);
    tcase_add_test(tcase, a_name_is_looked_up_once);
    tcase_add_loop_test(tcase, stopped_anywhere, 0, 8);
    tcase_add_test(tcase, paused);
    tcase_add_test(tcase, held);
    tcase_add_test(tcase, jobs_that_cannot_be_done);
    tcase_add_test(tcase, asked_twice_at_once);
    tcase_add_test(tcase, priority_that_is_refused);
    tcase_add_test(tcase, a_server_sees_eight);
    tcase_add_loop_test(tcase, closed_in_the_middle, 0, 8);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
