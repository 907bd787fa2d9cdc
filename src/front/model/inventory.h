/* inventory: the estate's certificates, and where each is served.
 *
 * One entry a distinct certificate, by its SHA-256: those of every chain that came (of handshakes
 * and of a dive's questions), in files that were opened, or found otherwise. Entries are the
 * model's Certificates; what is kept here are their places, and which share a key or an issuer.
 * Each fact takes the same time whatever is known already.
 */
#ifndef TLSDIVE_FRONT_MODEL_INVENTORY_H
#define TLSDIVE_FRONT_MODEL_INVENTORY_H

#include "front/model/model.h"

/* One endpoint at one address that sent a certificate. */
typedef struct Serving {
    const Endpoint *endpoint;
    const Connection *connection; /* the last that brought it */
    guint position;               /* in that chain as sent, from 0: the leaf's */
} Serving;

/* Certificates that have something in common. */
typedef struct Kin {
    char *name;              /* what it is: a key's hash, an issuer; may hold anything */
    GPtrArray *certificates; /* Certificate *, not owned, in order of arrival */
} Kin;

struct Inventory {
    GPtrArray *certificates; /* Certificate *, not owned, in order of arrival */
    GPtrArray *keys;         /* Kin *: certificates of one SubjectPublicKeyInfo */
    GPtrArray *issuers;      /* Kin *: certificates of one issuer's name */
    GHashTable *key_of;      /* spki_sha256 -> Kin */
    GHashTable *issuer_of;   /* issuer -> Kin */
    GHashTable *places;      /* a Serving by its certificate, endpoint and address */
    GHashTable *known;       /* Certificate: those in `certificates` */
    guint version;           /* changes with each change of any of it */
};

/* For model.c alone: a connection brought a certificate; a certificate's fact came. */
Inventory *inventory_new(void);
void inventory_free(Inventory *inventory);
void inventory_serve(Inventory *inventory, Certificate *certificate, const Connection *connection,
                     guint position);
void inventory_add(Inventory *inventory, Certificate *certificate);

/* False where the endpoint was asked again since, and sent other certificates there. */
bool serving_is_now(const Serving *place);

/* Endpoints that serve it now, each once however many addresses it has; Endpoint *, in order. Free
 * with g_ptr_array_unref. */
GPtrArray *certificate_endpoints(const Certificate *certificate);

/* The certificates of the same key, of the same issuer; NULL where that is not known. */
const Kin *inventory_key(const Inventory *inventory, const Certificate *certificate);
const Kin *inventory_issuer(const Inventory *inventory, const Certificate *certificate);

#endif
