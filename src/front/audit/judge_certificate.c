#include "front/audit/judge.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"

enum { HOUR = 60 * 60, DAY = 24 * HOUR };

json_t *finding_about(const Certificate *certificate)
{
    json_t *args = json_object();
    json_object_set_new(args, "name", fact_text(certificate->name->str, certificate->name->len));
    return args;
}

static void set_time(json_t *args, const char *member, const json_t *fact, const char *from)
{
    json_object_set_new(args, member, json_string(fact_string(fact, from, "")));
}

static void set_span(json_t *args, const char *member, gint64 seconds)
{
    g_autofree char *span = text_span(seconds);
    json_object_set_new(args, member, json_string(span));
}

static bool ended(const Certificate *certificate, gint64 now)
{
    return certificate->not_after != G_MININT64 && certificate->not_after < now;
}

static bool not_begun(const Certificate *certificate, gint64 now)
{
    return certificate->not_before != G_MININT64 && certificate->not_before > now;
}

void judge_expired(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    gint64 now = examined->context->now;
    json_t *args;
    if (!leaf || !ended(leaf, now))
        return;
    args = finding_about(leaf);
    set_time(args, "date", leaf->fact, "not_after");
    set_span(args, "span", now - leaf->not_after);
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                        "x509.notAfter");
}

void judge_not_yet_valid(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    gint64 now = examined->context->now;
    json_t *args;
    if (!leaf || !not_begun(leaf, now))
        return;
    args = finding_about(leaf);
    set_time(args, "date", leaf->fact, "not_before");
    set_span(args, "span", leaf->not_before - now);
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                        "x509.notBefore");
}

/* How soon is soon? What renews itself does so at about a third of the lifetime, and what a person
 * renews needs some weeks; so a tier begins at a share of the lifetime, and at no more than so many
 * days. For 90 days: 27, 9 and 3 days; for 398: 30, 14 and 3; for 6: 43, 14 and 5 hours. */
static const struct {
    Severity severity;
    gint64 share; /* one in so many parts of the lifetime, times ten */
    gint64 days;
} soon[] = {
    {SEVERITY_HIGH, 300, 3},
    {SEVERITY_MEDIUM, 100, 14},
    {SEVERITY_LOW, 33, 30},
};

void judge_expires_soon(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    gint64 now = examined->context->now, left, life = G_MAXINT64;
    if (!leaf || leaf->not_after == G_MAXINT64 || leaf->not_after == G_MININT64 || ended(leaf, now))
        return;
    left = leaf->not_after - now;
    if (leaf->not_before != G_MININT64 && leaf->not_before < leaf->not_after)
        life = (leaf->not_after - leaf->not_before) * 10;
    for (size_t i = 0; i < G_N_ELEMENTS(soon); i++) {
        json_t *args;
        if (left >= MIN(soon[i].days * DAY, life / soon[i].share))
            continue;
        args = finding_about(leaf);
        set_time(args, "date", leaf->fact, "not_after");
        set_span(args, "span", left);
        finding_certificate(examined, finding_add(examined, soon[i].severity, args), leaf,
                            "x509.notAfter");
        return;
    }
}

void judge_name(AuditCase *examined)
{
    const Verdict *verdict = examined->best ? examined->best->verdict : NULL;
    json_t *args, *names;
    const json_t *entries, *entry;
    size_t i;

    if (!verdict || verdict->name_matches != 0 || !examined->leaf)
        return;
    args = finding_about(examined->leaf);
    names = json_array();
    entries = json_object_get(examined->leaf->fact, "names");
    json_array_foreach(entries, i, entry)
    {
        json_t *value = json_object_get(entry, "value");
        if (value && json_array_size(names) < 8)
            json_array_append(names, value);
    }
    if (json_array_size(names) == 0)
        json_array_append_new(names, json_string("-"));
    else if (json_array_size(names) < json_array_size(entries))
        json_array_append_new(names, json_string("..."));
    json_object_set_new(args, "names", names);
    json_object_set_new(args, "asked", json_string(fact_string(verdict->fact, "name", "")));
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                        examined->leaf, "x509.subjectAltName");
}

