/* Fields that come a few at a time, as of a certificate of ten thousand names. */
#include "tests/check.h"

#include "common/fact/fact.h"
#include "front/ui/fields.h"

#include <string.h>

enum { NAMES = 10000, BUDGET = 1500 };

/* A reader that answers when it is told to. */
typedef struct Scene {
    Field *tree;
    UiPort port;
    FieldStore *store;
    GQueue asked; /* json_t *: answers to come */
    guint count;  /* explains so far */
} Scene;

static void port_explain(void *data, const UiExplain *what)
{
    Scene *scene = data;
    json_t *path = json_array();
    for (guint i = 0; i < what->depth; i++)
        json_array_append_new(path, json_integer(what->path[i]));
    Field *field = field_at(scene->tree, what->path, what->depth);
    g_autofree char *id = g_strdup_printf("%s:%s", what->kind, what->sha256);
    scene->count++;
    g_queue_push_tail(&scene->asked, json_pack("{s:s,s:s,s:o,s:i,s:o}", "fact", "fields", "id", id,
                                               "path", path, "from", (int)what->from, "field",
                                               field_to_json(field, what->from, BUDGET)));
}

static void set_up(Scene *scene)
{
    *scene = (Scene){.tree = field_new("Certificate", "x509.Certificate", 0, 30 * NAMES + 40)};
    field_set(field_add(scene->tree, "serialNumber", "x509.serialNumber", 4, 10), "04:a1");
    Field *names = field_add(scene->tree, "subjectAltName", "x509.subjectAltName", 14,
                             (size_t)30 * NAMES + 10);
    field_set(field_add(names, "extnID", "x509.extnID", 16, 8), "subjectAltName (2.5.29.17)");
    for (size_t i = 0; i < NAMES; i++)
        field_set(field_add(names, "dNSName", "x509.dNSName", 24 + 30 * i, 30),
                  "Host-%05zu.example", i);
    Field *last = field_add(scene->tree, "signatureValue", "x509.signatureValue",
                            (size_t)30 * NAMES + 24, 16);
    field_set_text(last, "evil\x1b[31m", 9);
    scene->port = (UiPort){.data = scene, .explain = port_explain};
    scene->store = field_store_new(&scene->port);
}

static void tear_down(Scene *scene)
{
    field_store_free(scene->store);
    field_free(scene->tree);
    json_t *answer;
    while ((answer = g_queue_pop_head(&scene->asked)))
        json_decref(answer);
}

/* Hands over one answer; false: none is due. */
static bool answer(Scene *scene)
{
    g_autoptr(json_t) next = g_queue_pop_head(&scene->asked);
    if (next)
        field_store_answer(scene->store, next);
    return next != NULL;
}

static Fields *fields_of(Scene *scene)
{
    return field_store_get(scene->store, "certificate", "ab");
}

static void is_selected(Scene *scene, const char *value)
{
    ck_assert_str_eq(fields_selected(fields_of(scene))->value->str, value);
}

START_TEST(what_has_not_come_is_found_as_it_comes)
{
    Scene scene;
    set_up(&scene);
    Fields *fields = fields_of(&scene);
    answer(&scene);
    ck_assert_int_eq(fields_seek(fields, "04:A1", 1), FIELDS_SOUGHT_FOUND);
    is_selected(&scene, "04:a1");
    ck_assert_int_eq(fields_seek(fields, "HOST-04000.example", 1), FIELDS_SOUGHT_COMING);
    guint come = 0;
    ck_assert_str_eq(fields_seeking(fields, &come), "HOST-04000.example");
    ck_assert_uint_eq(come, 4);
    /* no more is asked for than lies on the way, and what is unfolded then */
    while (answer(&scene))
        ;
    is_selected(&scene, "Host-04000.example");
    ck_assert_int_eq(fields_take_sought(fields), FIELDS_SOUGHT_FOUND);
    ck_assert_int_eq(fields_take_sought(fields), FIELDS_SOUGHT_NOTHING);
    ck_assert_ptr_null(fields_seeking(fields, &come));
    ck_assert_uint_le(scene.count, 5);
    ck_assert(fields_is_open(fields, fields_selected(fields)->parent));
    ck_assert_int_eq(fields_seek(fields, "host-", -1), FIELDS_SOUGHT_FOUND);
    is_selected(&scene, "Host-03999.example");
    ck_assert_int_eq(fields_seek(fields, "\\x1b[31m", 1), FIELDS_SOUGHT_COMING);
    while (answer(&scene))
        ;
    ck_assert_str_eq(fields_selected(fields)->name, "signatureValue");
    ck_assert_int_eq(fields_seek(fields, "nowhere", 1), FIELDS_SOUGHT_NOT_THERE);
    ck_assert_str_eq(fields_selected(fields)->name, "signatureValue");
    tear_down(&scene);
}
END_TEST

