#include "front/model/standing.h"

#include <string.h>

#include "common/fact/fact.h"

enum {
    DAY = 24 * 60 * 60,
    SHORT = 10 * DAY,          /* seconds */
    SHORTER = 7 * DAY,         /* the same */
    SHORTER_FROM = 1773532800, /* 2026-03-15T00:00:00Z */
};

static void free_fact(gpointer fact)
{
    json_decref(fact);
}

static bool same(const json_t *one, const json_t *other, const char *member)
{
    const json_t *a = json_object_get(one, member), *b = json_object_get(other, member);
    return a && b ? json_equal((json_t *)a, (json_t *)b) : a == b;
}

bool standing_fold_revocation(Connection *connection, json_t *fact)
{
    if (!fact_string(fact, "certificate", NULL) || !fact_string(fact, "status", NULL) ||
        fact_bool(fact, "asked", FALSE))
        return false;
    if (!connection->revocations)
        connection->revocations = g_ptr_array_new_with_free_func(free_fact);
    for (guint i = 0; i < connection->revocations->len; i++) {
        json_t *old = connection->revocations->pdata[i];
        if (!same(old, fact, "certificate") || !same(old, fact, "from") || !same(old, fact, "url"))
            continue;
        connection->revocations->pdata[i] = json_incref(fact);
        json_decref(old);
        return true;
    }
    g_ptr_array_add(connection->revocations, json_incref(fact));
    return true;
}

bool standing_fold_transparency(Connection *connection, json_t *fact)
{
    if (!json_is_object(json_object_get(fact, "policies")) || fact_bool(fact, "asked", FALSE))
        return false;
    json_incref(fact);
    json_decref(connection->transparency);
    connection->transparency = fact;
    return true;
}

static int weight(const json_t *fact)
{
    const char *status = fact_string(fact, "status", "");
    return strcmp(status, "revoked") == 0 ? 2 : strcmp(status, "good") == 0;
}

const json_t *standing_of(const Connection *connection, const char *sha256)
{
    const json_t *best = NULL;
    const GPtrArray *all = connection ? connection->revocations : NULL;
    for (guint i = 0; all && i < all->len; i++) {
        const json_t *fact = all->pdata[i];
        if (strcmp(fact_string(fact, "certificate", ""), sha256) == 0 &&
            (!best || weight(fact) > weight(best)))
            best = fact;
    }
    return best;
}

static bool ends_in_public(const Verdict *verdict)
{
    static const char *const stores[] = {"system", "mozilla", "java", NULL};
    const json_t *path = json_object_get(verdict->fact, "path");
    const json_t *last = json_array_get(path, json_array_size(path) - 1);
    return last && strcmp(fact_string(last, "from", ""), "store") == 0 &&
           g_strv_contains(stores, fact_string(verdict->fact, "store", "")) &&
           !fact_bool(verdict->fact, "private", FALSE);
}

bool standing_is_public(const Connection *connection)
{
    const GPtrArray *verdicts = connection ? connection->verdicts : NULL;
    for (guint i = 0; verdicts && i < verdicts->len; i++)
        if (ends_in_public(verdicts->pdata[i]))
            return true;
    return false;
}

bool standing_is_short(const Certificate *certificate)
{
    gint64 from = certificate->not_before, to = certificate->not_after;
    if (from == G_MININT64 || to == G_MININT64 || to == G_MAXINT64 || to < from)
        return false;
    return to - from <= (from >= SHORTER_FROM ? SHORTER : SHORT);
}

/* How a connection's timestamps fare, if it showed this leaf. */
static void look(const GPtrArray *connections, const char *leaf, const char *policy, int *met,
                 const json_t **fact)
{
    for (guint i = 0; i < connections->len && *met < 1; i++) {
        const Connection *connection = connections->pdata[i];
        const json_t *told = connection->transparency;
        if (!told || strcmp(fact_string(told, "certificate", ""), leaf) != 0)
            continue;
        const json_t *outcome = json_object_get(json_object_get(told, "policies"), policy);
        const json_t *says = json_object_get(outcome, "met");
        int this = json_is_boolean(says) ? json_is_true(says) : -1;
        if (!*fact || this == 1 || (this == -1 && *met == 0)) {
            *met = this;
            *fact = told;
        }
    }
}

int standing_policy(const Endpoint *endpoint, const char *policy, const json_t **fact)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    int met = -1;
    *fact = NULL;
    if (!leaf)
        return -1;
    look(endpoint->connections, leaf->sha256, policy, &met, fact);
    look(endpoint->questions, leaf->sha256, policy, &met, fact);
    return met;
}
