/* peel: finds which code points of a list a server accepts, and whether it has an order of its own.
 *
 * A server that is offered a list answers with one of it, or refuses it. A Peel says which list to
 * offer next, is told the answer, and knows in the end of each code point whether it is accepted,
 * and of the accepted ones who is preferred to whom. It knows nothing of hellos: suites, groups,
 * schemes and application protocols are peeled alike, two of them in one hello where that is
 * possible. Several hellos of one Peel may be unanswered at once; each has a ticket.
 */
#ifndef TLSDIVE_WORKER_PROBE_PEEL_H
#define TLSDIVE_WORKER_PROBE_PEEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A code point to ask about. */
typedef struct PeelEntry {
    uint32_t code;
    double weight; /* chance that it is accepted, 0 to 1: only decides what is asked first */
    guint kind;    /* those of one kind are asked together where a list has to be cut */
    guint lists;   /* bits: of the lists in which it is offered at last, until they are refused */
    bool shy;      /* not listed first if that can be helped: a server with an order of its own may
                      follow a client that lists it first (ChaCha20) */
} PeelEntry;

/* Who chooses. */
typedef enum PeelHabit {
    PEEL_HABIT_UNKNOWN,
    PEEL_HABIT_SERVER,
    PEEL_HABIT_CLIENT,
} PeelHabit;

typedef struct PeelSpec {
    const PeelEntry *entries; /* in the order that is expected of the server, its first first */
    guint count;
    guint parallel;    /* unanswered at most */
    bool twice;        /* the first list is offered in both orders at once */
    bool hold;         /* after the first list: nothing until peel_expect */
    bool brief;        /* it will be left after the first answer: nothing is wanted ahead */
    bool unordered;    /* who is preferred to whom is not asked */
    bool few;          /* some servers read only the first few: the last lists are best first */
    bool plain;        /* nothing is guessed from one answer to the next, and no order asked: two
                          configurations answer. All is offered in one list, less what was
                          answered, until that is refused */
    guint limit;       /* code points in one list at most; 0: no limit */
    GPtrArray *orders; /* GArray * of uint32_t: other orders that a server may have; or NULL */
} PeelSpec;

typedef enum PeelState {
    PEEL_OPEN,
    PEEL_YES,
    PEEL_NO,      /* in a list that was refused, with all the others that were never chosen */
    PEEL_UNKNOWN, /* its lists were never answered */
} PeelState;

typedef enum PeelOrder {
    PEEL_ORDER_UNKNOWN, /* peel_order_reason says why */
    PEEL_ORDER_SERVER,  /* proven for each pair of neighbours, save those that are equal */
    PEEL_ORDER_CLIENT,  /* proven: a pair came out both ways, and nothing against it */
} PeelOrder;

/* What is known of one code point. */
typedef struct PeelItem {
    uint32_t code;
    PeelState state;
    const char *connection; /* yes: the one that shows it; no: of the list's refusal; may be NULL */
    const char *reason;     /* no: how it was refused; unknown: why; static or NULL */
    bool failed;            /* no: it was chosen, and then something broke */
    guint tries;            /* no: hellos of the last list that were refused */
} PeelItem;

typedef struct Peel Peel;

Peel *peel_new(const PeelSpec *spec);
void peel_free(Peel *peel);

/* The order that is to be expected from now on (codes, best first; NULL: none) and who is expected
 * to choose. Ends a hold. With an order only the ones in it are thought likely. */
void peel_expect(Peel *peel, const GArray *codes, PeelHabit habit);

/* At least this likely from now on. */
void peel_weigh(Peel *peel, uint32_t code, double weight);

/* The next list (uint32_t, in the order to be offered), the caller's; NULL: nothing now. */
GArray *peel_ask(Peel *peel, guint *ticket);

/* How likely it is that a ticket's list has something acceptable: the sum of its weights. */
double peel_hope(const Peel *peel, guint ticket);

/* The answers to a ticket; `tries` is how often it was refused so. peel_chosen: true if that is
 * news. peel_failed: something in the list was chosen, and the server broke over it, so that
 * nothing is said of the rest. peel_lost: never answered. Strings are static, but `connection`,
 * which is copied. */
bool peel_chosen(Peel *peel, guint ticket, uint32_t code, const char *connection);
void peel_refused(Peel *peel, guint ticket, guint tries, const char *connection,
                  const char *reason);
void peel_failed(Peel *peel, guint ticket, const char *connection, const char *reason);
void peel_lost(Peel *peel, guint ticket, const char *reason);

/* The hello of that ticket failed for another reason than its list: the list is asked again. */
void peel_again(Peel *peel, guint ticket);

/* A code point that was refused here is accepted in a list of another kind of hello: it is asked
 * again, alone. If it is accepted so, something else in its list was in front of it and was refused
 * only once it was chosen; then all that was refused is asked again, kind by kind. */
void peel_recheck(Peel *peel, uint32_t code);

/* All that was refused is asked again in its lists. */
void peel_relist(Peel *peel);

/* Nothing is asked any more: what is open becomes unknown. */
void peel_stop(Peel *peel, const char *reason);

/* True where what was told cannot all come from one server with one configuration. */
bool peel_contradicted(const Peel *peel);

/* Hellos that it has use for: those that peel_ask would give now, and those that the answers to
 * come will likely lead to. */
guint peel_want(const Peel *peel);

/* Hellos that it will likely still take, those that are out included. */
guint peel_left(const Peel *peel);

bool peel_over(const Peel *peel);

/* All that was likely is answered. */
bool peel_settled(const Peel *peel);

/* All that is accepted is known; its order may not be. */
bool peel_closed(const Peel *peel);

/* Who it looks as if chooses. */
PeelHabit peel_habit(const Peel *peel);

/* Code points in one list at most, since longer ones were lost; 0: no limit. */
guint peel_limit(const Peel *peel);

/* How many are accepted; whether any is. */
guint peel_accepted(const Peel *peel);
bool peel_any(const Peel *peel);

/* Whether the first list was answered. */
bool peel_begun(const Peel *peel);

/* The code points in one state (PeelItem), the accepted ones in the order in which they were
 * preferred, the others as they were given; to be freed with g_array_unref. Strings are borrowed.
 */
GArray *peel_items(const Peel *peel, PeelState state);

/* Once it is over: who chooses. */
PeelOrder peel_order(const Peel *peel);
const char *peel_order_reason(const Peel *peel);

/* Of an order of the server: the one at `place` and the next one are equal, so that between them
 * the client chooses. */
bool peel_equal(const Peel *peel, guint place);

/* Of an order of the server: a client that lists a shy one first gets it all the same. */
bool peel_shy_first(const Peel *peel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peel, peel_free)

#endif
