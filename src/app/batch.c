#include "app/batch.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/demo/demo.h"
#include "app/loop.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/run.h"
#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/csv.h"
#include "front/report/expiry.h"
#include "front/report/ical.h"
#include "front/report/json.h"
#include "front/report/objects.h"
#include "front/report/status.h"
#include "front/report/text.h"
#include "front/report/words.h"

enum {
    BATCH_WIDTH = 80,
    BATCH_BEHIND = 32 << 20, /* bytes not printed yet at which no new connection begins */
};

enum { BATCH_TWICE_MS = 300 }; /* signals closer to each other are one */

typedef struct Batch {
    uv_loop_t loop;
    const Options *options;
    Run *run;
    Output *output;
    Progress *progress;
    LoopSignals *signals;
    Demo *demo;
    int signal;         /* that ended it; 0: none */
    uint64_t signalled; /* when it came, in the loop's milliseconds */
    bool behind;        /* paused until the output has caught up */
    bool over, failed;
} Batch;

static void stop(Batch *batch)
{
    batch->over = true;
    uv_stop(&batch->loop);
}

static void say(Batch *batch, const char *message)
{
    if (batch->progress)
        progress_say(batch->progress, message);
    else
        fprintf(stderr, "tlsdive: %s\n", message);
}

/* ---- what the run tells --------------------------------------------------------------------- */

static void say_error(Batch *batch, const json_t *fact)
{
    g_autofree char *text = words_reason(fact_string(fact, "code", ""),
                                         json_object_get(fact, "args"), batch->options->ascii);
    say(batch, text);
}

static void on_fact(void *data, json_t *fact, Endpoint *changed, const char *line)
{
    Batch *batch = data;
    (void)changed;
    if (batch->options->format == FORMAT_JSON && !batch->options->check_expiry)
        output_add(batch->output, line, strlen(line));
    if (output_waiting(batch->output) > BATCH_BEHIND && !batch->behind && batch->run)
        run_pause(batch->run, batch->behind = true);
    if (fact_kind(fact) == FACT_ERROR)
        say_error(batch, fact);
    if (batch->progress)
        progress_touch(batch->progress);
}

static void on_over(void *data)
{
    stop(data);
}

static void on_written(void *data)
{
    Batch *batch = data;
    if (output_error(batch->output))
        stop(batch);
    if (batch->behind && output_waiting(batch->output) < BATCH_BEHIND / 2)
        run_pause(batch->run, batch->behind = false);
}

static void on_quit(void *data)
{
    Batch *batch = data;
    run_stop_waiting(batch->run);
}

/* ---- signals -------------------------------------------------------------------------------- */

static void on_signal(void *data, int number)
{
    Batch *batch = data;
    if (number == SIGTSTP) {
        progress_leave(batch->progress);
        raise(SIGSTOP);
        return;
    }
    if (number == SIGCONT) {
        progress_enter(batch->progress);
        run_continued(batch->run);
        return;
    }
    /* timeout(1) and terminals' process groups send the same one twice at once */
    if (batch->signal && uv_now(&batch->loop) - batch->signalled < BATCH_TWICE_MS)
        return;
    if (batch->signal) { /* the second one does not wait for the output either */
        progress_leave(batch->progress);
        signal(number, SIG_DFL);
        raise(number);
    }
    batch->signal = number;
    batch->signalled = uv_now(&batch->loop);
    stop(batch);
}

/* ---- the report ----------------------------------------------------------------------------- */

static bool is_utf8(void)
{
    return g_str_equal(nl_langinfo(CODESET), "UTF-8");
}

static void print_text(Batch *batch)
{
    const char *no_color = g_getenv("NO_COLOR");
    bool terminal = isatty(STDOUT_FILENO);
    struct winsize size = {0};
    if (terminal)
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    ReportStyle style = {
        .width = size.ws_col >= 40 ? size.ws_col : BATCH_WIDTH,
        .ascii = batch->options->ascii || !is_utf8(),
        .colour = terminal && !batch->options->no_color && !(no_color && *no_color),
        .now = run_now(batch->run),
    };
    const Model *model = run_model(batch->run);
    g_autoptr(MemberFilter) filter =
        batch->options->filter
            ? member_filter_new(batch->options->filter, &endpoint_members, style.now, NULL)
            : NULL;
    style.filter = filter;
    if (batch->options->asked) {
        g_autofree char *time = text_from_time(style.now);
        g_autofree char *said = g_strdup_printf(_("judged for %s, not for now\n\n"), time);
        output_add(batch->output, said, strlen(said));
    }
    g_autofree char *files = report_files(model, &style);
    output_add(batch->output, files, strlen(files));
    if (model->endpoints->len == 0 && *files)
        return;
    g_autofree char *text = report_text(model, &style);
    output_add(batch->output, text, strlen(text));
}

/* The findings of a session that was opened follow its facts. */
static void print_findings(Batch *batch)
{
    const Model *model = run_model(batch->run);
    for (guint i = 0; i < model->endpoints->len; i++) {
        g_autoptr(GPtrArray) facts = report_findings(model->endpoints->pdata[i], model->at);
        for (guint j = 0; j < facts->len; j++) {
            g_autofree char *line = fact_to_line(facts->pdata[j]);
            output_add(batch->output, line, strlen(line));
        }
    }
}

/* Those of the inventory that the filter lets pass. */
static GPtrArray *chosen_certificates(const MemberFilter *filter, const MemberContext *context)
{
    const GPtrArray *all = context->model->inventory->certificates;
    GPtrArray *chosen = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++)
        if (member_filter_matches(filter, all->pdata[i], context))
            g_ptr_array_add(chosen, all->pdata[i]);
    return chosen;
}

