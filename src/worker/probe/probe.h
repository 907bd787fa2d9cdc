/* probe: what to ask an endpoint next, from what was answered so far. Pure: no I/O, no clock.
 *
 * The loop makes a Probe for each endpoint, and then, until probe_over:
 *     asks probe_next for a conversation, opens a connection for it, carries it to its end, and
 * tells the end with probe_tell; or tells with probe_tell_failed that no connection could be had.
 * A probe says what may run side by side by giving more than one conversation before it is told.
 */
#ifndef TLSDIVE_WORKER_PROBE_PROBE_H
#define TLSDIVE_WORKER_PROBE_PROBE_H

#include "worker/talk/talk.h"

typedef struct ProbeSpec {
    const char
        *protocol; /* of the dialogue before TLS where starttls, or inside TLS; NULL: not known */
    bool starttls; /* TLS begins after a dialogue */
    const char *server_name; /* NULL: none is sent */
    const char *const *alpn; /* protocols to offer, NULL at the end; NULL: none */
    const char *priority; /* GnuTLS priority string of the usual hello; NULL: the program's own */
} ProbeSpec;

/* How an endpoint ended, for its `done` fact. */
typedef struct ProbeOutcome {
    const char *result, *reason; /* of data/reasons.tsv; reason NULL where finished; static */
    json_t *args;                /* of the reason; borrowed; may be NULL */
    const char *phase;           /* the state in which it ended; static */
} ProbeOutcome;

typedef struct Probe Probe;

/* A probe for one endpoint; the spec is copied. NULL and *error if the priority string is refused.
 */
Probe *probe_new(const ProbeSpec *spec, GError **error);

/* The next conversation, not started, the caller's to free; NULL: nothing to ask now. `hello` is
 * set to "usual" or "permissive", for the connection fact. */
Talk *probe_next(Probe *probe, const char **hello);

/* A conversation that probe_next gave has ended (its state is not TALK_GOING). */
void probe_tell(Probe *probe, const Talk *talk);

/* No connection could be had for it. `args` is borrowed. */
void probe_tell_failed(Probe *probe, const char *result, const char *reason, json_t *args);

/* True when nothing is left to ask and nothing is out; then *outcome is set, borrowed from the
 * probe. */
bool probe_over(const Probe *probe, ProbeOutcome *outcome);

void probe_free(Probe *probe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)

#endif
