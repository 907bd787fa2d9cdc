/* command: everything that a user can do, one row each.
 *
 * From this table come the keys and their help, the key bar, the names that the : prompt takes and
 * completes, and the manual's list of keys. Two rules are held by tests: no small letter and no
 * Enter puts a packet on the wire, and whatever has keys has one that is neither an F-key nor Alt.
 */
#ifndef TLSDIVE_FRONT_UI_COMMAND_H
#define TLSDIVE_FRONT_UI_COMMAND_H

#include "front/ui/key.h"

#include <glib.h>
#include <stdbool.h>

/* Where the keyboard's focus is: a command holds in some of these. */
typedef enum ViewKind {
    VIEW_ENDPOINTS,
    VIEW_HANDSHAKE,
    VIEW_PANE, /* a pane of lines beside the endpoints: negotiated, certificate, findings */
    VIEW_MESSAGE,
    VIEW_CERTIFICATE,
    VIEW_DIFFERENCES,
    VIEW_FINDINGS,
    VIEW_ACCEPTS,
    VIEW_INVENTORY,
    VIEW_ENDS,
    VIEW_CONNECTION, /* one that proves an answer */
    VIEW_TRIES,
    VIEW_LOG,
    VIEW_HELP,
    VIEW_COUNT,
} ViewKind;

typedef enum Command {
    COMMAND_NONE,
    COMMAND_UP,
    COMMAND_DOWN,
    COMMAND_PAGE_UP,
    COMMAND_PAGE_DOWN,
    COMMAND_SCROLL_UP,
    COMMAND_SCROLL_DOWN,
    COMMAND_HALF_UP,
    COMMAND_HALF_DOWN,
    COMMAND_FIRST,
    COMMAND_LAST,
    COMMAND_OPEN,
    COMMAND_IN,
    COMMAND_BACK,
    COMMAND_OUT,
    COMMAND_NEXT_PANE,
    COMMAND_PREVIOUS_PANE,
    COMMAND_ENDPOINTS,
    COMMAND_HANDSHAKE,
    COMMAND_NEGOTIATED,
    COMMAND_CERTIFICATES,
    COMMAND_FINDINGS,
    COMMAND_LOG,
    COMMAND_ACCEPTS,
    COMMAND_INVENTORY,
    COMMAND_ENDS,
    COMMAND_EARLIER,
    COMMAND_LATER,
    COMMAND_AT,
    COMMAND_NEXT_SAME,
    COMMAND_PREVIOUS_SAME,
    COMMAND_NAMES,
    COMMAND_ZOOM,
    COMMAND_SEARCH,
    COMMAND_SEARCH_NEXT,
    COMMAND_SEARCH_PREVIOUS,
    COMMAND_FILTER,
    COMMAND_SORT,
    COMMAND_SORT_LEFT,
    COMMAND_SORT_RIGHT,
    COMMAND_INVERT,
    COMMAND_NEXT_BAD,
    COMMAND_PREVIOUS_BAD,
    COMMAND_CLOSED,
    COMMAND_SUITES,
    COMMAND_HEX,
    COMMAND_ASN1,
    COMMAND_WRAP,
    COMMAND_SIDE_LEFT,
    COMMAND_SIDE_RIGHT,
    COMMAND_REFUSED,
    COMMAND_GROUPING,
    COMMAND_COMPARE,
    COMMAND_FOLLOW,
    COMMAND_COPY,
    COMMAND_COPY_AS,
    COMMAND_WRITE,
    COMMAND_MARK,
    COMMAND_UNMARK,
    COMMAND_AGAIN,
    COMMAND_DIVE,
    COMMAND_WATCH,
    COMMAND_ASK,
    COMMAND_ADD,
    COMMAND_PAUSE,
    COMMAND_STOP,
    COMMAND_PROMPT,
    COMMAND_HELP,
    COMMAND_REDRAW,
    COMMAND_SUSPEND,
    COMMAND_MOUSE,
    COMMAND_CLOSE,
    COMMAND_INTERRUPT,
    COMMAND_QUIT,
    COMMAND_COUNT,
} Command;

typedef enum CommandGroup {
    GROUP_MOVE,
    GROUP_LOOK,
    GROUP_TAKE,
    GROUP_WIRE,
    GROUP_PROGRAM,
    GROUP_COUNT,
} CommandGroup;

typedef struct CommandRow {
    const char *name; /* for the : prompt: lower-case words joined by hyphens */
    const char *help; /* what it does, in a few words; rows of one group with the same words share a
                         help line */
    const char *keys; /* default keys, separated by blanks; "" for the prompt only */
    CommandGroup group;
    guint views;          /* 1 << ViewKind, or-ed */
    bool sends;           /* puts packets on the wire */
    const char *bar;      /* its word in the key bar; NULL: not there */
    guint rank;           /* place in the key bar: smaller stays longer */
    const char *argument; /* what may follow its name at the : prompt; NULL: nothing */
} CommandRow;

/* The row of a command, from COMMAND_NONE + 1 to COMMAND_COUNT - 1. */
const CommandRow *command_row(Command command);

/* The title of a group. */
const char *command_group_title(CommandGroup group);

/* The command of a name that holds in a view; COMMAND_NONE if there is none. */
Command command_from_name(const char *name, ViewKind view);

/* The names that begin with `start` and hold in a view, in order; free with g_ptr_array_unref. */
GPtrArray *command_complete(const char *start, ViewKind view);

/* One line of the help: the keys, and what they do. */
typedef struct HelpLine {
    char *keys;
    const char *help;
} HelpLine;

/* The lines of a group for a view (VIEW_COUNT: for all of them); free with g_ptr_array_unref. */
GPtrArray *command_help(CommandGroup group, ViewKind view);

/* The manual's list of keys, in mdoc; to be freed. */
char *command_manual(void);

/* Which key does what: a view's keys, as they are bound now. */
typedef struct Keymap Keymap;

/* The default keys. */
Keymap *keymap_new(void);
void keymap_free(Keymap *keymap);

/* The command of a key in a view; COMMAND_NONE if it has none. */
Command keymap_command(const Keymap *keymap, ViewKind view, Key key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keymap, keymap_free)

#endif
