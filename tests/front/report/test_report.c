#include "front/report/objects.h"
#include "front/report/text.h"

#include <stdlib.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/status.h"
#include "front/report/words.h"
#include "tests/check.h"
#include "tests/front/stream.h"

static gint64 now(void)
{
    gint64 seconds = 0;
    ck_assert(text_to_time("2026-11-24T02:00:00Z", &seconds));
    return seconds;
}

/* Judged at the time when the stream began. */
static Model *judged(const char *name)
{
    Model *model = stream_model(name);
    AuditContext context = {0};
    ck_assert(text_to_time(fact_string(model->stream, "time", ""), &context.now));
    audit_judge_all(model, &context);
    return model;
}

/* Compares with tests/front/report/<name>; where TLSDIVE_STORE is set, stores it instead. */
static void check_stored(const char *text, const char *name)
{
    const char *directory = g_getenv("srcdir");
    g_autofree char *path =
        g_strdup_printf("%s/tests/front/report/%s", directory ? directory : ".", name);
    g_autofree char *stored = NULL;
    if (g_getenv("TLSDIVE_STORE"))
        ck_assert(g_file_set_contents(path, text, -1, NULL));
    ck_assert_msg(g_file_get_contents(path, &stored, NULL, NULL), "%s is missing", path);
    ck_assert_msg(strcmp(text, stored) == 0, "%s is\n%s\nand not\n%s", name, text, stored);
}

static const struct {
    const char *stream, *stored;
    ReportStyle style;
} reports[] = {
    {"mail", "mail-80.txt", {.width = 80, .ascii = true}},
    {"mail", "mail-120.txt", {.width = 120}},
    {"mail", "mail-all-80.txt", {.width = 80, .ascii = true, .all = true}},
    {"estate", "estate-80.txt", {.width = 80, .ascii = true}},
    {"estate", "estate-120-colour.txt", {.width = 120, .colour = true}},
    {"dive", "dive-80.txt", {.width = 80, .ascii = true}},
    {"dive", "dive-120.txt", {.width = 120}},
    {"two", "two-80.txt", {.width = 80, .ascii = true, .all = true}},
    {"two", "two-120.txt", {.width = 120}},
    {"servers", "servers-100.txt", {.width = 100, .ascii = true}},
};

static void reports_are_as_stored_row(int row)
{
    g_autoptr(Model) model = judged(reports[row].stream);
    ReportStyle style = reports[row].style;
    ck_assert(text_to_time(fact_string(model->stream, "time", ""), &style.now));
    g_autofree char *text = report_text(model, &style);
    check_stored(text, reports[row].stored);
}

START_TEST(reports_are_as_stored)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(reports); row++)
        reports_are_as_stored_row(row);
}
END_TEST

/* Whatever the width: no line is longer, no trailing blanks, and nothing but what may be shown. */
static void lines_fit_row(int row)
{
    g_autoptr(Model) model = judged(reports[row % 4 ? row % 2 ? 0 : 3 : 5].stream);
    ReportStyle style = {.width = row, .now = now(), .all = row % 3 == 0, .ascii = row % 5 == 0};
    g_autofree char *text = report_text(model, &style);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        ck_assert_msg(text_columns(*line) <= MAX(row, 48), "%d: %s", row, *line);
        ck_assert_msg(!g_str_has_suffix(*line, " "), "%s", *line);
        ck_assert_msg(!strchr(*line, '\x1b') && !strstr(*line, "\xe2\x80\xae"), "%s", *line);
        ck_assert(!style.ascii || g_str_is_ascii(*line));
    }
}

START_TEST(lines_fit)
{
    for (int row = 0; row < 200; row++)
        lines_fit_row(row);
}
END_TEST

START_TEST(a_model_without_anything)
{
    g_autoptr(Model) model = model_new();
    ReportStyle style = {.width = 80};
    g_autofree char *text = report_text(model, &style);
    ck_assert_str_eq(text, "0 hosts, 0 ports: 0 with TLS. Nothing found\n");
    ck_assert_int_eq(report_status(model, SEVERITY_COUNT), STATUS_GOOD);
}
END_TEST

