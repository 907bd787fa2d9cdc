#include "tests/worker/probe/simulated.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "tests/check.h"
#include "worker/probe/pool.h"

#define DELAY 2e-3 /* of the simulated connections, in round trips: between one and the next */

static const uint16_t versions[SIMULATED_VERSIONS] = {TLS_SSL2, TLS_SSL3, TLS_1_0,
                                                      TLS_1_1,  TLS_1_2,  TLS_1_3};

Simulated *simulated_new(guint32 seed)
{
    Simulated *server = g_new0(Simulated, 1);
    for (guint i = 0; i < SIMULATED_VERSIONS; i++)
        server->suites[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->groups = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->curves = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->schemes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->useless = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->packings = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    server->alpn = g_ptr_array_new();
    server->random = g_rand_new_with_seed(seed);
    return server;
}

void simulated_free(Simulated *server)
{
    if (!server)
        return;
    for (guint i = 0; i < SIMULATED_VERSIONS; i++)
        g_array_unref(server->suites[i]);
    g_array_unref(server->groups);
    g_array_unref(server->curves);
    g_array_unref(server->schemes);
    g_array_unref(server->useless);
    g_array_unref(server->packings);
    g_ptr_array_unref(server->alpn);
    g_rand_free(server->random);
    g_free(server);
}

guint simulated_index(uint16_t version)
{
    for (guint i = 0; i < SIMULATED_VERSIONS; i++)
        if (versions[i] == version)
            return i;
    return 0;
}

/* ---- what it answers ---- */

static bool has16(const GArray *list, uint32_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint16_t, i) == code)
            return true;
    return false;
}

static int place_of(const GArray *list, uint32_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint32_t, i) == code)
            return (int)i;
    return -1;
}

/* The first of `mine` that is offered, or the first offered that is one of mine; 0: none. */
static uint32_t common(const GArray *mine, const GArray *offered, bool own_order)
{
    for (guint i = 0; own_order && i < mine->len; i++)
        if (has16(offered, g_array_index(mine, uint32_t, i)))
            return g_array_index(mine, uint32_t, i);
    for (guint i = 0; !own_order && i < offered->len; i++)
        if (place_of(mine, g_array_index(offered, uint16_t, i)) >= 0)
            return g_array_index(offered, uint16_t, i);
    return 0;
}

static uint32_t curve_for(const Simulated *server, const Offer *offer)
{
    g_autoptr(GArray) read = g_array_copy(offer->groups);
    if (server->groups_read && read->len > server->groups_read)
        g_array_set_size(read, server->groups_read);
    if (offer->bare)
        return server->curves->len ? g_array_index(server->curves, uint32_t, 0) : 0;
    return server->needs_silence ? 0 : common(server->curves, read, server->chooses_group);
}

static uint32_t scheme_for(const Simulated *server, const Offer *offer, const char *key)
{
    for (guint i = 0; i < server->schemes->len; i++) {
        uint32_t code = g_array_index(server->schemes, uint32_t, i);
        const Scheme *scheme = registry_scheme((uint16_t)code);
        if (g_ascii_strncasecmp(scheme->key, key, strlen(key)) != 0)
            continue;
        if (offer->bare || has16(offer->schemes, code))
            return code;
    }
    return 0;
}

static bool signs(const CipherSuite *suite)
{
    return g_str_equal(suite->exchange, "dhe") || g_str_equal(suite->exchange, "ecdhe");
}

static bool offers_ffdhe(const Offer *offer)
{
    return !offer->bare && has16(offer->groups, 256);
}

static bool usable(const Simulated *server, const Offer *offer, uint16_t version, uint32_t code)
{
    const CipherSuite *suite = registry_suite(code);
    bool dhe = g_str_equal(suite->exchange, "dhe");
    if (g_str_equal(suite->exchange, "ecdhe") && !curve_for(server, offer) &&
        !server->chooses_first)
        return false;
    if (dhe && server->needs_ffdhe && !offers_ffdhe(offer))
        return false;
    return version != TLS_1_2 || !signs(suite) ||
           scheme_for(server, offer, suite->authentication) != 0;
}

static bool is_chacha(uint32_t code)
{
    const CipherSuite *suite = registry_suite(code);
    return suite && !g_strcmp0(suite->cipher, "CHACHA20");
}

