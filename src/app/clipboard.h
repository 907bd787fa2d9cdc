/* clipboard: text on its way to the user's clipboard.
 *
 * Inside tmux it goes through `tmux load-buffer -w -`, a child that is given little time;
 * elsewhere, and where that fails, through the terminal (OSC 52).
 */
#ifndef TLSDIVE_APP_CLIPBOARD_H
#define TLSDIVE_APP_CLIPBOARD_H

#include <uv.h>

#include "front/ui/term.h"

typedef struct Clipboard Clipboard;

/* `said` is called with a message on what became of each text, borrowed. */
Clipboard *clipboard_new(uv_loop_t *loop, Term *term, void (*said)(void *data, const char *message),
                         void *data);

/* Sends `size` bytes; they are copied. What was still on its way is given up. */
void clipboard_copy(Clipboard *clipboard, const char *text, size_t size);

void clipboard_free(Clipboard *clipboard);

#endif
