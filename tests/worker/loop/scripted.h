/* scripted: probes that follow a script, in place of the real ones: first_new and dive_new are
 * defined here.
 *
 * A first handshake's script is the protocol of its spec, a dive's the server name. A conversation
 * says "hello", and is done with any answer. Scripts of more than two conversations tell an `error`
 * fact "asks-N" with each.
 *
 *     once     one conversation
 *     twice    a second one where the first has failed
 *     pair     two at once
 *     ahead    four, one after the other, with a connection more than there are conversations
 *     greedy   three likewise, with three connections until the first is over, and then one
 */
#ifndef TLSDIVE_TESTS_WORKER_LOOP_SCRIPTED_H
#define TLSDIVE_TESTS_WORKER_LOOP_SCRIPTED_H

#include "worker/probe/dive.h"
#include "worker/probe/first.h"

/* Of the last dive_new, of which what it borrows is not to be looked at. The server name "none" is
 * a question that cannot be asked. */
extern DiveSpec scripted_dive;

#endif
