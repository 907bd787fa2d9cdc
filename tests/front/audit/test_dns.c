/* What the DNS says about certificates, judged. */
#include <string.h>

#include "common/fact/fact.h"
#include "front/audit/audit.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define LEAF "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define MX                                                                                         \
    "{'fact':'dns','endpoint':'e1','kind':'mx','name':'mx.a.example','owner':'a.example',"         \
    "'resolver':'system','state':'secure','records':[{'preference':1,'host':'mx.a.example'}]}"
#define NO_REPORTS                                                                                 \
    "{'fact':'dns','endpoint':'e1','kind':'tlsrpt','name':'a.example','state':'secure','records':" \
    "[]}"

static const AuditContext context = {.now = 1795485600};

static Model *stream(guint port, const char *protocol, bool trusted)
{
    g_autofree char *endpoint = g_strdup_printf(
        "{'fact':'endpoint','endpoint':'e1','host':'mx.a.example','port':%u,'entry':'starttls',"
        "'protocol':'%s','named':true}",
        port, protocol);
    Model *model = model_new();
    stream_fold(model, endpoint);
    stream_fold(model, "{'fact':'connection','endpoint':'e1','connection':'e1.1','event':'open',"
                       "'address':'::1'}");
    stream_fold(model, "{'fact':'certificate','sha256':'" LEAF "','size':900,'common_name':"
                       "'mx.a.example','issuer_name':'Test CA'}");
    stream_fold(model,
                "{'fact':'chain','endpoint':'e1','connection':'e1.1','certificates':['" LEAF "']}");
    stream_fold(model, trusted ? "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':"
                                 "'system','trusted':true,'reasons':[],'name_matches':true}"
                               : "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':"
                                 "'system','trusted':false,'reasons':['trust-self-signed'],"
                                 "'name_matches':true}");
    return model;
}

/* The severity letter of the rule's finding after these facts; '-': there is none. Takes the
 * model. */
static char found(Model *model, const char *rule, const char *const *facts)
{
    char letter = '-';
    for (; *facts; facts++)
        stream_fold(model, *facts);
    stream_fold(model, "{'fact':'done','endpoint':'e1','result':'finished','took':0.2}");
    g_autoptr(GPtrArray) findings = audit_endpoint(model_endpoint(model, "e1"), &context);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (strcmp(finding->rule->code, rule) == 0)
            letter = severity_letter(finding->severity);
    }
    model_free(model);
    return letter;
}

#define MAIL(rule, ...)                                                                            \
    found(stream(25, "smtp", true), rule, (const char *const[]){__VA_ARGS__, NULL})
#define OTHER(rule, ...)                                                                           \
    found(stream(443, "http", true), rule, (const char *const[]){__VA_ARGS__, NULL})
#define DANE(state, records)                                                                       \
    "{'fact':'dane','endpoint':'e1','connection':'e1.1','state':'" state "','records':[" records   \
    "]}"
#define LOOKED(kind, state, records)                                                               \
    "{'fact':'dns','endpoint':'e1','kind':'" kind "','name':'mx.a.example','state':'" state        \
    "','records':[" records "]}"
#define POLICY(mode, mx, more)                                                                     \
    "{'fact':'policy','endpoint':'e1','url':'https://mta-sts.a.example/','version':'STSv1',"       \
    "'mode':'" mode "','mx':['" mx "'],'max_age':1" more "}"

START_TEST(tlsa)
{
    const char *stale = DANE("failed", "{'reason':'dane-stale','holds':false}");
    ck_assert_int_eq(MAIL("tlsa-mismatch", stale), 'C');
    ck_assert_int_eq(OTHER("tlsa-mismatch", stale), 'H');
    const char *next = DANE("authenticated", "{'holds':true},{'reason':'dane-other-key'}");
    ck_assert_int_eq(MAIL("tlsa-mismatch", next), '-');
    ck_assert_int_eq(MAIL("tlsa-partly", next), '-');
    ck_assert_int_eq(
        MAIL("tlsa-partly", DANE("authenticated", "{'holds':true},{'reason':'dane-length'}")), 'L');
    ck_assert_int_eq(MAIL("tlsa-unusable", DANE("unusable", "{'reason':'dane-usage-mail'}")), 'M');
    ck_assert_int_eq(MAIL("tlsa-unsigned", LOOKED("tlsa", "insecure", "{'usage':3}")), 'M');
    ck_assert_int_eq(MAIL("tlsa-unsigned", LOOKED("tlsa", "insecure", "")), '-');
    ck_assert_int_eq(MAIL("tlsa-unsigned", LOOKED("tlsa", "unknown", "{'usage':3}")), '-');
    ck_assert_int_eq(OTHER("dnssec-bogus", LOOKED("tlsa", "bogus", "")), 'H');
    ck_assert_int_eq(OTHER("dnssec-bogus", LOOKED("tlsa", "unknown", "")), '-');
}
END_TEST

START_TEST(mail_policies)
{
    const char *good = POLICY("enforce", "*.a.example", "");
    const char *other = POLICY("enforce", "mx.b.example", "");
    const char *deeper = POLICY("testing", "*.example", "");
    ck_assert_int_eq(MAIL("mta-sts-host", MX, good), '-');
    ck_assert_int_eq(MAIL("mta-sts-host", MX, other), 'H');
    ck_assert_int_eq(MAIL("mta-sts-host", other), '-');
    ck_assert_int_eq(MAIL("mta-sts-host", MX, deeper), 'M');
    ck_assert_int_eq(OTHER("mta-sts-host", MX, other), '-');
    ck_assert_int_eq(MAIL("mta-sts-testing", deeper), 'I');
    ck_assert_int_eq(MAIL("mta-sts-testing", good), '-');
    ck_assert_int_eq(MAIL("mta-sts-broken", POLICY("x", "a", ",'faults':['sts-mode']")), 'M');
    ck_assert_int_eq(MAIL("mta-sts-certificate", good), '-');
    ck_assert_int_eq(
        found(stream(25, "smtp", false), "mta-sts-certificate", (const char *const[]){good, NULL}),
        'H');
}
END_TEST

START_TEST(reports)
{
    const char *good = POLICY("enforce", "*.a.example", "");
    ck_assert_int_eq(MAIL("tlsrpt-absent", NO_REPORTS, good), 'I');
    ck_assert_int_eq(MAIL("tlsrpt-absent", NO_REPORTS), '-');
    ck_assert_int_eq(MAIL("tlsrpt-absent", LOOKED("tlsrpt", "secure", "{'text':'x'}"), good), '-');
    ck_assert_int_eq(MAIL("tlsrpt-absent", LOOKED("tlsrpt", "unknown", ""), good), '-');
    ck_assert_int_eq(found(stream(587, "smtp", true), "tlsrpt-absent",
                           (const char *const[]){NO_REPORTS, good, NULL}),
                     '-');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dns");
    TCase *tests = tcase_create("dns");
    tcase_add_test(tests, tlsa);
    tcase_add_test(tests, mail_policies);
    tcase_add_test(tests, reports);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
