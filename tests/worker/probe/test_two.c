/* Two configurations behind one address: what is said to be accepted is what either accepts, and
 * what is said to differ does. */
#include "tests/check.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "tests/worker/probe/usual.h"
#include "worker/probe/form.h"
#include "worker/probe/orders.h"

enum { SEEDS = 20, TRIES_AT_LEAST = 8 };

/* An intermediate configuration, as most administrators have it. */
static Simulated *usual(guint32 seed)
{
    Simulated *server = usual_server(seed);
    usual_intermediate(server);
    for (guint i = 0; i < SIMULATED_VERSIONS; i++)
        server->chooses[i] = seed % 2;
    return server;
}

/* ---- in what the other differs ---- */

static void another_certificate(Simulated *other)
{
    other->leaf = " of the other";
}

static void older(Simulated *other)
{
    for (guint i = 2; i < 5; i++)
        FILL(other->suites[i], 0xC014, 0xC013, 0x0039, 0x0033, 0x0035, 0x002F, 0x000A);
    g_array_set_size(other->suites[5], 0);
}

static void much_older(Simulated *other)
{
    for (guint v = 2; v < 5; v++) {
        uint16_t version = (uint16_t)(0x0300 + v - 1);
        g_array_set_size(other->suites[v], 0);
        for (guint i = 0; i < orders_at(2)->count; i++) {
            const CipherSuite *suite = registry_suite(orders_at(2)->suites[i]);
            if (suite && suite->min <= version && suite->max >= version &&
                g_strcmp0(suite->authentication, "dss") && g_strcmp0(suite->authentication, "psk"))
                g_array_append_val(other->suites[v], suite->id);
        }
    }
}

static void more_suites(Simulated *other)
{
    FILL(other->suites[4], 0xC02B, 0xC02F, 0xC02C, 0xC030, 0x009C, 0x002F, 0x0035);
}

static void few_suites(Simulated *other)
{
    FILL(other->suites[4], 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8);
}

static void no_tls13(Simulated *other)
{
    g_array_set_size(other->suites[5], 0);
}

static void other_tls13(Simulated *other)
{
    FILL(other->suites[5], 0x1301, 0x1304);
    FILL(other->groups, 24, 23, 256);
}

static void no_protocols(Simulated *other)
{
    g_ptr_array_set_size(other->alpn, 0);
}

static void ssl3_and_ssl2(Simulated *other)
{
    FILL(other->suites[1], 0x0004, 0x0005, 0x000A);
    FILL(other->suites[0], 0x010080, 0x0700C0);
    other->leaf = " of the other";
}

static const struct {
    const char *name;
    void (*change[3])(Simulated *other);
    guint percent, turns;
    guint least;  /* it is noticed so often, of SEEDS */
    bool sides;   /* and told who is who */
    guint missed; /* answers, at most: by lot one of them is now and then not met in all tries */
} rows[] = {
    {"older", {older, another_certificate}, 50, 0, 18, true, 6},
    {"older, by turns", {older, another_certificate}, 0, 2, 20, true, 0},
    {"older, the same certificate", {older}, 50, 0, 18, false, 6},
    {"older, the same certificate, by turns", {older}, 0, 2, 20, false, 0},
    {"much older", {much_older}, 50, 0, 18, false, 6},
    {"more suites", {more_suites}, 50, 0, 18, false, 6},
    {"more suites, by turns", {more_suites}, 0, 2, 20, false, 0},
    {"few suites, by turns", {few_suites}, 0, 2, 20, false, 0},
    {"another TLS 1.3, by turns", {other_tls13}, 0, 2, 20, false, 0},
    {"without protocols, by turns", {no_protocols}, 0, 2, 20, false, 0},
    {"without TLS 1.3", {no_tls13}, 50, 0, 18, false, 6},
    {"without TLS 1.3, by turns", {no_tls13}, 0, 2, 20, false, 0},
    {"another TLS 1.3", {other_tls13}, 50, 0, 10, false, 6},
    {"without protocols", {no_protocols}, 50, 0, 10, false, 6},
    {"SSL 3.0 and SSL 2.0", {ssl3_and_ssl2}, 50, 0, 18, true, 6},
    {"one in eight older", {older, another_certificate}, 12, 0, 15, true, 16},
    {"one in eight older, by turns", {older, another_certificate}, 0, 8, 20, true, 0},
    {"one in eight with more suites, by turns",
     {more_suites, another_certificate},
     0,
     8,
     20,
     true,
     0},
};

/* ---- what is true of both ---- */

static bool in(const GArray *list, uint32_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint32_t, i) == code)
            return true;
    return false;
}

static guint compare(const Dived *dived, const char *question, const char *version,
                     const char *item, bool truth)
{
    const char *answer = dived_answer(dived, question, version, item);
    if (g_str_equal(answer, truth ? "yes" : "no"))
        return 0;
    printf("# %s %s %s: \"%s\", is %s\n", question, version, item, answer, truth ? "yes" : "no");
    /* nothing is made up, and no item is said to be refused that was not tried often */
    ck_assert_str_eq(answer, "no");
    ck_assert_int_ge(fact_integer(dived_item(dived, question, version, item), "tries", 1),
                     TRIES_AT_LEAST);
    return 1;
}

