#include "front/report/members.h"

#include <math.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/words.h"

/* ---- of a certificate ---- */

static void take_json(GArray *values, const json_t *value)
{
    char *text = value ? words_value(value, false) : NULL;
    if (text)
        values_take(values, text);
}

static void take_bytes(GArray *values, const GString *bytes)
{
    if (bytes->len)
        values_take(values, text_escape(bytes->str, (gssize)bytes->len, false));
}

static void get_days(const void *subject, const MemberContext *context, GArray *values)
{
    const Certificate *certificate = subject;
    gint64 days = certificate_days_left(certificate, context->now);
    if (days == G_MAXINT64)
        values_number(values, VALUE_NUMBER, INFINITY);
    else if (days != G_MININT64)
        values_number(values, VALUE_NUMBER, (double)days);
}

static void get_time(GArray *values, gint64 time)
{
    if (time == G_MAXINT64)
        values_number(values, VALUE_TIME, INFINITY);
    else if (time != G_MININT64)
        values_number(values, VALUE_TIME, (double)time);
}

static void get_not_before(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    get_time(values, ((const Certificate *)subject)->not_before);
}

static void get_not_after(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    get_time(values, ((const Certificate *)subject)->not_after);
}

static void get_name(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    take_bytes(values, ((const Certificate *)subject)->name);
}

static void get_san(const void *subject, const MemberContext *context, GArray *values)
{
    const json_t *entry;
    size_t i;
    (void)context;
    json_array_foreach(json_object_get(((const Certificate *)subject)->fact, "names"), i, entry)
        take_json(values, json_object_get(entry, "value"));
}

static void get_subject(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    take_bytes(values, ((const Certificate *)subject)->subject);
}

/* Its name in short, and whole. */
static void get_issuer(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    take_bytes(values, ((const Certificate *)subject)->issuer_name);
    take_bytes(values, ((const Certificate *)subject)->issuer);
}

static void get_string(const void *subject, const char *member, GArray *values)
{
    take_json(values, json_object_get(((const Certificate *)subject)->fact, member));
}

static void get_serial(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    get_string(subject, "serial", values);
}

static void get_key(const void *subject, const MemberContext *context, GArray *values)
{
    const Certificate *certificate = subject;
    (void)context;
    if (*certificate->key)
        values_take(values, brief_key(certificate));
}

static void get_bits(const void *subject, const MemberContext *context, GArray *values)
{
    const json_t *key = json_object_get(((const Certificate *)subject)->fact, "key");
    json_int_t bits = fact_integer(key, "bits", 0);
    (void)context;
    if (bits > 0)
        values_number(values, VALUE_NUMBER, (double)bits);
}

static void get_signature(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    get_string(subject, "signature", values);
}

static void get_ca(const void *subject, const MemberContext *context, GArray *values)
{
    const Certificate *certificate = subject;
    (void)context;
    if (certificate->fact)
        values_number(values, VALUE_BOOL, fact_bool(certificate->fact, "ca", FALSE));
}

static void get_sha256(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    values_borrow(values, ((const Certificate *)subject)->sha256, -1);
}

static void get_spki(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    get_string(subject, "spki_sha256", values);
}

static void get_reuse(const void *subject, const MemberContext *context, GArray *values)
{
    const Kin *kin = inventory_key(context->model->inventory, subject);
    if (kin)
        values_number(values, VALUE_NUMBER, kin->certificates->len);
}

static void get_served(const void *subject, const MemberContext *context, GArray *values)
{
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(subject);
    (void)context;
    values_number(values, VALUE_NUMBER, endpoints->len);
}

/* Calls `each` with every endpoint that serves it now. */
static void each_endpoint(const void *subject, GArray *values,
                          void (*each)(const Endpoint *endpoint, GArray *values))
{
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(subject);
    for (guint i = 0; i < endpoints->len; i++)
        each(endpoints->pdata[i], values);
}

static void add_host(const Endpoint *endpoint, GArray *values)
{
    values_take(values, text_escape(endpoint->host, -1, false));
    if (strcmp(endpoint->host, endpoint->display) != 0)
        values_take(values, text_escape(endpoint->display, -1, false));
}

