#define NCURSES_WIDECHAR 1
#include "front/ui/term.h"

#include "front/ui/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum {
    ESCAPE_DELAY = 25,       /* milliseconds to tell Esc from the beginning of a key's sequence */
    CLIPBOARD_LIMIT = 74994, /* bytes in base64 that terminals are known to take */
    SCREEN_PIECE = 240,      /* bytes that screen passes on in one DCS */
    MOST_ROWS = 1000,
    MOST_COLUMNS = 4000,
};

struct Term {
    SCREEN *screen;
    FILE *input;
    int fd;       /* of input */
    int colours;  /* 0: none */
    bool visible; /* the cursor */
    bool hangup;
    bool mouse; /* captured */
    int mouse_row, mouse_column;
    Surface *last; /* what was painted; NULL: nothing that counts */
};

/* What the crash handler needs, made ready beforehand: it may call little more than write. */
static struct {
    int fd;
    char reset[256];
    size_t size;
    struct termios modes;
    struct sigaction before[NSIG];
} crash = {.fd = -1};

static const int crash_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

static void restore_and_die(int number)
{
    if (crash.fd >= 0) {
        (void)!write(crash.fd, crash.reset, crash.size);
        tcsetattr(crash.fd, TCSANOW, &crash.modes);
    }
    sigaction(number, &crash.before[number], NULL);
    raise(number);
}

/* Appends a terminfo string without its padding. */
static void add_reset(const char *capability)
{
    const char *text = tigetstr(capability);
    if (!text || text == (const char *)-1)
        return;
    for (; *text && crash.size < sizeof crash.reset; text++) {
        const char *padding = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (padding)
            text = padding;
        else
            crash.reset[crash.size++] = *text;
    }
}

static void arm_crash(int fd)
{
    static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";
    static char stack[65536];
    crash.size = 0;
    add_reset("sgr0");
    add_reset("cnorm");
    add_reset("rmkx");
    add_reset("rmcup");
    if (tigetstr("kmous") && tigetstr("kmous") != (char *)-1 &&
        crash.size + sizeof mouse_off < sizeof crash.reset) {
        memcpy(crash.reset + crash.size, mouse_off, sizeof mouse_off - 1);
        crash.size += sizeof mouse_off - 1;
    }
    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&own, NULL);
    crash.fd = fd;
    struct sigaction action = {.sa_handler = restore_and_die, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++)
        sigaction(crash_signals[i], &action, &crash.before[crash_signals[i]]);
}

static void disarm_crash(void)
{
    if (crash.fd < 0)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++)
        sigaction(crash_signals[i], &crash.before[crash_signals[i]], NULL);
    crash.fd = -1;
}

/* An open file description of its own: whoever polls it may make it non-blocking, and standard
 * output stays as it was. */
static int open_keyboard(GError **error)
{
    const char *name = isatty(STDIN_FILENO) ? ttyname(STDIN_FILENO) : NULL;
    if (!name)
        name = "/dev/tty";
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && !g_str_equal(name, "/dev/tty"))
        fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    "no terminal for the screen (%s: %s); --batch needs none", name,
                    g_strerror(errno));
    return fd;
}

/* A screen on a terminal of this type, if that type can place its cursor. */
static SCREEN *try_type(const char *type, FILE *input)
{
    SCREEN *screen = type && *type ? newterm(type, stdout, input) : NULL;
    const char *place = screen ? tigetstr("cup") : NULL;
    if (!screen || (place && place != (const char *)-1))
        return screen;
    endwin();
    delscreen(screen);
    return NULL;
}

static SCREEN *open_screen(FILE *input, char **message)
{
    static const char *const instead[] = {"xterm-256color", "xterm", "vt100"};
    const char *type = g_getenv("TERM");
    SCREEN *screen = try_type(type, input);
    for (size_t i = 0; !screen && i < G_N_ELEMENTS(instead); i++) {
        screen = try_type(instead[i], input);
        if (screen)
            *message = g_strdup_printf("TERM=%s is not known here: painting as for %s",
                                       type ? type : "", instead[i]);
    }
    return screen;
}

static int open_colours(bool wanted)
{
    const char *no_color = g_getenv("NO_COLOR");
    if (!wanted || (no_color && *no_color) || !has_colors() || start_color() == ERR || COLORS < 8)
        return 0;
    short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    int colours = COLORS < 16 ? 8 : 16;
    for (int colour = 0; colour < colours; colour++)
        init_pair((short)(colour + 1), (short)colour, background);
    return colours;
}