static void fold(Model *model, json_t *fact)
{
    model_fold(model, fact, 0, 0);
    json_decref(fact);
}

START_TEST(files_and_their_objects)
{
    static const char hash[] = "9f91161f43433e49a6de6db680d79f60159f2e4ac9172621a12846428158440b";
    g_autoptr(Model) model = judged("mail");
    ReportStyle style = {.width = 120, .now = now()};
    fold(model, json_pack("{s:s,s:s,s:i,s:s,s:s}", "fact", "object", "file", "f1", "index", 1,
                          "kind", "certificate", "sha256", hash));
    fold(model,
         json_pack("{s:s,s:s,s:i,s:s,s:s,s:{s:s,s:i}}", "fact", "object", "file", "f1", "index", 2,
                   "kind", "private-key", "format", "PKCS #8", "key", "type", "RSA", "bits", 2048));
    fold(model, json_pack("{s:s,s:s,s:s,s:i,s:i}", "fact", "file", "file", "f1", "path", "a.pem",
                          "objects", 2, "broken", 1));
    ck_assert_uint_eq(files_places(model->files, hash)->len, 1);
    g_autofree char *text = report_files(model, &style);
    ck_assert_str_eq(
        text, "a.pem\n"
              "  1 block that does not read\n"
              "  1   certificate\n"
              "      mail.example.com\n"
              "      issued by Example Issuing CA 2\n"
              "      names mail.example.com, smtp.example.com, 203.0.113.7\n"
              "      valid 2026-08-22 22:00:00 UTC to 2026-11-20 22:00:00 UTC, -3d\n"
              "      key RSA 2048, signed with sha256WithRSAEncryption\n"
              "      SHA-256 9f91161f43433e49a6de6db680d79f60159f2e4ac9172621a12846428158440b\n"
              "  2   private key\n"
              "      RSA 2048  PKCS #8  which certificate it belongs to is not known\n\n");
}
END_TEST

START_TEST(a_file_that_was_not_read)
{
    g_autoptr(Model) model = model_new();
    ck_assert_int_eq(report_status(model, SEVERITY_COUNT), STATUS_GOOD);
    fold(model, json_pack("{s:s,s:s,s:s,s:i,s:s}", "fact", "file", "file", "f1", "path", "a",
                          "objects", 0, "password", "wanted"));
    ck_assert_int_eq(report_status(model, SEVERITY_COUNT), STATUS_UNEXAMINED);
    fold(model, json_pack("{s:s,s:s,s:s,s:i,s:s}", "fact", "file", "file", "f1", "path", "a",
                          "objects", 0, "password", "given"));
    ck_assert_int_eq(report_status(model, SEVERITY_COUNT), STATUS_GOOD);
}
END_TEST

/* Why an answer is no: in its own words, else by what its connection shows. */
START_TEST(answers_have_their_reasons)
{
    static const struct {
        const char *more, *words;
    } rows[] = {
        {"'reason':'alert-received'", "alert 40 handshake_failure (fatal) after ClientHello"},
        {"'reason':'alert-received','args':{'level':'fatal','code':70,'name':'protocol_version',"
         "'after':'a pause'}",
         "alert 70 protocol_version (fatal) after a pause"},
        {"'reason':'reset-after'", "reset after ClientHello"},
        {"'reason':'silent'", "timed out"},
        {"'reason':'order-single'", "only one is accepted: there is nothing to prefer"},
        {"'value':'x'", ""},
    };
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {
        "{'fact':'endpoint','endpoint':'1','host':'a','port':443}",
        "{'fact':'connection','endpoint':'1','connection':'1.2','event':'open','hello':'question'}",
        "{'fact':'message','endpoint':'1','connection':'1.2','direction':'out','name':"
        "'ClientHello'}",
        "{'fact':'alert','endpoint':'1','connection':'1.2','direction':'in','level':'fatal',"
        "'code':40,'name':'handshake_failure'}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        stream_fold(model, lines[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line =
            g_strdup_printf("{'fact':'answer','endpoint':'1','connection':'1.2','question':"
                            "'version','items':['TLS 1.0'],'answer':'no',%s}",
                            rows[i].more);
        stream_fold(model, line);
        const Answers *answers = model_endpoint(model, "1")->answers;
        g_autofree char *words = words_answer(answers_version(answers, "TLS 1.0"), true);
        ck_assert_str_eq(words, rows[i].words);
    }
}
END_TEST

