/* dive: a Probe that asks one endpoint all that it accepts, or one thing of it.
 *
 * Its conversations are raw hellos (src/worker/talk/ask.h), behind a dialogue where there is one.
 * Facts: `dive` (begun, progress) and `answer`, as soon as each is known; what is not answered by
 * the end is said to be unknown, with its reason. The strategies are described above their code:
 * pool.c (who is asked next, and what happens to what is lost), peel.c, peel_order.c, suites.c,
 * joint.c and their neighbours.
 */
#ifndef TLSDIVE_WORKER_PROBE_DIVE_H
#define TLSDIVE_WORKER_PROBE_DIVE_H

#include "worker/probe/probe.h"

typedef enum DiveDepth {
    DIVE_VERSIONS, /* which versions are accepted */
    DIVE_FULL,     /* everything */
    DIVE_ONE,      /* one question, `times` times */
} DiveDepth;

typedef struct DiveSpec {
    const char *protocol; /* of the dialogue before TLS, where starttls */
    bool starttls;
    const char *host;        /* name or address of the endpoint */
    const char *server_name; /* NULL: none is sent */
    DiveDepth depth;
    guint allowed;          /* connections at most; 0: as LIMIT_DIVE_CONNECTIONS says */
    guint in_flight;        /* connections at once at most; 0: LIMIT_PER_ADDRESS */
    const json_t *question; /* DIVE_ONE: {question, version, key, items}; borrowed */
    guint times;            /* DIVE_ONE; 0: once */
} DiveSpec;

/* The probe; the spec is copied. NULL where DIVE_ONE cannot ask that question, or
 * there is no dialogue for the protocol. */
Probe *dive_new(const DiveSpec *spec);

#endif
