#include "app/clipboard.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "app/child.h"

enum { CLIPBOARD_PATIENCE_MS = 2000 };

struct Clipboard {
    Term *term;
    Child *child;
    uv_timer_t *timer;
    GString *text;
    void (*said)(void *data, const char *message);
    void *data;
};

static void tell(Clipboard *clipboard, const char *way)
{
    g_autofree char *message =
        g_strdup_printf(ngettext("%zu byte sent (%s)", "%zu bytes sent (%s)", clipboard->text->len),
                        clipboard->text->len, way);
    clipboard->said(clipboard->data, message);
}

static void through_terminal(Clipboard *clipboard)
{
    if (term_clipboard(clipboard->term, clipboard->text->str, clipboard->text->len))
        tell(clipboard, "OSC 52");
    else
        clipboard->said(clipboard->data, _("too long for the clipboard: w writes it to a file"));
}

static void on_ended(void *data, int status, int signal)
{
    Clipboard *clipboard = data;
    child_free(g_steal_pointer(&clipboard->child));
    uv_timer_stop(clipboard->timer);
    if (status == 0 && signal == 0)
        tell(clipboard, "tmux");
    else
        through_terminal(clipboard);
}

static void on_timeout(uv_timer_t *timer)
{
    Clipboard *clipboard = timer->data;
    child_kill(clipboard->child, SIGKILL);
}

Clipboard *clipboard_new(uv_loop_t *loop, Term *term, void (*said)(void *data, const char *message),
                         void *data)
{
    Clipboard *clipboard = g_new0(Clipboard, 1);
    clipboard->term = term;
    clipboard->said = said;
    clipboard->data = data;
    clipboard->text = g_string_new(NULL);
    clipboard->timer = g_new0(uv_timer_t, 1);
    clipboard->timer->data = clipboard;
    uv_timer_init(loop, clipboard->timer);
    return clipboard;
}

void clipboard_copy(Clipboard *clipboard, const char *text, size_t size)
{
    static char *const tmux[] = {(char *)"tmux", (char *)"load-buffer", (char *)"-w", (char *)"-",
                                 NULL};
    const char *inside = g_getenv("TMUX");
    ChildEvents events = {.data = clipboard, .ended = on_ended};
    child_free(g_steal_pointer(&clipboard->child));
    uv_timer_stop(clipboard->timer);
    g_string_truncate(clipboard->text, 0);
    g_string_append_len(clipboard->text, text, (gssize)size);
    if (inside && *inside)
        clipboard->child = child_start(clipboard->timer->loop, tmux, NULL, &events, NULL);
    if (!clipboard->child) {
        through_terminal(clipboard);
        return;
    }
    child_write(clipboard->child, g_memdup2(text, size), size);
    child_close(clipboard->child);
    uv_timer_start(clipboard->timer, on_timeout, CLIPBOARD_PATIENCE_MS, 0);
}

void clipboard_free(Clipboard *clipboard)
{
    if (!clipboard)
        return;
    child_free(clipboard->child);
    uv_close((uv_handle_t *)clipboard->timer, (uv_close_cb)g_free);
    g_string_free(clipboard->text, TRUE);
    g_free(clipboard);
}
