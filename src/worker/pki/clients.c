#include "worker/pki/clients.h"

/* Of what a class of clients makes its path:
 *
 * - browser: Chrome, Firefox, Safari; they fetch issuers (AIA), or have them cached.
 * - openssl: curl, Python, nginx as a client; the store first, and several paths. Without
 *   X509_V_FLAG_PARTIAL_CHAIN a path has to end with a root.
 * - gnutls: wget, Exim; goes along what is sent, and does not try all paths.
 * - java: PKIX of the JDK; tries all paths, AIA is off (com.sun.security.enableAIAcaIssuers).
 * - old-android: before 7.1.1. Its roots cannot be updated, and ISRG Root X1 (of June 2015) is not
 *   among them: a root from June 2015 or later counts as unknown. It does not look at the time of
 *   roots. It may have roots that this store has no more.
 */
typedef enum Trait {
    FETCHES = 1 << 0,
    ALL_PATHS = 1 << 1,
    WANTS_ROOT = 1 << 2,
    OLD_ROOTS = 1 << 3,
} Trait;

static const struct {
    const char *code;
    unsigned traits;
} clients[] = {
    {"browser", FETCHES | ALL_PATHS},
    {"openssl", ALL_PATHS | WANTS_ROOT},
    {"gnutls", 0},
    {"java", ALL_PATHS},
    {"old-android", ALL_PATHS | OLD_ROOTS},
};

enum { NEW_ROOTS = 1433116800 /* 2015-06-01T00:00:00Z */ };

typedef enum Taken {
    TAKEN_NO,
    TAKEN_UNKNOWN,
    TAKEN_YES,
} Taken;

typedef struct Opinion {
    Taken taken;
    const char *reason; /* NULL: nothing to add */
} Opinion;

/* What speaks against it, apart from how it ends; NULL: nothing. */
static const char *find_flaw(const Path *path, unsigned traits)
{
    static const char *const ends[] = {"trust-incomplete", "trust-self-signed",
                                       "trust-unknown-root", "trust-limit", NULL};
    for (guint i = 0; i < path->count; i++) {
        const GPtrArray *reasons = path->steps[i].reasons;
        bool root = i > 0 && i == path->count - 1 && path->end == PATH_STORED;
        for (guint k = 0; k < reasons->len; k++) {
            const char *reason = reasons->pdata[k];
            bool forgiven = root && traits & OLD_ROOTS && g_str_equal(reason, "trust-expired");
            if (!forgiven && !g_strv_contains(ends, reason))
                return reason;
        }
    }
    return NULL;
}

static const char *end_reason(const Path *path)
{
    static const char *const reasons[] = {[PATH_INCOMPLETE] = "trust-incomplete",
                                          [PATH_SELF] = "trust-unknown-root",
                                          [PATH_LIMIT] = "trust-limit"};
    return path->end == PATH_SELF && path->count == 1 ? "trust-self-signed" : reasons[path->end];
}

/* The worst origin of what stands between the leaf and the end. */
static Origin brought_by(const Path *path)
{
    Origin worst = FROM_SENT;
    for (guint i = 1; i < path->count; i++) {
        Origin from = path->steps[i].stored ? FROM_SENT : path->steps[i].node->from;
        if (from == FROM_SESSION || (from == FROM_EXTRA && worst == FROM_SENT))
            worst = from;
    }
    return worst;
}

/* A path that nothing speaks against, in the eyes of who can have all of it. */
static Opinion judge_end(const Path *path, unsigned traits)
{
    const Step *last = &path->steps[path->count - 1];
    int64_t from;
    if (traits & WANTS_ROOT && !node_self_issued(last->node))
        return (Opinion){TAKEN_UNKNOWN, "client-partial"};
    if (!(traits & OLD_ROOTS))
        return (Opinion){TAKEN_YES, NULL};
    if (!cert_time(last->node->cert, VALIDITY_NOT_BEFORE, &from))
        return (Opinion){TAKEN_UNKNOWN, "trust-undecodable"};
    return from >= NEW_ROOTS ? (Opinion){TAKEN_NO, "client-new-root"}
                             : (Opinion){TAKEN_YES, "client-old-root"};
}

/* One that ends outside of the store. */
static Opinion judge_open(const Path *path, unsigned traits)
{
    if (path->end == PATH_LIMIT)
        return (Opinion){TAKEN_UNKNOWN, end_reason(path)};
    if (path->end == PATH_INCOMPLETE && traits & FETCHES)
        return (Opinion){TAKEN_UNKNOWN, "client-may-fetch"};
    if (path->count > 1 && traits & OLD_ROOTS && brought_by(path) == FROM_SENT)
        return (Opinion){TAKEN_UNKNOWN, "client-other-roots"};
    return (Opinion){TAKEN_NO, end_reason(path)};
}

static Opinion judge_path_for(const Path *path, unsigned traits)
{
    const char *flaw = find_flaw(path, traits);
    Origin origin = brought_by(path);
    if (flaw)
        return (Opinion){TAKEN_NO, flaw};
    if (path->end != PATH_STORED)
        return judge_open(path, traits);
    if (origin != FROM_SENT && !(traits & FETCHES))
        return (Opinion){TAKEN_NO, "client-not-sent"};
    if (origin == FROM_SESSION)
        return (Opinion){TAKEN_UNKNOWN, "client-may-fetch"};
    if (origin == FROM_EXTRA)
        return (Opinion){TAKEN_YES, "client-fetches"};
    return judge_end(path, traits);
}

/* The best of all paths; who goes along one only may take another than we do. */
static Opinion judge_all_for(const GPtrArray *paths, const Path *chosen, unsigned traits)
{
    Opinion best = judge_path_for(chosen, traits);
    bool any_refused = false;
    for (guint i = 0; i < paths->len; i++) {
        const Path *path = g_ptr_array_index(paths, i);
        Opinion one = judge_path_for(path, traits);
        any_refused |= one.taken != TAKEN_YES && brought_by(path) == FROM_SENT;
        bool plainer = one.taken == best.taken && best.taken == TAKEN_YES && !one.reason;
        if (one.taken > best.taken || plainer)
            best = one;
    }
    if (best.taken == TAKEN_YES && any_refused && !(traits & ALL_PATHS))
        return (Opinion){TAKEN_UNKNOWN, "client-several-paths"};
    return best;
}

json_t *clients_answer(const GPtrArray *paths, const Path *chosen, bool own)
{
    json_t *list = json_array();
    for (size_t i = 0; chosen && i < G_N_ELEMENTS(clients); i++) {
        unsigned traits = clients[i].traits & ~(own ? (unsigned)OLD_ROOTS : 0);
        Opinion opinion = judge_all_for(paths, chosen, traits);
        json_t *one = json_pack("{s:s}", "client", clients[i].code);
        if (opinion.taken != TAKEN_UNKNOWN)
            json_object_set_new(one, "trusts", json_boolean(opinion.taken == TAKEN_YES));
        if (opinion.reason)
            json_object_set_new(one, "reason", json_string(opinion.reason));
        json_array_append_new(list, one);
    }
    return list;
}
