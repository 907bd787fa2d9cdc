/* 1. TLS 1.3: a hello with an empty key_share is answered with a HelloRetryRequest, which names
 *    the suite and the group that the server wants, without cryptography on either side. Below,
 *    the ServerKeyExchange of an ECDHE suite names the group and the scheme.
 * 2. So two lists are peeled with each hello, as long as both are likely to be answered. Where
 *    such a hello is refused, it is not known which list was: each is asked alone, with
 *    everything of the other kind beside it.
 * 3. Where nothing is accepted, TLS 1.3 is asked in other forms, before it is a "no": without
 *    FFDHE groups; and without a server_name, with few groups and real key shares. Where it is not
 *    answered at all, it is asked in brief hellos, once the versions below show that this helps.
 * 4. TLS 1.2 waits for its suites. Groups are asked with RSA schemes over ECDHE_RSA suites, or
 *    else with ECDSA ones over ECDHE_ECDSA; without either, RSA schemes over DHE_RSA.
 * 5. Some servers choose the suite first, find then that they have nothing in common with the
 * lists, and close; or they name no group in a HelloRetryRequest. Each list is asked alone then,
 * and once more: what comes again refuses it. A reset or silence is asked again as well, but
 * refuses nothing.
 * 6. What signs certificates is not asked here: signature_algorithms_cert allows everything.
 */
#include "worker/probe/joint.h"

#include "worker/probe/copies.h"
#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"

#define LIKELY 0.5 /* hope of a list that may share a hello */

typedef enum Kind { KIND_TLS13, KIND_GROUPS, KIND_SCHEMES } Kind;

enum {
    SIDES = 2,
    ATTEMPTS = 3,
    REPEATS_OF_ENDS = 1,
    REPEATS_OF_LOSSES = 3,
    ALERT_PROTOCOL_VERSION = 70,
};

static const Form forms13[ATTEMPTS] = {FORM_FFDHE, FORM_EC, FORM_BARE};

/* A hello that is out, or waits to be asked: the lists in it. */
typedef struct Out {
    bool has[SIDES];
    guint tickets[SIDES];
    GArray *lists[SIDES]; /* uint32_t */
    guint repeats;
} Out;

typedef struct Joint {
    Strategy base;
    Known *known;
    Kind kind;
    uint16_t version;
    ReportSpec what[SIDES];
    Peel *peels[SIDES]; /* NULL: that side is not asked */
    GArray *suites;     /* KIND_GROUPS, KIND_SCHEMES: what the hellos offer */
    GPtrArray *outs;    /* Out *, by tag; those of earlier attempts too */
    GQueue alone;       /* tags that wait */
    guint attempt;
    bool begun, brief, over;
} Joint;

static void out_free(void *data)
{
    Out *out = data;
    for (guint i = 0; i < SIDES; i++)
        if (out->lists[i])
            g_array_unref(out->lists[i]);
    g_free(out);
}

static Out *out_at(const Joint *joint, guint tag)
{
    return g_ptr_array_index(joint->outs, tag);
}

static Peel *peel_of(const Joint *joint, const GArray *entries, bool ordered, bool brief)
{
    PeelSpec spec = {.entries = (const PeelEntry *)(const void *)entries->data,
                     .count = entries->len,
                     .parallel = SUITES_PARALLEL,
                     .twice = ordered,
                     .unordered = !ordered,
                     .few = true,
                     .limit = joint->known->brief ? BRIEF_LIST : 0,
                     .brief = brief,
                     .plain = joint->known->doubted};
    return peel_new(&spec);
}

/* ---- beginning ---- */

static void begin_tls13(Joint *joint)
{
    bool full = joint->known->depth == DIVE_FULL;
    g_autoptr(GArray) suites = form_suites(TLS_1_3);
    g_autoptr(GArray) groups = form_groups(TLS_1_3);
    for (guint i = 0; i < SIDES; i++)
        peel_free(joint->peels[i]);
    joint->brief = joint->known->brief;
    joint->peels[0] = peel_of(joint, suites, full, !full);
    joint->peels[1] = full && !joint->attempt ? peel_of(joint, groups, true, false) : NULL;
    joint->begun = true;
}

