/* How the accepted ones of a list are found.
 *
 * 1. Only two things are believed: an answer shows its code point accepted; a refusal of a list
 *    shows its whole list refused. Expected orders, weights and the server's habit only choose
 *    what is asked next.
 * 2. First, all of them are offered, worst first: an answer that was listed behind others proves
 *    a strict preference. With `twice` also best first: the same answer means that the server has
 *    an order, two answers that it follows the client.
 * 3. A server that follows the client: what stands before its answer is taken for refused (until
 *    6). What is undecided is dealt into at most as many parts as may be out; in each the answers
 *    come from worst to best, and a part is left when little is expected of it. So it is where it
 *    does not matter who is preferred, but there a part may be answered in any order.
 * 4. A server with an order: a chain offers all from a place of the expected order on, less what
 *    it was answered, so that each answer stands above all that is left. Where the order can be
 *    relied on, more chains begin at the weighted middle of the widest range that lies ahead of
 *    one, and one ends where little is expected of its range, or where it is answered from a
 *    lower one's. Otherwise there is one chain, and it goes on until it is refused.
 * 5. A list that is never answered may be too long: the rest is asked in smaller lists. A list
 *    over which the server breaks is halved between kinds, then the likely ones are asked alone,
 *    the others halved, until what breaks it is alone. One that breaks over sixteen lists and has
 *    answered none is broken, and nothing is known.
 * 6. At last, all that was never chosen is offered until it is refused, in one list or in the lists
 *    that the entries name; where a chain was refused with all of it, only the first of these. What
 * is chosen here was wrongly thought refused in 3 or 4, and is no less accepted.
 * 7. Some servers choose what they cannot do, and say then what they say to a list without anything
 *    acceptable: so it hides what stands below. Where a list that was refused had something in it
 *    that another one shows to be accepted, all that was refused is asked again, kind by kind. Only
 *    entries that name lists are looked at so; for others it is a contradiction.
 */
#include "worker/probe/peel.h"

#include "worker/probe/peel_inner.h"

#define WORTHWHILE 1.5  /* expected of a range that is cut in two */
#define LIKELY     0.45 /* worth a hello of a part where who is preferred does not matter */

enum {
    ENOUGH = 3, /* answers that show whether an order fits */
    ENOUGH_AT_MOST = 6,
    FAILURES = 16, /* in a row from the first hello on, that show it breaks over anything */
    REPEATED = 3,  /* answers had twice that show it does not */
};

static void hello_free(void *data)
{
    Hello *hello = data;
    g_array_unref(hello->list);
    g_free(hello);
}

static void chain_free(void *data)
{
    Chain *chain = data;
    if (chain->part)
        g_array_unref(chain->part);
    g_array_unref(chain->gone);
    g_free(chain);
}

Peel *peel_new(const PeelSpec *spec)
{
    Peel *peel = g_new0(Peel, 1);
    peel->count = spec->count;
    peel->items = g_new0(Item, spec->count + 1);
    peel->ranked = g_new0(guint, spec->count + 1);
    for (guint i = 0; i < spec->count; i++) {
        peel->items[i].entry = spec->entries[i];
        peel->items[i].rank = i;
        peel->ranked[i] = i;
    }
    peel->parallel = MAX(spec->parallel, 1);
    peel->limit = spec->limit ? spec->limit : G_MAXUINT;
    peel->twice = spec->twice && spec->count > 1 && !spec->plain;
    for (guint i = 0; i < spec->count; i++) {
        if (spec->plain)
            peel->items[i].entry.lists = 0;
        peel->lists |= peel->items[i].entry.lists;
    }
    peel->hold = spec->hold && !spec->plain;
    peel->unordered = spec->unordered;
    peel->best_first = spec->few || spec->unordered;
    peel->brief = spec->brief;
    peel->plain = spec->plain;
    peel->orders = spec->orders ? g_ptr_array_ref(spec->orders) : NULL;
    peel->hellos = g_ptr_array_new_with_free_func(hello_free);
    peel->chains = g_ptr_array_new_with_free_func(chain_free);
    peel->equal = g_array_new(FALSE, TRUE, sizeof(bool));
    g_queue_init(&peel->pending);
    g_queue_init(&peel->pairs);
    peel->phase = spec->count ? PHASE_FIRST : PHASE_OVER;
    return peel;
}

