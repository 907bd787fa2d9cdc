#include "config.h"

#include "app/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/util/limits.h"

enum {
    CHILD_CHUNK = 16 << 10,    /* bytes read at once: small, so that keys are answered in between */
    CHILD_WAITING = 256 << 10, /* bytes that may wait to be written before there is no room */
};

struct Child {
    uv_process_t process;
    uv_pipe_t in, out;
    uv_shutdown_t shutdown;
    ChildEvents events;
    GByteArray *line;
    char chunk[CHILD_CHUNK];
    bool skipping;       /* in a line that was too long */
    bool exited, silent; /* the process is gone; its output is at its end */
    bool full;           /* child_room said no */
    bool closing;        /* its input was closed: it is to end */
    bool told, freed;
    int status, signal;
    int handles; /* open ones */
};

typedef struct Write {
    uv_write_t request;
    Child *child;
    char *bytes;
} Write;

static const char *program_name = "tlsdive";

/* What a worker may need of the environment; everything else is left out. */
static const char *const kept[] = {
    "PATH",         "LD_LIBRARY_PATH", "RES_OPTIONS",  "LOCALDOMAIN",
    "ASAN_OPTIONS", "UBSAN_OPTIONS",   "LSAN_OPTIONS", "LLVM_PROFILE_FILE",
};

void child_set_program(const char *argv0)
{
    program_name = argv0;
}

static void closed(uv_handle_t *handle)
{
    Child *child = handle->data;
    if (--child->handles > 0)
        return;
    g_byte_array_unref(child->line);
    g_free(child);
}

static void close_all(Child *child)
{
    uv_handle_t *handles[] = {(uv_handle_t *)&child->process, (uv_handle_t *)&child->in,
                              (uv_handle_t *)&child->out};
    for (size_t i = 0; i < G_N_ELEMENTS(handles); i++)
        if (!uv_is_closing(handles[i]))
            uv_close(handles[i], closed);
}

static void tell_end(Child *child)
{
    if (child->freed || child->told || !child->exited || !child->silent)
        return;
    child->told = true;
    child->events.ended(child->events.data, child->status, child->signal);
}

static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
    Child *child = process->data;
    child->exited = true;
    child->status = (int)status;
    child->signal = signal;
    tell_end(child);
}

/* Takes one piece of a line; tells it where it is whole. */
static void take(Child *child, const char *data, size_t size, bool whole)
{
    if (!child->skipping && child->line->len + size > LIMIT_LINE) {
        child->skipping = true;
        g_byte_array_set_size(child->line, 0);
    }
    if (!child->skipping)
        g_byte_array_append(child->line, (const guint8 *)data, (guint)size);
    if (!whole)
        return;
    if (child->skipping)
        child->events.line(child->events.data, NULL, 0);
    else
        child->events.line(child->events.data, (const char *)child->line->data, child->line->len);
    child->skipping = false;
    g_byte_array_set_size(child->line, 0);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    Child *child = stream->data;
    if (size < 0) {
        uv_read_stop(stream);
        if (child->line->len > 0 || child->skipping)
            take(child, "", 0, true);
        child->silent = true;
        if (!child->exited && !child->closing)
            child_kill(child, SIGKILL); /* without its output it is of no use */
        tell_end(child);
        return;
    }
    const char *data = buffer->base;
    size_t left = (size_t)size;
    while (left > 0 && !child->freed) {
        const char *newline = memchr(data, '\n', left);
        size_t piece = newline ? (size_t)(newline - data) : left;
        take(child, data, piece, newline != NULL);
        piece += newline ? 1 : 0;
        data += piece;
        left -= piece;
    }
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    Child *child = handle->data;
    *buffer = uv_buf_init(child->chunk, sizeof child->chunk);
}

static int spawn(Child *child, char *const *argv, char *const *environment)
{
    bool listens = child->events.line != NULL;
    uv_stdio_container_t stdio[] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&child->in},
        {.flags = listens ? UV_CREATE_PIPE | UV_WRITABLE_PIPE : UV_IGNORE,
         .data.stream = (uv_stream_t *)&child->out},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
    };
    uv_process_options_t options = {
        .file = argv[0],
        .args = (char **)argv,
        .env = (char **)environment,
        .exit_cb = on_process_exit,
        .stdio = stdio,
        .stdio_count = G_N_ELEMENTS(stdio),
    };
    return uv_spawn(child->in.loop, &child->process, &options);
}

