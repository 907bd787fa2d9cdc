#include "worker/pki/verify.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/judge.h"
#include "worker/pki/match.h"
#include "worker/pki/name.h"
#include "worker/pki/node.h"
#include "worker/pki/value.h"

/* Paths are built and judged in this order:
 *
 * 1. Each certificate that was sent is read once; a second copy does not count. The first is the
 * leaf.
 * 2. A path begins at the leaf. A certificate that is in the store ends it.
 * 3. Else its issuers are sought by name (RFC 5280 section 7.1), among the store's certificates,
 * then among those sent, none twice in a path. Those whose key identifier fits come first, those
 * whose key identifier is another last; among equals those that are valid at the time come first.
 * 4. An issuer whose key verifies the signature goes on with the path. Only where there is none,
 * the first one whose name fits does, so that the verdict is about a wrong signature and not about
 * a missing issuer.
 * 5. Where there is no issuer, the path ends: at a self-signed certificate, or incomplete.
 * 6. Each path that ended is judged (judge.h). The first without a reason is the one. Else the best
 * is kept: one that ends in the store before one that does not, then the one with fewer reasons,
 * then the one found first.
 * 7. LIMIT_PATH bounds a path, LIMIT_PATHS their number, LIMIT_SIGNATURES the signatures that are
 *    verified, LIMIT_NAME_CHECKS the names compared; where one ends the search before a path
 * without a reason was found, the verdict says so (trust-limit).
 * 8. Apart from all this, the leaf's names are compared with the name asked for (match.h).
 */

typedef struct Search {
    const Store *store;
    GPtrArray *sent; /* Node, owned */
    gint64 time;
    Step path[LIMIT_PATH], best[LIMIT_PATH];
    guint depth, best_count, best_reasons;
    PathEnd best_end;
    guint paths_left, signatures_left, names_left;
    GHashTable *signatures; /* "child issuer" to SignatureAnswer + 1: what was verified already */
    bool limited, found;
} Search;

static void clear_steps(Step *steps, guint count)
{
    for (guint i = 0; i < count; i++)
        g_clear_pointer(&steps[i].reasons, g_ptr_array_unref);
}

static SignatureAnswer verify_once(Search *search, const Node *node, const Node *issuer)
{
    g_autofree char *pair = g_strconcat(node->sha256, issuer->sha256, NULL);
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(search->signatures, pair));
    if (known)
        return (SignatureAnswer)(known - 1);
    if (search->signatures_left == 0) {
        search->limited = true;
        return SIGNATURE_UNKNOWN;
    }
    search->signatures_left--;
    SignatureAnswer answer = node_verify(node, issuer);
    g_hash_table_insert(search->signatures, g_steal_pointer(&pair),
                        GUINT_TO_POINTER((guint)answer + 1));
    return answer;
}

static void end_path(Search *search, PathEnd end)
{
    guint count = search->depth;
    guint reasons = judge_path(search->path, count, end, search->time, &search->names_left);
    bool stored = end == PATH_STORED, best_stored = search->best_end == PATH_STORED;
    bool better = search->best_count == 0 || (stored && !best_stored) ||
                  (stored == best_stored && reasons < search->best_reasons);
    search->found = stored && reasons == 0;
    if (search->paths_left == 0)
        search->limited = true;
    else
        search->paths_left--;
    if (!better)
        return;
    clear_steps(search->best, search->best_count);
    for (guint i = 0; i < count; i++) {
        search->best[i] = search->path[i];
        search->path[i].reasons = NULL;
    }
    search->best_count = count;
    search->best_end = end;
    search->best_reasons = reasons;
}

static bool in_path(const Search *search, const Node *node)
{
    for (guint i = 0; i < search->depth; i++)
        if (strcmp(search->path[i].node->sha256, node->sha256) == 0)
            return true;
    return false;
}

