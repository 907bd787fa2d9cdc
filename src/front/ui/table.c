#include "front/ui/table.h"

#include "common/util/text.h"
#include "front/ui/filter.h"
#include "front/ui/glyph.h"
#include "front/ui/scroll.h"
#include "front/ui/view.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    SIGN = 2,          /* columns for the signs of selection and mark */
    MOST_COLUMNS = 32, /* of any kind of table */
    TEXT_WIDTH = 200,  /* widest column of table_text */
};

typedef struct Layout {
    int width[MOST_COLUMNS]; /* 0: not shown */
} Layout;

struct Table {
    const TableKind *kind;
    const Desk *desk;
    GPtrArray *given; /* rows in their own order */
    GPtrArray *shown; /* filtered and sorted */
    char *selected;   /* identity; NULL: untouched */
    int row;          /* of the selected one when it was last there */
    GHashTable *marked;
    Scroll scroll;
    guint hidden;
    int grown[MOST_COLUMNS]; /* the widest cells drawn so far, of columns that grow */
    int point;               /* column of the cell in brackets; -1: none */
    Layout drawn;            /* as last drawn */
    int sort;                /* column; -1: as given */
    bool inverted;
    char *filter_text;
    Filter *filter; /* NULL: all */
};

Table *table_new(const TableKind *kind, const Desk *desk)
{
    Table *table = g_new0(Table, 1);
    table->kind = kind;
    table->desk = desk;
    table->given = g_ptr_array_new();
    table->shown = g_ptr_array_new();
    table->marked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->sort = table->point = -1;
    table->filter_text = g_strdup("");
    return table;
}

void table_free(Table *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->given);
    g_ptr_array_unref(table->shown);
    g_hash_table_unref(table->marked);
    g_free(table->selected);
    g_free(table->filter_text);
    filter_free(table->filter);
    g_free(table);
}

const TableKind *table_kind(const Table *table)
{
    return table->kind;
}

GPtrArray *table_names(const Table *table)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < table->kind->count; i++)
        if (!(table->hidden & 1U << i))
            g_ptr_array_add(names, (gpointer)table->kind->columns[i].name);
    return names;
}

GPtrArray *table_filter_fields(const Table *table)
{
    const Members *members = table->kind->members;
    GPtrArray *fields = g_ptr_array_new();
    for (size_t i = 0; members && i < members->count; i++)
        g_ptr_array_add(fields, (gpointer)members->rows[i].name);
    for (size_t i = 0; i < table->kind->count; i++) {
        const char *name = table->kind->columns[i].name;
        if (!members || member_find(members, name) < 0)
            g_ptr_array_add(fields, (gpointer)name);
    }
    return fields;
}

void table_hide(Table *table, guint columns)
{
    table->hidden = columns;
}

void table_point(Table *table, int column)
{
    table->point = column;
}

bool table_has_column(const Table *table, int column)
{
    return column >= 0 && column < (int)table->kind->count && table->drawn.width[column] > 0;
}

static const void *row_at(const Table *table, int row)
{
    return row >= 0 && row < (int)table->shown->len ? table->shown->pdata[row] : NULL;
}

static void cell_text(const Table *table, size_t column, const void *row, GString *text)
{
    Role role = ROLE_TEXT;
    g_string_truncate(text, 0);
    table->kind->columns[column].cell(row, table->desk, text, &role);
}

static int compare_cells(const Table *table, size_t column, const void *a, const void *b)
{
    const TableColumn *by = &table->kind->columns[column];
    if (by->compare)
        return by->compare(a, b, table->desk);
    g_autoptr(GString) left = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    cell_text(table, column, a, left);
    cell_text(table, column, b, right);
    return strcmp(left->str, right->str);
}

typedef struct Ranked {
    const void *row;
    guint order; /* as given: equal rows keep it */
} Ranked;

static gint compare_rows(gconstpointer a, gconstpointer b, gpointer data)
{
    const Table *table = data;
    const Ranked *left = a, *right = b;
    int order = compare_cells(table, (size_t)table->sort, left->row, right->row);
    if (order)
        return table->inverted ? -order : order;
    return left->order < right->order ? -1 : 1;
}

