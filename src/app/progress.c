#include "app/progress.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "front/report/brief.h"
#include "front/report/text.h"

enum { PROGRESS_EVERY_MS = 100, PROGRESS_WIDTH = 79 };

struct Progress {
    const Model *model;
    void (*quit)(void *data);
    void *data;
    bool line, keys; /* the line is wanted; keys are read */
    int terminal;    /* a file description of our own, so that its modes are ours alone */
    struct termios modes;
    uv_poll_t *poll;
    uv_timer_t *timer;
    size_t shown; /* columns of the line that stands there */
    gint64 began;
};

static void erase(Progress *progress)
{
    if (progress->shown > 0)
        fprintf(stderr, "\r%*s\r", (int)progress->shown, "");
    progress->shown = 0;
}

static char *status_line(const Progress *progress)
{
    const Model *model = progress->model;
    double seconds = (double)(g_get_monotonic_time() - progress->began) / G_USEC_PER_SEC;
    g_autofree char *took = brief_duration(seconds);
    if (model->diving > 0)
        return g_strdup_printf(_("%u of %u done, %u running, %u diving, %s"), model->done,
                               model->endpoints->len, model->running, model->diving, took);
    return g_strdup_printf(_("%u of %u done, %u running, %s"), model->done, model->endpoints->len,
                           model->running, took);
}

static void draw(uv_timer_t *timer)
{
    Progress *progress = timer->data;
    g_autofree char *text = status_line(progress);
    size_t columns = strlen(text);
    if (columns > PROGRESS_WIDTH)
        return;
    int blanks = progress->shown > columns ? (int)(progress->shown - columns) : 0;
    fprintf(stderr, "\r%s%*s", text, blanks, "");
    fflush(stderr);
    progress->shown = columns;
}

void progress_touch(Progress *progress)
{
    if (progress->line && !uv_is_active((uv_handle_t *)progress->timer))
        uv_timer_start(progress->timer, draw, PROGRESS_EVERY_MS, 0);
}

void progress_say(Progress *progress, const char *message)
{
    erase(progress);
    fprintf(stderr, "%s\n", message);
    progress_touch(progress);
}

static void on_key(Progress *progress, char key)
{
    if (key == '?') {
        progress_say(progress, _("any key: how far it is; q: let what is in flight finish; "
                                 "^C: stop at once"));
        return;
    }
    if (key == 'q') {
        progress_say(progress, _("finishing what is in flight"));
        progress->quit(progress->data);
        return;
    }
    g_autofree char *text = status_line(progress);
    progress_say(progress, text);
}

static void on_input(uv_poll_t *poll, int status, int events)
{
    Progress *progress = poll->data;
    (void)events;
    char keys[64];
    ssize_t got = status < 0 ? -1 : read(progress->terminal, keys, sizeof keys);
    if (got <= 0) {
        uv_poll_stop(poll);
        return;
    }
    on_key(progress, keys[0]); /* a burst is one press: a paste, or an escape sequence */
}

void progress_leave(Progress *progress)
{
    erase(progress);
    if (progress->keys)
        tcsetattr(progress->terminal, TCSANOW, &progress->modes);
    uv_timer_stop(progress->timer);
}

void progress_enter(Progress *progress)
{
    if (!progress->keys)
        return;
    struct termios modes = progress->modes;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    tcsetattr(progress->terminal, TCSANOW, &modes);
}

/* Reads keys where standard input and standard error are a terminal, and we are in its foreground.
 */
static void open_keys(Progress *progress)
{
    const char *name = isatty(STDERR_FILENO) ? ttyname(STDIN_FILENO) : NULL;
    progress->terminal = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    if (progress->terminal < 0)
        return;
    progress->keys = tcgetpgrp(progress->terminal) == getpgrp() &&
                     !tcgetattr(progress->terminal, &progress->modes) &&
                     !uv_poll_init(progress->timer->loop, progress->poll, progress->terminal);
    if (!progress->keys)
        return;
    progress->poll->data = progress;
    uv_poll_start(progress->poll, UV_READABLE, on_input);
    progress_enter(progress);
}

Progress *progress_new(uv_loop_t *loop, const Model *model, bool line, void (*quit)(void *data),
                       void *data)
{
    Progress *progress = g_new0(Progress, 1);
    progress->model = model;
    progress->line = line && isatty(STDERR_FILENO);
    progress->quit = quit;
    progress->data = data;
    progress->began = g_get_monotonic_time();
    progress->poll = g_new0(uv_poll_t, 1);
    progress->timer = g_new0(uv_timer_t, 1);
    progress->timer->data = progress;
    uv_timer_init(loop, progress->timer);
    open_keys(progress);
    return progress;
}

void progress_free(Progress *progress)
{
    if (!progress)
        return;
    progress_leave(progress);
    if (progress->keys)
        uv_close((uv_handle_t *)progress->poll, (uv_close_cb)g_free);
    else
        g_free(progress->poll);
    if (progress->terminal >= 0)
        close(progress->terminal);
    uv_close((uv_handle_t *)progress->timer, (uv_close_cb)g_free);
    g_free(progress);
}
