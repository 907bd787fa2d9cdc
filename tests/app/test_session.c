/* Sessions keep lines and give them back; streams write, read and say what they could not. */
#include "config.h"

#include "app/session.h"
#include "app/stream.h"
#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static void make_folder(void)
{
    folder = g_dir_make_tmp("tlsdive-XXXXXX", NULL);
}

static void remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void append_and_read(const char *path)
{
    g_autoptr(Session) session = session_new(path, false, NULL);
    ck_assert_ptr_nonnull(session);
    char *why = NULL;
    gint64 first = session_append(session, "one\n", 4);
    gint64 second = session_append(session, "second\n", 7);
    g_autofree char *waiting = session_read(session, second, 7);
    ck_assert_str_eq(waiting, "second\n");
    ck_assert(session_flush(session, &why));
    gint64 third = session_append(session, "3\n", 2);
    g_autofree char *written = session_read(session, first, 4);
    g_autofree char *newest = session_read(session, third, 2);
    ck_assert_str_eq(written, "one\n");
    ck_assert_str_eq(newest, "3\n");
    ck_assert_ptr_null(session_read(session, third, 3));
    ck_assert_ptr_null(session_read(session, -1, 3));
    ck_assert_ptr_null(session_read(session, G_MAXINT64, 3));
}

START_TEST(lines_come_back_from_memory)
{
    append_and_read(NULL);
}
END_TEST

START_TEST(lines_come_back_from_a_file)
{
    g_autofree char *path = in_folder("a.jsonl");
    append_and_read(path);
    struct stat status;
    ck_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    ck_assert_ptr_null(session_new(path, false, NULL)); /* it is there */
}
END_TEST

START_TEST(the_usual_place_is_made)
{
    g_setenv("XDG_STATE_HOME", folder, TRUE);
    g_autofree char *path = session_default_path();
    g_autofree char *place = g_path_get_dirname(path);
    struct stat status;
    ck_assert(stat(place, &status) == 0 && (status.st_mode & 0777) == 0700);
    ck_assert(g_str_has_prefix(place, folder) && g_str_has_suffix(path, ".jsonl"));
    g_rmdir(place);
}
END_TEST

START_TEST(a_full_disk_loses_nothing_that_was_there)
{
    char *why = NULL;
    g_autoptr(Session) session = session_new("/dev/full", true, NULL);
    ck_assert_ptr_nonnull(session);
    gint64 place = session_append(session, "kept\n", 5);
    ck_assert(!session_flush(session, &why));
    ck_assert_ptr_nonnull(why);
    ck_assert_ptr_null(session_path(session));
    g_free(why);
    session_append(session, "more\n", 5);
    ck_assert(session_flush(session, &why));
    g_autofree char *line = session_read(session, place + 5, 5);
    ck_assert_str_eq(line, "more\n");
    g_autofree char *old = session_read(session, place, 5);
    ck_assert_str_eq(old, "kept\n");
}
END_TEST

/* ---- streams -------------------------------------------------------------------------------- */

static GPtrArray *seen; /* codes of error facts */

static void watch(void *data, json_t *fact, Endpoint *changed, const char *line)
{
    (void)data;
    (void)changed;
    ck_assert(g_str_has_suffix(line, "\n"));
    if (fact_kind(fact) == FACT_ERROR)
        g_ptr_array_add(seen, g_strdup(fact_string(fact, "code", "")));
}

static Stream *stream_in(Session *session)
{
    seen = g_ptr_array_new_with_free_func(g_free);
    return stream_new(session, watch, NULL);
}

static void add(Stream *stream, const char *line)
{
    g_autoptr(json_t) fact = fact_from_line(line, strlen(line), NULL);
    ck_assert_ptr_nonnull(fact);
    stream_add(stream, fact);
}

static void fill(Stream *stream)
{
    stream_begin(stream);
    add(stream, "{\"fact\":\"endpoint\",\"endpoint\":\"1\",\"target\":\"a:1\",\"host\":\"a\","
                "\"port\":1,\"transport\":\"tcp\",\"entry\":\"tls\",\"named\":true}");
    add(stream, "{\"fact\":\"state\",\"endpoint\":\"1\",\"state\":\"connecting\"}");
    add(stream, "{\"fact\":\"done\",\"endpoint\":\"1\",\"result\":\"refused\",\"took\":0.1}");
}

static char *add_bytes(Stream *stream, size_t size)
{
    g_autofree guint8 *bytes = g_malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (guint8)(i * 7 + i / 256);
    char *sha256 = bytes_sha256(bytes, size);
    g_autoptr(GPtrArray) parts = fact_bytes(sha256, bytes, size);
    for (guint i = 0; i < parts->len; i++)
        stream_add(stream, parts->pdata[parts->len - 1 - i]); /* in any order */
    return sha256;
}

START_TEST(bytes_come_back_whole)
{
    Stream *stream = stream_in(session_new(NULL, false, NULL));
    stream_begin(stream);
    g_autofree char *sha256 = add_bytes(stream, LIMIT_BYTES_PART * 2 + 5);
    stream_flush(stream);
    g_autoptr(GBytes) bytes = stream_bytes(stream, sha256);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(g_bytes_get_size(bytes), LIMIT_BYTES_PART * 2 + 5);
    ck_assert_ptr_null(stream_bytes(stream, "0000"));
    stream_free(stream);
}
END_TEST

