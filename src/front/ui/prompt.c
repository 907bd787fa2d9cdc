#include "front/ui/prompt.h"

#include "front/ui/glyph.h"
#include "front/ui/input.h"
#include "front/ui/pane.h"
#include "front/ui/scroll.h"
#include <glib/gi18n.h>

#include <string.h>

enum { HISTORY = 100, COMPLETIONS_SHOWN = 10 };

typedef enum Mode { MODE_CLOSED, MODE_LINE, MODE_QUESTION, MODE_MENU } Mode;

struct Prompt {
    Desk *desk;
    Mode mode;

    const PromptKind *kind;
    bool secret; /* the line is a password */
    Input *input;
    char *refusal;          /* why it was not taken; NULL: nothing wrong */
    GPtrArray *completions; /* shown; NULL: none */
    GHashTable *histories;  /* PromptKind -> GPtrArray of char *, the newest last */
    guint recalled;         /* how far back in the history; 0: what is typed */
    char *typed;            /* kept while the history is shown */

    char *question;
    void (*yes)(Desk *desk);
    bool on_interrupt;

    const char *title;
    GPtrArray *items;
    int item;
    Scroll scroll;
    void (*chosen)(Desk *desk, guint item);
};

static void free_history(gpointer history)
{
    g_ptr_array_unref(history);
}

Prompt *prompt_new(Desk *desk)
{
    Prompt *prompt = g_new0(Prompt, 1);
    prompt->desk = desk;
    prompt->input = input_new("");
    prompt->histories = g_hash_table_new_full(NULL, NULL, NULL, free_history);
    prompt->items = g_ptr_array_new_with_free_func(g_free);
    return prompt;
}

void prompt_free(Prompt *prompt)
{
    if (!prompt)
        return;
    prompt_close(prompt);
    input_free(prompt->input);
    g_hash_table_unref(prompt->histories);
    g_ptr_array_unref(prompt->items);
    g_free(prompt);
}

bool prompt_is_open(const Prompt *prompt)
{
    return prompt->mode != MODE_CLOSED;
}

/* What was typed is no longer in memory. */
static void wipe(Prompt *prompt)
{
    GString *text = prompt->input->text;
    explicit_bzero(text->str, text->allocated_len);
    input_set(prompt->input, "");
}

void prompt_close(Prompt *prompt)
{
    if (prompt->secret)
        wipe(prompt);
    prompt->secret = false;
    prompt->mode = MODE_CLOSED;
    prompt->recalled = 0;
    g_clear_pointer(&prompt->refusal, g_free);
    g_clear_pointer(&prompt->completions, g_ptr_array_unref);
    g_clear_pointer(&prompt->typed, g_free);
    g_clear_pointer(&prompt->question, g_free);
}

void prompt_ask(Prompt *prompt, const PromptKind *kind, const char *text)
{
    prompt_close(prompt);
    prompt->mode = MODE_LINE;
    prompt->kind = kind;
    input_set(prompt->input, text);
}

void prompt_ask_secret(Prompt *prompt, const PromptKind *kind)
{
    prompt_ask(prompt, kind, "");
    prompt->secret = true;
}

void prompt_confirm(Prompt *prompt, char *question, void (*yes)(Desk *desk), bool on_interrupt)
{
    prompt_close(prompt);
    prompt->mode = MODE_QUESTION;
    prompt->question = question;
    prompt->yes = yes;
    prompt->on_interrupt = on_interrupt;
}

void prompt_menu(Prompt *prompt, const char *title, const GPtrArray *items,
                 void (*chosen)(Desk *desk, guint item))
{
    prompt_close(prompt);
    prompt->mode = MODE_MENU;
    prompt->title = title;
    prompt->chosen = chosen;
    prompt->item = 0;
    prompt->scroll = (Scroll){0};
    g_ptr_array_set_size(prompt->items, 0);
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(prompt->items, g_strdup(items->pdata[i]));
}

static GPtrArray *history_of(Prompt *prompt)
{
    gpointer kind = (gpointer)prompt->kind;
    GPtrArray *history = g_hash_table_lookup(prompt->histories, kind);
    if (!history) {
        history = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(prompt->histories, kind, history);
    }
    return history;
}

