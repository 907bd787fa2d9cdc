#include "front/ui/tree.h"

#include "common/util/text.h"
#include "front/ui/glyph.h"
#include <glib/gi18n.h>

enum {
    SIGN = 2,
    OFFSET = 5, /* columns of each */
    SIZE = 8,
    FLAG = 2,
    NARROW = 60, /* below it sizes are left out */
};

typedef struct TreePlan {
    int value, room;        /* column and width of values */
    int offset, size, flag; /* columns; -1: not shown */
} TreePlan;

/* Values begin behind the longest name, but not beyond half of the width. */
static TreePlan plan_for(const GArray *rows, int columns)
{
    int longest = 0;
    for (guint i = 0; i < rows->len; i++) {
        const FieldRow *row = &g_array_index(rows, FieldRow, i);
        if (row->field)
            longest = MAX(longest, SIGN + 2 * row->depth + 2 + text_columns(row->field->name));
    }
    TreePlan plan = {.value = MIN(longest + 2, columns * 9 / 20), .offset = -1, .size = -1};
    plan.flag = columns - FLAG + 1;
    int end = columns - FLAG;
    if (columns >= NARROW) {
        plan.size = end - SIZE;
        plan.offset = plan.size - OFFSET - 1;
        end = plan.offset - 1;
    }
    plan.room = MAX(end - plan.value, 0);
    return plan;
}

static void draw_numbers(const TreePlan *plan, const Field *field, Area line)
{
    if (plan->offset < 0)
        return;
    area_print(area_cells(line, 0, plan->offset, OFFSET), ROLE_DIM, "%*zu", OFFSET, field->offset);
    if (field->length)
        area_print(area_cells(line, 0, plan->size, SIZE), ROLE_DIM, "%*zu B", SIZE - 2,
                   field->length);
}

static void draw_value(const TreePlan *plan, const Field *field, Area line)
{
    Area room = area_cells(line, 0, plan->value, plan->room);
    int taken = area_text(room, ROLE_TEXT, field->value->str, (gssize)field->value->len);
    for (guint i = 0; field->notes && i < field->notes->len; i++)
        taken += area_print(area_cells(room, 0, taken, room.columns), ROLE_WARN, "  ! %s",
                            (const char *)field->notes->pdata[i]);
}

static void draw_field(const Fields *fields, const FieldRow *row, const TreePlan *plan, Area line)
{
    const Field *field = row->field;
    bool utf8 = line.surface->utf8;
    int place = SIGN + 2 * row->depth;
    Glyph sign = !field->total                   ? GLYPH_LEAF
                 : fields_is_open(fields, field) ? GLYPH_UNFOLDED
                                                 : GLYPH_FOLDED;
    area_plain(area_cells(line, 0, place, 1), ROLE_TEXT, glyph(sign, utf8));
    area_text(area_cells(line, 0, place + 2, plan->value - place - 3),
              field->total ? ROLE_TITLE : ROLE_TEXT, field->name, -1);
    draw_value(plan, field, line);
    draw_numbers(plan, field, line);
}

void tree_draw(Fields *fields, Area area, const TreeStyle *style)
{
    g_autoptr(GArray) rows = fields_rows(fields);
    TreePlan plan = plan_for(rows, area.columns);
    int selected = 0;
    for (guint i = 0; i < rows->len; i++)
        if (g_array_index(rows, FieldRow, i).field == fields_selected(fields))
            selected = (int)i;
    int top = scroll_top(fields_scroll(fields), selected, (int)rows->len, area.rows);
    for (int i = top; i < (int)rows->len && i < top + area.rows; i++) {
        const FieldRow *row = &g_array_index(rows, FieldRow, i);
        Area line = area_cells(area, i - top, 0, area.columns);
        if (!row->field) {
            area_print(area_cells(line, 0, SIGN + 2 * row->depth + 2, line.columns), ROLE_LIVE,
                       _("%u more, asked for"),
                       row->parent->total -
                           (row->parent->children ? row->parent->children->len : 0));
            continue;
        }
        draw_field(fields, row, &plan, line);
        Role role = ROLE_TEXT;
        char flag = style->flag ? style->flag(row->field, style->data, &role) : '\0';
        if (flag)
            area_plain(area_cells(line, 0, plan.flag, 1), role, (char[]){flag, '\0'});
        if (i != selected)
            continue;
        area_plain(area_cells(line, 0, 0, 1), ROLE_TEXT, glyph(GLYPH_HERE, area.surface->utf8));
        if (style->focused) {
            area_select(line);
            area_cursor(line, false);
        }
    }
    if (!rows->len && style->focused)
        area_cursor(area, false);
}
