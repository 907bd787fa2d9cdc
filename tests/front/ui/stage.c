#include "tests/front/ui/stage.h"

#include "common/fact/fact.h"
#include "front/audit/audit.h"
#include "front/model/clock.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#include <stdlib.h>
#include <string.h>

static const gint64 wall = 1795485600; /* 2026-11-24T02:00:00Z */

static GBytes *port_bytes(void *data, const char *sha256)
{
    Stage *stage = data;
    GBytes *bytes = g_hash_table_lookup(stage->bytes, sha256);
    return bytes ? g_bytes_ref(bytes) : NULL;
}

static void port_explain(void *data, const UiExplain *what)
{
    Stage *stage = data;
    g_queue_push_tail(&stage->waiting, g_strdup_printf("%s:%s", what->kind, what->sha256));
}

static char *note(Stage *stage, const char *what, const GPtrArray *ids)
{
    g_string_append(stage->asked, what);
    for (guint i = 0; ids && i < ids->len; i++)
        g_string_append_printf(stage->asked, " %s", (const char *)ids->pdata[i]);
    g_string_append_c(stage->asked, '\n');
    return g_strdup(what);
}

static char *port_ask(void *data, const GPtrArray *ids)
{
    return note(data, "ask", ids);
}

static char *port_dive(void *data, const GPtrArray *ids)
{
    return note(data, "dive", ids);
}

static char *port_question(void *data, const char *endpoint, const json_t *question, guint times)
{
    Stage *stage = data;
    char *text = json_dumps(question, JSON_COMPACT | JSON_SORT_KEYS);
    g_string_append_printf(stage->asked, "question %s %s %u\n", endpoint, text, times);
    free(text);
    return g_strdup("asked");
}

static char *port_stop(void *data, const GPtrArray *ids)
{
    return note(data, "stop", ids);
}

static char *port_add(void *data, const char *targets, bool *refused)
{
    Stage *stage = data;
    g_string_append_printf(stage->asked, "add %s\n", targets);
    *refused = strchr(targets, '!') != NULL;
    if (*refused)
        return g_strdup("no target: try mail.example.com:25");
    if (g_str_equal(targets, "host:1"))
        stage_fold(stage, "{'fact':'endpoint','at':1,'endpoint':'added','target':'host:1','host':"
                          "'host','port':1,'transport':'tcp','entry':'tls','named':true}");
    return g_strdup("added");
}

static char *port_pause(void *data, bool paused)
{
    return note(data, paused ? "pause" : "resume", NULL);
}

static char *port_copy(void *data, const char *text, size_t size)
{
    Stage *stage = data;
    g_free(stage->copied);
    stage->copied = g_strndup(text, size);
    return g_strdup_printf("%zu bytes sent (OSC 52)", size);
}

static char *port_write(void *data, const UiFile *file, bool *refused)
{
    Stage *stage = data;
    *refused = g_str_has_prefix(file->path, "old") && !file->over;
    if (*refused)
        return g_strdup_printf("%s is there already", file->path);
    g_free(stage->written);
    stage->written = g_strndup(file->bytes, file->size);
    return g_strdup_printf("%zu bytes written", file->size);
}

/* Judges as the app does, but for the chains: their verdicts stay. */
static void port_time(void *data, bool asked, gint64 at)
{
    Stage *stage = data;
    AuditContext context = {.now = asked ? at : stage->wall};
    model_set_time(stage->model, asked, at);
    audit_judge_all(stage->model, &context);
}

static void port_suspend(void *data)
{
    g_free(note(data, "suspend", NULL));
}

static void port_quit(void *data)
{
    g_free(note(data, "quit", NULL));
}

static char *stream_path(const char *name)
{
    const char *directory = g_getenv("srcdir");
    return g_strdup_printf("%s/tests/front/streams/%s.jsonl", directory ? directory : ".", name);
}

/* Hands every line of a file of JSON Lines on. */
static void each_line(const char *name, void (*take)(Stage *stage, const json_t *fact),
                      Stage *stage)
{
    g_autofree char *path = stream_path(name);
    g_autofree char *text = NULL;
    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "cannot read %s", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        g_autoptr(json_t) fact = json_loads(*line, 0, NULL);
        ck_assert_ptr_nonnull(fact);
        take(stage, fact);
    }
}

static void take_bytes(Stage *stage, const json_t *fact)
{
    if (!g_str_equal(fact_string(fact, "fact", ""), "bytes"))
        return;
    gsize size = 0;
    guchar *data = g_base64_decode(fact_string(fact, "base64", ""), &size);
    g_hash_table_insert(stage->bytes, g_strdup(fact_string(fact, "sha256", "")),
                        g_bytes_new_take(data, size));
}

