#include "front/model/verdicts.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "front/model/code.h"

static void verdict_free(gpointer data)
{
    Verdict *verdict = data;
    json_decref(verdict->fact);
    g_ptr_array_unref(verdict->reasons);
    g_free(verdict);
}

static Verdict *verdict_new(json_t *fact)
{
    const json_t *reasons = json_object_get(fact, "reasons"), *item;
    const json_t *matches = json_object_get(fact, "name_matches");
    Verdict *verdict = g_new0(Verdict, 1);
    size_t i;

    verdict->fact = json_incref(fact);
    verdict->trusted = fact_bool(fact, "trusted", FALSE);
    verdict->name_matches = json_is_boolean(matches) ? json_is_true(matches) : -1;
    verdict->reasons = g_ptr_array_new();
    json_array_foreach(reasons, i, item)
    {
        const char *code = code_intern(json_string_value(item));
        if (code && !g_ptr_array_find(verdict->reasons, code, NULL))
            g_ptr_array_add(verdict->reasons, (char *)code);
    }
    return verdict;
}

static bool same_member(const json_t *one, const json_t *other, const char *member)
{
    return json_equal(json_object_get(one, member), json_object_get(other, member));
}

/* A later verdict of a store takes the place of the one before. Those that were asked for another
 * time are kept apart, and only those of the time that was asked last. */
static void place_verdict(GPtrArray **list, Verdict *verdict, bool asked)
{
    if (*list && asked && !same_member(((Verdict *)(*list)->pdata[0])->fact, verdict->fact, "time"))
        g_clear_pointer(list, g_ptr_array_unref);
    if (!*list)
        *list = g_ptr_array_new_with_free_func(verdict_free);
    for (guint i = 0; i < (*list)->len; i++)
        if (same_member(((Verdict *)(*list)->pdata[i])->fact, verdict->fact, "store")) {
            verdict_free((*list)->pdata[i]);
            (*list)->pdata[i] = verdict;
            return;
        }
    if ((*list)->len < LIMIT_STORES)
        g_ptr_array_add(*list, verdict);
    else
        verdict_free(verdict);
}

/* True where these are for the model's time. */
static bool are_asked_for(const Model *model, const GPtrArray *verdicts)
{
    gint64 time;
    return model->asked && verdicts && verdicts->len &&
           text_to_time(fact_string(((Verdict *)verdicts->pdata[0])->fact, "time", ""), &time) &&
           time == model->asked_at;
}

/* Streams of older versions have one store, and do not say that it counts. */
void verdicts_choose(const Model *model, Connection *connection)
{
    const GPtrArray *verdicts = connection->verdicts;
    if (!verdicts || are_asked_for(model, connection->asked))
        verdicts = connection->asked;
    connection->verdict = NULL;
    for (guint i = 0; verdicts && i < verdicts->len; i++) {
        const Verdict *verdict = verdicts->pdata[i];
        if (!connection->verdict || fact_bool(verdict->fact, "primary", FALSE))
            connection->verdict = verdict;
    }
}

bool verdicts_fold(const Model *model, Connection *connection, json_t *fact)
{
    bool asked = fact_bool(fact, "asked", FALSE);

    if (!json_is_boolean(json_object_get(fact, "trusted")))
        return false;
    place_verdict(asked ? &connection->asked : &connection->verdicts, verdict_new(fact), asked);
    verdicts_choose(model, connection);
    return true;
}
