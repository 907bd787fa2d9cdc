/* file_job: `fetch`: one file is fetched by HTTP: an OCSP response, a CRL, an issuer's certificate,
 * or an MTA-STS policy (RFC 8461 section 3.3). For this folder.
 *
 * A kind is a row: what it may be asked with, and its ceilings. An OCSP request goes by GET where
 * it fits into 255 bytes of an address (RFC 5019 section 5), so that whatever stands between may
 * keep the answer; with a nonce, or where it is longer, by POST.
 */
#ifndef TLSDIVE_WORKER_FETCH_FILE_JOB_H
#define TLSDIVE_WORKER_FETCH_FILE_JOB_H

#include "worker/fetch/order.h"

typedef struct FileJobs FileJobs;

/* What the jobs share: see http_new. */
FileJobs *file_jobs_new(uv_loop_t *loop, const FetchOptions *options, GError **error);

/* Does a job; it is answered with `fetched`, after the `bytes` of what came. */
void file_job(FetchOrder *order);

void file_jobs_hold(FileJobs *jobs, bool held);
void file_jobs_close(FileJobs *jobs);

#endif
