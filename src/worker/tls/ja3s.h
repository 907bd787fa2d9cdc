/* ja3s: the fingerprint of a ServerHello, by which others' lists know it too.
 *
 * JA3S (Althouse, Atkinson, Atkins: github.com/salesforce/ja3): the MD5 of legacy_version, cipher
 * suite and the types of the extensions in their order, as decimal numbers.
 */
#ifndef TLSDIVE_WORKER_TLS_JA3S_H
#define TLSDIVE_WORKER_TLS_JA3S_H

#include "worker/tls/hello.h"

/* Of a ServerHello or HelloRetryRequest: 32 hexadecimal digits, to be freed; NULL where it does not
 * parse. */
char *ja3s_new(const ServerHello *hello);

#endif
