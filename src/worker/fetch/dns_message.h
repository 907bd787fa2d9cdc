/* dns_message: the answer in a DNS message (RFC 1035 section 4), and the records that are asked for
 * as facts have them. Pure.
 */
#ifndef TLSDIVE_WORKER_FETCH_DNS_MESSAGE_H
#define TLSDIVE_WORKER_FETCH_DNS_MESSAGE_H

#include <jansson.h>

#include "common/util/bytes.h"

/* Types of records that are read (RFC 1035, RFC 6698, RFC 8659). */
typedef enum DnsType {
    DNS_A = 1, /* only whether there are some */
    DNS_CNAME = 5,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28, /* likewise */
    DNS_TLSA = 52,
    DNS_CAA = 257,
} DnsType;

enum { DNS_NAME_MISSING = 3 }; /* the RCODE NXDOMAIN */

typedef struct DnsAnswer {
    guint rcode;
    json_t *
        records; /* members of `records[]` of the dns fact; of those that read, LIMIT_DNS_RECORDS */
    json_t *aliases; /* targets of the CNAMEs that were followed, in order; strings */
    guint broken;    /* records of the type that do not read */
    guint found;     /* records of the type, all */
    guint32 ttl;     /* the shortest of them, in seconds; 0 where there are none */
    bool whole;      /* false: the message does not read to the end of its answers */
} DnsAnswer;

/* Reads a message of `size` bytes, of whose answers those of `type` are wanted. Names are
 * lower-case ASCII without the last dot, as RFC 4343 writes octets. Free with dns_answer_clear. */
DnsAnswer dns_answer_read(const uint8_t *message, size_t size, DnsType type);

void dns_answer_clear(DnsAnswer *answer);

/* The RDATA of one record as its members; NULL where it does not read. A CAA record's `value` is
 * split too where its tag is one of issue, issuewild, issuemail (RFC 8659 section 4.2, RFC 8657):
 * issuer, account, methods. A new reference. */
json_t *dns_tlsa_read(Reader rdata);
json_t *dns_caa_read(Reader rdata);

#endif
