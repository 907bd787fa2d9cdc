/* capture: standard error while the screen is up.
 *
 * What libraries and workers print there would spoil the screen: it is read line by line instead,
 * and printed when the screen is gone. Where standard error is no terminal it is left alone.
 */
#ifndef TLSDIVE_APP_CAPTURE_H
#define TLSDIVE_APP_CAPTURE_H

#include <uv.h>

typedef struct Capture Capture;

/* Captures standard error; `line` is called for each line, without its end, borrowed. NULL where
 * standard error is no terminal, or cannot be captured. */
Capture *capture_new(uv_loop_t *loop, void (*line)(void *data, const char *line), void *data);

/* Gives standard error back and prints there what was captured last. NULL is allowed. */
void capture_free(Capture *capture);

#endif
