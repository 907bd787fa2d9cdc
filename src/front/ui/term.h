/* term: the terminal, and the only file that knows ncurses.
 *
 * Opens the terminal, turns its input into keys, paints what changed of a surface, and leaves it
 * sane whatever happens. It keeps no loop: the app waits for term_fd to become readable (or to hang
 * up), drains term_read_key until TERM_NO_KEY, and tells it of SIGWINCH, SIGTSTP and SIGCONT. The
 * app must have called setlocale, and have its own handlers of SIGWINCH, SIGTSTP, SIGINT, SIGTERM
 * and SIGHUP in place before term_open, so that ncurses installs none of its own.
 */
#ifndef TLSDIVE_FRONT_UI_TERM_H
#define TLSDIVE_FRONT_UI_TERM_H

#include "front/ui/key.h"
#include "front/ui/surface.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Term Term;

typedef struct TermSettings {
    bool colour; /* false: --no-color. NO_COLOR is heeded here */
} TermSettings;

enum {
    TERM_NO_KEY = 0,                  /* nothing more to read now */
    TERM_HANGUP = KEY_SPECIAL + 0xff, /* the terminal is gone */
};

/* Opens the terminal: keys from standard input if that is one, else from /dev/tty, always through
 * an open file description of its own (so that reading without blocking does not reach standard
 * output). An unknown TERM falls back to xterm-256color, xterm, vt100, and *message says so (to be
 * freed; else NULL). NULL and *error if there is no terminal to be had. Installs handlers of
 * SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL that restore the terminal and die of the signal all
 * the same. One at a time. */
Term *term_open(const TermSettings *settings, char **message, GError **error);

/* Restores the terminal and frees it; NULL is allowed. */
void term_close(Term *term);

/* What to wait for input on. Stays the same until term_close. */
int term_fd(const Term *term);

/* The next key; TERM_NO_KEY if there is none, TERM_HANGUP once the terminal is gone. Never blocks
 * longer than the escape delay (25 ms, or ESCDELAY). */
Key term_read_key(Term *term);

/* Where the mouse was pressed, for the last KEY_MOUSE_PRESS. */
void term_mouse_place(const Term *term, int *row, int *column);

/* The size in cells, at least 1x1. After SIGWINCH call term_resized first. */
void term_size(const Term *term, int *rows, int *columns);
void term_resized(Term *term);

/* True if the terminal's characters are UTF-8 (by the locale). */
bool term_utf8(void);

/* Paints the surface, which is of term_size: only the cells that changed since the last time. */
void term_paint(Term *term, const Surface *surface);

/* Forgets what was painted: the next term_paint draws all of it. */
void term_redraw(Term *term);

/* Mouse capture; off at the start. */
void term_mouse(Term *term, bool on);

/* Gives the terminal back to the shell (before stopping on SIGTSTP), and takes it again. */
void term_suspend(Term *term);
void term_resume(Term *term);

/* Hands `size` bytes of text to the terminal's clipboard by OSC 52: bare, and wrapped for tmux or
 * screen where TMUX is set or TERM is screen*. False if it is too long (74,994 bytes in base64):
 * nothing was sent. */
bool term_clipboard(Term *term, const char *text, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Term, term_close)

#endif
