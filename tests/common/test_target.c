#include "common/target/target.h"

#include <string.h>

#include "common/target/catalogue.h"
#include "common/util/limits.h"
#include "tests/check.h"

/* A target in short: host port entry protocol, with ! where the user named the port and ~ where the
 * way in is not built yet. */
static char *short_form(const Target *target)
{
    return g_strdup_printf("%s %u%s %s%s %s", target->host, target->port, target->named ? "!" : "",
                           target->unbuilt ? "~" : "", target->entry,
                           target->protocol ? target->protocol : "-");
}

static char *all_short(const Targets *targets)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *all = targets_all(targets);
    for (guint i = 0; i < all->len; i++) {
        g_autofree char *one = short_form(all->pdata[i]);
        g_string_append_printf(text, "%s%s", i ? "; " : "", one);
    }
    return g_string_free(text, FALSE);
}

static const struct {
    const char *word, *all;
} good[] = {
    {"a.example:443", "a.example 443! tls http"},
    {"A.Example:443", "a.example 443! tls http"},
    {"a.example.:443", "a.example 443! tls http"},
    {"a.example:1", "a.example 1! tls -"},
    {"a.example:65535", "a.example 65535! tls -"},
    {"a.example:00443", "a.example 443! tls http"},
    {"a:443", "a 443! tls http"},
    {"localhost:8443", "localhost 8443! tls http"},
    {"a-b.example:443", "a-b.example 443! tls http"},
    {"_dmarc.a_b.example:443", "_dmarc.a_b.example 443! tls http"},
    {"1and1.example:443", "1and1.example 443! tls http"},
    {"3com:443", "3com 443! tls http"},
    {"a.0xyz:443", "a.0xyz 443! tls http"},
    {"a.example:443,8443", "a.example 443! tls http; a.example 8443! tls http"},
    {"a.example:8443,443", "a.example 8443! tls http; a.example 443! tls http"},
    {"a.example:443,443,443", "a.example 443! tls http"},
    {"a.example:9000-9002", "a.example 9000! tls -; a.example 9001! tls -; a.example 9002! tls -"},
    {"a.example:9000-9000", "a.example 9000! tls -"},
    {"a.example:9000-9001,9001-9002",
     "a.example 9000! tls -; a.example 9001! tls -; a.example 9002! tls -"},
    {"a.example:443,9000-9001,imaps",
     "a.example 443! tls http; a.example 9000! tls -; a.example 9001! tls -; "
     "a.example 993! tls imap"},
    {"a.example:imaps", "a.example 993! tls imap"},
    {"a.example:IMAPS", "a.example 993! tls imap"},
    {"a.example:imap", "a.example 143! starttls imap"},
    {"a.example:smtp", "a.example 25! starttls smtp"},
    {"a.example:smtps", "a.example 465! tls smtp"},
    {"a.example:submissions", "a.example 465! tls smtp"},
    {"a.example:submission", "a.example 587! starttls smtp"},
    {"a.example:pop3", "a.example 110! starttls pop3"},
    {"a.example:ftp", "a.example 21! starttls ftp"},
    {"a.example:https,http", "a.example 443! tls http; a.example 80! tls http"},
    {"a.example:ms-sql-s", "a.example 1433! ~tls tds"},
    {"a.example:ldap", "a.example 389! ~tls ldap"},
    {"a.example:ldaps", "a.example 636! tls ldap"},
    {"a.example:xmpp", "a.example 5222! ~tls xmpp"},
    {"a.example:mysql,postgres", "a.example 3306! ~tls mysql; a.example 5432! ~tls postgresql"},
    {"a.example:25", "a.example 25! starttls smtp"},
    {"a.example:3389", "a.example 3389! ~tls rdp"},
    {"192.0.2.1:443", "192.0.2.1 443! tls http"},
    {"192.0.2.1.:443", "192.0.2.1 443! tls http"},
    {"127.0.0.1:1", "127.0.0.1 1! tls -"},
    {"[2001:db8::1]:443", "2001:db8::1 443! tls http"},
    {"[2001:DB8:0:0:0:0:0:1]:443", "2001:db8::1 443! tls http"},
    {"[::]:443", ":: 443! tls http"},
    {"[::ffff:192.0.2.1]:443", "::ffff:192.0.2.1 443! tls http"},
    {"[::1]:443,25", "::1 443! tls http; ::1 25! starttls smtp"},
    {"[::1]:imaps", "::1 993! tls imap"},
    {"https://a.example", "a.example 443! tls http"},
    {"HTTPS://a.example", "a.example 443! tls http"},
    {"https://a.example/", "a.example 443! tls http"},
    {"https://a.example/a/b?c=d#e", "a.example 443! tls http"},
    {"https://a.example?c", "a.example 443! tls http"},
    {"https://a.example#e", "a.example 443! tls http"},
    {"https://a.example/a@b:c", "a.example 443! tls http"},
    {"https://a.example:8443", "a.example 8443! tls http"},
    {"https://a.example:8443/", "a.example 8443! tls http"},
    {"https://a.example:12345", "a.example 12345! tls http"},
    {"https://a.example:25", "a.example 25! tls http"},
    {"https://192.0.2.1", "192.0.2.1 443! tls http"},
    {"https://[::1]", "::1 443! tls http"},
    {"https://[::1]:8443/x", "::1 8443! tls http"},
    {"https://2001:db8::1/", "2001:db8::1 443! tls http"},
    {"http://a.example", "a.example 80! tls http"},
    {"smtp://a.example", "a.example 25! starttls smtp"},
    {"smtp://a.example:2525", "a.example 2525! starttls smtp"},
    {"smtp://a.example:443", "a.example 443! starttls smtp"},
    {"smtps://a.example", "a.example 465! tls smtp"},
    {"submission://a.example", "a.example 587! starttls smtp"},
    {"imap://a.example", "a.example 143! starttls imap"},
    {"imap://a.example:1143,2143", "a.example 1143! starttls imap; a.example 2143! starttls imap"},
    {"imaps://a.example", "a.example 993! tls imap"},
    {"imaps://a.example:9993", "a.example 9993! tls imap"},
    {"pop3://a.example", "a.example 110! starttls pop3"},
    {"pop3s://a.example", "a.example 995! tls pop3"},
    {"ftp://a.example/pub", "a.example 21! starttls ftp"},
    {"ftps://a.example", "a.example 990! tls ftp"},
    {"ldap://a.example", "a.example 389! ~tls ldap"},
    {"ldaps://a.example", "a.example 636! tls ldap"},
    {"nntps://a.example", "a.example 563! tls nntp"},
    {"ircs://a.example", "a.example 6697! tls irc"},
    {"sips://a.example", "a.example 5061! tls sip"},
    {"mysql://a.example", "a.example 3306! ~tls mysql"},
    {"postgresql://a.example", "a.example 5432! ~tls postgresql"},
    {"amqps://a.example", "a.example 5671! tls amqp"},
    {"mqtts://a.example", "a.example 8883! tls mqtt"},
    {"b\xc3\xbc\x63her.example:443", "xn--bcher-kva.example 443! tls http"},
    {"B\xc3\x9c\x43HER.Example:443", "xn--bcher-kva.example 443! tls http"},
    {"bu\xcc\x88\x63her.example:443", "xn--bcher-kva.example 443! tls http"},
    {"xn--bcher-kva.example:443", "xn--bcher-kva.example 443! tls http"},
    {"fa\xc3\x9f.example:443", "xn--fa-hia.example 443! tls http"},
    {"\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88:443",
     "xn--r8jz45g.xn--zckzah 443! tls http"},
    {"\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88:443",
     "xn--r8jz45g.xn--zckzah 443! tls http"},
};

