/* primes: the Diffie-Hellman parameters that the suites of a dive came with, and what they are
 * worth.
 */
#ifndef TLSDIVE_WORKER_PROBE_PRIMES_H
#define TLSDIVE_WORKER_PROBE_PRIMES_H

#include "worker/probe/known.h"

Primes *primes_new(void);
void primes_free(Primes *primes);

/* A reply with a DHE suite came. */
void primes_note(Primes *primes, const Reply *reply, const char *connection);

/* Its prime and generator in words, to be freed; NULL if there is none. */
char *primes_value(Primes *primes, const Reply *reply);

/* The answers about those of a version (question `dh`), each once. A prime that is in no list is
 * tested then: that takes a while (prime.h), so each is tested once, and no more than LIMIT_PRIMES.
 */
void primes_say(Known *known, uint16_t version);

#endif
