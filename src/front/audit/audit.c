#include "front/audit/audit.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/target/catalogue.h"
#include "front/audit/judge.h"

static const struct {
    const char *name;
    char letter;
} severities[SEVERITY_COUNT] = {
    [SEVERITY_CRITICAL] = {"critical", 'C'}, [SEVERITY_HIGH] = {"high", 'H'},
    [SEVERITY_MEDIUM] = {"medium", 'M'},     [SEVERITY_LOW] = {"low", 'L'},
    [SEVERITY_INFO] = {"info", 'I'},         [SEVERITY_UNKNOWN] = {"unknown", '?'},
};

const char *severity_name(Severity severity)
{
    return severities[severity].name;
}

char severity_letter(Severity severity)
{
    return severities[severity].letter;
}

bool severity_parse(const char *name, Severity *severity)
{
    for (guint i = 0; i < SEVERITY_COUNT; i++) {
        if (g_ascii_strcasecmp(name, severities[i].name) != 0)
            continue;
        *severity = (Severity)i;
        return true;
    }
    return false;
}

static void finding_free(void *data)
{
    Finding *finding = data;
    json_decref(finding->args);
    g_free(finding->connection);
    g_free(finding->message);
    g_free(finding->certificate);
    g_free(finding);
}

Finding *finding_add(AuditCase *examined, Severity severity, json_t *args)
{
    Finding *finding = g_new0(Finding, 1);
    finding->rule = examined->rule;
    finding->severity = severity;
    finding->args = args;
    if (examined->best)
        finding->connection = g_strdup(examined->best->id);
    g_ptr_array_add(examined->findings, finding);
    return finding;
}

void finding_certificate(AuditCase *examined, Finding *finding, const Certificate *certificate,
                         const char *field)
{
    const char *message = fact_string(examined->best->chain, "message", NULL);
    finding->certificate = g_strdup(certificate->sha256);
    finding->field = field;
    if (message)
        finding->message = g_strdup(message);
}

void finding_message(AuditCase *examined, Finding *finding, const char *name)
{
    const GPtrArray *events = examined->best->events;
    for (guint i = 0; i < events->len && !finding->message; i++) {
        const Event *event = events->pdata[i];
        if (event->kind == EVENT_MESSAGE &&
            strcmp(fact_string(event->fact, "direction", ""), "in") == 0 &&
            strcmp(fact_string(event->fact, "name", ""), name) == 0)
            finding->message = g_strdup(fact_string(event->fact, "sha256", NULL));
    }
}

const AuditRule *audit_rule(const char *code)
{
    size_t count;
    const AuditRule *rules = audit_rules(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i].code, code) == 0)
            return &rules[i];
    return NULL;
}

bool audit_is_quiet(const Endpoint *endpoint)
{
    static const char *const normal[] = {"refused", "no-route", "no-name"};
    const CataloguePort *row = catalogue_port(endpoint->port);
    if (endpoint->named || !endpoint->result)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(normal); i++)
        if (strcmp(endpoint->result, normal[i]) == 0)
            return true;
    if (!endpoint->reason)
        return false;
    if (strcmp(endpoint->reason, "speaks-http") == 0)
        return row && row->plain;
    return strcmp(endpoint->reason, "connect-timed-out") == 0 ||
           strcmp(endpoint->reason, "name-timed-out") == 0;
}

bool audit_is_examined(const Endpoint *endpoint)
{
    const char *reason = endpoint->reason ? endpoint->reason : "";
    if (!endpoint->result)
        return false;
    if (strcmp(endpoint->result, "finished") == 0 || strcmp(endpoint->result, "illegal") == 0 ||
        strcmp(reason, "starttls-not-offered") == 0 || strcmp(reason, "starttls-refused") == 0)
        return true;
    return g_str_has_prefix(reason, "speaks-") && !fact_bool(endpoint->fact, "unbuilt", FALSE);
}

/* Worst first; the rules' table decides among equals. */
static gint by_severity(gconstpointer a, gconstpointer b)
{
    const Finding *one = *(Finding *const *)a, *two = *(Finding *const *)b;
    if (one->severity != two->severity)
        return one->severity < two->severity ? -1 : 1;
    if (one->rule != two->rule)
        return one->rule < two->rule ? -1 : 1;
    return 0;
}

GPtrArray *audit_endpoint(const Endpoint *endpoint, const AuditContext *context)
{
    AuditCase examined = {.endpoint = endpoint, .best = endpoint->best, .context = context};
    size_t count;
    const AuditRule *rules = audit_rules(&count);

    if (!endpoint->result)
        return NULL;
    examined.findings = g_ptr_array_new_with_free_func(finding_free);
    if (examined.best) {
        examined.agreed = examined.best->negotiated;
        examined.leaf = endpoint_leaf(endpoint);
    }
    for (size_t i = 0; i < count; i++) {
        examined.rule = &rules[i];
        rules[i].judge(&examined);
    }
    g_ptr_array_sort(examined.findings, by_severity);
    return examined.findings;
}

void audit_judge(Endpoint *endpoint, const AuditContext *context)
{
    if (!endpoint->findings)
        endpoint->findings = audit_endpoint(endpoint, context);
}

void audit_judge_all(Model *model, const AuditContext *context)
{
    for (guint i = 0; i < model->endpoints->len; i++) {
        Endpoint *endpoint = model->endpoints->pdata[i];
        if (endpoint->findings && !(endpoint->best && endpoint->best->chain))
            continue;
        g_clear_pointer(&endpoint->findings, g_ptr_array_unref);
        endpoint->findings = audit_endpoint(endpoint, context);
    }
}
