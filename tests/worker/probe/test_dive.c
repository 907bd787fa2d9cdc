#include "tests/check.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "tests/worker/probe/simulated.h"
#include "worker/probe/form.h"
#include "worker/probe/orders.h"

static const uint16_t versions[] = {TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};

static void fill(GArray *list, const uint32_t *codes, guint count)
{
    g_array_set_size(list, 0);
    g_array_append_vals(list, codes, count);
}

#define FILL(list, ...)                                                                            \
    fill(list, (const uint32_t[]){__VA_ARGS__},                                                    \
         sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Groups, schemes and protocols as most servers have them. */
static Simulated *usual_server(guint32 seed)
{
    Simulated *server = simulated_new(seed);
    FILL(server->groups, 29, 23, 30, 25, 24);
    FILL(server->curves, 29, 23, 30, 25, 24);
    FILL(server->schemes, 0x0403, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201);
    FILL(server->suites[5], 0x1302, 0x1303, 0x1301);
    server->chooses_group = true;
    g_ptr_array_add(server->alpn, (void *)(uintptr_t) "h2");
    g_ptr_array_add(server->alpn, (void *)(uintptr_t) "http/1.1");
    return server;
}

static void intermediate(Simulated *server)
{
    FILL(server->suites[4], 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F);
}

static void swap_items(GArray *list, guint a, guint b)
{
    uint32_t code = g_array_index(list, uint32_t, a);
    g_array_index(list, uint32_t, a) = g_array_index(list, uint32_t, b);
    g_array_index(list, uint32_t, b) = code;
}

/* A random choice of an order, in that order, in reverse, or shuffled. */
static void choose_suites(Simulated *server, guint index, const Order *order, guint percent,
                          guint disorder)
{
    GArray *list = server->suites[index];
    uint16_t version = versions[index - 1];
    g_array_set_size(list, 0);
    for (guint i = 0; i < order->count; i++) {
        const CipherSuite *suite = registry_suite(order->suites[i]);
        uint32_t code = suite->id;
        bool allowed = suite->min <= version && suite->max >= version;
        bool known =
            g_strcmp0(suite->authentication, "dss") && g_strcmp0(suite->authentication, "psk");
        if (allowed && known && (guint)g_rand_int_range(server->random, 0, 100) < percent)
            g_array_append_val(list, code);
    }
    for (guint i = 0; i < list->len && disorder; i++) {
        guint other = disorder == 1 ? list->len - 1 - i
                                    : (guint)g_rand_int_range(server->random, 0, (gint32)list->len);
        if (disorder > 1 || i < other)
            swap_items(list, i, other);
    }
}

/* ---- comparing ---- */

static bool accepts(const Simulated *server, guint index, uint32_t code)
{
    for (guint i = 0; i < server->suites[index]->len; i++)
        if (g_array_index(server->suites[index], uint32_t, i) == code)
            return true;
    return false;
}

/* Every answer about a suite is true; unless `unknowns`, every suite has one. */
static void check_suites(const Simulated *server, const Dived *dived, bool unknowns)
{
    char number[REGISTRY_NUMBER];
    for (guint v = 0; v < G_N_ELEMENTS(versions); v++) {
        guint index = v + 1;
        const char *version = registry_version_name(versions[v], number);
        const char *on = dived_answer(dived, "version", "", version);
        const char *truth = server->suites[index]->len ? "yes" : "no";
        ck_assert_msg(g_str_equal(on, truth) || (unknowns && g_str_equal(on, "unknown")),
                      "%s: %s, is %s", version, on, truth);
        g_autoptr(GArray) entries = form_suites(versions[v]);
        for (guint i = 0; i < entries->len && g_str_equal(on, "yes"); i++) {
            uint32_t code = g_array_index(entries, PeelEntry, i).code;
            const char *name = registry_suite(code)->name;
            const char *answer = dived_answer(dived, "suite", version, name);
            truth = accepts(server, index, code) ? "yes" : "no";
            ck_assert_msg(g_str_equal(answer, truth) ||
                              (unknowns && g_str_equal(answer, "unknown")),
                          "%s %s: \"%s\", is %s", version, name, answer, truth);
        }
    }
}

static void check_order(const Simulated *server, const Dived *dived, guint v)
{
    char number[REGISTRY_NUMBER];
    const GArray *suites = server->suites[v + 1];
    const json_t *fact =
        dived_fact(dived, "suite-order", registry_version_name(versions[v], number));
    if (!suites->len)
        return;
    ck_assert_ptr_nonnull(fact);
    const char *answer = fact_string(fact, "answer", "");
    if (suites->len == 1) {
        ck_assert_str_eq(answer, "unknown");
        return;
    }
    ck_assert_msg(g_str_equal(answer, server->chooses[v + 1] ? "yes" : "no"), "%s: order %s (%s)",
                  registry_version_name(versions[v], number), answer,
                  fact_string(fact, "reason", ""));
    const json_t *codes = json_object_get(fact, "codes");
    for (guint i = 0; server->chooses[v + 1] && i < suites->len; i++)
        ck_assert_msg(json_integer_value(json_array_get(codes, i)) ==
                          g_array_index(suites, uint32_t, i),
                      "%s: place %u differs", registry_version_name(versions[v], number), i);
}

/* The fewest hellos that can prove as much about suites: of each version one more than it accepts.
 */
static guint bound(const Simulated *server)
{
    guint sum = 0;
    for (guint i = 1; i < SIMULATED_VERSIONS; i++)
        sum += server->suites[i]->len + 1;
    return sum;
}

/* ---- the usual servers ---- */

START_TEST(an_intermediate_server)
{
    g_autoptr(Simulated) server = usual_server(1);
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    intermediate(server);
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived->outcome.result, "finished");
    check_suites(server, dived, false);
    for (guint v = 0; v < G_N_ELEMENTS(versions); v++)
        check_order(server, dived, v);
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "h2"), "yes");
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "http/1.1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "spdy/3"), "no");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.3", "x25519"), "yes");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "secp384r1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "secp192r1"), "no");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.3", "rsa_pss_rsae_sha256"), "yes");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.3", "ed25519"), "no");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.2", "rsa_pkcs1_sha1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.2", "rsa_pkcs1_md5"), "no");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.2", "ecdsa_sha1"), "yes");
    printf("# intermediate: %u connections, %u unused, %.1f round trips; %u facts of %u bytes\n",
           dived->connections, dived->unused, dived->round_trips, dived->facts_told,
           dived->bytes_told);
}
END_TEST

