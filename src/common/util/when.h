/* when: instants and spans of time as people type them. */
#ifndef TLSDIVE_COMMON_UTIL_WHEN_H
#define TLSDIVE_COMMON_UTIL_WHEN_H

#include <glib.h>
#include <stdbool.h>

/* What when_instant takes, in a few words, for messages. */
#define WHEN_FORMS "2027-01-14, 2027-01-14T12:00:00Z, +30d, -2w, +6m, +1y, now"

/* The seconds since 1970 of an instant: "now"; a date (its first moment in UTC); a date and time
 * (RFC 3339, or with a blank for the T, without seconds or without a zone, which then is UTC); or a
 * span from `now` on, of numbers with h, d, w, m (months) or y behind a sign: "+1y6m". False if it
 * is none of those, or not in the years 1 to 9999. */
bool when_instant(const char *text, gint64 now, gint64 *seconds);

/* The seconds of a span: a number of days ("30", "1.5"), or one with h, d or w behind it ("36h").
 * False if it is none, or negative. */
bool when_span(const char *text, double *seconds);

#endif
