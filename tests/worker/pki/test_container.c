#include "worker/pki/container.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

#define BLOCK(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"
#define CERTIFICATE        BLOCK("CERTIFICATE", "MAUwAwIBBQ==") /* 30 05 30 03 02 01 05 */

static Container *read_text(const char *text)
{
    return container_read((const uint8_t *)text, strlen(text), NULL);
}

static guint count(const Container *container, ItemKind kind)
{
    guint count = 0;
    for (guint i = 0; i < container->objects->len; i++)
        count += ((const Item *)container->objects->pdata[i])->kind == kind;
    return count;
}

START_TEST(bundles)
{
    static const struct {
        const char *text;
        guint certificates, others, broken;
    } rows[] = {
        {CERTIFICATE, 1, 0, 0},
        {CERTIFICATE CERTIFICATE "a word between\n" CERTIFICATE, 3, 0, 0},
        {"subject=/CN=a\n" CERTIFICATE BLOCK("PRIVATE KEY", "AAAA") BLOCK("PRIVATE KEY", "AAAA"), 1,
         2, 0},
        {"-----BEGIN CERTIFICATE-----\r\nMAUw\r\nAwIBBQ==\r\n-----END CERTIFICATE-----\r\n", 1, 0,
         0},
        {BLOCK("X509 CERTIFICATE", "MAUwAwIBBQ=="), 1, 0, 0},
        {BLOCK("CERTIFICATE", "Proc-Type: 4\n\nMAUwAwIBBQ=="), 1, 0, 0},
        {BLOCK("CERTIFICATE", ""), 0, 0, 1},
        {BLOCK("CERTIFICATE", "MAUw!"), 1, 0, 0},
        {"-----BEGIN CERTIFICATE-----\nMAUw\n", 0, 0, 1},
        {"-----BEGIN CERTIFICATE-----\nMAUw\n" CERTIFICATE, 1, 0, 1},
        {"-----BEGIN CERTIFICATE-----\nMAUwAwIBBQ==\n-----END X-----\n", 0, 0, 1},
        {BLOCK("CERTIFICATE REQUEST", "MAUwAwIBBQ=="), 0, 1, 0},
        {"no pem", 0, 0, 0},
        {"", 0, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Container) file = read_text(rows[i].text);
        guint certificates = count(file, ITEM_CERTIFICATE);
        ck_assert_msg(certificates == rows[i].certificates &&
                          file->objects->len - certificates == rows[i].others &&
                          file->broken == rows[i].broken,
                      "%s: %u %u %u", rows[i].text, certificates, file->objects->len, file->broken);
    }
}
END_TEST

static const Item *first_of(const Container *container)
{
    ck_assert_uint_ge(container->objects->len, 1);
    return container->objects->pdata[0];
}

START_TEST(bytes_are_those_of_the_block)
{
    g_autoptr(GBytes) expected = raw("3005 30 03020105");
    g_autoptr(Container) file = read_text(CERTIFICATE);
    ck_assert(g_bytes_equal(first_of(file)->bytes, expected));
    ck_assert_str_eq(file->form, "pem");
    g_autoptr(Container) trusted = read_text(BLOCK("TRUSTED CERTIFICATE", "MAUwAwIBBTAEDAJhbA=="));
    ck_assert(g_bytes_equal(first_of(trusted)->bytes, expected));
    ck_assert_str_eq(first_of(trusted)->name, "al");
}
END_TEST

START_TEST(attributes_and_headers)
{
    g_autoptr(Container) file =
        read_text("Bag Attributes\n    friendlyName: mine\n" CERTIFICATE CERTIFICATE BLOCK(
            "RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011\n\nAAAA")
                      BLOCK("X", "AAAA"));
    ck_assert_uint_eq(file->objects->len, 4);
    const Item *const *items = (const Item *const *)file->objects->pdata;
    ck_assert_str_eq(items[0]->name, "mine");
    ck_assert_ptr_null(items[1]->name);
    ck_assert_int_eq(items[2]->kind, ITEM_PRIVATE_KEY);
    ck_assert_str_eq(items[2]->encryption, "DES-EDE3-CBC");
    ck_assert(!items[0]->secret && items[2]->secret && items[3]->secret);
}
END_TEST

/* What is in a block counts for more than its label; a label that promises a key keeps it secret.
 */
START_TEST(content_before_label)
{
    g_autoptr(Container) key = read_text(BLOCK("CERTIFICATE", "MBICAQAwBQYDK2VwBAYBAgMEBQY="));
    ck_assert_int_eq(first_of(key)->kind, ITEM_PRIVATE_KEY);
    ck_assert(first_of(key)->secret);
    g_autoptr(Container) named = read_text(BLOCK("MY PRIVATE KEY", "MAUwAwIBBQ=="));
    ck_assert(first_of(named)->secret);
}
END_TEST