/* What is wrong stands at the head of what a dive has to tell; of one suite no order is said. */
START_TEST(a_dive_is_told_from_the_top)
{
    g_autoptr(Model) model = model_new();
    static const char *const lines[] = {
        "{'fact':'endpoint','endpoint':'1','host':'a','port':443}",
        "{'fact':'answer','endpoint':'1','question':'version','items':['TLS 1.2'],'answer':'yes'}",
        "{'fact':'answer','endpoint':'1','question':'suite','version':'TLS 1.2','items':"
        "['TLS_RSA_WITH_RC4_128_SHA'],'answer':'yes'}",
        "{'fact':'answer','endpoint':'1','question':'suite-order','version':'TLS 1.2','items':[],"
        "'answer':'unknown','reason':'order-single'}",
        "{'fact':'answer','endpoint':'1','question':'feature','version':'TLS 1.2','items':"
        "['compression'],'answer':'no'}",
        "{'fact':'answer','endpoint':'1','question':'version','items':['SSL 3.0','SSL 2.0'],"
        "'answer':'unknown','reason':'silent'}",
        "{'fact':'answer','endpoint':'1','question':'version','items':['TLS 1.1'],'answer':"
        "'unknown','reason':'speaks-http','args':{'line':'HTTP/1.1 400'}}",
        "{'fact':'answer','endpoint':'1','question':'suite','version':'TLS 1.1','items':"
        "['TLS_RSA_WITH_RC4_128_SHA','TLS_RSA_WITH_RC4_128_MD5'],'answer':'unknown','reason':"
        "'limit-connections','args':{'connections':30}}",
        "{'fact':'dive','endpoint':'1','event':'over','depth':'full','connections':30,'result':"
        "'limit','reason':'limit-connections','args':{'connections':30}}",
        "{'fact':'done','endpoint':'1','result':'finished'}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        stream_fold(model, lines[i]);
    audit_judge_all(model, &(AuditContext){.now = now()});
    ReportStyle style = {.width = 80, .ascii = true, .now = now()};
    g_autofree char *text = report_text(model, &style);
    const char *head =
        strstr(text, "\na:443\n  broken off  all 30 connections that are allowed were made\n  "
                     "findings    high      RC4 suites are accepted (1)");
    ck_assert_msg(head, "%s", text);
    ck_assert_msg(strstr(text, "unknown: TLS 1.1 (answers in plain HTTP: HTTP/1.1 400),\n"
                               "              SSL 3.0, SSL 2.0 (timed out)\n"),
                  "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "\n              TLS 1.1: 2 suites unknown: all 30 "));
    const char *suites = strstr(text, "  suites      TLS 1.2: 1 suite\n");
    ck_assert_msg(suites > head, "%s", text);
    const char *detail = strstr(text, "  in detail   high      RC4 suites are accepted (1)");
    ck_assert_msg(detail > suites, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "  can         TLS 1.2: no: TLS compression\n"));
}
END_TEST

/* ---- status --------------------------------------------------------------------------------- */

static const struct {
    const char *endpoints, *dones;
    Severity fail_on;
    int status;
} statuses[] = {
    {"{'named':true}", "{'result':'finished'}", SEVERITY_COUNT, 0},
    {"{'named':true}", "{'result':'finished'}", SEVERITY_INFO, 0},
    {"{'named':true}", "{'result':'refused'}", SEVERITY_COUNT, 3},
    {"{'named':true}", "{'result':'refused'}", SEVERITY_UNKNOWN, 3},
    {"{'named':true}", "{'result':'alert'}", SEVERITY_INFO, 3},
    {"{'named':false}", "{'result':'refused'}", SEVERITY_COUNT, 3},
    {"{'named':false}|{'named':false}", "{'result':'refused'}|{'result':'finished'}",
     SEVERITY_COUNT, 0},
    {"{'named':true}|{'named':false}", "{'result':'refused'}|{'result':'finished'}", SEVERITY_COUNT,
     3},
    {"{'named':false,'host':'b'}|{'named':false}", "{'result':'refused'}|{'result':'finished'}",
     SEVERITY_COUNT, 3},
    {"{'named':true}", "{'result':'no-tls','reason':'starttls-not-offered'}", SEVERITY_COUNT, 0},
    {"{'named':true}", "{'result':'no-tls','reason':'starttls-not-offered'}", SEVERITY_HIGH, 1},
    {"{'named':true}", "{'result':'no-tls','reason':'starttls-not-offered'}", SEVERITY_LOW, 1},
    {"{'named':true}", "{'result':'no-tls','reason':'starttls-not-offered'}", SEVERITY_CRITICAL, 0},
    {"{'named':true}|{'named':true}",
     "{'result':'refused'}|{'result':'no-tls','reason':'speaks-http'}", SEVERITY_HIGH, 1},
    {"{'named':false,'port':80}", "{'result':'no-tls','reason':'speaks-http'}", SEVERITY_HIGH, 0},
    {"{'named':true}", "-", SEVERITY_COUNT, 3},
    {"{'named':true}", "{'result':'finished'};{'result':'finished'}", SEVERITY_COUNT, 0},
    {"{'named':true}", "{'result':'finished'};{'result':'worker-died'}", SEVERITY_COUNT, 3},
    {"{'named':false}", "{'result':'finished'};{'result':'worker-died'}", SEVERITY_COUNT, 0},
};

/* The result of a handshake, and behind a semicolon that of a dive. */
static void fold_ends(Model *model, const char *id, const char *ends)
{
    g_auto(GStrv) parts = g_strsplit(ends, ";", 2);
    for (guint i = 0; parts[i]; i++) {
        g_autoptr(json_t) fact = stream_fact(parts[i]);
        json_object_set_new(fact, "fact", json_string(i ? "dive" : "done"));
        json_object_set_new(fact, "endpoint", json_string(id));
        if (i)
            json_object_update_new(fact, json_pack("{s:s,s:s}", "event", "over", "depth", "full"));
        model_fold(model, fact, 0, 0);
    }
}

static void the_status_says_what_came_of_it_row(int row)
{
    g_autoptr(Model) model = model_new();
    AuditContext context = {.now = now()};
    g_auto(GStrv) endpoints = g_strsplit(statuses[row].endpoints, "|", -1);
    g_auto(GStrv) dones = g_strsplit(statuses[row].dones, "|", -1);
    for (guint i = 0; endpoints[i]; i++) {
        g_autofree char *id = g_strdup_printf("e%u", i);
        g_autoptr(json_t) endpoint =
            stream_fact("{'fact':'endpoint','host':'a','port':443,'entry':'tls'}");
        g_autoptr(json_t) more = stream_fact(endpoints[i]);
        json_object_update(endpoint, more);
        json_object_set_new(endpoint, "endpoint", json_string(id));
        model_fold(model, endpoint, 0, 0);
        if (dones[i][0] == '-')
            continue;
        fold_ends(model, id, dones[i]);
    }
    audit_judge_all(model, &context);
    ck_assert_msg(report_status(model, statuses[row].fail_on) == statuses[row].status, "row %d: %s",
                  row, statuses[row].dones);
}

START_TEST(the_status_says_what_came_of_it)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(statuses); row++)
        the_status_says_what_came_of_it_row(row);
}
END_TEST