/* Step 4. */
static void begin_tls12(Joint *joint)
{
    static const struct {
        const char *exchange, *authentication, *key;
        bool groups;
    } ways[] = {
        {"ecdhe", "rsa", "RSA", true},
        {"ecdhe", "ecdsa", "ECDSA", true},
        {"dhe", "rsa", "RSA", false},
    };
    Known *known = joint->known;
    const char *wanted = joint->kind == KIND_SCHEMES ? joint->what[1].key : NULL;
    joint->begun = true;
    for (guint i = 0; i < G_N_ELEMENTS(ways) && !joint->suites; i++) {
        if (wanted && (i == 0 || !g_str_equal(wanted, ways[i].key)))
            continue;
        GArray *suites = known_suites(known, TLS_1_2, ways[i].exchange, ways[i].authentication);
        if (!suites->len) {
            g_array_unref(suites);
            continue;
        }
        joint->suites = suites;
        if (known->brief)
            g_array_set_size(suites, MIN(suites->len, BRIEF_LIST));
        joint->what[1].key = ways[i].key;
        const char *const keys[] = {ways[i].key, i == 1 ? "Ed25519" : "RSA-PSS",
                                    i == 1 ? "Ed448" : NULL, NULL};
        g_autoptr(GArray) groups = form_groups(TLS_1_2);
        g_autoptr(GArray) schemes = form_schemes(keys);
        joint->peels[0] = ways[i].groups && !wanted ? peel_of(joint, groups, true, false) : NULL;
        joint->peels[1] = peel_of(joint, schemes, false, false);
    }
    g_autoptr(GArray) rsa = known_suites(known, TLS_1_2, "ecdhe", "rsa");
    if (!joint->suites || (wanted && !rsa->len))
        joint->over = true; /* nothing to ask, or the other strategy asks it */
}

static bool begin(Joint *joint)
{
    if (joint->begun)
        return true;
    if (joint->kind == KIND_TLS13)
        begin_tls13(joint);
    else if (known_version(joint->known, TLS_1_2)->settled)
        begin_tls12(joint);
    return joint->begun;
}

/* ---- the end ---- */

static bool peels_over(const Joint *joint)
{
    for (guint i = 0; i < SIDES; i++)
        if (joint->peels[i] && !peel_over(joint->peels[i]))
            return false;
    return !joint->alone.length;
}

static void report(Joint *joint)
{
    for (guint i = 0; i < SIDES; i++) {
        const Peel *peel = joint->peels[i];
        if (!peel || joint->known->depth != DIVE_FULL)
            continue;
        report_rest(&joint->what[i], peel);
        if (joint->what[i].name != report_scheme)
            report_order(&joint->what[i], peel);
    }
}

static void conclude_tls13(Joint *joint, const char *reason)
{
    KnownVersion *of = known_version(joint->known, TLS_1_3);
    if (of->certainty == CERTAINTY_YES && !joint->peels[1] && joint->known->depth == DIVE_FULL) {
        /* it wants real key shares: which groups it takes beside theirs is not asked */
        g_autoptr(GArray) groups = form_groups(TLS_1_3);
        joint->peels[1] = peel_of(joint, groups, true, false);
        peel_stop(joint->peels[1], reason ? reason : "not-asked");
    }
    if (of->certainty == CERTAINTY_YES) {
        report(joint);
    } else {
        g_autoptr(GArray) lost = peel_items(joint->peels[0], PEEL_UNKNOWN);
        g_autoptr(GArray) no = peel_items(joint->peels[0], PEEL_NO);
        const PeelItem *first = lost->len ? &g_array_index(lost, PeelItem, 0)
                                : no->len ? &g_array_index(no, PeelItem, 0)
                                          : NULL;
        bool unknown = reason || lost->len;
        if (!reason && first)
            reason = first->reason;
        known_set_version(joint->known, TLS_1_3, unknown ? CERTAINTY_UNKNOWN : CERTAINTY_NO,
                          first ? first->connection : NULL, reason);
    }
    of->over = of->settled = true;
    joint->over = true;
}

static bool bare(const Joint *joint)
{
    return joint->kind == KIND_TLS13 && forms13[joint->attempt] == FORM_BARE;
}

/* Step 3: no hello was answered, and brief ones may be, which TLS 1.2 shows. */
static bool brief_is_next(const Joint *joint)
{
    g_autoptr(GArray) lost = peel_items(joint->peels[0], PEEL_UNKNOWN);
    bool open = !known_version(joint->known, TLS_1_2)->over;
    return lost->len && !peel_any(joint->peels[0]) && !joint->brief &&
           (joint->known->brief || open);
}

