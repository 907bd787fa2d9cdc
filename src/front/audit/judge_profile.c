/* Certificates that keep to no profile: RFC 5280's, or that of public CAs. */
#include "front/audit/judge.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/model/standing.h"

enum { DAY = 24 * 60 * 60 };

/* How bad a breach is in a certificate of a public CA, and in one of anybody else. What a client
 * refuses for is high, what a stricter one may is medium; info is for who reads the certificate,
 * and no finding by itself. */
static const struct {
    const char *code, *rule;
    const char *field; /* that shows it */
    Severity public, private;
} breaches[] = {
    {"lint-no-names", "no-names", "x509.extensions", SEVERITY_HIGH, SEVERITY_HIGH},
    {"lint-bad-name", NULL, "x509.subjectAltName", SEVERITY_MEDIUM, SEVERITY_LOW},
    {"lint-bad-wildcard", NULL, "x509.subjectAltName", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-wide-wildcard", NULL, "x509.subjectAltName", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-internal-name", NULL, "x509.subjectAltName", SEVERITY_MEDIUM, SEVERITY_INFO},
    {"lint-reserved-address", NULL, "x509.subjectAltName", SEVERITY_MEDIUM, SEVERITY_INFO},
    {"lint-common-name-elsewhere", NULL, "x509.subject", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-names-critical", NULL, "x509.subjectAltName", SEVERITY_INFO, SEVERITY_INFO},
    {"lint-names-not-critical", NULL, "x509.subjectAltName", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-no-subject", NULL, "x509.subject", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-no-purpose", NULL, "x509.extensions", SEVERITY_MEDIUM, SEVERITY_INFO},
    {"lint-any-purpose", NULL, "x509.extKeyUsage", SEVERITY_MEDIUM, SEVERITY_INFO},
    {"lint-purpose-in-root", NULL, "x509.extKeyUsage", SEVERITY_INFO, SEVERITY_INFO},
    {"lint-purpose-critical", NULL, "x509.extKeyUsage", SEVERITY_INFO, SEVERITY_INFO},
    {"lint-cert-sign-in-leaf", NULL, "x509.keyUsage", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-no-basic-constraints", NULL, "x509.extensions", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-basic-constraints-not-critical", NULL, "x509.basicConstraints", SEVERITY_LOW,
     SEVERITY_LOW},
    {"lint-path-length-in-leaf", NULL, "x509.basicConstraints", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-ca-without-key-usage", NULL, "x509.extensions", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-ca-without-cert-sign", NULL, "x509.keyUsage", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-key-usage-not-critical", NULL, "x509.keyUsage", SEVERITY_INFO, SEVERITY_INFO},
    {"lint-key-usage-not-of-key", NULL, "x509.keyUsage", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-no-authority-key", NULL, "x509.extensions", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-authority-without-key", NULL, "x509.authorityKeyIdentifier", SEVERITY_LOW,
     SEVERITY_INFO},
    {"lint-authority-by-serial-in-root", NULL, "x509.authorityKeyIdentifier", SEVERITY_INFO,
     SEVERITY_INFO},
    {"lint-authority-critical", NULL, "x509.authorityKeyIdentifier", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-no-subject-key", NULL, "x509.extensions", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-subject-key-critical", NULL, "x509.subjectKeyIdentifier", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-access-critical", NULL, "x509.authorityInfoAccess", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-name-constraints-in-leaf", NULL, "x509.nameConstraints", SEVERITY_LOW, SEVERITY_LOW},
    {"lint-name-constraints-empty", NULL, "x509.nameConstraints", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
    {"lint-name-constraints-not-critical", NULL, "x509.nameConstraints", SEVERITY_LOW,
     SEVERITY_LOW},
    {"lint-policy-constraints-not-critical", NULL, "x509.policyConstraints", SEVERITY_LOW,
     SEVERITY_LOW},
    {"lint-inhibit-any-policy-not-critical", NULL, "x509.inhibitAnyPolicy", SEVERITY_LOW,
     SEVERITY_LOW},
    {"lint-policy-mappings-not-critical", NULL, "x509.policyMappings", SEVERITY_INFO,
     SEVERITY_INFO},
    {"lint-version", NULL, "x509.version", SEVERITY_MEDIUM, SEVERITY_LOW},
    {"lint-unique-id", NULL, "x509.tbsCertificate", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-ends-before-it-begins", NULL, "x509.validity", SEVERITY_HIGH, SEVERITY_HIGH},
    {"lint-dsa", NULL, "x509.subjectPublicKeyInfo", SEVERITY_HIGH, SEVERITY_HIGH},
    {"lint-rsa-size", NULL, "x509.subjectPublicKeyInfo", SEVERITY_LOW, SEVERITY_INFO},
    {"lint-rsa-exponent", NULL, "x509.subjectPublicKeyInfo", SEVERITY_MEDIUM, SEVERITY_LOW},
    {"lint-explicit-curve", NULL, "x509.subjectPublicKeyInfo", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
};

/* The row of a code that belongs to the rule that is judged; the table's size: none. */
static size_t find_breach(const AuditCase *examined, const char *code)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(breaches) &&
           (strcmp(breaches[i].code, code) != 0 ||
            strcmp(breaches[i].rule ? breaches[i].rule : "certificate-profile",
                   examined->rule->code) != 0))
        i++;
    return i;
}

/* One finding with all of a certificate's breaches, as bad as the worst of them. */
static void judge_one(AuditCase *examined, const Certificate *certificate)
{
    const json_t *lints = json_object_get(certificate->fact, "lints"), *lint;
    g_autoptr(json_t) reasons = json_array();
    Severity worst = SEVERITY_INFO;
    const char *field = NULL;
    bool public = standing_is_public(examined->best);
    size_t i;
    json_array_foreach(lints, i, lint)
    {
        size_t row = json_is_string(lint) ? find_breach(examined, json_string_value(lint))
                                          : G_N_ELEMENTS(breaches);
        if (row == G_N_ELEMENTS(breaches))
            continue;
        Severity severity = public ? breaches[row].public : breaches[row].private;
        if (severity < worst || !field)
            field = breaches[row].field;
        worst = MIN(worst, severity);
        json_array_append_new(reasons, json_string(breaches[row].code));
    }
    size_t count = json_array_size(reasons);
    if (worst == SEVERITY_INFO)
        return;
    json_t *args = finding_about(certificate);
    json_object_set(args, "reason", reasons);
    if (count > 1)
        json_object_set_new(args, "count", json_integer((json_int_t)count));
    finding_certificate(examined, finding_add(examined, worst, args), certificate, field);
}

void judge_profile(AuditCase *examined)
{
    const GPtrArray *chain = examined->leaf ? examined->best->certificates : NULL;
    for (guint i = 0; chain && i < chain->len; i++)
        judge_one(examined, chain->pdata[i]);
}

/* TLS BR section 6.3.2, and its former versions: the longest validity of a server's certificate
 * that was issued on or after a day; the newest first. */
static const struct {
    const char *since;
    gint64 days;
} lifetimes[] = {
    {"2029-03-15T00:00:00Z", 47},  {"2027-03-15T00:00:00Z", 100}, {"2026-03-15T00:00:00Z", 200},
    {"2020-09-01T00:00:00Z", 398}, {"2018-03-01T00:00:00Z", 825}, {"2015-04-01T00:00:00Z", 1187},
};

static gint64 days_allowed(gint64 issued)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lifetimes); i++) {
        gint64 since;
        if (text_to_time(lifetimes[i].since, &since) && issued >= since)
            return lifetimes[i].days;
    }
    return G_MAXINT64 / DAY;
}

