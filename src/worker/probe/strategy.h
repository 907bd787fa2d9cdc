/* strategy: one family of questions of a dive, as the pool (pool.h) sees it.
 *
 * The pool gives a free connection to the strategy of the lowest rank that has something to ask,
 * takes care of what is lost on the way, and tells what came of it. A strategy never sees a reset
 * or a time-out as an answer: only a verdict.
 */
#ifndef TLSDIVE_WORKER_PROBE_STRATEGY_H
#define TLSDIVE_WORKER_PROBE_STRATEGY_H

#include "worker/talk/ask.h"
#include "worker/tls/offer.h"

typedef enum Verdict {
    VERDICT_CHOSEN,  /* a ServerHello or HelloRetryRequest with something that was offered */
    VERDICT_REFUSED, /* all that was offered, and reproducibly so */
    VERDICT_FAILED,  /* an alert that is no refusal: the server broke over something in it */
    VERDICT_LOST,    /* never answered, however often it was asked; or answered with nonsense */
} Verdict;

/* What came of a hello. All borrowed. */
typedef struct Told {
    Verdict verdict;
    const Offer *offer;
    const Reply *reply; /* the last one */
    const char *connection;
    const char *reason; /* why it is not CHOSEN; CHOSEN: what is illegal about it, or NULL */
    const json_t *args; /* of the reason; may be NULL */
    guint tries, of;    /* hellos that were answered so, and that were sent */
} Told;

typedef struct Strategy Strategy;

typedef struct StrategyClass {
    /* The next hello, not sealed (form.h), the caller's; NULL: nothing now. `tag` is given back
     * with the answer. */
    Offer *(*ask)(Strategy *strategy, guint *tag);
    /* The connection that the next hello goes to, told before each `ask`, for a strategy that
     * waits for one that suits it; NULL: there will be no better one. NULL: any does. */
    void (*on)(Strategy *strategy, const char *connection);
    void (*tell)(Strategy *strategy, guint tag, const Told *told);
    /* What came of each of its hellos before it is judged, also of those that will be asked again
     * (LOST), and of connections that failed (without offer, reply and connection). NULL: not
     * wanted. */
    void (*hear)(Strategy *strategy, const Told *told);
    /* Hellos it has use for now, and those that answers to come will likely lead to. */
    guint (*want)(const Strategy *strategy);
    /* Hellos that it will likely still take in all. */
    guint (*left)(const Strategy *strategy);
    bool (*over)(const Strategy *strategy);
    /* No more hellos: what is open is said to be unknown. Called once, at the end, also where
     * nothing is open. */
    void (*stop)(Strategy *strategy, const char *reason);
    void (*free)(Strategy *strategy);
} StrategyClass;

/* Lower is asked first. The longest chains of hellos that wait for one another have the lowest, for
 * what waits for nothing fits in anywhere. */
enum {
    RANK_NOW = 1, /* suites of TLS 1.2: much else waits for them */
    RANK_FIRST,   /* TLS 1.3 */
    RANK_SOON,    /* groups, schemes, protocols */
    RANK_LATER,   /* lists that are asked side by side; lower versions, that TLS 1.2 helps with */
    RANK_LAST,    /* what is beside the point of a dive: only where a place would be empty */
};

/* The base of every strategy: the first member of its struct. */
struct Strategy {
    const StrategyClass *class;
    guint rank; /* the strategy may change it */
    bool raw;   /* where two configurations answer: its refusals are told as they come, not
                   confirmed, and it is not begun anew */
    bool
        settles; /* it settles a suspicion of that: once there is one it is asked among the first */
    bool last;   /* it is asked once all others are over */
};

#endif
