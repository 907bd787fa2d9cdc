/* lo: servers on loopback for tests of the loop.
 */
#ifndef TLSDIVE_TESTS_WORKER_LOOP_LO_H
#define TLSDIVE_TESTS_WORKER_LOOP_LO_H

#include <glib.h>

/* A socket that listens at an IPv4 or IPv6 literal, at *port, or where that is 0 at a free one,
 * which *port becomes. -1 if the port is taken there. */
int lo_listen(const char *address, int backlog, guint *port);

/* Listens at `address` and *port so that connects are never answered: its queue is full. The two
 * descriptors are to be closed; false if the port is taken there. */
gboolean lo_silent(const char *address, guint *port, int fds[2]);

/* Accepts the connection that is waiting, or waits for it. */
int lo_accept(int fd);

/* Has the connection reset as soon as it is closed, and closes it. */
void lo_reset(int fd);

#endif
