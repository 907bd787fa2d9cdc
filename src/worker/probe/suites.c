/* 1. The first hello has every suite of the registry, worst first, in the usual form; in TLS 1.2
 * also best first. In lower versions, what follows waits for TLS 1.2: its suites and order are what
 *    is expected here, but each is asked. Where TLS 1.2 is not accepted they start by themselves.
 * 2. The list is peeled (peel.c). An answer in another version than the one asked for is a refusal:
 *    the server had nothing in this one.
 * 3. What is left is asked in the other forms, each until it is refused. Only what was refused in
 *    all of them is a "no". SSL 3.0 knew no extensions: it is asked without any at first.
 * 4. Where another form brought more, the order is asked again in that form, of all of them.
 * 5. Application protocols ride on the hellos of the first version that answers. Alert 120 refuses
 *    them alone: that hello is asked again without any.
 */
#include "worker/probe/suites.h"

#include "common/registry/registry.h"
#include "worker/probe/alpn.h"
#include "worker/probe/form.h"
#include "worker/probe/report.h"

/* A hello that is out. */
typedef struct Out {
    guint ticket, alpn_ticket;
    bool with_alpn;
    GArray *suites; /* uint32_t */
} Out;

typedef enum Stage {
    STAGE_FORMS, /* the forms, one after the other */
    STAGE_ORDER, /* the order once more */
    STAGE_OVER,
} Stage;

typedef struct Suites {
    Strategy base;
    Known *known;
    uint16_t version;
    Stage stage;
    guint form;         /* index in form_of */
    Peel *peels[FORMS]; /* by index; NULL: not begun */
    Peel *order;        /* of the stage of that name */
    GPtrArray *outs;    /* Out *, by tag; NULL: answered */
    GQueue again;       /* tags to ask again without ALPN */
    GHashTable *said;   /* suites that were said to be accepted */
    Form order_form;
} Suites;

static void out_free(void *data)
{
    Out *out = data;
    if (!out)
        return;
    g_array_unref(out->suites);
    g_free(out);
}

static Form form_of(const Suites *suites, guint index)
{
    static const Form usual[FORMS] = {FORM_EC, FORM_FFDHE, FORM_BARE};
    static const Form ssl3[FORMS] = {FORM_BARE, FORM_EC, FORM_FFDHE};
    return suites->version == TLS_SSL3 ? ssl3[index] : usual[index];
}

static Peel *current(const Suites *suites)
{
    switch (suites->stage) {
    case STAGE_FORMS:
        return suites->peels[suites->form];
    case STAGE_ORDER:
        return suites->order;
    default:
        return NULL;
    }
}

/* ---- what follows what ---- */

/* Those of the entries that no form so far has brought. */
static GArray *rest_of(const Suites *suites)
{
    GArray *entries = form_suites(suites->version);
    for (guint i = 0; i < entries->len; i++) {
        PeelEntry *entry = &g_array_index(entries, PeelEntry, i);
        if (g_hash_table_contains(suites->said, GUINT_TO_POINTER(entry->code + 1)))
            g_array_remove_index(entries, i--);
    }
    return entries;
}

static Peel *peel_of(const Suites *suites, GArray *entries, bool twice, bool hold)
{
    PeelSpec spec = {.entries = (const PeelEntry *)(void *)entries->data,
                     .count = entries->len,
                     .parallel = SUITES_PARALLEL,
                     .twice = twice,
                     .hold = hold,
                     .limit = suites->known->limit};
    return peel_new(&spec);
}

static void say_no(Suites *suites)
{
    g_autoptr(GArray) rest = rest_of(suites);
    g_autoptr(GHashTable) states = g_hash_table_new(NULL, NULL);
    json_t *no = NULL, *unknown = NULL;
    const char *unknown_reason = NULL;
    for (guint i = 0; i < FORMS; i++) {
        g_autoptr(GArray) lost =
            suites->peels[i] ? peel_items(suites->peels[i], PEEL_UNKNOWN) : NULL;
        for (guint j = 0; lost && j < lost->len; j++) {
            const PeelItem *item = &g_array_index(lost, PeelItem, j);
            g_hash_table_add(states, GUINT_TO_POINTER(item->code + 1));
            unknown_reason = item->reason ? item->reason : unknown_reason;
        }
    }
    g_autoptr(GArray) refused = peel_items(suites->peels[0], PEEL_NO);
    const PeelItem *first = refused->len ? &g_array_index(refused, PeelItem, 0) : NULL;
    char number[REGISTRY_NUMBER];
    for (guint i = 0; i < rest->len; i++) {
        uint32_t code = g_array_index(rest, PeelEntry, i).code;
        bool lost =
            g_hash_table_contains(states, GUINT_TO_POINTER(code + 1)) || !suites->peels[FORMS - 1];
        json_t **answer = lost ? &unknown : &no;
        if (!*answer)
            *answer = known_answer("suite", suites->version, lost ? "unknown" : "no");
        known_item(*answer, registry_suite_name(code, number), code);
    }
    if (no) {
        known_text(no, "connection", first ? first->connection : NULL);
        known_text(no, "reason", first ? first->reason : NULL);
        json_object_set_new(no, "tries", json_integer(first && first->tries ? first->tries : 1));
        known_say(suites->known, no);
    }
    if (unknown) {
        known_text(unknown, "reason", unknown_reason ? unknown_reason : "not-asked");
        known_say(suites->known, unknown);
    }
}