static void good_targets_row(int row)
{
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;
    bool added = targets_add(targets, good[row].word, &error);
    ck_assert_msg(added, "%s: %s", good[row].word, error ? error->message : "");
    g_autofree char *all = all_short(targets);
    ck_assert_str_eq(all, good[row].all);
}

START_TEST(good_targets)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(good); row++)
        good_targets_row(row);
}
END_TEST

static const struct {
    const char *word;
    TargetError code;
    const char *what; /* a part of the sentence */
} bad[] = {
    {"", TARGET_ERROR_HOST, "there is no host"},
    {".", TARGET_ERROR_HOST, "between two dots"},
    {"..", TARGET_ERROR_HOST, "between two dots"},
    {":443", TARGET_ERROR_HOST, "there is no host"},
    {"a..example", TARGET_ERROR_HOST, "between two dots"},
    {".a.example", TARGET_ERROR_HOST, "between two dots"},
    {"a.example..", TARGET_ERROR_HOST, "between two dots"},
    {"-a.example", TARGET_ERROR_HOST, "hyphen"},
    {"a-.example", TARGET_ERROR_HOST, "hyphen"},
    {"a.example-", TARGET_ERROR_HOST, "hyphen"},
    {"a b.example", TARGET_ERROR_HOST, "\" \" cannot stand"},
    {"a/b", TARGET_ERROR_HOST, "\"/\" cannot stand"},
    {"192.0.2.0/24", TARGET_ERROR_HOST, "\"/\" cannot stand"},
    {"a.example/", TARGET_ERROR_HOST, "\"/\" cannot stand"},
    {"a@b.example", TARGET_ERROR_HOST, "\"@\" cannot stand"},
    {"*.example", TARGET_ERROR_HOST, "\"*\" cannot stand"},
    {"a.example,b.example", TARGET_ERROR_HOST, "\",\" cannot stand"},
    {"a\x1b[31m.example", TARGET_ERROR_HOST, "\"\\x1b\" cannot stand"},
    {"a\n.example", TARGET_ERROR_HOST, "\"\\n\" cannot stand"},
    {"a\xff.example", TARGET_ERROR_HOST, "not UTF-8"},
    {"\xe2\x80\xae\x61.example", TARGET_ERROR_HOST, "IDNA"},
    {"\xf0\x9f\x92\xa9.example", TARGET_ERROR_HOST, "IDNA"},
    {"a.1", TARGET_ERROR_HOST, "no IPv4 address"},
    {"1", TARGET_ERROR_HOST, "no IPv4 address"},
    {"256.0.0.1", TARGET_ERROR_HOST, "no IPv4 address"},
    {"192.0.2", TARGET_ERROR_HOST, "no IPv4 address"},
    {"192.0.2.1.5", TARGET_ERROR_HOST, "no IPv4 address"},
    {"192.0.2.256:443", TARGET_ERROR_HOST, "no IPv4 address"},
    {"0x7f.0x1", TARGET_ERROR_HOST, "no IPv4 address"},
    {"2130706433", TARGET_ERROR_HOST, "no IPv4 address"},
    {"01.02.03.04", TARGET_ERROR_HOST, "no IPv4 address"},
    {"[", TARGET_ERROR_HOST, "not closed"},
    {"[::1", TARGET_ERROR_HOST, "not closed"},
    {"[]", TARGET_ERROR_HOST, "no IPv6 address"},
    {"[::1]443", TARGET_ERROR_HOST, "after the bracket"},
    {"[::1]]", TARGET_ERROR_HOST, "after the bracket"},
    {"[::g]:443", TARGET_ERROR_HOST, "no IPv6 address"},
    {"[1::2::3]:443", TARGET_ERROR_HOST, "no IPv6 address"},
    {"[192.0.2.1]:443", TARGET_ERROR_HOST, "no IPv6 address"},
    {"[a.example]:443", TARGET_ERROR_HOST, "no IPv6 address"},
    {"[fe80::1%eth0]:443", TARGET_ERROR_HOST, "zone"},
    {"fe80::1%eth0", TARGET_ERROR_HOST, "brackets"},
    {"2001:db8:1:443", TARGET_ERROR_HOST, "brackets"},
    {"a.example:443:25", TARGET_ERROR_HOST, "brackets"},
    {"a.example:", TARGET_ERROR_PORT, "a port is missing"},
    {"a.example:,", TARGET_ERROR_PORT, "a port is missing"},
    {"a.example:443,", TARGET_ERROR_PORT, "a port is missing"},
    {"a.example:443,,25", TARGET_ERROR_PORT, "a port is missing"},
    {"a.example:0", TARGET_ERROR_PORT, "port 0 is not between"},
    {"a.example:65536", TARGET_ERROR_PORT, "port 65536 is not between"},
    {"a.example:4294967739", TARGET_ERROR_PORT, "not between"},
    {"a.example:99999999999999999999999", TARGET_ERROR_PORT, "not between"},
    {"a.example:-1", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:+443", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:4a3", TARGET_ERROR_PORT, "neither a port"},
    {"a.example: 443", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:443 ", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:0x1bb", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:nosuch", TARGET_ERROR_PORT, "\"nosuch\" is neither a port"},
    {"a.example:nos\x1buch", TARGET_ERROR_PORT, "\"nos\\x1buch\" is neither"},
    {"a.example:smtps ssmtp", TARGET_ERROR_PORT, "neither a port"},
    {"a.example:9010-9000", TARGET_ERROR_PORT, "wrong way round"},
    {"a.example:9000-", TARGET_ERROR_PORT, "a range of ports"},
    {"a.example:9000-x", TARGET_ERROR_PORT, "a range of ports"},
    {"a.example:1-2-3", TARGET_ERROR_PORT, "a range of ports"},
    {"a.example:0-5", TARGET_ERROR_PORT, "port 0 is not between"},
    {"a.example:5-70000", TARGET_ERROR_PORT, "port 70000 is not between"},
    {"[::1]:", TARGET_ERROR_PORT, "a port is missing"},
    {"gopher://a.example", TARGET_ERROR_SCHEME, "\"gopher\" is not a known scheme"},
    {"://a.example", TARGET_ERROR_SCHEME, "not a known scheme"},
    {"https://", TARGET_ERROR_HOST, "there is no host"},
    {"https:///x", TARGET_ERROR_HOST, "there is no host"},
    {"https://:443", TARGET_ERROR_HOST, "there is no host"},
    {"https://a.example:/", TARGET_ERROR_PORT, "a port is missing"},
    {"https://me@a.example", TARGET_ERROR_SCHEME, "user name"},
    {"https://me:pass@a.example/", TARGET_ERROR_SCHEME, "user name"},
    {"https://a.example:99999/", TARGET_ERROR_PORT, "not between"},
    {"https:/a.example", TARGET_ERROR_PORT, "neither a port"},
    {"imap://a b", TARGET_ERROR_HOST, "cannot stand"},
};

