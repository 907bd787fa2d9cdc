/* intake: lines that come into a worker, one job each.
 *
 * A line is at most LIMIT_LINE bytes with its newline; a longer one is thrown away as it comes and
 * told as such. What stands behind the last newline when the input ends is no line.
 */
#ifndef TLSDIVE_WORKER_LOOP_INTAKE_H
#define TLSDIVE_WORKER_LOOP_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

typedef struct IntakeEvents {
    void *data;
    /* A line without its newline, borrowed; NULL and 0 for one that was too long. */
    void (*line)(void *data, const char *line, size_t size);
    void (*ended)(void *data); /* the input has ended, or cannot be read; called once */
} IntakeEvents;

typedef struct Intake Intake;

/* Reads from a pipe, socket or terminal, which is not closed, and is set not to block. NULL if the
 * loop cannot wait for it. */
Intake *intake_new(uv_loop_t *loop, int fd, const IntakeEvents *events);

/* While held, nothing is read. */
void intake_hold(Intake *intake, bool held);

/* The memory is freed when the loop has run its closing handles. */
void intake_close(Intake *intake);

#endif
