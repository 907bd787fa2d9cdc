/* clock: the time of a stream: seconds since it began, on the monotonic clock.
 */
#ifndef TLSDIVE_WORKER_LOOP_CLOCK_H
#define TLSDIVE_WORKER_LOOP_CLOCK_H

#include <glib.h>
#include <stdint.h>

/* Seconds since `epoch`, which is CLOCK_MONOTONIC in nanoseconds. */
double clock_now(gint64 epoch);

/* Milliseconds from `now` to `then`, rounded up, as timers of the loop want it; 0 if it has passed.
 */
uint64_t clock_wait(double now, double then);

#endif
