#include "app/fetching.h"

#include <string.h>

#include "app/kept.h"
#include "app/verifying.h"
#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "common/util/text.h"

enum { ISSUER_DAY = 24 * 60 * 60 }; /* seconds that an issuer is kept where HTTP says nothing */

/* One thing that is asked for. */
typedef struct Item {
    struct Fetching *fetching;
    char *key;
    const char *kind; /* static */
    char *url;
    char *certificate; /* of OCSP: the one that it is about; else the first that points to it */
    Reach reach;
    json_t *fact;        /* fetched; NULL: it is waited for, or was given up */
    bool done;           /* it is not waited for */
    GHashTable *waiting; /* set of connections that wait for it */
} Item;

/* A connection whose chain is looked after. */
typedef struct Need {
    char *endpoint;
    guint rounds;
    guint pending; /* things that it waits for */
    guint given;   /* things that its last job had */
} Need;

struct Fetching {
    const Options *options;
    Fetcher *fetcher;
    Stream *stream;
    FetchingEvents events;
    char *folder;          /* NULL: nothing is kept */
    GHashTable *items;     /* key -> Item */
    GHashTable *pointed;   /* hash of a certificate -> GPtrArray of Item */
    GHashTable *needs;     /* connection -> Need */
    GHashTable *endpoints; /* endpoint -> needs of it that wait, as a number */
    gint64 now;
};

typedef struct Plan {
    Fetching *fetching;
    const Certificate *certificate;
    const char *issuer; /* hash; NULL: not known */
    const char *connection;
    Need *need;
    Reach reach;
} Plan;

/* ---- things --------------------------------------------------------------------------------- */

static void item_free(gpointer data)
{
    Item *item = data;
    g_free(item->key);
    g_free(item->url);
    g_free(item->certificate);
    json_decref(item->fact);
    g_hash_table_unref(item->waiting);
    g_free(item);
}

static void need_free(gpointer data)
{
    g_free(((Need *)data)->endpoint);
    g_free(data);
}

static bool has_come(const Item *item)
{
    return item->done && fact_string(item->fact, "sha256", NULL);
}

static bool is_kind(const Item *item, const char *kind)
{
    return g_str_equal(item->kind, kind);
}

static void count_waiting(Fetching *fetching, const char *endpoint, int by)
{
    int count = GPOINTER_TO_INT(g_hash_table_lookup(fetching->endpoints, endpoint)) + by;
    if (count > 0)
        g_hash_table_insert(fetching->endpoints, g_strdup(endpoint), GINT_TO_POINTER(count));
    else
        g_hash_table_remove(fetching->endpoints, endpoint);
}

/* The certificates that matter for a connection: those sent, and those of its path. */
static GHashTable *certificates_of(const Connection *connection)
{
    GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(connection->chain, "certificates"), i, one)
    {
        if (json_is_string(one))
            g_hash_table_add(set, (char *)json_string_value(one));
    }
    const json_t *path =
        connection->verdict ? json_object_get(connection->verdict->fact, "path") : NULL;
    json_array_foreach(path, i, one)
    {
        g_hash_table_add(set, (char *)fact_string(one, "sha256", ""));
    }
    return set;
}

static guint come_for(const Fetching *fetching, const Connection *connection)
{
    g_autoptr(GHashTable) set = certificates_of(connection);
    GHashTableIter iter;
    gpointer sha256;
    guint count = 0;
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &sha256, NULL)) {
        const GPtrArray *items = g_hash_table_lookup(fetching->pointed, sha256);
        for (guint i = 0; items && i < items->len; i++)
            count += has_come(items->pdata[i]);
    }
    return count;
}

/* ---- keeping -------------------------------------------------------------------------------- */

static void keep(const Fetching *fetching, const Item *item, gint64 until)
{
    gint64 expires = 0;
    if (text_to_time(fact_string(item->fact, "expires", ""), &expires))
        until = until ? MIN(until, expires) : expires;
    if (!fetching->folder || fetching->options->fetch_nonce || until <= fetching->now ||
        fact_bool(item->fact, "cached", FALSE))
        return;
    g_autoptr(json_t) thing = json_pack("{s:O}", "fact", item->fact);
    json_t *body = verifying_bytes(fetching->stream, fact_string(item->fact, "sha256", NULL));
    json_t *request = verifying_bytes(fetching->stream, fact_string(item->fact, "request", NULL));
    if (request)
        json_object_set_new(thing, "request", request);
    if (!body)
        return;
    json_object_set_new(thing, "body", body);
    kept_put(fetching->folder, item->key, thing, until);
}

