/* parts: an input cut into parts, each behind its length in three bytes. For fuzz targets. */
#ifndef TLSDIVE_TESTS_FUZZ_PARTS_H
#define TLSDIVE_TESTS_FUZZ_PARTS_H

#include "common/util/bytes.h"
#include "worker/pki/node.h"

/* The next part; empty where there is none. */
static inline GBytes *parts_next(Reader *reader)
{
    Reader bytes = reader_vector(reader, 3);
    return bytes.failed ? g_bytes_new(NULL, 0) : g_bytes_new(bytes.data, bytes.size);
}

/* The next part as a certificate, loaded. */
static inline Node *parts_node(Reader *reader)
{
    g_autoptr(GBytes) der = parts_next(reader);
    Node *node = node_new(der);
    node_load(node);
    return node;
}

#endif
