/* Findings about revocation and transparency. */
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/audit/audit.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define LEAF  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HELLO "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* An endpoint with a chain of which nothing is wrong, with members of the certificate changed. */
static Model *begin(const char *certificate)
{
    static const char *const fine[] = {
        "{'fact':'endpoint','endpoint':'e1','host':'a.example','port':443,'entry':'tls',"
        "'protocol':'http','named':true}",
        "{'fact':'connection','endpoint':'e1','connection':'e1.1','event':'open'}",
        "{'fact':'certificate','sha256':'" LEAF "','size':900,'common_name':'a.example',"
        "'issuer_name':'Test CA','not_before':'2026-10-25T02:00:00Z',"
        "'not_after':'2027-01-23T02:00:00Z','key':{'type':'RSA','bits':2048},"
        "'signature':'sha256WithRSAEncryption','names':[{'kind':'dns','value':'a.example'}],"
        "'self_issued':false,'crl':['http://crl.example/1.crl']}",
        "{'fact':'chain','endpoint':'e1','connection':'e1.1','certificates':['" LEAF "']}",
        "{'fact':'done','endpoint':'e1','result':'finished','took':0.2}",
    };
    Model *model = model_new();
    for (size_t i = 0; i < G_N_ELEMENTS(fine); i++) {
        g_autoptr(json_t) fact = stream_fact(fine[i]);
        g_autoptr(json_t) members = stream_fact(certificate);
        if (fact_kind(fact) == FACT_CERTIFICATE)
            json_object_update(fact, members);
        model_fold(model, fact, 0, 0);
    }
    return model;
}

/* The findings of it, as "severity rule; ...", in order. */
static char *judged(Model *model)
{
    AuditContext context = {0};
    ck_assert(text_to_time("2026-11-24T02:00:00Z", &context.now));
    Endpoint *endpoint = model_endpoint(model, "e1");
    audit_judge(endpoint, &context);
    GString *text = g_string_new(NULL);
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        if (strcmp(finding->rule->code, "trust-unknown") != 0)
            g_string_append_printf(text, "%s%s %s", text->len ? "; " : "",
                                   severity_name(finding->severity), finding->rule->code);
    }
    return g_string_free(text, FALSE);
}

#define STATUS(from, members)                                                                      \
    "{'fact':'revocation','endpoint':'e1','connection':'e1.1','certificate':'" LEAF                \
    "','from':'" from "','faults':[]," members "}"

static const struct {
    const char *fact, *findings;
} rows[] = {
    {STATUS("staple", "'status':'good','next_update':'2026-11-30T02:00:00Z'"), ""},
    {STATUS("crl", "'status':'revoked','revoked_at':'2026-11-01T00:00:00Z'"),
     "critical certificate-revoked"},
    {STATUS("staple",
            "'status':'unknown','reason':'ocsp-expired','next_update':'2026-11-23T02:00:00Z'"),
     "high staple-expired"},
    {STATUS("ocsp", "'status':'unknown','reason':'ocsp-expired'"), ""},
    {STATUS("staple", "'status':'unknown','reason':'ocsp-signature'"),
     "medium revocation-response"},
    {STATUS("crl", "'status':'unknown','reason':'crl-expired'"), "medium revocation-response"},
    {STATUS("staple", "'status':'unknown','reason':'revocation-no-issuer'"), ""},
    {STATUS("staple", "'status':'good','this_update':'2026-11-17T03:00:00Z',"
                      "'next_update':'2026-11-24T03:00:00Z'"),
     "low staple-ends-soon"},
    {STATUS("staple", "'status':'good','this_update':'2026-11-18T03:00:00Z',"
                      "'next_update':'2026-11-25T03:00:00Z'"),
     ""},
    {STATUS("staple", "'status':'revoked','asked':true"), ""},
    {"{'fact':'transparency','endpoint':'e1','connection':'e1.1','certificate':'" LEAF
     "','scts':[{'from':'certificate','signature':'wrong','log_name':'a log'}],"
     "'policies':{'chrome':{'needed':2,'counted':0,'met':false,'reason':'ct-too-few'},'apple':{"
     "'needed':2,'counted':0,'met':false,'reason':'ct-too-few'}}}",
     "medium timestamp-wrong"},
};

START_TEST(what_is_known_is_judged)
{
    g_autoptr(Model) model = begin("{}");
    stream_fold(model, rows[_i].fact);
    g_autofree char *findings = judged(model);
    ck_assert_msg(strcmp(findings, rows[_i].findings) == 0, "%s: %s", rows[_i].fact, findings);
}
END_TEST

/* Of a certificate of a public CA, clients want timestamps, and somebody who could revoke it. */
START_TEST(public_ca_standing)
{
    static const struct {
        const char *certificate, *chrome, *apple, *store, *findings;
    } cases[] = {
        {"{}", "true", "true", "system", ""},
        {"{}", "false", "true", "system", "high transparency"},
        {"{}", "true", "false", "system", "high transparency"},
        {"{}", "false", "false", "/etc/own.pem", ""},
        {"{}", "null", "null", "system", ""},
        {"{'crl':[]}", "true", "true", "system", "low no-revocation"},
        {"{'crl':[],'ocsp':['http://o']}", "true", "true", "system", ""},
        {"{'crl':[]}", "true", "true", "/etc/own.pem", ""},
        {"{'crl':[],'not_before':'2026-11-20T02:00:00Z','not_after':'2026-11-27T02:00:00Z'}",
         "true", "true", "system", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Model) model = begin(cases[i].certificate);
        g_autofree char *verdict = g_strdup_printf(
            "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':'%s','roots':140,"
            "'trusted':true,'primary':true,'reasons':[],'path':[{'sha256':'" LEAF
            "','from':'sent'},"
            "{'sha256':'" HELLO "','from':'store'}]}",
            cases[i].store);
        g_autofree char *transparency = g_strdup_printf(
            "{'fact':'transparency','endpoint':'e1','connection':'e1.1','certificate':'" LEAF
            "','scts':[],'policies':{'chrome':{'met':%s,'needed':2,'counted':1},"
            "'apple':{'met':%s,'needed':2,'counted':1}}}",
            cases[i].chrome, cases[i].apple);
        stream_fold(model, verdict);
        stream_fold(model, transparency);
        g_autofree char *findings = judged(model);
        ck_assert_msg(strcmp(findings, cases[i].findings) == 0, "%zu: %s", i, findings);
    }
}
END_TEST

/* A later fact of the same source takes the place of an earlier one; revoked counts over good. */
START_TEST(facts_are_folded)
{
    g_autoptr(Model) model = begin("{}");
    stream_fold(model, STATUS("staple", "'status':'revoked'"));
    stream_fold(model, STATUS("staple", "'status':'good'"));
    g_autofree char *renewed = judged(model);
    ck_assert_str_eq(renewed, "");
    stream_fold(model, STATUS("crl", "'status':'revoked'"));
    g_autofree char *revoked = judged(model);
    ck_assert_str_eq(revoked, "critical certificate-revoked");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standing");
    TCase *tcase = tcase_create("audit");
    tcase_add_loop_test(tcase, what_is_known_is_judged, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, public_ca_standing);
    tcase_add_test(tcase, facts_are_folded);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