static void bad_targets_row(int row)
{
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;

    ck_assert_msg(!targets_add(targets, bad[row].word, &error), "%s was accepted", bad[row].word);
    ck_assert_uint_eq(targets_all(targets)->len, 0);
    ck_assert(error->domain == TARGET_ERROR);
    ck_assert_msg(error->code == (int)bad[row].code, "%s", error->message);
    ck_assert_msg(strstr(error->message, bad[row].what) != NULL, "%s", error->message);
    ck_assert_msg(strstr(error->message, "; right would be ") != NULL, "%s", error->message);
    for (const char *c = error->message; *c; c++)
        ck_assert_msg(g_ascii_isprint(*c), "%s", error->message);
}

START_TEST(bad_targets)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(bad); row++)
        bad_targets_row(row);
}
END_TEST

START_TEST(an_error_says_the_word_what_and_a_right_one)
{
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;
    ck_assert(!targets_add(targets, "mail.example.com:70000", &error));
    ck_assert_str_eq(error->message,
                     "\"mail.example.com:70000\": port 70000 is not between 1 and 65535; "
                     "right would be mail.example.com:443,8443,9000-9010");
}
END_TEST

START_TEST(what_errors_recommend_is_right)
{
    static const char *const words[] = {"mail.example.com:443,8443,9000-9010",
                                        "imaps://mail.example.com", "mail.example.com:443",
                                        "[2001:db8::1]:443"};
    g_autoptr(Targets) targets = targets_new();
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        ck_assert(targets_add(targets, words[i], NULL));
}
END_TEST

