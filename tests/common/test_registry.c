#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "common/registry/registry.h"
#include "tests/check.h"

/* The output of a command, to be freed. */
static char *run(const char *command)
{
    char *output = NULL;
    int status = 0;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = g_strsplit(command, " ", 0);
    bool ran = g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                            NULL, NULL, &output, NULL, &status, &error);
    ck_assert_msg(ran, "%s", ran ? "" : error->message);
    ck_assert_int_eq(status, 0);
    return output;
}

/* The suite whose two bytes stand in a line as 0xHH, 0xHH; its name of the line to *name. */
static const CipherSuite *suite_of_line(const GMatchInfo *line, char **name)
{
    g_autofree char *high = g_match_info_fetch_named(line, "high");
    g_autofree char *low = g_match_info_fetch_named(line, "low");
    *name = g_match_info_fetch_named(line, "name");
    return registry_suite(
        (unsigned)(g_ascii_strtoull(high, NULL, 16) << 8 | g_ascii_strtoull(low, NULL, 16)));
}

START_TEST(suites_are_found_by_code_and_name)
{
    char number[REGISTRY_NUMBER];
    const CipherSuite *suite = registry_suite(0xC02F);
    ck_assert_str_eq(suite->name, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    ck_assert_str_eq(suite->openssl, "ECDHE-RSA-AES128-GCM-SHA256");
    ck_assert_str_eq(suite->exchange, "ecdhe");
    ck_assert_str_eq(suite->authentication, "rsa");
    ck_assert_str_eq(suite->mode, "gcm");
    ck_assert_uint_eq(suite->bits, 128);
    ck_assert(suite->forward && !suite->export);
    ck_assert_uint_eq(suite->min, 0x0303);
    ck_assert_uint_eq(suite->max, 0x0303);
    ck_assert_ptr_eq(registry_suite_named("ECDHE-RSA-AES128-GCM-SHA256"), suite);
    ck_assert_ptr_eq(registry_suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), suite);
    ck_assert_ptr_null(registry_suite(0x7777));
    ck_assert_ptr_null(registry_suite_named("TLS_WITH_NOTHING"));
    ck_assert_str_eq(registry_suite_name(0xabcd, number), "0xABCD");
    ck_assert_str_eq(registry_ssl2_suite(0x010080)->name, "SSL_CK_RC4_128_WITH_MD5");
    ck_assert_str_eq(registry_ssl2_suite(0)->name, "SSL_CK_NULL_WITH_MD5");
    ck_assert_str_eq(registry_suite(0)->name, "TLS_NULL_WITH_NULL_NULL");
}
END_TEST

START_TEST(suites_are_all_there_and_consistent)
{
    size_t count = 0;
    size_t ssl2 = 0;
    const CipherSuite *suites = registry_suites(&count);
    const CipherSuite *kinds = registry_ssl2_suites(&ssl2);
    ck_assert_uint_ge(count + ssl2, 370);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < count; i++) {
        const CipherSuite *suite = &suites[i];
        ck_assert_ptr_eq(registry_suite(suite->id), suite);
        ck_assert_uint_le(suite->min, suite->max);
        bool signalling = strcmp(suite->exchange, "signalling") == 0;
        ck_assert_msg(signalling == (suite->max == 0), "%s", suite->name);
        ck_assert_msg((strstr(suite->name, "EXPORT") != NULL) == suite->export, "%s", suite->name);
        ck_assert_msg((suite->max == 0x0304 && suite->min == 0x0304) ==
                          (strcmp(suite->exchange, "tls13") == 0),
                      "%s", suite->name);
        bool fresh = g_hash_table_add(names, (gpointer)suite->name);
        ck_assert_msg(fresh || strstr(suite->name, "_FIPS_"), "twice: %s", suite->name);
    }
    for (size_t i = 0; i < ssl2; i++)
        ck_assert_uint_eq(kinds[i].max, 0x0002);
}
END_TEST