static bool is_aes_gcm(uint32_t code)
{
    const CipherSuite *suite = registry_suite(code);
    return suite && g_str_equal(suite->exchange, "ecdhe") && !g_strcmp0(suite->mode, "gcm") &&
           g_str_has_prefix(suite->cipher, "AES");
}

/* The rule of Go: the first suite of the list that it has, be it of a kind of certificate that this
 * server has not. */
static bool chacha_wins(const Simulated *server, const Offer *offer)
{
    for (guint i = 0; server->chacha_usual && i < offer->suites->len; i++) {
        uint32_t code = g_array_index(offer->suites, uint32_t, i);
        if (is_aes_gcm(code))
            return false;
        if (place_of(server->suites[4], code) >= 0 || is_chacha(code))
            return true;
    }
    return false;
}

static guint rank_of(const Simulated *server, guint index, uint32_t code, bool chacha)
{
    guint place = (guint)place_of(server->suites[index], code);
    guint rank = server->equal ? place / server->equal : place;
    return chacha && !is_chacha(code) ? rank + 10000 : rank;
}

static uint32_t choose(const Simulated *server, const Offer *offer, uint16_t version)
{
    guint index = simulated_index(version), best_rank = G_MAXUINT;
    uint32_t best = 0;
    bool usual = chacha_wins(server, offer), chacha = usual, first = true;
    for (guint i = 0; i < offer->suites->len; i++) {
        uint32_t code = g_array_index(offer->suites, uint32_t, i);
        if (code == 0x00FF)
            continue;
        if (first)
            chacha = usual || (server->chacha_first && is_chacha(code));
        first = false;
        if (place_of(server->suites[index], code) < 0 || !usable(server, offer, version, code))
            continue;
        guint rank = server->chooses[index] ? rank_of(server, index, code, chacha) : 0;
        if (rank < best_rank) {
            best = code;
            best_rank = rank;
        }
    }
    return best;
}

static uint16_t version_for(const Simulated *server, const Offer *offer)
{
    if (offer->versions->len) {
        for (guint i = SIMULATED_VERSIONS; i-- > 1;)
            if (server->suites[i]->len && has16(offer->versions, versions[i]))
                return versions[i];
        return 0;
    }
    if (offer->version >= TLS_1_3)
        return server->suites[5]->len ? TLS_1_3 : 0;
    for (guint i = 5; i-- > 1;)
        if (versions[i] <= offer->version && server->suites[i]->len)
            return versions[i];
    return 0;
}

static Reply *refuse(const Simulated *server, int alert)
{
    Reply *reply = reply_new();
    reply->kind = server->closes ? REPLY_CLOSED : REPLY_ALERT;
    reply->alert = server->closes ? -1 : alert;
    reply->reason = server->closes ? "closed-after" : "alert-received";
    return reply;
}

static Reply *lose(const char *reason, ReplyKind kind)
{
    Reply *reply = reply_new();
    reply->kind = kind;
    reply->reason = reason;
    return reply;
}

static void take_alpn(const Simulated *server, const Offer *offer, Reply *reply)
{
    for (guint i = 0; i < server->alpn->len && !reply->alpn; i++)
        for (guint j = 0; j < offer->alpn->len; j++)
            if (g_str_equal(server->alpn->pdata[i], offer->alpn->pdata[j]))
                reply->alpn = g_strdup(server->alpn->pdata[i]);
    if (reply->alpn || !offer->alpn->len || !server->alpn_always)
        return;
    reply->alpn = g_strdup(server->alpn->pdata[server->alpn->len - 1]);
    reply->kind = REPLY_ILLEGAL;
    reply->chosen = true;
    reply->reason = "alpn-not-offered";
}

