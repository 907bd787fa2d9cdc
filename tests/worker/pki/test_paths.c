/* Paths: that all are found, from where their certificates come, how long they hold, what classes
 * of clients make of them. */
#include "worker/pki/verify.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/made.h"

/* One word a path: how it ends, "!" where it is chosen, its certificates, and what speaks against
 * it. */
static char *draw(const json_t *verdict)
{
    GString *all = g_string_new(NULL);
    size_t i, k;
    json_t *path, *step;
    json_array_foreach(json_object_get(verdict, "paths"), i, path)
    {
        g_autofree char *reasons = made_words(json_object_get(path, "reasons"));
        g_string_append_printf(all, "%s%s%s", i ? "\n" : "", fact_string(path, "end", ""),
                               fact_bool(path, "chosen", FALSE) ? "!" : "");
        json_array_foreach(json_object_get(path, "steps"), k, step) g_string_append_printf(
            all, " %s/%s", fact_string(step, "subject", "") + 3, fact_string(step, "from", ""));
        g_string_append_printf(all, " %s", reasons);
    }
    return g_string_free(all, FALSE);
}

START_TEST(all_paths_are_found)
{
    GBytes *cross = made_middle((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    GBytes *old = made_root((Forge){.subject = "Old", .key = forge_key("ec", 6)});
    Made chain = made_usual(NULL, made_middle((Forge){.to = "251231235959Z"}), NULL);
    chain.sent[2] = cross;
    chain.sent[3] = old;
    g_autoptr(json_t) verdict = made_judge(&chain);
    g_autofree char *drawn = draw(verdict);
    ck_assert_str_eq(drawn, "self leaf.test/sent Middle CA/sent Old/sent trust-unknown-root\n"
                            "stored! leaf.test/sent Middle CA/sent Root CA/store trust-expired");
    made_clear(&chain);
}
END_TEST

/* A missing intermediate from elsewhere, and where it came from. */
START_TEST(certificates_from_elsewhere_take_part)
{
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, made_leaf((Forge){0}));
    g_ptr_array_add(found, made_middle((Forge){0}));
    g_autoptr(GBytes) root = made_root((Forge){0});
    g_autoptr(Store) store = made_store(root);
    Question question = {.time = NOW};
    static const char *const from[] = {"extra", "session"};
    for (int session = 0; session < 2; session++) {
        g_autoptr(Chain) chain = chain_new(sent, session ? found : NULL, session ? NULL : found);
        g_autoptr(json_t) verdict = verify_chain(store, chain, &question);
        ck_assert(fact_bool(verdict, "trusted", FALSE));
        const json_t *step = json_array_get(json_object_get(verdict, "path"), 1);
        ck_assert_str_eq(fact_string(step, "from", ""), from[session]);
    }
}
END_TEST

/* ---- clients ---- */

/* "browser=yes", the reason behind it, of all classes. */
static char *clients_of(const json_t *verdict)
{
    GString *all = g_string_new(NULL);
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(verdict, "clients"), i, one)
    {
        const json_t *trusts = json_object_get(one, "trusts");
        const char *reason = fact_string(one, "reason", NULL);
        g_string_append_printf(all, "%s%s=%s%s%s", i ? " " : "", fact_string(one, "client", ""),
                               json_is_true(trusts) ? "yes"
                               : trusts             ? "no"
                                                    : "?",
                               reason ? ":" : "", reason ? reason : "");
    }
    return g_string_free(all, FALSE);
}

static void expect_clients(Made chain, const char *clients)
{
    g_autoptr(json_t) verdict = made_judge(&chain);
    g_autofree char *given = clients_of(verdict);
    ck_assert_str_eq(given, clients);
    made_clear(&chain);
}

