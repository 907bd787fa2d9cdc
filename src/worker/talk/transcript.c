#include "worker/talk/transcript.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/pki/x509.h"
#include "worker/tls/message.h"
#include "worker/tls/ssl2.h"

#include <string.h>

enum { ALERT_WARNING = 1, RAW_PUBLIC_KEY = 2 /* CertificateType, RFC 7250 */ };

static void bytes_free(gpointer bytes)
{
    g_bytes_unref(bytes);
}

GHashTable *transcript_written_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void transcript_share(Transcript *transcript, GHashTable *written)
{
    g_hash_table_unref(transcript->written);
    transcript->written = g_hash_table_ref(written);
}

Transcript *transcript_new(Talk *talk)
{
    Transcript *transcript = g_new0(Transcript, 1);
    transcript->talk = talk;
    transcript->kept = g_ptr_array_new_with_free_func(bytes_free);
    transcript->written = transcript_written_new();
    return transcript;
}

void transcript_free(Transcript *transcript)
{
    if (!transcript)
        return;
    g_clear_pointer(&transcript->fault, fault_free);
    g_clear_pointer(&transcript->client, hello_client_free);
    g_clear_pointer(&transcript->server, hello_server_free);
    g_clear_pointer(&transcript->retry, hello_server_free);
    g_clear_pointer(&transcript->chain, g_ptr_array_unref);
    g_clear_pointer(&transcript->staples, g_ptr_array_unref);
    g_clear_pointer(&transcript->sct_list, g_bytes_unref);
    g_free(transcript->untold);
    g_clear_pointer(&transcript->ticket, g_bytes_unref);
    json_decref(transcript->alpn);
    g_free(transcript->leaf);
    g_free(transcript->group);
    g_free(transcript->scheme);
    g_ptr_array_unref(transcript->kept);
    g_hash_table_unref(transcript->written);
    g_free(transcript);
}

void transcript_fault(Transcript *transcript, Fault *fault)
{
    if (transcript->fault)
        fault_free(fault);
    else
        transcript->fault = fault;
}

void transcript_unexpected(Transcript *transcript, const char *name)
{
    transcript_fault(transcript,
                     fault_new("message-unexpected", json_pack("{s:s, s:s}", "name", name, "after",
                                                               transcript->talk->after)));
}

static void over_limit(Transcript *transcript, const char *reason, const char *what, int limit)
{
    transcript_fault(transcript, fault_new(reason, json_pack("{s:i}", what, limit)));
}

/* Of DTLS 1.3 too: its messages are the same. */
static bool is_tls13(const Transcript *transcript)
{
    return version_like(transcript->version) == TLS_1_3;
}

/* Bytes are written once: the hash goes with what refers to them. To be freed. */
static char *write_bytes(Transcript *transcript, const uint8_t *data, size_t size, double now)
{
    char *hash = bytes_sha256(data, size);
    if (!g_hash_table_add(transcript->written, g_strdup(hash)))
        return hash;
    g_autoptr(GPtrArray) facts = fact_bytes(hash, data, size);
    for (guint i = 0; i < facts->len; i++)
        talk_fact(transcript->talk, json_incref(facts->pdata[i]), now);
    return hash;
}

static void add_fault(json_t *fact, const char *reason)
{
    json_t *faults = json_object_get(fact, "faults");
    if (!faults)
        json_object_set_new(fact, "faults", faults = json_array());
    json_array_append_new(faults, json_string(reason));
}

/* The hellos borrow from their bytes: these stay as long as the transcript. */
static const uint8_t *keep(Transcript *transcript, const Said *said)
{
    GBytes *bytes = g_bytes_new(said->bytes, said->size);
    g_ptr_array_add(transcript->kept, bytes);
    return g_bytes_get_data(bytes, NULL);
}

