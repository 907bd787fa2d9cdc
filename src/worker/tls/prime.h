/* prime: whether the modulus of finite-field Diffie-Hellman is what it should be.
 *
 * A safe prime is p with (p-1)/2 prime too: then every generator but 1 and p-1 has a large order
 * (RFC 7919 section 5.1). That a number is prime is found by the test of Baillie-PSW, of which no
 * counterexample is known; that it is not is certain. It takes some ten milliseconds at 2048 bits,
 * and eight times as many at 4096.
 */
#ifndef TLSDIVE_WORKER_TLS_PRIME_H
#define TLSDIVE_WORKER_TLS_PRIME_H

#include <glib.h>

typedef enum PrimeStanding {
    PRIME_NOT_TESTED, /* longer than LIMIT_PRIME_BITS */
    PRIME_COMPOSITE,  /* not a prime */
    PRIME_NOT_SAFE,   /* prime, and (p-1)/2 is composite */
    PRIME_SAFE,
} PrimeStanding;

/* What a generator makes of a safe prime's group. */
typedef enum PrimeSpan {
    PRIME_SPAN_UNKNOWN, /* the prime is not safe, or not known to be */
    PRIME_SPAN_NOTHING, /* 0, 1 or p-1 */
    PRIME_SPAN_HALF,    /* the subgroup of order (p-1)/2 */
    PRIME_SPAN_WHOLE,
} PrimeSpan;

/* A number by its bytes, the highest first. */
PrimeStanding prime_standing(GBytes *modulus);

/* `standing` is that of the modulus. */
PrimeSpan prime_span(GBytes *modulus, GBytes *generator, PrimeStanding standing);

#endif
