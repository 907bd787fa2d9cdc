#include "worker/loop/job.h"

#include <sys/socket.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

enum { PORT_MAX = 65535, ALPN_MAX = 64 };

static const struct {
    const char *name;
    DiveDepth depth;
} depths[] = {{"versions", DIVE_VERSIONS}, {"full", DIVE_FULL}, {"one", DIVE_ONE}};

static const char *depth_of(const json_t *json)
{
    return fact_string(json, "depth", "handshake");
}

bool job_wants_handshake(const json_t *json)
{
    return fact_bool(json, "handshake", true);
}

bool job_wants_dive(const json_t *json)
{
    return !g_str_equal(depth_of(json), "handshake");
}

const char *job_depth(const Job *job)
{
    size_t i = 0;

    while (i + 1 < G_N_ELEMENTS(depths) && depths[i].depth != job->depth)
        i++;
    return job->dives ? depths[i].name : "handshake";
}

static bool read_alpn(Job *job, const json_t *alpn)
{
    g_autoptr(GPtrArray) protocols = g_ptr_array_new_with_free_func(g_free);
    const json_t *protocol;
    size_t i;

    if (json_array_size(alpn) > ALPN_MAX)
        return false;
    json_array_foreach(alpn, i, protocol)
    {
        if (!json_is_string(protocol))
            return false;
        g_ptr_array_add(protocols, g_strdup(json_string_value(protocol)));
    }
    if (protocols->len == 0)
        return true;
    g_ptr_array_add(protocols, NULL);
    job->alpn = (GStrv)g_ptr_array_steal(protocols, NULL);
    return true;
}

static bool read_family(Job *job, const json_t *json)
{
    json_int_t family = fact_integer(json, "family", 0);

    job->family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
    return family == 0 || job->family != AF_UNSPEC;
}

/* NULL, or what is wrong. */
static const char *read_dive(Job *job, const json_t *json)
{
    json_int_t allowed = fact_integer(json, "allowed", LIMIT_DIVE_CONNECTIONS);
    json_int_t times = fact_integer(json, "times", 1);
    json_t *question = json_object_get(json, "question");
    bool known = !job_wants_dive(json);

    job->handshake = job_wants_handshake(json);
    job->dives = job_wants_dive(json);
    for (size_t i = 0; i < G_N_ELEMENTS(depths); i++)
        if (g_str_equal(depth_of(json), depths[i].name)) {
            job->depth = depths[i].depth;
            known = true;
        }
    if (!known)
        return "depth";
    if (!job->handshake && !job->dives)
        return "handshake";
    if (allowed < 1 || allowed > G_MAXINT)
        return "allowed";
    if (times < 1 || times > LIMIT_TIMES)
        return "times";
    if (job->dives && job->depth == DIVE_ONE && !json_is_object(question))
        return "question";
    job->allowed = (guint)allowed;
    job->times = (guint)times;
    job->question = json_is_object(question) ? json_incref(question) : NULL;
    return NULL;
}

const char *job_read(Job *job, const json_t *json)
{
    json_int_t port = fact_integer(json, "port", 0), weight = fact_integer(json, "weight", 0);
    json_int_t number = fact_integer(json, "connection", 1);
    const char *entry = fact_string(json, "entry", "");

    *job = (Job){.endpoint = g_strdup(fact_string(json, "endpoint", "")),
                 .host = g_strdup(fact_string(json, "host", "")),
                 .protocol = g_strdup(fact_string(json, "protocol", NULL)),
                 .server_name = g_strdup(fact_string(json, "server_name", NULL)),
                 .priority = g_strdup(fact_string(json, "priority", NULL)),
                 .idle = fact_number(json, "idle", LIMIT_IDLE_MS / 1000.0),
                 .starttls = g_str_equal(entry, "starttls"),
                 .port = (guint)port,
                 .weight = (guint)CLAMP(weight, 0, G_MAXINT),
                 .connection = (guint)number};
    job->total = fact_number(json, "total", job->idle * LIMIT_TOTAL_FACTOR);
    if (job->endpoint[0] == '\0')
        return "endpoint";
    if (job->host[0] == '\0')
        return "host";
    if (!read_family(job, json))
        return "family";
    if (port < 1 || port > PORT_MAX)
        return "port";
    if (!job->starttls && !g_str_equal(entry, "tls"))
        return "entry";
    if (number < 1 || number > G_MAXINT)
        return "connection";
    if (!(job->idle > 0) || !(job->total > 0))
        return "idle, total";
    if (!read_alpn(job, json_object_get(json, "alpn")))
        return "alpn";
    return read_dive(job, json);
}

void job_clear(Job *job)
{
    g_free(job->endpoint);
    g_free(job->host);
    g_free(job->protocol);
    g_free(job->server_name);
    g_free(job->priority);
    g_strfreev(job->alpn);
    json_decref(job->question);
}
