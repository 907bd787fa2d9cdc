/* object: certificates and all that goes with them, by kind, explained to the last byte. Pure.
 *
 *   certificate       RFC 5280 section 4
 *   crl               RFC 5280 section 5: a CertificateList
 *   ocsp              RFC 6960 section 4.2: an OCSPResponse
 *   ocsp-request      RFC 6960 section 4.1: an OCSPRequest
 *   csr               RFC 2986: a CertificationRequest
 *   pkcs7             RFC 5652: a ContentInfo, as a rule SignedData that only carries certificates
 *   pkcs12            RFC 7292: a PFX; what is encrypted in it stays so, private keys are not shown
 *   spki              RFC 5280 section 4.1: a SubjectPublicKeyInfo
 *   asn1              anything: tags and values, like openssl asn1parse
 *
 * Each takes any bytes: what is not of its kind is noted (x509-structure) and explained as ASN.1.
 */
#ifndef TLSDIVE_WORKER_PKI_OBJECT_H
#define TLSDIVE_WORKER_PKI_OBJECT_H

#include <stdint.h>

#include "common/fact/field.h"

typedef struct ObjectKind ObjectKind;

/* The kind of that name, static; NULL: none. */
const ObjectKind *object_kind(const char *name);

/* Its name, as above. */
const char *object_kind_name(const ObjectKind *kind);

/* The kinds in the order above, and how many they are. */
const ObjectKind *object_kind_at(size_t index);
size_t object_kind_count(void);

/* The bytes as a tree (shape_explain). To be freed. */
Field *object_explain(const ObjectKind *kind, const uint8_t *der, size_t size);

#endif
