/* order: which rows of the table in sight are shown, and in which order. */
#ifndef TLSDIVE_FRONT_UI_ORDER_H
#define TLSDIVE_FRONT_UI_ORDER_H

#include "front/ui/view.h"

/* Shows only rows that match (filter.h), asking for the filter where it is NULL. */
void order_filter(Desk *desk, const char *text);

/* Sorts by the column of a name, asking for one with a menu where it is NULL. */
void order_sort(Desk *desk, const char *column);

#endif