/* Takes a list of faults: all are named in the message's fact, the first ends the handshake. */
static void take_faults(Transcript *transcript, json_t *fact, GPtrArray *faults)
{
    for (guint i = 0; i < faults->len; i++) {
        const Fault *fault = faults->pdata[i];
        add_fault(fact, fault->reason);
        transcript_fault(transcript, fault_new(fault->reason, json_incref(fault->args)));
    }
    g_ptr_array_unref(faults);
}

static void see_client_hello(Transcript *transcript, const Said *said)
{
    g_clear_pointer(&transcript->client, hello_client_free);
    transcript->client = hello_client_new(keep(transcript, said), said->size);
}

/* TLS 1.2 and below have the list in the ServerHello. */
static void see_sct_list(Transcript *transcript)
{
    const Extension *scts = hello_extension(transcript->server->extensions, EXTENSION_SCT);
    if (scts && scts->data.size)
        transcript->sct_list = g_bytes_new(scts->data.data, scts->data.size);
}

static void see_server_hello(Transcript *transcript, const Said *said, json_t *fact)
{
    ServerHello *hello = hello_server_new(keep(transcript, said), said->size);
    if (transcript->client)
        take_faults(transcript, fact, hello_check(transcript->client, hello, transcript->retry));
    if (hello->fault)
        transcript_fault(transcript,
                         fault_new(hello->fault->reason, json_incref(hello->fault->args)));
    if (hello->retry) {
        json_object_set_new(fact, "retry_cost", json_true());
        g_clear_pointer(&transcript->retry, hello_server_free);
        transcript->retry = hello;
        return;
    }
    transcript->server = hello;
    transcript->version = hello->version;
    see_sct_list(transcript);
}

static void keep_string(char **kept, const json_t *fact, const char *member)
{
    const char *value = fact_string(fact, member, NULL);
    if (!value)
        return;
    g_free(*kept);
    *kept = g_strdup(value);
}

/* What the chief members of a message's fact say for the handshake as a whole. */
static void see_members(Transcript *transcript, const json_t *fact)
{
    keep_string(&transcript->group, fact, "group");
    keep_string(&transcript->scheme, fact, "scheme");
    transcript->prime_bits = (guint)fact_integer(fact, "bits", transcript->prime_bits);
    json_t *alpn = json_array_get(json_object_get(fact, "alpn"), 0);
    if (alpn) {
        json_decref(transcript->alpn);
        transcript->alpn = json_incref(alpn);
    }
}

static void see_staple(Transcript *transcript, const Said *said)
{
    bool tls13 = is_tls13(transcript);
    GPtrArray *staples = message_staples(said->bytes, said->size, tls13);
    transcript->staple =
        staples->len && staples->pdata[0] ? g_bytes_get_size(staples->pdata[0]) : 0;
    g_clear_pointer(&transcript->staples, g_ptr_array_unref);
    transcript->staples = staples;
    GBytes *scts = message_scts(said->bytes, said->size, tls13);
    if (scts) {
        g_clear_pointer(&transcript->sct_list, g_bytes_unref);
        transcript->sct_list = scts;
    }
}

/* What stands behind the ticket of TLS 1.3 (RFC 8446 sections 4.6.1, 4.2.10). */
static void see_early_data(Transcript *transcript, Reader *reader)
{
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    transcript->early_data = 0;
    if (!hello_read_extensions(reader, extensions))
        return;
    const Extension *early = hello_extension(extensions, EXTENSION_EARLY_DATA);
    if (!early)
        return;
    Reader data = early->data;
    transcript->early_data = reader_u32(&data);
}

/* NewSessionTicket: TLS 1.2 allows an empty one, which is none (RFC 5077 section 3.3). There the
 * ticket stands behind its lifetime; in TLS 1.3 a mask of its age and a nonce stand between. */