static int rank(const Search *search, const Node *node, const Node *issuer)
{
    int64_t from, to;
    bool valid = cert_time(issuer->cert, VALIDITY_NOT_BEFORE, &from) &&
                 cert_time(issuer->cert, VALIDITY_NOT_AFTER, &to) && search->time >= from &&
                 search->time <= to;
    return node_key_ids(node, issuer) * 2 + valid;
}

/* The issuers by name, the likeliest first; equals stay in the order found. */
static GPtrArray *find_issuers(const Search *search, const Node *node)
{
    GPtrArray *issuers = g_ptr_array_new();
    const GPtrArray *stored = g_hash_table_lookup(search->store->by_subject, node->issuer);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; stored && i < stored->len; i++)
        g_ptr_array_add(all, g_ptr_array_index(stored, i));
    for (guint i = 0; i < search->sent->len; i++) {
        Node *sent = g_ptr_array_index(search->sent, i);
        if (!sent->stored && g_bytes_equal(sent->subject, node->issuer))
            g_ptr_array_add(all, sent);
    }
    for (int wanted = 3; wanted >= -2; wanted--)
        for (guint i = 0; i < all->len; i++) {
            Node *issuer = g_ptr_array_index(all, i);
            if (rank(search, node, issuer) == wanted && !in_path(search, issuer))
                g_ptr_array_add(issuers, issuer);
        }
    return issuers;
}

static void walk(Search *search, const Node *node);

static void go_on(Search *search, const Node *issuer, SignatureAnswer signature)
{
    search->path[search->depth - 1].signature = signature;
    walk(search, issuer);
}

static void walk_issuers(Search *search, const Node *node)
{
    g_autoptr(GPtrArray) issuers = find_issuers(search, node);
    bool any = false;
    for (guint i = 0; i < issuers->len && !search->found && !search->limited; i++) {
        const Node *issuer = g_ptr_array_index(issuers, i);
        if (verify_once(search, node, issuer) != SIGNATURE_GOOD)
            continue;
        any = true;
        go_on(search, issuer, SIGNATURE_GOOD);
    }
    if (any || search->limited)
        return;
    bool self = node_self_issued(node) && verify_once(search, node, node) == SIGNATURE_GOOD;
    if (!self && issuers->len) {
        const Node *issuer = g_ptr_array_index(issuers, 0);
        go_on(search, issuer, verify_once(search, node, issuer));
        return;
    }
    search->path[search->depth - 1].signature = SIGNATURE_GOOD;
    end_path(search, self ? PATH_SELF : PATH_INCOMPLETE);
}

static void walk(Search *search, const Node *node)
{
    if (search->depth == LIMIT_PATH) {
        end_path(search, PATH_LIMIT);
        return;
    }
    search->path[search->depth++] = (Step){.node = node, .signature = SIGNATURE_GOOD};
    if (node->stored)
        end_path(search, PATH_STORED);
    else
        walk_issuers(search, node);
    search->depth--;
    g_clear_pointer(&search->path[search->depth].reasons, g_ptr_array_unref);
}

/* The leaf alone, where a ceiling ended the search before any path did. */
static void judge_leaf_alone(Search *search, const Node *leaf)
{
    search->path[0] = (Step){.node = leaf, .signature = SIGNATURE_GOOD};
    search->depth = 1;
    end_path(search, PATH_LIMIT);
}

static void free_node(void *node)
{
    node_free(node);
}

static GPtrArray *read_sent(const Store *store, const GPtrArray *certificates)
{
    GPtrArray *sent = g_ptr_array_new_with_free_func(free_node);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < certificates->len && i < LIMIT_CERTIFICATES; i++) {
        Node *node = node_new(g_ptr_array_index(certificates, i));
        node->stored = g_hash_table_contains(store->by_hash, node->sha256);
        if (g_hash_table_add(seen, node->sha256))
            g_ptr_array_add(sent, node);
        else
            node_free(node);
    }
    return sent;
}

static void add_reasons(json_t *list, GHashTable *seen, const GPtrArray *reasons)
{
    for (guint i = 0; reasons && i < reasons->len; i++) {
        char *code = g_ptr_array_index(reasons, i);
        if (g_hash_table_add(seen, code))
            json_array_append_new(list, json_string(code));
    }
}

