/* rows: the strategy of a table whose rows are one hello each: the usual one for suites that are
 * known to be accepted, but for what the row changes in it. So what comes of it is due to that.
 *
 * Tables: extra.c, features.c, nonsense.c.
 */
#ifndef TLSDIVE_WORKER_PROBE_ROWS_H
#define TLSDIVE_WORKER_PROBE_ROWS_H

#include "worker/probe/known.h"
#include "worker/probe/strategy.h"

/* The version in which a row is asked. */
typedef enum RowIn {
    ROW_OLDER,    /* the best one below TLS 1.3 */
    ROW_FALLBACK, /* the second best of all, below TLS 1.3 */
    ROW_TLS13,
    ROW_ANY, /* the best one below TLS 1.3, or TLS 1.3 where there is none */
} RowIn;

/* An extension with its data. */
typedef struct RowExtension {
    uint16_t type;
    guint8 size, data[8];
} RowExtension;

typedef struct Rows Rows;
typedef struct Row Row;

struct Row {
    const char *question; /* behaviour, feature, extension */
    const char *code;     /* its item; NULL: the extensions are */
    RowIn in;
    bool (*change)(Offer *offer); /* NULL: nothing; false: the row has no sense here */
    void (*judge)(Rows *rows, const Row *row, const Told *told); /* NULL: rows_judge */
    bool odd;        /* no server has to answer it (offer.h) */
    const char *how; /* what brings the certificate that comes; NULL: it is not looked at */
    const RowExtension *extensions; /* in place of the usual ones */
    guint count;                    /* of them; 0: the usual ones stay */
};

typedef struct RowsTable {
    const Row *rows;
    guint count;
    bool whole;  /* waits until every version is answered; else until the suites are known that the
                    row's hello has */
    size_t seen; /* bytes of what the judges keep from one row to the next */
    void (*end)(Rows *rows); /* after the last row was told; NULL: nothing */
} RowsTable;

struct Rows {
    Strategy base;
    Known *known;
    const RowsTable *table;
    guint next, out;
    void *seen; /* zero at first */
};

Strategy *rows_new(Known *known, const RowsTable *table);

/* Yes where the server went on, no where it refused, unknown where it was lost in every try; what
 * came with it is noted as always. */
void rows_judge(Rows *rows, const Row *row, const Told *told);

/* An answer about the row's items, with the connection of what was told; known_say takes it. */
json_t *rows_answer(const Row *row, const Told *told, const char *answer);

#endif
