/* ui: the screen as a whole, without a terminal.
 *
 * A Ui is views over a Model: keys go in, a surface comes out. It does no I/O; what it wants done
 * it asks of its port, a table of functions that the app fills in (and tests replace). term.h is
 * the one file that knows ncurses: it turns input into Key and paints a Surface.
 */
#ifndef TLSDIVE_FRONT_UI_UI_H
#define TLSDIVE_FRONT_UI_UI_H

#include "front/model/model.h"
#include "front/ui/key.h"
#include "front/ui/surface.h"

typedef struct Ui Ui;

/* The children of the node at `path` in what these bytes say, from the child `from` on. */
typedef struct UiExplain {
    const char *kind, *sha256; /* of an explain job (doc/facts.md) */
    const guint *path;         /* child indices from the root */
    guint depth, from;
} UiExplain;

/* A file to be written. */
typedef struct UiFile {
    const char *path;
    const void *bytes;
    size_t size;
    bool over; /* a file that is there may be replaced */
} UiFile;

/* What the screen can ask of the program around it. Every function returns at once. A returned
 * string is a message for the status line (NULL: none), to be freed by the caller. */
typedef struct UiPort {
    void *data; /* handed to each */
    /* The bytes of this hash; NULL if the stream does not hold them (any more). */
    GBytes *(*bytes)(void *data, const char *sha256);
    /* Asks the reader for the children of a node; ui_fields brings the answer. The job's id is
     * "<kind>:<sha256>", which the reader gives back. */
    void (*explain)(void *data, const UiExplain *what);
    /* On the wire: ask these endpoints again; all that they accept; one of them one question (an
     * object of the probe job's form, doc/facts.md), so many times; add targets as typed; stop;
     * pause or go on. */
    char *(*ask)(void *data, const GPtrArray *endpoint_ids);
    char *(*dive)(void *data, const GPtrArray *endpoint_ids);
    char *(*question)(void *data, const char *endpoint_id, const json_t *question, guint times);
    char *(*add)(void *data, const char *targets, bool *refused);
    char *(*stop)(void *data, const GPtrArray *endpoint_ids);
    char *(*pause)(void *data, bool paused);
    /* To the clipboard, scrubbed of control characters already; says which way it went and how many
     * bytes. */
    char *(*copy)(void *data, const char *text, size_t size);
    /* Writes a file whole (mode 0666 less umask). *refused: it is there already, and `over` is not
     * set; other failures are said alone. */
    char *(*write)(void *data, const UiFile *file, bool *refused);
    /* Has everything judged for another time (seconds since 1970), or, where `asked` is false, for
     * now again. */
    void (*time)(void *data, bool asked, gint64 at);
    /* Reads a file that was opened (its id) once more, with a password; a message refuses. */
    char *(*unlock)(void *data, const char *file, const char *password);
    void (*suspend)(void *data); /* ^Z */
    void (*quit)(void *data);
} UiPort;

typedef struct UiSettings {
    bool utf8;            /* glyphs in UTF-8, else ASCII */
    bool mouse;           /* at the start */
    const char *title;    /* what was asked: a host, a file; may be NULL */
    const char *saved_in; /* the session's file; NULL: not saved */
    bool replay;          /* a saved stream: nothing can be asked on the wire */
    bool ask_for_target;  /* started without targets: the A prompt is open */
    bool asked;           /* judged is for `at` (seconds since 1970), and not for now */
    gint64 at;
    const char *filter; /* of the endpoints at the start; NULL: none */
} UiSettings;

/* A screen over a model and a port, which both outlive it; the settings are copied. */
Ui *ui_new(const Model *model, const UiPort *port, const UiSettings *settings);
void ui_free(Ui *ui);

/* A key was pressed. */
void ui_key(Ui *ui, Key key);

/* The mouse was pressed on a cell; sent only while ui_mouse says so. */
void ui_mouse_press(Ui *ui, int row, int column);

/* The answer to an explain (a `fields` object); ones that nobody waits for are ignored. */
void ui_fields(Ui *ui, const json_t *fields);

/* Shows the local files that were opened, in place of the endpoints. */
void ui_show_files(Ui *ui);

/* A line for the Log view (what a library printed, a worker's error). */
void ui_log(Ui *ui, const char *line);

/* A line for the status row, until the next key. */
void ui_status(Ui *ui, const char *message);

/* Draws the whole screen for the instant `wall` (seconds since 1970) and `at` (seconds since the
 * stream began). The surface's size is the screen's. */
void ui_draw(Ui *ui, Surface *surface, gint64 wall, double at);

/* Does what is due at this instant (seconds since the stream began): asks again what is watched.
 * To be called before a draw. */
void ui_tick(Ui *ui, double at);

/* Seconds until something on the screen changes by time alone (an elapsed time shown while work
 * runs, at most once a second); 0: never. */
double ui_next_tick(const Ui *ui);

/* True while the mouse is switched on; the terminal driver follows it. */
bool ui_mouse(const Ui *ui);

/* Draw everything anew at the next paint (^L). True once per request. */
bool ui_take_redraw(Ui *ui);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ui, ui_free)

#endif
