#include "worker/tls/jarm.h"

#include <string.h>

#include "common/util/bytes.h"

enum { X25519 = 29, TLS13_SUITES = 0x13 };

/* As they are offered, "forward". */
static const uint16_t suites[] = {
    0x0016, 0x0033, 0x0067, 0xC09E, 0xC0A2, 0x009E, 0x0039, 0x006B, 0xC09F, 0xC0A3, 0x009F, 0x0045,
    0x00BE, 0x0088, 0x00C4, 0x009A, 0xC008, 0xC009, 0xC023, 0xC0AC, 0xC0AE, 0xC02B, 0xC00A, 0xC024,
    0xC0AD, 0xC0AF, 0xC02C, 0xC072, 0xC073, 0xCCA9, 0x1302, 0x1301, 0xCC14, 0xC007, 0xC012, 0xC013,
    0xC027, 0xC02F, 0xC014, 0xC028, 0xC030, 0xC060, 0xC061, 0xC076, 0xC077, 0xCCA8, 0x1305, 0x1304,
    0x1303, 0xCC13, 0xC011, 0x000A, 0x002F, 0x003C, 0xC09C, 0xC0A0, 0x009C, 0x0035, 0x003D, 0xC09D,
    0xC0A1, 0x009D, 0x0041, 0x00BA, 0x0084, 0x00C0, 0x0007, 0x0004, 0x0005};

/* As they are counted, from 1. */
static const uint16_t counted[] = {
    0x0004, 0x0005, 0x0007, 0x000A, 0x0016, 0x002F, 0x0033, 0x0035, 0x0039, 0x003C, 0x003D, 0x0041,
    0x0045, 0x0067, 0x006B, 0x0084, 0x0088, 0x009A, 0x009C, 0x009D, 0x009E, 0x009F, 0x00BA, 0x00BE,
    0x00C0, 0x00C4, 0xC007, 0xC008, 0xC009, 0xC00A, 0xC011, 0xC012, 0xC013, 0xC014, 0xC023, 0xC024,
    0xC027, 0xC028, 0xC02B, 0xC02C, 0xC02F, 0xC030, 0xC060, 0xC061, 0xC072, 0xC073, 0xC076, 0xC077,
    0xC09C, 0xC09D, 0xC09E, 0xC09F, 0xC0A0, 0xC0A1, 0xC0A2, 0xC0A3, 0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF,
    0xCC13, 0xCC14, 0xCCA8, 0xCCA9, 0x1301, 0x1302, 0x1303, 0x1304, 0x1305};

static const char *const protocols[] = {"http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2",
                                        "spdy/3",   "h2",       "h2c",      "hq"};
static const char *const rare_protocols[] = {"http/0.9", "http/1.0", "spdy/1", "spdy/2",
                                             "spdy/3",   "h2c",      "hq"};

static const uint16_t versions[] = {TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3};

typedef enum Order { FORWARD, REVERSE, TOP_HALF, BOTTOM_HALF, MIDDLE_OUT } Order;

static const struct Row {
    uint16_t version;
    guint supported; /* of `versions`, in supported_versions; 0: no such extension */
    Order order;     /* of the suites */
    bool tls13;      /* suites of TLS 1.3 are among them */
    bool rare;       /* protocols */
    bool grease;
    bool reverse; /* protocols and versions */
} rows[JARM_HELLOS] = {
    {TLS_1_2, 3, FORWARD, true, false, false, true},
    {TLS_1_2, 3, REVERSE, true, false, false, false},
    {TLS_1_2, 0, TOP_HALF, true, false, false, false},
    {TLS_1_2, 0, BOTTOM_HALF, true, true, false, false},
    {TLS_1_2, 0, MIDDLE_OUT, true, true, true, true},
    {TLS_1_1, 0, FORWARD, true, false, false, false},
    {TLS_1_3, 4, FORWARD, true, false, false, true},
    {TLS_1_3, 4, REVERSE, true, false, false, false},
    {TLS_1_3, 4, FORWARD, false, false, false, false},
    {TLS_1_3, 4, MIDDLE_OUT, true, false, true, true},
};

