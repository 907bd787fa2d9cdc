/* Filters as typed. */
#include "front/report/expression.h"

#include <math.h>
#include <string.h>

#include "front/report/members.h"
#include "tests/check.h"
#include "tests/front/stream.h"

static const gint64 now = 1795485600; /* 2026-11-24T02:00:00Z */

enum { FIELD_DAYS, FIELD_NAME, FIELD_SAN, FIELD_ENDS, FIELD_TRUSTED };

static int field(gpointer data, const char *name, ValueKind *kind)
{
    static const struct {
        const char *name;
        ValueKind kind;
    } fields[] = {[FIELD_DAYS] = {"days", VALUE_NUMBER},
                  [FIELD_NAME] = {"name", VALUE_TEXT},
                  [FIELD_SAN] = {"san", VALUE_TEXT},
                  [FIELD_ENDS] = {"ends", VALUE_TIME},
                  [FIELD_TRUSTED] = {"trusted", VALUE_BOOL}};
    (void)data;
    for (int i = 0; i < (int)G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i].name, name) == 0) {
            *kind = fields[i].kind;
            return i;
        }
    return -1;
}

/* 20 days left, many names, and whether it is trusted is not known. */
static void values(gpointer data, int number, GArray *values)
{
    (void)data;
    if (number == FIELD_DAYS)
        values_number(values, VALUE_NUMBER, 20);
    if (number == FIELD_NAME)
        values_borrow(values, "Let's Encrypt \xc3\x89", -1);
    if (number == FIELD_SAN) {
        values_borrow(values, "www.example.com", -1);
        values_take(values, g_strdup("*.example.com"));
    }
    if (number == FIELD_ENDS)
        values_number(values, VALUE_TIME, (double)now + 20 * 86400);
}

static bool word(gpointer data, const char *word)
{
    (void)data;
    return strstr("anything else", word) != NULL;
}

static const ExpressionScope scope = {field, NULL, 1795485600};
static const ExpressionSubject subject = {values, word, NULL};

/* 1, 0; or -1 where it is refused. */
static int try_text(const char *text, size_t *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Expression) expression = expression_new(text, &scope, place, &error);
    ck_assert((expression == NULL) == (error != NULL));
    return expression ? expression_matches(expression, &subject) : -1;
}

START_TEST(expressions_match)
{
    static const struct {
        const char *text;
        int matches;
    } rows[] = {
        {"", 1},
        {"days<30", 1},
        {"days < 30", 1},
        {"DAYS<=20 and days>=20 and days=20 and days==20", 1},
        {"days!=20", 0},
        {"days>20", 0},
        {"days<2w", 0},
        {"days<480.5h", 1},
        {"days<30 and name~\"let's encrypt\"", 1},
        {"name=\"let's encrypt \xc3\xa9\"", 1},
        {"name=let's", 0},
        {"name!~encrypt", 0},
        {"san=WWW.example.com", 1},
        {"san!=www.example.com", 0}, /* one of them is */
        {"san!=x", 1},
        {"san~/^\\*\\./", 1},
        {"san~/^W{3}\\.EXAMPLE/", 1},
        {"san~/a\\/b/", 0},
        {"san!~/^\\*/", 0},
        {"ends<2026-12-15", 1},
        {"ends<2026-12-14", 0},
        {"ends>+19d and ends<=+20d", 1},
        {"ends<\"2026-12-14 03:00\"", 1},
        {"trusted=yes", 0}, /* not known: neither */
        {"trusted=no", 0},
        {"trusted!=yes", 0},
        {"not trusted=yes", 1},
        {"days>50 or days<30", 1},
        {"days>50 or days<30 and name~x", 0},
        {"(days>50 or days<30) and not name~x", 1},
        {"not (days<30)", 0},
        {"not not days<30", 1},
        {"days<30 days>50", 0}, /* side by side is and */
        {"days<30 anything", 1},
        {"days<30 !anything", 0},
        {"days<30 and \"thing else\"", 1},
        {"days<30 and nothing", 0},
        {"days:<30 days=20", 1},
        {"days:2 days=20", 1},
        {"ends:2026-12 days=20", 1},
        /* no comparison: words alone */
        {"anything else", 1},
        {"any or no", 0},
        {"not", 0},
        {"(any)", 0},
        {"\"any\"", 0},
        {"name:encrypt", 1},
        {"!name:encrypt", 0},
        {"days:>30", 0},
        {"unknown:any", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t place = 0;
        ck_assert_msg(try_text(rows[i].text, &place) == rows[i].matches, "%s", rows[i].text);
    }
}
END_TEST

/* What is wrong is pointed at: by the byte at which it stands. */
START_TEST(faults_are_pointed_at)
{
    static const struct {
        const char *text;
        size_t place;
    } rows[] = {
        {"days<30 and isuer~x", 12},
        {"days<x", 5},
        {"days<", 5},
        {"days~3", 5},
        {"ends<tomorrow", 5},
        {"trusted=maybe", 8},
        {"name=\"x", 5},
        {"name~/x", 5},
        {"name~/(/", 5},
        {"(days<30", 0},
        {"days<30)", 7},
        {"(days<30 or )", 12},
        {"days<30 and", 11},
        {"not days<30 or", 14},
        {"\xc3\xa9t\xc3\xa9 days<30 and x=1", 18},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t place = 99;
        ck_assert_msg(try_text(rows[i].text, &place) == -1, "%s", rows[i].text);
        ck_assert_msg(place == rows[i].place, "%s: %zu", rows[i].text, place);
    }
}
END_TEST

/* The column counts characters; the rest of the text stands behind it. */
START_TEST(a_fault_is_said)
{
    g_autoptr(GError) error = NULL;
    size_t place;
    ck_assert_ptr_null(expression_new("\xc3\xa9 days<30 and isuer~x", &scope, &place, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "column 15"));
    ck_assert_ptr_nonnull(strstr(error->message, "isuer~x"));
}
END_TEST

START_TEST(what_is_too_much_is_bounded)
{
    size_t place;
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 200; i++)
        g_string_append(deep, "(");
    g_string_append(deep, "days<30");
    ck_assert_int_eq(try_text(deep->str, &place), -1);
    g_string_truncate(deep, 0);
    for (int i = 0; i < 2000; i++)
        g_string_append(deep, "not ");
    g_string_append(deep, "days<30");
    ck_assert_int_eq(try_text(deep->str, &place), -1);
    g_string_assign(deep, "days<30");
    for (int i = 0; i < 1000; i++)
        g_string_append(deep, " a");
    ck_assert_int_eq(try_text(deep->str, &place), 1);
    for (int i = 0; i < 3000; i++)
        g_string_append(deep, " a");
    ck_assert_int_eq(try_text(deep->str, &place), -1);
    /* one that would search for ages gives up, and does not match */
    ck_assert_int_eq(try_text("san~/(w*)*(w*)*(w*)*(w*)*(w*)*(w*)*(w*)*(\\w*)*(\\w*)*!/", &place),
                     0);
}
END_TEST

