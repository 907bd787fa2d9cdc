/* kept: what was fetched, kept in files for later runs.
 *
 * One file a thing in $XDG_CACHE_HOME/tlsdive, written whole or not at all. A file that does not
 * read, is not what it says, or is too old is removed. Together they hold at most LIMIT_KEPT_BYTES:
 * the oldest go first. A failure is no error: it is fetched again.
 */
#ifndef TLSDIVE_APP_KEPT_H
#define TLSDIVE_APP_KEPT_H

#include <glib.h>
#include <jansson.h>

/* The folder, to be freed; it is made by the first kept_put. */
char *kept_folder(void);

/* What was kept under a key: an object of `fact` (the fetched fact), `body` and perhaps `request`
 * (base64). NULL if there is nothing that holds at `now` (seconds since 1970). A new reference. */
json_t *kept_get(const char *folder, const char *key, gint64 now);

/* Keeps it until a time. The fact and base64 texts are borrowed; `request` may be NULL. */
void kept_put(const char *folder, const char *key, const json_t *thing, gint64 until);

#endif