static char *csv(Batch *batch, const GPtrArray *certificates, const MemberContext *context)
{
    guint changed = 0;
    char *text = report_csv(&certificate_members, certificates, context, &changed);
    g_autofree char *said = g_strdup_printf(
        ngettext("%u cell looked like a formula: an apostrophe stands before it",
                 "%u cells looked like formulas: an apostrophe stands before each", changed),
        changed);
    if (changed)
        say(batch, said);
    return text;
}

static void print_certificates(Batch *batch)
{
    const Options *options = batch->options;
    MemberContext context = {run_model(batch->run), run_now(batch->run)};
    g_autoptr(MemberFilter) filter =
        options->filter
            ? member_filter_new(options->filter, &certificate_members, context.now, NULL)
            : NULL;
    g_autoptr(GPtrArray) certificates = chosen_certificates(filter, &context);
    g_autofree char *text = options->format == FORMAT_CSV ? csv(batch, certificates, &context)
                                                          : report_ical(certificates, &context);
    output_add(batch->output, text, strlen(text));
}

static int print_expiry(Batch *batch)
{
    const Options *options = batch->options;
    MemberContext context = {run_model(batch->run), run_now(batch->run)};
    ExpiryStatus status;
    g_autoptr(MemberFilter) filter =
        options->filter ? member_filter_new(options->filter, &endpoint_members, context.now, NULL)
                        : NULL;
    g_autofree char *line = report_expiry(&context, &options->limits, filter, &status);
    output_add(batch->output, line, strlen(line));
    output_add(batch->output, "\n", 1);
    return (int)status;
}

/* What is printed at the end; the status of a monitoring plugin, where it is to be one. */
static int print_report(Batch *batch)
{
    if (batch->options->check_expiry)
        return print_expiry(batch);
    if (batch->options->format == FORMAT_TEXT)
        print_text(batch);
    else if (batch->options->format != FORMAT_JSON)
        print_certificates(batch);
    return STATUS_GOOD;
}

static int finish(Batch *batch)
{
    if (batch->progress)
        progress_leave(batch->progress);
    int status = STATUS_GOOD;
    if (!output_error(batch->output))
        status = print_report(batch);
    int error = output_finish(batch->output);
    if (!error && close(STDOUT_FILENO))
        error = errno;
    if (error) {
        fprintf(stderr, "tlsdive: standard output: %s\n", g_strerror(error));
        return STATUS_INTERNAL;
    }
    return batch->options->check_expiry
               ? status
               : report_status(run_model(batch->run), batch->options->fail_on);
}

/* ---- running -------------------------------------------------------------------------------- */

static int refuse(const Batch *batch, const GError *error, int status)
{
    if (batch->options->check_expiry) {
        printf("TLSDIVE UNKNOWN - %s\n", error->message);
        return EXPIRY_UNKNOWN;
    }
    fprintf(stderr, "tlsdive: %s\n", error->message);
    return status;
}

static void on_demo(void *data, const char *targets, const char *ca_file)
{
    Batch *batch = data;
    batch->failed = !targets || !run_add(batch->run, targets, NULL);
    if (batch->failed) {
        say(batch, _("the demo's servers could not be started"));
        stop(batch);
        return;
    }
    run_set_store(batch->run, ca_file);
    run_start(batch->run);
}

static int ask(Batch *batch, const RunWatch *watch)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, 0};
    const Options *options = batch->options;
    g_autoptr(GError) error = NULL;
    batch->run = run_new(&batch->loop, options, watch, &error);
    if (!batch->run)
        return refuse(batch, error, STATUS_USAGE);
    batch->signals = loop_signals_new(&batch->loop, numbers, on_signal, batch);
    batch->progress =
        progress_new(&batch->loop, run_model(batch->run),
                     options->format != FORMAT_JSON || !isatty(STDOUT_FILENO), on_quit, batch);
    if (options->demo)
        batch->demo = demo_new(&batch->loop, on_demo, batch);
    else
        run_start(batch->run);
    if (!batch->over)
        uv_run(&batch->loop, UV_RUN_DEFAULT);
    if (!run_is_over(batch->run))
        run_cut(batch->run);
    return batch->failed ? STATUS_INTERNAL : finish(batch);
}

static int show(Batch *batch, const RunWatch *watch)
{
    g_autoptr(GError) error = NULL;
    batch->run = run_open(&batch->loop, batch->options, watch, &error);
    if (!batch->run)
        return refuse(batch, error, STATUS_INTERNAL);
    if (!run_is_over(batch->run)) /* chains are verified for another time */
        uv_run(&batch->loop, UV_RUN_DEFAULT);
    if (batch->options->format == FORMAT_JSON)
        print_findings(batch);
    return finish(batch);
}

int batch_run(const Options *options)
{
    Batch batch = {.options = options};
    RunWatch watch = {.data = &batch, .fact = on_fact, .over = on_over};
    uv_loop_init(&batch.loop);
    batch.output = output_new(&batch.loop, STDOUT_FILENO, on_written, &batch);
    int status = options->open ? show(&batch, &watch) : ask(&batch, &watch);
    progress_free(batch.progress);
    demo_free(batch.demo);
    loop_signals_free(batch.signals);
    run_free(batch.run);
    output_free(batch.output);
    loop_end(&batch.loop);
    if (batch.signal) {
        signal(batch.signal, SIG_DFL);
        raise(batch.signal);
    }
    return status;
}