/* Answers that miss what one or the other accepts. */
static guint faults(const Dived *dived, const Simulated *one, const Simulated *other)
{
    static const uint16_t versions[] = {TLS_SSL2, TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};
    char number[REGISTRY_NUMBER];
    guint sum = 0;
    for (guint v = 0; v < SIMULATED_VERSIONS; v++) {
        const char *version = registry_version_name(versions[v], number);
        bool on = one->suites[v]->len || other->suites[v]->len;
        sum += compare(dived, "version", "", version, on);
        g_autoptr(GArray) entries = form_suites(versions[v]);
        for (guint i = 0; v && on && i < entries->len; i++) {
            uint32_t code = g_array_index(entries, PeelEntry, i).code;
            sum += compare(dived, "suite", version, registry_suite(code)->name,
                           in(one->suites[v], code) || in(other->suites[v], code));
        }
        g_autoptr(GArray) groups = form_groups(versions[v]);
        const GArray *mine = v == 5 ? one->groups : one->curves;
        const GArray *theirs = v == 5 ? other->groups : other->curves;
        for (guint i = 0; v >= 4 && on && i < groups->len; i++) {
            uint32_t code = g_array_index(groups, PeelEntry, i).code;
            char name[REGISTRY_NUMBER];
            sum += compare(dived, "group", version, registry_group_name((uint16_t)code, name),
                           in(mine, code) || in(theirs, code));
        }
    }
    sum += compare(dived, "alpn", "TLS 1.2", "h2", one->alpn->len || other->alpn->len);
    sum += compare(dived, "alpn", "TLS 1.2", "imap", false);
    return sum;
}

/* What is said to differ that does not, or on the wrong side. */
static guint slanders(const Dived *dived, const Simulated *one, const Simulated *other, guint *said,
                      guint *attributed)
{
    static const uint16_t versions[] = {TLS_SSL2, TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};
    char number[REGISTRY_NUMBER];
    int first = -1; /* 0: the one is the first; 1: the other */
    guint wrong = 0;
    for (guint v = 1; v < SIMULATED_VERSIONS; v++) {
        g_autoptr(GArray) entries = form_suites(versions[v]);
        for (guint i = 0; i < entries->len; i++) {
            uint32_t code = g_array_index(entries, PeelEntry, i).code;
            const json_t *fact =
                dived_item(dived, "suite", registry_version_name(versions[v], number),
                           registry_suite(code)->name);
            const char *whose = fact_string(fact, "configuration", NULL);
            bool mine = in(one->suites[v], code), theirs = in(other->suites[v], code);
            bool differs = fact_integer(fact, "of", 0) > fact_integer(fact, "tries", 0);
            if (!g_str_equal(fact_string(fact, "answer", ""), "yes"))
                continue;
            *said += differs;
            wrong += differs && mine == theirs;
            if (!whose)
                continue;
            bool is_first = g_str_equal(whose, "first");
            if (first < 0)
                first = is_first != mine;
            *attributed += 1;
            wrong += mine == theirs || is_first != (first ? theirs : mine);
        }
    }
    return wrong;
}

START_TEST(what_either_accepts)
{
    guint noticed = 0, missed = 0, connections = 0, most = 0, differ = 0, sides = 0, slander = 0;
    for (guint32 seed = 0; seed < SEEDS; seed++) {
        g_autoptr(Simulated) server = usual(seed + 100);
        g_autoptr(Simulated) other = usual(seed + 100);
        DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL, .allowed = 3000};
        for (guint i = 0; rows[_i].change[i]; i++)
            rows[_i].change[i](other);
        server->other = other;
        server->other_percent = rows[_i].percent;
        server->turns = rows[_i].turns;
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        ck_assert(dived->over);
        connections += dived->connections;
        most = MAX(most, dived->connections);
        if (!*dived_answer(dived, "behaviour", "", "two-configurations"))
            continue;
        noticed++;
        missed += faults(dived, server, other);
        slander += slanders(dived, server, other, &differ, &sides);
    }
    printf("# %s: noticed in %u of %u, %u answers missed; %u said to differ, %u with whose they "
           "are, %u "
           "wrongly; %u connections, at most %u\n",
           rows[_i].name, noticed, SEEDS, missed, differ, sides, slander, connections / SEEDS,
           most);
    fflush(stdout);
    ck_assert_uint_le(missed, rows[_i].missed);
    ck_assert_uint_eq(slander, 0);
    ck_assert_uint_ge(noticed, rows[_i].least);
    if (rows[_i].sides)
        ck_assert_uint_gt(sides, 0);
}
END_TEST

/* Equal servers are not two configurations, and cost no more than one. */
START_TEST(two_that_are_equal)
{
    for (guint32 seed = 0; seed < SEEDS; seed++) {
        g_autoptr(Simulated) alone = usual(seed), server = usual(seed), other = usual(seed);
        DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
        server->other = other;
        g_autoptr(Dived) single = simulated_dive(alone, &spec);
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        ck_assert_str_eq(dived_answer(dived, "behaviour", "", "two-configurations"), "");
        ck_assert_uint_eq(faults(dived, server, other), 0);
        ck_assert_uint_eq(dived->connections, single->connections);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("two");
    TCase *tests = tcase_create("two");
    tcase_add_loop_test(tests, what_either_accepts, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tests, two_that_are_equal);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
