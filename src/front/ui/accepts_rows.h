/* accepts_rows: the answers of an endpoint as rows under versions. For accepts.c and its table. */
#ifndef TLSDIVE_FRONT_UI_ACCEPTS_ROWS_H
#define TLSDIVE_FRONT_UI_ACCEPTS_ROWS_H

#include "front/audit/strength.h"
#include "front/ui/view.h"

typedef enum AcceptsTab { TAB_SUITES, TAB_GROUPS, TAB_SCHEMES, TAB_REST, TABS } AcceptsTab;

/* Columns of answers: the first is for what was asked in no version, then answers_versions. */
enum { ACCEPTS_ANY, ACCEPTS_VERSIONS, ACCEPTS_COLUMNS = 10 };

/* What an answer looks like in a cell. */
typedef enum AcceptsSign {
    SIGN_UNASKED,
    SIGN_APART, /* does not apply: a suite that this version cannot have */
    SIGN_UNKNOWN,
    SIGN_NO,
    SIGN_YES,
    SIGN_SOME,   /* yes, but not every time */
    SIGN_FIRST,  /* yes, but of two configurations by the first alone */
    SIGN_SECOND, /* by the second */
    SIGN_FAILS,  /* yes, and then it fails */
} AcceptsSign;

typedef struct AcceptsCell {
    const Answer *answer; /* NULL: none */
    const char *key;      /* of its topic; "" */
    AcceptsSign sign;
    bool stale; /* being asked again */
} AcceptsCell;

typedef struct AcceptsRow {
    char *identity;       /* "<question>/<item>" */
    const char *question; /* interned; "version" has its version for an item */
    char *item; /* "" : of an order, or of the versions themselves; of "dh" a prime in words */
    AcceptsCell cells[2][ACCEPTS_COLUMNS]; /* of the endpoint, and of the one it is compared to */
    const CipherSuite *suite;              /* each NULL where it is none, or unknown */
    const Group *group;
    const Weakness *weaknesses[STRENGTH_MOST];
    guint weak;  /* how many */
    guint place; /* by the server's orders, where it has them */
    guint heard; /* which it was to be heard of */
} AcceptsRow;

typedef struct AcceptsRows {
    GPtrArray *rows;    /* AcceptsRow *, owned, of the tab; the server's favourites first */
    guint columns;      /* bits: columns in which something was asked */
    guint counts[TABS]; /* what is accepted, by tab; of the endpoint itself */
    guint accepted, refused, unknown; /* rows of the tab */
} AcceptsRows;

/* Both may be NULL: nothing was asked; nothing is compared. */
AcceptsRows *accepts_rows_new(const Answers *answers, const Answers *other, AcceptsTab tab);
void accepts_rows_free(AcceptsRows *rows);

/* The version of a column; "" for the first. */
const char *accepts_version(int column);

/* True where one of the two has another answer than the other; what cannot be is as good as what
 * is refused. */
bool accepts_differs_in(const AcceptsRow *row, int column);
bool accepts_differs(const AcceptsRow *row);

/* The suites that use the prime of a row, a JSON array; NULL where the row is about none. */
const json_t *accepts_sharers(const AcceptsRow *row, int column);

/* True where something is accepted that is weak, or fails. */
bool accepts_is_bad(const AcceptsRow *row);

/* True where nothing but no was said to it. */
bool accepts_is_refused(const AcceptsRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AcceptsRows, accepts_rows_free)

#endif
