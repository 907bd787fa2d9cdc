#include "front/ui/command.h"

#include <glib/gi18n.h>
#include <string.h>

#define IN(view) (1U << VIEW_##view)
#define ALL      ((1U << VIEW_COUNT) - 1)

enum {
    MARKS = IN(ENDPOINTS) | IN(INVENTORY),
    ESTATE = IN(INVENTORY) | IN(ENDS),
    LISTS = MARKS | IN(ENDS) | IN(FINDINGS) | IN(ACCEPTS),
    TREES = IN(MESSAGE) | IN(CERTIFICATE),
    TEXTS = IN(HANDSHAKE) | IN(PANE) | IN(CONNECTION) | IN(TRIES) | IN(LOG) | IN(HELP) |
            IN(DIFFERENCES),
    ASKED = IN(ACCEPTS) | IN(CONNECTION) | IN(TRIES),
    OF_ENDPOINT = IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | TREES | IN(FINDINGS) | ESTATE | ASKED,
    BAD = MARKS | IN(HANDSHAKE) | IN(PANE) | IN(FINDINGS) | IN(ACCEPTS),
    PANES = IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | TREES,
    TABBED = PANES | IN(ACCEPTS) | ESTATE,
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
    [COMMAND_UP] = MOVE("up", "Up k", ALL, N_("row")),
    [COMMAND_DOWN] = MOVE("down", "Down j", ALL, N_("row")),
    [COMMAND_PAGE_UP] = MOVE("page-up", "PgUp ^B", ALL, N_("page")),
    [COMMAND_PAGE_DOWN] = MOVE("page-down", "PgDn ^F", ALL, N_("page")),
    [COMMAND_SCROLL_UP] = MOVE("scroll-up", "b", TEXTS, N_("page of text")),
    [COMMAND_SCROLL_DOWN] = MOVE("scroll-down", "Space", TEXTS, N_("page of text")),
    [COMMAND_HALF_UP] = MOVE("half-page-up", "^U", ALL, N_("half page")),
    [COMMAND_HALF_DOWN] = MOVE("half-page-down", "^D", ALL, N_("half page")),
    [COMMAND_FIRST] = MOVE("first", "g Home", ALL, N_("first, last")),
    [COMMAND_LAST] = MOVE("last", "G End", ALL, N_("first, last")),
    [COMMAND_OPEN] = {"open", N_("go in"), "Enter", GROUP_MOVE, ALL & ~(IN(HELP) | IN(LOG)), false,
                      N_("open"), 2, NULL},
    [COMMAND_IN] = MOVE("in", "l Right", ALL & ~(IN(HELP) | IN(LOG)), N_("go in")),
    [COMMAND_BACK] = {"back", N_("come back"), "Esc", GROUP_MOVE, ALL, false, N_("back"), 3, NULL},
    [COMMAND_OUT] = MOVE("out", "h Left Bksp", ALL, N_("come back")),
    [COMMAND_NEXT_PANE] = {"next-pane", N_("next, previous pane"), "Tab", GROUP_MOVE, TABBED, false,
                           N_("pane"), 13, NULL},
    [COMMAND_PREVIOUS_PANE] = MOVE("previous-pane", "S-Tab", TABBED, N_("next, previous pane")),
    [COMMAND_ENDPOINTS] = MOVE("endpoints", "1", ALL, N_("view of that number")),
    [COMMAND_HANDSHAKE] = MOVE("handshake", "2", ALL, N_("view of that number")),
    [COMMAND_NEGOTIATED] = MOVE("negotiated", "3", ALL, N_("view of that number")),
    [COMMAND_CERTIFICATES] = MOVE("certificates", "4", ALL, N_("view of that number")),
    [COMMAND_FINDINGS] = MOVE("findings", "5", ALL, N_("view of that number")),
    [COMMAND_LOG] = MOVE("log", "6", ALL, N_("view of that number")),
    [COMMAND_ACCEPTS] = {"accepts", N_("view of that number"), "7", GROUP_MOVE, ALL & ~IN(ACCEPTS),
                         false, N_("accepts"), 8, NULL},
    [COMMAND_INVENTORY] = {"inventory", N_("view of that number"), "8", GROUP_MOVE,
                           ALL & ~IN(INVENTORY), false, N_("inventory"), 17, NULL},
    [COMMAND_ENDS] = MOVE("ends", "9", ALL & ~IN(ENDS), N_("what ends when")),
    [COMMAND_EARLIER] = {"earlier", N_("move the clock"), "{", GROUP_MOVE, ALL, false, NULL, 0,
                         "TIMES"},
    [COMMAND_LATER] = {"later", N_("move the clock"), "}", GROUP_MOVE, ALL, false, NULL, 0,
                       "TIMES"},
    [COMMAND_AT] = {"at", N_("move the clock"), "@", GROUP_MOVE, ALL, false, NULL, 0, "DATE"},
    [COMMAND_NEXT_SAME] = MOVE("next", "]", TREES, N_("previous, next of its kind")),
    [COMMAND_PREVIOUS_SAME] = MOVE("previous", "[", TREES, N_("previous, next of its kind")),
    [COMMAND_NAMES] = {"names", N_("to the names"), "s", GROUP_MOVE, IN(CERTIFICATE), false,
                       N_("names"), 4, NULL},
    [COMMAND_ZOOM] = {"zoom", N_("zoom this pane"), "z", GROUP_MOVE, PANES, false, N_("zoom"), 14,
                      NULL},