static void advance(Joint *joint)
{
    while (joint->begun && !joint->over && peels_over(joint)) {
        if (joint->kind != KIND_TLS13) {
            report(joint);
            joint->over = true;
        } else if (!peel_any(joint->peels[0]) && joint->attempt + 1 < ATTEMPTS) {
            joint->attempt++;
            begin_tls13(joint);
            return;
        } else if (!joint->peels[1] && peel_any(joint->peels[0]) && !bare(joint) &&
                   joint->known->depth == DIVE_FULL) {
            g_autoptr(GArray) groups = form_groups(TLS_1_3);
            joint->peels[1] = peel_of(joint, groups, true, false);
            return;
        } else if (!brief_is_next(joint)) {
            conclude_tls13(joint, NULL);
        } else if (!joint->known->brief) {
            return;
        } else {
            joint->attempt = 0;
            begin_tls13(joint);
            return;
        }
    }
}

/* ---- asking ---- */

static void set_groups(Offer *offer, const GArray *groups)
{
    g_array_set_size(offer->groups, 0);
    for (guint i = 0; i < groups->len; i++) {
        uint16_t code = (uint16_t)g_array_index(groups, uint32_t, i);
        g_array_append_val(offer->groups, code);
    }
}

static Offer *offer_tls13(const Joint *joint, const Out *out)
{
    g_autoptr(GArray) all = NULL;
    const GArray *suites = out->lists[0];
    if (!suites) {
        g_autoptr(GArray) entries = form_suites(TLS_1_3);
        all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        for (guint i = 0; i < entries->len; i++)
            g_array_append_val(all, g_array_index(entries, PeelEntry, i).code);
        suites = all;
    }
    Offer *offer = known_offer(joint->known, TLS_1_3, forms13[joint->attempt], suites);
    if (out->lists[1])
        set_groups(offer, out->lists[1]);
    return offer;
}

static Offer *offer_of(const Joint *joint, const Out *out)
{
    if (joint->kind == KIND_TLS13)
        return offer_tls13(joint, out);
    Offer *offer = known_offer(joint->known, TLS_1_2, FORM_EC, joint->suites);
    if (out->lists[0])
        set_groups(offer, out->lists[0]);
    if (out->lists[1]) {
        form_set_schemes(offer, out->lists[1]);
        if (!joint->known->brief)
            form_allow_all_certificates(offer); /* step 6 */
    }
    return offer;
}

static Out *out_new(Joint *joint, guint *tag)
{
    Out *out = g_new0(Out, 1);
    *tag = joint->outs->len;
    g_ptr_array_add(joint->outs, out);
    return out;
}

static void move_side(Out *to, Out *from, guint side)
{
    to->has[side] = true;
    to->tickets[side] = from->tickets[side];
    to->lists[side] = g_steal_pointer(&from->lists[side]);
    from->has[side] = false;
}

/* Puts the second side of a hello into one of its own, that waits. */
static void part(Joint *joint, Out *out)
{
    guint tag;
    Out *other = out_new(joint, &tag);
    move_side(other, out, 1);
    g_queue_push_tail(&joint->alone, GUINT_TO_POINTER(tag));
}

static Offer *joint_ask(Strategy *strategy, guint *tag)
{
    Joint *joint = (Joint *)strategy;
    if (!begin(joint))
        return NULL;
    advance(joint);
    if (joint->over)
        return NULL;
    if (joint->alone.length) {
        *tag = GPOINTER_TO_UINT(g_queue_pop_head(&joint->alone));
        return offer_of(joint, out_at(joint, *tag));
    }
    Out wanted = {0};
    bool likely = true, any = false, known = false;
    for (guint i = 0; i < SIDES; i++) {
        Peel *peel = joint->peels[i];
        if (!peel)
            continue;
        known = known || peel_any(peel);
        wanted.lists[i] = peel_ask(peel, &wanted.tickets[i]);
        wanted.has[i] = wanted.lists[i];
        any = any || wanted.has[i];
        likely = likely && wanted.has[i] && peel_hope(peel, wanted.tickets[i]) >= LIKELY;
    }
    if (!any)
        return NULL;
    Out *out = out_new(joint, tag);
    *out = wanted;
    if (out->has[0] && out->has[1] && known && !likely)
        part(joint, out);
    return offer_of(joint, out);
}

