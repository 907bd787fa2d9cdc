/* mozilla: the roots that Mozilla has chosen for servers, from the module of NSS (libnssckbi.so,
 * Debian: libnss3), by p11-kit.
 *
 * A distribution's ca-certificates are the same roots without the dates after which Mozilla does
 * not trust what some of them issue (CKA_NSS_SERVER_DISTRUST_AFTER): the module has them.
 */
#ifndef TLSDIVE_WORKER_ROLE_MOZILLA_H
#define TLSDIVE_WORKER_ROLE_MOZILLA_H

#include "worker/read/read.h"

/* Fills the store; opens files and loads code. NULL, or what is wrong, to be freed. */
char *mozilla_load(Store *store);

#endif