static void see_ticket(Transcript *transcript, const Said *said, const json_t *fact)
{
    Reader reader = reader_new(said->bytes, said->size);
    reader_skip(&reader, 8);
    if (is_tls13(transcript)) {
        reader_u32(&reader);
        reader_vector(&reader, 1);
    }
    Reader ticket = reader_vector(&reader, 2);
    if (is_tls13(transcript))
        see_early_data(transcript, &reader);
    else if (!ticket.size)
        return;
    g_clear_pointer(&transcript->ticket, g_bytes_unref);
    transcript->ticket = g_bytes_new(ticket.data, ticket.size);
    if (++transcript->tickets > LIMIT_TICKETS)
        over_limit(transcript, "limit-tickets", "tickets", LIMIT_TICKETS);
    transcript->lifetime = (guint)fact_integer(fact, "lifetime", 0);
}

/* The server's messages of TLS 1.2 and below, in their order (RFC 5246 section 7.3); each stands at
 * most once. */
enum { PLACE_CERTIFICATE = 2, PLACE_KEY_EXCHANGE = 4, PLACE_DONE = 6 };

static const struct {
    guint8 type, place;
} places[] = {
    {HANDSHAKE_SUPPLEMENTAL_DATA, 1},   {HANDSHAKE_CERTIFICATE, PLACE_CERTIFICATE},
    {HANDSHAKE_CERTIFICATE_STATUS, 3},  {HANDSHAKE_SERVER_KEY_EXCHANGE, PLACE_KEY_EXCHANGE},
    {HANDSHAKE_CERTIFICATE_REQUEST, 5}, {HANDSHAKE_SERVER_HELLO_DONE, PLACE_DONE},
    {HANDSHAKE_NEW_SESSION_TICKET, 7},
};

bool transcript_resumed(const Transcript *transcript)
{
    const ServerHello *server = transcript->server;
    if (!transcript->resuming || !server)
        return false;
    if (is_tls13(transcript))
        return hello_extension(server->extensions, EXTENSION_PRE_SHARED_KEY) != NULL;
    const Reader *ours = &transcript->client->session_id, *theirs = &server->session_id;
    return ours->size && ours->size == theirs->size &&
           !memcmp(ours->data, theirs->data, ours->size);
}

static bool is_one_of(const char *word, const char *const *list)
{
    return word && g_strv_contains(list, word);
}

/* True where the suite needs a message that should have come before this place. */
static bool lacks_one_before(const Transcript *transcript, guint place)
{
    if (transcript_resumed(transcript))
        return false;
    static const char *const certified[] = {"rsa", "dss", "ecdsa", NULL};
    static const char *const ephemeral[] = {"dhe", "ecdhe", "dh-anonymous", "ecdh-anonymous", NULL};
    const CipherSuite *suite = registry_suite(transcript->server->suite);
    if (!suite)
        return false;
    if (place > PLACE_CERTIFICATE && transcript->place < PLACE_CERTIFICATE &&
        is_one_of(suite->authentication, certified))
        return true;
    return place > PLACE_KEY_EXCHANGE && transcript->place < PLACE_KEY_EXCHANGE &&
           is_one_of(suite->exchange, ephemeral);
}

/* True for a HelloVerifyRequest where one may come. */
static bool may_verify(const Transcript *transcript, guint8 type)
{
    return type == HANDSHAKE_HELLO_VERIFY_REQUEST && transcript->client &&
           version_is_dtls(transcript->client->legacy_version) && !transcript->retry;
}

/* True where a plaintext message may not come from the server now. */
static bool out_of_place(Transcript *transcript, guint8 type)
{
    if (type == HANDSHAKE_HELLO_REQUEST)
        return is_tls13(transcript);
    if (!transcript->server)
        return type != HANDSHAKE_SERVER_HELLO && !may_verify(transcript, type);
    if (is_tls13(transcript))
        return true;
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        guint place = places[i].place;
        if (places[i].type != type)
            continue;
        bool wrong = place <= transcript->place || lacks_one_before(transcript, place);
        transcript->place = place;
        return wrong;
    }
    return true;
}

