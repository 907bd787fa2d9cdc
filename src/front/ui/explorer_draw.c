#include "front/ui/explorer_parts.h"

#include "front/ui/glyph.h"
#include "front/ui/pane.h"
#include "front/ui/tree.h"

#include <glib/gi18n.h>

enum {
    BESIDE_COLUMNS = 100, /* from here on the list stands beside the fields */
    BESIDE_ROWS = 18,
    LIST_COLUMNS = 42,
    HEX_ROWS = 8, /* of bytes, where there is room */
    HEX_ROWS_STACKED = 3,
    LEAST_FIELDS = 5, /* rows that the fields keep */
};

static char flag(const Field *field, gpointer data, Role *role)
{
    g_autoptr(GPtrArray) findings = explorer_findings(data, field);
    if (!findings->len)
        return '\0';
    const Finding *worst = findings->pdata[0];
    *role = role_of_severity(worst->severity);
    return severity_letter(worst->severity);
}

static void remark(const Field *field, gpointer data, GString *text, Role *role)
{
    const Explorer *explorer = data;
    if (explorer->kind->remark)
        explorer->kind->remark(explorer, field, text, role);
}

void explorer_build_list(Explorer *explorer, int columns)
{
    const ExplorerKind *kind = explorer->kind;
    ExplorerListed now = kind->listed ? kind->listed(explorer) : (ExplorerListed){0};
    bool goes_on = kind->listed && lines_count(explorer->list) &&
                   lines_width(explorer->list) == columns &&
                   now.changes == explorer->listed.changes && now.count >= explorer->listed.count;
    if (goes_on) {
        kind->list_more(explorer, explorer->listed.count, explorer->list);
    } else {
        lines_clear(explorer->list, columns, explorer->view.desk->utf8);
        kind->list(explorer, explorer->list);
    }
    explorer->listed = now;
}

static void draw_list(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_LIST;
    area = pane_begin(area, (PaneTitle){_(explorer->kind->list_name), NULL, focused});
    lines_draw(explorer->list, area, focused ? LINES_FOCUSED : LINES_POINTED);
    if (focused)
        explorer->view.desk->focus = area;
    explorer->list_shown = true;
}

static void draw_fields(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_FIELDS;
    Fields *fields = explorer_fields(explorer);
    area = pane_begin(area,
                      (PaneTitle){_("fields"), _("Right unfolds  Left folds, then back"), focused});
    if (focused)
        explorer->view.desk->focus = area;
    if (fields && fields_root(fields)) {
        tree_draw(fields, area,
                  &(TreeStyle){focused, flag, remark, explorer, explorer->aside,
                               explorer->view.desk->wrap});
        return;
    }
    area_plain(area_cells(area, 0, 2, area.columns), fields ? ROLE_LIVE : ROLE_UNKNOWN,
               fields ? _("being read")
                      : _("its bytes are not here: it was not sent, or was not kept"));
    if (focused)
        area_cursor(area, false);
}

/* The hex pane follows the selected field, unless one moves in it. */
static void point_hex(Explorer *explorer, const Field *field)
{
    if (!field || field == explorer->pointed)
        return;
    explorer->pointed = field;
    if (explorer->focus == SPOT_HEX)
        return;
    explorer->hex.cursor = field->offset;
    explorer->hex.scroll.line = 1; /* a line before it is worth seeing */
}

static void draw_hex(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_HEX;
    const Field *field = explorer_field(explorer);
    GBytes *bytes = explorer_bytes(explorer);
    HexRange range = {field ? field->offset : 0, field ? field->length : 0};
    size_t size = bytes ? g_bytes_get_size(bytes) : 0;
    g_autofree char *left = NULL;
    if (range.length)
        left = g_strdup_printf(_("bytes %zu%s%zu of %zu"), range.offset,
                               glyph(GLYPH_DASH, area.surface->utf8),
                               range.offset + range.length - 1, size);
    else
        left = g_strdup_printf(_("bytes: %zu"), size);
    area = pane_begin(area, (PaneTitle){left, _("x hides"), focused});
    if (focused)
        explorer->view.desk->focus = area;
    point_hex(explorer, field);
    if (bytes)
        hex_draw(&explorer->hex, bytes, range, area, focused);
    else if (focused)
        area_cursor(area, false);
}