void peel_free(Peel *peel)
{
    if (!peel)
        return;
    for (guint i = 0; i < peel->count; i++)
        g_free(peel->items[i].connection);
    g_free(peel->items);
    g_free(peel->ranked);
    g_ptr_array_unref(peel->hellos);
    g_ptr_array_unref(peel->chains);
    g_queue_clear_full(&peel->pending, peel_pending_free);
    g_queue_clear_full(&peel->pairs, (GDestroyNotify)g_array_unref);
    if (peel->ordered)
        g_array_unref(peel->ordered);
    g_array_unref(peel->equal);
    if (peel->orders)
        g_ptr_array_unref(peel->orders);
    g_free(peel);
}

static Hello *hello_at(const Peel *peel, guint ticket)
{
    return g_ptr_array_index(peel->hellos, ticket);
}

static double hope_of_list(const Peel *peel, const GArray *list)
{
    double sum = 0;
    for (guint i = 0; i < list->len; i++) {
        const Item *item = &peel->items[g_array_index(list, guint, i)];
        sum += item->state == PEEL_YES ? 1 : item->entry.weight;
    }
    return sum;
}

double peel_hope(const Peel *peel, guint ticket)
{
    return hope_of_list(peel, hello_at(peel, ticket)->list);
}

static bool gone(const Chain *chain, guint item)
{
    return g_array_index(chain->gone, bool, item);
}

static double hope_of_chain(const Peel *peel, const Chain *chain)
{
    if (!chain->part)
        return peel_hope_of(peel, chain->reached, chain->end);
    double sum = 0;
    for (guint i = 0; i < chain->part->len; i++) {
        const Item *item = &peel->items[g_array_index(chain->part, guint, i)];
        bool likely = peel->unordered ? item->entry.weight >= LIKELY : item->rank < chain->reached;
        if (item->state == PEEL_OPEN && likely)
            sum += item->entry.weight;
    }
    return sum;
}

/* ---- chains ---- */

static Chain *add_chain(Peel *peel, guint start, guint end)
{
    Chain *chain = g_new0(Chain, 1);
    chain->start = chain->reached = start;
    chain->end = end;
    chain->gone = g_array_sized_new(FALSE, TRUE, sizeof(bool), peel->count);
    g_array_set_size(chain->gone, peel->count);
    g_ptr_array_add(peel->chains, chain);
    return chain;
}

static Chain *chain_at(const Peel *peel, guint index)
{
    return g_ptr_array_index(peel->chains, index);
}

/* What a chain offers, worst first; where there is no order to prove best first, for some libraries
 * read only the first few dozen. */
static GArray *chain_list(const Peel *peel, const Chain *chain)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(guint));
    if (chain->part) {
        for (guint i = 0; i < chain->part->len; i++) {
            guint item = g_array_index(chain->part, guint, i);
            if (!gone(chain, item))
                g_array_append_val(list, item);
        }
        return list;
    }
    for (guint i = chain->start; i < peel->count; i++) {
        guint rank = peel->unordered ? i : peel->count - 1 - (i - chain->start);
        guint item = peel->ranked[rank];
        if (!gone(chain, item))
            g_array_append_val(list, item);
    }
    return list;
}

/* Step 3: the undecided between both answers, the expected ones dealt alternately. */
static void deal(Peel *peel, guint from, guint to)
{
    double hope = peel_hope_of(peel, from, to);
    guint parts = CLAMP((guint)(hope / WORTHWHILE), 1, peel->parallel), next = 0;
    double heap[16] = {0};
    parts = MIN(parts, G_N_ELEMENTS(heap));
    if (hope < PEEL_HOPELESS)
        return;
    guint first = peel->chains->len;
    for (guint i = 0; i < parts; i++) {
        Chain *chain = add_chain(peel, from, to);
        chain->part = g_array_new(FALSE, FALSE, sizeof(guint));
        chain->reached = to;
    }
    for (guint rank = to; rank-- > from;) {
        guint item = peel->ranked[rank];
        if (peel->items[item].state != PEEL_OPEN)
            continue;
        for (guint i = 0; i < parts; i++)
            if (heap[i] < heap[next])
                next = i;
        heap[next] += peel->items[item].entry.weight;
        g_array_append_val(chain_at(peel, first + next)->part, item);
    }
}

