/* input: one line that is being typed, with Emacs's keys. */
#ifndef TLSDIVE_FRONT_UI_INPUT_H
#define TLSDIVE_FRONT_UI_INPUT_H

#include "front/ui/key.h"
#include "front/ui/surface.h"

enum { INPUT_LIMIT = 4096 }; /* bytes that one line may hold */

typedef struct Input {
    GString *text;
    gsize cursor; /* byte offset, at a character */
    char *killed; /* what ^W ^U ^K took away last, for ^Y */
} Input;

Input *input_new(const char *text);
void input_free(Input *input);

/* Replaces the text; the cursor stands at its end. */
void input_set(Input *input, const char *text);

/* A key: ^A ^E Home End ^B ^F Left Right ^H Bksp ^D Del ^U ^K ^W ^Y, and text. False if it is none
 * of these. */
bool input_key(Input *input, Key key);

/* Draws the line so that the cursor is seen, and places it there. */
void input_draw(const Input *input, Area area);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Input, input_free)

#endif
