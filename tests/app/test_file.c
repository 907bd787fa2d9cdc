/* Files are written whole, and nothing that is there is lost unless it is wanted so. */
#include "app/file.h"
#include "tests/check.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *path;

static void make_folder(void)
{
    umask(022);
    folder = g_dir_make_tmp("tlsdive-XXXXXX", NULL);
    path = g_build_filename(folder, "file", NULL);
}

static void remove_folder(void)
{
    g_unlink(path);
    ck_assert_int_eq(g_rmdir(folder), 0); /* nothing else was left there */
    g_free(path);
    g_free(folder);
}

static void holds(const char *text)
{
    g_autofree char *got = NULL;
    ck_assert(g_file_get_contents(path, &got, NULL, NULL));
    ck_assert_str_eq(got, text);
}

START_TEST(a_new_file_is_written)
{
    struct stat status;
    ck_assert(file_write(path, "text", 4, false, NULL));
    holds("text");
    ck_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0644);
}
END_TEST

START_TEST(a_file_is_replaced_only_if_wanted)
{
    g_autoptr(GError) error = NULL;
    ck_assert(file_write(path, "old", 3, false, NULL));
    ck_assert(!file_write(path, "new", 3, false, &error));
    ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST));
    holds("old");
    ck_assert(file_write(path, "new", 3, true, NULL));
    holds("new");
}
END_TEST

START_TEST(a_link_stays_a_link)
{
    g_autofree char *real = g_build_filename(folder, "real", NULL);
    ck_assert(file_write(real, "old", 3, false, NULL));
    ck_assert_int_eq(symlink(real, path), 0);
    ck_assert(file_write(path, "new", 3, true, NULL));
    struct stat status;
    ck_assert(lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
    holds("new");
    g_unlink(real);
}
END_TEST

START_TEST(what_is_no_file_is_not_replaced)
{
    g_autoptr(GError) error = NULL;
    ck_assert(!file_write(folder, "x", 1, true, &error));
    ck_assert(!file_write("/dev/null", "x", 1, true, NULL));
    ck_assert(!file_write("/nowhere/at/all", "x", 1, true, NULL));
    ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *all = tcase_create("file");
    tcase_add_checked_fixture(all, make_folder, remove_folder);
    tcase_add_test(all, a_new_file_is_written);
    tcase_add_test(all, a_file_is_replaced_only_if_wanted);
    tcase_add_test(all, a_link_stays_a_link);
    tcase_add_test(all, what_is_no_file_is_not_replaced);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