START_TEST(suites_are_named_as_openssl_names_them)
{
    g_autofree char *output = run("openssl ciphers -V ALL:COMPLEMENTOFALL");
    g_autoptr(GRegex) pattern =
        g_regex_new("^ *0x(?<high>..),0x(?<low>..) - (?<name>[^ ]+) ", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) line = NULL;
    unsigned seen = 0;
    g_regex_match(pattern, output, 0, &line);
    for (; g_match_info_matches(line); g_match_info_next(line, NULL), seen++) {
        g_autofree char *name = NULL;
        const CipherSuite *suite = suite_of_line(line, &name);
        ck_assert_msg(suite && suite->openssl, "%s", name);
        ck_assert_str_eq(suite->openssl, name);
    }
    ck_assert_uint_gt(seen, 50);
}
END_TEST

/* GnuTLS's name of a suite: IANA's without "WITH_", and with names of its own for some parts. */
static char *gnutls_name(const CipherSuite *suite)
{
    static const char *const parts[][2] = {{"_WITH_", "_"},
                                           {"_RC4_", "_ARCFOUR_"},
                                           {"_PSK_DHE_", "_DHE_PSK_"},
                                           {"_DH_anon_", "_DH_ANON_"},
                                           {"_ECDH_anon_", "_ECDH_ANON_"}};
    GString *name = g_string_new(suite->name);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        g_string_replace(name, parts[i][0], parts[i][1], 0);
    if (g_str_has_suffix(name->str, "_SHA"))
        g_string_append_c(name, '1');
    return g_string_free(name, FALSE);
}

START_TEST(suites_are_those_of_gnutls)
{
    g_autofree char *output = run("gnutls-cli --list");
    g_autoptr(GRegex) pattern = g_regex_new("^TLS_(?<name>\\w+)\\s+0x(?<high>..), 0x(?<low>..)\\s+"
                                            "TLS1\\.(?<minor>\\d)",
                                            G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) line = NULL;
    unsigned seen = 0;
    g_regex_match(pattern, output, 0, &line);
    for (; g_match_info_matches(line); g_match_info_next(line, NULL), seen++) {
        g_autofree char *name = NULL;
        g_autofree char *digit = g_match_info_fetch_named(line, "minor");
        const CipherSuite *suite = suite_of_line(line, &name);
        unsigned version = 0x0301 + (unsigned)g_ascii_digit_value(*digit);
        ck_assert_msg(suite != NULL, "%s", name);
        g_autofree char *ours = gnutls_name(suite);
        bool shorter = g_str_has_suffix(name, "_POLY1305") && g_str_has_prefix(ours + 4, name);
        ck_assert_msg(shorter || strcmp(ours + 4, name) == 0, "%s is %s", name, ours);
        ck_assert_msg(suite->min <= version && suite->max >= version, "%s", name);
    }
    ck_assert_uint_gt(seen, 50);
}
END_TEST

START_TEST(groups_and_schemes_are_found)
{
    char number[REGISTRY_NUMBER];
    size_t count = 0;
    ck_assert_str_eq(registry_group(29)->name, "x25519");
    ck_assert_uint_eq(registry_group(29)->bits, 128);
    ck_assert_str_eq(registry_group(0x11EC)->kind, "hybrid");
    ck_assert_ptr_eq(registry_group_named("P-256"), registry_group(23));
    ck_assert_ptr_eq(registry_group_named("secp256r1"), registry_group(23));
    ck_assert_ptr_null(registry_group_named("secp257r1"));
    ck_assert_str_eq(registry_group_name(0x1a1a, number), "0x1A1A");
    ck_assert_ptr_nonnull(registry_groups(&count));
    ck_assert_uint_ge(count, 57);
    ck_assert_str_eq(registry_scheme(0x0804)->key, "RSA");
    ck_assert_str_eq(registry_scheme_named("ed25519")->hash, "intrinsic");
    ck_assert(registry_scheme(0x0403)->tls13 && !registry_scheme(0x0401)->tls13);
    ck_assert_str_eq(registry_scheme_name(0xfefe, number), "0xFEFE");
    ck_assert_ptr_nonnull(registry_schemes(&count));
    ck_assert_uint_ge(count, 33);
}
END_TEST

