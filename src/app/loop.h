/* loop: what every mode does with libuv's loop in the same way. */
#ifndef TLSDIVE_APP_LOOP_H
#define TLSDIVE_APP_LOOP_H

#include <uv.h>

typedef struct LoopSignals LoopSignals;

/* Calls `signalled` in the loop for each of these signals (0 at the end). They do not keep the loop
 * running. */
LoopSignals *loop_signals_new(uv_loop_t *loop, const int *numbers,
                              void (*signalled)(void *data, int number), void *data);

/* The signals do again what they do by default. NULL is allowed. */
void loop_signals_free(LoopSignals *signals);

/* Turns the loop until everything that is closing is closed, and closes it. */
void loop_end(uv_loop_t *loop);

#endif
