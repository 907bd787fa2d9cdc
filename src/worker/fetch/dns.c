#include "worker/fetch/dns.h"

#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/fetch/unbound/events.h"
#include "worker/fetch/unbound/query.h"

/* Where distributions keep the root's trust anchor (RFC 7958); the first that can be read. */
static const char *const anchors[] = {
    "/usr/share/dns/root.key",                /* Debian: dns-root-data */
    "/etc/trusted-key.key",                   /* Arch: dnssec-anchors */
    "/usr/share/dnssec-root/trusted-key.key", /* Alpine: dnssec-root */
    "/var/lib/unbound/root.key",              /* Fedora, SUSE: unbound-anchor keeps it */
    "/etc/unbound/root.key",
    "/opt/homebrew/etc/unbound/root.key",
};

/* Beyond what libunbound has by itself. */
static const char *const settings[][2] = {
    {"do-not-query-localhost:", "no"},  {"trust-anchor-signaling:", "no"},
    {"unblock-lan-zones:", "yes"}, /* zones inside of an organization are asked about too */
    {"insecure-lan-zones:", "no"},      {"msg-cache-size:", "4m"},
    {"rrset-cache-size:", "8m"},        {"key-cache-size:", "2m"},
    {"neg-cache-size:", "1m"},          {"outgoing-range:", "256"},
    {"num-queries-per-thread:", "256"}, {"use-syslog:", "no"},
};

enum { TYPE_SOA = 6, RCODE_NO_ERROR = 0 };

typedef enum Check { CHECK_NOT_ASKED, CHECK_ASKED, CHECK_GOOD, CHECK_BAD } Check;

struct Dns {
    uv_loop_t *loop;
    struct ub_event_base *base;
    struct ub_ctx *context;
    uv_timer_t turn;     /* begins what may begin, and tells what has ended */
    GQueue waiting;      /* Ask: not begun */
    GQueue ended;        /* Ask: to be told */
    GQueue doubted;      /* Ask: bogus, while the check is asked */
    GHashTable *flights; /* Flight: a set */
    UbQuery first;       /* asked before the lock */
    const char *resolver;
    const char *failed; /* why it cannot be set up; NULL: it is; static */
    bool anchored;      /* there is a trust anchor */
    Check check;        /* whether the resolvers hand on what validation needs */
};

/* A question that libunbound has. It is answered some time, though nobody may wait for it still. */
typedef struct Flight {
    UbQuery query;
    Dns *dns;
    struct Ask *ask; /* NULL: it has ended already, or this is the check */
} Flight;

typedef struct Ask {
    Dns *dns;
    char *name;
    DnsType type;
    DnsDone done;
    void *data;
    Flight *flight;    /* NULL: none */
    uv_timer_t *timer; /* NULL: not running */
    const char *state, *reason;
    json_t *args;
    DnsAnswer answer; /* records NULL: none */
} Ask;

/* ---- asks ---- */

static void free_handle(uv_handle_t *handle)
{
    g_free(handle);
}

static void ask_land(Ask *ask)
{
    if (ask->timer)
        uv_close((uv_handle_t *)ask->timer, free_handle);
    ask->timer = NULL;
    if (ask->flight)
        ask->flight->ask = NULL;
    ask->flight = NULL;
}

static void ask_free(void *data)
{
    Ask *ask = data;
    ask_land(ask);
    dns_answer_clear(&ask->answer);
    json_decref(ask->args);
    g_free(ask->name);
    g_free(ask);
}

static void on_turn(uv_timer_t *timer);

/* What is asked may be answered before ub_resolve_event returns: it is told in a turn of its own.
 * Takes the arguments. */
static void end(Ask *ask, const char *state, const char *reason, json_t *args)
{
    ask_land(ask);
    ask->state = state;
    ask->reason = reason;
    json_decref(ask->args);
    ask->args = args;
    g_queue_push_tail(&ask->dns->ended, ask);
    uv_timer_start(&ask->dns->turn, on_turn, 0, 0);
}

static json_t *about(const Ask *ask, const char *what)
{
    json_t *args = json_pack("{s:s}", "name", ask->name);
    if (what)
        json_object_set_new(args, "what", fact_text(what, strlen(what)));
    return args;
}

static void on_deadline(uv_timer_t *timer)
{
    Ask *ask = timer->data;
    end(ask, "unknown", "dns-timed-out", about(ask, NULL));
}

