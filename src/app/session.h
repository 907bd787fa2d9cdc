/* session: the file that a stream is kept in.
 *
 * Lines are appended as they come, and read back by their place when somebody looks. What is not to
 * be saved is kept the same way, in memory of no name. Where a file cannot be written any more,
 * what it holds is carried over into memory and goes on there: nothing that was shown is lost.
 */
#ifndef TLSDIVE_APP_SESSION_H
#define TLSDIVE_APP_SESSION_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Session Session;

/* The file for a session that begins now: $XDG_STATE_HOME/tlsdive/TIME-PID.jsonl, where its folder
 * can be made (mode 0700); NULL if it cannot. To be freed. */
char *session_default_path(void);

/* A session in a new file (mode 0600) at `path`, which must not be there unless `over`; in memory
 * where `path` is NULL. NULL and *error if it cannot be made. */
Session *session_new(const char *path, bool over, GError **error);

/* A session that is there, to be read; what is no regular file is copied into memory first. */
Session *session_open(const char *path, GError **error);

/* Appends a line, its newline included; returns its place. It is in the file after session_flush.
 */
gint64 session_append(Session *session, const char *line, size_t size);

/* Writes what was appended. False once, when the file failed and *why (to be freed) says how. */
bool session_flush(Session *session, char **why);

/* `size` bytes at `place`, to be freed; NULL if they are not all there. */
char *session_read(const Session *session, gint64 place, size_t size);

/* Reads the next line from the beginning on, for a session that was opened: its place, its size
 * with the newline, and the text, borrowed until the next call. Lines longer than LIMIT_LINE come
 * cut to LIMIT_LINE + 1 bytes. NULL at the end. */
const char *session_next(Session *session, gint64 *place, size_t *size);

/* Where it is saved; NULL if it is in memory. Borrowed. */
const char *session_path(const Session *session);

/* Removes its file, because nothing worth keeping is in it. */
void session_discard(Session *session);

void session_free(Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

#endif
