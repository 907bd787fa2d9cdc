/* The log: what libraries printed, what workers did, errors of this program's own. */
#include "front/ui/view.h"

#include <glib/gi18n.h>

typedef struct LogView {
    View view;
    Lines *lines;
    bool follow;
    guint count; /* lines that were there when last built */
} LogView;

static void build(LogView *view, int width)
{
    const Desk *desk = view->view.desk;
    lines_clear(view->lines, width, desk->utf8);
    for (guint i = 0; i < desk->log->len; i++) {
        lines_begin(view->lines, NULL);
        lines_tab(view->lines, 2);
        lines_wrap(view->lines, ROLE_TEXT, 4, desk->log->pdata[i]);
    }
    if (!desk->log->len) {
        lines_begin(view->lines, NULL);
        lines_tab(view->lines, 2);
        lines_add(view->lines, ROLE_DIM, _("nothing was logged"));
    }
}

static void draw(View *base, Area body)
{
    LogView *view = (LogView *)base;
    build(view, body.columns - 1);
    base->desk->focus = body;
    lines_draw(view->lines, body, LINES_FOCUSED);
    if (view->follow) {
        lines_to_end(view->lines);
        area_clear(body);
        lines_draw(view->lines, body, LINES_FOCUSED);
    }
}

static void title(View *base, int width, GString *left, GString *right)
{
    (void)width;
    g_string_append(left, _("log"));
    g_string_append_printf(right, _("%u lines"), base->desk->log->len);
}

static void status(View *base, GString *left, GString *right)
{
    const LogView *view = (LogView *)base;
    if (base->desk->saved_in) {
        g_autofree char *file = desk_safe(base->desk, base->desk->saved_in, -1);
        g_string_append_printf(left, _("session saved in %s"), file);
    } else {
        g_string_append(left, _("the session is not saved"));
    }
    g_string_append(right, view->follow ? _("following (F stops)") : "");
}

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_LOG;
}

static bool command(View *base, Command command)
{
    LogView *view = (LogView *)base;
    if (command == COMMAND_FOLLOW) {
        view->follow = !view->follow;
        return true;
    }
    if (command == COMMAND_BACK || command == COMMAND_OUT)
        return false;
    build(view, lines_width(view->lines));
    bool moved = lines_move(view->lines, command);
    if (moved)
        view->follow = lines_at_end(view->lines);
    return moved;
}

static bool seek(View *base, const char *text, int direction)
{
    LogView *view = (LogView *)base;
    build(view, lines_width(view->lines));
    view->follow = false;
    return lines_seek(view->lines, text, direction);
}

static char *text(View *base)
{
    LogView *view = (LogView *)base;
    build(view, lines_width(view->lines));
    return lines_text(view->lines);
}

static void forms(View *base, GPtrArray *forms)
{
    form_add(forms, _("the log"), text(base));
}

static void free_view(View *base)
{
    LogView *view = (LogView *)base;
    lines_free(view->lines);
    g_free(view);
}

static const ViewOps log_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .forms = forms,
    .text = text,
};

View *log_view_new(Desk *desk)
{
    LogView *view = g_new0(LogView, 1);
    view->view = (View){&log_view, desk};
    view->lines = lines_new();
    view->follow = true;
    return &view->view;
}
