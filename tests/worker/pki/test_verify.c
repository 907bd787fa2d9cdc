/* Chains made here, judged by us, and where openssl can say yes or no, by it as well. */
#include "worker/pki/verify.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

enum { NOW = 1767225600 }; /* 2026-01-01T00:00:00Z */

#define ROOT   "Root CA"
#define MIDDLE "Middle CA"
#define LEAF   "leaf.test"

/* ---- the parts of chains; each takes what differs from a good one ---- */

static GBytes *ca_extensions(int path_length, GBytes *more)
{
    GBytes *all = join(basic(true, path_length), usage("0106"));
    return more ? join(all, more) : all;
}

static GBytes *leaf_extensions(GBytes *more)
{
    GBytes *all = join(join(dns(LEAF), usage("07 80")), purpose("1.3.6.1.5.5.7.3.1"));
    return more ? join(all, more) : all;
}

static GBytes *root_with(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : ROOT;
    parts.key = parts.key ? parts.key : forge_key("ec", 1);
    if (!parts.extensions)
        parts.extensions = ca_extensions(-1, NULL);
    return forge(parts);
}

static GBytes *middle_with(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : MIDDLE;
    parts.issuer = parts.issuer ? parts.issuer : ROOT;
    parts.key = parts.key ? parts.key : forge_key("ec", 2);
    parts.issuer_key = parts.issuer_key ? parts.issuer_key : forge_key("ec", 1);
    if (!parts.extensions)
        parts.extensions = ca_extensions(-1, NULL);
    return forge(parts);
}

static GBytes *leaf_with(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : LEAF;
    parts.issuer = parts.issuer ? parts.issuer : MIDDLE;
    parts.key = parts.key ? parts.key : forge_key("ec", 3);
    parts.issuer_key = parts.issuer_key ? parts.issuer_key : forge_key("ec", 2);
    if (!parts.extensions)
        parts.extensions = leaf_extensions(NULL);
    return forge(parts);
}

/* ---- judging ---- */

static char *pem_of(GBytes *der)
{
    gsize size;
    const guchar *data = g_bytes_get_data(der, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    GString *pem = g_string_new("-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; base64[at]; at += MIN(64, strlen(base64 + at)))
        g_string_append_printf(pem, "%.64s\n", base64 + at);
    g_string_append(pem, "-----END CERTIFICATE-----\n");
    return g_string_free(pem, FALSE);
}

static Store *store_of(GBytes *root)
{
    g_autofree char *pem = root ? pem_of(root) : NULL;
    Store *store = store_new(root ? "roots.pem" : "none", STORE_PUBLIC);
    if (root)
        ck_assert_uint_eq(store_add_file(store, (const uint8_t *)pem, strlen(pem)), 1);
    return store;
}

typedef struct Made {
    GBytes *root;    /* in the store; NULL: an empty one */
    GBytes *sent[8]; /* the leaf first */
    const char *name;
    gint64 time; /* 0: NOW */
} Made;

static json_t *judge_sent(const Store *store, const GPtrArray *sent, const char *name, gint64 time)
{
    g_autoptr(Chain) chain = chain_new(sent, NULL, NULL);
    Question question = {.name = name, .time = time};
    return verify_chain(store, chain, &question);
}

static json_t *judge(const Made *chain)
{
    g_autoptr(Store) store = store_of(chain->root);
    g_autoptr(GPtrArray) sent = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent) && chain->sent[i]; i++)
        g_ptr_array_add(sent, chain->sent[i]);
    return judge_sent(store, sent, chain->name, chain->time ? chain->time : NOW);
}

static void clear(Made *chain)
{
    g_clear_pointer(&chain->root, g_bytes_unref);
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent); i++)
        g_clear_pointer(&chain->sent[i], g_bytes_unref);
}

static char *words(const json_t *list)
{
    GString *all = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        g_string_append_printf(all, "%s%s", i ? " " : "", json_string_value(item));
    return g_string_free(all, FALSE);
}

static bool write_pem(const char *folder, const char *file, GBytes *const *ders, guint count)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < count && ders[i]; i++) {
        g_autofree char *pem = pem_of(ders[i]);
        g_string_append(all, pem);
    }
    return all->len && g_file_set_contents(path, all->str, (gssize)all->len, NULL);
}

