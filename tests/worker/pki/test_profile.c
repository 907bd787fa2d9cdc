#include "worker/pki/profile.h"

#include <string.h>

#include "tests/check.h"
#include "tests/worker/pki/forge.h"

static void add(const char *code, void *data)
{
    GString *codes = data;
    ck_assert(g_str_has_prefix(code, "lint-"));
    g_string_append_printf(codes, "%s%s", codes->len ? " " : "", code + strlen("lint-"));
}

/* The codes without "lint-", a space between two. */
static char *lints(GBytes *der)
{
    g_autoptr(GBytes) owned = der;
    g_autoptr(Cert) cert = cert_new(owned);
    GString *codes = g_string_new(NULL);
    profile_lints(cert, add, codes);
    return g_string_free(codes, FALSE);
}

static GBytes *key_id(const char *dotted, bool critical)
{
    if (strcmp(dotted, "2.5.29.14") == 0)
        return extension(dotted, critical, tlv(0x04, raw("01020304"), NULL));
    return extension(dotted, critical, tlv(0x30, tlv(0x80, raw("01020304"), NULL), NULL));
}

static GBytes *aki(void)
{
    return key_id("2.5.29.35", false);
}

static GBytes *ski(void)
{
    return key_id("2.5.29.14", false);
}

static GBytes *server(void)
{
    return purpose("1.3.6.1.5.5.7.3.1");
}

static GBytes *nobody(void)
{
    return tlv(0x30, NULL);
}

/* A leaf as it should be, but for these parts; NULL leaves one out. */
static GBytes *leaf(GBytes *names, GBytes *purposes, GBytes *more)
{
    GBytes *extensions = aki();
    if (names)
        extensions = join(extensions, names);
    if (purposes)
        extensions = join(extensions, purposes);
    if (more)
        extensions = join(extensions, more);
    return forge((Forge){.subject = "www.example.org", .issuer = "CA", .extensions = extensions});
}

static GBytes *ca(GBytes *constraints, GBytes *key_usage, GBytes *more)
{
    GBytes *extensions = join(aki(), constraints);
    if (key_usage)
        extensions = join(extensions, key_usage);
    if (more)
        extensions = join(extensions, more);
    return forge((Forge){.subject = "Issuing CA", .issuer = "CA", .extensions = extensions});
}

static GBytes *authority_by_serial(void)
{
    return extension("2.5.29.35", false,
                     tlv(0x30, tlv(0x80, raw("01020304"), NULL), tlv(0x82, raw("05"), NULL), NULL));
}

static GBytes *name_constraints(bool critical, GBytes *trees)
{
    return extension("2.5.29.30", critical, trees);
}

static GBytes *permits_example(void)
{
    return tlv(0x30, tlv(0xa0, tlv(0x30, text(0x82, "example.org"), NULL), NULL), NULL);
}

static GBytes *uncritical_usage(void)
{
    return extension("2.5.29.15", false, tlv(0x03, raw("0106"), NULL));
}

#define CERT_SIGN usage("0106")
#define SIGNS     usage("0780")
#define ENCIPHERS usage("0520")
#define GOOD      dns("www.example.org")

typedef struct Case {
    const char *codes; /* expected */
    GBytes *(*make)(void);
} Case;

#define CASE(function, body)                                                                       \
    static GBytes *function(void)                                                                  \
    {                                                                                              \
        return body;                                                                               \
    }

static GBytes *names_of(const char *host)
{
    return leaf(extension("2.5.29.17", false,
                          tlv(0x30, text(0x82, "www.example.org"), text(0x82, host), NULL)),
                server(), NULL);
}

CASE(good_leaf, leaf(GOOD, server(), NULL))
CASE(good_wildcard, names_of("*.example.org"))
CASE(good_underscore_free, names_of("xn--bcher-kva.example.org"))
CASE(no_names, leaf(NULL, server(), NULL))
CASE(underscore, names_of("a_b.example.org"))
CASE(empty_label, names_of("www..example.org"))
CASE(root_dot, names_of("example.org."))
CASE(address_as_name, names_of("198.51.100.7"))
CASE(long_label,
     names_of("a123456789b123456789c123456789d123456789e123456789f123456789g123.example.org"))
CASE(inner_wildcard, names_of("w*.example.org"))
CASE(second_wildcard, names_of("*.*.example.org"))
CASE(wide, names_of("*.org"))
CASE(single_label, names_of("mail"))
CASE(local_name, names_of("Printer.LOCAL"))
CASE(arpa_name, names_of("nas.home.arpa"))
CASE(private_address, leaf(extension("2.5.29.17", false,
                                     tlv(0x30, text(0x82, "www.example.org"),
                                         tlv(0x87, raw("c0a80001"), NULL), NULL)),
                           server(), NULL))
