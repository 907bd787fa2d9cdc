/* ids: the session ids that a server gave in all the answers of a dive, and whether others could
 * guess them.
 *
 * Whoever guesses an id cannot resume its session without the secret, but learns how busy the
 * server is, and may make it drop sessions (RFC 5246 appendix F.1.4). With few ids nothing is said:
 * bytes may be alike by chance.
 */
#ifndef TLSDIVE_WORKER_PROBE_IDS_H
#define TLSDIVE_WORKER_PROBE_IDS_H

#include "worker/probe/known.h"

Ids *ids_new(void);
void ids_free(Ids *ids);

/* The server gave an id of its own, of `size` bytes. */
void ids_note(Ids *ids, const guint8 *id, gsize size);

/* The answer (behaviour `session-id-entropy`), where there is one; a new reference. *yes*: enough
 * bytes vary, and none came twice. NULL: too few came. */
json_t *ids_answer(const Ids *ids);

#endif
