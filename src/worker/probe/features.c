/* 1. Waits until the versions are answered. Each row of the table is one hello, in the best version
 *    below TLS 1.3, with the suites that are known to be accepted there.
 * 2. An extension that was offered and is in the ServerHello is a yes, with what it says; one that
 *    is not there is a no, in this version and of this hello. Those that exclude each other stand
 * in hellos of their own: record_size_limit and max_fragment_length (RFC 8449 section 5),
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
#include "worker/probe/form.h"
#include "worker/probe/suites.h"

enum {
    FALLBACK_SCSV = 0x5600,
    ALERT_INAPPROPRIATE_FALLBACK = 86,
    MOMENT = 10,           /* seconds between two hellos of these rows, at most */
    CLOCK_FROM = 946684800 /* 2000-01-01: before it, four bytes of random are no clock */
};

typedef struct Features {
    Strategy base;
    Known *known;
    guint next, out;
    uint32_t clock; /* of the last ServerHello */
    guint clocks;   /* ServerHellos seen; how many of them agreed with the one before */
    guint agreed;
} Features;

/* ---- what is offered ---- */

/* An extension with its data, in hexadecimal digits. */
typedef struct Offered {
    uint16_t type;
    guint8 size, data[8];
} Offered;

static const Offered at_once[] = {
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

static const Offered limit[] = {
    {EXTENSION_RECORD_SIZE_LIMIT, 2, {0x40, 0x00}},
    {EXTENSION_STATUS_REQUEST_V2, 7, {2, 0, 4, 0, 0, 0, 0}},
};

static const Offered only_cbc[] = {{EXTENSION_ENCRYPT_THEN_MAC, 0, {0}}};

typedef enum Kind {
    KIND_EXTENSIONS,
    KIND_CBC, /* extensions, with suites in CBC mode alone */
    KIND_COMPRESSION,
    KIND_FALLBACK,
} Kind;

static const struct {
    Kind kind;
    const Offered *offered;
    guint count;
    const char *code; /* the feature; NULL: the extensions are what is asked about */
} rows[] = {
    {KIND_EXTENSIONS, at_once, G_N_ELEMENTS(at_once), NULL},
    {KIND_EXTENSIONS, limit, G_N_ELEMENTS(limit), NULL},
    {KIND_CBC, only_cbc, G_N_ELEMENTS(only_cbc), NULL},
    {KIND_COMPRESSION, NULL, 0, "compression"},
    {KIND_FALLBACK, NULL, 0, "fallback-scsv"},
};

/* ---- versions and suites ---- */

static const uint16_t below[] = {TLS_1_2, TLS_1_1, TLS_1_0};

static bool ready(const Features *features)
{
    for (guint i = 0; i < G_N_ELEMENTS(below); i++)
        if (!known_version(features->known, below[i])->over)
            return false;
    return known_version(features->known, TLS_1_3)->over;
}

/* The best version below TLS 1.3 of those with suites, or the next one after it; NULL: none. */
static const KnownVersion *best(const Features *features, guint place)
{
    for (guint i = 0; i < G_N_ELEMENTS(below); i++) {
        const KnownVersion *of = known_version(features->known, below[i]);
        if (of->suites->len && !place--)
            return of;
    }
    return NULL;
}

/* The version that a hello with the SCSV asks for: the second best of all. */
static const KnownVersion *fallback(const Features *features)
{
    return best(features, known_version(features->known, TLS_1_3)->suites->len ? 0 : 1);
}

static GArray *suites_of(const KnownVersion *of, bool cbc)
{
    GArray *suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < of->suites->len; i++) {
        uint32_t code = g_array_index(of->suites, uint32_t, i);
        const CipherSuite *suite = registry_suite(code);
        if (!cbc || (suite && !g_strcmp0(suite->mode, "cbc")))
            g_array_append_val(suites, code);
    }
    return suites;
}

/* ---- hellos ---- */

static void set_extensions(Offer *offer, guint row)
{
    g_array_set_size(offer->extensions, 0);
    for (guint i = 0; i < rows[row].count; i++) {
        const Offered *one = &rows[row].offered[i];
        offer_add_extension(offer, one->type, one->data, one->size);
    }
}

