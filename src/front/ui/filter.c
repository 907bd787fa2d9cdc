#include "front/ui/filter.h"

#include <stdlib.h>
#include <string.h>

enum { ANY_COLUMN = -1 };

typedef struct Term {
    int column; /* or ANY_COLUMN */
    bool invert;
    char relation; /* '<' or '>': compares numbers; '\0': holds the word */
    double number;
    char *word; /* case folded */
} Term;

struct Filter {
    const TableKind *kind;
    GArray *terms;
};

static void term_clear(gpointer data)
{
    g_free(((Term *)data)->word);
}

static int column_of(const TableKind *kind, const char *name, size_t size)
{
    for (size_t i = 0; i < kind->count; i++)
        if (strlen(kind->columns[i].name) == size &&
            g_ascii_strncasecmp(kind->columns[i].name, name, size) == 0)
            return (int)i;
    return ANY_COLUMN;
}

static Term term_of(const TableKind *kind, const char *word)
{
    Term term = {.column = ANY_COLUMN, .invert = *word == '!' && word[1]};
    word += term.invert;
    const char *colon = strchr(word, ':');
    if (colon)
        term.column = column_of(kind, word, (size_t)(colon - word));
    if (term.column != ANY_COLUMN)
        word = colon + 1;
    if (term.column != ANY_COLUMN && (*word == '<' || *word == '>')) {
        char *end = NULL;
        term.number = g_ascii_strtod(word + 1, &end);
        if (end != word + 1 && !*end)
            term.relation = *word;
    }
    term.word = g_utf8_casefold(word, -1);
    return term;
}

Filter *filter_new(const char *text, const TableKind *kind)
{
    Filter *filter = g_new0(Filter, 1);
    filter->kind = kind;
    filter->terms = g_array_new(FALSE, FALSE, sizeof(Term));
    g_array_set_clear_func(filter->terms, term_clear);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        if (!**word)
            continue;
        Term term = term_of(kind, *word);
        g_array_append_val(filter->terms, term);
    }
    return filter;
}

void filter_free(Filter *filter)
{
    if (!filter)
        return;
    g_array_unref(filter->terms);
    g_free(filter);
}

static bool cell_matches(const Term *term, const TableColumn *column, const void *row,
                         const Desk *desk)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Role role = ROLE_TEXT;
    column->cell(row, desk, text, &role);
    if (term->relation) {
        char *end = NULL;
        double number = g_ascii_strtod(text->str, &end);
        return end != text->str &&
               (term->relation == '<' ? number < term->number : number > term->number);
    }
    g_autofree char *folded = g_utf8_casefold(text->str, (gssize)text->len);
    return strstr(folded, term->word) != NULL;
}

static bool term_matches(const Filter *filter, const Term *term, const void *row, const Desk *desk)
{
    for (size_t i = 0; i < filter->kind->count; i++)
        if ((term->column == ANY_COLUMN || term->column == (int)i) &&
            cell_matches(term, &filter->kind->columns[i], row, desk))
            return true;
    return false;
}

bool filter_matches(const Filter *filter, const void *row, const Desk *desk)
{
    for (guint i = 0; i < filter->terms->len; i++) {
        const Term *term = &g_array_index(filter->terms, Term, i);
        if (term_matches(filter, term, row, desk) == term->invert)
            return false;
    }
    return true;
}
