/* job: what a `probe` job says (doc/facts.md). */
#ifndef TLSDIVE_WORKER_LOOP_JOB_H
#define TLSDIVE_WORKER_LOOP_JOB_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#include "worker/probe/dive.h"

typedef struct Job {
    char *endpoint, *host;
    char *protocol, *server_name, *priority; /* NULL: absent */
    GStrv alpn;                              /* NULL: none */
    int family;                              /* AF_UNSPEC, AF_INET, AF_INET6 */
    guint port, weight;
    guint connection;   /* the first number to give */
    double idle, total; /* seconds */
    bool starttls;
    bool handshake; /* one is wanted */
    bool dives;     /* a dive is wanted, after the handshake where that is wanted too */
    DiveDepth depth;
    guint allowed;    /* connections that the dive may make */
    json_t *question; /* DIVE_ONE */
    guint times;      /* likewise */
} Job;

/* Reads a job; NULL, or what is wrong with it (static). To be cleared in both cases. */
const char *job_read(Job *job, const json_t *json);

/* What a job wants, though it may not be whole: a handshake, a dive. */
bool job_wants_handshake(const json_t *json);
bool job_wants_dive(const json_t *json);

/* The depth as a job has it: "handshake", "versions" ... */
const char *job_depth(const Job *job);

void job_clear(Job *job);

#endif