/* ---- answers ---- */

static bool in_list(const GArray *list, uint32_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint32_t, i) == code)
            return true;
    return false;
}

/* What a reply says to a side; false if nothing. */
static bool said(const Joint *joint, guint side, const Reply *reply, uint32_t *code)
{
    bool suite = joint->kind == KIND_TLS13 && side == 0;
    bool scheme = joint->kind != KIND_TLS13 && side == 1;
    *code = suite ? reply->suite : scheme ? reply->scheme : reply->group;
    return suite || (scheme ? reply->has_scheme : reply->has_group);
}

/* Step 5: whether it is by the server's will that it said nothing more. */
static bool ended(const Told *told)
{
    static const char *const ends[] = {"closed-after", "alert-received", "retry-pointless", NULL};
    return told->reason && g_strv_contains(ends, told->reason);
}

/* It is the version that is refused, and not what the lists have. */
static bool refuses_version(const Told *told)
{
    return told->reply->alert == ALERT_PROTOCOL_VERSION ||
           (told->verdict == VERDICT_CHOSEN && told->reply->version < TLS_1_3);
}

static void tell_side(Joint *joint, const Out *out, guint side, const Told *told)
{
    Peel *peel = joint->peels[side];
    guint ticket = out->tickets[side];
    uint32_t code = 0;
    if (told->verdict == VERDICT_REFUSED) {
        peel_refused(peel, ticket, told->tries, told->connection, told->reason);
    } else if (told->verdict == VERDICT_FAILED) {
        peel_failed(peel, ticket, told->connection, told->reason);
    } else if (told->verdict == VERDICT_LOST) {
        peel_lost(peel, ticket, told->reason);
    } else if (told->reply->version != joint->version) {
        peel_refused(peel, ticket, told->tries, told->connection, "version-lower");
    } else if (!said(joint, side, told->reply, &code)) {
        if (ended(told))
            peel_refused(peel, ticket, told->tries, told->connection, told->reason);
        else
            peel_lost(peel, ticket, told->reason ? told->reason : "not-said");
    } else if (!in_list(out->lists[side], code)) {
        peel_lost(peel, ticket, told->reason ? told->reason : "not-said");
    } else if (peel_chosen(peel, ticket, code, told->connection)) {
        if (joint->kind == KIND_TLS13 && side == 0) {
            known_set_version(joint->known, TLS_1_3, CERTAINTY_YES, told->connection, NULL);
            known_version(joint->known, TLS_1_3)->settled = true;
            g_array_append_val(known_version(joint->known, TLS_1_3)->suites, code);
        }
        if (joint->known->depth == DIVE_FULL)
            report_yes(&joint->what[side], code, told->connection, told->reason);
    }
    /* below TLS 1.3, groups and schemes hang together with the certificate */
    if (joint->kind == KIND_TLS13 &&
        (peel_contradicted(peel) || (peel_any(peel) && refuses_version(told))))
        known_dispute(joint->known, told->offer);
}

/* Step 2: refused together, and something of one is known to be accepted. */
static bool ask_apart(const Joint *joint, const Out *out, const Told *told)
{
    if (!out->has[0] || !out->has[1] || told->verdict == VERDICT_CHOSEN)
        return false;
    return told->verdict != VERDICT_REFUSED || peel_any(joint->peels[0]) ||
           peel_any(joint->peels[1]);
}

/* Step 5: chosen, and then not all was said that was asked: true if it is worth asking again. */
static bool ask_once_more(const Joint *joint, Out *out, const Told *told)
{
    bool whole = true;
    for (guint i = 0; i < SIDES; i++) {
        uint32_t code;
        whole = whole && (!out->has[i] || said(joint, i, told->reply, &code));
    }
    if (told->verdict != VERDICT_CHOSEN || told->reply->version != joint->version || whole ||
        !told->reason)
        return false;
    return (out->has[0] && out->has[1]) ||
           out->repeats++ < (ended(told) ? REPEATS_OF_ENDS : REPEATS_OF_LOSSES);
}

