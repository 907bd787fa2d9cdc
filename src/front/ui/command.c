#include "front/ui/command.h"

#include <string.h>

#define IN(view) (1U << VIEW_##view)
#define ALL      ((1U << VIEW_COUNT) - 1)

enum {
    LISTS = IN(ENDPOINTS) | IN(FINDINGS),
    TREES = IN(MESSAGE) | IN(CERTIFICATE),
    TEXTS = IN(HANDSHAKE) | IN(PANE) | IN(LOG) | IN(HELP),
    OF_ENDPOINT = IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | TREES | IN(FINDINGS),
    BAD = IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | IN(FINDINGS),
    PANES = IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | TREES,
    COPIES = ALL & ~IN(HELP),
};

#define MOVE(n, k, v, h)                                                                           \
    {                                                                                              \
        .name = (n), .help = (h), .keys = (k), .group = GROUP_MOVE, .views = (v)                   \
    }
#define LOOK(n, k, v, h)                                                                           \
    {                                                                                              \
        .name = (n), .help = (h), .keys = (k), .group = GROUP_LOOK, .views = (v)                   \
    }
#define PROGRAM(n, k, v, h)                                                                        \
    {                                                                                              \
        .name = (n), .help = (h), .keys = (k), .group = GROUP_PROGRAM, .views = (v)                \
    }

