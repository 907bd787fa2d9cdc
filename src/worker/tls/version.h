/* version: ProtocolVersions as they stand on the wire, and how they compare.
 *
 * DTLS counts downwards: DTLS 1.0 is 0xFEFF, 1.2 is 0xFEFD, 1.3 is 0xFEFC, and each has the
 * messages and rules of one version of TLS. So a version is never compared as it stands, but by the
 * version of TLS that it is like.
 */
#ifndef TLSDIVE_WORKER_TLS_VERSION_H
#define TLSDIVE_WORKER_TLS_VERSION_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TLS_SSL2 = 0x0002,
    TLS_SSL3 = 0x0300,
    TLS_1_0 = 0x0301,
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
    TLS_1_3 = 0x0304,
    DTLS_1_0 = 0xFEFF,
    DTLS_1_2 = 0xFEFD,
    DTLS_1_3 = 0xFEFC,
};

/* True for DTLS of any version: 0xFExx. */
bool version_is_dtls(uint16_t version);

/* The version of TLS that it is like: of DTLS 1.0 TLS 1.1 (RFC 4347), of DTLS 1.2 TLS 1.2, of
 * DTLS 1.3 TLS 1.3, of those that may come the next ones; any other is itself. */
uint16_t version_like(uint16_t version);

#endif
