#include "front/ui/ui.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/order.h"
#include "front/ui/prompt.h"
#include "front/ui/take.h"
#include "front/ui/view.h"
#include <glib/gi18n.h>

#include <string.h>

enum {
    LEAST_ROWS = 4,
    LEAST_COLUMNS = 20,
    STATUS_FROM_ROWS = 9, /* below it the status line gives its room to the body */
    WIDE = 100,           /* from here on keys in the key bar are spaced out */
    LOG_LIMIT = 2000,     /* lines kept */
};

struct Ui {
    Desk desk;
    GPtrArray *views; /* View *, the endpoints at the bottom */
    Keymap *keymap;
    Prompt *prompt;
    char *message; /* in the status line until the next key */
    char *sought;  /* what was searched for last */
    char *title, *saved_in;
    bool mouse, redraw;
    guint errors;   /* facts of the model's that are in the log */
    int cursor_row; /* as last drawn, for the mouse */
};

static View *top_view(const Ui *ui)
{
    return ui->views->pdata[ui->views->len - 1];
}

static void free_view(gpointer data)
{
    View *view = data;
    view->ops->free(view);
}

/* ---- what views ask for ---- */

void desk_push(Desk *desk, View *view)
{
    g_ptr_array_add(desk->ui->views, view);
}

void desk_pop(Desk *desk)
{
    GPtrArray *views = desk->ui->views;
    if (views->len > 1)
        g_ptr_array_set_size(views, (gint)views->len - 1);
}

void desk_say(Desk *desk, char *message)
{
    g_free(desk->ui->message);
    desk->ui->message = message;
}

void desk_ask_secret(Desk *desk, const PromptKind *kind)
{
    prompt_ask_secret(desk->ui->prompt, kind);
}

void desk_ask(Desk *desk, const PromptKind *kind, const char *text)
{
    prompt_ask(desk->ui->prompt, kind, text);
}

void desk_confirm(Desk *desk, char *question, void (*yes)(Desk *desk))
{
    prompt_confirm(desk->ui->prompt, question, yes, false);
}

void desk_menu(Desk *desk, const char *title, const GPtrArray *items,
               void (*chosen)(Desk *desk, guint item))
{
    prompt_menu(desk->ui->prompt, title, items, chosen);
}

View *desk_top(Desk *desk)
{
    return top_view(desk->ui);
}

GPtrArray *desk_chosen(Desk *desk)
{
    View *view = desk->ui->views->pdata[0];
    return view->ops->endpoints ? view->ops->endpoints(view) : g_ptr_array_new();
}

/* ---- prompts ---- */

static char *search_done(Desk *desk, const char *text)
{
    Ui *ui = desk->ui;
    View *view = top_view(ui);
    if (*text) {
        g_free(ui->sought);
        ui->sought = g_strdup(text);
    }
    if (!ui->sought)
        return NULL;
    if (!view->ops->seek(view, ui->sought, 1))
        return g_strdup_printf(_("not found: %s"), ui->sought);
    return NULL;
}

static char *add_done(Desk *desk, const char *text)
{
    if (!*text)
        return NULL;
    const GPtrArray *endpoints = desk->model->endpoints;
    guint before = endpoints->len;
    bool refused = false;
    char *message = desk->port->add(desk->port->data, text, &refused);
    if (refused)
        return message ? message : g_strdup(_("refused"));
    if (endpoints->len > before)
        endpoints_view_select(desk->ui->views->pdata[0],
                              ((const Endpoint *)endpoints->pdata[before])->id);
    desk_say(desk, message);
    return NULL;
}

static bool run_command(Ui *ui, Command command, const char *argument);

static char *command_done(Desk *desk, const char *text)
{
    Ui *ui = desk->ui;
    View *view = top_view(ui);
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    if (!words[0] || !*words[0])
        return NULL;
    Command command = command_from_name(words[0], view->ops->focus(view));
    if (command == COMMAND_NONE)
        return g_strdup_printf(command_from_name(words[0], VIEW_COUNT)
                                   ? _(":%s does nothing here")
                                   : _("there is no command :%s (Tab lists them)"),
                               words[0]);
    const char *argument = words[1] ? g_strstrip(words[1]) : NULL;
    run_command(ui, command, argument && *argument ? argument : NULL);
    return NULL;
}

