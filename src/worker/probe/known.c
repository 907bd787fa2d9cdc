#include "worker/probe/known.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "worker/probe/ids.h"
#include "worker/probe/primes.h"
#include "worker/tls/agree.h"

enum { RETRIES = 8 /* hellos that are asked again with another key share */ };

/* The registry of ALPN, and what was used before it; without acme-tls/1, for which servers show
 * certificates that are no use (RFC 8737). */
static const char *const protocols[] = {
    "h2",     "http/1.1",       "http/1.0",   "http/0.9", "spdy/3.1",    "spdy/3",
    "spdy/2", "spdy/1",         "h2c",        "h3",       "grpc-exp",    "imap",
    "pop3",   "managesieve",    "smtp",       "ftp",      "xmpp-client", "xmpp-server",
    "mqtt",   "x-amzn-mqtt-ca", "coap",       "dot",      "doq",         "ntske/1",
    "irc",    "nntp",           "nnsp",       "sip/2",    "stun.turn",   "stun.nat-discovery",
    "webrtc", "c-webrtc",       "postgresql", "tds/8.0",  "smb",         "sunrpc",
    "dicom",  "radius/1.0",     "radius/1.1", "ldap",     "co",          "netperfmeter/control",
};

Peel *known_protocols(bool plain)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    for (guint i = 0; i < G_N_ELEMENTS(protocols); i++) {
        PeelEntry entry = {.code = i, .weight = i < 2 ? 0.4 : 0.005};
        g_array_append_val(entries, entry);
    }
    PeelSpec spec = {.entries = (const PeelEntry *)(void *)entries->data,
                     .count = entries->len,
                     .parallel = 2,
                     .twice = true,
                     .plain = plain};
    return peel_new(&spec);
}

Known *known_new(const DiveSpec *spec)
{
    static const uint16_t versions[KNOWN_VERSIONS] = {TLS_SSL2, TLS_SSL3, TLS_1_0,
                                                      TLS_1_1,  TLS_1_2,  TLS_1_3};
    Known *known = g_new0(Known, 1);
    known->host = g_strdup(spec->host ? spec->host : spec->server_name);
    known->server_name = g_strdup(spec->server_name);
    known->depth = spec->depth;
    g_queue_init(&known->facts);
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        known->versions[i].version = versions[i];
        known->versions[i].suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    }
    known->alpn = known_protocols(false);
    known->leaves = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    known->sides = sides_new();
    known->yes =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    known->publics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    known->extensions = g_hash_table_new(NULL, NULL);
    known->args =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    known->primes = primes_new();
    known->ids = ids_new();
    return known;
}

static void original_clear(Original *original)
{
    g_clear_pointer(&original->offer, offer_free);
    g_free(original->answer);
    g_free(original->connection);
}

void known_free(Known *known)
{
    g_free(known->host);
    g_free(known->server_name);
    g_queue_clear_full(&known->facts, (GDestroyNotify)json_decref);
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        g_array_unref(known->versions[i].suites);
        original_clear(&known->versions[i].first);
        original_clear(&known->versions[i].least);
        original_clear(&known->versions[i].last);
    }
    peel_free(known->alpn);
    original_clear(&known->protocols);
    g_hash_table_unref(known->leaves);
    sides_free(known->sides);
    g_hash_table_unref(known->yes);
    g_clear_pointer(&known->disputed, offer_free);
    g_hash_table_unref(known->publics);
    g_hash_table_unref(known->extensions);
    g_hash_table_unref(known->args);
    primes_free(known->primes);
    ids_free(known->ids);
    g_free(known);
}

void known_dispute(Known *known, const Offer *offer)
{
    known->suspected = true;
    if (!known->disputed)
        known->disputed = offer_copy(offer);
}

void known_begin_again(Known *known)
{
    for (guint i = 0; i < KNOWN_VERSIONS; i++) {
        KnownVersion *of = &known->versions[i];
        if (of->certainty != CERTAINTY_YES)
            of->certainty = CERTAINTY_OPEN;
        of->settled = of->over = of->answered = false;
        of->habit = PEEL_HABIT_UNKNOWN;
        g_array_set_size(of->suites, 0);
    }
    peel_free(known->alpn);
    known->alpn = known_protocols(true);
}

KnownVersion *known_version(Known *known, uint16_t version)
{
    for (guint i = 0; i < KNOWN_VERSIONS; i++)
        if (known->versions[i].version == version)
            return &known->versions[i];
    return NULL;
}

KnownVersion *known_best(Known *known, guint place, bool *open)
{
    static const uint16_t below[] = {TLS_1_2, TLS_1_1, TLS_1_0};
    *open = false;
    for (guint i = 0; i < G_N_ELEMENTS(below) && !*open; i++) {
        KnownVersion *of = known_version(known, below[i]);
        *open = of->certainty == CERTAINTY_OPEN;
        if (of->certainty == CERTAINTY_YES && !place--)
            return of;
    }
    return NULL;
}

