/* key: what kind of key a SubjectPublicKeyInfo holds, how large, and how signatures are named.
 * Pure. */
#ifndef TLSDIVE_WORKER_PKI_KEY_H
#define TLSDIVE_WORKER_PKI_KEY_H

#include <glib.h>
#include <gnutls/abstract.h>

#include "worker/pki/der.h"

typedef struct Key {
    char *type; /* RSA, RSA-PSS, ECDSA, Ed25519, Ed448, DSA; else the OID's name; NULL: not readable
                 */
    size_t bits;    /* of the modulus, the prime or the curve; 0: not known */
    char *curve;    /* ECDSA: its name or OID, "explicit" where it is spelled out; NULL: none */
    bool roca;      /* RSA: the modulus has the mark of CVE-2017-15361 (ROCA) */
    char *exponent; /* RSA: in decimal; NULL: none */
} Key;

/* The key of a SubjectPublicKeyInfo; members that do not read are empty. Free with key_clear. */
Key key_read(const Der *spki);

void key_clear(Key *key);

/* A SubjectPublicKeyInfo's DER as GnuTLS's key, to be freed with gnutls_pubkey_deinit; NULL where
 * GnuTLS cannot read it. */
gnutls_pubkey_t key_import(GBytes *spki);

/* How a signature was made, by its AlgorithmIdentifier. */
typedef struct Signature {
    char *name;       /* the OID's name; NULL: not readable */
    const char *hash; /* "SHA-256"; NULL: none of its own, or not known; static */
    int gnutls;       /* gnutls_sign_algorithm_t; GNUTLS_SIGN_UNKNOWN where GnuTLS has none */
    bool pss;         /* RSASSA-PSS: the parameters matter too */
} Signature;

Signature signature_read(const Der *algorithm);

void signature_clear(Signature *signature);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signature, signature_clear)

#endif
