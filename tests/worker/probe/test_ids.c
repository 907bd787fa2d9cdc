/* Session ids as servers give them, and as none should. */
#include "worker/probe/ids.h"

#include "common/fact/fact.h"
#include "tests/check.h"

enum { SIZE = 32 };

/* So many ids, of which so many bytes at the end vary; with the last one as the first. */
static const struct {
    guint count, vary;
    bool again;
    const char *answer, *value; /* NULL: nothing is said */
} rows[] = {
    {4, 32, false, "yes", "32 of 32 bytes vary"},
    {9, 8, false, "yes", "8 of 32 bytes vary"},
    {9, 7, false, "no", "7 of 32 bytes vary"},
    {9, 1, false, "no", "1 of 32 bytes vary"},
    {9, 32, true, "no", "1 of 9 came before"},
    {4, 0, false, "no", "3 of 4 came before"},
    {3, 32, false, NULL, NULL},
    {0, 0, false, NULL, NULL},
};

START_TEST(each_kind)
{
    Ids *ids = ids_new();
    for (guint i = 0; i < rows[_i].count; i++) {
        guint8 id[SIZE];
        bool again = rows[_i].again && i + 1 == rows[_i].count;
        for (guint j = 0; j < SIZE; j++)
            id[j] = (guint8)(j + (j >= SIZE - rows[_i].vary && !again ? i : 0));
        ids_note(ids, id, sizeof id);
    }
    json_t *answer = ids_answer(ids);
    ck_assert_pstr_eq(fact_string(answer, "answer", NULL), rows[_i].answer);
    ck_assert_pstr_eq(fact_string(answer, "value", NULL), rows[_i].value);
    json_decref(answer);
    ids_free(ids);
}
END_TEST

/* What the shortest lacks is not compared. */
START_TEST(of_two_sizes)
{
    Ids *ids = ids_new();
    for (guint i = 0; i < 5; i++) {
        guint8 id[SIZE];
        for (guint j = 0; j < SIZE; j++)
            id[j] = (guint8)(i * 7 + j);
        ids_note(ids, id, i % 2 ? 16 : SIZE);
    }
    json_t *answer = ids_answer(ids);
    ck_assert_str_eq(fact_string(answer, "value", ""), "16 of 16 bytes vary");
    json_decref(answer);
    ids_free(ids);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ids");
    TCase *tcase = tcase_create("ids");
    tcase_add_loop_test(tcase, each_kind, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, of_two_sizes);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
