/* forge: certificates made to measure, right or wrong in any place, signed by GnuTLS.
 *
 * DER is built from nested calls; each takes the GBytes that it is given.
 */
#ifndef TLSDIVE_TESTS_WORKER_PKI_FORGE_H
#define TLSDIVE_TESTS_WORKER_PKI_FORGE_H

#include <glib.h>
#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdint.h>

/* An element with this identifier octet around the others; NULL ends the list. */
GBytes *tlv(int tag, ...) G_GNUC_NULL_TERMINATED;

/* Bytes as they are given: hexadecimal digits, blanks allowed; or text. */
GBytes *raw(const char *hex);
GBytes *text(int tag, const char *text);
GBytes *bytes(int tag, const void *data, size_t size);

/* Elements one behind the other. */
GBytes *join(GBytes *one, GBytes *other);

GBytes *oid(const char *dotted);
GBytes *number(int value); /* an INTEGER, 0 to 127 */

/* A Name with one commonName of this type and these bytes. */
GBytes *name(int tag, const void *value, size_t size);

/* An Extension; the value is the DER in extnValue. */
GBytes *extension(const char *dotted, bool critical, GBytes *value);

/* subjectAltName of one kind (the tag of a GeneralName), and other extensions in daily use. */
GBytes *alternative(int tag, const void *value, size_t size);
GBytes *dns(const char *host);
GBytes *basic(bool ca, int path_length); /* path_length -1: none */
GBytes *usage(const char *bits);         /* content octets of the BIT STRING in hexadecimal */
GBytes *purpose(const char *dotted);

typedef struct ForgeKey {
    gnutls_privkey_t key;
    GBytes *spki;
} ForgeKey;

/* A key of a kind: "rsa2048", "rsa1024", "rsa512", "pss", "ec", "ed25519"; `number` tells several
 * of a kind apart. Made once in a process; not the caller's. */
const ForgeKey *forge_key(const char *kind, int number);

/* A certificate's parts; what is NULL or 0 gets a usual value. */
typedef struct Forge {
    GBytes *version;              /* the whole [0]; to leave it out: an empty GBytes */
    GBytes *serial;               /* the whole INTEGER */
    GBytes *algorithm;            /* AlgorithmIdentifier in tbsCertificate */
    GBytes *outer_algorithm;      /* and outside; NULL: the same */
    const char *issuer, *subject; /* common names */
    GBytes *issuer_name, *subject_name;
    const char *from, *to; /* "20200101000000Z": GeneralizedTime, "200101000000Z": UTCTime */
    GBytes *validity;
    GBytes *spki;
    GBytes *extensions; /* elements one behind the other; NULL or empty: none, and no [3] */
    const ForgeKey *key, *issuer_key;
    gnutls_sign_algorithm_t sign; /* 0: SHA-256 with the issuer's key */
    int tail;                     /* bytes to put behind the end */
} Forge;

/* The certificate's DER; the parts are taken. */
GBytes *forge(Forge parts);

/* A copy with the byte at `offset` changed. */
GBytes *forge_flip(GBytes *der, size_t offset, uint8_t mask);

#endif
