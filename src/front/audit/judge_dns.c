/* What the DNS says about certificates: TLSA, and a mail domain's policies. */
#include <string.h>

#include "common/fact/fact.h"
#include "front/audit/judge.h"

static const char *text(const json_t *fact, const char *member)
{
    return fact_string(fact, member, "");
}

static const json_t *lookup(const AuditCase *examined, const char *kind)
{
    return json_object_get(examined->endpoint->dns, kind);
}

static const json_t *dane_of(const AuditCase *examined)
{
    return examined->best ? examined->best->dane : NULL;
}

/* The name that was asked about: the one that the certificate is to be for. */
static const char *name_of(const AuditCase *examined)
{
    return fact_string(examined->endpoint->fact, "server_name", examined->endpoint->host);
}

static bool is_mail(const AuditCase *examined)
{
    return endpoint_takes_mail(examined->endpoint);
}

static json_t *about_name(const json_t *fact)
{
    return json_pack("{s:s}", "name", text(fact, "name"));
}

/* ---- TLSA ---- */

static const json_t *first_record(const json_t *dane)
{
    return json_array_get(json_object_get(dane, "records"), 0);
}

void judge_tlsa_mismatch(AuditCase *examined)
{
    const json_t *dane = dane_of(examined);
    if (strcmp(text(dane, "state"), "failed") != 0 || !examined->leaf)
        return;
    json_t *args = finding_about(examined->leaf);
    json_object_set_new(args, "reason", json_string(text(first_record(dane), "reason")));
    finding_certificate(
        examined,
        finding_add(examined, is_mail(examined) ? SEVERITY_CRITICAL : examined->rule->severity,
                    args),
        examined->leaf, "x509.subjectPublicKeyInfo");
}

void judge_tlsa_unusable(AuditCase *examined)
{
    const json_t *dane = dane_of(examined);
    if (strcmp(text(dane, "state"), "unusable") != 0 || !examined->leaf)
        return;
    json_t *args = finding_about(examined->leaf);
    json_object_set_new(args, "reason", json_string(text(first_record(dane), "reason")));
    finding_add(examined, examined->rule->severity, args);
}

/* A record of another key beside one that holds is how keys are changed; what else does not hold is
 * a mistake. */
void judge_tlsa_partly(AuditCase *examined)
{
    const json_t *dane = dane_of(examined), *records = json_object_get(dane, "records"), *record;
    static const char *const usual[] = {"", "dane-other-key", "dane-weaker-digest", NULL};
    size_t i;
    if (strcmp(text(dane, "state"), "authenticated") != 0 || !examined->leaf)
        return;
    json_array_foreach(records, i, record)
    {
        if (g_strv_contains(usual, text(record, "reason")))
            continue;
        json_t *args = finding_about(examined->leaf);
        json_object_set_new(args, "number", json_integer((json_int_t)i + 1));
        json_object_set_new(args, "reason", json_string(text(record, "reason")));
        finding_add(examined, examined->rule->severity, args);
    }
}

void judge_tlsa_unsigned(AuditCase *examined)
{
    const json_t *tlsa = lookup(examined, "tlsa");
    if (strcmp(text(tlsa, "state"), "insecure") != 0 ||
        json_array_size(json_object_get(tlsa, "records")) == 0)
        return;
    finding_add(examined, examined->rule->severity, about_name(tlsa));
}

/* Once an endpoint: what breaks one answer of a name breaks all. */
void judge_dnssec_bogus(AuditCase *examined)
{
    static const char *const kinds[] = {"tlsa", "caa", "mx", "mta-sts", "tlsrpt"};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const json_t *fact = lookup(examined, kinds[i]);
        if (strcmp(text(fact, "state"), "bogus") != 0)
            continue;
        json_t *args = about_name(fact), *what;
        what = json_object_get(json_object_get(fact, "args"), "what");
        json_object_set(args, "what", what ? what : json_object_get(fact, "name"));
        finding_add(examined, examined->rule->severity, args);
        return;
    }
}

/* ---- MTA-STS and TLSRPT ---- */

static const json_t *policy_of(const AuditCase *examined)
{
    return is_mail(examined) ? examined->endpoint->policy : NULL;
}

static bool has_mode(const json_t *policy, const char *mode)
{
    return policy && !json_object_get(policy, "faults") && strcmp(text(policy, "mode"), mode) == 0;
}

static json_t *about_policy(const AuditCase *examined, const json_t *policy)
{
    return json_pack("{s:s, s:O}", "host", name_of(examined), "url",
                     json_object_get(policy, "url"));
}

void judge_policy_broken(AuditCase *examined)
{
    const json_t *policy = policy_of(examined), *faults = json_object_get(policy, "faults"), *code;
    size_t i;
    json_array_foreach(faults, i, code)
    {
        json_t *args = about_policy(examined, policy);
        json_object_set(args, "reason", (json_t *)code);
        finding_add(examined, examined->rule->severity, args);
    }
}

void judge_policy_testing(AuditCase *examined)
{
    const json_t *policy = policy_of(examined);
    if (has_mode(policy, "testing"))
        finding_add(examined, examined->rule->severity, about_policy(examined, policy));
}

/* RFC 8461 section 4.1: a wildcard stands for exactly one label. */
static bool fits(const char *host, const char *pattern)
{
    if (g_str_has_prefix(pattern, "*.")) {
        const char *dot = strchr(host, '.');
        return dot && g_ascii_strcasecmp(dot, pattern + 1) == 0;
    }
    return g_ascii_strcasecmp(host, pattern) == 0;
}

static bool is_in_policy(const AuditCase *examined, const json_t *policy)
{
    const json_t *patterns = json_object_get(policy, "mx"), *pattern;
    size_t i;
    json_array_foreach(patterns, i, pattern)
    {
        if (json_is_string(pattern) && fits(name_of(examined), json_string_value(pattern)))
            return true;
    }
    return false;
}

/* The domain's mail goes to this host. */
static bool is_exchanger(const AuditCase *examined)
{
    const json_t *hosts = json_object_get(lookup(examined, "mx"), "records"), *record;
    size_t i;
    json_array_foreach(hosts, i, record)
    {
        if (g_ascii_strcasecmp(text(record, "host"), name_of(examined)) == 0)
            return true;
    }
    return false;
}

void judge_policy_host(AuditCase *examined)
{
    const json_t *policy = policy_of(examined);
    if (!has_mode(policy, "enforce") && !has_mode(policy, "testing"))
        return;
    if (is_exchanger(examined) && !is_in_policy(examined, policy))
        finding_add(examined,
                    has_mode(policy, "enforce") ? examined->rule->severity : SEVERITY_MEDIUM,
                    about_policy(examined, policy));
}

void judge_policy_certificate(AuditCase *examined)
{
    const json_t *policy = policy_of(examined);
    const Verdict *verdict = examined->best ? examined->best->verdict : NULL;
    if (!verdict || !has_mode(policy, "enforce") || !is_in_policy(examined, policy) ||
        (verdict->trusted && verdict->name_matches == 1))
        return;
    finding_add(examined, examined->rule->severity, about_policy(examined, policy));
}

/* Only where there is something to report on. */
void judge_reports(AuditCase *examined)
{
    const json_t *reports = lookup(examined, "tlsrpt");
    const json_t *records = json_object_get(reports, "records");
    bool sure = strcmp(text(reports, "state"), "secure") == 0 ||
                strcmp(text(reports, "state"), "insecure") == 0;
    if (!is_mail(examined) || !sure || json_array_size(records))
        return;
    if (policy_of(examined) || dane_of(examined))
        finding_add(examined, examined->rule->severity, about_name(reports));
}