static void sort_shown(Table *table)
{
    guint count = table->shown->len;
    if (table->sort < 0) {
        for (guint i = 0; table->inverted && i < count / 2; i++) {
            gpointer other = table->shown->pdata[count - 1 - i];
            table->shown->pdata[count - 1 - i] = table->shown->pdata[i];
            table->shown->pdata[i] = other;
        }
        return;
    }
    g_autofree Ranked *ranked = g_new(Ranked, count);
    for (guint i = 0; i < count; i++)
        ranked[i] = (Ranked){table->shown->pdata[i], i};
    g_qsort_with_data(ranked, (gint)count, sizeof(Ranked), compare_rows, table);
    for (guint i = 0; i < count; i++)
        table->shown->pdata[i] = (gpointer)ranked[i].row;
}

/* The row of the selected identity; where it is gone, the one that came into its place. */
static int find_selected(const Table *table)
{
    int count = (int)table->shown->len;
    for (int row = 0; table->selected && row < count; row++)
        if (g_str_equal(table->kind->identity(row_at(table, row)), table->selected))
            return row;
    return table->selected ? CLAMP(table->row, 0, count - 1) : MIN(0, count - 1);
}

/* The instant that is shown, from which relative times are. */
static gint64 now_of(const Table *table)
{
    return table->desk ? table->desk->wall : 0;
}

static void renew_filter(Table *table)
{
    if (!table->filter || filter_now(table->filter) == now_of(table))
        return;
    filter_free(table->filter);
    table->filter = filter_new(table->filter_text, table->kind, now_of(table), NULL);
}

static void choose_rows(Table *table)
{
    renew_filter(table);
    g_ptr_array_set_size(table->shown, 0);
    for (guint i = 0; i < table->given->len; i++) {
        gpointer row = table->given->pdata[i];
        if (!table->filter || filter_matches(table->filter, row, table->desk))
            g_ptr_array_add(table->shown, row);
    }
    sort_shown(table);
    table->row = MAX(find_selected(table), 0);
}

void table_update(Table *table, const GPtrArray *rows)
{
    g_ptr_array_set_size(table->given, 0);
    for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add(table->given, rows->pdata[i]);
    choose_rows(table);
}

/* The column that gives way next: the one of the largest rank, be it to shrink or to go; -1: none
 * can. */
static int next_to_give(const Table *table, const Layout *layout, bool *shrink)
{
    guint largest = 0;
    int found = -1;
    for (size_t i = 0; i < table->kind->count; i++) {
        const TableColumn *column = &table->kind->columns[i];
        bool can_shrink = column->tiny && layout->width[i] > column->tiny;
        guint rank = can_shrink ? MAX(column->tiny_rank, column->rank) : column->rank;
        if (!layout->width[i] || rank <= largest)
            continue;
        largest = rank;
        found = (int)i;
        *shrink = can_shrink;
    }
    return found;
}

/* The width that a column begins with, and the one that is good enough. */
static int least_of(const Table *table, size_t i)
{
    const TableColumn *column = &table->kind->columns[i];
    int needed = MAX(table->grown[i], text_columns(_(column->title)));
    return column->fits && table->grown[i] ? MIN(needed, column->least) : column->least;
}

static int ideal_of(const Table *table, size_t i)
{
    const TableColumn *column = &table->kind->columns[i];
    return column->fits ? MAX(least_of(table, i), MIN(table->grown[i], column->ideal))
                        : column->ideal;
}

/* What is left over brings columns to their ideal, from the left; then those that grow to what they
 * need. */
static void give_rest(const Table *table, Layout *layout, int rest)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < table->kind->count; i++) {
            const TableColumn *column = &table->kind->columns[i];
            int wanted = pass && column->grows ? table->grown[i] : ideal_of(table, i);
            bool tiny = column->tiny && layout->width[i] == column->tiny;
            if (!layout->width[i] || (tiny && !(pass && column->grows)))
                continue;
            int more = CLAMP(wanted - layout->width[i], 0, MAX(rest, 0));
            layout->width[i] += more;
            rest -= more;
        }
}

/* 1. Every column that is not hidden takes its least width.
 * 2. While they do not fit, the next one shrinks or goes.
 * 3. The rest is given out. */
