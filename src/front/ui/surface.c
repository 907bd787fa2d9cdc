#include "front/ui/surface.h"

#include "common/util/text.h"
#include "front/ui/glyph.h"

#include <stdarg.h>
#include <string.h>

static const Cell blank = {.text = " ", .role = ROLE_TEXT};

static void blank_cells(Cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = blank;
}

Surface *surface_new(int rows, int columns, bool utf8)
{
    Surface *surface = g_new0(Surface, 1);
    surface->rows = MAX(rows, 1);
    surface->columns = MAX(columns, 1);
    surface->utf8 = utf8;
    size_t count = (size_t)surface->rows * (size_t)surface->columns;
    surface->cells = g_new(Cell, count);
    blank_cells(surface->cells, count);
    return surface;
}

void surface_free(Surface *surface)
{
    if (!surface)
        return;
    g_free(surface->cells);
    g_free(surface);
}

Area surface_area(Surface *surface)
{
    return (Area){surface, 0, 0, surface->rows, surface->columns};
}

Area area_part(Area area, int row, int column, int rows, int columns)
{
    int top = CLAMP(row, 0, area.rows), left = CLAMP(column, 0, area.columns);
    int bottom = CLAMP(row + rows, top, area.rows);
    int right = CLAMP(column + columns, left, area.columns);
    return (Area){area.surface, area.row + top, area.column + left, bottom - top, right - left};
}

Area area_cells(Area area, int row, int column, int width)
{
    return area_part(area, row, column, 1, width);
}

/* The cell at a place of the area; NULL outside of it. */
static Cell *cell_at(Area area, int row, int column)
{
    if (row < 0 || column < 0 || row >= area.rows || column >= area.columns)
        return NULL;
    size_t line = (size_t)(area.row + row) * (size_t)area.surface->columns;
    return &area.surface->cells[line + (size_t)(area.column + column)];
}

/* Whoever overwrites one half of a wide character leaves no other half behind. */
static void split_wide(Area area, int row, int column)
{
    Area all = surface_area(area.surface);
    int line = area.row + row, place = area.column + column;
    Cell *cell = cell_at(all, line, place), *before = cell_at(all, line, place - 1);
    Cell *after = cell_at(all, line, place + 1);
    if (before && !*cell->text)
        g_strlcpy(before->text, " ", CELL_TEXT);
    if (after && !*after->text)
        g_strlcpy(after->text, " ", CELL_TEXT);
}

static void put_cell(Area area, int row, int column, Role role, const char *text)
{
    Cell *cell = cell_at(area, row, column);
    if (!cell)
        return;
    split_wide(area, row, column);
    *cell = (Cell){.role = (guint8)role};
    g_strlcpy(cell->text, text, CELL_TEXT);
}

/* Half a wide character cannot be shown: where one half lies outside, the other is blank. */
static void put_wide(Area area, int row, int column, Role role, const char *text)
{
    put_cell(area, row, column, role, " ");
    put_cell(area, row, column + 1, role, " ");
    Cell *left = cell_at(area, row, column), *right = cell_at(area, row, column + 1);
    if (left && right) {
        g_strlcpy(left->text, text, CELL_TEXT);
        *right->text = '\0';
    }
}

/* A combining character joins the cell before it, as long as there is room. */
static void combine(Area area, int row, int column, const char *text)
{
    Cell *cell = cell_at(area, row, column - 1);
    if (cell && !*cell->text)
        cell = cell_at(area, row, column - 2);
    if (cell && strlen(cell->text) + strlen(text) < CELL_TEXT)
        g_strlcat(cell->text, text, CELL_TEXT);
}

static bool is_printable(gunichar character)
{
    return character >= 0x20 && character != 0x7f && g_unichar_isdefined(character) &&
           g_unichar_type(character) != G_UNICODE_CONTROL &&
           g_unichar_type(character) != G_UNICODE_FORMAT &&
           g_unichar_type(character) != G_UNICODE_LINE_SEPARATOR &&
           g_unichar_type(character) != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Draws printable text from a column of the first row on, without the cut sign; returns the columns
 * taken. */
static int put_text(Area area, int column, Role role, const char *text)
{
    int taken = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        if (!is_printable(character) || (!area.surface->utf8 && character >= 0x80))
            character = '?';
        int columns = text_width(character);
        if (column + taken + columns > area.columns)
            break;
        char bytes[7] = "";
        g_unichar_to_utf8(character, bytes);
        if (columns == 0)
            combine(area, 0, column + taken, bytes);
        else if (columns == 1)
            put_cell(area, 0, column + taken, role, bytes);
        else
            put_wide(area, 0, column + taken, role, bytes);
        taken += columns;
    }
    return taken;
}

int area_plain(Area area, Role role, const char *text)
{
    if (area.rows <= 0 || area.columns <= 0)
        return 0;
    if (!g_utf8_validate(text, -1, NULL))
        return area_text(area, role, text, -1);
    if (text_columns(text) <= area.columns)
        return put_text(area, 0, role, text);
    const char *sign = glyph(GLYPH_CUT, area.surface->utf8);
    int kept = MAX(area.columns - text_columns(sign), 0);
    int taken = put_text(area_cells(area, 0, 0, kept), 0, role, text);
    return taken + put_text(area, taken, role, sign);
}

int area_text(Area area, Role role, const char *text, gssize size)
{
    g_autofree char *escaped = text_escape(text, size, !area.surface->utf8);
    return area_plain(area, role, escaped);
}

int area_print(Area area, Role role, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return area_text(area, role, text, -1);
}

void area_fill(Area area, Role role, const char *sign)
{
    for (int row = 0; row < area.rows; row++)
        for (int column = 0; column < area.columns; column++)
            put_cell(area, row, column, role, sign);
}

void area_clear(Area area)
{
    area_fill(area, ROLE_TEXT, " ");
}

void area_select(Area area)
{
    for (int row = 0; row < area.rows; row++)
        for (int column = 0; column < area.columns; column++)
            cell_at(area, row, column)->selected = 1;
}

void area_mark(Area area)
{
    for (int row = 0; row < area.rows; row++)
        for (int column = 0; column < area.columns; column++)
            cell_at(area, row, column)->marked = 1;
}

void area_cursor(Area area, bool visible)
{
    if (area.rows <= 0 || area.columns <= 0)
        return;
    area.surface->cursor_row = area.row;
    area.surface->cursor_column = area.column;
    area.surface->cursor_visible = visible;
}

char *surface_to_text(const Surface *surface)
{
    GString *text = g_string_new(NULL);
    for (int row = 0; row < surface->rows; row++) {
        const Cell *cells = surface->cells + (size_t)row * (size_t)surface->columns;
        int last = surface->columns;
        while (last > 0 && g_str_equal(cells[last - 1].text, " "))
            last--;
        for (int column = 0; column < last; column++)
            g_string_append(text, cells[column].text);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}
