/* A row is answered with yes where the server went on, no where it refused, unknown where it was
 * lost in every try.
 */
#include "worker/probe/extra.h"

#include "common/registry/registry.h"
#include "worker/probe/primes.h"
#include "worker/probe/report.h"
#include "worker/probe/rows.h"
#include "worker/tls/record.h"

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

/* Records of a byte each. */
static bool in_crumbs(Offer *offer)
{
    offer->fragment = 1;
    return true;
}

/* Records without a byte before and within the hello: of type handshake they are forbidden, of
 * application data they are no hello's (RFC 8446 sections 5.1 and 5.4). */
static bool with_empty_records(Offer *offer)
{
    offer->fragment = 128;
    offer->between = RECORD_HANDSHAKE;
    return true;
}

static bool with_empty_data(Offer *offer)
{
    offer->fragment = 128;
    offer->between = RECORD_APPLICATION_DATA;
    return true;
}

/* A hello that comes in several segments of TCP. */
static bool in_parts(Offer *offer)
{
    offer->parts = 4;
    return true;
}

static bool in_records_of_ssl3(Offer *offer)
{
    offer->record = TLS_SSL3;
    return true;
}

static bool in_records_of_tls12(Offer *offer)
{
    offer->record = TLS_1_2;
    return true;
}

static bool in_records_to_come(Offer *offer)
{
    offer->record = 0x0400;
    return true;
}

/* Versions to come as they would be asked for without supported_versions. */
static bool as_0304(Offer *offer)
{
    offer->legacy = 0x0304;
    return true;
}

static bool as_0305(Offer *offer)
{
    offer->legacy = 0x0305;
    return true;
}

static bool as_0400(Offer *offer)
{
    offer->legacy = 0x0400;
    return true;
}

static bool in_reverse(Offer *offer)
{
    offer->reversed = true;
    return true;
}

/* Behind padding that leaves nothing to be padded. */
static bool with_empty_last(Offer *offer)
{
    static const guint8 zeros[512];
    for (guint i = 0; i < offer->extensions->len; i++)
        if (g_array_index(offer->extensions, OfferExtension, i).type ==
            EXTENSION_EXTENDED_MASTER_SECRET)
            g_array_remove_index(offer->extensions, i--);
    offer_add_extension(offer, EXTENSION_PADDING, zeros, sizeof zeros);
    offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    return true;
}

/* Forbidden (RFC 8446 section 4.2). */
static bool with_extension_twice(Offer *offer)
{
    offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    return true;
}

static bool with_suites_twice(Offer *offer)
{
    g_autoptr(GArray) once = g_array_copy(offer->suites); /* appending may move the array */
    g_array_append_vals(offer->suites, once->data, once->len);
    return true;
}

/* Of a session that the server cannot know. */
static bool with_session_id(Offer *offer)
{
    offer->session_id_size = sizeof offer->session_id;
    return true;
}

/* Without the look of a session that is resumed (RFC 8446 appendix D.4). */
static bool without_session_id(Offer *offer)
{
    offer->session_id_size = 0;
    return true;
}

/* An alert that is a warning does no harm. */
static bool with_warning(Offer *offer)
{
    static const guint8 warning[] = {RECORD_ALERT, 3, 1, 0, 2, 1, 100}; /* no_renegotiation */
    offer->first = g_bytes_new_static(warning, sizeof warning);
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
    g_autofree char *prime = primes_value(rows->known->primes, told->reply);
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
    {"behaviour", "no-server-name", ROW_ANY, .change = without_name, .how = "no server_name"},
    {"behaviour", "unknown-server-name", ROW_ANY, .change = wrong_name, .how = "wrong server_name"},
    {"behaviour", "grease", ROW_OLDER, .change = with_grease},
    {"behaviour", "grease-tls13", ROW_TLS13, .change = with_grease},
    {"behaviour", "fragmented-hello", ROW_ANY, .change = in_fragments},
    {"behaviour", "large-hello", ROW_ANY, .change = with_padding},
    {"behaviour", "future-version", ROW_TLS13, .change = with_future},
    {"behaviour", "key-share", ROW_TLS13, .change = with_share},
    {"behaviour", "long-key-share", ROW_TLS13, .change = with_long_share},
    {"behaviour", "one-byte-records", ROW_ANY, .change = in_crumbs, .odd = true},
    {"behaviour", "empty-records", ROW_ANY, .change = with_empty_records, .odd = true},
    {"behaviour", "empty-data-records", ROW_ANY, .change = with_empty_data, .odd = true},
    {"behaviour", "hello-in-parts", ROW_ANY, .change = in_parts, .odd = true},
    {"behaviour", "record-ssl3", ROW_ANY, .change = in_records_of_ssl3, .odd = true},
    {"behaviour", "record-tls12", ROW_ANY, .change = in_records_of_tls12, .odd = true},
    {"behaviour", "record-to-come", ROW_ANY, .change = in_records_to_come, .odd = true},
    {"behaviour", "version-0304", ROW_OLDER, .change = as_0304, .odd = true},
    {"behaviour", "version-0305", ROW_OLDER, .change = as_0305, .odd = true},
    {"behaviour", "version-0400", ROW_OLDER, .change = as_0400, .odd = true},
    {"behaviour", "reversed-extensions", ROW_ANY, .change = in_reverse, .odd = true},
    {"behaviour", "empty-last-extension", ROW_ANY, .change = with_empty_last, .odd = true},
    {"behaviour", "duplicate-extension", ROW_ANY, .change = with_extension_twice, .odd = true},
    {"behaviour", "duplicate-suites", ROW_ANY, .change = with_suites_twice, .odd = true},
    {"behaviour", "session-id", ROW_OLDER, .change = with_session_id, .odd = true},
    {"behaviour", "no-session-id", ROW_TLS13, .change = without_session_id, .odd = true},
    {"behaviour", "warning-first", ROW_ANY, .change = with_warning, .odd = true},
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
