#include "worker/read/task.h"

#include <string.h>

#include "worker/pki/object.h"
#include "worker/tls/explain.h"

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
    {"datagram", tls_explain_datagram},
    {"handshake", explain_handshake},
    {"handshake-tls13", explain_handshake_tls13},
    {"ssl2", tls_explain_ssl2},
};

/* The kind's name, static, and its tree; NULL where there is no such kind. */
static const char *explain(const char *kind, const uint8_t *data, size_t size, Field **root)
{
    const ObjectKind *object = object_kind(kind);
    if (object) {
        *root = object_explain(object, data, size);
        return object_kind_name(object);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(explainers); i++)
        if (strcmp(explainers[i].kind, kind) == 0) {
            *root = explainers[i].explain(data, size);
            return explainers[i].kind;
        }
    return NULL;
}

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

/* A new tree in the place of the one that was not used for longest; NULL: no such kind. */
static Tree *make_tree(Read *read, const char *kind, const char *sha256, GBytes *bytes)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    Field *root;
    kind = explain(kind, data, size, &root);
    if (!kind)
        return NULL;
    Tree *oldest = &read->trees[0];
    for (guint i = 1; i < LIMIT_TREES; i++)
        if (read->trees[i].used < oldest->used)
            oldest = &read->trees[i];
    clear_tree(oldest);
    oldest->kind = kind;
    oldest->sha256 = g_strdup(sha256);
    oldest->root = root;
    return oldest;
}

static Tree *get_tree(const Task *task)
{
    const char *kind = fact_string(task->job, "kind", "");
    const char *sha256 = fact_string(task->job, "sha256", "");
    Tree *tree = find_tree(task->read, kind, sha256);
    if (tree)
        return tree;
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(task->job, "base64"));
    return bytes ? make_tree(task->read, kind, sha256, bytes) : NULL;
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

void explain_job(const Task *task)
{
    Tree *tree = get_tree(task);
    if (!tree) {
        task_refuse(task, "explain: neither known nor sent, or of an unknown kind");
        return;
    }
    tree->used = ++task->read->clock;
    Field *field = field_of_path(tree->root, json_object_get(task->job, "path"));
    json_int_t from = fact_integer(task->job, "from", 0);
    if (field && from >= 0 && from <= LIMIT_FIELDS)
        task_answer(task, fields_that_fit(task, field, (guint)from));
    else
        task_refuse(task, "explain: no such field");
}

void explain_forget(Read *read)
{
    for (guint i = 0; i < LIMIT_TREES; i++)
        clear_tree(&read->trees[i]);
}
