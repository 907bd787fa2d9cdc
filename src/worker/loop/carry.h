/* carry: takes a conversation over a connected socket, to its end.
 *
 *  1. What the conversation wants to send is sent, what comes in is fed to it, its deadlines are
 * kept, and its facts are handed on, as soon as they are there.
 *  2. The connection ends for the conversation (talk_end) at end of file, at a reset, after silence
 *     for the idle limit (nothing received, nothing that could be sent), at the absolute limit,
 * which no trickle of bytes puts off, and at LIMIT_CONNECTION_BYTES received.
 *  3. What came in before an error is read before the error is told: a server may say why it
 * resets.
 *  4. While more than CARRY_OUTPUT bytes wait to be sent, nothing is read: what waits is bounded.
 *  5. While it is held (because nobody takes the facts), nothing is read, and its time stands
 * still.
 *  6. When a conversation that half-closes has had all its output sent, our sending side is shut.
 *  7. When the conversation has ended, what it still has to send is sent as far as the socket takes
 *     it at once, and the connection is closed: first our side, then, after what was received is
 * read away, the whole, so that the server sees an end and no reset.
 */
#ifndef TLSDIVE_WORKER_LOOP_CARRY_H
#define TLSDIVE_WORKER_LOOP_CARRY_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "worker/talk/talk.h"

enum { CARRY_OUTPUT = 1 << 16 };

typedef struct Carry Carry;

/* Both are called from the loop or from carry_stop, never from carry_new. */
typedef struct CarryEvents {
    void (*fact)(void *data, json_t *fact); /* the reference is handed over */
    /* The conversation has ended, all facts are told, the socket is closed. The carry may be freed.
     */
    void (*ended)(void *data);
} CarryEvents;

typedef struct CarryGoal {
    Talk *talk;   /* not started; must outlive the carry */
    int fd;       /* connected, not blocking; the carry's from here on */
    double idle;  /* seconds of silence */
    double total; /* seconds in all */
    gint64 epoch; /* clock.h */
    const CarryEvents *events;
    void *data;
} CarryGoal;

/* Begins to carry, from the next turn of the loop on. */
Carry *carry_new(uv_loop_t *loop, const CarryGoal *goal);

/* Holds it, or lets it go on. */
void carry_hold(Carry *carry, bool held);

/* Ends it because the user said so; `ended` is called before this returns, unless it was before. */
void carry_stop(Carry *carry);

/* Bytes that went over the socket. */
uint64_t carry_sent(const Carry *carry);
uint64_t carry_received(const Carry *carry);

/* Closes what is open, telling nothing. The memory is freed when the loop has run its closing
 * handles. NULL is allowed. */
void carry_free(Carry *carry);

/* Closes a connected socket as rule 6 says. */
void carry_hang_up(int fd);

#endif
