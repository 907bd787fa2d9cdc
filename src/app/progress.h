/* progress: standard error while a batch runs on a terminal.
 *
 * One line that is rewritten, and keys: any key prints a line of status that stays, q asks to come
 * to an end, ? lists the keys. Standard input is read only where it is a terminal too; its modes
 * are put back by progress_leave, which may be called at any time, from a signal's callback as
 * well.
 */
#ifndef TLSDIVE_APP_PROGRESS_H
#define TLSDIVE_APP_PROGRESS_H

#include <stdbool.h>
#include <uv.h>

#include "front/model/model.h"

typedef struct Progress Progress;

/* Progress of a model. `line`: the rewritten line is wanted. `quit` is called for q. */
Progress *progress_new(uv_loop_t *loop, const Model *model, bool line, void (*quit)(void *data),
                       void *data);

/* Something changed: the line is rewritten, at most ten times a second. */
void progress_touch(Progress *progress);

/* Prints a message on standard error that stays. */
void progress_say(Progress *progress, const char *message);

/* Takes the line away and puts the terminal's modes back; progress_enter takes them again. */
void progress_leave(Progress *progress);
void progress_enter(Progress *progress);

void progress_free(Progress *progress);

#endif