static void tell_bytes(const Fetching *fetching, const char *base64, const char *sha256)
{
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(base64, &size);
    g_autoptr(GPtrArray) parts = fact_bytes(sha256, bytes, size);
    for (guint i = 0; i < parts->len; i++)
        stream_add(fetching->stream, parts->pdata[i]);
}

/* Takes what an earlier run has kept. */
static bool take_kept(const Fetching *fetching, Item *item)
{
    if (!fetching->folder || fetching->options->fetch_nonce)
        return false;
    g_autoptr(json_t) thing = kept_get(fetching->folder, item->key, fetching->now);
    if (!thing)
        return false;
    json_t *fact = json_copy(json_object_get(thing, "fact"));
    const char *request = fact_string(thing, "request", NULL);
    tell_bytes(fetching, fact_string(thing, "body", ""), fact_string(fact, "sha256", ""));
    if (request)
        tell_bytes(fetching, request, fact_string(fact, "request", ""));
    json_object_del(fact, "at");
    json_object_set_new(fact, "cached", json_true());
    stream_add(fetching->stream, fact);
    item->fact = fact;
    item->done = true;
    return true;
}

void fetching_keep(Fetching *fetching, const json_t *revocation, gint64 now)
{
    const char *sha256 = fact_string(revocation, "sha256", NULL);
    const GPtrArray *items =
        g_hash_table_lookup(fetching->pointed, fact_string(revocation, "certificate", ""));
    gint64 until = 0;
    fetching->now = now;
    if (g_str_equal(fact_string(revocation, "status", "unknown"), "unknown") ||
        !text_to_time(fact_string(revocation, "next_update", ""), &until))
        return;
    for (guint i = 0; sha256 && items && i < items->len; i++) {
        const Item *item = items->pdata[i];
        if (has_come(item) && g_str_equal(fact_string(item->fact, "sha256", ""), sha256))
            keep(fetching, item, until);
    }
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Everybody who waited for it goes on. */
static void release(Fetching *fetching, Item *item)
{
    g_autoptr(GHashTable) waiting = g_steal_pointer(&item->waiting);
    GHashTableIter iter;
    gpointer id;
    item->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_iter_init(&iter, waiting);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        Need *need = g_hash_table_lookup(fetching->needs, id);
        const Connection *connection =
            g_hash_table_lookup(stream_model(fetching->stream)->by_connection, id);
        if (--need->pending > 0)
            continue;
        count_waiting(fetching, need->endpoint, -1);
        bool again = connection && come_for(fetching, connection) > need->given;
        fetching->events.ready(fetching->events.data, id, again);
    }
}

static void on_done(void *data, const json_t *job, const json_t *answer, const char *how)
{
    Item *item = data;
    Fetching *fetching = item->fetching;
    item->done = true;
    if (answer) {
        item->fact = json_incref((json_t *)answer);
    } else {
        item->fact =
            json_pack("{s:s,s:O?,s:s,s:O,s:s,s:{s:s}}", "fact", "fetched", "certificate",
                      json_object_get(job, "certificate"), "kind", item->kind, "url",
                      json_object_get(job, "url"), "reason", "fetcher-gave-up", "args", "how", how);
        stream_add(fetching->stream, item->fact);
    }
    if (is_kind(item, "issuer") && has_come(item))
        keep(fetching, item,
             fact_string(item->fact, "expires", NULL) ? 0 : fetching->now + ISSUER_DAY);
    release(fetching, item);
}

