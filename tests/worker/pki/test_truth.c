/* What openssl reads in a certificate is what we read: every element's place and length as
 * asn1parse has it, and the chief fields as x509 prints them. */
#include <glib/gstdio.h>
#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"
#include "worker/pki/der.h"
#include "worker/pki/pem.h"
#include "worker/pki/x509.h"

static const char config[] =
    "[req]\n"
    "distinguished_name=dn\n"
    "prompt=no\n"
    "utf8=yes\n"
    "[dn]\n"
    "C=DE\n"
    "O=Prüfstelle\n"
    "0.OU=one\n"
    "1.OU=two, three\n"
    "CN=*.example.test\n"
    "emailAddress=root@example.test\n"
    "[ext]\n"
    "basicConstraints=critical,CA:TRUE,pathlen:3\n"
    "keyUsage=critical,digitalSignature,keyCertSign,decipherOnly,keyAgreement\n"
    "extendedKeyUsage=serverAuth,clientAuth,1.2.3.4.5\n"
    "subjectKeyIdentifier=hash\n"
    "authorityKeyIdentifier=keyid:always,issuer:always\n"
    "subjectAltName=@alt\n"
    "issuerAltName=URI:http://issuer.test/\n"
    "authorityInfoAccess=OCSP;URI:http://ocsp.test/,caIssuers;URI:http://ca.test/c\n"
    "subjectInfoAccess=caRepository;URI:http://repo.test/\n"
    "crlDistributionPoints=point\n"
    "freshestCRL=URI:http://crl.test/delta\n"
    "certificatePolicies=2.23.140.1.2.1,@policy\n"
    "policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:0\n"
    "inhibitAnyPolicy=2\n"
    "nameConstraints=critical,permitted;DNS:example.test,excluded;IP:10.0.0.0/"
    "255.0.0.0\n"
    "tlsfeature=status_request\n"
    "nsCertType=server\n"
    "nsComment=made for a test\n"
    "1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:Web\n"
    "1.2.3.4.5.6=ASN1:SEQUENCE:odd\n"
    "[odd]\n"
    "a=INTEGER:-5\n"
    "b=GENERALIZEDTIME:20200101000000Z\n"
    "c=EXPLICIT:3,UTF8:x\n"
    "[alt]\n"
    "DNS.1=example.test\n"
    "DNS.2=*.example.test\n"
    "IP.1=192.0.2.1\n"
    "IP.2=2001:db8::1\n"
    "email=a@example.test\n"
    "URI=https://example.test/\n"
    "RID=1.2.3.4\n"
    "dirName=other\n"
    "otherName=1.3.6.1.4.1.311.20.2.3;UTF8:user@example.test\n"
    "[other]\n"
    "O=Other, Inc.\n"
    "CN=there\n"
    "[point]\n"
    "fullname=URI:http://crl.test/a,URI:http://crl.test/b\n"
    "reasons=keyCompromise,CACompromise\n"
    "CRLissuer=dirName:other\n"
    "[policy]\n"
    "policyIdentifier=1.3.5.8\n"
    "CPS.1=http://cps.test/\n"
    "userNotice.1=@notice\n"
    "[notice]\n"
    "explicitText=read this\n"
    "organization=us\n"
    "noticeNumbers=1,2\n";

static char *folder;

static char *run(const char *first, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    va_list rest;
    va_start(rest, first);
    for (const char *word = first; word; word = va_arg(rest, const char *))
        g_ptr_array_add(words, (gpointer)word);
    va_end(rest);
    g_ptr_array_add(words, NULL);
    char *output = NULL, *errors = NULL;
    int status = 0;
    g_spawn_sync(folder, (char **)words->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                 &errors, &status, NULL);
    if (status)
        ck_abort_msg("%s %s: %s", first, (char *)words->pdata[1], errors);
    g_free(errors);
    return output;
}

static void write_file(const char *file, const void *data, gsize size)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    ck_assert(g_file_set_contents(path, data, (gssize)size, NULL));
}

