#include "front/report/json.h"

#include "common/fact/fact.h"
#include "front/report/words.h"

static void set(json_t *object, const char *member, const char *value)
{
    if (value)
        json_object_set_new(object, member, json_string(value));
}

static json_t *finding_fact(const Endpoint *endpoint, const Finding *finding, double at)
{
    g_autofree char *text = words_finding_english(finding);
    json_t *fact = fact_new(FACT_FINDING), *evidence = json_object();

    json_object_set_new(fact, "at", json_real(at));
    set(fact, "endpoint", endpoint->id);
    set(fact, "rule", finding->rule->code);
    set(fact, "severity", severity_name(finding->severity));
    if (json_object_size(finding->args))
        json_object_set(fact, "args", finding->args);
    set(fact, "text", text);
    set(evidence, "connection", finding->connection);
    set(evidence, "message", finding->message);
    set(evidence, "certificate", finding->certificate);
    set(evidence, "field", finding->field);
    if (json_object_size(evidence))
        json_object_set(fact, "evidence", evidence);
    json_decref(evidence);
    return fact;
}

static void fact_free(void *data)
{
    json_decref(data);
}

GPtrArray *report_findings(const Endpoint *endpoint, double at)
{
    GPtrArray *facts = g_ptr_array_new_with_free_func(fact_free);
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++)
        g_ptr_array_add(facts, finding_fact(endpoint, endpoint->findings->pdata[i], at));
    return facts;
}
