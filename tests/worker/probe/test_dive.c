#include "tests/check.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "tests/worker/probe/usual.h"
#include "worker/probe/form.h"
#include "worker/probe/orders.h"

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
    uint16_t version = usual_versions[index - 1];
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

/* The fewest hellos that can prove as much about suites: of each version one more than it accepts.
 */
static guint bound(const Simulated *server)
{
    guint sum = 0;
    for (guint i = 1; i < SIMULATED_VERSIONS; i++)
        sum += server->suites[i]->len + 1;
    return sum;
}

/* What it took for that of which the bound of bench/enumerate.py speaks. */
static void print_main(const Dived *dived)
{
    printf("# of these %u connections, %.1f round trips for what it is for\n",
           dived->main_connections, dived->main_round_trips);
}

/* ---- the usual servers ---- */

START_TEST(an_intermediate_server)
{
    g_autoptr(Simulated) server = usual_server(1);
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    usual_intermediate(server);
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived->outcome.result, "finished");
    usual_check_suites(server, dived, false);
    for (guint v = 0; v < USUAL_VERSIONS; v++)
        usual_check_order(server, dived, v);
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
    print_main(dived);
}
END_TEST

/* Odd hellos are no loss of the path: their silence is an answer where it was asked for, and
 * neither slows the dive down nor says that connections were lost. */
START_TEST(a_server_that_is_deaf_to_what_is_odd)
{
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    for (guint deaf = 0; deaf < 2; deaf++) {
        g_autoptr(Simulated) server = usual_server(1);
        usual_intermediate(server);
        server->deaf = deaf;
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        const char *alert = dived_answer(dived, "behaviour", "TLS 1.2", "alert-unexpected-message");
        ck_assert_str_eq(alert, deaf ? "no" : "yes");
        const char *parts = dived_answer(dived, "behaviour", "TLS 1.2", "hello-in-parts");
        ck_assert_str_eq(parts, deaf ? "unknown" : "yes");
        ck_assert_str_eq(dived_answer(dived, "behaviour", "", "lost-connections"), "");
        usual_check_suites(server, dived, false);
        ck_assert_double_le(dived->round_trips, 50);
        ck_assert_str_eq(dived->outcome.result, "finished");
    }
}
END_TEST

/* Everything that OpenSSL can do, in its order: what a server accepts that was told to. */
START_TEST(a_legacy_server)
{
    g_autoptr(Simulated) server = usual_server(2);
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    for (guint i = 2; i < 5; i++) {
        choose_suites(server, i, orders_at(0), 100, 0);
        server->chooses[i] = true;
    }
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    usual_check_suites(server, dived, false);
    for (guint v = 0; v < USUAL_VERSIONS; v++)
        usual_check_order(server, dived, v);
    printf("# legacy: %u connections, %u unused, %.1f round trips, bound of suites %u\n",
           dived->connections, dived->unused, dived->round_trips, bound(server));
    print_main(dived);
    ck_assert_uint_le(dived->connections, bound(server) + 115);
}
END_TEST

/* Hundreds of servers: what is found is what is configured, in its order. */
START_TEST(random_servers)
{
    guint hellos = 0, main_hellos = 0, least = 0;
    double round_trips = 0, main_round_trips = 0;
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
        ck_assert_str_eq(dived_answer(dived, "behaviour", "", "two-configurations"), "");
        usual_check_suites(server, dived, false);
        for (guint v = 0; v < USUAL_VERSIONS; v++)
            usual_check_order(server, dived, v);
        hellos += dived->connections;
        main_hellos += dived->main_connections;
        least += bound(server);
        round_trips += dived->round_trips;
        main_round_trips += dived->main_round_trips;
    }
    printf("# 60 servers: %u connections where %u is the bound of suites alone, %.0f round trips\n",
           hellos, least, round_trips);
    printf("# of these %u connections, %.0f round trips for what it is for\n", main_hellos,
           main_round_trips);
}
END_TEST

/* ---- bad manners ---- */

