#include "front/ui/order.h"

#include <glib/gi18n.h>
#include <string.h>

#include "front/ui/prompt.h"

static Table *table_here(Desk *desk)
{
    View *view = desk_top(desk);
    return view->ops->table ? view->ops->table(view) : NULL;
}

static char *filter_done(Desk *desk, const char *text)
{
    Table *table = table_here(desk);
    if (!table)
        return g_strdup(_("there is nothing to filter here"));
    return table_filter(table, text);
}

/* The fields that the last word of the text may become. */
static GPtrArray *filter_words(Desk *desk, const char *text)
{
    Table *table = table_here(desk);
    g_autoptr(GPtrArray) fields = table ? table_filter_fields(table) : g_ptr_array_new();
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    size_t kept = strlen(text);
    while (kept && (g_ascii_isalnum(text[kept - 1]) || text[kept - 1] == '_'))
        kept--;
    for (guint i = 0; i < fields->len; i++)
        if (g_str_has_prefix(fields->pdata[i], text + kept))
            g_ptr_array_add(
                words, g_strdup_printf("%.*s%s", (int)kept, text, (const char *)fields->pdata[i]));
    return words;
}

static const PromptKind filter_prompt = {N_("show only (words, or days<30 and issuer~E7): "),
                                         filter_done, filter_words};

/* Does what the prompt does, or opens it. */
static void say_or_ask(Desk *desk, const PromptKind *kind, const char *argument, const char *text)
{
    char *refusal = argument ? kind->done(desk, argument) : NULL;
    if (refusal)
        desk_say(desk, refusal);
    else if (!argument)
        desk_ask(desk, kind, text);
}

void order_filter(Desk *desk, const char *text)
{
    Table *table = table_here(desk);
    say_or_ask(desk, &filter_prompt, text, table ? table_filter_text(table) : "");
}

static char *sort_done(Desk *desk, const char *text)
{
    Table *table = table_here(desk);
    if (!table || !table_sort(table, text))
        return g_strdup_printf(_("there is no column %s here"), text);
    return NULL;
}

static const PromptKind sort_prompt = {N_("sort by: "), sort_done, NULL};

/* The items of the menu are the order as given, and the columns. */
static void choose_sort(Desk *desk, guint item)
{
    Table *table = table_here(desk);
    g_autoptr(GPtrArray) names = table_names(table);
    table_sort(table, item ? names->pdata[item - 1] : "");
}

void order_sort(Desk *desk, const char *column)
{
    Table *table = table_here(desk);
    if (column) {
        say_or_ask(desk, &sort_prompt, column, "");
        return;
    }
    if (!table)
        return;
    g_autoptr(GPtrArray) items = table_names(table);
    g_ptr_array_insert(items, 0, (gpointer)_(table_kind(table)->order));
    desk_menu(desk, N_("sort by"), items, choose_sort);
}
