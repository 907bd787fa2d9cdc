#include "front/audit/audit.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/json.h"
#include "front/report/words.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define LEAF  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HELLO "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* A port about which there is nothing to say, at the instant NOW. */
static const char NOW[] = "2026-11-24T02:00:00Z";

static const char *const fine[] = {
    "{'fact':'endpoint','endpoint':'e1','host':'a.example','port':443,'entry':'tls',"
    "'protocol':'http','named':true}",
    "{'fact':'connection','endpoint':'e1','connection':'e1.1','event':'open','address':'::1'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.1','direction':'in','name':'ServerHello',"
    "'content':'handshake','size':90,'sha256':'" HELLO "','encrypted':false}",
    "{'fact':'certificate','sha256':'" LEAF "','size':900,'common_name':'a.example',"
    "'issuer_name':'Test CA','not_before':'2026-10-25T02:00:00Z',"
    "'not_after':'2027-01-23T02:00:00Z','key':{'type':'RSA','bits':2048},"
    "'signature':'sha256WithRSAEncryption','names':[{'kind':'dns','value':'a.example'}],"
    "'self_issued':false,'crl':['http://crl.example/1.crl']}",
    "{'fact':'chain','endpoint':'e1','connection':'e1.1','certificates':['" LEAF "']}",
    "{'fact':'negotiated','endpoint':'e1','connection':'e1.1','version':'TLS 1.2',"
    "'suite':'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256','key_exchange':'ecdhe',"
    "'forward_secrecy':true,'group':'x25519','group_bits':128,'scheme':'rsa_pss_rsae_sha256',"
    "'extended_master_secret':true,'secure_renegotiation':true,'compression':0,"
    "'ocsp_staple':false,'hello':'usual','resumed':false,'took':0.1}",
    "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':'system','roots':140,"
    "'trusted':true,'reasons':[],'name':'a.example','name_matches':true}",
    "{'fact':'done','endpoint':'e1','result':'finished','took':0.2}",
};

/* Folds the stream in, with the members of `change` set in the fact of that kind; "-" leaves the
 * kind out, "+" adds a fact before done. Without a handshake where `failed`. */
static Model *changed(const char *kind, const char *change, bool failed)
{
    Model *model = model_new();
    bool adds = kind && kind[0] == '+';
    for (size_t i = 0; i < G_N_ELEMENTS(fine); i++) {
        g_autoptr(json_t) fact = stream_fact(fine[i]);
        const char *name = fact_string(fact, "fact", "");
        if (failed && (i >= 2 && i + 1 < G_N_ELEMENTS(fine)))
            continue;
        if (adds && strcmp(name, "done") == 0)
            stream_fold(model, change);
        if (kind && strcmp(name, kind) == 0) {
            if (change[0] == '-')
                continue;
            g_autoptr(json_t) members = stream_fact(change);
            json_object_update(fact, members);
        }
        model_fold(model, fact, 0, 0);
    }
    return model;
}

static AuditContext at_now(void)
{
    AuditContext context = {0};
    ck_assert(text_to_time(NOW, &context.now));
    return context;
}

static Endpoint *judge(Model *model)
{
    AuditContext context = at_now();
    Endpoint *endpoint = model_endpoint(model, "e1");
    audit_judge(endpoint, &context);
    return endpoint;
}

/* The findings of it, as "severity rule; ...", in order. */
static char *judged(Model *model)
{
    const Endpoint *endpoint = judge(model);
    GString *text = g_string_new(NULL);
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        g_string_append_printf(text, "%s%s %s", i ? "; " : "", severity_name(finding->severity),
                               finding->rule->code);
    }
    return g_string_free(text, FALSE);
}

#define ANSWER(question, version, items)                                                           \
    "{'fact':'answer','endpoint':'e1','question':'" question "','version':'" version               \
    "','items':[" items "],'answer':'yes'}"
#define VALUE(question, version, item, value)                                                      \
    "{'fact':'answer','endpoint':'e1','question':'" question "','version':'" version               \
    "','items':['" item "'],'answer':'yes','value':'" value "'}"

