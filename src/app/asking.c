#include "app/asking.h"

#include "app/link.h"
#include "common/fact/fact.h"
#include "common/util/limits.h"

enum { ASKING_AHEAD = 2048 }; /* endpoints that the process may have at once */

static const FactKind may_say[] = {
    FACT_HOST,  FACT_STATE,      FACT_CONNECTION, FACT_DIALOGUE,    FACT_MESSAGE, FACT_ALERT,
    FACT_BYTES, FACT_NEGOTIATED, FACT_CHAIN,      FACT_CERTIFICATE, FACT_DIVE,    FACT_ANSWER,
    FACT_TRY,   FACT_ERROR,      FACT_DONE,       FACT_UNKNOWN,
};

static const LinkRole role = {"prober", may_say, NULL};

/* An endpoint whose job is not over. */
typedef struct Asked {
    json_t *job;
    bool handshake, dive; /* what the job wants, and was not told to be over */
    bool begun;           /* something is under way for it */
    GSequenceIter *place; /* in the queue; NULL: the process has it */
    guint64 order;
    const char *state; /* interned; NULL: none but waiting was told */
    double began, at;  /* of its first state that is not waiting, and of its newest fact */
} Asked;

struct Asking {
    Link *link;
    AskingFact fact;
    void *data;
    GHashTable *asked; /* endpoint -> Asked, owned */
    GSequence *queue;  /* Asked, by weight, then order */
    guint64 orders;
    guint sent; /* endpoints that the process has */
    bool paused, pumping;
};

static const char *endpoint_of(const Asked *asked)
{
    return fact_string(asked->job, "endpoint", "");
}

static void asked_free(gpointer data)
{
    Asked *asked = data;
    if (asked->place)
        g_sequence_remove(asked->place);
    json_decref(asked->job);
    g_free(asked);
}

static gint by_weight(gconstpointer left, gconstpointer right, gpointer data)
{
    (void)data;
    const Asked *a = left;
    const Asked *b = right;
    json_int_t weights[] = {fact_integer(a->job, "weight", 0), fact_integer(b->job, "weight", 0)};
    if (weights[0] != weights[1])
        return weights[0] < weights[1] ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void enqueue(Asking *asking, Asked *asked)
{
    asked->place = g_sequence_insert_sorted(asking->queue, asked, by_weight, NULL);
}

/* A fact that ends a part of the job. */
static json_t *end_fact(const Asked *asked, FactKind kind, const char *reason, json_t *args)
{
    json_t *fact = fact_new(kind);
    bool stopped = g_str_equal(reason, "stopped");
    json_object_set(fact, "endpoint", json_object_get(asked->job, "endpoint"));
    json_object_set_new(fact, "result", json_string(stopped ? "stopped" : "worker-died"));
    json_object_set_new(fact, "reason", json_string(reason));
    if (args)
        json_object_set(fact, "args", args);
    if (kind == FACT_DIVE) {
        json_object_set_new(fact, "event", json_string("over"));
        json_object_set(fact, "depth", json_object_get(asked->job, "depth"));
        return fact;
    }
    json_object_set_new(fact, "phase", json_string(asked->state ? asked->state : "waiting"));
    json_object_set_new(fact, "took", json_real(asked->at - asked->began));
    return fact;
}

/* Ends a job that the process cannot end: what of it is not over. */
static void finish(Asking *asking, Asked *asked, const char *reason, json_t *args)
{
    g_autoptr(json_t) done = asked->handshake ? end_fact(asked, FACT_DONE, reason, args) : NULL;
    g_autoptr(json_t) over = asked->dive ? end_fact(asked, FACT_DIVE, reason, args) : NULL;
    json_decref(args);
    if (done && over) { /* the job is not over between the two */
        asked->handshake = false;
        asking->fact(asking->data, done);
        g_clear_pointer(&done, json_decref);
    }
    if (!asked->place)
        asking->sent--;
    g_hash_table_remove(asking->asked, endpoint_of(asked));
    asking->fact(asking->data, over ? over : done);
}

static GPtrArray *all_asked(Asking *asking)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer asked;
    g_hash_table_iter_init(&iter, asking->asked);
    while (g_hash_table_iter_next(&iter, NULL, &asked))
        g_ptr_array_add(all, asked);
    return all;
}

static void give_up(Asking *asking)
{
    g_autoptr(GPtrArray) all = all_asked(asking);
    for (guint i = 0; i < all->len; i++)
        finish(asking, all->pdata[i], "worker-gone", NULL);
}

/* Gives the process as much as it has use for. */
static void pump(Asking *asking)
{
    while (asking->sent < ASKING_AHEAD && link_room(asking->link)) {
        GSequenceIter *first = g_sequence_get_begin_iter(asking->queue);
        if (g_sequence_iter_is_end(first))
            return;
        bool fresh = !link_running(asking->link);
        Asked *asked = g_sequence_get(first);
        if (!link_send(asking->link, asked->job)) {
            give_up(asking);
            return;
        }
        g_sequence_remove(first);
        asked->place = NULL;
        asking->sent++;
        if (fresh && asking->paused)
            asking_pause(asking, true);
    }
}