/* The fixtures: one of openssl with all that it can write, the rest forged. */
static GPtrArray *fixtures(void)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    static const char *const kinds[] = {"rsa2048", "ec", "ed25519"};
    write_file("config", config, strlen(config));
    g_free(run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out",
               "cert.pem", "-config", "config", "-extensions", "ext", "-days", "30", "-set_serial",
               "0x7f00112233445566778899aabbccddeeff", NULL));
    g_autofree char *path = g_build_filename(folder, "cert.pem", NULL), *file = NULL;
    gsize size;
    ck_assert(g_file_get_contents(path, &file, &size, NULL));
    Pem pem = pem_read((const uint8_t *)file, size);
    ck_assert_uint_eq(pem.blocks->len, 1);
    g_ptr_array_add(all, g_bytes_ref(((PemBlock *)g_ptr_array_index(pem.blocks, 0))->bytes));
    pem_clear(&pem);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_ptr_array_add(all, forge((Forge){.key = forge_key(kinds[i], 0),
                                           .extensions = join(dns("a.test"), basic(i > 0, 1))}));
    g_ptr_array_add(all, forge((Forge){.serial = raw("0201fb"), .from = "500101000000Z"}));
    return all;
}

static void walk(GString *lines, Reader reader, int depth)
{
    Der element;
    while (der_next(&reader, &element)) {
        ck_assert_uint_eq(element.faults, 0);
        g_string_append_printf(lines, "%zu:d=%d hl=%zu l=%zu %s\n", element.offset, depth,
                               element.header, element.length,
                               element.constructed ? "cons" : "prim");
        if (element.constructed)
            walk(lines, der_inside(&element), depth + 1);
    }
}

START_TEST(elements_as_asn1parse_has_them)
{
    g_autoptr(GPtrArray) all = fixtures();
    g_autoptr(GRegex) form =
        g_regex_new("^ *(\\d+):d= *(\\d+) +hl= *(\\d+) +l= *(\\d+) +(cons|prim):.*$\n",
                    G_REGEX_MULTILINE, 0, NULL);
    for (guint i = 0; i < all->len; i++) {
        gsize size;
        const uint8_t *der = g_bytes_get_data(g_ptr_array_index(all, i), &size);
        write_file("one.der", der, size);
        g_autofree char *parsed =
            run("openssl", "asn1parse", "-inform", "DER", "-in", "one.der", NULL);
        g_autofree char *theirs =
            g_regex_replace(form, parsed, -1, 0, "\\1:d=\\2 hl=\\3 l=\\4 \\5\n", 0, NULL);
        g_autoptr(GString) ours = g_string_new(NULL);
        walk(ours, reader_new(der, size), 0);
        ck_assert_str_eq(ours->str, theirs);
    }
}
END_TEST

/* "name=value" of `openssl x509 -noout OPTION`, without the name. */
static char *ask(const char *option)
{
    g_autofree char *output = run("openssl", "x509", "-inform", "DER", "-in", "one.der", "-noout",
                                  "-nameopt", "RFC2253,-esc_msb,utf8", option, NULL);
    const char *value = strchr(output, '=');
    return g_strstrip(g_strdup(value ? value + 1 : output));
}

static char *without_colons(const char *hex)
{
    g_auto(GStrv) parts = g_strsplit(hex, ":", -1);
    g_autofree char *joined = g_strjoinv("", parts);
    return g_ascii_strdown(joined, -1);
}

