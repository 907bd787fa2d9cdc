/* lines_view: a view that is lines from end to end, as the log and the help are.
 *
 * A kind of such a view is a row of functions; drawing, moving, searching and copying are the same
 * for all.
 */
#ifndef TLSDIVE_FRONT_UI_LINES_VIEW_H
#define TLSDIVE_FRONT_UI_LINES_VIEW_H

#include "front/ui/view.h"

typedef struct LinesView LinesView;

typedef struct LinesViewKind {
    ViewKind focus;
    const char *name; /* of all of it, where it is copied: N_("the log") */
    const char *line; /* of its selected line, likewise; NULL: that is not copied alone */
    void (*build)(LinesView *view, int width);
    void (*title)(View *view, int width, GString *left, GString *right);
    void (*status)(View *view, GString *left, GString *right);
    /* Commands that only this kind has; false: it has not. NULL: none. */
    bool (*command)(LinesView *view, Command command);
    /* Frees what only this kind has. NULL: nothing. */
    void (*free)(LinesView *view);
} LinesViewKind;

/* The base of such a view: the first member of its struct. */
struct LinesView {
    View view;
    const LinesViewKind *kind;
    Lines *lines;
    const Endpoint *endpoint; /* that "again" and "stop" mean; NULL: none */
    json_t *question;         /* to it, as of ViewOps.question; owned, NULL: none */
    guint times;              /* that "again" asks it; 0: once */
    char *subject;            /* stays on top while the rest scrolls; owned, NULL: nothing does */
    bool tail;                /* may show its end until somebody moves away from it */
    bool follow;              /* does so */
};

/* Makes a view of a struct that begins with a LinesView and is zero otherwise. */
View *lines_view_init(LinesView *view, const LinesViewKind *kind, Desk *desk);

#endif
