#include "worker/loop/names.h"

#include <ares.h>
#include <netinet/in.h>
#include <string.h>

#include "common/util/limits.h"
#include "worker/loop/clock.h"
#include "worker/loop/hosts.h"

#define HOSTS_FILE "/etc/hosts"

/* Two tries within the whole time: a quarter of it, and then, doubled, a half. */
enum { TRIES = 2, TRY_SHARE = 4 };

/* A datagram that no path has to cut: RFC 9715 section 3. */
enum { DATAGRAM = 1232 };

/* A socket of c-ares. */
typedef struct Poll {
    uv_poll_t handle;
    Names *names;
    int fd, events;
} Poll;

/* One look-up in the DNS. It outlives its host where that is given up or its time is over. */
typedef struct Lookup {
    uv_timer_t timer;
    Names *names;
    Host *host;        /* NULL: nobody wants to know any more */
    GArray *addresses; /* Address */
    double began;      /* clock_now(0) */
    double due;        /* likewise: when its time is over */
    guint out;         /* questions of c-ares that are not answered */
    int status;        /* of c-ares: the gravest so far */
    bool alone;        /* each family was asked alone */
    bool cut;
} Lookup;

struct Names {
    uv_loop_t *loop;
    NamesEvents events;
    Hosts *hosts;
    ares_channel channel;
    uv_timer_t timer;    /* of c-ares */
    double due;          /* clock_now(0): when that fires */
    uv_timer_t kick;     /* runs what names_use has queued */
    GHashTable *by_name; /* "family/name" -> Host */
    GHashTable *polls;   /* descriptor -> Poll */
    GQueue fresh;        /* Hosts, to be told as known, or to be looked up */
    GHashTable *lookups; /* set of those that run */
    guint handles;       /* of libuv, not yet closed */
    guint64 timeout_ms;
    bool closing;
};

typedef struct Meaning {
    int status; /* of c-ares */
    const char *result, *reason;
} Meaning;

/* From the least grave; all others mean that a server failed (ARES_ECONNREFUSED too: c-ares says it
 * when every server answered that it cannot). */
static const Meaning meanings[] = {
    {ARES_SUCCESS, NULL, NULL},
    {ARES_ENOTFOUND, "no-name", "name-not-found"},
    {ARES_EBADNAME, "no-name", "name-not-found"},
    {ARES_ENODATA, "no-name", "name-no-address"},
    {ARES_ESERVFAIL, "no-name", "name-server-failed"},
    {ARES_ETIMEOUT, "timed-out", "name-timed-out"},
};

static const Meaning *meaning_of(int status)
{
    const Meaning *failed = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (meanings[i].status == status)
            return &meanings[i];
        if (meanings[i].status == ARES_ESERVFAIL)
            failed = &meanings[i];
    }
    return failed;
}

static void names_unref(Names *names)
{
    if (--names->handles > 0)
        return;
    hosts_free(names->hosts);
    g_hash_table_unref(names->by_name);
    g_hash_table_unref(names->polls);
    g_hash_table_unref(names->lookups);
    g_queue_clear(&names->fresh);
    g_free(names);
}

/* ---- c-ares in the loop ---- */

static void names_arm(Names *names);

