/* accepts_table: the columns under which the answers of an endpoint stand. */
#ifndef TLSDIVE_FRONT_UI_ACCEPTS_TABLE_H
#define TLSDIVE_FRONT_UI_ACCEPTS_TABLE_H

#include "front/ui/accepts_rows.h"

/* The places of columns in the table: that of an answer column is ACCEPTS_COLUMN_FIRST and on. */
enum {
    ACCEPTS_COLUMN_KIND,
    ACCEPTS_COLUMN_ITEM,
    ACCEPTS_COLUMN_FIRST,
    ACCEPTS_COLUMN_BITS = ACCEPTS_COLUMN_FIRST + ACCEPTS_COLUMNS,
    ACCEPTS_COLUMN_REMARK,
};

/* Rows are AcceptsRow; the second is for two endpoints side by side. */
extern const TableKind accepts_table, accepts_table_two;

/* The title of an answer column: "1.3", "SSL3"; N_() */
const char *accepts_title(int column);

/* What a row is about, as people say it. */
void accepts_item(const AcceptsRow *row, const Desk *desk, GString *text);

#endif