static void add_port(const Endpoint *endpoint, GArray *values)
{
    values_number(values, VALUE_NUMBER, endpoint->port);
}

static void add_endpoint(const Endpoint *endpoint, GArray *values)
{
    values_take(values, brief_place(endpoint, false));
}

static void add_service(const Endpoint *endpoint, GArray *values)
{
    if (*endpoint->service)
        values_take(values, text_escape(endpoint->service, -1, false));
}

static void add_sni(const Endpoint *endpoint, GArray *values)
{
    take_json(values, json_object_get(endpoint->fact, "server_name"));
}

static void get_host(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_endpoint(subject, values, add_host);
}

static void get_port(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_endpoint(subject, values, add_port);
}

static void get_endpoint(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_endpoint(subject, values, add_endpoint);
}

static void get_service(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_endpoint(subject, values, add_service);
}

static void get_sni(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_endpoint(subject, values, add_sni);
}

static void get_address(const void *subject, const MemberContext *context, GArray *values)
{
    const GPtrArray *places = ((const Certificate *)subject)->places;
    (void)context;
    for (guint i = 0; places && i < places->len; i++) {
        const Serving *place = places->pdata[i];
        const GString *address = place->connection->address;
        if (serving_is_now(place) && address->len)
            values_take(values, text_escape(address->str, (gssize)address->len, false));
    }
}

/* As the verdicts say on the chains that it leads. */
static void get_trusted(const void *subject, const MemberContext *context, GArray *values)
{
    const GPtrArray *places = ((const Certificate *)subject)->places;
    (void)context;
    for (guint i = 0; places && i < places->len; i++) {
        const Serving *place = places->pdata[i];
        const Verdict *verdict = place->connection->verdict;
        if (verdict && place->position == 0 && serving_is_now(place))
            values_number(values, VALUE_BOOL, verdict->trusted);
    }
}

/* Calls `add` with each finding of the certificate's endpoints that is about it. */
static void each_finding(const void *subject, GArray *values,
                         void (*add)(const Finding *finding, GArray *values))
{
    const Certificate *certificate = subject;
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(certificate);
    for (guint i = 0; i < endpoints->len; i++) {
        const GPtrArray *findings = ((const Endpoint *)endpoints->pdata[i])->findings;
        for (guint j = 0; findings && j < findings->len; j++) {
            const Finding *finding = findings->pdata[j];
            if (g_strcmp0(finding->certificate, certificate->sha256) == 0)
                add(finding, values);
        }
    }
}

static void add_code(const Finding *finding, GArray *values)
{
    for (guint i = 0; i < values->len; i++)
        if (strcmp(g_array_index(values, Value, i).text, finding->rule->code) == 0)
            return;
    values_borrow(values, finding->rule->code, -1);
}

static void add_severity(const Finding *finding, GArray *values)
{
    const char *name = severity_name(finding->severity);
    for (guint i = 0; i < values->len; i++)
        if (g_array_index(values, Value, i).text == name)
            return;
    values_borrow(values, name, -1);
}

static void get_finding(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_finding(subject, values, add_code);
}

static void get_severity(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    each_finding(subject, values, add_severity);
}

static const Member certificates[] = {
    {"days", VALUE_NUMBER, get_days, false},
    {"name", VALUE_TEXT, get_name, false},
    {"san", VALUE_TEXT, get_san, false},
    {"subject", VALUE_TEXT, get_subject, false},
    {"issuer", VALUE_TEXT, get_issuer, false},
    {"serial", VALUE_TEXT, get_serial, false},
    {"not_before", VALUE_TIME, get_not_before, false},
    {"not_after", VALUE_TIME, get_not_after, false},
    {"key", VALUE_TEXT, get_key, false},
    {"bits", VALUE_NUMBER, get_bits, false},
    {"signature", VALUE_TEXT, get_signature, false},
    {"ca", VALUE_BOOL, get_ca, false},
    {"trusted", VALUE_BOOL, get_trusted, false},
    {"served", VALUE_NUMBER, get_served, false},
    {"endpoint", VALUE_TEXT, get_endpoint, false},
    {"host", VALUE_TEXT, get_host, false},
    {"port", VALUE_NUMBER, get_port, false},
    {"service", VALUE_TEXT, get_service, false},
    {"address", VALUE_TEXT, get_address, false},
    {"sni", VALUE_TEXT, get_sni, false},
    {"finding", VALUE_TEXT, get_finding, false},
    {"severity", VALUE_TEXT, get_severity, false},
    {"reuse", VALUE_NUMBER, get_reuse, false},
    {"spki_sha256", VALUE_TEXT, get_spki, false},
    {"sha256", VALUE_TEXT, get_sha256, false},
};

