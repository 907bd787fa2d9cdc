/* page: lines of text of a given width: cells, labels, wrapped sentences, and colour when it is
 * told. */
#ifndef TLSDIVE_FRONT_REPORT_PAGE_H
#define TLSDIVE_FRONT_REPORT_PAGE_H

#include <glib.h>
#include <stdbool.h>

#include "front/audit/audit.h"

typedef enum Tint {
    TINT_NONE,
    TINT_TITLE,
    TINT_GOOD,
    TINT_CRITICAL,
    TINT_HIGH,
    TINT_MEDIUM,
    TINT_LOW,
    TINT_UNKNOWN,
    TINT_COUNT,
} Tint;

typedef struct Page {
    GString *text;
    int width;  /* columns */
    int column; /* where the line being written stands */
    bool ascii;
    bool colour;
} Page;

/* Appends printable text as it is. */
void page_put(Page *page, Tint tint, const char *text);

/* Appends text cut and padded to `columns`, to the right where they are negative. */
void page_cell(Page *page, Tint tint, const char *text, int columns);

/* Goes on at `column`, on this line or, where that is too late, on the next. */
void page_to(Page *page, int column);

/* Appends text from here on, wrapped between words at the width; further lines begin at `column`.
 */
void page_wrap(Page *page, Tint tint, const char *text, int column);

/* Ends the line. */
void page_end(Page *page);

Tint tint_of(Severity severity);

#endif
