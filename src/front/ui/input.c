#include "front/ui/input.h"

#include "common/util/text.h"

#include <string.h>

Input *input_new(const char *text)
{
    Input *input = g_new0(Input, 1);
    input->text = g_string_new(NULL);
    input_set(input, text);
    return input;
}

void input_free(Input *input)
{
    if (!input)
        return;
    g_string_free(input->text, TRUE);
    g_free(input->killed);
    g_free(input);
}

void input_set(Input *input, const char *text)
{
    g_string_assign(input->text, text);
    input->cursor = input->text->len;
}

static gsize before(const Input *input, gsize at)
{
    const char *text = input->text->str;
    return at ? (gsize)(g_utf8_prev_char(text + at) - text) : 0;
}

static gsize after(const Input *input, gsize at)
{
    const char *text = input->text->str;
    return at < input->text->len ? (gsize)(g_utf8_next_char(text + at) - text) : at;
}

static gsize word_before(const Input *input)
{
    const char *text = input->text->str;
    gsize at = input->cursor;
    while (at && text[at - 1] == ' ')
        at--;
    while (at && text[at - 1] != ' ')
        at--;
    return at;
}

/* Takes away the text between two offsets. */
static void cut(Input *input, gsize from, gsize to, bool keep)
{
    if (to <= from)
        return;
    if (keep) {
        g_free(input->killed);
        input->killed = g_strndup(input->text->str + from, to - from);
    }
    g_string_erase(input->text, (gssize)from, (gssize)(to - from));
    input->cursor = from;
}

static void insert(Input *input, const char *text)
{
    if (input->text->len + strlen(text) > INPUT_LIMIT)
        return;
    g_string_insert(input->text, (gssize)input->cursor, text);
    input->cursor += strlen(text);
}

bool input_key(Input *input, Key key)
{
    gsize cursor = input->cursor, end = input->text->len;
    switch (key) {
    case KEY_CTRL('A'):
    case KEY_FIRST:
        input->cursor = 0;
        return true;
    case KEY_CTRL('E'):
    case KEY_LAST:
        input->cursor = end;
        return true;
    case KEY_CTRL('B'):
    case KEY_ARROW_LEFT:
        input->cursor = before(input, cursor);
        return true;
    case KEY_CTRL('F'):
    case KEY_ARROW_RIGHT:
        input->cursor = after(input, cursor);
        return true;
    case KEY_BACK:
        cut(input, before(input, cursor), cursor, false);
        return true;
    case KEY_CTRL('D'):
    case KEY_REMOVE:
        cut(input, cursor, after(input, cursor), false);
        return true;
    case KEY_CTRL('U'):
        cut(input, 0, cursor, true);
        return true;
    case KEY_CTRL('K'):
        cut(input, cursor, end, true);
        return true;
    case KEY_CTRL('W'):
        cut(input, word_before(input), cursor, true);
        return true;
    case KEY_CTRL('Y'):
        insert(input, input->killed ? input->killed : "");
        return true;
    default:
        break;
    }
    if (!key_is_text(key))
        return false;
    char bytes[7] = "";
    g_unichar_to_utf8(key, bytes);
    insert(input, bytes);
    return true;
}

void input_draw(const Input *input, Area area)
{
    bool ascii = !area.surface->utf8;
    g_autofree char *left = text_escape(input->text->str, (gssize)input->cursor, ascii);
    g_autofree char *right = text_escape(input->text->str + input->cursor, -1, ascii);
    const char *from = left;
    while (text_columns(from) >= area.columns && *from)
        from = g_utf8_next_char(from);
    int column = area_plain(area, ROLE_TEXT, from);
    area_plain(area_cells(area, 0, column, area.columns), ROLE_TEXT, right);
    area_cursor(area_cells(area, 0, column, 1), true);
}