static const CommandRow rows[COMMAND_COUNT] = {
    [COMMAND_UP] = MOVE("up", "Up k", ALL, "row"),
    [COMMAND_DOWN] = MOVE("down", "Down j", ALL, "row"),
    [COMMAND_PAGE_UP] = MOVE("page-up", "PgUp ^B", ALL, "page"),
    [COMMAND_PAGE_DOWN] = MOVE("page-down", "PgDn ^F", ALL, "page"),
    [COMMAND_SCROLL_UP] = MOVE("scroll-up", "b", TEXTS, "page of text"),
    [COMMAND_SCROLL_DOWN] = MOVE("scroll-down", "Space", TEXTS, "page of text"),
    [COMMAND_HALF_UP] = MOVE("half-page-up", "^U", ALL, "half page"),
    [COMMAND_HALF_DOWN] = MOVE("half-page-down", "^D", ALL, "half page"),
    [COMMAND_FIRST] = MOVE("first", "g Home", ALL, "first, last"),
    [COMMAND_LAST] = MOVE("last", "G End", ALL, "first, last"),
    [COMMAND_OPEN] = {"open", "go in", "Enter", GROUP_MOVE, ALL & ~(IN(HELP) | IN(LOG)), false,
                      "open", 2, NULL},
    [COMMAND_IN] = MOVE("in", "l Right", ALL & ~(IN(HELP) | IN(LOG)), "go in"),
    [COMMAND_BACK] = {"back", "come back", "Esc", GROUP_MOVE, ALL, false, "back", 3, NULL},
    [COMMAND_OUT] = MOVE("out", "h Left Bksp", ALL, "come back"),
    [COMMAND_NEXT_PANE] = {"next-pane", "next, previous pane", "Tab", GROUP_MOVE, PANES, false,
                           "pane", 4, NULL},
    [COMMAND_PREVIOUS_PANE] = MOVE("previous-pane", "S-Tab", PANES, "next, previous pane"),
    [COMMAND_ENDPOINTS] = MOVE("endpoints", "1", ALL, "endpoints"),
    [COMMAND_HANDSHAKE] = MOVE("handshake", "2", ALL, "handshake"),
    [COMMAND_NEGOTIATED] = MOVE("negotiated", "3", ALL, "negotiated"),
    [COMMAND_CERTIFICATES] = MOVE("certificates", "4", ALL, "certificates"),
    [COMMAND_FINDINGS] = MOVE("findings", "5", ALL, "findings"),
    [COMMAND_LOG] = MOVE("log", "6", ALL, "log"),
    [COMMAND_NEXT_SAME] = MOVE("next", "]", TREES, "previous, next of its kind"),
    [COMMAND_PREVIOUS_SAME] = MOVE("previous", "[", TREES, "previous, next of its kind"),
    [COMMAND_ZOOM] = {"zoom", "zoom this pane", "z", GROUP_MOVE, PANES, false, "zoom", 8, NULL},

    [COMMAND_SEARCH] = {"search", "search", "/", GROUP_LOOK, ALL, false, "search", 6, "TEXT"},
    [COMMAND_SEARCH_NEXT] = LOOK("search-next", "n", ALL, "next, previous hit"),
    [COMMAND_SEARCH_PREVIOUS] = LOOK("search-previous", "N", ALL, "next, previous hit"),
    [COMMAND_FILTER] = {"filter", "only what matches", "f F4 \\", GROUP_LOOK, LISTS, false,
                        "filter", 7, "WORDS"},
    [COMMAND_SORT] = {"sort", "sort: choose a column", "o F6", GROUP_LOOK, LISTS, false, "sort", 9,
                      "COLUMN"},
    [COMMAND_SORT_LEFT] = LOOK("sort-left", "<", LISTS, "sort by column left, right"),
    [COMMAND_SORT_RIGHT] = LOOK("sort-right", ">", LISTS, "sort by column left, right"),
    [COMMAND_INVERT] = LOOK("invert", "I", LISTS, "invert the order"),
    [COMMAND_NEXT_BAD] = {"next-bad", "next, previous bad row", "e", GROUP_LOOK, BAD, false,
                          "next bad", 12, NULL},
    [COMMAND_PREVIOUS_BAD] = LOOK("previous-bad", "E", BAD, "next, previous bad row"),
    [COMMAND_CLOSED] = LOOK("closed", "t", IN(ENDPOINTS), "closed ports too, or not"),
    [COMMAND_SUITES] = LOOK("suites", "i", OF_ENDPOINT, "suites: IANA, OpenSSL, code"),
    [COMMAND_HEX] = {"hex", "bytes, or not", "x", GROUP_LOOK, TREES, false, "bytes", 5, NULL},
    [COMMAND_FOLLOW] = LOOK("follow", "F", IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | IN(LOG),
                            "follow what is live"),

    [COMMAND_COPY] = {"copy", "copy what the cursor is on", "c", GROUP_TAKE, COPIES, false, "copy",
                      11, NULL},
    [COMMAND_COPY_AS] = {"copy-as", "copy as PEM, hex ...", "C", GROUP_TAKE, COPIES, false, NULL, 0,
                         NULL},
    [COMMAND_WRITE] = {"write", "write to a file", "w", GROUP_TAKE, COPIES, false, "write", 13,
                       "FILE"},
    [COMMAND_MARK] = {"mark", "mark", "Space", GROUP_TAKE, IN(ENDPOINTS), false, NULL, 0, NULL},
    [COMMAND_UNMARK] = {"unmark", "unmark all", "U", GROUP_TAKE, IN(ENDPOINTS), false, NULL, 0,
                        NULL},

    [COMMAND_AGAIN] = {"again", "ask again: marked, or this", "R F5", GROUP_WIRE, OF_ENDPOINT, true,
                       "again", 10, NULL},
    [COMMAND_ADD] = {"add", "add a host or port", "A", GROUP_WIRE, ALL, true, NULL, 0, "TARGETS"},
    [COMMAND_PAUSE] = {"pause", "pause, go on", "P", GROUP_WIRE, ALL, true, NULL, 0, NULL},
    [COMMAND_STOP] = {"stop", "stop: marked, or this", "X", GROUP_WIRE, OF_ENDPOINT, false, NULL, 0,
                      NULL},

    [COMMAND_PROMPT] = PROGRAM("prompt", ":", ALL, "command by name, Tab completes"),
    [COMMAND_HELP] = {"help", "this page", "? F1", GROUP_PROGRAM, ALL & ~IN(HELP), false, "Help", 1,
                      NULL},
    [COMMAND_REDRAW] = PROGRAM("redraw", "^L", ALL, "draw anew"),
    [COMMAND_SUSPEND] = PROGRAM("suspend", "^Z", ALL, "to the shell (fg comes back)"),
    [COMMAND_MOUSE] = PROGRAM("mouse", "M F2", ALL, "mouse on, off"),
    [COMMAND_CLOSE] = {"close", "close; at the top: quit", "q", GROUP_PROGRAM, ALL, false, "quit",
                       14, NULL},
    [COMMAND_INTERRUPT] = PROGRAM("interrupt", "^C", ALL, "leave a prompt, else quit"),
    [COMMAND_QUIT] = PROGRAM("quit", "Q F10", ALL, "quit from anywhere"),
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_MOVE] = "MOVE",       [GROUP_LOOK] = "LOOK",
    [GROUP_TAKE] = "TAKE AWAY",  [GROUP_WIRE] = "ON THE WIRE (nothing else sends a packet)",
    [GROUP_PROGRAM] = "PROGRAM",
};

