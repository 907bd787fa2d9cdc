/* 1. Waits until TLS 1.2 and TLS 1.3 are answered. Each row of the table is one hello, in the
 *    best version below TLS 1.3 or in TLS 1.3, with the suites that are known to be accepted: so
 *    what it fails on is what was changed in it.
 * 2. A row is answered with yes where the server went on, no where it refused, unknown where it
 *    was lost in every try; what came with it is noted as always.
 */
#include "worker/probe/extra.h"

#include "common/registry/registry.h"
#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"

typedef struct Row {
    const char *code; /* of the behaviour; NULL: only what comes with it is of interest */
    const char *how;  /* what brings the certificate; or NULL */
    bool tls13;
    bool named; /* only where a server_name is sent usually */
    void (*change)(Offer *offer);
} Row;

static void without_name(Offer *offer)
{
    g_clear_pointer(&offer->server_name, g_free);
}

static void wrong_name(Offer *offer)
{
    g_free(offer->server_name);
    offer->server_name = g_strdup("wrong.invalid");
}

/* RFC 8701 */
static void with_grease(Offer *offer)
{
    static const guint8 nothing[1] = {0};
    uint32_t suite = 0x0A0A;
    uint16_t group = 0x1A1A, version = 0x3A3A;
    g_array_prepend_val(offer->suites, suite);
    g_array_prepend_val(offer->groups, group);
    offer_add_extension(offer, 0x2A2A, nothing, sizeof nothing);
    if (offer->version < TLS_1_3)
        return;
    g_array_append_val(offer->versions, version);
    g_array_append_val(offer->versions, offer->version);
}

static void with_future(Offer *offer)
{
    for (uint16_t version = 0x0306; version >= TLS_1_3; version--)
        g_array_append_val(offer->versions, version);
}

static void with_share(Offer *offer)
{
    static const uint16_t shares[] = {29, 23};
    g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
}

static void with_long_share(Offer *offer)
{
    static const uint16_t shares[] = {4588, 29};
    g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
}

/* A hello in many records (RFC 8446 section 5.1). */
static void in_fragments(Offer *offer)
{
    offer->fragment = 64;
}

/* Longer than a packet of any network. */
static void with_padding(Offer *offer)
{
    static const guint8 zeros[9000];
    offer_add_extension(offer, EXTENSION_PADDING, zeros, sizeof zeros);
}

/* Code points that no registry knows, in the pages where it knows some. Not among them are GREASE
 * and the signalling values, one of which is an alarm to servers (RFC 7507). */
static void with_unknown_suites(Offer *offer)
{
    static const guint8 pages[] = {0x00, 0x13, 0x16, 0xC0, 0xC1, 0xC2, 0xCC,
                                   0xCD, 0xD0, 0xE0, 0xE4, 0xFE, 0xFF};
    g_array_set_size(offer->suites, 0);
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++)
        for (guint low = 0; low < 256; low++) {
            uint32_t code = (uint32_t)pages[i] << 8 | low;
            if (!registry_suite(code))
                offer_add_suite(offer, code);
        }
}

/* DHE for a client that names its groups (RFC 7919). */
static void with_ffdhe_only(Offer *offer)
{
    for (guint i = 0; i < offer->suites->len; i++) {
        const CipherSuite *suite = registry_suite(g_array_index(offer->suites, uint32_t, i));
        if (!suite || !g_str_equal(suite->exchange, "dhe"))
            g_array_remove_index(offer->suites, i--);
    }
    g_array_set_size(offer->groups, 0);
    for (uint16_t group = 256; group <= 260; group++)
        g_array_append_val(offer->groups, group);
}

static const Row rows[] = {
    {"no-server-name", "no server_name", false, true, without_name},
    {"unknown-server-name", "wrong server_name", false, false, wrong_name},
    {"grease", NULL, false, false, with_grease},
    {"grease-tls13", NULL, true, false, with_grease},
    {"fragmented-hello", NULL, false, false, in_fragments},
    {"large-hello", NULL, false, false, with_padding},
    {"future-version", NULL, true, false, with_future},
    {"key-share", NULL, true, false, with_share},
    {"long-key-share", NULL, true, false, with_long_share},
    {"ffdhe-groups", NULL, false, false, with_ffdhe_only},
    {"unknown-suites", NULL, false, false, with_unknown_suites},
    {"unknown-suites", NULL, true, false, with_unknown_suites},
};

typedef struct Extra {
    Strategy base;
    Known *known;
    guint next, out;
} Extra;

static bool ready(const Extra *extra)
{
    return known_version(extra->known, TLS_1_2)->settled &&
           known_version(extra->known, TLS_1_3)->settled;
}

