#include "worker/pki/idn.h"

#include <string.h>

#include "tests/check.h"
#include "tests/worker/pki/forge.h"
#include "worker/pki/x509.h"

static bool has_note(const Field *field, const char *code)
{
    return field->notes && g_ptr_array_find(field->notes, g_intern_string(code), NULL);
}

typedef struct Row {
    const char *domain, *value;
    const char *note; /* NULL: none at all */
} Row;

/* The Unicode forms are those of RFC 3492 section 7.1's algorithm as Python's idna codec has it. */
static const Row rows[] = {
    {"a.test", "a.test", NULL},
    {"a--b.test", "a--b.test", NULL},
    {"xn--mnchen-3ya.test", "xn--mnchen-3ya.test (münchen.test)", NULL},
    {"*.XN--mnchen-3ya.test.", "*.XN--mnchen-3ya.test. (*.münchen.test.)", NULL},
    {"münchen.test", "münchen.test (xn--mnchen-3ya.test)", NULL},
    {"xn--wgv71a119e.test", "xn--wgv71a119e.test (日本語.test)", NULL},
    {"xn--pple-43d.test", "xn--pple-43d.test (аpple.test; Latin and Cyrillic)",
     "name-mixed-scripts"},
    {"xn--80ak6aa92e.test", "xn--80ak6aa92e.test (аррӏе.test)", "name-confusable"},
    {"xn--e1afmkfd.test", "xn--e1afmkfd.test (пример.test)", NULL},
    {"xn--a.test", "xn--a.test", "name-idn-invalid"},
    {"xn--u-ccb.test", "xn--u-ccb.test", "name-idn-invalid"},
    {"xn--", "xn--", "name-idn-invalid"},
    {"\xff.xn--mnchen-3ya", "\xff.xn--mnchen-3ya", NULL},
};

START_TEST(domains)
{
    const Row *row = &rows[_i];
    g_autoptr(Field) field = field_new("dNSName", NULL, 0, 0);
    field_set(field, "%s", row->domain);
    idn_show_domain(field, 0, field->value->len);
    ck_assert_str_eq(field->value->str, row->value);
    ck_assert_msg(row->note ? has_note(field, row->note) : !field->notes, "%s", row->domain);
}
END_TEST

/* Only the domain of an address, and only what looks like one. */
START_TEST(parts_of_a_text)
{
    g_autoptr(Field) mail = field_new("rfc822Name", NULL, 0, 0);
    field_set(mail, "xn--a@xn--mnchen-3ya.test");
    idn_show_domain(mail, 6, mail->value->len + 10);
    ck_assert_str_eq(mail->value->str, "xn--a@xn--mnchen-3ya.test (münchen.test)");
    ck_assert_ptr_null(mail->notes);
    g_autoptr(Field) person = field_new("commonName", NULL, 0, 0);
    field_set(person, "Jürgen M. Müller");
    idn_show_text(person);
    ck_assert_str_eq(person->value->str, "Jürgen M. Müller");
}
END_TEST

START_TEST(characters)
{
    static const struct {
        const char *text, *note;
    } texts[] = {
        {"plain, and ünïcode", NULL},   {"a\x1b[31m", "name-control"},
        {"a\u202eb", "name-bidi"},      {"a\u2066b", "name-bidi"},
        {"a\u200bb", "name-invisible"}, {"a\ufeff", "name-invisible"},
        {"a\xc2\x85", "name-control"},  {"e\u0301", NULL},
        {"\xff\xe2\x80", NULL},         {"a\u00adb", "name-invisible"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Field) field = field_new("commonName", NULL, 0, 0);
        field_set_text(field, texts[i].text, strlen(texts[i].text));
        idn_note_text(field);
        ck_assert_msg(texts[i].note ? has_note(field, texts[i].note) : !field->notes, "row %zu", i);
    }
}
END_TEST

/* In the tree and in the fact, apart from what is wrong with the encoding. */
START_TEST(names_of_a_certificate)
{
    g_autoptr(GBytes) der =
        forge((Forge){.subject_name = name(0x0c, "b\u200e\u00fc.test", 11),
                      .extensions = alternative(0x86, "https://u@xn--pple-43d.test:1/", 30)});
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    g_autoptr(json_t) fact = x509_fact(data, size);
    g_autofree char *notes = json_dumps(json_object_get(fact, "name_notes"), 0);
    ck_assert_str_eq(notes, "[\"name-bidi\", \"name-mixed-scripts\"]");
    ck_assert_ptr_null(json_object_get(fact, "faults"));
    ck_assert_str_eq(fact_string(fact, "common_name", ""), "b\u200e\u00fc.test");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("idn");
    TCase *tests = tcase_create("idn");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, domains, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tests, parts_of_a_text);
    tcase_add_test(tests, characters);
    tcase_add_test(tests, names_of_a_certificate);
    return check_main(suite);
}
