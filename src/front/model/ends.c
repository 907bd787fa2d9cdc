#include "front/model/ends.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"

static const Verdict *verdict_of(const Endpoint *endpoint)
{
    return endpoint->best ? endpoint->best->verdict : NULL;
}

static bool is_dated(const Certificate *certificate)
{
    return certificate && certificate->not_after != G_MININT64 &&
           certificate->not_after != G_MAXINT64;
}

/* Takes the end of a certificate where it is before the one found so far. */
static void take_earlier(const Certificate *certificate, gint64 *at, const char **sha256)
{
    if (!is_dated(certificate) || (*sha256 && certificate->not_after >= *at))
        return;
    *at = certificate->not_after;
    *sha256 = certificate->sha256;
}

bool endpoint_end(const Model *model, const Endpoint *endpoint, gint64 *at, const char **sha256)
{
    const Verdict *verdict = verdict_of(endpoint);
    const json_t *step;
    size_t i;
    *sha256 = NULL;
    if (verdict) {
        const char *with = fact_string(verdict->fact, "ends_with", NULL);
        if (with && text_to_time(fact_string(verdict->fact, "valid_until", ""), at)) {
            *sha256 = with;
            return true;
        }
        json_array_foreach(json_object_get(verdict->fact, "path"), i, step)
            take_earlier(model_certificate(model, fact_string(step, "sha256", "")), at, sha256);
    }
    take_earlier(endpoint_leaf(endpoint), at, sha256);
    return *sha256 != NULL;
}

static void end_free(gpointer data)
{
    End *end = data;
    g_free(end->sha256);
    g_free(end->identity);
    g_ptr_array_unref(end->endpoints);
    g_free(end);
}

static gint first_first(gconstpointer a, gconstpointer b)
{
    const End *left = *(End *const *)a, *right = *(End *const *)b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return strcmp(left->sha256, right->sha256);
}

GPtrArray *model_ends(const Model *model)
{
    GPtrArray *ends = g_ptr_array_new_with_free_func(end_free);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < model->endpoints->len; i++) {
        Endpoint *endpoint = model->endpoints->pdata[i];
        const char *sha256;
        gint64 at = 0;
        if (!endpoint_end(model, endpoint, &at, &sha256))
            continue;
        g_autofree char *identity = g_strdup_printf("%" G_GINT64_FORMAT "/%s", at, sha256);
        End *end = g_hash_table_lookup(known, identity);
        if (!end) {
            end = g_new0(End, 1);
            *end = (End){at, g_strdup(sha256), g_ptr_array_new(), g_steal_pointer(&identity)};
            g_hash_table_insert(known, end->identity, end);
            g_ptr_array_add(ends, end);
        }
        g_ptr_array_add(end->endpoints, endpoint);
    }
    g_ptr_array_sort(ends, first_first);
    return ends;
}

GString *model_certificate_name(const Model *model, const Endpoint *endpoint, const char *sha256)
{
    const Certificate *certificate = model_certificate(model, sha256);
    const Verdict *verdict = verdict_of(endpoint);
    const json_t *step;
    size_t i;
    if (certificate && certificate->name->len)
        return g_string_new_len(certificate->name->str, (gssize)certificate->name->len);
    json_array_foreach(verdict ? json_object_get(verdict->fact, "path") : NULL, i,
                       step) if (strcmp(fact_string(step, "sha256", ""), sha256) == 0)
    {
        GString *subject = fact_text_get(json_object_get(step, "subject"));
        if (subject)
            return subject;
    }
    return g_string_new_len(sha256, 16);
}

/* ---- the next change ---- */

typedef struct Change {
    gint64 from;
    int direction;
    gint64 at;
    const Certificate *certificate;
    bool found;
} Change;

static void consider(Change *change, gint64 at, const Certificate *certificate)
{
    bool beyond = change->direction > 0 ? at > change->from : at < change->from;
    bool nearer = change->direction > 0 ? at < change->at : at > change->at;
    if (!beyond || (change->found && !nearer))
        return;
    change->at = at;
    change->certificate = certificate;
    change->found = true;
}

static bool is_served(const Certificate *certificate)
{
    for (guint i = 0; certificate->places && i < certificate->places->len; i++)
        if (serving_is_now(certificate->places->pdata[i]))
            return true;
    return !certificate->places; /* of a file, or fetched */
}

/* What the certificates tell, and what the verdicts know beside them: the roots of a store. */
bool model_next_change(const Model *model, gint64 from, int direction, gint64 *at,
                       const Certificate **certificate)
{
    Change change = {.from = from, .direction = direction};
    const GPtrArray *certificates = model->inventory->certificates;
    for (guint i = 0; i < certificates->len; i++) {
        const Certificate *one = certificates->pdata[i];
        if (!one->fact || !is_served(one))
            continue;
        if (one->not_before != G_MININT64)
            consider(&change, one->not_before, one);
        if (is_dated(one))
            consider(&change, one->not_after + 1, one);
    }
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Verdict *verdict = verdict_of(model->endpoints->pdata[i]);
        gint64 time;
        if (!verdict)
            continue;
        if (text_to_time(fact_string(verdict->fact, "valid_from", ""), &time))
            consider(&change, time, NULL);
        if (text_to_time(fact_string(verdict->fact, "valid_until", ""), &time))
            consider(&change, time + 1,
                     model_certificate(model, fact_string(verdict->fact, "ends_with", "")));
    }
    *at = change.at;
    *certificate = change.certificate;
    return change.found;
}
