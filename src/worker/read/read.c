#include "worker/read/read.h"

#include <string.h>

#include "common/fact/field.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/pki/pem.h"
#include "worker/pki/x509.h"
#include "worker/tls/explain.h"

/* A tree that was asked for: what it explains, and when it was used last. */
typedef struct Tree {
    const char *kind; /* static */
    char *sha256;
    Field *root;
    guint64 used;
} Tree;

struct Read {
    const Store *store;
    Tree trees[LIMIT_TREES];
    guint64 clock; /* counts uses */
};

/* One job while it is done. */
typedef struct Task {
    Read *read;
    const json_t *job;
    ReadReply reply;
    void *data;
} Task;

static void hand_back(const Task *task, json_t *fact)
{
    task->reply(task->data, fact);
    json_decref(fact);
}

static void refuse(const Task *task, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string("job-refused"));
    json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    hand_back(task, fact);
}

/* The bytes of a base64 text; NULL where it is no text or has no bytes. */
static GBytes *decode(const json_t *base64)
{
    const char *text = json_string_value(base64);
    gsize size = 0;
    if (!text || !*text)
        return NULL;
    guchar *bytes = g_base64_decode(text, &size);
    if (size)
        return g_bytes_new_take(bytes, size);
    g_free(bytes);
    return NULL;
}

/* ---- explain -------------------------------------------------------------------------------- */

static Field *explain_handshake(const uint8_t *bytes, size_t size)
{
    return tls_explain(bytes, size, false);
}

static Field *explain_handshake_tls13(const uint8_t *bytes, size_t size)
{
    return tls_explain(bytes, size, true);
}

static const struct {
    const char *kind;
    Field *(*explain)(const uint8_t *bytes, size_t size);
} explainers[] = {
    {"certificate", x509_explain},    {"datagram", tls_explain_datagram},
    {"handshake", explain_handshake}, {"handshake-tls13", explain_handshake_tls13},
    {"ssl2", tls_explain_ssl2},
};

static Tree *find_tree(Read *read, const char *kind, const char *sha256)
{
    for (guint i = 0; i < LIMIT_TREES; i++) {
        Tree *tree = &read->trees[i];
        if (tree->root && strcmp(tree->kind, kind) == 0 && strcmp(tree->sha256, sha256) == 0)
            return tree;
    }
    return NULL;
}

static void clear_tree(Tree *tree)
{
    g_clear_pointer(&tree->root, field_free);
    g_clear_pointer(&tree->sha256, g_free);
}

/* A new tree in the place of the one that was not used for longest. */
static Tree *make_tree(Read *read, size_t explainer, const char *sha256, GBytes *bytes)
{
    Tree *oldest = &read->trees[0];
    for (guint i = 1; i < LIMIT_TREES; i++)
        if (read->trees[i].used < oldest->used)
            oldest = &read->trees[i];
    clear_tree(oldest);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    oldest->kind = explainers[explainer].kind;
    oldest->sha256 = g_strdup(sha256);
    oldest->root = explainers[explainer].explain(data, size);
    return oldest;
}

static Tree *get_tree(const Task *task)
{
    const char *kind = fact_string(task->job, "kind", "");
    const char *sha256 = fact_string(task->job, "sha256", "");
    Tree *tree = find_tree(task->read, kind, sha256);
    if (tree)
        return tree;
    g_autoptr(GBytes) bytes = decode(json_object_get(task->job, "base64"));
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(explainers); i++)
        if (strcmp(explainers[i].kind, kind) == 0)
            return make_tree(task->read, i, sha256, bytes);
    return NULL;
}

static Field *field_of_path(Field *root, const json_t *path)
{
    guint indices[LIMIT_DER_DEPTH * 2], depth = 0;
    size_t i;
    json_t *index;
    json_array_foreach(path, i, index)
    {
        json_int_t number = json_integer_value(index);
        if (depth == G_N_ELEMENTS(indices) || number < 0 || number > LIMIT_FIELDS)
            return NULL;
        indices[depth++] = (guint)number;
    }
    return field_at(root, indices, depth);
}

/* Values may be long: as many fields go into an answer as fit into a line. */
static json_t *fields_that_fit(const Task *task, const Field *field, guint from)
{
    for (guint budget = LIMIT_FIELDS_REPLY;; budget /= 2) {
        json_t *fact =
            json_pack("{s:s, s:s, s:O?, s:i, s:o}", "fact", "fields", "id",
                      fact_string(task->job, "id", ""), "path", json_object_get(task->job, "path"),
                      "from", (int)from, "field", field_to_json(field, from, budget));
        g_autofree char *line = fact_to_line(fact);
        if (line || budget == 0)
            return fact;
        json_decref(fact);
    }
}

static void do_explain(const Task *task)
{
    Tree *tree = get_tree(task);
    if (!tree) {
        refuse(task, "explain: neither known nor sent, or of an unknown kind");
        return;
    }
    tree->used = ++task->read->clock;
    Field *field = field_of_path(tree->root, json_object_get(task->job, "path"));
    json_int_t from = fact_integer(task->job, "from", 0);
    if (field && from >= 0 && from <= LIMIT_FIELDS)
        hand_back(task, fields_that_fit(task, field, (guint)from));
    else
        refuse(task, "explain: no such field");
}

