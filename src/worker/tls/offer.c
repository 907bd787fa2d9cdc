#include "worker/tls/offer.h"

#include <string.h>

#include "common/util/bytes.h"
#include "worker/tls/agree.h"
#include "worker/tls/record.h"

enum {
    FRAGMENT_MAX = 1 << 14, /* bytes in a record, RFC 8446 section 5.1 */
    RANDOM = 32,
    CHALLENGE = 16,    /* bytes of an SSL 2.0 challenge */
    SSL2_MAX = 0x7fff, /* bytes of an SSL 2.0 record */
    PADDED_FROM = 256, /* sizes that are padded, RFC 7685 section 4 */
    PADDED_TO = 512,
    EXTENSION_HEADER = 4,
};

/* ---- the offer ---- */

static void extension_clear(void *data)
{
    OfferExtension *extension = data;
    g_bytes_unref(extension->data);
}

Offer *offer_new(uint16_t version)
{
    Offer *offer = g_new0(Offer, 1);
    offer->version = version;
    offer->versions = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    offer->suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    offer->compressions = g_array_new(FALSE, FALSE, sizeof(uint8_t));
    offer->groups = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    offer->schemes = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    offer->shares = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    offer->points = g_array_new(FALSE, FALSE, sizeof(uint8_t));
    offer->alpn = g_ptr_array_new_with_free_func(g_free);
    offer->extensions = g_array_new(FALSE, FALSE, sizeof(OfferExtension));
    g_array_set_clear_func(offer->extensions, extension_clear);
    return offer;
}

static gpointer copy_name(gconstpointer name, gpointer data)
{
    (void)data;
    return g_strdup(name);
}

Offer *offer_copy(const Offer *offer)
{
    Offer *copy = g_memdup2(offer, sizeof *offer);
    copy->versions = g_array_copy(offer->versions);
    copy->suites = g_array_copy(offer->suites);
    copy->compressions = g_array_copy(offer->compressions);
    copy->groups = g_array_copy(offer->groups);
    copy->schemes = g_array_copy(offer->schemes);
    copy->shares = g_array_copy(offer->shares);
    copy->points = g_array_copy(offer->points);
    copy->alpn = g_ptr_array_copy(offer->alpn, copy_name, NULL);
    copy->server_name = g_strdup(offer->server_name);
    copy->cookie = offer->cookie ? g_bytes_ref(offer->cookie) : NULL;
    copy->extensions = g_array_copy(offer->extensions); /* without the function that clears */
    g_array_set_clear_func(copy->extensions, extension_clear);
    for (guint i = 0; i < copy->extensions->len; i++)
        g_bytes_ref(g_array_index(copy->extensions, OfferExtension, i).data);
    copy->first = offer->first ? g_bytes_ref(offer->first) : NULL;
    copy->message = offer->message ? g_bytes_ref(offer->message) : NULL;
    return copy;
}

void offer_free(Offer *offer)
{
    if (!offer)
        return;
    g_array_unref(offer->versions);
    g_array_unref(offer->suites);
    g_array_unref(offer->compressions);
    g_array_unref(offer->groups);
    g_array_unref(offer->schemes);
    g_array_unref(offer->shares);
    g_array_unref(offer->points);
    g_ptr_array_unref(offer->alpn);
    g_array_unref(offer->extensions);
    g_clear_pointer(&offer->first, g_bytes_unref);
    g_clear_pointer(&offer->message, g_bytes_unref);
    g_free(offer->server_name);
    g_clear_pointer(&offer->cookie, g_bytes_unref);
    g_free(offer);
}

void offer_add_suite(Offer *offer, uint32_t suite)
{
    g_array_append_val(offer->suites, suite);
}

void offer_add_extension(Offer *offer, uint16_t type, const void *data, size_t size)
{
    OfferExtension extension = {.type = type, .data = g_bytes_new(data, size)};
    g_array_append_val(offer->extensions, extension);
}

bool offer_has(const GArray *list, uint16_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint16_t, i) == code)
            return true;
    return false;
}

/* ---- vectors ---- */

/* Room for a length of `width` bytes, which close_vector fills in; gives the place. */
static guint open_vector(GByteArray *out, guint width)
{
    guint place = out->len;
    bytes_put(out, 0, (int)width);
    return place;
}

