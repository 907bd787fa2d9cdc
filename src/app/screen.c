#include "app/screen.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/capture.h"
#include "app/clipboard.h"
#include "app/demo/demo.h"
#include "app/loop.h"
#include "app/screen_port.h"
#include "common/fact/fact.h"
#include "front/report/text.h"
#include "front/report/words.h"
#include "front/ui/term.h"
#include "front/ui/ui.h"

enum { SCREEN_EVERY_MS = 100 }; /* at least between two paints that no key asks for */

typedef struct Screen {
    uv_loop_t loop;
    const Options *options;
    Run *run;
    Term *term;
    Ui *ui;
    Surface *surface;
    ScreenPort port;
    UiPort table; /* over `port` */
    LoopSignals *signals;
    Capture *capture;
    Demo *demo;
    uv_poll_t keys;
    uv_timer_t timer;
    guint64 painted, due; /* in milliseconds of the loop's clock; due 0: no paint is planned */
    int signal;           /* that ended it; 0: none */
    bool utf8;
    bool started, gone; /* the loop was; the terminal is */
} Screen;

/* ---- painting ------------------------------------------------------------------------------- */

static void paint(Screen *screen);

static void on_timer(uv_timer_t *timer)
{
    paint(timer->data);
}

/* Plans a paint, unless an earlier one is planned. */
static void plan(Screen *screen, guint64 due)
{
    guint64 now = uv_now(&screen->loop);
    if (screen->due && screen->due <= due)
        return;
    screen->due = due;
    uv_timer_start(&screen->timer, on_timer, due > now ? due - now : 0, 0);
}

/* Something changed, and no key did it. */
static void touch(Screen *screen)
{
    plan(screen, MAX(uv_now(&screen->loop), screen->painted + SCREEN_EVERY_MS));
}

static void paint(Screen *screen)
{
    int rows, columns;
    bool replay = screen->port.replay;
    double at = replay ? run_model(screen->run)->at : stream_at(run_stream(screen->run));
    gint64 now = replay ? run_present(screen->run) : g_get_real_time() / G_USEC_PER_SEC;
    term_size(screen->term, &rows, &columns);
    if (!screen->surface || screen->surface->rows != rows || screen->surface->columns != columns) {
        surface_free(screen->surface);
        screen->surface = surface_new(rows, columns, screen->utf8);
    }
    ui_tick(screen->ui, at);
    ui_draw(screen->ui, screen->surface, now, at);
    if (ui_take_redraw(screen->ui))
        term_redraw(screen->term);
    term_mouse(screen->term, ui_mouse(screen->ui));
    term_paint(screen->term, screen->surface);

    uv_update_time(&screen->loop);
    screen->painted = uv_now(&screen->loop);
    screen->due = 0;
    uv_timer_stop(&screen->timer);
    double tick = ui_next_tick(screen->ui);
    if (tick > 0)
        plan(screen, screen->painted + (guint64)(tick * 1000) + 1);
}

/* ---- leaving -------------------------------------------------------------------------------- */

static void leave(void *data)
{
    Screen *screen = data;
    uv_stop(&screen->loop);
}

/* Stops with the whole group, as ^Z does in a terminal; where nobody could let us go on (no shell
 * above us), the kernel does nothing. */
static void suspend(void *data)
{
    (void)data;
    kill(0, SIGTSTP);
}

static void stop_here(Screen *screen)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction ours;
    term_suspend(screen->term);
    sigaction(SIGTSTP, &usual, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
    term_resume(screen->term);
    term_redraw(screen->term);
    paint(screen);
}

static void on_signal(void *data, int number)
{
    Screen *screen = data;
    switch (number) {
    case SIGWINCH:
        term_resized(screen->term);
        paint(screen);
        return;
    case SIGTSTP:
        stop_here(screen);
        return;
    case SIGCONT:
        run_continued(screen->run);
        term_redraw(screen->term);
        paint(screen);
        return;
    case SIGINT:
        ui_key(screen->ui, KEY_CTRL('c'));
        paint(screen);
        return;
    default:
        screen->signal = number;
        leave(screen);
    }
}

/* ---- what comes in -------------------------------------------------------------------------- */

static void on_keys(uv_poll_t *poll, int status, int events)
{
    Screen *screen = poll->data;
    (void)events;
    Key key = status < 0 ? TERM_HANGUP : term_read_key(screen->term);
    for (; key != TERM_NO_KEY && key != TERM_HANGUP; key = term_read_key(screen->term)) {
        if (key == KEY_MOUSE_PRESS) {
            int row, column;
            term_mouse_place(screen->term, &row, &column);
            ui_mouse_press(screen->ui, row, column);
        } else {
            ui_key(screen->ui, key);
        }
    }
    if (key == TERM_HANGUP) {
        screen->gone = true;
        leave(screen);
        return;
    }
    paint(screen);
}

static void on_fact(void *data, json_t *fact, Endpoint *changed, const char *line)
{
    Screen *screen = data;
    (void)changed;
    (void)line;
    if (!screen->ui)
        return;
    if (fact_kind(fact) == FACT_ERROR) {
        g_autofree char *text = words_reason(fact_string(fact, "code", ""),
                                             json_object_get(fact, "args"), !screen->utf8);
        ui_log(screen->ui, text);
        ui_status(screen->ui, text);
    }
    touch(screen);
}

static void on_fields(void *data, const json_t *fields)
{
    Screen *screen = data;
    ui_fields(screen->ui, fields);
    paint(screen);
}

static void on_over(void *data)
{
    Screen *screen = data;
    if (!screen->ui)
        return;
    touch(screen);
}