const Members certificate_members = {certificates, G_N_ELEMENTS(certificates)};

/* ---- of an endpoint ---- */

static void of_endpoint(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    add_endpoint(subject, values);
}

static void of_host(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    add_host(subject, values);
}

static void of_port(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    add_port(subject, values);
}

static void of_service(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    add_service(subject, values);
}

static void of_sni(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    add_sni(subject, values);
}

static void of_address(const void *subject, const MemberContext *context, GArray *values)
{
    const Connection *best = ((const Endpoint *)subject)->best;
    (void)context;
    if (best && best->address->len)
        values_take(values, text_escape(best->address->str, (gssize)best->address->len, false));
}

/* The word that is shown, and the code of the result. */
static void of_state(const void *subject, const MemberContext *context, GArray *values)
{
    const Endpoint *endpoint = subject;
    (void)context;
    values_borrow(values, brief_state(endpoint), -1);
    if (endpoint->result)
        values_borrow(values, endpoint->result, -1);
}

static void of_ms(const void *subject, const MemberContext *context, GArray *values)
{
    const Endpoint *endpoint = subject;
    (void)context;
    if (endpoint->result)
        values_number(values, VALUE_NUMBER, endpoint->took * 1000);
}

/* Only what is known: brief.h says "?" and "-" where nothing was agreed on. */
static void take_agreed(const Endpoint *endpoint, GArray *values, char *text)
{
    if (endpoint->best && endpoint->best->negotiated)
        values_take(values, text);
    else
        g_free(text);
}

static void of_version(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    take_agreed(subject, values, brief_version(subject));
}

static void of_suite(const void *subject, const MemberContext *context, GArray *values)
{
    const Endpoint *endpoint = subject;
    (void)context;
    take_agreed(endpoint, values, brief_suite(endpoint));
    if (endpoint->best)
        take_json(values, json_object_get(endpoint->best->negotiated, "suite"));
}

static void of_group(const void *subject, const MemberContext *context, GArray *values)
{
    (void)context;
    take_agreed(subject, values, brief_group(subject));
}

static void of_trusted(const void *subject, const MemberContext *context, GArray *values)
{
    const Connection *best = ((const Endpoint *)subject)->best;
    (void)context;
    if (best && best->verdict)
        values_number(values, VALUE_BOOL, best->verdict->trusted);
}

static void of_finding(const void *subject, const MemberContext *context, GArray *values)
{
    const GPtrArray *findings = ((const Endpoint *)subject)->findings;
    (void)context;
    for (guint i = 0; findings && i < findings->len; i++)
        add_code(findings->pdata[i], values);
}

static void of_severity(const void *subject, const MemberContext *context, GArray *values)
{
    const GPtrArray *findings = ((const Endpoint *)subject)->findings;
    (void)context;
    for (guint i = 0; findings && i < findings->len; i++)
        add_severity(findings->pdata[i], values);
}

