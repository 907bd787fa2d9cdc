/* A certificate, its issuer, a CRL and a delta, each behind its length in three bytes: always a
 * fact that can be written. */
#include <stdlib.h>

#include "common/fact/fact.h"
#include "tests/fuzz/parts.h"
#include "worker/pki/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void free_crl(void *crl)
{
    crl_free(crl);
}

static Crl *list(Reader *reader)
{
    g_autoptr(GBytes) der = parts_next(reader);
    return crl_new(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    Node *leaf = parts_node(&reader), *issuer = parts_node(&reader);
    g_autoptr(Crl) crl = list(&reader);
    g_autoptr(GPtrArray) deltas = g_ptr_array_new_with_free_func(free_crl);
    g_ptr_array_add(deltas, list(&reader));
    RevocationQuery query = {.node = leaf, .issuer = issuer, .others = NULL, .time = 1795000000};
    g_autoptr(Revocation) revocation = crl_judge(&query, crl, deltas);
    g_autoptr(json_t) fact = revocation_fact(revocation, leaf->sha256, leaf->sha256);
    g_autofree char *line = fact_to_line(fact);
    bool unknown = revocation->status == REVOCATION_UNKNOWN;
    if (!line || (unknown && !revocation->reason))
        abort();
    node_free(leaf);
    node_free(issuer);
    return 0;
}
