/* The log: what libraries printed, what workers did, errors of this program's own. */
#include "front/ui/lines_view.h"

#include <glib/gi18n.h>

static void build(LinesView *view, int width)
{
    const Desk *desk = view->view.desk;
    (void)width;
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

static void title(View *base, int width, GString *left, GString *right)
{
    (void)width;
    g_string_append(left, _("log"));
    g_string_append_printf(right, _("%u lines"), base->desk->log->len);
}

static void status(View *base, GString *left, GString *right)
{
    const LinesView *view = (LinesView *)base;
    if (base->desk->saved_in) {
        g_autofree char *file = desk_safe(base->desk, base->desk->saved_in, -1);
        g_string_append_printf(left, _("session saved in %s"), file);
    } else {
        g_string_append(left, _("the session is not saved"));
    }
    g_string_append(right, view->follow ? _("following (F stops)") : "");
}

static bool command(LinesView *view, Command command)
{
    if (command != COMMAND_FOLLOW)
        return false;
    view->follow = !view->follow;
    return true;
}

static const LinesViewKind log_view = {
    .focus = VIEW_LOG,
    .name = N_("the log"),
    .build = build,
    .title = title,
    .status = status,
    .command = command,
};

View *log_view_new(Desk *desk)
{
    LinesView *view = g_new0(LinesView, 1);
    view->tail = view->follow = true;
    return lines_view_init(view, &log_view, desk);
}
