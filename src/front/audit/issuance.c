#include "front/audit/issuance.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"

enum { HOUR = 60 * 60, DAY = 24 * HOUR };

/* From then on the classic profile has no clientAuth, which only tlsclient had (Let's Encrypt's
 * announcement of 2025-05-14). */
static const char single_purpose[] = "2026-02-11T00:00:00Z";

static const char *text_of(const Certificate *certificate, const char *member)
{
    return fact_string(certificate->fact, member, "");
}

/* The profiles differ in what they leave out, and in their lifetimes
 * (letsencrypt.org/docs/profiles); the lifetime alone would not do, for those of classic and
 * tlsserver change with the years. */
static const char *profile_of(const Certificate *leaf, gint64 life)
{
    gint64 since;
    bool bare = !*text_of(leaf, "common_name") && !*text_of(leaf, "subject_key_id");
    if (life < 10 * (gint64)DAY)
        return "shortlived";
    if (bare)
        return "tlsserver";
    if (fact_list_has(json_object_get(leaf->fact, "extended_key_usage"), "clientAuth") &&
        text_to_time(single_purpose, &since) && leaf->not_before >= since)
        return "tlsclient";
    return "classic";
}

/* Let's Encrypt's advice: with a third of the lifetime left, and halfway where that is under ten
 * days. */
static gint64 renewal_of(const Certificate *leaf, gint64 life)
{
    return leaf->not_after - (life < 10 * (gint64)DAY ? life / 2 : life / 3);
}

static const LeCertificate *published(const Connection *connection, guint place)
{
    const GPtrArray *sent = connection->certificates;
    const Certificate *certificate = place < sent->len ? sent->pdata[place] : NULL;
    return certificate ? registry_le_certificate(certificate->sha256) : NULL;
}

/* The chain as its publisher writes it: each CA signed by the next one, the last signer in the
 * place of a root that was not sent. NULL where it is no such chain. */
static char *chain_as_sent(const Connection *connection)
{
    GString *chain = g_string_new(NULL);
    const LeCertificate *last = NULL;
    for (guint i = 1; i < connection->certificates->len; i++) {
        const LeCertificate *next = published(connection, i);
        if (!next || (last && strcmp(last->signer, next->ca) != 0)) {
            g_string_free(chain, TRUE);
            return NULL;
        }
        g_string_append_printf(chain, "%s%s", chain->len ? " < " : "", next->ca);
        last = next;
    }
    if (last && strcmp(last->signer, last->ca) != 0)
        g_string_append_printf(chain, " < %s", last->signer);
    return g_string_free(chain, last == NULL);
}

static void match_chains(Issuance *issuance)
{
    g_auto(GStrv) chains = g_strsplit(issuance->ca->chains ? issuance->ca->chains : "", "|", 0);
    GPtrArray *others = g_ptr_array_new();
    issuance->offered = -1;
    for (guint i = 0; chains[i]; i++) {
        if (issuance->chain && strcmp(chains[i], issuance->chain) == 0)
            issuance->offered = (int)i;
        else
            g_ptr_array_add(others, g_strdup(chains[i]));
    }
    g_ptr_array_add(others, NULL);
    issuance->others = (char **)g_ptr_array_free(others, FALSE);
}

bool issuance_read(const Connection *connection, Issuance *issuance)
{
    const Certificate *leaf = connection->certificates && connection->certificates->len
                                  ? connection->certificates->pdata[0]
                                  : NULL;
    memset(issuance, 0, sizeof *issuance);
    if (!leaf || !leaf->fact || leaf->not_before == G_MININT64 || leaf->not_after == G_MININT64 ||
        leaf->not_after == G_MAXINT64 || leaf->not_after < leaf->not_before)
        return false;
    const LeCertificate *above = published(connection, 1);
    bool trusted = connection->verdict && connection->verdict->trusted;
    issuance->ca = registry_le_ca(leaf->issuer_name->str);
    if (!issuance->ca || !strstr(text_of(leaf, "issuer"), "O=Let's Encrypt") ||
        !(above ? strcmp(above->ca, issuance->ca->name) == 0 : trusted))
        return false;
    gint64 life = leaf->not_after - leaf->not_before + 1;
    issuance->profile = profile_of(leaf, life);
    issuance->renew = renewal_of(leaf, life);
    issuance->chain = chain_as_sent(connection);
    match_chains(issuance);
    return true;
}

void issuance_clear(Issuance *issuance)
{
    g_clear_pointer(&issuance->chain, g_free);
    g_clear_pointer(&issuance->others, g_strfreev);
}

/* ---- what a renewal changed -------------------------------------------------------------------
 */

static const Connection *round_before(const Endpoint *endpoint)
{
    const Connection *found = NULL;
    for (guint i = 0; i < endpoint->connections->len; i++) {
        const Connection *connection = endpoint->connections->pdata[i];
        if (connection->number < endpoint->round_from && connection->certificates &&
            connection->certificates->len)
            found = connection;
    }
    return found;
}

static GHashTable *names_of(const Certificate *certificate)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t i;
    const json_t *name;
    json_array_foreach(json_object_get(certificate->fact, "names"), i, name)
        g_hash_table_add(names, json_dumps(name, JSON_COMPACT | JSON_SORT_KEYS));
    return names;
}

static guint missing(GHashTable *names, GHashTable *from)
{
    GHashTableIter iter;
    gpointer name;
    guint count = 0;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        count += !g_hash_table_contains(from, name);
    return count;
}

static bool above_differs(const GPtrArray *one, const GPtrArray *other)
{
    if (one->len != other->len)
        return true;
    for (guint i = 1; i < one->len; i++)
        if (one->pdata[i] != other->pdata[i])
            return true;
    return false;
}

bool renewal_read(const Endpoint *endpoint, Renewal *renewal)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    const Connection *before = round_before(endpoint);
    if (!leaf || !before || before->certificates->pdata[0] == leaf)
        return false;
    *renewal = (Renewal){.before = before->certificates->pdata[0], .after = leaf};
    g_autoptr(GHashTable) old_names = names_of(renewal->before), new_names = names_of(leaf);
    renewal->key =
        strcmp(text_of(renewal->before, "spki_sha256"), text_of(leaf, "spki_sha256")) != 0;
    renewal->issuer = strcmp(text_of(renewal->before, "issuer"), text_of(leaf, "issuer")) != 0;
    renewal->chain = above_differs(before->certificates, endpoint->best->certificates);
    renewal->added = missing(new_names, old_names);
    renewal->gone = missing(old_names, new_names);
    return true;
}
