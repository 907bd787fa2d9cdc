/* sessions: what of an endpoint only a completed handshake shows: session ids, tickets, resumption
 * by each, early data, renegotiation.
 *
 * Beside the raw hellos of a dive a few handshakes are completed, in the versions that are known to
 * be accepted. Facts: `answer`, question `feature`.
 */
#ifndef TLSDIVE_WORKER_PROBE_SESSIONS_H
#define TLSDIVE_WORKER_PROBE_SESSIONS_H

#include "worker/talk/talk.h"

typedef struct Sessions Sessions;

/* Nothing is asked before sessions_accept. `server_name`: NULL: none is sent. */
Sessions *sessions_new(const char *server_name);
void sessions_free(Sessions *sessions);

/* A version is accepted (TLS_1_0 ... TLS_1_3): its questions may be asked. Of TLS 1.2 and below,
 * the first one told counts. */
void sessions_accept(Sessions *sessions, uint16_t version);

/* Nothing else is asked of the endpoint any more: now what servers may be busy with can be asked.
 */
void sessions_alone(Sessions *sessions);

/* Handshakes that it would make now, with those that are out. */
guint sessions_wants(const Sessions *sessions);

/* The next handshake, over the connection of that id, the caller's; NULL: none now. */
Talk *sessions_next(Sessions *sessions, const char *connection);

/* One that sessions_next gave has ended: `client` is that talk, `talk` the one that ran it (a
 * stack, or itself). False if it is none of them. */
bool sessions_tell(Sessions *sessions, const Talk *client, const Talk *talk);

/* No more handshakes: what is not answered is unknown, for this reason of data/reasons.tsv. */
void sessions_stop(Sessions *sessions, const char *reason);

/* Handshakes that will likely still be made, those that are out included. */
guint sessions_left(const Sessions *sessions);

/* Nothing is out, and nothing can be asked as things are. */
bool sessions_over(const Sessions *sessions);

/* The next fact, a new reference; NULL if there is none. */
json_t *sessions_next_fact(Sessions *sessions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sessions, sessions_free)

#endif
