#include "front/ui/lines.h"

#include "common/util/text.h"
#include "front/ui/glyph.h"
#include "front/ui/scroll.h"

#include <stdarg.h>
#include <string.h>

enum { SPAN_AT_END = -1, SPAN_RIGHT = -2 };

typedef struct Span {
    char *text;
    Role role;
    int column; /* where it begins, or SPAN_AT_END, or SPAN_RIGHT */
} Span;

typedef struct Line {
    char *identity; /* NULL: goes with the line before it */
    GArray *spans;
    int columns; /* taken so far, without what is flush right */
    int right;   /* columns of what is flush right */
    int next;    /* column of the next span */
} Line;

struct Lines {
    GPtrArray *lines;
    int width;
    bool utf8;
    char *selected; /* identity; NULL: the first */
    int row;        /* of the selected line when it was last there */
    Scroll scroll;
};

static void span_clear(gpointer data)
{
    g_free(((Span *)data)->text);
}

static void line_free(gpointer data)
{
    Line *line = data;
    g_array_unref(line->spans);
    g_free(line->identity);
    g_free(line);
}

Lines *lines_new(void)
{
    Lines *lines = g_new0(Lines, 1);
    lines->lines = g_ptr_array_new_with_free_func(line_free);
    return lines;
}

void lines_free(Lines *lines)
{
    if (!lines)
        return;
    g_ptr_array_unref(lines->lines);
    g_free(lines->selected);
    g_free(lines);
}

void lines_clear(Lines *lines, int width, bool utf8)
{
    g_ptr_array_set_size(lines->lines, 0);
    lines->width = width;
    lines->utf8 = utf8;
}

int lines_width(const Lines *lines)
{
    return lines->width;
}

bool lines_utf8(const Lines *lines)
{
    return lines->utf8;
}

guint lines_count(const Lines *lines)
{
    return lines->lines->len;
}

static Line *line_at(const Lines *lines, int row)
{
    return g_ptr_array_index(lines->lines, row);
}

static Line *last_line(Lines *lines)
{
    if (!lines->lines->len)
        lines_begin(lines, NULL);
    return line_at(lines, (int)lines->lines->len - 1);
}

void lines_begin(Lines *lines, const char *identity)
{
    Line *line = g_new0(Line, 1);
    line->identity = g_strdup(identity);
    line->spans = g_array_new(FALSE, FALSE, sizeof(Span));
    g_array_set_clear_func(line->spans, span_clear);
    line->next = SPAN_AT_END;
    g_ptr_array_add(lines->lines, line);
}

void lines_add(Lines *lines, Role role, const char *text)
{
    Line *line = last_line(lines);
    Span span = {g_strdup(text), role, line->next};
    if (line->next >= 0)
        line->columns = MAX(line->columns, line->next);
    *(line->next == SPAN_RIGHT ? &line->right : &line->columns) += text_columns(text);
    line->next = SPAN_AT_END;
    g_array_append_val(line->spans, span);
}

void lines_print(Lines *lines, Role role, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    lines_add(lines, role, text);
}

/* What is wider than its column keeps two blanks. */
void lines_tab(Lines *lines, int column)
{
    Line *line = last_line(lines);
    line->next = line->columns && line->columns + 1 > column ? line->columns + 2 : column;
}

void lines_right(Lines *lines)
{
    last_line(lines)->next = SPAN_RIGHT;
}

/* The column at which the next word of a line would begin, and whether it needs a blank before it.
 */
static int next_word(const Line *line, bool *blank)
{
    *blank = line->next < 0 && line->columns;
    return line->next >= 0 ? line->next : line->columns + *blank;
}

static Line *wrap_line(Lines *lines, int indent)
{
    lines_begin(lines, NULL);
    lines_tab(lines, indent);
    return last_line(lines);
}

void lines_wrap(Lines *lines, Role role, int indent, const char *text)
{
    bool blank = false;
    Line *line = last_line(lines);
    int begin = next_word(line, &blank), columns = text_columns(text);
    int room = lines->width - (line->right ? line->right + 1 : 0);
    /* what fits into a line of its own is not torn */
    if (blank && begin + columns > room && indent + columns <= lines->width)
        line = wrap_line(lines, indent);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        if (!**word)
            continue;
        begin = next_word(line, &blank);
        room = lines->width - (line->right ? line->right + 1 : 0);
        if (blank && begin + text_columns(*word) > room && begin > indent) {
            line = wrap_line(lines, indent);
            next_word(line, &blank);
        }
        lines_print(lines, role, "%s%s", blank ? " " : "", *word);
    }
}

/* The row of the selected line; the first that can be selected where it is gone; -1 without any. */
static int selected_row(const Lines *lines)
{
    int nearest = -1;
    /* where it was last, it mostly still is */
    if (lines->selected && lines->row >= 0 && lines->row < (int)lines->lines->len &&
        g_strcmp0(line_at(lines, lines->row)->identity, lines->selected) == 0)
        return lines->row;
    for (int row = 0; row < (int)lines->lines->len; row++) {
        const char *identity = line_at(lines, row)->identity;
        if (!identity)
            continue;
        if (lines->selected && g_str_equal(identity, lines->selected))
            return row;
        if (nearest < 0 || row <= lines->row)
            nearest = row;
    }
    return nearest;
}

