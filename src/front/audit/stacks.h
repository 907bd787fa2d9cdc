/* stacks: which TLS library an endpoint's answers look like.
 *
 * data/stacks.tsv has what known libraries were observed to do: the order of the extensions that
 * they write, the alert that they have for each kind of nonsense, what they answer and what not.
 * Habits only tell that an endpoint is like a library: another may share them, and what stands
 * before a server may have habits of its own.
 */
#ifndef TLSDIVE_FRONT_AUDIT_STACKS_H
#define TLSDIVE_FRONT_AUDIT_STACKS_H

#include "front/model/answers.h"

typedef enum StackNaming {
    STACK_UNTOLD,  /* too little was answered */
    STACK_UNKNOWN, /* no known stack is like it; the one that is named is the nearest */
    STACK_ALIKE,   /* all is as of each that is named: they cannot be told apart */
} StackNaming;

/* One habit of the stack that is named first, and what the endpoint does. */
typedef struct StackHabit {
    const char *feature;  /* as in data/stacks.tsv; static */
    const char *expected; /* texts separated by '|'; static */
    char *observed;       /* owned */
    const Answer *answer; /* that shows it; borrowed */
    bool agrees;
} StackHabit;

typedef struct StackGuess {
    StackNaming naming;
    GPtrArray *names; /* const char *: the most alike; empty where naming is STACK_UNTOLD */
    guint agree, of;  /* habits of the first that agree, and that were seen at all */
    GArray *habits;   /* StackHabit of the first, those that were seen */
} StackGuess;

/* Never NULL. Borrows from the answers. */
StackGuess *stack_guess_new(const Answers *answers);
void stack_guess_free(StackGuess *guess);

/* A habit's text in words: extensions by their names. To be freed. */
char *stack_habit_text(const char *feature, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StackGuess, stack_guess_free)

#endif
