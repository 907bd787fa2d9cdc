/* ends: which day what stops working.
 *
 * A chain ends when the store that counts trusts it by no path any more (verdict: valid_until);
 * where no verdict tells, when the first certificate of its path ends, and where there is no path,
 * when its leaf does. So an intermediate that ends before the leaf takes the endpoint with it.
 */
#ifndef TLSDIVE_FRONT_MODEL_ENDS_H
#define TLSDIVE_FRONT_MODEL_ENDS_H

#include "front/model/inventory.h"

/* The end of what endpoints serve. */
typedef struct End {
    gint64 at;            /* seconds since 1970: the last that is good */
    char *sha256;         /* of the certificate that ends then */
    GPtrArray *endpoints; /* Endpoint *, not owned, that end with it, in order; never empty */
    char *identity;       /* that of the end */
} End;

/* When what an endpoint serves ends, and with which certificate (borrowed). False where it serves
 * none, or it does not end. */
bool endpoint_end(const Model *model, const Endpoint *endpoint, gint64 *at, const char **sha256);

/* All ends of the estate, End *, owned by the list, the first at first. Each endpoint is in one. */
GPtrArray *model_ends(const Model *model);

/* The name of the certificate of this hash: where the model does not have it (a root of the store)
 * its subject, as a path has it. To be freed; may hold anything. */
GString *model_certificate_name(const Model *model, const Endpoint *endpoint, const char *sha256);

/* The next instant (direction 1) or the one before (-1) at which a certificate begins or ends that
 * is served, or is in the path of what is, and the certificate (borrowed; NULL: the verdict alone
 * knows it). The first second after an end counts as that instant. False if there is none. */
bool model_next_change(const Model *model, gint64 from, int direction, gint64 *at,
                       const Certificate **certificate);

#endif
