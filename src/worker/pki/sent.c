#include "worker/pki/sent.h"

#include <string.h>

static bool is_in(const Path *path, const Node *node)
{
    for (guint i = 0; i < path->count; i++)
        if (strcmp(path->steps[i].node->sha256, node->sha256) == 0)
            return true;
    return false;
}

static bool is_in_any(const GPtrArray *paths, const Node *node)
{
    for (guint i = 0; i < paths->len; i++)
        if (is_in(g_ptr_array_index(paths, i), node))
            return true;
    return false;
}

static bool came_before(const Chain *chain, guint index)
{
    for (guint i = 0; i < index; i++)
        if (g_ptr_array_index(chain->sent, i) == g_ptr_array_index(chain->sent, index))
            return true;
    return false;
}

/* The one before it, copies left out; the names alone are compared. */
static bool follows(const Chain *chain, guint index)
{
    const Node *node = g_ptr_array_index(chain->sent, index);
    guint before = index - 1;
    while (before && came_before(chain, before))
        before--;
    const Node *other = g_ptr_array_index(chain->sent, before);
    return g_bytes_equal(other->issuer, node->subject);
}

/* A self-issued one whose issuer has another key is an intermediate: a CA that changed its key. */
static bool is_root(const Node *node)
{
    return node_self_issued(node) && node_key_ids(node, node) >= 0;
}

static void add(GPtrArray *remarks, const char *code)
{
    g_ptr_array_add(remarks, (gpointer)g_intern_string(code));
}

GPtrArray *sent_remarks(const Chain *chain, guint index, const GPtrArray *paths, const Path *chosen)
{
    GPtrArray *remarks = g_ptr_array_new();
    const Node *node = g_ptr_array_index(chain->sent, index);
    if (index == 0)
        return remarks;
    if (came_before(chain, index)) {
        add(remarks, "sent-duplicate");
        return remarks;
    }
    bool root = is_root(node);
    if (root)
        add(remarks, "sent-root");
    if (!is_in_any(paths, node))
        add(remarks, root ? "sent-root-unused" : "sent-surplus");
    else if (!is_in(chosen, node))
        add(remarks, "sent-other-path");
    else if (!follows(chain, index))
        add(remarks, "sent-out-of-order");
    return remarks;
}

bool sent_lacks(const Path *path)
{
    for (guint i = 0; i + 1 < path->count; i++)
        if (path->steps[i].node->from != FROM_SENT || path->steps[i].stored)
            return true;
    return path->end == PATH_INCOMPLETE;
}