static const struct {
    const char *kind, *change, *findings;
    bool failed;
} rows[] = {
    {NULL, NULL, "", false},
    /* the leaf's dates */
    {"certificate", "{'not_after':'2026-11-24T01:59:59Z'}", "critical certificate-expired", false},
    {"certificate", "{'not_after':'2026-11-24T02:00:00Z'}", "high certificate-expires-soon", false},
    {"certificate", "{'not_after':'2026-11-20T22:00:00Z'}", "critical certificate-expired", false},
    {"certificate", "{'not_after':'unreadable'}", "", false},
    {"certificate", "{'not_after':'9999-12-31T23:59:59Z'}", "", false},
    {"certificate", "{'not_before':'2026-11-24T02:00:01Z'}", "critical certificate-not-yet-valid",
     false},
    {"certificate", "{'not_before':'2026-11-24T02:00:00Z'}", "", false},
    {"certificate", "{'not_before':'unreadable'}", "", false},
    /* soon, of 90 days: 27, 9 and 3 */
    {"certificate", "{'not_before':'2026-09-23T02:00:00Z','not_after':'2026-12-22T02:00:00Z'}", "",
     false},
    {"certificate", "{'not_before':'2026-09-21T02:00:00Z','not_after':'2026-12-20T02:00:00Z'}",
     "low certificate-expires-soon", false},
    {"certificate", "{'not_before':'2026-09-04T02:00:00Z','not_after':'2026-12-03T02:00:00Z'}",
     "low certificate-expires-soon", false},
    {"certificate", "{'not_before':'2026-09-03T00:00:00Z','not_after':'2026-12-02T00:00:00Z'}",
     "medium certificate-expires-soon", false},
    {"certificate", "{'not_before':'2026-08-28T00:00:00Z','not_after':'2026-11-26T00:00:00Z'}",
     "high certificate-expires-soon", false},
    /* of two years: 30, 14 and 3 days */
    {"certificate", "{'not_before':'2024-12-25T02:00:00Z','not_after':'2026-12-25T02:00:00Z'}", "",
     false},
    {"certificate", "{'not_before':'2024-12-23T02:00:00Z','not_after':'2026-12-23T02:00:00Z'}",
     "low certificate-expires-soon", false},
    {"certificate", "{'not_before':'2024-12-07T02:00:00Z','not_after':'2026-12-07T02:00:00Z'}",
     "medium certificate-expires-soon", false},
    {"certificate", "{'not_before':'2024-11-26T02:00:00Z','not_after':'2026-11-26T02:00:00Z'}",
     "high certificate-expires-soon", false},
    /* of six days: 43 hours, 14 hours, not before */
    {"certificate", "{'not_before':'2026-11-20T02:00:00Z','not_after':'2026-11-26T02:00:00Z'}", "",
     false},
    {"certificate", "{'not_before':'2026-11-19T20:00:00Z','not_after':'2026-11-25T20:00:00Z'}",
     "low certificate-expires-soon", false},
    /* names and trust */
    {"verdict", "{'name_matches':false}", "high name-mismatch", false},
    {"verdict", "{'name_matches':null}", "", false},
    {"verdict", "-", "unknown trust-unknown", false},
    {"verdict", "{'trusted':false,'reasons':['trust-self-signed']}", "high self-signed", false},
    {"verdict", "{'trusted':true,'reasons':['trust-self-signed']}", "", false},
    {"verdict", "{'trusted':false,'reasons':['trust-incomplete']}", "high chain-incomplete", false},
    {"verdict", "{'trusted':false,'reasons':['trust-unknown-root']}", "high unknown-root", false},
    {"verdict", "{'trusted':false,'reasons':['trust-revoked']}", "critical revoked", false},
    {"verdict", "{'trusted':false,'reasons':['trust-signature']}", "high chain-signature", false},
    {"verdict", "{'trusted':false,'reasons':['trust-purpose']}", "high wrong-purpose", false},
    {"verdict", "{'trusted':false,'reasons':['trust-key-usage']}", "high wrong-purpose", false},
    {"verdict", "{'trusted':false,'reasons':['trust-not-ca','trust-path-length']}",
     "high chain-constraints; high chain-constraints", false},
    {"verdict", "{'trusted':false,'reasons':['trust-expired']}", "high issuer-expired", false},
    {"verdict", "{'trusted':false,'reasons':['trust-not-yet-valid']}", "high issuer-not-yet-valid",
     false},
    {"verdict",
     "{'distrusts':[{'who':'Chrome','rule':'sct-after','date':'2024-11-11T23:59:59Z',"
     "'applies':true}]}",
     "high distrusted-elsewhere", false},
    {"verdict",
     "{'distrusts':[{'who':'Chrome','rule':'sct-after','date':'2024-11-11T23:59:59Z',"
     "'applies':false}]}",
     "", false},
    {"verdict", "{'trusted':false,'reasons':['trust-limit']}", "high untrusted", false},
    {"verdict", "{'trusted':false,'reasons':['trust-of-tomorrow']}", "high untrusted", false},
    {"verdict", "{'trusted':false,'reasons':['trust-weak-key']}", "high untrusted", false},
    {"verdict", "{'trusted':false,'reasons':['trust-incomplete'],'name_matches':false}",
     "high name-mismatch; high chain-incomplete", false},
    /* what is to be known though it is trusted, once each */
    {"verdict", "{'remarks':['trust-roca']}", "high roca", false},
    {"verdict", "{'remarks':['trust-short-key']}", "low short-key", false},
    {"verdict", "{'remarks':['sent-incomplete']}", "medium sent-incomplete", false},
    {"verdict", "{'trusted':false,'reasons':['trust-incomplete'],'remarks':['sent-incomplete']}",
     "high chain-incomplete", false},
    {"verdict", "{'remarks':['sent-out-of-order']}", "low sent-out-of-order", false},
    {"verdict", "{'remarks':['sent-surplus','sent-duplicate','sent-root-unused']}",
     "low sent-surplus", false},
    {"verdict", "{'remarks':['sent-root']}", "info sent-root", false},
    {"verdict", "{'remarks':['sent-other-path','trust-ca-as-leaf','of-tomorrow',7]}", "", false},
    /* what certificates are made of */
    {"certificate", "{'lints':['lint-no-names']}", "high no-names", false},
    {"certificate", "{'lints':['lint-bad-name','lint-dsa','lint-version']}",
     "high certificate-profile", false},
    {"certificate", "{'lints':['lint-internal-name','lint-of-tomorrow']}", "", false},
    {"certificate", "{'lints':[1,null,'lint-bad-name'],'name_notes':[{}],'extended_key_usage':[2]}",
     "low certificate-profile", false},
    {"certificate", "{'ca':true}", "low ca-served", false},
    {"certificate", "{'name_notes':['name-idn-invalid']}", "", false},
    {"certificate", "{'name_notes':['name-idn-invalid','name-bidi','name-confusable']}",
     "medium deceptive-name", false},
    {"certificate", "{'key':{'type':'RSA','bits':2047}}", "high weak-key", false},
    {"certificate", "{'key':{'type':'RSA','bits':1024}}", "high weak-key", false},
    {"certificate", "{'key':{'type':'RSA','bits':1023}}", "critical weak-key", false},
    {"certificate", "{'key':{'type':'RSA-PSS','bits':1024}}", "high weak-key", false},
    {"certificate", "{'key':{'type':'DSA','bits':1024}}", "high weak-key", false},
    {"certificate", "{'key':{'type':'ECDSA','bits':192,'curve':'secp192r1'}}", "high weak-key",
     false},
    {"certificate", "{'key':{'type':'ECDSA','bits':224,'curve':'secp224r1'}}", "", false},
    {"certificate", "{'key':{'type':'Ed25519','bits':256}}", "", false},
    {"certificate", "{'key':{'type':'1.2.3','bits':8}}", "", false},
    {"certificate", "{'key':{}}", "", false},
    {"certificate", "{'signature':'sha1WithRSAEncryption'}", "high weak-signature", false},
    {"certificate", "{'signature':'ecdsa-with-SHA1'}", "high weak-signature", false},
    {"certificate", "{'signature':'md5WithRSAEncryption'}", "critical weak-signature", false},
    {"certificate", "{'signature':'sha1WithRSAEncryption','self_issued':true}", "", false},
    {"certificate", "{'signature':'ecdsa-with-SHA224'}", "", false},
    {"certificate", "{'signature':'RSASSA-PSS'}", "", false},
    {"certificate", "{'faults':['x509-negative-serial','der-trailing']}",
     "medium certificate-malformed; medium certificate-malformed", false},
    {"certificate", "{'faults':[]}", "", false},
    {"certificate", "{'must_staple':true}", "high must-staple", false},
    {"certificate", "{'must_staple':false}", "", false},
    /* what was negotiated */
    {"negotiated", "{'version':'SSL 3.0'}", "critical old-version", false},
    {"negotiated", "{'version':'TLS 1.0'}", "high old-version", false},
    {"negotiated", "{'version':'TLS 1.1'}", "high old-version", false},
    {"negotiated", "{'version':'TLS 1.3'}", "", false},
    {"+",
     "{'fact':'negotiated','endpoint':'e1','connection':'e1.1','version':'TLS "
     "1.1','hello':'usual'}",
     "high old-version", false},
    {"message", "{'versions':['TLS 1.1','TLS 1.0']}", "", false},
    {"negotiated", "{'suite':'TLS_ECDHE_RSA_WITH_RC4_128_SHA'}", "high weak-suite", false},
    {"negotiated", "{'suite':'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA'}", "high weak-suite", false},
    {"negotiated", "{'suite':'TLS_DHE_RSA_WITH_DES_CBC_SHA'}", "high weak-suite", false},
    {"negotiated", "{'suite':'TLS_ECDHE_RSA_WITH_NULL_SHA'}", "critical weak-suite", false},
    {"negotiated", "{'suite':'TLS_DH_anon_WITH_AES_128_CBC_SHA'}", "critical weak-suite", false},
    {"negotiated", "{'suite':'TLS_ECDH_anon_WITH_RC4_128_SHA'}", "critical weak-suite", false},
    {"negotiated", "{'suite':'TLS_RSA_EXPORT_WITH_RC4_40_MD5'}", "critical weak-suite", false},
    {"negotiated", "{'suite':'TLS_RSA_WITH_IDEA_CBC_SHA'}", "high weak-suite", false},
    {"negotiated", "{'suite':'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'}", "", false},
    {"negotiated", "{'suite':'TLS_AES_128_GCM_SHA256','version':'TLS 1.3'}", "", false},
    {"negotiated", "{'suite':'0xFFFE'}", "", false},
    {"negotiated", "{'forward_secrecy':false}", "high no-forward-secrecy", false},
    {"negotiated", "{'forward_secrecy':null}", "", false},
    {"negotiated", "{'key_exchange':'dhe','group_bits':2048}", "", false},
    {"negotiated", "{'key_exchange':'dhe','group_bits':2047}", "medium weak-dhe", false},
    {"negotiated", "{'key_exchange':'dhe','group_bits':1024}", "medium weak-dhe", false},
    {"negotiated", "{'key_exchange':'dhe','group_bits':512}", "critical weak-dhe", false},
    {"negotiated", "{'key_exchange':'dhe','group_bits':0}", "", false},
    {"negotiated", "{'scheme':'rsa_pkcs1_sha1'}", "medium weak-handshake-signature", false},
    {"negotiated", "{'scheme':'rsa_pkcs1_md5'}", "medium weak-handshake-signature", false},
    {"negotiated", "{'scheme':'rsa_pkcs1_sha256'}", "", false},
    {"negotiated", "{'secure_renegotiation':false}", "medium insecure-renegotiation", false},
    {"negotiated", "{'secure_renegotiation':false,'version':'TLS 1.3'}", "", false},
    {"negotiated", "{'compression':1}", "high compression", false},
    {"negotiated", "{'extended_master_secret':false}", "low no-extended-master-secret", false},
    {"negotiated", "{'hello':'permissive'}", "info permissive-only", false},
    {"message", "{'faults':['session-id-not-echoed']}", "medium message-illegal", false},
    {"message", "{'faults':[]}", "", false},
    {"+",
     "{'fact':'error','endpoint':'e1','connection':'e1.1','code':'injected-bytes','args':"
     "{'bytes':5,'hex':'6162630d0a'}}",
     "critical injected-bytes", false},
    {"+", "{'fact':'error','endpoint':'e1','connection':'e1.1','code':'sandbox-off'}", "", false},
    /* worst first, whatever the order of the rules */
    {"negotiated",
     "{'version':'SSL 3.0','forward_secrecy':false,'secure_renegotiation':false,"
     "'extended_master_secret':false}",
     "critical old-version; high no-forward-secrecy; medium insecure-renegotiation; "
     "low no-extended-master-secret",
     false},
    /* what a dive has found */
    {"+", ANSWER("version", "", "'SSL 2.0'"), "critical accepts-old-version", false},
    {"+", ANSWER("version", "", "'TLS 1.0','TLS 1.2'"), "medium accepts-old-version", false},
    {"+", ANSWER("version", "", "'TLS 1.1','SSL 3.0'"),
     "high accepts-old-version; medium accepts-old-version", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.0'],'answer':'no'}", "",
     false},
    {"+", ANSWER("suite", "TLS 1.2", "'TLS_RSA_WITH_RC4_128_SHA','TLS_RSA_WITH_RC4_128_MD5'"),
     "high accepts-weak-suites", false},
    {"+", ANSWER("suite", "TLS 1.2", "'TLS_RSA_WITH_NULL_SHA','TLS_RSA_WITH_3DES_EDE_CBC_SHA'"),
     "critical accepts-weak-suites; high accepts-weak-suites", false},
    {"+", ANSWER("suite", "SSL 2.0", "'SSL_CK_RC2_128_CBC_WITH_MD5'"), "high accepts-weak-suites",
     false},
    {"+", ANSWER("suite", "TLS 1.2", "'TLS_RSA_WITH_AES_128_CBC_SHA'"),
     "low accepts-no-forward-secrecy", false},
    {"+", ANSWER("suite", "TLS 1.2", "'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA','0xFFFE'"), "", false},
    {"+", ANSWER("suite", "TLS 1.3", "'TLS_AES_128_GCM_SHA256'"), "", false},
    {"+",
     VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "1024 bits, Apache, generator 2"),
     "medium accepts-small-prime", false},
    {"+", VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "512 bits, home-made"),
     "critical accepts-small-prime", false},
    {"+", VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "2048 bits, home-made"),
     "info home-made-prime", false},
    {"+",
     VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
           "2048 bits, ffdhe2048','standing':'not-prime"),
     "critical composite-prime", false},
    {"+",
     VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
           "2048 bits, ffdhe2048','standing':'not-safe"),
     "medium unsafe-prime", false},
    {"+",
     VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
           "2048 bits, ffdhe2048','standing':'safe"),
     "", false},
    {"+", VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "2048 bits, ffdhe2048"), "",
     false},
    {"+", VALUE("dh", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "no number"), "", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'suite','version':'TLS 1.0','items':"
     "['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'],'answer':'yes','faults':['trust-weak-key']}",
     "medium fails-after-choosing", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.1','TLS 1.0'],"
     "'answer':'unknown','reason':'version-not-offered','args':{'version':'0x0309'}}",
     "medium answers-against-rules", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.1'],"
     "'answer':'unknown','reason':'limit-hello-requests','args':{'requests':4}}",
     "medium answers-against-rules", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.1'],"
     "'answer':'unknown','reason':'limit-connections','args':{'connections':4}}",
     "", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.1'],"
     "'answer':'unknown','reason':'reset-after'}",
     "", false},
    {"+", ANSWER("feature", "TLS 1.2", "'compression'"), "high accepts-compression", false},
    {"+", ANSWER("feature", "TLS 1.2", "'renegotiation','tickets'"), "low client-renegotiation",
     false},
    {"+", VALUE("behaviour", "", "ephemeral-key-reused", "3 of 9 key exchanges"),
     "low ephemeral-key-reused", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'feature','version':'TLS 1.2',"
     "'items':['ticket-entropy'],'answer':'no','value':'0 of 80 bytes differ'}",
     "medium ticket-not-encrypted", false},
    {"+", VALUE("feature", "TLS 1.3", "ticket-entropy", "230 bytes"), "", false},
    {"+",
     "{'fact':'answer','endpoint':'e1','question':'behaviour','items':['session-id-entropy'],"
     "'answer':'no','value':'1 of 32 bytes vary'}",
     "low session-id-guessed", false},
    {"+", ANSWER("feature", "TLS 1.3", "'resumption-psk-ke','resumption-psk'"),
     "low resumption-without-exchange", false},
    {"+", VALUE("behaviour", "", "two-configurations", "2 of 8"), "high two-configurations", false},
    /* how it answered */
    {"done", "{'result':'no-tls','reason':'starttls-not-offered','args':{'protocol':'smtp'}}",
     "high starttls-not-offered", true},
    {"done",
     "{'result':'no-tls','reason':'starttls-refused','args':{'protocol':'smtp','line':'454'}}",
     "high starttls-refused", true},
    {"done", "{'result':'no-tls','reason':'greeting-refused','args':{'protocol':'smtp'}}",
     "unknown not-examined", true},
    {"done", "{'result':'no-tls','reason':'speaks-http','args':{'line':'HTTP/1.1 400'}}",
     "high no-tls", true},
    {"done", "{'result':'no-tls','reason':'speaks-ssh','args':{'line':'SSH-2.0'}}", "high no-tls",
     true},
    {"done", "{'result':'no-tls','reason':'speaks-unknown','args':{'hex':'00'}}", "high no-tls",
     true},
    {"done", "{'result':'illegal','reason':'retry-twice'}", "high protocol-broken", true},
    {"done", "{'result':'illegal','reason':'downgrade-sentinel','args':{'version':'TLS 1.1'}}",
     "critical downgrade", true},
    {"done", "{'result':'alert','reason':'alert-received'}", "unknown not-examined", true},
    {"done", "{'result':'reset','reason':'reset-after'}", "unknown not-examined", true},
    {"done", "{'result':'refused','reason':'connection-refused'}", "unknown not-examined", true},
    {"done", "{'result':'timed-out','reason':'connect-timed-out'}", "unknown not-examined", true},
    {"done", "{'result':'no-name','reason':'name-not-found'}", "unknown not-examined", true},
    {"done", "{'result':'stopped','reason':'stopped'}", "unknown not-examined", true},
    {"done", "{'result':'of-tomorrow'}", "unknown not-examined", true},
    {"done", "-", "", false},
};

