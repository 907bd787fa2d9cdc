/* theme: what a role looks like.
 *
 * Only the sixteen ANSI colours, on the terminal's own background, and none that is hard to read on
 * light or on dark ones. With no colours (vt220, NO_COLOR) bold, underline, dim and reverse are
 * left. Nothing is said by a theme alone: every meaning has its word or letter on the screen as
 * well.
 */
#ifndef TLSDIVE_FRONT_UI_THEME_H
#define TLSDIVE_FRONT_UI_THEME_H

#include "front/ui/surface.h"

typedef struct ThemeStyle {
    int colour; /* 0 to 15: an ANSI colour of the text; -1: the terminal's own */
    bool bold, underline, dim, reverse;
} ThemeStyle;

/* How a cell looks where the terminal has so many colours (0: none). Selected cells are reversed,
 * marked ones are bold and underlined. */
ThemeStyle theme_style(const Cell *cell, int colours);

#endif
