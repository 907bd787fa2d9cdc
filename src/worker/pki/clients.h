/* clients: what classes of clients would do with a chain, by one store. Pure.
 *
 * Nothing is tried: the paths that were found and judged (paths.h, judge.h) are held against what
 * each class does to build its own. A client is thought to have this store, and the time that is
 * asked about.
 */
#ifndef TLSDIVE_WORKER_PKI_CLIENTS_H
#define TLSDIVE_WORKER_PKI_CLIENTS_H

#include <jansson.h>

#include "worker/pki/paths.h"

/* Member `clients` of the verdict: {client, trusts, reason} a class; `trusts` is left out where it
 * is not known. `paths` are judged; `chosen` is one of them, or NULL. The roots of a store that is
 * not public are the user's `own`: how old they are says nothing. A new reference. */
json_t *clients_answer(const GPtrArray *paths, const Path *chosen, bool own);

#endif
