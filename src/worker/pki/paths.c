#include "worker/pki/paths.h"

#include <string.h>

#include "worker/pki/name.h"

/* Paths are built in this order:
 *
 * 1. Each certificate is read once; a second copy does not count. The first that was sent is the
 * leaf.
 * 2. A path begins at the leaf. A certificate that is in the store ends it.
 * 3. Else its issuers are sought by name (RFC 5280 section 7.1), among the store's certificates,
 * then among those sent, then among those found elsewhere, none twice in a path. Those whose key
 * identifier fits come first, those whose key identifier is another last; among equals those that
 * are valid at the time come first.
 * 4. Each issuer whose key verifies the signature goes on with the path. Only where there is none,
 * the first one whose name fits does, so that the verdict is about a wrong signature and not about
 * a missing issuer.
 * 5. Where there is no issuer, the path ends: at a self-signed certificate, or incomplete.
 * 6. All paths are found, not only the first good one, until a ceiling ends the search.
 */

typedef struct Search {
    Chain *chain;
    const Store *store;
    gint64 time;
    GPtrArray *paths;
    GHashTable *issuers; /* Node to GPtrArray of Node: found once, in order */
    Node *nodes[LIMIT_PATH];
    SignatureAnswer signatures[LIMIT_PATH];
    guint depth;
    bool limited;
} Search;

static void free_node(void *node)
{
    node_free(node);
}

static void free_list(void *list)
{
    g_ptr_array_unref(list);
}

static void free_path(void *data)
{
    Path *path = data;
    for (guint i = 0; i < path->count; i++) {
        g_clear_pointer(&path->steps[i].reasons, g_ptr_array_unref);
        g_clear_pointer(&path->steps[i].remarks, g_ptr_array_unref);
    }
    g_free(path);
}

/* ---- the chain ---- */

static Node *find_node(const Chain *chain, const char *sha256)
{
    for (guint i = 0; i < chain->nodes->len; i++) {
        Node *node = g_ptr_array_index(chain->nodes, i);
        if (strcmp(node->sha256, sha256) == 0)
            return node;
    }
    return NULL;
}

static void take_certificates(Chain *chain, const GPtrArray *certificates, Origin from)
{
    for (guint i = 0; certificates && i < certificates->len && i < LIMIT_CERTIFICATES; i++) {
        Node *node = node_new(g_ptr_array_index(certificates, i));
        Node *known = find_node(chain, node->sha256);
        node->from = from;
        if (known)
            node_free(node);
        else
            g_ptr_array_add(chain->nodes, node);
        if (from == FROM_SENT)
            g_ptr_array_add(chain->sent, known ? known : node);
    }
}

Chain *chain_new(const GPtrArray *sent, const GPtrArray *session, const GPtrArray *extra)
{
    Chain *chain = g_new0(Chain, 1);
    chain->nodes = g_ptr_array_new_with_free_func(free_node);
    chain->sent = g_ptr_array_new();
    chain->signatures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    chain->signatures_left = LIMIT_SIGNATURES;
    take_certificates(chain, sent, FROM_SENT);
    take_certificates(chain, session, FROM_SESSION);
    take_certificates(chain, extra, FROM_EXTRA);
    return chain;
}

void chain_free(Chain *chain)
{
    if (!chain)
        return;
    g_hash_table_unref(chain->signatures);
    g_ptr_array_unref(chain->sent);
    g_ptr_array_unref(chain->nodes);
    g_free(chain);
}

static SignatureAnswer verify_once(Search *search, const Node *node, const Node *issuer)
{
    g_autofree char *pair = g_strconcat(node->sha256, issuer->sha256, NULL);
    Chain *chain = search->chain;
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(chain->signatures, pair));
    if (known)
        return (SignatureAnswer)(known - 1);
    if (chain->signatures_left == 0) {
        search->limited = true;
        return SIGNATURE_UNKNOWN;
    }
    chain->signatures_left--;
    SignatureAnswer answer = node_verify(node, issuer);
    g_hash_table_insert(chain->signatures, g_steal_pointer(&pair),
                        GUINT_TO_POINTER((guint)answer + 1));
    return answer;
}

/* ---- the search ---- */

static void end_path(Search *search, PathEnd end)
{
    if (search->paths->len == LIMIT_PATHS) {
        search->limited = true;
        return;
    }
    Path *path = g_new0(Path, 1);
    path->count = search->depth;
    path->end = end;
    for (guint i = 0; i < path->count; i++)
        path->steps[i] =
            (Step){.node = search->nodes[i],
                   .stored = store_find(search->store, search->nodes[i]->sha256) != NULL,
                   .signature = search->signatures[i]};
    g_ptr_array_add(search->paths, path);
}

