#include "front/ui/lines_view.h"

#include <glib/gi18n.h>

enum { SUBJECT_FROM_ROWS = 4 }; /* of the body: below that the lines have all of it */

static void build(LinesView *view, int width)
{
    lines_clear(view->lines, width, view->view.desk->utf8);
    view->kind->build(view, width);
}

/* What stays on top; returns the rows that it takes. */
static int draw_subject(const LinesView *view, Area body)
{
    if (!view->subject || body.rows < SUBJECT_FROM_ROWS)
        return 0;
    g_autoptr(Lines) lines = lines_new();
    lines_clear(lines, body.columns - 1, view->view.desk->utf8);
    lines_begin(lines, NULL);
    lines_tab(lines, 1);
    lines_wrap(lines, ROLE_TITLE, 1, view->subject);
    int rows = MIN((int)lines_count(lines), body.rows / 2);
    lines_draw(lines, area_part(body, 0, 0, rows, body.columns), LINES_PLAIN);
    return rows;
}

static void draw(View *base, Area body)
{
    LinesView *view = (LinesView *)base;
    int row = draw_subject(view, body);
    Area rest = area_part(body, row, 0, body.rows - row, body.columns);
    build(view, rest.columns - 1);
    base->desk->focus = rest;
    lines_draw(view->lines, rest, LINES_FOCUSED);
    if (!view->follow)
        return;
    lines_to_end(view->lines);
    area_clear(rest);
    lines_draw(view->lines, rest, LINES_FOCUSED);
}

static ViewKind focus(const View *base)
{
    return ((const LinesView *)base)->kind->focus;
}

static void title(View *base, int width, GString *left, GString *right)
{
    ((LinesView *)base)->kind->title(base, width, left, right);
}

static void status(View *base, GString *left, GString *right)
{
    ((LinesView *)base)->kind->status(base, left, right);
}

static bool command(View *base, Command command)
{
    LinesView *view = (LinesView *)base;
    if (command == COMMAND_BACK || command == COMMAND_OUT)
        return false;
    build(view, lines_width(view->lines));
    if (view->kind->command && view->kind->command(view, command))
        return true;
    bool moved = lines_move(view->lines, command);
    if (moved)
        view->follow = view->tail && lines_at_end(view->lines);
    return moved;
}

static bool seek(View *base, const char *text, int direction)
{
    LinesView *view = (LinesView *)base;
    build(view, lines_width(view->lines));
    view->follow = false;
    return lines_seek(view->lines, text, direction);
}

static GPtrArray *endpoints(View *base)
{
    const LinesView *view = (LinesView *)base;
    GPtrArray *ids = g_ptr_array_new();
    if (view->endpoint)
        g_ptr_array_add(ids, view->endpoint->id);
    return ids;
}

static json_t *question(View *base, const char **endpoint)
{
    const LinesView *view = (LinesView *)base;
    if (!view->endpoint || !view->question)
        return NULL;
    *endpoint = view->endpoint->id;
    return json_incref(view->question);
}

static guint times(View *base)
{
    return MAX(((const LinesView *)base)->times, 1);
}

static char *text(View *base)
{
    LinesView *view = (LinesView *)base;
    build(view, lines_width(view->lines));
    g_autofree char *lines = lines_text(view->lines);
    return g_strdup_printf("%s%s%s", view->subject ? view->subject : "", view->subject ? "\n" : "",
                           lines);
}

static void forms(View *base, GPtrArray *forms)
{
    const LinesView *view = (LinesView *)base;
    if (view->kind->line)
        form_add(forms, _(view->kind->line), g_strstrip(lines_text_selected(view->lines)));
    form_add(forms, _(view->kind->name), text(base));
}

static void free_view(View *base)
{
    LinesView *view = (LinesView *)base;
    if (view->kind->free)
        view->kind->free(view);
    lines_free(view->lines);
    json_decref(view->question);
    g_free(view->subject);
    g_free(view);
}

static const ViewOps lines_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .endpoints = endpoints,
    .question = question,
    .times = times,
    .forms = forms,
    .text = text,
};

View *lines_view_init(LinesView *view, const LinesViewKind *kind, Desk *desk)
{
    view->view = (View){&lines_view, desk};
    view->kind = kind;
    view->lines = lines_new();
    return &view->view;
}