CASE(public_address, leaf(extension("2.5.29.17", false,
                                    tlv(0x30, text(0x82, "www.example.org"),
                                        tlv(0x87, raw("08080808"), NULL), NULL)),
                          server(), NULL))
CASE(elsewhere, leaf(dns("mail.example.org"), server(), NULL))
CASE(critical_names,
     leaf(extension("2.5.29.17", true, tlv(0x30, text(0x82, "www.example.org"), NULL)), server(),
          NULL))
CASE(nameless, forge((Forge){.subject_name = nobody(),
                             .issuer = "CA",
                             .extensions = join(aki(), join(server(), GOOD))}))
CASE(nothing_at_all,
     forge((Forge){.subject_name = nobody(), .issuer = "CA", .extensions = join(aki(), server())}))
CASE(no_purpose, leaf(GOOD, NULL, NULL))
CASE(any_purpose, leaf(GOOD, purpose("2.5.29.37.0"), NULL))
CASE(critical_purpose,
     leaf(GOOD, extension("2.5.29.37", true, tlv(0x30, oid("1.3.6.1.5.5.7.3.1"), NULL)), NULL))
CASE(signs_certificates, leaf(GOOD, server(), join(CERT_SIGN, basic(false, -1))))
CASE(signs_without_basic, leaf(GOOD, server(), CERT_SIGN))
CASE(leaf_basic, leaf(GOOD, server(), extension("2.5.29.19", false, tlv(0x30, NULL))))
CASE(leaf_path_length, leaf(GOOD, server(), basic(false, 0)))
CASE(leaf_constraints, leaf(GOOD, server(), name_constraints(true, permits_example())))
CASE(good_ca, ca(basic(true, 0), CERT_SIGN, ski()))
CASE(uncritical_basic,
     ca(extension("2.5.29.19", false, tlv(0x30, tlv(0x01, raw("ff"), NULL), NULL)), CERT_SIGN,
        ski()))
CASE(ca_no_usage, ca(basic(true, 0), NULL, ski()))
CASE(ca_usage, ca(basic(true, 0), SIGNS, ski()))
CASE(ca_usage_uncritical, ca(basic(true, 0), uncritical_usage(), ski()))
CASE(ca_no_key_id, ca(basic(true, 0), CERT_SIGN, NULL))
CASE(empty_constraints,
     ca(basic(true, 0), CERT_SIGN, join(ski(), name_constraints(true, tlv(0x30, NULL)))))
CASE(uncritical_constraints,
     ca(basic(true, 0), CERT_SIGN, join(ski(), name_constraints(false, permits_example()))))
CASE(uncritical_policies,
     ca(basic(true, 0), CERT_SIGN,
        join(ski(),
             join(extension("2.5.29.36", false, tlv(0x30, tlv(0x80, raw("00"), NULL), NULL)),
                  join(extension("2.5.29.54", false, number(0)),
                       extension("2.5.29.33", false,
                                 tlv(0x30, tlv(0x30, oid("1.2.3"), oid("1.2.4"), NULL), NULL)))))))
CASE(no_authority,
     forge((Forge){
         .subject = "www.example.org", .issuer = "CA", .extensions = join(GOOD, server())}))
CASE(by_serial,
     forge((Forge){.subject = "www.example.org",
                   .issuer = "CA",
                   .extensions = join(extension("2.5.29.35", false,
                                                tlv(0x30, tlv(0x82, raw("05"), NULL), NULL)),
                                      join(GOOD, server()))}))
CASE(root, forge((Forge){
               .subject = "Root",
               .issuer = "Root",
               .extensions = join(authority_by_serial(),
                                  join(basic(true, -1), join(CERT_SIGN, join(ski(), server()))))}))
CASE(critical_ids,
     forge((Forge){.subject = "www.example.org",
                   .issuer = "CA",
                   .extensions = join(join(key_id("2.5.29.35", true), key_id("2.5.29.14", true)),
                                      join(GOOD, server()))}))
CASE(critical_access,
     leaf(GOOD, server(),
          extension("1.3.6.1.5.5.7.1.1", true,
                    tlv(0x30,
                        tlv(0x30, oid("1.3.6.1.5.5.7.48.1"), text(0x86, "http://o.example"), NULL),
                        NULL))))
CASE(version_1,
     forge((Forge){
         .version = raw(""), .subject = "www.example.org", .issuer = "CA", .extensions = raw("")}))
CASE(backwards, forge((Forge){.subject = "www.example.org",
                              .issuer = "CA",
                              .from = "20300101000000Z",
                              .to = "20290101000000Z",
                              .extensions = join(aki(), join(GOOD, server()))}))
CASE(elliptic_enciphers,
     forge((Forge){.subject = "www.example.org",
                   .issuer = "CA",
                   .key = forge_key("ec", 0),
                   .issuer_key = forge_key("ec", 1),
                   .extensions = join(join(aki(), ENCIPHERS), join(GOOD, server()))}))

