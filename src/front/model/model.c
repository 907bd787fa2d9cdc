#include "front/model/model.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "front/model/certificate.h"
#include "front/model/code.h"
#include "front/model/inventory.h"
#include "front/model/standing.h"
#include "front/model/verdicts.h"

#include <string.h>

enum { ID_SIZE = 256, SHED_TRIES = 16 };

static const char waiting[] = "waiting"; /* the state before the first */

/* One fact on its way in. What a folder does not need is not set. */
typedef struct Fold {
    Model *model;
    json_t *fact;
    double at;
    gint64 place;
    size_t line;
    Endpoint *endpoint;
    Connection *connection;
    Endpoint *touched; /* an endpoint that changed though the fact does not name it */
    bool created;      /* the connection was not there before this fact */
} Fold;

static void event_free(void *data)
{
    Event *event = data;
    json_decref(event->fact);
    g_free(event);
}

static void connection_free(void *data)
{
    Connection *connection = data;
    g_free(connection->id);
    g_string_free(connection->address, TRUE);
    g_ptr_array_unref(connection->events);
    g_clear_pointer(&connection->certificates, g_ptr_array_unref);
    json_decref(connection->negotiated);
    json_decref(connection->chain);
    json_decref(connection->dane);
    json_decref(connection->transparency);
    g_clear_pointer(&connection->revocations, g_ptr_array_unref);
    g_clear_pointer(&connection->verdicts, g_ptr_array_unref);
    g_clear_pointer(&connection->asked, g_ptr_array_unref);
    g_free(connection);
}

static void endpoint_free(void *data)
{
    Endpoint *endpoint = data;
    g_clear_pointer(&endpoint->findings, g_ptr_array_unref);
    answers_free(endpoint->answers);
    json_decref(endpoint->dns);
    json_decref(endpoint->policy);
    g_ptr_array_unref(endpoint->questions);
    g_ptr_array_unref(endpoint->connections);
    json_decref(endpoint->args);
    json_decref(endpoint->fact);
    g_free(endpoint->id);
    g_free(endpoint);
}

static void host_free(void *data)
{
    Host *host = data;
    g_ptr_array_unref(host->endpoints);
    json_decref(host->fact);
    g_free(host->name);
    g_free(host);
}

static void fact_free(void *data)
{
    json_decref(data);
}

Model *model_new(void)
{
    Model *model = g_new0(Model, 1);
    model->hosts = g_ptr_array_new_with_free_func(host_free);
    model->endpoints = g_ptr_array_new_with_free_func(endpoint_free);
    model->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    model->by_connection = g_hash_table_new(g_str_hash, g_str_equal);
    model->by_host = g_hash_table_new(g_str_hash, g_str_equal);
    model->certificates =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)certificate_free);
    model->bytes =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    model->inventory = inventory_new();
    model->errors = g_ptr_array_new_with_free_func(fact_free);
    model->files = files_new();
    model->by_spki =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    g_queue_init(&model->questions);
    return model;
}

void model_free(Model *model)
{
    if (!model)
        return;
    g_queue_clear(&model->questions);
    g_hash_table_unref(model->by_id);
    g_hash_table_unref(model->by_connection);
    g_hash_table_unref(model->by_host);
    g_ptr_array_unref(model->hosts);
    g_ptr_array_unref(model->endpoints);
    inventory_free(model->inventory);
    files_free(model->files);
    g_hash_table_unref(model->by_spki);
    g_hash_table_unref(model->certificates);
    g_hash_table_unref(model->bytes);
    g_ptr_array_unref(model->errors);
    json_decref(model->stream);
    g_free(model);
}

/* ---- members ------------------------------------------------------------------------------- */

static void set_fact(json_t **to, json_t *fact)
{
    json_incref(fact);
    json_decref(*to);
    *to = fact;
}