static const Member endpoints[] = {
    {"endpoint", VALUE_TEXT, of_endpoint, false},
    {"host", VALUE_TEXT, of_host, false},
    {"port", VALUE_NUMBER, of_port, false},
    {"service", VALUE_TEXT, of_service, false},
    {"sni", VALUE_TEXT, of_sni, false},
    {"address", VALUE_TEXT, of_address, false},
    {"state", VALUE_TEXT, of_state, false},
    {"ms", VALUE_NUMBER, of_ms, false},
    {"ver", VALUE_TEXT, of_version, false},
    {"suite", VALUE_TEXT, of_suite, false},
    {"group", VALUE_TEXT, of_group, false},
    {"trusted", VALUE_BOOL, of_trusted, false},
    {"finding", VALUE_TEXT, of_finding, false},
    {"severity", VALUE_TEXT, of_severity, false},
    {"cert", VALUE_NUMBER, get_days, true},
    {"days", VALUE_NUMBER, get_days, true},
    {"name", VALUE_TEXT, get_name, true},
    {"san", VALUE_TEXT, get_san, true},
    {"subject", VALUE_TEXT, get_subject, true},
    {"issuer", VALUE_TEXT, get_issuer, true},
    {"serial", VALUE_TEXT, get_serial, true},
    {"not_before", VALUE_TIME, get_not_before, true},
    {"not_after", VALUE_TIME, get_not_after, true},
    {"key", VALUE_TEXT, get_key, true},
    {"bits", VALUE_NUMBER, get_bits, true},
    {"signature", VALUE_TEXT, get_signature, true},
    {"reuse", VALUE_NUMBER, get_reuse, true},
    {"spki_sha256", VALUE_TEXT, get_spki, true},
    {"sha256", VALUE_TEXT, get_sha256, true},
};

const Members endpoint_members = {endpoints, G_N_ELEMENTS(endpoints)};

/* ---- by name ---- */

int member_find(const Members *members, const char *name)
{
    for (size_t i = 0; i < members->count; i++)
        if (g_ascii_strcasecmp(members->rows[i].name, name) == 0)
            return (int)i;
    return -1;
}

void member_get(const Members *members, int number, const void *subject,
                const MemberContext *context, GArray *values)
{
    const Member *member = &members->rows[number];
    const void *asked = member->of_leaf ? endpoint_leaf(subject) : subject;
    if (asked)
        member->get(asked, context, values);
}

/* ---- a filter without columns ---- */

struct MemberFilter {
    const Members *members;
    Expression *expression;
};

static int field(gpointer data, const char *name, ValueKind *kind)
{
    const Members *members = data;
    int number = member_find(members, name);
    if (number >= 0)
        *kind = members->rows[number].kind;
    return number;
}

MemberFilter *member_filter_new(const char *text, const Members *members, gint64 now,
                                GError **error)
{
    ExpressionScope scope = {.field = field, .data = (gpointer)members, .now = now};
    size_t place = 0;
    Expression *expression = expression_new(text, &scope, &place, error);
    if (!expression)
        return NULL;
    MemberFilter *filter = g_new0(MemberFilter, 1);
    filter->members = members;
    filter->expression = expression;
    return filter;
}

void member_filter_free(MemberFilter *filter)
{
    if (!filter)
        return;
    expression_free(filter->expression);
    g_free(filter);
}

typedef struct Asked {
    const Members *members;
    const void *subject;
    const MemberContext *context;
} Asked;

static void asked_values(gpointer data, int number, GArray *values)
{
    const Asked *asked = data;
    member_get(asked->members, number, asked->subject, asked->context, values);
}

static bool asked_word(gpointer data, const char *word)
{
    const Asked *asked = data;
    g_autoptr(GArray) values = values_new();
    bool found = false;
    for (size_t i = 0; i < asked->members->count && !found; i++) {
        g_array_set_size(values, 0);
        member_get(asked->members, (int)i, asked->subject, asked->context, values);
        for (guint j = 0; j < values->len && !found; j++) {
            g_autofree char *text = value_text(&g_array_index(values, Value, j));
            g_autofree char *folded = g_utf8_casefold(text, -1);
            found = strstr(folded, word) != NULL;
        }
    }
    return found;
}

bool member_filter_matches(const MemberFilter *filter, const void *subject,
                           const MemberContext *context)
{
    Asked asked = {filter ? filter->members : NULL, subject, context};
    ExpressionSubject matched = {asked_values, asked_word, &asked};
    return !filter || expression_matches(filter->expression, &matched);
}
