/* A row is answered with yes where the server went on, no where it refused, unknown where it was
 * lost in every try.
 */
#include "worker/probe/extra.h"

#include "common/registry/registry.h"
#include "worker/probe/report.h"
#include "worker/probe/rows.h"

/* ---- what is changed ---- */

static bool without_name(Offer *offer)
{
    if (!offer->server_name)
        return false;
    g_clear_pointer(&offer->server_name, g_free);
    return true;
}

static bool wrong_name(Offer *offer)
{
    g_free(offer->server_name);
    offer->server_name = g_strdup("wrong.invalid");
    return true;
}

/* RFC 8701 */
static bool with_grease(Offer *offer)
{
    static const guint8 nothing[1] = {0};
    uint32_t suite = 0x0A0A;
    uint16_t group = 0x1A1A, version = 0x3A3A;
    g_array_prepend_val(offer->suites, suite);
    g_array_prepend_val(offer->groups, group);
    offer_add_extension(offer, 0x2A2A, nothing, sizeof nothing);
    if (offer->version < TLS_1_3)
        return true;
    g_array_append_val(offer->versions, version);
    g_array_append_val(offer->versions, offer->version);
    return true;
}

static bool with_future(Offer *offer)
{
    for (uint16_t version = 0x0306; version >= TLS_1_3; version--)
        g_array_append_val(offer->versions, version);
    return true;
}

static bool with_share(Offer *offer)
{
    static const uint16_t shares[] = {29, 23};
    g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
    return true;
}

static bool with_long_share(Offer *offer)
{
    static const uint16_t shares[] = {4588, 29};
    g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
    return true;
}

/* A hello in many records (RFC 8446 section 5.1). */
static bool in_fragments(Offer *offer)
{
    offer->fragment = 64;
    return true;
}

/* Longer than a packet of any network. */
static bool with_padding(Offer *offer)
{
    static const guint8 zeros[9000];
    offer_add_extension(offer, EXTENSION_PADDING, zeros, sizeof zeros);
    return true;
}

/* Code points that no registry knows, in the pages where it knows some. Not among them are GREASE
 * and the signalling values, one of which is an alarm to servers (RFC 7507). */
static bool with_unknown_suites(Offer *offer)
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
    return true;
}

/* DHE for a client that names its groups (RFC 7919). */
static bool with_ffdhe_only(Offer *offer)
{
    for (guint i = 0; i < offer->suites->len; i++) {
        const CipherSuite *suite = registry_suite(g_array_index(offer->suites, uint32_t, i));
        if (!suite || !g_str_equal(suite->exchange, "dhe"))
            g_array_remove_index(offer->suites, i--);
    }
    g_array_set_size(offer->groups, 0);
    for (uint16_t group = 256; group <= 260; group++)
        g_array_append_val(offer->groups, group);
    return offer->suites->len;
}

/* ---- judges ---- */

static void judge_ffdhe(Rows *rows, const Row *row, const Told *told)
{
    if (told->verdict != VERDICT_CHOSEN) {
        rows_judge(rows, row, told);
        return;
    }
    json_t *answer = rows_answer(row, told, "yes");
    g_autofree char *prime = known_prime(told->reply);
    known_text(answer, "value", prime);
    known_say(rows->known, answer);
}

static void judge_suites(Rows *rows, const Row *row, const Told *told)
{
    rows_judge(rows, row, told);
    if (told->verdict != VERDICT_CHOSEN)
        return;
    ReportSpec what = {rows->known, "suite", told->reply->version, NULL, report_suite};
    report_yes(&what, told->reply->suite, told->connection, NULL);
}

static const Row rows[] = {
    {"behaviour", "no-server-name", ROW_OLDER, .change = without_name, .how = "no server_name"},
    {"behaviour", "unknown-server-name", ROW_OLDER, .change = wrong_name,
     .how = "wrong server_name"},
    {"behaviour", "grease", ROW_OLDER, .change = with_grease},
    {"behaviour", "grease-tls13", ROW_TLS13, .change = with_grease},
    {"behaviour", "fragmented-hello", ROW_OLDER, .change = in_fragments},
    {"behaviour", "large-hello", ROW_OLDER, .change = with_padding},
    {"behaviour", "future-version", ROW_TLS13, .change = with_future},
    {"behaviour", "key-share", ROW_TLS13, .change = with_share},
    {"behaviour", "long-key-share", ROW_TLS13, .change = with_long_share},
    {"behaviour", "ffdhe-groups", ROW_OLDER, .change = with_ffdhe_only, .judge = judge_ffdhe},
    {"behaviour", "unknown-suites", ROW_OLDER, .change = with_unknown_suites,
     .judge = judge_suites},
    {"behaviour", "unknown-suites", ROW_TLS13, .change = with_unknown_suites,
     .judge = judge_suites},
};

static const RowsTable table = {.rows = rows, .count = G_N_ELEMENTS(rows)};

Strategy *extra_new(Known *known)
{
    return rows_new(known, &table);
}
