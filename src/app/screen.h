/* screen: the mode with a screen.
 *
 * The first paint comes before anything is started. After that the loop waits: a key is answered at
 * once, facts are painted at most ten times a second, and while nothing happens nothing wakes up.
 */
#ifndef TLSDIVE_APP_SCREEN_H
#define TLSDIVE_APP_SCREEN_H

#include "app/options.h"

/* Runs it; returns the exit status. */
int screen_run(const Options *options);

#endif
