/* A server that does as the table says a stack does is said to be like that one; one habit that is
 * another's, and it is none that is known. */
#include "front/audit/stacks.h"

#include <string.h>

#include "common/registry/registry.h"
#include "front/report/words.h"
#include "tests/check.h"

/* `text`: "yes", "no", "unknown", "alert 40", or "=" and what was said. */
static void say(Answers *answers, const char *question, const char *version, const char *item,
                const char *text)
{
    bool alert = g_str_has_prefix(text, "alert "), value = *text == '=';
    json_t *fact = json_pack("{s:s, s:s, s:[s], s:s}", "fact", "answer", "question", question,
                             "items", item, "answer",
                             alert   ? "no"
                             : value ? "yes"
                                     : text);
    if (*version)
        json_object_set_new(fact, "version", json_string(version));
    if (value)
        json_object_set_new(fact, "value", json_string(text + 1));
    if (alert)
        json_object_set_new(
            fact, "args",
            json_pack("{s:i}", "code", (int)g_ascii_strtoll(text + strlen("alert "), NULL, 10)));
    ck_assert(answers_fold(answers, fact, NULL));
    json_decref(fact);
}

/* The first of the texts that the table has for a stack; NULL: the feature is not in it. */
static char *expected(const char *stack, const char *feature)
{
    size_t size;
    const StackRow *rows = registry_stacks(&size);
    for (size_t i = 0; i < size; i++)
        if (strcmp(rows[i].stack, stack) == 0 && strcmp(rows[i].feature, feature) == 0)
            return g_strndup(rows[i].expected, strcspn(rows[i].expected, "|"));
    return NULL;
}

/* Everything that the table says of a stack, below TLS 1.3 or of all versions. */
static Answers *server_of(const char *stack, bool tls13)
{
    static const char *const questions[] = {"extension", "feature", "behaviour", NULL};
    Answers *answers = answers_new();
    g_autofree char *old = expected(stack, "extension order");
    g_autofree char *new = expected(stack, "extension order in TLS 1.3");
    g_autofree char *one = g_strconcat("=c02f|0303|h2|", old, NULL);
    g_autofree char *seven = g_strconcat("=1302|0303||", new, NULL);
    say(answers, "fingerprint", "", "jarm-1", one);
    say(answers, "fingerprint", "", "jarm-2", one);
    if (tls13)
        say(answers, "fingerprint", "", "jarm-7", seven);
    size_t size;
    const StackRow *rows = registry_stacks(&size);
    for (size_t i = 0; i < size; i++) {
        bool in13 = g_str_has_suffix(rows[i].feature, " in TLS 1.3");
        g_autofree char *text = expected(stack, rows[i].feature);
        g_auto(GStrv) words = g_strsplit(rows[i].feature, " ", 3);
        if (strcmp(rows[i].stack, stack) != 0 || !g_str_equal(rows[i].expected, text) ||
            (in13 && !tls13) || g_str_has_prefix(rows[i].feature, "extension order"))
            continue;
        bool said = g_str_has_prefix(words[1], "alert-");
        g_autofree char *value = g_strconcat(said ? "=" : "", text, NULL);
        if (g_strv_contains(questions, words[0]))
            say(answers, words[0], in13 ? "TLS 1.3" : "TLS 1.2", words[1], value);
    }
    return answers;
}

static char *named(const Answers *answers)
{
    g_autoptr(StackGuess) guess = stack_guess_new(answers);
    return words_stack(guess);
}

static const struct Row {
    const char *stack;
    bool tls13;
} stacks[] = {
    {"OpenSSL 3.0", true},    {"OpenSSL 3.0", false}, {"GnuTLS 3.7", true}, {"NSS 3.87", true},
    {"Java 17 (JSSE)", true}, {"Go 1.19", true},      {"Go 1.19", false},   {"BearSSL 0.6", false},
    {"Botan 2.19", false},    {"BoringSSL 13", true},
};

START_TEST(as_the_table_has_it)
{
    g_autoptr(Answers) answers = server_of(stacks[_i].stack, stacks[_i].tls13);
    g_autofree char *text = named(answers);
    g_autofree char *start = g_strdup_printf("like %s: ", stacks[_i].stack);
    ck_assert_msg(g_str_has_prefix(text, start), "%s is %s", stacks[_i].stack, text);
}
END_TEST

START_TEST(one_habit_of_another)
{
    g_autoptr(Answers) answers = server_of("OpenSSL 3.0", true);
    say(answers, "extension", "TLS 1.2", "record_size_limit", "yes");
    g_autofree char *text = named(answers);
    g_autoptr(StackGuess) guess = stack_guess_new(answers);
    g_autofree char *but = words_stack_but(guess, true);
    ck_assert_msg(g_str_has_prefix(text, "none that is known; most like OpenSSL 3.0: "), "%s",
                  text);
    ck_assert_str_eq(but, "extension record_size_limit (yes)");
    ck_assert_uint_eq(guess->agree + 1, guess->of);
}
END_TEST

/* The extensions of every answer count, and what is left out of the order does not. */
START_TEST(orders)
{
    g_autoptr(Answers) answers = server_of("OpenSSL 3.0", false);
    say(answers, "fingerprint", "", "jarm-3", "=c02f|0303||ff01-0023-0017");
    g_autofree char *less = named(answers);
    ck_assert(g_str_has_prefix(less, "like OpenSSL 3.0: "));
    say(answers, "fingerprint", "", "jarm-4", "=c02f|0303||0017-ff01");
    g_autofree char *other = named(answers);
    ck_assert_msg(g_str_has_prefix(other, "none that is known"), "%s", other);
}
END_TEST

START_TEST(what_is_unknown_says_nothing)
{
    g_autoptr(Answers) answers = server_of("OpenSSL 3.0", true);
    g_autoptr(Answers) nothing = answers_new();
    say(answers, "behaviour", "TLS 1.2", "unknown-suites", "unknown");
    say(answers, "behaviour", "TLS 1.2", "alert-long-record", "=silence");
    g_autofree char *text = named(answers);
    g_autofree char *untold = named(nothing);
    ck_assert(g_str_has_prefix(text, "like OpenSSL 3.0: "));
    ck_assert_str_eq(untold, "unknown: too little was answered");
    say(answers, "fingerprint", "", "jarm-1", "alert 50");
    say(answers, "fingerprint", "", "jarm-2", "alert 50");
    say(answers, "fingerprint", "", "jarm-7", "alert 50");
    g_autofree char *orderless = named(answers);
    ck_assert_str_eq(orderless, "unknown: too little was answered");
}
END_TEST

START_TEST(orders_in_words)
{
    g_autofree char *names = stack_habit_text("extension order in TLS 1.3", "0033-002b");
    g_autofree char *plain = stack_habit_text("extension max_fragment_length", "yes");
    ck_assert_str_eq(names, "key_share supported_versions");
    ck_assert_str_eq(plain, "yes");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stacks");
    TCase *tcase = tcase_create("stacks");
    tcase_add_loop_test(tcase, as_the_table_has_it, 0, G_N_ELEMENTS(stacks));
    tcase_add_test(tcase, one_habit_of_another);
    tcase_add_test(tcase, orders);
    tcase_add_test(tcase, what_is_unknown_says_nothing);
    tcase_add_test(tcase, orders_in_words);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
