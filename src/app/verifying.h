/* verifying: which chains are to be judged, and the reader's jobs for that.
 *
 * A handshake's chain is judged each time; those of a dive's many connections each once.
 */
#ifndef TLSDIVE_APP_VERIFYING_H
#define TLSDIVE_APP_VERIFYING_H

#include "app/stream.h"

typedef struct Verifying Verifying;

/* Of the chains of a stream, which outlives it. */
Verifying *verifying_new(Stream *stream);

/* True where the chain of a fact that has just come is to be judged. */
bool verifying_is_due(Verifying *verifying, const json_t *chain);

/* The `verify` job of a chain, for the time to judge by (seconds since 1970); NULL if its bytes are
 * not all there. A new reference. */
json_t *verifying_job(const Verifying *verifying, const json_t *chain, const Endpoint *endpoint,
                      gint64 time);

/* Adds what the server itself said about the standing of its chain. */
void verifying_add_staples(const Verifying *verifying, const json_t *chain, json_t *job);

/* Bytes of the stream as base64; NULL if they are not all there. A new reference. */
json_t *verifying_bytes(Stream *stream, const char *sha256);

void verifying_free(Verifying *verifying);

#endif
