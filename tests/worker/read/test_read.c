#include "worker/read/read.h"

#include <string.h>

#include "common/fact/field.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

static void keep(void *facts, const json_t *fact)
{
    g_autofree char *line = fact_to_line(fact);
    ck_assert_msg(line != NULL, "an answer does not fit into a line");
    g_ptr_array_add(facts, json_deep_copy(fact));
}

/* The answers to a job, which is taken. */
static GPtrArray *ask(Read *read, json_t *job)
{
    GPtrArray *facts = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    json_object_set_new(job, "id", json_string("7"));
    read_job(read, job, keep, facts);
    const json_t *last = g_ptr_array_index(facts, facts->len - 1);
    ck_assert_str_eq(fact_string(last, "fact", ""), "answered");
    ck_assert_str_eq(fact_string(last, "id", ""), "7");
    json_decref(job);
    return facts;
}

static json_t *base64_of(GBytes *bytes_of)
{
    gsize size;
    const guchar *data = g_bytes_get_data(bytes_of, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    return json_string(base64);
}

static const char *kind_at(const GPtrArray *facts, guint i)
{
    return i < facts->len ? fact_string(g_ptr_array_index(facts, i), "fact", "") : "";
}

static GBytes *certificate(void)
{
    return forge((Forge){.subject = "a.test", .extensions = dns("a.test")});
}

typedef struct Fixture {
    GPtrArray *stores;
    Read *read;
} Fixture;

static Fixture fixture;

static void free_store(void *store)
{
    store_free(store);
}

static void set_up(void)
{
    fixture.stores = g_ptr_array_new_with_free_func(free_store);
    g_ptr_array_add(fixture.stores, store_new("none", STORE_GIVEN));
    g_ptr_array_add(fixture.stores, store_new("other", STORE_PRIVATE));
    fixture.read = read_new(fixture.stores);
}

static void tear_down(void)
{
    read_free(fixture.read);
    g_ptr_array_unref(fixture.stores);
}

static json_t *explain_job(const char *kind, GBytes *der, json_t *path, int from)
{
    json_t *job = json_pack("{s:s, s:s, s:s, s:o, s:i}", "job", "explain", "kind", kind, "sha256",
                            "x", "path", path, "from", from);
    if (der)
        json_object_set_new(job, "base64", base64_of(der));
    return job;
}

START_TEST(explain_goes_deeper)
{
    g_autoptr(GBytes) der = certificate();
    g_autoptr(GPtrArray) whole =
        ask(fixture.read, explain_job("certificate", der, json_array(), 0));
    ck_assert_str_eq(kind_at(whole, 0), "fields");
    const json_t *answer = g_ptr_array_index(whole, 0);
    g_autoptr(Field) root = field_from_json(json_object_get(answer, "field"));
    ck_assert_str_eq(root->name, "Certificate");
    ck_assert_uint_eq(root->length, g_bytes_get_size(der));
    g_autoptr(GPtrArray) part =
        ask(fixture.read, explain_job("certificate", NULL, json_pack("[i, i]", 0, 1), 0));
    g_autoptr(Field) serial = field_from_json(json_object_get(g_ptr_array_index(part, 0), "field"));
    ck_assert_str_eq(serial->name, "serialNumber");
    g_autoptr(GPtrArray) rest =
        ask(fixture.read, explain_job("certificate", NULL, json_array(), 1));
    g_autoptr(Field) from = field_from_json(json_object_get(g_ptr_array_index(rest, 0), "field"));
    ck_assert_uint_eq(from->children->len, root->children->len - 1);
    ck_assert_uint_eq(from->total, root->total);
}
END_TEST

START_TEST(explain_keeps_the_last_few)
{
    g_autoptr(GBytes) der = certificate();
    for (int i = 0; i <= LIMIT_TREES; i++) {
        json_t *job = explain_job("certificate", der, json_array(), 0);
        json_object_set_new(job, "sha256", json_sprintf("%d", i));
        g_autoptr(GPtrArray) facts = ask(fixture.read, job);
        ck_assert_str_eq(kind_at(facts, 0), "fields");
    }
    for (int i = LIMIT_TREES; i >= 0; i--) {
        json_t *job = explain_job("certificate", NULL, json_array(), 0);
        json_object_set_new(job, "sha256", json_sprintf("%d", i));
        g_autoptr(GPtrArray) facts = ask(fixture.read, job);
        ck_assert_str_eq(kind_at(facts, 0), i ? "fields" : "error");
    }
}
END_TEST

START_TEST(explain_handshake)
{
    g_autoptr(GBytes) done = raw("0e000000");
    g_autoptr(GPtrArray) facts = ask(fixture.read, explain_job("handshake", done, json_array(), 0));
    g_autoptr(Field) root = field_from_json(json_object_get(g_ptr_array_index(facts, 0), "field"));
    ck_assert_str_eq(root->name, "ServerHelloDone");
}
END_TEST

START_TEST(explain_other_objects)
{
    g_autoptr(GBytes) der = raw("3003020105");
    g_autoptr(GPtrArray) facts = ask(fixture.read, explain_job("asn1", der, json_array(), 0));
    g_autoptr(Field) root = field_from_json(json_object_get(g_ptr_array_index(facts, 0), "field"));
    ck_assert_str_eq(root->name, "ASN.1");
    ck_assert_str_eq(((Field *)g_ptr_array_index(root->children, 0))->name, "SEQUENCE");
    g_autoptr(GPtrArray) same = ask(fixture.read, explain_job("crl", der, json_array(), 0));
    g_autoptr(Field) list = field_from_json(json_object_get(g_ptr_array_index(same, 0), "field"));
    ck_assert_str_eq(list->name, "CertificateList");
}
END_TEST

START_TEST(explain_datagram)
{
    g_autoptr(GBytes) done = raw("16fefd00000000000000010002aabb");
    g_autoptr(GPtrArray) facts = ask(fixture.read, explain_job("datagram", done, json_array(), 0));
    g_autoptr(Field) root = field_from_json(json_object_get(g_ptr_array_index(facts, 0), "field"));
    ck_assert_str_eq(root->name, "datagram");
    ck_assert_str_eq(((Field *)g_ptr_array_index(root->children, 0))->name, "DTLSPlaintext");
}
END_TEST

START_TEST(large_values_are_sent_in_parts)
{
    GByteArray *names = g_byte_array_new();
    for (int i = 0; i < 200; i++) {
        g_autofree char *host = g_strnfill(4000, '\x01');
        GBytes *entry = text(0x82, host);
        g_byte_array_append(names, g_bytes_get_data(entry, NULL), (guint)g_bytes_get_size(entry));
        g_bytes_unref(entry);
    }
    GBytes *list = tlv(0x30, g_byte_array_free_to_bytes(names), NULL);
    g_autoptr(GBytes) der = forge((Forge){.extensions = extension("2.5.29.17", false, list)});
    json_t *path = json_pack("[i, i, i]", 0, 7, 0);
    g_autoptr(GPtrArray) facts = ask(fixture.read, explain_job("certificate", der, path, 0));
    g_autoptr(Field) field = field_from_json(json_object_get(g_ptr_array_index(facts, 0), "field"));
    ck_assert_str_eq(field->name, "subjectAltName");
    ck_assert_uint_eq(field->total, 201);
    ck_assert_uint_gt(field->children->len, 10);
    ck_assert_uint_lt(field->children->len, 100);
}
END_TEST

START_TEST(verify_answers_with_a_verdict)
{
    g_autoptr(GBytes) der = certificate();
    json_t *job = json_pack("{s:s, s:s, s:s, s:[o], s:s, s:I, s:b}", "job", "verify", "endpoint",
                            "e1", "connection", "e1.1", "certificates", base64_of(der), "name",
                            "a.test", "time", (json_int_t)1767225600, "asked", 1);
    g_autoptr(GPtrArray) facts = ask(fixture.read, job);
    const json_t *verdict = g_ptr_array_index(facts, 0);
    ck_assert_int_eq(fact_kind(verdict), FACT_VERDICT);
    ck_assert_str_eq(fact_string(verdict, "endpoint", ""), "e1");
    ck_assert_str_eq(fact_string(verdict, "connection", ""), "e1.1");
    ck_assert(fact_bool(verdict, "name_matches", FALSE));
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(verdict, "reasons"), 0)),
                     "trust-self-signed");
    ck_assert(fact_bool(verdict, "primary", FALSE));
    ck_assert(!fact_bool(verdict, "private", FALSE));
    verdict = g_ptr_array_index(facts, 1);
    ck_assert_int_eq(fact_kind(verdict), FACT_VERDICT);
    ck_assert_str_eq(fact_string(verdict, "store", ""), "other");
    ck_assert(!fact_bool(verdict, "primary", TRUE));
    ck_assert(fact_bool(verdict, "private", FALSE));
    ck_assert(fact_bool(verdict, "asked", FALSE));
}
END_TEST

