/* What is likely, and in which order. Nothing here is an answer.
 *
 * 1. An order that was found in another version is taken for this one's, and only what is in it
 *    is thought likely.
 * 2. Once a chain has some answers, the orders that administrators usually write are compared
 *    with them, the one that is expected among them. One fits where the answers stand in it
 *    without an inversion, and not too many likely ones were passed over; of those that fit the
 *    one that passes over the fewest is trusted.
 * 3. What is passed over makes its kind less likely: without an ECDSA certificate all its suites
 *    are passed over.
 */
#include "worker/probe/peel_inner.h"

#define EXPECTED   0.97 /* weight of what was accepted in another version */
#define UNEXPECTED 0.0005
#define PASSED     0.7 /* factor of a kind's weights for each one that is passed over */
#define TOO_MANY   1.5 /* likely ones that are passed over, for each answer */

int peel_find(const Peel *peel, uint32_t code)
{
    for (guint i = 0; i < peel->count; i++)
        if (peel->items[i].entry.code == code)
            return (int)i;
    return -1;
}

/* The items in an order: those it names first, the others behind as they were. */
static guint *ranked_by(const Peel *peel, const GArray *codes)
{
    guint *ranked = g_new0(guint, peel->count + 1);
    g_autofree bool *placed = g_new0(bool, peel->count + 1);
    guint next = 0;
    for (guint i = 0; codes && i < codes->len; i++) {
        int item = peel_find(peel, g_array_index(codes, uint32_t, i));
        if (item < 0 || placed[item])
            continue;
        placed[item] = true;
        ranked[next++] = (guint)item;
    }
    for (guint i = 0; i < peel->count; i++)
        if (!placed[peel->ranked[i]])
            ranked[next++] = peel->ranked[i];
    return ranked;
}

static void take_ranks(Peel *peel, guint *ranked)
{
    g_free(peel->ranked);
    peel->ranked = ranked;
    for (guint i = 0; i < peel->count; i++)
        peel->items[ranked[i]].rank = i;
}

void peel_expect(Peel *peel, const GArray *codes, PeelHabit habit)
{
    peel->hold = false;
    peel->habit = habit;
    if (!codes)
        return;
    for (guint i = 0; i < peel->count; i++)
        peel->items[i].entry.weight = MIN(peel->items[i].entry.weight, UNEXPECTED);
    for (guint i = 0; i < codes->len; i++)
        peel_weigh(peel, g_array_index(codes, uint32_t, i), EXPECTED);
    take_ranks(peel, ranked_by(peel, codes));
    peel->trusted = true;
}

void peel_weigh(Peel *peel, uint32_t code, double weight)
{
    int item = peel_find(peel, code);
    if (item >= 0)
        peel->items[item].entry.weight = MAX(peel->items[item].entry.weight, weight);
}

double peel_hope_of(const Peel *peel, guint from, guint to)
{
    double sum = 0;
    for (guint rank = from; rank < MIN(to, peel->count); rank++) {
        const Item *item = &peel->items[peel->ranked[rank]];
        if (item->state == PEEL_OPEN)
            sum += item->entry.weight;
    }
    return sum;
}

void peel_passed(Peel *peel, guint from, guint to)
{
    for (guint rank = from; rank < to; rank++) {
        const Item *passed = &peel->items[peel->ranked[rank]];
        for (guint i = 0; i < peel->count && passed->state == PEEL_OPEN; i++)
            if (peel->items[i].entry.kind == passed->entry.kind)
                peel->items[i].entry.weight *= PASSED;
    }
}

/* Likely ones that an order passes over before the last answer, for each answer; negative: it does
 * not fit. */
static double passed_over(const Peel *peel, const guint *ranked, const GArray *answers)
{
    guint next = 0;
    double sum = 0;
    for (guint i = 0; i < peel->count && next < answers->len; i++) {
        const Item *item = &peel->items[ranked[i]];
        if (ranked[i] == g_array_index(answers, guint, next))
            next++;
        else if (item->state == PEEL_OPEN)
            sum += item->entry.weight;
        else
            return -1;
    }
    return next < answers->len ? -1 : sum / answers->len;
}

bool peel_trust(Peel *peel, const GArray *answers)
{
    guint *best = NULL;
    double least = TOO_MANY;
    for (guint i = 0; i <= (peel->orders ? peel->orders->len : 0); i++) {
        const GArray *codes = i ? g_ptr_array_index(peel->orders, i - 1) : NULL;
        guint *ranked = ranked_by(peel, codes);
        double passed = passed_over(peel, ranked, answers);
        if (passed >= 0 && passed < least) {
            g_free(best);
            best = g_steal_pointer(&ranked);
            least = passed;
        }
        g_free(ranked);
    }
    if (!best)
        return false;
    take_ranks(peel, best);
    guint last = g_array_index(answers, guint, answers->len - 1);
    peel_passed(peel, 0, peel->items[last].rank);
    peel->trusted = true;
    return true;
}
