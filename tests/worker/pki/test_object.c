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

int main(void)
{
    Suite *suite = suite_create("object");
    TCase *tests = tcase_create("object");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, every_name_is_explained);
    return check_main(suite);
}
