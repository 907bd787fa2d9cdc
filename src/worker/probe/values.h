/* values: what a server says in an extension, in words for an answer's value.
 */
#ifndef TLSDIVE_WORKER_PROBE_VALUES_H
#define TLSDIVE_WORKER_PROBE_VALUES_H

#include <glib.h>
#include <stdint.h>

/* To be freed; NULL: nothing that words can add to its being there. `data` is its extension_data,
 * in a ServerHello, EncryptedExtensions or beside a certificate; NULL: none. */
char *values_say(uint16_t type, GBytes *data);

#endif