static void on_line(void *data, const char *line)
{
    Screen *screen = data;
    ui_log(screen->ui, line);
    touch(screen);
}

static void on_said(void *data, const char *message)
{
    Screen *screen = data;
    ui_status(screen->ui, message);
    paint(screen);
}

static void on_demo(void *data, const char *targets, const char *ca_file)
{
    Screen *screen = data;
    if (!targets || !run_add(screen->run, targets, NULL)) {
        ui_status(screen->ui, _("the demo's servers could not be started"));
        touch(screen);
        return;
    }
    run_set_store(screen->run, ca_file);
    run_start(screen->run);
    touch(screen);
}

/* ---- the screen from beginning to end ------------------------------------------------------- */

/* What was asked, for the title. */
static char *title(const Options *options)
{
    if (options->demo)
        return g_strdup("demo");
    if (options->open)
        return g_path_get_basename(options->open);
    if (options->targets_file)
        return g_path_get_basename(options->targets_file);
    return g_strjoinv(" ", options->targets);
}

static bool open_run(Screen *screen, GError **error)
{
    RunWatch watch = {.data = screen, .fact = on_fact, .fields = on_fields, .over = on_over};
    const Options *options = screen->options;
    screen->run = options->open ? run_open(&screen->loop, options, &watch, error)
                                : run_new(&screen->loop, options, &watch, error);
    return screen->run != NULL;
}

static bool open_screen(Screen *screen, GError **error)
{
    static const int numbers[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, 0};
    const Options *options = screen->options;
    g_autofree char *message = NULL;
    g_autofree char *asked = title(options);
    TermSettings settings = {.colour = !options->no_color};
    screen->signals = loop_signals_new(&screen->loop, numbers, on_signal, screen);
    screen->term = term_open(&settings, &message, error);
    if (!screen->term)
        return false;
    screen->utf8 = term_utf8() && !options->ascii;
    screen->port = (ScreenPort){
        .run = screen->run,
        .clipboard = clipboard_new(&screen->loop, screen->term, on_said, screen),
        .replay = options->open != NULL,
        .suspend = suspend,
        .quit = leave,
        .data = screen,
    };
    screen->table = screen_port_table(&screen->port);
    UiSettings look = {
        .utf8 = screen->utf8,
        .title = asked,
        .saved_in = options->open ? NULL : session_path(stream_session(run_stream(screen->run))),
        .replay = screen->port.replay,
        .asked = options->asked,
        .at = options->at,
        .filter = options->filter,
        .ask_for_target = !options->open && !options->demo && run_is_empty(screen->run),
    };
    screen->ui = ui_new(run_model(screen->run), &screen->table, &look);
    if (message)
        ui_status(screen->ui, message);
    const Model *model = run_model(screen->run);
    bool files = options->open ? model->files->all->len > 0 : run_opens_files(screen->run);
    if (files && model->endpoints->len == 0)
        ui_show_files(screen->ui);
    return true;
}

/* All that may wait for something comes after the first paint. */
static void begin(Screen *screen)
{
    screen->started = true;
    screen->capture = capture_new(&screen->loop, on_line, screen);
    uv_poll_init(&screen->loop, &screen->keys, term_fd(screen->term));
    screen->keys.data = screen;
    uv_poll_start(&screen->keys, UV_READABLE, on_keys);
    if (screen->options->demo)
        screen->demo = demo_new(&screen->loop, on_demo, screen);
    else if (!screen->options->open)
        run_start(screen->run);
}

/* Two lines for the normal screen: the other one vanishes with all that was seen. */
static void print_end(Screen *screen)
{
    Session *session = stream_session(run_stream(screen->run));
    const Model *model = run_model(screen->run);
    run_cut(screen->run);
    if (model->endpoints->len == 0) {
        if (!screen->options->save)
            session_discard(session);
        return;
    }
    g_autofree char *summary = report_summary(model, !screen->utf8);
    const char *path = session_path(session);
    if (screen->gone)
        return;
    printf("%s\n", summary);
    if (path)
        printf(_("saved in %s\n"), path);
    else
        printf(_("not saved\n"));
    fflush(stdout);
}

static void close_screen(Screen *screen)
{
    if (screen->started)
        uv_close((uv_handle_t *)&screen->keys, NULL);
    uv_close((uv_handle_t *)&screen->timer, NULL);
    clipboard_free(screen->port.clipboard);
    term_close(screen->term);
    capture_free(screen->capture);
    demo_free(screen->demo);
    ui_free(g_steal_pointer(&screen->ui));
    if (screen->started && !screen->options->open)
        print_end(screen);
    surface_free(screen->surface);
    run_free(screen->run);
    loop_signals_free(screen->signals); /* who hangs up does so more than once: all is saved now */
    loop_end(&screen->loop);
}

int screen_run(const Options *options)
{
    Screen screen = {.options = options};
    g_autoptr(GError) error = NULL;
    uv_loop_init(&screen.loop);
    uv_timer_init(&screen.loop, &screen.timer);
    screen.timer.data = &screen;
    int status = 0;
    if (!open_run(&screen, &error))
        status = options->open ? STATUS_INTERNAL : STATUS_USAGE;
    else if (!open_screen(&screen, &error))
        status = STATUS_INTERNAL;
    if (status) {
        fprintf(stderr, "tlsdive: %s\n", error->message);
    } else {
        paint(&screen);
        begin(&screen);
        uv_run(&screen.loop, UV_RUN_DEFAULT);
    }
    close_screen(&screen);
    if (screen.signal) {
        signal(screen.signal, SIG_DFL);
        raise(screen.signal);
    }
    return screen.gone ? 128 + SIGHUP : status;
}
