/* Chains made here, judged by us, and where openssl can say yes or no, by it as well. */
#include "worker/pki/verify.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/made.h"

START_TEST(a_good_chain)
{
    Made chain = made_usual(NULL, NULL, NULL);
    g_autoptr(json_t) verdict = made_judge(&chain);
    const json_t *path = json_object_get(verdict, "path");
    ck_assert(fact_bool(verdict, "trusted", FALSE));
    ck_assert_uint_eq(json_array_size(path), 3);
    ck_assert_str_eq(fact_string(json_array_get(path, 0), "subject", ""), "CN=" LEAF);
    ck_assert_str_eq(fact_string(json_array_get(path, 1), "from", ""), "sent");
    ck_assert_str_eq(fact_string(json_array_get(path, 2), "from", ""), "store");
    ck_assert_str_eq(fact_string(verdict, "time", ""), "2026-01-01T00:00:00Z");
    ck_assert_str_eq(fact_string(verdict, "store", ""), "roots.pem");
    ck_assert_int_eq(fact_integer(verdict, "roots", 0), 1);
    ck_assert_ptr_null(json_object_get(verdict, "name"));
    made_clear(&chain);
    made_expect(made_usual(NULL, NULL, NULL), "", true);
}
END_TEST

START_TEST(time_decides)
{
    made_expect(made_usual(made_leaf((Forge){.to = "251231235959Z"}), NULL, NULL), "trust-expired",
                true);
    made_expect(made_usual(made_leaf((Forge){.from = "260102000000Z"}), NULL, NULL),
                "trust-not-yet-valid", true);
    made_expect(made_usual(NULL, made_middle((Forge){.to = "251231235959Z"}), NULL),
                "trust-expired", true);
    made_expect(made_usual(NULL, NULL, made_root((Forge){.to = "251231235959Z"})), "trust-expired",
                true);
    made_expect(made_usual(made_leaf((Forge){.from = "260102000000Z"}),
                           made_middle((Forge){.to = "251231235959Z"}), NULL),
                "trust-expired trust-not-yet-valid", true);
    Made early = made_usual(made_leaf((Forge){.to = "251231235959Z"}), NULL, NULL);
    early.time = NOW - 86400;
    made_expect(early, "", true);
}
END_TEST

START_TEST(each_certificate_has_its_reasons)
{
    Made chain = made_usual(NULL, made_middle((Forge){.to = "251231235959Z"}), NULL);
    g_autoptr(json_t) verdict = made_judge(&chain);
    const json_t *path = json_object_get(verdict, "path");
    ck_assert_ptr_null(json_object_get(json_array_get(path, 0), "reasons"));
    g_autofree char *middle = made_words(json_object_get(json_array_get(path, 1), "reasons"));
    ck_assert_str_eq(middle, "trust-expired");
    made_clear(&chain);
}
END_TEST

START_TEST(how_a_path_ends)
{
    Made incomplete = made_usual(NULL, NULL, NULL);
    g_clear_pointer(&incomplete.sent[1], g_bytes_unref);
    made_expect(incomplete, "trust-incomplete", true);
    made_expect(
        (Made){.root = made_root((Forge){0}),
               .sent = {made_leaf((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)})}},
        "trust-self-signed", true);
    Made unknown = made_usual(NULL, NULL, made_root((Forge){.subject = "Another Root"}));
    unknown.sent[2] = made_root((Forge){0});
    made_expect(unknown, "trust-unknown-root", true);
    Made sent_root = made_usual(NULL, NULL, NULL);
    sent_root.sent[2] = made_root((Forge){0});
    made_expect(sent_root, "", true);
    Made disorder = made_usual(NULL, made_root((Forge){0}), NULL);
    disorder.sent[2] = made_middle((Forge){0});
    disorder.sent[3] = g_bytes_ref(disorder.sent[0]);
    made_expect(disorder, "", true);
    GBytes *own = made_leaf((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)});
    made_expect((Made){.root = g_bytes_ref(own), .sent = {own}}, "", true);
    Made none = {.root = made_root((Forge){0})};
    made_expect(none, "trust-incomplete", false);
}
END_TEST

