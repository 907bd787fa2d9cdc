/* clock: the time of a stream: seconds since it began, on the monotonic clock.
 */
#ifndef TLSDIVE_WORKER_LOOP_CLOCK_H
#define TLSDIVE_WORKER_LOOP_CLOCK_H

#include <glib.h>
#include <stdint.h>

/* Seconds since `epoch`, which is CLOCK_MONOTONIC in nanoseconds. */
double clock_now(gint64 epoch);

/* By how much what was due at `due` is to be put off, where its timer fires later than the loop is
 * ever busy for; else 0. We were stopped then, or starved of the processor, and nobody is to be
 * blamed for silence in a time in which we could not hear: all of it is granted once more, and half
 * a second in which what has come is read, jobs too. */
double clock_late(double now, double due);

/* Milliseconds from `now` to `then`, rounded up, as timers of the loop want it; 0 if it has passed.
 */
uint64_t clock_wait(double now, double then);

#endif
