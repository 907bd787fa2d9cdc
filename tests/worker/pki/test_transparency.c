/* Timestamps signed by keys made here, for certificates made here, and a real certificate. */
#include "worker/pki/transparency.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"
#include "worker/pki/container.h"

static const gint64 NOW = 1790000000, DAY = 86400; /* 2026-09-21T14:13:20Z */

#define LIST_OID "1.3.6.1.4.1.11129.2.4.2"

static char *base64_of(GBytes *all)
{
    gsize size;
    const guchar *data = g_bytes_get_data(all, &size);
    return g_base64_encode(data, size);
}

/* Logs of the test: by key, operator, kind and state. */
typedef struct Log {
    int key;
    const char *operator, * kind, *state, *since, *from, *until;
} Log;

static const Log made[] = {
    {1, "A", "rfc6962", "usable", "2025-01-01T00:00:00Z", NULL, NULL},
    {2, "A", "static", "usable", NULL, NULL, NULL},
    {3, "B", "static", "readonly", "2026-01-01T00:00:00Z", NULL, NULL},
    {4, "C", "rfc6962", "retired", "2026-06-01T00:00:00Z", NULL, NULL},
    {5, "D", "rfc6962", "rejected", NULL, "2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z"},
    {6, "E", "static", "usable", NULL, NULL, NULL},
    {7, "F", "rfc6962", "rejected", NULL, NULL, NULL},
};
static CtLog logs[G_N_ELEMENTS(made)];

static void make_logs(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(made); i++) {
        GBytes *spki = forge_key("ec", 10 + made[i].key)->spki;
        gsize size;
        const uint8_t *data = g_bytes_get_data(spki, &size);
        logs[i] = (CtLog){.id = bytes_sha256(data, size),
                          .name = g_strdup_printf("log %d", made[i].key),
                          .operator= made[i].operator,
                          .kind = made[i].kind,
                          .state = made[i].state,
                          .since = made[i].since,
                          .from = made[i].from,
                          .until = made[i].until,
                          .key = base64_of(spki)};
    }
}

static void free_logs(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(logs); i++) {
        g_free((char *)logs[i].id);
        g_free((char *)logs[i].name);
        g_free((char *)logs[i].key);
    }
}

/* A leaf of 90 or 398 days, with that list embedded; NULL: none. Ed25519 signs it the same each
 * time. */
static GBytes *leaf_of(int days, GBytes *list)
{
    GBytes *extensions = join(dns("leaf.test"), usage("07 80"));
    if (list)
        extensions = join(extensions, extension(LIST_OID, false, tlv(0x04, list, NULL)));
    extensions = join(extensions, purpose("1.3.6.1.5.5.7.3.1"));
    return forge((Forge){.subject = "leaf.test",
                         .issuer = "ca",
                         .from = "20260801000000Z",
                         .to = days > 180 ? "20270901000000Z" : "20261030000000Z",
                         .key = forge_key("ec", 2),
                         .issuer_key = forge_key("ed25519", 1),
                         .extensions = extensions});
}

static GBytes *issuer(void)
{
    return forge(
        (Forge){.subject = "ca", .key = forge_key("ed25519", 1), .extensions = basic(true, -1)});
}

static void put_bytes(GByteArray *out, GBytes *in, int prefix)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(in, &size);
    if (prefix)
        bytes_put(out, size, prefix);
    g_byte_array_append(out, data, (guint)size);
}

