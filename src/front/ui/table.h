/* table: rows of things under columns that are themselves rows of a table.
 *
 * A kind of table declares its columns: how wide, how they give way when it is narrow, how they
 * sort, and the name by which a filter and the sort prompt know them. The rows are given anew
 * whenever the model changed; selection and marks hold on to each row's identity, so rows may
 * arrive, be sorted and be filtered, and the selected one stays selected, on the same line of the
 * screen.
 */
#ifndef TLSDIVE_FRONT_UI_TABLE_H
#define TLSDIVE_FRONT_UI_TABLE_H

#include "front/report/members.h"
#include "front/ui/command.h"
#include "front/ui/surface.h"

/* What all views share (view.h); cells are written for it. */
typedef struct Desk Desk;

typedef struct TableColumn {
    const char *title;
    const char *name; /* in filters, and to sort by */
    int least, ideal; /* columns of text */
    guint rank;       /* when it is narrow the largest goes first; 0 stays */
    int tiny;         /* what it shrinks to before that, at tiny_rank; 0: it does not */
    guint tiny_rank;
    bool right; /* aligned */
    bool grows; /* past its ideal, as far as its content needs and there is room */
    bool fits;  /* takes less than its least where its content, as far as drawn, needs less */
    bool tail;  /* cut in the middle: what follows its last colon stays */
    /* The cell as printable text, and its role. */
    void (*cell)(const void *row, const Desk *desk, GString *text, Role *role);
    /* How two rows compare; NULL: by the text of their cells. */
    int (*compare)(const void *a, const void *b, const Desk *desk);
} TableColumn;

typedef struct TableKind {
    const TableColumn *columns;
    size_t count;
    const char *(*identity)(const void *row);
    const char *order; /* the order in which rows are given, in words */
    /* Where a column was dropped: what must be said all the same, across the columns from
     * `spill_from` up to before `spill_to`; false: nothing. May be NULL. */
    bool (*spill)(const void *row, const Desk *desk, size_t dropped, GString *text);
    size_t spill_from, spill_to;
    /* What a filter may ask of a row beside its columns; NULL: nothing. `subjects` gives what these
     * are members of, where that is not the row itself; a row is shown where one of them matches.
     * Free with g_ptr_array_unref. */
    const Members *members;
    GPtrArray *(*subjects)(const void *row);
} TableKind;

typedef struct Table Table;

/* An empty table; `kind` is static, `desk` lives longer. */
Table *table_new(const TableKind *kind, const Desk *desk);
void table_free(Table *table);

const TableKind *table_kind(const Table *table);

/* The names of the columns that are not left out; free with g_ptr_array_unref. */
GPtrArray *table_names(const Table *table);

/* The fields that a filter may ask about; free with g_ptr_array_unref. */
GPtrArray *table_filter_fields(const Table *table);

/* Columns to leave out, one bit each by index. */
void table_hide(Table *table, guint columns);

/* Points to a cell of the selected row, which stands in brackets; -1: to none. */
void table_point(Table *table, int column);

/* True if the column was drawn last: it is not hidden, and did not give way. */
bool table_has_column(const Table *table, int column);

/* The rows (borrowed as long as they are shown), in their own order; they are filtered and sorted
 * here. */
void table_update(Table *table, const GPtrArray *rows);

/* Draws the column titles, where `header`, and the rows. */
void table_draw(Table *table, Area area, bool header, bool focused);

/* Movement, marks and sorting; false if the command is none of those. */
bool table_command(Table *table, Command command);

/* How many rows are shown, and how many were given. */
guint table_shown(const Table *table);
guint table_given(const Table *table);

/* The rows that are shown, in order; borrowed. */
const GPtrArray *table_rows(const Table *table);

/* The selected row; NULL if there is none. */
const void *table_selected(const Table *table);

/* Selects the row of this identity; false if it is not shown. */
bool table_select(Table *table, const char *identity);

/* The identities of the marked rows, else of the selected one: borrowed strings, in order. */
GPtrArray *table_chosen(const Table *table);
guint table_marked(const Table *table);

/* Selects the next (1) or previous (-1) row that `wanted` says yes to, around the end; false if
 * none. */
bool table_seek(Table *table, bool (*wanted)(const void *row, gpointer data), gpointer data,
                int direction);

/* The same for a row in which a cell holds `text`, in any case. */
bool table_seek_text(Table *table, const char *text, int direction);

/* Shows only rows that match (filter.h); "" shows all. Where the text is wrong what was shown
 * stays, and what is wrong comes back, to be freed; else NULL. */
char *table_filter(Table *table, const char *text);
const char *table_filter_text(const Table *table);

/* Sorts by the column of this name; false if there is none. "" is the order given. */
bool table_sort(Table *table, const char *name);

/* The order in words: "CERT, inverted", or the kind's own; to be freed. */
char *table_order(const Table *table);

/* All rows that are shown, as text under titles, whole; to be freed. */
char *table_text(const Table *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

#endif