/* What the version's strategy knows when it has nothing left to ask. */
static void conclude(Suites *suites, const char *reason)
{
    Known *known = suites->known;
    KnownVersion *of = known_version(known, suites->version);
    const Peel *best = suites->order ? suites->order : suites->peels[0];
    ReportSpec what = {known, "suite", suites->version, NULL, report_suite};
    suites->stage = STAGE_OVER;
    if (of->certainty == CERTAINTY_YES && known->depth == DIVE_FULL) {
        say_no(suites);
        report_order(&what, best);
        known_say_primes(known, suites->version);
        if (peel_order(best) == PEEL_ORDER_SERVER) {
            g_autoptr(GArray) items = peel_items(best, PEEL_YES);
            g_array_set_size(of->suites, 0);
            for (guint i = 0; i < items->len; i++)
                g_array_append_val(of->suites, g_array_index(items, PeelItem, i).code);
        }
        of->habit = peel_order(best) == PEEL_ORDER_SERVER   ? PEEL_HABIT_SERVER
                    : peel_order(best) == PEEL_ORDER_CLIENT ? PEEL_HABIT_CLIENT
                                                            : PEEL_HABIT_UNKNOWN;
    } else if (of->certainty != CERTAINTY_YES) {
        const char *lost = reason;
        const char *connection = NULL;
        for (guint i = 0; i < FORMS && !lost; i++) {
            g_autoptr(GArray) unknown = peel_items(suites->peels[i], PEEL_UNKNOWN);
            if (unknown->len)
                lost = g_array_index(unknown, PeelItem, 0).reason;
        }
        g_autoptr(GArray) no = peel_items(suites->peels[0], PEEL_NO);
        if (!lost && no->len) {
            reason = g_array_index(no, PeelItem, 0).reason;
            connection = g_array_index(no, PeelItem, 0).connection;
        }
        known_set_version(known, suites->version, lost ? CERTAINTY_UNKNOWN : CERTAINTY_NO,
                          connection, lost ? lost : reason);
    }
    of->over = true;
}

/* Step 4. */
static void begin_order(Suites *suites, Form form)
{
    GArray *entries = form_suites(suites->version);
    for (guint i = 0; i < entries->len; i++) {
        PeelEntry *entry = &g_array_index(entries, PeelEntry, i);
        if (!g_hash_table_contains(suites->said, GUINT_TO_POINTER(entry->code + 1)))
            g_array_remove_index(entries, i--);
    }
    suites->order = peel_of(suites, entries, true, false);
    suites->order_form = form;
    suites->stage = STAGE_ORDER;
    g_array_unref(entries);
}

/* The next stage, where the current one is over. */
static void advance(Suites *suites)
{
    while (suites->stage != STAGE_OVER && peel_over(current(suites)) && !suites->again.length) {
        if (suites->stage == STAGE_ORDER) {
            conclude(suites, NULL);
            return;
        }
        if (suites->form + 1 < FORMS) {
            g_autoptr(GArray) rest = rest_of(suites);
            suites->form++;
            suites->peels[suites->form] = peel_of(suites, rest, false, false);
            continue;
        }
        guint more = 0;
        for (guint i = 1; i < FORMS; i++)
            more = peel_any(suites->peels[i]) ? i : more;
        if (more && g_hash_table_size(suites->said) > 1)
            begin_order(suites, form_of(suites, more));
        else
            conclude(suites, NULL);
    }
}

