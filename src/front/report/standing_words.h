/* standing_words: revocation and transparency of an endpoint's leaf in a line each. */
#ifndef TLSDIVE_FRONT_REPORT_STANDING_WORDS_H
#define TLSDIVE_FRONT_REPORT_STANDING_WORDS_H

#include "front/model/model.h"

/* "not revoked: stapled OCSP response, until 2026-11-27 14:00 UTC", "REVOKED ...", "unknown: ..."
 * with the reason. *good is 1, 0, or -1 for unknown. NULL: there is no leaf. To be freed. */
char *words_revocation(const Endpoint *endpoint, bool ascii, int *good);

/* "yes: Chrome 2 of 2, Apple 2 of 2", "no: ...", "unknown: ...", likewise. NULL: nothing is known.
 */
char *words_transparency(const Endpoint *endpoint, bool ascii, int *good);

#endif
