#include "front/model/files.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"

static void object_free(gpointer data)
{
    FileObject *object = data;
    json_decref(object->fact);
    g_free(object);
}

static void file_free(gpointer data)
{
    File *file = data;
    g_free(file->id);
    json_decref(file->fact);
    g_string_free(file->path, TRUE);
    g_ptr_array_unref(file->objects);
    g_free(file);
}

Files *files_new(void)
{
    Files *files = g_new0(Files, 1);
    files->all = g_ptr_array_new_with_free_func(file_free);
    files->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    files->places =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    files->keys =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    files->directories = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    return files;
}

void files_free(Files *files)
{
    g_hash_table_unref(files->by_id);
    g_hash_table_unref(files->places);
    g_hash_table_unref(files->keys);
    g_ptr_array_unref(files->directories);
    g_ptr_array_unref(files->all);
    g_free(files);
}

static File *file_get(Files *files, const char *id)
{
    File *file = g_hash_table_lookup(files->by_id, id);
    if (file)
        return file;
    file = g_new0(File, 1);
    file->id = g_strdup(id);
    file->path = g_string_new(NULL);
    file->objects = g_ptr_array_new_with_free_func(object_free);
    g_ptr_array_add(files->all, file);
    g_hash_table_insert(files->by_id, file->id, file);
    return file;
}

static void list_under(GHashTable *table, const char *key, FileObject *object)
{
    GPtrArray *list = g_hash_table_lookup(table, key);
    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(table, g_strdup(key), list);
    }
    g_ptr_array_add(list, object);
}

static void strike(GHashTable *table, const char *key, FileObject *object)
{
    GPtrArray *list = key ? g_hash_table_lookup(table, key) : NULL;
    if (list)
        g_ptr_array_remove(list, object);
}

static void empty(Files *files, File *file)
{
    for (guint i = 0; i < file->objects->len; i++) {
        FileObject *object = file->objects->pdata[i];
        strike(files->places, object->sha256, object);
        strike(files->keys, object->spki, object);
    }
    g_ptr_array_set_size(file->objects, 0);
    files->changes++;
}

bool files_fold_file(Files *files, json_t *fact)
{
    const char *id = fact_string(fact, "file", NULL);
    GString *path = fact_text_get(json_object_get(fact, "path"));
    if (!id || !path) {
        if (path)
            g_string_free(path, TRUE);
        return false;
    }
    File *file = file_get(files, id);
    if (fact_integer(fact, "objects", 0) == 0)
        empty(files, file);
    g_string_free(file->path, TRUE);
    file->path = path;
    json_decref(file->fact);
    file->fact = json_incref(fact);
    files->changes++;
    return true;
}

bool files_fold_object(Files *files, json_t *fact)
{
    const char *id = fact_string(fact, "file", NULL), *kind = fact_string(fact, "kind", NULL);
    json_int_t index = fact_integer(fact, "index", 0);
    if (!id || !kind || index < 1 || index > LIMIT_BUNDLE)
        return false;
    File *file = file_get(files, id);
    if (index == 1)
        empty(files, file);
    if (files->all->pdata[files->all->len - 1] != file)
        files->changes++;
    FileObject *object = g_new0(FileObject, 1);
    *object = (FileObject){.file = file,
                           .index = (guint)index,
                           .fact = json_incref(fact),
                           .kind = g_intern_string(kind),
                           .sha256 = fact_string(fact, "sha256", NULL),
                           .spki = fact_string(fact, "spki_sha256", NULL)};
    g_ptr_array_add(file->objects, object);
    if (object->sha256 && g_str_equal(kind, "certificate"))
        list_under(files->places, object->sha256, object);
    if (object->spki && g_str_equal(kind, "private-key")) {
        list_under(files->keys, object->spki, object);
        files->changes++; /* lines of certificates say where their key is */
    }
    return true;
}

bool files_fold_directory(Files *files, json_t *fact)
{
    if (!json_object_get(fact, "path"))
        return false;
    g_ptr_array_add(files->directories, json_incref(fact));
    files->changes++;
    return true;
}

const File *files_find(const Files *files, const char *id)
{
    return g_hash_table_lookup(files->by_id, id);
}

static const GPtrArray *lookup(GHashTable *table, const char *key)
{
    const GPtrArray *list = key ? g_hash_table_lookup(table, key) : NULL;
    return list && list->len ? list : NULL;
}

const GPtrArray *files_places(const Files *files, const char *sha256)
{
    return lookup(files->places, sha256);
}

const GPtrArray *files_keys(const Files *files, const char *spki)
{
    return lookup(files->keys, spki);
}
