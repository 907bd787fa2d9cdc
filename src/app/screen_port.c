#include "app/screen_port.h"

#include <glib/gi18n.h>

#include "app/file.h"
#include "common/util/text.h"

static char *nothing_sent(void)
{
    return g_strdup(_("a saved session: nothing is sent"));
}

static GBytes *port_bytes(void *data, const char *sha256)
{
    ScreenPort *port = data;
    return stream_bytes(run_stream(port->run), sha256);
}

static void port_explain(void *data, const UiExplain *what)
{
    ScreenPort *port = data;
    json_t *way = json_array();
    for (guint i = 0; i < what->depth; i++)
        json_array_append_new(way, json_integer(what->path[i]));
    run_explain(port->run, what->kind, what->sha256, way, what->from);
}

/* Does something with each endpoint, and counts for how many it could be done. */
static guint each(Run *run, const GPtrArray *ids, bool (*act)(Run *run, const char *endpoint))
{
    guint count = 0;
    for (guint i = 0; i < ids->len; i++)
        count += act(run, ids->pdata[i]);
    return count;
}

static char *port_ask(void *data, const GPtrArray *ids)
{
    ScreenPort *port = data;
    if (port->replay)
        return nothing_sent();
    guint count = each(port->run, ids, run_ask);
    if (count == 0)
        return g_strdup(_("it is being asked already"));
    return g_strdup_printf(
        ngettext("%u endpoint is asked again", "%u endpoints are asked again", count), count);
}

static char *port_dive(void *data, const GPtrArray *ids)
{
    ScreenPort *port = data;
    if (port->replay)
        return nothing_sent();
    guint count = each(port->run, ids, run_dive);
    if (count == 0)
        return g_strdup(_("it is being asked already"));
    return g_strdup_printf(ngettext("diving into %u endpoint", "diving into %u endpoints", count),
                           count);
}

static char *port_question(void *data, const char *id, const json_t *question, guint times)
{
    ScreenPort *port = data;
    if (port->replay)
        return nothing_sent();
    if (!run_question(port->run, id, question, times))
        return g_strdup(_("it is being asked already"));
    return g_strdup_printf(ngettext("asking it %u time", "asking it %u times", times), times);
}

static char *port_add(void *data, const char *targets, bool *refused)
{
    ScreenPort *port = data;
    *refused = port->replay;
    if (port->replay)
        return nothing_sent();
    g_autoptr(GError) error = NULL;
    guint before = run_model(port->run)->endpoints->len;
    *refused = !run_add(port->run, targets, &error);
    run_start(port->run);
    guint count = run_model(port->run)->endpoints->len - before;
    if (*refused)
        return g_strdup(error->message);
    return g_strdup_printf(ngettext("%u endpoint added", "%u endpoints added", count), count);
}

static char *port_stop(void *data, const GPtrArray *ids)
{
    ScreenPort *port = data;
    guint count = each(port->run, ids, run_stop);
    return count > 0 ? NULL : g_strdup(_("nothing of it runs"));
}

static char *port_pause(void *data, bool paused)
{
    ScreenPort *port = data;
    if (port->replay)
        return nothing_sent();
    run_pause(port->run, paused);
    return g_strdup(paused ? _("paused: no new connection begins") : _("going on"));
}

static char *port_copy(void *data, const char *text, size_t size)
{
    ScreenPort *port = data;
    clipboard_copy(port->clipboard, text, size);
    return NULL; /* it says itself which way it went */
}

static char *port_write(void *data, const UiFile *file, bool *refused)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = text_escape(file->path, -1, false);
    *refused = false;
    if (file_write(file->path, file->bytes, file->size, file->over, &error))
        return g_strdup_printf(
            ngettext("%s: %zu byte written", "%s: %zu bytes written", file->size), shown,
            file->size);
    *refused = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
    return text_escape(error->message, -1, false);
}

static void port_time(void *data, bool asked, gint64 at)
{
    ScreenPort *port = data;
    run_set_time(port->run, asked, at);
}

static char *port_unlock(void *data, const char *file, const char *password)
{
    ScreenPort *port = data;
    return run_unlock(port->run, file, password)
               ? NULL
               : g_strdup(_("it is of another session: open the file itself"));
}

static void port_suspend(void *data)
{
    ScreenPort *port = data;
    port->suspend(port->data);
}

static void port_quit(void *data)
{
    ScreenPort *port = data;
    port->quit(port->data);
}

UiPort screen_port_table(ScreenPort *port)
{
    return (UiPort){
        .data = port,
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
        .unlock = port_unlock,
        .suspend = port_suspend,
        .quit = port_quit,
    };
}