/* The encrypted part of the server's first flight, and how far it must have come before each. */
static const struct {
    guint8 type, least, place;
} encrypted_places[] = {
    {HANDSHAKE_ENCRYPTED_EXTENSIONS, 0, 1}, {HANDSHAKE_CERTIFICATE_REQUEST, 1, 2},
    {HANDSHAKE_CERTIFICATE, 1, 3},          {HANDSHAKE_COMPRESSED_CERTIFICATE, 1, 3},
    {HANDSHAKE_CERTIFICATE_VERIFY, 3, 4},   {HANDSHAKE_FINISHED, 4, 5},
};

/* True where an encrypted message may not come from the server now. */
static bool out_of_order(Transcript *transcript, guint8 type)
{
    if (!transcript->held)
        return false;
    for (guint i = 0; i < G_N_ELEMENTS(encrypted_places); i++) {
        guint place = encrypted_places[i].place;
        if (encrypted_places[i].type != type)
            continue;
        bool wrong = transcript->place < encrypted_places[i].least || transcript->place >= place;
        transcript->place = place;
        return wrong;
    }
    return true;
}

static void see_certificates(Transcript *transcript, const Said *said, json_t *fact)
{
    bool cut = false;
    if (is_tls13(transcript) && transcript->client)
        take_faults(transcript, fact,
                    hello_check_entries(transcript->client, said->bytes, said->size));
    if (transcript->raw_keys)
        return;
    g_clear_pointer(&transcript->chain, g_ptr_array_unref);
    transcript->chain = message_certificates(said->bytes, said->size, is_tls13(transcript), &cut);
    if (cut)
        over_limit(transcript, "limit-certificates", "certificates", LIMIT_CERTIFICATES);
    if (!transcript->chain->len)
        transcript_fault(transcript, fault_message("Certificate", "no certificate is in it"));
    see_staple(transcript, said);
}

static void see_key_exchange(Transcript *transcript, const Said *said, json_t *fact)
{
    if (!transcript->client || !transcript->server)
        return;
    KeyExchange exchange = exchange_read(registry_suite(transcript->server->suite),
                                         transcript->version, said->bytes, said->size);
    take_faults(transcript, fact, message_check(transcript->client, &exchange));
}

static void see_request(Transcript *transcript)
{
    if (++transcript->requests > LIMIT_HELLO_REQUESTS)
        over_limit(transcript, "limit-hello-requests", "requests", LIMIT_HELLO_REQUESTS);
}

/* The server shows a RawPublicKey: RFC 7250 section 4.2. */
static bool shows_raw_key(const Said *said)
{
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader reader = reader_new(said->bytes, said->size);
    reader_skip(&reader, 4);
    hello_read_extensions(&reader, extensions);
    const Extension *type = hello_extension(extensions, EXTENSION_SERVER_CERTIFICATE_TYPE);
    return type && reader_peek(&type->data) == RAW_PUBLIC_KEY;
}

static void see_encrypted_extensions(Transcript *transcript, const Said *said, json_t *fact)
{
    if (transcript->client)
        take_faults(transcript, fact,
                    hello_check_encrypted(transcript->client, said->bytes, said->size));
    transcript->raw_keys = shows_raw_key(said);
}

static void see_verify(Transcript *transcript, const Said *said, json_t *fact)
{
    Reader cookie;
    json_object_set_new(fact, "retry_cost", json_true());
    if (!hello_verify_cookie(said->bytes, said->size, &cookie))
        transcript_fault(transcript,
                         fault_message("HelloVerifyRequest", "its cookie does not parse"));
    if (++transcript->verifies > LIMIT_VERIFIES)
        over_limit(transcript, "limit-verifies", "requests", LIMIT_VERIFIES);
}