static void on_timer(uv_timer_t *timer)
{
    Names *names = timer->data;
    double now = clock_now(0);

    if (clock_late(now, names->due) > 0) { /* what has come in time is read first */
        names->due = now;
        uv_timer_start(timer, on_timer, 1, 0);
        return;
    }
    ares_process_fd(names->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    names_arm(names);
}

/* Sets the timer for what c-ares waits for next; to be called after each call of c-ares. */
static void names_arm(Names *names)
{
    struct timeval wait;
    double now = clock_now(0);

    if (names->closing)
        return;
    if (ares_timeout(names->channel, NULL, &wait) == NULL) {
        uv_timer_stop(&names->timer);
        return;
    }
    names->due = now + (double)wait.tv_sec + (double)wait.tv_usec / 1e6;
    uv_timer_start(&names->timer, on_timer, clock_wait(now, names->due), 0);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    Poll *poll = handle->data;
    Names *names = poll->names;
    int fd = poll->fd;
    bool failed = status < 0;

    ares_process_fd(names->channel, failed || events & UV_READABLE ? fd : ARES_SOCKET_BAD,
                    failed || events & UV_WRITABLE ? fd : ARES_SOCKET_BAD);
    /* libuv stops a handle that has an error; c-ares may go on with the socket. */
    poll = g_hash_table_lookup(names->polls, GINT_TO_POINTER(fd));
    if (failed && poll != NULL)
        uv_poll_start(&poll->handle, poll->events, on_poll);
    names_arm(names);
}

static void on_poll_closed(uv_handle_t *handle)
{
    Poll *poll = handle->data;

    names_unref(poll->names);
    g_free(poll);
}

static Poll *poll_new(Names *names, int fd)
{
    Poll *poll = g_new0(Poll, 1);

    poll->names = names;
    poll->fd = fd;
    poll->handle.data = poll;
    if (uv_poll_init(names->loop, &poll->handle, fd) < 0) {
        g_free(poll);
        return NULL;
    }
    names->handles++;
    g_hash_table_insert(names->polls, GINT_TO_POINTER(fd), poll);
    return poll;
}

/* c-ares says what it waits for on a socket; neither: it is about to close it. */
static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
    Names *names = data;
    Poll *poll = g_hash_table_lookup(names->polls, GINT_TO_POINTER(fd));

    if (!readable && !writable) {
        if (poll == NULL)
            return;
        g_hash_table_remove(names->polls, GINT_TO_POINTER(fd));
        uv_poll_stop(&poll->handle);
        uv_close((uv_handle_t *)&poll->handle, on_poll_closed);
        return;
    }
    if (poll == NULL)
        poll = poll_new(names, fd);
    if (poll == NULL)
        return; /* no watch: the look-up times out */
    poll->events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    uv_poll_start(&poll->handle, poll->events, on_poll);
}

/* ---- one look-up ---- */

static void addresses_add(GArray *addresses, const Address *address, bool *cut)
{
    for (guint i = 0; i < addresses->len; i++)
        if (address_equal(&g_array_index(addresses, Address, i), address))
            return;
    if (addresses->len >= LIMIT_ADDRESSES)
        *cut = true;
    else
        g_array_append_val(addresses, *address);
}

/* The host is known; what its look-up found is in host->addresses. */
static void host_known(Names *names, Host *host, int status)
{
    /* an answer that holds nothing of use, such as an alias alone, is no address */
    const Meaning *meaning = meaning_of(status == ARES_SUCCESS ? ARES_ENODATA : status);

    if (host->addresses->len == 0) {
        host->result = meaning->result;
        host->reason = meaning->reason;
    }
    host->known = true;
    names->events.known(names->events.data, host);
}

static void on_lookup_closed(uv_handle_t *handle)
{
    Lookup *lookup = handle->data;

    names_unref(lookup->names);
    g_array_unref(lookup->addresses);
    g_free(lookup);
}

static void lookup_tell(Lookup *lookup, int status)
{
    Host *host = g_steal_pointer(&lookup->host);

    if (host == NULL || lookup->names->closing)
        return;
    g_array_append_vals(host->addresses, lookup->addresses->data, lookup->addresses->len);
    host->cut = lookup->cut;
    host->took = clock_now(0) - lookup->began;
    host_known(lookup->names, host, status);
}

static void on_lookup_late(uv_timer_t *timer)
{
    Lookup *lookup = timer->data;
    double now = clock_now(0), late = clock_late(now, lookup->due);

    lookup->due += late;
    if (late > 0)
        uv_timer_start(timer, on_lookup_late, clock_wait(now, lookup->due), 0);
    else
        lookup_tell(lookup, ARES_ETIMEOUT);
}

static void names_run(Names *names);
static void lookup_ask(Lookup *lookup, int family);