Offer *known_offer(const Known *known, uint16_t version, Form form, const GArray *suites)
{
    Offer *offer = form_offer(version, form, suites, known->server_name);
    if (known->brief)
        form_brief(offer);
    return offer;
}

GArray *known_suites(Known *known, uint16_t version, const char *exchange,
                     const char *authentication)
{
    GArray *suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const KnownVersion *of = known_version(known, version);
    for (guint i = 0; of && i < of->suites->len; i++) {
        uint32_t code = g_array_index(of->suites, uint32_t, i);
        const CipherSuite *suite = registry_suite(code);
        if (suite && (!exchange || !g_strcmp0(suite->exchange, exchange)) &&
            (!authentication || !g_strcmp0(suite->authentication, authentication)))
            g_array_append_val(suites, code);
    }
    return suites;
}

const char *known_protocol(guint index)
{
    return index < G_N_ELEMENTS(protocols) ? protocols[index] : NULL;
}

bool known_wants_share(Known *known, const Offer *offer, const Reply *reply)
{
    if (reply->kind != REPLY_RETRY || !reply->has_group || !agree_can(reply->group) ||
        offer_has(offer->shares, reply->group) || known->retries >= RETRIES)
        return false;
    known->share = reply->group;
    known->retries++;
    return true;
}

/* ---- answers ---- */

static json_t *answer_new(FactKind kind, const char *question, uint16_t version, const char *answer)
{
    char number[REGISTRY_NUMBER];
    json_t *fact = fact_new(kind);
    json_object_set_new(fact, "question", json_string(question));
    if (version)
        json_object_set_new(fact, "version", json_string(registry_version_name(version, number)));
    json_object_set_new(fact, "items", json_array());
    json_object_set_new(fact, "answer", json_string(answer));
    return fact;
}

void known_code(json_t *answer, const char *code)
{
    json_array_append_new(json_object_get(answer, "items"), json_string(code));
}

json_t *known_answer(const char *question, uint16_t version, const char *answer)
{
    return answer_new(FACT_ANSWER, question, version, answer);
}

json_t *known_try(const char *question, uint16_t version, const char *answer)
{
    return answer_new(FACT_TRY, question, version, answer);
}

void known_item(json_t *answer, const char *name, guint code)
{
    known_code(answer, name);
    json_t *codes = json_object_get(answer, "codes");
    if (!codes) {
        codes = json_array();
        json_object_set_new(answer, "codes", codes);
    }
    json_array_append_new(codes, json_integer(code));
}

void known_text(json_t *answer, const char *member, const char *text)
{
    if (text)
        json_object_set_new(answer, member, json_string(text));
}

static char *reason_key(const char *connection, const char *reason)
{
    return g_strdup_printf("%s %s", connection, reason);
}

void known_reason(Known *known, const char *connection, const char *reason, json_t *args)
{
    if (!reason || !args)
        return;
    g_hash_table_replace(known->args, reason_key(connection, reason), json_incref(args));
    g_hash_table_replace(known->args, reason_key("", reason), json_incref(args));
}

static json_t *args_of(const Known *known, const json_t *answer)
{
    const char *reason = fact_string(answer, "reason", "");
    const char *connection = fact_string(answer, "connection", "");
    g_autofree char *exact = reason_key(connection, reason), *any = reason_key("", reason);
    json_t *args = g_hash_table_lookup(known->args, exact);
    return args ? args : g_hash_table_lookup(known->args, any);
}

static char *yes_key(const char *question, const char *version, const char *item)
{
    return g_strjoin("\n", question, version, item, NULL);
}

const json_t *known_yes(const Known *known, const char *question, const char *version,
                        const char *item)
{
    g_autofree char *key = yes_key(question, version, item);
    return g_hash_table_lookup(known->yes, key);
}

/* Keeps a yes; takes from any other answer what was a yes once, where two configurations answer.
 * False if nothing is left of it. */
static bool unite(Known *known, json_t *answer)
{
    const char *question = fact_string(answer, "question", "");
    const char *version = fact_string(answer, "version", "");
    json_t *items = json_object_get(answer, "items"), *codes = json_object_get(answer, "codes");
    bool yes = g_str_equal(fact_string(answer, "answer", ""), "yes");
    if (g_str_has_suffix(question, "-order") || known->depth != DIVE_FULL)
        return true;
    for (size_t i = json_array_size(items); i-- > 0;) {
        char *key = yes_key(question, version, json_string_value(json_array_get(items, i)));
        if (yes) {
            g_hash_table_replace(known->yes, key, json_incref(answer));
            continue;
        }
        if (known->doubted && g_hash_table_contains(known->yes, key)) {
            json_array_remove(items, i);
            json_array_remove(codes, i);
        }
        g_free(key);
    }
    return json_array_size(items);
}

