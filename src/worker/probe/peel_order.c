/* How the accepted ones are put in order.
 *
 * 1. Each answer is evidence about all accepted ones in its list: of those listed before it, that
 *    it is preferred to them strictly; of those listed behind it, that it is preferred or merely
 *    came first.
 * 2. Nothing strict, and a pair that came out both ways: the server follows the client. Where no
 *    pair has come out both ways yet, one is asked the other way round.
 * 3. Something strict: the server has an order. They are sorted by how many each one beats,
 *    through others too. Neighbours that came out both ways are equal: there the client chooses.
 *    Neighbours of which nothing strict is known are asked, the lower one first.
 * 4. A shy one at the head of a list would prove nothing against the others: another one that is
 *    lower still stands before it. If there is none, what is known without proof has to do.
 * 5. Once sorted, all are offered with the shy ones first: does the server follow that?
 * 6. Evidence against itself is no order: the servers behind the address differ. But where only
 *    shy ones and others came out both ways, as of a server that looks at what else the client
 * lists before them (Go's crypto/tls), there is no order between these: they are taken as equal.
 * 7. One of which the place is not known among many is sought by halves: it is asked beside the
 *    middle one of those that it may stand before or behind, out of the longest run whose order is
 *    known. Only then are neighbours asked.
 */
#include "worker/probe/peel_inner.h"

#include <string.h>

enum { FEW = 3 }; /* places among which none is sought by halves */

/* What is known of each pair of accepted ones; [x * n + y]: x against y. */
typedef struct Evidence {
    guint n;
    GArray *accepted;             /* guint: items, by index here */
    guint8 *strict, *weak, *over; /* over: strict, through others too */
    guint8 *wins;                 /* strict or weak, through others too */
} Evidence;

static void evidence_clear(Evidence *evidence)
{
    g_array_unref(evidence->accepted);
    g_free(evidence->strict);
    g_free(evidence->weak);
    g_free(evidence->over);
    g_free(evidence->wins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Evidence, evidence_clear)

static guint8 *cell(guint8 *matrix, guint n, guint x, guint y)
{
    return matrix + (gsize)x * n + y;
}

/* Step 1 for one answer; `places` gives the index here of an item, or -1. */
static void weigh(Evidence *evidence, const Hello *hello, const int *places)
{
    int x = places[hello->chosen];
    bool behind = false;
    for (guint i = 0; i < hello->list->len; i++) {
        guint item = g_array_index(hello->list, guint, i);
        int y = places[item];
        if ((int)item == hello->chosen)
            behind = true;
        else if (y >= 0)
            *cell(behind ? evidence->weak : evidence->strict, evidence->n, (guint)x, (guint)y) = 1;
    }
}

static void close_over(guint8 *matrix, guint n)
{
    for (guint via = 0; via < n; via++)
        for (guint x = 0; x < n; x++) {
            if (!*cell(matrix, n, x, via))
                continue;
            for (guint y = 0; y < n; y++)
                *cell(matrix, n, x, y) |= *cell(matrix, n, via, y);
        }
}

/* What follows from strict and weak. */
static void derive(Evidence *evidence)
{
    guint n = evidence->n;
    memcpy(evidence->over, evidence->strict, (gsize)n * n);
    for (guint x = 0; x < n; x++)
        for (guint y = 0; y < n; y++)
            *cell(evidence->wins, n, x, y) =
                *cell(evidence->strict, n, x, y) ||
                (*cell(evidence->weak, n, x, y) && !*cell(evidence->weak, n, y, x));
    close_over(evidence->over, n);
    close_over(evidence->wins, n);
}

static Evidence gather(const Peel *peel)
{
    Evidence evidence = {.accepted = g_array_new(FALSE, FALSE, sizeof(guint))};
    g_autofree int *places = g_new(int, peel->count + 1);
    for (guint rank = 0; rank < peel->count; rank++) {
        guint item = peel->ranked[rank];
        places[item] = peel->items[item].state == PEEL_YES ? (int)evidence.accepted->len : -1;
        if (places[item] >= 0)
            g_array_append_val(evidence.accepted, item);
    }
    guint n = evidence.n = evidence.accepted->len;
    gsize size = MAX((gsize)n * n, 1);
    evidence.strict = g_malloc0(size);
    evidence.weak = g_malloc0(size);
    for (guint i = 0; i < peel->hellos->len; i++) {
        const Hello *hello = g_ptr_array_index(peel->hellos, i);
        if (hello->chosen >= 0 && !hello->special)
            weigh(&evidence, hello, places);
    }
    evidence.over = g_malloc0(size);
    evidence.wins = g_malloc0(size);
    derive(&evidence);
    return evidence;
}

static guint item_of(const Evidence *evidence, guint index)
{
    return g_array_index(evidence->accepted, guint, index);
}

static bool is_strict(const Evidence *evidence, guint x, guint y)
{
    return *cell(evidence->strict, evidence->n, x, y);
}

static bool is_weak(const Evidence *evidence, guint x, guint y)
{
    return *cell(evidence->weak, evidence->n, x, y);
}

/* Step 6: with y listed before x both were chosen. */
static bool against_itself(const Evidence *evidence)
{
    for (guint x = 0; x < evidence->n; x++)
        for (guint y = 0; y < evidence->n; y++)
            if (is_strict(evidence, x, y) && (is_strict(evidence, y, x) || is_weak(evidence, y, x)))
                return true;
    return false;
}

/* Step 6: nothing is known between shy ones and others. */
static void forget_shy(const Peel *peel, Evidence *evidence)
{
    for (guint x = 0; x < evidence->n; x++)
        for (guint y = 0; y < evidence->n; y++) {
            if (peel->items[item_of(evidence, x)].entry.shy ==
                peel->items[item_of(evidence, y)].entry.shy)
                continue;
            *cell(evidence->strict, evidence->n, x, y) = 0;
            *cell(evidence->weak, evidence->n, x, y) = 1;
        }
    derive(evidence);
}

static bool any_strict(const Evidence *evidence)
{
    return memchr(evidence->strict, 1, (gsize)evidence->n * evidence->n);
}

static void queue_pair(Peel *peel, const Evidence *evidence, guint first, guint second)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(guint));
    guint a = item_of(evidence, first), b = item_of(evidence, second);
    g_array_append_val(list, a);
    g_array_append_val(list, b);
    g_queue_push_tail(&peel->pairs, list);
    peel->asked_pairs++;
}

