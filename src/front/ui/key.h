/* key: one key press, apart from any terminal. */
#ifndef TLSDIVE_FRONT_UI_KEY_H
#define TLSDIVE_FRONT_UI_KEY_H

#include <glib.h>
#include <stdbool.h>

/* A Unicode character (control characters as 1 to 26: ^A is 1), or one of these. */
typedef gunichar Key;

enum {
    KEY_ESC = 0x1b,
    KEY_RETURN = 0x0d,
    KEY_TABULATOR = 0x09,
    KEY_SPACE = 0x20,
    KEY_SPECIAL = 0x110000, /* above all of Unicode */
    KEY_ARROW_UP,
    KEY_ARROW_DOWN,
    KEY_ARROW_LEFT,
    KEY_ARROW_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_FIRST,       /* Home */
    KEY_LAST,        /* End */
    KEY_BACK,        /* Backspace, ^H and DEL */
    KEY_REMOVE,      /* Delete */
    KEY_TAB_BACK,    /* Shift-Tab */
    KEY_MOUSE_PRESS, /* place given with ui_mouse_press */
    KEY_FUNCTION,    /* KEY_FUNCTION + n is Fn */
    KEY_FUNCTION_LAST = KEY_FUNCTION + 12,
};

/* ^A to ^Z */
#define KEY_CTRL(letter) ((Key)((letter)&0x1f))

/* The name of a key as help and configuration write it: "j", "^D", "F5", "Enter", "PgUp"; to be
 * freed. */
char *key_to_name(Key key);

/* The key of a name; 0 if it is none. */
Key key_from_name(const char *name);

/* True for a character that a prompt takes as text. */
bool key_is_text(Key key);

#endif
