/* task: one job of the reader while it is done, and what all kinds of jobs share. For this folder.
 *
 * A kind of job is a function and a row in read.c's table; it answers as often as it wants, and
 * read_job adds the last answer.
 */
#ifndef TLSDIVE_WORKER_READ_TASK_H
#define TLSDIVE_WORKER_READ_TASK_H

#include "common/fact/field.h"
#include "common/util/limits.h"
#include "worker/read/read.h"

/* A tree that was asked for: what it explains, and when it was used last. */
typedef struct Tree {
    const char *kind; /* static */
    char *sha256;
    Field *root; /* NULL: this place is free */
    guint64 used;
} Tree;

struct Read {
    const GPtrArray *stores; /* Store *; the first is the one that counts */
    Tree trees[LIMIT_TREES];
    guint64 clock; /* counts uses */
};

typedef struct Task {
    Read *read;
    const json_t *job;
    ReadReply reply;
    void *data;
} Task;

/* Hands a fact back; takes it. */
void task_answer(const Task *task, json_t *fact);

/* Says that the job cannot be done, and why (an `error` fact, job-refused). */
void task_refuse(const Task *task, const char *what);

/* The bytes of a base64 text; NULL where it is no text or has no bytes. To be unreferenced. */
GBytes *task_bytes(const json_t *base64);

/* Answers with the `bytes` facts of these bytes, of which `sha256` is the hash. */
void task_bytes_facts(const Task *task, const char *sha256, const uint8_t *data, size_t size);

/* Sets the member of `to` that `from` has, if it has it. */
void task_copy(json_t *to, const json_t *from, const char *member);

/* The jobs (doc/facts.md, "Jobs"). */
void explain_job(const Task *task);
void verify_job(const Task *task);
void inspect_job(const Task *task);
void text_job(const Task *task);

/* Answers with what the job's TLSA records say of the chain, if it has any: `certificates` (GBytes
 * *, as sent), and the verdict of the store that counts. */
void dane_job(const Task *task, const GPtrArray *certificates, const json_t *verdict);
/* Of a verify job: what is known about the standing of its certificates : its `revocation` and
 * `transparency` facts. */
void status_answer(const Task *task, const Chain *chain);

/* Frees what explaining has kept. */
void explain_forget(Read *read);

#endif
