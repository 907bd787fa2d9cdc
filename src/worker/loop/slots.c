#include "worker/loop/slots.h"

typedef enum SlotState { SLOT_WAITING, SLOT_CONNECTING, SLOT_HELD, SLOT_OPEN } SlotState;

/* Places taken. Of one address, and of all together. */
typedef struct Count {
    guint open;     /* OPEN */
    guint held;     /* HELD */
    guint reserved; /* places kept for CONNECTING and HELD slots that may become OPEN any moment */
    guint connecting; /* CONNECTING */
} Count;

/* One address, while it has slots. */
typedef struct Line {
    Address address;
    Count count;
    GSequence *waiting;   /* Slot *, by weight and arrival */
    GSequenceIter *ready; /* its place in Slots.ready; NULL: nobody waits, or it is full */
    guint slots;          /* in any state */
    double round_trip;    /* the shortest seen; 0: none */
} Line;

struct Slot {
    Slots *slots;
    Line *line;
    void *owner;
    GSequenceIter *place; /* WAITING: in line->waiting */
    GList link;           /* CONNECTING and reserved: in Slots.fresh; HELD: in Slots.held */
    guint64 serial;       /* order of arrival */
    double began;         /* CONNECTING: when */
    guint weight;
    SlotState state;
    bool reserved;
};

struct Slots {
    SlotsLimits limits;
    Count count;
    GHashTable *lines; /* Address -> Line */
    GSequence *ready;  /* Line *, by its first waiting slot: those that are not full */
    GQueue fresh;      /* CONNECTING slots with a reservation */
    GQueue held;       /* HELD slots, as they were answered */
    guint64 serial;
    guint waiting;
    double rest; /* nothing begins before this time; 0: no rest */
    bool paused;
};

static gint slot_compare(gconstpointer a, gconstpointer b, gpointer unused)
{
    const Slot *left = a, *right = b;

    (void)unused;
    if (left->weight != right->weight)
        return left->weight < right->weight ? -1 : 1;
    return left->serial < right->serial ? -1 : left->serial > right->serial;
}

static Slot *line_first(const Line *line)
{
    return g_sequence_get(g_sequence_get_begin_iter(line->waiting));
}

static gint line_compare(gconstpointer a, gconstpointer b, gpointer unused)
{
    return slot_compare(line_first(a), line_first(b), unused);
}

static bool room(const Count *count, guint open, guint connecting)
{
    return count->open + count->held + count->reserved < open && count->connecting < connecting;
}

/* Takes the line out of the ready ones; to be done before who waits there changes. */
static void line_unfile(Line *line)
{
    g_clear_pointer(&line->ready, g_sequence_remove);
}

/* Puts the line where it belongs among the ready ones, if it does. */
static void line_file(Slots *slots, Line *line)
{
    line_unfile(line);
    if (!g_sequence_is_empty(line->waiting) &&
        room(&line->count, slots->limits.open, slots->limits.connecting))
        line->ready = g_sequence_insert_sorted(slots->ready, line, line_compare, NULL);
}

static void line_free(gpointer data)
{
    Line *line = data;

    g_sequence_free(line->waiting);
    g_free(line);
}

static Line *line_get(Slots *slots, const Address *address)
{
    Line *line = g_hash_table_lookup(slots->lines, address);

    if (line == NULL) {
        line = g_new0(Line, 1);
        line->address = *address;
        line->waiting = g_sequence_new(NULL);
        g_hash_table_insert(slots->lines, &line->address, line);
    }
    return line;
}

Slots *slots_new(const SlotsLimits *limits)
{
    Slots *slots = g_new0(Slots, 1);

    slots->limits = *limits;
    slots->lines = g_hash_table_new_full(address_hash, address_equal, NULL, line_free);
    slots->ready = g_sequence_new(NULL);
    return slots;
}

void slots_free(Slots *slots)
{
    if (slots == NULL)
        return;
    g_sequence_free(slots->ready);
    g_hash_table_unref(slots->lines);
    g_free(slots);
}

static void slot_wait(Slot *slot, const Address *address)
{
    Slots *slots = slot->slots;

    slot->line = line_get(slots, address);
    slot->state = SLOT_WAITING;
    line_unfile(slot->line);
    slot->place = g_sequence_insert_sorted(slot->line->waiting, slot, slot_compare, NULL);
    slot->line->slots++;
    slots->waiting++;
    line_file(slots, slot->line);
}

Slot *slots_want(Slots *slots, const Address *address, guint weight, void *owner)
{
    Slot *slot = g_new0(Slot, 1);

    slot->slots = slots;
    slot->owner = owner;
    slot->weight = weight;
    slot->serial = slots->serial++;
    slot->link.data = slot;
    slot_wait(slot, address);
    return slot;
}