static void take_answer(Stage *stage, const json_t *answer)
{
    g_hash_table_insert(stage->answers, g_strdup(fact_string(answer, "id", "")),
                        json_incref((json_t *)answer));
}

static void drop_json(gpointer json)
{
    json_decref(json);
}

static void drop_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

Stage *stage_new(const char *name, StageSize size)
{
    Stage *stage = g_new0(Stage, 1);
    stage->model = name ? stream_model(name) : model_new();
    stage->asked = g_string_new(NULL);
    stage->bytes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, drop_bytes);
    stage->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, drop_json);
    stage->wall = wall;
    if (name) {
        each_line(name, take_bytes, stage);
        each_line("fields", take_answer, stage);
    }
    audit_judge_all(stage->model, &(AuditContext){.now = wall});
    stage->port = (UiPort){
        .data = stage,
        .bytes = port_bytes,
        .explain = port_explain,
        .ask = port_ask,
        .dive = port_dive,
        .question = port_question,
        .add = port_add,
        .stop = port_stop,
        .pause = port_pause,
        .copy = port_copy,
        .write = port_write,
        .time = port_time,
        .suspend = port_suspend,
        .quit = port_quit,
    };
    UiSettings settings = {.utf8 = size.utf8,
                           .title = name && g_str_equal(name, "many") ? "estate.txt" : NULL};
    stage->ui = ui_new(stage->model, &stage->port, &settings);
    stage_resize(stage, size);
    return stage;
}

void stage_free(Stage *stage)
{
    if (!stage)
        return;
    ui_free(stage->ui);
    surface_free(stage->surface);
    model_free(stage->model);
    g_string_free(stage->asked, TRUE);
    g_free(stage->copied);
    g_free(stage->written);
    g_hash_table_unref(stage->bytes);
    g_hash_table_unref(stage->answers);
    g_queue_clear_full(&stage->waiting, g_free);
    g_free(stage);
}

void stage_fold(Stage *stage, const char *line)
{
    Endpoint *endpoint = stream_fold(stage->model, line);
    if (endpoint)
        audit_judge(endpoint, &(AuditContext){.now = wall});
}

void stage_resize(Stage *stage, StageSize size)
{
    surface_free(stage->surface);
    stage->surface = surface_new(size.rows, size.columns, size.utf8);
    stage->utf8 = size.utf8;
}

static void draw(Stage *stage)
{
    ui_draw(stage->ui, stage->surface, stage->wall, stage->model->at);
}

/* Draws, answers what the drawing asked for, and draws again until nothing is asked. */
static void settle(Stage *stage)
{
    draw(stage);
    while (!g_queue_is_empty(&stage->waiting)) {
        g_autofree char *id = g_queue_pop_head(&stage->waiting);
        const json_t *answer = g_hash_table_lookup(stage->answers, id);
        if (answer)
            ui_fields(stage->ui, answer);
        draw(stage);
    }
}

void stage_keys(Stage *stage, const char *keys)
{
    g_auto(GStrv) words = g_strsplit(keys, " ", -1);
    settle(stage);
    for (char **word = words; *word; word++) {
        Key key = key_from_name(*word);
        if (key) {
            ui_key(stage->ui, key);
            settle(stage);
            continue;
        }
        for (const char *at = *word; *at; at = g_utf8_next_char(at))
            ui_key(stage->ui, g_utf8_get_char(at));
        settle(stage);
    }
}

char *stage_draw(Stage *stage)
{
    settle(stage);
    return surface_to_text(stage->surface);
}

char *stage_cursor_row(Stage *stage)
{
    g_autofree char *text = stage_draw(stage);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    return g_strdup(rows[stage->surface->cursor_row]);
}

void stage_expect(Stage *stage, const char *text)
{
    g_autofree char *screen = stage_draw(stage);
    ck_assert_msg(strstr(screen, text) != NULL, "no \"%s\" in\n%s", text, screen);
}

void stage_expect_none(Stage *stage, const char *text)
{
    g_autofree char *screen = stage_draw(stage);
    ck_assert_msg(!strstr(screen, text), "\"%s\" in\n%s", text, screen);
}

void stage_expect_row(Stage *stage, const char *text)
{
    g_autofree char *row = stage_cursor_row(stage);
    ck_assert_msg(strstr(row, text) != NULL, "no \"%s\" in the row: %s", text, row);
}