static bool in_path(const Search *search, const Node *node)
{
    for (guint i = 0; i < search->depth; i++)
        if (strcmp(search->nodes[i]->sha256, node->sha256) == 0)
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

enum { RANK_LEAST = -2, RANK_MOST = 3, RANKS = RANK_MOST - RANK_LEAST + 1 };

static GPtrArray *sort_issuers(const Search *search, const Node *node, const GPtrArray *all)
{
    GPtrArray *issuers = g_ptr_array_new();
    g_autofree int *ranks = g_new(int, all->len + 1);
    for (guint i = 0; i < all->len; i++)
        ranks[i] = rank(search, node, g_ptr_array_index(all, i));
    for (int wanted = RANK_MOST; wanted >= RANK_LEAST; wanted--)
        for (guint i = 0; i < all->len; i++)
            if (ranks[i] == wanted)
                g_ptr_array_add(issuers, g_ptr_array_index(all, i));
    return issuers;
}

/* The issuers by name, the likeliest first; equals stay in the order found. */
static const GPtrArray *find_issuers(Search *search, Node *node)
{
    GPtrArray *issuers = g_hash_table_lookup(search->issuers, node);
    if (issuers)
        return issuers;
    const GPtrArray *stored = store_by_subject(search->store, node->issuer);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; stored && i < stored->len; i++)
        g_ptr_array_add(all, g_ptr_array_index(stored, i));
    for (guint i = 0; i < search->chain->nodes->len; i++) {
        Node *known = g_ptr_array_index(search->chain->nodes, i);
        if (g_bytes_equal(known->subject, node->issuer) &&
            !store_find(search->store, known->sha256))
            g_ptr_array_add(all, known);
    }
    issuers = sort_issuers(search, node, all);
    g_hash_table_insert(search->issuers, node, issuers);
    return issuers;
}

static void walk(Search *search, Node *node);

static void go_on(Search *search, Node *issuer, SignatureAnswer signature)
{
    search->signatures[search->depth - 1] = signature;
    walk(search, issuer);
}

static void walk_issuers(Search *search, Node *node)
{
    const GPtrArray *issuers = find_issuers(search, node);
    Node *first = NULL;
    bool any = false;
    for (guint i = 0; i < issuers->len && !search->limited; i++) {
        Node *issuer = g_ptr_array_index(issuers, i);
        if (in_path(search, issuer))
            continue;
        node_load(issuer);
        first = first ? first : issuer;
        if (verify_once(search, node, issuer) != SIGNATURE_GOOD)
            continue;
        any = true;
        go_on(search, issuer, SIGNATURE_GOOD);
    }
    if (any || search->limited)
        return;
    bool self = node_self_issued(node) && verify_once(search, node, node) == SIGNATURE_GOOD;
    if (!self && first) {
        go_on(search, first, verify_once(search, node, first));
        return;
    }
    search->signatures[search->depth - 1] = SIGNATURE_GOOD;
    end_path(search, self ? PATH_SELF : PATH_INCOMPLETE);
}

static void walk(Search *search, Node *node)
{
    if (search->depth == LIMIT_PATH) {
        end_path(search, PATH_LIMIT);
        return;
    }
    node_load(node);
    search->nodes[search->depth] = node;
    search->signatures[search->depth++] = SIGNATURE_GOOD;
    if (store_find(search->store, node->sha256))
        end_path(search, PATH_STORED);
    else
        walk_issuers(search, node);
    search->depth--;
}

/* The leaf alone, where a ceiling ended the search before any path did. */
static void take_leaf_alone(Search *search, Node *leaf)
{
    search->nodes[0] = leaf;
    search->signatures[0] = SIGNATURE_GOOD;
    search->depth = 1;
    end_path(search, PATH_LIMIT);
}

GPtrArray *paths_find(Chain *chain, const Store *store, gint64 time, bool *limited)
{
    Search search = {.chain = chain, .store = store, .time = time};
    search.paths = g_ptr_array_new_with_free_func(free_path);
    search.issuers = g_hash_table_new_full(NULL, NULL, NULL, free_list);
    Node *leaf = chain->sent->len ? g_ptr_array_index(chain->sent, 0) : NULL;
    if (leaf)
        walk(&search, leaf);
    if (leaf && search.paths->len == 0)
        take_leaf_alone(&search, leaf);
    g_hash_table_unref(search.issuers);
    *limited = search.limited;
    return search.paths;
}
