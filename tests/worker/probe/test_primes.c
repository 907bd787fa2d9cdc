/* What is said of the parameters that suites came with. */
#include "worker/probe/primes.h"

#include "common/fact/fact.h"
#include "tests/check.h"

static void note(Known *known, uint32_t suite, const char *hash, guint8 modulus, guint8 generator)
{
    g_autoptr(Reply) reply = reply_new();
    reply->version = TLS_1_2;
    reply->suite = suite;
    reply->prime_bits = 5;
    reply->prime = g_strdup(hash);
    reply->modulus = g_bytes_new(&modulus, 1);
    reply->generator = g_bytes_new(&generator, 1);
    primes_note(known->primes, reply, "e.1");
}

static char *said(Known *known)
{
    GString *text = g_string_new(NULL);
    json_t *fact;
    while ((fact = g_queue_pop_head(&known->facts))) {
        g_string_append_printf(text, "%zu suites: %s [%s]\n",
                               json_array_size(json_object_get(fact, "items")),
                               fact_string(fact, "value", ""), fact_string(fact, "standing", ""));
        json_decref(fact);
    }
    return g_string_free(text, FALSE);
}

START_TEST(each_once)
{
    DiveSpec spec = {.depth = DIVE_FULL};
    Known *known = known_new(&spec);
    note(known, 0x009E, "a", 23, 5);
    note(known, 0x009F, "a", 23, 5);
    note(known, 0x009E, "a", 23, 5);
    note(known, 0x0033, "a", 23, 2);
    note(known, 0x0039, "b", 13, 2);
    note(known, 0x0067, "c", 15, 22);
    primes_say(known, TLS_1_1);
    ck_assert(g_queue_is_empty(&known->facts));
    primes_say(known, TLS_1_2);
    g_autofree char *text = said(known);
    ck_assert_str_eq(
        text, "2 suites: 5 bits, home-made, safe, generator 5 of the whole group [safe]\n"
              "1 suites: 5 bits, home-made, safe, generator 2 of the subgroup of prime order "
              "[safe]\n"
              "1 suites: 5 bits, home-made, not safe: (p-1)/2 is composite, generator 2 "
              "[not-safe]\n"
              "1 suites: 5 bits, home-made, not a prime!, generator 22 [not-prime]\n");
    known_free(known);
}
END_TEST

/* A server may have a new one for each connection. */
START_TEST(not_all_of_many)
{
    static const char *const hashes[] = {"a", "b", "c", "d", "e"};
    DiveSpec spec = {.depth = DIVE_FULL};
    Known *known = known_new(&spec);
    for (guint i = 0; i < G_N_ELEMENTS(hashes); i++)
        note(known, 0x0033 + i, hashes[i], 23, 5);
    primes_say(known, TLS_1_2);
    g_autofree char *text = said(known);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    ck_assert_str_eq(lines[3],
                     "1 suites: 5 bits, home-made, safe, generator 5 of the whole group [safe]");
    ck_assert_str_eq(lines[4], "1 suites: 5 bits, home-made, not tested, generator 5 [not-tested]");
    known_free(known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("primes");
    TCase *tcase = tcase_create("primes");
    tcase_add_test(tcase, each_once);
    tcase_add_test(tcase, not_all_of_many);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
