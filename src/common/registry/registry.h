/* registry: the names of things, and what is known of them.
 *
 * Code points and object identifiers as IANA, the RFCs and the CA/Browser Forum name them. Nothing
 * here judges: strengths and versions are facts, whether they suffice is for src/front/audit. The
 * tables come from data/ by build-aux/tables.awk; everything returned is static. What no table
 * knows gives NULL.
 */
#ifndef TLSDIVE_COMMON_REGISTRY_REGISTRY_H
#define TLSDIVE_COMMON_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object identifier (data/oids.tsv). */
typedef struct Oid {
    const char *dotted; /* "2.5.29.17" */
    const char *kind;   /* rdn, key, signature, hash, curve, extension, eku, policy, qualifier,
                           access,   qc, ct, attribute or cms */
    const char *name;  /* what its RFC calls it: "subjectAltName"; of an rdn the short form, "CN" */
    const char *label; /* in plain words; of an rdn the attribute's full name, "commonName" */
} Oid;

const Oid *registry_oid(const char *dotted);

/* The name of an object identifier, or the dotted form itself. */
const char *registry_oid_name(const char *dotted);

#endif