/* Step 4: another chain in the widest range ahead of one. */
static bool split(Peel *peel)
{
    Chain *widest = NULL;
    double most = 0;
    for (guint i = 0; i < peel->chains->len; i++) {
        Chain *chain = chain_at(peel, i);
        double hope = chain->over || chain->part ? 0 : hope_of_chain(peel, chain);
        if (hope - (chain->out ? 1 : 0) > MAX(most, WORTHWHILE)) {
            widest = chain;
            most = hope - (chain->out ? 1 : 0);
        }
    }
    if (!widest)
        return false;
    double half = hope_of_chain(peel, widest) / 2 + (widest->out ? 0.5 : 0), sum = 0;
    guint rank = widest->reached;
    for (; rank < widest->end && sum < half; rank++)
        sum += peel_hope_of(peel, rank, rank + 1);
    if (rank <= widest->reached || rank >= widest->end)
        return false;
    Chain *lower = add_chain(peel, rank, widest->end);
    for (guint i = 0; i < peel->count; i++)
        if (peel->items[i].rank >= rank && gone(widest, i))
            g_array_index(lower->gone, bool, i) = true;
    widest->end = rank;
    return true;
}

static Chain *idle_chain(const Peel *peel)
{
    for (guint i = 0; i < peel->chains->len; i++)
        if (!chain_at(peel, i)->over && !chain_at(peel, i)->out)
            return chain_at(peel, i);
    return NULL;
}

static bool chains_over(const Peel *peel)
{
    for (guint i = 0; i < peel->chains->len; i++)
        if (!chain_at(peel, i)->over)
            return false;
    return true;
}

/* ---- phases ---- */

/* True if a list holds everything that was never chosen. */
static bool covers(const Peel *peel, const GArray *list)
{
    g_autofree bool *listed = g_new0(bool, peel->count + 1);
    for (guint i = 0; i < list->len; i++)
        listed[g_array_index(list, guint, i)] = true;
    for (guint i = 0; i < peel->count; i++)
        if (peel->items[i].state != PEEL_YES && !listed[i])
            return false;
    return true;
}

static void begin_lists(Peel *peel)
{
    peel->phase = PHASE_LISTS;
    peel_add_open(peel);
    peel_cut_pending(peel);
}

/* Step 7: whether a list was refused that has something acceptable. */
static bool hides(const Peel *peel)
{
    for (guint i = 0; i < peel->hellos->len; i++) {
        const Hello *hello = hello_at(peel, i);
        for (guint j = 0; hello->chosen == CHOSE_NOTHING && j < hello->list->len; j++)
            if (peel->items[g_array_index(hello->list, guint, j)].state == PEEL_YES)
                return true;
    }
    return false;
}

/* The answers to the first lists decide how to go on. */
static void begin_chains(Peel *peel)
{
    int worst = hello_at(peel, 0)->chosen;
    int best = peel->hellos->len > 1 && peel->twice ? hello_at(peel, 1)->chosen : CHOSE_UNKNOWN;
    if (worst < 0 || peel->limit < peel->count) {
        begin_lists(peel);
        return;
    }
    peel->phase = PHASE_CHAINS;
    if (best >= 0)
        peel->habit = best == worst ? PEEL_HABIT_SERVER : PEEL_HABIT_CLIENT;
    if (peel->unordered) {
        deal(peel, 0, peel->count);
        return;
    }
    if (peel->habit == PEEL_HABIT_CLIENT) {
        deal(peel, best >= 0 ? peel->items[best].rank + 1 : 0, peel->items[worst].rank);
        return;
    }
    Chain *chain = add_chain(peel, 0, peel->count);
    g_array_index(chain->gone, bool, worst) = true;
    if (peel->trusted)
        chain->reached = peel->items[worst].rank + 1;
    if (peel->trusted && hope_of_chain(peel, chain) < PEEL_HOPELESS)
        chain->over = true;
}

