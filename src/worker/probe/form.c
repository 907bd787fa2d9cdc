#include "worker/probe/form.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "worker/probe/orders.h"
#include "worker/tls/agree.h"
#include "worker/tls/seal.h"

enum {
    FFDHE_FIRST = 0x0100,
    FFDHE_LAST = 0x01FF,
};

static bool is_ffdhe(const Group *group)
{
    return g_str_equal(group->kind, "ffdhe");
}

static bool for_version(const Group *group, uint16_t version)
{
    bool only13 = g_str_equal(group->kind, "kem") || g_str_equal(group->kind, "hybrid") ||
                  g_str_has_suffix(group->name, "tls13");
    return version >= TLS_1_3 || !only13;
}

static void add_groups(Offer *offer, uint16_t version, Form form)
{
    g_autoptr(GArray) groups = form_groups(version);
    for (guint i = 0; i < groups->len; i++) {
        const PeelEntry *entry = &g_array_index(groups, PeelEntry, i);
        uint16_t code = (uint16_t)entry->code;
        if (form == FORM_EC && code >= FFDHE_FIRST && code <= FFDHE_LAST)
            continue;
        g_array_append_val(offer->groups, code);
    }
}

#define LIKELY_SCHEME 0.3

static double scheme_chance(const Scheme *scheme)
{
    if (g_str_equal(scheme->hash, "MD5") || scheme->id == 0x0420 || scheme->id == 0x0520 ||
        scheme->id == 0x0620)
        return 0.005;
    if (g_str_equal(scheme->key, "RSA"))
        return g_str_equal(scheme->hash, "SHA224") || g_str_equal(scheme->hash, "SHA1") ? 0.4 : 0.9;
    if (g_str_equal(scheme->key, "ECDSA") && !strstr(scheme->name, "brainpool"))
        return g_str_equal(scheme->hash, "SHA224") || g_str_equal(scheme->hash, "SHA1") ? 0.4 : 0.8;
    return 0.02;
}

void form_set_schemes(Offer *offer, const GArray *schemes)
{
    g_array_set_size(offer->schemes, 0);
    size_t count;
    const Scheme *all = registry_schemes(&count);
    /* the likely ones first: some libraries look at the first few dozen alone */
    for (int likely = 1; !schemes && likely >= 0; likely--)
        for (size_t i = 0; i < count; i++)
            if ((scheme_chance(&all[i]) >= LIKELY_SCHEME) == likely)
                g_array_append_val(offer->schemes, all[i].id);
    for (guint i = 0; schemes && i < schemes->len; i++) {
        uint16_t code = (uint16_t)g_array_index(schemes, uint32_t, i);
        g_array_append_val(offer->schemes, code);
    }
}

Offer *form_offer(uint16_t version, Form form, const GArray *suites, const char *server_name)
{
    Offer *offer = offer_new(version);
    offer->session_id_size = version >= TLS_1_3 ? sizeof offer->session_id : 0;
    if (version != TLS_SSL2 && version < TLS_1_3)
        offer_add_suite(offer, SUITE_RENEGOTIATION_SCSV);
    for (guint i = 0; suites && i < suites->len; i++)
        offer_add_suite(offer, g_array_index(suites, uint32_t, i));
    offer->bare = version < TLS_1_3 && form == FORM_BARE;
    if (version == TLS_SSL2 || offer->bare)
        return offer;
    add_groups(offer, version, form);
    form_set_schemes(offer, NULL);
    if (version >= TLS_1_3 && form == FORM_BARE) {
        static const uint16_t shares[] = {29, 23}; /* x25519, secp256r1 */
        g_array_append_vals(offer->shares, shares, G_N_ELEMENTS(shares));
        return offer;
    }
    offer->server_name = g_strdup(server_name);
    if (version < TLS_1_3) {
        offer_add_extension(offer, EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
        offer_add_extension(offer, EXTENSION_ENCRYPT_THEN_MAC, NULL, 0);
        offer_add_extension(offer, EXTENSION_SESSION_TICKET, NULL, 0);
    }
    return offer;
}

void form_open(Offer *offer, uint16_t share)
{
    static const uint16_t usual[] = {29, 23}; /* x25519, secp256r1 */
    offer->opens = true;
    for (guint i = 0; i < offer->suites->len; i++)
        if (!seal_can(g_array_index(offer->suites, uint32_t, i)))
            g_array_remove_index(offer->suites, i--);
    g_array_set_size(offer->groups, 0);
    g_array_set_size(offer->shares, 0);
    for (guint i = 0; agree_group(i); i++) {
        uint16_t group = agree_group(i);
        g_array_append_val(offer->groups, group);
    }
    if (share)
        g_array_append_val(offer->shares, share);
    else
        g_array_append_vals(offer->shares, usual, G_N_ELEMENTS(usual));
}

/* Leaves of a list of uint16_t what is likely. */
static void keep_likely(GArray *list, bool (*likely)(uint16_t code))
{
    for (guint i = 0; i < list->len; i++)
        if (!likely(g_array_index(list, uint16_t, i)))
            g_array_remove_index(list, i--);
}

static bool is_likely_scheme(uint16_t code)
{
    return scheme_chance(registry_scheme(code)) >= LIKELY_SCHEME;
}

static bool is_usual_group(uint16_t code)
{
    static const uint16_t usual[] = {23, 24, 25, 29, 30, FFDHE_FIRST, FFDHE_FIRST + 1};
    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        if (code == usual[i])
            return true;
    return false;
}

void form_brief(Offer *offer)
{
    g_array_set_size(offer->extensions, 0);
    g_array_set_size(offer->shares, MIN(offer->shares->len, 1));
    keep_likely(offer->groups, is_usual_group);
    keep_likely(offer->schemes, is_likely_scheme);
}

static void digest(guint8 out[32], const char *text, const char *purpose, guint number)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *seed = g_strdup_printf("%s %s %u", purpose, text ? text : "", number);
    gsize size = 32;
    g_checksum_update(sum, (const guchar *)seed, (gssize)strlen(seed));
    g_checksum_get_digest(sum, out, &size);
}

