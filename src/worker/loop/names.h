/* names: host names become addresses.
 *
 * A name is looked up once for all who ask for it at the same time, in this order: it is an address
 * itself; it is localhost; it stands in the hosts file; the DNS knows it. The hosts file and
 * resolv.conf are read by names_new, so that nothing is opened later. The DNS is asked for IPv4 and
 * IPv6 at once, with the search domains of resolv.conf, and what it says is ordered by RFC 6724
 * section 6.
 */
#ifndef TLSDIVE_WORKER_LOOP_NAMES_H
#define TLSDIVE_WORKER_LOOP_NAMES_H

#include <glib.h>
#include <stdbool.h>
#include <uv.h>

#include "worker/loop/address.h"

/* What is known of a name while somebody uses it. All but `data` is only read by others. */
typedef struct Host {
    char *name;
    int family;         /* AF_INET or AF_INET6: only these; AF_UNSPEC: both */
    bool known;         /* the look-up has ended */
    const char *source; /* literal, localhost, hosts or dns; static */
    GArray *addresses;  /* Address, in the order to try; empty where reason is set */
    bool cut;           /* there were more than LIMIT_ADDRESSES */
    double took;        /* seconds */
    const char *result; /* NULL, or why there is no address, of data/reasons.tsv; static */
    const char *reason;
    bool answers;     /* an address of it has answered a connect: */
    Address answered; /* this one, to be tried first from now on */
    guint users;
} Host;

/* What names_new may be told otherwise. All members may be 0. */
typedef struct NamesOptions {
    const char *servers;        /* name servers, as "127.0.0.1:5353,..." */
    const char *hosts;          /* text of a hosts file */
    const char *const *domains; /* search domains, NULL at the end */
    guint64 timeout_ms;         /* of a whole look-up; 0: LIMIT_RESOLVE_MS */
} NamesOptions;

typedef struct NamesEvents {
    void *data;
    void (*begins)(void *data, Host *host); /* the DNS is asked about it */
    void (*known)(void *data, Host *host);  /* it is known now; called once a host */
} NamesEvents;

typedef struct Names Names;

/* Reads the system's files. NULL and *error if there is no resolver to be had. */
Names *names_new(uv_loop_t *loop, const NamesOptions *options, const NamesEvents *events,
                 GError **error);

/* Uses a name: a Host that may not be known yet, of which the events tell later, never from inside
 * this function. It is given back with names_leave. */
Host *names_use(Names *names, const char *name, int family);

/* Gives a host back. What nobody uses is forgotten, so that it is looked up anew later. */
void names_leave(Names *names, Host *host);

/* Ends all look-ups, telling nothing more. Every host must have been given back. The memory is
 * freed when the loop has run its closing handles. */
void names_close(Names *names);

#endif