static void rules_find_what_is_wrong_and_nothing_else_row(int row)
{
    g_autoptr(Model) model = changed(rows[row].kind, rows[row].change, rows[row].failed);
    g_autofree char *findings = judged(model);
    ck_assert_msg(strcmp(findings, rows[row].findings) == 0, "%s %s: %s, not %s",
                  rows[row].kind ? rows[row].kind : "", rows[row].change ? rows[row].change : "",
                  findings, rows[row].findings);
}

START_TEST(rules_find_what_is_wrong_and_nothing_else)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(rows); row++)
        rules_find_what_is_wrong_and_nothing_else_row(row);
}
END_TEST

/* What is certain to be issued by a public CA is held to that one's rules. */
START_TEST(public_ca_rules)
{
    static const struct {
        const char *certificate, *store, *findings;
    } cases[] = {
        {"{'lints':['lint-internal-name','lint-no-purpose']}", "system",
         "medium certificate-profile"},
        {"{'lints':['lint-internal-name','lint-no-purpose']}", "/etc/own.pem", ""},
        {"{'not_before':'2026-03-15T00:00:00Z','not_after':'2026-09-30T23:59:59Z'}", "mozilla",
         "critical certificate-expired"},
        {"{'not_before':'2026-03-15T00:00:00Z','not_after':'2026-10-01T00:00:00Z'}", "mozilla",
         "critical certificate-expired; medium lifetime-too-long"},
        {"{'not_before':'2026-03-14T23:59:59Z','not_after':'2027-04-16T23:59:58Z'}", "system", ""},
        {"{'not_before':'2026-03-14T23:59:59Z','not_after':'2027-04-16T23:59:59Z'}", "system",
         "medium lifetime-too-long"},
        {"{'not_before':'2026-03-14T23:59:59Z','not_after':'2027-04-16T23:59:59Z'}", "own", ""},
        {"{'not_after':'9999-12-31T23:59:59Z'}", "system", "medium lifetime-too-long"},
        {"{'not_before':'2010-01-01T00:00:00Z','not_after':'2030-01-01T00:00:00Z'}", "system", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Model) model = changed("certificate", cases[i].certificate, false);
        g_autofree char *verdict = g_strdup_printf(
            "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':'%s','roots':140,"
            "'trusted':true,'primary':true,'reasons':[],'path':[{'sha256':'" LEAF
            "','from':'sent'},"
            "{'sha256':'" HELLO "','from':'store'}]}",
            cases[i].store);
        stream_fold(model, verdict);
        g_autofree char *findings = judged(model);
        ck_assert_msg(strcmp(findings, cases[i].findings) == 0, "%zu: %s", i, findings);
    }
}
END_TEST