/* ---- what libunbound is asked, and says ---- */

static void on_answer(UbQuery *query, const UbAnswer *answer);
static void on_check(UbQuery *query, const UbAnswer *answer);

static int fly(Dns *dns, Ask *ask, const char *name, int type)
{
    Flight *flight = g_new0(Flight, 1);
    flight->query.done = ask ? on_answer : on_check;
    flight->dns = dns;
    flight->ask = ask;
    if (ask)
        ask->flight = flight;
    g_hash_table_add(dns->flights, flight);
    int error = ub_query_ask(dns->context, name, type, &flight->query);
    if (error)
        g_hash_table_remove(dns->flights, flight);
    return error;
}

static void end_bogus(Ask *ask)
{
    bool bad = ask->dns->check == CHECK_BAD;
    end(ask, bad ? "unknown" : "bogus", bad ? "dns-no-dnssec" : "dns-bogus",
        g_steal_pointer(&ask->args));
}

static void end_check(Dns *dns, Check check)
{
    dns->check = check;
    while (!g_queue_is_empty(&dns->doubted))
        end_bogus(g_queue_pop_head(&dns->doubted));
}

static void on_check(UbQuery *query, const UbAnswer *answer)
{
    Dns *dns = ((Flight *)query)->dns;
    g_hash_table_remove(dns->flights, query);
    end_check(dns, answer->security == UB_BOGUS ? CHECK_BAD : CHECK_GOOD);
}

/* A resolver that does not hand on signatures makes all bogus, the root itself too, and that says
 * nothing of the name that was asked about. */
static void doubt(Ask *ask)
{
    Dns *dns = ask->dns;
    ask_land(ask);
    g_queue_push_tail(&dns->doubted, ask);
    if (dns->check == CHECK_GOOD || dns->check == CHECK_BAD)
        end_check(dns, dns->check);
    if (dns->check != CHECK_NOT_ASKED)
        return;
    dns->check = CHECK_ASKED;
    if (fly(dns, NULL, ".", TYPE_SOA) != 0)
        end_check(dns, CHECK_GOOD);
}

static void judge(Ask *ask, UbSecurity security)
{
    if (!ask->answer.records)
        end(ask, "unknown", "dns-server-failed", about(ask, NULL));
    else if (!ask->answer.whole)
        end(ask, "unknown", "dns-malformed", about(ask, NULL));
    else if (security == UB_SECURE)
        end(ask, "secure", NULL, NULL);
    else if (ask->dns->anchored)
        end(ask, "insecure", NULL, NULL);
    else
        end(ask, "unknown", "dns-no-anchor", NULL);
}

static void on_answer(UbQuery *query, const UbAnswer *answer)
{
    Flight *flight = (Flight *)query;
    Dns *dns = flight->dns;
    Ask *ask = flight->ask;
    if (ask)
        ask->flight = NULL;
    g_hash_table_remove(dns->flights, flight);
    uv_timer_start(&dns->turn, on_turn, 0, 0);
    if (!ask)
        return;
    if (answer->security == UB_BOGUS) {
        ask->args = about(ask, answer->why ? answer->why : "");
        doubt(ask);
        return;
    }
    if (answer->packet && (answer->rcode == RCODE_NO_ERROR || answer->rcode == DNS_NAME_MISSING))
        ask->answer = dns_answer_read(answer->packet, answer->size, ask->type);
    judge(ask, answer->security);
}

static void begin(Ask *ask)
{
    Dns *dns = ask->dns;
    if (dns->failed) {
        end(ask, "unknown", "dns-not-asked", about(ask, dns->failed));
        return;
    }
    ask->timer = g_new0(uv_timer_t, 1);
    ask->timer->data = ask;
    uv_timer_init(dns->loop, ask->timer);
    uv_timer_start(ask->timer, on_deadline, LIMIT_DNS_MS, 0);
    int error = fly(dns, ask, ask->name, (int)ask->type);
    if (error) {
        ask->flight = NULL;
        end(ask, "unknown", "dns-not-asked", about(ask, ub_strerror(error)));
    }
}

static void on_turn(uv_timer_t *timer)
{
    Dns *dns = timer->data;
    while (!g_queue_is_empty(&dns->ended)) {
        Ask *ask = g_queue_pop_head(&dns->ended);
        const DnsResult result = {.state = ask->state,
                                  .reason = ask->reason,
                                  .args = ask->args,
                                  .answer = ask->answer.records ? &ask->answer : NULL};
        ask->done(ask->data, &result);
        ask_free(ask);
    }
    while (!g_queue_is_empty(&dns->waiting) && g_hash_table_size(dns->flights) < LIMIT_LOOKUPS)
        begin(g_queue_pop_head(&dns->waiting));
}

