#include "front/report/page.h"

#include <string.h>

#include "common/util/text.h"

/* Of the 16 colours, and no blue or yellow: they do not show on every background. */
static const char *const sgr[TINT_COUNT] = {
    [TINT_TITLE] = "\x1b[1m",   [TINT_GOOD] = "\x1b[32m",   [TINT_CRITICAL] = "\x1b[1;31m",
    [TINT_HIGH] = "\x1b[31m",   [TINT_MEDIUM] = "\x1b[35m", [TINT_LOW] = "\x1b[36m",
    [TINT_UNKNOWN] = "\x1b[1m",
};

Tint tint_of(Severity severity)
{
    static const Tint tints[SEVERITY_COUNT] = {
        [SEVERITY_CRITICAL] = TINT_CRITICAL, [SEVERITY_HIGH] = TINT_HIGH,
        [SEVERITY_MEDIUM] = TINT_MEDIUM,     [SEVERITY_LOW] = TINT_LOW,
        [SEVERITY_INFO] = TINT_LOW,          [SEVERITY_UNKNOWN] = TINT_UNKNOWN,
    };
    return tints[severity];
}

static void put_part(Page *page, Tint tint, const char *text, size_t size)
{
    bool tinted = page->colour && sgr[tint] && size;
    if (tinted)
        g_string_append(page->text, sgr[tint]);
    g_string_append_len(page->text, text, (gssize)size);
    if (tinted)
        g_string_append(page->text, "\x1b[0m");
}

void page_put(Page *page, Tint tint, const char *text)
{
    put_part(page, tint, text, strlen(text));
    page->column += text_columns(text);
}

/* Bytes of `text` that fit into `columns`. */
static size_t fitting(const char *text, int columns)
{
    const char *end = text;
    for (int used = 0; *end; end = g_utf8_next_char(end)) {
        used += text_width(g_utf8_get_char(end));
        if (used > columns)
            break;
    }
    return (size_t)(end - text);
}

static void pad(Page *page, int columns)
{
    for (int i = 0; i < columns; i++)
        g_string_append_c(page->text, ' ');
    page->column += MAX(columns, 0);
}

void page_cell(Page *page, Tint tint, const char *text, int columns)
{
    const char *mark = page->ascii ? ".." : "\xe2\x80\xa6";
    int width = ABS(columns), taken = text_columns(text);
    g_autofree char *cut = NULL;
    if (taken > width) {
        size_t size = fitting(text, MAX(width - text_columns(mark), 0));
        cut = g_strdup_printf("%.*s%s", (int)size, text, mark);
        taken = text_columns(cut);
    }
    if (columns < 0)
        pad(page, width - taken);
    page_put(page, tint, cut ? cut : text);
    if (columns > 0)
        pad(page, width - taken);
}

void page_to(Page *page, int column)
{
    if (page->column > column)
        page_end(page);
    pad(page, column - page->column);
}

/* The size of the next piece of `text` for `columns`: whole words, or a part of a word that is too
 * long for any line. */
static size_t next_piece(const char *text, int columns)
{
    size_t size = fitting(text, columns), end = size;
    if (!text[size])
        return size;
    while (end && text[end] != ' ')
        end--;
    return end ? end : MAX(size, 1);
}

void page_wrap(Page *page, Tint tint, const char *text, int column)
{
    int columns = MAX(page->width - column, 8);
    page_to(page, column);
    while (*text) {
        size_t size = next_piece(text, columns);
        put_part(page, tint, text, size);
        page->column += columns;
        text += size;
        while (*text == ' ')
            text++;
        if (*text)
            page_to(page, column);
    }
}

void page_end(Page *page)
{
    while (page->text->len && page->text->str[page->text->len - 1] == ' ')
        g_string_truncate(page->text, page->text->len - 1);
    g_string_append_c(page->text, '\n');
    page->column = 0;
}
