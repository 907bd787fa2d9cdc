/* The connection view: what was said on one connection, message by message, and what it shows. */
#include "front/ui/view.h"

#include "front/report/brief.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>

typedef struct ConnectionView {
    View view;
    const Connection *connection;
    char *subject;    /* NULL: nothing is said of it */
    json_t *question; /* that it asked; NULL: none */
    Lines *lines;
} ConnectionView;

static void build(ConnectionView *view, int width)
{
    const Desk *desk = view->view.desk;
    lines_clear(view->lines, width, desk->utf8);
    if (view->connection->shed) {
        lines_begin(view->lines, NULL);
        lines_tab(view->lines, 2);
        lines_wrap(view->lines, ROLE_UNKNOWN, 2,
                   _("not kept: too many connections came after it (it is in the session's file)"));
    }
    handshake_lines(desk, view->connection, view->lines);
}

static void draw(View *base, Area body)
{
    ConnectionView *view = (ConnectionView *)base;
    int row = 0;
    if (view->subject && body.rows > 3) {
        Lines *lines = lines_new();
        lines_clear(lines, body.columns - 1, base->desk->utf8);
        lines_begin(lines, NULL);
        lines_tab(lines, 1);
        lines_wrap(lines, ROLE_TITLE, 1, view->subject);
        row = MIN((int)lines_count(lines), body.rows / 2);
        lines_draw(lines, area_part(body, 0, 0, row, body.columns), LINES_PLAIN);
        lines_free(lines);
    }
    Area rest = area_part(body, row, 0, body.rows - row, body.columns);
    build(view, rest.columns - 1);
    base->desk->focus = rest;
    lines_draw(view->lines, rest, LINES_FOCUSED);
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

static ViewKind focus(const View *base)
{
    (void)base;
    return VIEW_HANDSHAKE;
}

static bool command(View *base, Command command)
{
    ConnectionView *view = (ConnectionView *)base;
    build(view, lines_width(view->lines));
    const char *line = lines_selected(view->lines);
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_IN:
        if (!line || !handshake_pane.open(base->desk, view->connection->endpoint, line))
            desk_say(base->desk, g_strdup(_("there is nothing behind this line")));
        return true;
    case COMMAND_BACK:
    case COMMAND_OUT:
        return false;
    default:
        return lines_move(view->lines, command);
    }
}

static bool seek(View *base, const char *text, int direction)
{
    ConnectionView *view = (ConnectionView *)base;
    build(view, lines_width(view->lines));
    return lines_seek(view->lines, text, direction);
}

static GPtrArray *endpoints(View *base)
{
    GPtrArray *ids = g_ptr_array_new();
    g_ptr_array_add(ids, ((ConnectionView *)base)->connection->endpoint->id);
    return ids;
}

static json_t *question(View *base, const char **endpoint)
{
    const ConnectionView *view = (ConnectionView *)base;
    *endpoint = view->connection->endpoint->id;
    return view->question ? json_incref(view->question) : NULL;
}

static char *text(View *base)
{
    ConnectionView *view = (ConnectionView *)base;
    build(view, lines_width(view->lines));
    g_autofree char *lines = lines_text(view->lines);
    return g_strdup_printf("%s%s%s", view->subject ? view->subject : "", view->subject ? "\n" : "",
                           lines);
}

static void forms(View *base, GPtrArray *forms)
{
    ConnectionView *view = (ConnectionView *)base;
    form_add(forms, _("line"), g_strstrip(lines_text_selected(view->lines)));
    form_add(forms, _("the connection"), text(base));
}

static void free_view(View *base)
{
    ConnectionView *view = (ConnectionView *)base;
    lines_free(view->lines);
    g_free(view->subject);
    json_decref(view->question);
    g_free(view);
}

static const ViewOps connection_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .endpoints = endpoints,
    .question = question,
    .forms = forms,
    .text = text,
};

View *connection_view_new(Desk *desk, const Connection *connection, char *subject, json_t *question)
{
    ConnectionView *view = g_new0(ConnectionView, 1);
    view->view = (View){&connection_view, desk};
    view->connection = connection;
    view->subject = subject;
    view->question = question;
    view->lines = lines_new();
    return &view->view;
}