/* Goes to the next phase where one has nothing left. */
static void advance(Peel *peel)
{
    if (peel->phase == PHASE_FIRST && !peel->out && peel->first_asked && !peel->hold &&
        peel->first_asked >= (peel->twice ? 2 : 1))
        begin_chains(peel);
    if (peel->phase == PHASE_CHAINS && !peel->out && chains_over(peel))
        begin_lists(peel);
    bool listed = peel->phase == PHASE_LISTS && !peel->out && !peel->pending.length;
    if (listed && peel->lists && !peel->by_kind && hides(peel)) {
        peel->by_kind = true;
        peel_reopen(peel);
        begin_lists(peel);
        listed = !peel->pending.length;
    }
    if (listed) {
        peel->phase = PHASE_ORDER;
        peel_order_step(peel);
    } else if (peel->phase == PHASE_ORDER && !peel->out && !peel->pairs.length) {
        peel_order_step(peel);
    }
}

/* ---- asking ---- */

void peel_unshy(const Peel *peel, GArray *list)
{
    if (!list->len || !peel->items[g_array_index(list, guint, 0)].entry.shy)
        return;
    for (guint i = 1; i < list->len; i++) {
        guint item = g_array_index(list, guint, i);
        if (peel->items[item].entry.shy)
            continue;
        g_array_remove_index(list, i);
        g_array_prepend_val(list, item);
        return;
    }
}

static GArray *ask_first(Peel *peel, Hello *hello)
{
    bool twice = peel->twice;
    if (peel->first_asked >= (twice ? 2 : 1) || peel->limit < peel->count)
        return NULL;
    bool best_first = peel->first_asked == 1 || peel->unordered;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < peel->count; i++)
        g_array_append_val(list, peel->ranked[best_first ? i : peel->count - 1 - i]);
    peel->first_asked++;
    hello->source = 0;
    return list;
}

static GArray *ask_chain(Peel *peel, Hello *hello)
{
    Chain *chain = idle_chain(peel);
    if (!chain && peel->trusted && split(peel))
        chain = idle_chain(peel);
    if (!chain)
        return NULL;
    chain->out = true;
    for (guint i = 0; i < peel->chains->len; i++)
        if (chain_at(peel, i) == chain)
            hello->source = i;
    return chain_list(peel, chain);
}

static GArray *ask_pending(Peel *peel, Hello *hello)
{
    peel_cut_pending(peel);
    for (GList *at = peel->pending.head; at; at = at->next) {
        Pending *pending = at->data;
        if (pending->out)
            continue;
        pending->out = true;
        hello->source = pending->number;
        return g_array_copy(pending->items);
    }
    return NULL;
}

static GArray *ask_pair(Peel *peel, Hello *hello)
{
    GArray *list = g_queue_pop_head(&peel->pairs);
    hello->special = list && peel->ordered && list->len == peel->accepted && peel->shy_asked == 1;
    if (hello->special)
        peel->shy_asked = 2;
    return list;
}

GArray *peel_ask(Peel *peel, guint *ticket)
{
    static GArray *(*const asks[])(Peel *, Hello *) = {
        [PHASE_FIRST] = ask_first,
        [PHASE_CHAINS] = ask_chain,
        [PHASE_LISTS] = ask_pending,
        [PHASE_ORDER] = ask_pair,
    };
    if (peel->phase == PHASE_FIRST && (peel->plain || peel->limit < peel->count) && !peel->out)
        begin_lists(peel);
    else
        advance(peel);
    if (peel->phase == PHASE_OVER || peel->out >= peel->parallel)
        return NULL;
    Hello *hello = g_new0(Hello, 1);
    hello->phase = peel->phase;
    hello->chosen = CHOSE_PENDING;
    hello->list = asks[peel->phase](peel, hello);
    if (!hello->list) {
        g_free(hello);
        return NULL;
    }
    if (!hello->special)
        peel_unshy(peel, hello->list);
    *ticket = peel->hellos->len;
    g_ptr_array_add(peel->hellos, hello);
    peel->out++;
    GArray *codes = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), hello->list->len);
    for (guint i = 0; i < hello->list->len; i++) {
        guint item = g_array_index(hello->list, guint, i);
        g_array_append_val(codes, peel->items[item].entry.code);
    }
    return codes;
}

/* ---- answers ---- */