void known_say(Known *known, json_t *answer)
{
    if (fact_kind(answer) == FACT_ANSWER && !unite(known, answer)) {
        json_decref(answer);
        return;
    }
    json_t *args = json_object_get(answer, "args") ? NULL : args_of(known, answer);
    if (args)
        json_object_set(answer, "args", args);
    g_queue_push_tail(&known->facts, answer);
}

void known_behaviour(Known *known, const char *code, const char *value, const char *connection)
{
    json_t *answer = known_answer("behaviour", 0, "yes");
    known_code(answer, code);
    known_text(answer, "value", value);
    known_text(answer, "connection", connection);
    known_say(known, answer);
}

void known_set_version(Known *known, uint16_t version, Certainty certainty, const char *connection,
                       const char *reason)
{
    static const char *const answers[] = {
        [CERTAINTY_YES] = "yes",
        [CERTAINTY_NO] = "no",
        [CERTAINTY_UNKNOWN] = "unknown",
    };
    KnownVersion *of = known_version(known, version);
    if (of->certainty == certainty || of->certainty == CERTAINTY_YES || certainty == CERTAINTY_OPEN)
        return;
    of->certainty = certainty;
    char number[REGISTRY_NUMBER];
    json_t *answer = known_answer("version", 0, answers[certainty]);
    known_item(answer, registry_version_name(version, number), version);
    known_text(answer, "connection", connection);
    known_text(answer, "reason", reason);
    known_say(known, answer);
}

/* ---- what comes with a ServerHello ---- */

static const char *key_of(const CipherSuite *suite)
{
    static const struct {
        const char *authentication, *key;
    } keys[] = {{"rsa", "RSA"}, {"ecdsa", "ECDSA"}, {"dss", "DSA"}};
    for (guint i = 0; suite && i < G_N_ELEMENTS(keys); i++)
        if (!g_strcmp0(suite->authentication, keys[i].authentication))
            return keys[i].key;
    return NULL;
}

static void note_leaf(Known *known, const Reply *reply, const char *connection, const char *how)
{
    const char *key = key_of(registry_suite(reply->suite));
    const Scheme *scheme = reply->version >= TLS_1_3 ? registry_scheme(reply->scheme) : NULL;
    key = scheme ? scheme->key : key;
    if (!g_hash_table_add(known->leaves, g_strdup(reply->leaf)))
        return;
    g_autofree char *value = how || !key || scheme ? NULL : g_strdup_printf("%s suites", key);
    json_t *answer = known_answer("certificate", reply->version, "yes");
    known_code(answer, reply->leaf);
    known_text(answer, "key", key);
    known_text(answer, "value", how ? how : value);
    known_text(answer, "connection", connection);
    known_say(known, answer);
}

char *known_alert(int alert)
{
    return g_strdup_printf("alert %d %s", alert, registry_alert_name((unsigned)alert));
}

static void note_extensions(Known *known, const Reply *reply, const char *connection)
{
    json_t *answer = NULL;
    char number[REGISTRY_NUMBER];
    for (guint i = 0; reply->extensions && i < reply->extensions->len; i++) {
        guint type = g_array_index(reply->extensions, uint16_t, i);
        if (!g_hash_table_add(known->extensions,
                              GUINT_TO_POINTER((guint)reply->version << 16 | type)))
            continue;
        if (!answer)
            answer = known_answer("extension", reply->version, "yes");
        known_item(answer, registry_extension_name((uint16_t)type, number), type);
    }
    if (!answer)
        return;
    known_text(answer, "connection", connection);
    known_say(known, answer);
}

void known_note(Known *known, const Offer *offer, const Reply *reply, const char *connection,
                const char *how)
{
    if (reply->leaf)
        note_leaf(known, reply, connection, how);
    if (reply->prime_bits)
        primes_note(known->primes, reply, connection);
    if (reply->version < TLS_1_3 && !offer->bare)
        note_extensions(known, reply, connection);
    if (reply->version < TLS_1_3 && reply->session_id_size && !offer->session_id_size)
        ids_note(known->ids, reply->session_id, reply->session_id_size);
    if (!reply->public_key)
        return;
    known->replies++;
    if (!g_hash_table_add(known->publics, g_strdup(reply->public_key)))
        known->reused++;
}

void known_say_reuse(Known *known)
{
    json_t *ids = ids_answer(known->ids);
    if (ids)
        known_say(known, ids);
    if (!known->reused)
        return;
    g_autofree char *value =
        g_strdup_printf("%u of %u key exchanges", known->reused, known->replies);
    known_behaviour(known, "ephemeral-key-reused", value, NULL);
}
