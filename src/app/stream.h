/* stream: the facts of this run, on their way to everybody.
 *
 * Every fact passes here, whoever says it: it is given its time, what was said before is dropped,
 * it is appended to the session and folded into the model, and then shown to those who watch.
 */
#ifndef TLSDIVE_APP_STREAM_H
#define TLSDIVE_APP_STREAM_H

#include "app/session.h"
#include "front/model/model.h"

typedef struct Stream Stream;

/* Called for every fact once it is folded: `changed` is the endpoint that changed (may be NULL),
 * and `line` the fact as it stands in the session, its newline included. All is borrowed. */
typedef void (*StreamWatch)(void *data, json_t *fact, Endpoint *changed, const char *line);

/* A stream that is kept in `session`, which it owns from here on. It begins now. */
Stream *stream_new(Session *session, StreamWatch watch, void *data);

/* When it began: CLOCK_MONOTONIC in nanoseconds. */
gint64 stream_epoch(const Stream *stream);

/* Seconds since it began. */
double stream_at(const Stream *stream);

Model *stream_model(const Stream *stream);
Session *stream_session(const Stream *stream);

/* The first fact: who wrote it, when and where. */
void stream_begin(Stream *stream);

/* Adds a fact, which is borrowed. One without "at" gets the present. */
void stream_add(Stream *stream, json_t *fact);

/* Folds a fact that is not kept in the session: it is of use for a moment only. */
void stream_fold(Stream *stream, json_t *fact);

/* Adds an error fact; `args` is taken. */
void stream_error(Stream *stream, const char *code, json_t *args);

/* Reads all of a session that was opened, and says what was left out. False if nothing in it was a
 * fact. */
bool stream_read(Stream *stream);

/* Writes what is new to the session; a failure becomes an error fact. */
void stream_flush(Stream *stream);

/* The bytes with this hash, checked against it; NULL if the stream does not hold them all. */
GBytes *stream_bytes(Stream *stream, const char *sha256);

void stream_free(Stream *stream);

#endif
