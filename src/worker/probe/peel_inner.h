/* peel_inner: what the parts of a Peel share: peel.c finds the accepted ones, peel_lists.c cuts
 * lists, peel_expect.c guesses what is likely, peel_order.c puts the accepted ones in order.
 */
#ifndef TLSDIVE_WORKER_PROBE_PEEL_INNER_H
#define TLSDIVE_WORKER_PROBE_PEEL_INNER_H

#include "worker/probe/peel.h"

typedef enum PeelPhase {
    PHASE_FIRST,  /* all, in one order or both */
    PHASE_CHAINS, /* the likely ones */
    PHASE_LISTS,  /* all that was never chosen, until it is refused */
    PHASE_ORDER,  /* pairs that are not decided */
    PHASE_OVER,
} PeelPhase;

typedef struct Item {
    PeelEntry entry;
    PeelState state;
    char *connection;
    const char *reason;
    bool failed;
    guint rank; /* its place in the order that is expected */
    guint tries;
} Item;

enum { CHOSE_NOTHING = -1, CHOSE_UNKNOWN = -2, CHOSE_PENDING = -3 };

/* A list that was or is being offered. */
typedef struct Hello {
    GArray *list; /* guint: items, as offered */
    int chosen;   /* an item, or one of the above */
    PeelPhase phase;
    guint source; /* index of its chain; of its list the number */
    bool special; /* no evidence of order: a shy one stands first on purpose */
} Hello;

/* A range of the expected order that is walked down, or a part of its own. */
typedef struct Chain {
    guint start, end; /* ranks: of the range; offered is all from start on */
    guint reached;    /* the rank behind the last answer */
    GArray *part;     /* guint: items, of a client's order; NULL: a range */
    GArray *gone;     /* bool by item: not offered any more */
    bool out, over;
} Chain;

/* A list that is offered until it is refused. */
typedef struct Pending {
    guint number;
    GArray *items; /* guint */
    bool out;
} Pending;

struct Peel {
    Item *items; /* as given */
    guint count;
    guint *ranked;                /* items in the order that is expected */
    guint parallel, limit, lists; /* lists: all bits of the entries */
    bool twice, hold, trusted, unordered, brief, plain;
    PeelHabit habit;
    GPtrArray *orders; /* GArray * of uint32_t */
    guint repeated;    /* answers of one chain that another one had before */
    PeelPhase phase;
    guint first_asked, out, accepted, numbers;
    guint failures;    /* hellos over which the server broke, as long as it did nothing else */
    GPtrArray *hellos; /* Hello *, by ticket */
    GPtrArray *chains; /* Chain * */
    GQueue pending;    /* Pending * */
    bool begun, answered, contradicted;
    bool by_kind;    /* what was refused is asked again so */
    bool best_first; /* the last lists are */

    /* the order */
    guint asked_pairs;
    GQueue pairs;    /* GArray * of guint: lists to offer */
    GArray *ordered; /* guint: the accepted items, best first; NULL: not sorted yet */
    GArray *equal;   /* bool by place in `ordered` */
    PeelOrder order;
    const char *order_reason;
    guint shy_asked; /* 0: not yet, 1: out or answered */
    bool shy_first;
};

#define PEEL_HOPELESS 0.3 /* not worth a hello of its own: the last list finds it */

/* Lists that wait: another one (which is taken), all that is open, all cut to the limit, that of a
 * hello (NULL: it has none), one that is done. */
void peel_add_pending(Peel *peel, GArray *items);
void peel_add_open(Peel *peel);
void peel_cut_pending(Peel *peel);
GList *peel_pending_of(Peel *peel, const Hello *hello);
void peel_drop_pending(Peel *peel, GList *at);
void peel_pending_free(void *pending);

/* What was refused is open again: all of it; what is of the first of several lists. */
void peel_reopen(Peel *peel);
void peel_reopen_first(Peel *peel);

/* An item is accepted: it is taken from all of them. */
void peel_take_pending(Peel *peel, guint item);

/* A list over which the server broke: halved between two kinds, as long as it has several. */
void peel_cut_failed(Peel *peel, const GArray *items);

/* Shorter lists from here on; false if one of that length is short already. */
bool peel_shorten(Peel *peel, guint length);

/* The server breaks over whatever is offered: nothing is known of anything. */
void peel_break(Peel *peel, const char *reason);

/* What is open of a list becomes unknown; what is open of all lists, where not even a short one was
 * ever answered. */
void peel_give_up(Peel *peel, const GArray *list, const char *reason);
void peel_give_up_all(Peel *peel, const char *reason);

/* The index of a code point; -1: it is none of them. */
int peel_find(const Peel *peel, uint32_t code);

/* What is expected of the ranks from `from` to before `to`. */
double peel_hope_of(const Peel *peel, guint from, guint to);

/* Ranks from `from` to before `to` were passed over by an answer: their kinds are less likely. */
void peel_passed(Peel *peel, guint from, guint to);

/* The first answers of the only chain, in the order in which they came: takes the order that fits
 * them, and trusts it; false if none does. */
bool peel_trust(Peel *peel, const GArray *answers);

/* The phase of order begins, or goes on as all its pairs were told: queues pairs, or sets the order
 * and the phase that follows. */
void peel_order_step(Peel *peel);

/* A list of items with a shy one not at its head, if that can be helped. */
void peel_unshy(const Peel *peel, GArray *list);

#endif
