#include "config.h"

#include "app/opening.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

enum {
    OPENING_AT_ONCE = 2,     /* files that the reader has */
    OPENING_LOOK = 64 << 10, /* bytes of a file in a directory that are looked at first */
};

/* A directory that was named, and what was found in it. */
typedef struct Folder {
    char *path;
    guint files, holding, unreadable, special, cut, deep;
    guint waiting; /* entries of it that are not done */
} Folder;

/* Something to be opened. */
typedef struct Entry {
    char *path;
    char *id;       /* of a file that was told before; NULL: new */
    Folder *folder; /* NULL: it was named itself */
    guint depth;
    char *password; /* for this time alone; NULL: that of all */
} Entry;

struct Opening {
    OpeningEvents events;
    GQueue entries;     /* Entry * */
    GPtrArray *folders; /* Folder *, owned */
    GHashTable *seen;   /* "device:inode" of files and directories in directories */
    GHashTable *paths;  /* id -> path */
    GHashTable *asked;  /* id -> Folder (or NULL): what the reader has */
    char *password;
    uv_idle_t *idle;
    guint ids, named;
    bool started;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->path);
    g_free(entry->id);
    g_free(entry->password);
    g_free(entry);
}

static void folder_free(gpointer data)
{
    Folder *folder = data;
    g_free(folder->path);
    g_free(folder);
}