/* The hello of a row; NULL where it cannot be asked. */
static Offer *row_offer(const Features *features, guint row)
{
    static const guint8 compressions[] = {1, 64, 0}; /* DEFLATE, LZS, null */
    Kind kind = rows[row].kind;
    const KnownVersion *of = kind == KIND_FALLBACK ? fallback(features) : best(features, 0);
    if (!of)
        return NULL;
    g_autoptr(GArray) suites = suites_of(of, kind == KIND_CBC);
    if (!suites->len)
        return NULL;
    if (kind == KIND_FALLBACK) {
        uint32_t scsv = FALLBACK_SCSV;
        g_array_append_val(suites, scsv);
    }
    Offer *offer = form_offer(of->version, FORM_EC, suites, features->known->server_name);
    if (kind == KIND_COMPRESSION)
        g_array_append_vals(offer->compressions, compressions, sizeof compressions);
    if (rows[row].count)
        set_extensions(offer, row);
    return offer;
}

static Offer *features_ask(Strategy *strategy, guint *tag)
{
    Features *features = (Features *)strategy;
    Offer *offer = NULL;
    if (!ready(features))
        return NULL;
    while (!offer && features->next < G_N_ELEMENTS(rows)) {
        *tag = features->next;
        offer = row_offer(features, features->next++);
    }
    features->out += offer != NULL;
    return offer;
}

/* ---- answers ---- */

/* What the extension says; NULL: nothing that words can add to. */
static char *value_of(uint16_t type, const Reply *reply)
{
    GBytes *bytes = g_hash_table_lookup(reply->values, GUINT_TO_POINTER((guint)type));
    gsize size = 0;
    const guint8 *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    Reader reader = reader_new(data, size);
    switch (type) {
    case EXTENSION_MAX_FRAGMENT_LENGTH:
        return size == 1 ? g_strdup_printf("code %u", data[0]) : NULL;
    case EXTENSION_RECORD_SIZE_LIMIT:
        return size == 2 ? g_strdup_printf("%u bytes", reader_u16(&reader)) : NULL;
    case EXTENSION_HEARTBEAT:
        return size == 1 ? g_strdup(data[0] == 1 ? "may be sent to it" : "only sends") : NULL;
    case EXTENSION_STATUS_REQUEST:
    case EXTENSION_STATUS_REQUEST_V2:
        return g_strdup(reply->stapled ? "with an OCSP response" : "without an OCSP response");
    case EXTENSION_SERVER_CERTIFICATE_TYPE:
        return size == 1 ? g_strdup(data[0] == 2 ? "RawPublicKey" : "X509") : NULL;
    case EXTENSION_SCT:
        return g_strdup_printf("%" G_GSIZE_FORMAT " bytes", size);
    default:
        return NULL;
    }
}

static bool is_answered(const Reply *reply, uint16_t type)
{
    return offer_has(reply->extensions, type);
}

static void say_extensions(Features *features, guint row, const Told *told)
{
    char number[REGISTRY_NUMBER];
    json_t *no = NULL;
    for (guint i = 0; i < rows[row].count; i++) {
        uint16_t type = rows[row].offered[i].type;
        bool yes = is_answered(told->reply, type);
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
        known_say(features->known, answer);
    }
    if (no)
        known_say(features->known, no);
}

/* A row that was not answered with a ServerHello says nothing about what was in it. */
static void say_unknown(Features *features, guint row, uint16_t version, const char *connection,
                        const char *reason)
{
    char number[REGISTRY_NUMBER];
    json_t *answer = known_answer(rows[row].code ? "feature" : "extension", version, "unknown");
    for (guint i = 0; i < rows[row].count; i++)
        known_item(answer, registry_extension_name(rows[row].offered[i].type, number),
                   rows[row].offered[i].type);
    if (rows[row].code)
        known_code(answer, rows[row].code);
    known_text(answer, "connection", connection);
    known_text(answer, "reason", reason);
    known_say(features->known, answer);
}

static void say_feature(Features *features, guint row, const Told *told, bool yes,
                        const char *value)
{
    json_t *answer = known_answer("feature", told->offer->version, yes ? "yes" : "no");
    known_code(answer, rows[row].code);
    known_text(answer, "connection", told->connection);
    known_text(answer, "value", value);
    known_say(features->known, answer);
}

static void say_compression(Features *features, guint row, const Told *told)
{
    char number[REGISTRY_NUMBER];
    guint method = told->reply->compression;
    say_feature(features, row, told, method != 0,
                method ? registry_code_name("compression", method, number) : NULL);
}