static Reply *answer12(const Simulated *server, const Offer *offer, uint16_t version)
{
    uint32_t code = choose(server, offer, version);
    if (offer->bare && server->needs_extensions)
        return refuse(server, 50);
    if (!code || place_of(server->useless, code) >= 0)
        return refuse(server, 40);
    const CipherSuite *suite = registry_suite(code);
    if (server->breaks && version < TLS_1_2 && signs(suite))
        return refuse(server, 80);
    Reply *reply = reply_new();
    reply->kind = REPLY_CHOSEN;
    reply->version = version;
    reply->suite = code;
    if (offer->alpn->len)
        take_alpn(server, offer, reply);
    if (offer->alpn->len && !reply->alpn && server->alpn_required) {
        reply_free(reply);
        return refuse(server, 120);
    }
    reply->leaf = g_strconcat(suite->authentication, server->leaf, NULL);
    if (g_str_equal(suite->exchange, "ecdhe") && !curve_for(server, offer)) {
        reply->reason = "closed-after";
        return reply;
    }
    if (g_str_equal(suite->exchange, "ecdhe")) {
        reply->has_group = true;
        reply->group = (uint16_t)curve_for(server, offer);
    } else if (g_str_equal(suite->exchange, "dhe")) {
        reply->prime_bits = 2048;
        reply->prime = g_strdup("unknown");
    }
    if (version == TLS_1_2 && signs(suite)) {
        reply->has_scheme = true;
        reply->scheme = (uint16_t)scheme_for(server, offer, suite->authentication);
    }
    return reply;
}

static bool offers(const Offer *offer, uint16_t type)
{
    for (guint i = 0; i < offer->extensions->len; i++)
        if (g_array_index(offer->extensions, OfferExtension, i).type == type)
            return true;
    return false;
}

/* The best of its algorithms that stands in compress_certificate. */
static uint16_t packing_for(const Simulated *server, const Offer *offer)
{
    for (guint i = 0; i < offer->extensions->len; i++) {
        const OfferExtension *extension = &g_array_index(offer->extensions, OfferExtension, i);
        gsize size;
        const guint8 *data = g_bytes_get_data(extension->data, &size);
        if (extension->type != EXTENSION_COMPRESS_CERTIFICATE)
            continue;
        for (guint j = 0; j < server->packings->len; j++)
            for (gsize at = 2; at < size; at += 2)
                if (data[at] == g_array_index(server->packings, uint32_t, j))
                    return data[at];
    }
    return 0;
}

/* What is encrypted behind its ServerHello. */
static void encrypt_rest(const Simulated *server, const Offer *offer, Reply *reply, uint32_t scheme)
{
    if (!offer->opens || server->opaque)
        return;
    Opened *opened = reply->opened = opened_new();
    take_alpn(server, offer, reply);
    if ((offer->alpn->len && !reply->alpn && server->alpn_required) || !scheme) {
        reply->alert = scheme ? 120 : 40;
        reply->reason = "alert-received";
        return;
    }
    opened->whole = opened->proven = true;
    opened->scheme = reply->scheme = (uint16_t)scheme;
    reply->has_scheme = true;
    reply->leaf = g_strdup(registry_scheme((uint16_t)scheme)->key);
    opened->packing = packing_for(server, offer);
    opened->packed = 100;
    opened->unpacked = 300;
    if (!has16(offer->schemes, scheme))
        reply->reason = "scheme-not-offered";
    if (server->intrudes) {
        g_array_append_val(opened->extensions, server->intrudes);
        reply->kind = REPLY_ILLEGAL;
        reply->reason = "extension-not-offered";
    }
    if (server->answers && offers(offer, server->answers)) {
        g_array_append_val(opened->extensions, server->answers);
        g_hash_table_insert(opened->values, GUINT_TO_POINTER((guint)server->answers),
                            g_bytes_new("\007", 1));
    }
}

static Reply *answer13(const Simulated *server, const Offer *offer)
{
    uint32_t suite = choose(server, offer, TLS_1_3);
    uint32_t group = common(server->groups, offer->groups, server->chooses_group);
    uint32_t scheme = 0;
    for (guint i = 0; i < server->schemes->len && !scheme; i++) {
        uint32_t code = g_array_index(server->schemes, uint32_t, i);
        if (registry_scheme((uint16_t)code)->tls13 && has16(offer->schemes, code))
            scheme = code;
    }
    if (!scheme && server->signs_anyway)
        scheme = g_array_index(server->schemes, uint32_t, 0);
    bool share = !server->needs_share || has16(offer->shares, group);
    if (suite && !group && server->unexpected)
        return refuse(server, 10);
    if (!suite || !group || (!scheme && !server->late) || !share)
        return refuse(server, 40);
    if (server->dislikes && offers(offer, server->dislikes))
        return refuse(server, 47);
    Reply *reply = reply_new();
    reply->kind = has16(offer->shares, group) ? REPLY_CHOSEN : REPLY_RETRY;
    reply->version = TLS_1_3;
    reply->suite = suite;
    reply->has_group = true;
    reply->group = (uint16_t)group;
    if (reply->kind == REPLY_CHOSEN)
        encrypt_rest(server, offer, reply, scheme);
    if (server->alpn_required && reply->alert == 120 && !server->late) {
        reply_free(reply);
        return refuse(server, 120);
    }
    return reply;
}