/* ---- words ---------------------------------------------------------------------------------- */

static const struct {
    const char *sentence, *args, *text;
} sentences[] = {
    {"", "{}", ""},
    {"plain", "{}", "plain"},
    {"{a}", "{'a':'x'}", "x"},
    {"a {a} b {b}", "{'a':'x','b':7}", "a x b 7"},
    {"{a}", "{}", "?"},
    {"{a}", "{'a':null}", "?"},
    {"{a}", "{'a':5.0}", "5"},
    {"{a}", "{'a':0.25}", "0.25"},
    {"{a}", "{'a':5.0078}", "5"},
    {"{a}", "{'a':20.05}", "20.1"},
    {"{a}", "{'a':100.0}", "100"},
    {"{a}", "{'a':['x',2,['y']]}", "x, 2, ?"},
    {"{a}", "{'a':{'base64':'/xs='}}", "\\xff\\x1b"},
    {"{a}", "{'a':'\\u001b[31m'}", "\\x1b[31m"},
    {"{a}", "{'a':'{b}','b':'x'}", "{b}"},
    {"{a", "{'a':'x'}", "{a"},
    {"a}", "{'a':'x'}", "a}"},
    {"{}", "{}", "?"},
    {"{a-name-that-is-too-long-for-an-argument}", "{}",
     "{a-name-that-is-too-long-for-an-argument}"},
    {"a[ {b}]", "{'b':1}", "a 1"},
    {"a[ {b}]c", "{}", "ac"},
    {"[{a}[, {b}]]", "{'a':1,'b':2}", "1, 2"},
    {"[{a}[, {b}]]", "{'a':1}", "1"},
    {"[{a}[, {b}]]c", "{'b':2}", "c"},
    {"[{a}", "{}", ""},
    {"[a]]", "{}", "a]"},
    {"{a}", "{'a':'[{b}]'}", "[{b}]"},
    {"{date}", "{'date':'2026-11-20T22:00:00Z'}", "2026-11-20 22:00:00 UTC"},
    {"it {reason}.", "{'reason':'speaks-ssh','line':'SSH-2.0-x\\r'}",
     "it speaks SSH: SSH-2.0-x\\r."},
    {"{reason}", "{'reason':'timed-out'}", "no answer in time"},
    {"{reason}", "{'reason':'of\\u001btomorrow'}", "of\\x1btomorrow"},
    {"{reason}", "{'reason':7}", "7"},
};

