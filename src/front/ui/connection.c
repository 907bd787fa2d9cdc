/* The connection view: what was said on one connection, message by message, and what it shows. */
#include "front/report/brief.h"
#include "front/ui/glyph.h"
#include "front/ui/lines_view.h"

#include <glib/gi18n.h>

typedef struct ConnectionView {
    LinesView base;
    const Connection *connection;
} ConnectionView;

static void build(LinesView *base, int width)
{
    const ConnectionView *view = (ConnectionView *)base;
    (void)width;
    if (view->connection->shed) {
        lines_begin(base->lines, NULL);
        lines_tab(base->lines, 2);
        lines_wrap(base->lines, ROLE_UNKNOWN, 2,
                   _("not kept: too many connections came after it (it is in the session's file)"));
    }
    handshake_lines(base->view.desk, view->connection, base->lines);
}

static void title(View *base, int width, GString *left, GString *right)
{
    const ConnectionView *view = (ConnectionView *)base;
    const Desk *desk = base->desk;
    g_autofree char *place = brief_place(view->connection->endpoint, !desk->utf8);
    (void)width;
    g_string_append_printf(left, _("%s %s accepts %s connection %u"), place,
                           desk_glyph(desk, GLYPH_CRUMB), desk_glyph(desk, GLYPH_CRUMB),
                           view->connection->number);
    g_string_append_printf(right, _("at %.3f"),
                           MAX(view->connection->at - view->connection->endpoint->began, 0));
}

static void status(View *base, GString *left, GString *right)
{
    (void)base, (void)right;
    g_string_append(left, _("Enter opens a message"));
}

static bool command(LinesView *base, Command command)
{
    const ConnectionView *view = (ConnectionView *)base;
    Desk *desk = base->view.desk;
    const char *line = lines_selected(base->lines);
    if (command != COMMAND_OPEN && command != COMMAND_IN)
        return false;
    if (!line || !handshake_pane.open(desk, view->connection->endpoint, line))
        desk_say(desk, g_strdup(_("there is nothing behind this line")));
    return true;
}

static const LinesViewKind connection_view = {
    .focus = VIEW_CONNECTION,
    .name = N_("the connection"),
    .line = N_("line"),
    .build = build,
    .title = title,
    .status = status,
    .command = command,
};

View *connection_view_new(Desk *desk, const Connection *connection, char *subject, json_t *question)
{
    ConnectionView *view = g_new0(ConnectionView, 1);
    view->connection = connection;
    view->base.endpoint = connection->endpoint;
    view->base.question = question;
    view->base.subject = subject;
    return lines_view_init(&view->base, &connection_view, desk);
}
