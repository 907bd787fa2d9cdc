/* CRLs made to measure: those that no tool makes. What openssl makes is in tests/real. */
#include "worker/pki/crl.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"
#include "worker/pki/store.h"

enum { NOW = 1767225600 /* 2026-01-01T00:00:00Z */ };

#define CA      "CA"
#define SPEAKER "Speaker" /* issues an indirect CRL */

static GBytes *algorithm(void)
{
    return tlv(0x30, oid("1.3.101.112"), NULL); /* Ed25519 */
}

static GBytes *general_name(const char *common_name)
{
    return tlv(0xa4, name(0x0c, common_name, strlen(common_name)), NULL);
}

/* An entry; `issuer` NULL: no certificateIssuer. */
static GBytes *entry(int serial, const char *issuer)
{
    GBytes *at = text(0x17, "251201000000Z");
    if (!issuer)
        return tlv(0x30, number(serial), at, NULL);
    GBytes *names = tlv(0x30, general_name(issuer), NULL);
    return tlv(0x30, number(serial), at, tlv(0x30, extension("2.5.29.29", true, names), NULL),
               NULL);
}

/* A list by that issuer, signed with its key; `scope` is the content of its
 * issuingDistributionPoint, NULL: none. */
static GBytes *crl(const char *issuer, int key, GBytes *entries, GBytes *scope)
{
    GBytes *extensions = extension("2.5.29.20", false, number(5));
    if (scope)
        extensions = join(extensions, extension("2.5.29.28", true, tlv(0x30, scope, NULL)));
    GBytes *tbs = tlv(0x30, number(1), algorithm(), name(0x0c, issuer, strlen(issuer)),
                      text(0x17, "251231000000Z"), text(0x17, "260107000000Z"),
                      tlv(0x30, entries, NULL), tlv(0xa0, tlv(0x30, extensions, NULL), NULL), NULL);
    gsize size;
    const void *data = g_bytes_get_data(tbs, &size);
    gnutls_datum_t signature, to_sign = {(unsigned char *)data, (unsigned)size};
    ck_assert_int_ge(gnutls_privkey_sign_data2(forge_key("ed25519", key)->key,
                                               GNUTLS_SIGN_EDDSA_ED25519, 0, &to_sign, &signature),
                     0);
    GBytes *bits = tlv(0x03, raw("00"), g_bytes_new(signature.data, signature.size), NULL);
    gnutls_free(signature.data);
    return tlv(0x30, tbs, algorithm(), bits, NULL);
}

static Node *node_of(GBytes *der)
{
    Node *node = node_new(der);
    node_load(node);
    g_bytes_unref(der);
    return node;
}

static Node *ca(void)
{
    return node_of(forge((Forge){.subject = CA,
                                 .key = forge_key("ed25519", 1),
                                 .extensions = join(basic(true, -1), usage("01 06"))}));
}

/* Signed by the CA, or by itself. */
static Node *speaker(bool vouched)
{
    return node_of(forge((Forge){.subject = SPEAKER,
                                 .issuer = vouched ? CA : SPEAKER,
                                 .key = forge_key("ed25519", 2),
                                 .issuer_key = forge_key("ed25519", vouched ? 1 : 2),
                                 .extensions = usage("01 02")}));
}

/* A leaf of serial 7 whose distribution point names the speaker as CRL issuer, or not. */
static Node *leaf(bool names_speaker)
{
    GBytes *extensions = dns("leaf.test");
    if (names_speaker)
        extensions = join(
            extensions,
            extension("2.5.29.31", false,
                      tlv(0x30, tlv(0x30, tlv(0xa2, general_name(SPEAKER), NULL), NULL), NULL)));
    return node_of(forge((Forge){.subject = "leaf.test",
                                 .issuer = CA,
                                 .serial = number(7),
                                 .key = forge_key("ed25519", 3),
                                 .issuer_key = forge_key("ed25519", 1),
                                 .extensions = extensions}));
}

