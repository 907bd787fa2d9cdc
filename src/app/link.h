/* link: a worker as the front sees it.
 *
 * A link keeps one worker of a role running: it starts it when it is first needed, starts it again
 * when it dies (at most LIMIT_RESTARTS times a minute), and reads what it says as something that a
 * stranger may have written: only facts of the kinds that the role may say are handed on, all else
 * is dropped and counted in an error fact.
 */
#ifndef TLSDIVE_APP_LINK_H
#define TLSDIVE_APP_LINK_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "common/fact/fact.h"

/* What is known of a role before it runs. */
typedef struct LinkRole {
    const char *name;          /* "prober": the argument of --worker */
    const FactKind *permitted; /* kinds it may say, FACT_UNKNOWN at the end */
    const char *const
        *replies; /* kinds that are no part of a stream, NULL at the end; NULL: none */
} LinkRole;

typedef struct LinkEvents {
    void *data;
    void (*fact)(void *data, json_t *fact);   /* a permitted fact, borrowed */
    void (*reply)(void *data, json_t *reply); /* borrowed; NULL where the role has none */
    void (*error)(void *data, json_t *fact);  /* an error fact about the worker itself; borrowed */
    void (*room)(void *data);                 /* more jobs may be sent */
    /* It died, or could not be started: `how` as child_how says it. What it had is lost. Where
     * another may be tried, `again` is true and the next link_send starts it. */
    void (*died)(void *data, const char *how, bool again);
} LinkEvents;

typedef struct Link Link;

/* A link; nothing is started yet. `arguments` (NULL at the end) are given to the worker after
 * `--worker ROLE`; they are copied. */
Link *link_new(uv_loop_t *loop, const LinkRole *role, const char *const *arguments,
               const LinkEvents *events);

/* Starts the process where none runs, so that the first job need not wait for it; false if none may
 * be started, or could. */
bool link_start(Link *link);

/* Sends a job, starting the worker if none runs. False if none could be started. The job is
 * borrowed. */
bool link_send(Link *link, const json_t *job);

/* True while more jobs may be sent without piling them up. */
bool link_room(const Link *link);

/* True while a worker runs. */
bool link_running(const Link *link);

/* Ends the worker with SIGKILL, because it hangs: it dies as by itself. */
void link_kill(Link *link);

void link_free(Link *link);

#endif
