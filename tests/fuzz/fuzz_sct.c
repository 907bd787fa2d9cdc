/* A certificate, its issuer and a list of timestamps, each behind its length in three bytes: always
 * a fact that can be written. */
#include <stdlib.h>

#include "common/fact/fact.h"
#include "tests/fuzz/parts.h"
#include "worker/pki/transparency.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    Node *leaf = parts_node(&reader), *issuer = parts_node(&reader);
    g_autoptr(GBytes) list = parts_next(&reader);
    TransparencyQuery query = {
        .leaf = leaf, .issuer = issuer, .time = 1795000000, .tls = list, .ocsp = list};
    g_autoptr(json_t) fact = transparency_judge(&query);
    g_autofree char *line = fact_to_line(fact);
    if (!line)
        abort();
    node_free(leaf);
    node_free(issuer);
    return 0;
}
