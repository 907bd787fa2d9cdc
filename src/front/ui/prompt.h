/* prompt: what takes the keyboard for a moment: a line to type, a question, a menu.
 *
 * One at a time. While a prompt is open every printable key is text; Esc and ^C leave it. What was
 * typed is kept where it is refused, so that it can be mended.
 */
#ifndef TLSDIVE_FRONT_UI_PROMPT_H
#define TLSDIVE_FRONT_UI_PROMPT_H

#include "front/ui/surface.h"
#include "front/ui/view.h"

typedef struct Prompt Prompt;

/* What to do with what was typed. Returns NULL when it was taken: the prompt closes; else what is
 * wrong with it (to be freed): it stays open. */
typedef char *(*PromptDone)(Desk *desk, const char *text);

typedef struct PromptKind {
    const char *label; /* before the line; translated where it is shown */
    PromptDone done;
    /* The words that the text may be completed to; may be NULL. Free with g_ptr_array_unref. */
    GPtrArray *(*complete)(Desk *desk, const char *text);
} PromptKind;

Prompt *prompt_new(Desk *desk);
void prompt_free(Prompt *prompt);

/* True while one is open. */
bool prompt_is_open(const Prompt *prompt);

/* Opens a line to type; `kind` is static and has a history of its own. */
void prompt_ask(Prompt *prompt, const PromptKind *kind, const char *text);

/* The same for a password: shown as stars, and kept nowhere. */
void prompt_ask_secret(Prompt *prompt, const PromptKind *kind);

/* Opens a question that is answered by one key: y does it, ^C too where `on_interrupt`, all else
 * does not. The question is taken. */
void prompt_confirm(Prompt *prompt, char *question, void (*yes)(Desk *desk), bool on_interrupt);

/* Opens a menu of lines (char *, copied); `chosen` is given the number of the one taken. `title` is
 * static. */
void prompt_menu(Prompt *prompt, const char *title, const GPtrArray *items,
                 void (*chosen)(Desk *desk, guint item));

/* Closes whatever is open. */
void prompt_close(Prompt *prompt);

/* A key, while one is open. */
void prompt_key(Prompt *prompt, Key key);

/* Draws the line or the question, and over the lower part of `body` a menu or completions. */
void prompt_draw(Prompt *prompt, Area line, Area body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Prompt, prompt_free)

#endif