START_TEST(signatures_decide)
{
    made_expect(made_usual(made_leaf((Forge){.issuer_key = forge_key("ec", 4)}), NULL, NULL),
                "trust-signature", true);
    made_expect(made_usual(NULL, made_middle((Forge){.issuer_key = forge_key("ec", 4)}), NULL),
                "trust-signature", true);
    const ForgeKey *rsa = forge_key("rsa2048", 1);
    made_expect(made_usual(made_leaf((Forge){.issuer_key = rsa, .sign = GNUTLS_SIGN_RSA_MD5}),
                           made_middle((Forge){.key = rsa}), NULL),
                "trust-weak-signature", false);
    made_expect(made_usual(made_leaf((Forge){.issuer_key = rsa, .sign = GNUTLS_SIGN_RSA_SHA1}),
                           made_middle((Forge){.key = rsa}), NULL),
                "trust-weak-signature", false);
    made_expect(made_usual(NULL, NULL, made_root((Forge){.sign = GNUTLS_SIGN_ECDSA_SHA1})), "",
                true);
    made_expect(
        made_usual(made_leaf((Forge){.algorithm = tlv(0x30, oid("1.2.3.4"), NULL)}), NULL, NULL),
        "trust-unknown-algorithm", true);
    made_expect(made_usual(made_leaf((Forge){.algorithm = tlv(0x30, oid("1.2.840.113549.1.1.11"),
                                                              raw("0500"), NULL)}),
                           NULL, NULL),
                "trust-signature", true);
}
END_TEST

START_TEST(keys_decide)
{
    made_expect(made_usual(made_leaf((Forge){.key = forge_key("rsa1024", 0)}), NULL, NULL), "",
                true);
    made_expect(made_usual(made_leaf((Forge){.key = forge_key("rsa512", 0)}), NULL, NULL),
                "trust-weak-key", false);
    made_expect(made_usual(made_leaf((Forge){.key = forge_key("ed25519", 0)}), NULL, NULL), "",
                true);
    made_expect(made_usual(made_leaf((Forge){.issuer_key = forge_key("ed25519", 1)}),
                           made_middle((Forge){.key = forge_key("ed25519", 1)}), NULL),
                "", true);
}
END_TEST

START_TEST(issuers_must_be_authorities)
{
    made_expect(made_usual(NULL, made_middle((Forge){.extensions = basic(false, -1)}), NULL),
                "trust-not-ca", true);
    made_expect(made_usual(NULL, made_middle((Forge){.extensions = usage("0106")}), NULL),
                "trust-not-ca", true);
    made_expect(
        made_usual(NULL, made_middle((Forge){.version = raw(""), .extensions = raw("")}), NULL),
        "trust-not-ca", true);
    made_expect(made_usual(NULL,
                           made_middle((Forge){.extensions = join(basic(true, -1), usage("0102"))}),
                           NULL),
                "trust-key-usage", true);
    made_expect(
        made_usual(NULL, NULL, made_root((Forge){.extensions = made_ca_extensions(0, NULL)})),
        "trust-path-length", true);
    made_expect(
        made_usual(NULL, NULL, made_root((Forge){.extensions = made_ca_extensions(1, NULL)})), "",
        true);
    made_expect(
        made_usual(NULL, made_middle((Forge){.extensions = made_ca_extensions(0, NULL)}), NULL), "",
        true);
}
END_TEST

static GBytes *key_id(const char *octet)
{
    return extension("2.5.29.14", false, bytes(0x04, octet, 1));
}

static GBytes *issuer_key_id(const char *octet)
{
    return extension("2.5.29.35", false, tlv(0x30, bytes(0x80, octet, 1), NULL));
}

/* A CA that renews itself: the self-issued certificate does not count (RFC 5280 section 6.1.4 l).
 */
static Made renewed_key(void)
{
    GBytes *leaf = made_leaf((Forge){.issuer_key = forge_key("ec", 5),
                                     .extensions = made_leaf_extensions(issuer_key_id("5"))});
    GBytes *renewed = made_middle(
        (Forge){.issuer = MIDDLE,
                .key = forge_key("ec", 5),
                .issuer_key = forge_key("ec", 2),
                .extensions = made_ca_extensions(0, join(key_id("5"), issuer_key_id("2")))});
    GBytes *middle = made_middle((Forge){.extensions = made_ca_extensions(0, key_id("2"))});
    Made chain = {.root = made_root((Forge){.extensions = made_ca_extensions(1, NULL)}),
                  .sent = {leaf, renewed, middle}};
    return chain;
}

START_TEST(self_issued_do_not_count)
{
    made_expect(renewed_key(), "", true);
}
END_TEST