void form_seal(Offer *offer, const char *text, guint number)
{
    digest(offer->random, text, "random", number);
    digest(offer->secret, text, "secret", number);
    digest(offer->session_id, text, "session", number);
}

const char *form_name(Form form)
{
    static const char *const names[] = {
        [FORM_FFDHE] = "only where FFDHE groups are offered",
        [FORM_BARE] = "only without extensions",
    };
    return form < G_N_ELEMENTS(names) ? names[form] : NULL;
}

/* ---- what there is to ask ---- */

#define RARE 0.0005

/* Chances that a suite is accepted, by the first row that fits; NULL fits all. */
static const struct {
    const char *exchange, *cipher;
    double weight;
} chances[] = {
    {"ecdhe", "AES", 0.6},    {"ecdhe", "CHACHA20", 0.6}, {"dhe", "AES", 0.5},
    {"dhe", "CHACHA20", 0.4}, {"rsa", "AES", 0.5},        {"ecdhe", "3DES", 0.2},
    {"rsa", "3DES", 0.3},     {"dhe", "3DES", 0.2},       {"rsa", "CAMELLIA", 0.2},
    {"dhe", "CAMELLIA", 0.2}, {"ecdhe", "CAMELLIA", 0.1}, {"rsa", "RC4", 0.1},
    {"ecdhe", "RC4", 0.1},    {"ecdhe", "ARIA", 0.05},    {"dhe", "ARIA", 0.05},
    {"rsa", "ARIA", 0.05},    {"rsa", "SEED", 0.05},      {NULL, NULL, RARE},
};

static double chance(const CipherSuite *suite)
{
    if (g_strcmp0(suite->authentication, "dss") == 0 || suite->export)
        return RARE;
    for (guint i = 0; i < G_N_ELEMENTS(chances); i++)
        if ((!chances[i].exchange || !g_strcmp0(chances[i].exchange, suite->exchange)) &&
            (!chances[i].cipher || !g_strcmp0(chances[i].cipher, suite->cipher)))
            return chances[i].weight *
                   (suite->mode && g_str_has_prefix(suite->mode, "ccm") ? 0.3 : 1);
    return 0;
}

/* By the first row that fits: the list in which a suite is asked at last, and whether it is asked
 * again in forms with other curves, with FFDHE groups. NULL fits all. */
static const struct {
    const char *exchange, *authentication;
    guint list;
    bool curves, ffdhe;
} exchanges[] = {
    {"ecdhe", "rsa", FORM_LIKELY, true, false},
    {"ecdhe", "ecdsa", FORM_LIKELY, true, false},
    {"dhe", "rsa", FORM_LIKELY, false, true},
    {"rsa", NULL, FORM_LIKELY | FORM_OTHER, true, true},
    {"null", NULL, FORM_OTHER, true, true},
    {"dhe", NULL, FORM_OTHER, false, true},
    {"dhe-psk", NULL, FORM_OTHER, false, true},
    {"dh-anonymous", NULL, FORM_OTHER, false, true},
    {"ecdhe-psk", NULL, FORM_OTHER, true, false},
    {"ecdh-anonymous", NULL, FORM_OTHER, true, false},
    {"ecdh", NULL, FORM_OTHER, true, false},
    {"cecpq1", NULL, FORM_OTHER, true, false},
    {"eccpwd", NULL, FORM_OTHER, true, false},
    {NULL, NULL, FORM_OTHER, false, false},
};

static guint row_of(const CipherSuite *suite)
{
    guint row = 0;
    while (exchanges[row].exchange &&
           (!g_str_equal(exchanges[row].exchange, suite->exchange) ||
            (exchanges[row].authentication &&
             g_strcmp0(exchanges[row].authentication, suite->authentication) != 0)))
        row++;
    return row;
}

bool form_asks(Form form, uint32_t suite)
{
    const CipherSuite *known = registry_suite(suite);
    guint row = known ? row_of(known) : G_N_ELEMENTS(exchanges) - 1;
    return form == FORM_FFDHE ? exchanges[row].ffdhe : exchanges[row].curves;
}

