/* 1. The first hello has every suite of the registry, worst first, in the usual form; in TLS 1.2
 *    also best first. In lower versions, what follows waits for TLS 1.2: its suites and order are
 *    what is expected here, but each is asked. Where TLS 1.2 is not accepted they start by
 *    themselves.
 * 2. The list is peeled (peel.c). An answer in another version than the one asked for is a
 *    refusal: the server had nothing in this one.
 * 3. Where nothing was accepted, and no alert says that it is for the version, it is asked again in
 *    lists (form.h): a suite may hide the others. What is left is asked in the other forms, side by
 *    side, each until it is refused: what the form may make a difference to, or without extensions,
 *    where nothing was accepted so far, all. Only what was refused in all of them is a "no". A
 * hello allows lower versions too: one that was refused in the usual form is a "no" where the
 * version above it was refused in all of them, and none of these was answered in this version.
 * SSL 3.0 knew no extensions: it is asked without any at first. What another form brings is asked
 * once more in the usual one, alone: it may have been hidden there (form.h) by another suite.
 * 4. Where another form brought more, the order is asked again in that form, of all of them. That
 * of the usual form stands where it has more of them.
 * 5. Where two configurations answer, the strategy is begun anew, without guesses and orders; each
 *    refusal is confirmed by the pool. A list that was refused with something in it that was
 *    accepted in another one, or a suite that another form brings though it has nothing to do with
 *    forms, raises the suspicion.
 * 6. Application protocols ride on the hellos of the first version that answers. Alert 120
 *    refuses them alone: that hello is asked again without any.
 * 7. Where not even short lists are answered in hellos with extensions, these may be what is not
 *    borne: load balancers hang over more than 255 bytes. They are asked in brief ones from then
 * on.
 */
#include "worker/probe/suites.h"

#include "common/registry/registry.h"
#include "worker/probe/alpn.h"
#include "worker/probe/copies.h"
#include "worker/probe/form.h"
#include "worker/probe/primes.h"
#include "worker/probe/report.h"

enum {
    PEELS = FORMS + 1, /* one for each form, and that of step 4 */
    ORDER = FORMS,
    PROTOCOL_VERSION = 70,
    VAIN = 2, /* hellos that are lost, before any was answered, until a version is given up */
};

/* A hello that is out. */
typedef struct Out {
    guint peel; /* its index */
    guint ticket, alpn_ticket;
    bool with_alpn, brief, refused;
    GArray *suites; /* uint32_t */
} Out;

typedef struct Suites {
    Strategy base;
    Known *known;
    uint16_t version;
    Peel *peels[PEELS]; /* NULL: not begun */
    Form forms[PEELS];
    guint asked, told, vain;
    bool rechecked[PEELS];
    bool doubtful, relisted; /* a refusal did not say that it is for the version */
    bool over;
    GPtrArray *outs; /* Out *, by tag */
    GQueue again;    /* tags to ask again without ALPN */
    GHashTable
        *said; /* suites that were said to be accepted, and the index of the peel, + 1 both */
} Suites;

