/* revocation: what an OCSP response or a CRL says about a certificate, and how far that can be
 * believed. Pure.
 *
 * ocsp.h and crl.h fill it. A fault (a reason of data/reasons.tsv) is kept by its code; one that
 * leaves the status unknown is a doubt. A doubt about who speaks, or about what, leaves nothing.
 * One about the time, or about how much is covered, takes "good" away and leaves a revocation,
 * which does not lapse, but for a certificate on hold.
 */
#ifndef TLSDIVE_WORKER_PKI_REVOCATION_H
#define TLSDIVE_WORKER_PKI_REVOCATION_H

#include "common/fact/fact.h"
#include "worker/pki/node.h"

typedef enum RevocationStatus {
    REVOCATION_UNKNOWN,
    REVOCATION_GOOD,
    REVOCATION_REVOKED,
} RevocationStatus;

/* What is asked. All is borrowed. */
typedef struct RevocationQuery {
    const Node *node;        /* the certificate that it is about; loaded, as all nodes here */
    const Node *issuer;      /* who signed it; NULL: not found */
    const GPtrArray *others; /* Node: what else a signer may be found in */
    const GPtrArray *stores; /* Store: what is trusted, likewise */
    gint64 time;             /* seconds since 1970 */
    GBytes *request;         /* the OCSP request that was sent; NULL: none, or not known */
} RevocationQuery;

#define REVOCATION_NO_TIME G_MININT64 /* of the times below: there is none */

typedef struct Revocation {
    RevocationStatus status;
    const char *reason; /* the first doubt, static; NULL: none */
    gint64 this_update, next_update, produced_at, revoked_at; /* seconds since 1970 */
    int crl_reason;    /* CRLReason (RFC 5280 section 5.3.1); -1: none given */
    GString *signer;   /* who signed, as RFC 4514 writes it; NULL: nobody that is known */
    bool delegated;    /* the signer is not the issuer */
    GPtrArray *faults; /* static codes */
    bool nobody;       /* a doubt about who speaks or about what: nothing of it counts */
    bool no_good;      /* a doubt that takes "good" away */
    GBytes *scts;      /* OCSP: the SignedCertificateTimestampList in it; NULL: none */
} Revocation;

Revocation *revocation_new(void);
void revocation_free(Revocation *revocation);

/* A fault that is to be known and decides nothing; a doubt that leaves nothing; a doubt that takes
 * "good" away. The code is static. */
void revocation_fault(Revocation *revocation, const char *code);
void revocation_doubt(Revocation *revocation, const char *code);
void revocation_doubt_good(Revocation *revocation, const char *code);

/* thisUpdate, nextUpdate and the faults of their times at `time`, LIMIT_SKEW seconds allowed.
 * `kind` is "ocsp" or "crl". */
void revocation_times(Revocation *revocation, const char *kind, gint64 time);

/* Sets the signer, and the faults of how it signed (a broken hash). `kind` as above. */
void revocation_signed_by(Revocation *revocation, const char *kind, const Node *signer,
                          const Signature *signature);

/* What came of `status`, as the doubts leave it. */
void revocation_settle(Revocation *revocation);

/* The `revocation` fact, without endpoint, connection, from and url. `sha256` is the response's, or
 * NULL. A new reference. */
json_t *revocation_fact(const Revocation *revocation, const char *certificate, const char *sha256);

/* The certificates (Node *, not owned) of the stores with that subject (canonical). To be
 * unreferenced. */
GPtrArray *revocation_roots(const RevocationQuery *query, GBytes *subject);

/* The time in an element, whose type is its own or (IMPLICIT) GeneralizedTime; REVOCATION_NO_TIME
 * where there is none that reads. */
gint64 revocation_time(const Der *element);

/* A CRLReason from an ENUMERATED; -1 where it does not read. */
int revocation_crl_reason(const Der *element);

/* The first extension that is critical and is none of the OIDs (NULL ends them); NULL: none. */
const CertExtension *revocation_unknown_critical(const GArray *extensions, const char *const *oids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Revocation, revocation_free)

#endif