static GPtrArray *command_words(Desk *desk, const char *text)
{
    View *view = top_view(desk->ui);
    return command_complete(text, view->ops->focus(view));
}

static const PromptKind search_prompt = {N_("/"), search_done, NULL};
static const PromptKind add_prompt = {N_("add host, host:port, URI: "), add_done, NULL};
static const PromptKind command_prompt = {N_(":"), command_done, command_words};

/* Does what the prompt does: at once with an argument, else after it was typed. */
static void ask_or_do(Ui *ui, const PromptKind *kind, const char *argument)
{
    if (!argument) {
        prompt_ask(ui->prompt, kind, "");
        return;
    }
    char *refusal = kind->done(&ui->desk, argument);
    if (refusal)
        desk_say(&ui->desk, refusal);
}

/* ---- commands ---- */

static void quit_now(Desk *desk)
{
    desk->port->quit(desk->port->data);
}

/* Quits at once when nothing would be lost, else asks. */
static void quit(Ui *ui)
{
    guint running = ui->desk.model->running + ui->desk.model->diving;
    if (ui->desk.replay || !running)
        quit_now(&ui->desk);
    else
        prompt_confirm(ui->prompt, g_strdup_printf(_("Quit? %u still running (y/N) "), running),
                       quit_now, true);
}

static bool go_back(Ui *ui)
{
    View *view = top_view(ui);
    if (view->ops->command(view, COMMAND_BACK))
        return true;
    if (ui->views->len < 2)
        return false;
    desk_pop(&ui->desk);
    return true;
}

static void seek_again(Ui *ui, int direction)
{
    View *view = top_view(ui);
    if (!ui->sought)
        desk_say(&ui->desk, g_strdup(_("nothing was searched for yet (/)")));
    else if (!view->ops->seek(view, ui->sought, direction))
        desk_say(&ui->desk, g_strdup_printf(_("not found: %s"), ui->sought));
}

/* The question that the view's cursor is on; NULL: none. */
static json_t *question_here(Ui *ui, const char **endpoint)
{
    View *view = top_view(ui);
    return view->ops->question ? view->ops->question(view, endpoint) : NULL;
}

static void toggle_watch(Ui *ui, const char *endpoint, json_t *question)
{
    Desk *desk = &ui->desk;
    bool watched = desk_is_watched(desk, endpoint, question);
    desk_watch(desk, endpoint, watched ? NULL : json_incref(question));
    desk_say(desk, g_strdup(watched ? _("not watched any more")
                                    : _("watched: asked again every second (W ends it)")));
}

/* Asks one question; false if the cursor is on none. */
static bool ask_question(Ui *ui, Command command, const char *argument)
{
    Desk *desk = &ui->desk;
    const char *endpoint = NULL;
    g_autoptr(json_t) question = question_here(ui, &endpoint);
    const View *view = top_view(ui);
    guint64 times = view->ops->times ? view->ops->times(top_view(ui)) : 1;
    if (argument)
        times = g_ascii_strtoull(argument, NULL, 10);
    if (!question)
        return false;
    if (json_is_false(question))
        desk_say(desk, g_strdup(_("this is asked by a dive alone (D)")));
    else if (command == COMMAND_WATCH)
        toggle_watch(ui, endpoint, question);
    else if (times < 1 || times > LIMIT_TIMES)
        desk_say(desk, g_strdup_printf(_("how many times? 1 to %d"), LIMIT_TIMES));
    else
        desk_question(desk, endpoint, question, (guint)times);
    return true;
}

static char *ask_done(Desk *desk, const char *text)
{
    if (*text && !ask_question(desk->ui, COMMAND_ASK, text))
        return g_strdup(_("nothing here can be asked"));
    return NULL;
}

static const PromptKind ask_prompt = {N_("ask how many times: "), ask_done, NULL};

/* What stops is watched no more. */
static char *stop(Ui *ui, const GPtrArray *ids)
{
    const UiPort *port = ui->desk.port;
    char *message = port->stop(port->data, ids);
    if (!ui->desk.watch)
        return message;
    desk_watch(&ui->desk, NULL, NULL);
    g_free(message);
    return g_strdup(_("not watched any more"));
}

