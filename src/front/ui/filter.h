/* filter: which rows of a table are shown.
 *
 * Words separated by blanks; a row must match them all. A word matches where any cell holds it, in
 * any case; `name:word` looks at the column of that name alone, `name:<30` and `name:>30` compare
 * numbers, and `!` before a word turns it round. A word before whose colon no column's name stands
 * is a plain word.
 */
#ifndef TLSDIVE_FRONT_UI_FILTER_H
#define TLSDIVE_FRONT_UI_FILTER_H

#include "front/ui/table.h"

typedef struct Filter Filter;

/* A filter for tables of this kind. */
Filter *filter_new(const char *text, const TableKind *kind);
void filter_free(Filter *filter);

/* True where the row matches; an empty filter matches all. */
bool filter_matches(const Filter *filter, const void *row, const Desk *desk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)

#endif