START_TEST(verify_holds_records_against_the_chain)
{
    g_autoptr(GBytes) der = certificate();
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
    json_t *job = json_pack("{s:s, s:s, s:s, s:[o], s:I, s:[{s:i, s:i, s:i, s:s}]}", "job",
                            "verify", "endpoint", "e1", "connection", "e1.2", "certificates",
                            base64_of(der), "time", (json_int_t)1767225600, "tlsa", "usage", 3,
                            "selector", 0, "matching", 1, "data", digest);
    g_autoptr(GPtrArray) facts = ask(fixture.read, job);
    const json_t *dane = facts->len > 1 ? g_ptr_array_index(facts, facts->len - 2) : NULL;
    ck_assert_str_eq(fact_string(dane, "fact", ""), "dane");
    ck_assert_str_eq(fact_string(dane, "state", ""), "authenticated");
    ck_assert_str_eq(fact_string(dane, "connection", ""), "e1.2");
}
END_TEST

START_TEST(inspect_reads_a_file)
{
    g_autoptr(GBytes) one = certificate();
    g_autoptr(GBytes) other = forge((Forge){.subject = "b.test"});
    g_autoptr(GBytes) file = join(join(g_bytes_ref(one), g_bytes_ref(other)), g_bytes_ref(one));
    json_t *job = json_pack("{s:s, s:o, s:s, s:s}", "job", "inspect", "base64", base64_of(file),
                            "file", "f1", "path", "x.der");
    g_autoptr(GPtrArray) facts = ask(fixture.read, job);
    static const char *const kinds[] = {"bytes",       "certificate", "object", "bytes",
                                        "certificate", "object",      "object", "file"};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        ck_assert_str_eq(kind_at(facts, i), kinds[i]);
    const json_t *object = g_ptr_array_index(facts, 6), *told = g_ptr_array_index(facts, 7);
    ck_assert_str_eq(fact_string(object, "file", ""), "f1");
    ck_assert_int_eq(fact_integer(object, "index", 0), 3);
    ck_assert_str_eq(fact_string(object, "kind", ""), "certificate");
    ck_assert_str_eq(fact_string(told, "form", ""), "der");
    ck_assert_str_eq(fact_string(told, "path", ""), "x.der");
    ck_assert_int_eq(fact_integer(told, "objects", 0), 3);
    ck_assert_ptr_null(json_object_get(told, "reason"));
}
END_TEST

