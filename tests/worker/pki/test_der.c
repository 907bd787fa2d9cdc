#include "worker/pki/der.h"

#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

static Der read_one(GBytes *der)
{
    Der element;
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    ck_assert(der_read(data, size, &element));
    return element;
}

START_TEST(headers)
{
    static const struct {
        const char *hex;
        DerClass class;
        bool constructed;
        uint32_t tag;
        size_t header, length, total;
        unsigned faults;
    } rows[] = {
        {"0500", DER_UNIVERSAL, false, 5, 2, 0, 2, 0},
        {"3003020105", DER_UNIVERSAL, true, 16, 2, 3, 5, 0},
        {"a303020105", DER_CONTEXT, true, 3, 2, 3, 5, 0},
        {"4401ff", DER_APPLICATION, false, 4, 2, 1, 3, 0},
        {"c401ff", DER_PRIVATE, false, 4, 2, 1, 3, 0},
        {"9f1f00", DER_CONTEXT, false, 31, 3, 0, 3, 0},
        {"9f8f7f01aa", DER_CONTEXT, false, 0x7ff, 4, 1, 5, 0},
        {"9f0500", DER_CONTEXT, false, 5, 3, 0, 3, DER_NON_MINIMAL},
        {"9f801f00", DER_CONTEXT, false, 31, 4, 0, 4, DER_NON_MINIMAL},
        {"04810141", DER_UNIVERSAL, false, 4, 3, 1, 4, DER_NON_MINIMAL},
        {"0482000141", DER_UNIVERSAL, false, 4, 4, 1, 5, DER_NON_MINIMAL},
        {"048a0000000000000000000141", DER_UNIVERSAL, false, 4, 12, 1, 13, DER_NON_MINIMAL},
        {"0405aabb", DER_UNIVERSAL, false, 4, 2, 2, 4, DER_TRUNCATED},
        {"0489ffffffffffffffffffaa", DER_UNIVERSAL, false, 4, 11, 1, 12, DER_TRUNCATED},
        {"30800201050000", DER_UNIVERSAL, true, 16, 2, 3, 7, DER_INDEFINITE},
        {"308030800000020105", DER_UNIVERSAL, true, 16, 2, 7, 9, DER_INDEFINITE | DER_TRUNCATED},
        {"04", DER_PRIVATE, false, 0, 0, 1, 1, DER_UNREADABLE},
        {"0482ff", DER_PRIVATE, false, 0, 0, 3, 3, DER_UNREADABLE},
        {"9fffffffffff00", DER_PRIVATE, false, 0, 0, 7, 7, DER_UNREADABLE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i].hex);
        Der element = read_one(der);
        ck_assert_msg(element.class == rows[i].class && element.tag == rows[i].tag &&
                          element.constructed == rows[i].constructed &&
                          element.header == rows[i].header && element.length == rows[i].length &&
                          element.total == rows[i].total && element.faults == rows[i].faults,
                      "%s: class %d tag %u header %zu length %zu total %zu faults %u", rows[i].hex,
                      (int)element.class, element.tag, element.header, element.length,
                      element.total, element.faults);
    }
}
END_TEST

START_TEST(nothing_is_no_element)
{
    Der element;
    ck_assert(!der_read(NULL, 0, &element));
}
END_TEST

/* Steps over every byte, whatever they are, and never beyond. */
static size_t walk(Reader reader, guint depth)
{
    Der element;
    size_t count = 0, at = reader_offset(&reader);
    while (der_next(&reader, &element)) {
        if (element.offset != at || element.total < 1)
            ck_abort_msg("an element of %zu bytes at %zu, not %zu", element.total, element.offset,
                         at);
        at += element.total;
        count++;
        if (element.constructed && depth < LIMIT_DER_DEPTH)
            count += walk(der_inside(&element), depth + 1);
    }
    if (!reader_at_end(&reader))
        ck_abort_msg("bytes are left at %zu", reader_offset(&reader));
    return count;
}

START_TEST(every_byte_is_stepped_over)
{
    g_autoptr(GBytes) der = forge((Forge){.extensions = join(dns("a.example"), basic(true, 3))});
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    for (size_t cut = 1; cut <= size; cut++) {
        g_autofree uint8_t *part = g_memdup2(data, cut);
        walk(reader_new(part, cut), 0);
    }
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            g_autoptr(GBytes) flipped = forge_flip(der, i, (uint8_t)(1 << bit));
            walk(reader_new(g_bytes_get_data(flipped, NULL), size), 0);
        }
}
END_TEST

START_TEST(deep_nesting_is_bounded)
{
    GByteArray *deep = g_byte_array_new();
    static const uint8_t open[] = {0x30, 0x80};
    for (int i = 0; i < 100000; i++)
        g_byte_array_append(deep, open, sizeof open);
    Der element;
    ck_assert(der_read(deep->data, deep->len, &element));
    ck_assert_uint_eq(element.faults, DER_INDEFINITE | DER_TRUNCATED | DER_TOO_DEEP);
    ck_assert_uint_eq(element.total, deep->len);
    walk(reader_new(deep->data, deep->len), 0);
    g_byte_array_unref(deep);
}
END_TEST

START_TEST(types_have_names)
{
    static const struct {
        const char *hex, *type;
    } rows[] = {
        {"0500", "NULL"},
        {"3000", "SEQUENCE"},
        {"0600", "OBJECT IDENTIFIER"},
        {"a000", "[0]"},
        {"4300", "[APPLICATION 3]"},
        {"c700", "[PRIVATE 7]"},
        {"0f00", "[UNIVERSAL 15]"},
        {"04", "bytes"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i].hex);
        Der element = read_one(der);
        g_autofree char *type = der_type(&element);
        ck_assert_str_eq(type, rows[i].type);
    }
}
END_TEST

static void collect(const char *code, void *codes)
{
    g_string_append_printf(codes, "%s ", code);
}

START_TEST(faults_have_codes)
{
    GString *codes = g_string_new(NULL);
    der_faults(DER_TRUNCATED | DER_INDEFINITE | DER_NON_MINIMAL | DER_TOO_DEEP, collect, codes);
    ck_assert_str_eq(codes->str, "der-truncated der-indefinite der-non-minimal der-too-deep ");
    g_string_free(codes, TRUE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("der");
    TCase *tests = tcase_create("der");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, headers);
    tcase_add_test(tests, nothing_is_no_element);
    tcase_add_test(tests, every_byte_is_stepped_over);
    tcase_add_test(tests, deep_nesting_is_bounded);
    tcase_add_test(tests, types_have_names);
    tcase_add_test(tests, faults_have_codes);
    return check_main(suite);
}
