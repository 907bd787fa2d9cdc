/* talk: conversations, which speak a protocol and do no I/O.
 *
 * A Talk is given bytes and the time, and gives back bytes to send, facts, and whether it goes on,
 * is done, or has failed. It has no socket, no clock, no thread and no global: so it is fed byte by
 * byte in tests, fuzzed, and replayed. The loop (src/worker/loop) owns the socket and does this:
 *
 *     talk_start(talk, now);
 *     repeat while talk->state == TALK_GOING:
 *         send what talk_output gives, and tell with talk_sent; then shut the sending side
 *             where talk->half_close says so;
 *         take every fact with talk_next_fact;
 *         on bytes: talk_feed;
 *         on end of file, reset or error: talk_end;
 *         when the deadline passes: talk_tick;
 *     send the output that is left: a close_notify, a QUIT, the alert that says what was wrong;
 *     take the facts that are left.
 *
 * Times are seconds since the stream began. After talk_end the state is never TALK_GOING. Talks
 * stack: stack.h runs one after the other over one connection, handing on what the first left
 * unread.
 *
 * Over datagrams (talk->datagrams) each talk_feed is one datagram, talk_output gives one, and
 * talk_sent is told of it whole. Nothing ends a talk of datagrams but itself, its limits, and an
 * error that the network reports.
 */
#ifndef TLSDIVE_WORKER_TALK_TALK_H
#define TLSDIVE_WORKER_TALK_TALK_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum TalkState {
    TALK_GOING,  /* wants bytes, time or to send */
    TALK_DONE,   /* reached its aim; may still have output and facts */
    TALK_FAILED, /* did not; result and reason say why */
} TalkState;

/* How the peer's side ended. */
typedef enum TalkEnd {
    TALK_END_CLOSED,  /* end of file */
    TALK_END_RESET,   /* ECONNRESET, EPIPE */
    TALK_END_IDLE,    /* silence for the idle limit */
    TALK_END_TOTAL,   /* the absolute limit of the connection */
    TALK_END_BYTES,   /* the ceiling on bytes received */
    TALK_END_STOPPED, /* the user stopped it */
} TalkEnd;

typedef struct Talk Talk;

typedef struct TalkClass {
    const char *name;
    void (*start)(Talk *talk, double now);
    void (*feed)(Talk *talk, const uint8_t *data, size_t size, double now);
    void (*end)(Talk *talk, TalkEnd how, double now);
    void (*tick)(Talk *talk, double now); /* may be NULL: has no deadlines of its own */
    void (*close)(
        Talk *talk); /* may be NULL: tells the facts it held back, once it is done or failed */
    void (*free)(Talk *talk); /* frees what the kind adds, not the Talk */
} TalkClass;

/* The base of every conversation: the first member of its struct. Only talk.c and the kinds write.
 */
struct Talk {
    const TalkClass *class;
    TalkState state;
    const char *phase; /* the state fact's code it is in: "greeting", "hello" ...; static */
    const char *after; /* the last thing that happened, for "reset after ...": "ClientHello"; static
                          or interned */
    const char *result; /* failed: result and reason of data/reasons.tsv; static */
    const char *reason;
    json_t *args;      /* arguments of the reason; owned, may be NULL */
    bool half_close;   /* says nothing after the output that there is: the sending side is shut once
                          it is sent */
    double deadline;   /* wants talk_tick at this time; 0: none */
    double round_trip; /* of the connection, in seconds, as the TCP handshake took; 0: not known */
    double started;    /* when talk_start was called */
    double sent_at;    /* when it last had something sent; the start before that */
    double heard_at;   /* when it was last fed; the start before that */
    uint64_t received; /* bytes fed so far */
    bool datagrams; /* runs over datagrams and not over a stream; set by the kind when it is made */
    GByteArray *output; /* to send */
    GArray *bounds;     /* guint: over datagrams, the bytes of each in `output` */
    GByteArray *unread; /* done: bytes that came and were not this conversation's */
    GQueue facts; /* json_t *, owned; without endpoint, connection and at: the loop adds them */
};

/* Prepares the base of a conversation. */
void talk_init(Talk *talk, const TalkClass *class);

/* The four events. Each is ignored unless the state is TALK_GOING. */
void talk_start(Talk *talk, double now);
void talk_feed(Talk *talk, const uint8_t *data, size_t size, double now);
void talk_end(Talk *talk, TalkEnd how, double now);
void talk_tick(Talk *talk, double now);

/* What is to be sent (over datagrams: the next one), borrowed until the next call; NULL and 0 if
 * nothing. */
const uint8_t *talk_output(const Talk *talk, size_t *size);

/* `size` bytes of the output were sent. */
void talk_sent(Talk *talk, size_t size, double now);

/* The next fact, a new reference; NULL if there is none. "at" is set by the conversation where it
 * knows better. */
json_t *talk_next_fact(Talk *talk);

/* For kinds: have `size` bytes sent, over datagrams as one. */
void talk_send(Talk *talk, const void *data, size_t size, double now);

/* For kinds: the wait since the talk last had something sent, and the part of it beyond a round
 * trip, as "took" and "server" of a fact about what has just come in. */
void talk_took(const Talk *talk, json_t *fact, double now);

/* For kinds: fail as the peer's end says, with the phase, `after` and the bytes received. */
void talk_fail_end(Talk *talk, TalkEnd how, double now);

/* For kinds: queue a fact (the reference is taken), enter a phase (a state fact, once each),
 * finish, fail. talk_fail takes `args`, and does nothing unless the state is TALK_GOING. */
void talk_fact(Talk *talk, json_t *fact, double now);
void talk_phase(Talk *talk, const char *phase, double now);
void talk_done(Talk *talk);
void talk_fail(Talk *talk, const char *result, const char *reason, json_t *args);

void talk_free(Talk *talk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

#endif
