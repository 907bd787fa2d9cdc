/* A certificate, its issuer, an OCSP response and a request, each behind its length in three bytes:
 * always a fact that can be written. */
#include <stdlib.h>

#include "common/fact/fact.h"
#include "tests/fuzz/parts.h"
#include "worker/pki/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    Node *leaf = parts_node(&reader), *issuer = parts_node(&reader);
    g_autoptr(GBytes) response = parts_next(&reader);
    g_autoptr(GBytes) request = parts_next(&reader);
    RevocationQuery query = {
        .node = leaf, .issuer = issuer, .time = 1795000000, .request = request};
    g_autoptr(Revocation) revocation = ocsp_judge(&query, response);
    g_autoptr(json_t) fact = revocation_fact(revocation, leaf->sha256, leaf->sha256);
    g_autofree char *line = fact_to_line(fact);
    bool unknown = revocation->status == REVOCATION_UNKNOWN;
    if (!line || (unknown && !revocation->reason))
        abort();
    node_free(leaf);
    node_free(issuer);
    return 0;
}
