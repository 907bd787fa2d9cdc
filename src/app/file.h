/* file: files written whole or not at all. */
#ifndef TLSDIVE_APP_FILE_H
#define TLSDIVE_APP_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes `size` bytes to `path` ("~/" is the home folder): to a temporary file beside it, which is
 * synced and renamed (mode 0666 less the umask). Refuses with G_FILE_ERROR_EXIST to replace a file
 * unless `over`; what is no regular file is never replaced. False and *error if it failed. */
bool file_write(const char *path, const void *bytes, size_t size, bool over, GError **error);

#endif
