/* filter: which rows of a table are shown, as an expression (expression.h).
 *
 * Its fields are the members of what the rows are (TableKind.members), and the table's columns by
 * their names; a plain word matches where any cell holds it.
 */
#ifndef TLSDIVE_FRONT_UI_FILTER_H
#define TLSDIVE_FRONT_UI_FILTER_H

#include "front/ui/table.h"

typedef struct Filter Filter;

/* A filter for tables of this kind, whose relative times are from `now` (seconds since 1970). NULL
 * and *error where the text is wrong. */
Filter *filter_new(const char *text, const TableKind *kind, gint64 now, GError **error);
void filter_free(Filter *filter);

/* The instant it was made for. */
gint64 filter_now(const Filter *filter);

/* True where the row matches; an empty filter matches all. */
bool filter_matches(const Filter *filter, const void *row, const Desk *desk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)

#endif
