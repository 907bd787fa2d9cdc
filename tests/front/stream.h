/* stream: facts for tests of the front, written by hand. */
#ifndef TLSDIVE_TESTS_FRONT_STREAM_H
#define TLSDIVE_TESTS_FRONT_STREAM_H

#include "front/model/model.h"

/* The fact on a line in which ' stands for ". A new reference; fails the test where it is no JSON.
 */
json_t *stream_fact(const char *line);

/* Folds such a line in. */
Endpoint *stream_fold(Model *model, const char *line);
Endpoint *stream_fold_at(Model *model, const char *line, gint64 place, size_t size);

/* The model of tests/front/streams/<name>.jsonl, found below $srcdir. */
Model *stream_model(const char *name);

/* The same of its first lines only. */
Model *stream_model_cut(const char *name, guint lines);

#endif
