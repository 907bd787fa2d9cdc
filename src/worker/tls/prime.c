#include "worker/tls/prime.h"

#include <gmp.h>
#include <stdbool.h>

#include "common/util/limits.h"

enum { ROUNDS = 24 }; /* of mpz_probab_prime_p: up to here they are the test of Baillie-PSW alone */

static void read_number(mpz_t number, GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    mpz_init(number);
    mpz_import(number, size, 1, 1, 1, 0, data);
}

/* q = (p-1)/2 first, for it is what mostly is composite. Where it is prime, a power of 2 proves
 * that p is (Pocklington): p-1 = 2q, q is more than the root of p, and 2 to the (p-1)/q is 4, so
 * that 3 must not divide p. */
static PrimeStanding standing_of(const mpz_t p, mpz_t q)
{
    mpz_t power;
    if (mpz_cmp_ui(p, 7) < 0 || mpz_even_p(p))
        return mpz_cmp_ui(p, 2) && mpz_cmp_ui(p, 3) && mpz_cmp_ui(p, 5) ? PRIME_COMPOSITE
                                                                        : PRIME_NOT_SAFE;
    mpz_fdiv_q_2exp(q, p, 1);
    if (!mpz_probab_prime_p(q, ROUNDS))
        return mpz_probab_prime_p(p, ROUNDS) ? PRIME_NOT_SAFE : PRIME_COMPOSITE;
    mpz_init_set_ui(power, 2);
    mpz_sub_ui(q, p, 1);
    mpz_powm(power, power, q, p);
    bool prime = !mpz_cmp_ui(power, 1) && !mpz_divisible_ui_p(p, 3);
    mpz_clear(power);
    return prime ? PRIME_SAFE : PRIME_COMPOSITE;
}

PrimeStanding prime_standing(GBytes *modulus)
{
    mpz_t p, q;
    read_number(p, modulus);
    mpz_init(q);
    PrimeStanding standing =
        mpz_sizeinbase(p, 2) > LIMIT_PRIME_BITS ? PRIME_NOT_TESTED : standing_of(p, q);
    mpz_clear(p);
    mpz_clear(q);
    return standing;
}

/* In the group of a safe prime, the squares are the subgroup. */
static PrimeSpan span_of(const mpz_t p, mpz_t g)
{
    mpz_t last;
    mpz_mod(g, g, p);
    mpz_init(last);
    mpz_sub_ui(last, p, 1);
    bool nothing = mpz_cmp_ui(g, 1) <= 0 || !mpz_cmp(g, last);
    mpz_clear(last);
    if (nothing)
        return PRIME_SPAN_NOTHING;
    return mpz_legendre(g, p) == 1 ? PRIME_SPAN_HALF : PRIME_SPAN_WHOLE;
}

PrimeSpan prime_span(GBytes *modulus, GBytes *generator, PrimeStanding standing)
{
    mpz_t p, g;
    if (standing != PRIME_SAFE)
        return PRIME_SPAN_UNKNOWN;
    read_number(p, modulus);
    read_number(g, generator);
    PrimeSpan span = span_of(p, g);
    mpz_clear(p);
    mpz_clear(g);
    return span;
}