START_TEST(clients_build_paths_each_in_its_way)
{
    expect_clients(made_usual(NULL, NULL, made_root((Forge){.from = "150531235959Z"})),
                   "browser=yes openssl=yes gnutls=yes java=yes old-android=yes:client-old-root");
    expect_clients(made_usual(NULL, NULL, made_root((Forge){.from = "150601000000Z"})),
                   "browser=yes openssl=yes gnutls=yes java=yes old-android=no:client-new-root");
    /* the leaf alone */
    expect_clients((Made){.root = made_root((Forge){0}), .sent = {made_leaf((Forge){0})}},
                   "browser=?:client-may-fetch openssl=no:trust-incomplete "
                   "gnutls=no:trust-incomplete java=no:trust-incomplete "
                   "old-android=no:trust-incomplete");
    /* whatever is fetched, an expired leaf stays one */
    expect_clients(
        (Made){.root = made_root((Forge){0}), .sent = {made_leaf((Forge){.to = "251231235959Z"})}},
        "browser=no:trust-expired openssl=no:trust-expired gnutls=no:trust-expired "
        "java=no:trust-expired old-android=no:trust-expired");
    /* Android does not look at the time of its roots */
    expect_clients(
        made_usual(NULL, NULL, made_root((Forge){.from = "100101000000Z", .to = "251231235959Z"})),
        "browser=no:trust-expired openssl=no:trust-expired gnutls=no:trust-expired "
        "java=no:trust-expired old-android=yes:client-old-root");
    /* an intermediate as the end */
    GBytes *middle = made_middle((Forge){0});
    expect_clients(made_usual(NULL, middle, g_bytes_ref(middle)),
                   "browser=yes openssl=?:client-partial gnutls=yes java=yes "
                   "old-android=no:client-new-root");
    /* a second path, to a root that the store has not */
    Made cross = made_usual(NULL, NULL, NULL);
    cross.sent[2] = made_middle((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    expect_clients(cross, "browser=yes openssl=yes gnutls=?:client-several-paths java=yes "
                          "old-android=?:client-other-roots");
}
END_TEST

/* How old the roots are that somebody has put in says nothing. */
START_TEST(clients_have_the_roots_of_a_private_store)
{
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, made_leaf((Forge){0}));
    g_ptr_array_add(sent, made_middle((Forge){0}));
    g_autoptr(GBytes) root = made_root((Forge){0});
    g_autoptr(Store) store = store_new("own", STORE_PRIVATE);
    store_add(store, root);
    g_autoptr(json_t) verdict = made_judge_sent(store, sent, NULL, NOW);
    g_autofree char *given = clients_of(verdict);
    ck_assert_str_eq(given, "browser=yes openssl=yes gnutls=yes java=yes old-android=yes");
}
END_TEST

START_TEST(clients_and_what_was_not_sent)
{
    static const char *const answers[] = {
        "browser=yes:client-fetches openssl=no:client-not-sent gnutls=no:client-not-sent "
        "java=no:client-not-sent old-android=no:client-not-sent",
        "browser=?:client-may-fetch openssl=no:client-not-sent gnutls=no:client-not-sent "
        "java=no:client-not-sent old-android=no:client-not-sent"};
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, made_leaf((Forge){0}));
    g_ptr_array_add(found, made_middle((Forge){0}));
    g_autoptr(GBytes) root = made_root((Forge){0});
    g_autoptr(Store) store = made_store(root);
    Question question = {.time = NOW};
    for (int session = 0; session < 2; session++) {
        g_autoptr(Chain) chain = chain_new(sent, session ? found : NULL, session ? NULL : found);
        g_autoptr(json_t) verdict = verify_chain(store, chain, &question);
        g_autofree char *given = clients_of(verdict);
        ck_assert_str_eq(given, answers[session]);
    }
}
END_TEST

static void expect_times(Made chain, const char *from, const char *until, guint ends_with)
{
    g_autoptr(json_t) verdict = made_judge(&chain);
    ck_assert_str_eq(fact_string(verdict, "valid_from", "never"), from);
    ck_assert_str_eq(fact_string(verdict, "valid_until", "never"), until);
    if (strcmp(from, "never") != 0) {
        g_autofree char *sha256 =
            g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, chain.sent[ends_with]);
        ck_assert_str_eq(fact_string(verdict, "ends_with", ""), sha256);
    }
    made_clear(&chain);
}