START_TEST(purposes_decide)
{
    GBytes *client = join(dns(LEAF), purpose("1.3.6.1.5.5.7.3.2"));
    made_expect(made_usual(made_leaf((Forge){.extensions = client}), NULL, NULL),
                "trust-client-only", true);
    made_expect(
        made_usual(made_leaf((Forge){.extensions = join(dns(LEAF), purpose("2.5.29.37.0"))}), NULL,
                   NULL),
        "", false);
    made_expect(
        made_usual(made_leaf((Forge){.extensions = join(dns(LEAF), usage("0106"))}), NULL, NULL),
        "trust-key-usage", true);
    GBytes *mail = made_ca_extensions(-1, purpose("1.3.6.1.5.5.7.3.4"));
    made_expect(made_usual(NULL, made_middle((Forge){.extensions = mail}), NULL), "trust-purpose",
                true);
    GBytes *odd = made_leaf_extensions(extension("1.2.3.4", true, raw("0500")));
    made_expect(made_usual(made_leaf((Forge){.extensions = odd}), NULL, NULL),
                "trust-unknown-critical", true);
    GBytes *poison = made_leaf_extensions(extension("1.3.6.1.4.1.11129.2.4.3", true, raw("0500")));
    made_expect(made_usual(made_leaf((Forge){.extensions = poison}), NULL, NULL),
                "trust-unknown-critical", true);
}
END_TEST

/* ---- name constraints ---- */

static GBytes *constraints(const char *permitted, const char *excluded)
{
    GBytes *lists = permitted ? tlv(0xa0, raw(permitted), NULL) : raw("");
    if (excluded)
        lists = join(lists, tlv(0xa1, raw(excluded), NULL));
    return made_ca_extensions(-1, extension("2.5.29.30", true, tlv(0x30, lists, NULL)));
}

