/* What is watched: a question that is asked again and again. */
#include "front/ui/view.h"

#include "common/fact/fact.h"

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

/* Whether the answer is another than before. */
static void look(Watch *watch, const Endpoint *endpoint, double at)
{
    const json_t *item = json_array_get(json_object_get(watch->question, "items"), 0);
    const Answer *answer =
        answers_find(endpoint->answers, fact_string(watch->question, "question", ""),
                     fact_string(watch->question, "version", ""),
                     json_is_string(item) ? json_string_value(item) : "");
    if (!answer)
        return;
    if (watch->known && watch->word != answer->word) {
        watch->turns++;
        watch->turned = at;
    }
    watch->known = true;
    watch->word = answer->word;
}

/* One at a time: what is still being asked is not asked again. */
void desk_tick(Desk *desk, double at)
{
    Watch *watch = desk->watch;
    const Endpoint *endpoint = watch ? model_endpoint(desk->model, watch->endpoint) : NULL;
    if (endpoint)
        look(watch, endpoint, at);
    if (!endpoint || at < watch->next || desk->paused || answers_is_diving(endpoint->answers))
        return;
    watch->next = at + WATCH_EVERY;
    watch->times++;
    g_free(desk->port->question(desk->port->data, watch->endpoint, watch->question, 1));
}
