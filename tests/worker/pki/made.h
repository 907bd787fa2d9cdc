/* made: chains made for tests of verdicts, and judged by us and by openssl. */
#ifndef TLSDIVE_TESTS_WORKER_PKI_MADE_H
#define TLSDIVE_TESTS_WORKER_PKI_MADE_H

#include "tests/worker/pki/forge.h"
#include "worker/pki/verify.h"

enum { NOW = 1767225600 }; /* 2026-01-01T00:00:00Z */

#define ROOT   "Root CA"
#define MIDDLE "Middle CA"
#define LEAF   "leaf.test"

typedef struct Made {
    GBytes *root;    /* in the store; NULL: an empty one */
    GBytes *sent[8]; /* the leaf first */
    const char *name;
    gint64 time; /* 0: NOW */
} Made;

/* What a CA and a leaf have, and `more` behind it (NULL: nothing). */
GBytes *made_ca_extensions(int path_length, GBytes *more);
GBytes *made_leaf_extensions(GBytes *more);

/* Certificates that issue each other; each takes what differs from a good one. */
GBytes *made_root(Forge parts);
GBytes *made_middle(Forge parts);
GBytes *made_leaf(Forge parts);

/* A good chain, but for the parts that are given. */
Made made_usual(GBytes *leaf, GBytes *middle, GBytes *root);

/* A store with that root; NULL: an empty one. */
Store *made_store(GBytes *root);

/* Verdicts, new references. */
json_t *made_judge_sent(const Store *store, const GPtrArray *sent, const char *name, gint64 time);
json_t *made_judge(const Made *chain);

/* What `openssl verify` says: security level 0, any policy, the server's purpose, at that time. */
bool made_openssl_trusts(const Made *chain);

/* Codes with blanks between; to be freed. */
char *made_words(const json_t *list);

/* The chain, which is taken, has these reasons. `alike`: openssl says the same, yes or no. */
void made_expect(Made chain, const char *reasons, bool alike);

void made_clear(Made *chain);

#endif