START_TEST(name_constraints)
{
    static const struct {
        const char *permitted, *excluded; /* GeneralSubtrees */
        int tag;
        const char *name;
        bool kept, alike;
    } rows[] = {
        {"3006 8204 74657374", NULL, 0x82, "leaf.test", true, true},
        {"3006 8204 74657374", NULL, 0x82, "test", true, true},
        {"3006 8204 74657374", NULL, 0x82, "leaf.other", false, true},
        {"3006 8204 74657374", NULL, 0x82, "leaf.atest", false, true},
        {"3006 8204 74657374", NULL, 0x82, "*.test", true, true},
        {"3007 8205 2e74657374", NULL, 0x82, "a.test", true, true},
        {NULL, "3006 8204 74657374", 0x82, "leaf.test", false, true},
        {NULL, "3006 8204 74657374", 0x82, "leaf.other", true, true},
        {NULL, "3008 8206 612e74657374", 0x82, "*.test", false, false},
        {"3002 8200", NULL, 0x82, "leaf.other", true, true},
        {NULL, "3002 8200", 0x82, "leaf.other", false, true},
        {"300a 8708 0a000000ff000000", NULL, 0x87, "\x0a\x01\x02\x03", true, true},
        {"300a 8708 0a000000ff000000", NULL, 0x87, "\x0b\x01\x02\x03", false, true},
        {"3003 8101 61", NULL, 0x81, "x@a", true, true},
        {"3003 8101 61", NULL, 0x81, "x@b.a", false, true},
        {"3004 8102 2e61", NULL, 0x81, "x@b.a", true, true},
        {"3005 8103 784061", NULL, 0x81, "x@a", true, true},
        {"3005 8103 784061", NULL, 0x81, "y@a", false, true},
        {"3003 8601 61", NULL, 0x86, "http://a/b", true, true},
        {"3003 8601 61", NULL, 0x86, "http://u@a:80/b", true, false},
        {"3003 8601 61", NULL, 0x86, "http://b.a/b", false, true},
        {"3004 8602 2e61", NULL, 0x86, "http://b.a/b", true, true},
        {"3004 8802 2a03", NULL, 0x82, "leaf.test", true, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GBytes *leaf = made_leaf(
            (Forge){.subject_name = raw("3000"),
                    .extensions = alternative(rows[i].tag, rows[i].name, strlen(rows[i].name))});
        GBytes *middle =
            made_middle((Forge){.extensions = constraints(rows[i].permitted, rows[i].excluded)});
        Made chain = made_usual(leaf, middle, NULL);
        g_autoptr(json_t) verdict = made_judge(&chain);
        g_autofree char *given = made_words(json_object_get(verdict, "reasons"));
        ck_assert_msg(strcmp(given, rows[i].kept ? "" : "trust-name-constraints") == 0,
                      "row %zu: %s", i, given);
        if (rows[i].alike)
            ck_assert_msg(made_openssl_trusts(&chain) == rows[i].kept, "row %zu: openssl differs",
                          i);
        made_clear(&chain);
    }
}
END_TEST

START_TEST(constraints_on_subjects)
{
    GBytes *base = name(0x13, "LEAF.TEST", 9); /* another string type and case, the same name */
    GBytes *subtree = tlv(0x30, tlv(0xa4, g_bytes_ref(base), NULL), NULL);
    GBytes *lists = tlv(0x30, tlv(0xa0, g_bytes_ref(subtree), NULL), NULL);
    GBytes *permits = made_ca_extensions(-1, extension("2.5.29.30", true, lists));
    made_expect(made_usual(NULL, made_middle((Forge){.extensions = permits}), NULL), "", true);
    lists = tlv(0x30, tlv(0xa1, subtree, NULL), NULL);
    GBytes *excludes = made_ca_extensions(-1, extension("2.5.29.30", true, lists));
    made_expect(made_usual(NULL, made_middle((Forge){.extensions = excludes}), NULL),
                "trust-name-constraints", true);
    g_bytes_unref(base);
}
END_TEST

/* ---- several paths ---- */

/* What is to be known though it is trusted; the chain is cleared. */
/* Where the first issuer found is no good, the next one is tried; openssl does not go back. */
START_TEST(another_path_is_tried)
{
    Made chain = made_usual(NULL, made_middle((Forge){.to = "251231235959Z"}), NULL);
    chain.sent[2] = made_middle((Forge){0});
    made_expect(chain, "", true);
    Made constrained = made_usual(
        NULL, made_middle((Forge){.extensions = constraints("3003 8201 61", NULL)}), NULL);
    constrained.sent[2] = made_middle((Forge){0});
    made_expect(constrained, "", false);
    Made cross = made_usual(
        NULL, made_middle((Forge){.issuer = "Old Root", .issuer_key = forge_key("ec", 6)}), NULL);
    cross.sent[2] = made_middle((Forge){0});
    made_expect(cross, "", false);
}
END_TEST

static void expect_remarks(Made chain, const char *remarks)
{
    g_autoptr(json_t) verdict = made_judge(&chain);
    g_autofree char *given = made_words(json_object_get(verdict, "remarks"));
    ck_assert(fact_bool(verdict, "trusted", FALSE));
    ck_assert_str_eq(given, remarks);
    made_clear(&chain);
}

START_TEST(how_it_was_sent)
{
    expect_remarks(made_usual(NULL, NULL, NULL), "");
    Made root = made_usual(NULL, NULL, NULL);
    root.sent[2] = made_root((Forge){0});
    root.sent[3] = g_bytes_ref(root.sent[1]);
    g_bytes_unref(root.root);
    root.root = g_bytes_ref(root.sent[2]);
    expect_remarks(root, "sent-root sent-duplicate");
    Made disorder = made_usual(NULL, made_root((Forge){0}), NULL);
    g_bytes_unref(disorder.root);
    disorder.root = g_bytes_ref(disorder.sent[1]);
    disorder.sent[2] = made_middle((Forge){0});
    expect_remarks(disorder, "sent-root sent-out-of-order");
    Made surplus = made_usual(NULL, NULL, NULL);
    surplus.sent[2] = made_middle((Forge){.subject = "Stranger"});
    surplus.sent[3] = made_middle((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    expect_remarks(surplus, "sent-surplus sent-other-path");
    expect_remarks(renewed_key(), "");
}
END_TEST

START_TEST(key_ids_are_compared)
{
    GBytes *leaf = made_leaf((Forge){.extensions = made_leaf_extensions(issuer_key_id("9"))});
    GBytes *middle = made_middle((Forge){.extensions = made_ca_extensions(0, key_id("2"))});
    expect_remarks(made_usual(leaf, middle, NULL), "trust-key-id");
}
END_TEST

static GBytes *policies(const char *dotted)
{
    return extension("2.5.29.32", false, tlv(0x30, tlv(0x30, oid(dotted), NULL), NULL));
}

static GBytes *constrain(const char *content)
{
    return extension("2.5.29.36", true, tlv(0x30, raw(content), NULL));
}

static GBytes *leaf_of_policy(const char *dotted)
{
    return made_leaf((Forge){.extensions = made_leaf_extensions(dotted ? policies(dotted) : NULL)});
}

static GBytes *middle_of_policy(const char *dotted, GBytes *more)
{
    return made_middle((Forge){.extensions = made_ca_extensions(-1, join(policies(dotted), more))});
}

/* requireExplicitPolicy, mappings, and anyPolicy with its inhibition (RFC 5280 section 6.1). */
START_TEST(policies_decide)
{
    GBytes *map =
        extension("2.5.29.33", true, tlv(0x30, tlv(0x30, oid("1.2.3"), oid("1.2.9"), NULL), NULL));
    made_expect(
        made_usual(leaf_of_policy(NULL), middle_of_policy("1.2.3", constrain("800100")), NULL),
        "trust-policy", true);
    made_expect(
        made_usual(leaf_of_policy("1.2.3"), middle_of_policy("1.2.3", constrain("800100")), NULL),
        "", true);
    made_expect(
        made_usual(leaf_of_policy("1.2.4"), middle_of_policy("1.2.3", constrain("800100")), NULL),
        "trust-policy", true);
    made_expect(made_usual(leaf_of_policy("1.2.9"),
                           middle_of_policy("1.2.3", join(g_bytes_ref(map), constrain("800100"))),
                           NULL),
                "", true);
    made_expect(made_usual(leaf_of_policy("1.2.3"),
                           middle_of_policy("1.2.3", join(map, constrain("800100"))), NULL),
                "trust-policy", true);
    made_expect(made_usual(leaf_of_policy("1.2.4"),
                           middle_of_policy("2.5.29.32.0", constrain("800100")), NULL),
                "", true);
    made_expect(
        made_usual(leaf_of_policy(NULL), middle_of_policy("1.2.3", constrain("800105")), NULL), "",
        true);
    made_expect(
        made_usual(leaf_of_policy("2.5.29.32.0"),
                   middle_of_policy("1.2.3", join(constrain("800100"),
                                                  extension("2.5.29.54", true, raw("020100")))),
                   NULL),
        "trust-policy", true);
}
END_TEST

/* A modulus that is a power of 65537 modulo the first primes, as those of CVE-2017-15361. */
static GBytes *roca_key(void)
{
    GBytes *modulus = raw("008000000000000000000000000000000000000000000000000000000000000000"
                          "000000000000000000000000000000000000000000000000000000000000000000"
                          "000000000000000000000000000000000000000000000000000000000000000000"
                          "000000000000000000000000000000000000000000000000000000000000000000"
                          "000000000000000000000000000000000000000000000000000000000000000000"
                          "000000000000000000000000000000000000000000000000000000000000000000"
                          "00000000000000000000000000000000000000000000000000000000000002c4b2"
                          "ca8328ab5ed0d12e0988f4deacf1b38d83e28364ac10a40a2691");
    GBytes *key = tlv(0x30, tlv(0x02, modulus, NULL), raw("0203010001"), NULL);
    return tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.1.1"), raw("0500"), NULL),
               tlv(0x03, raw("00"), key, NULL), NULL);
}

START_TEST(what_to_know_though_it_is_trusted)
{
    expect_remarks(made_usual(made_leaf((Forge){.spki = roca_key()}), NULL, NULL), "trust-roca");
    expect_remarks(made_usual(made_leaf((Forge){.key = forge_key("rsa1024", 0)}), NULL, NULL),
                   "trust-short-key");
    expect_remarks(made_usual(made_leaf((Forge){.key = forge_key("rsa2048", 7)}), NULL, NULL), "");
    GBytes *ca = made_leaf((Forge){.extensions = join(dns(LEAF), basic(true, -1))});
    expect_remarks(made_usual(ca, NULL, NULL), "trust-ca-as-leaf");
    GBytes *own = made_leaf((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)});
    expect_remarks((Made){.root = g_bytes_ref(own), .sent = {own}}, "trust-leaf-stored");
}
END_TEST

/* ---- what does not decode ---- */

START_TEST(undecodable_is_said)
{
    made_expect((Made){.root = made_root((Forge){0}), .sent = {raw("3003020105")}},
                "trust-incomplete trust-undecodable", false);
    made_expect((Made){.root = made_root((Forge){0}), .sent = {raw("ff")}},
                "trust-incomplete trust-undecodable", false);
    made_expect(made_usual(made_leaf((Forge){.to = "261301000000Z"}), NULL, NULL),
                "trust-undecodable", true);
}
END_TEST

START_TEST(bytes_of_any_kind)
{
    GBytes *leaf = made_leaf((Forge){0});
    gsize size = g_bytes_get_size(leaf);
    g_autoptr(GBytes) root = made_root((Forge){0});
    g_autoptr(GBytes) middle = made_middle((Forge){0});
    g_autoptr(Store) store = made_store(root);
    for (size_t i = 0; i < size; i++) {
        g_autoptr(GPtrArray) sent = g_ptr_array_new();
        g_autoptr(GBytes) flipped = forge_flip(leaf, i, 0x41);
        g_ptr_array_add(sent, flipped);
        g_ptr_array_add(sent, middle);
        g_autoptr(json_t) verdict = made_judge_sent(store, sent, LEAF, NOW);
        if (fact_bool(verdict, "trusted", TRUE))
            ck_abort_msg("trusted with byte %zu changed", i);
    }
    g_bytes_unref(leaf);
}
END_TEST

/* ---- names ---- */

START_TEST(names_match)
{
    static const struct {
        int tag;
        const char *entry;
        size_t size;
        const char *name;
        bool matches;
    } rows[] = {
        {0x82, "a.test", 6, "a.test", true},
        {0x82, "a.test", 6, "A.TEST", true},
        {0x82, "a.test", 6, "a.test.", true},
        {0x82, "a.test", 6, "b.a.test", false},
        {0x82, "*.a.test", 8, "b.a.test", true},
        {0x82, "*.a.test", 8, "c.b.a.test", false},
        {0x82, "*.a.test", 8, "a.test", false},
        {0x82, "*.a.test", 8, ".a.test", false},
        {0x82, "*.test", 6, "a.test", false},
        {0x82, "b*.a.test", 9, "bc.a.test", false},
        {0x82, "x.*.test", 8, "x.a.test", false},
        {0x82, "*", 1, "a", false},
        {0x82, "a.test\0.b", 9, "a.test", false},
        {0x82, "", 0, "", false},
        {0x82, "127.0.0.1", 9, "127.0.0.1", false},
        {0x87, "\x7f\0\0\1", 4, "127.0.0.1", true},
        {0x87, "\x7f\0\0\2", 4, "127.0.0.1", false},
        {0x87, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16, "::1", true},
        {0x86, "a.test", 6, "a.test", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Made chain = made_usual(
            made_leaf((Forge){.extensions = alternative(rows[i].tag, rows[i].entry, rows[i].size)}),
            NULL, NULL);
        chain.name = rows[i].name;
        g_autoptr(json_t) verdict = made_judge(&chain);
        ck_assert_msg(fact_bool(verdict, "name_matches", -1) == rows[i].matches, "row %zu", i);
        ck_assert(rows[i].matches == (json_object_get(verdict, "matched_by") != NULL));
        ck_assert_str_eq(fact_string(verdict, "name", "none"), rows[i].name);
        made_clear(&chain);
    }
    Made common = made_usual(made_leaf((Forge){.extensions = usage("0780")}), NULL, NULL);
    common.name = LEAF;
    g_autoptr(json_t) verdict = made_judge(&common);
    ck_assert(!fact_bool(verdict, "name_matches", TRUE));
    ck_assert(fact_bool(verdict, "trusted", FALSE));
    made_clear(&common);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify");
    TCase *tests = tcase_create("verify");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_good_chain);
    tcase_add_test(tests, time_decides);
    tcase_add_test(tests, each_certificate_has_its_reasons);
    tcase_add_test(tests, how_a_path_ends);
    tcase_add_test(tests, signatures_decide);
    tcase_add_test(tests, keys_decide);
    tcase_add_test(tests, issuers_must_be_authorities);
    tcase_add_test(tests, self_issued_do_not_count);
    tcase_add_test(tests, purposes_decide);
    tcase_add_test(tests, name_constraints);
    tcase_add_test(tests, constraints_on_subjects);
    tcase_add_test(tests, another_path_is_tried);
    tcase_add_test(tests, how_it_was_sent);
    tcase_add_test(tests, key_ids_are_compared);
    tcase_add_test(tests, policies_decide);
    tcase_add_test(tests, what_to_know_though_it_is_trusted);
    tcase_add_test(tests, undecodable_is_said);
    tcase_add_test(tests, bytes_of_any_kind);
    tcase_add_test(tests, names_match);
    return check_main(suite);
}
