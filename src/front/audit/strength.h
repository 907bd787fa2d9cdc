/* strength: what is weak about a suite, a group, a scheme or a version, wherever it is met.
 *
 * Each weakness is a word for a column and a sentence that says why. English, marked for
 * translation.
 */
#ifndef TLSDIVE_FRONT_AUDIT_STRENGTH_H
#define TLSDIVE_FRONT_AUDIT_STRENGTH_H

#include "common/registry/registry.h"
#include "front/audit/audit.h"

typedef struct Weakness {
    const char *word;  /* "3DES", "no forward secrecy" */
    const char *brief; /* the same for a narrow column */
    const char *why;   /* half a sentence */
    Severity severity; /* of a server that accepts it */
} Weakness;

enum { STRENGTH_MOST = 8 }; /* weaknesses of one thing */

/* Fill `list` with what is weak, worst first as a rule; returns how many. Static. */
guint strength_of_suite(const CipherSuite *suite, const Weakness *list[STRENGTH_MOST]);
guint strength_of_group(const Group *group, const Weakness *list[STRENGTH_MOST]);
guint strength_of_scheme(const Scheme *scheme, const Weakness *list[STRENGTH_MOST]);

/* NULL: nothing is wrong with this version. */
const Weakness *strength_of_version(const char *version);

/* The weakness of a cipher, an authentication or a hash; NULL: none. What is only less than today's
 * best (no forward secrecy, CBC) is none here. */
const Weakness *strength_broken(const CipherSuite *suite);

/* A number to sort by, the strongest first: negative, zero or positive as strcmp. */
int strength_compare_suites(const CipherSuite *one, const CipherSuite *other);

#endif