void judge_lifetime(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    if (!leaf || leaf->not_before == G_MININT64 || leaf->not_after == G_MININT64 ||
        !standing_is_public(examined->best))
        return;
    /* both ends count: the last second is part of it (RFC 5280 section 4.1.2.5) */
    gint64 allowed = days_allowed(leaf->not_before);
    gint64 seconds =
        leaf->not_after == G_MAXINT64 ? G_MAXINT64 : leaf->not_after - leaf->not_before + 1;
    if (seconds <= allowed * DAY)
        return;
    json_t *args = finding_about(leaf);
    json_object_set_new(args, "days", json_integer(seconds / DAY + (seconds % DAY != 0)));
    json_object_set_new(args, "allowed", json_integer(allowed));
    json_object_set_new(args, "date", json_string(fact_string(leaf->fact, "not_before", "")));
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                        "x509.validity");
}

void judge_ca_served(AuditCase *examined)
{
    if (examined->leaf && fact_bool(examined->leaf->fact, "ca", FALSE))
        finding_certificate(
            examined,
            finding_add(examined, examined->rule->severity, finding_about(examined->leaf)),
            examined->leaf, "x509.basicConstraints");
}

/* What does not read as IDNA deceives nobody: it is not shown in its other form. */
void judge_deceptive(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    g_autoptr(json_t) reasons = json_array();
    size_t i;
    const json_t *note;
    json_array_foreach(leaf ? json_object_get(leaf->fact, "name_notes") : NULL, i, note)
    {
        if (json_is_string(note) && strcmp(json_string_value(note), "name-idn-invalid") != 0)
            json_array_append_new(reasons, json_string(json_string_value(note)));
    }
    if (json_array_size(reasons) == 0)
        return;
    json_t *args = finding_about(leaf);
    json_object_set(args, "reason", reasons);
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                        "x509.subjectAltName");
}
