/* reading: what waits to be explained or verified, and the process that does it.
 *
 * The reader has one job at a time, and what a user looks at goes before what a stream still needs.
 * When the process dies over a job, or is busy with it for LIMIT_READER_MS, the job is asked once
 * more, and given up at the second time: a certificate that kills the reader cannot kill it for
 * ever.
 */
#ifndef TLSDIVE_APP_READING_H
#define TLSDIVE_APP_READING_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

typedef struct Reading Reading;

typedef struct ReadingEvents {
    void *data;
    void (*fact)(void *data, json_t *fact);     /* a verdict, a certificate, an error; borrowed */
    void (*fields)(void *data, json_t *fields); /* the answer to an explain; borrowed */
    void (*ended)(void *data, const json_t *job, bool answered); /* a job is over */
} ReadingEvents;

/* A queue; its process is started when the first job is given. `arguments` as for link_new. */
Reading *reading_new(uv_loop_t *loop, const char *const *arguments, const ReadingEvents *events);

/* Starts its process, which takes a while, before the first job is there. */
void reading_begin(Reading *reading);

/* Asks for a job to be done; `job` is explain, verify or inspect (doc/facts.md) and is taken; it is
 * given an id here where it has none. */
void reading_ask(Reading *reading, json_t *job);

/* Forgets the jobs that wait and have a `passing` member: what they are for is past. */
void reading_forget_passing(Reading *reading);

/* True while the process has such a job. */
bool reading_is_passing(const Reading *reading);

/* Jobs that are not over. */
guint reading_left(const Reading *reading);

void reading_free(Reading *reading);

#endif
