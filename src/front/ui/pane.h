/* pane: rules with titles, and areas cut in two. */
#ifndef TLSDIVE_FRONT_UI_PANE_H
#define TLSDIVE_FRONT_UI_PANE_H

#include "front/ui/surface.h"

/* What stands in a rule. Printable text; `right` may be NULL. */
typedef struct PaneTitle {
    const char *left, *right;
    bool focused;
} PaneTitle;

/* Draws a rule with its titles in the area's first row, and returns what is left below. */
Area pane_begin(Area area, PaneTitle title);

/* Draws a wall in this column of the area. */
void pane_wall(Area area, int column);

/* Cuts an area after `rows`, or after `columns`; what has no room is empty. */
void pane_split_rows(Area area, int rows, Area *above, Area *below);
void pane_split_columns(Area area, int columns, Area *left, Area *right);

#endif
