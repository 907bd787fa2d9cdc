/* ical: the ends of certificates as a calendar (RFC 5545).
 *
 * One event a certificate that ends, at its notAfter, with an alarm 30, 7 and 1 days before. The
 * UID is made of the certificate's SHA-256, so that a calendar that takes the file in again changes
 * the event it has. Lines are folded at 75 octets and end in CRLF; texts are escaped.
 */
#ifndef TLSDIVE_FRONT_REPORT_ICAL_H
#define TLSDIVE_FRONT_REPORT_ICAL_H

#include "front/report/members.h"

/* A calendar of these certificates (Certificate *); those that have no end are left out. `now` of
 * the context is its DTSTAMP. To be freed. */
char *report_ical(const GPtrArray *certificates, const MemberContext *context);

#endif
