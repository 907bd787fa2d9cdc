/* stores: the trust stores of the reader, read from this machine before the lock.
 */
#ifndef TLSDIVE_WORKER_ROLE_STORES_H
#define TLSDIVE_WORKER_ROLE_STORES_H

#include "worker/read/read.h"
#include "worker/role/role.h"

/* Takes what is wrong with a store that could not be read, for people. */
typedef void (*StoresComplaint)(void *data, const char *what);

/* The stores (Store *, owned) that are asked for, in the order of their weight: the first is the
 * one that counts. One that cannot be read is complained about, and is there without a root: the
 * reader is not only for verdicts. Never empty. */
GPtrArray *stores_load(const RoleOptions *options, StoresComplaint complain, void *data);

#endif