static void legacy(Simulated *server, bool chooses)
{
    for (guint i = 2; i < 5; i++) {
        choose_suites(server, i, orders_at(2), 100, 0);
        server->chooses[i] = chooses;
    }
}

/* Lists that are too long are met with silence: asked in parts, all the same. */
START_TEST(a_server_that_bears_no_long_lists)
{
    static const guint lengths[] = {300, 127, 64, 24};
    g_autoptr(Simulated) server = usual_server(3);
    legacy(server, true);
    server->longest = lengths[_i];
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    ck_assert_str_eq(dived_answer(dived, "behaviour", "", "long-lists"), "no");
    printf("# lists up to %u: %u connections, bound %u\n", lengths[_i], dived->connections,
           bound(server));
}
END_TEST

/* Only a hello without extensions is short enough. */
START_TEST(a_server_that_bears_no_long_hellos)
{
    g_autoptr(Simulated) server = usual_server(17);
    legacy(server, true);
    if (!_i)
        g_array_set_size(server->suites[5], 0);
    server->bytes = 255;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(server, dived, false);
    for (guint v = 0; v < USUAL_VERSIONS; v++)
        usual_check_order(server, dived, v);
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.3"), _i ? "yes" : "no");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "secp384r1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "brainpoolP256r1"), "no");
    printf("# hellos up to 255 bytes: %u connections\n", dived->connections);
}
END_TEST

START_TEST(a_server_that_refuses_by_closing)
{
    g_autoptr(Simulated) server = usual_server(4);
    usual_intermediate(server);
    server->closes = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
}
END_TEST

/* Connections are reset by chance: some answers may be missing, none is wrong. */
START_TEST(resets_by_chance)
{
    guint unknowns = 0, connections = 0;
    for (guint32 seed = 0; seed < 40; seed++) {
        g_autoptr(Simulated) server = usual_server(seed * 7 + 1);
        if (seed % 2)
            legacy(server, seed % 4 == 1);
        else
            usual_intermediate(server);
        server->lost_percent = 20;
        g_autoptr(Dived) dived = usual_dive(server);
        usual_check_suites(server, dived, true);
        connections += dived->connections;
        GHashTableIter iter;
        gpointer answer;
        g_hash_table_iter_init(&iter, dived->answers);
        while (g_hash_table_iter_next(&iter, NULL, &answer))
            unknowns += g_str_equal(answer, "unknown");
    }
    printf("# a fifth lost, 40 servers: %u connections, %u answers unknown\n", connections,
           unknowns);
}
END_TEST

/* Closes by chance look like refusals: they have to come again, and again. */
START_TEST(closes_by_chance)
{
    for (guint32 seed = 0; seed < 20; seed++) {
        g_autoptr(Simulated) server = usual_server(seed * 11 + 5);
        legacy(server, seed % 2);
        server->closed_percent = 5;
        g_autoptr(Dived) dived = usual_dive(server);
        usual_check_suites(server, dived, true);
    }
}
END_TEST

START_TEST(every_connection_is_lost)
{
    g_autoptr(Simulated) server = usual_server(5);
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    usual_intermediate(server);
    server->lost_percent = 100;
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived->outcome.result, "reset");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.2"), "unknown");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.3"), "unknown");
    ck_assert_uint_le(dived->connections, 20);
}
END_TEST

/* Alert 80 to whatever is asked, in all versions or in those below TLS 1.3: nothing is known, and
 * that is said after a while. */
START_TEST(a_broken_server)
{
    static const char *const names[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    bool everywhere = _i == 0;
    g_autoptr(Simulated) server = usual_server(8);
    usual_intermediate(server);
    server->broken = everywhere ? TLS_1_3 : TLS_1_2;
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *answer = dived_answer(dived, "version", "", names[i]);
        ck_assert_str_eq(answer, i < 4 || everywhere ? "unknown" : "yes");
    }
    ck_assert_str_eq(dived->outcome.reason ? dived->outcome.reason : "",
                     everywhere ? "alert-received" : "");
    printf("# broken: %u connections\n", dived->connections);
    ck_assert_uint_le(dived->connections, everywhere ? 108 : 300);
}
END_TEST

