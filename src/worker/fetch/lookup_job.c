#include "worker/fetch/lookup_job.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/fetch/dns.h"
#include "worker/fetch/mail_policy.h"

/* The kinds:
 *
 * tlsa: the addresses are asked for first. Where the name is an alias, the records of what it leads
 * to come before those of the name itself (RFC 7671 section 7), if the way there is secure.
 * caa: from the name up to the top-level domain, until there are some (RFC 8659 section 3).
 * mx: likewise, as far as the second level: the domain that mail is sent to may be one above the
 * name of its host.
 * mta-sts, tlsrpt: a TXT record at a name of its own below the domain's.
 *
 * What was found by climbing is as sure as the least sure of the steps.
 */

typedef struct Kind Kind;

typedef struct Lookup {
    FetchOrder *order;
    const Kind *kind;
    char *owner;       /* whose records are asked for, or whose addresses */
    char *alias;       /* tlsa: what the name leads to; NULL: it is none, or was tried */
    bool addressed;    /* tlsa: the addresses were asked for */
    const char *state; /* the least sure so far; static */
    json_t *fact;
    double began;
} Lookup;

struct Kind {
    const char *name;
    DnsType type;
    const char *prefix;  /* of the name, with its dot; NULL: none */
    const char *version; /* of a text; NULL: none */
    guint labels;        /* climbs to names of so many; 0: does not climb */
    void (*begin)(Lookup *lookup);
};

static void ask_records(Lookup *lookup);
static void ask_addresses(Lookup *lookup);

static const Kind kinds[] = {
    {"tlsa", DNS_TLSA, NULL, NULL, 0, ask_addresses},
    {"caa", DNS_CAA, NULL, NULL, 1, ask_records},
    {"mx", DNS_MX, NULL, NULL, 2, ask_records},
    {"mta-sts", DNS_TXT, "_mta-sts.", "STSv1", 0, ask_records},
    {"tlsrpt", DNS_TXT, "_smtp._tls.", "TLSRPTv1", 0, ask_records},
};

static void lookup_free(void *data)
{
    Lookup *lookup = data;
    json_decref(lookup->fact);
    g_free(lookup->owner);
    g_free(lookup->alias);
    g_free(lookup);
}

/* ---- answering ---- */

static void set_if(json_t *fact, const char *member, json_t *list)
{
    if (json_array_size(list))
        json_object_set(fact, member, list);
}

static void write_answer(Lookup *lookup, const DnsAnswer *answer)
{
    json_t *fact = lookup->fact;
    g_autoptr(json_t) records = lookup->kind->version
                                    ? mail_policy_records(answer->records, lookup->kind->version)
                                    : json_incref(answer->records);
    if (answer->found)
        json_object_set_new(fact, "ttl", json_integer(answer->ttl));
    else
        json_object_set_new(fact, "absent",
                            json_string(answer->rcode == DNS_NAME_MISSING ? "name" : "type"));
    if (answer->broken)
        json_object_set_new(fact, "broken", json_integer(answer->broken));
    if (answer->found - answer->broken > LIMIT_DNS_RECORDS)
        json_object_set_new(fact, "cut", json_integer(LIMIT_DNS_RECORDS));
    set_if(fact, "aliases", answer->aliases);
    json_object_set(fact, "records", records);
}

static void finish(Lookup *lookup, const DnsResult *result)
{
    FetchOrder *order = lookup->order;
    json_t *fact = lookup->fact;
    json_object_set_new(fact, "owner", json_string(lookup->owner));
    json_object_set_new(fact, "state", json_string(lookup->state));
    json_object_set_new(fact, "took",
                        json_real((double)uv_now(order_loop(order)) / 1000 - lookup->began));
    if (result->reason)
        json_object_set_new(fact, "reason", json_string(result->reason));
    if (result->args)
        json_object_set(fact, "args", result->args);
    if (result->answer)
        write_answer(lookup, result->answer);
    else
        json_object_set_new(fact, "records", json_array());
    order_say(order, json_incref(fact));
    order_end(order);
}

/* ---- asking ---- */

static void weaken(Lookup *lookup, const char *state)
{
    static const char *const order[] = {"secure", "insecure", "unknown", "bogus"};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        if (strcmp(order[i], state) == 0 || strcmp(order[i], lookup->state) == 0)
            lookup->state = order[i];
}

static bool is_sure(const DnsResult *result)
{
    return result->answer != NULL;
}