/* What goes to the wire: nothing else in the screen does. */
static void ask_wire(Ui *ui, Command command, const char *argument)
{
    Desk *desk = &ui->desk;
    const UiPort *port = desk->port;
    View *view = top_view(ui);
    if (desk->replay) {
        desk_say(desk, g_strdup(_("this is a saved session: nothing can be asked")));
        return;
    }
    if (command == COMMAND_PAUSE) {
        desk->paused = !desk->paused;
        desk_say(desk, port->pause(port->data, desk->paused));
        return;
    }
    bool asks = command == COMMAND_AGAIN || command == COMMAND_ASK || command == COMMAND_WATCH;
    const char *endpoint = NULL;
    g_autoptr(json_t) question = question_here(ui, &endpoint);
    if (command == COMMAND_ASK && !argument && json_is_object(question)) {
        prompt_ask(ui->prompt, &ask_prompt, "");
        return;
    }
    if (asks && ask_question(ui, command, argument))
        return;
    g_autoptr(GPtrArray) ids = view->ops->endpoints ? view->ops->endpoints(view) : NULL;
    if (!ids || !ids->len)
        desk_say(desk, g_strdup(_("no endpoint is selected")));
    else if (command == COMMAND_DIVE)
        desk_say(desk, port->dive(port->data, ids));
    else if (command == COMMAND_STOP)
        desk_say(desk, stop(ui, ids));
    else if (command == COMMAND_AGAIN)
        desk_say(desk, port->ask(port->data, ids));
    else
        desk_say(desk, g_strdup(_("nothing here can be asked: D asks all that is accepted")));
}

static void add_targets(Ui *ui, const char *argument)
{
    if (ui->desk.replay)
        desk_say(&ui->desk, g_strdup(_("this is a saved session: nothing can be asked")));
    else
        ask_or_do(ui, &add_prompt, argument);
}

/* From everywhere back to the endpoints, and on to one of its panes there. */
static void jump(Ui *ui, Command command)
{
    g_ptr_array_set_size(ui->views, 1);
    View *view = top_view(ui);
    view->ops->command(view, command);
}

/* What the endpoint accepts that the view is about; back from there are the endpoints. */
static void open_accepts(Ui *ui)
{
    View *view = top_view(ui);
    if (view->ops->focus(view) == VIEW_ACCEPTS)
        return;
    g_autoptr(GPtrArray) ids = view->ops->endpoints ? view->ops->endpoints(view) : NULL;
    const Endpoint *endpoint =
        ids && ids->len ? model_endpoint(ui->desk.model, ids->pdata[0]) : NULL;
    if (!endpoint) {
        desk_say(&ui->desk, g_strdup(_("no endpoint is selected")));
        return;
    }
    g_ptr_array_set_size(ui->views, 1);
    desk_push(&ui->desk, accepts_view_new(&ui->desk, endpoint));
}

static void open_log(Ui *ui)
{
    View *view = top_view(ui);
    if (view->ops->focus(view) != VIEW_LOG)
        desk_push(&ui->desk, log_view_new(&ui->desk));
}

/* Back from there are the endpoints, or what stands in their place. */
static void open_inventory(Ui *ui)
{
    g_ptr_array_set_size(ui->views, 1);
    desk_push(&ui->desk, inventory_view_new(&ui->desk));
}

static void open_ends(Ui *ui)
{
    g_ptr_array_set_size(ui->views, 1);
    desk_push(&ui->desk, ends_view_new(&ui->desk));
}

/* By one change, or as many as are said. */
static void step_clock(Ui *ui, Command command, const char *argument)
{
    guint64 steps = argument ? g_ascii_strtoull(argument, NULL, 10) : 1;
    if (steps < 1 || steps > LIMIT_TIMES)
        desk_say(&ui->desk, g_strdup_printf(_("how many times? 1 to %d"), LIMIT_TIMES));
    else
        clock_step(&ui->desk, command == COMMAND_LATER ? (int)steps : -(int)steps);
}

static void open_help(Ui *ui)
{
    View *view = top_view(ui);
    desk_push(&ui->desk, help_view_new(&ui->desk, view->ops->focus(view)));
}