/* The answer depends on what else is in the hello. */
START_TEST(suites_of_one_form_only)
{
    g_autoptr(Simulated) server = usual_server(6);
    usual_intermediate(server);
    server->needs_ffdhe = _i == 0;
    server->needs_silence = _i == 1;
    for (guint i = 1; i < 5; i++)
        server->chooses[i] = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(server, dived, false);
    const json_t *fact = dived_fact(dived, "suite-order", "TLS 1.2");
    ck_assert_str_eq(fact_string(fact, "answer", ""), "yes");
}
END_TEST

static bool is_kind(const CipherSuite *suite, const char *const *names, guint count)
{
    for (guint i = 0; i < count; i++)
        if (g_str_equal(suite->exchange, names[i]))
            return true;
    return false;
}

/* What is chosen and then refused hides what stands below it. */
START_TEST(suites_that_are_useless)
{
    static const char *const useless[][3] = {
        {"srp"}, {"psk", "rsa-psk", "krb5"}, {"dhe"}, {"ecdhe"}, {"dh-anonymous", "ecdh-anonymous"},
    };
    guint kinds = G_N_ELEMENTS(useless);
    const char *const *names = useless[(guint)_i % kinds];
    guint count = names[1] ? names[2] ? 3 : 2 : 1;
    g_autoptr(Simulated) server = usual_server(17), works = usual_server(17);
    legacy(works, 1);
    size_t all;
    const CipherSuite *suites = registry_suites(&all);
    for (guint i = 2; i < 5; i++) {
        GArray *list = works->suites[i];
        g_array_append_vals(server->suites[i], list->data, list->len);
        server->chooses[i] = works->chooses[i] = (guint)_i < kinds;
        for (guint j = list->len; j-- > 0;)
            if (is_kind(registry_suite(g_array_index(list, uint32_t, j)), names, count))
                g_array_remove_index(list, j);
        for (size_t j = 0; j < all; j++) {
            uint32_t code = suites[j].id;
            if (!is_kind(&suites[j], names, count))
                continue;
            for (guint k = server->suites[i]->len; k-- > 0;)
                if (g_array_index(server->suites[i], uint32_t, k) == code)
                    g_array_remove_index(server->suites[i], k);
            g_array_insert_val(server->suites[i], MIN(i, server->suites[i]->len), code);
            g_array_append_val(server->useless, code);
        }
    }
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(works, dived, false);
    for (guint v = 0; v < USUAL_VERSIONS; v++)
        usual_check_order(works, dived, v);
    ck_assert_str_ne(dived_answer(dived, "behaviour", "", "two-configurations"), "yes");
    printf("# %s useless: %u connections, bound %u\n", *names, dived->connections, bound(works));
}
END_TEST

/* Alert 80 hides what stands below the suite that breaks. */
START_TEST(a_server_that_breaks_over_signatures)
{
    g_autoptr(Simulated) server = usual_server(7);
    legacy(server, _i);
    server->breaks = true;
    g_autoptr(Dived) dived = usual_dive(server);
    g_autoptr(Simulated) works = usual_server(7);
    for (guint i = 2; i < 5; i++)
        for (guint j = 0; j < server->suites[i]->len; j++) {
            uint32_t code = g_array_index(server->suites[i], uint32_t, j);
            const char *exchange = registry_suite(code)->exchange;
            bool broken = i < 4 && (g_str_equal(exchange, "dhe") || g_str_equal(exchange, "ecdhe"));
            if (!broken)
                g_array_append_val(works->suites[i], code);
        }
    usual_check_suites(works, dived, false);
    printf("# alert 80: %u connections, bound %u\n", dived->connections, bound(works));
}
END_TEST

