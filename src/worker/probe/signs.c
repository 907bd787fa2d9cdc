/* 1. Waits until TLS 1.3 is known to be accepted. A hello offers all schemes that may sign there,
 *    and its answer is opened: CertificateVerify names the one that the server signs with, and
 *    proves it. The rest is offered next, until it is refused.
 * 2. A server that signs with what was not offered has refused what was.
 * 3. Where no answer can be opened (its groups and suites are none that keys can be made for), or
 *    all schemes are refused together, the sieve is asked instead: what the server goes on with.
 */
#include "worker/probe/signs.h"

#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/sieve.h"
#include "worker/probe/suites.h"

typedef struct Signs {
    Strategy base;
    Known *known;
    Peel *peel;       /* NULL: not begun */
    Strategy *sieve;  /* NULL: not needed */
    GArray *tickets;  /* guint, by tag */
    GPtrArray *lists; /* GArray * of uint32_t, likewise */
    guint out;
    bool over;
} Signs;

static const KnownVersion *tls13(const Signs *signs)
{
    return known_version(signs->known, TLS_1_3);
}

static ReportSpec spec_of(const Signs *signs)
{
    return (ReportSpec){signs->known, "scheme", TLS_1_3, NULL, report_scheme};
}

static void begin(Signs *signs)
{
    if (signs->peel || signs->over || !tls13(signs)->settled)
        return;
    if (tls13(signs)->certainty != CERTAINTY_YES) {
        signs->over = true;
        return;
    }
    g_autoptr(GArray) entries = form_schemes_tls13();
    PeelSpec spec = {.entries = (const PeelEntry *)(const void *)entries->data,
                     .count = entries->len,
                     .parallel = 1,
                     .unordered = true,
                     .plain = signs->known->doubted};
    signs->peel = peel_new(&spec);
}

static Offer *signs_ask(Strategy *strategy, guint *tag)
{
    Signs *signs = (Signs *)strategy;
    begin(signs);
    if (signs->sieve)
        return signs->sieve->class->ask(signs->sieve, tag);
    if (!signs->peel)
        return NULL;
    guint ticket;
    GArray *list = peel_ask(signs->peel, &ticket);
    if (!list)
        return NULL;
    Offer *offer = form_offer(TLS_1_3, FORM_EC, tls13(signs)->suites, signs->known->server_name);
    form_open(offer, signs->known->share);
    form_set_schemes(offer, list);
    form_allow_all_certificates(offer);
    *tag = signs->tickets->len;
    g_array_append_val(signs->tickets, ticket);
    g_ptr_array_add(signs->lists, list);
    signs->out++;
    return offer;
}

static bool in_list(const GArray *list, uint32_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint32_t, i) == code)
            return true;
    return false;
}

/* Step 3. */
static void sift(Signs *signs)
{
    if (!signs->sieve)
        signs->sieve = sieve_new(signs->known);
}

/* What is wrong with the signature; NULL: nothing, or something else is. */
static const char *fault_of(const Told *told)
{
    const char *reason = told->reason ? told->reason : "";
    bool about_it = g_str_has_prefix(reason, "scheme-") || g_str_equal(reason, "signature-wrong");
    return about_it ? told->reason : NULL;
}

static void take_scheme(Signs *signs, guint tag, const Told *told)
{
    guint ticket = g_array_index(signs->tickets, guint, tag);
    const Reply *reply = told->reply;
    ReportSpec what = spec_of(signs);
    char number[REGISTRY_NUMBER];
    if (!in_list(signs->lists->pdata[tag], reply->scheme))
        peel_refused(signs->peel, ticket, told->tries, told->connection, "scheme-not-offered");
    else if (peel_chosen(signs->peel, ticket, reply->scheme, told->connection))
        report_yes(&what, reply->scheme, told->connection, fault_of(told));
    known_note(signs->known, told->offer, reply, told->connection,
               registry_scheme_name(reply->scheme, number));
}

