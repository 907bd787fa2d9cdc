/* Dives and answers, folded. */
#include "front/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define ENDPOINT                                                                                   \
    "{'fact':'endpoint','at':0,'endpoint':'1','target':'a','host':'a.example','port':443,"         \
    "'transport':'tcp','entry':'tls','named':true}"
#define USUAL                                                                                      \
    "{'fact':'connection','at':1,'endpoint':'1','connection':'1.1','event':'connecting',"          \
    "'address':'192.0.2.1','port':443,'hello':'usual'}"
#define QUESTION                                                                                   \
    "{'fact':'connection','at':2,'endpoint':'1','connection':'1.2','event':'connecting',"          \
    "'address':'192.0.2.1','port':443,'hello':'question'}"
#define DONE  "{'fact':'done','at':2,'endpoint':'1','result':'finished','took':1}"
#define BEGUN "{'fact':'dive','at':2,'endpoint':'1','event':'begun','depth':'full','allowed':1000}"
#define OVER                                                                                       \
    "{'fact':'dive','at':4,'endpoint':'1','event':'over','connections':9,'result':'finished'}"
#define SUITE(word, items)                                                                         \
    "{'fact':'answer','at':3,'endpoint':'1','connection':'1.2','question':'suite','version':"      \
    "'TLS 1.2','items':" items ",'answer':'" word "'}"

static const Endpoint *fold_all(Model *model, const char *const *lines)
{
    for (; *lines; lines++)
        stream_fold(model, *lines);
    return model_endpoint(model, "1");
}

START_TEST(a_question_is_kept_apart)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT, USUAL, QUESTION, NULL};
    const Endpoint *endpoint = fold_all(model, lines);
    ck_assert_uint_eq(endpoint->connections->len, 1);
    ck_assert_uint_eq(endpoint->questions->len, 1);
    ck_assert_uint_eq(endpoint->last_connection, 2);
    ck_assert_str_eq(endpoint->best->id, "1.1");
    stream_fold(model, "{'fact':'negotiated','at':3,'endpoint':'1','connection':'1.2','version':"
                       "'TLS 1.2','suite':'TLS_RSA_WITH_RC4_128_SHA'}");
    ck_assert_str_eq(endpoint->best->id, "1.1");
    const Connection *question = endpoint->questions->pdata[0];
    ck_assert(question->question);
    ck_assert_uint_eq(question->events->len, 1);
    ck_assert_ptr_eq(g_hash_table_lookup(model->by_connection, "1.2"), question);
    /* the next round's connections are numbered behind those of dives */
    stream_fold(model, DONE);
    stream_fold(model, "{'fact':'state','at':5,'endpoint':'1','state':'waiting'}");
    ck_assert_uint_eq(endpoint->round_from, 3);
}
END_TEST

START_TEST(a_question_known_late_is_moved)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {
        ENDPOINT,
        "{'fact':'message','at':1,'endpoint':'1','connection':'1.2','direction':'out','content':"
        "'handshake','name':'ClientHello','size':9}",
        QUESTION, NULL};
    const Endpoint *endpoint = fold_all(model, lines);
    ck_assert_uint_eq(endpoint->connections->len, 0);
    ck_assert_uint_eq(((Connection *)endpoint->questions->pdata[0])->events->len, 2);
}
END_TEST

/* Of the last question alone; others' tries are gone. */
START_TEST(tries_are_kept)
{
#define TRY(more) "{'fact':'try','at':3,'endpoint':'1','question':'version','items':['a']" more "}"
#define ONE       "{'fact':'dive','at':2,'endpoint':'1','event':'begun','depth':'one'}"
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT,
                                        QUESTION,
                                        ONE,
                                        TRY(",'answer':'yes','took':0.5,'connection':'1.2'"),
                                        TRY(",'answer':'unknown','connection':'9.9'"),
                                        TRY(",'answer':'perhaps'"),
                                        NULL};
    const Endpoint *endpoint = fold_all(model, lines);
    const GPtrArray *tries = endpoint->answers->tries;
    ck_assert_uint_eq(tries->len, 2);
    const Try *first = tries->pdata[0], *second = tries->pdata[1];
    ck_assert_int_eq(first->word, ANSWER_YES);
    ck_assert(first->took > 0.4 && second->took < 0);
    ck_assert_str_eq(first->proof->id, "1.2");
    ck_assert_ptr_null(second->proof);
    stream_fold(model, BEGUN);
    ck_assert_uint_eq(tries->len, 2);
    stream_fold(model, ONE);
    ck_assert_uint_eq(tries->len, 0);
    for (guint i = 0; i < LIMIT_TRIES + 5; i++)
        stream_fold(model, TRY(",'answer':'no'"));
    ck_assert_uint_eq(tries->len, LIMIT_TRIES);
}
END_TEST

