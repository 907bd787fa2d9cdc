#include "worker/pki/object.h"

#include <string.h>

#include "common/registry/registry.h"
#include "tests/check.h"
#include "worker/pki/shapes.h"

/* ---- the tables: whatever a shape can call a field has an explanation ---- */

typedef struct Names {
    GHashTable *seen;  /* of shapes and open types */
    GString *missing;  /* names without a row in data/fields.tsv */
    GString *nameless; /* OIDs without a row in data/oids.tsv */
    guint count;
} Names;

static void visit(Names *names, const Shape *shape);

static void visit_open(Names *names, const Open *rows)
{
    while (rows && g_hash_table_add(names->seen, (gpointer)rows))
        for (; rows; rows++) {
            if (!rows->oid) {
                rows = rows->more;
                break;
            }
            visit(names, rows->shape);
            if (!registry_oid(rows->oid))
                g_string_append_printf(names->nameless, " %s", rows->oid);
        }
}

static void visit(Names *names, const Shape *shape)
{
    if (!shape || !g_hash_table_add(names->seen, (gpointer)shape))
        return;
    for (guint i = 0; i < shape->count; i++) {
        const Part *part = &shape->parts[i];
        g_autofree char *id = g_strconcat("x509.", part->name, NULL);
        names->count++;
        if (part->name && !registry_about(part->id ? part->id : id))
            g_string_append_printf(names->missing, " %s", part->id ? part->id : id);
        visit(names, part->shape);
        visit_open(names, part->open);
    }
}

START_TEST(every_name_is_explained)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) missing = g_string_new(NULL), nameless = g_string_new(NULL);
    Names names = {.seen = seen, .missing = missing, .nameless = nameless};
    const Shape *const shapes[] = {&shape_certificate,  &shape_crl,     &shape_ocsp_response,
                                   &shape_ocsp_request, &shape_request, &shape_cms,
                                   &shape_pfx,          &shape_spki};
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
        visit(&names, shapes[i]);
    ck_assert_msg(missing->len == 0, "data/fields.tsv lacks:%s", missing->str);
    ck_assert_msg(nameless->len == 0, "data/oids.tsv lacks:%s", nameless->str);
    ck_assert_uint_gt(names.count, 250);
    for (size_t i = 0; i < object_kind_count(); i++) {
        g_autoptr(Field) root = object_explain(object_kind_at(i), (const uint8_t *)"\x05\0", 2);
        ck_assert_msg(root->id != NULL, "%s", root->name);
    }
}
END_TEST

/* ---- what OpenSSL made (tests/fuzz/corpus/object), with what it was told to put in ---- */

static Field *find(Field *field, const char *name)
{
    if (strcmp(field->name, name) == 0)
        return field;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        Field *found = find(g_ptr_array_index(field->children, i), name);
        if (found)
            return found;
    }
    return NULL;
}

static bool noted(const Field *field)
{
    bool any = field->notes != NULL;
    for (guint i = 0; !any && field->children && i < field->children->len; i++)
        any = noted(g_ptr_array_index(field->children, i));
    return any;
}

static const struct {
    const char *file, *kind, *field, *value;
} rows[] = {
    {"crl", "crl", "cRLNumber", "5"},
    {"crl", "crl", "userCertificate", "10:00 (4096)"},
    {"crl", "crl", "cRLReason", "keyCompromise (1)"},
    {"crl", "crl", "holdInstructionCode", "holdInstructionReject (1.2.840.10040.2.3)"},
    {"crl", "crl", "issuingDistributionPoint",
     "distributionPoint=http://crl.test/a.crl, onlyContainsUserCerts=TRUE, critical"},
    {"ocsp", "ocsp", "responseStatus", "successful (0)"},
    {"ocsp", "ocsp", "responderID", "CN=Test CA,O=Test,C=DE"},
    {"ocsp", "ocsp", "revocationReason", "keyCompromise (1)"},
    {"ocsp", "ocsp", "certs", "1 certificate"},
    {"ocsp-request", "ocsp-request", "reqCert", "10:00 (4096)"},
    {"ocsp-request", "ocsp-request", "hashAlgorithm", "id-sha1"},
    {"csr", "csr", "challengePassword", "secret-word"},
    {"csr", "csr", "extensionRequest", "2 extensions"},
    {"csr", "csr", "dNSName", "a.test"},
    {"pkcs7", "pkcs7", "certificates", "2 certificates"},
    {"pkcs7", "pkcs7", "signerInfos", "0 elements"},
    {"pkcs7-signed", "pkcs7", "digestAlgorithms", "id-sha256"},
    {"pkcs12", "pkcs12", "iterations", "2048"},
    {"pkcs12", "pkcs12", "friendlyName", "friend"},
    {"pkcs12", "pkcs12", "keyDerivationFunc", "id-PBKDF2"},
    {"pkcs12-plain", "pkcs12", "privateKey", "109 bytes, not shown"},
    {"spki", "spki", "algorithm", "id-ecPublicKey secp256r1"},
    {"asn1", "asn1", "SEQUENCE", "3 elements"},
};

START_TEST(real_objects)
{
    const char *srcdir = g_getenv("srcdir");
    g_autofree char *path =
        g_build_filename(srcdir ? srcdir : ".", "tests/fuzz/corpus/object", rows[_i].file, NULL);
    g_autofree char *data = NULL;
    gsize size;
    ck_assert_msg(g_file_get_contents(path, &data, &size, NULL), "%s", path);
    g_autoptr(Field) root =
        object_explain(object_kind(rows[_i].kind), (const uint8_t *)data + 1, size - 1);
    Field *field = find(root, rows[_i].field);
    ck_assert_msg(field != NULL, "%s", rows[_i].field);
    ck_assert_str_eq(field->value->str, rows[_i].value);
    ck_assert(!noted(root));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("object");
    TCase *tests = tcase_create("object");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, every_name_is_explained);
    tcase_add_loop_test(tests, real_objects, 0, G_N_ELEMENTS(rows));
    return check_main(suite);
}