START_TEST(bytes_that_are_not_what_they_are_called_are_none)
{
    Stream *stream = stream_in(session_new(NULL, false, NULL));
    g_autofree char *sha256 = bytes_sha256((const guint8 *)"other", 5);
    g_autoptr(GPtrArray) parts = fact_bytes(sha256, (const guint8 *)"these", 5);
    stream_add(stream, parts->pdata[0]);
    ck_assert_ptr_null(stream_bytes(stream, sha256));
    stream_free(stream);
}
END_TEST

START_TEST(bytes_stand_once)
{
    g_autofree char *path = in_folder("once.jsonl");
    Stream *stream = stream_in(session_new(path, false, NULL));
    stream_begin(stream);
    g_autofree char *sha256 = add_bytes(stream, 100);
    g_autofree char *same = add_bytes(stream, 100);
    stream_free(stream);
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_ptr_eq(strstr(text, sha256), g_strrstr(text, same));
}
END_TEST

START_TEST(what_was_saved_is_read)
{
    g_autofree char *path = in_folder("b.jsonl");
    Stream *stream = stream_in(session_new(path, false, NULL));
    fill(stream);
    g_autofree char *sha256 = add_bytes(stream, 1000);
    stream_free(stream);
    stream = stream_in(session_open(path, NULL));
    ck_assert(stream_read(stream));
    const Endpoint *endpoint = model_endpoint(stream_model(stream), "1");
    ck_assert_str_eq(endpoint->result, "refused");
    g_autoptr(GBytes) bytes = stream_bytes(stream, sha256);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(seen->len, 0);
    stream_free(stream);
}
END_TEST

/* Cut anywhere, a session is read as far as its lines are whole; a cut line is said. */
START_TEST(a_session_may_be_cut_anywhere)
{
    g_autofree char *path = in_folder("c.jsonl");
    Stream *stream = stream_in(session_new(path, false, NULL));
    fill(stream);
    stream_free(stream);
    g_autofree char *text = NULL;
    gsize size = 0;
    ck_assert(g_file_get_contents(path, &text, &size, NULL));
    for (gsize length = size - 1; length > 0; length--) {
        ck_assert_int_eq(truncate(path, (off_t)length), 0);
        stream = stream_in(session_open(path, NULL));
        bool whole = text[length - 1] == '\n' || text[length] == '\n';
        bool first = memchr(text, '\n', length) != NULL || text[length] == '\n';
        ck_assert(stream_read(stream) == first);
        ck_assert_uint_eq(seen->len, whole ? 0 : 1);
        if (!whole)
            ck_assert_str_eq(seen->pdata[0], "stream-cut");
        stream_free(stream);
    }
}
END_TEST

START_TEST(foreign_lines_and_newer_formats_are_said)
{
    g_autofree char *path = in_folder("d.jsonl");
    g_autoptr(GString) text = g_string_new("nonsense\n{\"a\":1}\n[]\n");
    g_string_append(text, "{\"fact\":\"stream\",\"format\":99,\"program\":\"x\",\"time\":"
                          "\"2026-01-01T00:00:00Z\",\"vantage\":\"v\",\"at\":0}\n"
                          "{\"fact\":\"unheard-of\",\"at\":0,\"what\":[1,2]}\n");
    for (int i = 0; i < LIMIT_LINE + 10; i++)
        g_string_append_c(text, 'x');
    g_string_append(text,
                    "\n{\"fact\":\"state\",\"endpoint\":\"none\",\"state\":\"hello\",\"at\":1}");
    ck_assert(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
    Stream *stream = stream_in(session_open(path, NULL));
    ck_assert(stream_read(stream));
    ck_assert_uint_eq(seen->len, 2);
    ck_assert_str_eq(seen->pdata[0], "stream-newer");
    ck_assert_str_eq(seen->pdata[1], "stream-cut");
    const json_t *error = stream_model(stream)->errors->pdata[1];
    ck_assert_int_eq(fact_integer(json_object_get(error, "args"), "lines", 0), 4);
    ck_assert_int_eq(fact_integer(json_object_get(error, "args"), "line", 0), 1);
    stream_free(stream);
}
END_TEST

START_TEST(a_failed_save_is_an_error_once)
{
    Stream *stream = stream_in(session_new("/dev/full", true, NULL));
    fill(stream);
    stream_flush(stream);
    stream_flush(stream);
    fill(stream);
    stream_flush(stream);
    ck_assert_uint_eq(seen->len, 1);
    ck_assert_str_eq(seen->pdata[0], "save-failed");
    g_autofree char *sha256 = add_bytes(stream, 10);
    g_autoptr(GBytes) bytes = stream_bytes(stream, sha256);
    ck_assert_ptr_nonnull(bytes);
    stream_free(stream);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *all = tcase_create("session");
    tcase_add_checked_fixture(all, make_folder, remove_folder);
    tcase_add_test(all, lines_come_back_from_memory);
    tcase_add_test(all, lines_come_back_from_a_file);
    tcase_add_test(all, the_usual_place_is_made);
    tcase_add_test(all, a_full_disk_loses_nothing_that_was_there);
    tcase_add_test(all, bytes_come_back_whole);
    tcase_add_test(all, bytes_that_are_not_what_they_are_called_are_none);
    tcase_add_test(all, bytes_stand_once);
    tcase_add_test(all, what_was_saved_is_read);
    tcase_add_test(all, a_session_may_be_cut_anywhere);
    tcase_add_test(all, foreign_lines_and_newer_formats_are_said);
    tcase_add_test(all, a_failed_save_is_an_error_once);
    suite_add_tcase(suite, all);
    return check_main(suite);
}