/* The hello of that ticket is in. */
static Hello *settle(Peel *peel, guint ticket, int chosen)
{
    Hello *hello = hello_at(peel, ticket);
    hello->chosen = chosen;
    if (chosen >= 0 || chosen == CHOSE_NOTHING)
        peel->answered = true;
    peel->out--;
    if (hello->phase == PHASE_CHAINS)
        chain_at(peel, hello->source)->out = false;
    return hello;
}

static bool accept(Peel *peel, guint index, const char *connection)
{
    Item *item = &peel->items[index];
    if (item->state == PEEL_YES)
        return false;
    if (item->state == PEEL_NO && !item->failed && !peel->lists)
        peel->contradicted = true;
    item->state = PEEL_YES;
    item->failed = false;
    item->reason = NULL;
    g_free(item->connection);
    item->connection = g_strdup(connection);
    peel->accepted++;
    return true;
}

/* Step 4: whether the order that is expected can be relied on. */
static void consider(Peel *peel, Chain *chain)
{
    g_autoptr(GArray) answers = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < peel->hellos->len; i++) {
        const Hello *hello = hello_at(peel, i);
        if (hello->chosen >= 0 && (i == 0 || hello->phase == PHASE_CHAINS))
            g_array_append_val(answers, hello->chosen);
    }
    if (answers->len < ENOUGH || answers->len > ENOUGH_AT_MOST || !peel_trust(peel, answers))
        return;
    chain->reached = peel->items[g_array_index(answers, guint, answers->len - 1)].rank + 1;
    chain->over = hope_of_chain(peel, chain) < PEEL_HOPELESS;
}

/* The order was not what it was taken for: one chain again, of all that was not answered. */
static void distrust(Peel *peel)
{
    peel->trusted = false;
    for (guint i = 1; i < peel->chains->len; i++)
        chain_at(peel, i)->over = true;
    Chain *chain = chain_at(peel, 0);
    for (guint i = 0; i < peel->count; i++)
        if (peel->items[i].state == PEEL_YES)
            g_array_index(chain->gone, bool, i) = true;
    chain->end = peel->count;
    chain->over = false;
}

static void chain_chosen(Peel *peel, Chain *chain, guint item, bool news)
{
    guint rank = peel->items[item].rank;
    g_array_index(chain->gone, bool, item) = true;
    if (chain->part) {
        chain->reached = MIN(chain->reached, rank);
        chain->over = hope_of_chain(peel, chain) < PEEL_HOPELESS;
        return;
    }
    if (!peel->trusted) {
        if (peel->chains->len == 1 && !peel->repeated)
            consider(peel, chain);
        return;
    }
    if (rank >= chain->end) {
        for (guint i = 0; i < peel->chains->len; i++)
            if (chain_at(peel, i)->start <= rank)
                g_array_index(chain_at(peel, i)->gone, bool, item) = true;
        chain->over = true;
        return;
    }
    if (!news && ++peel->repeated > REPEATED) {
        distrust(peel);
        return;
    }
    peel_passed(peel, chain->reached, rank);
    chain->reached = MAX(chain->reached, rank + 1);
    chain->over = hope_of_chain(peel, chain) < PEEL_HOPELESS;
}

bool peel_chosen(Peel *peel, guint ticket, uint32_t code, const char *connection)
{
    int index = peel_find(peel, code);
    if (index < 0) {
        peel_lost(peel, ticket, NULL);
        return false;
    }
    Hello *hello = settle(peel, ticket, index);
    peel->begun = true;
    bool news = accept(peel, (guint)index, connection);
    if (hello->phase == PHASE_CHAINS)
        chain_chosen(peel, chain_at(peel, hello->source), (guint)index, news);
    GList *at = peel_pending_of(peel, hello);
    if (at)
        ((Pending *)at->data)->out = false;
    peel_take_pending(peel, (guint)index);
    if (hello->special && peel->items[index].entry.shy &&
        peel->items[index].rank != peel->items[g_array_index(peel->ordered, guint, 0)].rank)
        peel->shy_first = true;
    advance(peel);
    return news;
}

static void refuse_items(Peel *peel, const GArray *list, guint tries, const char *connection,
                         const char *reason)
{
    for (guint i = 0; i < list->len; i++) {
        Item *item = &peel->items[g_array_index(list, guint, i)];
        if (item->state == PEEL_YES)
            continue;
        item->state = PEEL_NO;
        item->reason = reason;
        item->tries = tries;
        g_free(item->connection);
        item->connection = g_strdup(connection);
    }
}

