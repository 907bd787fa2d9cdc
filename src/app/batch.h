/* batch: the mode without a screen.
 *
 * The report goes to standard output: as text at the end, or as facts while they come. On a
 * terminal standard error shows the progress, any key prints a line of status there, and q lets
 * what is in flight finish. ^C stops at once and still prints what is known.
 */
#ifndef TLSDIVE_APP_BATCH_H
#define TLSDIVE_APP_BATCH_H

#include "app/options.h"

/* Runs it; returns the exit status. */
int batch_run(const Options *options);

#endif