static void remember(Prompt *prompt, const char *text)
{
    GPtrArray *history = history_of(prompt);
    if (!*text || prompt->secret ||
        (history->len && g_str_equal(history->pdata[history->len - 1], text)))
        return;
    if (history->len >= HISTORY)
        g_ptr_array_remove_index(history, 0);
    g_ptr_array_add(history, g_strdup(text));
}

static void recall(Prompt *prompt, int step)
{
    GPtrArray *history = history_of(prompt);
    int to = (int)prompt->recalled + step;
    if (to < 0 || to > (int)history->len)
        return;
    if (!prompt->recalled) {
        g_free(prompt->typed);
        prompt->typed = g_strdup(prompt->input->text->str);
    }
    prompt->recalled = (guint)to;
    input_set(prompt->input, to ? history->pdata[(int)history->len - to] : prompt->typed);
}

/* Completes as far as all candidates agree, and shows them where there is more than one. */
static void complete(Prompt *prompt)
{
    if (!prompt->kind->complete)
        return;
    GPtrArray *words = prompt->kind->complete(prompt->desk, prompt->input->text->str);
    g_clear_pointer(&prompt->completions, g_ptr_array_unref);
    size_t agreed = words->len ? strlen(words->pdata[0]) : 0;
    for (guint i = 1; i < words->len; i++) {
        size_t same = 0;
        const char *first = words->pdata[0], *other = words->pdata[i];
        while (same < agreed && first[same] == other[same])
            same++;
        agreed = same;
    }
    if (agreed >= prompt->input->text->len && words->len) {
        g_autofree char *text = g_strndup(words->pdata[0], agreed);
        input_set(prompt->input, text);
    }
    if (words->len > 1)
        prompt->completions = words;
    else
        g_ptr_array_unref(words);
}

static void submit(Prompt *prompt)
{
    const PromptKind *kind = prompt->kind;
    g_autofree char *text = g_strdup(prompt->input->text->str);
    remember(prompt, text);
    bool secret = prompt->secret;
    prompt_close(prompt);
    char *refusal = kind->done(prompt->desk, text);
    if (refusal && secret)
        prompt_ask_secret(prompt, kind);
    else if (refusal)
        prompt_ask(prompt, kind, text);
    if (secret)
        explicit_bzero(text, strlen(text));
    if (!refusal)
        return;
    prompt->refusal = refusal;
}

static void line_key(Prompt *prompt, Key key)
{
    g_clear_pointer(&prompt->refusal, g_free);
    if (key == KEY_TABULATOR) {
        complete(prompt);
        return;
    }
    g_clear_pointer(&prompt->completions, g_ptr_array_unref);
    if (key == KEY_RETURN)
        submit(prompt);
    else if (key == KEY_ARROW_UP || key == KEY_CTRL('P'))
        recall(prompt, 1);
    else if (key == KEY_ARROW_DOWN || key == KEY_CTRL('N'))
        recall(prompt, -1);
    else if (key == KEY_BACK && !prompt->input->text->len)
        prompt_close(prompt);
    else
        input_key(prompt->input, key);
}

static void question_key(Prompt *prompt, Key key)
{
    void (*yes)(Desk *) = prompt->yes;
    bool agreed = key == 'y' || key == 'Y' || (prompt->on_interrupt && key == KEY_CTRL('C'));
    prompt_close(prompt);
    if (agreed)
        yes(prompt->desk);
}

static void menu_key(Prompt *prompt, Key key)
{
    static const struct {
        Key key;
        Command command;
    } moves[] = {
        {KEY_ARROW_UP, COMMAND_UP},         {'k', COMMAND_UP},
        {KEY_ARROW_DOWN, COMMAND_DOWN},     {'j', COMMAND_DOWN},
        {KEY_PAGE_UP, COMMAND_PAGE_UP},     {KEY_FIRST, COMMAND_FIRST},
        {KEY_PAGE_DOWN, COMMAND_PAGE_DOWN}, {KEY_LAST, COMMAND_LAST},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(moves); i++)
        if (moves[i].key == key) {
            int to = scroll_move(&prompt->scroll, moves[i].command, prompt->item,
                                 (int)prompt->items->len);
            prompt->item = MAX(to, 0);
            return;
        }
    guint item = key >= '1' && key <= '9' ? (guint)(key - '1') : (guint)prompt->item;
    bool numbered = key >= '1' && key <= '9' && item < prompt->items->len;
    if (key == KEY_RETURN || key == KEY_ARROW_RIGHT || key == 'l' || numbered) {
        prompt_close(prompt);
        if (item < prompt->items->len)
            prompt->chosen(prompt->desk, item);
    } else if (key == 'q' || key == 'h' || key == KEY_ARROW_LEFT || key == KEY_BACK) {
        prompt_close(prompt);
    }
}