void dns_ask(Dns *dns, const char *name, DnsType type, DnsDone done, void *data)
{
    Ask *ask = g_new0(Ask, 1);
    ask->dns = dns;
    ask->name = g_strdup(name);
    ask->type = type;
    ask->done = done;
    ask->data = data;
    g_queue_push_tail(&dns->waiting, ask);
    uv_timer_start(&dns->turn, on_turn, 0, 0);
}

const char *dns_resolver(const Dns *dns)
{
    return dns->resolver;
}

/* ---- setting it up ---- */

/* As libunbound writes a server: ADDRESS or ADDRESS@PORT. */
static char *server_of(const char *text)
{
    const char *colon = strrchr(text, ':');
    if (text[0] == '[' && colon && colon > text + 1 && colon[-1] == ']')
        return g_strdup_printf("%.*s@%s", (int)(colon - text - 2), text + 1, colon + 1);
    if (colon && strchr(text, ':') == colon)
        return g_strdup_printf("%.*s@%s", (int)(colon - text), text, colon + 1);
    return g_strdup(text);
}

static int choose_resolver(Dns *dns, const char *server)
{
    if (server) {
        g_autofree char *address = server_of(server);
        dns->resolver = "given";
        return ub_ctx_set_fwd(dns->context, address);
    }
    dns->resolver = ub_ctx_resolvconf(dns->context, NULL) == 0 ? "system" : "own";
    return 0;
}

static int choose_anchor(Dns *dns, const char *given)
{
    for (size_t i = 0; !given && i < G_N_ELEMENTS(anchors); i++)
        if (g_file_test(anchors[i], G_FILE_TEST_IS_REGULAR))
            given = anchors[i];
    dns->anchored = given != NULL;
    return given ? ub_ctx_add_ta_file(dns->context, given) : 0;
}

static void on_first(UbQuery *query, const UbAnswer *answer)
{
    (void)query;
    (void)answer;
}

/* The first question makes libunbound read its files: it is one that needs nobody's answer. */
static int set_up(Dns *dns, const DnsOptions *options)
{
    int error = ub_ctx_debugout(dns->context, NULL);
    for (size_t i = 0; !error && i < G_N_ELEMENTS(settings); i++)
        error = ub_ctx_set_option(dns->context, settings[i][0], settings[i][1]);
    if (!error)
        error = choose_resolver(dns, options->server);
    if (!error)
        error = choose_anchor(dns, options->anchor);
    if (!error)
        error = ub_query_ask(dns->context, "localhost", DNS_A, &dns->first);
    return error;
}

Dns *dns_new(uv_loop_t *loop, const DnsOptions *options)
{
    Dns *dns = g_new0(Dns, 1);
    dns->loop = loop;
    dns->resolver = "own";
    dns->first.done = on_first;
    dns->base = ub_events_new(loop);
    dns->flights = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    dns->turn.data = dns;
    uv_timer_init(loop, &dns->turn);
    dns->context = ub_ctx_create_ub_event(dns->base);
    int failed = dns->context ? set_up(dns, options) : UB_NOMEM;
    if (failed)
        dns->failed = ub_strerror(failed);
    return dns;
}

static void on_closed(uv_handle_t *handle)
{
    Dns *dns = handle->data;
    ub_events_free(dns->base);
    g_free(dns);
}

void dns_close(Dns *dns)
{
    GQueue *queues[] = {&dns->waiting, &dns->ended, &dns->doubted};
    GHashTableIter iterator;
    gpointer flight;
    g_hash_table_iter_init(&iterator, dns->flights);
    while (g_hash_table_iter_next(&iterator, &flight, NULL))
        if (((Flight *)flight)->ask)
            g_queue_push_tail(&dns->waiting, ((Flight *)flight)->ask);
    for (size_t i = 0; i < G_N_ELEMENTS(queues); i++)
        g_queue_clear_full(queues[i], ask_free);
    if (dns->context)
        ub_ctx_delete(dns->context);
    g_hash_table_unref(dns->flights);
    uv_close((uv_handle_t *)&dns->turn, on_closed);
}
