/* lookups: what the DNS says about the endpoints of a stream is asked for.
 *
 * Of each endpoint with a name whose chain has come: TLSA records of its name and port, CAA, and of
 * one that takes mail from other servers (endpoint_takes_mail) also MX, and with that the policies
 * of its mail domain: MTA-STS, whose policy is fetched then, and TLSRPT. A question is asked once
 * in a run, and the answer is told for every endpoint that it is about. TLSA records that DNSSEC
 * proves go into the `verify` jobs of the endpoint's chains.
 *
 * The mail domain is where the MX records were found, the name itself or one above it, if they list
 * the name or were found at it. A provider's hosts lie in other domains than its customers': whose
 * mail they take the DNS does not tell, and nothing more is asked then.
 */
#ifndef TLSDIVE_APP_LOOKUPS_H
#define TLSDIVE_APP_LOOKUPS_H

#include "app/fetcher.h"
#include "app/fetching.h"
#include "app/stream.h"

typedef struct Lookups Lookups;

/* `events` as for fetching_new: a chain is to be judged again where there are TLSA records to judge
 * it by. Fetcher and stream outlive it. */
Lookups *lookups_new(Fetcher *fetcher, Stream *stream, const FetchingEvents *events);

/* The chain of a connection has come. */
void lookups_begin(Lookups *lookups, const Connection *connection);

/* Puts what is known into a `verify` job: `tlsa`, `tlsa_names`, `mail`. */
void lookups_add(const Lookups *lookups, json_t *job);

/* True while something is waited for on behalf of an endpoint. */
bool lookups_wait(const Lookups *lookups, const char *endpoint);

void lookups_free(Lookups *lookups);

#endif