/* The last ones are tried in test_standing.c and test_dns.c. */
START_TEST(every_rule_is_tried)
{
    static const char *const elsewhere[] = {
        "way-not-built",   "old-version-accepted", "lifetime-too-long",
        "no-revocation",   "transparency",         "certificate-revoked",
        "staple-expired",  "staple-ends-soon",     "revocation-response",
        "timestamp-wrong", "tlsa-mismatch",        "dnssec-bogus",
        "tlsa-unsigned",   "tlsa-unusable",        "tlsa-partly",
        "mta-sts-broken",  "mta-sts-host",         "mta-sts-certificate",
        "mta-sts-testing", "tlsrpt-absent",        NULL};
    size_t count;
    const AuditRule *rules = audit_rules(&count);
    for (size_t i = 0; i < count; i++) {
        bool tried = g_strv_contains(elsewhere, rules[i].code);
        for (size_t j = 0; j < G_N_ELEMENTS(rows); j++)
            tried |= strstr(rows[j].findings, rules[i].code) != NULL;
        ck_assert_msg(tried, "%s", rules[i].code);
        ck_assert_ptr_eq(audit_rule(rules[i].code), &rules[i]);
    }
    ck_assert_ptr_null(audit_rule("nothing"));
}
END_TEST

/* What the handshake has shown is not said again by the dive, and the proof is the connection that
 * the answer names. */