Reply *simulated_reply(Simulated *server, const Offer *offer)
{
    server->hellos++;
    if ((guint)g_rand_int_range(server->random, 0, 100) < server->lost_percent)
        return lose("reset-after", REPLY_LOST);
    if ((guint)g_rand_int_range(server->random, 0, 100) < server->closed_percent)
        return lose("closed-after", REPLY_CLOSED);
    if (server->longest && offer->suites->len > server->longest)
        return lose("silent", REPLY_LOST);
    g_autoptr(GByteArray) bytes = server->bytes ? offer_build(offer) : NULL;
    if (bytes && bytes->len > server->bytes)
        return lose("silent", REPLY_LOST);
    if (server->deaf && offer->odd)
        return lose("silent", REPLY_LOST);
    if (offer->message || offer->content)
        return refuse(server, 10);
    if (offer->version <= server->broken)
        return refuse(server, 80);
    if (offer->version == TLS_SSL2) {
        if (!server->suites[0]->len)
            return refuse(server, 40);
        Reply *reply = lose(NULL, REPLY_CHOSEN);
        reply->version = TLS_SSL2;
        reply->suites = g_array_copy(server->suites[0]);
        return reply;
    }
    uint16_t version = version_for(server, offer);
    if (!version)
        return refuse(server, 70);
    return version == TLS_1_3 ? answer13(server, offer) : answer12(server, offer, version);
}

/* ---- a dive into it ---- */

typedef enum WireState { WIRE_OPENING, WIRE_OPEN, WIRE_BUSY } WireState;

/* A connection: being opened, open, or with a hello that is being answered. */
typedef struct Wire {
    WireState state;
    double due;
    char *id;
    bool other; /* to the other server */
    Offer *offer;
    Reply *reply;
} Wire;

typedef struct Wires {
    GPtrArray *wires; /* Wire *, the oldest first */
    double now;
    guint number;
} Wires;

static void wire_free(void *data)
{
    Wire *wire = data;
    g_free(wire->id);
    offer_free(wire->offer);
    reply_free(wire->reply);
    g_free(wire);
}

static void take_answer(Dived *dived, json_t *fact)
{
    const char *question = fact_string(fact, "question", "");
    const char *answer = fact_string(fact, "answer", "");
    const char *version = fact_string(fact, "version", "");
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(fact, "items"), i, item)
    {
        char *key = g_strdup_printf("%s %s %s", question, version, json_string_value(item));
        g_hash_table_replace(dived->answers, g_strdup(key), g_strdup(answer));
        g_hash_table_replace(dived->items, key, json_incref(fact));
    }
    g_hash_table_replace(dived->facts, g_strdup_printf("%s %s", question, version),
                         json_incref(fact));
}

static bool is_main(const json_t *fact)
{
    static const char *const questions[] = {"version",     "suite",  "suite-order", "group",
                                            "group-order", "scheme", NULL};
    return fact_kind(fact) == FACT_ANSWER &&
           g_strv_contains(questions, fact_string(fact, "question", ""));
}

static void take_facts(Dived *dived, Pool *pool, const Wires *wires)
{
    json_t *fact;
    while ((fact = pool_next_fact(pool))) {
        g_autofree char *line = fact_to_line(fact);
        dived->facts_told++;
        dived->bytes_told += (guint)strlen(line);
        if (fact_kind(fact) == FACT_DIVE)
            dived->counted = (guint)fact_integer(fact, "connections", dived->counted);
        if (is_main(fact)) {
            dived->main_connections = wires->number;
            dived->main_round_trips = wires->now;
        }
        if (fact_kind(fact) == FACT_ANSWER)
            take_answer(dived, fact);
        if (fact_kind(fact) == FACT_TRY)
            g_ptr_array_add(dived->tries, json_incref(fact));
        json_decref(fact);
    }
}

