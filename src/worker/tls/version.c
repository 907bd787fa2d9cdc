#include "worker/tls/version.h"

enum { DTLS_MAJOR = 0xFE, DTLS_1_1 = 0xFEFE };

bool version_is_dtls(uint16_t version)
{
    return version >> 8 == DTLS_MAJOR;
}

/* DTLS 1.1, which never was, is taken for 1.0. */
uint16_t version_like(uint16_t version)
{
    if (!version_is_dtls(version))
        return version;
    return version >= DTLS_1_1 ? TLS_1_1 : (uint16_t)(TLS_1_2 + (DTLS_1_2 - version));
}