/* Which rule says which reason of a verdict. A date of the leaf has rules of its own. */
static const struct {
    const char *reason, *rule;
} trust[] = {
    {"trust-revoked", "revoked"},
    {"trust-self-signed", "self-signed"},
    {"trust-incomplete", "chain-incomplete"},
    {"trust-unknown-root", "unknown-root"},
    {"trust-signature", "chain-signature"},
    {"trust-purpose", "wrong-purpose"},
    {"trust-client-only", "wrong-purpose"},
    {"trust-key-usage", "wrong-purpose"},
    {"trust-not-ca", "chain-constraints"},
    {"trust-path-length", "chain-constraints"},
    {"trust-policy", "chain-constraints"},
    {"trust-name-constraints", "chain-constraints"},
    {"trust-unknown-critical", "chain-constraints"},
    {"trust-expired", "issuer-expired"},
    {"trust-not-yet-valid", "issuer-not-yet-valid"},
    {"trust-undecodable", "untrusted"},
    {"trust-limit", "untrusted"},
    {"trust-other", "untrusted"},
    {"trust-distrusted", "untrusted"},
    {"trust-weak-signature", "untrusted"},
    {"trust-weak-key", "untrusted"},
};

static const char *rule_of_reason(const char *reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(trust); i++)
        if (strcmp(trust[i].reason, reason) == 0)
            return trust[i].rule;
    return "untrusted";
}

static bool has_finding(const AuditCase *examined, const char *code)
{
    for (guint i = 0; i < examined->findings->len; i++) {
        const Finding *finding = examined->findings->pdata[i];
        if (strcmp(finding->rule->code, code) == 0)
            return true;
    }
    return false;
}

/* True where another rule has said it already, more closely. */
static bool is_said(const AuditCase *examined, const char *reason)
{
    const Certificate *leaf = examined->leaf;
    if (strcmp(reason, "trust-expired") == 0)
        return leaf && ended(leaf, examined->context->now);
    if (strcmp(reason, "trust-not-yet-valid") == 0)
        return leaf && not_begun(leaf, examined->context->now);
    if (strcmp(reason, "trust-weak-key") == 0)
        return has_finding(examined, "weak-key");
    if (strcmp(reason, "trust-weak-signature") == 0)
        return has_finding(examined, "weak-signature");
    return false;
}

void judge_trust(AuditCase *examined)
{
    const Verdict *verdict = examined->best ? examined->best->verdict : NULL;
    if (!verdict || verdict->trusted || !examined->leaf)
        return;
    for (guint i = 0; i < verdict->reasons->len; i++) {
        const char *reason = verdict->reasons->pdata[i];
        const Certificate *leaf = examined->leaf;
        json_t *args;
        if (strcmp(rule_of_reason(reason), examined->rule->code) != 0 || is_said(examined, reason))
            continue;
        args = finding_about(leaf);
        json_object_set_new(args, "reason", json_string(reason));
        json_object_set_new(args, "issuer",
                            fact_text(leaf->issuer_name->str, leaf->issuer_name->len));
        if (json_object_get(verdict->fact, "store"))
            json_object_set(args, "store", json_object_get(verdict->fact, "store"));
        finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                            "x509.Certificate");
    }
}

void judge_distrusts(AuditCase *examined)
{
    const Verdict *verdict = examined->best ? examined->best->verdict : NULL;
    const json_t *all = verdict ? json_object_get(verdict->fact, "distrusts") : NULL, *one;
    size_t i;
    if (!examined->leaf)
        return;
    json_t *browsers = json_array();
    json_array_foreach(all, i, one)
    {
        if (!fact_bool(one, "applies", FALSE))
            continue;
        g_autofree char *text = g_strdup_printf("%s (%.10s)", fact_string(one, "who", "-"),
                                                fact_string(one, "date", "-"));
        json_array_append_new(browsers, fact_text(text, strlen(text)));
    }
    if (json_array_size(browsers) > 0) {
        json_t *args = finding_about(examined->leaf);
        json_object_set(args, "browsers", browsers);
        json_object_set_new(
            args, "issuer",
            fact_text(examined->leaf->issuer_name->str, examined->leaf->issuer_name->len));
        finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                            examined->leaf, "x509.Certificate");
    }
    json_decref(browsers);
}

void judge_trust_unknown(AuditCase *examined)
{
    if (examined->leaf && !examined->best->verdict)
        finding_certificate(
            examined,
            finding_add(examined, examined->rule->severity, finding_about(examined->leaf)),
            examined->leaf, "x509.Certificate");
}

/* Which rule says which remark of a verdict, and the rule that has said it already, where there is
 * one. What ca-served says of the leaf needs none. */
static const struct {
    const char *remark, *rule, *said_by;
} remarks[] = {
    {"trust-roca", "roca", NULL},
    {"trust-short-key", "short-key", "weak-key"},
    {"sent-incomplete", "sent-incomplete", "chain-incomplete"},
    {"sent-out-of-order", "sent-out-of-order", NULL},
    {"sent-surplus", "sent-surplus", NULL},
    {"sent-duplicate", "sent-surplus", NULL},
    {"sent-root-unused", "sent-surplus", NULL},
    {"sent-root", "sent-root", NULL},
};