static void close_vector(GByteArray *out, guint place, guint width)
{
    size_t size = out->len - place - width;
    for (guint i = 0; i < width; i++)
        out->data[place + i] = (uint8_t)(size >> 8 * (width - 1 - i));
}

/* How many elements fit into what a length of `width` bytes can say. */
static guint fitting(guint count, guint each, guint width)
{
    guint most = ((1u << 8 * width) - 1) / each;
    return MIN(count, most);
}

static void put_octets(GByteArray *out, const GArray *octets)
{
    guint count = fitting(octets->len, 1, 1);
    bytes_put(out, count, 1);
    if (count)
        g_byte_array_append(out, (const uint8_t *)octets->data, count);
}

static void put_codes(GByteArray *out, const GArray *codes, guint width)
{
    guint count = fitting(codes->len, 2, width);
    bytes_put(out, 2 * (uint64_t)count, (int)width);
    for (guint i = 0; i < count; i++)
        bytes_put(out, g_array_index(codes, uint16_t, i), 2);
}

/* ---- extensions: each puts its extension_data, or is not there ---- */

static bool put_server_name(const Offer *offer, GByteArray *out)
{
    if (!offer->server_name)
        return false;
    guint size = fitting((guint)strlen(offer->server_name), 1, 2);
    size = MIN(size, UINT16_MAX - 3 * EXTENSION_HEADER);
    bytes_put(out, size + 3, 2);
    bytes_put(out, 0, 1);
    bytes_put(out, size, 2);
    g_byte_array_append(out, (const uint8_t *)offer->server_name, size);
    return true;
}

static bool put_groups(const Offer *offer, GByteArray *out)
{
    put_codes(out, offer->groups, 2);
    return offer->groups->len > 0;
}

static bool put_points(const Offer *offer, GByteArray *out)
{
    static const uint8_t uncompressed[] = {1, 0};
    if (offer->points->len)
        put_octets(out, offer->points);
    else
        g_byte_array_append(out, uncompressed, sizeof uncompressed);
    return offer->points->len || offer->groups->len;
}

static bool put_schemes(const Offer *offer, GByteArray *out)
{
    put_codes(out, offer->schemes, 2);
    return offer->schemes->len > 0;
}

static bool put_alpn(const Offer *offer, GByteArray *out)
{
    guint list = open_vector(out, 2);
    for (guint i = 0; i < offer->alpn->len; i++) {
        const char *name = g_ptr_array_index(offer->alpn, i);
        guint size = fitting((guint)strlen(name), 1, 1);
        if (out->len + 1 + size > UINT16_MAX)
            break;
        bytes_put(out, size, 1);
        g_byte_array_append(out, (const uint8_t *)name, size);
    }
    close_vector(out, list, 2);
    return offer->alpn->len > 0;
}

static bool put_versions(const Offer *offer, GByteArray *out)
{
    if (offer->versions->len) {
        put_codes(out, offer->versions, 1);
        return true;
    }
    bytes_put(out, 2, 1);
    bytes_put(out, offer->version, 2);
    return version_like(offer->version) >= TLS_1_3 && !offer->legacy;
}

bool offer_speaks_13(const Offer *offer)
{
    return version_like(offer->version) >= TLS_1_3 || offer_has(offer->versions, TLS_1_3) ||
           offer_has(offer->versions, DTLS_1_3);
}

static GByteArray *share_of(const Offer *offer, uint16_t group)
{
    GByteArray *share = offer->opens ? agree_public(group, offer->secret) : NULL;
    return share ? share : offer_share(group, offer->random);
}

static bool put_shares(const Offer *offer, GByteArray *out)
{
    guint list = open_vector(out, 2);
    for (guint i = 0; i < offer->shares->len; i++) {
        uint16_t group = g_array_index(offer->shares, uint16_t, i);
        g_autoptr(GByteArray) share = share_of(offer, group);
        if (!share || out->len + share->len + EXTENSION_HEADER > UINT16_MAX)
            continue;
        bytes_put(out, group, 2);
        bytes_put(out, share->len, 2);
        g_byte_array_append(out, share->data, share->len);
    }
    close_vector(out, list, 2);
    return offer->shares->len || offer_speaks_13(offer);
}