START_TEST(a_dive_is_counted_and_ends)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT, BEGUN, NULL};
    const Endpoint *endpoint = fold_all(model, lines);
    const Dive *dive = endpoint->answers->now;
    ck_assert_uint_eq(model->diving, 1);
    ck_assert(dive->running);
    ck_assert_str_eq(dive->depth, "full");
    ck_assert_uint_eq(dive->allowed, 1000);
    stream_fold(model, "{'fact':'dive','at':3,'endpoint':'1','event':'progress','connections':7,"
                       "'in_flight':4,'left':12}");
    ck_assert_uint_eq(dive->connections, 7);
    ck_assert_uint_eq(dive->in_flight, 4);
    ck_assert_uint_eq(dive->left, 12);
    stream_fold(model, OVER);
    ck_assert_uint_eq(model->diving, 0);
    ck_assert(!dive->running);
    ck_assert_str_eq(dive->result, "finished");
    ck_assert_uint_eq(dive->connections, 9);
    ck_assert_double_eq(dive->took, 2);
    /* one over is enough, and one question does not hide the dive */
    ck_assert_ptr_null(stream_fold(model, OVER));
    stream_fold(model, "{'fact':'dive','at':5,'endpoint':'1','event':'begun','depth':'one'}");
    ck_assert_uint_eq(model->diving, 1);
    ck_assert_ptr_eq(endpoint->answers->now, &endpoint->answers->one);
    ck_assert_uint_eq(endpoint->answers->dive.connections, 9);
    ck_assert_uint_eq(endpoint->answers->now->number, 2);
}
END_TEST

START_TEST(a_dive_that_never_began_came_to_nothing)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT,
                                        "{'fact':'dive','at':4,'endpoint':'1','event':'over',"
                                        "'depth':'full','connections':0,'result':'refused',"
                                        "'reason':'connection-refused'}",
                                        NULL};
    const Endpoint *endpoint = fold_all(model, lines);
    ck_assert_uint_eq(model->diving, 0);
    ck_assert_uint_eq(endpoint->answers->dive.number, 1);
    ck_assert_str_eq(endpoint->answers->dive.result, "refused");
    ck_assert_double_eq(endpoint->answers->dive.took, 0);
}
END_TEST

START_TEST(the_last_answer_counts)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {
        ENDPOINT, QUESTION, BEGUN, SUITE("no", "['A','B','C']"), SUITE("yes", "['B']"), NULL};
    const Answers *answers = fold_all(model, lines)->answers;
    const AnswerTopic *topic = answers_topic(answers, "suite", "TLS 1.2", "");
    ck_assert_uint_eq(topic->cells->len, 3);
    ck_assert_int_eq(answers_find(answers, "suite", "TLS 1.2", "A")->word, ANSWER_NO);
    ck_assert_int_eq(answers_find(answers, "suite", "TLS 1.2", "B")->word, ANSWER_YES);
    ck_assert_ptr_null(answers_find(answers, "suite", "TLS 1.1", "A"));
    ck_assert_uint_eq(answers_count(answers, "suite", "TLS 1.2", ANSWER_YES), 1);
    ck_assert_uint_eq(answers_count(answers, "suite", "TLS 1.2", ANSWER_NO), 2);
    /* a list that was refused is held once */
    ck_assert_ptr_eq(answers_find(answers, "suite", "TLS 1.2", "A"),
                     answers_find(answers, "suite", "TLS 1.2", "C"));
    const Connection *proof = answers_find(answers, "suite", "TLS 1.2", "B")->proof;
    ck_assert_str_eq(proof->id, "1.2");
    ck_assert_uint_eq(proof->proves, 2);
    stream_fold(model, SUITE("unknown", "['A','B','C']"));
    ck_assert_uint_eq(proof->proves, 1);
    ck_assert_int_eq(answers_find(answers, "suite", "TLS 1.2", "B")->word, ANSWER_UNKNOWN);
}
END_TEST

START_TEST(over_all_keys_the_best_answer_counts)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {
        ENDPOINT,
        "{'fact':'answer','at':1,'endpoint':'1','question':'scheme','version':'TLS 1.2','key':"
        "'RSA','items':['s','t'],'answer':'no'}",
        "{'fact':'answer','at':1,'endpoint':'1','question':'scheme','version':'TLS 1.2','key':"
        "'ECDSA','items':['s'],'answer':'yes'}",
        NULL};
    const Answers *answers = fold_all(model, lines)->answers;
    ck_assert_int_eq(answers_find(answers, "scheme", "TLS 1.2", "s")->word, ANSWER_YES);
    ck_assert_uint_eq(answers_count(answers, "scheme", "TLS 1.2", ANSWER_YES), 1);
    ck_assert_uint_eq(answers_count(answers, "scheme", "TLS 1.2", ANSWER_NO), 1);
}
END_TEST

