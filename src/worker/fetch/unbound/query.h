/* query: a question to libunbound, and its answer as one structure.
 */
#ifndef TLSDIVE_WORKER_FETCH_UNBOUND_QUERY_H
#define TLSDIVE_WORKER_FETCH_UNBOUND_QUERY_H

#include <stddef.h>
#include <stdint.h>

struct ub_ctx;

/* What libunbound found out about an answer. */
typedef enum UbSecurity { UB_INSECURE, UB_BOGUS, UB_SECURE } UbSecurity;

typedef struct UbAnswer {
    int rcode;
    const uint8_t *packet; /* the message, borrowed; NULL: none */
    size_t size;
    UbSecurity security;
    const char *why; /* it is bogus; may be NULL; borrowed */
} UbAnswer;

/* The first member of what is kept of a question. */
typedef struct UbQuery {
    void (*done)(struct UbQuery *query, const UbAnswer *answer);
} UbQuery;

/* Asks for the records of a type (class IN). `done` is called once, perhaps from here already;
 * until then, or until the context is deleted, the query has to stay. 0, or an error of libunbound,
 * and `done` is not called. */
int ub_query_ask(struct ub_ctx *context, const char *name, int type, UbQuery *query);

#endif
