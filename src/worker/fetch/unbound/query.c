#include "worker/fetch/unbound/query.h"

#include <unbound-event.h>

enum { CLASS_IN = 1 };

static void on_answer(void *data, int rcode, void *packet, int size, int security, char *why,
                      int limited)
{
    UbQuery *query = data;
    const UbAnswer answer = {.rcode = rcode,
                             .packet = size > 0 ? packet : NULL,
                             .size = size > 0 ? (size_t)size : 0,
                             .security = (UbSecurity)security,
                             .why = why};
    (void)limited;
    query->done(query, &answer);
}

int ub_query_ask(struct ub_ctx *context, const char *name, int type, UbQuery *query)
{
    return ub_resolve_event(context, name, type, CLASS_IN, query, on_answer, NULL);
}
