/* replay: the main of a fuzz target that is built without libFuzzer.
 *
 * The target gets each file of its corpus (tests/fuzz/corpus/X for fuzz_X, or the folder or files
 * named as arguments): whole, and if it is small, cut at every length and with every byte flipped.
 * A target fails by dying, so each file is a test of its own in TAP, printed when it has survived.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALL = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of just this size, so that a sanitizer sees a read behind the end. */
static void feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = g_memdup2(data, size);

    (void)LLVMFuzzerTestOneInput(copy, size);
    g_free(copy);
}

static void replay(uint8_t *data, size_t size)
{
    feed(data, size);
    if (size > SMALL)
        return;
    for (size_t i = 0; i < size; i++) {
        feed(data, i);
        data[i] ^= 0xff;
        feed(data, size);
        data[i] ^= 0xff ^ 0x01;
        feed(data, size);
        data[i] ^= 0x01;
    }
}

static void replay_file(const char *path, int number)
{
    g_autofree char *data = NULL;
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(GError) error = NULL;
    gsize size;

    if (g_file_get_contents(path, &data, &size, &error)) {
        replay((uint8_t *)data, size);
        printf("ok %d - %s\n", number, name);
    } else {
        printf("not ok %d - %s: %s\n", number, name, error->message);
    }
    fflush(stdout);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* The files of a folder, or the file itself. */
static void add_files(GPtrArray *files, const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    if (dir == NULL) {
        g_ptr_array_add(files, g_strdup(path));
        return;
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(files, g_build_filename(path, name, NULL));
    g_dir_close(dir);
}

static char *corpus_of(const char *program)
{
    const char *srcdir = g_getenv("srcdir");
    g_autofree char *name = g_path_get_basename(program);
    const char *subject = g_str_has_prefix(name, "fuzz_") ? name + strlen("fuzz_") : name;

    return g_build_filename(srcdir ? srcdir : ".", "tests", "fuzz", "corpus", subject, NULL);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            add_files(files, argv[i]);
    } else {
        g_autofree char *corpus = corpus_of(argv[0]);
        add_files(files, corpus);
    }
    g_ptr_array_sort(files, by_name);
    printf("1..%u\n", files->len + 1);
    feed((const uint8_t *)"", 0);
    printf("ok 1 - nothing\n");
    for (guint i = 0; i < files->len; i++)
        replay_file(files->pdata[i], (int)i + 2);
    return EXIT_SUCCESS;
}
