#include "worker/loop/intake.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "common/util/limits.h"

enum { CHUNK = 1 << 16 };

struct Intake {
    IntakeEvents events;
    uv_poll_t poll;
    int fd;
    GString *line; /* the beginning of the next line */
    bool too_long; /* of which the beginning was thrown away */
    bool ended;
};

static void intake_take(Intake *intake, const char *data, size_t size)
{
    if (intake->line->len + size >= LIMIT_LINE) {
        intake->too_long = true;
        g_string_truncate(intake->line, 0);
    }
    if (!intake->too_long)
        g_string_append_len(intake->line, data, (gssize)size);
}

static void intake_line(Intake *intake)
{
    const char *line = intake->too_long ? NULL : intake->line->str;

    intake->events.line(intake->events.data, line, intake->line->len);
    intake->too_long = false;
    g_string_truncate(intake->line, 0);
}

static void intake_split(Intake *intake, const char *data, size_t size)
{
    const char *newline;

    while ((newline = memchr(data, '\n', size)) != NULL) {
        size_t length = (size_t)(newline - data);
        intake_take(intake, data, length);
        intake_line(intake);
        data += length + 1;
        size -= length + 1;
    }
    intake_take(intake, data, size);
}

static void on_input(uv_poll_t *poll, int status, int events)
{
    static char chunk[CHUNK];
    Intake *intake = poll->data;
    ssize_t size = read(intake->fd, chunk, sizeof chunk);

    (void)status; /* an error shows when we read */
    (void)events;
    if (size > 0) {
        intake_split(intake, chunk, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        intake->ended = true;
        uv_poll_stop(poll);
        intake->events.ended(intake->events.data);
    }
}

Intake *intake_new(uv_loop_t *loop, int fd, const IntakeEvents *events)
{
    Intake *intake = g_new0(Intake, 1);

    intake->fd = fd;
    intake->events = *events;
    if (uv_poll_init(loop, &intake->poll, fd) < 0) {
        g_free(intake);
        return NULL;
    }
    intake->line = g_string_new(NULL);
    intake->poll.data = intake;
    uv_poll_start(&intake->poll, UV_READABLE, on_input);
    return intake;
}

void intake_hold(Intake *intake, bool held)
{
    if (intake->ended || uv_is_closing((uv_handle_t *)&intake->poll))
        return;
    if (held)
        uv_poll_stop(&intake->poll);
    else
        uv_poll_start(&intake->poll, UV_READABLE, on_input);
}

static void on_closed(uv_handle_t *handle)
{
    Intake *intake = handle->data;

    g_string_free(intake->line, TRUE);
    g_free(intake);
}

void intake_close(Intake *intake)
{
    uv_close((uv_handle_t *)&intake->poll, on_closed);
}