/* Hundreds of servers: what is found is what is configured, in its order. */
START_TEST(random_servers)
{
    guint hellos = 0, least = 0;
    double round_trips = 0;
    for (guint32 seed = 0; seed < 60; seed++) {
        g_autoptr(Simulated) server = usual_server(seed + (guint32)_i * 1000);
        DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
        const Order *order = orders_at((guint)g_rand_int_range(server->random, 0, 6));
        guint percent = (guint)g_rand_int_range(server->random, 5, 100);
        guint disorder = (guint)g_rand_int_range(server->random, 0, 3);
        for (guint i = 1; i < 5; i++) {
            if (g_rand_int_range(server->random, 0, 3))
                choose_suites(server, i, order, percent, disorder);
            server->chooses[i] = seed % 2;
        }
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        ck_assert(dived->over);
        check_suites(server, dived, false);
        for (guint v = 0; v < G_N_ELEMENTS(versions); v++)
            check_order(server, dived, v);
        hellos += dived->connections;
        least += bound(server);
        round_trips += dived->round_trips;
    }
    printf("# 60 servers: %u connections where %u is the bound of suites alone, %.0f round trips\n",
           hellos, least, round_trips);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dive");
    TCase *tests = tcase_create("dive");
    tcase_add_test(tests, an_intermediate_server);
    tcase_add_loop_test(tests, random_servers, 0, 4);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