Term *term_open(const TermSettings *settings, char **message, GError **error)
{
    *message = NULL;
    int fd = open_keyboard(error);
    if (fd < 0)
        return NULL;
    tcgetattr(fd, &crash.modes);
    FILE *input = fdopen(fd, "r");
    SCREEN *screen = input ? open_screen(input, message) : NULL;
    if (!screen) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                    "no description of this terminal or a usual one (TERM, terminfo); --batch "
                    "needs none");
        if (input)
            fclose(input);
        return NULL;
    }
    arm_crash(fd);
    if (!g_getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY);
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    mouseinterval(0);
    curs_set(0);
    Term *term = g_new0(Term, 1);
    *term = (Term){.screen = screen, .input = input, .fd = fd};
    term->colours = open_colours(settings->colour);
    return term;
}

void term_close(Term *term)
{
    if (!term)
        return;
    mousemask(0, NULL);
    endwin();
    disarm_crash();
    delscreen(term->screen);
    fclose(term->input);
    surface_free(term->last);
    g_free(term);
}

int term_fd(const Term *term)
{
    return term->fd;
}

static const struct {
    int code;
    Key key;
} codes[] = {
    {KEY_UP, KEY_ARROW_UP},       {KEY_DOWN, KEY_ARROW_DOWN}, {KEY_LEFT, KEY_ARROW_LEFT},
    {KEY_RIGHT, KEY_ARROW_RIGHT}, {KEY_PPAGE, KEY_PAGE_UP},   {KEY_NPAGE, KEY_PAGE_DOWN},
    {KEY_HOME, KEY_FIRST},        {KEY_FIND, KEY_FIRST},      {KEY_A1, KEY_FIRST},
    {KEY_END, KEY_LAST},          {KEY_SELECT, KEY_LAST},     {KEY_C1, KEY_LAST},
    {KEY_A3, KEY_PAGE_UP},        {KEY_C3, KEY_PAGE_DOWN},    {KEY_ENTER, KEY_RETURN},
    {KEY_BACKSPACE, KEY_BACK},    {KEY_DC, KEY_REMOVE},       {KEY_BTAB, KEY_TAB_BACK},
};

static Key key_of_mouse(Term *term)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return TERM_NO_KEY;
    if (event.bstate & BUTTON4_PRESSED)
        return KEY_ARROW_UP;
    if (event.bstate & BUTTON5_PRESSED)
        return KEY_ARROW_DOWN;
    if (!(event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)))
        return TERM_NO_KEY;
    term->mouse_row = event.y, term->mouse_column = event.x;
    return KEY_MOUSE_PRESS;
}

static Key key_of_code(Term *term, int code)
{
    if (code == KEY_MOUSE)
        return key_of_mouse(term);
    if (code > KEY_F0 && code <= KEY_F(12))
        return KEY_FUNCTION + (Key)(code - KEY_F0);
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].code == code)
            return codes[i].key;
    return TERM_NO_KEY;
}

static Key key_of_character(wint_t character)
{
    switch (character) {
    case 0x7f:
    case 0x08:
        return KEY_BACK;
    case '\n':
        return KEY_RETURN;
    default:
        return character;
    }
}

