/* sent: how the certificates that a server sent fit the path that was built of them. Pure. */
#ifndef TLSDIVE_WORKER_PKI_SENT_H
#define TLSDIVE_WORKER_PKI_SENT_H

#include "worker/pki/paths.h"

/* What is to be known of the certificate at `index` of the chain as sent; interned codes (sent-* of
 * data/reasons.tsv), to be freed with g_ptr_array_unref. `paths` are all that were found, `chosen`
 * is one of them. Each certificate should certify the one before it (RFC 8446 section 4.4.2, RFC
 * 5246 section 7.4.2). */
GPtrArray *sent_remarks(const Chain *chain, guint index, const GPtrArray *paths,
                        const Path *chosen);

/* True where the path needs a certificate, beside its end, that was not sent. */
bool sent_lacks(const Path *path);

#endif