START_TEST(a_dive_says_nothing_twice)
{
    g_autoptr(Model) model = changed("negotiated",
                                     "{'version':'TLS 1.0','suite':'TLS_RSA_WITH_RC4_128_SHA',"
                                     "'forward_secrecy':false}",
                                     false);
    stream_fold(model, "{'fact':'connection','endpoint':'e1','connection':'e1.7','event':'open',"
                       "'address':'::1','hello':'question'}");
    stream_fold(model, "{'fact':'message','endpoint':'e1','connection':'e1.7','direction':'in',"
                       "'name':'ServerHello','content':'handshake','size':90,'sha256':'" LEAF "'}");
    stream_fold(model, ANSWER("version", "", "'TLS 1.0','TLS 1.2'"));
    stream_fold(model, ANSWER("suite", "TLS 1.0", "'TLS_RSA_WITH_RC4_128_SHA'"));
    g_autofree char *findings = judged(model);
    ck_assert_str_eq(findings, "high old-version; high weak-suite; high no-forward-secrecy");
    stream_fold(model, "{'fact':'answer','endpoint':'e1','question':'suite','version':'TLS 1.0',"
                       "'items':['TLS_RSA_WITH_RC4_128_MD5'],'answer':'yes','connection':'e1.7'}");
    stream_fold(model, "{'fact':'answer','endpoint':'e1','question':'version','items':['SSL 3.0'],"
                       "'answer':'yes','connection':'e1.7'}");
    const Endpoint *endpoint = judge(model);
    for (guint i = 0; i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        if (strcmp(finding->rule->code, "accepts-old-version") != 0)
            continue;
        ck_assert_str_eq(finding->connection, "e1.7");
        ck_assert_str_eq(finding->message, LEAF);
        g_autofree char *words = words_finding(finding, true);
        ck_assert_str_eq(words, "SSL 3.0 is accepted too");
        return;
    }
    ck_abort_msg("SSL 3.0 is not said");
}
END_TEST

