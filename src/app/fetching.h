/* fetching: what the certificates of judged chains point to is asked for, once in the estate.
 *
 * Where a path is incomplete, the issuer that the last certificate names (AIA) is asked for; for
 * each certificate whose issuer is known, OCSP is asked, and CRLs where there is no OCSP or it does
 * not answer (or both, where the options say so). When all of that is there, the chain is to be
 * judged again, with what came; a new path may ask for more, up to LIMIT_FETCH_ROUNDS. What an
 * earlier run kept (kept.h) is not asked again.
 */
#ifndef TLSDIVE_APP_FETCHING_H
#define TLSDIVE_APP_FETCHING_H

#include "app/fetcher.h"
#include "app/options.h"
#include "app/stream.h"
#include "common/util/reach.h"

typedef struct Fetching Fetching;

typedef struct FetchingEvents {
    void *data;
    /* Nothing is waited for any more on behalf of a connection. `again`: something new came with
     * which its chain is to be judged. */
    void (*ready)(void *data, const char *connection, bool again);
} FetchingEvents;

/* For the chains of a stream; both, and the fetcher, outlive it. */
Fetching *fetching_new(const Options *options, Fetcher *fetcher, Stream *stream,
                       const FetchingEvents *events);

/* How near what is asked for a connection's endpoint may reach. */
Reach fetching_reach(const Connection *connection);

/* A chain was judged: asks for what is still to be known. */
void fetching_judged(Fetching *fetching, const Connection *connection, gint64 now);

/* Puts what is there for the certificates of a chain into its `verify` job. */
void fetching_add(Fetching *fetching, json_t *job);

/* A `revocation` fact says how long a response holds: it is kept so long. */
void fetching_keep(Fetching *fetching, const json_t *revocation, gint64 now);

/* True while something is waited for on behalf of an endpoint. */
bool fetching_waits(const Fetching *fetching, const char *endpoint);

void fetching_free(Fetching *fetching);

#endif
