#include "app/lookups.h"

#include <string.h>

#include "common/fact/fact.h"
#include "front/model/model.h"

/* What is known and waited for of an endpoint. */
typedef struct Place {
    char *endpoint;
    char *name;
    guint port;
    bool mail;
    Reach reach;
    char *domain;            /* that its mail is sent to; NULL: not known */
    guint pending;           /* questions that it waits for */
    const json_t *tlsa, *mx; /* of the questions; NULL: none (yet) */
    GHashTable *connections; /* set of those whose chains came while it waited */
} Place;

/* A thing that is asked for, once in a run. */
typedef struct Question {
    Lookups *lookups;
    const char *kind;   /* of `lookup`, or "policy"; static */
    json_t *fact;       /* dns or fetched; NULL: it is waited for */
    char *asker;        /* the endpoint that it was asked for, for which its facts are told */
    GPtrArray *waiting; /* Place */
} Question;

struct Lookups {
    Fetcher *fetcher;
    Stream *stream;
    FetchingEvents events;
    GHashTable *places;    /* endpoint id -> Place */
    GHashTable *questions; /* kind, name and port -> Question */
};

static void place_free(gpointer data)
{
    Place *place = data;
    g_free(place->endpoint);
    g_free(place->name);
    g_free(place->domain);
    g_hash_table_unref(place->connections);
    g_free(place);
}

static void question_free(gpointer data)
{
    Question *question = data;
    json_decref(question->fact);
    g_free(question->asker);
    g_ptr_array_unref(question->waiting);
    g_free(question);
}

static bool is_secure(const json_t *fact)
{
    return g_str_equal(fact_string(fact, "state", ""), "secure");
}

static const json_t *records_of(const json_t *fact)
{
    return json_object_get(fact, "records");
}

/* ---- what follows from an answer ------------------------------------------------------------ */

static void want(Lookups *lookups, Place *place, const char *kind, const char *name);

static bool lists(const json_t *mx, const char *host)
{
    size_t i;
    const json_t *record;
    json_array_foreach(records_of(mx), i, record)
    {
        if (g_ascii_strcasecmp(fact_string(record, "host", ""), host) == 0)
            return true;
    }
    return false;
}

static void follow_mx(Lookups *lookups, Place *place, const json_t *fact)
{
    const char *owner = fact_string(fact, "owner", "");
    place->mx = fact;
    if (json_array_size(records_of(fact)) == 0 ||
        (g_ascii_strcasecmp(owner, place->name) != 0 && !lists(fact, place->name)))
        return;
    place->domain = g_strdup(owner);
    want(lookups, place, "mta-sts", owner);
    want(lookups, place, "tlsrpt", owner);
}

/* With several records there is no policy (RFC 8461 section 3.1). */
static void follow_sts(Lookups *lookups, Place *place, const json_t *fact)
{
    if (json_array_size(records_of(fact)) == 1)
        want(lookups, place, "policy", place->domain);
}