static void sentences_are_filled_and_safe_row(int row)
{
    g_autoptr(json_t) args = stream_fact(sentences[row].args);
    g_autofree char *text = words_fill(sentences[row].sentence, args, true);
    ck_assert_str_eq(text, sentences[row].text);
}

START_TEST(sentences_are_filled_and_safe)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(sentences); row++)
        sentences_are_filled_and_safe_row(row);
}
END_TEST

START_TEST(long_arguments_are_cut_between_characters)
{
    GString *line = g_string_new(NULL);
    for (guint i = 0; i < 300; i++)
        g_string_append(line, "\xe2\x82\xac");
    g_autoptr(json_t) args = json_object();
    json_object_set_new(args, "line", fact_text(line->str, line->len));
    g_autofree char *text = words_fill("{line}", args, false);
    g_string_free(line, TRUE);
    ck_assert(g_utf8_validate(text, -1, NULL));
    ck_assert_uint_eq(strlen(text), 66 * 3 + 3);
    ck_assert(g_str_has_suffix(text, "..."));
}
END_TEST

START_TEST(ends_and_verdicts_are_said)
{
    g_autoptr(Model) model = judged("mail");
    static const struct {
        const char *id, *outcome;
    } ends[] = {
        {"e2", "the handshake completed"},
        {"e3", "answers in plain HTTP: HTTP/1.1 400 Bad Request"},
        {"e1", "203.0.113.7 did not answer the connection within 5 s"},
        {"e7", "reset after ClientHello"},
        {"e8", "alert 40 handshake_failure (fatal) after ClientHello"},
        {"e11", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *text = words_outcome(model_endpoint(model, ends[i].id), true);
        ck_assert_str_eq(text, ends[i].outcome);
    }
    g_autofree char *good = words_verdict(model_endpoint(model, "e4")->best->verdict, true);
    g_autofree char *bad = words_verdict(model_endpoint(model, "e2")->best->verdict, true);
    ck_assert_str_eq(good, "trusted");
    ck_assert_str_eq(bad, "not trusted: expired");
}
END_TEST

START_TEST(trusted_but)
{
    g_autoptr(json_t) fact = json_pack("{s:[s, s]}", "remarks", "sent-root", "trust-roca");
    Verdict verdict = {.fact = fact, .trusted = true};
    g_autofree char *but = words_verdict(&verdict, true);
    ck_assert_str_eq(but, "trusted, but: a root is sent, which nobody needs; the key has the mark "
                          "of CVE-2017-15361 (ROCA): it can be broken");
    verdict.trusted = false;
    g_autofree char *bare = words_verdict(&verdict, true);
    ck_assert_str_eq(bare, "not trusted");
}
END_TEST

START_TEST(clients_are_said)
{
    g_autoptr(json_t) old = json_pack("{s:s, s:b, s:s}", "client", "old-android", "trusts", 0,
                                      "reason", "client-new-root");
    g_autoptr(json_t) unknown = json_pack("{s:s}", "client", "of\x1btomorrow");
    g_autoptr(json_t) good = json_pack("{s:s, s:b}", "client", "browser", "trusts", 1);
    g_autofree char *no = words_client(old, true), *what = words_client(unknown, true);
    g_autofree char *yes = words_client(good, true);
    ck_assert_str_eq(no, "Android < 7.1.1: no, the root is of June 2015 or later, and its roots "
                         "are older");
    ck_assert_str_eq(what, "of\\x1btomorrow: unknown");
    ck_assert_str_eq(yes, "browsers: yes");
}
END_TEST

/* ---- briefs --------------------------------------------------------------------------------- */

START_TEST(suites_are_short)
{
    static const char *const names[][2] = {
        {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE_RSA_AES_128_GCM_SHA256"},
        {"TLS_AES_256_GCM_SHA384", "AES_256_GCM_SHA384"},
        {"0x1A2B", "0x1A2B"},
        {"", ""},
        {"TLS_", ""},
        {"TLS_X_WITH_", "X_"},
        {"A\x1b", "A\\x1b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = brief_suite_name(names[i][0]);
        ck_assert_str_eq(text, names[i][1]);
    }
}
END_TEST

/* id: state took version suite group days findings place */
static const struct {
    const char *id, *text;
} briefs[] = {
    {"e1", "timed out|5000|?|?|?|?|-|mail.example.com:21"},
    {"e2", "finished|182|1.2|ECDHE_RSA_AES_128_GCM_SHA256|x25519|-3d|1C 1M|mail.example.com:25"},
    {"e3", "no TLS|65|-|-|-|-|-|mail.example.com:80"},
    {"e4", "finished|64|1.3|AES_256_GCM_SHA384|x25519|40d|ok|mail.example.com:443"},
    {"e5", "no TLS|125|-|-|-|-|1H|mail.example.com:587"},
    {"e6", "refused|31|-|-|-|-|-|mail.example.com:636"},
    {"e7", "reset|65|?|?|?|?|unknown|mail.example.com:993"},
    {"e8", "alert|64|?|?|?|?|unknown|mail.example.com:995"},
    {"e9", "no TLS|65|-|-|-|-|unknown|mail.example.com:3306"},
    {"e11", "waiting||||||...|mail.example.com:110"},
};

static char *all_brief(const Endpoint *endpoint)
{
    g_autofree char *took = brief_took(endpoint);
    g_autofree char *version = brief_version(endpoint);
    g_autofree char *suite = brief_suite(endpoint);
    g_autofree char *group = brief_group(endpoint);
    g_autofree char *days = brief_leaf_days(endpoint, now());
    g_autofree char *findings = brief_findings(endpoint, false);
    g_autofree char *place = brief_place(endpoint, true);
    return g_strjoin("|", brief_state(endpoint), took, version, suite, group, days, findings, place,
                     NULL);
}

static void columns_say_it_briefly_row(int row)
{
    g_autoptr(Model) model = judged("mail");
    g_autofree char *text = all_brief(model_endpoint(model, briefs[row].id));
    ck_assert_str_eq(text, briefs[row].text);
}

START_TEST(columns_say_it_briefly)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(briefs); row++)
        columns_say_it_briefly_row(row);
}
END_TEST

START_TEST(places_and_keys)
{
    g_autoptr(Model) model = judged("estate");
    g_autofree char *ascii = brief_place(model_endpoint(model, "e4"), true);
    g_autofree char *unicode = brief_place(model_endpoint(model, "e4"), false);
    g_autofree char *address = brief_place(model_endpoint(model, "e5"), false);
    g_autofree char *all = all_brief(model_endpoint(model, "e1"));
    ck_assert_str_eq(ascii, "xn--bcher-kva.example:443");
    ck_assert_str_eq(unicode, "b\xc3\xbc\x63her.example:443");
    ck_assert_str_eq(address, "[2001:db8::1]:12345");
    ck_assert_str_eq(all, "finished|20|1.0|RSA_3DES_EDE_CBC_SHA|-|?|6H 2M 1L|192.0.2.9:8443");
    g_autofree char *key = brief_key(endpoint_leaf(model_endpoint(model, "e1")));
    ck_assert_str_eq(key, "RSA 1024");
}
END_TEST

START_TEST(days_are_whole_ones)
{
    const gint64 day = 86400;
    const struct {
        gint64 ends;
        const char *text;
    } ends[] = {{0, "0d"},
                {-1, "-0d"},
                {day - 1, "0d"},
                {day, "1d"},
                {-day, "-1d"},
                {-4 * day + 1, "-3d"},
                {41 * day, "41d"},
                {9999 * day, "9999d"},
                {26335 * day, "72y"},
                {G_MAXINT64, "never"},
                {G_MININT64, "?"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        Certificate certificate = {.not_after = ends[i].ends};
        g_autofree char *text = brief_days(&certificate, 0);
        ck_assert_str_eq(text, ends[i].text);
    }
}
END_TEST

START_TEST(durations)
{
    static const struct {
        double seconds;
        const char *text;
    } times[] = {{0, "0.000 s"},     {0.1825, "0.182 s"}, {59.9, "59.900 s"}, {60, "1:00 min"},
                 {61.9, "1:01 min"}, {3599, "59:59 min"}, {3600, "1:00 h"},   {86399, "23:59 h"}};
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *text = brief_duration(times[i].seconds);
        ck_assert_str_eq(text, times[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tcase = tcase_create("report");

    tcase_add_test(tcase, reports_are_as_stored);
    tcase_add_test(tcase, lines_fit);
    tcase_add_test(tcase, a_model_without_anything);
    tcase_add_test(tcase, files_and_their_objects);
    tcase_add_test(tcase, a_file_that_was_not_read);
    tcase_add_test(tcase, answers_have_their_reasons);
    tcase_add_test(tcase, a_dive_is_told_from_the_top);
    tcase_add_test(tcase, the_status_says_what_came_of_it);
    tcase_add_test(tcase, sentences_are_filled_and_safe);
    tcase_add_test(tcase, long_arguments_are_cut_between_characters);
    tcase_add_test(tcase, ends_and_verdicts_are_said);
    tcase_add_test(tcase, trusted_but);
    tcase_add_test(tcase, clients_are_said);
    tcase_add_test(tcase, suites_are_short);
    tcase_add_test(tcase, columns_say_it_briefly);
    tcase_add_test(tcase, places_and_keys);
    tcase_add_test(tcase, days_are_whole_ones);
    tcase_add_test(tcase, durations);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