const CommandRow *command_row(Command command)
{
    return &rows[command];
}

const char *command_group_title(CommandGroup group)
{
    return group_titles[group];
}

static bool holds(Command command, ViewKind view)
{
    return view == VIEW_COUNT || (rows[command].views & 1U << view);
}

Command command_from_name(const char *name, ViewKind view)
{
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++)
        if (holds(command, view) && g_str_equal(rows[command].name, name))
            return command;
    return COMMAND_NONE;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *command_complete(const char *start, ViewKind view)
{
    GPtrArray *names = g_ptr_array_new();
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++)
        if (holds(command, view) && g_str_has_prefix(rows[command].name, start))
            g_ptr_array_add(names, (gpointer)rows[command].name);
    g_ptr_array_sort(names, by_name);
    return names;
}

static void help_line_free(gpointer data)
{
    HelpLine *line = data;
    g_free(line->keys);
    g_free(line);
}

static HelpLine *help_line_of(GPtrArray *lines, const char *help)
{
    for (guint i = 0; i < lines->len; i++) {
        HelpLine *line = g_ptr_array_index(lines, i);
        if (g_str_equal(line->help, help))
            return line;
    }
    HelpLine *line = g_new0(HelpLine, 1);
    line->help = help;
    g_ptr_array_add(lines, line);
    return line;
}

GPtrArray *command_help(CommandGroup group, ViewKind view)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(help_line_free);
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = &rows[command];
        if (row->group != group || !holds(command, view) || !*row->keys)
            continue;
        HelpLine *line = help_line_of(lines, row->help);
        char *keys =
            line->keys ? g_strdup_printf("%s %s", line->keys, row->keys) : g_strdup(row->keys);
        g_free(line->keys);
        line->keys = keys;
    }
    return lines;
}

/* A key as mdoc wants it: a backslash begins an escape there, and lone punctuation would be no
 * text. */
static void append_mdoc_key(GString *manual, const char *key)
{
    g_string_append(manual, " Ic ");
    if (g_ascii_ispunct(*key) && !key[1])
        g_string_append(manual, "\\&");
    for (; *key; key++)
        g_string_append(manual, *key == '\\' ? "\\e" : (char[]){*key, '\0'});
}

static void append_mdoc_row(GString *manual, const CommandRow *row)
{
    g_string_append(manual, ".It");
    g_auto(GStrv) keys = g_strsplit(row->keys, " ", -1);
    for (char **key = keys; *key; key++)
        append_mdoc_key(manual, *key);
    g_string_append_printf(manual, "\n.Cm :%s", row->name);
    if (row->argument)
        g_string_append_printf(manual, " Ar %s", row->argument);
    g_string_append_printf(manual, "\n.br\n%s\n", row->help);
}

char *command_manual(void)
{
    GString *manual = g_string_new(NULL);
    for (CommandGroup group = 0; group < GROUP_COUNT; group++) {
        g_string_append_printf(manual, ".Ss %s\n.Bl -tag -width Ds\n", group_titles[group]);
        for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++)
            if (rows[command].group == group)
                append_mdoc_row(manual, &rows[command]);
        g_string_append(manual, ".El\n");
    }
    return g_string_free(manual, FALSE);
}

struct Keymap {
    GHashTable *views[VIEW_COUNT]; /* Key -> Command */
};

Keymap *keymap_new(void)
{
    Keymap *keymap = g_new0(Keymap, 1);
    for (ViewKind view = 0; view < VIEW_COUNT; view++)
        keymap->views[view] = g_hash_table_new(NULL, NULL);
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        g_auto(GStrv) keys = g_strsplit(rows[command].keys, " ", -1);
        for (char **key = keys; *key; key++)
            for (ViewKind view = 0; view < VIEW_COUNT; view++)
                if (holds(command, view))
                    g_hash_table_insert(keymap->views[view], GUINT_TO_POINTER(key_from_name(*key)),
                                        GUINT_TO_POINTER(command));
    }
    return keymap;
}

void keymap_free(Keymap *keymap)
{
    if (!keymap)
        return;
    for (ViewKind view = 0; view < VIEW_COUNT; view++)
        g_hash_table_unref(keymap->views[view]);
    g_free(keymap);
}

Command keymap_command(const Keymap *keymap, ViewKind view, Key key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(keymap->views[view], GUINT_TO_POINTER(key)));
}