static Layout lay_out(const Table *table, int room)
{
    Layout layout = {{0}};
    int taken = SIGN - 1;
    for (size_t i = 0; i < table->kind->count; i++)
        if (!(table->hidden & 1U << i)) {
            layout.width[i] = least_of(table, i);
            taken += layout.width[i] + 1;
        }
    while (taken > room) {
        bool shrink = false;
        int next = next_to_give(table, &layout, &shrink);
        if (next < 0)
            break;
        int before = layout.width[next] + 1;
        layout.width[next] = shrink ? table->kind->columns[next].tiny : 0;
        taken -= before - (shrink ? layout.width[next] + 1 : 0);
    }
    give_rest(table, &layout, room - taken);
    return layout;
}

/* Cut in the middle, so that what follows the last colon can still be read. */
static void draw_with_tail(Area area, Role role, const char *text)
{
    const char *tail = strrchr(text, ':');
    int columns = tail ? text_columns(tail) : 0;
    int kept = MAX(area.columns - columns, 0);
    g_autofree char *head = tail ? g_strndup(text, (gsize)(tail - text)) : g_strdup(text);
    int taken = area_plain(area_cells(area, 0, 0, kept), role, head);
    if (tail)
        area_plain(area_cells(area, 0, taken, area.columns), role, tail);
}

static void draw_cell(Area area, const TableColumn *column, Role role, const char *text)
{
    int blank = column->right ? MAX(area.columns - text_columns(text), 0) : 0;
    if (column->tail)
        draw_with_tail(area, role, text);
    else
        area_plain(area_cells(area, 0, blank, area.columns), role, text);
}

static void draw_header(const Table *table, const Layout *layout, Area area)
{
    area_fill(area, ROLE_HEADER, " ");
    int place = SIGN;
    for (size_t i = 0; i < table->kind->count; i++) {
        const TableColumn *column = &table->kind->columns[i];
        if (!layout->width[i])
            continue;
        Glyph way = table->inverted ? GLYPH_DOWN : GLYPH_UP;
        g_autofree char *title = g_strconcat(
            _(column->title), table->sort == (int)i ? glyph(way, area.surface->utf8) : "", NULL);
        draw_cell(area_cells(area, 0, place, layout->width[i]), column, ROLE_HEADER, title);
        place += layout->width[i] + 1;
    }
}

/* Across the columns that a dropped one leaves its message in. */
static size_t draw_spill(const Table *table, const Layout *layout, Area area, const void *row)
{
    const TableKind *kind = table->kind;
    g_autoptr(GString) text = g_string_new(NULL);
    bool said = false;
    for (size_t i = 0; kind->spill && !said && i < kind->count; i++)
        if (!layout->width[i] && !(table->hidden & 1U << i))
            said = kind->spill(row, table->desk, i, text);
    if (!said)
        return kind->spill_from;
    int width = -1;
    for (size_t i = kind->spill_from; i < kind->spill_to; i++)
        width += layout->width[i] ? layout->width[i] + 1 : 0;
    area_plain(area_cells(area, 0, 0, width), ROLE_TEXT, text->str);
    return kind->spill_to;
}

static void draw_row(Table *table, const Layout *layout, Area area, const void *row)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int place = SIGN;
    size_t spilled = table->kind->spill_from;
    for (size_t i = 0; i < table->kind->count; i++) {
        const TableColumn *column = &table->kind->columns[i];
        if (!layout->width[i])
            continue;
        if (i == table->kind->spill_from)
            spilled = draw_spill(table, layout, area_cells(area, 0, place, area.columns), row);
        Role role = ROLE_TEXT;
        g_string_truncate(text, 0);
        column->cell(row, table->desk, text, &role);
        if (i < table->kind->spill_from || i >= spilled)
            draw_cell(area_cells(area, 0, place, layout->width[i]), column, role, text->str);
        place += layout->width[i] + 1;
    }
}

/* The brackets of the cell that is pointed to stand in the gaps beside it. */
static void draw_point(const Table *table, Area cells)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int place = SIGN;
    for (int i = 0; i < table->point; i++)
        place += table->drawn.width[i] ? table->drawn.width[i] + 1 : 0;
    if (!table_has_column(table, table->point))
        return;
    cell_text(table, (size_t)table->point, row_at(table, table->row), text);
    int end = MIN(text_columns(text->str), table->drawn.width[table->point]);
    area_plain(area_cells(cells, 0, place - 1, 1), ROLE_TEXT, "[");
    area_plain(area_cells(cells, 0, place + end, 1), ROLE_TEXT, "]");
}

