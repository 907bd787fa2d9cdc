#include "config.h"

#include "app/capture.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CAPTURE_LINE = 1000, CAPTURE_KEPT = 64 << 10 };

struct Capture {
    uv_poll_t *poll;
    int pipe, saved; /* where it is read; what standard error was */
    void (*line)(void *data, const char *line);
    void *data;
    GString *begun, *kept; /* a line without its end yet; what is printed in the end */
};

static void take_byte(Capture *capture, char byte)
{
    if (byte != '\n')
        g_string_append_c(capture->begun, byte);
    if (byte != '\n' && capture->begun->len < CAPTURE_LINE)
        return;
    g_string_append_printf(capture->kept, "%s\n", capture->begun->str);
    if (capture->kept->len > CAPTURE_KEPT)
        g_string_erase(capture->kept, 0, (gssize)(capture->kept->len - CAPTURE_KEPT));
    capture->line(capture->data, capture->begun->str);
    g_string_truncate(capture->begun, 0);
}

static void drain(Capture *capture)
{
    char bytes[4096];
    ssize_t got = read(capture->pipe, bytes, sizeof bytes);
    for (ssize_t i = 0; i < got; i++)
        take_byte(capture, bytes[i]);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status == 0)
        drain(poll->data);
}

Capture *capture_new(uv_loop_t *loop, void (*line)(void *data, const char *line), void *data)
{
    int ends[2];
    /* Non-blocking at both ends: more than fits is lost, and never waited for by who reads it. */
    if (!isatty(STDERR_FILENO) || pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return NULL;
    Capture *capture = g_new0(Capture, 1);
    capture->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    capture->pipe = ends[0];
    capture->line = line;
    capture->data = data;
    capture->begun = g_string_new(NULL);
    capture->kept = g_string_new(NULL);
    fflush(stderr);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    capture->poll = g_new0(uv_poll_t, 1);
    capture->poll->data = capture;
    uv_poll_init(loop, capture->poll, capture->pipe);
    uv_poll_start(capture->poll, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)capture->poll);
    return capture;
}

static void ignore(void *data, const char *line)
{
    (void)data;
    (void)line;
}

void capture_free(Capture *capture)
{
    if (!capture)
        return;
    fflush(stderr);
    capture->line = ignore;
    drain(capture);
    if (capture->begun->len > 0)
        take_byte(capture, '\n');
    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    fputs(capture->kept->str, stderr);
    uv_close((uv_handle_t *)capture->poll, (uv_close_cb)g_free);
    close(capture->pipe);
    g_string_free(capture->begun, TRUE);
    g_string_free(capture->kept, TRUE);
    g_free(capture);
}