/* Commands that belong to the screen as a whole; false: to a view. */
static bool run_screen_command(Ui *ui, Command command, const char *argument)
{
    Desk *desk = &ui->desk;
    switch (command) {
    case COMMAND_PROMPT:
        prompt_ask(ui->prompt, &command_prompt, "");
        return true;
    case COMMAND_SEARCH:
        ask_or_do(ui, &search_prompt, argument);
        return true;
    case COMMAND_SEARCH_NEXT:
    case COMMAND_SEARCH_PREVIOUS:
        seek_again(ui, command == COMMAND_SEARCH_NEXT ? 1 : -1);
        return true;
    case COMMAND_FILTER:
        order_filter(desk, argument);
        return true;
    case COMMAND_SORT:
        order_sort(desk, argument);
        return true;
    case COMMAND_AGAIN:
    case COMMAND_DIVE:
    case COMMAND_WATCH:
    case COMMAND_ASK:
    case COMMAND_STOP:
    case COMMAND_PAUSE:
        ask_wire(ui, command, argument);
        return true;
    case COMMAND_EARLIER:
    case COMMAND_LATER:
        step_clock(ui, command, argument);
        return true;
    case COMMAND_AT:
        clock_set(desk, argument);
        return true;
    case COMMAND_ADD:
        add_targets(ui, argument);
        return true;
    case COMMAND_COPY:
        take_copy(desk);
        return true;
    case COMMAND_COPY_AS:
        take_copy_as(desk);
        return true;
    case COMMAND_WRITE:
        take_write(desk, argument);
        return true;
    default:
        return false;
    }
}

static bool run_program_command(Ui *ui, Command command)
{
    Desk *desk = &ui->desk;
    View *view = top_view(ui);
    switch (command) {
    case COMMAND_HELP:
        open_help(ui);
        return true;
    case COMMAND_LOG:
        open_log(ui);
        return true;
    case COMMAND_ACCEPTS:
        if (ui->views->len == 1 && view->ops->command(view, command))
            return true;
        open_accepts(ui);
        return true;
    case COMMAND_INVENTORY:
        open_inventory(ui);
        return true;
    case COMMAND_ENDS:
        open_ends(ui);
        return true;
    case COMMAND_REDRAW:
        ui->redraw = true;
        return true;
    case COMMAND_SUSPEND:
        desk->port->suspend(desk->port->data);
        return true;
    case COMMAND_MOUSE:
        ui->mouse = !ui->mouse;
        desk_say(desk, g_strdup(ui->mouse ? _("mouse on: M gives it back to the terminal")
                                          : _("mouse off: the terminal selects text again")));
        return true;
    case COMMAND_SUITES:
        desk->suites = (desk->suites + 1) % SUITE_FORMS;
        return true;
    case COMMAND_CLOSE:
        if (!go_back(ui))
            quit(ui);
        return true;
    case COMMAND_INTERRUPT:
        quit(ui);
        return true;
    case COMMAND_QUIT:
        quit_now(desk);
        return true;
    case COMMAND_ENDPOINTS:
    case COMMAND_HANDSHAKE:
    case COMMAND_NEGOTIATED:
    case COMMAND_CERTIFICATES:
    case COMMAND_FINDINGS:
        jump(ui, command);
        return true;
    default:
        return false;
    }
}

static bool run_command(Ui *ui, Command command, const char *argument)
{
    if (run_screen_command(ui, command, argument) || run_program_command(ui, command))
        return true;
    View *view = top_view(ui);
    if (command == COMMAND_BACK || command == COMMAND_OUT) {
        bool done = command == COMMAND_OUT && view->ops->command(view, COMMAND_OUT);
        if (!done && !go_back(ui))
            desk_say(&ui->desk, g_strdup(_("this is the top (q quits)")));
        return true;
    }
    return view->ops->command(view, command);
}

/* ---- the screen from outside ---- */

Ui *ui_new(const Model *model, const UiPort *port, const UiSettings *settings)
{
    Ui *ui = g_new0(Ui, 1);
    ui->title = g_strdup(settings->title);
    ui->saved_in = g_strdup(settings->saved_in);
    ui->desk = (Desk){
        .ui = ui,
        .model = model,
        .port = port,
        .title = ui->title,
        .saved_in = ui->saved_in,
        .utf8 = settings->utf8,
        .replay = settings->replay,
        .fields = field_store_new(port),
        .log = g_ptr_array_new_with_free_func(g_free),
        .hex = true,
    };
    ui->mouse = settings->mouse;
    ui->keymap = keymap_new();
    ui->prompt = prompt_new(&ui->desk);
    ui->views = g_ptr_array_new_with_free_func(free_view);
    g_ptr_array_add(ui->views, endpoints_view_new(&ui->desk));
    ui->desk.moved = settings->asked;
    ui->desk.wall = settings->at;
    if (settings->filter)
        order_filter(&ui->desk, settings->filter);
    if (settings->ask_for_target)
        prompt_ask(ui->prompt, &add_prompt, "");
    return ui;
}