/* What `openssl verify` says: security level 0, any policy, the server's purpose, at that time. */
static bool openssl_trusts(const Made *chain)
{
    g_autofree char *folder = g_dir_make_tmp("tlsdive-test-XXXXXX", NULL);
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, chain->time ? chain->time : NOW);
    write_pem(folder, "root", &chain->root, 1);
    write_pem(folder, "leaf", chain->sent, 1);
    bool more = write_pem(folder, "sent", chain->sent + 1, G_N_ELEMENTS(chain->sent) - 1);
    const char *arguments[] = {"openssl",
                               "verify",
                               "-CAfile",
                               "root",
                               "-no-CApath",
                               "-no-CAstore",
                               "-purpose",
                               "sslserver",
                               "-policy_check",
                               "-policy",
                               "anyPolicy",
                               "-auth_level",
                               "0",
                               "-attime",
                               time,
                               more ? "-untrusted" : "leaf",
                               more ? "sent" : NULL,
                               "leaf",
                               NULL};
    int status = -1;
    g_spawn_sync(folder, (char **)arguments, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, &status, NULL);
    static const char *const files[] = {"root", "leaf", "sent"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    return status == 0;
}

/* `alike`: openssl says the same, yes or no. */
static void expect(Made chain, const char *reasons, bool alike)
{
    g_autoptr(json_t) verdict = judge(&chain);
    g_autofree char *given = words(json_object_get(verdict, "reasons"));
    ck_assert_str_eq(given, reasons);
    ck_assert_int_eq(fact_bool(verdict, "trusted", FALSE), *reasons == '\0');
    if (alike)
        ck_assert_int_eq(openssl_trusts(&chain), *reasons == '\0');
    clear(&chain);
}

static Made usual(GBytes *leaf, GBytes *middle, GBytes *root)
{
    return (Made){
        .root = root ? root : root_with((Forge){0}),
        .sent = {leaf ? leaf : leaf_with((Forge){0}), middle ? middle : middle_with((Forge){0})}};
}

START_TEST(a_good_chain)
{
    Made chain = usual(NULL, NULL, NULL);
    g_autoptr(json_t) verdict = judge(&chain);
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
    clear(&chain);
    expect(usual(NULL, NULL, NULL), "", true);
}
END_TEST

START_TEST(time_decides)
{
    expect(usual(leaf_with((Forge){.to = "251231235959Z"}), NULL, NULL), "trust-expired", true);
    expect(usual(leaf_with((Forge){.from = "260102000000Z"}), NULL, NULL), "trust-not-yet-valid",
           true);
    expect(usual(NULL, middle_with((Forge){.to = "251231235959Z"}), NULL), "trust-expired", true);
    expect(usual(NULL, NULL, root_with((Forge){.to = "251231235959Z"})), "trust-expired", true);
    expect(usual(leaf_with((Forge){.from = "260102000000Z"}),
                 middle_with((Forge){.to = "251231235959Z"}), NULL),
           "trust-expired trust-not-yet-valid", true);
    Made early = usual(leaf_with((Forge){.to = "251231235959Z"}), NULL, NULL);
    early.time = NOW - 86400;
    expect(early, "", true);
}
END_TEST

START_TEST(each_certificate_has_its_reasons)
{
    Made chain = usual(NULL, middle_with((Forge){.to = "251231235959Z"}), NULL);
    g_autoptr(json_t) verdict = judge(&chain);
    const json_t *path = json_object_get(verdict, "path");
    ck_assert_ptr_null(json_object_get(json_array_get(path, 0), "reasons"));
    g_autofree char *middle = words(json_object_get(json_array_get(path, 1), "reasons"));
    ck_assert_str_eq(middle, "trust-expired");
    clear(&chain);
}
END_TEST

