/* asking: the endpoints that wait to be asked, and the process that asks them.
 *
 * Endpoints are given to the process in order of weight, no more than it has use for. A job is over
 * with its `done` fact, or, where it wants a dive, with the `over` of that. When the process dies,
 * those that it had begun are over as worker-died; those that it had not begun wait again for the
 * next process. All that it says comes out through one function, such facts of ours among it.
 */
#ifndef TLSDIVE_APP_ASKING_H
#define TLSDIVE_APP_ASKING_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

typedef struct Asking Asking;

/* Called for every fact; the fact is borrowed. For the one that ends a job asking_has is false
 * already. */
typedef void (*AskingFact)(void *data, json_t *fact);

/* A queue; its process is started when the first endpoint is given. `arguments` as for link_new. */
Asking *asking_new(uv_loop_t *loop, const char *const *arguments, AskingFact fact, void *data);

/* Asks an endpoint: `job` is a probe job (doc/facts.md) and is taken. False if it is being asked or
 * waits already. */
bool asking_ask(Asking *asking, json_t *job);

/* True while the endpoint is being asked, or waits. */
bool asking_has(const Asking *asking, const char *endpoint);

/* Stops an endpoint: one that waits is over as stopped at once. False if it is not being asked. */
bool asking_stop(Asking *asking, const char *endpoint);

/* Stops every endpoint that was not begun. */
void asking_stop_waiting(Asking *asking);

/* No new connection begins while paused. */
void asking_pause(Asking *asking, bool paused);

/* The program was stopped and goes on: what was in flight will be done as suspended. */
void asking_suspended(Asking *asking);

/* Endpoints whose jobs are not over. */
guint asking_left(const Asking *asking);

void asking_free(Asking *asking);

#endif