/* It chooses a suite, has no group for it, and closes; and reads no more than a dozen groups. */
START_TEST(a_server_that_looks_at_groups_late)
{
    g_autoptr(Simulated) server = usual_server(18);
    usual_intermediate(server);
    server->chooses_first = true;
    server->groups_read = _i ? 12 : 0;
    FILL(server->curves, 24, 30, 23, 19);
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(server, dived, false);
    static const char *const yes[] = {"secp384r1", "x448", "secp256r1", "secp192r1"};
    for (guint i = 0; i < G_N_ELEMENTS(yes); i++)
        ck_assert_msg(g_str_equal(dived_answer(dived, "group", "TLS 1.2", yes[i]), "yes"), "%s",
                      yes[i]);
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "x25519"), "no");
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.2", "sect571r1"), "no");
    ck_assert_str_eq(dived_answer(dived, "scheme", "TLS 1.2", "rsa_pkcs1_sha1"), "yes");
}
END_TEST

/* It refuses: nothing is to be taken apart. */
START_TEST(a_server_that_expects_other_groups)
{
    g_autoptr(Simulated) server = usual_server(7);
    usual_intermediate(server);
    g_autoptr(Dived) usual = usual_dive(server);
    g_autoptr(Simulated) java = usual_server(7);
    usual_intermediate(java);
    java->unexpected = true;
    g_autoptr(Dived) dived = usual_dive(java);
    usual_check_all(java, dived);
    ck_assert_uint_le(dived->connections, usual->connections + 2);
}
END_TEST

/* Two servers by turns: what either accepts is found, no order is claimed, and it is said. */
START_TEST(two_configurations)
{
    guint noticed = 0, missing = 0, connections = 0;
    for (guint32 seed = 0; seed < 40; seed++) {
        g_autoptr(Simulated) server = usual_server(seed + 100);
        g_autoptr(Simulated) other = usual_server(seed + 200);
        g_autoptr(Simulated) both = usual_server(1);
        legacy(other, true);
        usual_intermediate(server);
        server->other = other;
        g_autoptr(Dived) dived = usual_dive(server);
        legacy(both, true);
        for (guint i = 0; i < server->suites[4]->len; i++)
            if (!usual_accepts(both, 4, g_array_index(server->suites[4], uint32_t, i)))
                g_array_append_val(both->suites[4], g_array_index(server->suites[4], uint32_t, i));
        bool said = *dived_answer(dived, "behaviour", "", "two-configurations");
        noticed += said;
        connections += dived->connections;
        char number[REGISTRY_NUMBER];
        for (guint v = 1; v < 4; v++)
            for (guint i = 0; i < both->suites[v + 1]->len; i++) {
                uint32_t code = g_array_index(both->suites[v + 1], uint32_t, i);
                const char *version = registry_version_name(usual_versions[v], number);
                missing += said && !g_str_equal("yes", dived_answer(dived, "suite", version,
                                                                    registry_suite(code)->name));
            }
        const json_t *order = dived_fact(dived, "suite-order", "TLS 1.2");
        if (said)
            ck_assert_str_eq(fact_string(order, "answer", ""), "unknown");
    }
    printf("# two configurations: noticed in %u of 40, then %u suites missing; %u connections\n",
           noticed, missing, connections);
    ck_assert_uint_ge(noticed, 35);
    ck_assert_uint_le(missing, 10);
}
END_TEST

START_TEST(protocols_that_are_required)
{
    g_autoptr(Simulated) server = usual_server(10);
    usual_intermediate(server);
    server->alpn_required = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "h2"), "yes");
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "imap"), "no");
}
END_TEST

/* Apache with HTTP/1.1 alone. */
START_TEST(a_protocol_whatever_is_offered)
{
    g_autoptr(Simulated) server = usual_server(10);
    usual_intermediate(server);
    server->alpn_always = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "http/1.1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "imap"), "no");
    ck_assert_uint_lt(dived->connections, 150);
}
END_TEST

/* rustls, for which a hello without extensions does not decode: that refuses all its suites. */
START_TEST(hellos_without_extensions_do_not_decode)
{
    g_autoptr(Simulated) server = usual_server(10);
    usual_intermediate(server);
    server->needs_extensions = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    ck_assert_uint_lt(dived->connections, 150);
}
END_TEST

