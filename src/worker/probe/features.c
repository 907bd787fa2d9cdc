/* 1. Each row of the table is one hello, in the best version below TLS 1.3, once all versions are
 *    answered.
 * 2. An extension that was offered and is in the ServerHello is a yes, with what it says; one that
 *    is not there is a no, in this version and of this hello. Those that exclude each other stand
 *    in hellos of their own: record_size_limit and max_fragment_length (RFC 8449 section 5),
 *    encrypt_then_mac and suites that are not CBC (RFC 7366 section 3).
 * 3. TLS_FALLBACK_SCSV is asked in the next lower version that is accepted too: only the alert
 *    inappropriate_fallback is its yes (RFC 7507). With one version there is nothing to fall back
 *    from.
 * 4. What several ServerHellos of these rows have in common: a clock in their random (RFC 5246
 *    section 7.4.1.2), which two of them must show alike, and the mark of a server that can do more
 *    than was asked of it (RFC 8446 section 4.1.3).
 */
#include "worker/probe/features.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/text.h"
#include "worker/probe/rows.h"
#include "worker/probe/values.h"

enum {
    ALERT_INAPPROPRIATE_FALLBACK = 86,
    MOMENT = 10,           /* seconds between two hellos of these rows, at most */
    CLOCK_FROM = 946684800 /* 2000-01-01: before it, four bytes of random are no clock */
};

/* What the rows have in common. */
typedef struct Seen {
    uint32_t clock; /* of the last ServerHello */
    guint clocks;   /* ServerHellos seen; how many of them agreed with the one before */
    guint agreed;
} Seen;

/* ---- what is offered ---- */

static const RowExtension at_once[] = {
    {EXTENSION_EXTENDED_MASTER_SECRET, 0, {0}},
    {EXTENSION_SESSION_TICKET, 0, {0}},
    {EXTENSION_MAX_FRAGMENT_LENGTH, 1, {1}}, /* 2^9 bytes */
    {4, 0, {0}},                             /* truncated_hmac */
    {EXTENSION_STATUS_REQUEST, 5, {1, 0, 0, 0, 0}},
    {EXTENSION_HEARTBEAT, 1, {1}}, /* peer_allowed_to_send */
    {EXTENSION_SCT, 0, {0}},
    {EXTENSION_SERVER_CERTIFICATE_TYPE, 3, {2, 2, 0}}, /* RawPublicKey, X509 */
    {EXTENSION_NEXT_PROTOCOL_NEGOTIATION, 0, {0}},
    {EXTENSION_RENEGOTIATION_INFO, 1, {0}},
};

static const RowExtension limit[] = {
    {EXTENSION_RECORD_SIZE_LIMIT, 2, {0x40, 0x00}},
    {EXTENSION_STATUS_REQUEST_V2, 7, {2, 0, 4, 0, 0, 0, 0}},
};

static const RowExtension only_cbc[] = {{EXTENSION_ENCRYPT_THEN_MAC, 0, {0}}};

/* Suites in CBC mode alone. */
static bool with_cbc_only(Offer *offer)
{
    for (guint i = 0; i < offer->suites->len; i++) {
        const CipherSuite *suite = registry_suite(g_array_index(offer->suites, uint32_t, i));
        if (!suite || g_strcmp0(suite->mode, "cbc"))
            g_array_remove_index(offer->suites, i--);
    }
    return offer->suites->len;
}

static bool with_compression(Offer *offer)
{
    static const guint8 methods[] = {1, 64, 0}; /* DEFLATE, LZS, null */
    g_array_append_vals(offer->compressions, methods, sizeof methods);
    return true;
}

static bool with_scsv(Offer *offer)
{
    offer_add_suite(offer, SUITE_FALLBACK_SCSV);
    return true;
}

/* ---- answers ---- */

/* What the extension says; NULL: nothing that words can add to. */
static char *value_of(uint16_t type, const Reply *reply)
{
    if (type == EXTENSION_STATUS_REQUEST || type == EXTENSION_STATUS_REQUEST_V2)
        return g_strdup(reply->stapled ? "with an OCSP response" : "without an OCSP response");
    return values_say(type, g_hash_table_lookup(reply->values, GUINT_TO_POINTER((guint)type)));
}

static void say_extensions(Rows *rows, const Row *row, const Told *told)
{
    char number[REGISTRY_NUMBER];
    json_t *no = NULL;
    for (guint i = 0; i < row->count; i++) {
        uint16_t type = row->extensions[i].type;
        bool yes = offer_has(told->reply->extensions, type);
        json_t *answer = yes  ? known_answer("extension", told->reply->version, "yes")
                         : no ? no
                              : known_answer("extension", told->reply->version, "no");
        known_item(answer, registry_extension_name(type, number), type);
        known_text(answer, "connection", told->connection);
        if (!yes) {
            no = answer;
            continue;
        }
        g_autofree char *value = value_of(type, told->reply);
        known_text(answer, "value", value);
        known_say(rows->known, answer);
    }
    if (no)
        known_say(rows->known, no);
}

