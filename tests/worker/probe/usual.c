#include "tests/worker/probe/usual.h"

#include "tests/check.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "worker/probe/form.h"

const uint16_t usual_versions[USUAL_VERSIONS] = {TLS_SSL3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};

void usual_fill(GArray *list, const uint32_t *codes, guint count)
{
    g_array_set_size(list, 0);
    g_array_append_vals(list, codes, count);
}

Simulated *usual_server(guint32 seed)
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

void usual_intermediate(Simulated *server)
{
    FILL(server->suites[4], 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F);
}

bool usual_accepts(const Simulated *server, guint index, uint32_t code)
{
    for (guint i = 0; i < server->suites[index]->len; i++)
        if (g_array_index(server->suites[index], uint32_t, i) == code)
            return true;
    return false;
}

void usual_check_suites(const Simulated *server, const Dived *dived, bool unknowns)
{
    char number[REGISTRY_NUMBER];
    for (guint v = 0; v < USUAL_VERSIONS; v++) {
        guint index = v + 1;
        const char *version = registry_version_name(usual_versions[v], number);
        const char *on = dived_answer(dived, "version", "", version);
        const char *truth = server->suites[index]->len ? "yes" : "no";
        ck_assert_msg(g_str_equal(on, truth) || (unknowns && g_str_equal(on, "unknown")),
                      "%s: %s, is %s", version, on, truth);
        g_autoptr(GArray) entries = form_suites(usual_versions[v]);
        for (guint i = 0; i < entries->len && g_str_equal(on, "yes"); i++) {
            uint32_t code = g_array_index(entries, PeelEntry, i).code;
            const char *name = registry_suite(code)->name;
            const char *answer = dived_answer(dived, "suite", version, name);
            truth = usual_accepts(server, index, code) ? "yes" : "no";
            ck_assert_msg(g_str_equal(answer, truth) ||
                              (unknowns && g_str_equal(answer, "unknown")),
                          "%s %s: \"%s\", is %s", version, name, answer, truth);
        }
    }
}

void usual_check_order(const Simulated *server, const Dived *dived, guint v)
{
    char number[REGISTRY_NUMBER];
    const GArray *suites = server->suites[v + 1];
    const json_t *fact =
        dived_fact(dived, "suite-order", registry_version_name(usual_versions[v], number));
    if (!suites->len)
        return;
    ck_assert_ptr_nonnull(fact);
    const char *answer = fact_string(fact, "answer", "");
    if (suites->len == 1) {
        ck_assert_str_eq(answer, "unknown");
        return;
    }
    ck_assert_msg(g_str_equal(answer, server->chooses[v + 1] ? "yes" : "no"), "%s: order %s (%s)",
                  registry_version_name(usual_versions[v], number), answer,
                  fact_string(fact, "reason", ""));
    const json_t *codes = json_object_get(fact, "codes");
    for (guint i = 0; server->chooses[v + 1] && i < suites->len; i++)
        ck_assert_msg(json_integer_value(json_array_get(codes, i)) ==
                          g_array_index(suites, uint32_t, i),
                      "%s: place %u differs", registry_version_name(usual_versions[v], number), i);
}

Dived *usual_dive(Simulated *server)
{
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    Dived *dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived->outcome.result, "finished");
    return dived;
}

void usual_check_all(const Simulated *server, const Dived *dived)
{
    ck_assert_str_eq(dived_answer(dived, "behaviour", "", "two-configurations"), "");
    usual_check_suites(server, dived, false);
    for (guint v = 0; v < USUAL_VERSIONS; v++)
        usual_check_order(server, dived, v);
}
