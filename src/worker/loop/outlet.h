/* outlet: facts on their way out of a worker, in order.
 *
 * Facts are written together once a turn of the loop, before it waits, so that none lingers when
 * nothing happens. What the reader at the other end does not take waits in memory. When more than
 * OUTLET_FULL bytes wait, the outlet says that it is full, and whoever makes facts is to stop; it
 * says so again when all of that was written.
 *
 * The bytes and certificate facts that were written before are left out, as far back as
 * LIMIT_SAID of them.
 */
#ifndef TLSDIVE_WORKER_LOOP_OUTLET_H
#define TLSDIVE_WORKER_LOOP_OUTLET_H

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

enum { OUTLET_FULL = 1 << 20 };

typedef struct OutletEvents {
    void *data;
    void (*full)(void *data, bool full); /* may come from inside of outlet_put */
    void (*broken)(void *data);          /* nobody reads any more: what is put now is lost */
    void (*drained)(void *data);         /* after outlet_drain: all is written, or lost */
} OutletEvents;

typedef struct Outlet Outlet;

/* An outlet to a descriptor, which is set not to block, and is not closed. */
Outlet *outlet_new(uv_loop_t *loop, int fd, const OutletEvents *events);

/* Writes a fact, which is taken. */
void outlet_put(Outlet *outlet, json_t *fact);

/* Has `drained` called, from the loop, as soon as nothing waits. */
void outlet_drain(Outlet *outlet);

/* The memory is freed when the loop has run its closing handles. What still waits is lost. */
void outlet_close(Outlet *outlet);

#endif
