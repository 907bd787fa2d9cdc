/* judge: what speaks against a path that was built. Pure. */
#ifndef TLSDIVE_WORKER_PKI_JUDGE_H
#define TLSDIVE_WORKER_PKI_JUDGE_H

#include "worker/pki/node.h"

/* How a path ends. */
typedef enum PathEnd {
    PATH_STORED,     /* with a certificate of the store */
    PATH_SELF,       /* with a self-signed one that is not in the store */
    PATH_INCOMPLETE, /* with one whose issuer is neither sent nor in the store */
    PATH_LIMIT,      /* a ceiling was reached */
} PathEnd;

typedef struct Step {
    const Node *node;
    SignatureAnswer signature; /* of the next step's key on this certificate; good for the last */
    GPtrArray *reasons;        /* interned codes; NULL until judged */
} Step;

/* Judges `count` steps, the leaf first, at `time`; fills in the reasons of each step. Names may be
 * compared `names_left` times. Returns how many reasons there are in all. */
guint judge_path(Step *steps, guint count, PathEnd end, gint64 time, guint *names_left);

#endif