/* Judges a list, which is taken; "status reason fault ...". */
static char *judged(Node *about, GBytes *der, Node *other)
{
    static const char *const names[] = {"unknown", "good", "revoked"};
    Node *issuer = ca();
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    if (other)
        g_ptr_array_add(others, other);
    g_autoptr(Crl) list = crl_new(der);
    RevocationQuery query = {.node = about, .issuer = issuer, .others = others, .time = NOW};
    g_autoptr(Revocation) revocation = crl_judge(&query, list, NULL);
    GString *text = g_string_new(names[revocation->status]);
    for (guint i = 0; i < revocation->faults->len; i++)
        g_string_append_printf(text, " %s", (char *)revocation->faults->pdata[i]);
    node_free(about);
    node_free(issuer);
    if (other)
        node_free(other);
    g_bytes_unref(der);
    return g_string_free(text, FALSE);
}

static void says(char *got, const char *wanted)
{
    g_autofree char *text = got;
    ck_assert_str_eq(text, wanted);
}

static GBytes *indirect(void)
{
    return raw("8401ff");
}

START_TEST(indirect_lists)
{
    says(judged(leaf(true), crl(SPEAKER, 2, entry(7, CA), indirect()), speaker(true)), "revoked");
    says(judged(leaf(true), crl(SPEAKER, 2, entry(7, NULL), indirect()), speaker(true)), "good");
    says(judged(leaf(true), crl(SPEAKER, 2, join(entry(6, CA), entry(7, NULL)), indirect()),
                speaker(true)),
         "revoked"); /* the issuer holds for what follows */
    says(judged(leaf(true), crl(SPEAKER, 2, join(entry(6, "Else"), entry(7, NULL)), indirect()),
                speaker(true)),
         "good");
    says(judged(leaf(true), crl(SPEAKER, 2, entry(7, CA), NULL), speaker(true)),
         "unknown crl-other-issuer");
    says(judged(leaf(false), crl(SPEAKER, 2, entry(7, CA), indirect()), speaker(true)),
         "unknown crl-other-issuer");
    says(judged(leaf(true), crl(SPEAKER, 2, entry(7, CA), indirect()), speaker(false)),
         "unknown crl-signer-untrusted");
    says(judged(leaf(true), crl(SPEAKER, 2, entry(7, CA), indirect()), NULL),
         "unknown crl-no-signer");
    says(judged(leaf(true), crl(SPEAKER, 3, entry(7, CA), indirect()), speaker(true)),
         "unknown crl-signature");
}
END_TEST

START_TEST(who_may_sign)
{
    says(judged(leaf(false), crl(CA, 1, entry(7, NULL), NULL), NULL), "revoked");
    says(judged(leaf(false), crl(CA, 1, entry(8, NULL), NULL), NULL), "good");
    says(judged(leaf(false), crl(CA, 2, entry(7, NULL), NULL), NULL), "unknown crl-signature");
}
END_TEST

/* As many entries as make 10 MB, the one that is sought last: it is found where it lies. */
START_TEST(a_large_list)
{
    GByteArray *entries = g_byte_array_new();
    g_autoptr(GBytes) other = entry(8, NULL);
    g_autoptr(GBytes) own = entry(7, NULL);
    gsize size;
    const uint8_t *data = g_bytes_get_data(other, &size);
    while (entries->len < (10 << 20))
        g_byte_array_append(entries, data, (guint)size);
    data = g_bytes_get_data(own, &size);
    g_byte_array_append(entries, data, (guint)size);
    says(judged(leaf(false), crl(CA, 1, g_byte_array_free_to_bytes(entries), NULL), NULL),
         "revoked");
    g_autofree uint8_t *zeros = g_malloc0(LIMIT_CRL + 1);
    says(judged(leaf(false), g_bytes_new(zeros, LIMIT_CRL + 1), NULL), "unknown crl-too-large");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crl");
    TCase *tcase = tcase_create("lists");
    tcase_add_test(tcase, indirect_lists);
    tcase_add_test(tcase, who_may_sign);
    tcase_add_test(tcase, a_large_list);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
