/* pbe: encryption and MACs by a password (RFC 8018; RFC 7292 appendices B and C). Pure.
 *
 * Keys are derived at the price that a stranger's bytes name, so each derivation is paid from an
 * allowance of iterations; what costs more is refused. GnuTLS does hashes and ciphers.
 */
#ifndef TLSDIVE_WORKER_PKI_PBE_H
#define TLSDIVE_WORKER_PKI_PBE_H

#include "worker/pki/der.h"

typedef enum PbeResult {
    PBE_DONE,
    PBE_WRONG,     /* not with this password, or the bytes are damaged */
    PBE_UNKNOWN,   /* an algorithm that is not known here */
    PBE_EXPENSIVE, /* more iterations than are left */
} PbeResult;

/* A password: UTF-8, or NULL: none at all, which PKCS #12 tells from an empty one. */
typedef struct Pbe {
    const char *password;
    int64_t left; /* iterations that may still be made */
} Pbe;

/* An AlgorithmIdentifier in words: "PBES2, AES-256-CBC, 2048 iterations"; *old is true where RC2,
 * RC4, DES or triple DES is in it. To be freed; NULL where it does not read. */
char *pbe_describe(const Der *algorithm, bool *old);

/* Decrypts. *plain is set where PBE_DONE: memory that is cleared before it is freed. */
PbeResult pbe_decrypt(Pbe *pbe, const Der *algorithm, GBytes *bytes, GBytes **plain);

/* A MacData (RFC 7292 section 4) over `content`: PBE_DONE where it is right. PBMAC1 (RFC 9579) too.
 */
PbeResult pbe_check_mac(Pbe *pbe, const Der *mac, GBytes *content);

/* A MacData in words: "HMAC-SHA-256, 2048 iterations"; *old: MD5 or SHA-1. To be freed. */
char *pbe_describe_mac(const Der *mac, bool *old);

/* The content of an OCTET STRING, or of what is tagged in its place; of BER's parts too. To be
 * unreferenced; NULL where there is none. */
GBytes *pbe_octets(const Der *element);

#endif
