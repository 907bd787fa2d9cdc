/* The lists that are offered until they are refused, and how they are cut (step 5 of peel.c). */
#include "worker/probe/peel_inner.h"

static const guint lengths[] = {120, 60, 20}; /* lists that some servers bear */

void peel_pending_free(void *data)
{
    Pending *pending = data;
    g_array_unref(pending->items);
    g_free(pending);
}

void peel_add_pending(Peel *peel, GArray *items)
{
    Pending *pending = g_new0(Pending, 1);
    pending->number = ++peel->numbers;
    pending->items = items;
    g_queue_push_tail(&peel->pending, pending);
}

/* Those that are open and of one of these lists, or of this kind; worst first, but
 * where the client's order counts, or nothing was accepted so far, what is likely is in front of
 * all that may hide it. */
static void add_some(Peel *peel, guint lists, const guint *kind)
{
    GArray *some = g_array_new(FALSE, FALSE, sizeof(guint));
    bool best_first = peel->best_first || peel->habit == PEEL_HABIT_CLIENT;
    for (guint i = 0; i < peel->count; i++) {
        guint item = peel->ranked[best_first ? i : peel->count - 1 - i];
        const PeelEntry *entry = &peel->items[item].entry;
        bool wanted = kind ? entry->kind == *kind : lists == entry->lists || (entry->lists & lists);
        if (peel->items[item].state == PEEL_OPEN && wanted)
            g_array_append_val(some, item);
    }
    if (some->len)
        peel_add_pending(peel, some);
    else
        g_array_unref(some);
}

void peel_add_open(Peel *peel)
{
    g_autoptr(GHashTable) kinds = g_hash_table_new(NULL, NULL);
    for (guint bit = 1; !peel->by_kind && bit <= MAX(peel->lists, 1); bit <<= 1)
        add_some(peel, peel->lists & bit, NULL);
    for (guint i = 0; peel->by_kind && i < peel->count; i++) {
        guint kind = peel->items[i].entry.kind;
        if (g_hash_table_add(kinds, GUINT_TO_POINTER(kind)))
            add_some(peel, 0, &kind);
    }
}

void peel_cut_pending(Peel *peel)
{
    for (GList *at = peel->pending.head; at; at = at->next) {
        Pending *pending = at->data;
        if (pending->out || pending->items->len <= peel->limit)
            continue;
        GArray *rest = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_vals(rest, &g_array_index(pending->items, guint, peel->limit),
                            pending->items->len - peel->limit);
        g_array_set_size(pending->items, peel->limit);
        peel_add_pending(peel, rest);
    }
}

GList *peel_pending_of(Peel *peel, const Hello *hello)
{
    if (hello->phase != PHASE_LISTS)
        return NULL;
    for (GList *at = peel->pending.head; at; at = at->next)
        if (((Pending *)at->data)->number == hello->source)
            return at;
    return NULL;
}

void peel_drop_pending(Peel *peel, GList *at)
{
    peel_pending_free(at->data);
    g_queue_delete_link(&peel->pending, at);
}

static void reopen(Peel *peel, guint lists)
{
    for (guint i = 0; i < peel->count; i++) {
        Item *item = &peel->items[i];
        if (item->state == PEEL_NO && !item->failed && (!lists || (item->entry.lists & lists)))
            item->state = PEEL_OPEN;
    }
}

void peel_reopen(Peel *peel)
{
    reopen(peel, 0);
}

void peel_reopen_first(Peel *peel)
{
    guint first = peel->lists & -peel->lists;
    if (peel->lists != first)
        reopen(peel, first);
}

void peel_take_pending(Peel *peel, guint item)
{
    for (GList *at = peel->pending.head, *next; at; at = next) {
        GArray *items = ((Pending *)at->data)->items;
        next = at->next;
        for (guint i = 0; i < items->len; i++)
            if (g_array_index(items, guint, i) == item)
                g_array_remove_index(items, i--);
        if (!items->len)
            peel_drop_pending(peel, at);
    }
}

/* Splits a list in two at `cut`. */
static void halve(Peel *peel, const GArray *items, guint cut)
{
    GArray *halves[2] = {g_array_new(FALSE, FALSE, sizeof(guint)),
                         g_array_new(FALSE, FALSE, sizeof(guint))};
    g_array_append_vals(halves[0], items->data, cut);
    g_array_append_vals(halves[1], &g_array_index(items, guint, cut), items->len - cut);
    peel_add_pending(peel, halves[0]);
    peel_add_pending(peel, halves[1]);
}

static gint by_kind(const void *a, const void *b, void *items)
{
    guint x = ((const Item *)items)[*(const guint *)a].entry.kind;
    guint y = ((const Item *)items)[*(const guint *)b].entry.kind;
    return x < y ? -1 : x > y;
}

/* Those that are likely each alone, the others together; false if none is. */
static bool single_out(Peel *peel, const GArray *items)
{
    GArray *rest = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < items->len; i++) {
        guint item = g_array_index(items, guint, i);
        if (peel->items[item].entry.weight < PEEL_HOPELESS) {
            g_array_append_val(rest, item);
            continue;
        }
        GArray *single = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_val(single, item);
        peel_add_pending(peel, single);
    }
    bool any = rest->len < items->len;
    if (any && rest->len)
        peel_add_pending(peel, rest);
    else
        g_array_unref(rest);
    return any;
}

void peel_cut_failed(Peel *peel, const GArray *items)
{
    g_autoptr(GArray) sorted = g_array_copy((GArray *)items);
    g_array_sort_with_data(sorted, by_kind, peel->items);
    guint cut = 0, middle = sorted->len / 2;
    for (guint i = 1; i < sorted->len; i++) {
        guint last = g_array_index(sorted, guint, i - 1), here = g_array_index(sorted, guint, i);
        bool border = peel->items[last].entry.kind != peel->items[here].entry.kind;
        if (border && (!cut || ABS((int)i - (int)middle) < ABS((int)cut - (int)middle)))
            cut = i;
    }
    if (cut)
        halve(peel, sorted, cut);
    else if (!single_out(peel, items))
        halve(peel, items, middle);
}

bool peel_shorten(Peel *peel, guint length)
{
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++)
        if (length > lengths[i]) {
            peel->limit = MIN(peel->limit, lengths[i]);
            return true;
        }
    return false;
}

void peel_give_up(Peel *peel, const GArray *list, const char *reason)
{
    for (guint i = 0; i < list->len; i++) {
        Item *item = &peel->items[g_array_index(list, guint, i)];
        if (item->state != PEEL_OPEN)
            continue;
        item->state = PEEL_UNKNOWN;
        item->reason = reason;
    }
}

void peel_give_up_all(Peel *peel, const char *reason)
{
    while (peel->pending.head && !((Pending *)peel->pending.head->data)->out) {
        peel_give_up(peel, ((Pending *)peel->pending.head->data)->items, reason);
        peel_drop_pending(peel, peel->pending.head);
    }
}

void peel_break(Peel *peel, const char *reason)
{
    for (guint i = 0; i < peel->count; i++) {
        Item *item = &peel->items[i];
        item->state = PEEL_UNKNOWN;
        item->failed = false;
        item->reason = reason;
    }
    g_queue_clear_full(&peel->pending, peel_pending_free);
}
