#include "tests/front/stream.h"

#include "common/fact/fact.h"
#include "tests/check.h"

#include <string.h>

json_t *stream_fact(const char *line)
{
    g_autofree char *json = g_strdelimit(g_strdup(line), "'", '"');
    json_t *fact = json_loads(json, JSON_DECODE_ANY, NULL);
    ck_assert_msg(fact != NULL, "no JSON: %s", line);
    return fact;
}

Endpoint *stream_fold_at(Model *model, const char *line, gint64 place, size_t size)
{
    g_autoptr(json_t) fact = stream_fact(line);
    return model_fold(model, fact, place, size);
}

Endpoint *stream_fold(Model *model, const char *line)
{
    return stream_fold_at(model, line, 0, strlen(line));
}

Model *stream_model(const char *name)
{
    return stream_model_cut(name, G_MAXUINT);
}

Model *stream_model_cut(const char *name, guint lines)
{
    const char *directory = g_getenv("srcdir");
    g_autofree char *path =
        g_strdup_printf("%s/tests/front/streams/%s.jsonl", directory ? directory : ".", name);
    g_autofree char *text = NULL;
    gsize size;
    Model *model = model_new();

    ck_assert_msg(g_file_get_contents(path, &text, &size, NULL), "cannot read %s", path);
    char *line = text;
    for (guint number = 0; *line && number < lines; number++) {
        char *end = strchr(line, '\n');
        ck_assert_msg(end != NULL, "%s: the last line has no end", path);
        size_t length = (size_t)(end + 1 - line);
        g_autoptr(json_t) fact = fact_from_line(line, length, NULL);
        ck_assert_msg(fact != NULL, "%s: no fact: %.*s", path, (int)length, line);
        model_fold(model, fact, line - text, length);
        line = end + 1;
    }
    return model;
}
