/* surface: a grid of cells with text and roles, and the place of the cursor.
 *
 * A view draws here, and knows nothing of terminals. A cell holds one character with what combines
 * with it, and a role that says what it means; the theme turns roles into attributes. Text is
 * escaped and measured on its way in: control and bidi characters from a stranger cannot reach the
 * terminal, and wide characters take two cells or are replaced at an edge. Drawing outside of the
 * surface, or of its clip, is allowed and does nothing: so no size is too small for a view.
 */
#ifndef TLSDIVE_FRONT_UI_SURFACE_H
#define TLSDIVE_FRONT_UI_SURFACE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* What a cell means. SELECTED and MARKED are flags that are added to any role. */
typedef enum Role {
    ROLE_TEXT,
    ROLE_TITLE,  /* the title line */
    ROLE_HEADER, /* column titles */
    ROLE_RULE,   /* rules and the titles in them */
    ROLE_DIM,    /* of lesser weight */
    ROLE_KEY,    /* a key in the key bar or the help */
    ROLE_GOOD,
    ROLE_NOTE, /* info, low */
    ROLE_WARN, /* medium */
    ROLE_BAD,  /* high */
    ROLE_CRITICAL,
    ROLE_UNKNOWN,
    ROLE_LIVE, /* still running */
    ROLE_IN,   /* from the peer */
    ROLE_OUT,  /* to the peer */
    ROLE_PROMPT,
    ROLE_STATUS,
    ROLE_COUNT,
} Role;

enum { CELL_TEXT = 14 }; /* bytes of UTF-8 in a cell, its NUL included */

typedef struct Cell {
    char text[CELL_TEXT]; /* "" : the right half of the wide character before it */
    guint8 role;
    guint8 selected : 1; /* reverse video is added */
    guint8 marked : 1;   /* the bytes of the selected field; a search hit */
} Cell;

typedef struct Surface {
    int rows, columns;
    Cell *cells;                   /* rows * columns, row by row */
    int cursor_row, cursor_column; /* where the terminal's cursor stands: on the selection */
    bool cursor_visible;
    bool utf8; /* whether characters beyond ASCII may be drawn */
} Surface;

/* A part of a surface that one view draws in; plain data, passed by value. */
typedef struct Area {
    Surface *surface;
    int row, column, rows, columns;
} Area;

/* A blank surface; sizes below 1 are taken as 1. */
Surface *surface_new(int rows, int columns, bool utf8);
void surface_free(Surface *surface);

/* All of it. */
Area surface_area(Surface *surface);

/* A part of an area, cut to it. */
Area area_part(Area area, int row, int column, int rows, int columns);

/* `width` cells of one row. */
Area area_cells(Area area, int row, int column, int width);

/* Draws `size` bytes of text (-1: up to its NUL), escaped, in the area's first row; what does not
 * fit is cut and ends in the cut glyph. Returns the columns taken. */
int area_text(Area area, Role role, const char *text, gssize size);

/* The same for text that is printable already: the program's own words and glyphs, and what
 * text_escape gave. A character that would not show itself is drawn as "?" all the same. */
int area_plain(Area area, Role role, const char *text);

/* printf into area_text; returns the columns taken. */
int area_print(Area area, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Fills all of the area with a glyph of one column. */
void area_fill(Area area, Role role, const char *glyph);

/* Blanks all of the area. */
void area_clear(Area area);

/* Sets the flags of all cells of the area, leaving text and roles. */
void area_select(Area area);
void area_mark(Area area);

/* Places the cursor on the area's first cell. */
void area_cursor(Area area, bool visible);

/* The surface as lines of text, trailing blanks removed, for tests and for paste into a ticket; to
 * be freed. */
char *surface_to_text(const Surface *surface);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Surface, surface_free)

#endif