/* What a message from the server says and whether it may. `fact` is its fact. */
static void see_received(Transcript *transcript, const Said *said, json_t *fact)
{
    guint8 type = said->bytes[0];
    if (said->encrypted ? out_of_order(transcript, type) : out_of_place(transcript, type)) {
        add_fault(fact, "message-unexpected");
        transcript_unexpected(transcript, message_name(said->bytes, said->size));
        return;
    }
    switch (type) {
    case HANDSHAKE_HELLO_REQUEST:
        see_request(transcript);
        break;
    case HANDSHAKE_SERVER_HELLO:
        see_server_hello(transcript, said, fact);
        break;
    case HANDSHAKE_HELLO_VERIFY_REQUEST:
        see_verify(transcript, said, fact);
        break;
    case HANDSHAKE_ENCRYPTED_EXTENSIONS:
        see_encrypted_extensions(transcript, said, fact);
        break;
    case HANDSHAKE_SERVER_KEY_EXCHANGE:
        see_key_exchange(transcript, said, fact);
        break;
    case HANDSHAKE_CERTIFICATE_VERIFY:
        if (transcript->client)
            take_faults(transcript, fact,
                        message_check_verify(transcript->client, said->bytes, said->size));
        break;
    case HANDSHAKE_CERTIFICATE:
        see_certificates(transcript, said, fact);
        break;
    case HANDSHAKE_CERTIFICATE_STATUS:
        see_staple(transcript, said);
        break;
    case HANDSHAKE_CERTIFICATE_REQUEST:
        transcript->asked = true;
        break;
    case HANDSHAKE_NEW_SESSION_TICKET:
        see_ticket(transcript, said, fact);
        break;
    default:
        break;
    }
    see_members(transcript, fact);
}

/* The phase that begins when the server has said this. */
static const char *phase_after(const Transcript *transcript, guint8 type)
{
    if (type == HANDSHAKE_SERVER_HELLO && transcript->server)
        return "certificate";
    if (type == HANDSHAKE_CERTIFICATE || type == HANDSHAKE_SERVER_KEY_EXCHANGE)
        return "key-exchange";
    return NULL;
}

/* The responses and timestamps that came with the chain. */
static void tell_staples(Transcript *transcript, json_t *fact, double now)
{
    const GPtrArray *staples = transcript->staples;
    gsize size;
    json_t *list = json_array();
    for (guint i = 0; staples && i < staples->len; i++) {
        const uint8_t *data = staples->pdata[i] ? g_bytes_get_data(staples->pdata[i], &size) : NULL;
        g_autofree char *hash = data ? write_bytes(transcript, data, size, now) : NULL;
        json_array_append_new(list, hash ? json_string(hash) : json_null());
    }
    if (json_array_size(list))
        json_object_set(fact, "staples", list);
    json_decref(list);
    if (!transcript->sct_list)
        return;
    const uint8_t *data = g_bytes_get_data(transcript->sct_list, &size);
    g_autofree char *hash = write_bytes(transcript, data, size, now);
    json_object_set_new(fact, "sct_list", json_string(hash));
}

/* The chain as sent, and each certificate of it once. */
static void tell_chain(Transcript *transcript, const char *message, double now)
{
    json_t *hashes = json_array();
    GPtrArray *chain = transcript->chain;
    for (guint i = 0; i < chain->len; i++) {
        gsize size;
        const uint8_t *der = g_bytes_get_data(chain->pdata[i], &size);
        g_autofree char *hash = bytes_sha256(der, size);
        bool known = g_hash_table_contains(transcript->written, hash);
        g_free(write_bytes(transcript, der, size, now));
        if (!known)
            talk_fact(transcript->talk, x509_fact(der, size), now);
        json_array_append_new(hashes, json_string(hash));
        if (i == 0) {
            g_free(transcript->leaf);
            transcript->leaf = g_steal_pointer(&hash);
        }
    }
    json_t *fact = fact_new(FACT_CHAIN);
    json_object_set_new(fact, "certificates", hashes);
    json_object_set_new(fact, "message", json_string(message));
    if (transcript->fault && !strcmp(transcript->fault->reason, "limit-certificates"))
        json_object_set_new(fact, "cut", json_integer(LIMIT_CERTIFICATES));
    tell_staples(transcript, fact, now);
    talk_fact(transcript->talk, fact, now);
}

