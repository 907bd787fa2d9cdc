/* events: libunbound on a loop of libuv, in one thread and one process.
 *
 * libunbound would else start a thread or a process of its own, which the sandbox forbids; it takes
 * any loop that is dressed as an event base of libevent's kind.
 */
#ifndef TLSDIVE_WORKER_FETCH_UNBOUND_EVENTS_H
#define TLSDIVE_WORKER_FETCH_UNBOUND_EVENTS_H

#include <uv.h>

struct ub_event_base;

/* An event base over the loop, for ub_ctx_create_ub_event; to be freed by ub_events_free once the
 * context is deleted. Its handles close when the loop runs next. */
struct ub_event_base *ub_events_new(uv_loop_t *loop);

void ub_events_free(struct ub_event_base *base);

#endif
