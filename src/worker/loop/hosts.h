/* hosts: the names that this machine knows by itself: the hosts file (hosts(5)) and localhost.
 *
 * The file is read once, before a worker locks itself up. Names are compared without regard to
 * case.
 */
#ifndef TLSDIVE_WORKER_LOOP_HOSTS_H
#define TLSDIVE_WORKER_LOOP_HOSTS_H

#include <glib.h>
#include <stddef.h>

#include "worker/loop/address.h"

typedef struct Hosts Hosts;

/* The names of a hosts file's text, of which what does not read is left out. */
Hosts *hosts_new(const char *text, size_t size);

/* The Addresses of a name, in the order of the file, borrowed; NULL if it has none there. */
const GArray *hosts_find(const Hosts *hosts, const char *name);

/* The loopback Addresses, if the name is localhost or below it (RFC 6761 section 6.3), else NULL.
 * To be freed. */
GArray *hosts_localhost(const char *name);

void hosts_free(Hosts *hosts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hosts, hosts_free)

#endif