/* A server may find out that it has no key for it only after its ServerHello. */
static bool refused_late(const Reply *reply)
{
    return reply->kind == REPLY_CHOSEN && reply->alert >= 0;
}

static void take_answer(Signs *signs, guint tag, const Told *told)
{
    guint ticket = g_array_index(signs->tickets, guint, tag);
    if (told->verdict == VERDICT_CHOSEN && told->reply->has_scheme)
        take_scheme(signs, tag, told);
    else if (told->verdict == VERDICT_CHOSEN &&
             known_wants_share(signs->known, told->offer, told->reply))
        peel_again(signs->peel, ticket);
    else if (told->verdict == VERDICT_REFUSED ||
             (told->verdict == VERDICT_CHOSEN && refused_late(told->reply)))
        peel_refused(signs->peel, ticket, told->tries, told->connection, told->reason);
    else if (told->verdict == VERDICT_FAILED)
        peel_failed(signs->peel, ticket, told->connection, told->reason);
    else if (told->verdict == VERDICT_LOST || peel_any(signs->peel))
        peel_lost(signs->peel, ticket, told->reason ? told->reason : "encrypted");
    else
        sift(signs);
}

static void signs_tell(Strategy *strategy, guint tag, const Told *told)
{
    Signs *signs = (Signs *)strategy;
    if (!told->offer->opens) {
        signs->sieve->class->tell(signs->sieve, tag, told);
        return;
    }
    signs->out--;
    if (signs->sieve)
        return;
    take_answer(signs, tag, told);
    if (signs->sieve || !peel_over(signs->peel))
        return;
    g_autoptr(GArray) refused = peel_items(signs->peel, PEEL_NO);
    if (!peel_any(signs->peel) && refused->len) {
        sift(signs);
        return;
    }
    ReportSpec what = spec_of(signs);
    report_rest(&what, signs->peel);
    signs->over = true;
}

static guint signs_want(const Strategy *strategy)
{
    const Signs *signs = (const Signs *)strategy;
    if (signs->sieve)
        return signs->sieve->class->want(signs->sieve);
    return signs->peel ? peel_want(signs->peel) : tls13(signs)->settled;
}

static guint signs_left(const Strategy *strategy)
{
    const Signs *signs = (const Signs *)strategy;
    if (signs->sieve)
        return signs->sieve->class->left(signs->sieve);
    bool no = tls13(signs)->certainty == CERTAINTY_NO;
    return signs->peel ? peel_left(signs->peel) : no ? 0 : 4;
}

static bool signs_over(const Strategy *strategy)
{
    const Signs *signs = (const Signs *)strategy;
    return signs->over || (signs->sieve && !signs->out && signs->sieve->class->over(signs->sieve));
}

static void signs_stop(Strategy *strategy, const char *reason)
{
    Signs *signs = (Signs *)strategy;
    if (signs->sieve) {
        signs->sieve->class->stop(signs->sieve, reason);
    } else if (signs->peel && !signs->over) {
        ReportSpec what = spec_of(signs);
        peel_stop(signs->peel, reason);
        report_rest(&what, signs->peel);
    }
    signs->over = true;
}

static void signs_free(Strategy *strategy)
{
    Signs *signs = (Signs *)strategy;
    peel_free(signs->peel);
    if (signs->sieve)
        signs->sieve->class->free(signs->sieve);
    g_array_unref(signs->tickets);
    g_ptr_array_unref(signs->lists);
    g_free(signs);
}

static const StrategyClass signs_class = {
    .ask = signs_ask,
    .tell = signs_tell,
    .want = signs_want,
    .left = signs_left,
    .over = signs_over,
    .stop = signs_stop,
    .free = signs_free,
};

Strategy *signs_new(Known *known)
{
    Signs *signs = g_new0(Signs, 1);
    signs->base.class = &signs_class;
    signs->base.rank = RANK_SOON;
    signs->known = known;
    signs->tickets = g_array_new(FALSE, FALSE, sizeof(guint));
    signs->lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    return &signs->base;
}