/* An RSA key of which only the numbers are looked at. */
static GBytes *rsa(const char *modulus, const char *exponent)
{
    GBytes *key = tlv(0x30, tlv(0x02, raw(modulus), NULL), tlv(0x02, raw(exponent), NULL), NULL);
    return tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.1.1"), tlv(0x05, NULL), NULL),
               tlv(0x03, raw("00"), key, NULL), NULL);
}

static GBytes *of_key(GBytes *spki)
{
    return forge((Forge){.subject = "www.example.org",
                         .issuer = "CA",
                         .spki = spki,
                         .extensions = join(aki(), join(GOOD, server()))});
}

CASE(odd_size, of_key(rsa("7fffffffffffffffffffffffffffffff", "010001")))
CASE(small_exponent, of_key(rsa("00ffffffffffffffffffffffffffffffff", "03")))
CASE(even_exponent, of_key(rsa("00ffffffffffffffffffffffffffffffff", "010000")))
CASE(dsa, of_key(tlv(0x30,
                     tlv(0x30, oid("1.2.840.10040.4.1"),
                         tlv(0x30, number(7), number(3), number(2), NULL), NULL),
                     tlv(0x03, raw("00"), number(4), NULL), NULL)))
CASE(spelled_out,
     of_key(tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1"), tlv(0x30, number(1), NULL), NULL),
                tlv(0x03, raw("000411223344"), NULL), NULL)))

static const Case cases[] = {
    {"", good_leaf},
    {"", good_wildcard},
    {"", good_underscore_free},
    {"", good_ca},
    {"", leaf_basic},
    {"", public_address},
    {"no-names", no_names},
    {"bad-name", underscore},
    {"bad-name", empty_label},
    {"bad-name", root_dot},
    {"bad-name", address_as_name},
    {"bad-name", long_label},
    {"bad-wildcard", inner_wildcard},
    {"bad-wildcard", second_wildcard},
    {"wide-wildcard", wide},
    {"internal-name", single_label},
    {"internal-name", local_name},
    {"internal-name", arpa_name},
    {"reserved-address", private_address},
    {"common-name-elsewhere", elsewhere},
    {"names-critical", critical_names},
    {"names-not-critical", nameless},
    {"no-names no-subject", nothing_at_all},
    {"no-purpose", no_purpose},
    {"any-purpose", any_purpose},
    {"purpose-critical", critical_purpose},
    {"cert-sign-in-leaf", signs_certificates},
    {"cert-sign-in-leaf no-basic-constraints", signs_without_basic},
    {"path-length-in-leaf", leaf_path_length},
    {"name-constraints-in-leaf", leaf_constraints},
    {"basic-constraints-not-critical", uncritical_basic},
    {"ca-without-key-usage", ca_no_usage},
    {"ca-without-cert-sign", ca_usage},
    {"key-usage-not-critical", ca_usage_uncritical},
    {"no-subject-key", ca_no_key_id},
    {"name-constraints-empty", empty_constraints},
    {"name-constraints-not-critical", uncritical_constraints},
    {"policy-constraints-not-critical inhibit-any-policy-not-critical "
     "policy-mappings-not-critical",
     uncritical_policies},
    {"no-authority-key", no_authority},
    {"authority-without-key", by_serial},
    {"purpose-in-root authority-by-serial-in-root", root},
    {"authority-critical subject-key-critical", critical_ids},
    {"access-critical", critical_access},
    {"no-names no-purpose no-authority-key version", version_1},
    {"ends-before-it-begins", backwards},
    {"key-usage-not-of-key", elliptic_enciphers},
    {"rsa-size", odd_size},
    {"rsa-exponent", small_exponent},
    {"rsa-exponent", even_exponent},
    {"dsa", dsa},
    {"explicit-curve", spelled_out},
};

START_TEST(each_breach_has_its_name_and_nothing_else_is_said)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *codes = lints(cases[i].make());
        ck_assert_msg(strcmp(codes, cases[i].codes) == 0, "%zu: \"%s\", not \"%s\"", i, codes,
                      cases[i].codes);
    }
}
END_TEST

START_TEST(what_does_not_read_breaks_no_profile)
{
    GBytes *whole = good_leaf();
    gsize size;
    const uint8_t *data = g_bytes_get_data(whole, &size);
    for (gsize cut = 0; cut < 16; cut++) {
        g_autofree char *codes = lints(g_bytes_new(data, cut));
        ck_assert_str_eq(codes, "");
    }
    g_bytes_unref(whole);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile");
    TCase *tests = tcase_create("profile");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, each_breach_has_its_name_and_nothing_else_is_said);
    tcase_add_test(tests, what_does_not_read_breaks_no_profile);
    return check_main(suite);
}
