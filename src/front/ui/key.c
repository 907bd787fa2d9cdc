#include "front/ui/key.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    Key key;
    const char *name;
} names[] = {
    {KEY_ARROW_UP, "Up"},       {KEY_ARROW_DOWN, "Down"}, {KEY_ARROW_LEFT, "Left"},
    {KEY_ARROW_RIGHT, "Right"}, {KEY_PAGE_UP, "PgUp"},    {KEY_PAGE_DOWN, "PgDn"},
    {KEY_FIRST, "Home"},        {KEY_LAST, "End"},        {KEY_BACK, "Bksp"},
    {KEY_REMOVE, "Del"},        {KEY_TAB_BACK, "S-Tab"},  {KEY_TABULATOR, "Tab"},
    {KEY_RETURN, "Enter"},      {KEY_ESC, "Esc"},         {KEY_SPACE, "Space"},
    {KEY_MOUSE_PRESS, "Click"},
};

char *key_to_name(Key key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].key == key)
            return g_strdup(names[i].name);
    if (key > KEY_FUNCTION && key <= KEY_FUNCTION_LAST)
        return g_strdup_printf("F%u", key - KEY_FUNCTION);
    if (key < KEY_SPACE)
        return g_strdup_printf("^%c", (char)(key | 0x40));
    if (key >= KEY_SPECIAL)
        return g_strdup("?");
    char character[7] = "";
    g_unichar_to_utf8(key, character);
    return g_strdup(character);
}

Key key_from_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].name, name))
            return names[i].key;
    if (name[0] == '^' && name[1] >= 'A' && name[1] <= 'Z' && !name[2])
        return KEY_CTRL(name[1]);
    if (name[0] == 'F' && g_ascii_isdigit(name[1])) {
        char *end = NULL;
        unsigned long number = strtoul(name + 1, &end, 10);
        return !*end && number >= 1 && number <= 12 ? KEY_FUNCTION + (Key)number : 0;
    }
    if (!*name || !g_utf8_validate(name, -1, NULL) || *g_utf8_next_char(name))
        return 0;
    Key key = g_utf8_get_char(name);
    return key_is_text(key) ? key : 0;
}

bool key_is_text(Key key)
{
    return key >= KEY_SPACE && key < KEY_SPECIAL && key != 0x7f && g_unichar_isdefined(key) &&
           !g_unichar_iscntrl(key);
}
