/* table_view: what views that are a table have in common.
 *
 * The functions are for their ViewOps; each sees to it that the rows are those of the model as it
 * is.
 */
#ifndef TLSDIVE_FRONT_UI_TABLE_VIEW_H
#define TLSDIVE_FRONT_UI_TABLE_VIEW_H

#include "front/ui/view.h"

/* The base of such a view: the first member of its struct. */
typedef struct TableView {
    View view;
    Table *table;
    Lines *detail; /* of the selected row, below or beside the table */
    void (*update)(View *view);
} TableView;

/* Its table and lines, empty. */
void table_view_init(TableView *view, const ViewOps *ops, Desk *desk, const TableKind *kind);
void table_view_clear(TableView *view);

bool table_view_seek(View *view, const char *text, int direction);
Table *table_view_table(View *view);
char *table_view_text(View *view);

/* How many rows are shown of how many, the filter, what is marked, the order. */
void table_view_status(View *view, GString *left, GString *right);

#endif