/* TLS 1.3 is no "no" because a HelloRetryRequest is not answered. */
START_TEST(tls13_with_key_shares_only)
{
    g_autoptr(Simulated) server = usual_server(16);
    usual_intermediate(server);
    server->needs_share = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_suites(server, dived, false);
    ck_assert_str_eq(dived_answer(dived, "group", "TLS 1.3", "secp521r1"), "unknown");
}
END_TEST

START_TEST(nothing_but_old_versions)
{
    g_autoptr(Simulated) server = usual_server(11);
    g_array_set_size(server->suites[5], 0);
    FILL(server->suites[1], 0x0004, 0x0005, 0x000A);
    FILL(server->suites[0], 0x010080, 0x0700C0);
    server->chooses[1] = true;
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    ck_assert_str_eq(dived_answer(dived, "version", "", "SSL 2.0"), "yes");
    ck_assert_str_eq(dived_answer(dived, "suite", "SSL 2.0", "SSL_CK_RC4_128_WITH_MD5"), "yes");
    ck_assert_str_eq(dived_answer(dived, "suite", "SSL 2.0", "SSL_CK_NULL_WITH_MD5"), "no");
}
END_TEST

/* A single suite has no order, and the budget is kept. */
START_TEST(little_to_say)
{
    g_autoptr(Simulated) server = usual_server(12);
    FILL(server->suites[4], 0xC02F);
    FILL(server->suites[5], 0x1301);
    g_autoptr(Dived) dived = usual_dive(server);
    usual_check_all(server, dived);
    const json_t *fact = dived_fact(dived, "suite-order", "TLS 1.2");
    ck_assert_str_eq(fact_string(fact, "reason", ""), "order-single");
}
END_TEST

START_TEST(a_small_budget)
{
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    for (spec.allowed = 1; spec.allowed < 70; spec.allowed += 3) {
        g_autoptr(Simulated) server = usual_server(13);
        usual_intermediate(server);
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        ck_assert(dived->over);
        ck_assert_uint_le(dived->connections, spec.allowed);
        ck_assert_uint_eq(dived->connections, dived->counted);
        usual_check_suites(server, dived, true);
        ck_assert_str_ne(dived_answer(dived, "version", "", "TLS 1.0"), "");
        if (spec.allowed < 40)
            ck_assert_str_eq(dived->outcome.reason, "limit-connections");
    }
}
END_TEST

START_TEST(versions_only)
{
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_VERSIONS};
    g_autoptr(Simulated) server = usual_server(14);
    legacy(server, true);
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived_answer(dived, "version", "", "SSL 2.0"), "no");
    ck_assert_str_eq(dived_answer(dived, "version", "", "SSL 3.0"), "no");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.0"), "yes");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.1"), "yes");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.2"), "yes");
    ck_assert_str_eq(dived_answer(dived, "version", "", "TLS 1.3"), "yes");
    ck_assert_ptr_null(dived_fact(dived, "suite", "TLS 1.2"));
    ck_assert_uint_le(dived->connections, 10);
}
END_TEST