/* GREASE (RFC 8701): any will do, another in each place. */
enum {
    GREASE_SUITE = 0x0A0A,
    GREASE_TYPE = 0x2A2A,
    GREASE_GROUP = 0x4A4A,
    GREASE_VERSION = 0x6A6A
};

/* ---- the hellos ---- */

/* The index in a list of `count` of what stands at `place` once the list is so ordered; at least
 * `count` past the end. Of an odd list, the one in the middle is of the top half. */
static guint ordered(Order order, guint place, guint count)
{
    guint middle = count / 2, odd = count % 2, step = (place + odd) / 2;
    if (place >= count)
        return count;
    switch (order) {
    case REVERSE:
        return count - 1 - place;
    case TOP_HALF: /* from the middle up to the first */
        return place < middle + odd ? middle + odd - 1 - place : count;
    case BOTTOM_HALF:
        return place + middle + odd;
    case MIDDLE_OUT: /* one behind the middle, then one before it */
        if (odd)
            return place % 2 ? middle + step : middle - step;
        return place % 2 ? middle - 1 - step : middle + step;
    default:
        return place;
    }
}

static void add_suites(Offer *offer, const struct Row *row)
{
    uint16_t list[G_N_ELEMENTS(suites)];
    guint count = 0, index;
    for (guint i = 0; i < G_N_ELEMENTS(suites); i++)
        if (row->tls13 || suites[i] >> 8 != TLS13_SUITES)
            list[count++] = suites[i];
    if (row->grease)
        offer_add_suite(offer, GREASE_SUITE);
    for (guint i = 0; (index = ordered(row->order, i, count)) < count; i++)
        offer_add_suite(offer, list[index]);
}

static void add(Offer *offer, uint16_t type, const GByteArray *data)
{
    offer_add_extension(offer, type, data->data, data->len);
}

static void add_name(Offer *offer, const char *host)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    guint size = (guint)MIN(strlen(host), UINT8_MAX);
    bytes_put(data, size + 3, 2);
    bytes_put(data, 0, 1);
    bytes_put(data, size, 2);
    g_byte_array_append(data, (const uint8_t *)host, size);
    add(offer, EXTENSION_SERVER_NAME, data);
}

static void add_protocols(Offer *offer, const struct Row *row)
{
    g_autoptr(GByteArray) list = g_byte_array_new(), data = g_byte_array_new();
    const char *const *names = row->rare ? rare_protocols : protocols;
    guint count = row->rare ? G_N_ELEMENTS(rare_protocols) : G_N_ELEMENTS(protocols);
    for (guint i = 0; i < count; i++) {
        const char *name = names[row->reverse ? count - 1 - i : i];
        bytes_put(list, strlen(name), 1);
        g_byte_array_append(list, (const uint8_t *)name, (guint)strlen(name));
    }
    bytes_put(data, list->len, 2);
    g_byte_array_append(data, list->data, list->len);
    add(offer, EXTENSION_ALPN, data);
}

static void add_share(Offer *offer, const struct Row *row, const char *host)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 seed[32];
    gsize size = sizeof seed;
    g_checksum_update(sum, (const guchar *)host, (gssize)strlen(host));
    g_checksum_get_digest(sum, seed, &size);
    g_autoptr(GByteArray) share = offer_share(X25519, seed);
    bytes_put(data, 4 + share->len + (row->grease ? 5 : 0), 2);
    if (row->grease) {
        bytes_put(data, GREASE_GROUP, 2);
        bytes_put(data, 1, 2);
        bytes_put(data, 0, 1);
    }
    bytes_put(data, X25519, 2);
    bytes_put(data, share->len, 2);
    g_byte_array_append(data, share->data, share->len);
    add(offer, EXTENSION_KEY_SHARE, data);
}