START_TEST(how_a_path_ends)
{
    Made incomplete = usual(NULL, NULL, NULL);
    g_clear_pointer(&incomplete.sent[1], g_bytes_unref);
    expect(incomplete, "trust-incomplete", true);
    expect((Made){.root = root_with((Forge){0}),
                  .sent = {leaf_with((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)})}},
           "trust-self-signed", true);
    Made unknown = usual(NULL, NULL, root_with((Forge){.subject = "Another Root"}));
    unknown.sent[2] = root_with((Forge){0});
    expect(unknown, "trust-unknown-root", true);
    Made sent_root = usual(NULL, NULL, NULL);
    sent_root.sent[2] = root_with((Forge){0});
    expect(sent_root, "", true);
    Made disorder = usual(NULL, root_with((Forge){0}), NULL);
    disorder.sent[2] = middle_with((Forge){0});
    disorder.sent[3] = g_bytes_ref(disorder.sent[0]);
    expect(disorder, "", true);
    GBytes *own = leaf_with((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)});
    expect((Made){.root = g_bytes_ref(own), .sent = {own}}, "", true);
    Made none = {.root = root_with((Forge){0})};
    expect(none, "trust-incomplete", false);
}
END_TEST

START_TEST(signatures_decide)
{
    expect(usual(leaf_with((Forge){.issuer_key = forge_key("ec", 4)}), NULL, NULL),
           "trust-signature", true);
    expect(usual(NULL, middle_with((Forge){.issuer_key = forge_key("ec", 4)}), NULL),
           "trust-signature", true);
    const ForgeKey *rsa = forge_key("rsa2048", 1);
    expect(usual(leaf_with((Forge){.issuer_key = rsa, .sign = GNUTLS_SIGN_RSA_MD5}),
                 middle_with((Forge){.key = rsa}), NULL),
           "trust-weak-signature", false);
    expect(usual(leaf_with((Forge){.issuer_key = rsa, .sign = GNUTLS_SIGN_RSA_SHA1}),
                 middle_with((Forge){.key = rsa}), NULL),
           "trust-weak-signature", false);
    expect(usual(NULL, NULL, root_with((Forge){.sign = GNUTLS_SIGN_ECDSA_SHA1})), "", true);
    expect(usual(leaf_with((Forge){.algorithm = tlv(0x30, oid("1.2.3.4"), NULL)}), NULL, NULL),
           "trust-unknown-algorithm", true);
    expect(usual(leaf_with((Forge){.algorithm =
                                       tlv(0x30, oid("1.2.840.113549.1.1.11"), raw("0500"), NULL)}),
                 NULL, NULL),
           "trust-signature", true);
}
END_TEST

START_TEST(keys_decide)
{
    expect(usual(leaf_with((Forge){.key = forge_key("rsa1024", 0)}), NULL, NULL), "", true);
    expect(usual(leaf_with((Forge){.key = forge_key("rsa512", 0)}), NULL, NULL), "trust-weak-key",
           false);
    expect(usual(leaf_with((Forge){.key = forge_key("ed25519", 0)}), NULL, NULL), "", true);
    expect(usual(leaf_with((Forge){.issuer_key = forge_key("ed25519", 1)}),
                 middle_with((Forge){.key = forge_key("ed25519", 1)}), NULL),
           "", true);
}
END_TEST

START_TEST(issuers_must_be_authorities)
{
    expect(usual(NULL, middle_with((Forge){.extensions = basic(false, -1)}), NULL), "trust-not-ca",
           true);
    expect(usual(NULL, middle_with((Forge){.extensions = usage("0106")}), NULL), "trust-not-ca",
           true);
    expect(usual(NULL, middle_with((Forge){.version = raw(""), .extensions = raw("")}), NULL),
           "trust-not-ca", true);
    expect(
        usual(NULL, middle_with((Forge){.extensions = join(basic(true, -1), usage("0102"))}), NULL),
        "trust-key-usage", true);
    expect(usual(NULL, NULL, root_with((Forge){.extensions = ca_extensions(0, NULL)})),
           "trust-path-length", true);
    expect(usual(NULL, NULL, root_with((Forge){.extensions = ca_extensions(1, NULL)})), "", true);
    expect(usual(NULL, middle_with((Forge){.extensions = ca_extensions(0, NULL)}), NULL), "", true);
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
    GBytes *leaf = leaf_with((Forge){.issuer_key = forge_key("ec", 5),
                                     .extensions = leaf_extensions(issuer_key_id("5"))});
    GBytes *renewed =
        middle_with((Forge){.issuer = MIDDLE,
                            .key = forge_key("ec", 5),
                            .issuer_key = forge_key("ec", 2),
                            .extensions = ca_extensions(0, join(key_id("5"), issuer_key_id("2")))});
    GBytes *middle = middle_with((Forge){.extensions = ca_extensions(0, key_id("2"))});
    Made chain = {.root = root_with((Forge){.extensions = ca_extensions(1, NULL)}),
                  .sent = {leaf, renewed, middle}};
    return chain;
}

