/* lines: text in roles, line by line, with a selection.
 *
 * What panes and text views are made of. A view empties the lines, adds them anew, and draws them;
 * lines that can be selected have an identity, and the selection holds on to that, not to a number.
 * All text given here is printable already: the program's own, or what text_escape gave.
 */
#ifndef TLSDIVE_FRONT_UI_LINES_H
#define TLSDIVE_FRONT_UI_LINES_H

#include "front/ui/command.h"
#include "front/ui/surface.h"

typedef struct Lines Lines;

Lines *lines_new(void);
void lines_free(Lines *lines);

/* Empties them; the selection stays. `width` is what lines_wrap wraps at; `utf8` says which glyphs
 * they will hold. */
void lines_clear(Lines *lines, int width, bool utf8);
int lines_width(const Lines *lines);
bool lines_utf8(const Lines *lines);

/* A new line. `identity` makes it selectable (copied); NULL: it goes with the line before it. */
void lines_begin(Lines *lines, const char *identity);

/* Appends to the last line; lines_tab goes on at a column, lines_right puts what follows flush
 * right. */
void lines_add(Lines *lines, Role role, const char *text);
void lines_print(Lines *lines, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);
void lines_tab(Lines *lines, int column);
void lines_right(Lines *lines);

/* Appends words; what does not fit into the width goes on in new lines, from column `indent`. */
void lines_wrap(Lines *lines, Role role, int indent, const char *text);

/* How many lines there are. */
guint lines_count(const Lines *lines);

/* How the selected line is shown. */
typedef enum LinesShow {
    LINES_PLAIN,   /* like the others */
    LINES_POINTED, /* with its sign */
    LINES_FOCUSED, /* with its sign, reversed, and the cursor on it */
} LinesShow;

/* Draws as many as fit. */
void lines_draw(Lines *lines, Area area, LinesShow show);

/* Moves the selection; false if the command is none of movement. Without selectable lines it
 * scrolls. */
bool lines_move(Lines *lines, Command command);

/* The identity of the selected line; NULL if there is none. Borrowed until the lines change. */
const char *lines_selected(const Lines *lines);

/* Selects the line of this identity, when there is one. */
void lines_select(Lines *lines, const char *identity);

/* True while the selection is on the last line that can be selected: there it follows what is
 * added. */
bool lines_at_end(const Lines *lines);
void lines_to_end(Lines *lines);

/* Selects the next line (direction 1) or the one before (-1) that holds `text`, in any case; false
 * if there is none. */
bool lines_seek(Lines *lines, const char *text, int direction);

/* The text of the line that is selected (with those that go with it), and of all of them; to be
 * freed. */
char *lines_text_selected(const Lines *lines);
char *lines_text(const Lines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

#endif
