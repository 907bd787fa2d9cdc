/* openssl_text: a certificate as `openssl x509 -noout -text` of OpenSSL 3.0 prints it. Pure.
 *
 * The same text, byte for byte, where the certificate reads; of one that does not, what reads.
 */
#ifndef TLSDIVE_WORKER_PKI_OPENSSL_TEXT_H
#define TLSDIVE_WORKER_PKI_OPENSSL_TEXT_H

#include "worker/pki/cert.h"

/* The text of a certificate, of at most LIMIT_OPENSSL_TEXT bytes: what is longer is cut there. */
GString *openssl_text(const Cert *cert);

/* For openssl_*.c alone. */

/* OpenSSL's name of a dotted OID, its short one ("CN") or its long one ("commonName"); NULL where
 * the program knows none. Static. */
const char *openssl_name(const char *oid, bool brief);

/* Appends the OID of an element by its long name, or dotted. */
void openssl_append_oid(GString *to, const Der *oid);

/* Appends bytes as "00:ab:..." in lines of `columns` bytes behind `indent` blanks. */
void openssl_append_dump(GString *to, Reader bytes, guint indent, guint columns);

/* Appends a Name in one line: "C = US, O = Example". */
void openssl_append_name(GString *to, const Der *name);

/* Appends the extension's value behind `indent` blanks; false where OpenSSL does not print it. */
bool openssl_append_extension(GString *to, const CertExtension *extension, guint indent);

/* Appends a time as "Nov 24 17:02:28 2026 GMT". */
void openssl_append_time(GString *to, const Der *time);

#endif