/* What the cells of these rows need, in columns that grow; what was once needed is kept, so that
 * nothing jumps while rows pass by. */
static void measure(Table *table, int from, int to)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < table->kind->count; i++)
        for (int row = from; table->kind->columns[i].grows && row < to; row++) {
            cell_text(table, i, row_at(table, row), text);
            table->grown[i] = MAX(table->grown[i], text_columns(text->str));
        }
}

void table_draw(Table *table, Area area, bool header, bool focused)
{
    Area title = area_cells(area, 0, 0, area.columns);
    bool headed = header && area.rows > 1;
    if (headed)
        area = area_part(area, 1, 0, area.rows, area.columns);
    bool utf8 = area.surface->utf8;
    int count = (int)table->shown->len;
    int top = scroll_top(&table->scroll, table->row, count, area.rows);
    int end = MIN(count, top + area.rows);
    measure(table, top, end);
    Layout layout = lay_out(table, area.columns);
    table->drawn = layout;
    if (headed)
        draw_header(table, &layout, title);
    for (int row = top; row < end; row++) {
        Area cells = area_cells(area, row - top, 0, area.columns);
        draw_row(table, &layout, cells, row_at(table, row));
        if (g_hash_table_contains(table->marked, table->kind->identity(row_at(table, row))))
            area_plain(area_cells(cells, 0, row == table->row ? 1 : 0, 1), ROLE_WARN,
                       glyph(GLYPH_MARK, utf8));
        if (row != table->row)
            continue;
        area_plain(area_cells(cells, 0, 0, 1), ROLE_TEXT, glyph(GLYPH_HERE, utf8));
        draw_point(table, cells);
        if (focused) {
            area_select(cells);
            area_cursor(cells, false);
        }
    }
    if (!count && focused)
        area_cursor(area, false);
}

static void select_row(Table *table, int row)
{
    if (!row_at(table, row))
        return;
    g_free(table->selected);
    table->selected = g_strdup(table->kind->identity(row_at(table, row)));
    table->row = row;
}

static void toggle_mark(Table *table)
{
    const void *row = row_at(table, table->row);
    if (!row)
        return;
    const char *identity = table->kind->identity(row);
    if (!g_hash_table_remove(table->marked, identity))
        g_hash_table_add(table->marked, g_strdup(identity));
    int to = scroll_move(&table->scroll, COMMAND_DOWN, table->row, (int)table->shown->len);
    select_row(table, to);
}

/* The next column to the left or right that can be sorted by; from the end it goes to the order
 * given. */
static void shift_sort(Table *table, int direction)
{
    int count = (int)table->kind->count;
    do
        table->sort = (table->sort + 1 + direction + count + 1) % (count + 1) - 1;
    while (table->sort >= 0 && table->hidden & 1U << table->sort);
}

bool table_command(Table *table, Command command)
{
    switch (command) {
    case COMMAND_MARK:
        toggle_mark(table);
        return true;
    case COMMAND_UNMARK:
        g_hash_table_remove_all(table->marked);
        return true;
    case COMMAND_SORT_LEFT:
        shift_sort(table, -1);
        break;
    case COMMAND_SORT_RIGHT:
        shift_sort(table, 1);
        break;
    case COMMAND_INVERT:
        table->inverted = !table->inverted;
        break;
    default: {
        int to = scroll_move(&table->scroll, command, table->row, (int)table->shown->len);
        select_row(table, to);
        return to >= 0 || scroll_move(&(Scroll){0}, command, 0, 1) >= 0;
    }
    }
    select_row(table, table->row);
    choose_rows(table);
    return true;
}

guint table_shown(const Table *table)
{
    return table->shown->len;
}

guint table_given(const Table *table)
{
    return table->given->len;
}

const GPtrArray *table_rows(const Table *table)
{
    return table->shown;
}

const void *table_selected(const Table *table)
{
    return row_at(table, table->row);
}

bool table_select(Table *table, const char *identity)
{
    for (int row = 0; row < (int)table->shown->len; row++)
        if (g_str_equal(table->kind->identity(row_at(table, row)), identity)) {
            scroll_shift(&table->scroll, row - table->row);
            select_row(table, row);
            return true;
        }
    return false;
}