START_TEST(facts_as_openssl_has_them)
{
    g_autoptr(GPtrArray) all = fixtures();
    gsize size;
    const uint8_t *der = g_bytes_get_data(g_ptr_array_index(all, 0), &size);
    write_file("one.der", der, size);
    g_autoptr(json_t) fact = x509_fact(der, size);
    ck_assert_ptr_null(json_object_get(fact, "faults"));
    g_autofree char *subject = ask("-subject"), *issuer = ask("-issuer"), *serial = ask("-serial");
    g_autofree char *print = ask("-fingerprint"), *sha1 = without_colons(print);
    g_autofree char *low = g_ascii_strdown(serial, -1);
    ck_assert_str_eq(fact_string(fact, "subject", ""), subject);
    ck_assert_str_eq(fact_string(fact, "issuer", ""), issuer);
    ck_assert_str_eq(fact_string(fact, "serial", ""), low);
    ck_assert_str_eq(fact_string(fact, "sha1", ""), sha1);
    g_autofree char *end = run("openssl", "x509", "-inform", "DER", "-in", "one.der", "-noout",
                               "-enddate", "-dateopt", "iso_8601", NULL);
    g_autofree char *not_after =
        g_strdup_printf("notAfter=%s\n", fact_string(fact, "not_after", ""));
    g_strdelimit(not_after, "T", ' ');
    ck_assert_str_eq(not_after, end);
    g_autofree char *id = run("openssl", "x509", "-inform", "DER", "-in", "one.der", "-noout",
                              "-ext", "subjectKeyIdentifier", NULL);
    g_auto(GStrv) lines = g_strsplit(id, "\n", -1);
    g_autofree char *key_id = without_colons(g_strstrip(lines[1]));
    ck_assert_str_eq(fact_string(fact, "subject_key_id", ""), key_id);
    ck_assert_str_eq(fact_string(fact, "authority_key_id", ""), key_id);
}
END_TEST

static const char *name_value(const json_t *fact, const char *kind, size_t number)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(fact, "names"), i,
                       name) if (strcmp(fact_string(name, "kind", ""), kind) == 0 &&
                                 number-- == 0) return fact_string(name, "value", "");
    return "";
}

/* What was written into the configuration is what comes out. */
START_TEST(facts_as_configured)
{
    g_autoptr(GPtrArray) all = fixtures();
    gsize size;
    const uint8_t *der = g_bytes_get_data(g_ptr_array_index(all, 0), &size);
    g_autoptr(json_t) fact = x509_fact(der, size);
    g_autoptr(json_t) expected =
        json_pack("{s:i, s:b, s:i, s:b, s:[s,s,s,s], s:[s,s,s], s:[s,s], s:[s], s:[s], s:[s,s]}",
                  "version", 3, "ca", 1, "path_length", 3, "must_staple", 1, "key_usage",
                  "digitalSignature", "keyAgreement", "keyCertSign", "decipherOnly",
                  "extended_key_usage", "serverAuth", "clientAuth", "1.2.3.4.5", "policies",
                  "cabfDomainValidated", "1.3.5.8", "ocsp", "http://ocsp.test/", "issuers",
                  "http://ca.test/c", "crl", "http://crl.test/a", "http://crl.test/b");
    const char *member;
    json_t *value;
    json_object_foreach(expected, member, value)
        ck_assert_msg(json_equal(json_object_get(fact, member), value), "%s", member);
    ck_assert_str_eq(name_value(fact, "dns", 1), "*.example.test");
    ck_assert_str_eq(name_value(fact, "ip", 0), "192.0.2.1");
    ck_assert_str_eq(name_value(fact, "ip", 1), "2001:db8::1");
    ck_assert_str_eq(name_value(fact, "email", 0), "a@example.test");
    ck_assert_str_eq(name_value(fact, "uri", 0), "https://example.test/");
    ck_assert_str_eq(name_value(fact, "rid", 0), "1.2.3.4");
    ck_assert_str_eq(name_value(fact, "other", 0), "msUPN: user@example.test");
    ck_assert_str_eq(name_value(fact, "dn", 0), "CN=there,O=Other\\, Inc.");
}
END_TEST

static void set_up(void)
{
    folder = g_dir_make_tmp("tlsdive-test-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
}

static void tear_down(void)
{
    static const char *const files[] = {"config", "key", "cert.pem", "one.der"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}

int main(void)
{
    Suite *suite = suite_create("truth");
    TCase *tests = tcase_create("truth");
    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, elements_as_asn1parse_has_them);
    tcase_add_test(tests, facts_as_openssl_has_them);
    tcase_add_test(tests, facts_as_configured);
    return check_main(suite);
}