static void a_host_alone_means_the_catalogue_row(int row)
{
    static const char *const words[] = {"a.example", "192.0.2.1", "2001:db8::1", "[2001:db8::1]",
                                        "::1"};
    size_t count;
    const CataloguePort *rows = catalogue_all(&count);
    g_autoptr(Targets) targets = targets_new();
    ck_assert(targets_add(targets, words[row], NULL));
    const GPtrArray *all = targets_all(targets);
    ck_assert_uint_eq(all->len, count);
    for (guint i = 0; i < all->len; i++) {
        const Target *target = all->pdata[i];
        ck_assert_uint_eq(target->port, rows[i].port);
        ck_assert_str_eq(target->service, rows[i].service);
        ck_assert(!target->named);
        ck_assert(target->unbuilt == !rows[i].built);
        ck_assert_uint_eq(target->weight, rows[i].weight);
        if (target->port == 443)
            ck_assert_uint_eq(target->weight, 1);
        else
            ck_assert_uint_gt(target->weight, 1);
    }
}

START_TEST(a_host_alone_means_the_catalogue)
{
    for (int row = 0; row < 5; row++)
        a_host_alone_means_the_catalogue_row(row);
}
END_TEST

START_TEST(names_are_sent_and_addresses_are_not)
{
    g_autoptr(Targets) targets = targets_new();
    static const char *const words[] = {"B\xc3\xbc\x63her.example.:443", "192.0.2.1:443",
                                        "[::1]:443"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        ck_assert(targets_add(targets, words[i], NULL));
    const Target *const *all = (const Target *const *)targets_all(targets)->pdata;
    ck_assert_str_eq(all[0]->written, words[0]);
    ck_assert_str_eq(all[0]->server_name, "xn--bcher-kva.example");
    ck_assert_str_eq(all[0]->display, "b\xc3\xbc\x63her.example");
    ck_assert_str_eq(all[0]->alpn, "h2,http/1.1");
    ck_assert_ptr_null(all[1]->server_name);
    ck_assert_ptr_null(all[1]->display);
    ck_assert_ptr_null(all[2]->server_name);
}
END_TEST

START_TEST(a_place_named_twice_is_asked_once)
{
    g_autoptr(Targets) targets = targets_new();
    ck_assert(targets_add(targets, "a.example", NULL));
    guint count = targets_all(targets)->len;
    ck_assert(targets_add(targets, "A.EXAMPLE.:443,1443", NULL));
    ck_assert_uint_eq(targets_all(targets)->len, count);
    for (guint i = 0; i < count; i++) {
        const Target *target = targets_all(targets)->pdata[i];
        ck_assert(target->named == (target->port == 443 || target->port == 1443));
        ck_assert_str_eq(target->written, "a.example");
    }
    /* the catalogue does not take back what was named */
    ck_assert(targets_add(targets, "smtp://a.example:443", NULL));
    ck_assert(targets_add(targets, "a.example", NULL));
    for (guint i = 0; i < count; i++) {
        const Target *target = targets_all(targets)->pdata[i];
        if (target->port == 443) {
            ck_assert(target->named);
            ck_assert_str_eq(target->entry, "starttls");
            ck_assert_str_eq(target->protocol, "smtp");
        }
    }
}
END_TEST

START_TEST(there_is_a_ceiling)
{
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *label = g_strnfill(63, 'a');
    g_autofree char *word = g_strnfill(LIMIT_TARGET + 1, 'a');

    ck_assert(targets_add(targets, "a.example:1-65535", NULL));
    ck_assert(!targets_add(targets, "b.example:1-65535", &error));
    ck_assert_int_eq(error->code, TARGET_ERROR_LIMIT);
    ck_assert_str_eq(error->message, "\"b.example:1-65535\": with it there would be more than "
                                     "100000 ports to ask");
    ck_assert_uint_eq(targets_all(targets)->len, 65535);
    ck_assert(targets_add(targets, "a.example:1-65535", NULL));
    ck_assert(targets_add(targets, "b.example:1-34465", NULL));
    ck_assert_uint_eq(targets_all(targets)->len, LIMIT_ENDPOINTS);
    g_clear_error(&error);
    ck_assert(!targets_add(targets, word, &error));
    ck_assert_int_eq(error->code, TARGET_ERROR_LIMIT);
    ck_assert_uint_lt(strlen(error->message), 200);

    g_autoptr(Targets) names = targets_new();
    g_autofree char *longest = g_strdup_printf("%s.%s.%s.%.61s", label, label, label, label);
    g_autofree char *longer = g_strdup_printf("%s.%s.%s.%.62s", label, label, label, label);
    g_autofree char *wide = g_strdup_printf("%sa.example", label);
    ck_assert(targets_add(names, longest, NULL));
    ck_assert(!targets_add(names, longer, NULL));
    ck_assert(!targets_add(names, wide, NULL));
}
END_TEST

START_TEST(lists)
{
    static const char list[] = "\xef\xbb\xbf# the estate\r\n\n"
                               "a.example:443\t b.example:443 # two\r\n"
                               "  #c.example\n   \n"
                               "smtp://d.example/#x\n"
                               "[::1]:443";
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;
    ck_assert(targets_add_list(targets, list, sizeof(list) - 1, "estate.txt", &error));
    g_autofree char *all = all_short(targets);
    ck_assert_str_eq(all, "a.example 443! tls http; b.example 443! tls http; "
                          "d.example 25! starttls smtp; ::1 443! tls http");
    ck_assert(targets_add_list(targets, NULL, 0, "empty", &error));
}
END_TEST

START_TEST(a_list_says_where_it_is_wrong)
{
    static const char list[] = "a.example:443\n\nb.example:x\nc.example:443\n";
    static const char nul[] = "a.example:443\nb\0c\n";
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;
    ck_assert(!targets_add_list(targets, list, sizeof(list) - 1, "est\x1b\x61te.txt", &error));
    ck_assert_msg(g_str_has_prefix(error->message, "est\\x1bate.txt:3: \"b.example:x\": "), "%s",
                  error->message);
    ck_assert_uint_eq(targets_all(targets)->len, 1);
    g_clear_error(&error);
    ck_assert(!targets_add_list(targets, nul, sizeof(nul) - 1, "nul", &error));
    ck_assert_msg(g_str_has_prefix(error->message, "nul:2: "), "%s", error->message);
}
END_TEST

/* Every cut of every word, and every byte of it replaced: an answer, and never a crash. */
static void mangled_targets_row(int row)
{
    static const char replacements[] = {'\x01', ':', '[', ']', '-', '.', '\xff', '9', '/'};
    const char *word = good[row].word;
    size_t size = strlen(word);
    for (size_t cut = 0; cut <= size; cut++) {
        g_autoptr(Targets) targets = targets_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *part = g_strndup(word, cut);
        ck_assert(targets_add(targets, part, &error) == (error == NULL));
        for (size_t i = 0; cut < size && i < sizeof(replacements); i++) {
            g_autofree char *other = g_strdup(word);
            g_clear_error(&error);
            other[cut] = replacements[i];
            ck_assert(targets_add(targets, other, &error) == (error == NULL));
        }
    }
}

START_TEST(mangled_targets)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(good); row++)
        mangled_targets_row(row);
}
END_TEST

