/* 1. A row waits until the version is known that it is asked in, and its suites. One that has no
 *    version, or no sense in it, is left out.
 * 2. What is lost on the way is unknown; where it is stopped, so is all that was not asked.
 */
#include "worker/probe/rows.h"

#include "common/registry/registry.h"
#include "worker/probe/form.h"
#include "worker/probe/suites.h"

/* ---- versions ---- */

static bool all_over(Known *known)
{
    static const uint16_t versions[] = {TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++)
        if (!known_version(known, versions[i])->over)
            return false;
    return true;
}

/* The version that a row is asked in; NULL: none, or (*open) not known yet. */
static const KnownVersion *version_of(const Rows *rows, const Row *row, bool *open)
{
    if (rows->table->whole && !all_over(rows->known)) {
        *open = true;
        return NULL;
    }
    KnownVersion *newest = known_version(rows->known, TLS_1_3), *of = newest;
    bool needs = row->in == ROW_TLS13 || row->in == ROW_FALLBACK;
    *open = needs && !newest->settled;
    if (!*open && row->in != ROW_TLS13) {
        bool second = row->in == ROW_FALLBACK && newest->certainty != CERTAINTY_YES;
        of = known_best(rows->known, second, open);
    }
    if (!*open && !of && row->in == ROW_ANY)
        of = newest;
    *open = *open || (of && !of->settled);
    return !*open && of && of->suites->len ? of : NULL;
}

/* The first row that is not asked yet can be, or cannot ever. */
static bool is_ready(const Rows *rows)
{
    bool open = false;
    if (rows->next < rows->table->count)
        version_of(rows, &rows->table->rows[rows->next], &open);
    return !open;
}

/* ---- hellos ---- */

static void set_extensions(Offer *offer, const Row *row)
{
    g_array_set_size(offer->extensions, 0);
    for (guint i = 0; i < row->count; i++)
        offer_add_extension(offer, row->extensions[i].type, row->extensions[i].data,
                            row->extensions[i].size);
}

/* NULL where the row cannot be asked, or (*open) not yet. */
static Offer *row_offer(const Rows *rows, const Row *row, bool *open)
{
    const KnownVersion *of = version_of(rows, row, open);
    if (!of)
        return NULL;
    g_autoptr(Offer) offer = known_offer(rows->known, of->version, FORM_EC, of->suites);
    offer->odd = row->odd;
    if (row->count)
        set_extensions(offer, row);
    return !row->change || row->change(offer) ? g_steal_pointer(&offer) : NULL;
}

/* Leaves out what cannot be asked; the hello of the next row that can, or NULL. */
static Offer *next_offer(Rows *rows)
{
    for (; rows->next < rows->table->count; rows->next++) {
        bool open = false;
        Offer *offer = row_offer(rows, &rows->table->rows[rows->next], &open);
        if (offer || open)
            return offer;
    }
    return NULL;
}

static Offer *rows_ask(Strategy *strategy, guint *tag)
{
    Rows *rows = (Rows *)strategy;
    Offer *offer = next_offer(rows);
    if (!offer)
        return NULL;
    *tag = rows->next++;
    rows->out++;
    offer_free(next_offer(rows));
    return offer;
}

/* ---- answers ---- */

static json_t *new_answer(const Row *row, uint16_t version, const char *answer)
{
    char number[REGISTRY_NUMBER];
    json_t *fact = known_answer(row->question, version, answer);
    if (row->code)
        known_code(fact, row->code);
    for (guint i = 0; !row->code && i < row->count; i++)
        known_item(fact, registry_extension_name(row->extensions[i].type, number),
                   row->extensions[i].type);
    return fact;
}

json_t *rows_answer(const Row *row, const Told *told, const char *answer)
{
    json_t *fact = new_answer(row, told->offer->version, answer);
    known_text(fact, "connection", told->connection);
    return fact;
}

void rows_judge(Rows *rows, const Row *row, const Told *told)
{
    static const char *const answers[] = {
        [VERDICT_CHOSEN] = "yes",
        [VERDICT_REFUSED] = "no",
        [VERDICT_FAILED] = "no",
        [VERDICT_LOST] = "unknown",
    };
    json_t *answer = rows_answer(row, told, answers[told->verdict]);
    known_text(answer, "reason", told->verdict == VERDICT_CHOSEN ? NULL : told->reason);
    known_say(rows->known, answer);
    if (told->verdict == VERDICT_CHOSEN && row->how)
        known_note(rows->known, told->offer, told->reply, told->connection, row->how);
}

static void rows_tell(Strategy *strategy, guint tag, const Told *told)
{
    Rows *rows = (Rows *)strategy;
    const Row *row = &rows->table->rows[tag];
    rows->out--;
    (row->judge ? row->judge : rows_judge)(rows, row, told);
    if (!rows->out && rows->next == rows->table->count && rows->table->end)
        rows->table->end(rows);
}

/* ---- the strategy ---- */

static guint rows_left(const Strategy *strategy)
{
    const Rows *rows = (const Rows *)strategy;
    return rows->table->count - rows->next;
}

static guint rows_want(const Strategy *strategy)
{
    return is_ready((const Rows *)strategy) ? rows_left(strategy) : 0;
}

static bool rows_over(const Strategy *strategy)
{
    const Rows *rows = (const Rows *)strategy;
    for (guint i = rows->next; i < rows->table->count; i++) {
        bool open = false;
        if (version_of(rows, &rows->table->rows[i], &open) || open)
            return false;
    }
    return !rows->out;
}

static void rows_stop(Strategy *strategy, const char *reason)
{
    Rows *rows = (Rows *)strategy;
    for (; rows->next < rows->table->count; rows->next++) {
        const Row *row = &rows->table->rows[rows->next];
        bool open = false;
        g_autoptr(Offer) offer = row_offer(rows, row, &open);
        if (!offer)
            continue;
        json_t *answer = new_answer(row, offer->version, "unknown");
        known_text(answer, "reason", reason);
        known_say(rows->known, answer);
    }
}

static void rows_free(Strategy *strategy)
{
    Rows *rows = (Rows *)strategy;
    g_free(rows->seen);
    g_free(rows);
}

static const StrategyClass rows_class = {
    .ask = rows_ask,
    .tell = rows_tell,
    .want = rows_want,
    .left = rows_left,
    .over = rows_over,
    .stop = rows_stop,
    .free = rows_free,
};

Strategy *rows_new(Known *known, const RowsTable *table)
{
    Rows *rows = g_new0(Rows, 1);
    rows->base.class = &rows_class;
    rows->base.rank = RANK_LAST;
    rows->known = known;
    rows->table = table;
    rows->seen = g_malloc0(table->seen);
    return &rows->base;
}