/* A row that was not answered with a ServerHello says nothing about what was in it. */
static void say_unknown(Rows *rows, const Row *row, const Told *told)
{
    json_t *answer = rows_answer(row, told, "unknown");
    known_text(answer, "reason", told->reason);
    known_say(rows->known, answer);
}

static void say_feature(Rows *rows, const Row *row, const Told *told, const char *value)
{
    json_t *answer = rows_answer(row, told, value ? "yes" : "no");
    known_text(answer, "value", value && *value ? value : NULL);
    known_say(rows->known, answer);
}

/* The clock that a ServerHello's random begins with, where it is one. */
static void see_clock(Seen *seen, const Reply *reply)
{
    Reader reader = reader_new(reply->random, sizeof reply->random);
    uint32_t clock = reader_u32(&reader);
    bool near = clock >= seen->clock && clock - seen->clock <= MOMENT;
    if (seen->clocks++ && near && clock > CLOCK_FROM)
        seen->agreed++;
    seen->clock = clock;
}

static void say_clock(Rows *rows)
{
    bool open;
    const Seen *seen = rows->seen;
    const KnownVersion *best = known_best(rows->known, 0, &open);
    if (!best || seen->clocks < 2)
        return;
    bool yes = seen->agreed + 1 == seen->clocks;
    json_t *answer = known_answer("behaviour", best->version, yes ? "yes" : "no");
    g_autofree char *value = yes ? text_from_time(seen->clock) : NULL;
    known_code(answer, "clock-in-random");
    known_text(answer, "value", value);
    known_say(rows->known, answer);
}

static void say_sentinel(Rows *rows, const Told *told)
{
    static const guint8 mark[] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    const guint8 *end = told->reply->random + sizeof told->reply->random - sizeof mark;
    if (told->reply->version != TLS_1_2 || !known_version(rows->known, TLS_1_3)->suites->len)
        return;
    json_t *answer =
        known_answer("behaviour", TLS_1_2, memcmp(end, mark, sizeof mark) ? "no" : "yes");
    known_code(answer, "downgrade-sentinel");
    known_text(answer, "connection", told->connection);
    known_say(rows->known, answer);
}

/* The order in which a server writes its extensions is the habit of its library. */
static void say_order(Rows *rows, const Told *told)
{
    char number[REGISTRY_NUMBER];
    const GArray *types = told->reply->extensions;
    if (!types->len)
        return;
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < types->len; i++)
        g_string_append_printf(names, "%s%s", i ? " " : "",
                               registry_extension_name(g_array_index(types, uint16_t, i), number));
    json_t *answer = known_answer("behaviour", told->reply->version, "yes");
    known_code(answer, "extension-order");
    known_text(answer, "value", names->str);
    known_text(answer, "connection", told->connection);
    known_say(rows->known, answer);
}

/* ---- judges ---- */

static void judge_extensions(Rows *rows, const Row *row, const Told *told)
{
    Seen *seen = rows->seen;
    if (told->verdict != VERDICT_CHOSEN) {
        say_unknown(rows, row, told);
        return;
    }
    see_clock(seen, told->reply);
    say_extensions(rows, row, told);
    if (row->extensions != at_once)
        return;
    say_sentinel(rows, told);
    say_order(rows, told);
}

static void judge_compression(Rows *rows, const Row *row, const Told *told)
{
    char number[REGISTRY_NUMBER];
    guint method = told->reply ? told->reply->compression : 0;
    if (told->verdict != VERDICT_CHOSEN) {
        say_unknown(rows, row, told);
        return;
    }
    see_clock(rows->seen, told->reply);
    say_feature(rows, row, told, method ? registry_code_name("compression", method, number) : NULL);
}

static void judge_fallback(Rows *rows, const Row *row, const Told *told)
{
    if (told->verdict == VERDICT_CHOSEN) {
        see_clock(rows->seen, told->reply);
        say_feature(rows, row, told, NULL);
    } else if (told->reply && told->reply->alert == ALERT_INAPPROPRIATE_FALLBACK) {
        say_feature(rows, row, told, "");
    } else {
        say_unknown(rows, row, told);
    }
}

static const Row rows[] = {
    {"extension", NULL, ROW_OLDER, .judge = judge_extensions, .extensions = at_once,
     .count = G_N_ELEMENTS(at_once)},
    {"extension", NULL, ROW_OLDER, .judge = judge_extensions, .extensions = limit,
     .count = G_N_ELEMENTS(limit)},
    {"extension", NULL, ROW_OLDER, .change = with_cbc_only, .judge = judge_extensions,
     .extensions = only_cbc, .count = G_N_ELEMENTS(only_cbc)},
    {"feature", "compression", ROW_OLDER, .change = with_compression, .judge = judge_compression},
    {"feature", "fallback-scsv", ROW_FALLBACK, .change = with_scsv, .judge = judge_fallback},
};

static const RowsTable table = {
    .rows = rows,
    .count = G_N_ELEMENTS(rows),
    .whole = true,
    .seen = sizeof(Seen),
    .end = say_clock,
};

Strategy *features_new(Known *known)
{
    return rows_new(known, &table);
}