/* One question, so many times. */
START_TEST(one_question)
{
    static const struct {
        const char *question, *version, *item, *answer;
    } rows[] = {
        {"suite", "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "yes"},
        {"suite", "TLS 1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", "no"},
        {"suite", "TLS 1.3", "TLS_AES_128_GCM_SHA256", "yes"},
        {"version", NULL, "TLS 1.2", "yes"},
        {"version", NULL, "TLS 1.0", "no"},
        {"group", "TLS 1.3", "x25519", "yes"},
        {"group", "TLS 1.2", "secp192r1", "no"},
        {"scheme", "TLS 1.2", "rsa_pkcs1_sha256", "yes"},
        {"scheme", "TLS 1.3", "ed25519", "no"},
        {"alpn", "TLS 1.2", "h2", "yes"},
        {"alpn", "TLS 1.2", "imap", "no"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Simulated) server = usual_server(15);
        usual_intermediate(server);
        g_autoptr(json_t) question = json_pack("{s:s, s:s*, s:[s]}", "question", rows[i].question,
                                               "version", rows[i].version, "items", rows[i].item);
        DiveSpec spec = {.depth = DIVE_ONE, .question = question, .times = 5};
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        const char *version = rows[i].version ? rows[i].version : "";
        ck_assert(dived->over);
        ck_assert_str_eq(dived_answer(dived, rows[i].question, version, rows[i].item),
                         rows[i].answer);
        const json_t *fact = dived_fact(dived, rows[i].question, version);
        ck_assert_int_eq(fact_integer(fact, "tries", 0), 5);
        ck_assert_uint_eq(server->hellos, 5);
        ck_assert_uint_eq(dived->tries->len, 5);
        const json_t *one = dived->tries->pdata[4];
        ck_assert_str_eq(fact_string(one, "answer", ""), rows[i].answer);
        ck_assert_str_eq(fact_string(one, "version", ""), version);
        ck_assert_ptr_nonnull(fact_string(one, "connection", NULL));
    }
}
END_TEST

/* Each hello is told of, also those that are lost and asked again. */
START_TEST(tries_of_one_question)
{
    g_autoptr(Simulated) server = usual_server(15);
    usual_intermediate(server);
    server->lost_percent = 40;
    g_autoptr(json_t) question = json_pack("{s:s, s:s, s:[s]}", "question", "group", "version",
                                           "TLS 1.3", "items", "x25519");
    DiveSpec spec = {.depth = DIVE_ONE, .question = question, .times = 20};
    g_autoptr(Dived) dived = simulated_dive(server, &spec);
    guint yes = 0, unknown = 0;
    for (guint i = 0; i < dived->tries->len; i++) {
        const json_t *one = dived->tries->pdata[i];
        bool fine = g_str_equal(fact_string(one, "answer", ""), "yes");
        yes += fine;
        unknown += g_str_equal(fact_string(one, "answer", ""), "unknown");
        ck_assert_str_eq(fact_string(one, "question", ""), "group");
        ck_assert(fine == g_str_has_suffix(fact_string(one, "value", ""), ", x25519"));
        ck_assert(fine != (fact_string(one, "reason", NULL) != NULL));
    }
    ck_assert_uint_eq(yes + unknown, dived->tries->len);
    ck_assert_uint_ge(yes, 15);
    ck_assert_uint_ge(unknown, 4);
    ck_assert_uint_eq(dived->connections, dived->tries->len + dived->unused);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dive");
    TCase *tests = tcase_create("dive");
    tcase_add_test(tests, an_intermediate_server);
    tcase_add_test(tests, a_server_that_is_deaf_to_what_is_odd);
    tcase_add_test(tests, a_legacy_server);
    tcase_add_loop_test(tests, random_servers, 0, 4);
    tcase_add_loop_test(tests, a_server_that_bears_no_long_lists, 0, 4);
    tcase_add_loop_test(tests, a_server_that_bears_no_long_hellos, 0, 2);
    tcase_add_test(tests, a_server_that_refuses_by_closing);
    tcase_add_test(tests, resets_by_chance);
    tcase_add_test(tests, closes_by_chance);
    tcase_add_test(tests, every_connection_is_lost);
    tcase_add_loop_test(tests, a_broken_server, 0, 2);
    tcase_add_loop_test(tests, suites_of_one_form_only, 0, 2);
    tcase_add_loop_test(tests, a_server_that_breaks_over_signatures, 0, 2);
    tcase_add_loop_test(tests, suites_that_are_useless, 0, 10);
    tcase_add_loop_test(tests, a_server_that_looks_at_groups_late, 0, 2);
    tcase_add_test(tests, a_server_that_expects_other_groups);
    tcase_add_test(tests, two_configurations);
    tcase_add_test(tests, protocols_that_are_required);
    tcase_add_test(tests, a_protocol_whatever_is_offered);
    tcase_add_test(tests, hellos_without_extensions_do_not_decode);
    tcase_add_test(tests, tls13_with_key_shares_only);
    tcase_add_test(tests, nothing_but_old_versions);
    tcase_add_test(tests, little_to_say);
    tcase_add_test(tests, a_small_budget);
    tcase_add_test(tests, versions_only);
    tcase_add_test(tests, one_question);
    tcase_add_test(tests, tries_of_one_question);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
