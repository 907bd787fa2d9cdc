#include "front/audit/judge.h"

#include <string.h>

#include "common/fact/fact.h"

static bool has_reason(const AuditCase *examined, const char *reason)
{
    return examined->endpoint->reason && strcmp(examined->endpoint->reason, reason) == 0;
}

static bool has_result(const AuditCase *examined, const char *result)
{
    return strcmp(examined->endpoint->result, result) == 0;
}

static bool is_unbuilt(const AuditCase *examined)
{
    return fact_bool(examined->endpoint->fact, "unbuilt", FALSE);
}

/* The arguments of why the endpoint ended so, and the reason itself. */
static json_t *ending(const AuditCase *examined)
{
    const Endpoint *endpoint = examined->endpoint;
    json_t *args = endpoint->args ? json_copy(endpoint->args) : json_object();
    const char *protocol = fact_string(endpoint->fact, "protocol", NULL);
    json_object_set_new(args, "reason",
                        json_string(endpoint->reason ? endpoint->reason : endpoint->result));
    if (protocol && !json_object_get(args, "protocol"))
        json_object_set_new(args, "protocol", json_string(protocol));
    return args;
}

void judge_starttls_missing(AuditCase *examined)
{
    if (has_reason(examined, "starttls-not-offered"))
        finding_add(examined, examined->rule->severity, ending(examined));
}

void judge_starttls_refused(AuditCase *examined)
{
    if (has_reason(examined, "starttls-refused"))
        finding_add(examined, examined->rule->severity, ending(examined));
}

void judge_injected(AuditCase *examined)
{
    const GPtrArray *events = examined->best ? examined->best->events : NULL;
    for (guint i = 0; events && i < events->len; i++) {
        const Event *event = events->pdata[i];
        const json_t *args = json_object_get(event->fact, "args");
        if (event->kind == EVENT_ERROR &&
            strcmp(fact_string(event->fact, "code", ""), "injected-bytes") == 0)
            finding_add(examined, examined->rule->severity,
                        json_is_object(args) ? json_copy((json_t *)args) : NULL);
    }
}

/* Plain text where TLS was to be expected: a port that is for TLS at once, and a protocol that this
 * version knows. Whether a port that begins with a dialogue of its own has TLS is another question.
 */
void judge_no_tls(AuditCase *examined)
{
    static const char *const reasons[] = {"speaks-http", "speaks-ssh", "speaks-protocol",
                                          "speaks-unknown"};
    if (is_unbuilt(examined) || audit_is_quiet(examined->endpoint))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (has_reason(examined, reasons[i]))
            finding_add(examined, examined->rule->severity, ending(examined));
}

void judge_downgrade(AuditCase *examined)
{
    if (has_reason(examined, "downgrade-sentinel"))
        finding_message(examined, finding_add(examined, examined->rule->severity, ending(examined)),
                        "ServerHello");
}

void judge_broken(AuditCase *examined)
{
    if (has_result(examined, "illegal") && !has_reason(examined, "downgrade-sentinel"))
        finding_add(examined, examined->rule->severity, ending(examined));
}

/* What the sentences about a message may name. */
static json_t *about_message(const json_t *message)
{
    static const char *const members[] = {"name", "version", "suite", "group"};
    json_t *args = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        json_t *value = json_object_get(message, members[i]);
        if (value)
            json_object_set(args, members[i], value);
    }
    return args;
}

/* What was illegal in a message and did not end the handshake. */
void judge_faults(AuditCase *examined)
{
    const GPtrArray *events = examined->best ? examined->best->events : NULL;
    for (guint i = 0; events && i < events->len; i++) {
        const Event *event = events->pdata[i];
        const json_t *faults = json_object_get(event->fact, "faults"), *fault;
        size_t j;
        if (event->kind != EVENT_MESSAGE)
            continue;
        json_array_foreach(faults, j, fault)
        {
            const char *code = json_string_value(fault);
            Finding *finding;
            json_t *args;
            if (!code || has_reason(examined, code))
                continue;
            args = about_message(event->fact);
            json_object_set_new(args, "reason", json_string(code));
            finding = finding_add(examined, examined->rule->severity, args);
            finding->message = g_strdup(fact_string(event->fact, "sha256", NULL));
        }
    }
}

void judge_unexamined(AuditCase *examined)
{
    bool way_missing = strcmp(examined->rule->code, "way-not-built") == 0;
    if (audit_is_examined(examined->endpoint) || audit_is_quiet(examined->endpoint) ||
        way_missing != is_unbuilt(examined))
        return;
    finding_add(examined, examined->rule->severity, ending(examined));
}
