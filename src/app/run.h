/* run: everything of a run but how it is shown.
 *
 * Targets become endpoints, endpoints are asked by the prober, every chain is judged by the reader,
 * and an endpoint that has its result and its verdicts is judged by the rules. All that happens is
 * a fact of the stream, findings among it. A mode (batch, screen) watches.
 */
#ifndef TLSDIVE_APP_RUN_H
#define TLSDIVE_APP_RUN_H

#include <uv.h>

#include "app/options.h"
#include "app/stream.h"

typedef struct Run Run;

typedef struct RunWatch {
    void *data;
    /* A fact was added (StreamWatch). */
    void (*fact)(void *data, json_t *fact, Endpoint *changed, const char *line);
    /* The answer to run_explain; NULL: never asked. */
    void (*fields)(void *data, const json_t *fields);
    /* Nothing is left to wait for. May be told again, when more was asked. */
    void (*over)(void *data);
} RunWatch;

/* A run of the targets on the command line, of which words that are files of certificates are to be
 * read. Its session is made (what cannot be saved is said as an error fact), and the endpoints are
 * facts of it; nothing is started. NULL and *error if a target is wrong. */
Run *run_new(uv_loop_t *loop, const Options *options, const RunWatch *watch, GError **error);

/* A run over a session that was opened. NULL and *error if it cannot be read. */
Run *run_open(uv_loop_t *loop, const Options *options, const RunWatch *watch, GError **error);

/* True if there is nothing to ask, and no file to read. */
bool run_is_empty(const Run *run);

/* True if local files were named. */
bool run_opens_files(const Run *run);

/* Reads a file of the model once more, with this password; false if it is not of this run. */
bool run_unlock(Run *run, const char *file, const char *password);

/* The certificates that stood in the files, in order: their hashes, char *. Borrowed. */
/* Adds targets as a user types them: the new endpoints are facts, and are not asked yet. False and
 * *error if one is wrong. */
bool run_add(Run *run, const char *words, GError **error);

/* Asks every endpoint that never was, as deep as the options say, and has the files read. */
void run_start(Run *run);

/* Has a handshake made with an endpoint once more; false if it is being asked. */
bool run_ask(Run *run, const char *endpoint);

/* Has an endpoint asked all that it accepts; false if it is being asked that. Where something else
 * is being asked it comes after that. */
bool run_dive(Run *run, const char *endpoint);

/* Has an endpoint asked one question of a dive, so many times, likewise: `question` as in a probe
 * job (doc/facts.md), borrowed. False if another one waits. */
bool run_question(Run *run, const char *endpoint, const json_t *question, guint times);

/* Stops one; false if it is not being asked. */
bool run_stop(Run *run, const char *endpoint);

/* Lets what is in flight finish, and begins nothing more. */
void run_stop_waiting(Run *run);

/* Ends what is not done as stopped, at once, and judges it. */
void run_cut(Run *run);

/* No new connection begins while paused. */
void run_pause(Run *run, bool paused);

/* The program was stopped, and goes on: what was in flight is asked again. */
void run_continued(Run *run);

/* Asks the reader to explain bytes of the stream: see UiPort.explain. */
void run_explain(Run *run, const char *kind, const char *sha256, json_t *path, guint from);

/* True when nothing is left to wait for. */
bool run_is_over(const Run *run);

/* A file of roots that counts more than those of the options, for before run_start. */
void run_set_store(Run *run, const char *file);

Stream *run_stream(Run *run);
const Model *run_model(const Run *run);

/* The present of a run, in seconds since 1970: the time of the newest fact, so that a session is
 * judged alike when it is opened again. */
gint64 run_present(const Run *run);

/* The time to judge by: the present, unless another one is set. */
gint64 run_now(const Run *run);

/* Judges everything for this time from now on, or where `asked` is false for the present. Chains
 * that may fare otherwise then are verified for it, and their endpoints judged when that is done;
 * such verdicts are not kept in the session. */
void run_set_time(Run *run, bool asked, gint64 at);

void run_free(Run *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

#endif