static guint count_labels(const char *name)
{
    guint labels = *name ? 1 : 0;
    for (; *name; name++)
        labels += *name == '.' && name[1];
    return labels;
}

/* Asks at the parent; false where there is none that may have records. */
static bool climb(Lookup *lookup)
{
    const char *dot = strchr(lookup->owner, '.');
    if (!lookup->kind->labels || !dot || count_labels(dot + 1) < lookup->kind->labels)
        return false;
    char *parent = g_strdup(dot + 1);
    g_free(lookup->owner);
    lookup->owner = parent;
    ask_records(lookup);
    return true;
}

/* tlsa: where what the alias leads to has none, the name itself may have some. */
static bool step_back(Lookup *lookup)
{
    if (!lookup->alias)
        return false;
    g_clear_pointer(&lookup->alias, g_free);
    g_free(lookup->owner);
    lookup->owner = g_strdup(fact_string(lookup->fact, "name", ""));
    ask_records(lookup);
    return true;
}

static void on_records(void *data, const DnsResult *result)
{
    Lookup *lookup = data;
    weaken(lookup, result->state);
    if (is_sure(result) && result->answer->found == 0 && (climb(lookup) || step_back(lookup)))
        return;
    finish(lookup, result);
}

static void ask_records(Lookup *lookup)
{
    const json_t *job = lookup->order->job;
    g_autofree char *name = NULL;
    if (lookup->kind->type == DNS_TLSA)
        name = g_strdup_printf("_%d._%s.%s", (int)fact_integer(job, "port", 0),
                               fact_string(job, "transport", "tcp"), lookup->owner);
    else
        name = g_strconcat(lookup->kind->prefix ? lookup->kind->prefix : "", lookup->owner, NULL);
    dns_ask(order_dns(lookup->order), name, lookup->kind->type, on_records, lookup);
}

/* Where there is no address of one family, the other tells. Records do not count where the way to
 * the addresses is not sure (RFC 7672 section 2.2.2); that is told, and they are asked for. Who did
 * not answer is not asked again. */
static void on_addresses(void *data, const DnsResult *result)
{
    Lookup *lookup = data;
    const json_t *aliases = result->answer ? result->answer->aliases : NULL;
    size_t count = json_array_size(aliases);
    if (is_sure(result) && result->answer->found == 0 && !lookup->addressed) {
        lookup->addressed = true;
        dns_ask(order_dns(lookup->order), lookup->owner, DNS_AAAA, on_addresses, lookup);
        return;
    }
    json_object_set_new(lookup->fact, "addresses", json_string(result->state));
    if (!is_sure(result) && strcmp(result->state, "unknown") == 0) {
        weaken(lookup, result->state);
        finish(lookup, result);
        return;
    }
    if (count && strcmp(result->state, "secure") == 0) {
        lookup->alias = g_strdup(json_string_value(json_array_get(aliases, count - 1)));
        g_free(lookup->owner);
        lookup->owner = g_strdup(lookup->alias);
    }
    ask_records(lookup);
}

static void ask_addresses(Lookup *lookup)
{
    dns_ask(order_dns(lookup->order), lookup->owner, DNS_A, on_addresses, lookup);
}

void lookup_job(FetchOrder *order)
{
    const char *kind = fact_string(order->job, "kind", "");
    const char *name = fact_string(order->job, "name", "");
    json_t *endpoint = json_object_get(order->job, "endpoint");
    size_t i = 0;
    while (i < G_N_ELEMENTS(kinds) && strcmp(kinds[i].name, kind) != 0)
        i++;
    if (i == G_N_ELEMENTS(kinds) || !*name) {
        order_refuse(order, "lookup: an unknown kind, or no name");
        return;
    }
    Lookup *lookup = g_new0(Lookup, 1);
    order->own = lookup;
    order->free_own = lookup_free;
    lookup->order = order;
    lookup->kind = &kinds[i];
    lookup->owner = g_ascii_strdown(name, -1);
    lookup->state = "secure";
    lookup->began = (double)uv_now(order_loop(order)) / 1000;
    lookup->fact = fact_new(FACT_DNS);
    if (endpoint)
        json_object_set(lookup->fact, "endpoint", endpoint);
    json_object_set_new(lookup->fact, "kind", json_string(kind));
    json_object_set_new(lookup->fact, "name", json_string(lookup->owner));
    json_object_set_new(lookup->fact, "resolver", json_string(dns_resolver(order_dns(order))));
    kinds[i].begin(lookup);
}
