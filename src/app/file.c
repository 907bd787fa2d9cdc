#include "config.h"

#include "app/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(GError **error, const char *path, int number)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path,
                g_strerror(number));
    return false;
}

static bool fill(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return fsync(file) == 0;
}

/* A new file beside `path`: its descriptor, and its name in *name. */
static int open_beside(const char *path, char **name)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_strdup_printf(".tlsdive-%d-%08x", (int)getpid(), g_random_int());
    *name = g_build_filename(folder, base, NULL);
    return open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Where the bytes are to go: behind symbolic links, which stay. To be freed. */
static char *resolve(const char *path)
{
    g_autofree char *home =
        g_str_has_prefix(path, "~/") ? g_build_filename(g_get_home_dir(), path + 2, NULL) : NULL;
    char *real = realpath(home ? home : path, NULL);
    char *copy = g_strdup(real ? real : home ? home : path);
    free(real);
    return copy;
}

bool file_write(const char *path, const void *bytes, size_t size, bool over, GError **error)
{
    struct stat status;
    g_autofree char *name = NULL;
    g_autofree char *place = resolve(path);
    bool there = stat(place, &status) == 0;
    if (there && !S_ISREG(status.st_mode))
        return fail(error, place, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    if (there && !over)
        return fail(error, place, EEXIST);
    int file = open_beside(place, &name);
    if (file < 0)
        return fail(error, place, errno);
    int number = fill(file, bytes, size) ? 0 : errno;
    if (close(file) && !number)
        number = errno;
    /* A hard link fails where the name is taken; a rename replaces it. */
    if (!number && (over ? rename(name, place) : link(name, place)))
        number = errno;
    unlink(name);
    return number ? fail(error, place, number) : true;
}