/* All questions of a look-up are answered. */
static void lookup_answered(Lookup *lookup)
{
    Names *names = lookup->names;
    Host *host = lookup->host;

    /* Where both families are asked at once, c-ares lets an empty answer for one hide that there
     * was no answer for the other. So each is asked alone before a name is said to have no address.
     */
    if (!names->closing && host != NULL && host->family == AF_UNSPEC && !lookup->alone &&
        lookup->addresses->len == 0 && lookup->status == ARES_ENODATA) {
        lookup->alone = true;
        lookup->out += 2;
        lookup_ask(lookup, AF_INET6);
        lookup_ask(lookup, AF_INET);
        return;
    }
    lookup_tell(lookup, lookup->status);
    g_hash_table_remove(names->lookups, lookup);
    uv_close((uv_handle_t *)&lookup->timer, on_lookup_closed);
    if (!names->closing)
        names_run(names);
}

static void on_addresses(void *data, int status, int timeouts, struct ares_addrinfo *answer)
{
    Lookup *lookup = data;
    Address address;

    (void)timeouts;
    for (const struct ares_addrinfo_node *node = answer ? answer->nodes : NULL; node != NULL;
         node = node->ai_next)
        if (address_from_socket(node->ai_addr, &address))
            addresses_add(lookup->addresses, &address, &lookup->cut);
    if (answer != NULL)
        ares_freeaddrinfo(answer);
    if (meaning_of(status) > meaning_of(lookup->status) || lookup->status == ARES_SUCCESS)
        lookup->status = status;
    if (--lookup->out == 0)
        lookup_answered(lookup);
}

static void lookup_ask(Lookup *lookup, int family)
{
    const struct ares_addrinfo_hints hints = {
        .ai_flags = ARES_AI_NUMERICSERV, .ai_family = family, .ai_socktype = SOCK_STREAM};

    ares_getaddrinfo(lookup->names->channel, lookup->host->name, NULL, &hints, on_addresses,
                     lookup);
}

static void lookup_begin(Names *names, Host *host)
{
    Lookup *lookup = g_new0(Lookup, 1);

    lookup->names = names;
    lookup->host = host;
    lookup->began = clock_now(0);
    lookup->due = lookup->began + (double)names->timeout_ms / 1000;
    lookup->addresses = g_array_new(FALSE, FALSE, sizeof(Address));
    lookup->timer.data = lookup;
    uv_timer_init(names->loop, &lookup->timer);
    uv_timer_start(&lookup->timer, on_lookup_late, names->timeout_ms, 0);
    names->handles++;
    g_hash_table_add(names->lookups, lookup);
    host->source = "dns";
    names->events.begins(names->events.data, host);
    lookup->out = 1;
    lookup_ask(lookup, host->family);
}

/* ---- names that need no look-up ---- */

/* Takes the addresses of the right family: first those that can be reached from here. */
static void host_take(Host *host, const GArray *addresses)
{
    for (int usable = 1; usable >= 0; usable--)
        for (guint i = 0; i < addresses->len; i++) {
            const Address *address = &g_array_index(addresses, Address, i);
            bool wanted = host->family == AF_UNSPEC || host->family == address->family;
            if (wanted && address_usable(address) == (bool)usable)
                addresses_add(host->addresses, address, &host->cut);
        }
}

/* Whether we know the host by ourselves; then it is known. */
static bool host_local(const Names *names, Host *host)
{
    Address literal;

    if (address_parse(host->name, &literal)) {
        host->source = "literal";
        if (host->family == AF_UNSPEC || host->family == literal.family)
            g_array_append_val(host->addresses, literal);
        return true;
    }
    g_autoptr(GArray) loopback = hosts_localhost(host->name);
    const GArray *found = loopback != NULL ? loopback : hosts_find(names->hosts, host->name);
    if (found == NULL)
        return false;
    host->source = loopback != NULL ? "localhost" : "hosts";
    host_take(host, found);
    return host->addresses->len > 0;
}

/* Goes through the fresh hosts; as many look-ups run at once as LIMIT_RESOLVING says. */
static void names_run(Names *names)
{
    Host *host;

    while (g_hash_table_size(names->lookups) < LIMIT_RESOLVING &&
           (host = g_queue_pop_head(&names->fresh)) != NULL) {
        if (host_local(names, host))
            host_known(names, host, ARES_ENODATA);
        else
            lookup_begin(names, host);
    }
    names_arm(names);
}

