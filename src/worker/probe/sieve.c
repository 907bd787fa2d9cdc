/* 1. CertificateVerify is encrypted. But a server that has no key for any of the schemes offered
 *    refuses the hello, and one that goes on answers an empty key_share with a HelloRetryRequest.
 *    So a scheme that the server goes on with when it is offered only this is a "yes".
 * 2. First, what no server can sign TLS 1.3 with is offered (the schemes of TLS 1.2). One that
 *    goes on all the same has not looked at schemes yet: from then on real key shares are sent,
 *    so that the ServerHello has to come. If it goes on even so, nothing can be said.
 * 3. The schemes that the known kinds of certificates allow are asked one by one, the others
 *    together in one hello. Where the kinds are not known, those of one kind are asked together
 *    first.
 * 4. A list that goes on is halved, until each is alone; a list that is refused is refused whole.
 */
#include "worker/probe/sieve.h"

#include <string.h>

#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"

typedef struct Sieve {
    Strategy base;
    Known *known;
    GPtrArray *lists; /* GArray * of uint32_t, by tag */
    GQueue waiting;   /* tags */
    guint out;
    bool begun, probed, shares, over;
} Sieve;

static void add_list(Sieve *sieve, GArray *list)
{
    if (!list->len) {
        g_array_unref(list);
        return;
    }
    g_queue_push_tail(&sieve->waiting, GUINT_TO_POINTER(sieve->lists->len));
    g_ptr_array_add(sieve->lists, list);
}

static GArray *list_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

static bool has_key(Sieve *sieve, const char *authentication)
{
    g_autoptr(GArray) suites = known_suites(sieve->known, TLS_1_2, NULL, authentication);
    return suites->len > 0;
}

static const char *pool_of(const Scheme *scheme)
{
    static const char *const pools[] = {"RSA", "ECDSA", "RSA-PSS"};
    for (guint i = 0; i < G_N_ELEMENTS(pools); i++)
        if (g_str_equal(scheme->key, pools[i]) && !strstr(scheme->name, "brainpool"))
            return pools[i];
    return NULL;
}