static void joint_tell(Strategy *strategy, guint tag, const Told *told)
{
    Joint *joint = (Joint *)strategy;
    Out *out = out_at(joint, tag);
    if (ask_apart(joint, out, told) || ask_once_more(joint, out, told)) {
        if (out->has[0] && out->has[1])
            part(joint, out);
        g_queue_push_tail(&joint->alone, GUINT_TO_POINTER(tag));
        return;
    }
    for (guint i = 0; i < SIDES; i++)
        if (out->has[i])
            tell_side(joint, out, i, told);
    if (joint->kind == KIND_TLS13 && told->reply->version == TLS_1_3)
        copies_first(joint->known, told, TLS_1_3);
    if (told->verdict == VERDICT_CHOSEN)
        known_note(joint->known, told->offer, told->reply, told->connection, NULL);
    if (joint->known->depth != DIVE_FULL &&
        known_version(joint->known, TLS_1_3)->certainty == CERTAINTY_YES) {
        known_version(joint->known, TLS_1_3)->over = true;
        joint->over = true;
    }
    advance(joint);
}

static guint joint_want(const Strategy *strategy)
{
    const Joint *joint = (const Joint *)strategy;
    if (!joint->begun)
        return joint->kind == KIND_TLS13 || known_version(joint->known, TLS_1_2)->settled;
    guint want = 0;
    for (guint i = 0; i < SIDES; i++)
        if (joint->peels[i])
            want = MAX(want, peel_want(joint->peels[i]));
    return want + joint->alone.length + (peels_over(joint) ? 1 : 0);
}

static guint joint_left(const Strategy *strategy)
{
    const Joint *joint = (const Joint *)strategy;
    guint left = 0;
    for (guint i = 0; i < SIDES; i++)
        if (joint->peels[i])
            left = MAX(left, peel_left(joint->peels[i]));
    return joint->begun ? left + joint->alone.length : 4;
}

static bool joint_over(const Strategy *strategy)
{
    return ((const Joint *)strategy)->over;
}

static void joint_stop(Strategy *strategy, const char *reason)
{
    Joint *joint = (Joint *)strategy;
    if (joint->over)
        return;
    if (joint->kind == KIND_TLS13)
        begin(joint);
    for (guint i = 0; i < SIDES; i++)
        if (joint->peels[i])
            peel_stop(joint->peels[i], reason);
    if (joint->kind == KIND_TLS13)
        conclude_tls13(joint, reason);
    else
        report(joint);
    joint->over = true;
}

static void joint_free(Strategy *strategy)
{
    Joint *joint = (Joint *)strategy;
    for (guint i = 0; i < SIDES; i++)
        peel_free(joint->peels[i]);
    if (joint->suites)
        g_array_unref(joint->suites);
    g_ptr_array_unref(joint->outs);
    g_queue_clear(&joint->alone);
    g_free(joint);
}

static const StrategyClass joint_class = {
    .ask = joint_ask,
    .tell = joint_tell,
    .want = joint_want,
    .left = joint_left,
    .over = joint_over,
    .stop = joint_stop,
    .free = joint_free,
};

static Joint *joint_new(Known *known, Kind kind, uint16_t version, guint rank)
{
    Joint *joint = g_new0(Joint, 1);
    joint->base.class = &joint_class;
    joint->base.rank = rank;
    joint->known = known;
    joint->kind = kind;
    joint->version = version;
    joint->outs = g_ptr_array_new_with_free_func(out_free);
    g_queue_init(&joint->alone);
    joint->what[0] = (ReportSpec){known, "group", version, NULL, report_group};
    joint->what[1] = (ReportSpec){known, "scheme", version, NULL, report_scheme};
    return joint;
}

Strategy *joint_tls13_new(Known *known)
{
    Joint *joint = joint_new(known, KIND_TLS13, TLS_1_3, RANK_FIRST);
    joint->what[0] = (ReportSpec){known, "suite", TLS_1_3, NULL, report_suite};
    joint->what[1] = (ReportSpec){known, "group", TLS_1_3, NULL, report_group};
    return &joint->base;
}

Strategy *joint_groups_new(Known *known)
{
    return &joint_new(known, KIND_GROUPS, TLS_1_2, RANK_SOON)->base;
}

Strategy *joint_schemes_new(Known *known, const char *key)
{
    Joint *joint = joint_new(known, KIND_SCHEMES, TLS_1_2, RANK_SOON);
    joint->what[1].key = key;
    return &joint->base;
}
