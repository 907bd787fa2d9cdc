/* expiry: the line and the status of a monitoring plugin (--check-expiry).
 *
 *     TLSDIVE WARNING - a.example:443 ends in 12 d (2026-12-06) | 'a.example:443'=12d;30;7
 *
 * Statuses are those of such plugins, and not the program's own. What could not be asked is
 * unknown; critical goes before warning, that before unknown, that before OK.
 */
#ifndef TLSDIVE_FRONT_REPORT_EXPIRY_H
#define TLSDIVE_FRONT_REPORT_EXPIRY_H

#include "front/model/ends.h"
#include "front/report/members.h"

typedef enum ExpiryStatus {
    EXPIRY_OK = 0,
    EXPIRY_WARNING = 1,
    EXPIRY_CRITICAL = 2,
    EXPIRY_UNKNOWN = 3,
} ExpiryStatus;

/* Seconds before an end from which on it is a warning, or critical. */
typedef struct ExpiryLimits {
    double warning, critical;
} ExpiryLimits;

/* Reads "30,7" or "30d,36h". False where it is wrong, or a warning would come behind its critical.
 */
bool expiry_parse(const char *text, ExpiryLimits *limits);

/* The line, without its end, for the endpoints that match (NULL: all); to be freed. Ports of the
 * catalogue that are closed or silent do not count, unless a host has no other. */
char *report_expiry(const MemberContext *context, const ExpiryLimits *limits,
                    const MemberFilter *filter, ExpiryStatus *status);

#endif
