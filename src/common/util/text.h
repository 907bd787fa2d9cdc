/* text: strings from strangers made safe to show.
 *
 * Escaping happens once, where text is shown or printed: C0 and C1 controls, DEL, bidi overrides
 * and isolates, zero-width and other format characters, line and paragraph separators, and bytes
 * that are not UTF-8 become visible escapes (\n, \x1b, \u{202e}); a backslash becomes \\. Nothing
 * that leaves text_escape can move a cursor, change a colour, or reorder a line.
 */
#ifndef TLSDIVE_COMMON_UTIL_TEXT_H
#define TLSDIVE_COMMON_UTIL_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* `size` bytes (-1: up to the NUL) as printable UTF-8, or printable ASCII if `ascii`; to be freed.
 */
char *text_escape(const void *text, gssize size, bool ascii);

/* Columns that a terminal gives to a printable character: 0, 1 or 2. */
int text_width(gunichar character);

/* Columns of a printable UTF-8 string. */
int text_columns(const char *text);

/* The seconds since 1970 of an RFC 3339 time in UTC ("2026-11-20T22:00:00Z"); false if it is none.
 */
bool text_to_time(const char *text, gint64 *seconds);

/* An instant as "2026-11-20 22:00:00 UTC"; to be freed. */
char *text_from_time(gint64 seconds);

/* A span of time in two units at most: "27 d", "1 d 5 h", "12 min"; to be freed. */
char *text_span(gint64 seconds);

#endif
