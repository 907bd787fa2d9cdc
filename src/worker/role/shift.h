/* shift: what every worker with a loop does alike: jobs come in, facts go out, and it ends.
 *
 * A role opens a shift, makes what it works with on the shift's loop, and has it run: the process
 * is locked up then, the first job is read, and at the end of the input (or where nobody reads what
 * is written) the work is closed and what was said is still written.
 */
#ifndef TLSDIVE_WORKER_ROLE_SHIFT_H
#define TLSDIVE_WORKER_ROLE_SHIFT_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/role/role.h"
#include "worker/role/sandbox.h"

typedef struct Shift Shift;

/* The work of a role; all are called from the loop. */
typedef struct ShiftWork {
    void *data;
    /* A job's line without its newline, borrowed; NULL and 0 for one that was too long. */
    void (*job)(void *data, const char *line, size_t size);
    void (*hold)(void *data, bool full); /* facts pile up: begin nothing; false: go on */
    void (*close)(void *data);           /* ends all work; its handles may close later */
} ShiftWork;

/* A shift with a loop, on which nothing runs yet. */
Shift *shift_new(const RoleOptions *options);

uv_loop_t *shift_loop(Shift *shift);

/* Writes a fact, which is taken; one that is said after the end is lost. */
void shift_put(Shift *shift, json_t *fact);

/* Opens standard input and output for the work. False and *error if they cannot be waited for. */
bool shift_open(Shift *shift, const ShiftWork *work, GError **error);

/* Locks the process up, works until the input has ended, and frees the shift. */
void shift_run(Shift *shift, SandboxKind kind);

#endif