/* What a log signs, made here by hand from a certificate that never had a list. */
static GByteArray *content_of(bool embedded, int days, gint64 milliseconds)
{
    GByteArray *out = g_byte_array_new();
    g_autoptr(GBytes) der = leaf_of(days, NULL);
    g_autoptr(Cert) cert = cert_new(der);
    g_autoptr(GBytes) tbs = cert_bytes(cert, &cert->parts[CERTIFICATE_TBS]);
    bytes_put(out, 0, 2);
    bytes_put(out, (guint64)milliseconds >> 32, 4);
    bytes_put(out, (guint64)milliseconds & 0xffffffff, 4);
    bytes_put(out, embedded, 2);
    if (embedded) {
        g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
        gsize size, length = 32;
        guint8 hash[32];
        const uint8_t *key = g_bytes_get_data(forge_key("ed25519", 1)->spki, &size);
        g_checksum_update(checksum, key, (gssize)size);
        g_checksum_get_digest(checksum, hash, &length);
        g_byte_array_append(out, hash, 32);
    }
    put_bytes(out, embedded ? tbs : der, 3);
    bytes_put(out, 0, 2);
    return out;
}

typedef struct Wish {
    const char *logs; /* digits: keys of the logs that sign; 9: one that is not known; "!": the next
                         signature is spoilt; "+": the next is of the future; "v": of version 2 */
    bool embedded;
    int days;
} Wish;

static GBytes *list_of(const Wish *wish)
{
    g_autoptr(GByteArray) inner = g_byte_array_new();
    GByteArray *list = g_byte_array_new();
    bool spoil = false, future = false, version = false;
    for (const char *p = wish->logs; p && *p; p++) {
        if (!g_ascii_isdigit(*p)) {
            spoil = spoil || *p == '!';
            future = future || *p == '+';
            version = version || *p == 'v';
            continue;
        }
        gint64 at = (NOW - 45 * DAY + (future ? 90 * DAY : 0)) * 1000 + 7;
        if (*p == '4')
            at = 1779000000000; /* before the log was retired */
        g_autoptr(GByteArray) content = content_of(wish->embedded, wish->days, at);
        const ForgeKey *key = forge_key("ec", 10 + (*p - '0'));
        gnutls_datum_t signature, data = {content->data, content->len};
        ck_assert_int_ge(
            gnutls_privkey_sign_data2(key->key, GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &signature), 0);
        if (spoil)
            signature.data[signature.size - 1] ^= 1;
        gsize size, length = 32;
        guint8 id[32];
        g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
        const uint8_t *spki = g_bytes_get_data(key->spki, &size);
        g_checksum_update(checksum, spki, (gssize)size);
        g_checksum_get_digest(checksum, id, &length);
        bytes_put(inner, 47 + signature.size, 2);
        bytes_put(inner, version, 1);
        g_byte_array_append(inner, id, 32);
        bytes_put(inner, (guint64)at >> 32, 4);
        bytes_put(inner, (guint64)at & 0xffffffff, 4);
        bytes_put(inner, 0, 2);
        bytes_put(inner, 0x0403, 2);
        bytes_put(inner, signature.size, 2);
        g_byte_array_append(inner, signature.data, signature.size);
        gnutls_free(signature.data);
        spoil = future = version = false;
    }
    bytes_put(list, inner->len, 2);
    g_byte_array_append(list, inner->data, inner->len);
    return g_byte_array_free_to_bytes(list);
}

static Node *node_of(GBytes *der)
{
    Node *node = node_new(der);
    node_load(node);
    g_bytes_unref(der);
    return node;
}

/* The fact for timestamps embedded in a certificate, or sent with it in TLS. */
static json_t *judge(const Wish *wish, bool with_issuer, gint64 time)
{
    GBytes *list = list_of(wish);
    Node *leaf = node_of(leaf_of(wish->days, wish->embedded ? g_bytes_ref(list) : NULL));
    Node *ca = node_of(issuer());
    TransparencyQuery query = {.leaf = leaf,
                               .issuer = with_issuer ? ca : NULL,
                               .time = time,
                               .tls = wish->embedded ? NULL : list,
                               .logs = logs,
                               .logs_count = G_N_ELEMENTS(logs)};
    json_t *fact = transparency_judge(&query);
    node_free(leaf);
    node_free(ca);
    g_bytes_unref(list);
    return fact;
}

