/* forge: certificates for the demo's servers, good and bad, made when it starts.
 *
 * A root signs an intermediate, which signs the servers' certificates. Dates are relative to now.
 */
#ifndef TLSDIVE_APP_DEMO_FORGE_H
#define TLSDIVE_APP_DEMO_FORGE_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

typedef enum ForgeIssuer {
    FORGE_INTERMEDIATE, /* and the intermediate is sent with it */
    FORGE_INCOMPLETE,   /* the intermediate signed it, and is not sent */
    FORGE_ITSELF,       /* self-signed */
} ForgeIssuer;

typedef struct ForgeOrder {
    const char *name; /* common name and only SAN */
    ForgeIssuer issuer;
    int from_days, to_days; /* validity, in days from now */
    bool weak;              /* RSA of 1024 bits, signed with SHA-1; else ECDSA P-256 */
} ForgeOrder;

typedef struct Forge Forge;

/* A root and an intermediate. */
Forge *forge_new(void);

/* Writes the root as PEM into this file; false and errno if it cannot. */
bool forge_write_root(const Forge *forge, const char *path);

/* A server's credentials, its owner's to free. */
gnutls_certificate_credentials_t forge_make(Forge *forge, const ForgeOrder *order);

void forge_free(Forge *forge);

#endif
