/* Rows made here for a root made here; and the table of the real ones. */
#include "worker/pki/distrust.h"

#include <string.h>

#include "common/util/bytes.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"
#include "worker/pki/sct.h"
#include "worker/pki/verify.h"

static const gint64 NOW = 1735689600; /* 2025-01-01T00:00:00Z */

/* A timestamp with a signature of one byte; the log is not looked at. */
static GString *stamp(int version, gint64 seconds)
{
    GString *all = g_string_new(NULL);
    g_string_append_c(all, (char)version);
    for (int i = 0; i < 32; i++)
        g_string_append_c(all, 'l');
    for (int shift = 56; shift >= 0; shift -= 8)
        g_string_append_c(all, (char)((guint64)seconds * 1000 >> shift));
    g_string_append_len(all, "\0\0\4\3\0\1s", 7);
    return all;
}

/* As it stands in a certificate: of one timestamp each, 0 ends them; the negative are of version 2.
 */
static GBytes *stamps(const gint64 *seconds)
{
    GString *list = g_string_new(NULL);
    for (; *seconds; seconds++) {
        GString *one = stamp(*seconds < 0, ABS(*seconds));
        g_string_append_c(list, 0);
        g_string_append_c(list, (char)one->len);
        g_string_append_len(list, one->str, (gssize)one->len);
        g_string_free(one, TRUE);
    }
    g_string_prepend_c(list, (char)(list->len & 0xff));
    g_string_prepend_c(list, (char)((list->len - 1) >> 8));
    GBytes *value = bytes(0x04, list->str, list->len);
    g_string_free(list, TRUE);
    return extension(OID_SCT_LIST, false, value);
}

static GBytes *leaf(const char *from, const gint64 *logged)
{
    return forge(
        (Forge){.subject = "a.test",
                .issuer = "root",
                .from = from,
                .key = forge_key("ec", 2),
                .issuer_key = forge_key("ec", 1),
                .extensions = logged[0] ? join(dns("a.test"), stamps(logged)) : dns("a.test")});
}

#define ON "2024-11-11T23:59:59Z"
enum { AT = 1731369599 }; /* ON */

static const struct {
    const char *rule, *from;
    gint64 logged[3];
    bool applies;
} rows[] = {
    {"issued-after", "241111235959Z", {0}, false},
    {"issued-after", "241112000000Z", {0}, true},
    {"issued-after", "241112000000Z", {AT - 1}, true},
    {"sct-after", "241111235959Z", {0}, false},
    {"sct-after", "241112000000Z", {0}, true},
    {"sct-after", "241111000000Z", {AT + 1}, true},
    {"sct-after", "241112000000Z", {AT}, false},
    {"sct-after", "241112000000Z", {AT + 9, AT - 9}, false},
    {"sct-after", "241111000000Z", {AT + 9, AT + 1}, true},
    {"sct-after", "241111000000Z", {AT + 9, -(AT - 9)}, true},
    {"all", "200101000000Z", {0}, true},
    {"of-tomorrow", "200101000000Z", {0}, false},
};

START_TEST(a_row_applies_or_not)
{
    g_autoptr(GBytes) der = leaf(rows[_i].from, rows[_i].logged);
    Cert *cert = cert_new(der);
    const Distrust table[] = {{"00", "B", "all", "2000-01-01T00:00:00Z", "-", "-"},
                              {"aa", "A", rows[_i].rule, ON, "-", "-"}};
    Distrusted asked = {table, 2, "aa", cert, NOW};
    g_autoptr(json_t) list = distrust_list(&asked);
    const json_t *only = json_array_get(list, 0);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_str_eq(fact_string(only, "who", ""), "A");
    ck_assert_str_eq(fact_string(only, "rule", ""), rows[_i].rule);
    ck_assert_str_eq(fact_string(only, "date", ""), ON);
    ck_assert_int_eq(fact_bool(only, "applies", !rows[_i].applies), rows[_i].applies);
    ck_assert_int_eq(distrust_applies(&asked), rows[_i].applies);
    cert_free(cert);
}
END_TEST

