/* jarm: the ten hellos of JARM, and the fingerprint that the ten answers make.
 *
 * JARM (Althouse, Smart, Nunnally, Brady: github.com/salesforce/jarm, version 1.0) is exact to the
 * byte, but for what is random in it: lists of servers by their fingerprint, as others publish
 * them, are good for ours too. 62 hexadecimal digits: of each hello the suite (its place in JARM's
 * own table, two digits) and version (a letter), then half of the SHA-256 of all protocols and
 * extensions that were answered.
 */
#ifndef TLSDIVE_WORKER_TLS_JARM_H
#define TLSDIVE_WORKER_TLS_JARM_H

#include "worker/tls/offer.h"

enum { JARM_HELLOS = 10 };

/* What an answer without a ServerHello counts as. */
#define JARM_NOTHING "|||"

/* The hello of an index below JARM_HELLOS, to be freed; random and session id are the caller's to
 * fill. `host` is the name that is sent, an address too. */
Offer *jarm_offer(guint index, const char *host);

/* An answer, as JARM writes it: "c02f|0303|h2|ff01-000b-0010", to be freed. `version` is the one
 * that was chosen, `alpn` may be NULL, `extensions` are uint16_t in their order. */
char *jarm_part(uint16_t version, uint16_t suite, const char *alpn, const GArray *extensions);

/* The fingerprint of JARM_HELLOS parts in the order of the hellos, to be freed. */
char *jarm_hash(const char *const *parts);

#endif
