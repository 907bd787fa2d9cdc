#include "app/output.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

struct Output {
    uv_loop_t *loop;
    uv_work_t work;
    int file;
    OutputWritten written;
    void *data;
    GByteArray *waiting, *now; /* `now` is the thread's while `busy` */
    bool busy;
    int error; /* set by the thread while `busy` */
};

Output *output_new(uv_loop_t *loop, int file, OutputWritten written, void *data)
{
    Output *output = g_new0(Output, 1);
    output->loop = loop;
    output->file = file;
    output->written = written;
    output->data = data;
    output->waiting = g_byte_array_new();
    output->now = g_byte_array_new();
    output->work.data = output;
    return output;
}

/* In the thread. */
static void write_now(uv_work_t *work)
{
    Output *output = work->data;
    const guint8 *bytes = output->now->data;
    size_t left = output->now->len;
    while (left > 0) {
        ssize_t written = write(output->file, bytes, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            output->error = errno;
            return;
        }
        bytes += written;
        left -= (size_t)written;
    }
}

static void begin(Output *output);

static void on_written_now(uv_work_t *work, int status)
{
    (void)status;
    Output *output = work->data;
    output->busy = false;
    g_byte_array_set_size(output->now, 0);
    begin(output);
    output->written(output->data);
}

static void begin(Output *output)
{
    if (output->busy || output->error || output->waiting->len == 0)
        return;
    GByteArray *empty = output->now;
    output->now = output->waiting;
    output->waiting = empty;
    output->busy = true;
    uv_queue_work(output->loop, &output->work, write_now, on_written_now);
}

void output_add(Output *output, const char *text, size_t size)
{
    if (!output->busy && output->error)
        return;
    g_byte_array_append(output->waiting, (const guint8 *)text, (guint)size);
    begin(output);
}

size_t output_waiting(const Output *output)
{
    return output->waiting->len + (output->busy ? output->now->len : 0);
}

int output_error(const Output *output)
{
    return output->busy ? 0 : output->error;
}

int output_finish(Output *output)
{
    while (output->busy)
        uv_run(output->loop, UV_RUN_ONCE);
    return output->error;
}

void output_free(Output *output)
{
    if (!output)
        return;
    output_finish(output);
    g_byte_array_unref(output->waiting);
    g_byte_array_unref(output->now);
    g_free(output);
}