static const char *outcome(const json_t *fact, const char *policy)
{
    const json_t *object = json_object_get(json_object_get(fact, "policies"), policy);
    return fact_string(object, "reason", fact_bool(object, "met", FALSE) ? "met" : "?");
}

static const struct {
    Wish wish;
    const char *chrome, *apple;
} policies[] = {
    {{"13", true, 90}, "met", "met"},
    {{"31", true, 90}, "met", "met"},
    {{"1", true, 90}, "ct-too-few", "ct-too-few"},
    {{"12", true, 90}, "ct-one-operator", "ct-one-operator"},
    {{"14", true, 90}, "met", "met"},
    {{"36", true, 90}, "met", "ct-no-rfc6962"},
    {{"17", true, 90}, "ct-too-few", "ct-too-few"},
    {{"13", true, 398}, "ct-too-few", "ct-too-few"},
    {{"123", true, 398}, "met", "met"},
    {{"11", true, 90}, "ct-too-few", "ct-too-few"},
    {{"1!3", true, 90}, "ct-too-few", "ct-too-few"},
    {{"1+3", true, 90}, "ct-too-few", "ct-too-few"},
    {{"19", true, 90}, "ct-unverified", "ct-unverified"},
    {{"9", true, 90}, "ct-too-few", "ct-too-few"},
    {{"", true, 90}, "ct-none", "ct-none"},
    {{"13", false, 90}, "met", "met"},
    {{"13", false, 398}, "met", "met"},
    {{"1", false, 90}, "ct-too-few", "ct-too-few"},
    {{"12", false, 90}, "ct-one-operator", "met"},
    {{"14", false, 90}, "ct-too-few", "ct-too-few"},
};

START_TEST(policies_are_met_or_not)
{
    g_autoptr(json_t) fact = judge(&policies[_i].wish, true, NOW);
    g_autofree char *dump = json_dumps(fact, JSON_INDENT(1));
    ck_assert_msg(!strcmp(outcome(fact, "chrome"), policies[_i].chrome), "chrome, %s, %s\n%s",
                  policies[_i].wish.logs, outcome(fact, "chrome"), dump);
    ck_assert_msg(!strcmp(outcome(fact, "apple"), policies[_i].apple), "apple, %s, %s\n%s",
                  policies[_i].wish.logs, outcome(fact, "apple"), dump);
}
END_TEST

static const struct {
    Wish wish;
    bool issuer;
    gint64 time;
    const char *signature, *state, *reason;
} stamps[] = {
    {{"1", true, 90}, true, NOW, "good", "usable", ""},
    {{"1", false, 90}, true, NOW, "good", "usable", ""},
    {{"1", false, 90}, false, NOW, "good", "usable", ""},
    {{"1", true, 90}, false, NOW, "unknown", "usable", "sct-no-issuer"},
    {{"!1", true, 90}, true, NOW, "wrong", "usable", "sct-signature"},
    {{"9", true, 90}, true, NOW, "unknown", "", "sct-unknown-log"},
    {{"v1", true, 90}, true, NOW, "unknown", "", "sct-version"},
    {{"+1", true, 90}, true, NOW, "good", "usable", "sct-future"},
    {{"7", true, 90}, true, NOW, "good", "rejected", "sct-log-state"},
    {{"5", true, 90}, true, NOW, "good", "usable", "sct-interval"},
    {{"5", true, 90}, true, NOW + 365 * DAY, "good", "rejected", "sct-interval"},
    {{"4", true, 90}, true, NOW, "good", "retired", ""},
    {{"4", true, 90}, true, NOW - 180 * DAY, "good", "usable", "sct-future"},
    {{"3", true, 90}, true, NOW, "good", "readonly", ""},
};