void transcript_close(Transcript *transcript, double now)
{
    g_autofree char *message = g_steal_pointer(&transcript->untold);
    if (message)
        tell_chain(transcript, message, now);
}

/* True where the server has said that a CertificateStatus follows on the Certificate. */
static bool awaits_status(const Transcript *transcript)
{
    const ServerHello *server = transcript->server;
    return !is_tls13(transcript) && server && !transcript->fault &&
           (hello_extension(server->extensions, EXTENSION_STATUS_REQUEST) ||
            hello_extension(server->extensions, EXTENSION_STATUS_REQUEST_V2));
}

/* A Certificate came, of that hash, or something else: a chain is told as soon as its staples are
 * known. */
static void offer_chain(Transcript *transcript, guint8 type, const char *hash, double now)
{
    if (type == HANDSHAKE_CERTIFICATE && transcript->chain) {
        g_free(transcript->untold);
        transcript->untold = g_strdup(hash);
        if (awaits_status(transcript))
            return;
    }
    transcript_close(transcript, now);
}

/* The members that every message has. */
static json_t *begin_fact(const Said *said, const char *content)
{
    json_t *fact = fact_new(FACT_MESSAGE);
    json_object_set_new(fact, "direction", json_string(said->out ? "out" : "in"));
    json_object_set_new(fact, "content", json_string(content));
    json_object_set_new(fact, "encrypted", json_boolean(said->encrypted));
    return fact;
}

/* The server's first message after ours: how long it was waited for. */
static void time_flight(Transcript *transcript, const Said *said, json_t *fact, double now)
{
    if (!said->out && transcript->sent) {
        talk_took(transcript->talk, fact, now);
        transcript->flights++;
    }
    transcript->sent = said->out;
}

void transcript_message(Transcript *transcript, const Said *said, double now)
{
    if (said->size == 0)
        return;
    json_t *fact = begin_fact(said, "handshake");
    time_flight(transcript, said, fact, now);
    g_autofree char *hash = write_bytes(transcript, said->bytes, said->size, now);
    json_object_set_new(fact, "sha256", json_string(hash));
    message_fact(fact, said->bytes, said->size, transcript->version);
    if (++transcript->messages > LIMIT_MESSAGES)
        over_limit(transcript, "limit-messages", "messages", LIMIT_MESSAGES);
    guint8 type = said->bytes[0];
    if (!said->out)
        see_received(transcript, said, fact);
    else if (type == HANDSHAKE_CLIENT_HELLO)
        see_client_hello(transcript, said);
    talk_fact(transcript->talk, fact, now);
    transcript->talk->after = message_name(said->bytes, said->size);
    if (said->out)
        return;
    transcript->malformed = json_object_get(fact, "faults") ? transcript->talk->after : NULL;
    offer_chain(transcript, type, hash, now);
    const char *phase = phase_after(transcript, type);
    if (phase && !transcript->fault && !transcript->still)
        talk_phase(transcript->talk, phase, now);
}

void transcript_hold_order(Transcript *transcript)
{
    transcript->held = true;
}

void transcript_unpacked(Transcript *transcript, const Said *packed, const Said *certificate,
                         double now)
{
    g_autofree char *hash = bytes_sha256(packed->bytes, packed->size);
    g_autoptr(json_t) unheeded = json_object();
    see_certificates(transcript, certificate, unheeded);
    if (transcript->chain)
        tell_chain(transcript, hash, now);
}

void transcript_keep_phase(Transcript *transcript)
{
    transcript->still = true;
}

