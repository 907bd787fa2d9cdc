/* The demo's servers: one row each, one thread a connection. */
#include "config.h"

#include "app/demo/demo.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "app/demo/forge.h"

enum { DEMO_PATIENCE_S = 20, DEMO_CONNECTIONS = 256 };

typedef struct Server Server;

/* A server's way to treat a connection, which it does not close. */
typedef void (*Serve)(const Server *server, int connection);

struct Server {
    const char *target; /* as a user would write it, with %u for the port */
    Serve serve;
    const char *priority; /* GnuTLS's; NULL: it speaks no TLS */
    ForgeOrder order;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities;
};

static gnutls_datum_t ticket_key;
static char folder[] = "/tmp/tlsdive-demo-XXXXXX";
static char ca_file[sizeof folder + sizeof "/ca.pem"];
static gint connections;

/* ---- ways to serve -------------------------------------------------------------------------- */

static void serve_tls(const Server *server, int connection)
{
    static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ndemo\n";
    static const gnutls_datum_t protocols[] = {{(unsigned char *)"http/1.1", 8}};
    gnutls_session_t session;
    gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
    gnutls_priority_set(session, server->priorities);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, server->credentials);
    gnutls_session_ticket_enable_server(session, &ticket_key);
    gnutls_alpn_set_protocols(session, protocols, G_N_ELEMENTS(protocols), 0);
    gnutls_transport_set_int(session, connection);
    int result;
    do
        result = gnutls_handshake(session);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result < 0) {
        gnutls_alert_send_appropriate(session, result);
    } else {
        char request[1024];
        if (gnutls_record_recv(session, request, sizeof request) > 0)
            gnutls_record_send(session, page, sizeof page - 1);
        gnutls_bye(session, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(session);
}

static bool say(int connection, const char *text)
{
    return send(connection, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Reads up to a line's end; false if there is none. */
static bool hear(int connection, char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size && recv(connection, line + used, 1, 0) == 1) {
        line[++used] = '\0';
        if (line[used - 1] == '\n')
            return true;
    }
    return false;
}

static void serve_smtp(const Server *server, int connection)
{
    char line[512];
    bool going = say(connection, "220 mail.localhost ESMTP demo\r\n");
    while (going && hear(connection, line, sizeof line)) {
        if (!g_ascii_strncasecmp(line, "EHLO", 4)) {
            going = say(connection, "250-mail.localhost\r\n250-SIZE 1000000\r\n250 STARTTLS\r\n");
        } else if (!g_ascii_strncasecmp(line, "STARTTLS", 8)) {
            if (say(connection, "220 2.0.0 ready for TLS\r\n"))
                serve_tls(server, connection);
            return;
        } else if (!g_ascii_strncasecmp(line, "QUIT", 4)) {
            say(connection, "221 2.0.0 bye\r\n");
            return;
        } else {
            going = say(connection, "502 5.5.1 not here\r\n");
        }
    }
}

/* A reset in the middle of the handshake: what was sent to us is read, and the rest is not waited
 * for. */
static void serve_reset(const Server *server, int connection)
{
    (void)server;
    char hello[4096];
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (recv(connection, hello, sizeof hello, 0) > 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void serve_silence(const Server *server, int connection)
{
    (void)server;
    char ignored[4096];
    while (recv(connection, ignored, sizeof ignored, 0) > 0)
        continue;
}

static void serve_http(const Server *server, int connection)
{
    (void)server;
    char request[4096];
    if (recv(connection, request, sizeof request, 0) > 0)
        say(connection, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    shutdown(connection, SHUT_WR);
    while (recv(connection, request, sizeof request, 0) > 0)
        continue;
}

/* ---- the servers ---------------------------------------------------------------------------- */

#define USUAL   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define OLD     "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL:+RSA:%VERIFY_ALLOW_BROKEN"
#define ANCIENT "NONE:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC:+MD5:+SHA1:+RSA:+SIGN-ALL:+COMP-NULL"

static Server servers[] = {
    {.target = "https://modern.localhost:%u",
     .serve = serve_tls,
     .priority = USUAL,
     .order = {"modern.localhost", FORGE_INTERMEDIATE, -20, 70, false}},
    {.target = "smtp://mail.localhost:%u",
     .serve = serve_smtp,
     .priority = USUAL,
     .order = {"mail.localhost", FORGE_INTERMEDIATE, -60, 30, false}},
    {.target = "https://old.localhost:%u",
     .serve = serve_tls,
     .priority = OLD,
     .order = {"old.localhost", FORGE_INTERMEDIATE, -700, 300, true}},
    {.target = "https://ancient.localhost:%u",
     .serve = serve_tls,
     .priority = ANCIENT,
     .order = {"ancient.localhost", FORGE_INTERMEDIATE, -1000, 5, true}},
    {.target = "https://expired.localhost:%u",
     .serve = serve_tls,
     .priority = USUAL,
     .order = {"expired.localhost", FORGE_INTERMEDIATE, -93, -3, false}},
    {.target = "https://wrong-name.localhost:%u",
     .serve = serve_tls,
     .priority = USUAL,
     .order = {"another-name.localhost", FORGE_INTERMEDIATE, -30, 60, false}},
    {.target = "https://self-signed.localhost:%u",
     .serve = serve_tls,
     .priority = USUAL,
     .order = {"self-signed.localhost", FORGE_ITSELF, -30, 335, false}},
    {.target = "https://incomplete.localhost:%u",
     .serve = serve_tls,
     .priority = USUAL,
     .order = {"incomplete.localhost", FORGE_INCOMPLETE, -30, 60, false}},
    {.target = "https://resets.localhost:%u", .serve = serve_reset},
    {.target = "https://silent.localhost:%u", .serve = serve_silence},
    {.target = "https://plain.localhost:%u", .serve = serve_http},
};

enum { SERVERS = G_N_ELEMENTS(servers) };

static bool prepare(void)
{
    Forge *forge = forge_new();
    bool fine = mkdtemp(folder) != NULL;
    g_snprintf(ca_file, sizeof ca_file, "%s/ca.pem", folder);
    fine = fine && forge_write_root(forge, ca_file);
    for (size_t i = 0; fine && i < SERVERS; i++) {
        if (!servers[i].priority)
            continue;
        fine = !gnutls_priority_init(&servers[i].priorities, servers[i].priority, NULL);
        servers[i].credentials = forge_make(forge, &servers[i].order);
    }
    forge_free(forge);
    return fine && !gnutls_session_ticket_key_generate(&ticket_key);
}

/* A socket that listens on this loopback address; port 0 is a free one, and is set. -1 if it
 * cannot. */
static int listen_on(struct sockaddr *address, socklen_t size)
{
    int listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0 && !bind(listener, address, size) && !listen(listener, SOMAXCONN) &&
        !getsockname(listener, address, &size))
        return listener;
    if (listener >= 0)
        close(listener);
    return -1;
}

/* Listens for a server: on a free port of 127.0.0.1, and on the same of ::1 where that can be. */
static bool listen_for(struct pollfd polls[2], unsigned *port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    polls[0] = (struct pollfd){.fd = listen_on((struct sockaddr *)&four, sizeof four)};
    six.sin6_port = four.sin_port;
    polls[1] = (struct pollfd){.fd = listen_on((struct sockaddr *)&six, sizeof six)};
    polls[0].events = polls[1].events = POLLIN;
    *port = ntohs(four.sin_port);
    return polls[0].fd >= 0;
}

typedef struct Visit {
    const Server *server;
    int connection;
} Visit;

static gpointer visited(gpointer data)
{
    g_autofree Visit *visit = data;
    struct timeval patience = {.tv_sec = DEMO_PATIENCE_S};
    setsockopt(visit->connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(visit->connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    visit->server->serve(visit->server, visit->connection);
    close(visit->connection);
    g_atomic_int_add(&connections, -1);
    return NULL;
}

static void visit_server(const Server *server, int listener)
{
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0)
        return;
    if (g_atomic_int_get(&connections) >= DEMO_CONNECTIONS) {
        close(connection);
        return;
    }
    Visit *visit = g_new0(Visit, 1);
    *visit = (Visit){server, connection};
    g_atomic_int_inc(&connections);
    g_thread_unref(g_thread_new("demo", visited, visit));
}

/* Only what a signal's handler may call. */
static void leave(int number)
{
    unlink(ca_file);
    rmdir(folder);
    _exit(number ? 128 + number : 0);
}

static bool tell_targets(const unsigned *ports)
{
    g_autoptr(GString) targets = g_string_new(NULL);
    for (size_t i = 0; i < SERVERS; i++) {
        g_auto(GStrv) parts = g_strsplit(servers[i].target, "%u", 2);
        g_string_append_printf(targets, "%s%u%s\n", parts[0], ports[i], parts[1]);
    }
    json_t *said = json_pack("{s:s,s:s}", "targets", targets->str, "ca_file", ca_file);
    bool fine = !json_dumpf(said, stdout, JSON_COMPACT) && putchar('\n') != EOF && !fflush(stdout);
    json_decref(said);
    return fine;
}

/* Serves until standard input is at its end: the front is gone, or wants no more. */
static void serve_all(struct pollfd *polls)
{
    struct pollfd *input = &polls[(size_t)SERVERS * 2];
    *input = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    while (!input->revents && (poll(polls, SERVERS * 2 + 1, -1) >= 0 || errno == EINTR))
        for (size_t i = 0; i < (size_t)SERVERS * 2; i++)
            if (polls[i].revents)
                visit_server(&servers[i / 2], polls[i].fd);
}

int demo_serve(void)
{
    static struct pollfd polls[SERVERS * 2 + 1];
    unsigned ports[SERVERS];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!prepare())
        return 1;
    signal(SIGTERM, leave);
    for (size_t i = 0; i < SERVERS; i++)
        if (!listen_for(&polls[i * 2], &ports[i]))
            leave(0);
    if (tell_targets(ports))
        serve_all(polls);
    leave(0);
    return 0;
}