/* Times of one path, of two that hang together, of one to come, and of none. */
START_TEST(times_of_trust)
{
    expect_times(made_usual(made_leaf((Forge){.to = "391231235959Z"}), NULL, NULL),
                 "2020-01-01T00:00:00Z", "2039-12-31T23:59:59Z", 0);
    Made two = made_usual(NULL, made_middle((Forge){.to = "270101000000Z"}), NULL);
    two.sent[2] = made_middle((Forge){.from = "261201000000Z", .to = "280101000000Z"});
    expect_times(two, "2020-01-01T00:00:00Z", "2028-01-01T00:00:00Z", 2);
    Made apart = made_usual(NULL, made_middle((Forge){.to = "270101000000Z"}), NULL);
    apart.sent[2] = made_middle((Forge){.from = "270201000000Z", .to = "280101000000Z"});
    expect_times(apart, "2020-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 1);
    expect_times(made_usual(made_leaf((Forge){.to = "251231235959Z"}), NULL, NULL),
                 "2020-01-01T00:00:00Z", "2025-12-31T23:59:59Z", 0);
    Made never = made_usual(made_leaf((Forge){.issuer_key = forge_key("ec", 4)}), NULL, NULL);
    expect_times(never, "never", "never", 0);
}
END_TEST

/* Only what is issued after the date is not trusted. */
START_TEST(a_root_may_have_a_date)
{
    static const char *const reasons[] = {"", "trust-distrusted"};
    for (int late = 0; late < 2; late++) {
        Made chain = made_usual(made_leaf((Forge){.from = "250601000000Z"}), NULL, NULL);
        g_autoptr(Store) store = store_new("mozilla", STORE_PUBLIC);
        store_add(store, chain.root)->distrust_after = late ? 1748735999 : 1748736000;
        g_autoptr(GPtrArray) sent = g_ptr_array_new();
        g_ptr_array_add(sent, chain.sent[0]);
        g_ptr_array_add(sent, chain.sent[1]);
        g_autoptr(json_t) verdict = made_judge_sent(store, sent, NULL, NOW);
        g_autofree char *given = made_words(json_object_get(verdict, "reasons"));
        ck_assert_str_eq(given, reasons[late]);
        const json_t *root = json_array_get(json_object_get(verdict, "path"), 2);
        ck_assert_str_eq(fact_string(root, "distrust_after", ""),
                         late ? "2025-05-31T23:59:59Z" : "2025-06-01T00:00:00Z");
        made_clear(&chain);
    }
}
END_TEST

/* Two CAs that certify each other, and a crowd of them: an end is found all the same. */
START_TEST(cycles_end)
{
    GBytes *there = made_middle((Forge){.issuer = "B", .issuer_key = forge_key("ec", 7)});
    GBytes *back = made_middle((Forge){.subject = "B",
                                       .key = forge_key("ec", 7),
                                       .issuer = MIDDLE,
                                       .issuer_key = forge_key("ec", 2)});
    Made chain = made_usual(NULL, there, NULL);
    chain.sent[2] = back;
    made_expect(chain, "trust-incomplete", true);
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, made_leaf((Forge){0}));
    for (int i = 0; i < 99; i++)
        g_ptr_array_add(sent, made_middle((Forge){.issuer = MIDDLE,
                                                  .issuer_key = forge_key("ec", 2),
                                                  .serial = number(i + 1)}));
    g_autoptr(Store) store = store_new("none", STORE_GIVEN);
    g_autoptr(json_t) verdict = made_judge_sent(store, sent, NULL, NOW);
    ck_assert(!fact_bool(verdict, "trusted", TRUE));
    g_autofree char *reasons = made_words(json_object_get(verdict, "reasons"));
    ck_assert_ptr_nonnull(strstr(reasons, "trust-limit"));
    ck_assert_uint_le(json_array_size(json_object_get(verdict, "path")), LIMIT_PATH);
}
END_TEST
int main(void)
{
    Suite *suite = suite_create("paths");
    TCase *tests = tcase_create("paths");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, all_paths_are_found);
    tcase_add_test(tests, certificates_from_elsewhere_take_part);
    tcase_add_test(tests, clients_build_paths_each_in_its_way);
    tcase_add_test(tests, clients_have_the_roots_of_a_private_store);
    tcase_add_test(tests, clients_and_what_was_not_sent);
    tcase_add_test(tests, times_of_trust);
    tcase_add_test(tests, a_root_may_have_a_date);
    tcase_add_test(tests, cycles_end);
    return check_main(suite);
}