static const struct NamedRow {
    uint16_t type;
    bool (*put)(const Offer *offer, GByteArray *out);
} named_rows[] = {
    {EXTENSION_SERVER_NAME, put_server_name},
    {EXTENSION_EC_POINT_FORMATS, put_points},
    {EXTENSION_SUPPORTED_GROUPS, put_groups},
    {EXTENSION_SIGNATURE_ALGORITHMS, put_schemes},
    {EXTENSION_ALPN, put_alpn},
    {EXTENSION_SUPPORTED_VERSIONS, put_versions},
    {EXTENSION_KEY_SHARE, put_shares},
};

/* Appended to the list whose length has two bytes at `list`, unless it would outgrow that. */
static void put_extension(GByteArray *out, guint list, uint16_t type, GBytes *data)
{
    size_t size = g_bytes_get_size(data);
    if (out->len - list - 2 + EXTENSION_HEADER + size > UINT16_MAX)
        return;
    bytes_put(out, type, 2);
    bytes_put(out, size, 2);
    if (size)
        g_byte_array_append(out, g_bytes_get_data(data, NULL), (guint)size);
}

static void put_padding(const Offer *offer, GByteArray *out, guint list)
{
    if (out->len < PADDED_FROM || out->len >= PADDED_TO || version_is_dtls(offer->version))
        return;
    guint size = PADDED_TO - out->len;
    size = size > EXTENSION_HEADER ? size - EXTENSION_HEADER : 1;
    g_autoptr(GBytes) zeros = g_bytes_new_take(g_malloc0(size), size);
    put_extension(out, list, EXTENSION_PADDING, zeros);
}

static bool has_extension(const Offer *offer, uint16_t type)
{
    for (guint i = 0; i < offer->extensions->len; i++)
        if (g_array_index(offer->extensions, OfferExtension, i).type == type)
            return true;
    return false;
}

/* All but the padding, in the order in which they are sent (OfferExtension). */
static GArray *all_extensions(const Offer *offer)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(OfferExtension));
    g_array_set_clear_func(all, extension_clear);
    for (size_t i = 0; !offer->exact && i < G_N_ELEMENTS(named_rows); i++) {
        g_autoptr(GByteArray) content = g_byte_array_new();
        if (!named_rows[i].put(offer, content))
            continue;
        OfferExtension named = {.type = named_rows[i].type,
                                .data = g_byte_array_free_to_bytes(g_steal_pointer(&content))};
        g_array_append_val(all, named);
    }
    for (guint i = 0; i < offer->extensions->len; i++) {
        OfferExtension more = g_array_index(offer->extensions, OfferExtension, i);
        g_bytes_ref(more.data);
        g_array_append_val(all, more);
    }
    for (guint i = 0; offer->reversed && i < all->len / 2; i++) {
        OfferExtension *one = &g_array_index(all, OfferExtension, i);
        OfferExtension *other = &g_array_index(all, OfferExtension, all->len - 1 - i);
        OfferExtension kept = *one;
        *one = *other;
        *other = kept;
    }
    return all;
}

/* Padding is last: some servers dislike an empty extension there. Only pre_shared_key, whose place
 * is the end (RFC 8446 section 4.2.11), makes that impossible. */
static void put_extensions(const Offer *offer, GByteArray *out)
{
    guint start = out->len;
    guint list = open_vector(out, 2);
    g_autoptr(GArray) all = all_extensions(offer);
    for (guint i = 0; i < all->len; i++) {
        const OfferExtension *extension = &g_array_index(all, OfferExtension, i);
        put_extension(out, list, extension->type, extension->data);
    }
    if (out->len == start + 2) {
        g_byte_array_set_size(out, start);
        return;
    }
    if (!offer->exact && !has_extension(offer, EXTENSION_PADDING) &&
        !has_extension(offer, EXTENSION_PRE_SHARED_KEY))
        put_padding(offer, out, list);
    close_vector(out, list, 2);
}

/* ---- messages and records ---- */

static void put_session_id(const Offer *offer, GByteArray *out)
{
    g_byte_array_append(out, offer->session_id, MIN(offer->session_id_size, RANDOM));
}

