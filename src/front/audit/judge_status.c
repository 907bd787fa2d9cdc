/* Revocation and transparency, as far as they are known. */
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/audit/judge.h"
#include "front/model/standing.h"

static const GPtrArray *responses(const AuditCase *examined)
{
    return examined->leaf ? examined->best->revocations : NULL;
}

static const Certificate *find(const AuditCase *examined, const json_t *fact)
{
    const GPtrArray *chain = examined->best->certificates;
    for (guint i = 0; i < chain->len; i++) {
        const Certificate *certificate = chain->pdata[i];
        if (strcmp(certificate->sha256, fact_string(fact, "certificate", "")) == 0)
            return certificate;
    }
    return NULL;
}

static void set_date(json_t *args, const json_t *fact, const char *member)
{
    const char *date = fact_string(fact, member, NULL);
    if (date)
        json_object_set_new(args, "date", json_string(date));
}

/* A finding about the certificate of a response, with what is known of both; NULL: the certificate
 * is none of the chain. */
static void add(AuditCase *examined, const json_t *fact, json_t *more)
{
    g_autoptr(json_t) members = more;
    const Certificate *certificate = find(examined, fact);
    if (!certificate)
        return;
    json_t *args = finding_about(certificate);
    json_object_update(args, members);
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                        certificate, "x509.serialNumber");
}

/* Each certificate is named once, whatever number of responses says so. */
void judge_revoked(AuditCase *examined)
{
    const GPtrArray *all = responses(examined);
    for (guint i = 0; all && i < all->len; i++) {
        const json_t *fact = all->pdata[i];
        bool revoked = strcmp(fact_string(fact, "status", ""), "revoked") == 0;
        if (!revoked || standing_of(examined->best, fact_string(fact, "certificate", "")) != fact)
            continue;
        json_t *args = json_object();
        const char *reason = fact_string(fact, "revocation_reason", NULL);
        set_date(args, fact, "revoked_at");
        if (reason)
            json_object_set_new(args, "cause", json_string(reason));
        add(examined, fact, args);
    }
}

static bool is_staple(const json_t *fact)
{
    return strcmp(fact_string(fact, "from", ""), "staple") == 0;
}

static bool is_for(const json_t *fact, const char *reason)
{
    return strcmp(fact_string(fact, "reason", ""), reason) == 0;
}

void judge_staple_expired(AuditCase *examined)
{
    const GPtrArray *all = responses(examined);
    for (guint i = 0; all && i < all->len; i++) {
        json_t *args = json_object();
        set_date(args, all->pdata[i], "next_update");
        if (is_staple(all->pdata[i]) && is_for(all->pdata[i], "ocsp-expired"))
            add(examined, all->pdata[i], json_incref(args));
        json_decref(args);
    }
}

/* Servers fetch the next response when half of the time is over, or sooner: in the last tenth it
 * should long be there. */
void judge_staple_ends(AuditCase *examined)
{
    const GPtrArray *all = responses(examined);
    for (guint i = 0; all && i < all->len; i++) {
        const json_t *fact = all->pdata[i];
        gint64 from, to;
        if (!is_staple(fact) || strcmp(fact_string(fact, "status", ""), "good") != 0 ||
            !text_to_time(fact_string(fact, "this_update", ""), &from) ||
            !text_to_time(fact_string(fact, "next_update", ""), &to))
            continue;
        gint64 left = to - examined->context->now;
        if (left < 0 || left > (to - from) / 10)
            continue;
        g_autofree char *span = text_span(left);
        json_t *args = json_pack("{s:s}", "span", span);
        set_date(args, fact, "next_update");
        add(examined, fact, args);
    }
}

/* A response that does not count for another reason than its age. What the promise of a staple, or
 * nobody's asking, leaves unknown is said elsewhere. */
void judge_response(AuditCase *examined)
{
    static const char *const elsewhere[] = {"ocsp-expired", "staple-missing",
                                            "revocation-no-issuer", NULL};
    const GPtrArray *all = responses(examined);
    for (guint i = 0; all && i < all->len; i++) {
        const json_t *fact = all->pdata[i];
        const char *reason = fact_string(fact, "reason", NULL);
        if (reason && !g_strv_contains(elsewhere, reason))
            add(examined, fact, json_pack("{s:s}", "reason", reason));
    }
}

static bool lists_any(const Certificate *certificate, const char *member)
{
    return json_array_size(json_object_get(certificate->fact, member)) > 0;
}

/* That there is no OCSP is normal since 2025: only where there is no CRL either, and the
 * certificate lives long enough to need one, can nobody revoke it. */
void judge_no_revocation(AuditCase *examined)
{
    const Certificate *leaf = examined->leaf;
    if (!leaf || !leaf->fact || !standing_is_public(examined->best) || lists_any(leaf, "ocsp") ||
        lists_any(leaf, "crl") || standing_is_short(leaf))
        return;
    finding_certificate(examined,
                        finding_add(examined, examined->rule->severity, finding_about(leaf)), leaf,
                        "x509.extensions");
}

void judge_transparency(AuditCase *examined)
{
    const json_t *chrome, *apple;
    if (!examined->leaf || !standing_is_public(examined->best))
        return;
    bool one = standing_policy(examined->endpoint, "chrome", &chrome) == 0;
    bool other = standing_policy(examined->endpoint, "apple", &apple) == 0;
    if (!one && !other)
        return;
    const char *policy = one ? "chrome" : "apple";
    const json_t *outcome =
        json_object_get(json_object_get(one ? chrome : apple, "policies"), policy);
    json_t *args = finding_about(examined->leaf);
    json_object_set_new(args, "reason", json_string(fact_string(outcome, "reason", "")));
    json_object_set_new(args, "counted", json_integer(fact_integer(outcome, "counted", 0)));
    json_object_set_new(args, "needed", json_integer(fact_integer(outcome, "needed", 0)));
    json_object_set_new(args, "client",
                        json_string(one && other ? "Chrome and Apple"
                                    : one        ? "Chrome"
                                                 : "Apple"));
    finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                        examined->leaf, "x509.signedCertificateTimestampList");
}

void judge_timestamps(AuditCase *examined)
{
    const json_t *fact = examined->leaf ? examined->best->transparency : NULL, *stamp;
    size_t i;
    json_array_foreach(json_object_get(fact, "scts"), i, stamp)
    {
        if (strcmp(fact_string(stamp, "signature", ""), "wrong") != 0)
            continue;
        json_t *args = finding_about(examined->leaf);
        json_object_set_new(args, "log", json_string(fact_string(stamp, "log_name", "?")));
        finding_certificate(examined, finding_add(examined, examined->rule->severity, args),
                            examined->leaf, "x509.signedCertificateTimestampList");
    }
}