/* Step 3. */
static void begin_lists(Sieve *sieve)
{
    bool rsa = has_key(sieve, "rsa"), ecdsa = has_key(sieve, "ecdsa");
    GArray *rest = list_new();
    GArray *pools[3] = {list_new(), list_new(), list_new()};
    size_t count;
    const Scheme *all = registry_schemes(&count);
    for (size_t i = 0; i < count; i++) {
        const char *pool = all[i].tls13 ? pool_of(&all[i]) : NULL;
        uint32_t code = all[i].id;
        if (!all[i].tls13)
            continue;
        bool alone =
            pool && ((rsa && g_str_equal(pool, "RSA")) || (ecdsa && g_str_equal(pool, "ECDSA")));
        if (alone) {
            GArray *single = list_new();
            g_array_append_val(single, code);
            add_list(sieve, single);
        } else if (pool && !rsa && !ecdsa) {
            g_array_append_val(pools[g_str_equal(pool, "RSA") ? 0 : *pool == 'E' ? 1 : 2], code);
        } else {
            g_array_append_val(rest, code);
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(pools); i++)
        add_list(sieve, pools[i]);
    add_list(sieve, rest);
}

/* Step 2. */
static void begin(Sieve *sieve)
{
    const KnownVersion *tls13 = known_version(sieve->known, TLS_1_3);
    const KnownVersion *tls12 = known_version(sieve->known, TLS_1_2);
    if (!tls13->settled || !tls12->settled)
        return;
    sieve->begun = true;
    if (tls13->certainty != CERTAINTY_YES) {
        sieve->over = true;
        return;
    }
    GArray *impossible = list_new();
    size_t count;
    const Scheme *all = registry_schemes(&count);
    for (size_t i = 0; i < count; i++)
        if (!all[i].tls13) {
            uint32_t code = all[i].id;
            g_array_append_val(impossible, code);
        }
    add_list(sieve, impossible);
}

static Offer *sieve_ask(Strategy *strategy, guint *tag)
{
    Sieve *sieve = (Sieve *)strategy;
    if (!sieve->begun)
        begin(sieve);
    if (sieve->over || !sieve->waiting.length)
        return NULL;
    *tag = GPOINTER_TO_UINT(g_queue_pop_head(&sieve->waiting));
    sieve->out++;
    Offer *offer = form_offer(TLS_1_3, FORM_FFDHE, known_version(sieve->known, TLS_1_3)->suites,
                              sieve->known->server_name);
    form_set_schemes(offer, g_ptr_array_index(sieve->lists, *tag));
    form_allow_all_certificates(offer);
    static const uint16_t shares[] = {29, 23};
    if (sieve->shares)
        g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
    return offer;
}

static void say_list(Sieve *sieve, const GArray *list, const char *answer, const Told *told)
{
    char number[REGISTRY_NUMBER];
    json_t *fact = known_answer("scheme", TLS_1_3, answer);
    for (guint i = 0; i < list->len; i++) {
        uint32_t code = g_array_index(list, uint32_t, i);
        known_item(fact, registry_scheme_name((uint16_t)code, number), code);
    }
    known_text(fact, "connection", told ? told->connection : NULL);
    bool yes = *answer == 'y';
    if (yes)
        known_text(fact, "value", "goes on when offered only this");
    known_text(fact, "reason", yes ? NULL : told && told->reason ? told->reason : "not-said");
    known_say(sieve->known, fact);
}

static void tell_probe(Sieve *sieve, const GArray *list, const Told *told)
{
    bool goes_on = told->verdict == VERDICT_CHOSEN && told->reply->version == TLS_1_3;
    sieve->probed = true;
    if (goes_on && !sieve->shares) {
        sieve->shares = true;
        sieve->probed = false;
        g_queue_push_tail(&sieve->waiting, GUINT_TO_POINTER(0));
        return;
    }
    if (!goes_on) {
        begin_lists(sieve);
        return;
    }
    /* it goes on with anything: nothing it says about schemes says something */
    g_autoptr(GArray) all = g_array_copy((GArray *)list);
    g_array_set_size(all, 0);
    size_t count;
    const Scheme *schemes = registry_schemes(&count);
    for (size_t i = 0; i < count; i++)
        if (schemes[i].tls13) {
            uint32_t code = schemes[i].id;
            g_array_append_val(all, code);
        }
    say_list(sieve, all, "unknown", NULL);
}

static void halve(Sieve *sieve, const GArray *list)
{
    GArray *halves[2] = {list_new(), list_new()};
    for (guint i = 0; i < list->len; i++) {
        uint32_t code = g_array_index(list, uint32_t, i);
        g_array_append_val(halves[i >= list->len / 2], code);
    }
    add_list(sieve, halves[0]);
    add_list(sieve, halves[1]);
}

static void sieve_tell(Strategy *strategy, guint tag, const Told *told)
{
    Sieve *sieve = (Sieve *)strategy;
    const GArray *list = g_ptr_array_index(sieve->lists, tag);
    sieve->out--;
    bool goes_on = told->verdict == VERDICT_CHOSEN && told->reply->version == TLS_1_3;
    if (!sieve->probed)
        tell_probe(sieve, list, told);
    else if (goes_on && list->len > 1)
        halve(sieve, list);
    else if (goes_on)
        say_list(sieve, list, "yes", told);
    else
        say_list(sieve, list, told->verdict == VERDICT_LOST ? "unknown" : "no", told);
    sieve->over = sieve->probed && !sieve->out && !sieve->waiting.length;
}

static guint sieve_want(const Strategy *strategy)
{
    const Sieve *sieve = (const Sieve *)strategy;
    if (!sieve->begun)
        return known_version(sieve->known, TLS_1_3)->settled &&
               known_version(sieve->known, TLS_1_2)->settled;
    return sieve->waiting.length + (sieve->probed ? 0 : 6 * sieve->out);
}

static guint sieve_left(const Strategy *strategy)
{
    const Sieve *sieve = (const Sieve *)strategy;
    bool no = known_version(sieve->known, TLS_1_3)->certainty == CERTAINTY_NO;
    return sieve->probed ? sieve->waiting.length + sieve->out : no ? 0 : 8;
}

static bool sieve_over(const Strategy *strategy)
{
    return ((const Sieve *)strategy)->over;
}

static void sieve_stop(Strategy *strategy, const char *reason)
{
    Sieve *sieve = (Sieve *)strategy;
    Told told = {.reason = reason};
    for (GList *at = sieve->waiting.head; at && !sieve->over; at = at->next)
        say_list(sieve, g_ptr_array_index(sieve->lists, GPOINTER_TO_UINT(at->data)), "unknown",
                 &told);
    sieve->over = true;
}

static void sieve_free(Strategy *strategy)
{
    Sieve *sieve = (Sieve *)strategy;
    g_ptr_array_unref(sieve->lists);
    g_queue_clear(&sieve->waiting);
    g_free(sieve);
}

static const StrategyClass sieve_class = {
    .ask = sieve_ask,
    .tell = sieve_tell,
    .want = sieve_want,
    .left = sieve_left,
    .over = sieve_over,
    .stop = sieve_stop,
    .free = sieve_free,
};

Strategy *sieve_new(Known *known)
{
    Sieve *sieve = g_new0(Sieve, 1);
    sieve->base.class = &sieve_class;
    sieve->base.rank = RANK_LATER;
    sieve->known = known;
    sieve->lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    g_queue_init(&sieve->waiting);
    return &sieve->base;
}