static void check_refused(Peel *peel, const GArray *list)
{
    for (guint i = 0; i < list->len; i++)
        if (peel->items[g_array_index(list, guint, i)].state == PEEL_YES)
            peel->contradicted = true;
}

void peel_refused(Peel *peel, guint ticket, guint tries, const char *connection, const char *reason)
{
    Hello *hello = settle(peel, ticket, CHOSE_NOTHING);
    peel->begun = true;
    if (hello->phase == PHASE_CHAINS)
        chain_at(peel, hello->source)->over = true;
    GList *at = peel_pending_of(peel, hello);
    if (at) {
        refuse_items(peel, ((Pending *)at->data)->items, tries, connection, reason);
        peel_drop_pending(peel, at);
    } else if (covers(peel, hello->list)) {
        refuse_items(peel, hello->list, tries, connection, reason);
        if (hello->phase == PHASE_CHAINS)
            peel_reopen_first(peel);
    }
    if (hello->phase != PHASE_LISTS && !peel->lists)
        check_refused(peel, hello->list);
    advance(peel);
}

void peel_failed(Peel *peel, guint ticket, const char *connection, const char *reason)
{
    Hello *hello = settle(peel, ticket, CHOSE_UNKNOWN);
    peel->begun = true;
    if (hello->phase == PHASE_CHAINS)
        chain_at(peel, hello->source)->over = true;
    if (!peel->answered && ++peel->failures >= FAILURES)
        peel_break(peel, reason);
    GList *at = peel_pending_of(peel, hello);
    if (at) {
        Pending *pending = at->data;
        if (pending->items->len == 1) {
            refuse_items(peel, pending->items, 1, connection, reason);
            peel->items[g_array_index(pending->items, guint, 0)].failed = true;
        } else {
            peel_cut_failed(peel, pending->items);
        }
        peel_drop_pending(peel, at);
    }
    advance(peel);
}

void peel_lost(Peel *peel, guint ticket, const char *reason)
{
    Hello *hello = settle(peel, ticket, CHOSE_UNKNOWN);
    if (hello->phase == PHASE_CHAINS)
        chain_at(peel, hello->source)->over = true;
    bool shorter = peel_shorten(peel, hello->list->len);
    GList *at = peel_pending_of(peel, hello);
    if (at)
        ((Pending *)at->data)->out = false;
    if (at && !shorter) {
        peel_give_up(peel, ((Pending *)at->data)->items, reason);
        peel_drop_pending(peel, at);
        if (!peel->begun)
            peel_give_up_all(peel, reason);
    }
    advance(peel);
}

void peel_again(Peel *peel, guint ticket)
{
    Hello *hello = settle(peel, ticket, CHOSE_UNKNOWN);
    GList *at = peel_pending_of(peel, hello);
    if (at)
        ((Pending *)at->data)->out = false;
    if (hello->phase == PHASE_FIRST)
        peel->first_asked = 0;
    if (hello->phase == PHASE_ORDER)
        g_queue_push_tail(&peel->pairs, g_array_copy(hello->list));
}

void peel_recheck(Peel *peel, uint32_t code)
{
    int item = peel_find(peel, code);
    if (item < 0 || peel->items[item].state != PEEL_NO || peel->by_kind)
        return;
    GArray *alone = g_array_new(FALSE, FALSE, sizeof(guint));
    guint index = (guint)item;
    g_array_append_val(alone, index);
    peel_add_pending(peel, alone);
    peel->phase = PHASE_LISTS;
}

void peel_relist(Peel *peel)
{
    peel->best_first = true;
    peel_reopen(peel);
    begin_lists(peel);
    advance(peel);
}

void peel_stop(Peel *peel, const char *reason)
{
    for (guint i = 0; i < peel->count; i++) {
        Item *item = &peel->items[i];
        if (item->state != PEEL_OPEN)
            continue;
        item->state = PEEL_UNKNOWN;
        item->reason = reason;
    }
    if (peel->phase != PHASE_OVER && !peel->order_reason)
        peel->order_reason = reason;
    peel->phase = PHASE_OVER;
}
