/* Instants and spans as people type them. */
#include "common/util/when.h"

#include "tests/check.h"

static const gint64 now = 1795485600; /* 2026-11-24T02:00:00Z */

START_TEST(instants_are_read)
{
    static const struct {
        const char *text;
        gint64 at; /* date -u -d ... +%s */
    } rows[] = {
        {"now", 1795485600},
        {"2027-01-14", 1799884800},
        {"2027-01-14T12:30:00Z", 1799929800},
        {"2027-01-14T12:30:00+02:00", 1799922600},
        {"2027-01-14 12:30", 1799929800},
        {"2027-01-14T12:30:05", 1799929805},
        {"1950-01-01", -631152000},
        {"+30d", 1795485600 + 30 * 86400},
        {"-2w", 1795485600 - 14 * 86400},
        {"+1.5d", 1795485600 + 129600},
        {"+36h", 1795485600 + 129600},
        {"+1m", 1798077600}, /* 2026-12-24T02:00:00Z */
        {"+1y", 1827021600}, /* 2027-11-24T02:00:00Z */
        {"+1y1d", 1827108000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 at = 0;
        ck_assert_msg(when_instant(rows[i].text, now, &at), "%s", rows[i].text);
        ck_assert_msg(at == rows[i].at, "%s: %" G_GINT64_FORMAT, rows[i].text, at);
    }
}
END_TEST

START_TEST(what_is_no_instant_is_refused)
{
    static const char *const rows[] = {
        "",
        "tomorrow",
        "30d",
        "+",
        "+d",
        "+30",
        "+30x",
        "2027-13-01",
        "2027-02-30",
        "2027-1-1",
        "+99999y",
        "-9999y",
        "+1.5y",
        "+1d ",
        "--1d",
        "2027-01-14T25:00:00Z",
        "2027-01-14T12:30:00ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 at = 0;
        ck_assert_msg(!when_instant(rows[i], now, &at), "%s", rows[i]);
    }
}
END_TEST

START_TEST(spans_are_read)
{
    static const struct {
        const char *text;
        double seconds; /* -1: refused */
    } rows[] = {
        {"30", 30 * 86400.0},
        {"30d", 30 * 86400.0},
        {"36h", 129600},
        {"1.5", 129600},
        {"2w", 14 * 86400.0},
        {"0", 0},
        {"", -1},
        {"-1", -1},
        {"1m", -1},
        {"1y", -1},
        {"d", -1},
        {"1dd", -1},
        {"1e999", -1},
        {"nan", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double seconds = -1;
        bool fine = when_span(rows[i].text, &seconds);
        ck_assert_msg(fine == (rows[i].seconds >= 0), "%s", rows[i].text);
        ck_assert_msg(!fine || seconds == rows[i].seconds, "%s: %g", rows[i].text, seconds);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("when");
    TCase *tests = tcase_create("when");
    tcase_add_test(tests, instants_are_read);
    tcase_add_test(tests, what_is_no_instant_is_refused);
    tcase_add_test(tests, spans_are_read);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