/* The reason for how the path ends is the last step's first: so the last step is written first. */
static json_t *all_reasons(const Search *search)
{
    json_t *list = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = search->best_count; i > 0; i--)
        add_reasons(list, seen, search->best[i - 1].reasons);
    g_autoptr(GPtrArray) limit = g_ptr_array_new();
    if (search->limited && !search->found)
        g_ptr_array_add(limit, (gpointer)g_intern_static_string("trust-limit"));
    add_reasons(list, seen, limit);
    return list;
}

static json_t *path_to_json(const Search *search)
{
    json_t *path = json_array();
    for (guint i = 0; i < search->best_count; i++) {
        const Node *node = search->best[i].node;
        const Der *subject = &node->cert->tbs[TBS_SUBJECT];
        json_t *step = json_pack("{s:s, s:s}", "sha256", node->sha256, "from",
                                 node->stored ? "store" : "sent");
        if (subject->data) {
            GString *text = name_text(subject);
            g_string_truncate(text, MIN(text->len, (gsize)LIMIT_VALUE));
            json_object_set_new(step, "subject", fact_text(text->str, text->len));
            g_string_free(text, TRUE);
        }
        g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
        json_t *reasons = json_array();
        add_reasons(reasons, seen, search->best[i].reasons);
        if (json_array_size(reasons))
            json_object_set_new(step, "reasons", reasons);
        else
            json_decref(reasons);
        json_array_append_new(path, step);
    }
    return path;
}

static void write_name(json_t *verdict, const Cert *leaf, const char *name)
{
    const char *kind;
    GString *by;
    bool matches = leaf && match_name(leaf, name, &kind, &by);
    json_object_set_new(verdict, "name", json_string(name));
    json_object_set_new(verdict, "name_matches", json_boolean(matches));
    if (!matches)
        return;
    json_object_set_new(verdict, "matched_kind", json_string(kind));
    json_object_set_new(verdict, "matched_by", fact_text(by->str, by->len));
    g_string_free(by, TRUE);
}

static json_t *write_verdict(const Search *search, const char *name)
{
    const Node *leaf = search->sent->len ? g_ptr_array_index(search->sent, 0) : NULL;
    const Store *store = search->store;
    json_t *verdict = fact_new(FACT_VERDICT), *reasons = all_reasons(search);
    g_autofree char *time = value_rfc3339(search->time);
    if (!leaf)
        json_array_append_new(reasons, json_string("trust-incomplete"));
    json_object_set_new(verdict, "time", json_string(time));
    json_object_set_new(verdict, "store", fact_text(store->name, strlen(store->name)));
    json_object_set_new(verdict, "roots", json_integer(store->nodes->len));
    json_object_set_new(verdict, "trusted", json_boolean(json_array_size(reasons) == 0));
    json_object_set_new(verdict, "reasons", reasons);
    json_object_set_new(verdict, "path", path_to_json(search));
    if (name)
        write_name(verdict, leaf ? leaf->cert : NULL, name);
    return verdict;
}

json_t *verify_chain(const Store *store, const GPtrArray *certificates, const char *name,
                     gint64 time)
{
    Search search = {.store = store,
                     .sent = read_sent(store, certificates),
                     .time = time,
                     .paths_left = LIMIT_PATHS,
                     .signatures_left = LIMIT_SIGNATURES,
                     .names_left = LIMIT_NAME_CHECKS};
    search.signatures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (search.sent->len)
        walk(&search, g_ptr_array_index(search.sent, 0));
    if (search.sent->len && search.best_count == 0)
        judge_leaf_alone(&search, g_ptr_array_index(search.sent, 0));
    json_t *verdict = write_verdict(&search, name);
    clear_steps(search.best, search.best_count);
    clear_steps(search.path, search.depth);
    g_hash_table_unref(search.signatures);
    g_ptr_array_unref(search.sent);
    return verdict;
}
