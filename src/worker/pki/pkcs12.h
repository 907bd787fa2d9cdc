/* pkcs12: what a PFX holds (RFC 7292). Pure.
 *
 * What is not encrypted is read without a password. An empty password is tried by itself. GnuTLS's
 * own reader is not used: it leaves out everything behind the 32nd bag of a part, and makes as many
 * iterations as the file says.
 */
#ifndef TLSDIVE_WORKER_PKI_PKCS12_H
#define TLSDIVE_WORKER_PKI_PKCS12_H

#include "worker/pki/container.h"

/* True where the bytes begin as a PFX does. */
bool pkcs12_is(const uint8_t *bytes, size_t size);

/* Fills in the container: objects, password, mac, encryptions and reason. Certificates come first,
 * each leaf before its issuers. At most LIMIT_ITERATIONS iterations are made in all. */
void pkcs12_read(Container *container, GBytes *file, const char *password);

#endif
