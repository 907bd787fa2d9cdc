#include "front/audit/judge.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "front/audit/strength.h"

static json_t *one_arg(const char *member, const char *value)
{
    json_t *args = json_object();
    json_object_set_new(args, member, json_string(value));
    return args;
}

/* What the ServerHello proves. */
static void add_chosen(AuditCase *examined, Severity severity, json_t *args)
{
    finding_message(examined, finding_add(examined, severity, args), "ServerHello");
}

static bool is_tls13(const AuditCase *examined)
{
    return strcmp(fact_string(examined->agreed, "version", ""), "TLS 1.3") == 0;
}

/* True unless the ClientHello is known to have offered nothing that is good today: then the server
 * had no choice, and what it would choose is not known. */
static bool offered_better(const AuditCase *examined)
{
    const GPtrArray *events = examined->best->events;
    bool known = false;
    for (guint i = 0; i < events->len; i++) {
        const Event *event = events->pdata[i];
        const json_t *versions = json_object_get(event->fact, "versions"), *version;
        size_t j;
        if (event->kind != EVENT_MESSAGE || !json_is_array(versions))
            continue;
        known = true;
        json_array_foreach(versions, j, version)
        {
            const char *name = json_string_value(version);
            if (name && (strcmp(name, "TLS 1.2") == 0 || strcmp(name, "TLS 1.3") == 0))
                return true;
        }
    }
    return !known;
}

/* RFC 6176, 7568, 8996: what may no longer be negotiated. One rule for what the server chose, and
 * one for what it took because there was nothing else. */
void judge_version(AuditCase *examined)
{
    static const char *const old[] = {"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"};
    const char *version = fact_string(examined->agreed, "version", "");
    bool chosen = strcmp(examined->rule->code, "old-version") == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
        if (strcmp(version, old[i]) == 0 && chosen == offered_better(examined))
            add_chosen(examined,
                       chosen && old[i][0] == 'S' ? SEVERITY_CRITICAL : examined->rule->severity,
                       one_arg("version", version));
}

void judge_suite(AuditCase *examined)
{
    const CipherSuite *suite = registry_suite_named(fact_string(examined->agreed, "suite", ""));
    const Weakness *weakness = strength_broken(suite);
    json_t *args;
    if (!weakness)
        return;
    args = one_arg("suite", suite->name);
    json_object_set_new(args, "weakness", json_string(weakness->word));
    add_chosen(examined, weakness->severity, args);
}

void judge_forward_secrecy(AuditCase *examined)
{
    if (!json_is_false(json_object_get(examined->agreed, "forward_secrecy")))
        return;
    add_chosen(examined, examined->rule->severity,
               one_arg("suite", fact_string(examined->agreed, "suite", "")));
}

/* RFC 9325 section 4.1, Logjam: 512 and 768 bits are broken, 1024 may be by states. */
void judge_dhe(AuditCase *examined)
{
    const char *exchange = fact_string(examined->agreed, "key_exchange", "");
    json_int_t bits = fact_integer(examined->agreed, "group_bits", 0);
    json_t *args;
    if (!g_str_has_prefix(exchange, "dhe") || bits <= 0 || bits >= 2048)
        return;
    args = json_pack("{s:I}", "bits", bits);
    finding_message(
        examined,
        finding_add(examined, bits < 1024 ? SEVERITY_CRITICAL : examined->rule->severity, args),
        "ServerKeyExchange");
}

void judge_handshake_signature(AuditCase *examined)
{
    const char *name = fact_string(examined->agreed, "scheme", "");
    const Scheme *scheme = registry_scheme_named(name);
    if (!scheme || (strcmp(scheme->hash, "MD5") != 0 && strcmp(scheme->hash, "SHA1") != 0 &&
                    strcmp(scheme->hash, "SHA") != 0))
        return;
    finding_message(examined,
                    finding_add(examined, examined->rule->severity, one_arg("scheme", name)),
                    is_tls13(examined) ? "CertificateVerify" : "ServerKeyExchange");
}

void judge_renegotiation(AuditCase *examined)
{
    if (json_is_false(json_object_get(examined->agreed, "secure_renegotiation")) &&
        !is_tls13(examined))
        add_chosen(examined, examined->rule->severity, NULL);
}

void judge_compression(AuditCase *examined)
{
    json_int_t method = fact_integer(examined->agreed, "compression", 0);
    if (method != 0)
        add_chosen(examined, examined->rule->severity, json_pack("{s:I}", "method", method));
}

void judge_master_secret(AuditCase *examined)
{
    if (json_is_false(json_object_get(examined->agreed, "extended_master_secret")) &&
        !is_tls13(examined))
        add_chosen(examined, examined->rule->severity, NULL);
}

void judge_permissive(AuditCase *examined)
{
    if (strcmp(fact_string(examined->agreed, "hello", ""), "permissive") == 0)
        add_chosen(examined, examined->rule->severity, NULL);
}
