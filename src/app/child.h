/* child: a helper process with lines in and lines out.
 *
 * The workers, the demo's servers and the clipboard's program run as children. Writing never
 * blocks: what the pipe does not take waits in memory, and child_room says when enough is waiting.
 * Lines are read up to LIMIT_LINE; a longer one is thrown away and told as NULL. A child's death is
 * told once, after the last line that it wrote.
 */
#ifndef TLSDIVE_APP_CHILD_H
#define TLSDIVE_APP_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* What a child tells its owner. All may be NULL but `ended`. child_free may be called from `ended`.
 */
typedef struct ChildEvents {
    void *data;
    /* A line without its newline, borrowed; NULL and 0 for one that was too long. */
    void (*line)(void *data, const char *line, size_t size);
    /* What was waiting to be written has gone: there is room again. */
    void (*room)(void *data);
    /* The process is gone: its exit status, or the signal that ended it (else 0). */
    void (*ended)(void *data, int status, int signal);
} ChildEvents;

typedef struct Child Child;

/* Starts argv[0] (looked for in PATH if it has no slash), with exactly this environment (NULL: the
 * program's own). Its output is read where events has `line`, else it goes to /dev/null. */
Child *child_start(uv_loop_t *loop, char *const *argv, char *const *environment,
                   const ChildEvents *events, GError **error);

/* Starts this program again with these arguments (NULL at the end, without argv[0]) and an
 * environment that holds only what a worker needs. */
Child *child_start_self(uv_loop_t *loop, const char *const *arguments, const ChildEvents *events,
                        GError **error);

/* Says under which name this program was called, for where /proc is not there. Borrowed for ever.
 */
void child_set_program(const char *argv0);

/* Writes `size` bytes; they are owned by the child from here on. */
void child_write(Child *child, char *bytes, size_t size);

/* True while little enough waits to be written that more may be given. */
bool child_room(const Child *child);

/* Closes its input once all is written: a worker ends by itself then. */
void child_close(Child *child);

/* Sends it a signal. */
void child_kill(Child *child, int signal);

/* How a child ended, as a word: "SIGKILL", "status 3"; static or interned. */
const char *child_how(int status, int signal);

/* Ends it if it still runs (SIGTERM), tells nothing more, and frees it. NULL is allowed. */
void child_free(Child *child);

#endif