START_TEST(self_issued_do_not_count)
{
    expect(renewed_key(), "", true);
}
END_TEST

START_TEST(purposes_decide)
{
    GBytes *client = join(dns(LEAF), purpose("1.3.6.1.5.5.7.3.2"));
    expect(usual(leaf_with((Forge){.extensions = client}), NULL, NULL), "trust-client-only", true);
    expect(usual(leaf_with((Forge){.extensions = join(dns(LEAF), purpose("2.5.29.37.0"))}), NULL,
                 NULL),
           "", false);
    expect(usual(leaf_with((Forge){.extensions = join(dns(LEAF), usage("0106"))}), NULL, NULL),
           "trust-key-usage", true);
    GBytes *mail = ca_extensions(-1, purpose("1.3.6.1.5.5.7.3.4"));
    expect(usual(NULL, middle_with((Forge){.extensions = mail}), NULL), "trust-purpose", true);
    GBytes *odd = leaf_extensions(extension("1.2.3.4", true, raw("0500")));
    expect(usual(leaf_with((Forge){.extensions = odd}), NULL, NULL), "trust-unknown-critical",
           true);
    GBytes *poison = leaf_extensions(extension("1.3.6.1.4.1.11129.2.4.3", true, raw("0500")));
    expect(usual(leaf_with((Forge){.extensions = poison}), NULL, NULL), "trust-unknown-critical",
           true);
}
END_TEST

/* ---- name constraints ---- */

static GBytes *constraints(const char *permitted, const char *excluded)
{
    GBytes *lists = permitted ? tlv(0xa0, raw(permitted), NULL) : raw("");
    if (excluded)
        lists = join(lists, tlv(0xa1, raw(excluded), NULL));
    return ca_extensions(-1, extension("2.5.29.30", true, tlv(0x30, lists, NULL)));
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
        GBytes *leaf = leaf_with(
            (Forge){.subject_name = raw("3000"),
                    .extensions = alternative(rows[i].tag, rows[i].name, strlen(rows[i].name))});
        GBytes *middle =
            middle_with((Forge){.extensions = constraints(rows[i].permitted, rows[i].excluded)});
        Made chain = usual(leaf, middle, NULL);
        g_autoptr(json_t) verdict = judge(&chain);
        g_autofree char *given = words(json_object_get(verdict, "reasons"));
        ck_assert_msg(strcmp(given, rows[i].kept ? "" : "trust-name-constraints") == 0,
                      "row %zu: %s", i, given);
        if (rows[i].alike)
            ck_assert_msg(openssl_trusts(&chain) == rows[i].kept, "row %zu: openssl differs", i);
        clear(&chain);
    }
}
END_TEST

START_TEST(constraints_on_subjects)
{
    GBytes *base = name(0x13, "LEAF.TEST", 9); /* another string type and case, the same name */
    GBytes *subtree = tlv(0x30, tlv(0xa4, g_bytes_ref(base), NULL), NULL);
    GBytes *lists = tlv(0x30, tlv(0xa0, g_bytes_ref(subtree), NULL), NULL);
    GBytes *permits = ca_extensions(-1, extension("2.5.29.30", true, lists));
    expect(usual(NULL, middle_with((Forge){.extensions = permits}), NULL), "", true);
    lists = tlv(0x30, tlv(0xa1, subtree, NULL), NULL);
    GBytes *excludes = ca_extensions(-1, extension("2.5.29.30", true, lists));
    expect(usual(NULL, middle_with((Forge){.extensions = excludes}), NULL),
           "trust-name-constraints", true);
    g_bytes_unref(base);
}
END_TEST

/* ---- several paths ---- */

