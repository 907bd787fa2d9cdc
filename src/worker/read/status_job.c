/* What is known about the standing of a chain's certificates: OCSP responses that were stapled or
 * fetched, and CRLs. */
#include <string.h>

#include "worker/pki/crl.h"
#include "worker/pki/ocsp.h"
#include "worker/pki/transparency.h"
#include "worker/read/task.h"

typedef struct Status {
    const Task *task;
    const Chain *chain;
    gint64 time;
    guint left;   /* responses that may still be judged */
    GBytes *scts; /* that came with a stapled response about the leaf; NULL: none */
} Status;

static void free_crl(void *crl)
{
    crl_free(crl);
}

/* A node signed it whose name is its issuer's. */
static bool is_issuer(const Node *node, const Node *issuer)
{
    return g_bytes_equal(node->issuer, issuer->subject) &&
           node_verify(node, issuer) == SIGNATURE_GOOD;
}

static const Node *find_among(const Node *node, const GPtrArray *nodes)
{
    for (guint i = 0; i < nodes->len; i++)
        if (is_issuer(node, g_ptr_array_index(nodes, i)))
            return g_ptr_array_index(nodes, i);
    return NULL;
}

static RevocationQuery ask(const Status *status, const Node *node)
{
    RevocationQuery query = {.node = node,
                             .issuer = find_among(node, status->chain->nodes),
                             .others = status->chain->nodes,
                             .stores = status->task->read->stores,
                             .time = status->time};
    if (query.issuer)
        return query;
    g_autoptr(GPtrArray) roots = revocation_roots(&query, node->issuer);
    query.issuer = find_among(node, roots);
    return query;
}

/* Answers with a fact about a certificate, of a response that may be NULL. */
static void tell(Status *status, const RevocationQuery *query, const Revocation *revocation,
                 const json_t *members)
{
    json_t *fact = revocation_fact(revocation, query->node->sha256, NULL);
    json_object_update(fact, (json_t *)members);
    task_copy(fact, status->task->job, "endpoint");
    task_copy(fact, status->task->job, "connection");
    task_copy(fact, status->task->job, "asked");
    task_answer(status->task, fact);
}

static json_t *origin(const char *from, const char *url, GBytes *bytes)
{
    json_t *members = json_pack("{s:s}", "from", from);
    if (url)
        json_object_set_new(members, "url", json_string(url));
    if (bytes) {
        g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
        json_object_set_new(members, "sha256", json_string(sha256));
    }
    return members;
}

/* ---- staples ---- */

/* *scts (may be NULL) is set to the timestamps in the response, if there are any and it is not set
 * yet. */
static void judge_ocsp(Status *status, const RevocationQuery *query, GBytes *response,
                       const json_t *members, GBytes **scts)
{
    g_autoptr(Revocation) revocation = ocsp_judge(query, response);
    tell(status, query, revocation, members);
    if (scts && !*scts)
        *scts = g_steal_pointer(&revocation->scts);
}

static void judge_staple(Status *status, guint index, const json_t *base64)
{
    RevocationQuery query = ask(status, g_ptr_array_index(status->chain->sent, index));
    g_autoptr(GBytes) response = task_bytes(base64);
    g_autoptr(json_t) members = origin("staple", NULL, response);
    if (response) {
        judge_ocsp(status, &query, response, members, index == 0 ? &status->scts : NULL);
    } else if (index == 0 && cert_must_staple(query.node->cert)) {
        g_autoptr(Revocation) none = revocation_new();
        revocation_doubt(none, "staple-missing");
        tell(status, &query, none, members);
    }
}

/* ---- what was fetched ---- */

static const Node *find_node(const Status *status, const char *sha256)
{
    for (guint i = 0; i < status->chain->nodes->len; i++) {
        const Node *node = g_ptr_array_index(status->chain->nodes, i);
        if (strcmp(node->sha256, sha256) == 0)
            return node;
    }
    return NULL;
}