Child *child_start(uv_loop_t *loop, char *const *argv, char *const *environment,
                   const ChildEvents *events, GError **error)
{
    Child *child = g_new0(Child, 1);
    child->events = *events;
    child->line = g_byte_array_new();
    child->handles = 3;
    uv_pipe_init(loop, &child->in, 0);
    uv_pipe_init(loop, &child->out, 0);
    child->process.data = child->in.data = child->out.data = child;
    int failure = spawn(child, argv, environment);
    if (failure) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be started: %s", argv[0],
                    uv_strerror(failure));
        child->freed = true;
        close_all(child);
        return NULL;
    }
    child->silent = events->line == NULL;
    if (events->line)
        uv_read_start((uv_stream_t *)&child->out, on_allocate, on_read);
    return child;
}

static GStrv worker_environment(void)
{
    GStrv environment = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *value = g_getenv(kept[i]);
        if (value)
            environment = g_environ_setenv(environment, kept[i], value, TRUE);
    }
    environment = g_environ_setenv(environment, "LC_ALL", "C", TRUE);
    /* An administrator's policy must not take versions and suites away from what is asked. */
    return g_environ_setenv(environment, "GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null", TRUE);
}

Child *child_start_self(uv_loop_t *loop, const char *const *arguments, const ChildEvents *events,
                        GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    bool proc = access("/proc/self/exe", X_OK) == 0;
    g_ptr_array_add(argv, (char *)(proc ? "/proc/self/exe" : program_name));
    for (size_t i = 0; arguments[i]; i++)
        g_ptr_array_add(argv, (char *)arguments[i]);
    g_ptr_array_add(argv, NULL);
    g_auto(GStrv) environment = worker_environment();
    return child_start(loop, (char *const *)argv->pdata, environment, events, error);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a pipe that broke is told by the end of the process */
    Write *write = (Write *)request;
    Child *child = write->child;
    g_free(write->bytes);
    g_free(write);
    if (child->freed || !child->full || !child_room(child))
        return;
    child->full = false;
    if (child->events.room)
        child->events.room(child->events.data);
}

void child_write(Child *child, char *bytes, size_t size)
{
    Write *write = g_new0(Write, 1);
    write->child = child;
    write->bytes = bytes;
    uv_buf_t buffer = uv_buf_init(bytes, (unsigned)size);
    if (uv_write(&write->request, (uv_stream_t *)&child->in, &buffer, 1, on_written)) {
        g_free(bytes);
        g_free(write);
    }
    child->full = !child_room(child);
}

bool child_room(const Child *child)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&child->in) < CHILD_WAITING;
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    (void)status;
    Child *child = request->handle->data;
    if (!uv_is_closing((uv_handle_t *)&child->in))
        uv_close((uv_handle_t *)&child->in, closed);
}

void child_close(Child *child)
{
    child->closing = true;
    if (!uv_is_closing((uv_handle_t *)&child->in) &&
        uv_shutdown(&child->shutdown, (uv_stream_t *)&child->in, on_shutdown))
        uv_close((uv_handle_t *)&child->in, closed);
}

void child_kill(Child *child, int signal)
{
    uv_process_kill(&child->process, signal);
}

const char *child_how(int status, int signal)
{
    if (signal == 0) {
        g_autofree char *how = g_strdup_printf("status %d", status);
        return g_intern_string(how);
    }
    g_autofree char *how = sigabbrev_np(signal) ? g_strdup_printf("SIG%s", sigabbrev_np(signal))
                                                : g_strdup_printf("signal %d", signal);
    return g_intern_string(how);
}

void child_free(Child *child)
{
    if (!child || child->freed)
        return;
    child->freed = true;
    if (uv_is_active((uv_handle_t *)&child->process))
        child_kill(child, SIGTERM);
    close_all(child);
}