START_TEST(a_timestamp_is_verified)
{
    g_autoptr(json_t) fact = judge(&stamps[_i].wish, stamps[_i].issuer, stamps[_i].time);
    const json_t *stamp = json_array_get(json_object_get(fact, "scts"), 0);
    g_autofree char *dump = json_dumps(stamp, 0);
    ck_assert_msg(!strcmp(fact_string(stamp, "signature", ""), stamps[_i].signature), "%s", dump);
    ck_assert_msg(!strcmp(fact_string(stamp, "log_state", ""), stamps[_i].state), "%s", dump);
    ck_assert_msg(!strcmp(fact_string(stamp, "reason", ""), stamps[_i].reason), "%s", dump);
}
END_TEST

START_TEST(a_real_certificate)
{
    const char *root = g_getenv("srcdir");
    g_autofree char *file =
        g_build_filename(root ? root : ".", "tests/worker/pki/timestamps.pem", NULL);
    g_autofree char *text = NULL;
    gsize size;
    ck_assert(g_file_get_contents(file, &text, &size, NULL));
    g_autoptr(Container) both = container_read((const uint8_t *)text, size, NULL);
    g_autoptr(GPtrArray) certificates = container_certificates(both);
    ck_assert_uint_eq(certificates->len, 2);
    Node *leaf = node_of(g_bytes_ref(g_ptr_array_index(certificates, 0)));
    Node *ca = node_of(g_bytes_ref(g_ptr_array_index(certificates, 1)));
    TransparencyQuery query = {.leaf = leaf, .issuer = ca, .time = 1774425600};
    g_autoptr(json_t) fact = transparency_judge(&query);
    const json_t *list = json_object_get(fact, "scts");
    const char *const names[] = {"Cloudflare 'Nimbus2026'", "Sectigo 'Elephant2026h1'"};
    ck_assert_uint_eq(json_array_size(list), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *stamp = json_array_get(list, i);
        ck_assert_str_eq(fact_string(stamp, "signature", ""), "good");
        ck_assert_str_eq(fact_string(stamp, "log_name", ""), names[i]);
    }
    ck_assert_str_eq(outcome(fact, "chrome"), "met");
    ck_assert_str_eq(outcome(fact, "apple"), "met");
    node_free(leaf);
    node_free(ca);
}
END_TEST

START_TEST(the_table_of_logs_is_in_itself_right)
{
    size_t count;
    const CtLog *all = registry_ct_logs(&count);
    const char *const states[] = {"usable",  "readonly", "retired",  "rejected",
                                  "pending", "test",     "unlisted", NULL};
    ck_assert_uint_gt(count, 200);
    for (size_t i = 0; i < count; i++) {
        gsize size;
        g_autofree guchar *key = g_base64_decode(all[i].key, &size);
        g_autofree char *id = bytes_sha256(key, size);
        gnutls_pubkey_t public;
        gnutls_datum_t der = {key, (unsigned)size};
        ck_assert_str_eq(id, all[i].id);
        ck_assert_ptr_eq(registry_ct_log(id), &all[i]);
        ck_assert_int_eq(gnutls_pubkey_init(&public), 0);
        ck_assert_msg(gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) == 0, "%s",
                      all[i].name);
        gnutls_pubkey_deinit(public);
        ck_assert(g_strv_contains(states, all[i].state));
        ck_assert(!strcmp(all[i].kind, "rfc6962") || !strcmp(all[i].kind, "static"));
        const char *const times[] = {all[i].since, all[i].from, all[i].until};
        for (size_t j = 0; j < G_N_ELEMENTS(times); j++) {
            g_autoptr(GDateTime) time =
                times[j] ? g_date_time_new_from_iso8601(times[j], NULL) : NULL;
            ck_assert(!times[j] || time);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transparency");
    TCase *tcase = tcase_create("timestamps");
    tcase_add_checked_fixture(tcase, make_logs, free_logs);
    tcase_add_loop_test(tcase, policies_are_met_or_not, 0, G_N_ELEMENTS(policies));
    tcase_add_loop_test(tcase, a_timestamp_is_verified, 0, G_N_ELEMENTS(stamps));
    tcase_add_test(tcase, a_real_certificate);
    tcase_add_test(tcase, the_table_of_logs_is_in_itself_right);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