/* No key may mean that there will never be one again. */
static bool is_gone(const Term *term)
{
    struct pollfd pollfd = {.fd = term->fd, .events = POLLIN};
    if (poll(&pollfd, 1, 0) <= 0)
        return false;
    if (pollfd.revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    int waiting = 0;
    return ioctl(term->fd, FIONREAD, &waiting) == 0 && waiting == 0;
}

Key term_read_key(Term *term)
{
    for (;;) {
        wint_t character = 0;
        int kind = get_wch(&character);
        if (kind == ERR) {
            term->hangup = term->hangup || is_gone(term);
            return term->hangup ? TERM_HANGUP : TERM_NO_KEY;
        }
        Key key =
            kind == KEY_CODE_YES ? key_of_code(term, (int)character) : key_of_character(character);
        if (key != TERM_NO_KEY)
            return key;
    }
}

void term_mouse_place(const Term *term, int *row, int *column)
{
    *row = term->mouse_row;
    *column = term->mouse_column;
}

void term_size(const Term *term, int *rows, int *columns)
{
    (void)term;
    *rows = CLAMP(getmaxy(stdscr), 1, MOST_ROWS);
    *columns = CLAMP(getmaxx(stdscr), 1, MOST_COLUMNS);
}

void term_resized(Term *term)
{
    struct winsize size;
    if (ioctl(term->fd, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
        return;
    if (is_term_resized(size.ws_row, size.ws_col))
        resizeterm(size.ws_row, size.ws_col);
    term_redraw(term);
}

bool term_utf8(void)
{
    return g_str_equal(nl_langinfo(CODESET), "UTF-8");
}

static attr_t attributes_of(const ThemeStyle *style)
{
    return (style->bold ? A_BOLD : 0) | (style->underline ? A_UNDERLINE : 0) |
           (style->dim ? A_DIM : 0) | (style->reverse ? A_REVERSE : 0);
}

/* One cell, which takes `columns`. What this system's wcwidth measures otherwise than we do would
 * shift the line: it is drawn as "?". */
static void paint_cell(const Term *term, int row, int column, const Cell *cell, int columns)
{
    wchar_t text[CCHARW_MAX + 1] = L"";
    size_t count = 0;
    for (const char *at = cell->text; *at && count < CCHARW_MAX - 1; at = g_utf8_next_char(at))
        text[count++] = (wchar_t)g_utf8_get_char(at);
    if (wcwidth(text[0]) != columns)
        wcscpy(text, L"?");
    ThemeStyle style = theme_style(cell, term->colours);
    cchar_t complex;
    setcchar(&complex, text, attributes_of(&style), (short)(style.colour + 1), NULL);
    mvadd_wch(row, column, &complex);
}

static void paint_row(const Term *term, const Surface *surface, int row)
{
    const Cell *cells = surface->cells + (size_t)row * (size_t)surface->columns;
    for (int column = 0; column < surface->columns; column++) {
        bool wide = column + 1 < surface->columns && !*cells[column + 1].text;
        if (*cells[column].text)
            paint_cell(term, row, column, &cells[column], wide ? 2 : 1);
    }
}

static bool same_row(const Surface *a, const Surface *b, int row)
{
    size_t from = (size_t)row * (size_t)a->columns, count = (size_t)a->columns;
    for (size_t i = from; i < from + count; i++)
        if (!g_str_equal(a->cells[i].text, b->cells[i].text) ||
            a->cells[i].role != b->cells[i].role || a->cells[i].selected != b->cells[i].selected ||
            a->cells[i].marked != b->cells[i].marked)
            return false;
    return true;
}

void term_paint(Term *term, const Surface *surface)
{
    Surface *last = term->last;
    if (last && (last->rows != surface->rows || last->columns != surface->columns))
        g_clear_pointer(&last, surface_free);
    if (!last)
        erase();
    for (int row = 0; row < surface->rows; row++)
        if (!last || !same_row(last, surface, row))
            paint_row(term, surface, row);
    if (term->visible != surface->cursor_visible)
        curs_set(surface->cursor_visible ? 1 : 0);
    term->visible = surface->cursor_visible;
    move(surface->cursor_row, surface->cursor_column);
    refresh();
    if (!last)
        last = surface_new(surface->rows, surface->columns, surface->utf8);
    memcpy(last->cells, surface->cells,
           sizeof(Cell) * (size_t)surface->rows * (size_t)surface->columns);
    term->last = last;
}

void term_redraw(Term *term)
{
    g_clear_pointer(&term->last, surface_free);
    clearok(curscr, TRUE);
}

void term_mouse(Term *term, bool on)
{
    if (term->mouse == on)
        return;
    term->mouse = on;
    mousemask(on ? BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void term_suspend(Term *term)
{
    (void)term;
    curs_set(1);
    endwin();
}

void term_resume(Term *term)
{
    term->visible = true;
    term_redraw(term);
    refresh();
}

static bool is_screen(void)
{
    const char *type = g_getenv("TERM");
    return type && g_str_has_prefix(type, "screen");
}

static void send_through_screen(const char *sequence, size_t size)
{
    for (size_t from = 0; from < size; from += SCREEN_PIECE)
        printf("\033P%.*s\033\\", (int)MIN(SCREEN_PIECE, size - from), sequence + from);
}

bool term_clipboard(Term *term, const char *text, gsize size)
{
    (void)term;
    g_autofree char *base64 = g_base64_encode((const guchar *)text, size);
    if (strlen(base64) > CLIPBOARD_LIMIT)
        return false;
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", base64);
    fputs(sequence, stdout);
    const char *tmux = g_getenv("TMUX");
    if (tmux && *tmux)
        printf("\033Ptmux;\033%s\033\\", sequence);
    else if (is_screen())
        send_through_screen(sequence, strlen(sequence));
    fflush(stdout);
    return true;
}
