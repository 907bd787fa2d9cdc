/* glyph: signs by meaning, each in UTF-8 and in ASCII.
 *
 * Views never hold a sign themselves: they ask for a meaning. Both forms of a glyph take the same
 * columns, so a layout does not depend on the terminal; only the cut sign is wider in ASCII.
 */
#ifndef TLSDIVE_FRONT_UI_GLYPH_H
#define TLSDIVE_FRONT_UI_GLYPH_H

#include <stdbool.h>

typedef enum Glyph {
    GLYPH_CUT,       /* text goes on */
    GLYPH_RUNNING,   /* still running */
    GLYPH_HERE,      /* the selected row */
    GLYPH_MARK,      /* a marked row */
    GLYPH_RULE,      /* horizontal line */
    GLYPH_WALL,      /* vertical line */
    GLYPH_TEE_DOWN,  /* a wall begins under a rule */
    GLYPH_TEE_UP,    /* a wall ends on a rule */
    GLYPH_TEE_RIGHT, /* a rule begins at a wall */
    GLYPH_IN,        /* plain text received */
    GLYPH_OUT,       /* plain text sent */
    GLYPH_TLS_IN,    /* TLS received */
    GLYPH_TLS_OUT,   /* TLS sent */
    GLYPH_EVENT,     /* an event of ours */
    GLYPH_FOLDED,
    GLYPH_UNFOLDED,
    GLYPH_LEAF,     /* nothing to unfold */
    GLYPH_CRUMB,    /* between the steps of a path */
    GLYPH_UP,       /* sorted upwards */
    GLYPH_DOWN,     /* sorted downwards */
    GLYPH_ABSENT,   /* a certificate that was not sent */
    GLYPH_ISSUED,   /* issued by */
    GLYPH_DASH,     /* from - to */
    GLYPH_SPAN,     /* from -> to in time */
    GLYPH_UNASKED,  /* not asked */
    GLYPH_BAR,      /* a column's worth of a bar */
    GLYPH_BAR_HALF, /* the same, half as high */
    GLYPH_COUNT,
} Glyph;

/* The sign; static. */
const char *glyph(Glyph meaning, bool utf8);

#endif
