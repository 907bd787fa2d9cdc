/* read: the reader's jobs answered. Pure: a job's JSON in, facts out (doc/facts.md, "Jobs").
 *
 * `explain` gives a part of a field tree; the last few trees are kept, so that going deeper does
 * not decode anew. `verify` judges a chain. `inspect` reads a file of certificates.
 */
#ifndef TLSDIVE_WORKER_READ_READ_H
#define TLSDIVE_WORKER_READ_READ_H

#include "worker/pki/verify.h"

typedef struct Read Read;

/* Takes the next answer to a job; the fact is borrowed, and fits into a line (fact_to_line). */
typedef void (*ReadReply)(void *data, const json_t *fact);

/* A reader over stores (Store *), which must outlive it; the first is the one that counts. */
Read *read_new(const GPtrArray *stores);

/* Does a job: hands each fact to `reply` in order, the last is `answered`. A job that is not one of
 * the table, or lacks what it needs, is answered with an `error` fact (job-refused). */
void read_job(Read *read, const json_t *job, ReadReply reply, void *data);

void read_free(Read *read);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Read, read_free)

#endif
