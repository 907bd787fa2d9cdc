/* transparency: the timestamps that come with a certificate, verified, and whether they satisfy
 * Chrome's and Apple's policy. Pure.
 */
#ifndef TLSDIVE_WORKER_PKI_TRANSPARENCY_H
#define TLSDIVE_WORKER_PKI_TRANSPARENCY_H

#include "common/registry/registry.h"
#include "worker/pki/node.h"

/* What is asked. All is borrowed. */
typedef struct TransparencyQuery {
    const Node *leaf;
    const Node *issuer; /* NULL: not at hand, so embedded timestamps cannot be verified */
    gint64 time;        /* seconds since 1970 */
    GBytes *tls, *ocsp; /* SignedCertificateTimestampLists of the TLS extension and of a stapled
                           OCSP response; NULL: none */
    const CtLog *logs;  /* the logs that are known; NULL: those of the registry */
    size_t logs_count;
} TransparencyQuery;

/* The `transparency` fact, without endpoint and connection. A new reference. */
json_t *transparency_judge(const TransparencyQuery *query);

#endif
