/* The help: the keys of a view, from the table of commands. */
#include "common/util/text.h"
#include "front/ui/glyph.h"
#include "front/ui/lines_view.h"

#include <glib/gi18n.h>
#include <string.h>

enum { KEYS = 2, LEFT_TEXT = 18, COLUMN = 39, LEAST_TWO = 78 };

typedef struct HelpView {
    LinesView base;
    ViewKind kind;
} HelpView;

/* One line of help: keys and words at a column. */
static void entry(Lines *lines, int column, const HelpLine *line)
{
    lines_tab(lines, column + KEYS);
    lines_add(lines, ROLE_KEY, line->keys);
    lines_tab(lines, column + LEFT_TEXT);
    lines_add(lines, ROLE_TEXT, _(line->help));
}

static void heading(Lines *lines, int column, CommandGroup group)
{
    lines_tab(lines, column + 1);
    lines_add(lines, ROLE_TITLE, _(command_group_title(group)));
}

/* Two groups beside each other; where it is narrow, below each other. */
static void groups(HelpView *view, CommandGroup left, CommandGroup right)
{
    Lines *lines = view->base.lines;
    g_autoptr(GPtrArray) a = command_help(left, view->kind);
    g_autoptr(GPtrArray) b = command_help(right, view->kind);
    bool two = lines_width(lines) >= LEAST_TWO;
    lines_begin(lines, NULL);
    heading(lines, 0, left);
    if (two)
        heading(lines, COLUMN, right);
    for (guint i = 0; i < (two ? MAX(a->len, b->len) : a->len); i++) {
        lines_begin(lines, NULL);
        if (i < a->len)
            entry(lines, 0, a->pdata[i]);
        if (two && i < b->len)
            entry(lines, COLUMN, b->pdata[i]);
    }
    if (two)
        return;
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    heading(lines, 0, right);
    for (guint i = 0; i < b->len; i++) {
        lines_begin(lines, NULL);
        entry(lines, 0, b->pdata[i]);
    }
}

static void wire(HelpView *view)
{
    Lines *lines = view->base.lines;
    g_autoptr(GPtrArray) all = command_help(GROUP_WIRE, view->kind);
    lines_begin(lines, NULL);
    heading(lines, 0, GROUP_WIRE);
    for (guint i = 0; i < all->len; i++) {
        bool second = i % 2 && lines_width(lines) >= LEAST_TWO;
        if (!second)
            lines_begin(lines, NULL);
        entry(lines, second ? COLUMN : 0, all->pdata[i]);
    }
}

static void signs(HelpView *view)
{
    static const struct {
        int glyph; /* -1: the text below */
        const char *text, *meaning;
    } rows[] = {
        {GLYPH_HERE, NULL, N_("here")},
        {GLYPH_MARK, NULL, N_("marked")},
        {-1, "?", N_("not known")},
        {-1, "-", N_("does not apply")},
        {GLYPH_RUNNING, NULL, N_("running")},
        {GLYPH_CUT, NULL, N_("cut")},
        {GLYPH_UNASKED, NULL, N_("not asked")},
        {-1, "~", N_("being asked again")},
    };
    Lines *lines = view->base.lines;
    lines_begin(lines, NULL);
    lines_tab(lines, 1);
    lines_add(lines, ROLE_TITLE, _("SIGNS"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *sign =
            rows[i].glyph < 0 ? rows[i].text : desk_glyph(view->base.view.desk, rows[i].glyph);
        g_autofree char *text = g_strdup_printf("%s %s%s", sign, _(rows[i].meaning),
                                                i + 1 < G_N_ELEMENTS(rows) ? "," : ".");
        lines_wrap(lines, ROLE_TEXT, 8, text);
    }
    lines_begin(lines, NULL);
    lines_tab(lines, 1);
    lines_wrap(
        lines, ROLE_TEXT, 1,
        _("C H M L I: critical, high, medium, low, info.  * after a service: its own way into "
          "TLS is not built yet, plain TLS was tried."));
}

static void build(LinesView *base, int width)
{
    HelpView *view = (HelpView *)base;
    (void)width;
    groups(view, GROUP_MOVE, GROUP_LOOK);
    lines_begin(base->lines, NULL);
    groups(view, GROUP_TAKE, GROUP_PROGRAM);
    lines_begin(base->lines, NULL);
    wire(view);
    lines_begin(base->lines, NULL);
    signs(view);
}

static const char *const kind_names[VIEW_COUNT] = {
    [VIEW_ENDPOINTS] = N_("endpoints"),
    [VIEW_HANDSHAKE] = N_("handshake"),
    [VIEW_PANE] = N_("panes"),
    [VIEW_MESSAGE] = N_("message"),
    [VIEW_CERTIFICATE] = N_("certificate"),
    [VIEW_DIFFERENCES] = N_("differences"),
    [VIEW_FINDINGS] = N_("findings"),
    [VIEW_ACCEPTS] = N_("accepts"),
    [VIEW_CONNECTION] = N_("connection"),
    [VIEW_TRIES] = N_("asked many times"),
    [VIEW_INVENTORY] = N_("inventory"),
    [VIEW_ENDS] = N_("ends"),
    [VIEW_LOG] = N_("log"),
    [VIEW_HELP] = N_("help"),
};

static void title(View *base, int width, GString *left, GString *right)
{
    const HelpView *view = (HelpView *)base;
    (void)width;
    g_string_append_printf(left, _("help: %s"), _(kind_names[view->kind]));
    g_string_append(right, _("man tlsdive has all of it"));
}

static void status(View *base, GString *left, GString *right)
{
    (void)base, (void)right;
    g_string_append(left, _("Esc closes   Down, Space: more   / searches"));
}

static const LinesViewKind help_view = {
    .focus = VIEW_HELP,
    .name = N_("the help"),
    .build = build,
    .title = title,
    .status = status,
};

View *help_view_new(Desk *desk, ViewKind kind)
{
    HelpView *view = g_new0(HelpView, 1);
    view->kind = kind;
    return lines_view_init(&view->base, &help_view, desk);
}
