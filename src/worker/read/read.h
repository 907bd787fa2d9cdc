/* read: the reader's jobs answered. Pure: a job's JSON in, facts out (doc/facts.md, "Jobs").
 *
 * `explain` gives a part of a field tree; the last few trees are kept, so that going deeper does not
 * decode anew. `verify` judges a chain. `inspect` reads a certificate, or a whole file of them.
 */
#ifndef TLSDIVE_WORKER_READ_READ_H
#define TLSDIVE_WORKER_READ_READ_H

#include "worker/pki/verify.h"

typedef struct Read Read;

/* A reader over a store, which must outlive it. */
Read *read_new(const Store *store);

/* The answers to a job, in order: a list of json_t *, to be freed with g_ptr_array_unref. A job that
 * is not one of the table, or lacks what it needs, is answered with an `error` fact. */
GPtrArray *read_job(Read *read, const json_t *job);

void read_free(Read *read);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Read, read_free)

#endif
