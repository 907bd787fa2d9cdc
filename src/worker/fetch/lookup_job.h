/* lookup_job: `lookup`: what the DNS says about a name and its certificates. For this folder.
 *
 * A kind is a row: which records are asked for, at which name, and what follows where there are
 * none. Each job is answered with one `dns` fact.
 */
#ifndef TLSDIVE_WORKER_FETCH_LOOKUP_JOB_H
#define TLSDIVE_WORKER_FETCH_LOOKUP_JOB_H

#include "worker/fetch/order.h"

void lookup_job(FetchOrder *order);

#endif