/* Members of certificates and endpoints, over a stream. */
START_TEST(members_are_asked_by_name)
{
    static const struct {
        const char *text;
        guint certificates, endpoints; /* that match */
    } rows[] = {
        {"days<30", 4, 2},
        {"issuer=E7", 3, 3},
        {"issuer~\"Let's Encrypt\"", 1, 0},
        {"host=www.example.com", 3, 1},
        {"port=443 or port=25", 7, 5},
        {"reuse>1", 4, 3},
        {"bits=2048 and key~rsa", 4, 4},
        {"served=0", 1, 0},
        {"san~/^\\*/", 1, 1},
        {"trusted=no", 1, 1},
        {"address~2001:db8", 2, 1},
        {"finding=certificate-expired", 1, 1},
        {"severity=critical", 1, 1},
        {"not_after>2039-01-01", 1, 0},
        {"mail.example.com", 3, 3},
        {"port:46", 2, 1},
        {"sha256~/^[0-9a-f]{64}$/", 12, 9},
    };
    g_autoptr(Model) model = stream_model("inventory");
    AuditContext audit = {.now = now};
    MemberContext context = {model, now};
    audit_judge_all(model, &audit);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint certificates = 0, endpoints = 0;
        g_autoptr(MemberFilter) of_certificate =
            member_filter_new(rows[i].text, &certificate_members, now, NULL);
        g_autoptr(MemberFilter) of_endpoint =
            member_filter_new(rows[i].text, &endpoint_members, now, NULL);
        for (guint j = 0; j < model->inventory->certificates->len; j++)
            certificates += member_filter_matches(
                of_certificate, model->inventory->certificates->pdata[j], &context);
        for (guint j = 0; of_endpoint && j < model->endpoints->len; j++)
            endpoints += member_filter_matches(of_endpoint, model->endpoints->pdata[j], &context);
        ck_assert_msg(certificates == rows[i].certificates && endpoints == rows[i].endpoints,
                      "%s: %u %u", rows[i].text, certificates, endpoints);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expression");
    TCase *tests = tcase_create("expression");
    tcase_add_test(tests, expressions_match);
    tcase_add_test(tests, faults_are_pointed_at);
    tcase_add_test(tests, a_fault_is_said);
    tcase_add_test(tests, what_is_too_much_is_bounded);
    tcase_add_test(tests, members_are_asked_by_name);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
