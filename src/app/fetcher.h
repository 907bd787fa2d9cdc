/* fetcher: jobs for the fetcher, and the process that does them.
 *
 * The process is started with the first job. Many are under way at once; each is answered with a
 * fact of its own (`fetched`, `dns`), right before `answered` with its id. Where the process dies,
 * the jobs that it had are asked once more, and given up at the second time.
 */
#ifndef TLSDIVE_APP_FETCHER_H
#define TLSDIVE_APP_FETCHER_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

typedef struct Fetcher Fetcher;

/* A fact that the process says (bytes, an error, an answer); borrowed. */
typedef void (*FetcherFact)(void *data, json_t *fact);

/* A job is over: its answer, which was told as a fact before; NULL: it was given up because the
 * process died, as `how` says. All is borrowed. */
typedef void (*FetcherDone)(void *data, const json_t *job, const json_t *answer, const char *how);

/* A queue; `arguments` as for link_new. */
Fetcher *fetcher_new(uv_loop_t *loop, const char *const *arguments, FetcherFact fact, void *data);

/* Asks for a job (doc/facts.md, "Jobs"), which is taken and given an id. `done` is called once, not
 * from inside of this function. */
void fetcher_ask(Fetcher *fetcher, json_t *job, FetcherDone done, void *data);

/* Jobs that are not over. */
guint fetcher_left(const Fetcher *fetcher);

/* Ends the process; nothing more is told. */
void fetcher_free(Fetcher *fetcher);

#endif