/* ---- verify --------------------------------------------------------------------------------- */

static GPtrArray *decode_all(const json_t *list)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t i;
    json_t *base64;
    json_array_foreach(list, i, base64)
    {
        GBytes *bytes = decode(base64);
        g_ptr_array_add(all, bytes ? bytes : g_bytes_new(NULL, 0));
    }
    return all;
}

static void copy_member(json_t *to, const json_t *from, const char *member)
{
    json_t *value = json_object_get(from, member);
    if (value)
        json_object_set(to, member, value);
}

static void do_verify(const Task *task)
{
    const json_t *certificates = json_object_get(task->job, "certificates");
    const json_t *time = json_object_get(task->job, "time");
    if (!json_is_array(certificates) || !json_is_number(time)) {
        refuse(task, "verify: certificates and time are needed");
        return;
    }
    g_autoptr(GPtrArray) ders = decode_all(certificates);
    json_t *verdict = verify_chain(task->read->store, ders, fact_string(task->job, "name", NULL),
                                   (gint64)json_number_value(time));
    copy_member(verdict, task->job, "endpoint");
    copy_member(verdict, task->job, "connection");
    hand_back(task, verdict);
}

/* ---- inspect -------------------------------------------------------------------------------- */

/* Each certificate once, its bytes and then its fact. The list of them all, in the file's order. */
static json_t *send_certificates(const Task *task, const GPtrArray *certificates)
{
    json_t *list = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < certificates->len; i++) {
        GBytes *der = g_ptr_array_index(certificates, i);
        gsize size;
        const uint8_t *data = g_bytes_get_data(der, &size);
        char *sha256 = bytes_sha256(data, size);
        json_array_append_new(list, json_string(sha256));
        if (!g_hash_table_contains(seen, sha256)) {
            g_autoptr(GPtrArray) parts = fact_bytes(sha256, data, size);
            for (guint part = 0; part < parts->len; part++)
                task->reply(task->data, g_ptr_array_index(parts, part));
            hand_back(task, x509_fact(data, size));
        }
        g_hash_table_add(seen, sha256);
    }
    return list;
}

static json_t *labels(const Pem *pem)
{
    json_t *list = json_array();
    for (guint i = 0; i < pem->others->len; i++) {
        const char *label = g_ptr_array_index(pem->others, i);
        json_array_append_new(list, fact_text(label, MIN(strlen(label), (size_t)LIMIT_VALUE)));
    }
    return list;
}

static void send_file(const Task *task, const Pem *pem)
{
    json_t *certificates = send_certificates(task, pem->certificates);
    json_t *chain = fact_new(FACT_CHAIN);
    copy_member(chain, task->job, "endpoint");
    copy_member(chain, task->job, "connection");
    json_object_set_new(chain, "certificates", certificates);
    json_object_set_new(chain, "form", json_string(pem->der ? "der" : "pem"));
    if (pem->others->len)
        json_object_set_new(chain, "others", labels(pem));
    if (pem->broken)
        json_object_set_new(chain, "broken", json_integer(pem->broken));
    if (pem->cut)
        json_object_set_new(chain, "cut", json_integer(pem->cut));
    if (json_object_get(task->job, "endpoint"))
        task->reply(task->data, chain);
    json_decref(chain);
}

static void send_no_certificate(const Task *task, const Pem *pem)
{
    json_t *fact = fact_new(FACT_ERROR);
    copy_member(fact, task->job, "endpoint");
    json_object_set_new(fact, "code", json_string("no-certificate"));
    json_t *args = json_pack("{s:s}", "file", fact_string(task->job, "file", ""));
    json_object_set_new(args, "others", labels(pem));
    json_object_set_new(args, "broken", json_integer(pem->broken));
    json_object_set_new(fact, "args", args);
    hand_back(task, fact);
}

static void do_inspect(const Task *task)
{
    g_autoptr(GBytes) bytes = decode(json_object_get(task->job, "base64"));
    gsize size = 0;
    const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    Pem pem = pem_read(data, size);
    if (pem.certificates->len)
        send_file(task, &pem);
    else
        send_no_certificate(task, &pem);
    pem_clear(&pem);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static const struct {
    const char *job;
    void (*act)(const Task *task);
} jobs[] = {
    {"explain", do_explain},
    {"verify", do_verify},
    {"inspect", do_inspect},
};

void read_job(Read *read, const json_t *job, ReadReply reply, void *data)
{
    Task task = {.read = read, .job = job, .reply = reply, .data = data};
    const char *name = fact_string(job, "job", "");
    size_t i = 0;
    while (i < G_N_ELEMENTS(jobs) && strcmp(jobs[i].job, name) != 0)
        i++;
    if (i < G_N_ELEMENTS(jobs))
        jobs[i].act(&task);
    else
        refuse(&task, "an unknown job");
    hand_back(&task, json_pack("{s:s, s:s}", "fact", "answered", "id", fact_string(job, "id", "")));
}

Read *read_new(const Store *store)
{
    Read *read = g_new0(Read, 1);
    read->store = store;
    return read;
}

void read_free(Read *read)
{
    if (!read)
        return;
    for (guint i = 0; i < LIMIT_TREES; i++)
        clear_tree(&read->trees[i]);
    g_free(read);
}
