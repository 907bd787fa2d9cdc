#include "tests/worker/loop/bench.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/worker/loop/lo.h"

typedef struct Client {
    Server *server;
    uv_poll_t poll;
    uv_timer_t timer;
    int fd;
    guint handles;
    bool asked;
} Client;

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
    if (fact_kind(fact) == FACT_DIVE && g_str_equal(fact_string(fact, "event", ""), "over")) {
        bench->over++;
        uv_stop(&bench->loop);
    }
}

Server *bench_server(Bench *bench, const char *address, Manner manner)
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

Bench *bench_new(void)
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

void bench_free(Bench *bench)
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

void bench_job(Bench *bench, const char *line)
{
    crew_job(bench->crew, line, strlen(line));
}

void bench_ask(Bench *bench, const char *host, const char *script, const char *more)
{
    g_autofree char *line =
        g_strdup_printf("{\"job\": \"probe\", \"endpoint\": \"%s\", \"host\": \"%s\", \"port\": "
                        "%u, \"entry\": \"tls\", "
                        "\"protocol\": \"%s\", \"idle\": 0.6, \"total\": 2.4%s%s}",
                        host, host, bench->port, script, more[0] ? ", " : "", more);

    bench_job(bench, line);
}

void bench_until_done(Bench *bench, guint count)
{
    while (bench->done < count)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
}

void bench_until_over(Bench *bench, guint count)
{
    while (bench->over < count)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
}

void bench_turn(Bench *bench, int times)
{
    for (int i = 0; i < times; i++)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
}

static void append(GString *trace, const char *word)
{
    if (word != NULL)
        g_string_append_printf(trace, " %s", word);
}

Bench *bench_asked(Manner manner, const char *script, const char *more)
{
    Bench *bench = bench_new();
    bench_server(bench, "127.0.0.1", manner);
    bench_ask(bench, "127.0.0.1", script, more);
    bench_until_done(bench, 1);
    return bench;
}

char *bench_trace(const Bench *bench, const char *endpoint)
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

void bench_ck_trace(const Bench *bench, const char *endpoint, const char *expected)
{
    g_autofree char *trace = bench_trace(bench, endpoint);

    ck_assert_str_eq(trace, expected);
}

const json_t *bench_last(const Bench *bench, const char *endpoint, FactKind kind)
{
    const json_t *last = NULL;

    for (guint i = 0; i < bench->facts->len; i++)
        if (fact_kind(bench->facts->pdata[i]) == kind &&
            g_strcmp0(fact_string(bench->facts->pdata[i], "endpoint", NULL), endpoint) == 0)
            last = bench->facts->pdata[i];
    ck_assert_ptr_nonnull(last);
    return last;
}

size_t bench_place(const Bench *bench, const char *endpoint, const char *part)
{
    g_autofree char *trace = bench_trace(bench, endpoint);
    const char *place = strstr(trace, part);

    ck_assert_msg(place != NULL, "%s is not in %s", part, trace);
    return (size_t)(place - trace);
}