/* A long list is cut, and counted whole. */
START_TEST(a_finding_names_some_suites)
{
    g_autoptr(Model) model =
        changed("+",
                ANSWER("suite", "TLS 1.2",
                       "'TLS_RSA_WITH_AES_128_CBC_SHA','TLS_RSA_WITH_AES_256_CBC_SHA',"
                       "'TLS_RSA_WITH_AES_128_CBC_SHA256','TLS_RSA_WITH_AES_256_CBC_SHA256',"
                       "'TLS_RSA_WITH_AES_128_GCM_SHA256','TLS_RSA_WITH_AES_256_GCM_SHA384',"
                       "'TLS_RSA_WITH_AES_128_CCM','TLS_RSA_WITH_AES_256_CCM'"),
                false);
    const Endpoint *endpoint = judge(model);
    ck_assert_uint_eq(endpoint->findings->len, 1);
    g_autofree char *words = words_finding(endpoint->findings->pdata[0], true);
    g_autofree char *what = words_what(endpoint->findings->pdata[0], true);
    ck_assert_str_eq(words, "suites without forward secrecy (8)");
    ck_assert_msg(g_str_has_suffix(what, "TLS_RSA_WITH_AES_256_GCM_SHA384, ..."), "%s", what);
}
END_TEST

/* What the catalogue adds: closed and silent ports are quiet, a way in that is not built is
 * unknown. */
static const struct {
    const char *endpoint, *done, *findings;
    bool quiet, examined;
} catalogue[] = {
    {"{'named':false}", "{'result':'refused','reason':'connection-refused'}", "", true, false},
    {"{'named':false}", "{'result':'timed-out','reason':'connect-timed-out'}", "", true, false},
    {"{'named':false}", "{'result':'no-route','reason':'no-route'}", "", true, false},
    {"{'named':false}", "{'result':'no-name','reason':'name-not-found'}", "", true, false},
    {"{'named':false}", "{'result':'timed-out','reason':'name-timed-out'}", "", true, false},
    {"{'named':false}", "{'result':'timed-out','reason':'silent'}", "unknown not-examined", false,
     false},
    {"{'named':false}", "{'result':'reset','reason':'reset-after'}", "unknown not-examined", false,
     false},
    {"{'named':false}", "{'result':'no-tls','reason':'speaks-http'}", "high no-tls", false, true},
    {"{'named':false,'port':80}", "{'result':'no-tls','reason':'speaks-http'}", "", true, true},
    {"{'named':false,'port':80}", "{'result':'no-tls','reason':'speaks-ssh'}", "high no-tls", false,
     true},
    {"{'named':true,'port':80}", "{'result':'no-tls','reason':'speaks-http'}", "high no-tls", false,
     true},
    {"{'named':true,'unbuilt':true,'port':3306,'protocol':'mysql'}",
     "{'result':'no-tls','reason':'speaks-protocol','args':{'protocol':'mysql'}}",
     "unknown way-not-built", false, false},
    {"{'named':false,'unbuilt':true,'port':3306,'protocol':'mysql'}",
     "{'result':'timed-out','reason':'silent'}", "unknown way-not-built", false, false},
    {"{'named':false,'unbuilt':true,'port':3306,'protocol':'mysql'}",
     "{'result':'refused','reason':'connection-refused'}", "", true, false},
    {"{'named':false,'unbuilt':true,'port':3306,'protocol':'mysql'}", "{}", "", false, true},
};

static void the_catalogue_is_judged_mildly_row(int row)
{
    g_autoptr(Model) model = model_new();
    g_autoptr(json_t) endpoint = stream_fact(fine[0]);
    g_autoptr(json_t) done = stream_fact(fine[G_N_ELEMENTS(fine) - 1]);
    g_autoptr(json_t) members = stream_fact(catalogue[row].endpoint);
    g_autoptr(json_t) result = stream_fact(catalogue[row].done);
    json_object_update(endpoint, members);
    json_object_update(done, result);
    model_fold(model, endpoint, 0, 0);
    model_fold(model, done, 0, 0);
    g_autofree char *findings = judged(model);
    ck_assert_str_eq(findings, catalogue[row].findings);
    ck_assert(audit_is_quiet(model_endpoint(model, "e1")) == catalogue[row].quiet);
    ck_assert(audit_is_examined(model_endpoint(model, "e1")) == catalogue[row].examined);
}

#define SIDE(side, item)                                                                           \
    "{'fact':'answer','endpoint':'e1','question':'suite','version':'TLS 1.2','items':['" item      \
    "'],'answer':'yes','tries':3,'of':5,'configuration':'" side "'}"

