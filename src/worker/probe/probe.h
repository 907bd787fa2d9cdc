/* probe: what to ask an endpoint next, from what was answered so far. Pure: no I/O, no clock.
 *
 * A Probe is a strategy for one endpoint: the first handshake (first.h), the dive into all that is
 * accepted (dive.h). The loop does this until probe_over:
 *
 *     opens connections while fewer are open or being opened than probe_wants says, each if
 *     probe_spend allows it;
 *     asks probe_next for a conversation once one is open (late, so that what was learned meanwhile
 *     counts), the oldest connection first, for a server that serves one after the other takes them
 *     in this order;
 *     where that is NULL keeps the connection while probe_wants still counts it, and asks again
 *     after each probe_tell; else closes it unused, with probe_spare;
 *     carries the conversation to its end, and tells it with probe_tell;
 *     tells with probe_tell_failed where no connection could be had;
 *     takes the facts with probe_next_fact after each of these.
 */
#ifndef TLSDIVE_WORKER_PROBE_PROBE_H
#define TLSDIVE_WORKER_PROBE_PROBE_H

#include "worker/talk/talk.h"

/* How a probe ended, for the endpoint's `done` or `dive` fact. */
typedef struct ProbeOutcome {
    const char *result, *reason; /* of data/reasons.tsv; reason NULL where finished; static */
    json_t *args;                /* of the reason; borrowed; may be NULL */
    const char *phase;           /* the state in which it ended; static */
} ProbeOutcome;

typedef struct Probe Probe;

typedef struct ProbeClass {
    guint (*wants)(const Probe *probe);
    bool (*spend)(Probe *probe, bool again); /* NULL: there is no limit */
    void (*spare)(Probe *probe);             /* NULL: it does not matter */
    Talk *(*next)(Probe *probe, const char *connection, const char **hello);
    void (*tell)(Probe *probe, Talk *talk);
    void (*tell_failed)(Probe *probe, const ProbeOutcome *why);
    bool (*over)(const Probe *probe, ProbeOutcome *outcome);
    void (*free)(Probe *probe); /* frees what the kind adds, not the Probe */
} ProbeClass;

/* The base of every probe: the first member of its struct. */
struct Probe {
    const ProbeClass *class;
    GQueue facts; /* json_t *, owned; without endpoint and at: the loop adds them */
};

/* Connections that it has use for now, with those that carry a conversation. 0 for ever once it is
 * over. */
guint probe_wants(const Probe *probe);

/* A connection is about to be opened: the first try for it, or (`again`) another address of the
 * same. It counts, whatever comes of it. False: no more are allowed. */
bool probe_spend(Probe *probe, bool again);

/* One that was spent is closed, and had no conversation. */
void probe_spare(Probe *probe);

/* A connection is open, and its id is `connection`: the conversation for it, not started, the
 * caller's to free; NULL: none for now. `hello` is set to the code for the connection facts (usual,
 * permissive, question; static). */
Talk *probe_next(Probe *probe, const char *connection, const char **hello);

/* A conversation that probe_next gave has ended (its state is not TALK_GOING). It is freed after.
 */
void probe_tell(Probe *probe, Talk *talk);

/* No connection could be had for one that it wants. */
void probe_tell_failed(Probe *probe, const ProbeOutcome *why);

/* The next fact, a new reference; NULL if there is none. */
json_t *probe_next_fact(Probe *probe);

/* True when nothing is left to ask and nothing is out; then *outcome is set, borrowed from the
 * probe. */
bool probe_over(const Probe *probe, ProbeOutcome *outcome);

/* NULL is allowed. */
void probe_free(Probe *probe);

/* For kinds: the base; a fact, whose reference is taken. */
void probe_init(Probe *probe, const ProbeClass *class);
void probe_fact(Probe *probe, json_t *fact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)

#endif
