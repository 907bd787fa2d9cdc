/* node: a certificate in a chain or store, with what path building asks of it again and again.
 * Pure.
 *
 * For paths.c, judge.c and the stores. Signatures are verified by GnuTLS from the key's and the
 * signed bytes alone, so a certificate that it refuses to import can still issue and be issued.
 */
#ifndef TLSDIVE_WORKER_PKI_NODE_H
#define TLSDIVE_WORKER_PKI_NODE_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "worker/pki/cert.h"
#include "worker/pki/key.h"

/* Where a certificate that was not in the store came from. */
typedef enum Origin {
    FROM_SENT,    /* the server sent it */
    FROM_SESSION, /* another endpoint of the session sent it */
    FROM_EXTRA,   /* fetched or given beside the chain */
} Origin;

typedef struct Node {
    Cert *cert;
    char *sha256;
    GBytes *subject, *issuer; /* as name_canonical writes them */
    Origin from;              /* of no meaning in a store */
    gint64 distrust_after;    /* in a store: it does not trust what this root has issued later, in
                                 seconds since 1970; 0: it does */
    bool loaded;              /* node_load was called; what follows is empty before */
    bool readable;            /* what a path needs of it reads */
    Key key;
    Signature signature;
    gnutls_pubkey_t public_key; /* NULL: GnuTLS cannot read the key */
    gnutls_x509_crt_t imported; /* NULL: GnuTLS refuses the certificate */
} Node;

typedef enum SignatureAnswer {
    SIGNATURE_GOOD,
    SIGNATURE_WRONG,
    SIGNATURE_UNKNOWN, /* an algorithm or a key that GnuTLS cannot do */
} SignatureAnswer;

/* Reads the names of a certificate only, so that a store of many is made quickly. */
Node *node_new(GBytes *der);

/* Reads keys and all else that path building and judging need; once. */
void node_load(Node *node);

void node_free(Node *node);

/* Does the issuer's key verify the signature on the certificate? The names are not looked at. */
SignatureAnswer node_verify(const Node *node, const Node *issuer);

/* Does the node's key verify the signature `octets` on these bytes, made as `signature` says? Where
 * RSASSA-PSS does not verify, its salt may be of another length than GnuTLS takes: not known. */
SignatureAnswer node_verify_bytes(const Node *node, const Signature *signature, GBytes *bytes,
                                  Reader octets);

/* True where the issuer's name is the certificate's own, up to RFC 5280 section 7.1. */
bool node_self_issued(const Node *node);

/* The certificate's authorityKeyIdentifier is the issuer's subjectKeyIdentifier: 1; it is another:
 * -1; one of them is absent: 0. */
int node_key_ids(const Node *node, const Node *issuer);

#endif