static void judge_fetched_ocsp(Status *status, const json_t *response)
{
    const Node *node = find_node(status, fact_string(response, "certificate", ""));
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(response, "base64"));
    if (!node || !bytes)
        return;
    RevocationQuery query = ask(status, node);
    g_autoptr(GBytes) request = task_bytes(json_object_get(response, "request"));
    g_autoptr(json_t) members = origin("ocsp", fact_string(response, "url", NULL), bytes);
    query.request = request;
    judge_ocsp(status, &query, bytes, members, NULL);
}

/* The deltas, or the complete lists, (Crl *, owned) among the responses about a certificate. */
static GPtrArray *read_lists(const json_t *responses, const char *certificate, bool deltas)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func(free_crl);
    size_t i;
    const json_t *response;
    json_array_foreach(responses, i, response)
    {
        if (strcmp(fact_string(response, "kind", ""), "crl") != 0 ||
            strcmp(fact_string(response, "certificate", ""), certificate) != 0)
            continue;
        g_autoptr(GBytes) bytes = task_bytes(json_object_get(response, "base64"));
        Crl *crl = bytes && lists->len < LIMIT_RESPONSES ? crl_new(bytes) : NULL;
        if (crl && crl_is_delta(crl) == deltas)
            g_ptr_array_add(lists, crl);
        else
            crl_free(crl);
    }
    return lists;
}

/* A delta is judged with the list that it belongs to; by itself only where there is none. */
static void judge_crl(Status *status, const json_t *responses, const json_t *response)
{
    const char *certificate = fact_string(response, "certificate", "");
    const Node *node = find_node(status, certificate);
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(response, "base64"));
    if (!node || !bytes)
        return;
    g_autoptr(Crl) crl = crl_new(bytes);
    bool delta = crl_is_delta(crl);
    g_autoptr(GPtrArray) others = read_lists(responses, certificate, !delta);
    if (delta && others->len)
        return;
    RevocationQuery query = ask(status, node);
    g_autoptr(json_t) members = origin("crl", fact_string(response, "url", NULL), bytes);
    g_autoptr(Revocation) revocation = crl_judge(&query, crl, delta ? NULL : others);
    tell(status, &query, revocation, members);
}

static void judge_responses(Status *status)
{
    const json_t *responses = json_object_get(status->task->job, "responses"), *response;
    size_t i;
    json_array_foreach(responses, i, response)
    {
        const char *kind = fact_string(response, "kind", "");
        if (status->left == 0)
            return;
        status->left--;
        if (strcmp(kind, "ocsp") == 0)
            judge_fetched_ocsp(status, response);
        else if (strcmp(kind, "crl") == 0)
            judge_crl(status, responses, response);
    }
}

static void judge_transparency(const Status *status)
{
    RevocationQuery leaf = ask(status, g_ptr_array_index(status->chain->sent, 0));
    g_autoptr(GBytes) tls = task_bytes(json_object_get(status->task->job, "sct_list"));
    TransparencyQuery query = {.leaf = leaf.node,
                               .issuer = leaf.issuer,
                               .time = status->time,
                               .tls = tls,
                               .ocsp = status->scts};
    json_t *fact = transparency_judge(&query);
    task_copy(fact, status->task->job, "endpoint");
    task_copy(fact, status->task->job, "connection");
    task_copy(fact, status->task->job, "asked");
    task_answer(status->task, fact);
}

void status_answer(const Task *task, const Chain *chain)
{
    Status status = {.task = task, .chain = chain, .left = LIMIT_RESPONSES};
    const json_t *staples = json_object_get(task->job, "staples");
    status.time = (gint64)json_number_value(json_object_get(task->job, "time"));
    for (guint i = 0; i < chain->nodes->len; i++)
        node_load(g_ptr_array_index(chain->nodes, i));
    for (guint i = 0; i < chain->sent->len; i++)
        judge_staple(&status, i, json_array_get(staples, i));
    judge_responses(&status);
    if (chain->sent->len)
        judge_transparency(&status);
    g_clear_pointer(&status.scts, g_bytes_unref);
}
