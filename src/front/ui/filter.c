#include "front/ui/filter.h"

#include <string.h>

#include "front/report/members.h"
#include "front/ui/view.h"

struct Filter {
    const TableKind *kind;
    gint64 now;
    Expression *expression;
};

static int member_count(const TableKind *kind)
{
    return kind->members ? (int)kind->members->count : 0;
}

/* Members come first; the columns' numbers go on behind them. */
static int field(gpointer data, const char *name, ValueKind *kind)
{
    const TableKind *table = data;
    int number = table->members ? member_find(table->members, name) : -1;
    if (number >= 0) {
        *kind = table->members->rows[number].kind;
        return number;
    }
    for (size_t i = 0; i < table->count; i++)
        if (g_ascii_strcasecmp(table->columns[i].name, name) == 0) {
            *kind = VALUE_TEXT;
            return member_count(table) + (int)i;
        }
    return -1;
}

Filter *filter_new(const char *text, const TableKind *kind, gint64 now, GError **error)
{
    ExpressionScope scope = {.field = field, .data = (gpointer)kind, .now = now};
    size_t place = 0;
    Expression *expression = expression_new(text, &scope, &place, error);
    if (!expression)
        return NULL;
    Filter *filter = g_new0(Filter, 1);
    filter->kind = kind;
    filter->now = now;
    filter->expression = expression;
    return filter;
}

void filter_free(Filter *filter)
{
    if (!filter)
        return;
    expression_free(filter->expression);
    g_free(filter);
}

gint64 filter_now(const Filter *filter)
{
    return filter->now;
}

typedef struct Examined {
    const TableKind *kind;
    const void *row;
    const Desk *desk;
    const void *subject;
} Examined;

static void cell(const Examined *examined, size_t column, GString *text)
{
    Role role = ROLE_TEXT;
    examined->kind->columns[column].cell(examined->row, examined->desk, text, &role);
}

static void examined_values(gpointer data, int number, GArray *values)
{
    const Examined *examined = data;
    int members = member_count(examined->kind);
    if (number >= members) {
        GString *text = g_string_new(NULL);
        cell(examined, (size_t)(number - members), text);
        values_take(values, g_string_free(text, FALSE));
        return;
    }
    MemberContext context = {examined->desk->model, examined->desk->wall};
    member_get(examined->kind->members, number, examined->subject, &context, values);
}

/* `word` is folded already; the text may be changed. */
static bool holds(GString *text, const char *word)
{
    if (g_str_is_ascii(text->str)) /* nearly all are, and folding these is cheap */
        return strstr(g_string_ascii_down(text)->str, word) != NULL;
    g_autofree char *folded = g_utf8_casefold(text->str, (gssize)text->len);
    return strstr(folded, word) != NULL;
}

static bool examined_word(gpointer data, const char *word)
{
    const Examined *examined = data;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < examined->kind->count; i++) {
        g_string_truncate(text, 0);
        cell(examined, i, text);
        if (holds(text, word))
            return true;
    }
    return false;
}

bool filter_matches(const Filter *filter, const void *row, const Desk *desk)
{
    Examined examined = {filter->kind, row, desk, row};
    ExpressionSubject subject = {examined_values, examined_word, &examined};
    if (!filter->kind->subjects)
        return expression_matches(filter->expression, &subject);
    g_autoptr(GPtrArray) subjects = filter->kind->subjects(row);
    for (guint i = 0; i < subjects->len; i++) {
        examined.subject = subjects->pdata[i];
        if (expression_matches(filter->expression, &subject))
            return true;
    }
    return false;
}