START_TEST(all_begins_on_its_day)
{
    g_autoptr(GBytes) der = leaf("200101000000Z", (gint64[]){0});
    Cert *cert = cert_new(der);
    const Distrust table[] = {{"aa", "A", "all", ON, "-", "-"}};
    Distrusted asked = {table, 1, "aa", cert, AT - 1};
    ck_assert(!distrust_applies(&asked));
    asked.time = AT;
    ck_assert(distrust_applies(&asked));
    cert_free(cert);
}
END_TEST

/* The verdict stays what the store says; the user's own roots are not judged by others, and what a
 * root has not issued is not of it. */
START_TEST(the_verdict_has_it)
{
    g_autoptr(GBytes) root = forge((Forge){.subject = "root",
                                           .issuer = "root",
                                           .key = forge_key("ec", 1),
                                           .issuer_key = forge_key("ec", 1),
                                           .extensions = basic(true, -1)});
    g_autoptr(GBytes) der = leaf("241201000000Z", (gint64[]){0});
    g_autofree char *sha256 = bytes_sha256(g_bytes_get_data(root, NULL), g_bytes_get_size(root));
    const Distrust table[] = {{sha256, "A", "issued-after", ON, "-", "-"},
                              {sha256, "B", "issued-after", "2024-12-31T00:00:00Z", "-", "-"}};
    static const char *const ways[] = {"public", "own", "forged"};
    g_autoptr(GBytes) forged = forge_flip(der, g_bytes_get_size(der) - 1, 1);
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        bool genuine = way < 2;
        g_autoptr(Store) store = store_new("some", way == 1 ? STORE_PRIVATE : STORE_PUBLIC);
        store_add(store, root);
        g_autoptr(GPtrArray) sent = g_ptr_array_new();
        g_ptr_array_add(sent, genuine ? der : forged);
        g_autoptr(Chain) chain = chain_new(sent, NULL, NULL);
        Question question = {.time = NOW, .distrusts = table, .distrusts_count = 2};
        g_autoptr(json_t) verdict = verify_chain(store, chain, &question);
        g_autofree char *remarks = json_dumps(json_object_get(verdict, "remarks"), 0);
        const json_t *list = json_object_get(verdict, "distrusts");
        ck_assert_msg(fact_bool(verdict, "trusted", !genuine) == genuine, "%s", ways[way]);
        ck_assert_int_eq(strstr(remarks, "trust-distrusted-elsewhere") != NULL, way == 0);
        ck_assert_uint_eq(json_array_size(list), way == 0 ? 2 : 0);
        if (way == 0) {
            ck_assert(fact_bool(json_array_get(list, 0), "applies", FALSE));
            ck_assert(!fact_bool(json_array_get(list, 1), "applies", TRUE));
        }
        g_autofree char *line = fact_to_line(verdict);
        ck_assert_ptr_nonnull(line);
    }
}
END_TEST

START_TEST(the_table_is_in_itself_right)
{
    static const char *const rules[] = {"all", "issued-after", "sct-after", NULL};
    size_t count;
    const Distrust *all = registry_distrusts(&count);
    ck_assert_uint_gt(count, 20);
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(all[i].date, NULL);
        ck_assert_uint_eq(strspn(all[i].sha256, "0123456789abcdef"), 64);
        ck_assert_uint_eq(strlen(all[i].sha256), 64);
        ck_assert(g_strv_contains(rules, all[i].rule));
        ck_assert(date && all[i].who && all[i].ca && all[i].source);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distrust");
    TCase *tcase = tcase_create("roots");
    tcase_add_loop_test(tcase, a_row_applies_or_not, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, all_begins_on_its_day);
    tcase_add_test(tcase, the_verdict_has_it);
    tcase_add_test(tcase, the_table_is_in_itself_right);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
