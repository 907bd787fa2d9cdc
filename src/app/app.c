#include "config.h"

#include "app/app.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/batch.h"
#include "app/child.h"
#include "app/demo/demo.h"
#include "app/options.h"
#include "app/screen.h"
#include "front/ui/command.h"
#include "worker/role/role.h"

/* What this process is to be, where it is not the front. */
static const struct {
    const char *name;
    int (*run)(const RoleOptions *options);
} roles[] = {
    {"prober", role_prober},
    {"reader", role_reader},
    {"fetcher", role_fetcher},
};

/* What GLib complains of, as a plain line: its own writer asks for the time of day, which opens the
 * file of the time zone, and a worker that is locked up dies of that without a word. */
static GLogWriterOutput write_plain(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data)
{
    (void)data;
    if (level & G_LOG_LEVEL_DEBUG)
        return G_LOG_WRITER_HANDLED;
    for (gsize i = 0; i < count; i++) {
        if (!g_str_equal(fields[i].key, "MESSAGE"))
            continue;
        g_autofree char *line = g_strdup_printf("%s\n", (const char *)fields[i].value);
        (void)!write(STDERR_FILENO, line, strlen(line));
    }
    return G_LOG_WRITER_HANDLED;
}

static int run_worker(const Options *options)
{
    RoleOptions role = {
        .epoch = options->epoch,
        .sandbox = !options->no_sandbox,
        .parallel = (guint)options->parallel,
        .per_address = (guint)options->per_address,
        .ca_files = options->ca_files,
        .ca_paths = options->ca_paths,
        .stores = options->stores,
        .trust_only = options->trust_only,
        .fetch_private = options->fetch_private,
        .dns_anchor = options->dns_anchor,
        .dns_server = options->dns_server,
    };
    g_log_set_writer_func(write_plain, NULL, NULL);
    /* ^C is for the front, which ends its workers when it has told what is known. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* the terminal is lost: the front ends its workers, and saves first */
    if (g_str_equal(options->worker, "demo"))
        return demo_serve();
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (g_str_equal(options->worker, roles[i].name))
            return roles[i].run(&role);
    return STATUS_USAGE;
}

static int print(char *text)
{
    bool fine = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    g_free(text);
    return fine ? 0 : STATUS_INTERNAL;
}

/* A screen needs a terminal to show it on, and one for keys: standard input, or where that is a
 * list of targets the controlling one. */
static bool has_terminal(void)
{
    if (!isatty(STDOUT_FILENO))
        return false;
    int terminal = isatty(STDIN_FILENO) ? -1 : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0)
        close(terminal);
    return terminal >= 0 || isatty(STDIN_FILENO);
}

static int run_front(const Options *options)
{
    if (options->help)
        return print(options_help());
    if (options->version)
        return print(g_strdup(PACKAGE_STRING "\n"));
    if (options->print_keys)
        return print(command_manual());
    if (!options->batch && has_terminal())
        return screen_run(options);
    if (options->open || options->demo || options->targets[0] || options->targets_file)
        return batch_run(options);
    fprintf(stderr, "tlsdive: %s\n",
            _("no target: tlsdive HOST[:PORT]... (tlsdive --help says more)"));
    return STATUS_USAGE;
}

/* To who runs a monitoring plugin, wrong usage is no critical state. */
static bool is_plugin(char *const *argv)
{
    for (; *argv && !g_str_equal(*argv, "--"); argv++)
        if (g_str_has_prefix(*argv, "--check-expiry"))
            return true;
    return false;
}

int app_run(char *const *argv)
{
    g_autoptr(GError) error = NULL;
    child_set_program(argv[0]);
    g_autoptr(Options) options = options_new(argv, &error);
    if (options && options->worker)
        return run_worker(options);
    setlocale(LC_ALL, "");
    bindtextdomain(PACKAGE, LOCALEDIR);
    textdomain(PACKAGE);
    if (!options) {
        fprintf(stderr, "tlsdive: %s\n", error->message);
        return is_plugin(argv) ? (int)EXPIRY_UNKNOWN : STATUS_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    return run_front(options);
}