static void ask(const Plan *plan, Item *item)
{
    Fetching *fetching = plan->fetching;
    item->done = false;
    item->reach = plan->reach;
    g_clear_pointer(&item->fact, json_decref);
    if (take_kept(fetching, item))
        return;
    json_t *job =
        json_pack("{s:s,s:s,s:s,s:s,s:s}", "job", "fetch", "kind", item->kind, "url", item->url,
                  "certificate", item->certificate, "reach", reach_code(item->reach));
    if (is_kind(item, "ocsp")) {
        json_t *certificate = verifying_bytes(fetching->stream, item->certificate);
        json_t *issuer = verifying_bytes(fetching->stream, plan->issuer);
        json_object_set_new(job, "base64", certificate ? certificate : json_string(""));
        json_object_set_new(job, "issuer", issuer ? issuer : json_string(""));
        json_object_set_new(job, "nonce", json_boolean(fetching->options->fetch_nonce));
    }
    fetcher_ask(fetching->fetcher, job, on_done, item);
}

static void point(Fetching *fetching, const char *sha256, Item *item)
{
    GPtrArray *items = g_hash_table_lookup(fetching->pointed, sha256);
    if (!items) {
        items = g_ptr_array_new();
        g_hash_table_insert(fetching->pointed, g_strdup(sha256), items);
    }
    if (!g_ptr_array_find(items, item, NULL))
        g_ptr_array_add(items, item);
}

/* The thing that the certificate points to; it is asked for, if it never was. */
static const Item *want(const Plan *plan, const char *kind, const char *url)
{
    Fetching *fetching = plan->fetching;
    const char *sha256 = plan->certificate->sha256;
    bool own = g_str_equal(kind, "ocsp");
    g_autofree char *key = g_strdup_printf("%s %s %s", kind, own ? sha256 : "", url);
    Item *item = g_hash_table_lookup(fetching->items, key);
    if (!item) {
        item = g_new0(Item, 1);
        item->fetching = fetching;
        item->key = g_strdup(key);
        item->kind = kind;
        item->url = g_strdup(url);
        item->certificate = g_strdup(sha256);
        item->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(fetching->items, g_strdup(key), item);
        ask(plan, item);
    } else if (item->done && plan->reach > item->reach &&
               g_str_equal(fact_string(item->fact, "reason", ""), "fetch-private")) {
        ask(plan, item);
    }
    point(fetching, sha256, item);
    if (!item->done && g_hash_table_add(item->waiting, g_strdup(plan->connection)))
        plan->need->pending++;
    return item;
}

/* ---- what is wanted ------------------------------------------------------------------------- */

static const char *address_at(const Plan *plan, const char *member, size_t index)
{
    const json_t *list = json_object_get(plan->certificate->fact, member);
    return index < LIMIT_FETCH_ADDRESSES ? json_string_value(json_array_get(list, index)) : NULL;
}

/* One after the other, until one gives what is wanted. False if all have failed, or there is none.
 */
static bool want_first(const Plan *plan, const char *kind, const char *member)
{
    const char *url;
    for (size_t i = 0; (url = address_at(plan, member, i)); i++) {
        const Item *item = want(plan, kind, url);
        if (!item->done || has_come(item))
            return true;
    }
    return false;
}

static void want_all(const Plan *plan, const char *kind, const char *member)
{
    const char *url;
    for (size_t i = 0; (url = address_at(plan, member, i)); i++)
        want(plan, kind, url);
}

static void want_status(const Plan *plan)
{
    bool asked = want_first(plan, "ocsp", "ocsp");
    if (asked && !plan->fetching->options->fetch_crl)
        return;
    want_all(plan, "crl", "crl");
    want_all(plan, "crl", "freshest_crl");
}

static void want_path(Plan *plan, const json_t *path)
{
    size_t count = json_array_size(path), i;
    const json_t *step;
    json_array_foreach(path, i, step)
    {
        const json_t *above = json_array_get(path, i + 1);
        plan->certificate = model_certificate(stream_model(plan->fetching->stream),
                                              fact_string(step, "sha256", ""));
        plan->issuer = fact_string(above, "sha256", NULL);
        if (!plan->certificate || !plan->certificate->fact ||
            g_str_equal(fact_string(step, "from", ""), "store") ||
            (i + 1 == count && fact_bool(plan->certificate->fact, "self_issued", FALSE)))
            continue;
        if (plan->issuer)
            want_status(plan);
        else
            want_first(plan, "issuer", "issuers");
    }
}

