/* distrust: which browsers do not trust what a root has issued, whatever a store says. Pure.
 *
 * By data/distrust.tsv. Chrome goes by the earliest signed certificate timestamp (rule sct-after);
 * those in the certificate are taken as they stand, their signatures are transparency.h's. Where
 * there are none, notBefore stands for them: a certificate is logged when it is issued.
 */
#ifndef TLSDIVE_WORKER_PKI_DISTRUST_H
#define TLSDIVE_WORKER_PKI_DISTRUST_H

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "worker/pki/cert.h"

/* What is asked: the rows that count, a root, and a certificate that it has issued, by others or
 * itself. */
typedef struct Distrusted {
    const Distrust *rows;
    size_t count;
    const char *root; /* SHA-256 of its certificate in hexadecimal */
    const Cert *leaf;
    gint64 time; /* when it is judged; seconds since 1970 */
} Distrusted;

/* True where a row of that root applies to the leaf. */
bool distrust_applies(const Distrusted *asked);

/* Each row of that root: [{who, rule, date, applies}], in the rows' order. A new reference. */
json_t *distrust_list(const Distrusted *asked);

#endif
