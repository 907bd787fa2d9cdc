#include "front/ui/theme.h"

enum { RED = 1, GREEN = 2, MAGENTA = 5, CYAN = 6, OWN = -1 };

static const ThemeStyle styles[ROLE_COUNT] = {
    [ROLE_TEXT] = {.colour = OWN},
    [ROLE_TITLE] = {.colour = OWN, .bold = true},
    [ROLE_HEADER] = {.colour = OWN, .bold = true, .underline = true},
    [ROLE_RULE] = {.colour = CYAN},
    [ROLE_DIM] = {.colour = OWN, .dim = true},
    [ROLE_KEY] = {.colour = CYAN, .bold = true},
    [ROLE_GOOD] = {.colour = GREEN},
    [ROLE_NOTE] = {.colour = CYAN},
    [ROLE_WARN] = {.colour = MAGENTA},
    [ROLE_BAD] = {.colour = RED},
    [ROLE_CRITICAL] = {.colour = RED, .bold = true},
    [ROLE_UNKNOWN] = {.colour = MAGENTA},
    [ROLE_LIVE] = {.colour = CYAN, .bold = true},
    [ROLE_IN] = {.colour = CYAN},
    [ROLE_OUT] = {.colour = GREEN},
    [ROLE_PROMPT] = {.colour = OWN, .bold = true},
    [ROLE_STATUS] = {.colour = OWN},
};

ThemeStyle theme_style(const Cell *cell, int colours)
{
    ThemeStyle style = styles[cell->role];
    if (colours < 8)
        style.colour = OWN;
    if (cell->selected)
        style.reverse = true, style.dim = false;
    if (cell->marked)
        style.bold = style.underline = true, style.dim = false;
    return style;
}