static void on_died(void *data, const char *how, bool again)
{
    Asking *asking = data;
    g_autoptr(GPtrArray) all = all_asked(asking);
    for (guint i = 0; i < all->len; i++) {
        Asked *asked = all->pdata[i];
        if (asked->place)
            continue;
        if (asked->begun) {
            finish(asking, asked, "worker-died", json_pack("{s:s}", "how", how));
            continue;
        }
        asking->sent--;
        enqueue(asking, asked);
    }
    if (again)
        pump(asking);
    else
        give_up(asking);
}

static void on_room(void *data)
{
    pump(data);
}

/* Notes what a fact says of how far its endpoint is. */
static void note(Asked *asked, const json_t *fact)
{
    FactKind kind = fact_kind(fact);
    asked->at = fact_number(fact, "at", asked->at);
    if (kind == FACT_STATE) {
        const char *state = fact_string(fact, "state", "waiting");
        bool waits = g_str_equal(state, "waiting");
        if (!asked->state && !waits)
            asked->began = asked->at;
        asked->state = waits ? NULL : g_intern_string(state);
        asked->begun = !waits;
    } else if (kind == FACT_DONE) {
        asked->handshake = false;
    } else if (kind == FACT_DIVE) {
        asked->begun = true;
        if (g_str_equal(fact_string(fact, "event", ""), "over"))
            asked->handshake = asked->dive = false;
    }
}

/* Facts about an endpoint that is not being asked are none that we wait for. */
static void on_fact(void *data, json_t *fact)
{
    Asking *asking = data;
    const char *endpoint = fact_string(fact, "endpoint", NULL);
    Asked *asked = endpoint ? g_hash_table_lookup(asking->asked, endpoint) : NULL;
    if (endpoint && (!asked || asked->place))
        return;
    if (fact_kind(fact) == FACT_DONE && (!asked || !asked->handshake))
        return;
    if (asked)
        note(asked, fact);
    bool over = asked && !asked->handshake && !asked->dive;
    if (over) {
        asking->sent--;
        g_hash_table_remove(asking->asked, endpoint);
    }
    asking->fact(asking->data, fact);
    if (over)
        pump(asking);
}

static void on_error(void *data, json_t *fact)
{
    Asking *asking = data;
    asking->fact(asking->data, fact);
}

Asking *asking_new(uv_loop_t *loop, const char *const *arguments, AskingFact fact, void *data)
{
    Asking *asking = g_new0(Asking, 1);
    asking->fact = fact;
    asking->data = data;
    asking->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, asked_free);
    asking->queue = g_sequence_new(NULL);
    LinkEvents events = {
        .data = asking, .fact = on_fact, .error = on_error, .room = on_room, .died = on_died};
    asking->link = link_new(loop, &role, arguments, &events);
    return asking;
}

bool asking_ask(Asking *asking, json_t *job)
{
    const char *endpoint = fact_string(job, "endpoint", "");
    if (g_hash_table_contains(asking->asked, endpoint)) {
        json_decref(job);
        return false;
    }
    Asked *asked = g_new0(Asked, 1);
    asked->job = job;
    asked->handshake = fact_bool(job, "handshake", true);
    asked->dive = !g_str_equal(fact_string(job, "depth", "handshake"), "handshake");
    asked->order = asking->orders++;
    g_hash_table_insert(asking->asked, g_strdup(endpoint), asked);
    enqueue(asking, asked);
    pump(asking);
    return true;
}

static void send_plain(Asking *asking, const char *name, const char *endpoint)
{
    if (!link_running(asking->link))
        return;
    g_autoptr(json_t) job = json_pack("{s:s}", "job", name);
    if (endpoint)
        json_object_set_new(job, "endpoint", json_string(endpoint));
    link_send(asking->link, job);
}

bool asking_has(const Asking *asking, const char *endpoint)
{
    return g_hash_table_contains(asking->asked, endpoint);
}

bool asking_stop(Asking *asking, const char *endpoint)
{
    Asked *asked = g_hash_table_lookup(asking->asked, endpoint);
    if (!asked)
        return false;
    if (asked->place)
        finish(asking, asked, "stopped", NULL);
    else
        send_plain(asking, "stop", endpoint);
    return true;
}

void asking_stop_waiting(Asking *asking)
{
    g_autoptr(GPtrArray) all = all_asked(asking);
    for (guint i = 0; i < all->len; i++) {
        Asked *asked = all->pdata[i];
        if (!asked->begun)
            asking_stop(asking, endpoint_of(asked));
    }
}

void asking_pause(Asking *asking, bool paused)
{
    asking->paused = paused;
    send_plain(asking, paused ? "pause" : "resume", NULL);
}

void asking_suspended(Asking *asking)
{
    send_plain(asking, "suspended", NULL);
}

guint asking_left(const Asking *asking)
{
    return g_hash_table_size(asking->asked);
}

void asking_free(Asking *asking)
{
    if (!asking)
        return;
    link_free(asking->link);
    g_hash_table_unref(asking->asked);
    g_sequence_free(asking->queue);
    g_free(asking);
}