START_TEST(who_moves_ends_a_search)
{
    Scene scene;
    set_up(&scene);
    Fields *fields = fields_of(&scene);
    answer(&scene);
    ck_assert_int_eq(fields_seek(fields, "host-09000", 1), FIELDS_SOUGHT_COMING);
    fields_command(fields, COMMAND_DOWN);
    while (answer(&scene))
        ;
    ck_assert_str_eq(fields_selected(fields)->name, "serialNumber");
    ck_assert_int_eq(fields_take_sought(fields), FIELDS_SOUGHT_NOTHING);
    ck_assert_int_eq(fields_seek(fields, "nowhere", -1), FIELDS_SOUGHT_COMING);
    while (answer(&scene))
        ;
    ck_assert_int_eq(fields_take_sought(fields), FIELDS_SOUGHT_NOT_THERE);
    tear_down(&scene);
}
END_TEST

START_TEST(bytes_lead_to_what_has_not_come)
{
    Scene scene;
    set_up(&scene);
    Fields *fields = fields_of(&scene);
    answer(&scene);
    size_t offset = 24 + (size_t)30 * 5000;
    fields_select_bytes(fields, offset + 7, 1);
    ck_assert_str_eq(fields_selected(fields)->name, "subjectAltName");
    while (answer(&scene))
        ;
    is_selected(&scene, "Host-05000.example");
    ck_assert_uint_eq(fields_selected(fields)->offset, offset);
    fields_select_bytes(fields, offset, 60);
    ck_assert_str_eq(fields_selected(fields)->name, "subjectAltName");
    ck_assert_ptr_null(fields_holding(fields, offset + 120000, 2));
    while (answer(&scene))
        ;
    ck_assert_str_eq(fields_holding(fields, offset + 120000, 2)->value->str, "Host-09000.example");
    ck_assert_str_eq(fields_selected(fields)->name, "subjectAltName");
    fields_select_inside(fields);
    is_selected(&scene, "Host-00000.example");
    tear_down(&scene);
}
END_TEST

START_TEST(what_is_inside_is_selected_when_it_comes)
{
    Scene scene;
    set_up(&scene);
    Fields *fields = fields_of(&scene);
    fields_select_id(fields, "x509.subjectAltName");
    fields_select_inside(fields);
    answer(&scene);
    ck_assert_str_eq(fields_selected(fields)->name, "subjectAltName");
    answer(&scene);
    is_selected(&scene, "Host-00000.example");
    ck_assert(!fields_ask_all(fields));
    while (answer(&scene))
        fields_ask_all(fields);
    ck_assert(fields_ask_all(fields));
    tear_down(&scene);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fields");
    TCase *all = tcase_create("fields");
    tcase_add_test(all, what_has_not_come_is_found_as_it_comes);
    tcase_add_test(all, who_moves_ends_a_search);
    tcase_add_test(all, what_is_inside_is_selected_when_it_comes);
    tcase_add_test(all, bytes_lead_to_what_has_not_come);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