static bool is_sha256(const char *text)
{
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* ---- what facts name ------------------------------------------------------------------------ */

/* Where in a sorted list a number goes: behind all that are not greater. */
static guint upper_bound(const GPtrArray *list, guint number, guint (*number_of)(const void *item))
{
    guint low = 0, high = list->len;
    if (high && number_of(list->pdata[high - 1]) <= number)
        return high;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (number_of(list->pdata[middle]) <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static guint number_of_connection(const void *item)
{
    return ((const Connection *)item)->number;
}

static guint port_of_endpoint(const void *item)
{
    return ((const Endpoint *)item)->port;
}

static Host *host_get(Model *model, const char *name)
{
    Host *host = g_hash_table_lookup(model->by_host, name);
    if (host)
        return host;
    host = g_new0(Host, 1);
    host->name = g_strdup(name);
    host->endpoints = g_ptr_array_new();
    g_ptr_array_add(model->hosts, host);
    g_hash_table_insert(model->by_host, host->name, host);
    return host;
}

static Certificate *certificate_get(Model *model, const char *sha256)
{
    Certificate *certificate = g_hash_table_lookup(model->certificates, sha256);
    if (certificate)
        return certificate;
    certificate = certificate_new(sha256);
    g_hash_table_insert(model->certificates, certificate->sha256, certificate);
    return certificate;
}

/* The number behind "<endpoint>." in a connection's id; 0 if the id is not made so. */
static guint connection_number(const char *id, const char *endpoint)
{
    size_t size = strlen(endpoint);
    const char *digits = id + size + 1;
    if (strncmp(id, endpoint, size) != 0 || id[size] != '.')
        return 0;
    size = strnlen(digits, 10);
    if (size == 0 || size > 9 || strspn(digits, "0123456789") != size || digits[0] == '0')
        return 0;
    return (guint)g_ascii_strtoull(digits, NULL, 10);
}

static void insert_connection(GPtrArray *list, Connection *connection)
{
    guint place = upper_bound(list, connection->number, number_of_connection);
    g_ptr_array_insert(list, (gint)place, connection);
}

static Connection *connection_get(Fold *fold, const char *id)
{
    Endpoint *endpoint = fold->endpoint;
    Connection *connection = g_hash_table_lookup(fold->model->by_connection, id);
    guint number;

    if (connection)
        return connection->endpoint == endpoint ? connection : NULL;
    number = connection_number(id, endpoint->id);
    if (number == 0)
        return NULL;
    fold->created = true;
    connection = g_new0(Connection, 1);
    connection->id = g_strdup(id);
    connection->endpoint = endpoint;
    connection->number = number;
    connection->at = fold->at;
    connection->address = g_string_new(NULL);
    connection->events = g_ptr_array_new_with_free_func(event_free);
    insert_connection(endpoint->connections, connection);
    g_hash_table_insert(fold->model->by_connection, connection->id, connection);
    endpoint->last_connection = MAX(endpoint->last_connection, number);
    return connection;
}

/* ---- what follows from a change ------------------------------------------------------------- */

static bool runs(const Endpoint *endpoint)
{
    return !endpoint->result && strcmp(endpoint->state, waiting) != 0;
}

/* What happens on a connection of a dive is nothing that rules look at: they look at answers. */
static void touch(Endpoint *endpoint, const Connection *connection)
{
    endpoint->version++;
    if (connection && connection->question)
        return;
    g_clear_pointer(&endpoint->findings, g_ptr_array_unref);
}

static int rank(const Connection *connection)
{
    return connection->negotiated ? 2 : connection->certificates ? 1 : 0;
}

static void choose_best(Connection *connection)
{
    Endpoint *endpoint = connection->endpoint;
    const Connection *best = endpoint->best;
    if (connection->question || connection->number < endpoint->round_from)
        return;
    if (!best || rank(connection) > rank(best) ||
        (rank(connection) == rank(best) && connection->number > best->number))
        endpoint->best = connection;
}

/* Of the connections of dives only so many keep their events: the oldest give way, those that show
 * an answer that counts a little later than others. */
static void shed_questions(Model *model)
{
    for (guint tries = 0; model->questions.length > LIMIT_QUESTIONS; tries++) {
        Connection *connection = g_queue_pop_head(&model->questions);
        if (tries < SHED_TRIES && (connection->proves || !connection->closed)) {
            g_queue_push_tail(&model->questions, connection);
            continue;
        }
        connection->shed = true;
        g_ptr_array_set_size(connection->events, 0);
    }
}

/* The connection turns out to be one of a dive. */
static void set_question(Fold *fold)
{
    Connection *connection = fold->connection;
    Endpoint *endpoint = connection->endpoint;
    guint index = 0;
    if (connection->question || !g_ptr_array_find(endpoint->connections, connection, &index))
        return;
    connection->question = true;
    insert_connection(endpoint->questions, g_ptr_array_steal_index(endpoint->connections, index));
    g_queue_push_tail(&fold->model->questions, connection);
    shed_questions(fold->model);
}

static void add_event(Fold *fold, EventKind kind)
{
    GPtrArray *events = fold->connection->events;
    Event *event;
    if (fold->connection->shed || events->len >= LIMIT_EVENTS)
        return;
    event = g_new0(Event, 1);
    event->number = events->len + 1;
    event->kind = kind;
    event->at = fold->at;
    event->fact = json_incref(fold->fact);
    g_ptr_array_add(events, event);
}

static void begin_round(Endpoint *endpoint)
{
    endpoint->asked++;
    endpoint->round_from = endpoint->last_connection + 1;
    endpoint->best = NULL;
    endpoint->state = g_intern_static_string(waiting);
    endpoint->result = endpoint->reason = NULL;
    endpoint->began = endpoint->took = 0;
    json_decref(endpoint->args);
    endpoint->args = NULL;
}

/* ---- one folder a kind; each says whether anything changed ---------------------------------- */

static bool fold_stream(Fold *fold)
{
    if (fold->model->stream)
        return false;
    fold->model->stream = json_incref(fold->fact);
    return true;
}

static bool fold_endpoint(Fold *fold)
{
    json_t *fact = fold->fact;
    const char *id = fact_string(fact, "endpoint", "");
    const char *host = fact_string(fact, "host", "");
    json_int_t port = fact_integer(fact, "port", -1);
    GPtrArray *siblings;
    Endpoint *endpoint;

    if (!*id || strlen(id) > ID_SIZE || !*host || port < 0 || port > G_MAXUINT16 ||
        g_hash_table_contains(fold->model->by_id, id))
        return false;
    endpoint = g_new0(Endpoint, 1);
    endpoint->id = g_strdup(id);
    endpoint->order = fold->model->endpoints->len;
    endpoint->fact = json_incref(fact);
    endpoint->host = host;
    endpoint->display = fact_string(fact, "display", host);
    endpoint->service = fact_string(fact, "service", "");
    endpoint->port = (guint)port;
    endpoint->named = fact_bool(fact, "named", FALSE);
    endpoint->state = g_intern_static_string(waiting);
    endpoint->connections = g_ptr_array_new_with_free_func(connection_free);
    endpoint->questions = g_ptr_array_new_with_free_func(connection_free);
    endpoint->round_from = 1;
    g_ptr_array_add(fold->model->endpoints, endpoint);
    g_hash_table_insert(fold->model->by_id, endpoint->id, endpoint);

    siblings = host_get(fold->model, host)->endpoints;
    g_ptr_array_insert(siblings, (gint)upper_bound(siblings, endpoint->port, port_of_endpoint),
                       endpoint);
    fold->touched = endpoint;
    return true;
}

static bool fold_host(Fold *fold)
{
    const char *name = fact_string(fold->fact, "host", "");
    if (!*name)
        return false;
    set_fact(&host_get(fold->model, name)->fact, fold->fact);
    return true;
}

static bool fold_state(Fold *fold)
{
    Endpoint *endpoint = fold->endpoint;
    const char *state = code_member(fold->fact, "state");
    const char *id = fact_string(fold->fact, "connection", NULL);
    bool waits = state && strcmp(state, waiting) == 0;
    if (!state || (endpoint->result && !waits))
        return false;
    if (endpoint->result)
        begin_round(endpoint);
    endpoint->asked = MAX(endpoint->asked, 1);
    if (!waits && !runs(endpoint))
        endpoint->began = fold->at;
    endpoint->state = state;
    fold->connection = id ? connection_get(fold, id) : NULL;
    if (fold->connection)
        add_event(fold, EVENT_STATE);
    return true;
}

static void note_round_trip(Endpoint *endpoint, double took)
{
    if (took > 0 && (endpoint->round_trip <= 0 || took < endpoint->round_trip))
        endpoint->round_trip = took;
}

static bool fold_connection(Fold *fold)
{
    static const char *const events[] = {"connecting", "open", "failed", "closed"};
    Connection *connection = fold->connection;
    const char *event = fact_string(fold->fact, "event", "");
    const char *address = fact_string(fold->fact, "address", NULL);
    guint which = 0;
    while (which < G_N_ELEMENTS(events) && strcmp(event, events[which]) != 0)
        which++;
    if (which == G_N_ELEMENTS(events))
        return false;
    if (strcmp(fact_string(fold->fact, "hello", ""), "question") == 0)
        set_question(fold);
    if (which == 1) {
        connection->open = true;
        note_round_trip(connection->endpoint, fact_number(fold->fact, "took", 0));
    }
    if (which > 1)
        connection->closed = true;
    if (address)
        g_string_assign(connection->address, address);
    add_event(fold, EVENT_CONNECTION);
    return true;
}

static bool fold_dialogue(Fold *fold)
{
    if (!json_object_get(fold->fact, "text"))
        return false;
    add_event(fold, EVENT_DIALOGUE);
    return true;
}

/* While a dive runs its silence is to be seen. */
static void note_heard(const Fold *fold)
{
    bool in = strcmp(fact_string(fold->fact, "direction", ""), "in") == 0;
    if (in && fold->connection->question && fold->endpoint->answers)
        fold->endpoint->answers->heard = fold->at;
}

static bool fold_message(Fold *fold)
{
    note_heard(fold);
    add_event(fold, EVENT_MESSAGE);
    return true;
}

static bool fold_alert(Fold *fold)
{
    note_heard(fold);
    add_event(fold, EVENT_ALERT);
    return true;
}

static bool fold_bytes(Fold *fold)
{
    const char *sha256 = fact_string(fold->fact, "sha256", NULL);
    json_int_t size = fact_integer(fold->fact, "size", -1);
    json_int_t offset = fact_integer(fold->fact, "offset", -1);
    BytesPart part = {fold->place, fold->line, (size_t)offset, (size_t)size};
    GArray *parts;

    if (!is_sha256(sha256) || offset < 0 || size < offset ||
        !json_is_string(json_object_get(fold->fact, "base64")))
        return false;
    parts = g_hash_table_lookup(fold->model->bytes, sha256);
    if (!parts) {
        parts = g_array_new(FALSE, FALSE, sizeof(BytesPart));
        g_hash_table_insert(fold->model->bytes, g_strdup(sha256), parts);
    }
    if (parts->len >= LIMIT_BYTES_PARTS)
        return false;
    for (guint i = 0; i < parts->len; i++)
        if (g_array_index(parts, BytesPart, i).offset == part.offset)
            return false;
    g_array_append_val(parts, part);
    return true;
}

static bool fold_negotiated(Fold *fold)
{
    set_fact(&fold->connection->negotiated, fold->fact);
    return true;
}

static bool fold_chain(Fold *fold)
{
    const json_t *list = json_object_get(fold->fact, "certificates"), *item;
    GPtrArray *certificates;
    size_t i;

    if (!json_is_array(list))
        return false;
    certificates = g_ptr_array_new();
    json_array_foreach(list, i, item)
    {
        const char *sha256 = json_string_value(item);
        Certificate *certificate;
        if (!is_sha256(sha256) || certificates->len >= LIMIT_CERTIFICATES)
            continue;
        certificate = certificate_get(fold->model, sha256);
        inventory_serve(fold->model->inventory, certificate, fold->connection, certificates->len);
        g_ptr_array_add(certificates, certificate);
        if (certificate->fact)
            continue;
        if (!certificate->awaited)
            certificate->awaited = g_ptr_array_new();
        g_ptr_array_add(certificate->awaited, fold->endpoint);
    }
    g_clear_pointer(&fold->connection->certificates, g_ptr_array_unref);
    fold->connection->certificates = certificates;
    set_fact(&fold->connection->chain, fold->fact);
    return true;
}

static void list_key(Model *model, Certificate *certificate)
{
    const char *spki = fact_string(certificate->fact, "spki_sha256", NULL);
    GPtrArray *list = spki ? g_hash_table_lookup(model->by_spki, spki) : NULL;
    if (spki && !list) {
        list = g_ptr_array_new();
        g_hash_table_insert(model->by_spki, (char *)spki, list);
    }
    if (list)
        g_ptr_array_add(list, certificate);
}

static bool fold_certificate(Fold *fold)
{
    const char *sha256 = fact_string(fold->fact, "sha256", NULL);
    Certificate *certificate;
    g_autoptr(GPtrArray) awaited = NULL;

    if (!is_sha256(sha256))
        return false;
    certificate = certificate_get(fold->model, sha256);
    if (certificate->fact)
        return false;
    certificate_fill(certificate, fold->fact);
    list_key(fold->model, certificate);
    inventory_add(fold->model->inventory, certificate);
    awaited = g_steal_pointer(&certificate->awaited);
    for (guint i = 0; awaited && i < awaited->len; i++) {
        fold->touched = awaited->pdata[i];
        touch(fold->touched, NULL);
    }
    return true;
}

static bool fold_verdict(Fold *fold)
{
    return verdicts_fold(fold->model, fold->connection, fold->fact);
}

/* The last answer of each kind. */
static bool fold_dns(Fold *fold)
{
    static const char *const kinds[] = {"tlsa", "caa", "mx", "mta-sts", "tlsrpt", NULL};
    const char *kind = fact_string(fold->fact, "kind", "");
    if (!g_strv_contains(kinds, kind))
        return false;
    if (!fold->endpoint->dns)
        fold->endpoint->dns = json_object();
    json_object_set(fold->endpoint->dns, kind, fold->fact);
    return true;
}

static bool fold_policy(Fold *fold)
{
    json_decref(fold->endpoint->policy);
    fold->endpoint->policy = json_incref(fold->fact);
    return true;
}

static bool fold_dane(Fold *fold)
{
    json_decref(fold->connection->dane);
    fold->connection->dane = json_incref(fold->fact);
    return true;
}

static bool fold_revocation(Fold *fold)
{
    return standing_fold_revocation(fold->connection, fold->fact);
}

static bool fold_transparency(Fold *fold)
{
    return standing_fold_transparency(fold->connection, fold->fact);
}

static bool fold_error(Fold *fold)
{
    const char *id = fact_string(fold->fact, "connection", NULL);
    if (!code_member(fold->fact, "code"))
        return false;
    fold->endpoint = model_endpoint(fold->model, fact_string(fold->fact, "endpoint", ""));
    if (fold->endpoint && id)
        fold->connection = connection_get(fold, id);
    if (fold->connection)
        add_event(fold, EVENT_ERROR);
    else if (fold->model->errors->len < LIMIT_ERRORS)
        g_ptr_array_add(fold->model->errors, json_incref(fold->fact));
    return true;
}

static bool fold_done(Fold *fold)
{
    Endpoint *endpoint = fold->endpoint;
    const char *result = code_member(fold->fact, "result");
    const char *phase = code_member(fold->fact, "phase");
    json_t *args = json_object_get(fold->fact, "args");
    if (!result || endpoint->result)
        return false;
    endpoint->result = result;
    endpoint->reason = code_member(fold->fact, "reason");
    endpoint->args = json_is_object(args) ? json_incref(args) : NULL;
    endpoint->took = MAX(fact_number(fold->fact, "took", 0), 0);
    endpoint->asked = MAX(endpoint->asked, 1);
    if (phase)
        endpoint->state = phase;
    return true;
}

static Answers *answers_get(Endpoint *endpoint)
{
    if (!endpoint->answers)
        endpoint->answers = answers_new();
    return endpoint->answers;
}

static bool fold_dive(Fold *fold)
{
    return answers_fold_dive(answers_get(fold->endpoint), fold->fact, fold->at);
}

/* The connection that an answer names, where it is one of its endpoint's. */
static Connection *proof_of(const Fold *fold)
{
    const char *id = fact_string(fold->fact, "connection", NULL);
    Connection *proof = id ? g_hash_table_lookup(fold->model->by_connection, id) : NULL;
    return proof && proof->endpoint == fold->endpoint ? proof : NULL;
}

static bool fold_answer(Fold *fold)
{
    return answers_fold(answers_get(fold->endpoint), fold->fact, proof_of(fold));
}

static bool fold_try(Fold *fold)
{
    return answers_fold_try(answers_get(fold->endpoint), fold->fact, proof_of(fold));
}

static bool fold_file(Fold *fold)
{
    return files_fold_file(fold->model->files, fold->fact);
}

static bool fold_object(Fold *fold)
{
    return files_fold_object(fold->model->files, fold->fact);
}

static bool fold_directory(Fold *fold)
{
    return files_fold_directory(fold->model->files, fold->fact);
}

/* What a kind's folder needs to be found before it is called. */
typedef enum Needs { NEEDS_NOTHING, NEEDS_ENDPOINT, NEEDS_CONNECTION } Needs;

/* Kinds without a row are left out: a finding is computed anew, and an unknown kind is of a newer
 * version. */
static const struct {
    Needs needs;
    bool (*fold)(Fold *fold);
} folders[FACT_FINDING + 1] = {
    [FACT_STREAM] = {NEEDS_NOTHING, fold_stream},
    [FACT_ENDPOINT] = {NEEDS_NOTHING, fold_endpoint},
    [FACT_HOST] = {NEEDS_NOTHING, fold_host},
    [FACT_STATE] = {NEEDS_ENDPOINT, fold_state},
    [FACT_CONNECTION] = {NEEDS_CONNECTION, fold_connection},
    [FACT_DIALOGUE] = {NEEDS_CONNECTION, fold_dialogue},
    [FACT_MESSAGE] = {NEEDS_CONNECTION, fold_message},
    [FACT_ALERT] = {NEEDS_CONNECTION, fold_alert},
    [FACT_BYTES] = {NEEDS_NOTHING, fold_bytes},
    [FACT_NEGOTIATED] = {NEEDS_CONNECTION, fold_negotiated},
    [FACT_CHAIN] = {NEEDS_CONNECTION, fold_chain},
    [FACT_CERTIFICATE] = {NEEDS_NOTHING, fold_certificate},
    [FACT_FILE] = {NEEDS_NOTHING, fold_file},
    [FACT_OBJECT] = {NEEDS_NOTHING, fold_object},
    [FACT_DIRECTORY] = {NEEDS_NOTHING, fold_directory},
    [FACT_VERDICT] = {NEEDS_CONNECTION, fold_verdict},
    [FACT_DNS] = {NEEDS_ENDPOINT, fold_dns},
    [FACT_POLICY] = {NEEDS_ENDPOINT, fold_policy},
    [FACT_DANE] = {NEEDS_CONNECTION, fold_dane},
    [FACT_REVOCATION] = {NEEDS_CONNECTION, fold_revocation},
    [FACT_TRANSPARENCY] = {NEEDS_CONNECTION, fold_transparency},
    [FACT_DIVE] = {NEEDS_ENDPOINT, fold_dive},
    [FACT_ANSWER] = {NEEDS_ENDPOINT, fold_answer},
    [FACT_TRY] = {NEEDS_ENDPOINT, fold_try},
    [FACT_ERROR] = {NEEDS_NOTHING, fold_error},
    [FACT_DONE] = {NEEDS_ENDPOINT, fold_done},
};

/* Finds what the kind needs; false if the fact does not name it. */
static bool find_needed(Fold *fold, Needs needs)
{
    const char *id;
    if (needs == NEEDS_NOTHING)
        return true;
    fold->endpoint = model_endpoint(fold->model, fact_string(fold->fact, "endpoint", ""));
    if (!fold->endpoint)
        return false;
    if (needs == NEEDS_ENDPOINT)
        return true;
    id = fact_string(fold->fact, "connection", NULL);
    fold->connection = id ? connection_get(fold, id) : NULL;
    return fold->connection != NULL;
}

/* Counts an endpoint in (+1) or out (-1) of the model's figures. */
static void count(Model *model, const Endpoint *endpoint, guint by)
{
    if (endpoint->result)
        model->done += by;
    if (runs(endpoint))
        model->running += by;
    if (answers_is_diving(endpoint->answers))
        model->diving += by;
}

Endpoint *model_fold(Model *model, json_t *fact, gint64 place, size_t line)
{
    FactKind kind = fact_kind(fact);
    double at = fact_number(fact, "at", model->at);
    Fold fold = {.model = model, .fact = fact, .place = place, .line = line};
    const Endpoint *counted;
    bool changed;

    fold.at = at >= 0 && at < 1e10 ? at : model->at;
    if (!folders[kind].fold || !find_needed(&fold, folders[kind].needs))
        return NULL;
    counted = fold.endpoint;
    if (counted)
        count(model, counted, (guint)-1);
    changed = folders[kind].fold(&fold) || fold.created;
    if (counted)
        count(model, counted, 1);
    if (!changed)
        return NULL;
    model->version++;
    model->at = MAX(model->at, fold.at);
    if (fold.connection)
        choose_best(fold.connection);
    if (fold.endpoint)
        touch(fold.endpoint, fold.connection);
    return fold.endpoint ? fold.endpoint : fold.touched;
}

/* ---- reading -------------------------------------------------------------------------------- */

Endpoint *model_endpoint(const Model *model, const char *id)
{
    return g_hash_table_lookup(model->by_id, id);
}

const Certificate *model_certificate(const Model *model, const char *sha256)
{
    return g_hash_table_lookup(model->certificates, sha256);
}

const GPtrArray *model_certificates_of_key(const Model *model, const char *spki)
{
    return spki ? g_hash_table_lookup(model->by_spki, spki) : NULL;
}

const GArray *model_bytes(const Model *model, const char *sha256)
{
    return g_hash_table_lookup(model->bytes, sha256);
}

const Certificate *endpoint_leaf(const Endpoint *endpoint)
{
    const GPtrArray *chain = endpoint->best ? endpoint->best->certificates : NULL;
    return chain && chain->len ? chain->pdata[0] : NULL;
}

bool endpoint_takes_mail(const Endpoint *endpoint)
{
    return g_str_equal(fact_string(endpoint->fact, "protocol", ""), "smtp") &&
           endpoint->port != 465 && endpoint->port != 587;
}