    [COMMAND_SEARCH] = {"search", N_("search"), "/", GROUP_LOOK, ALL, false, N_("search"), 6,
                        "TEXT"},
    [COMMAND_SEARCH_NEXT] = LOOK("search-next", "n", ALL, N_("next, previous hit")),
    [COMMAND_SEARCH_PREVIOUS] = LOOK("search-previous", "N", ALL, N_("next, previous hit")),
    [COMMAND_FILTER] = {"filter", N_("only what matches"), "f F4 \\", GROUP_LOOK, LISTS, false,
                        N_("filter"), 7, "EXPRESSION"},
    [COMMAND_SORT] = {"sort", N_("sort: choose a column"), "o F6", GROUP_LOOK, LISTS, false,
                      N_("sort"), 9, "COLUMN"},
    [COMMAND_SORT_LEFT] = LOOK("sort-left", "<", LISTS, N_("sort column")),
    [COMMAND_SORT_RIGHT] = LOOK("sort-right", ">", LISTS, N_("sort column")),
    [COMMAND_INVERT] = LOOK("invert", "I", LISTS, N_("invert the order")),
    [COMMAND_NEXT_BAD] = {"next-bad", N_("next, previous bad row"), "e", GROUP_LOOK, BAD, false,
                          N_("next bad"), 15, NULL},
    [COMMAND_PREVIOUS_BAD] = LOOK("previous-bad", "E", BAD, N_("next, previous bad row")),
    [COMMAND_CLOSED] = LOOK("closed", "t", IN(ENDPOINTS), N_("closed ports, or not")),
    [COMMAND_SUITES] = LOOK("suites", "i", OF_ENDPOINT, N_("IANA, OpenSSL, code")),
    [COMMAND_HEX] = {"hex", N_("bytes, or not"), "x", GROUP_LOOK, TREES, false, N_("bytes"), 5,
                     NULL},
    [COMMAND_ASN1] = {"asn1", N_("plain ASN.1, or not"), "a", GROUP_LOOK, IN(CERTIFICATE), false,
                      N_("ASN.1"), 10, NULL},
    [COMMAND_WRAP] = LOOK("wrap", "^W", TREES, N_("wrap long values")),
    [COMMAND_SIDE_LEFT] = LOOK("side-left", "H", TREES, N_("sideways")),
    [COMMAND_SIDE_RIGHT] = LOOK("side-right", "L", TREES, N_("sideways")),
    [COMMAND_REFUSED] = {"refused", N_("refused ones, or not"), "t", GROUP_LOOK, IN(ACCEPTS), false,
                         N_("refused"), 5, NULL},
    [COMMAND_GROUPING] = {"grouping", N_("by certificate, key, issuer, tree"), "t", GROUP_LOOK,
                          IN(INVENTORY), false, N_("grouping"), 5, NULL},
    [COMMAND_COMPARE] = {"compare", N_("beside another one"), "=", GROUP_LOOK,
                         IN(ACCEPTS) | IN(CERTIFICATE), false, N_("compare"), 5, NULL},
    [COMMAND_FOLLOW] = LOOK("follow", "F", IN(ENDPOINTS) | IN(HANDSHAKE) | IN(PANE) | IN(LOG),
                            N_("follow what is live")),