static void out_free(void *data)
{
    Out *out = data;
    g_array_unref(out->suites);
    g_free(out);
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

/* Those of them that another form is asked for: all in one list, for the forms make other lists of
 * them already. */
static GArray *rest_for(const Suites *suites, Form form)
{
    GArray *entries = rest_of(suites);
    bool any = peel_any(suites->peels[0]) || form == FORM_FFDHE;
    for (guint i = 0; i < entries->len; i++) {
        PeelEntry *entry = &g_array_index(entries, PeelEntry, i);
        if (any && !form_asks(form, entry->code))
            g_array_remove_index(entries, i--);
        else
            entry->lists = FORM_LIKELY;
    }
    return entries;
}

static Peel *peel_of(const Suites *suites, GArray *entries, bool twice, bool hold)
{
    g_autoptr(GPtrArray) orders = form_orders();
    PeelSpec spec = {.entries = (const PeelEntry *)(void *)entries->data,
                     .count = entries->len,
                     .parallel = SUITES_PARALLEL,
                     .twice = twice,
                     .hold = hold,
                     .brief = suites->known->depth != DIVE_FULL,
                     .plain = suites->known->doubted,
                     .limit = suites->known->limit,
                     .orders = orders};
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

static void take_suites(KnownVersion *of, const Peel *peel)
{
    g_autoptr(GArray) items = peel_items(peel, PEEL_YES);
    g_array_set_size(of->suites, 0);
    for (guint i = 0; i < items->len; i++)
        g_array_append_val(of->suites, g_array_index(items, PeelItem, i).code);
}

/* Of a version that was not seen to be accepted. */
static void conclude_version(Suites *suites, const char *lost)
{
    const char *connection = NULL, *reason = NULL;
    for (guint i = 0; i < FORMS && suites->peels[i] && !lost; i++) {
        g_autoptr(GArray) unknown = peel_items(suites->peels[i], PEEL_UNKNOWN);
        if (unknown->len)
            lost = g_array_index(unknown, PeelItem, 0).reason;
    }
    g_autoptr(GArray) no = peel_items(suites->peels[0], PEEL_NO);
    if (no->len) {
        reason = g_array_index(no, PeelItem, 0).reason;
        connection = g_array_index(no, PeelItem, 0).connection;
    }
    known_set_version(suites->known, suites->version, lost ? CERTAINTY_UNKNOWN : CERTAINTY_NO,
                      lost ? NULL : connection, lost ? lost : reason);
}

/* What the version's strategy knows when it has nothing left to ask; `reason`: why it was stopped.
 */
static void conclude(Suites *suites, const char *reason)
{
    Known *known = suites->known;
    KnownVersion *of = known_version(known, suites->version);
    const Peel *ordered = suites->peels[ORDER];
    bool whole = ordered && peel_accepted(ordered) > peel_accepted(suites->peels[0]);
    const Peel *best = whole ? ordered : suites->peels[0];
    ReportSpec what = {known, "suite", suites->version, NULL, report_suite};
    suites->over = of->over = of->settled = true;
    if (of->certainty != CERTAINTY_YES) {
        conclude_version(suites, reason);
        return;
    }
    if (known->depth != DIVE_FULL)
        return;
    say_no(suites);
    if (peel_any(best))
        report_order(&what, best);
    primes_say(known, suites->version);
    if (peel_order(best) == PEEL_ORDER_SERVER)
        take_suites(of, best);
}

/* Step 4: where another form brought more. */
static bool begin_order(Suites *suites)
{
    guint more = 0;
    GHashTableIter iter;
    gpointer code, peel;
    g_hash_table_iter_init(&iter, suites->said);
    while (g_hash_table_iter_next(&iter, &code, &peel))
        more = MAX(more, GPOINTER_TO_UINT(peel) - 1);
    if (!more || g_hash_table_size(suites->said) < 2 || suites->known->doubted)
        return false;
    g_autoptr(GArray) entries = form_suites(suites->version);
    for (guint i = 0; i < entries->len; i++) {
        const PeelEntry *entry = &g_array_index(entries, PeelEntry, i);
        if (!g_hash_table_contains(suites->said, GUINT_TO_POINTER(entry->code + 1)))
            g_array_remove_index(entries, i--);
    }
    suites->peels[ORDER] = peel_of(suites, entries, true, false);
    suites->forms[ORDER] = suites->forms[more];
    return true;
}

/* The suites that were likely are known: others may build upon them. */
static void settle(Suites *suites)
{
    KnownVersion *of = known_version(suites->known, suites->version);
    if (of->settled || !peel_settled(suites->peels[0]) || !peel_any(suites->peels[0]))
        return;
    of->settled = true;
    of->habit = peel_habit(suites->peels[0]);
    take_suites(of, suites->peels[0]);
}

/* Step 3: whether a version that was refused in the usual form needs no other: the one above it was
 * refused in all of them. `wait` is set where that is not known yet. */
static bool covered(const Suites *suites, bool *wait)
{
    static const uint16_t versions[] = {TLS_1_2, TLS_1_1, TLS_1_0, TLS_SSL3};
    const KnownVersion *upper = NULL;
    *wait = false;
    if (peel_any(suites->peels[0]) || suites->known->doubted)
        return false;
    for (guint i = 1; i < G_N_ELEMENTS(versions); i++)
        if (versions[i] == suites->version)
            upper = known_version(suites->known, versions[i - 1]);
    *wait = upper && !upper->over && upper->certainty != CERTAINTY_YES;
    if (known_version(suites->known, suites->version)->answered)
        return false;
    g_autoptr(GArray) unknown = peel_items(suites->peels[0], PEEL_UNKNOWN);
    return upper && upper->certainty == CERTAINTY_NO && !unknown->len;
}

/* Step 3: nothing was accepted in the usual form, but it may be hidden. */
static bool relist(Suites *suites)
{
    if (suites->relisted || !suites->doubtful || peel_any(suites->peels[0]))
        return false;
    suites->relisted = true;
    peel_relist(suites->peels[0]);
    return !peel_closed(suites->peels[0]);
}

/* Begins what can begin, and concludes where all is answered. */
static void advance(Suites *suites)
{
    if (suites->over)
        return;
    settle(suites);
    bool wait = false;
    if (peel_over(suites->peels[0]) && covered(suites, &wait)) {
        conclude(suites, NULL);
        return;
    }
    if (peel_closed(suites->peels[0]) && !suites->peels[1] && !wait && !relist(suites)) {
        for (guint i = 1; i < FORMS; i++) {
            g_autoptr(GArray) rest = rest_for(suites, suites->forms[i]);
            suites->peels[i] = peel_of(suites, rest, false, false);
        }
    }
    for (guint i = 0; i < PEELS; i++)
        if (suites->peels[i] && !peel_over(suites->peels[i]))
            return;
    if (suites->peels[1] && !suites->again.length && (suites->peels[ORDER] || !begin_order(suites)))
        conclude(suites, NULL);
}

/* Step 1: what TLS 1.2 was found to accept is expected of the lower ones too. */
static void expect(Suites *suites)
{
    const KnownVersion *upper = known_version(suites->known, TLS_1_2);
    if (!upper->settled)
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

static bool carries_alpn(const Suites *suites, guint index)
{
    return suites->known->depth == DIVE_FULL && !suites->known->brief &&
           suites->forms[index] == FORM_EC && suites->version >= TLS_1_0 &&
           peel_any(suites->peels[0]) && !suites->known->doubted;
}

static Offer *offer_of(const Suites *suites, const Out *out)
{
    return known_offer(suites->known, suites->version, suites->forms[out->peel], out->suites);
}

/* Hellos of this version are lost, and as long ones of other versions are answered: it is the
 * version that does it (a packet filter, say), and shorter lists would change nothing. */
static bool given_up(const Suites *suites)
{
    return suites->vain >= VAIN && !peel_begun(suites->peels[0]);
}

/* The next list of any of the peels. */
static Out *next_out(Suites *suites)
{
    for (guint i = 0; i < PEELS; i++) {
        guint ticket;
        if (!suites->peels[i])
            continue;
        GArray *list = peel_ask(suites->peels[i], &ticket);
        if (!list)
            continue;
        Out *out = g_new0(Out, 1);
        out->peel = i;
        out->ticket = ticket;
        out->suites = list;
        return out;
    }
    return NULL;
}

static Offer *suites_ask(Strategy *strategy, guint *tag)
{
    Suites *suites = (Suites *)strategy;
    if (suites->version < TLS_1_2 && suites->known->depth == DIVE_FULL)
        expect(suites);
    advance(suites);
    if (suites->again.length) {
        *tag = GPOINTER_TO_UINT(g_queue_pop_head(&suites->again));
        return offer_of(suites, g_ptr_array_index(suites->outs, *tag));
    }
    Out *out = suites->over || given_up(suites) ? NULL : next_out(suites);
    if (!out)
        return NULL;
    *tag = suites->outs->len;
    suites->asked++;
    g_ptr_array_add(suites->outs, out);
    Offer *offer = offer_of(suites, out);
    out->brief = suites->known->brief;
    out->with_alpn =
        carries_alpn(suites, out->peel) && alpn_add(suites->known, offer, &out->alpn_ticket);
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

static void say_suite(Suites *suites, const Out *out, const Told *told, bool news)
{
    uint32_t code = told->reply->suite;
    gpointer key = GUINT_TO_POINTER(code + 1);
    bool before = g_hash_table_contains(suites->said, key);
    if (!news || (before && out->peel))
        return;
    g_hash_table_replace(suites->said, key, GUINT_TO_POINTER(out->peel + 1));
    if (out->peel && !suites->rechecked[out->peel]) {
        suites->rechecked[out->peel] = true;
        peel_recheck(suites->peels[0], code);
    }
    known_set_version(suites->known, suites->version, CERTAINTY_YES, told->connection, NULL);
    if (!before)
        g_array_append_val(known_version(suites->known, suites->version)->suites, code);
    if (suites->known->depth != DIVE_FULL)
        return;
    char number[REGISTRY_NUMBER];
    json_t *answer = known_answer("suite", suites->version, "yes");
    known_item(answer, registry_suite_name(code, number), code);
    known_text(answer, "connection", told->connection);
    if (out->peel && !suites->known->doubted)
        known_text(answer, "value", form_name(suites->forms[out->peel]));
    if (told->reason)
        json_object_set_new(answer, "faults", json_pack("[s]", told->reason));
    known_say(suites->known, answer);
    if (!out->peel)
        learn(suites, registry_suite(code));
}

/* The shortest limit that any list met. */
static void learn_limit(Known *known, guint limit)
{
    if (limit && (!known->limit || limit < known->limit))
        known->limit = limit;
}

/* Step 5: what no form can have to do with. */
static bool is_odd(const Suites *suites, const Out *out, uint32_t code)
{
    const CipherSuite *suite = registry_suite(code);
    if (!suite || !out->peel || out->peel == ORDER)
        return false;
    return g_str_equal(suite->exchange, "rsa") ||
           (g_str_equal(suite->exchange, "ecdhe") && suites->forms[out->peel] == FORM_FFDHE);
}

static bool lists(const Out *out, uint32_t code)
{
    for (guint i = 0; i < out->suites->len; i++)
        if (g_array_index(out->suites, uint32_t, i) == code)
            return true;
    return false;
}

/* Step 5: a list of this form was refused that has this suite in it: that hello, or NULL. */
static const Out *refused_with(const Suites *suites, const Out *out, uint32_t code)
{
    for (guint i = 0; i < suites->outs->len; i++) {
        const Out *other = g_ptr_array_index(suites->outs, i);
        if (other->refused && other->peel == out->peel && lists(other, code))
            return other;
    }
    return NULL;
}

/* Step 5: something in it was chosen in another list of this form. */
static bool has_accepted(const Suites *suites, const Out *out)
{
    g_autoptr(GArray) yes = peel_items(suites->peels[out->peel], PEEL_YES);
    for (guint i = 0; i < yes->len; i++)
        if (lists(out, g_array_index(yes, PeelItem, i).code))
            return true;
    return false;
}

static void tell_chosen(Suites *suites, const Out *out, const Told *told)
{
    Peel *peel = suites->peels[out->peel];
    if (told->reply->version != suites->version) {
        KnownVersion *lower = known_version(suites->known, told->reply->version);
        if (lower)
            lower->answered = true;
        peel_refused(peel, out->ticket, told->tries, told->connection, "version-lower");
        return;
    }
    bool news = peel_chosen(peel, out->ticket, told->reply->suite, told->connection);
    say_suite(suites, out, told, news);
    const Out *refused = news ? refused_with(suites, out, told->reply->suite) : NULL;
    if (news && is_odd(suites, out, told->reply->suite))
        known_dispute(suites->known, told->offer);
    if (refused) {
        g_autoptr(Offer) offer = offer_of(suites, refused);
        known_dispute(suites->known, offer);
    }
    copies_first(suites->known, told, suites->version);
    if (news && !out->peel)
        copies_least(suites->known, told, suites->version);
    copies_note(suites->known, told->offer, told->reply);
    known_note(suites->known, told->offer, told->reply, told->connection, NULL);
}

static void suites_stop(Strategy *strategy, const char *reason)
{
    Suites *suites = (Suites *)strategy;
    if (suites->over)
        return;
    for (guint i = 0; i < FORMS; i++)
        if (suites->peels[i])
            peel_stop(suites->peels[i], reason);
    g_clear_pointer(&suites->peels[ORDER], peel_free);
    conclude(suites, reason);
}

/* Step 7: whether a list that was lost is to be asked again in a brief hello. */
static bool ask_briefly(Known *known, const Out *out, const Told *told)
{
    bool borne = known->borne && !known->brief;
    if (told->offer->bare || out->brief || borne || out->suites->len > BRIEF_LIST)
        return false;
    known->brief = true;
    return true;
}

static void suites_tell(Strategy *strategy, guint tag, const Told *told)
{
    Suites *suites = (Suites *)strategy;
    Out *out = g_ptr_array_index(suites->outs, tag);
    Peel *peel = suites->peels[out->peel];
    if (out->with_alpn) {
        out->with_alpn = false;
        if (alpn_tell(suites->known, out->alpn_ticket, told)) {
            g_queue_push_tail(&suites->again, GUINT_TO_POINTER(tag));
            return;
        }
    }
    suites->told++;
    switch (told->verdict) {
    case VERDICT_CHOSEN:
        tell_chosen(suites, out, told);
        break;
    case VERDICT_REFUSED:
        suites->doubtful = suites->doubtful || told->reply->alert != PROTOCOL_VERSION;
        out->refused = true;
        peel_refused(peel, out->ticket, told->tries, told->connection, told->reason);
        if (has_accepted(suites, out))
            known_dispute(suites->known, told->offer);
        if (!out->peel)
            copies_last(suites->known, told, suites->version);
        break;
    case VERDICT_FAILED:
        peel_failed(peel, out->ticket, told->connection, told->reason);
        break;
    case VERDICT_LOST:
        if (ask_briefly(suites->known, out, told)) {
            peel_again(peel, out->ticket);
            break;
        }
        peel_lost(peel, out->ticket, told->reason);
        if (told->offer->suites->len > suites->known->borne || told->reply->kind == REPLY_CLOSED)
            learn_limit(suites->known, peel_limit(peel));
        else
            suites->vain++;
        break;
    }
    if (given_up(suites) && suites->told == suites->asked)
        suites_stop(strategy, told->reason);
    if (peel_contradicted(peel))
        known_dispute(suites->known, told->offer);
    if (suites->known->depth != DIVE_FULL &&
        known_version(suites->known, suites->version)->certainty == CERTAINTY_YES) {
        suites->over = true;
        known_version(suites->known, suites->version)->over = true;
    }
    advance(suites);
}

static guint suites_want(const Strategy *strategy)
{
    const Suites *suites = (const Suites *)strategy;
    guint want = suites->again.length;
    if (given_up(suites))
        return want;
    for (guint i = 0; i < PEELS; i++)
        want += suites->peels[i] ? peel_want(suites->peels[i]) : 0;
    bool wait = false, closing = !suites->peels[1] && peel_settled(suites->peels[0]);
    if (closing && peel_closed(suites->peels[0]) && covered(suites, &wait))
        return MAX(want, 1);
    return want + (closing && !wait ? FORMS - 1 : 0);
}

static guint suites_left(const Strategy *strategy)
{
    const Suites *suites = (const Suites *)strategy;
    guint left = suites->again.length;
    for (guint i = 0; i < PEELS; i++)
        left += suites->peels[i] ? peel_left(suites->peels[i]) : i < FORMS;
    return left;
}

static bool suites_over(const Strategy *strategy)
{
    return ((const Suites *)strategy)->over;
}

static void suites_free(Strategy *strategy)
{
    Suites *suites = (Suites *)strategy;
    for (guint i = 0; i < PEELS; i++)
        peel_free(suites->peels[i]);
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
    suites->base.rank = version == TLS_1_2 ? RANK_NOW : RANK_LATER;
    suites->known = known;
    suites->version = version;
    suites->outs = g_ptr_array_new_with_free_func(out_free);
    suites->said = g_hash_table_new(NULL, NULL);
    g_queue_init(&suites->again);
    static const Form usual[FORMS] = {FORM_EC, FORM_FFDHE, FORM_BARE};
    static const Form ssl3[FORMS] = {FORM_BARE, FORM_EC, FORM_FFDHE};
    for (guint i = 0; i < FORMS; i++)
        suites->forms[i] = version == TLS_SSL3 ? ssl3[i] : usual[i];
    bool full = known->depth == DIVE_FULL;
    g_autoptr(GArray) entries = form_suites(version);
    suites->peels[0] =
        peel_of(suites, entries, full && version == TLS_1_2, full && version < TLS_1_2);
    return &suites->base;
}
