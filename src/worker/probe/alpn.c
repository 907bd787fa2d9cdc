/* A ServerHello without a protocol refuses the whole list; so does one with a protocol that is not
 * in it, which some servers name whatever is offered; so does alert 120, which says nothing of the
 * rest of the hello. Any other end of a hello that carries more than a list says nothing of it.
 */
#include "worker/probe/alpn.h"

#include "worker/probe/copies.h"
#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"

typedef struct Alpn {
    Strategy base;
    Known *known;
    uint16_t version; /* 0: not begun */
    bool over;
    GArray *tickets; /* guint, by tag */
} Alpn;

bool alpn_add(Known *known, Offer *offer, guint *ticket)
{
    g_autoptr(GArray) list = peel_ask(known->alpn, ticket);
    for (guint i = 0; list && i < list->len; i++)
        g_ptr_array_add(offer->alpn, g_strdup(known_protocol(g_array_index(list, uint32_t, i))));
    return list;
}

bool alpn_choice(const Told *told, guint *protocol)
{
    const GPtrArray *offered = told->offer->alpn;
    guint i = 0;
    while (i < offered->len && g_strcmp0(g_ptr_array_index(offered, i), told->reply->alpn))
        i++;
    if (i == offered->len)
        return false;
    for (*protocol = 0; known_protocol(*protocol); ++*protocol)
        if (!g_strcmp0(known_protocol(*protocol), told->reply->alpn))
            return true;
    return false;
}

static void take_choice(Known *known, guint ticket, guint protocol, const Told *told)
{
    ReportSpec what = {known, "alpn", told->reply->version, NULL, report_protocol};
    if (peel_chosen(known->alpn, ticket, protocol, told->connection))
        report_yes(&what, protocol, told->connection, NULL);
}

bool alpn_tell(Known *known, guint ticket, const Told *told)
{
    bool refused =
        told->verdict == VERDICT_REFUSED && told->reply->alert == ALERT_NO_APPLICATION_PROTOCOL;
    guint protocol;
    copies_protocols(known, told);
    if (told->verdict == VERDICT_CHOSEN && alpn_choice(told, &protocol))
        take_choice(known, ticket, protocol, told);
    else if (told->verdict == VERDICT_CHOSEN || refused)
        peel_refused(known->alpn, ticket, told->tries, told->connection, told->reason);
    else
        peel_again(known->alpn, ticket);
    if (peel_contradicted(known->alpn))
        known_dispute(known, told->offer);
    return refused;
}

/* The highest version below TLS 1.3 that is accepted, once that is known; 0: not known yet. */
static uint16_t version_for(Known *known, bool *none)
{
    static const uint16_t versions[] = {TLS_1_2, TLS_1_1, TLS_1_0};
    *none = false;
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        const KnownVersion *of = known_version(known, versions[i]);
        if (!of->settled)
            return 0;
        if (of->suites->len)
            return versions[i];
    }
    *none = true;
    return 0;
}

static void conclude(Alpn *alpn)
{
    ReportSpec what = {alpn->known, "alpn", alpn->version ? alpn->version : TLS_1_2, NULL,
                       report_protocol};
    alpn->over = true;
    report_rest(&what, alpn->known->alpn);
    if (peel_any(alpn->known->alpn))
        report_order(&what, alpn->known->alpn);
}

static Offer *alpn_ask(Strategy *strategy, guint *tag)
{
    Alpn *alpn = (Alpn *)strategy;
    bool none = false;
    if (!alpn->version)
        alpn->version = version_for(alpn->known, &none);
    alpn->over = none;
    if (!alpn->version)
        return NULL;
    guint ticket;
    Offer *offer = known_offer(alpn->known, alpn->version, FORM_EC,
                               known_version(alpn->known, alpn->version)->suites);
    if (alpn_add(alpn->known, offer, &ticket)) {
        *tag = alpn->tickets->len;
        g_array_append_val(alpn->tickets, ticket);
        return offer;
    }
    offer_free(offer);
    if (peel_over(alpn->known->alpn))
        conclude(alpn);
    return NULL;
}

static void alpn_told(Strategy *strategy, guint tag, const Told *told)
{
    Alpn *alpn = (Alpn *)strategy;
    guint ticket = g_array_index(alpn->tickets, guint, tag);
    if (told->verdict == VERDICT_CHOSEN || told->verdict == VERDICT_REFUSED) {
        if (!alpn_tell(alpn->known, ticket, told) && told->verdict == VERDICT_REFUSED)
            peel_stop(alpn->known->alpn, told->reason);
    } else {
        peel_lost(alpn->known->alpn, ticket, told->reason);
    }
    if (peel_over(alpn->known->alpn))
        conclude(alpn);
}

static guint alpn_want(const Strategy *strategy)
{
    const Alpn *alpn = (const Alpn *)strategy;
    bool none = false;
    if (!alpn->version && !version_for(alpn->known, &none))
        return 0;
    return peel_want(alpn->known->alpn);
}

static guint alpn_left(const Strategy *strategy)
{
    return alpn_want(strategy);
}

static bool alpn_over(const Strategy *strategy)
{
    return ((const Alpn *)strategy)->over;
}

static void alpn_stop(Strategy *strategy, const char *reason)
{
    Alpn *alpn = (Alpn *)strategy;
    if (alpn->over)
        return;
    peel_stop(alpn->known->alpn, reason);
    conclude(alpn);
}

static void alpn_free(Strategy *strategy)
{
    Alpn *alpn = (Alpn *)strategy;
    g_array_unref(alpn->tickets);
    g_free(alpn);
}

static const StrategyClass alpn_class = {
    .ask = alpn_ask,
    .tell = alpn_told,
    .want = alpn_want,
    .left = alpn_left,
    .over = alpn_over,
    .stop = alpn_stop,
    .free = alpn_free,
};

Strategy *alpn_new(Known *known)
{
    Alpn *alpn = g_new0(Alpn, 1);
    alpn->base.class = &alpn_class;
    alpn->base.rank = RANK_SOON;
    alpn->known = known;
    alpn->tickets = g_array_new(FALSE, FALSE, sizeof(guint));
    return &alpn->base;
}