/* What differs is told by whom it is accepted, else how often; of many, how many more. */
START_TEST(a_finding_tells_what_configurations_differ_in)
{
    static const char *const lines[] = {
        SIDE("first", "A"),
        SIDE("first", "B"),
        SIDE("first", "C"),
        SIDE("first", "D"),
        SIDE("first", "E"),
        SIDE("first", "F"),
        SIDE("second", "G"),
        "{'fact':'answer','endpoint':'e1','question':'certificate','version':'TLS 1.2','items':"
        "['c0ffee'],'key':'RSA','answer':'yes','configuration':'second'}",
        "{'fact':'answer','endpoint':'e1','question':'version','items':['TLS 1.1'],'answer':'yes',"
        "'tries':2,'of':7}",
    };
    g_autoptr(Model) model =
        changed("+", VALUE("behaviour", "", "two-configurations", "2 of 8"), false);
    g_autoptr(Model) plain = changed("+", ANSWER("behaviour", "", "'two-configurations'"), false);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        stream_fold(model, lines[i]);
    const Endpoint *endpoint = judge(model);
    const Finding *finding = endpoint->findings->pdata[0];
    g_autofree char *what = words_what(finding, true);
    g_autofree char *little = words_what(judge(plain)->findings->pdata[0], true);
    ck_assert_str_eq(finding->rule->code, "two-configurations");
    ck_assert_str_eq(what,
                     "Hellos that were alike were answered differently: 2 of 8 by another "
                     "configuration. Only the first has TLS 1.2: A, B, C, D and 2 more. Only the "
                     "second has TLS 1.2: G, certificate RSA. Accepted in so many of so many "
                     "connections: TLS 1.1 2/7.");
    ck_assert_str_eq(little, "Hellos that were alike were answered differently.");
}
END_TEST

START_TEST(the_catalogue_is_judged_mildly)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(catalogue); row++)
        the_catalogue_is_judged_mildly_row(row);
}
END_TEST

START_TEST(a_running_endpoint_is_not_judged)
{
    g_autoptr(Model) model = changed("done", "-", false);
    AuditContext context = at_now();
    ck_assert_ptr_null(audit_endpoint(model_endpoint(model, "e1"), &context));
    ck_assert(!audit_is_examined(model_endpoint(model, "e1")));
}
END_TEST

START_TEST(a_change_asks_for_a_new_judgement)
{
    g_autoptr(Model) model = changed("verdict", "-", false);
    Endpoint *endpoint = model_endpoint(model, "e1");
    AuditContext context = at_now();
    audit_judge(endpoint, &context);
    ck_assert_uint_eq(endpoint->findings->len, 1);
    stream_fold(model, fine[6]);
    ck_assert_ptr_null(endpoint->findings);
    audit_judge(endpoint, &context);
    ck_assert_uint_eq(endpoint->findings->len, 0);
    ck_assert(text_to_time("2030-01-01T00:00:00Z", &context.now));
    audit_judge_all(model, &context);
    ck_assert_uint_eq(endpoint->findings->len, 1);
}
END_TEST

/* What was not offered cannot have been refused. */
START_TEST(a_server_without_a_choice_is_judged_by_what_it_took)
{
    static const struct {
        const char *versions, *findings;
    } offers[] = {
        {"['TLS 1.3','TLS 1.2','TLS 1.1','TLS 1.0']", "high old-version"},
        {"['TLS 1.1','TLS 1.0']", "medium old-version-accepted"},
        {"[]", "medium old-version-accepted"},
        {"[7]", "medium old-version-accepted"},
        {"'TLS 1.1'", "high old-version"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(offers); i++) {
        g_autofree char *hello = g_strdup_printf(
            "{'fact':'message','endpoint':'e1','connection':'e1.1','direction':'out','name':"
            "'ClientHello','content':'handshake','size':9,'sha256':'" HELLO
            "','encrypted':false,'versions':%s}",
            offers[i].versions);
        g_autoptr(Model) model = changed("negotiated", "{'version':'TLS 1.1'}", false);
        stream_fold(model, hello);
        g_autofree char *findings = judged(model);
        ck_assert_msg(strcmp(findings, offers[i].findings) == 0, "%s: %s", hello, findings);
    }
}
END_TEST

START_TEST(findings_point_at_what_proves_them)
{
    g_autoptr(Model) model = changed("certificate", "{'not_after':'2026-11-20T22:00:00Z'}", false);
    const Endpoint *endpoint = judge(model);
    const Finding *finding = endpoint->findings->pdata[0];
    g_autofree char *sentence = words_finding(finding, true);
    g_autofree char *what = words_what(finding, true);

    ck_assert_str_eq(finding->connection, "e1.1");
    ck_assert_str_eq(finding->certificate, LEAF);
    ck_assert_str_eq(finding->field, "x509.notAfter");
    ck_assert_str_eq(sentence, "certificate expired 3 d ago");
    ck_assert_str_eq(what, "notAfter of a.example was 2026-11-20 22:00:00 UTC, 3 d before.");

    g_autoptr(Model) old = changed("negotiated", "{'version':'TLS 1.0'}", false);
    finding = judge(old)->findings->pdata[0];
    ck_assert_str_eq(finding->message, HELLO);
}
END_TEST

/* The ServerHello says which suite was chosen, the ServerKeyExchange which prime. */
START_TEST(an_answer_is_proved_by_what_says_it)
{
#define CHOSEN "1111111111111111111111111111111111111111111111111111111111111111"
#define PRIME  "2222222222222222222222222222222222222222222222222222222222222222"
#define IN(name, sha256)                                                                           \
    "{'fact':'message','endpoint':'e1','connection':'e1.7','direction':'in','name':'" name         \
    "','content':'handshake','size':9,'sha256':'" sha256 "','encrypted':false}"
    g_autoptr(Model) model = changed("+",
                                     "{'fact':'connection','endpoint':'e1','connection':'e1.7',"
                                     "'event':'open','hello':'question'}",
                                     false);
    stream_fold(model, IN("ServerHello", CHOSEN));
    stream_fold(model, IN("ServerKeyExchange", PRIME));
    stream_fold(model, "{'fact':'answer','endpoint':'e1','connection':'e1.7','question':'suite',"
                       "'version':'TLS 1.2','items':['TLS_DHE_RSA_WITH_DES_CBC_SHA'],'answer':"
                       "'yes'}");
    stream_fold(model, "{'fact':'answer','endpoint':'e1','connection':'e1.7','question':'dh',"
                       "'version':'TLS 1.2','items':['TLS_DHE_RSA_WITH_DES_CBC_SHA'],'answer':"
                       "'yes','value':'1024 bits, home-made, generator 2'}");
    const GPtrArray *findings = judge(model)->findings;
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        bool prime = strcmp(finding->rule->code, "accepts-small-prime") == 0;
        ck_assert_str_eq(finding->connection, "e1.7");
        ck_assert_str_eq(finding->message, prime ? PRIME : CHOSEN);
    }
    ck_assert_uint_eq(findings->len, 2);
}
END_TEST