START_TEST(small_registries_are_found)
{
    char number[REGISTRY_NUMBER];
    ck_assert_str_eq(registry_alert_name(40), "handshake_failure");
    ck_assert_str_eq(registry_alert_name(0), "close_notify");
    ck_assert_str_eq(registry_alert_name(121), "ech_required");
    ck_assert_str_eq(registry_alert_name(200), "unassigned");
    ck_assert_str_eq(registry_version_name(0x0304, number), "TLS 1.3");
    ck_assert_str_eq(registry_version_name(0x0305, number), "0x0305");
    ck_assert_str_eq(registry_code_name("message", 25, number), "CompressedCertificate");
    ck_assert_str_eq(registry_code_name("message", 99, number), "99");
    ck_assert_ptr_null(registry_code("alert", 0x10028));
    ck_assert_ptr_null(registry_code("no such registry", 1));
    ck_assert_str_eq(registry_extension(51)->name, "key_share");
    ck_assert(registry_extension_allowed(registry_extension(51), "HRR"));
    ck_assert(registry_extension_allowed(registry_extension(51), "SH"));
    ck_assert(!registry_extension_allowed(registry_extension(51), "SH2"));
    ck_assert(!registry_extension_allowed(registry_extension(0), "SH"));
    ck_assert(registry_is_grease(0x0a0a) && registry_is_grease(0xfafa));
    ck_assert(!registry_is_grease(0x0a1a) && !registry_is_grease(0x1b1b));
}
END_TEST

START_TEST(object_identifiers_are_found)
{
    ck_assert_str_eq(registry_oid("2.5.4.3")->name, "CN");
    ck_assert_str_eq(registry_oid("2.5.4.3")->label, "commonName");
    ck_assert_str_eq(registry_oid("2.5.29.17")->kind, "extension");
    ck_assert_str_eq(registry_oid_name("1.3.6.1.5.5.7.3.1"), "serverAuth");
    ck_assert_str_eq(registry_oid_name("1.2.3.4"), "1.2.3.4");
}
END_TEST

/* The names in braces of a sentence must be the reason's arguments, or some of them. */
static void check_sentence(const Reason *reason)
{
    g_auto(GStrv) arguments = g_strsplit(reason->arguments ? reason->arguments : "", " ", 0);
    for (const char *at = reason->sentence; (at = strchr(at, '{')); at++) {
        const char *end = strchr(at, '}');
        ck_assert_ptr_nonnull(end);
        g_autofree char *name = g_strndup(at + 1, (gsize)(end - at - 1));
        ck_assert_msg(g_strv_contains((const char *const *)arguments, name), "%s: {%s}",
                      reason->code, name);
    }
}

START_TEST(reasons_lead_to_results)
{
    size_t count = 0;
    const Reason *reasons = registry_reasons(&count);
    ck_assert_uint_gt(count, 50);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(registry_reason(reasons[i].code), &reasons[i]);
        ck_assert_ptr_nonnull(reasons[i].sentence);
        if (reasons[i].result)
            ck_assert_msg(registry_result(reasons[i].result) != NULL, "%s", reasons[i].code);
        check_sentence(&reasons[i]);
    }
    ck_assert_str_eq(registry_result("timed-out")->word, "timed out");
    ck_assert_str_eq(registry_reason("reset-after")->result, "reset");
    ck_assert_ptr_nonnull(registry_results(&count));
    ck_assert_uint_ge(count, 15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *tcase = tcase_create("registry");
    tcase_add_test(tcase, suites_are_found_by_code_and_name);
    tcase_add_test(tcase, suites_are_all_there_and_consistent);
    tcase_add_test(tcase, suites_are_named_as_openssl_names_them);
    tcase_add_test(tcase, suites_are_those_of_gnutls);
    tcase_add_test(tcase, groups_and_schemes_are_found);
    tcase_add_test(tcase, small_registries_are_found);
    tcase_add_test(tcase, object_identifiers_are_found);
    tcase_add_test(tcase, reasons_lead_to_results);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
