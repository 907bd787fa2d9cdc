/* catalogue: the well-known ports where TLS is spoken (data/ports.tsv).
 *
 * One row a port. It says how TLS begins there and inside which protocol, whether this version can
 * speak it, and how soon it is worth asking. Code, help and manual read the same rows.
 */
#ifndef TLSDIVE_COMMON_TARGET_CATALOGUE_H
#define TLSDIVE_COMMON_TARGET_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct CataloguePort {
    unsigned port;
    const char *transport; /* "tcp" */
    const char *service;   /* its name: a port and a URI's scheme may be written so */
    const char *aliases;   /* other names, separated by spaces; NULL: none */
    const char *entry;     /* how TLS begins: "tls" at once, "starttls" after a dialogue */
    const char *protocol;  /* of the dialogue, or inside TLS */
    bool built;            /* this version can speak it; else plain TLS is tried, and said */
    bool plain;            /* it is normal that the port answers in plain text */
    const char *alpn;      /* protocols to offer, separated by commas; NULL: none */
    unsigned weight;       /* smaller is asked sooner */
    const char *rfc;       /* where it is defined; NULL: nowhere */
    const char *title;     /* what it is, in English, to be translated */
    const char *note;      /* what is special, the same; NULL: nothing */
} CataloguePort;

/* All rows, by port; *count is set. Static. */
const CataloguePort *catalogue_all(size_t *count);

/* The row of a TCP port; NULL: not in the catalogue. */
const CataloguePort *catalogue_port(unsigned port);

/* The row of a service by its name or an alias, in any case; NULL: unknown. */
const CataloguePort *catalogue_service(const char *name);

#endif
