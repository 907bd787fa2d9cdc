/* A whole dive into servers of GnuTLS in memory: what is found is what they were set up with, as
 * GnuTLS itself lists it, and nothing is told twice. */
#include <gnutls/gnutls.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"
#include "worker/probe/dive.h"

enum { MOST = 600 }; /* connections: a dive that takes more has lost its way */

typedef struct Found {
    GHashTable *yes; /* "suite TLS 1.2 NAME" */
    guint connections;
    guint certificates, chains; /* facts */
} Found;

static void take_answer(Found *found, json_t *fact)
{
    size_t i;
    json_t *item;
    if (g_strcmp0(fact_string(fact, "answer", ""), "yes") != 0)
        return;
    json_array_foreach(json_object_get(fact, "items"), i, item)
    {
        char *key = g_strdup_printf("%s %s %s", fact_string(fact, "question", ""),
                                    fact_string(fact, "version", "-"), json_string_value(item));
        g_hash_table_add(found->yes, key);
    }
}

static void take_facts(Found *found, Probe *probe)
{
    for (json_t *fact; (fact = probe_next_fact(probe));) {
        if (fact_kind(fact) == FACT_ANSWER)
            take_answer(found, fact);
        json_decref(fact);
    }
}

/* One question, or a whole handshake, put to a server of its own. */
static void carry_one(Found *found, Probe *probe, Talk *talk, const ServerSpec *spec)
{
    Drive *drive = drive_new(talk);
    g_autoptr(Server) server = server_new(spec);
    server_pump(server, drive, 0, NULL, NULL);
    drive_tick(drive);
    drive_end(drive, TALK_END_CLOSED);
    if (g_str_equal(talk->class->name, "ask")) {
        found->certificates += drive_count(drive, "certificate", NULL, NULL);
        found->chains += drive_count(drive, "chain", NULL, NULL);
    }
    found->connections++;
    probe_tell(probe, talk);
    drive_free(drive);
}

static Found *dive_into(const ServerSpec *server)
{
    DiveSpec spec = {.server_name = "test.example", .depth = DIVE_FULL};
    g_autoptr(Probe) probe = dive_new(&spec);
    Found *found = g_new0(Found, 1);
    found->yes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ProbeOutcome outcome;
    take_facts(found, probe);
    while (!probe_over(probe, &outcome)) {
        const char *hello = NULL;
        g_autofree char *id = g_strdup_printf("c%u", found->connections);
        ck_assert_uint_gt(probe_wants(probe), 0);
        ck_assert_uint_lt(found->connections, MOST);
        ck_assert(probe_spend(probe, false));
        Talk *talk = probe_next(probe, id, &hello);
        if (talk)
            carry_one(found, probe, talk, server);
        else
            probe_spare(probe);
        take_facts(found, probe);
    }
    ck_assert_str_eq(outcome.result, "finished");
    return found;
}

static void found_free(Found *found)
{
    g_hash_table_unref(found->yes);
    g_free(found);
}

static guint count_of(const Found *found, const char *start)
{
    guint count = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, found->yes);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        count += g_str_has_prefix(key, start);
    return count;
}

static bool has(const Found *found, const char *key)
{
    return g_hash_table_contains(found->yes, key);
}

START_TEST(tls12_alone)
{
    static const ServerSpec spec = {
        .priority = "NONE:+VERS-TLS1.2:+ECDHE-RSA:+RSA:+AES-128-GCM:+AES-256-CBC:+AEAD:+SHA1:"
                    "+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA512:+GROUP-SECP384R1:+GROUP-X25519:"
                    "+COMP-NULL",
        .rsa = true,
    };
    static const char *const suites[] = {
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA"};
    Found *found = dive_into(&spec);
    ck_assert_uint_eq(count_of(found, "version "), 1);
    ck_assert(has(found, "version - TLS 1.2"));
    ck_assert_uint_eq(count_of(found, "suite "), G_N_ELEMENTS(suites));
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_autofree char *key = g_strdup_printf("suite TLS 1.2 %s", suites[i]);
        ck_assert_msg(has(found, key), "%s", key);
    }
    ck_assert_uint_eq(count_of(found, "group TLS 1.2 "), 2);
    ck_assert(has(found, "group TLS 1.2 secp384r1"));
    ck_assert(has(found, "group TLS 1.2 x25519"));
    ck_assert_uint_eq(count_of(found, "scheme TLS 1.2 "), 2);
    ck_assert(has(found, "scheme TLS 1.2 rsa_pkcs1_sha256"));
    ck_assert(has(found, "scheme TLS 1.2 rsa_pss_rsae_sha512"));
    ck_assert_uint_gt(found->chains, 5);
    ck_assert_uint_eq(found->certificates, 1);
    found_free(found);
}
END_TEST

START_TEST(tls13_alone)
{
    static const ServerSpec spec = {
        .priority = "NONE:+VERS-TLS1.3:+ECDHE-ECDSA:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:"
                    "+SIGN-ECDSA-SECP256R1-SHA256:+GROUP-SECP521R1:+GROUP-FFDHE3072"};
    Found *found = dive_into(&spec);
    ck_assert_uint_eq(count_of(found, "version "), 1);
    ck_assert(has(found, "version - TLS 1.3"));
    ck_assert_uint_eq(count_of(found, "suite "), 2);
    ck_assert(has(found, "suite TLS 1.3 TLS_AES_256_GCM_SHA384"));
    ck_assert(has(found, "suite TLS 1.3 TLS_CHACHA20_POLY1305_SHA256"));
    ck_assert_uint_eq(count_of(found, "group "), 2);
    ck_assert(has(found, "group TLS 1.3 secp521r1"));
    ck_assert(has(found, "group TLS 1.3 ffdhe3072"));
    found_free(found);
}
END_TEST

/* All suites that GnuTLS says it has for a priority, in a version that has more than one kind. */
START_TEST(many_suites)
{
    static const ServerSpec spec = {
        .priority =
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:+DHE-RSA:+ARCFOUR-128:+3DES-CBC:+CAMELLIA-128-GCM:"
            "+CAMELLIA-256-CBC:-ECDHE-ECDSA",
        .rsa = true,
    };
    gnutls_priority_t priority;
    guint wanted = 0;
    Found *found = dive_into(&spec);
    ck_assert_int_eq(gnutls_priority_init(&priority, spec.priority, NULL), 0);
    for (unsigned i = 0, index;; i++) {
        int code = gnutls_priority_get_cipher_suite_index(priority, i, &index);
        if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        unsigned char id[2];
        gnutls_protocol_t least;
        const char *name =
            code == 0 ? gnutls_cipher_suite_info(index, id, NULL, NULL, NULL, &least) : NULL;
        if (!name || id[0] == 0x13)
            continue;
        const CipherSuite *suite = registry_suite((uint32_t)(id[0] << 8 | id[1]));
        g_autofree char *key = g_strdup_printf("suite TLS 1.2 %s", suite->name);
        ck_assert_msg(has(found, key), "%s", key);
        wanted++;
    }
    gnutls_priority_deinit(priority);
    ck_assert_uint_gt(wanted, 20);
    ck_assert_uint_eq(count_of(found, "suite "), wanted);
    found_free(found);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("whole");
    TCase *tcase = tcase_create("dives");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, tls12_alone);
    tcase_add_test(tcase, tls13_alone);
    tcase_add_test(tcase, many_suites);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