/* Where the first issuer found is no good, the next one is tried; openssl does not go back. */
START_TEST(another_path_is_tried)
{
    Made chain = usual(NULL, middle_with((Forge){.to = "251231235959Z"}), NULL);
    chain.sent[2] = middle_with((Forge){0});
    expect(chain, "", true);
    Made constrained =
        usual(NULL, middle_with((Forge){.extensions = constraints("3003 8201 61", NULL)}), NULL);
    constrained.sent[2] = middle_with((Forge){0});
    expect(constrained, "", false);
    Made cross = usual(
        NULL, middle_with((Forge){.issuer = "Old Root", .issuer_key = forge_key("ec", 6)}), NULL);
    cross.sent[2] = middle_with((Forge){0});
    expect(cross, "", false);
}
END_TEST

/* One word a path: how it ends, "!" where it is chosen, its certificates, and what speaks against
 * it. */
static char *draw(const json_t *verdict)
{
    GString *all = g_string_new(NULL);
    size_t i, k;
    json_t *path, *step;
    json_array_foreach(json_object_get(verdict, "paths"), i, path)
    {
        g_autofree char *reasons = words(json_object_get(path, "reasons"));
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
    GBytes *cross = middle_with((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    GBytes *old = root_with((Forge){.subject = "Old", .key = forge_key("ec", 6)});
    Made chain = usual(NULL, middle_with((Forge){.to = "251231235959Z"}), NULL);
    chain.sent[2] = cross;
    chain.sent[3] = old;
    g_autoptr(json_t) verdict = judge(&chain);
    g_autofree char *drawn = draw(verdict);
    ck_assert_str_eq(drawn, "self leaf.test/sent Middle CA/sent Old/sent trust-unknown-root\n"
                            "stored! leaf.test/sent Middle CA/sent Root CA/store trust-expired");
    clear(&chain);
}
END_TEST

/* A missing intermediate from elsewhere, and where it came from. */
START_TEST(certificates_from_elsewhere_take_part)
{
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, leaf_with((Forge){0}));
    g_ptr_array_add(found, middle_with((Forge){0}));
    g_autoptr(GBytes) root = root_with((Forge){0});
    g_autoptr(Store) store = store_of(root);
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
    g_autoptr(json_t) verdict = judge(&chain);
    g_autofree char *given = clients_of(verdict);
    ck_assert_str_eq(given, clients);
    clear(&chain);
}

START_TEST(clients_build_paths_each_in_its_way)
{
    expect_clients(usual(NULL, NULL, root_with((Forge){.from = "150531235959Z"})),
                   "browser=yes openssl=yes gnutls=yes java=yes old-android=yes:client-old-root");
    expect_clients(usual(NULL, NULL, root_with((Forge){.from = "150601000000Z"})),
                   "browser=yes openssl=yes gnutls=yes java=yes old-android=no:client-new-root");
    /* the leaf alone */
    expect_clients((Made){.root = root_with((Forge){0}), .sent = {leaf_with((Forge){0})}},
                   "browser=?:client-may-fetch openssl=no:trust-incomplete "
                   "gnutls=no:trust-incomplete java=no:trust-incomplete "
                   "old-android=no:trust-incomplete");
    /* whatever is fetched, an expired leaf stays one */
    expect_clients(
        (Made){.root = root_with((Forge){0}), .sent = {leaf_with((Forge){.to = "251231235959Z"})}},
        "browser=no:trust-expired openssl=no:trust-expired gnutls=no:trust-expired "
        "java=no:trust-expired old-android=no:trust-expired");
    /* Android does not look at the time of its roots */
    expect_clients(
        usual(NULL, NULL, root_with((Forge){.from = "100101000000Z", .to = "251231235959Z"})),
        "browser=no:trust-expired openssl=no:trust-expired gnutls=no:trust-expired "
        "java=no:trust-expired old-android=yes:client-old-root");
    /* an intermediate as the end */
    GBytes *middle = middle_with((Forge){0});
    expect_clients(usual(NULL, middle, g_bytes_ref(middle)),
                   "browser=yes openssl=?:client-partial gnutls=yes java=yes "
                   "old-android=no:client-new-root");
    /* a second path, to a root that the store has not */
    Made cross = usual(NULL, NULL, NULL);
    cross.sent[2] = middle_with((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    expect_clients(cross, "browser=yes openssl=yes gnutls=?:client-several-paths java=yes "
                          "old-android=?:client-other-roots");
}
END_TEST

/* How old the roots are that somebody has put in says nothing. */
START_TEST(clients_have_the_roots_of_a_private_store)
{
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, leaf_with((Forge){0}));
    g_ptr_array_add(sent, middle_with((Forge){0}));
    g_autoptr(GBytes) root = root_with((Forge){0});
    g_autoptr(Store) store = store_new("own", STORE_PRIVATE);
    store_add(store, root);
    g_autoptr(json_t) verdict = judge_sent(store, sent, NULL, NOW);
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
    g_ptr_array_add(sent, leaf_with((Forge){0}));
    g_ptr_array_add(found, middle_with((Forge){0}));
    g_autoptr(GBytes) root = root_with((Forge){0});
    g_autoptr(Store) store = store_of(root);
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
    g_autoptr(json_t) verdict = judge(&chain);
    ck_assert_str_eq(fact_string(verdict, "valid_from", "never"), from);
    ck_assert_str_eq(fact_string(verdict, "valid_until", "never"), until);
    if (strcmp(from, "never") != 0) {
        g_autofree char *sha256 =
            g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, chain.sent[ends_with]);
        ck_assert_str_eq(fact_string(verdict, "ends_with", ""), sha256);
    }
    clear(&chain);
}

/* Times of one path, of two that hang together, of one to come, and of none. */
START_TEST(times_of_trust)
{
    expect_times(usual(leaf_with((Forge){.to = "391231235959Z"}), NULL, NULL),
                 "2020-01-01T00:00:00Z", "2039-12-31T23:59:59Z", 0);
    Made two = usual(NULL, middle_with((Forge){.to = "270101000000Z"}), NULL);
    two.sent[2] = middle_with((Forge){.from = "261201000000Z", .to = "280101000000Z"});
    expect_times(two, "2020-01-01T00:00:00Z", "2028-01-01T00:00:00Z", 2);
    Made apart = usual(NULL, middle_with((Forge){.to = "270101000000Z"}), NULL);
    apart.sent[2] = middle_with((Forge){.from = "270201000000Z", .to = "280101000000Z"});
    expect_times(apart, "2020-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 1);
    expect_times(usual(leaf_with((Forge){.to = "251231235959Z"}), NULL, NULL),
                 "2020-01-01T00:00:00Z", "2025-12-31T23:59:59Z", 0);
    Made never = usual(leaf_with((Forge){.issuer_key = forge_key("ec", 4)}), NULL, NULL);
    expect_times(never, "never", "never", 0);
}
END_TEST

/* Only what is issued after the date is not trusted. */
START_TEST(a_root_may_have_a_date)
{
    static const char *const reasons[] = {"", "trust-distrusted"};
    for (int late = 0; late < 2; late++) {
        Made chain = usual(leaf_with((Forge){.from = "250601000000Z"}), NULL, NULL);
        g_autoptr(Store) store = store_new("mozilla", STORE_PUBLIC);
        store_add(store, chain.root)->distrust_after = late ? 1748735999 : 1748736000;
        g_autoptr(GPtrArray) sent = g_ptr_array_new();
        g_ptr_array_add(sent, chain.sent[0]);
        g_ptr_array_add(sent, chain.sent[1]);
        g_autoptr(json_t) verdict = judge_sent(store, sent, NULL, NOW);
        g_autofree char *given = words(json_object_get(verdict, "reasons"));
        ck_assert_str_eq(given, reasons[late]);
        const json_t *root = json_array_get(json_object_get(verdict, "path"), 2);
        ck_assert_str_eq(fact_string(root, "distrust_after", ""),
                         late ? "2025-05-31T23:59:59Z" : "2025-06-01T00:00:00Z");
        clear(&chain);
    }
}
END_TEST

/* Two CAs that certify each other, and a crowd of them: an end is found all the same. */
START_TEST(cycles_end)
{
    GBytes *there = middle_with((Forge){.issuer = "B", .issuer_key = forge_key("ec", 7)});
    GBytes *back = middle_with((Forge){.subject = "B",
                                       .key = forge_key("ec", 7),
                                       .issuer = MIDDLE,
                                       .issuer_key = forge_key("ec", 2)});
    Made chain = usual(NULL, there, NULL);
    chain.sent[2] = back;
    expect(chain, "trust-incomplete", true);
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(sent, leaf_with((Forge){0}));
    for (int i = 0; i < 99; i++)
        g_ptr_array_add(sent, middle_with((Forge){.issuer = MIDDLE,
                                                  .issuer_key = forge_key("ec", 2),
                                                  .serial = number(i + 1)}));
    g_autoptr(Store) store = store_new("none", STORE_GIVEN);
    g_autoptr(json_t) verdict = judge_sent(store, sent, NULL, NOW);
    ck_assert(!fact_bool(verdict, "trusted", TRUE));
    g_autofree char *reasons = words(json_object_get(verdict, "reasons"));
    ck_assert_ptr_nonnull(strstr(reasons, "trust-limit"));
    ck_assert_uint_le(json_array_size(json_object_get(verdict, "path")), LIMIT_PATH);
}
END_TEST

/* What is to be known though it is trusted; the chain is cleared. */
static void expect_remarks(Made chain, const char *remarks)
{
    g_autoptr(json_t) verdict = judge(&chain);
    g_autofree char *given = words(json_object_get(verdict, "remarks"));
    ck_assert(fact_bool(verdict, "trusted", FALSE));
    ck_assert_str_eq(given, remarks);
    clear(&chain);
}

START_TEST(how_it_was_sent)
{
    expect_remarks(usual(NULL, NULL, NULL), "");
    Made root = usual(NULL, NULL, NULL);
    root.sent[2] = root_with((Forge){0});
    root.sent[3] = g_bytes_ref(root.sent[1]);
    g_bytes_unref(root.root);
    root.root = g_bytes_ref(root.sent[2]);
    expect_remarks(root, "sent-root sent-duplicate");
    Made disorder = usual(NULL, root_with((Forge){0}), NULL);
    g_bytes_unref(disorder.root);
    disorder.root = g_bytes_ref(disorder.sent[1]);
    disorder.sent[2] = middle_with((Forge){0});
    expect_remarks(disorder, "sent-root sent-out-of-order");
    Made surplus = usual(NULL, NULL, NULL);
    surplus.sent[2] = middle_with((Forge){.subject = "Stranger"});
    surplus.sent[3] = middle_with((Forge){.issuer = "Old", .issuer_key = forge_key("ec", 6)});
    expect_remarks(surplus, "sent-surplus sent-other-path");
    expect_remarks(renewed_key(), "");
}
END_TEST

START_TEST(key_ids_are_compared)
{
    GBytes *leaf = leaf_with((Forge){.extensions = leaf_extensions(issuer_key_id("9"))});
    GBytes *middle = middle_with((Forge){.extensions = ca_extensions(0, key_id("2"))});
    expect_remarks(usual(leaf, middle, NULL), "trust-key-id");
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
    return leaf_with((Forge){.extensions = leaf_extensions(dotted ? policies(dotted) : NULL)});
}

static GBytes *middle_of_policy(const char *dotted, GBytes *more)
{
    return middle_with((Forge){.extensions = ca_extensions(-1, join(policies(dotted), more))});
}

/* requireExplicitPolicy, mappings, and anyPolicy with its inhibition (RFC 5280 section 6.1). */
START_TEST(policies_decide)
{
    GBytes *map =
        extension("2.5.29.33", true, tlv(0x30, tlv(0x30, oid("1.2.3"), oid("1.2.9"), NULL), NULL));
    expect(usual(leaf_of_policy(NULL), middle_of_policy("1.2.3", constrain("800100")), NULL),
           "trust-policy", true);
    expect(usual(leaf_of_policy("1.2.3"), middle_of_policy("1.2.3", constrain("800100")), NULL), "",
           true);
    expect(usual(leaf_of_policy("1.2.4"), middle_of_policy("1.2.3", constrain("800100")), NULL),
           "trust-policy", true);
    expect(usual(leaf_of_policy("1.2.9"),
                 middle_of_policy("1.2.3", join(g_bytes_ref(map), constrain("800100"))), NULL),
           "", true);
    expect(usual(leaf_of_policy("1.2.3"), middle_of_policy("1.2.3", join(map, constrain("800100"))),
                 NULL),
           "trust-policy", true);
    expect(
        usual(leaf_of_policy("1.2.4"), middle_of_policy("2.5.29.32.0", constrain("800100")), NULL),
        "", true);
    expect(usual(leaf_of_policy(NULL), middle_of_policy("1.2.3", constrain("800105")), NULL), "",
           true);
    expect(usual(leaf_of_policy("2.5.29.32.0"),
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
    expect_remarks(usual(leaf_with((Forge){.spki = roca_key()}), NULL, NULL), "trust-roca");
    expect_remarks(usual(leaf_with((Forge){.key = forge_key("rsa1024", 0)}), NULL, NULL),
                   "trust-short-key");
    expect_remarks(usual(leaf_with((Forge){.key = forge_key("rsa2048", 7)}), NULL, NULL), "");
    GBytes *ca = leaf_with((Forge){.extensions = join(dns(LEAF), basic(true, -1))});
    expect_remarks(usual(ca, NULL, NULL), "trust-ca-as-leaf");
    GBytes *own = leaf_with((Forge){.issuer = LEAF, .issuer_key = forge_key("ec", 3)});
    expect_remarks((Made){.root = g_bytes_ref(own), .sent = {own}}, "trust-leaf-stored");
}
END_TEST

/* ---- what does not decode ---- */

START_TEST(undecodable_is_said)
{
    expect((Made){.root = root_with((Forge){0}), .sent = {raw("3003020105")}},
           "trust-incomplete trust-undecodable", false);
    expect((Made){.root = root_with((Forge){0}), .sent = {raw("ff")}},
           "trust-incomplete trust-undecodable", false);
    expect(usual(leaf_with((Forge){.to = "261301000000Z"}), NULL, NULL), "trust-undecodable", true);
}
END_TEST

START_TEST(bytes_of_any_kind)
{
    GBytes *leaf = leaf_with((Forge){0});
    gsize size = g_bytes_get_size(leaf);
    g_autoptr(GBytes) root = root_with((Forge){0});
    g_autoptr(GBytes) middle = middle_with((Forge){0});
    g_autoptr(Store) store = store_of(root);
    for (size_t i = 0; i < size; i++) {
        g_autoptr(GPtrArray) sent = g_ptr_array_new();
        g_autoptr(GBytes) flipped = forge_flip(leaf, i, 0x41);
        g_ptr_array_add(sent, flipped);
        g_ptr_array_add(sent, middle);
        g_autoptr(json_t) verdict = judge_sent(store, sent, LEAF, NOW);
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
        Made chain = usual(
            leaf_with((Forge){.extensions = alternative(rows[i].tag, rows[i].entry, rows[i].size)}),
            NULL, NULL);
        chain.name = rows[i].name;
        g_autoptr(json_t) verdict = judge(&chain);
        ck_assert_msg(fact_bool(verdict, "name_matches", -1) == rows[i].matches, "row %zu", i);
        ck_assert(rows[i].matches == (json_object_get(verdict, "matched_by") != NULL));
        ck_assert_str_eq(fact_string(verdict, "name", "none"), rows[i].name);
        clear(&chain);
    }
    Made common = usual(leaf_with((Forge){.extensions = usage("0780")}), NULL, NULL);
    common.name = LEAF;
    g_autoptr(json_t) verdict = judge(&common);
    ck_assert(!fact_bool(verdict, "name_matches", TRUE));
    ck_assert(fact_bool(verdict, "trusted", FALSE));
    clear(&common);
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
    tcase_add_test(tests, all_paths_are_found);
    tcase_add_test(tests, certificates_from_elsewhere_take_part);
    tcase_add_test(tests, clients_build_paths_each_in_its_way);
    tcase_add_test(tests, clients_have_the_roots_of_a_private_store);
    tcase_add_test(tests, clients_and_what_was_not_sent);
    tcase_add_test(tests, times_of_trust);
    tcase_add_test(tests, a_root_may_have_a_date);
    tcase_add_test(tests, how_it_was_sent);
    tcase_add_test(tests, key_ids_are_compared);
    tcase_add_test(tests, policies_decide);
    tcase_add_test(tests, what_to_know_though_it_is_trusted);
    tcase_add_test(tests, cycles_end);
    tcase_add_test(tests, undecodable_is_said);
    tcase_add_test(tests, bytes_of_any_kind);
    tcase_add_test(tests, names_match);
    return check_main(suite);
}