static void follow(Lookups *lookups, Place *place, const Question *question)
{
    if (g_str_equal(question->kind, "tlsa"))
        place->tlsa = question->fact;
    else if (g_str_equal(question->kind, "mx"))
        follow_mx(lookups, place, question->fact);
    else if (g_str_equal(question->kind, "mta-sts"))
        follow_sts(lookups, place, question->fact);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Tells a fact for an endpoint too. */
static void tell_for(const Lookups *lookups, const json_t *fact, const char *endpoint)
{
    json_t *copy = json_copy((json_t *)fact);
    json_object_del(copy, "at");
    json_object_set_new(copy, "endpoint", json_string(endpoint));
    stream_add(lookups->stream, copy);
    json_decref(copy);
}

/* What was asked for one endpoint is told for another. */
static void tell_answer(const Lookups *lookups, const Question *question, const Place *place)
{
    if (g_str_equal(question->asker, place->endpoint))
        return;
    tell_for(lookups, question->fact, place->endpoint);
    const Endpoint *asker = model_endpoint(stream_model(lookups->stream), question->asker);
    if (g_str_equal(question->kind, "policy") && asker && asker->policy)
        tell_for(lookups, asker->policy, place->endpoint);
}

/* TLSA records count where DNSSEC proves them; for mail the way to the addresses has to be proven
 * as well (RFC 7672 section 2.2.2). */
static bool counts(const Place *place)
{
    return is_secure(place->tlsa) && json_array_size(records_of(place->tlsa)) > 0 &&
           (!place->mail || g_str_equal(fact_string(place->tlsa, "addresses", ""), "secure"));
}

static void end_waiting(const Lookups *lookups, const Place *place)
{
    GHashTableIter iter;
    gpointer id;
    bool again = counts(place);
    g_hash_table_iter_init(&iter, place->connections);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        lookups->events.ready(lookups->events.data, id, again);
}

/* The answer of a job that the fetcher has given up. */
static json_t *given_up(const Question *question, const json_t *job, const char *how)
{
    json_t *fact =
        json_pack("{s:O,s:s,s:s,s:{s:s}}", "endpoint", json_object_get(job, "endpoint"), "kind",
                  fact_string(job, "kind", ""), "reason", "fetcher-gave-up", "args", "how", how);
    bool policy = g_str_equal(question->kind, "policy");
    json_object_set_new(fact, "fact",
                        json_string(fact_kind_name(policy ? FACT_FETCHED : FACT_DNS)));
    if (policy) {
        json_object_set(fact, "url", json_object_get(job, "url"));
        return fact;
    }
    json_object_set(fact, "name", json_object_get(job, "name"));
    json_object_set(fact, "owner", json_object_get(job, "name"));
    json_object_set_new(fact, "resolver", json_string("system"));
    json_object_set_new(fact, "state", json_string("unknown"));
    json_object_set_new(fact, "records", json_array());
    return fact;
}

static void on_done(void *data, const json_t *job, const json_t *answer, const char *how)
{
    Question *question = data;
    Lookups *lookups = question->lookups;
    if (answer) {
        question->fact = json_incref((json_t *)answer);
    } else {
        question->fact = given_up(question, job, how);
        stream_add(lookups->stream, question->fact);
    }
    for (guint i = 0; i < question->waiting->len; i++) {
        Place *place = question->waiting->pdata[i];
        tell_answer(lookups, question, place);
        follow(lookups, place, question);
        if (--place->pending == 0)
            end_waiting(lookups, place);
    }
}

static void ask(const Question *question, const Place *place, const char *name)
{
    json_t *job = json_pack("{s:s}", "endpoint", place->endpoint);
    if (g_str_equal(question->kind, "policy")) {
        g_autofree char *url = g_strdup_printf("https://mta-sts.%s/.well-known/mta-sts.txt", name);
        json_object_set_new(job, "job", json_string("fetch"));
        json_object_set_new(job, "kind", json_string("mta-sts"));
        json_object_set_new(job, "url", json_string(url));
        json_object_set_new(job, "reach", json_string(reach_code(place->reach)));
    } else {
        json_object_set_new(job, "job", json_string("lookup"));
        json_object_set_new(job, "kind", json_string(question->kind));
        json_object_set_new(job, "name", json_string(name));
        json_object_set_new(job, "port", json_integer(place->port));
        json_object_set_new(job, "transport", json_string("tcp"));
    }
    fetcher_ask(question->lookups->fetcher, job, on_done, (void *)question);
}

/* `kind` is static. */
static void want(Lookups *lookups, Place *place, const char *kind, const char *name)
{
    guint port = g_str_equal(kind, "tlsa") ? place->port : 0;
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *key = g_strdup_printf("%s %s %u", kind, lower, port);
    Question *question = g_hash_table_lookup(lookups->questions, key);
    if (question && question->fact) {
        tell_answer(lookups, question, place);
        follow(lookups, place, question);
        return;
    }
    if (!question) {
        question = g_new0(Question, 1);
        question->lookups = lookups;
        question->kind = kind;
        question->asker = g_strdup(place->endpoint);
        question->waiting = g_ptr_array_new();
        g_hash_table_insert(lookups->questions, g_steal_pointer(&key), question);
        ask(question, place, lower);
    }
    g_ptr_array_add(question->waiting, place);
    place->pending++;
}

void lookups_begin(Lookups *lookups, const Connection *connection)
{
    const Endpoint *endpoint = connection->endpoint;
    const char *name = fact_string(endpoint->fact, "server_name", NULL);
    Place *place = g_hash_table_lookup(lookups->places, endpoint->id);
    if (!name)
        return;
    if (!place) {
        place = g_new0(Place, 1);
        place->endpoint = g_strdup(endpoint->id);
        place->name = g_strdup(name);
        place->port = endpoint->port;
        place->mail = endpoint_takes_mail(endpoint);
        place->reach = fetching_reach(connection);
        place->connections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(lookups->places, place->endpoint, place);
        want(lookups, place, "tlsa", name);
        want(lookups, place, "caa", name);
        if (place->mail)
            want(lookups, place, "mx", name);
    }
    if (place->pending > 0)
        g_hash_table_add(place->connections, g_strdup(connection->id));
}

/* ---- handing over --------------------------------------------------------------------------- */

static void add_name(json_t *names, const char *name)
{
    size_t i;
    const json_t *known;
    json_array_foreach(names, i, known)
    {
        if (g_ascii_strcasecmp(json_string_value(known), name) == 0)
            return;
    }
    json_array_append_new(names, json_string(name));
}

/* Names of which the certificate must have one (RFC 7672 section 3.2.2): the one whose records they
 * are, the one that it is an alias of, and the mail domain, where MX records are proven. */
static json_t *names_of(const Place *place)
{
    json_t *names = json_array();
    add_name(names, fact_string(place->tlsa, "owner", place->name));
    add_name(names, place->name);
    if (place->domain && is_secure(place->mx))
        add_name(names, place->domain);
    return names;
}

void lookups_add(const Lookups *lookups, json_t *job)
{
    const Place *place = g_hash_table_lookup(lookups->places, fact_string(job, "endpoint", ""));
    if (!place || place->pending > 0 || !counts(place))
        return;
    json_object_set(job, "tlsa", json_object_get(place->tlsa, "records"));
    json_object_set_new(job, "tlsa_names", names_of(place));
    json_object_set_new(job, "mail", json_boolean(place->mail));
}

bool lookups_wait(const Lookups *lookups, const char *endpoint)
{
    const Place *place = g_hash_table_lookup(lookups->places, endpoint);
    return place && place->pending > 0;
}

/* ---- beginning and end ---------------------------------------------------------------------- */

Lookups *lookups_new(Fetcher *fetcher, Stream *stream, const FetchingEvents *events)
{
    Lookups *lookups = g_new0(Lookups, 1);
    lookups->fetcher = fetcher;
    lookups->stream = stream;
    lookups->events = *events;
    lookups->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, place_free);
    lookups->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, question_free);
    return lookups;
}

void lookups_free(Lookups *lookups)
{
    if (!lookups)
        return;
    g_hash_table_unref(lookups->questions);
    g_hash_table_unref(lookups->places);
    g_free(lookups);
}