static void finish(Peel *peel, PeelOrder order, const char *reason)
{
    peel->order = order;
    peel->order_reason = reason;
    peel->phase = PHASE_OVER;
}

/* Step 2. */
static void follow_client(Peel *peel, const Evidence *evidence)
{
    guint first = 0, second = 1;
    bool useful = false; /* with a shy one in front, the pair would be turned round */
    for (guint x = 0; x < evidence->n; x++)
        for (guint y = 0; y < evidence->n; y++) {
            if (!is_weak(evidence, x, y))
                continue;
            if (is_weak(evidence, y, x)) {
                finish(peel, PEEL_ORDER_CLIENT, NULL);
                return;
            }
            if (useful)
                continue;
            useful = !peel->items[item_of(evidence, y)].entry.shy;
            first = y;
            second = x;
        }
    /* one that is not shy comes first, if one of them is */
    if (peel->items[item_of(evidence, first)].entry.shy && !is_weak(evidence, second, first))
        queue_pair(peel, evidence, second, first);
    else
        queue_pair(peel, evidence, first, second);
}

typedef struct Place {
    guint index, beaten;
} Place;

static gint by_beaten(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    if (x->beaten != y->beaten)
        return x->beaten > y->beaten ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static GArray *sorted(const Evidence *evidence)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
    for (guint x = 0; x < evidence->n; x++) {
        Place place = {x, 0};
        for (guint y = 0; y < evidence->n; y++)
            place.beaten += y != x && *cell(evidence->wins, evidence->n, x, y);
        g_array_append_val(places, place);
    }
    g_array_sort(places, by_beaten);
    return places;
}

/* Steps 3 and 4 for the neighbours at `place`: true if nothing is left to be asked of them. */
static bool settle_pair(Peel *peel, const Evidence *evidence, const GArray *places, guint place)
{
    guint x = g_array_index(places, Place, place).index;
    guint y = g_array_index(places, Place, place + 1).index;
    bool equal = is_weak(evidence, x, y) && is_weak(evidence, y, x);
    g_array_index(peel->equal, bool, place) = equal;
    if (equal || *cell(evidence->over, evidence->n, x, y))
        return true;
    guint first = is_weak(evidence, y, x) ? x : y, second = first == x ? y : x;
    if (!peel->items[item_of(evidence, first)].entry.shy) {
        queue_pair(peel, evidence, first, second);
        return false;
    }
    for (guint i = place + 2; i < places->len; i++) {
        guint lower = item_of(evidence, g_array_index(places, Place, i).index);
        if (peel->items[lower].entry.shy)
            continue;
        queue_pair(peel, evidence, first, second);
        g_array_prepend_val((GArray *)g_queue_peek_tail(&peel->pairs), lower);
        return false;
    }
    if (is_weak(evidence, second, first))
        return true;
    queue_pair(peel, evidence, second, first);
    return false;
}