#define ORDER(word)                                                                                \
    "{'fact':'answer','at':3,'endpoint':'1','question':'suite-order','version':'TLS 1.2',"         \
    "'items':['B','A'],'answer':'" word "'}"

START_TEST(an_order_is_one_answer)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT, BEGUN, ORDER("yes"), NULL};
    const Answers *answers = fold_all(model, lines)->answers;
    const json_t *order = answers_order(answers, "suite-order", "TLS 1.2");
    ck_assert_uint_eq(json_array_size(order), 2);
    ck_assert_str_eq(json_string_value(json_array_get(order, 0)), "B");
    ck_assert_uint_eq(answers->cells, 0);
    stream_fold(model, ORDER("no"));
    ck_assert_ptr_null(answers_order(answers, "suite-order", "TLS 1.2"));
}
END_TEST

/* What is on the screen stays there while it is asked again. */
START_TEST(old_answers_are_marked_and_not_cleared)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT, BEGUN, SUITE("yes", "['A']"), OVER, NULL};
    const Answers *answers = fold_all(model, lines)->answers;
    const AnswerTopic *topic = answers_topic(answers, "suite", "TLS 1.2", "");
    ck_assert(!answers_is_stale(answers, topic, topic->last));
    stream_fold(model, BEGUN);
    ck_assert(answers_is_stale(answers, topic, topic->last));
    stream_fold(model, SUITE("yes", "['A']"));
    ck_assert(!answers_is_stale(answers, topic, topic->last));
    stream_fold(model, OVER);
    /* asking for versions alone, or for one thing, asks no suites again */
    stream_fold(model, "{'fact':'dive','at':5,'endpoint':'1','event':'begun','depth':'versions'}");
    ck_assert(!answers_is_stale(answers, topic, topic->last));
}
END_TEST

START_TEST(nonsense_changes_nothing)
{
    static const char *const lines[] = {
        "{'fact':'answer','at':1,'endpoint':'1','items':['A'],'answer':'yes'}",
        "{'fact':'answer','at':1,'endpoint':'1','question':'suite','answer':'yes'}",
        "{'fact':'answer','at':1,'endpoint':'1','question':'suite','items':['A'],'answer':'so'}",
        "{'fact':'answer','at':1,'endpoint':'2','question':'suite','items':['A'],'answer':'no'}",
        "{'fact':'dive','at':1,'endpoint':'1','event':'progress'}",
        "{'fact':'dive','at':1,'endpoint':'1','event':'over'}",
        "{'fact':'dive','at':1,'endpoint':'1'}",
    };
    g_autoptr(Model) model = model_new();
    stream_fold(model, ENDPOINT);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        ck_assert_msg(!stream_fold(model, lines[i]), "%s", lines[i]);
    /* an answer may name a connection that nobody told of, or none */
    ck_assert_ptr_nonnull(stream_fold(model, SUITE("yes", "['A', 7, null]")));
}
END_TEST

START_TEST(what_is_kept_has_ceilings)
{
    g_autoptr(Model) model = model_new();
    stream_fold(model, ENDPOINT);
    const Endpoint *endpoint = model_endpoint(model, "1");
    for (guint i = 1; i <= LIMIT_QUESTIONS + 40; i++) {
        g_autofree char *line = g_strdup_printf(
            "{'fact':'connection','at':1,'endpoint':'1','connection':'1.%u','event':'closed',"
            "'address':'192.0.2.1','port':443,'hello':'question'}",
            i);
        stream_fold(model, line);
        if (i == 2)
            stream_fold(model, SUITE("yes", "['A']"));
    }
    ck_assert_uint_eq(model->questions.length, LIMIT_QUESTIONS);
    const Connection *first = endpoint->questions->pdata[0], *proof = endpoint->questions->pdata[1];
    ck_assert(first->shed);
    ck_assert_uint_eq(first->events->len, 0);
    ck_assert(!proof->shed);
    ck_assert_uint_eq(proof->events->len, 1);
    for (guint i = 0; i < LIMIT_TOPICS + 10; i++) {
        g_autofree char *line =
            g_strdup_printf("{'fact':'answer','at':1,'endpoint':'1','question':'scheme','key':"
                            "'%u','items':['s'],'answer':'no'}",
                            i);
        stream_fold(model, line);
    }
    ck_assert_uint_eq(endpoint->answers->topics->len, LIMIT_TOPICS);
}
END_TEST

