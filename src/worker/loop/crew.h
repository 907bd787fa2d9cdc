/* crew: all the errands of a prober, and the jobs that make and end them.
 */
#ifndef TLSDIVE_WORKER_LOOP_CREW_H
#define TLSDIVE_WORKER_LOOP_CREW_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "worker/loop/names.h"

typedef struct CrewOptions {
    gint64 epoch;      /* clock.h */
    guint parallel;    /* open connections in all */
    guint per_address; /* open connections to one address */
    NamesOptions names;
    void *data;
    void (*fact)(void *data, json_t *fact); /* the reference is handed over */
} CrewOptions;

typedef struct Crew Crew;

/* Reads what names need from the system. NULL and *error if they cannot be had. */
Crew *crew_new(uv_loop_t *loop, const CrewOptions *options, GError **error);

/* Does the job on a line (doc/facts.md); one that it does not understand becomes an `error` fact.
 * NULL: a line that was too long. */
void crew_job(Crew *crew, const char *line, size_t size);

/* While held, nothing is read from the network, and nothing new begins. */
void crew_hold(Crew *crew, bool held);

/* Endpoints that are not done. */
guint crew_left(const Crew *crew);

/* Closes all that is open, telling nothing. The memory is freed when the loop has run its closing
 * handles. */
void crew_close(Crew *crew);

#endif