/* The clock that a ServerHello's random begins with, where it is one. */
static void see_clock(Features *features, const Reply *reply)
{
    Reader reader = reader_new(reply->random, sizeof reply->random);
    uint32_t clock = reader_u32(&reader);
    bool near = clock >= features->clock && clock - features->clock <= MOMENT;
    if (features->clocks++ && near && clock > CLOCK_FROM)
        features->agreed++;
    features->clock = clock;
}

static void say_clock(Features *features, uint16_t version)
{
    if (features->clocks < 2)
        return;
    bool yes = features->agreed + 1 == features->clocks;
    json_t *answer = known_answer("behaviour", version, yes ? "yes" : "no");
    g_autofree char *value = yes ? text_from_time(features->clock) : NULL;
    known_code(answer, "clock-in-random");
    known_text(answer, "value", value);
    known_say(features->known, answer);
}

static void say_sentinel(Features *features, const Told *told)
{
    static const guint8 mark[] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    const guint8 *end = told->reply->random + sizeof told->reply->random - sizeof mark;
    if (told->reply->version != TLS_1_2 || !known_version(features->known, TLS_1_3)->suites->len)
        return;
    json_t *answer =
        known_answer("behaviour", TLS_1_2, memcmp(end, mark, sizeof mark) ? "no" : "yes");
    known_code(answer, "downgrade-sentinel");
    known_text(answer, "connection", told->connection);
    known_say(features->known, answer);
}

/* The order in which a server writes its extensions is the habit of its library. */
static void say_order(Features *features, const Told *told)
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
    known_say(features->known, answer);
}

static void take_chosen(Features *features, guint row, const Told *told)
{
    see_clock(features, told->reply);
    switch (rows[row].kind) {
    case KIND_COMPRESSION:
        say_compression(features, row, told);
        return;
    case KIND_FALLBACK:
        say_feature(features, row, told, false, NULL);
        return;
    case KIND_CBC:
    case KIND_EXTENSIONS:
        say_extensions(features, row, told);
        if (row)
            return;
        say_sentinel(features, told);
        say_order(features, told);
    }
}

/* The first row from `from` on that can be asked. */
static guint askable(const Features *features, guint from)
{
    for (; from < G_N_ELEMENTS(rows); from++) {
        g_autoptr(Offer) offer = row_offer(features, from);
        if (offer)
            break;
    }
    return from;
}

static void features_tell(Strategy *strategy, guint tag, const Told *told)
{
    Features *features = (Features *)strategy;
    features->out--;
    if (told->verdict == VERDICT_CHOSEN)
        take_chosen(features, tag, told);
    else if (rows[tag].kind == KIND_FALLBACK && told->reply &&
             told->reply->alert == ALERT_INAPPROPRIATE_FALLBACK)
        say_feature(features, tag, told, true, NULL);
    else
        say_unknown(features, tag, told->offer->version, told->connection, told->reason);
    if (!features->out && askable(features, features->next) == G_N_ELEMENTS(rows))
        say_clock(features, best(features, 0)->version);
}

/* ---- the strategy ---- */

static guint features_want(const Strategy *strategy)
{
    const Features *features = (const Features *)strategy;
    return ready(features) ? G_N_ELEMENTS(rows) - features->next : 0;
}

static guint features_left(const Strategy *strategy)
{
    return G_N_ELEMENTS(rows) - ((const Features *)strategy)->next;
}

static bool features_over(const Strategy *strategy)
{
    const Features *features = (const Features *)strategy;
    return ready(features) && !features->out &&
           askable(features, features->next) == G_N_ELEMENTS(rows);
}

static void features_stop(Strategy *strategy, const char *reason)
{
    Features *features = (Features *)strategy;
    const KnownVersion *of = best(features, 0);
    for (; of && features->next < G_N_ELEMENTS(rows); features->next++)
        say_unknown(features, features->next, of->version, NULL, reason);
}

static void features_free(Strategy *strategy)
{
    g_free(strategy);
}

static const StrategyClass features_class = {
    .ask = features_ask,
    .tell = features_tell,
    .want = features_want,
    .left = features_left,
    .over = features_over,
    .stop = features_stop,
    .free = features_free,
};

Strategy *features_new(Known *known)
{
    Features *features = g_new0(Features, 1);
    features->base.class = &features_class;
    features->base.rank = RANK_LAST;
    features->known = known;
    return &features->base;
}
