/* sct: signed certificate timestamps (RFC 6962 section 3.2), as they stand in lists. Pure. */
#ifndef TLSDIVE_WORKER_PKI_SCT_H
#define TLSDIVE_WORKER_PKI_SCT_H

#include "common/fact/field.h"
#include "worker/pki/node.h"
#include "worker/pki/shape.h"

/* How many SCTs the content of the extension's extnValue lists: an OCTET STRING with a
 * SignedCertificateTimestampList. -1 where it does not read. */
int sct_count(const Der *value);

/* Explains a SignedCertificateTimestampList, of what is left in `list`, below a field. */
void sct_explain(Walk *walk, Field *field, Reader list);

/* One timestamp; borrows from the list. */
typedef struct Sct {
    bool whole;           /* it reads to its end */
    uint8_t version;      /* 0: v1; what follows is empty for any other */
    const uint8_t *log;   /* 32 bytes: SHA-256 of the log's key */
    uint64_t timestamp;   /* milliseconds since 1970 */
    Reader extensions;    /* CtExtensions */
    uint8_t hash, signer; /* RFC 5246 section 7.4.1.4.1 */
    Reader signature;
} Sct;

/* The extension with a list of timestamps, in an OCTET STRING (RFC 6962 section 3.3). */
#define OID_SCT_LIST "1.3.6.1.4.1.11129.2.4.2"

/* A reader over the timestamps of a SignedCertificateTimestampList of `size` bytes; failed where it
 * is none. */
Reader sct_list(const uint8_t *data, size_t size);

/* Reads the next timestamp; false at the end of the list, or where it does not read any more. */
bool sct_next(Reader *list, Sct *sct);

/* What a log signed: the certificate itself (x509_entry), or the precertificate that it was made
 * of, which is known by its TBSCertificate without the list, and by the issuer's key
 * (precert_entry). NULL where it cannot be made, as without the issuer. To be unreferenced. */
GBytes *sct_x509_entry(const Cert *cert);
GBytes *sct_precert_entry(const Cert *cert, const Cert *issuer);

/* Does the key (a SubjectPublicKeyInfo) of a log verify the timestamp on an entry? */
SignatureAnswer sct_verify(const Sct *sct, const uint8_t *key, size_t size, GBytes *entry);

#endif
