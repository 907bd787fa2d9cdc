/* What is watched: a question that is asked again and again. */
#include "front/ui/view.h"

#include <string.h>

enum { WATCH_EVERY = 1 }; /* seconds */

static void watch_free(Watch *watch)
{
    json_decref(watch->question);
    g_free(watch->endpoint);
    g_free(watch);
}

void desk_watch(Desk *desk, const char *endpoint, json_t *question)
{
    g_clear_pointer(&desk->watch, watch_free);
    if (!question)
        return;
    desk->watch = g_new0(Watch, 1);
    desk->watch->endpoint = g_strdup(endpoint);
    desk->watch->question = question;
    desk->watch->next = desk->at;
}

bool desk_is_watched(const Desk *desk, const char *endpoint, const json_t *question)
{
    const Watch *watch = desk->watch;
    return watch && g_str_equal(watch->endpoint, endpoint) && json_equal(watch->question, question);
}

/* One at a time: what is still being asked is not asked again. */
void desk_tick(Desk *desk, double at)
{
    Watch *watch = desk->watch;
    const Endpoint *endpoint = watch ? model_endpoint(desk->model, watch->endpoint) : NULL;
    if (!endpoint || at < watch->next || desk->paused || answers_is_diving(endpoint->answers))
        return;
    watch->next = at + WATCH_EVERY;
    watch->times++;
    g_free(desk->port->question(desk->port->data, watch->endpoint, watch->question, 1));
}
