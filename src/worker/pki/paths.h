/* paths: every path from a leaf to a root of a store, with what speaks against it. Pure.
 *
 * A Chain is what a server sent, with what was found elsewhere; it is read once, and each signature
 * in it is verified once, for as many stores as are asked. LIMIT_SIGNATURES bounds the signatures
 * of a chain, LIMIT_PATHS the paths in one store, LIMIT_PATH a path's certificates.
 */
#ifndef TLSDIVE_WORKER_PKI_PATHS_H
#define TLSDIVE_WORKER_PKI_PATHS_H

#include "common/util/limits.h"
#include "worker/pki/store.h"

typedef struct Chain {
    GPtrArray *nodes;       /* Node, owned, each certificate once: sent, of the session, extra */
    GPtrArray *sent;        /* Node, not owned: as sent, with those that came twice */
    GHashTable *signatures; /* "child issuer" to SignatureAnswer + 1: what was verified already */
    guint signatures_left;
} Chain;

/* The certificates (GBytes *, DER): those sent, the leaf first, those of other endpoints, and
 * others; the last two may be NULL. */
Chain *chain_new(const GPtrArray *sent, const GPtrArray *session, const GPtrArray *extra);

void chain_free(Chain *chain);

/* How a path ends. */
typedef enum PathEnd {
    PATH_STORED,     /* with a certificate of the store */
    PATH_SELF,       /* with a self-signed one that is not in the store */
    PATH_INCOMPLETE, /* with one whose issuer was not found */
    PATH_LIMIT,      /* a ceiling was reached */
} PathEnd;

typedef struct Step {
    Node *node;
    bool stored;               /* it is in the store */
    SignatureAnswer signature; /* of the next step's key on this certificate; good for the last */
    GPtrArray *reasons;        /* interned codes; NULL until judged */
    GPtrArray *remarks;        /* the same, of what is to be known though it is no reason */
} Step;

typedef struct Path {
    Step steps[LIMIT_PATH]; /* the leaf first */
    guint count;
    PathEnd end;
    guint reasons;      /* of all steps; 0 until judged */
    guint lasting;      /* those of them that no other time would take away */
    gint64 from, until; /* seconds since 1970: every certificate's validity holds; from > until:
                           never */
    guint first_end;    /* the step whose validity ends first */
} Path;

/* The paths (Path *, owned) in the order in which they are to be preferred, at least one where a
 * certificate was sent; certificates that are valid at `time` come first. *limited says whether a
 * ceiling ended the search. */
GPtrArray *paths_find(Chain *chain, const Store *store, gint64 time, bool *limited);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Chain, chain_free)

#endif