/* One more or less in a state, at the address and in all. */
static void slot_count(Slot *slot, int step)
{
    Count *counts[] = {&slot->line->count, &slot->slots->count};

    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        guint *of_state[] = {
            [SLOT_CONNECTING] = &counts[i]->connecting,
            [SLOT_HELD] = &counts[i]->held,
            [SLOT_OPEN] = &counts[i]->open,
        };
        if (slot->state != SLOT_WAITING)
            *of_state[slot->state] += (guint)step;
    }
}

static void slot_reserve(Slot *slot, bool reserved)
{
    guint step = (guint)reserved - (guint)slot->reserved;

    slot->line->count.reserved += step;
    slot->slots->count.reserved += step;
    slot->reserved = reserved;
}

/* Gives up all that the slot holds in its state; it belongs to no line then. */
static void slot_clear(Slot *slot)
{
    Slots *slots = slot->slots;
    Line *line = slot->line;

    line_unfile(line);
    if (slot->state == SLOT_WAITING) {
        g_sequence_remove(slot->place);
        slots->waiting--;
    } else {
        if (slot->state == SLOT_CONNECTING && slot->reserved)
            g_queue_unlink(&slots->fresh, &slot->link);
        if (slot->state == SLOT_HELD)
            g_queue_unlink(&slots->held, &slot->link);
        slot_count(slot, -1);
        slot_reserve(slot, false);
    }
    slot->line = NULL;
    if (--line->slots == 0)
        g_hash_table_remove(slots->lines, &line->address);
    else
        line_file(slots, line);
}

void slot_move(Slot *slot, const Address *address)
{
    slot_clear(slot);
    slot_wait(slot, address);
}

void slot_leave(Slot *slot)
{
    if (slot->state != SLOT_WAITING)
        slot->slots->rest = 0;
    slot_clear(slot);
    g_free(slot);
}

void slot_exhausted(Slot *slot, double now)
{
    const Address address = slot->line->address;

    slot_move(slot, &address);
    slot->slots->rest = now + SLOTS_REST;
}

/* When a reservation lapses. */
static double slot_lapse(const Slot *slot)
{
    double round_trip = slot->line->round_trip;

    return slot->began +
           (round_trip > 0 ? MAX(3 * round_trip, SLOTS_PATIENCE_MIN) : SLOTS_PATIENCE);
}

static void lapse_all(Slots *slots, double now)
{
    GList *next;

    for (GList *link = slots->fresh.head; link != NULL; link = next) {
        Slot *slot = link->data;
        next = link->next;
        if (slot_lapse(slot) > now)
            continue;
        g_queue_unlink(&slots->fresh, &slot->link);
        slot_reserve(slot, false);
        line_file(slots, slot->line);
    }
}

void *slots_next(Slots *slots, double now)
{
    lapse_all(slots, now);
    if (now >= slots->rest)
        slots->rest = 0;
    if (slots->paused || slots->rest > 0 || g_sequence_is_empty(slots->ready) ||
        !room(&slots->count, slots->limits.open_all, slots->limits.connecting_all))
        return NULL;
    Line *line = g_sequence_get(g_sequence_get_begin_iter(slots->ready));
    Slot *slot = line_first(line);
    line_unfile(line);
    g_sequence_remove(slot->place);
    slots->waiting--;
    slot->state = SLOT_CONNECTING;
    slot->began = now;
    slot_count(slot, 1);
    slot_reserve(slot, true);
    g_queue_push_tail_link(&slots->fresh, &slot->link);
    line_file(slots, line);
    return slot->owner;
}

void slot_answered(Slot *slot, double round_trip)
{
    Slots *slots = slot->slots;
    Line *line = slot->line;

    if (slot->reserved)
        g_queue_unlink(&slots->fresh, &slot->link);
    slot_count(slot, -1);
    slot->state = SLOT_HELD;
    slot_count(slot, 1);
    g_queue_push_tail_link(&slots->held, &slot->link);
    if (line->round_trip == 0 || round_trip < line->round_trip)
        line->round_trip = round_trip;
    line_file(slots, line);
}

void *slots_next_open(Slots *slots)
{
    for (GList *link = slots->held.head; link != NULL; link = link->next) {
        Slot *slot = link->data;
        const Count *here = &slot->line->count, *all = &slots->count;
        if (!slot->reserved && (here->open + here->reserved >= slots->limits.open ||
                                all->open + all->reserved >= slots->limits.open_all))
            continue;
        g_queue_unlink(&slots->held, &slot->link);
        slot_reserve(slot, false);
        slot_count(slot, -1);
        slot->state = SLOT_OPEN;
        slot_count(slot, 1);
        line_file(slots, slot->line);
        return slot->owner;
    }
    return NULL;
}

void slots_pause(Slots *slots, bool paused)
{
    slots->paused = paused;
}

double slots_wake(const Slots *slots)
{
    double wake = 0;

    if (slots->paused || slots->waiting == 0)
        return 0;
    if (slots->rest > 0)
        return slots->rest;
    for (const GList *link = slots->fresh.head; link != NULL; link = link->next) {
        double lapse = slot_lapse(link->data);
        if (wake == 0 || lapse < wake)
            wake = lapse;
    }
    return wake;
}