    [COMMAND_COPY] = {"copy", N_("copy this"), "c", GROUP_TAKE, COPIES, false, N_("copy"), 11,
                      NULL},
    [COMMAND_COPY_AS] = {"copy-as", N_("copy as PEM, hex ..."), "C", GROUP_TAKE, COPIES, false,
                         NULL, 0, NULL},
    [COMMAND_WRITE] = {"write", N_("write to a file"), "w", GROUP_TAKE, COPIES, false, N_("write"),
                       16, "FILE"},
    [COMMAND_MARK] = {"mark", N_("mark"), "Space", GROUP_TAKE, MARKS | IN(CERTIFICATE), false, NULL,
                      0, NULL},
    [COMMAND_UNMARK] = {"unmark", N_("unmark all"), "U", GROUP_TAKE, MARKS, false, NULL, 0, NULL},

    [COMMAND_AGAIN] = {"again", N_("ask this/marked again"), "R F5", GROUP_WIRE, OF_ENDPOINT, true,
                       N_("again"), 5, NULL},
    [COMMAND_DIVE] = {"dive", N_("dive: all it accepts"), "D", GROUP_WIRE, OF_ENDPOINT, true,
                      N_("dive"), 4, NULL},
    [COMMAND_WATCH] = {"watch", N_("watch this answer"), "W", GROUP_WIRE, IN(ACCEPTS), true,
                       N_("watch"), 5, NULL},
    [COMMAND_ASK] = {"ask", N_("ask this so many times"), "T", GROUP_WIRE, ASKED, true, N_("times"),
                     5, "TIMES"},
    [COMMAND_ADD] = {"add", N_("add a host or port"), "A", GROUP_WIRE, ALL, true, NULL, 0,
                     "TARGETS"},
    [COMMAND_PAUSE] = {"pause", N_("pause, go on"), "P", GROUP_WIRE, ALL, true, NULL, 0, NULL},
    [COMMAND_STOP] = {"stop", N_("stop this/marked"), "X", GROUP_WIRE, OF_ENDPOINT, false, NULL, 0,
                      NULL},

    [COMMAND_PROMPT] = PROGRAM("prompt", ":", ALL, N_("command, Tab completes")),
    [COMMAND_HELP] = {"help", N_("this page"), "? F1", GROUP_PROGRAM, ALL & ~IN(HELP), false,
                      N_("Help"), 1, NULL},
    [COMMAND_REDRAW] = PROGRAM("redraw", "^L", ALL, N_("draw anew")),
    [COMMAND_SUSPEND] = PROGRAM("suspend", "^Z", ALL, N_("to the shell")),
    [COMMAND_MOUSE] = PROGRAM("mouse", "M F2", ALL, N_("mouse on, off")),
    [COMMAND_CLOSE] = {"close", N_("close; at top: quit"), "q", GROUP_PROGRAM, ALL, false,
                       N_("quit"), 12, NULL},
    [COMMAND_INTERRUPT] = PROGRAM("interrupt", "^C", ALL, N_("leave a prompt, quit")),
    [COMMAND_QUIT] = PROGRAM("quit", "Q F10", ALL, N_("quit from anywhere")),
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_MOVE] = N_("MOVE"),       [GROUP_LOOK] = N_("LOOK"),
    [GROUP_TAKE] = N_("TAKE AWAY"),  [GROUP_WIRE] = N_("ON THE WIRE (nothing else sends a packet)"),
    [GROUP_PROGRAM] = N_("PROGRAM"),
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
