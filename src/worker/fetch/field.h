/* field: the few header fields of HTTP that are looked at (RFC 9110, RFC 9111). Pure.
 *
 * Both take one line as it came, its line end included.
 */
#ifndef TLSDIVE_WORKER_FETCH_FIELD_H
#define TLSDIVE_WORKER_FETCH_FIELD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Seconds of max-age in a Cache-Control field; 0 where it says no-store or no-cache; -1 where it is
 * another field or says neither. */
gint64 field_max_age(const char *line, size_t size);

/* True for a Content-Encoding field that says anything but identity. */
bool field_is_encoded(const char *line, size_t size);

#endif
