/* scroll: which part of a long list is on the screen.
 *
 * What is kept is the line of the screen that the selection stands on, not the first row shown:
 * when rows arrive above it, the selected one stays where the eye left it.
 */
#ifndef TLSDIVE_FRONT_UI_SCROLL_H
#define TLSDIVE_FRONT_UI_SCROLL_H

#include "front/ui/command.h"

typedef struct Scroll {
    int line; /* of the screen, that the selected row stands on */
    int page; /* rows of the screen, as last drawn */
    int kept_line,
        kept_page; /* the same on a larger screen, to go back to when it is large again */
} Scroll;

/* The first row to show of `count`, with row `selected` (-1: none) on its line as far as can be, on
 * `page` rows. */
int scroll_top(Scroll *scroll, int selected, int count, int page);

/* The selection went so many rows further, and its line on the screen with it. */
void scroll_shift(Scroll *scroll, int rows);

/* Where a command of movement leads from row `selected` of `count`; -1 if it is no such command or
 * there are no rows. The line on the screen moves along. */
int scroll_move(Scroll *scroll, Command command, int selected, int count);

#endif