static bool asked_in(const CipherSuite *suite, uint16_t version)
{
    if (g_str_equal(suite->exchange, "signalling"))
        return false;
    return version >= TLS_1_3 ? suite->max >= TLS_1_3 : suite->min < TLS_1_3;
}

static void add_suite(GArray *entries, GHashTable *seen, const CipherSuite *suite, double weight)
{
    if (!suite || !g_hash_table_add(seen, GUINT_TO_POINTER(suite->id + 1)))
        return;
    PeelEntry entry = {
        .code = suite->id,
        .weight = weight,
        .kind = g_str_hash(suite->exchange) * 31 + g_str_hash(suite->authentication),
        .lists = suite->min < TLS_1_3 ? exchanges[row_of(suite)].list : 0,
        .shy = !g_strcmp0(suite->cipher, "CHACHA20"),
    };
    g_array_append_val(entries, entry);
}

GArray *form_suites(uint16_t version)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    static const uint16_t usual13[] = {0x1302, 0x1303, 0x1301, 0x1304, 0x1305};
    for (guint i = 0; version >= TLS_1_3 && i < G_N_ELEMENTS(usual13); i++)
        add_suite(entries, seen, registry_suite(usual13[i]), i < 3 ? 0.8 : 0.2);
    const Order *order = orders_at(0);
    for (guint i = 0; version < TLS_1_3 && i < order->count; i++) {
        const CipherSuite *suite = registry_suite(order->suites[i]);
        bool newer = suite && version < TLS_1_2 && suite->min >= TLS_1_2;
        add_suite(entries, seen, suite, suite && !newer ? chance(suite) : RARE);
    }
    size_t count;
    const CipherSuite *all = registry_suites(&count);
    for (size_t i = 0; i < count; i++)
        if (asked_in(&all[i], version))
            add_suite(entries, seen, &all[i], RARE);
    for (guint i = 0; version >= TLS_1_3 && i < entries->len; i++)
        g_array_index(entries, PeelEntry, i).lists = 0;
    return entries;
}

GPtrArray *form_orders(void)
{
    GPtrArray *orders = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 1; orders_at(i); i++) {
        GArray *codes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        for (guint j = 0; j < orders_at(i)->count; j++) {
            uint32_t code = orders_at(i)->suites[j];
            g_array_append_val(codes, code);
        }
        g_ptr_array_add(orders, codes);
    }
    return orders;
}

/* Groups in the order in which current servers prefer them, and how likely they are. */
static const struct {
    uint16_t code;
    double weight;
} likely_groups[] = {
    {4588, 0.3}, {29, 0.9},  {23, 0.9},  {30, 0.6},  {25, 0.7},  {24, 0.8},
    {256, 0.4},  {257, 0.4}, {258, 0.4}, {259, 0.4}, {260, 0.4}, {4587, 0.2},
    {4589, 0.2}, {26, 0.03}, {27, 0.03}, {28, 0.03}, {31, 0.03}, {32, 0.03},
    {33, 0.03},  {22, 0.02}, {21, 0.02}, {19, 0.02},
};

GArray *form_groups(uint16_t version)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    size_t count;
    const Group *all = registry_groups(&count);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(likely_groups) + count; i++) {
        bool likely = i < G_N_ELEMENTS(likely_groups);
        const Group *group =
            likely ? registry_group(likely_groups[i].code) : &all[i - G_N_ELEMENTS(likely_groups)];
        if (!group || !for_version(group, version) ||
            !g_hash_table_add(seen, GUINT_TO_POINTER(group->id)))
            continue;
        bool rare = version < TLS_1_3 && is_ffdhe(group);
        PeelEntry entry = {.code = group->id,
                           .weight = likely && !rare ? likely_groups[i].weight : 0.002,
                           .kind = g_str_hash(group->kind),
                           .lists = likely ? FORM_LIKELY : FORM_OTHER};
        g_array_append_val(entries, entry);
    }
    return entries;
}

static void add_scheme(GArray *entries, const Scheme *scheme)
{
    PeelEntry entry = {.code = scheme->id, .weight = scheme_chance(scheme), .kind = 0};
    g_array_append_val(entries, entry);
}

GArray *form_schemes(const char *const *keys)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    size_t count;
    const Scheme *all = registry_schemes(&count);
    for (size_t i = 0; i < count; i++)
        if (g_strv_contains(keys, all[i].key))
            add_scheme(entries, &all[i]);
    return entries;
}

GArray *form_schemes_tls13(void)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    size_t count;
    const Scheme *all = registry_schemes(&count);
    for (size_t i = 0; i < count; i++)
        if (all[i].tls13)
            add_scheme(entries, &all[i]);
    return entries;
}

void form_allow_all_certificates(Offer *offer)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    size_t count;
    const Scheme *all = registry_schemes(&count);
    bytes_put(data, count * 2, 2);
    for (size_t i = 0; i < count; i++)
        bytes_put(data, all[i].id, 2);
    offer_add_extension(offer, EXTENSION_SIGNATURE_ALGORITHMS_CERT, data->data, data->len);
}