static void draw_about(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_ABOUT;
    const Field *field = explorer_field(explorer);
    area = pane_begin(area, (PaneTitle){_("about this field"), NULL, focused});
    area = area_part(area, 0, 2, area.rows, area.columns - 3);
    explorer_build_about(explorer, area.columns);
    if (field != explorer->told)
        lines_move(explorer->about, COMMAND_FIRST);
    explorer->told = field;
    lines_draw(explorer->about, area, focused ? LINES_FOCUSED : LINES_PLAIN);
    if (focused)
        explorer->view.desk->focus = area;
}

static bool shows_hex(Explorer *explorer)
{
    return explorer->view.desk->hex && explorer_bytes(explorer);
}

static void draw_beside(Explorer *explorer, Area body)
{
    Area left, right, list, about, fields, hex;
    int columns = MIN(LIST_COLUMNS, body.columns * 2 / 5);
    pane_split_columns(body, columns, &left, &right);
    int rows = CLAMP((int)lines_count(explorer->list) + 2, 4, left.rows / 2);
    pane_split_rows(left, rows, &list, &about);
    draw_list(explorer, list);
    draw_about(explorer, about);
    pane_wall(right, 0);
    area_plain(area_cells(right, 0, 0, 1), ROLE_RULE, glyph(GLYPH_TEE_DOWN, body.surface->utf8));
    right = area_part(right, 0, 1, right.rows, right.columns);
    int bytes = shows_hex(explorer) ? MIN(HEX_ROWS + 1, right.rows / 3) : 0;
    pane_split_rows(right, right.rows - bytes, &fields, &hex);
    draw_fields(explorer, fields);
    if (!bytes)
        return;
    draw_hex(explorer, hex);
    area_plain(area_cells(body, body.rows - bytes, columns, 1), ROLE_RULE,
               glyph(GLYPH_TEE_RIGHT, body.surface->utf8));
}

/* One below the other: the bytes, or what the field is about where that has the focus, are below.
 */
static void draw_stacked(Explorer *explorer, Area body)
{
    Area list, fields, below;
    Spot focus = explorer->focus;
    int lines = MIN((int)lines_count(explorer->list), explorer->kind->list_rows);
    bool listed = focus == SPOT_LIST || (lines && body.rows >= 3 * LEAST_FIELDS);
    if (focus == SPOT_LIST && !lines)
        lines = (int)lines_count(explorer->list);
    pane_split_rows(body, listed ? MIN(lines + 1, body.rows / 3) : 0, &list, &body);
    bool bytes = explorer->view.desk->hex && (body.rows >= 2 * LEAST_FIELDS || focus == SPOT_HEX);
    int rows = focus == SPOT_ABOUT ? body.rows / 2
               : bytes             ? MAX(HEX_ROWS_STACKED, body.rows / 5) + 1
                                   : 0;
    pane_split_rows(body, body.rows - rows, &fields, &below);
    if (listed)
        draw_list(explorer, list);
    draw_fields(explorer, fields);
    if (focus == SPOT_ABOUT)
        draw_about(explorer, below);
    else if (bytes)
        draw_hex(explorer, below);
}

static void draw_zoomed(Explorer *explorer, Area body)
{
    static void (*const drawers[SPOTS])(Explorer *, Area) = {draw_list, draw_fields, draw_hex,
                                                             draw_about};
    drawers[explorer->focus](explorer, body);
}

/* A search that had to wait ends at some time or other. */
static void say_sought(Explorer *explorer)
{
    Fields *fields = explorer_fields(explorer);
    FieldsSought ended = fields ? fields_take_sought(fields) : FIELDS_SOUGHT_NOTHING;
    if (ended == FIELDS_SOUGHT_NOT_THERE)
        desk_say(explorer->view.desk, g_strdup(_("not found")));
    else if (ended == FIELDS_SOUGHT_FOUND && explorer->focus == SPOT_HEX)
        explorer->hex.cursor = fields_selected(fields)->offset;
}

void explorer_draw(View *base, Area body)
{
    Explorer *explorer = (Explorer *)base;
    bool beside = body.columns >= BESIDE_COLUMNS && body.rows >= BESIDE_ROWS;
    bool narrow = beside && !explorer->zoomed;
    explorer_build_list(explorer,
                        (narrow ? MIN(LIST_COLUMNS, body.columns * 2 / 5) : body.columns) - 1);
    explorer->list_shown = false;
    if (explorer->focus == SPOT_HEX && !shows_hex(explorer))
        explorer->focus = SPOT_FIELDS;
    say_sought(explorer);
    if (explorer->zoomed)
        draw_zoomed(explorer, body);
    else if (beside)
        draw_beside(explorer, body);
    else
        draw_stacked(explorer, body);
}