static void draw_line(const Line *line, Area area)
{
    int column = 0, right = area.columns - line->right;
    int end = line->right ? right - 1 : right; /* of what is not flush right */
    for (guint i = 0; i < line->spans->len; i++) {
        const Span *span = &g_array_index(line->spans, Span, i);
        if (span->column == SPAN_RIGHT) {
            right += area_plain(area_cells(area, 0, right, area.columns), span->role, span->text);
            continue;
        }
        if (span->column >= 0)
            column = span->column;
        column += area_plain(area_cells(area, 0, column, end - column), span->role, span->text);
    }
}

void lines_draw(Lines *lines, Area area, LinesShow show)
{
    int selected = selected_row(lines), count = (int)lines->lines->len;
    int top = scroll_top(&lines->scroll, selected >= 0 ? selected : lines->row, count, area.rows);
    if (selected >= 0)
        lines->row = selected;
    for (int row = top; row < count && row < top + area.rows; row++) {
        Area cells = area_cells(area, row - top, 0, area.columns);
        draw_line(line_at(lines, row), area_cells(cells, 0, 0, lines->width));
        if (row != selected || show == LINES_PLAIN)
            continue;
        area_plain(area_cells(cells, 0, 0, 1), ROLE_TEXT, glyph(GLYPH_HERE, lines->utf8));
        if (show == LINES_FOCUSED) {
            area_select(cells);
            area_cursor(cells, false);
        }
    }
    if (show == LINES_FOCUSED && selected < 0)
        area_cursor(area, false);
}

/* The row next to `row`, or farther, that can be selected; `row` itself if there is none. */
static int nearest_row(const Lines *lines, int row, int direction)
{
    for (int at = row; at >= 0 && at < (int)lines->lines->len; at += direction)
        if (line_at(lines, at)->identity)
            return at;
    return -1;
}

static void select_row(Lines *lines, int row)
{
    g_free(lines->selected);
    lines->selected = g_strdup(line_at(lines, row)->identity);
    lines->row = row;
}

bool lines_move(Lines *lines, Command command)
{
    int count = (int)lines->lines->len, selected = selected_row(lines);
    int from = selected >= 0 ? selected : lines->row;
    int to = scroll_move(&lines->scroll, command, from, count);
    if (to < 0)
        return scroll_move(&(Scroll){0}, command, 0, 1) >= 0;
    if (selected < 0) {
        /* text without a selection: what moves is the page */
        lines->row = CLAMP(lines->row + to - from, 0, MAX(count - lines->scroll.page, 0));
        lines->scroll.line = 0;
        return true;
    }
    int direction = to >= from ? 1 : -1;
    int row = nearest_row(lines, to, direction);
    if (row < 0)
        row = nearest_row(lines, to, -direction);
    if (row >= 0) {
        scroll_shift(&lines->scroll, row - to);
        select_row(lines, row);
    }
    return true;
}

const char *lines_selected(const Lines *lines)
{
    int row = selected_row(lines);
    return row < 0 ? NULL : line_at(lines, row)->identity;
}

void lines_select(Lines *lines, const char *identity)
{
    g_free(lines->selected);
    lines->selected = g_strdup(identity);
}

bool lines_at_end(const Lines *lines)
{
    int row = selected_row(lines);
    return row < 0 ? lines->row + lines->scroll.page >= (int)lines->lines->len
                   : row == nearest_row(lines, (int)lines->lines->len - 1, -1);
}

void lines_to_end(Lines *lines)
{
    int count = (int)lines->lines->len, row = nearest_row(lines, count - 1, -1);
    lines->scroll.line = row < 0 ? 0 : MAX(lines->scroll.page - (count - row), 0);
    if (row >= 0)
        select_row(lines, row);
    else
        lines->row = MAX(count - lines->scroll.page, 0);
}

static void append_line(GString *text, const Line *line)
{
    int column = 0;
    for (guint i = 0; i < line->spans->len; i++) {
        const Span *span = &g_array_index(line->spans, Span, i);
        int blanks = span->column >= 0 ? span->column - column : span->column == SPAN_RIGHT ? 2 : 0;
        g_string_append_printf(text, "%*s%s", MAX(blanks, 0), "", span->text);
        column += MAX(blanks, 0) + text_columns(span->text);
    }
    while (text->len && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

static bool line_holds(const Line *line, const char *folded)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_line(text, line);
    g_autofree char *own = g_utf8_casefold(text->str, (gssize)text->len);
    return strstr(own, folded) != NULL;
}

bool lines_seek(Lines *lines, const char *text, int direction)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    int count = (int)lines->lines->len, selected = selected_row(lines);
    int from = selected >= 0 ? selected : lines->row;
    for (int step = 1; step <= count; step++) {
        int row = ((from + direction * step) % count + count) % count;
        if (!line_holds(line_at(lines, row), folded))
            continue;
        int owner = selected >= 0 ? nearest_row(lines, row, -1) : row;
        if (owner < 0 || (owner == from && step < count))
            continue;
        if (selected >= 0)
            select_row(lines, owner);
        else
            lines->row = row;
        return true;
    }
    return false;
}

char *lines_text_selected(const Lines *lines)
{
    GString *text = g_string_new(NULL);
    int row = selected_row(lines);
    if (row >= 0)
        append_line(text, line_at(lines, row));
    for (int next = row + 1; row >= 0 && next < (int)lines->lines->len; next++) {
        if (line_at(lines, next)->identity)
            break;
        append_line(text, line_at(lines, next));
    }
    return g_string_free(text, FALSE);
}

char *lines_text(const Lines *lines)
{
    GString *text = g_string_new(NULL);
    for (int row = 0; row < (int)lines->lines->len; row++)
        append_line(text, line_at(lines, row));
    return g_string_free(text, FALSE);
}