START_TEST(the_catalogue_holds_together)
{
    static const unsigned wanted[] = {443,  8443, 9443, 1443,  8080,  80,   25,   587,   465,
                                      143,  993,  110,  995,   21,    990,  989,  389,   636,
                                      3269, 5222, 5223, 5269,  563,   853,  5061, 6697,  992,
                                      2376, 6443, 2379, 10250, 3306,  5432, 1433, 27017, 5671,
                                      8883, 1194, 3389, 8006,  10000, 2083, 2087, 4443,  5986};
    size_t count;
    const CataloguePort *rows = catalogue_all(&count);
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        ck_assert_msg(catalogue_port(wanted[i]) != NULL, "%u is missing", wanted[i]);
    ck_assert_ptr_null(catalogue_port(0));
    ck_assert_ptr_null(catalogue_port(65535));
    ck_assert_ptr_null(catalogue_service(""));
    ck_assert_ptr_null(catalogue_service("smtps ssmtp"));
    for (size_t i = 0; i < count; i++) {
        ck_assert(i == 0 || rows[i].port > rows[i - 1].port);
        ck_assert_ptr_eq(catalogue_port(rows[i].port), &rows[i]);
        ck_assert_ptr_eq(catalogue_service(rows[i].service), &rows[i]);
        g_auto(GStrv) aliases = g_strsplit(rows[i].aliases ? rows[i].aliases : "", " ", -1);
        for (char **alias = aliases; *alias; alias++)
            ck_assert_msg(catalogue_service(*alias) == &rows[i], "%s", *alias);
        ck_assert(strcmp(rows[i].entry, "tls") == 0 || strcmp(rows[i].entry, "starttls") == 0);
        ck_assert_str_eq(rows[i].transport, "tcp");
        ck_assert_ptr_nonnull(rows[i].protocol);
        ck_assert_ptr_nonnull(rows[i].title);
        ck_assert_uint_ge(rows[i].weight, 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *tcase = tcase_create("target");

    tcase_add_test(tcase, good_targets);
    tcase_add_test(tcase, bad_targets);
    tcase_add_test(tcase, an_error_says_the_word_what_and_a_right_one);
    tcase_add_test(tcase, what_errors_recommend_is_right);
    tcase_add_test(tcase, a_host_alone_means_the_catalogue);
    tcase_add_test(tcase, names_are_sent_and_addresses_are_not);
    tcase_add_test(tcase, a_place_named_twice_is_asked_once);
    tcase_add_test(tcase, there_is_a_ceiling);
    tcase_add_test(tcase, lists);
    tcase_add_test(tcase, a_list_says_where_it_is_wrong);
    tcase_add_test(tcase, mangled_targets);
    tcase_add_test(tcase, the_catalogue_holds_together);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
