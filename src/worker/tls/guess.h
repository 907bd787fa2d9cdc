/* guess: what a server speaks whose first bytes are not TLS.
 *
 * A table of beginnings: HTTP, SSH, mail, files, databases, screens. The answer is a reason:
 * speaks-http, speaks-ssh, speaks-protocol or speaks-unknown.
 */
#ifndef TLSDIVE_WORKER_TLS_GUESS_H
#define TLSDIVE_WORKER_TLS_GUESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/tls/fault.h"

enum { GUESS_ENOUGH = 512 }; /* more bytes than these change no guess */

/* The reason for `size` first bytes, to be freed. NULL while more bytes may say more: a beginning
 * of something known, or a first line without its end. Where no more will come (`ended`), or
 * GUESS_ENOUGH bytes are there, it is never NULL. Text in the arguments is JSON text as fact_text
 * makes it. */
Fault *guess_protocol(const uint8_t *data, size_t size, bool ended);

#endif
