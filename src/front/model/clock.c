#include "front/model/clock.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/model/verdicts.h"

static void choose_all(const Model *model, const GPtrArray *connections)
{
    for (guint i = 0; i < connections->len; i++)
        verdicts_choose(model, connections->pdata[i]);
}

void model_set_time(Model *model, bool asked, gint64 at)
{
    model->asked = asked;
    model->asked_at = at;
    model->version++;
    for (guint i = 0; i < model->endpoints->len; i++) {
        Endpoint *endpoint = model->endpoints->pdata[i];
        choose_all(model, endpoint->connections);
        choose_all(model, endpoint->questions);
        endpoint->version++;
        g_clear_pointer(&endpoint->findings, g_ptr_array_unref);
    }
}

static bool lies_between(gint64 instant, gint64 from, gint64 to)
{
    return instant >= MIN(from, to) && instant <= MAX(from, to);
}

static bool changes_between(const Connection *connection, gint64 from, gint64 to)
{
    for (guint i = 0; i < connection->certificates->len; i++) {
        const Certificate *certificate = connection->certificates->pdata[i];
        if (lies_between(certificate->not_before, from, to) ||
            lies_between(certificate->not_after, from, to))
            return true;
    }
    return false;
}

bool connection_needs_verdict(const Model *model, const Connection *connection)
{
    const Verdict *verdict = connection->verdict;
    gint64 time = 0, from = 0, until = 0;
    if (!connection->certificates || !connection->certificates->len)
        return false;
    if (!verdict || !text_to_time(fact_string(verdict->fact, "time", ""), &time))
        return true;
    if (!model->asked)
        return !connection->verdicts;
    if (time == model->asked_at)
        return false;
    return !verdict->trusted ||
           !text_to_time(fact_string(verdict->fact, "valid_from", ""), &from) ||
           !text_to_time(fact_string(verdict->fact, "valid_until", ""), &until) ||
           model->asked_at < from || model->asked_at > until ||
           changes_between(connection, time, model->asked_at);
}

const GPtrArray *connection_verdicts(const Connection *connection)
{
    GPtrArray *asked = connection->asked;
    bool counts = asked && g_ptr_array_find(asked, connection->verdict, NULL);
    return counts ? asked : connection->verdicts;
}