START_TEST(a_finding_becomes_a_fact)
{
    g_autoptr(Model) model = changed("certificate", "{'not_after':'2026-11-20T22:00:00Z'}", false);
    g_autoptr(GPtrArray) facts = report_findings(judge(model), 1.5);
    ck_assert_uint_eq(facts->len, 1);
    g_autofree char *line = json_dumps(facts->pdata[0], JSON_COMPACT);
    ck_assert_str_eq(
        line,
        "{\"fact\":\"finding\",\"at\":1.5,\"endpoint\":\"e1\",\"rule\":\"certificate-expired\","
        "\"severity\":\"critical\",\"args\":{\"name\":\"a.example\","
        "\"date\":\"2026-11-20T22:00:00Z\",\"span\":\"3 d\"},"
        "\"text\":\"certificate expired 3 d ago\",\"evidence\":{\"connection\":\"e1.1\","
        "\"certificate\":\"" LEAF "\",\"field\":\"x509.notAfter\"}}");
}
END_TEST

/* No text of any finding of any row lacks an argument, or leaves a brace. */
static void every_text_is_whole_row(int row)
{
    g_autoptr(Model) model = changed(rows[row].kind, rows[row].change, rows[row].failed);
    const Endpoint *endpoint = judge(model);
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        g_autofree char *sentence = words_finding(finding, true);
        g_autofree char *what = words_what(finding, true);
        g_autofree char *why = words_why(finding, true);
        g_autofree char *act = words_act(finding, true);
        g_autofree char *all = g_strjoin("\n", sentence, what, why, act, NULL);
        ck_assert_msg(!strpbrk(all, "{}[]"), "%s", all);
        if (finding->severity != SEVERITY_UNKNOWN && !strstr(all, "speaks") &&
            !strstr(all, "of-tomorrow"))
            ck_assert_msg(!strchr(all, '?'), "%s", all);
        ck_assert_uint_gt(strlen(sentence), 5);
        ck_assert_uint_gt(strlen(what), 5);
        ck_assert_ptr_nonnull(finding->rule->see);
    }
}

START_TEST(every_text_is_whole)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(rows); row++)
        every_text_is_whole_row(row);
}
END_TEST

START_TEST(severities_have_names)
{
    Severity severity = SEVERITY_COUNT;
    ck_assert(severity_parse("High", &severity));
    ck_assert_int_eq(severity, SEVERITY_HIGH);
    ck_assert(!severity_parse("bad", &severity));
    ck_assert(!severity_parse("", &severity));
    for (guint i = 0; i < SEVERITY_COUNT; i++) {
        ck_assert(severity_parse(severity_name((Severity)i), &severity));
        ck_assert_uint_eq(severity, i);
    }
    ck_assert_int_eq(severity_letter(SEVERITY_CRITICAL), 'C');
    ck_assert_int_eq(severity_letter(SEVERITY_UNKNOWN), '?');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tcase = tcase_create("audit");

    tcase_add_test(tcase, rules_find_what_is_wrong_and_nothing_else);
    tcase_add_test(tcase, public_ca_rules);
    tcase_add_test(tcase, every_rule_is_tried);
    tcase_add_test(tcase, a_dive_says_nothing_twice);
    tcase_add_test(tcase, a_finding_names_some_suites);
    tcase_add_test(tcase, a_finding_tells_what_configurations_differ_in);
    tcase_add_test(tcase, the_catalogue_is_judged_mildly);
    tcase_add_test(tcase, a_running_endpoint_is_not_judged);
    tcase_add_test(tcase, a_change_asks_for_a_new_judgement);
    tcase_add_test(tcase, a_server_without_a_choice_is_judged_by_what_it_took);
    tcase_add_test(tcase, findings_point_at_what_proves_them);
    tcase_add_test(tcase, an_answer_is_proved_by_what_says_it);
    tcase_add_test(tcase, a_finding_becomes_a_fact);
    tcase_add_test(tcase, every_text_is_whole);
    tcase_add_test(tcase, severities_have_names);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