void prompt_key(Prompt *prompt, Key key)
{
    bool leave = key == KEY_ESC || key == KEY_CTRL('C') || key == KEY_CTRL('G');
    if (prompt->mode == MODE_QUESTION)
        question_key(prompt, key);
    else if (leave)
        prompt_close(prompt);
    else if (prompt->mode == MODE_LINE)
        line_key(prompt, key);
    else if (prompt->mode == MODE_MENU)
        menu_key(prompt, key);
}

/* The lower rows of the body, under a rule, for a list. */
static Area list_area(Area body, guint count, const char *title)
{
    int rows = MIN((int)count + 1, MAX(body.rows, 1));
    Area area = area_part(body, body.rows - rows, 0, rows, body.columns);
    area_clear(area);
    return area.rows > 1 ? pane_begin(area, (PaneTitle){.left = title, .focused = true}) : area;
}

static void draw_menu(Prompt *prompt, Area line, Area body)
{
    Area list = list_area(body, prompt->items->len, _(prompt->title));
    int count = (int)prompt->items->len;
    int top = scroll_top(&prompt->scroll, prompt->item, count, list.rows);
    area_plain(line, ROLE_PROMPT, _("Enter takes it   Esc leaves"));
    for (int i = top; i < count && i < top + list.rows; i++) {
        Area row = area_cells(list, i - top, 0, list.columns);
        g_autofree char *text = g_strdup_printf("%-3d%s", i + 1, (char *)prompt->items->pdata[i]);
        area_plain(area_cells(row, 0, 2, row.columns), ROLE_TEXT, text);
        if (i != prompt->item)
            continue;
        area_plain(area_cells(row, 0, 0, 1), ROLE_TEXT, glyph(GLYPH_HERE, line.surface->utf8));
        area_select(row);
        area_cursor(row, false);
    }
}

static void draw_completions(const Prompt *prompt, Area body)
{
    guint shown = MIN(prompt->completions->len, COMPLETIONS_SHOWN);
    Area list = list_area(body, shown, _("completions"));
    for (guint i = 0; i < shown; i++)
        area_plain(area_cells(list, (int)i, 2, list.columns), ROLE_TEXT,
                   prompt->completions->pdata[i]);
    if (prompt->completions->len > shown)
        area_print(area_cells(list, (int)shown - 1, 30, list.columns), ROLE_DIM, _("%u more"),
                   prompt->completions->len - shown);
}

/* As many stars as characters, with the cursor where it is. */
static void draw_secret(const Input *input, Area area)
{
    g_autoptr(Input) stars = input_new("");
    glong count = g_utf8_strlen(input->text->str, -1);
    for (glong i = 0; i < count; i++)
        g_string_append_c(stars->text, '*');
    stars->cursor = (gsize)g_utf8_strlen(input->text->str, (gssize)input->cursor);
    input_draw(stars, area);
}

void prompt_draw(Prompt *prompt, Area line, Area body)
{
    area_clear(line);
    if (prompt->mode == MODE_MENU) {
        draw_menu(prompt, line, body);
        return;
    }
    if (prompt->mode == MODE_QUESTION) {
        int column = area_plain(line, ROLE_PROMPT, prompt->question);
        area_cursor(area_cells(line, 0, MIN(column, line.columns - 1), 1), true);
        return;
    }
    if (prompt->completions)
        draw_completions(prompt, body);
    int column = area_plain(line, ROLE_PROMPT, _(prompt->kind->label));
    if (prompt->refusal && body.rows > 0) {
        Area above = area_cells(body, body.rows - 1, 0, body.columns);
        area_clear(above);
        area_plain(area_cells(above, 0, 1, above.columns), ROLE_BAD, prompt->refusal);
    }
    Area rest = area_cells(line, 0, column, line.columns);
    if (prompt->secret)
        draw_secret(prompt->input, rest);
    else
        input_draw(prompt->input, rest);
}
