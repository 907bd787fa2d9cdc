#include "app/verifying.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"

struct Verifying {
    Stream *stream;
    GHashTable *chains; /* endpoint id -> set of those that were judged: hashes, joined */
};

Verifying *verifying_new(Stream *stream)
{
    Verifying *verifying = g_new0(Verifying, 1);
    verifying->stream = stream;
    verifying->chains =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    return verifying;
}

json_t *verifying_bytes(Stream *stream, const char *sha256)
{
    g_autoptr(GBytes) bytes = sha256 ? stream_bytes(stream, sha256) : NULL;
    if (!bytes)
        return NULL;
    gsize size = 0;
    const guchar *data = g_bytes_get_data(bytes, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    return json_string(base64);
}

/* The certificates of a chain as base64, in order; NULL if their bytes are not all there. */
static json_t *chain_bytes(const Verifying *verifying, const json_t *chain)
{
    g_autoptr(json_t) list = json_array();
    size_t index;
    const json_t *sha256;
    json_array_foreach(json_object_get(chain, "certificates"), index, sha256)
    {
        json_t *base64 = verifying_bytes(verifying->stream, json_string_value(sha256));
        if (!base64)
            return NULL;
        json_array_append_new(list, base64);
    }
    return json_array_size(list) > 0 ? json_incref(list) : NULL;
}

void verifying_add_staples(const Verifying *verifying, const json_t *chain, json_t *job)
{
    const json_t *staples = json_object_get(chain, "staples"), *sha256;
    size_t index;
    json_t *list = json_array();
    json_array_foreach(staples, index, sha256)
    {
        json_t *base64 = verifying_bytes(verifying->stream, json_string_value(sha256));
        json_array_append_new(list, base64 ? base64 : json_null());
    }
    json_object_set_new(job, "staples", list);
    json_t *scts = verifying_bytes(verifying->stream, fact_string(chain, "sct_list", NULL));
    if (scts)
        json_object_set_new(job, "sct_list", scts);
}

/* A chain of a dive is judged once, and once more with the timestamps that only some of its hellos
 * ask for. */
bool verifying_is_due(Verifying *verifying, const json_t *chain)
{
    const char *endpoint = fact_string(chain, "endpoint", "");
    const Connection *connection = g_hash_table_lookup(
        stream_model(verifying->stream)->by_connection, fact_string(chain, "connection", ""));
    g_autofree char *hashes = json_dumps(json_object_get(chain, "certificates"), JSON_COMPACT);
    const char *scts = fact_string(chain, "sct_list", "");
    g_autofree char *key = hashes ? g_strconcat(hashes, scts, NULL) : NULL;
    GHashTable *chains = g_hash_table_lookup(verifying->chains, endpoint);
    if (!key || !connection)
        return false;
    if (!chains) {
        chains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(verifying->chains, g_strdup(endpoint), chains);
    }
    bool known = g_hash_table_contains(chains, key);
    bool full = g_hash_table_size(chains) >= LIMIT_CHAINS;
    if (connection->question && (known || full))
        return false;
    if (!known && !full)
        g_hash_table_add(chains, g_steal_pointer(&key));
    return true;
}

json_t *verifying_job(const Verifying *verifying, const json_t *chain, const Endpoint *endpoint,
                      gint64 time)
{
    json_t *certificates = chain_bytes(verifying, chain);
    if (!certificates)
        return NULL;
    json_t *job = json_pack("{s:s,s:O,s:O,s:o,s:I}", "job", "verify", "endpoint",
                            json_object_get(chain, "endpoint"), "connection",
                            json_object_get(chain, "connection"), "certificates", certificates,
                            "time", (json_int_t)time);
    const char *name = fact_string(endpoint->fact, "server_name", endpoint->host);
    json_object_set_new(job, "name", json_string(name));
    return job;
}

void verifying_free(Verifying *verifying)
{
    if (!verifying)
        return;
    g_hash_table_unref(verifying->chains);
    g_free(verifying);
}