START_TEST(der_files)
{
    static const struct {
        const char *hex;
        ItemKind kind;
        guint count;
        size_t first;
    } rows[] = {
        {"3005 3003020105", ITEM_CERTIFICATE, 1, 7},
        {"3005 3003020105 3005 3003020105", ITEM_CERTIFICATE, 2, 7},
        {"3005 3003020105 ff", ITEM_CERTIFICATE, 1, 8},
        {"3010 3003020105", ITEM_CERTIFICATE, 1, 7},
        {"3003 020105", ITEM_OTHER, 0, 0},
        {"ff", ITEM_OTHER, 0, 0},
        {"300a 0201 00 3003060100 0400", ITEM_PRIVATE_KEY, 1, 12},
        {"3006 0201 01 0401 07", ITEM_PRIVATE_KEY, 1, 8},
        {"3007 3003060100 0400", ITEM_PRIVATE_KEY, 1, 9},
        {"3007 3003060100 0300", ITEM_PUBLIC_KEY, 1, 9},
        {"301b"
         "020100 020101 020101 020101 020101 020101 020101 020101 020101",
         ITEM_PRIVATE_KEY, 1, 29},
        {"3005 0a0100 a000", ITEM_OCSP_RESPONSE, 1, 7},
        {"3003 0a0106", ITEM_OCSP_RESPONSE, 1, 5},
        {"3005 060103 a000", ITEM_CMS, 1, 7},
        {"3014 3012 3010 300e 300c 3003060100 0400 0400 0201 01", ITEM_OCSP_REQUEST, 1, 22},
        {"3008 3006 3000 3000 1700", ITEM_CRL, 1, 10},
        {"300f 300d 020100 3000 3004 3000 0300 a000", ITEM_REQUEST, 1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = raw(rows[i].hex);
        gsize size;
        const uint8_t *data = g_bytes_get_data(bytes, &size);
        g_autoptr(Container) file = container_read(data, size, NULL);
        ck_assert_msg(file->objects->len == rows[i].count, "%s: %u", rows[i].hex,
                      file->objects->len);
        if (!rows[i].count)
            continue;
        ck_assert_msg(first_of(file)->kind == rows[i].kind, "%s: %s", rows[i].hex,
                      item_kind_name(first_of(file)->kind));
        if (rows[i].first)
            ck_assert_uint_eq(g_bytes_get_size(first_of(file)->bytes), rows[i].first);
        ck_assert_str_eq(file->form, "der");
    }
}
END_TEST

START_TEST(key_stores_are_named)
{
    static const struct {
        const char *hex, *form, *reason;
    } rows[] = {
        {"feedfeed 00000002", "jks", "file-key-store"},
        {"cececece 00000002", "jceks", "file-key-store"},
        {"00000002 00000014 00", "bks", "file-key-store"},
        {"7373682d727361 20 4141", "ssh", "file-ssh-key"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = raw(rows[i].hex);
        gsize size;
        const uint8_t *data = g_bytes_get_data(bytes, &size);
        g_autoptr(Container) file = container_read(data, size, NULL);
        ck_assert_str_eq(file->form, rows[i].form);
        ck_assert_str_eq(file->reason, rows[i].reason);
        ck_assert_uint_eq(file->objects->len, 0);
    }
}
END_TEST

START_TEST(base64_without_a_frame)
{
    g_autoptr(GBytes) der = forge((Forge){.subject = "a.test"});
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    g_autoptr(Container) file = read_text(base64);
    ck_assert_str_eq(file->form, "base64");
    ck_assert(g_bytes_equal(first_of(file)->bytes, der));
}
END_TEST

/* A PFX whose MAC is to be made with 2^31 - 1 iterations is refused at once, and said. */
START_TEST(iterations_have_a_ceiling)
{
    g_autoptr(GBytes) file =
        tlv(0x30, number(3),
            tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xa0, tlv(4, tlv(0x30, NULL), NULL), NULL),
                NULL),
            tlv(0x30, tlv(0x30, tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), NULL), raw("0400"), NULL),
                raw("0408 0102030405060708"), raw("0204 7fffffff"), NULL),
            NULL);
    gsize size;
    const uint8_t *data = g_bytes_get_data(file, &size);
    g_autoptr(Container) container = container_read(data, size, "secret");
    ck_assert_str_eq(container->form, "pkcs12");
    ck_assert_str_eq(container->mac, "HMAC-SHA-256, 2147483647 iterations");
    ck_assert_str_eq(container->reason, "file-iterations");
}
END_TEST

START_TEST(bundles_have_a_ceiling)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < LIMIT_BUNDLE + 1; i++)
        g_string_append(text, CERTIFICATE);
    g_autoptr(Container) file = read_text(text->str);
    ck_assert_uint_eq(file->objects->len, LIMIT_BUNDLE);
    ck_assert_uint_eq(file->cut, LIMIT_BUNDLE);
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char text[] = "x\n" CERTIFICATE BLOCK("KEY", "AAAA") CERTIFICATE;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        g_autofree uint8_t *part = g_memdup2(text, cut);
        g_autoptr(Container) file = container_read(part, cut, NULL);
        ck_assert_uint_le(count(file, ITEM_CERTIFICATE), 2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("container");
    TCase *tests = tcase_create("container");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, bundles);
    tcase_add_test(tests, bytes_are_those_of_the_block);
    tcase_add_test(tests, attributes_and_headers);
    tcase_add_test(tests, content_before_label);
    tcase_add_test(tests, der_files);
    tcase_add_test(tests, key_stores_are_named);
    tcase_add_test(tests, base64_without_a_frame);
    tcase_add_test(tests, iterations_have_a_ceiling);
    tcase_add_test(tests, bundles_have_a_ceiling);
    tcase_add_test(tests, cut_anywhere);
    return check_main(suite);
}