/* A rule has one finding, however many of its remarks there are; it lists them. */
void judge_remark(AuditCase *examined)
{
    const Verdict *verdict = examined->best ? examined->best->verdict : NULL;
    const Certificate *leaf = examined->leaf;
    if (!verdict || !leaf)
        return;
    const json_t *given = json_object_get(verdict->fact, "remarks");
    g_autoptr(json_t) found = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(remarks); i++) {
        if (strcmp(remarks[i].rule, examined->rule->code) != 0 ||
            !fact_list_has(given, remarks[i].remark) ||
            (remarks[i].said_by && has_finding(examined, remarks[i].said_by)))
            continue;
        json_array_append_new(found, json_string(remarks[i].remark));
    }
    if (json_array_size(found) == 0)
        return;
    json_t *args = finding_about(leaf);
    json_object_set(args, "reason", found);
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args), leaf,
                        "x509.Certificate");
}

/* Keys by their strength: NIST SP 800-57 part 1, and what breaks in practice (RSA 768: 2009). */
static const struct {
    const char *type;
    json_int_t broken, weak; /* below these bits */
} strengths[] = {
    {"RSA", 1024, 2048},
    {"RSA-PSS", 1024, 2048},
    {"DSA", 1024, 2048},
    {"ECDSA", 160, 224},
};

static void judge_key_of(AuditCase *examined, const Certificate *certificate)
{
    const json_t *key = json_object_get(certificate->fact, "key");
    const char *type = fact_string(key, "type", "");
    json_int_t bits = fact_integer(key, "bits", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(strengths); i++) {
        Severity severity;
        json_t *args;
        if (strcmp(type, strengths[i].type) != 0 || bits <= 0 || bits >= strengths[i].weak)
            continue;
        severity = bits < strengths[i].broken ? SEVERITY_CRITICAL : examined->rule->severity;
        args = finding_about(certificate);
        json_object_set_new(args, "key", json_string(certificate->key));
        finding_certificate(examined, finding_add(examined, severity, args), certificate,
                            "x509.subjectPublicKeyInfo");
    }
}

void judge_weak_key(AuditCase *examined)
{
    const GPtrArray *chain = examined->leaf ? examined->best->certificates : NULL;
    for (guint i = 0; chain && i < chain->len; i++)
        judge_key_of(examined, chain->pdata[i]);
}

static bool mentions(const char *text, const char *word)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *found = strstr(lower, word);
    return found && !g_ascii_isdigit(found[strlen(word)]);
}

static void judge_signature_of(AuditCase *examined, const Certificate *certificate)
{
    static const char *const hashes[] = {"md2", "md4", "md5", "sha1", "sha-1"};
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++) {
        json_t *args;
        if (!mentions(certificate->signature, hashes[i]))
            continue;
        args = finding_about(certificate);
        json_object_set_new(args, "signature", json_string(certificate->signature));
        finding_certificate(
            examined,
            finding_add(examined,
                        hashes[i][0] == 'm' ? SEVERITY_CRITICAL : examined->rule->severity, args),
            certificate, "x509.signatureAlgorithm");
        return;
    }
}

/* Nobody relies on the signature of what signed itself. */
void judge_weak_signature(AuditCase *examined)
{
    const GPtrArray *chain = examined->leaf ? examined->best->certificates : NULL;
    for (guint i = 0; chain && i < chain->len; i++) {
        const Certificate *certificate = chain->pdata[i];
        if (!fact_bool(certificate->fact, "self_issued", FALSE))
            judge_signature_of(examined, certificate);
    }
}

void judge_malformed(AuditCase *examined)
{
    const GPtrArray *chain = examined->leaf ? examined->best->certificates : NULL;
    for (guint i = 0; chain && i < chain->len; i++) {
        const Certificate *certificate = chain->pdata[i];
        const json_t *faults = json_object_get(certificate->fact, "faults"), *fault;
        size_t j;
        json_array_foreach(faults, j, fault)
        {
            json_t *args = finding_about(certificate);
            json_object_set_new(args, "reason", json_string(json_string_value(fault)));
            json_object_set_new(args, "number", json_integer(i + 1));
            finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                                certificate, "x509.Certificate");
        }
    }
}

/* RFC 7633 section 4.2.2: what must staple and does not is to be refused. */
void judge_staple(AuditCase *examined)
{
    const json_t *staple = json_object_get(examined->agreed, "ocsp_staple");
    if (!examined->leaf || !json_is_false(staple) ||
        !fact_bool(examined->leaf->fact, "must_staple", FALSE))
        return;
    finding_certificate(
        examined, finding_add(examined, examined->rule->severity, finding_about(examined->leaf)),
        examined->leaf, "x509.tlsfeature");
}
