#include "config.h"

#include "app/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/util/limits.h"

enum { SESSION_CHUNK = 32 << 10 };

struct Session {
    char *path; /* of its file; NULL: there never was one */
    bool saved; /* it is in that file */
    int file;
    gint64 end;          /* bytes in the file; always at the end of a line */
    GByteArray *waiting; /* appended, not written */
    FILE *reading;       /* for session_next; NULL: not begun */
    char *line;          /* of session_next */
    gint64 next;
};

char *session_default_path(void)
{
    const char *state = g_getenv("XDG_STATE_HOME");
    g_autofree char *base = state && g_path_is_absolute(state)
                                ? g_strdup(state)
                                : g_build_filename(g_get_home_dir(), ".local", "state", NULL);
    g_autofree char *folder = g_build_filename(base, "tlsdive", NULL);
    if (g_mkdir_with_parents(folder, 0700))
        return NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H%M%S");
    g_autofree char *name = g_strdup_printf("%s-%d.jsonl", time, (int)getpid());
    return g_build_filename(folder, name, NULL);
}

static void set_error(GError **error, const char *path)
{
    int number = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path,
                g_strerror(number));
}

static Session *session_over(int file, const char *path)
{
    Session *session = g_new0(Session, 1);
    session->file = file;
    session->path = g_strdup(path);
    session->saved = path != NULL;
    session->waiting = g_byte_array_new();
    return session;
}

Session *session_new(const char *path, bool over, GError **error)
{
    int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | (over ? O_TRUNC : O_EXCL), 0600)
                    : memfd_create("tlsdive", MFD_CLOEXEC);
    if (file < 0) {
        set_error(error, path ? path : "memory");
        return NULL;
    }
    return session_over(file, path);
}

/* Writes all of it at a place; false and errno if it cannot. */
static bool write_at(int file, const void *bytes, size_t size, gint64 place)
{
    while (size > 0) {
        ssize_t written = pwrite(file, bytes, size, place);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = (const char *)bytes + written;
        size -= (size_t)written;
        place += written;
    }
    return true;
}

/* Reads the next chunk at a place (-1: where the file stands); 0 at the end, -1 and errno on
 * failure. */
static ssize_t read_chunk(int file, char *chunk, gint64 place)
{
    ssize_t got;
    do
        got =
            place < 0 ? read(file, chunk, SESSION_CHUNK) : pread(file, chunk, SESSION_CHUNK, place);
    while (got < 0 && errno == EINTR);
    return got;
}

/* A pipe or the like can be read once: copied into memory, it can be read anywhere. */
static int copy_to_memory(int from)
{
    char chunk[SESSION_CHUNK];
    ssize_t got = 0;
    gint64 place = 0;
    int to = memfd_create("tlsdive", MFD_CLOEXEC);
    while (to >= 0 && (got = read_chunk(from, chunk, -1)) > 0 &&
           write_at(to, chunk, (size_t)got, place))
        place += got;
    if (to < 0 || got == 0)
        return to;
    int number = errno;
    close(to);
    errno = number;
    return -1;
}

Session *session_open(const char *path, GError **error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file >= 0 && (fstat(file, &status) || !S_ISREG(status.st_mode))) {
        int copy = copy_to_memory(file);
        int number = errno;
        close(file);
        errno = number;
        file = copy;
    }
    if (file < 0) {
        set_error(error, path);
        return NULL;
    }
    return session_over(file, path);
}

gint64 session_append(Session *session, const char *line, size_t size)
{
    gint64 place = session->end + session->waiting->len;
    g_byte_array_append(session->waiting, (const guint8 *)line, (guint)size);
    return place;
}

/* Carries what the file holds over into memory. */
static void fall_over(Session *session)
{
    char chunk[SESSION_CHUNK];
    ssize_t got = 0;
    int memory = memfd_create("tlsdive", MFD_CLOEXEC);
    for (gint64 place = 0; place < session->end; place += got) {
        got = read_chunk(session->file, chunk, place);
        if (got <= 0 || !write_at(memory, chunk, (size_t)got, place))
            break;
    }
    /* What stays in the file ends with a whole line. */
    if (ftruncate(session->file, session->end))
        g_debug("%s keeps a cut line", session->path);
    close(session->file);
    session->file = memory;
    session->saved = false;
}

bool session_flush(Session *session, char **why)
{
    GByteArray *waiting = session->waiting;
    if (waiting->len == 0)
        return true;
    bool fine = write_at(session->file, waiting->data, waiting->len, session->end);
    if (!fine && session->saved) {
        *why = g_strdup(g_strerror(errno));
        fall_over(session);
        if (!write_at(session->file, waiting->data, waiting->len, session->end))
            g_debug("no memory for the session");
    }
    session->end += waiting->len;
    g_byte_array_set_size(waiting, 0);
    return fine;
}

char *session_read(const Session *session, gint64 place, size_t size)
{
    if (place < 0 || size > LIMIT_LINE)
        return NULL;
    if (place >= session->end) {
        size_t from = (size_t)(place - session->end);
        if (from > session->waiting->len || size > session->waiting->len - from)
            return NULL;
        return g_strndup((const char *)session->waiting->data + from, size);
    }
    char *bytes = g_malloc(size + 1);
    ssize_t got = pread(session->file, bytes, size, place);
    if (got == (ssize_t)size) {
        bytes[size] = '\0';
        return bytes;
    }
    g_free(bytes);
    return NULL;
}

const char *session_next(Session *session, gint64 *place, size_t *size)
{
    if (!session->reading) {
        int copy = fcntl(session->file, F_DUPFD_CLOEXEC, 0);
        session->reading = copy >= 0 ? fdopen(copy, "r") : NULL;
        session->line = g_malloc(LIMIT_LINE + 1);
        if (!session->reading)
            return NULL;
        rewind(session->reading);
    }
    size_t length = 0, kept = 0;
    int byte;
    while ((byte = getc_unlocked(session->reading)) != EOF) {
        length++;
        if (kept <= LIMIT_LINE)
            session->line[kept++] = (char)byte;
        if (byte == '\n')
            break;
    }
    if (length == 0)
        return NULL;
    *place = session->next;
    *size = kept;
    session->next += (gint64)length;
    session->end = session->next;
    return session->line;
}

const char *session_path(const Session *session)
{
    return session->saved ? session->path : NULL;
}

void session_discard(Session *session)
{
    if (session->saved)
        unlink(session->path);
    session->saved = false;
}

void session_free(Session *session)
{
    if (!session)
        return;
    close(session->file);
    if (session->reading)
        fclose(session->reading);
    g_byte_array_unref(session->waiting);
    g_free(session->line);
    g_free(session->path);
    g_free(session);
}