/* What the server says in SSL 2.0. */
static void see_answer(Transcript *transcript, const Said *said, json_t *fact)
{
    g_autoptr(Ssl2Answer) answer = ssl2_answer_new(said->bytes, said->size);
    const Fault *fault = answer->fault;
    if (fault) {
        add_fault(fact, fault->reason);
        transcript_fault(transcript, fault_new(fault->reason, json_incref(fault->args)));
    }
    Reader der = answer->certificate;
    if (!der.size)
        return;
    transcript->chain = g_ptr_array_new_with_free_func(bytes_free);
    g_ptr_array_add(transcript->chain, g_bytes_new(der.data, der.size));
}

void transcript_ssl2(Transcript *transcript, const Said *said, double now)
{
    json_t *fact = begin_fact(said, "ssl2");
    time_flight(transcript, said, fact, now);
    g_autofree char *hash = write_bytes(transcript, said->bytes, said->size, now);
    const char *name = ssl2_name(said->bytes, said->size);
    json_object_set_new(fact, "sha256", json_string(hash));
    json_object_set_new(fact, "name", json_string(name));
    json_object_set_new(fact, "size", json_integer((json_int_t)said->size));
    json_object_set_new(fact, "type", json_integer(said->bytes[0]));
    json_object_set_new(fact, "version", json_string("SSL 2.0"));
    if (!said->out)
        see_answer(transcript, said, fact);
    talk_fact(transcript->talk, fact, now);
    transcript->talk->after = name;
    if (!said->out && transcript->chain)
        tell_chain(transcript, hash, now);
}

/* TLS 1.2: only behind the server's whole flight, or the ServerHello that resumes a session, else
 * the keys are not the ones agreed on (CVE-2014-0224). TLS 1.3: from the first answer on, where it
 * means nothing, and begins no flight (RFC 8446 section 5). */
static bool may_change(const Transcript *transcript)
{
    if (transcript->retry || is_tls13(transcript))
        return true;
    return transcript->server &&
           (transcript->place >= PLACE_DONE || transcript_resumed(transcript));
}

void transcript_change(Transcript *transcript, const Said *said, double now)
{
    json_t *fact = begin_fact(said, "change-cipher-spec");
    if (transcript->version && !is_tls13(transcript))
        time_flight(transcript, said, fact, now);
    g_autofree char *hash = write_bytes(transcript, said->bytes, said->size, now);
    json_object_set_new(fact, "sha256", json_string(hash));
    json_object_set_new(fact, "name", json_string("ChangeCipherSpec"));
    json_object_set_new(fact, "size", json_integer((json_int_t)said->size));
    if (!said->out && !may_change(transcript)) {
        add_fault(fact, "message-unexpected");
        transcript_unexpected(transcript, "ChangeCipherSpec");
    }
    talk_fact(transcript->talk, fact, now);
    transcript->talk->after = "ChangeCipherSpec";
}

void transcript_alert(Transcript *transcript, const SaidAlert *alert, double now)
{
    static const char *const levels[] = {"unknown", "warning", "fatal"};
    json_t *fact = fact_new(FACT_ALERT);
    json_object_set_new(fact, "direction", json_string(alert->out ? "out" : "in"));
    json_object_set_new(
        fact, "level", json_string(levels[alert->level < G_N_ELEMENTS(levels) ? alert->level : 0]));
    json_object_set_new(fact, "code", json_integer(alert->code));
    json_object_set_new(fact, "name", json_string(registry_alert_name(alert->code)));
    json_object_set_new(fact, "encrypted", json_boolean(alert->encrypted));
    talk_fact(transcript->talk, fact, now);
    if (!alert->out && alert->level == ALERT_WARNING && ++transcript->warnings > LIMIT_WARNINGS)
        over_limit(transcript, "limit-warnings", "alerts", LIMIT_WARNINGS);
}