/* Step 1: what TLS 1.2 was found to accept is expected of the lower ones too. */
static void expect(Suites *suites)
{
    const KnownVersion *upper = known_version(suites->known, TLS_1_2);
    if (!upper->over && upper->certainty != CERTAINTY_NO && upper->certainty != CERTAINTY_UNKNOWN)
        return;
    g_autoptr(GArray) codes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < upper->suites->len; i++) {
        uint32_t code = g_array_index(upper->suites, uint32_t, i);
        const CipherSuite *suite = registry_suite(code);
        if (suite && suite->min < TLS_1_2)
            g_array_append_val(codes, code);
    }
    bool useful = codes->len > 0 && upper->certainty == CERTAINTY_YES;
    peel_expect(suites->peels[0], useful ? codes : NULL,
                useful ? upper->habit : PEEL_HABIT_UNKNOWN);
}

/* ---- asking ---- */

static bool carries_alpn(const Suites *suites)
{
    return suites->known->depth == DIVE_FULL && suites->stage == STAGE_FORMS &&
           form_of(suites, suites->form) == FORM_EC && peel_begun(suites->peels[0]) &&
           peel_any(suites->peels[0]) && suites->version >= TLS_1_0;
}

static Offer *offer_of(Suites *suites, const GArray *list)
{
    Form form = suites->stage == STAGE_ORDER ? suites->order_form : form_of(suites, suites->form);
    return form_offer(suites->version, form, list, suites->known->server_name);
}

static Offer *suites_ask(Strategy *strategy, guint *tag)
{
    Suites *suites = (Suites *)strategy;
    advance(suites);
    if (suites->again.length) {
        *tag = GPOINTER_TO_UINT(g_queue_pop_head(&suites->again));
        return offer_of(suites, ((Out *)g_ptr_array_index(suites->outs, *tag))->suites);
    }
    Peel *peel = current(suites);
    if (!peel)
        return NULL;
    if (suites->known->doubted)
        peel_doubt(peel, TRIES_IN_DOUBT);
    if (suites->version < TLS_1_2 && suites->known->depth == DIVE_FULL && peel == suites->peels[0])
        expect(suites);
    guint ticket;
    GArray *list = peel_ask(peel, &ticket);
    if (!list)
        return NULL;
    Out *out = g_new0(Out, 1);
    out->ticket = ticket;
    out->suites = list;
    *tag = suites->outs->len;
    g_ptr_array_add(suites->outs, out);
    Offer *offer = offer_of(suites, list);
    out->with_alpn = carries_alpn(suites) && alpn_add(suites->known, offer, &out->alpn_ticket);
    if (suites->version < TLS_1_2)
        strategy->rank = RANK_LATER;
    return offer;
}

/* ---- answers ---- */

/* Products: a suite whose key exchange and whose cipher have both been seen is likely. */
static void learn(Suites *suites, const CipherSuite *found)
{
    size_t count;
    const CipherSuite *all = registry_suites(&count);
    GArray *accepted = known_version(suites->known, suites->version)->suites;
    for (size_t i = 0; i < count; i++) {
        bool exchange = false, cipher = false;
        if (found && g_strcmp0(all[i].exchange, found->exchange) &&
            (g_strcmp0(all[i].cipher, found->cipher) || all[i].bits != found->bits))
            continue;
        for (guint j = 0; j < accepted->len && !(exchange && cipher); j++) {
            const CipherSuite *seen = registry_suite(g_array_index(accepted, uint32_t, j));
            if (!seen)
                continue;
            exchange = exchange || (!g_strcmp0(seen->exchange, all[i].exchange) &&
                                    !g_strcmp0(seen->authentication, all[i].authentication));
            cipher = cipher ||
                     (!g_strcmp0(seen->cipher, all[i].cipher) && seen->bits == all[i].bits &&
                      !g_strcmp0(seen->mode, all[i].mode) && !g_strcmp0(seen->hash, all[i].hash));
        }
        if (exchange && cipher)
            peel_weigh(suites->peels[0], all[i].id, 0.7);
    }
}

static void say_suite(Suites *suites, const Told *told, bool news)
{
    uint32_t code = told->reply->suite;
    if (!news || !g_hash_table_add(suites->said, GUINT_TO_POINTER(code + 1)))
        return;
    known_set_version(suites->known, suites->version, CERTAINTY_YES, told->connection, NULL);
    g_array_append_val(known_version(suites->known, suites->version)->suites, code);
    if (suites->known->depth != DIVE_FULL)
        return;
    char number[REGISTRY_NUMBER];
    json_t *answer = known_answer("suite", suites->version, "yes");
    known_item(answer, registry_suite_name(code, number), code);
    known_text(answer, "connection", told->connection);
    if (suites->stage == STAGE_FORMS && suites->form)
        known_text(answer, "value", form_name(form_of(suites, suites->form)));
    if (told->reason)
        json_object_set_new(answer, "faults", json_pack("[s]", told->reason));
    known_say(suites->known, answer);
    if (suites->stage == STAGE_FORMS && !suites->form)
        learn(suites, registry_suite(code));
}

