/* cert: a certificate's parts, read once and borrowed from its bytes. Pure.
 *
 * Whatever does not read is an element without data (Der.data is NULL); nothing is refused. The
 * tree of x509.h explains the same parts; both are cut by the same tables (shapes.h).
 */
#ifndef TLSDIVE_WORKER_PKI_CERT_H
#define TLSDIVE_WORKER_PKI_CERT_H

#include <glib.h>

#include "worker/pki/der.h"
#include "worker/pki/shapes.h"

typedef struct CertExtension {
    char *oid;     /* dotted; NULL: not readable */
    bool critical; /* also true where the BOOLEAN is not DER */
    Der holder;    /* the OCTET STRING */
    Der value;     /* the element in it */
} CertExtension;

typedef struct Cert {
    GBytes *bytes;                /* the whole; owned */
    Der all;                      /* the Certificate */
    Der parts[CERTIFICATE_PARTS]; /* its three parts */
    Der tbs[TBS_PARTS];           /* the parts of the TBSCertificate */
    Der validity[VALIDITY_PARTS];
    GArray *extensions; /* CertExtension; at most LIMIT_EXTENSIONS */
} Cert;

/* Reads `size` bytes; a reference to the bytes is taken. Free with cert_free. */
Cert *cert_new(GBytes *bytes);

/* The extension of that OID, the first if there are several; NULL if there is none. */
const CertExtension *cert_extension(const Cert *cert, const char *oid);

/* The extensions (CertExtension, at most LIMIT_EXTENSIONS) of an Extensions element, as they stand
 * in certificates, CRLs and OCSP responses; empty where there is no element. Free with
 * g_array_unref. And the first of that OID in it; NULL if there is none. */
GArray *cert_read_extensions(const Der *list);
const CertExtension *cert_find_extension(const GArray *extensions, const char *oid);

/* An element's bytes, header included. */
GBytes *cert_bytes(const Cert *cert, const Der *element);

/* 1, 2 or 3; 0 where it does not read. */
int cert_version(const Cert *cert);

/* notBefore and notAfter (VALIDITY_*), in seconds since 1970; false where it does not read. */
bool cert_time(const Cert *cert, int which, int64_t *seconds);

/* True where subject and issuer are the same bytes. */
bool cert_self_issued(const Cert *cert);

/* basicConstraints: false where there are none that read. *path_length is -1 where there is no
 * limit. */
bool cert_basic_constraints(const Cert *cert, bool *ca, int64_t *path_length);

/* keyUsage: its bits, bit 0 the lowest; false where there is none that reads. */
bool cert_key_usage(const Cert *cert, unsigned *bits);

/* True where the TLS feature extension has status_request: the server promises a staple (RFC 7633).
 */
bool cert_must_staple(const Cert *cert);

/* A reader over the elements of an extension that is a SEQUENCE OF; empty where there is none. */
Reader cert_list(const Cert *cert, const char *oid);

void cert_free(Cert *cert);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cert, cert_free)

#endif