GPtrArray *table_chosen(const Table *table)
{
    GPtrArray *chosen = g_ptr_array_new();
    for (guint i = 0; i < table->given->len; i++) {
        const char *identity = table->kind->identity(table->given->pdata[i]);
        if (g_hash_table_contains(table->marked, identity))
            g_ptr_array_add(chosen, (gpointer)identity);
    }
    const void *row = table_selected(table);
    if (!chosen->len && row)
        g_ptr_array_add(chosen, (gpointer)table->kind->identity(row));
    return chosen;
}

guint table_marked(const Table *table)
{
    return g_hash_table_size(table->marked);
}

bool table_seek(Table *table, bool (*wanted)(const void *row, gpointer data), gpointer data,
                int direction)
{
    int count = (int)table->shown->len;
    for (int step = 1; step <= count; step++) {
        int row = ((table->row + direction * step) % count + count) % count;
        if (!wanted(row_at(table, row), data))
            continue;
        scroll_shift(&table->scroll, row - table->row);
        select_row(table, row);
        return true;
    }
    return false;
}

typedef struct Sought {
    const Table *table;
    const char *folded;
} Sought;

static bool holds_text(const void *row, gpointer data)
{
    const Sought *sought = data;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < sought->table->kind->count; i++) {
        cell_text(sought->table, i, row, text);
        g_autofree char *folded = g_utf8_casefold(text->str, (gssize)text->len);
        if (strstr(folded, sought->folded))
            return true;
    }
    return false;
}

bool table_seek_text(Table *table, const char *text, int direction)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    return table_seek(table, holds_text, &(Sought){table, folded}, direction);
}

char *table_filter(Table *table, const char *text)
{
    g_autoptr(GError) error = NULL;
    Filter *filter = filter_new(text, table->kind, now_of(table), &error);
    if (!filter)
        return g_strdup(error->message);
    char *copy = g_strdup(text);
    g_free(table->filter_text);
    table->filter_text = copy;
    g_clear_pointer(&table->filter, filter_free);
    if (*copy)
        table->filter = filter;
    else
        filter_free(filter);
    select_row(table, table->row);
    choose_rows(table);
    return NULL;
}

const char *table_filter_text(const Table *table)
{
    return table->filter_text;
}

bool table_sort(Table *table, const char *name)
{
    int column = -1;
    for (size_t i = 0; i < table->kind->count; i++)
        if (g_ascii_strcasecmp(table->kind->columns[i].name, name) == 0)
            column = (int)i;
    if (column < 0 && *name)
        return false;
    table->sort = column;
    select_row(table, table->row);
    choose_rows(table);
    return true;
}

char *table_order(const Table *table)
{
    const char *by =
        table->sort < 0 ? _(table->kind->order) : table->kind->columns[table->sort].name;
    return table->inverted ? g_strdup_printf(_("%s, inverted"), by) : g_strdup(by);
}

static void append_padded(GString *text, const TableColumn *column, const char *cell, int width)
{
    int blank = MAX(width - text_columns(cell), 0);
    g_string_append_printf(text, "%*s%s%*s ", column->right ? blank : 0, "", cell,
                           column->right ? 0 : blank, "");
}

static void end_line(GString *text)
{
    while (text->len && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

char *table_text(const Table *table)
{
    int width[MOST_COLUMNS] = {0};
    g_autoptr(GString) cell = g_string_new(NULL);
    for (size_t i = 0; i < table->kind->count; i++) {
        width[i] = text_columns(_(table->kind->columns[i].title));
        for (guint row = 0; row < table->shown->len; row++) {
            cell_text(table, i, table->shown->pdata[row], cell);
            width[i] = MAX(width[i], MIN(text_columns(cell->str), TEXT_WIDTH));
        }
    }
    GString *text = g_string_new(NULL);
    for (int row = -1; row < (int)table->shown->len; row++) {
        for (size_t i = 0; i < table->kind->count; i++) {
            const TableColumn *column = &table->kind->columns[i];
            if (table->hidden & 1U << i)
                continue;
            g_string_assign(cell, _(column->title));
            if (row >= 0)
                cell_text(table, i, row_at(table, row), cell);
            append_padded(text, column, cell->str, width[i]);
        }
        end_line(text);
    }
    return g_string_free(text, FALSE);
}
