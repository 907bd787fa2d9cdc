/* stack: conversations one after the other over one connection.
 *
 * A proxy, then a STARTTLS dialogue, then TLS. The next one starts when the one before is done, and
 * is given what that left unread. The stack shows its current conversation's phase, deadline and
 * failure as its own; it is done when the last one is, and has failed when one has.
 */
#ifndef TLSDIVE_WORKER_TALK_STACK_H
#define TLSDIVE_WORKER_TALK_STACK_H

#include "worker/talk/talk.h"

/* A stack of `first`, and then `second`; both are taken, and must not have been started. */
Talk *stack_new(Talk *first, Talk *second);

/* The conversation that everything before it is for: the last one of a stack, or of the stack that
 * is last in it; any other talk itself. Borrowed. */
const Talk *stack_last(const Talk *talk);

#endif