Opening *opening_new(uv_loop_t *loop, const OpeningEvents *events)
{
    Opening *opening = g_new0(Opening, 1);
    opening->events = *events;
    g_queue_init(&opening->entries);
    opening->folders = g_ptr_array_new_with_free_func(folder_free);
    opening->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    opening->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    opening->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    opening->idle = g_new0(uv_idle_t, 1);
    opening->idle->data = opening;
    uv_idle_init(loop, opening->idle);
    return opening;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* At most `most` bytes of a file from where it stands; false and errno if that fails. */
static bool read_some(int file, GByteArray *bytes, size_t most)
{
    while (bytes->len < most) {
        guint before = bytes->len, step = (guint)MIN(most - before, (size_t)256 << 10);
        g_byte_array_set_size(bytes, before + step);
        ssize_t got = read(file, bytes->data + before, step);
        g_byte_array_set_size(bytes, before + (guint)MAX(got, 0));
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
    }
    return true;
}

/* Could this be the beginning of anything that the reader knows? */
static bool looks_promising(const GByteArray *bytes)
{
    static const char mark[] = "-----BEGIN ";
    static const guint8 java[2][4] = {{0xfe, 0xed, 0xfe, 0xed}, {0xce, 0xce, 0xce, 0xce}};
    if (bytes->len < 4)
        return false;
    return bytes->data[0] == 0x30 || memcmp(bytes->data, "MI", 2) == 0 ||
           memcmp(bytes->data, java[0], 4) == 0 || memcmp(bytes->data, java[1], 4) == 0 ||
           memmem(bytes->data, bytes->len, mark, sizeof mark - 1);
}

/* Never waits for whoever would write to a FIFO, and takes no terminal over. */
static int open_quietly(const char *path)
{
    return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool opening_is_path(const char *word)
{
    struct stat status;
    if (strstr(word, "://") || stat(word, &status))
        return false;
    if (strchr(word, '/'))
        return true;
    if (!S_ISREG(status.st_mode))
        return false;
    int file = open_quietly(word);
    if (file < 0)
        return false;
    GByteArray *bytes = g_byte_array_new();
    bool promising = read_some(file, bytes, LIMIT_FILE) && looks_promising(bytes);
    g_byte_array_unref(bytes);
    close(file);
    return promising;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static const char *id_of(Opening *opening, Entry *entry)
{
    if (!entry->id)
        entry->id = g_strdup_printf("f%u", ++opening->ids);
    if (!g_hash_table_contains(opening->paths, entry->id))
        g_hash_table_insert(opening->paths, g_strdup(entry->id), g_strdup(entry->path));
    return entry->id;
}

/* A file that the reader is not given; `args` is taken. */
static void tell_reason(Opening *opening, Entry *entry, const char *reason, json_t *args)
{
    g_autoptr(json_t) fact = fact_new(FACT_FILE);
    json_object_set_new(fact, "file", json_string(id_of(opening, entry)));
    json_object_set_new(fact, "path", fact_text(entry->path, strlen(entry->path)));
    json_object_set_new(fact, "objects", json_integer(0));
    json_object_set_new(fact, "reason", json_string(reason));
    if (args)
        json_object_set_new(fact, "args", args);
    opening->events.fact(opening->events.data, fact);
}

static void tell_errno(Opening *opening, Entry *entry, int number)
{
    const char *what = g_strerror(number);
    if (entry->folder)
        entry->folder->unreadable++;
    tell_reason(opening, entry, "file-unreadable",
                json_pack("{s:o}", "what", fact_text(what, strlen(what))));
}

static void set_count(json_t *fact, const char *member, guint count)
{
    if (count)
        json_object_set_new(fact, member, json_integer(count));
}

static void tell_folder(Opening *opening, const Folder *folder)
{
    g_autoptr(json_t) fact = fact_new(FACT_DIRECTORY);
    json_object_set_new(fact, "path", fact_text(folder->path, strlen(folder->path)));
    json_object_set_new(fact, "files", json_integer(folder->files));
    json_object_set_new(fact, "holding", json_integer(folder->holding));
    set_count(fact, "unreadable", folder->unreadable);
    set_count(fact, "special", folder->special);
    set_count(fact, "cut", folder->cut);
    set_count(fact, "deep", folder->deep);
    opening->events.fact(opening->events.data, fact);
}

/* One thing less of a directory to wait for. */
static void settle(Opening *opening, Folder *folder)
{
    if (folder && --folder->waiting == 0)
        tell_folder(opening, folder);
}

/* ---- opening -------------------------------------------------------------------------------- */

static void hand_over(Opening *opening, Entry *entry, GByteArray *bytes)
{
    const char *id = id_of(opening, entry);
    char *base64 = g_base64_encode(bytes->data, bytes->len);
    const char *password = entry->password ? entry->password : opening->password;
    json_t *job =
        json_pack("{s:s,s:s,s:s,s:o,s:b}", "job", "inspect", "file", id, "base64", base64, "path",
                  fact_text(entry->path, strlen(entry->path)), "quiet", entry->folder != NULL);
    wipe(base64);
    if (password)
        json_object_set_new(job, "password", json_string(password));
    g_hash_table_insert(opening->asked, g_strdup(id), entry->folder);
    if (entry->folder)
        entry->folder->waiting++;
    opening->events.ask(opening->events.data, job);
}

static void read_file(Opening *opening, Entry *entry, int file)
{
    GByteArray *bytes = g_byte_array_new();
    errno = 0;
    bool fine = read_some(file, bytes, entry->folder ? OPENING_LOOK : LIMIT_FILE + 1);
    bool worth = !entry->folder || looks_promising(bytes);
    if (fine && worth && entry->folder)
        fine = read_some(file, bytes, LIMIT_FILE + 1);
    if (!fine)
        tell_errno(opening, entry, errno);
    else if (worth && bytes->len > LIMIT_FILE)
        tell_reason(opening, entry, "file-too-large", json_pack("{s:i}", "bytes", LIMIT_FILE));
    else if (worth)
        hand_over(opening, entry, bytes);
    if (bytes->len)
        explicit_bzero(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
}

/* True the first time that a directory's search meets a file. */
static bool is_new(Opening *opening, const Entry *entry, const struct stat *status)
{
    if (!entry->folder)
        return true;
    return g_hash_table_add(opening->seen,
                            g_strdup_printf("%s/%ju:%ju", entry->folder->path,
                                            (uintmax_t)status->st_dev, (uintmax_t)status->st_ino));
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The names in a directory, sorted; what is too many is counted as cut. */
static GPtrArray *list_names(DIR *directory, Folder *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const struct dirent *item; (item = readdir(directory));) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (folder->files + names->len >= LIMIT_FILES) {
            folder->cut = LIMIT_FILES;
            break;
        }
        g_ptr_array_add(names, g_strdup(item->d_name));
    }
    g_ptr_array_sort(names, by_name);
    return names;
}

/* Its entries come before what waits. */
static void enter(Opening *opening, Entry *entry, int file)
{
    if (entry->depth >= LIMIT_FOLDERS) {
        entry->folder->deep++;
        close(file);
        return;
    }
    if (!entry->folder) {
        entry->folder = g_new0(Folder, 1);
        entry->folder->path = g_strdup(entry->path);
        entry->folder->waiting = 1;
        g_ptr_array_add(opening->folders, entry->folder);
    }
    DIR *directory = fdopendir(file);
    if (!directory) {
        tell_errno(opening, entry, errno);
        close(file);
        return;
    }
    g_autoptr(GPtrArray) names = list_names(directory, entry->folder);
    closedir(directory);
    for (guint i = names->len; i-- > 0;) {
        Entry *inside = g_new0(Entry, 1);
        inside->path = g_build_filename(entry->path, names->pdata[i], NULL);
        inside->folder = entry->folder;
        inside->depth = entry->depth + 1;
        entry->folder->waiting++;
        g_queue_push_head(&opening->entries, inside);
    }
}

static void open_special(Opening *opening, Entry *entry)
{
    if (entry->folder)
        entry->folder->special++;
    else
        tell_reason(opening, entry, "file-special", NULL);
}

/* Whether it is a file is asked before it is opened, for opening a device may already do something;
 * and once more after, for it may be another by then. */
static void open_entry(Opening *opening, Entry *entry)
{
    struct stat status;
    bool there = stat(entry->path, &status) == 0;
    if (there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        open_special(opening, entry);
        return;
    }
    int file = there ? open_quietly(entry->path) : -1;
    if (file < 0 || fstat(file, &status)) {
        /* a link to nowhere is nothing that could be read */
        if (!entry->folder || errno != ENOENT)
            tell_errno(opening, entry, errno);
        if (file >= 0)
            close(file);
        return;
    }
    bool new = is_new(opening, entry, &status);
    if (new &&S_ISDIR(status.st_mode)) {
        enter(opening, entry, file);
        return;
    }
    if (new &&S_ISREG(status.st_mode)) {
        if (entry->folder)
            entry->folder->files++;
        read_file(opening, entry, file);
    } else if (new) {
        open_special(opening, entry);
    }
    close(file);
}

static void check_over(Opening *opening)
{
    if (opening->started && opening_is_over(opening))
        opening->events.over(opening->events.data);
}

static void on_idle(uv_idle_t *idle)
{
    Opening *opening = idle->data;
    Entry *entry = g_hash_table_size(opening->asked) < OPENING_AT_ONCE
                       ? g_queue_pop_head(&opening->entries)
                       : NULL;
    if (!entry) {
        uv_idle_stop(idle);
        return;
    }
    open_entry(opening, entry);
    settle(opening, entry->folder);
    entry_free(entry);
    check_over(opening);
}

static void go_on(Opening *opening)
{
    if (opening->started && !g_queue_is_empty(&opening->entries))
        uv_idle_start(opening->idle, on_idle);
}

/* ---- from outside --------------------------------------------------------------------------- */

void opening_add(Opening *opening, const char *path)
{
    if (opening->named >= LIMIT_FILES)
        return;
    opening->named++;
    Entry *entry = g_new0(Entry, 1);
    entry->path = g_strdup(path);
    g_queue_push_tail(&opening->entries, entry);
    go_on(opening);
}

bool opening_read_password(Opening *opening, const char *path, GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    GByteArray *bytes = g_byte_array_new();
    bool fine = file >= 0 && read_some(file, bytes, LIMIT_PASSWORD + 1);
    int number = errno;
    size_t size = 0;
    while (size < bytes->len && !strchr("\r\n", bytes->data[size]))
        size++;
    if (!fine)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path,
                    g_strerror(number));
    else if (size > LIMIT_PASSWORD)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: a password of more than %d bytes",
                    path, LIMIT_PASSWORD);
    fine = fine && size <= LIMIT_PASSWORD;
    if (fine)
        opening->password = g_strndup((const char *)bytes->data, size);
    if (bytes->len)
        explicit_bzero(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    if (file >= 0)
        close(file);
    return fine;
}

bool opening_again(Opening *opening, const char *file, const char *password)
{
    const char *path = g_hash_table_lookup(opening->paths, file);
    if (!path || g_hash_table_contains(opening->asked, file))
        return false;
    Entry *entry = g_new0(Entry, 1);
    entry->path = g_strdup(path);
    entry->id = g_strdup(file);
    entry->password = g_strdup(password);
    g_queue_push_head(&opening->entries, entry);
    opening->started = true;
    go_on(opening);
    return true;
}

void opening_start(Opening *opening)
{
    opening->started = true;
    go_on(opening);
}

void opening_told(Opening *opening, const json_t *fact)
{
    Folder *folder = g_hash_table_lookup(opening->asked, fact_string(fact, "file", ""));
    if (folder)
        folder->holding++;
}

void opening_ended(Opening *opening, const json_t *job)
{
    const char *id = fact_string(job, "file", "");
    Folder *folder = g_hash_table_lookup(opening->asked, id);
    if (!g_hash_table_remove(opening->asked, id))
        return;
    settle(opening, folder);
    go_on(opening);
    check_over(opening);
}

bool opening_is_empty(const Opening *opening)
{
    return opening->named == 0;
}

bool opening_is_over(const Opening *opening)
{
    return g_queue_is_empty((GQueue *)&opening->entries) && g_hash_table_size(opening->asked) == 0;
}

void opening_free(Opening *opening)
{
    if (!opening)
        return;
    uv_close((uv_handle_t *)opening->idle, (uv_close_cb)g_free);
    g_queue_clear_full(&opening->entries, entry_free);
    g_ptr_array_unref(opening->folders);
    g_hash_table_unref(opening->seen);
    g_hash_table_unref(opening->paths);
    g_hash_table_unref(opening->asked);
    wipe(opening->password);
    g_free(opening);
}