/* The CLIENT-HELLO of SSL 2.0: three lengths, then what they measure. */
static GByteArray *build_ssl2(const Offer *offer)
{
    GByteArray *out = g_byte_array_new();
    guint count = fitting(offer->suites->len, 3, 2);
    bytes_put(out, 1, 1);
    bytes_put(out, TLS_SSL2, 2);
    bytes_put(out, 3 * (uint64_t)count, 2);
    bytes_put(out, MIN(offer->session_id_size, RANDOM), 2);
    bytes_put(out, CHALLENGE, 2);
    for (guint i = 0; i < count; i++)
        bytes_put(out, g_array_index(offer->suites, uint32_t, i) & 0xffffff, 3);
    put_session_id(offer, out);
    g_byte_array_append(out, offer->random, CHALLENGE);
    return out;
}

static void put_cookie(const Offer *offer, GByteArray *out)
{
    gsize size = 0;
    const uint8_t *cookie = offer->cookie ? g_bytes_get_data(offer->cookie, &size) : NULL;
    size = fitting((guint)size, 1, 1);
    bytes_put(out, size, 1);
    if (size)
        g_byte_array_append(out, cookie, (guint)size);
}

static void put_suites(const Offer *offer, GByteArray *out)
{
    guint count = fitting(offer->suites->len, 2, 2);
    bytes_put(out, 2 * (uint64_t)count, 2);
    for (guint i = 0; i < count; i++)
        bytes_put(out, g_array_index(offer->suites, uint32_t, i) & 0xffff, 2);
}

static uint16_t legacy_version(const Offer *offer)
{
    if (offer->legacy)
        return offer->legacy;
    if (offer->bare || version_like(offer->version) <= TLS_1_2)
        return offer->version;
    return version_is_dtls(offer->version) ? DTLS_1_2 : TLS_1_2;
}

GByteArray *offer_message(const Offer *offer)
{
    if (offer->message)
        return g_bytes_unref_to_array(g_bytes_ref(offer->message));
    if (offer->version == TLS_SSL2)
        return build_ssl2(offer);
    GByteArray *out = g_byte_array_new();
    bytes_put(out, HANDSHAKE_CLIENT_HELLO, 1);
    guint body = open_vector(out, 3);
    bytes_put(out, legacy_version(offer), 2);
    g_byte_array_append(out, offer->random, RANDOM);
    bytes_put(out, MIN(offer->session_id_size, RANDOM), 1);
    put_session_id(offer, out);
    if (version_is_dtls(offer->version))
        put_cookie(offer, out);
    put_suites(offer, out);
    if (offer->compressions->len)
        put_octets(out, offer->compressions);
    else
        bytes_put(out, 0x0100, 2);
    if (!offer->bare)
        put_extensions(offer, out);
    close_vector(out, body, 3);
    return out;
}

GByteArray *offer_build(const Offer *offer)
{
    g_autoptr(GByteArray) message = offer_message(offer);
    return offer_wrap(offer, message);
}

/* What the header of a record says of its size. */
static void set_length(GByteArray *out, guint header, uint16_t length)
{
    out->data[header + 3] = (uint8_t)(length >> 8);
    out->data[header + 4] = (uint8_t)length;
}

GByteArray *offer_wrap(const Offer *offer, const GByteArray *message)
{
    GByteArray *out = g_byte_array_sized_new(message->len + RECORD_HEADER);
    if (offer->version == TLS_SSL2) {
        guint size = MIN(message->len, SSL2_MAX);
        bytes_put(out, 0x8000 | size, 2);
        g_byte_array_append(out, message->data, size);
        return out;
    }
    Record record = {
        .type = offer->content ? offer->content : RECORD_HANDSHAKE,
        .version = offer->record                ? offer->record
                   : offer->version == TLS_SSL3 ? TLS_SSL3
                                                : TLS_1_0,
    };
    Record empty = {.type = offer->between, .version = record.version};
    guint most = offer->fragment ? MIN(offer->fragment, FRAGMENT_MAX) : FRAGMENT_MAX;
    gsize size = 0;
    const uint8_t *first = offer->first ? g_bytes_get_data(offer->first, &size) : NULL;
    g_byte_array_append(out, first, (guint)size);
    for (guint at = 0; at < message->len; at += most) {
        if (offer->between)
            record_put(out, &empty);
        record.data = message->data + at;
        record.size = MIN(message->len - at, most);
        guint header = out->len;
        record_put(out, &record);
        if (offer->length && !at)
            set_length(out, header, offer->length);
    }
    return out;
}