void ui_free(Ui *ui)
{
    if (!ui)
        return;
    g_ptr_array_unref(ui->views);
    desk_watch(&ui->desk, NULL, NULL);
    prompt_free(ui->prompt);
    keymap_free(ui->keymap);
    field_store_free(ui->desk.fields);
    g_ptr_array_unref(ui->desk.log);
    g_free(ui->message);
    g_free(ui->sought);
    g_free(ui->desk.path);
    g_free(ui->desk.marked);
    g_free(ui->title);
    g_free(ui->saved_in);
    g_free(ui);
}

void ui_show_files(Ui *ui)
{
    g_ptr_array_set_size(ui->views, 0);
    g_ptr_array_add(ui->views, files_view_new(&ui->desk));
}

void ui_key(Ui *ui, Key key)
{
    g_clear_pointer(&ui->message, g_free);
    if (prompt_is_open(ui->prompt)) {
        prompt_key(ui->prompt, key);
        return;
    }
    View *view = top_view(ui);
    Command command = keymap_command(ui->keymap, view->ops->focus(view), key);
    if (command != COMMAND_NONE) {
        run_command(ui, command, NULL);
        return;
    }
    g_autofree char *name = key_to_name(key);
    g_autofree char *shown = desk_safe(&ui->desk, name, -1);
    desk_say(&ui->desk, g_strdup_printf(_("%s does nothing here (? lists the keys)"), shown));
}

/* A click moves the selection of the focused pane to that row; on the selected row it opens. */
void ui_mouse_press(Ui *ui, int row, int column)
{
    Area focus = ui->desk.focus;
    if (prompt_is_open(ui->prompt) || row < focus.row || row >= focus.row + focus.rows ||
        column < focus.column || column >= focus.column + focus.columns)
        return;
    if (row == ui->cursor_row)
        run_command(ui, COMMAND_OPEN, NULL);
    for (int step = row - ui->cursor_row; step; step += step > 0 ? -1 : 1)
        run_command(ui, step > 0 ? COMMAND_DOWN : COMMAND_UP, NULL);
}

void ui_fields(Ui *ui, const json_t *fields)
{
    field_store_answer(ui->desk.fields, fields);
}

void ui_log(Ui *ui, const char *line)
{
    GPtrArray *log = ui->desk.log;
    if (log->len >= LOG_LIMIT)
        g_ptr_array_remove_range(log, 0, LOG_LIMIT / 10);
    g_ptr_array_add(log, desk_safe(&ui->desk, line, -1));
}

void ui_status(Ui *ui, const char *message)
{
    desk_say(&ui->desk, desk_safe(&ui->desk, message, -1));
}

double ui_next_tick(const Ui *ui)
{
    const Model *model = ui->desk.model;
    bool busy = model->running || model->diving || ui->desk.watch;
    return busy && !ui->desk.replay ? 1.0 : 0.0;
}

void ui_tick(Ui *ui, double at)
{
    desk_tick(&ui->desk, at);
}

bool ui_mouse(const Ui *ui)
{
    return ui->mouse;
}

bool ui_take_redraw(Ui *ui)
{
    bool redraw = ui->redraw;
    ui->redraw = false;
    return redraw;
}

/* ---- drawing ---- */

/* A line with two ends; where both do not fit, the right one goes. */
static void draw_ends(Area line, Role role, const GString *left, const GString *right)
{
    int columns = text_columns(right->str), taken = text_columns(left->str);
    area_fill(line, role, " ");
    if (columns && taken + columns + 4 <= line.columns) {
        area_plain(area_cells(line, 0, line.columns - columns - 1, columns), role, right->str);
        line.columns -= columns + 3;
    }
    area_plain(area_cells(line, 0, 1, line.columns - 1), role, left->str);
}

