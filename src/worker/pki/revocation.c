#include "worker/pki/revocation.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/name.h"
#include "worker/pki/store.h"
#include "worker/pki/value.h"

enum { CERTIFICATE_HOLD = 6 };

Revocation *revocation_new(void)
{
    Revocation *revocation = g_new0(Revocation, 1);
    revocation->crl_reason = -1;
    revocation->this_update = revocation->next_update = REVOCATION_NO_TIME;
    revocation->produced_at = revocation->revoked_at = REVOCATION_NO_TIME;
    revocation->faults = g_ptr_array_new();
    return revocation;
}

void revocation_free(Revocation *revocation)
{
    if (!revocation)
        return;
    if (revocation->signer)
        g_string_free(revocation->signer, TRUE);
    g_clear_pointer(&revocation->scts, g_bytes_unref);
    g_ptr_array_unref(revocation->faults);
    g_free(revocation);
}

void revocation_fault(Revocation *revocation, const char *code)
{
    char *known = (char *)g_intern_string(code);
    if (!g_ptr_array_find(revocation->faults, known, NULL))
        g_ptr_array_add(revocation->faults, known);
}

void revocation_doubt(Revocation *revocation, const char *code)
{
    revocation_fault(revocation, code);
    if (!revocation->nobody)
        revocation->reason = g_intern_string(code);
    revocation->nobody = true;
}

void revocation_doubt_good(Revocation *revocation, const char *code)
{
    revocation_fault(revocation, code);
    if (!revocation->nobody && !revocation->no_good)
        revocation->reason = g_intern_string(code);
    revocation->no_good = true;
}

void revocation_times(Revocation *revocation, const char *kind, gint64 time)
{
    bool ocsp = strcmp(kind, "ocsp") == 0;
    gint64 from = revocation->this_update, to = revocation->next_update;
    if (from == REVOCATION_NO_TIME)
        revocation_doubt(revocation, ocsp ? "ocsp-undecodable" : "crl-undecodable");
    else if (from > time + LIMIT_SKEW)
        revocation_doubt_good(revocation, ocsp ? "ocsp-not-yet" : "crl-not-yet");
    if (to == REVOCATION_NO_TIME)
        revocation_fault(revocation, ocsp ? "ocsp-no-next-update" : "crl-no-next-update");
    else if (to < time - LIMIT_SKEW)
        revocation_doubt_good(revocation, ocsp ? "ocsp-expired" : "crl-expired");
}

void revocation_signed_by(Revocation *revocation, const char *kind, const Node *signer,
                          const Signature *signature)
{
    static const char *const broken[] = {"MD2", "MD4", "MD5", "SHA-1", NULL};
    bool ocsp = strcmp(kind, "ocsp") == 0;
    const Der *subject = &signer->cert->tbs[TBS_SUBJECT];
    if (subject->data && !revocation->signer) {
        revocation->signer = name_text(subject);
        g_string_truncate(revocation->signer, MIN(revocation->signer->len, (gsize)LIMIT_VALUE));
    }
    if (signature->hash && g_strv_contains(broken, signature->hash))
        revocation_fault(revocation, ocsp ? "ocsp-weak-signature" : "crl-weak-signature");
}

void revocation_settle(Revocation *revocation)
{
    bool held =
        revocation->status == REVOCATION_REVOKED && revocation->crl_reason == CERTIFICATE_HOLD;
    bool stands = revocation->status == REVOCATION_REVOKED && !held;
    if (revocation->nobody || (revocation->no_good && !stands))
        revocation->status = REVOCATION_UNKNOWN;
    if (revocation->status != REVOCATION_UNKNOWN)
        revocation->reason = NULL;
}

static void put_time(json_t *fact, const char *member, gint64 time)
{
    if (time == REVOCATION_NO_TIME)
        return;
    g_autofree char *text = value_rfc3339(time);
    json_object_set_new(fact, member, json_string(text));
}

static void put_reason(json_t *fact, int reason)
{
    /* RFC 5280 section 5.3.1; 7 is not used */
    static const char *const names[] = {
        "unspecified",     "key-compromise",         "ca-compromise",    "affiliation-changed",
        "superseded",      "cessation-of-operation", "certificate-hold", NULL,
        "remove-from-crl", "privilege-withdrawn",    "aa-compromise"};
    if (reason >= 0 && reason < (int)G_N_ELEMENTS(names) && names[reason])
        json_object_set_new(fact, "revocation_reason", json_string(names[reason]));
}

json_t *revocation_fact(const Revocation *revocation, const char *certificate, const char *sha256)
{
    static const char *const names[] = {"unknown", "good", "revoked"};
    json_t *fact = fact_new(FACT_REVOCATION), *faults = json_array();
    json_object_set_new(fact, "certificate", json_string(certificate));
    json_object_set_new(fact, "status", json_string(names[revocation->status]));
    if (revocation->status == REVOCATION_UNKNOWN && revocation->reason)
        json_object_set_new(fact, "reason", json_string(revocation->reason));
    put_time(fact, "this_update", revocation->this_update);
    put_time(fact, "next_update", revocation->next_update);
    put_time(fact, "produced_at", revocation->produced_at);
    if (revocation->status == REVOCATION_REVOKED) {
        put_time(fact, "revoked_at", revocation->revoked_at);
        put_reason(fact, revocation->crl_reason);
    }
    if (revocation->signer) {
        json_object_set_new(fact, "signer",
                            fact_text(revocation->signer->str, revocation->signer->len));
        json_object_set_new(fact, "delegated", json_boolean(revocation->delegated));
    }
    for (guint i = 0; i < revocation->faults->len; i++)
        json_array_append_new(faults, json_string(revocation->faults->pdata[i]));
    json_object_set_new(fact, "faults", faults);
    if (sha256)
        json_object_set_new(fact, "sha256", json_string(sha256));
    return fact;
}

GPtrArray *revocation_roots(const RevocationQuery *query, GBytes *subject)
{
    GPtrArray *roots = g_ptr_array_new();
    for (guint i = 0; query->stores && i < query->stores->len; i++) {
        const GPtrArray *found = store_by_subject(g_ptr_array_index(query->stores, i), subject);
        for (guint j = 0; found && j < found->len; j++) {
            node_load(g_ptr_array_index(found, j));
            g_ptr_array_add(roots, g_ptr_array_index(found, j));
        }
    }
    return roots;
}

gint64 revocation_time(const Der *element)
{
    bool universal = element->class == DER_UNIVERSAL;
    gint64 seconds;
    if (!element->data ||
        !value_time(element, universal ? element->tag : DER_GENERALIZED_TIME, &seconds))
        return REVOCATION_NO_TIME;
    return seconds;
}

int revocation_crl_reason(const Der *element)
{
    int64_t number;
    return element->data && value_integer(element, &number) && number >= 0 && number <= 10
               ? (int)number
               : -1;
}

const CertExtension *revocation_unknown_critical(const GArray *extensions, const char *const *oids)
{
    for (guint i = 0; i < extensions->len; i++) {
        const CertExtension *extension = &g_array_index(extensions, CertExtension, i);
        if (extension->critical && (!extension->oid || !g_strv_contains(oids, extension->oid)))
            return extension;
    }
    return NULL;
}
