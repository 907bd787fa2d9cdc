/* demo: TLS servers of this program's own, so that it can be seen at work without a network.
 *
 * They run in a process of their own, on loopback and on ports that are free, each with its own way
 * to be right or wrong (servers.c). They end with the program.
 */
#ifndef TLSDIVE_APP_DEMO_DEMO_H
#define TLSDIVE_APP_DEMO_DEMO_H

#include <glib.h>
#include <uv.h>

typedef struct Demo Demo;

/* Called once, when the servers listen: their targets, as a user would write them, one a line, and
 * the file with the root that they are to be judged by. Where they could not be started both are
 * NULL. Borrowed; `ca_file` as long as the Demo. */
typedef void (*DemoReady)(void *data, const char *targets, const char *ca_file);

/* Starts the servers. */
Demo *demo_new(uv_loop_t *loop, DemoReady ready, void *data);

/* Ends them. NULL is allowed. */
void demo_free(Demo *demo);

/* What the servers' process does: serves until the end of its standard input. Returns the exit
 * status. */
int demo_serve(void);

#endif