Reach fetching_reach(const Connection *connection)
{
    Reach reach = reach_of_text(connection->address ? connection->address->str : "");
    return reach == REACH_NONE ? REACH_PUBLIC : reach;
}

void fetching_judged(Fetching *fetching, const Connection *connection, gint64 now)
{
    Need *need = g_hash_table_lookup(fetching->needs, connection->id);
    if (!connection->verdict || !connection->chain)
        return;
    if (!need) {
        need = g_new0(Need, 1);
        need->endpoint = g_strdup(connection->endpoint->id);
        g_hash_table_insert(fetching->needs, g_strdup(connection->id), need);
    }
    if (need->pending > 0 || need->rounds >= LIMIT_FETCH_ROUNDS)
        return;
    need->rounds++;
    Plan plan = {.fetching = fetching,
                 .connection = connection->id,
                 .need = need,
                 .reach = fetching_reach(connection)};
    fetching->now = now;
    want_path(&plan, json_object_get(connection->verdict->fact, "path"));
    if (need->pending > 0)
        count_waiting(fetching, need->endpoint, 1);
    else if (come_for(fetching, connection) > need->given)
        fetching->events.ready(fetching->events.data, connection->id, true);
}

/* ---- handing over --------------------------------------------------------------------------- */

static void add_item(const Fetching *fetching, json_t *job, const Item *item, const char *sha256)
{
    json_t *body = verifying_bytes(fetching->stream, fact_string(item->fact, "sha256", NULL));
    if (!body)
        return;
    if (is_kind(item, "issuer")) {
        json_array_append_new(json_object_get(job, "extra"), body);
        return;
    }
    json_t *response = json_pack("{s:s,s:s,s:s,s:o}", "certificate", sha256, "kind", item->kind,
                                 "url", item->url, "base64", body);
    json_t *request = verifying_bytes(fetching->stream, fact_string(item->fact, "request", NULL));
    if (request)
        json_object_set_new(response, "request", request);
    json_array_append_new(json_object_get(job, "responses"), response);
}

void fetching_add(Fetching *fetching, json_t *job)
{
    const char *id = fact_string(job, "connection", "");
    const Connection *connection =
        g_hash_table_lookup(stream_model(fetching->stream)->by_connection, id);
    if (!connection)
        return;
    Need *need = g_hash_table_lookup(fetching->needs, id);
    if (need)
        need->given = come_for(fetching, connection);
    json_object_set_new(job, "found", json_true());
    json_object_set_new(job, "extra", json_array());
    json_object_set_new(job, "responses", json_array());
    g_autoptr(GHashTable) set = certificates_of(connection);
    GHashTableIter iter;
    gpointer sha256;
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &sha256, NULL)) {
        const GPtrArray *items = g_hash_table_lookup(fetching->pointed, sha256);
        for (guint i = 0; items && i < items->len; i++)
            if (has_come(items->pdata[i]))
                add_item(fetching, job, items->pdata[i], sha256);
    }
}

/* ---- beginning and end ---------------------------------------------------------------------- */

bool fetching_waits(const Fetching *fetching, const char *endpoint)
{
    return g_hash_table_contains(fetching->endpoints, endpoint);
}

static void items_free(gpointer items)
{
    g_ptr_array_unref(items);
}

Fetching *fetching_new(const Options *options, Fetcher *fetcher, Stream *stream,
                       const FetchingEvents *events)
{
    Fetching *fetching = g_new0(Fetching, 1);
    fetching->options = options;
    fetching->fetcher = fetcher;
    fetching->stream = stream;
    fetching->events = *events;
    fetching->folder = options->no_cache ? NULL : kept_folder();
    fetching->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, item_free);
    fetching->pointed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, items_free);
    fetching->needs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, need_free);
    fetching->endpoints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return fetching;
}

void fetching_free(Fetching *fetching)
{
    if (!fetching)
        return;
    g_hash_table_unref(fetching->items);
    g_hash_table_unref(fetching->pointed);
    g_hash_table_unref(fetching->needs);
    g_hash_table_unref(fetching->endpoints);
    g_free(fetching->folder);
    g_free(fetching);
}