/* The version that a row is asked in; NULL: none. */
static const KnownVersion *version_of(const Extra *extra, const Row *row)
{
    static const uint16_t below[] = {TLS_1_2, TLS_1_1, TLS_1_0};
    KnownVersion *of = known_version(extra->known, TLS_1_3);
    if (row->named && !extra->known->server_name)
        return NULL;
    if (row->tls13)
        return of->suites->len ? of : NULL;
    g_autoptr(GArray) dhe = known_suites(extra->known, TLS_1_2, "dhe", NULL);
    if (row->change == with_ffdhe_only && !dhe->len)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(below); i++) {
        of = known_version(extra->known, below[i]);
        if (of->suites->len)
            return of;
    }
    return NULL;
}

static void skip(Extra *extra)
{
    while (extra->next < G_N_ELEMENTS(rows) && !version_of(extra, &rows[extra->next]))
        extra->next++;
}

static Offer *extra_ask(Strategy *strategy, guint *tag)
{
    Extra *extra = (Extra *)strategy;
    if (!ready(extra))
        return NULL;
    skip(extra);
    if (extra->next >= G_N_ELEMENTS(rows))
        return NULL;
    const Row *row = &rows[extra->next];
    const KnownVersion *of = version_of(extra, row);
    Offer *offer = form_offer(of->version, FORM_EC, of->suites, extra->known->server_name);
    row->change(offer);
    *tag = extra->next++;
    extra->out++;
    skip(extra);
    return offer;
}

static void extra_tell(Strategy *strategy, guint tag, const Told *told)
{
    static const char *const answers[] = {
        [VERDICT_CHOSEN] = "yes",
        [VERDICT_REFUSED] = "no",
        [VERDICT_FAILED] = "no",
        [VERDICT_LOST] = "unknown",
    };
    Extra *extra = (Extra *)strategy;
    const Row *row = &rows[tag];
    extra->out--;
    json_t *answer = known_answer("behaviour", told->offer->version, answers[told->verdict]);
    known_code(answer, row->code);
    known_text(answer, "connection", told->connection);
    known_text(answer, "reason", told->verdict == VERDICT_CHOSEN ? NULL : told->reason);
    bool chosen = told->verdict == VERDICT_CHOSEN;
    g_autofree char *prime =
        chosen && row->change == with_ffdhe_only ? known_prime(told->reply) : NULL;
    known_text(answer, "value", prime);
    known_say(extra->known, answer);
    if (chosen && row->change == with_unknown_suites) {
        ReportSpec what = {extra->known, "suite", told->reply->version, NULL, report_suite};
        report_yes(&what, told->reply->suite, told->connection, NULL);
    }
    if (chosen && row->how)
        known_note(extra->known, told->offer, told->reply, told->connection, row->how);
}

static guint extra_want(const Strategy *strategy)
{
    const Extra *extra = (const Extra *)strategy;
    return ready(extra) ? G_N_ELEMENTS(rows) - extra->next : 0;
}

static guint extra_left(const Strategy *strategy)
{
    const Extra *extra = (const Extra *)strategy;
    return G_N_ELEMENTS(rows) - extra->next;
}

static bool extra_over(const Strategy *strategy)
{
    const Extra *extra = (const Extra *)strategy;
    guint next = extra->next;
    while (ready(extra) && next < G_N_ELEMENTS(rows) && !version_of(extra, &rows[next]))
        next++;
    return ready(extra) && !extra->out && next >= G_N_ELEMENTS(rows);
}

static void extra_stop(Strategy *strategy, const char *reason)
{
    Extra *extra = (Extra *)strategy;
    for (; extra->next < G_N_ELEMENTS(rows); extra->next++) {
        const KnownVersion *of = version_of(extra, &rows[extra->next]);
        if (!of)
            continue;
        json_t *answer = known_answer("behaviour", of->version, "unknown");
        known_code(answer, rows[extra->next].code);
        known_text(answer, "reason", reason);
        known_say(extra->known, answer);
    }
}

static void extra_free(Strategy *strategy)
{
    g_free(strategy);
}

static const StrategyClass extra_class = {
    .ask = extra_ask,
    .tell = extra_tell,
    .want = extra_want,
    .left = extra_left,
    .over = extra_over,
    .stop = extra_stop,
    .free = extra_free,
};

Strategy *extra_new(Known *known)
{
    Extra *extra = g_new0(Extra, 1);
    extra->base.class = &extra_class;
    extra->base.rank = RANK_LAST;
    extra->known = known;
    return &extra->base;
}
