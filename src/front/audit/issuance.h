/* issuance: what is known of how a leaf was issued: by Let's Encrypt, of which profile, with which
 * of the chains that were offered, when it should be renewed; and what a renewal changed. Pure.
 *
 * Let's Encrypt's CAs and chains are tables (registry.h). A leaf is its own where the certificate
 * that was sent above it is one of those, byte for byte, or where the chain is trusted and the
 * issuer's name is one of theirs.
 */
#ifndef TLSDIVE_FRONT_AUDIT_ISSUANCE_H
#define TLSDIVE_FRONT_AUDIT_ISSUANCE_H

#include "common/registry/registry.h"
#include "front/model/model.h"

typedef struct Issuance {
    const LeCa *ca;      /* that issued it */
    const char *profile; /* classic, tlsclient, tlsserver or shortlived; static */
    char *chain;   /* as sent, in the form of LeCa.chains; NULL: none was, or not by its rules */
    int offered;   /* which of ca->chains that is, from 0: the default; -1: none of them */
    char **others; /* those of ca->chains that it is not; NULL-ended, may be empty */
    gint64 renew;  /* from when on it should be renewed, seconds since 1970 */
} Issuance;

/* How the leaf of a connection was issued; false where that was not by Let's Encrypt, or its dates
 * do not read. Clear with issuance_clear. */
bool issuance_read(const Connection *connection, Issuance *issuance);

void issuance_clear(Issuance *issuance);

/* What differs between two chains of one endpoint, the leaves of which differ. */
typedef struct Renewal {
    bool key;                          /* the leaf's key is another */
    bool issuer;                       /* the leaf's issuer is another */
    bool chain;                        /* what is sent above the leaf is something else */
    guint added, gone;                 /* names of subjectAltName */
    const Certificate *before, *after; /* the leaves */
} Renewal;

/* Compares the chain that counts with that of an earlier round of the endpoint; false where there
 * is none, or the leaf is the same. */
bool renewal_read(const Endpoint *endpoint, Renewal *renewal);

#endif