START_TEST(inspect_of_nothing)
{
    g_autoptr(GBytes) nothing = raw("00");
    for (int quiet = 0; quiet < 2; quiet++) {
        g_autoptr(GPtrArray) facts =
            ask(fixture.read, json_pack("{s:s, s:o, s:s, s:b}", "job", "inspect", "base64",
                                        base64_of(nothing), "file", "f1", "quiet", quiet));
        ck_assert_uint_eq(facts->len, quiet ? 1 : 2);
        if (!quiet)
            ck_assert_str_eq(fact_string(g_ptr_array_index(facts, 0), "reason", ""),
                             "file-holds-nothing");
    }
}
END_TEST

START_TEST(jobs_that_are_none)
{
    static const char *const rows[] = {
        "{}",
        "{\"job\":7}",
        "{\"job\":\"dance\"}",
        "{\"job\":\"explain\"}",
        "{\"job\":\"explain\",\"kind\":\"song\",\"base64\":\"MAA=\"}",
        "{\"job\":\"explain\",\"kind\":\"certificate\",\"base64\":\"MAA=\",\"path\":[9]}",
        "{\"job\":\"explain\",\"kind\":\"certificate\",\"base64\":\"MAA=\",\"path\":[-1]}",
        "{\"job\":\"explain\",\"kind\":\"certificate\",\"base64\":\"MAA=\",\"from\":-1}",
        "{\"job\":\"verify\"}",
        "{\"job\":\"verify\",\"certificates\":[],\"time\":\"now\"}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) facts = ask(fixture.read, json_loads(rows[i], 0, NULL));
        ck_assert_uint_eq(facts->len, 2);
        ck_assert_str_eq(fact_string(g_ptr_array_index(facts, 0), "code", ""), "job-refused");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("read");
    TCase *tests = tcase_create("read");
    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, explain_goes_deeper);
    tcase_add_test(tests, explain_other_objects);
    tcase_add_test(tests, explain_keeps_the_last_few);
    tcase_add_test(tests, explain_handshake);
    tcase_add_test(tests, explain_datagram);
    tcase_add_test(tests, large_values_are_sent_in_parts);
    tcase_add_test(tests, verify_answers_with_a_verdict);
    tcase_add_test(tests, verify_holds_records_against_the_chain);
    tcase_add_test(tests, inspect_reads_a_file);
    tcase_add_test(tests, inspect_of_nothing);
    tcase_add_test(tests, jobs_that_are_none);
    return check_main(suite);
}
