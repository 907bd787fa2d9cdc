#include "worker/probe/primes.h"

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/tls/prime.h"

/* Parameters that a suite came with. */
typedef struct Parameters {
    uint16_t version;
    uint32_t suite;
    guint bits;
    char *hash, *connection;
    GBytes *modulus, *generator; /* may be NULL */
} Parameters;

struct Primes {
    GPtrArray *list;       /* Parameters *, that are not said yet */
    GHashTable *standings; /* hash -> PrimeStanding + 1 */
};

static void prime_free(void *data)
{
    Parameters *prime = data;
    g_free(prime->hash);
    g_free(prime->connection);
    g_clear_pointer(&prime->modulus, g_bytes_unref);
    g_clear_pointer(&prime->generator, g_bytes_unref);
    g_free(prime);
}

Primes *primes_new(void)
{
    Primes *primes = g_new0(Primes, 1);
    primes->list = g_ptr_array_new_with_free_func(prime_free);
    primes->standings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return primes;
}

void primes_free(Primes *primes)
{
    g_ptr_array_unref(primes->list);
    g_hash_table_unref(primes->standings);
    g_free(primes);
}

static Parameters *prime_of(const Reply *reply)
{
    Parameters *prime = g_new0(Parameters, 1);
    prime->version = reply->version;
    prime->suite = reply->suite;
    prime->bits = reply->prime_bits;
    prime->hash = g_strdup(reply->prime);
    prime->modulus = reply->modulus ? g_bytes_ref(reply->modulus) : NULL;
    prime->generator = reply->generator ? g_bytes_ref(reply->generator) : NULL;
    return prime;
}

void primes_note(Primes *primes, const Reply *reply, const char *connection)
{
    Parameters *prime = prime_of(reply);
    prime->connection = g_strdup(connection);
    g_ptr_array_add(primes->list, prime);
}

/* ---- in words ---- */

static const struct {
    const char *code, *words;
} standings[] = {
    [PRIME_NOT_TESTED] = {"not-tested", ", not tested"},
    [PRIME_COMPOSITE] = {"not-prime", ", not a prime!"},
    [PRIME_NOT_SAFE] = {"not-safe", ", not safe: (p-1)/2 is composite"},
    [PRIME_SAFE] = {"safe", ", safe"},
};

static const char *name_of(const Parameters *prime)
{
    return prime->hash ? registry_prime_name(prime->hash) : NULL;
}

/* False where it is in a list, or not known whole. */
static bool test(Primes *primes, const Parameters *prime, PrimeStanding *standing)
{
    if (!prime->hash || !prime->modulus || name_of(prime))
        return false;
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(primes->standings, prime->hash));
    bool tests = !known && g_hash_table_size(primes->standings) < LIMIT_PRIMES;
    *standing = known   ? (PrimeStanding)(known - 1)
                : tests ? prime_standing(prime->modulus)
                        : PRIME_NOT_TESTED;
    if (tests)
        g_hash_table_insert(primes->standings, g_strdup(prime->hash),
                            GUINT_TO_POINTER((guint)*standing + 1));
    return true;
}

static char *generator_of(const Parameters *prime, PrimeStanding standing)
{
    static const char *const spans[] = {
        [PRIME_SPAN_UNKNOWN] = "",
        [PRIME_SPAN_NOTHING] = ", which generates nothing",
        [PRIME_SPAN_HALF] = " of the subgroup of prime order",
        [PRIME_SPAN_WHOLE] = " of the whole group",
    };
    if (!prime->generator)
        return g_strdup("unknown");
    gsize size;
    const guint8 *bytes = g_bytes_get_data(prime->generator, &size);
    const char *span =
        standing == PRIME_SAFE ? spans[prime_span(prime->modulus, prime->generator, standing)] : "";
    return size == 1 ? g_strdup_printf("%u%s", bytes[0], span)
                     : g_strdup_printf("of %" G_GSIZE_FORMAT " bytes%s", size, span);
}

/* *code: its standing; NULL: it was not looked at. */
static char *value_of(Primes *primes, const Parameters *prime, const char **code)
{
    PrimeStanding standing = PRIME_NOT_TESTED;
    bool tested = test(primes, prime, &standing);
    const char *name = name_of(prime);
    g_autofree char *generator = generator_of(prime, standing);
    *code = tested ? standings[standing].code : NULL;
    return g_strdup_printf("%u bits, %s%s, generator %s", prime->bits, name ? name : "home-made",
                           tested ? standings[standing].words : "", generator);
}

char *primes_value(Primes *primes, const Reply *reply)
{
    const char *code;
    if (!reply->prime_bits)
        return NULL;
    Parameters *prime = prime_of(reply);
    char *value = value_of(primes, prime, &code);
    prime_free(prime);
    return value;
}

/* ---- answers ---- */

static bool is_same(const Parameters *one, const Parameters *other)
{
    return one->version == other->version && !g_strcmp0(one->hash, other->hash) &&
           (one->generator && other->generator ? g_bytes_equal(one->generator, other->generator)
                                               : one->generator == other->generator);
}

/* Takes all that have the parameters of the first one. */
static void say_alike(Known *known, guint first)
{
    char number[REGISTRY_NUMBER];
    const char *code;
    GPtrArray *list = known->primes->list;
    Parameters *prime = g_ptr_array_steal_index(list, first);
    g_autofree char *value = value_of(known->primes, prime, &code);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    json_t *answer = known_answer("dh", prime->version, "yes");
    known_text(answer, "value", value);
    known_text(answer, "standing", code);
    known_text(answer, "connection", prime->connection);
    known_item(answer, registry_suite_name(prime->suite, number), prime->suite);
    g_hash_table_add(seen, GUINT_TO_POINTER(prime->suite));
    for (guint i = first; i < list->len; i++) {
        const Parameters *other = g_ptr_array_index(list, i);
        if (!is_same(prime, other))
            continue;
        if (g_hash_table_add(seen, GUINT_TO_POINTER(other->suite)))
            known_item(answer, registry_suite_name(other->suite, number), other->suite);
        g_ptr_array_remove_index(list, i--);
    }
    known_say(known, answer);
    prime_free(prime);
}

void primes_say(Known *known, uint16_t version)
{
    const GPtrArray *list = known->primes->list;
    for (guint i = 0; i < list->len;) {
        const Parameters *prime = g_ptr_array_index(list, i);
        if (prime->version == version)
            say_alike(known, i);
        else
            i++;
    }
}
