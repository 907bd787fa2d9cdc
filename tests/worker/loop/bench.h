/* bench: a crew with scripted probes (scripted.h), all that it tells, and servers on loopback in
 * the same loop.
 */
#ifndef TLSDIVE_TESTS_WORKER_LOOP_BENCH_H
#define TLSDIVE_TESTS_WORKER_LOOP_BENCH_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "common/fact/fact.h"
#include "worker/loop/crew.h"

/* ALONE: closes what comes while it serves one, which it does not answer before. */
typedef enum Manner { ANSWERS, CLOSES, RESETS, LISTENS, SLOWLY, ALONE } Manner;

typedef struct Bench Bench;

typedef struct Server {
    Bench *bench;
    uv_poll_t poll;
    int fd;
    Manner manner;
    GPtrArray *clients;
    guint most;  /* connections at once */
    bool turned; /* ALONE: one was closed since it answered last */
} Server;

struct Bench {
    uv_loop_t loop;
    Crew *crew;
    GPtrArray *facts;
    GPtrArray *servers;
    int resolver;
    guint port; /* of all servers */
    guint done; /* handshakes */
    guint over; /* dives */
};

/* Eight connections to an address at most; the hosts file knows known.test, the DNS never answers.
 */
Bench *bench_new(void);
void bench_free(Bench *bench);

/* A server at an address of loopback, at the port of the bench. */
Server *bench_server(Bench *bench, const char *address, Manner manner);

/* Gives the crew a line. */
void bench_job(Bench *bench, const char *line);

/* A probe job for an endpoint that is called as its host; `more` is JSON members, or "". */
void bench_ask(Bench *bench, const char *host, const char *script, const char *more);

/* A bench on which a server of this manner at 127.0.0.1 was asked this script, until it was done.
 */
Bench *bench_asked(Manner manner, const char *script, const char *more);

/* Runs until so many `done` facts were told, or `over` of dives; or so many turns of the loop. */
void bench_until_done(Bench *bench, guint count);
void bench_until_over(Bench *bench, guint count);
void bench_turn(Bench *bench, int times);

/* All facts of an endpoint (NULL: those of none) in short; to be freed. */
char *bench_trace(const Bench *bench, const char *endpoint);

/* Asserts that this is the trace. */
void bench_ck_trace(const Bench *bench, const char *endpoint, const char *expected);

/* Where `part` stands in the trace, in which it must stand. */
size_t bench_place(const Bench *bench, const char *endpoint, const char *part);

/* The last fact of a kind, which must be there. */
const json_t *bench_last(const Bench *bench, const char *endpoint, FactKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

#endif
