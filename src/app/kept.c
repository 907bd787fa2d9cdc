#include "app/kept.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/file.h"
#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"

enum { KEPT_FORMAT = 1, KEPT_MODE = 0700 };

static const char ending[] = ".kept";

char *kept_folder(void)
{
    return g_build_filename(g_get_user_cache_dir(), "tlsdive", NULL);
}

static char *path_of(const char *folder, const char *key)
{
    g_autofree char *hash = bytes_sha256((const uint8_t *)key, strlen(key));
    g_autofree char *name = g_strconcat(hash, ending, NULL);
    return g_build_filename(folder, name, NULL);
}

/* It is what was put there, byte for byte. */
static bool is_whole(const json_t *thing, const char *key)
{
    gsize size = 0;
    g_autofree guchar *body = g_base64_decode(fact_string(thing, "body", ""), &size);
    g_autofree char *sha256 = bytes_sha256(body, size);
    return fact_integer(thing, "format", 0) == KEPT_FORMAT && size > 0 &&
           g_str_equal(fact_string(thing, "key", ""), key) &&
           g_str_equal(fact_string(json_object_get(thing, "fact"), "sha256", ""), sha256);
}

json_t *kept_get(const char *folder, const char *key, gint64 now)
{
    g_autofree char *path = path_of(folder, key);
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, NULL))
        return NULL;
    json_t *thing = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    if (is_whole(thing, key) && fact_integer(thing, "until", 0) > now)
        return thing;
    json_decref(thing);
    g_unlink(path);
    return NULL;
}

typedef struct KeptFile {
    char *path;
    gint64 changed;
    goffset size;
} KeptFile;

static void clear_file(gpointer data)
{
    g_free(((KeptFile *)data)->path);
}

static gint oldest_first(gconstpointer left, gconstpointer right)
{
    const KeptFile *a = left, *b = right;
    return a->changed < b->changed ? -1 : a->changed > b->changed;
}

/* Removes the oldest files until `more` bytes have room. */
static void make_room(const char *folder, size_t more)
{
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(KeptFile));
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    const char *name;
    goffset all = (goffset)more;
    g_array_set_clear_func(files, clear_file);
    while (listing && (name = g_dir_read_name(listing))) {
        KeptFile file = {.path = g_build_filename(folder, name, NULL)};
        GStatBuf status;
        if (!g_str_has_suffix(name, ending) || g_lstat(file.path, &status)) {
            g_free(file.path);
            continue;
        }
        file.changed = status.st_mtime;
        file.size = status.st_size;
        all += file.size;
        g_array_append_val(files, file);
    }
    g_array_sort(files, oldest_first);
    for (guint i = 0; i < files->len && all > LIMIT_KEPT_BYTES; i++) {
        const KeptFile *file = &g_array_index(files, KeptFile, i);
        if (g_unlink(file->path) == 0)
            all -= file->size;
    }
}

void kept_put(const char *folder, const char *key, const json_t *thing, gint64 until)
{
    g_autoptr(json_t) whole = json_copy((json_t *)thing);
    json_object_set_new(whole, "format", json_integer(KEPT_FORMAT));
    json_object_set_new(whole, "key", json_string(key));
    json_object_set_new(whole, "until", json_integer(until));
    g_autofree char *text = json_dumps(whole, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!text || strlen(text) > LIMIT_KEPT_BYTES || g_mkdir_with_parents(folder, KEPT_MODE))
        return;
    make_room(folder, strlen(text));
    g_autofree char *path = path_of(folder, key);
    file_write(path, text, strlen(text), true, NULL);
}
