#include "app/fetcher.h"

#include "app/link.h"
#include "common/fact/fact.h"

enum { FETCHER_AHEAD = 64 }; /* jobs that the process may have at once */

static const FactKind may_say[] = {FACT_FETCHED, FACT_DNS,   FACT_POLICY,
                                   FACT_BYTES,   FACT_ERROR, FACT_UNKNOWN};
static const char *const replies[] = {"answered", NULL};
static const LinkRole role = {"fetcher", may_say, replies};

typedef struct Work {
    json_t *job;
    FetcherDone done;
    void *data;
    bool sent, tried; /* the process has it; it died over it once */
} Work;

struct Fetcher {
    Link *link;
    FetcherFact fact;
    void *data;
    GHashTable *works; /* id -> Work: all that are not over */
    GQueue waiting;    /* Work: those that the process does not have */
    guint sent;
    guint64 ids;
    json_t *answer; /* the last fact that answers a job; NULL: none */
    uv_timer_t *turn;
};

static void work_free(gpointer data)
{
    Work *work = data;
    json_decref(work->job);
    g_free(work);
}

static void end(Fetcher *fetcher, Work *work, const json_t *answer, const char *how)
{
    g_autoptr(json_t) job = json_incref(work->job);
    FetcherDone done = work->done;
    void *data = work->data;
    fetcher->sent -= work->sent;
    g_hash_table_remove(fetcher->works, fact_string(job, "id", ""));
    done(data, job, answer, how);
}

static void pump(Fetcher *fetcher)
{
    while (fetcher->sent < FETCHER_AHEAD && link_room(fetcher->link)) {
        Work *work = g_queue_pop_head(&fetcher->waiting);
        if (!work)
            return;
        if (link_send(fetcher->link, work->job)) {
            work->sent = true;
            fetcher->sent++;
        } else {
            end(fetcher, work, NULL, "not started");
        }
    }
}

static void on_turn(uv_timer_t *timer)
{
    pump(timer->data);
}

static void pump_soon(Fetcher *fetcher)
{
    uv_timer_start(fetcher->turn, on_turn, 0, 0);
}

static void on_fact(void *data, json_t *fact)
{
    Fetcher *fetcher = data;
    FactKind kind = fact_kind(fact);
    if (kind == FACT_FETCHED || kind == FACT_DNS) {
        json_decref(fetcher->answer);
        fetcher->answer = json_incref(fact);
    }
    fetcher->fact(fetcher->data, fact);
}

static void on_reply(void *data, json_t *reply)
{
    Fetcher *fetcher = data;
    Work *work = g_hash_table_lookup(fetcher->works, fact_string(reply, "id", ""));
    g_autoptr(json_t) answer = g_steal_pointer(&fetcher->answer);
    if (!work || !work->sent)
        return;
    end(fetcher, work, answer, answer ? NULL : "refused");
    pump_soon(fetcher);
}

static void on_error(void *data, json_t *fact)
{
    Fetcher *fetcher = data;
    fetcher->fact(fetcher->data, fact);
}

static void on_room(void *data)
{
    pump(data);
}

static void on_died(void *data, const char *how, bool again)
{
    Fetcher *fetcher = data;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_clear_pointer(&fetcher->answer, json_decref);
    g_hash_table_iter_init(&iter, fetcher->works);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((Work *)value)->sent)
            g_ptr_array_add(all, value);
    for (guint i = 0; i < all->len; i++) {
        Work *work = all->pdata[i];
        if (work->tried || !again) {
            end(fetcher, work, NULL, how);
            continue;
        }
        work->tried = true;
        work->sent = false;
        fetcher->sent--;
        g_queue_push_tail(&fetcher->waiting, work);
    }
    pump_soon(fetcher);
}

Fetcher *fetcher_new(uv_loop_t *loop, const char *const *arguments, FetcherFact fact, void *data)
{
    Fetcher *fetcher = g_new0(Fetcher, 1);
    fetcher->fact = fact;
    fetcher->data = data;
    fetcher->works = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, work_free);
    g_queue_init(&fetcher->waiting);
    fetcher->turn = g_new0(uv_timer_t, 1);
    fetcher->turn->data = fetcher;
    uv_timer_init(loop, fetcher->turn);
    LinkEvents link = {.data = fetcher,
                       .fact = on_fact,
                       .reply = on_reply,
                       .error = on_error,
                       .room = on_room,
                       .died = on_died};
    fetcher->link = link_new(loop, &role, arguments, &link);
    return fetcher;
}

void fetcher_ask(Fetcher *fetcher, json_t *job, FetcherDone done, void *data)
{
    Work *work = g_new0(Work, 1);
    char *id = g_strdup_printf("%" G_GUINT64_FORMAT, ++fetcher->ids);
    json_object_set_new(job, "id", json_string(id));
    work->job = job;
    work->done = done;
    work->data = data;
    g_hash_table_insert(fetcher->works, id, work);
    g_queue_push_tail(&fetcher->waiting, work);
    pump_soon(fetcher);
}

guint fetcher_left(const Fetcher *fetcher)
{
    return g_hash_table_size(fetcher->works);
}

void fetcher_free(Fetcher *fetcher)
{
    if (!fetcher)
        return;
    link_free(fetcher->link);
    uv_close((uv_handle_t *)fetcher->turn, (uv_close_cb)g_free);
    g_queue_clear(&fetcher->waiting);
    g_hash_table_unref(fetcher->works);
    json_decref(fetcher->answer);
    g_free(fetcher);
}