static void tell_chosen(Suites *suites, const Out *out, const Told *told)
{
    Peel *peel = current(suites);
    if (told->reply->version != suites->version) {
        peel_refused(peel, out->ticket, told->connection, "version-lower");
        return;
    }
    bool news = peel_chosen(peel, out->ticket, told->reply->suite, told->connection);
    say_suite(suites, told, news);
    known_note(suites->known, told->offer, told->reply, told->connection, NULL);
}

static void suites_tell(Strategy *strategy, guint tag, const Told *told)
{
    Suites *suites = (Suites *)strategy;
    Out *out = g_ptr_array_index(suites->outs, tag);
    Peel *peel = current(suites);
    if (out->with_alpn) {
        out->with_alpn = false;
        if (alpn_tell(suites->known, out->alpn_ticket, told)) {
            g_queue_push_tail(&suites->again, GUINT_TO_POINTER(tag));
            return;
        }
    }
    switch (told->verdict) {
    case VERDICT_CHOSEN:
        tell_chosen(suites, out, told);
        break;
    case VERDICT_REFUSED:
        peel_refused(peel, out->ticket, told->connection, told->reason);
        break;
    case VERDICT_FAILED:
        peel_failed(peel, out->ticket, told->connection, told->reason);
        break;
    case VERDICT_LOST:
        peel_lost(peel, out->ticket, told->reason);
        suites->known->limit = peel_limit(peel);
        break;
    }
    if (peel_contradicted(peel))
        suites->known->doubted = true;
    if (suites->known->depth != DIVE_FULL &&
        known_version(suites->known, suites->version)->certainty == CERTAINTY_YES) {
        suites->stage = STAGE_OVER;
        known_version(suites->known, suites->version)->over = true;
    }
    advance(suites);
}

static guint suites_want(const Strategy *strategy)
{
    const Suites *suites = (const Suites *)strategy;
    const Peel *peel = current(suites);
    return suites->again.length + (peel ? MAX(peel_want(peel), peel_over(peel) ? 1 : 0) : 0);
}

static guint suites_left(const Strategy *strategy)
{
    const Suites *suites = (const Suites *)strategy;
    const Peel *peel = current(suites);
    if (!peel)
        return 0;
    guint forms = suites->stage == STAGE_FORMS ? FORMS - 1 - suites->form : 0;
    return peel_left(peel) + forms + suites->again.length;
}

static bool suites_over(const Strategy *strategy)
{
    return ((const Suites *)strategy)->stage == STAGE_OVER;
}

static void suites_stop(Strategy *strategy, const char *reason)
{
    Suites *suites = (Suites *)strategy;
    if (suites->stage == STAGE_OVER)
        return;
    for (guint i = 0; i < FORMS; i++)
        if (suites->peels[i])
            peel_stop(suites->peels[i], reason);
    if (suites->order) {
        peel_free(suites->order);
        suites->order = NULL;
    }
    conclude(suites, reason);
}

static void suites_free(Strategy *strategy)
{
    Suites *suites = (Suites *)strategy;
    for (guint i = 0; i < FORMS; i++)
        peel_free(suites->peels[i]);
    peel_free(suites->order);
    g_ptr_array_unref(suites->outs);
    g_queue_clear(&suites->again);
    g_hash_table_unref(suites->said);
    g_free(suites);
}

static const StrategyClass suites_class = {
    .ask = suites_ask,
    .tell = suites_tell,
    .want = suites_want,
    .left = suites_left,
    .over = suites_over,
    .stop = suites_stop,
    .free = suites_free,
};

Strategy *suites_new(Known *known, uint16_t version)
{
    Suites *suites = g_new0(Suites, 1);
    suites->base.class = &suites_class;
    suites->base.rank = version == TLS_1_2 ? RANK_NOW : RANK_FIRST;
    suites->known = known;
    suites->version = version;
    suites->outs = g_ptr_array_new_with_free_func(out_free);
    suites->said = g_hash_table_new(NULL, NULL);
    g_queue_init(&suites->again);
    bool full = known->depth == DIVE_FULL;
    g_autoptr(GArray) entries = form_suites(version);
    suites->peels[0] =
        peel_of(suites, entries, full && version == TLS_1_2, full && version < TLS_1_2);
    return &suites->base;
}