static void draw_title(Ui *ui, Area line)
{
    View *view = top_view(ui);
    g_autoptr(GString) left = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    g_autofree char *time = ui->desk.moved ? text_from_time(ui->desk.wall) : NULL;
    if (time)
        g_string_append_printf(left, _("AT %s  "), time);
    view->ops->title(view, line.columns - 2 - text_columns(left->str), left, right);
    draw_ends(line, ROLE_TITLE, left, right);
}

static void draw_status(Ui *ui, Area line)
{
    View *view = top_view(ui);
    g_autoptr(GString) left = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    view->ops->status(view, left, right);
    if (ui->message) {
        g_string_assign(left, ui->message);
        g_string_truncate(right, 0);
    }
    draw_ends(line, ROLE_STATUS, left, right);
}

static int by_rank(gconstpointer a, gconstpointer b)
{
    guint left = command_row(*(const Command *)a)->rank,
          right = command_row(*(const Command *)b)->rank;
    return left < right ? -1 : left > right;
}

static GArray *bar_commands(const Ui *ui)
{
    View *view = top_view(ui);
    ViewKind kind = view->ops->focus(view);
    GArray *commands = g_array_new(FALSE, FALSE, sizeof(Command));
    for (Command command = COMMAND_NONE + 1; command < COMMAND_COUNT; command++) {
        const CommandRow *row = command_row(command);
        if (row->bar && row->views & 1U << kind)
            g_array_append_val(commands, command);
    }
    g_array_sort(commands, by_rank);
    return commands;
}

static void draw_key_bar(const Ui *ui, Area line)
{
    g_autoptr(GArray) commands = bar_commands(ui);
    bool wide = line.columns >= WIDE;
    int column = 1;
    for (guint i = 0; i < commands->len; i++) {
        const CommandRow *row = command_row(g_array_index(commands, Command, i));
        g_autofree char *key = g_strndup(row->keys, strcspn(row->keys, " "));
        const char *word = _(row->bar);
        bool sign = strlen(key) == 1 && g_ascii_ispunct(*key);
        const char *between = wide ? " " : sign ? "" : ":";
        int columns = text_columns(key) + (int)strlen(between) + text_columns(word);
        if (column + columns > line.columns)
            continue;
        column += area_plain(area_cells(line, 0, column, columns), ROLE_KEY, key);
        column += area_plain(area_cells(line, 0, column, columns), ROLE_DIM, between);
        column += area_plain(area_cells(line, 0, column, columns), ROLE_TEXT, word);
        column += wide ? 2 : 1;
    }
}

/* Errors of the program's own come as facts: each is a line of the log, once. */
static void log_errors(Ui *ui)
{
    const GPtrArray *errors = ui->desk.model->errors;
    for (; ui->errors < errors->len; ui->errors++) {
        const json_t *error = errors->pdata[ui->errors];
        const char *code = json_string_value(json_object_get(error, "code"));
        g_autofree char *text =
            words_reason(code ? code : "", json_object_get(error, "args"), !ui->desk.utf8);
        g_ptr_array_add(ui->desk.log, g_strdup_printf("%s", text));
    }
}

static void draw_too_small(Area area)
{
    area_print(area_cells(area, 0, 0, area.columns), ROLE_TEXT, _("too small (%dx%d)"),
               area.columns, area.rows);
    area_cursor(area, false);
}

void ui_draw(Ui *ui, Surface *surface, gint64 wall, double at)
{
    Area all = surface_area(surface);
    ui->desk.present = wall;
    if (!ui->desk.moved)
        ui->desk.wall = wall;
    ui->desk.at = at;
    log_errors(ui);
    area_clear(all);
    if (all.rows < LEAST_ROWS || all.columns < LEAST_COLUMNS) {
        draw_too_small(all);
        return;
    }
    bool status = all.rows >= STATUS_FROM_ROWS;
    Area body = area_part(all, 1, 0, all.rows - 2 - status, all.columns);
    Area bar = area_cells(all, all.rows - 1, 0, all.columns);
    Area line = status ? area_cells(all, all.rows - 2, 0, all.columns) : bar;
    View *view = top_view(ui);
    view->ops->draw(view, body);
    ui->cursor_row = surface->cursor_row;
    draw_title(ui, area_cells(all, 0, 0, all.columns));
    draw_key_bar(ui, bar);
    if (prompt_is_open(ui->prompt))
        prompt_draw(ui->prompt, area_part(line, 0, 1, 1, line.columns), body);
    else if (status || ui->message)
        draw_status(ui, line);
}