static void add_versions(Offer *offer, const struct Row *row)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    if (!row->supported)
        return;
    bytes_put(data, 2 * ((uint64_t)row->supported + row->grease), 1);
    if (row->grease)
        bytes_put(data, GREASE_VERSION, 2);
    for (guint i = 0; i < row->supported; i++)
        bytes_put(data, versions[row->reverse ? row->supported - 1 - i : i], 2);
    add(offer, EXTENSION_SUPPORTED_VERSIONS, data);
}

static void add_fixed(Offer *offer, uint16_t type, const char *data, size_t size)
{
    offer_add_extension(offer, type, data, size);
}

#define FIXED(offer, type, bytes) add_fixed(offer, type, bytes, sizeof(bytes) - 1)

Offer *jarm_offer(guint index, const char *host)
{
    const struct Row *row = &rows[index];
    Offer *offer = offer_new(row->version);
    offer->exact = true;
    offer->record = row->version == TLS_1_3 ? TLS_1_0 : row->version;
    offer->session_id_size = sizeof offer->session_id;
    add_suites(offer, row);
    if (row->grease)
        FIXED(offer, GREASE_TYPE, "");
    add_name(offer, host);
    FIXED(offer, EXTENSION_EXTENDED_MASTER_SECRET, "");
    FIXED(offer, EXTENSION_MAX_FRAGMENT_LENGTH, "\001");
    FIXED(offer, EXTENSION_RENEGOTIATION_INFO, "\000");
    FIXED(offer, EXTENSION_SUPPORTED_GROUPS, "\000\010\000\035\000\027\000\030\000\031");
    FIXED(offer, EXTENSION_EC_POINT_FORMATS, "\001\000");
    FIXED(offer, EXTENSION_SESSION_TICKET, "");
    add_protocols(offer, row);
    FIXED(offer, EXTENSION_SIGNATURE_ALGORITHMS,
          "\000\022\004\003\010\004\004\001\005\003\010\005\005\001\010\006\006\001\002\001");
    add_share(offer, row, host);
    FIXED(offer, EXTENSION_PSK_KEY_EXCHANGE_MODES, "\001\001");
    add_versions(offer, row);
    return offer;
}

/* ---- the fingerprint ---- */

char *jarm_part(uint16_t version, uint16_t suite, const char *alpn, const GArray *extensions)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%04x|%04x|%s|", suite, MIN(version, TLS_1_2), alpn ? alpn : "");
    for (guint i = 0; i < extensions->len; i++)
        g_string_append_printf(text, "%s%04x", i ? "-" : "",
                               g_array_index(extensions, uint16_t, i));
    return g_string_free(text, FALSE);
}

/* A suite that is not in the table counts as the one after its last. */
static guint place_of(const char *suite)
{
    guint64 code = g_ascii_strtoull(suite, NULL, 16);
    guint place = 0;
    while (place < G_N_ELEMENTS(counted) && counted[place] != code)
        place++;
    return place + 1;
}

/* The last digit: SSL 3.0 is "a", TLS 1.2 "d", and so is TLS 1.3, which says 1.2 in that place. */
static char letter_of(const char *version)
{
    guint64 code = g_ascii_strtoull(version, NULL, 16);
    return (char)('a' + (code & 0xf));
}

char *jarm_hash(const char *const *parts)
{
    GString *hash = g_string_new(NULL);
    g_autoptr(GString) rest = g_string_new(NULL);
    bool any = false;
    for (guint i = 0; i < JARM_HELLOS; i++) {
        g_auto(GStrv) pieces = g_strsplit(parts[i], "|", 4);
        bool answered = *pieces[0];
        any = any || answered;
        if (answered)
            g_string_append_printf(hash, "%02x%c", place_of(pieces[0]), letter_of(pieces[1]));
        else
            g_string_append(hash, "000");
        g_string_append(rest, pieces[2]);
        g_string_append(rest, pieces[3]);
    }
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, rest->str, -1);
    g_string_append_len(hash, any ? digest : "00000000000000000000000000000000", 32);
    return g_string_free(hash, FALSE);
}