/* Step 5: a list with the shy ones first; NULL where it could show nothing. */
static GArray *shy_list(const Peel *peel)
{
    if (peel->items[g_array_index(peel->ordered, guint, 0)].entry.shy)
        return NULL;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint shy = 0; shy < 2; shy++)
        for (guint i = 0; i < peel->ordered->len; i++) {
            guint item = g_array_index(peel->ordered, guint, i);
            if (peel->items[item].entry.shy == !shy)
                g_array_append_val(list, item);
        }
    if (peel->items[g_array_index(list, guint, 0)].entry.shy)
        return list;
    g_array_unref(list);
    return NULL;
}

/* Step 7: marks the longest run of places in which each beats the next one. */
static void mark_run(const Evidence *evidence, const GArray *places, bool *in_run)
{
    guint n = places->len, last = 0;
    g_autofree guint *length = g_new0(guint, n), *before = g_new0(guint, n);
    for (guint i = 0; i < n; i++) {
        length[i] = 1;
        before[i] = n;
        for (guint j = 0; j < i; j++) {
            guint x = g_array_index(places, Place, j).index;
            guint y = g_array_index(places, Place, i).index;
            if (!*cell(evidence->wins, evidence->n, x, y) || length[j] + 1 <= length[i])
                continue;
            length[i] = length[j] + 1;
            before[i] = j;
        }
        last = length[i] > length[last] ? i : last;
    }
    for (; last < n; last = before[last])
        in_run[last] = true;
}

/* Step 7 for one that is not in the run: true if a pair was queued. */
static bool search_place(Peel *peel, const Evidence *evidence, const GArray *places, guint place,
                         const bool *in_run)
{
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(guint));
    guint x = g_array_index(places, Place, place).index, n = evidence->n;
    for (guint i = 0; i < places->len; i++) {
        guint y = g_array_index(places, Place, i).index;
        if (in_run[i] && !*cell(evidence->wins, n, x, y) && !*cell(evidence->wins, n, y, x) &&
            !is_weak(evidence, x, y))
            g_array_append_val(open, y);
    }
    if (open->len < FEW)
        return false;
    guint middle = g_array_index(open, guint, open->len / 2);
    bool shy = peel->items[item_of(evidence, x)].entry.shy;
    if (shy && peel->items[item_of(evidence, middle)].entry.shy)
        return false;
    queue_pair(peel, evidence, shy ? middle : x, shy ? x : middle);
    return true;
}

static bool search_places(Peel *peel, const Evidence *evidence, const GArray *places)
{
    g_autofree bool *in_run = g_new0(bool, places->len + 1);
    bool any = false;
    if (places->len)
        mark_run(evidence, places, in_run);
    for (guint i = 0; i < places->len; i++)
        if (!in_run[i])
            any = search_place(peel, evidence, places, i, in_run) || any;
    return any;
}

static void choose_order(Peel *peel, const Evidence *evidence)
{
    g_autoptr(GArray) places = sorted(evidence);
    bool settled = true;
    if (search_places(peel, evidence, places))
        return;
    g_array_set_size(peel->equal, evidence->n);
    for (guint i = 0; i + 1 < evidence->n; i++)
        settled = settle_pair(peel, evidence, places, i) && settled;
    if (!settled && peel->asked_pairs > 3 * evidence->n + 8) {
        g_queue_clear_full(&peel->pairs, (GDestroyNotify)g_array_unref);
        finish(peel, PEEL_ORDER_UNKNOWN, "order-unsettled");
        return;
    }
    if (!settled)
        return;
    if (peel->ordered)
        g_array_unref(peel->ordered);
    peel->ordered = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < places->len; i++) {
        guint item = item_of(evidence, g_array_index(places, Place, i).index);
        g_array_append_val(peel->ordered, item);
    }
    GArray *shy = peel->shy_asked ? NULL : shy_list(peel);
    peel->shy_asked = MAX(peel->shy_asked, 1);
    if (shy)
        g_queue_push_tail(&peel->pairs, shy);
    else
        finish(peel, PEEL_ORDER_SERVER, NULL);
}