/* Lines of a dive's connections change nothing that rules look at; answers do. */
START_TEST(findings_stay_while_questions_are_asked)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {ENDPOINT, USUAL, DONE, QUESTION, NULL};
    Endpoint *endpoint = (Endpoint *)fold_all(model, lines);
    endpoint->findings = g_ptr_array_new();
    stream_fold(model, QUESTION);
    ck_assert_ptr_nonnull(endpoint->findings);
    stream_fold(model, SUITE("yes", "['A']"));
    ck_assert_ptr_null(endpoint->findings);
}
END_TEST

static char *splits_of(const Answers *answers, AnswerSide side)
{
    g_autoptr(GPtrArray) cells = answers_splits(answers, side);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < cells->len; i++) {
        const AnswerCell *cell = cells->pdata[i];
        AnswerSplit split;
        ck_assert(answers_split(cell->answer, &split));
        ck_assert_int_eq(split.side, side);
        g_string_append_printf(text, "%s%s %u/%u", i ? ", " : "", cell->item, split.tries,
                               split.of);
    }
    return g_string_free(text, FALSE);
}

#define SAID(question, version, more)                                                              \
    "{'fact':'answer','at':1,'endpoint':'1','question':'" question "','version':'" version         \
    "','answer':'yes'," more "}"

/* A version that one alone has stands for what is in it; one that both have does not. */
START_TEST(what_two_configurations_differ_in)
{
    static const char *const lines[] = {
        ENDPOINT,
        SAID("suite", "TLS 1.3", "'items':['A'],'configuration':'second','tries':2,'of':5"),
        SAID("group", "TLS 1.3", "'items':['g'],'configuration':'second','tries':1,'of':5"),
        SAID("suite", "TLS 1.2", "'items':['B'],'configuration':'first','tries':3,'of':4"),
        SAID("suite", "TLS 1.2", "'items':['C'],'tries':1,'of':9"),
        SAID("suite", "TLS 1.2", "'items':['D'],'tries':4"),
        SAID("suite", "TLS 1.2", "'items':['E'],'configuration':'third'"),
        SAID("extension", "TLS 1.2", "'items':['x'],'configuration':'first'"),
        SAID("certificate", "TLS 1.2", "'items':['c'],'configuration':'first','value':'usual'"),
        SAID("certificate", "TLS 1.2", "'items':['c'],'configuration':'first','value':'no name'"),
        "{'fact':'answer','at':1,'endpoint':'1','question':'suite','version':'TLS 1.2','items':"
        "['F'],'answer':'no','tries':2,'of':3}",
        "{'fact':'answer','at':1,'endpoint':'1','question':'version','items':['TLS 1.2'],"
        "'answer':'yes','tries':9}",
        "{'fact':'answer','at':1,'endpoint':'1','question':'version','items':['TLS 1.0'],"
        "'answer':'yes','tries':8,'of':9}",
        SAID("suite", "TLS 1.0", "'items':['C'],'configuration':'first'"),
        "{'fact':'answer','at':1,'endpoint':'1','question':'version','items':['TLS 1.3'],"
        "'answer':'yes','configuration':'second','tries':4,'of':6}",
        NULL};
    g_autoptr(Model) model = model_new();
    const Answers *answers = fold_all(model, lines)->answers;
    g_autofree char *first = splits_of(answers, ANSWER_FIRST);
    g_autofree char *second = splits_of(answers, ANSWER_SECOND);
    g_autofree char *some = splits_of(answers, ANSWER_SOME);
    g_autofree char *none = splits_of(NULL, ANSWER_FIRST);
    ck_assert_str_eq(first, "B 3/4, x 0/0, c 0/0");
    ck_assert_str_eq(second, "TLS 1.3 4/6");
    ck_assert_str_eq(some, "TLS 1.0 8/9, C 1/9");
    ck_assert_str_eq(none, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("answers");
    TCase *all = tcase_create("answers");
    tcase_add_test(all, a_question_is_kept_apart);
    tcase_add_test(all, a_question_known_late_is_moved);
    tcase_add_test(all, tries_are_kept);
    tcase_add_test(all, a_dive_is_counted_and_ends);
    tcase_add_test(all, a_dive_that_never_began_came_to_nothing);
    tcase_add_test(all, the_last_answer_counts);
    tcase_add_test(all, over_all_keys_the_best_answer_counts);
    tcase_add_test(all, an_order_is_one_answer);
    tcase_add_test(all, old_answers_are_marked_and_not_cleared);
    tcase_add_test(all, nonsense_changes_nothing);
    tcase_add_test(all, what_is_kept_has_ceilings);
    tcase_add_test(all, what_two_configurations_differ_in);
    tcase_add_test(all, findings_stay_while_questions_are_asked);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
