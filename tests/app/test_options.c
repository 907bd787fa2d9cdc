/* What is right is taken, what is wrong is refused with a line that says what. */
#include "app/options.h"
#include "tests/check.h"

#include <string.h>

static Options *parse(const char *line, GError **error)
{
    g_auto(GStrv) argv = NULL;
    g_autofree char *whole = g_strconcat("tlsdive ", line, NULL);
    ck_assert(g_shell_parse_argv(whole, NULL, &argv, NULL));
    return options_new(argv, error);
}

static const struct {
    const char *line, *said; /* a part of what is said */
} wrong[] = {
    {"--nonsense", "nonsense"},
    {"--timeout 0", "--timeout 0"},
    {"--timeout 1e9", "--timeout 1e9"},
    {"--timeout 5s", "--timeout 5s"},
    {"--timeout nan", "--timeout nan"},
    {"--timeout", "timeout"},
    {"--format xml", "--format xml: text, json, csv or ical"},
    {"--fail-on bad", "--fail-on bad: critical"},
    {"--fail-on unknown", "--fail-on unknown"},
    {"--at tomorrow host", "--at tomorrow: a time"},
    {"--check-expiry 7,30 host", "--check-expiry 7,30"},
    {"--check-expiry 30 host", "--check-expiry 30"},
    {"--check-expiry 30,7 -f csv host", "without --format"},
    {"--filter 'days<30 and isuer~x' host", "column 13"},
    {"--filter 'served>1' host", "--filter: there is no field"},
    {"--filter days:3 -f json host", "--filter: facts"},
    {"--parallel 0", "--parallel 0"},
    {"--parallel many", "many"},
    {"--per-address -1", "--per-address -1"},
    {"--depth deep host", "--depth deep: handshake, versions or full"},
    {"--connections 0 host", "--connections 0"},
    {"-4 -6 host", "-4 and -6"},
    {"--alpn h2,,x host", "--alpn h2,,x"},
    {"--open a b", "--open"},
    {"--open a --demo", "--open"},
    {"--demo host", "--demo"},
    {"--save a --no-save host", "--save and --no-save"},
    {"--priority NONSENSE host", "--priority NONSENSE"},
    {"--priority NORMAL:+WHAT host", "+WHAT"},
    {"--server-name '' host", "--server-name"},
    {"--ca-file /nowhere/at/all host", "/nowhere/at/all"},
    {"--ca-file /dev/null --ca-file /nowhere/at/all host", "/nowhere/at/all"},
    {"--ca-path /nowhere/at/all host", "/nowhere/at/all"},
    {"--trust-only /nowhere/at/all host", "/nowhere/at/all"},
    {"--trust-only /dev/null --stores system host", "--trust-only"},
    {"--stores system,apple host", "--stores system,apple"},
};

START_TEST(wrong_ones_are_refused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Options) options = parse(wrong[_i].line, &error);
    ck_assert_msg(!options, "%s", wrong[_i].line);
    ck_assert_msg(strstr(error->message, wrong[_i].said), "%s", error->message);
    ck_assert_ptr_null(strchr(error->message, '\n'));
}
END_TEST

START_TEST(what_is_refused_is_escaped)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Options) options = parse("--format '\x1b[31m'", &error);
    ck_assert_ptr_null(options);
    ck_assert_ptr_null(strchr(error->message, 0x1b));
}
END_TEST

START_TEST(values_are_taken)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Options) options =
        parse("-6 --alpn h2,http/1.1 --timeout 2.5 --parallel 7 --per-address 3 --fail-on HIGH "
              "--depth full --connections 50 --server-name www.example --format json a:1 -- -b",
              &error);
    ck_assert_msg(options != NULL, "%s", error ? error->message : "");
    ck_assert_int_eq(options->family, 6);
    ck_assert_str_eq(options->alpn[1], "http/1.1");
    ck_assert_ptr_null(options->alpn[2]);
    ck_assert(options->timeout == 2.5 && options->parallel == 7 && options->per_address == 3);
    ck_assert_str_eq(options->depth, "full");
    ck_assert_int_eq(options->connections, 50);
    ck_assert_int_eq(options->fail_on, SEVERITY_HIGH);
    ck_assert(options->format == FORMAT_JSON && options->batch);
    ck_assert_str_eq(options->targets[1], "-b");
}
END_TEST

START_TEST(what_is_not_said_has_its_usual_value)
{
    g_autoptr(Options) options = parse("host", NULL);
    ck_assert(options->timeout == 5 && options->parallel == 128 && options->per_address == 8);
    ck_assert(options->family == 0 && !options->alpn && options->format == FORMAT_TEXT &&
              !options->batch);
    ck_assert_int_eq(options->fail_on, SEVERITY_COUNT);
    ck_assert_ptr_null(options->depth);
    ck_assert_int_eq(options->connections, 1000);
    g_autoptr(Options) shallow = parse("--depth handshake host", NULL);
    ck_assert_ptr_null(shallow->depth);
    g_autoptr(Options) none = parse("--alpn '' host", NULL);
    ck_assert(none->alpn && !none->alpn[0]);
}
END_TEST

START_TEST(help_fits_a_terminal)
{
    g_autofree char *help = options_help();
    g_auto(GStrv) lines = g_strsplit(help, "\n", -1);
    for (char **line = lines; *line; line++)
        ck_assert_msg(g_utf8_strlen(*line, -1) < 80, "%s", *line);
    ck_assert_ptr_nonnull(strstr(help, "--fail-on SEVERITY"));
    ck_assert_ptr_null(strstr(help, "--worker"));
    ck_assert_ptr_null(strstr(help, "--epoch"));
    ck_assert(strstr(help, "Examples:") < strstr(help, "--targets"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *all = tcase_create("options");
    tcase_add_loop_test(all, wrong_ones_are_refused, 0, G_N_ELEMENTS(wrong));
    tcase_add_test(all, what_is_refused_is_escaped);
    tcase_add_test(all, values_are_taken);
    tcase_add_test(all, what_is_not_said_has_its_usual_value);
    tcase_add_test(all, help_fits_a_terminal);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
