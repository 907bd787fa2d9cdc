/* dns: questions to the DNS, with answers that are validated here (DNSSEC; RFC 4035).
 *
 * libunbound asks and validates, on the worker's loop, from the root's trust anchor on, so that no
 * resolver's word is taken for it. It asks the resolvers of the system (of resolv.conf), which are
 * reachable where name servers are not, or one that is named; without either it asks the name
 * servers itself, from the root on.
 */
#ifndef TLSDIVE_WORKER_FETCH_DNS_H
#define TLSDIVE_WORKER_FETCH_DNS_H

#include <uv.h>

#include "worker/fetch/dns_message.h"

typedef struct Dns Dns;

typedef struct DnsOptions {
    const char
        *anchor; /* a file of trust anchors, DS or DNSKEY records; NULL: the distribution's */
    const char
        *server; /* a resolver: ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; NULL: the system's */
} DnsOptions;

/* What came of a question; all is borrowed. */
typedef struct DnsResult {
    const char *state;       /* secure, insecure, bogus or unknown (RFC 4035 section 4.3); static */
    const char *reason;      /* of data/reasons.tsv, where it is not secure or insecure; static */
    json_t *args;            /* of the reason; may be NULL */
    const DnsAnswer *answer; /* NULL where there is none, as always of bogus */
} DnsResult;

typedef void (*DnsDone)(void *data, const DnsResult *result);

/* A resolver on the loop. All that it reads from files is read here. Where it cannot be set up so,
 * every question ends as unknown, with the reason. */
Dns *dns_new(uv_loop_t *loop, const DnsOptions *options);

/* Asks for the records of a name in presentation form; `done` is called once from the loop, never
 * from here, unless dns_close comes before. It ends after LIMIT_DNS_MS. At most LIMIT_LOOKUPS are
 * under way at once. */
void dns_ask(Dns *dns, const char *name, DnsType type, DnsDone done, void *data);

/* Who is asked: "system", "given" or "own"; static. */
const char *dns_resolver(const Dns *dns);

/* Ends everything, telling nothing more. The memory is freed when the loop has run its closing
 * handles. */
void dns_close(Dns *dns);

#endif
