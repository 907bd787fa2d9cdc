#include "front/ui/tree.h"

#include "common/util/text.h"
#include "front/ui/glyph.h"
#include <glib/gi18n.h>
#include <string.h>

enum {
    SIGN = 2,
    OFFSET = 5, /* columns of each; two more where there is much */
    SIZE = 8,
    MUCH = 100000, /* bytes */
    FLAG = 2,
    LEAST_REMARK = 9,
    LEAST_VALUE = 23, /* a date: what remarks leave of a value */
    NARROW = 60,      /* below it sizes are left out */
};

typedef struct TreePlan {
    int value, room;        /* column and width of values */
    int offset, size, flag; /* columns; -1: not shown */
    int digits;             /* of an offset */
} TreePlan;

/* Values begin behind the longest name, but not beyond half of the width. */
static TreePlan plan_for(const GArray *rows, size_t bytes, int columns)
{
    int longest = 0;
    for (guint i = 0; i < rows->len; i++) {
        const FieldRow *row = &g_array_index(rows, FieldRow, i);
        if (row->field)
            longest = MAX(longest, SIGN + 2 * row->depth + 2 + text_columns(row->field->name));
    }
    TreePlan plan = {.value = MIN(longest + 2, columns * 9 / 20), .offset = -1, .size = -1};
    plan.digits = bytes < MUCH ? OFFSET : OFFSET + 2;
    plan.flag = columns - FLAG + 1;
    int end = columns - FLAG;
    if (columns >= NARROW) {
        plan.size = end - SIZE;
        plan.offset = plan.size - plan.digits - 1;
        end = plan.offset - 1;
    }
    plan.room = MAX(end - plan.value, 0);
    return plan;
}

static void draw_numbers(const TreePlan *plan, const Field *field, Area line)
{
    if (plan->offset < 0)
        return;
    area_print(area_cells(line, 0, plan->offset, plan->digits), ROLE_DIM, "%*zu", plan->digits,
               field->offset);
    if (field->length)
        area_print(area_cells(line, 0, plan->size, SIZE), ROLE_DIM, "%*zu B", SIZE - 2,
                   field->length);
}

/* Where text goes on behind so many columns. */
static const char *behind(const char *text, int columns)
{
    for (int taken = 0; *text; text = g_utf8_next_char(text)) {
        taken += text_width(g_utf8_get_char(text));
        if (taken > columns)
            break;
    }
    return text;
}

/* The value as it may be shown here; to be freed. */
static char *value_of(const Field *field, bool utf8)
{
    return text_escape(field->value->str, (gssize)field->value->len, !utf8);
}

/* The lines that a field takes. */
static int lines_of(const TreePlan *plan, const TreeStyle *style, const Field *field, bool utf8)
{
    if (!style->wrap || !field || plan->room < 1)
        return 1;
    g_autofree char *value = value_of(field, utf8);
    return MAX((text_columns(value) + plan->room - 1) / plan->room, 1);
}

static void draw_remarks(const TreeStyle *style, const Field *field, Area room)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Role role = ROLE_DIM;
    int taken = 0;
    if (style->remark)
        style->remark(field, style->data, text, &role);
    if (text->len)
        taken = area_print(room, role, "  %s", text->str);
    for (guint i = 0; field->notes && i < field->notes->len; i++)
        taken += area_print(area_cells(room, 0, taken, room.columns), ROLE_WARN, "  ! %s",
                            (const char *)field->notes->pdata[i]);
}

/* What a field is called out for is worth more room than the end of its value. */
static int remarks_room(const TreeStyle *style, const Field *field)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Role role;
    int columns = 0;
    if (style->remark)
        style->remark(field, style->data, text, &role);
    if (text->len)
        columns = 2 + text_columns(text->str);
    if (field->notes && field->notes->len)
        columns += 4 + text_columns(field->notes->pdata[0]);
    return columns;
}

/* The value in its column, on one line or on `lines`. */
static void draw_value(const TreePlan *plan, const TreeStyle *style, const Field *field, Area lines)
{
    g_autofree char *value = value_of(field, lines.surface->utf8);
    const char *at = style->wrap ? value : behind(value, style->aside);
    int taken = 0;
    for (int row = 0; row < lines.rows && (*at || row == 0); row++) {
        Area room = area_cells(lines, row, plan->value, plan->room);
        const char *next = row + 1 < lines.rows ? behind(at, plan->room) : at + strlen(at);
        int kept = remarks_room(style, field);
        g_autofree char *part = g_strndup(at, (gsize)(next - at));
        if (lines.rows == 1 && plan->room - kept >= LEAST_VALUE)
            room = area_cells(room, 0, 0, plan->room - kept);
        taken = area_plain(room, ROLE_TEXT, part);
        at = next;
        if (!*at && plan->room - taken >= MIN(kept, LEAST_REMARK))
            draw_remarks(style, field,
                         area_cells(lines, row, plan->value + taken, plan->room - taken));
    }
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
    draw_numbers(plan, field, line);
}

static void draw_row(Fields *fields, const FieldRow *row, const TreePlan *plan,
                     const TreeStyle *style, Area lines)
{
    Area line = area_cells(lines, 0, 0, lines.columns);
    if (!row->field) {
        const Field *parent = row->parent;
        area_print(area_cells(line, 0, SIGN + 2 * row->depth + 2, line.columns), ROLE_LIVE,
                   _("%u more, asked for"),
                   parent->total - (parent->children ? parent->children->len : 0));
        return;
    }
    draw_field(fields, row, plan, line);
    draw_value(plan, style, row->field, lines);
    Role role = ROLE_TEXT;
    char flag = style->flag ? style->flag(row->field, style->data, &role) : '\0';
    if (flag)
        area_plain(area_cells(line, 0, plan->flag, 1), role, (char[]){flag, '\0'});
    if (row->field != fields_selected(fields))
        return;
    area_plain(area_cells(line, 0, 0, 1), ROLE_TEXT, glyph(GLYPH_HERE, lines.surface->utf8));
    if (style->focused) {
        area_select(lines);
        area_cursor(line, false);
    }
}

static int selected_row(const Fields *fields, const GArray *rows)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_array_index(rows, FieldRow, i).field == fields_selected(fields))
            return (int)i;
    return 0;
}

void tree_draw(Fields *fields, Area area, const TreeStyle *style)
{
    g_autoptr(GArray) rows = fields_rows(fields);
    const FieldRow *all = (const FieldRow *)rows->data;
    const Field *root = fields_root(fields);
    TreePlan plan = plan_for(rows, root ? root->length : 0, area.columns);
    bool utf8 = area.surface->utf8;
    int selected = selected_row(fields, rows), count = (int)rows->len;
    int top = scroll_top(fields_scroll(fields), selected, count, area.rows), above = 0;
    /* lines that go on push what is below them down: the selected row stays in sight */
    for (int i = selected; i >= top && count; i--) {
        above += lines_of(&plan, style, all[i].field, utf8);
        if (above > area.rows)
            top = MIN(i + 1, selected);
    }
    for (int i = top, line = 0; i < count && line < area.rows; i++) {
        int taken = MIN(lines_of(&plan, style, all[i].field, utf8), area.rows - line);
        draw_row(fields, &all[i], &plan, style, area_part(area, line, 0, taken, area.columns));
        line += taken;
    }
    if (!count && style->focused)
        area_cursor(area, false);
}
