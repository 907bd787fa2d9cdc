/* fault: what is wrong with what a peer sent, as a reason of data/reasons.tsv with its arguments.
 */
#ifndef TLSDIVE_WORKER_TLS_FAULT_H
#define TLSDIVE_WORKER_TLS_FAULT_H

#include <glib.h>
#include <jansson.h>

typedef struct Fault {
    const char *reason; /* code of a reason, static */
    json_t *args;       /* its arguments, owned; NULL: none */
} Fault;

/* A fault. Takes the reference `args`, which may be NULL. */
Fault *fault_new(const char *reason, json_t *args);

/* "record-malformed" with {what}, from a printf format. */
Fault *fault_record(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* "message-malformed" with {name} and {what}, from a printf format. */
Fault *fault_message(const char *name, const char *format, ...) G_GNUC_PRINTF(2, 3);

void fault_free(Fault *fault);

/* An empty list of faults that owns what is added to it. */
GPtrArray *fault_list_new(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fault, fault_free)

#endif
