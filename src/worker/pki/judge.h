/* judge: what speaks against a path that was built. Pure. */
#ifndef TLSDIVE_WORKER_PKI_JUDGE_H
#define TLSDIVE_WORKER_PKI_JUDGE_H

#include "common/registry/registry.h"
#include "worker/pki/paths.h"

/* What a path is judged for. */
typedef struct Judging {
    const Store *store;
    const Distrust *distrusts;
    size_t distrusts_count;
    gint64 time;       /* seconds since 1970 */
    guint *names_left; /* how many names may still be compared with constraints */
} Judging;

/* Judges a path: fills in the reasons and remarks of its steps, how many reasons there are, and
 * when it holds. */
void judge_path(Path *path, const Judging *judging);

/* Is a judged path one that browsers may have their own word on? Not where it ends elsewhere than
 * in the store, where a signature in it is wrong, so that the root has not issued it, nor in a
 * store of the user's own roots: browsers trust those too, whatever they say of others. */
bool judge_is_public(const Path *path, const Store *store);

#endif
