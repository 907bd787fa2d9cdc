#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/read/read.h"
#include "worker/role/role.h"
#include "worker/role/sandbox.h"
#include "worker/role/stores.h"

/* The reader's ways in and out. Neither stdio nor a loop: what they would do for the first time
 * would be done inside of the lock. */
typedef struct Pipes {
    GByteArray *line; /* the job that is coming in */
    bool skipping;    /* it is longer than LIMIT_JOB: thrown away up to its end */
    bool broken;      /* nobody reads what is written */
    Read *read;
} Pipes;

static void wait_for(int file, short events)
{
    struct pollfd ready = {.fd = file, .events = events};
    poll(&ready, 1, -1);
}

static void write_fact(void *data, const json_t *fact)
{
    Pipes *pipes = data;
    g_autofree char *line = fact_to_line(fact);
    size_t size = line ? strlen(line) : 0;
    for (size_t done = 0; done < size && !pipes->broken;) {
        ssize_t wrote = write(STDOUT_FILENO, line + done, size - done);
        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno == EAGAIN)
            wait_for(STDOUT_FILENO, POLLOUT);
        else if (errno != EINTR)
            pipes->broken = true;
    }
}

static void write_error(Pipes *pipes, const char *code, const char *argument, const char *what)
{
    g_autoptr(json_t) fact = fact_new(FACT_ERROR);
    json_t *args = json_object();
    if (what)
        json_object_set_new(args, argument, fact_text(what, strlen(what)));
    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "args", args);
    write_fact(pipes, fact);
}

static void end_line(Pipes *pipes)
{
    if (pipes->skipping) {
        write_error(pipes, "job-refused", "what", "longer than a job may be");
    } else if (pipes->line->len) {
        g_autoptr(json_t) job = json_loadb((const char *)pipes->line->data, pipes->line->len,
                                           JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
        if (json_is_object(job))
            read_job(pipes->read, job, write_fact, pipes);
        else
            write_error(pipes, "job-refused", "what", "not a JSON object");
    }
    g_byte_array_set_size(pipes->line, 0);
    pipes->skipping = false;
}

static void take(Pipes *pipes, const uint8_t *bytes, size_t size)
{
    while (size) {
        const uint8_t *newline = memchr(bytes, '\n', size);
        size_t part = newline ? (size_t)(newline - bytes) : size;
        if (pipes->line->len + part > LIMIT_JOB) {
            pipes->skipping = true;
            g_byte_array_set_size(pipes->line, 0);
        } else if (!pipes->skipping) {
            g_byte_array_append(pipes->line, bytes, (guint)part);
        }
        if (newline)
            end_line(pipes);
        size -= part + (newline != NULL);
        bytes += part + (newline != NULL);
    }
}

static void run(Pipes *pipes)
{
    static uint8_t bytes[1 << 16];
    while (!pipes->broken) {
        ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
        if (got > 0)
            take(pipes, bytes, (size_t)got);
        else if (got < 0 && errno == EAGAIN)
            wait_for(STDIN_FILENO, POLLIN);
        else if (got == 0 || errno != EINTR)
            return;
    }
}

static void complain(void *data, const char *what)
{
    write_error(data, "store-unavailable", "what", what);
}

static void lock(Pipes *pipes, const RoleOptions *options)
{
    g_autofree char *why = NULL;
    if (!options->sandbox)
        write_error(pipes, "sandbox-off", "what", NULL);
    else if (!sandbox_enter(SANDBOX_READER, &why))
        write_error(pipes, "sandbox-unavailable", "what", why);
}

int role_reader(const RoleOptions *options)
{
    Pipes pipes = {.line = g_byte_array_new()};
    signal(SIGPIPE, SIG_IGN);
    json_object_seed(0);
    g_autoptr(GPtrArray) stores = stores_load(options, complain, &pipes);
    pipes.read = read_new(stores);
    lock(&pipes, options);
    run(&pipes);
    read_free(pipes.read);
    g_byte_array_unref(pipes.line);
    return 0;
}