static bool goes_to_other(Simulated *server, guint number)
{
    guint percent = server->other_percent ? server->other_percent : 50;
    if (!server->other)
        return false;
    if (server->turns)
        return number % server->turns == 0;
    return (guint)g_rand_int_range(server->random, 0, 100) < percent;
}

/* As the loop does: opens what is wanted, closes what is not. */
static void adjust(Wires *wires, Simulated *server, Dived *dived, Pool *pool)
{
    guint wants = pool_wants(pool);
    for (guint i = wires->wires->len; i-- > 0 && wires->wires->len > wants;) {
        const Wire *wire = wires->wires->pdata[i];
        if (wire->state == WIRE_BUSY)
            continue;
        dived->unused++;
        g_ptr_array_remove_index(wires->wires, i);
        pool_spare(pool);
    }
    for (guint i = 0; wires->wires->len < wants; i++) {
        Wire *wire = g_new0(Wire, 1);
        wire->due = wires->now + 1 + i * DELAY;
        wire->id = g_strdup_printf("1.%u", ++wires->number);
        wire->other = goes_to_other(server, wires->number);
        ck_assert(pool_spend(pool, false));
        g_ptr_array_add(wires->wires, wire);
    }
}

static void bind(Wires *wires, Simulated *server, Pool *pool)
{
    for (guint i = 0; i < wires->wires->len; i++) {
        Wire *wire = wires->wires->pdata[i];
        bool half_close;
        if (wire->state != WIRE_OPEN)
            continue;
        wire->offer = pool_next(pool, POOL_MAIN, wire->id, &half_close);
        if (!wire->offer && pool_room(pool))
            wire->offer = pool_next(pool, POOL_ASIDE, wire->id, &half_close);
        if (!wire->offer)
            return;
        wire->reply = simulated_reply(wire->other ? server->other : server, wire->offer);
        wire->state = WIRE_BUSY;
        wire->due = wires->now + 1 + i * DELAY;
    }
}

static Wire *earliest(const Wires *wires)
{
    Wire *first = NULL;
    for (guint i = 0; i < wires->wires->len; i++) {
        Wire *wire = wires->wires->pdata[i];
        if (wire->state != WIRE_OPEN && (!first || wire->due < first->due))
            first = wire;
    }
    return first;
}

Dived *simulated_dive(Simulated *server, const DiveSpec *spec)
{
    Dived *dived = g_new0(Dived, 1);
    dived->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    dived->tries = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    dived->facts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    dived->items =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    g_autoptr(Pool) pool = pool_new(spec);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(wire_free);
    Wires wires = {.wires = list};
    take_facts(dived, pool, &wires);
    while (!pool_over(pool, &dived->outcome) && wires.number < 5000) {
        adjust(&wires, server, dived, pool);
        Wire *wire = earliest(&wires);
        if (!wire)
            break;
        wires.now = MAX(wires.now, wire->due);
        if (wire->state == WIRE_OPENING) {
            wire->state = WIRE_OPEN;
        } else {
            pool_tell(pool, wire->offer, wire->reply);
            g_ptr_array_remove(list, wire);
        }
        bind(&wires, server, pool);
        take_facts(dived, pool, &wires);
    }
    dived->over = pool_over(pool, &dived->outcome);
    dived->connections = wires.number;
    dived->round_trips = wires.now;
    dived->outcome.args = NULL;
    return dived;
}

void dived_free(Dived *dived)
{
    g_hash_table_unref(dived->answers);
    g_hash_table_unref(dived->facts);
    g_hash_table_unref(dived->items);
    g_ptr_array_unref(dived->tries);
    g_free(dived);
}

const char *dived_answer(const Dived *dived, const char *question, const char *version,
                         const char *item)
{
    g_autofree char *key = g_strdup_printf("%s %s %s", question, version, item);
    const char *answer = g_hash_table_lookup(dived->answers, key);
    return answer ? answer : "";
}

const json_t *dived_item(const Dived *dived, const char *question, const char *version,
                         const char *item)
{
    g_autofree char *key = g_strdup_printf("%s %s %s", question, version, item);
    return g_hash_table_lookup(dived->items, key);
}

const json_t *dived_fact(const Dived *dived, const char *question, const char *version)
{
    g_autofree char *key = g_strdup_printf("%s %s", question, version);
    return g_hash_table_lookup(dived->facts, key);
}
