/* output: standard output, written from a thread of its own.
 *
 * Whoever reads what is printed may be slow (a pager, a pipe), and must not hold up what is being
 * measured; and standard output is shared with others, so it must not be made non-blocking.
 */
#ifndef TLSDIVE_APP_OUTPUT_H
#define TLSDIVE_APP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

typedef struct Output Output;

/* Called in the loop's thread after a piece was written, or could not be (output_error). */
typedef void (*OutputWritten)(void *data);

/* Output to a file descriptor, which stays the caller's. */
Output *output_new(uv_loop_t *loop, int file, OutputWritten written, void *data);

/* Adds text; it is copied. */
void output_add(Output *output, const char *text, size_t size);

/* Bytes that wait to be written. */
size_t output_waiting(const Output *output);

/* Why it failed, as an errno; 0 while it has not. After a failure nothing is written any more. */
int output_error(const Output *output);

/* Waits, turning the loop, until everything is written or failed. Returns output_error. */
int output_finish(Output *output);

void output_free(Output *output);

#endif
