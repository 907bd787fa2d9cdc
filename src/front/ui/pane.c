#include "front/ui/pane.h"

#include "common/util/text.h"
#include "front/ui/glyph.h"

Area pane_begin(Area area, PaneTitle title)
{
    Area rule = area_cells(area, 0, 0, area.columns);
    bool utf8 = area.surface->utf8;
    area_fill(rule, ROLE_RULE, glyph(GLYPH_RULE, utf8));
    Role role = title.focused ? ROLE_TITLE : ROLE_RULE;
    g_autofree char *left = g_strdup_printf(" %s ", title.left);
    int taken = area_plain(area_cells(rule, 0, 2, rule.columns - 3), role, left);
    if (title.right && *title.right) {
        g_autofree char *right = g_strdup_printf(" %s ", title.right);
        int columns = text_columns(right), place = rule.columns - 2 - columns;
        if (place > taken + 3)
            area_plain(area_cells(rule, 0, place, columns), ROLE_RULE, right);
    }
    return area_part(area, 1, 0, area.rows - 1, area.columns);
}

void pane_wall(Area area, int column)
{
    area_fill(area_part(area, 0, column, area.rows, 1), ROLE_RULE,
              glyph(GLYPH_WALL, area.surface->utf8));
}

void pane_split_rows(Area area, int rows, Area *above, Area *below)
{
    *above = area_part(area, 0, 0, rows, area.columns);
    *below = area_part(area, rows, 0, area.rows - rows, area.columns);
}

void pane_split_columns(Area area, int columns, Area *left, Area *right)
{
    *left = area_part(area, 0, 0, area.rows, columns);
    *right = area_part(area, 0, columns, area.rows, area.columns - columns);
}