void peel_order_step(Peel *peel)
{
    g_auto(Evidence) evidence = gather(peel);
    if (against_itself(&evidence)) {
        forget_shy(peel, &evidence);
        peel->contradicted = peel->contradicted || against_itself(&evidence);
    }
    if (evidence.n < 2 || peel->unordered)
        finish(peel, PEEL_ORDER_UNKNOWN, evidence.n == 1 ? "order-single" : NULL);
    else if (peel->contradicted || peel->plain)
        finish(peel, PEEL_ORDER_UNKNOWN, "disagreement");
    else if (peel->asked_pairs > 3 * evidence.n + 8)
        finish(peel, PEEL_ORDER_UNKNOWN, "order-unsettled");
    else if (any_strict(&evidence))
        choose_order(peel, &evidence);
    else
        follow_client(peel, &evidence);
}

PeelOrder peel_order(const Peel *peel)
{
    return peel->order;
}

const char *peel_order_reason(const Peel *peel)
{
    return peel->order_reason;
}

bool peel_equal(const Peel *peel, guint place)
{
    return place < peel->equal->len && g_array_index(peel->equal, bool, place);
}

bool peel_shy_first(const Peel *peel)
{
    return peel->shy_first;
}

bool peel_contradicted(const Peel *peel)
{
    return peel->contradicted;
}

bool peel_over(const Peel *peel)
{
    return peel->phase == PHASE_OVER;
}

guint peel_limit(const Peel *peel)
{
    return peel->limit == G_MAXUINT ? 0 : peel->limit;
}

guint peel_accepted(const Peel *peel)
{
    return peel->accepted;
}

bool peel_any(const Peel *peel)
{
    return peel->accepted > 0;
}

bool peel_settled(const Peel *peel)
{
    return peel->phase >= (peel->plain ? PHASE_ORDER : PHASE_LISTS);
}

bool peel_closed(const Peel *peel)
{
    return peel->phase >= PHASE_ORDER;
}

PeelHabit peel_habit(const Peel *peel)
{
    return peel->habit;
}

bool peel_begun(const Peel *peel)
{
    return peel->begun;
}

static void append_item(const Peel *peel, GArray *items, guint index)
{
    const Item *item = &peel->items[index];
    PeelItem known = {item->entry.code, item->state,  item->connection,
                      item->reason,     item->failed, item->tries};
    g_array_append_val(items, known);
}

GArray *peel_items(const Peel *peel, PeelState state)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(PeelItem));
    bool in_order = state == PEEL_YES && peel->ordered && peel->order == PEEL_ORDER_SERVER;
    for (guint i = 0; in_order && i < peel->ordered->len; i++)
        append_item(peel, items, g_array_index(peel->ordered, guint, i));
    for (guint i = 0; !in_order && i < peel->count; i++)
        if (peel->items[peel->ranked[i]].state == state)
            append_item(peel, items, peel->ranked[i]);
    return items;
}

/* ---- how much is to come ---- */

static guint want_of_chains(const Peel *peel)
{
    guint want = 0;
    for (guint i = 0; i < peel->chains->len; i++) {
        const Chain *chain = g_ptr_array_index(peel->chains, i);
        if (!chain->over)
            want++;
    }
    return peel->trusted && want ? peel->parallel : want;
}

guint peel_want(const Peel *peel)
{
    guint want = 0;
    switch (peel->phase) {
    case PHASE_FIRST:
        want = (peel->twice ? 2 : 1) - peel->first_asked;
        if (peel->out && !peel->hold && !peel->brief)
            want += peel->out;
        break;
    case PHASE_CHAINS:
        want = want_of_chains(peel);
        break;
    case PHASE_LISTS:
        for (const GList *at = peel->pending.head; at; at = at->next)
            want += !((const Pending *)at->data)->out;
        break;
    case PHASE_ORDER:
        want = peel->pairs.length;
        break;
    default:
        return 0;
    }
    return MIN(want, peel->parallel);
}

guint peel_left(const Peel *peel)
{
    double hope = 0;
    for (guint i = 0; i < peel->count; i++)
        if (peel->items[i].state == PEEL_OPEN)
            hope += peel->items[i].entry.weight;
    if (peel->phase == PHASE_OVER)
        return 0;
    return peel->out + (peel->phase < PHASE_LISTS ? (guint)hope + 1 : peel_want(peel));
}