static void on_kick(uv_timer_t *timer)
{
    names_run(timer->data);
}

/* ---- all of them ---- */

static char *host_key(const char *name, int family)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);

    return g_strdup_printf("%d/%s", family, lower);
}

Host *names_use(Names *names, const char *name, int family)
{
    g_autofree char *key = host_key(name, family);
    Host *host = g_hash_table_lookup(names->by_name, key);

    if (host == NULL) {
        host = g_new0(Host, 1);
        host->name = g_strdup(name);
        host->family = family;
        host->addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        g_hash_table_insert(names->by_name, g_steal_pointer(&key), host);
        g_queue_push_tail(&names->fresh, host);
        uv_timer_start(&names->kick, on_kick, 0, 0);
    }
    host->users++;
    return host;
}

void names_leave(Names *names, Host *host)
{
    GHashTableIter iter;
    gpointer lookup;

    if (--host->users > 0)
        return;
    g_queue_remove(&names->fresh, host);
    g_hash_table_iter_init(&iter, names->lookups);
    while (g_hash_table_iter_next(&iter, &lookup, NULL))
        if (((Lookup *)lookup)->host == host)
            ((Lookup *)lookup)->host = NULL;
    g_autofree char *key = host_key(host->name, host->family);
    g_hash_table_remove(names->by_name, key);
    g_array_unref(host->addresses);
    g_free(host->name);
    g_free(host);
}

static int channel_init(Names *names, const NamesOptions *options)
{
    char lookups[] = "b"; /* the DNS alone: the hosts file is ours */
    struct ares_options ares = {
        .flags = ARES_FLAG_EDNS,
        .ednspsz = DATAGRAM,
        .timeout = (int)(names->timeout_ms / TRY_SHARE),
        .tries = TRIES,
        .sock_state_cb = on_socket,
        .sock_state_cb_data = names,
        .lookups = lookups,
        .domains = (char **)options->domains,
        .ndomains = options->domains ? (int)g_strv_length((char **)options->domains) : 0,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
               ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS;
    int status;

    if (options->domains != NULL)
        mask |= ARES_OPT_DOMAINS;
    status = ares_init_options(&names->channel, &ares, mask);
    if (status == ARES_SUCCESS && options->servers != NULL) {
        status = ares_set_servers_ports_csv(names->channel, options->servers);
        if (status != ARES_SUCCESS)
            ares_destroy(names->channel);
    }
    return status;
}

static Hosts *hosts_read(const NamesOptions *options)
{
    g_autofree char *text = NULL;
    gsize size = 0;

    if (options->hosts != NULL)
        return hosts_new(options->hosts, strlen(options->hosts));
    if (!g_file_get_contents(HOSTS_FILE, &text, &size, NULL))
        return hosts_new("", 0);
    return hosts_new(text, size);
}

Names *names_new(uv_loop_t *loop, const NamesOptions *options, const NamesEvents *events,
                 GError **error)
{
    Names *names = g_new0(Names, 1);
    int status;

    names->loop = loop;
    names->events = *events;
    names->timeout_ms = options->timeout_ms ? options->timeout_ms : LIMIT_RESOLVE_MS;
    status = channel_init(names, options);
    if (status != ARES_SUCCESS) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "name resolver: %s",
                    ares_strerror(status));
        g_free(names);
        return NULL;
    }
    names->hosts = hosts_read(options);
    names->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    names->polls = g_hash_table_new(NULL, NULL);
    names->lookups = g_hash_table_new(NULL, NULL);
    uv_timer_init(loop, &names->timer);
    uv_timer_init(loop, &names->kick);
    names->timer.data = names->kick.data = names;
    names->handles = 2;
    return names;
}

static void on_timer_closed(uv_handle_t *handle)
{
    names_unref(handle->data);
}

void names_close(Names *names)
{
    names->closing = true;
    uv_close((uv_handle_t *)&names->timer, on_timer_closed);
    uv_close((uv_handle_t *)&names->kick, on_timer_closed);
    ares_destroy(names->channel); /* ends every look-up, and closes every socket */
}
