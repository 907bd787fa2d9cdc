#include "worker/talk/ask.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "worker/talk/refusal.h"
#include "worker/talk/resend.h"
#include "worker/talk/stack.h"
#include "worker/talk/transcript.h"
#include "worker/tls/assembly.h"
#include "worker/tls/datagram.h"
#include "worker/tls/exchange.h"
#include "worker/tls/guess.h"
#include "worker/tls/record.h"
#include "worker/tls/ssl2.h"

enum {
    ALERT_SIZE = 2,
    ALERT_WARNING = 1,
    ALERT_FATAL = 2,
    ALERT_CLOSE_NOTIFY = 0,
    ALERT_USER_CANCELED = 90,
    ODD_ROUND_TRIPS = 4,                /* that silence on an odd hello is waited for */
    SSL2_ENOUGH = SSL2_HEADER + 0x7fff, /* bytes of the longest record of SSL 2.0 */
};

typedef struct Ask {
    Talk base;
    Offer *offer;
    Reply *reply;
    Transcript *transcript;
    Splitter *in;
    Handshake *messages;
    GByteArray *first;    /* the first bytes received, while no record has come of them */
    GByteArray *alert;    /* of an alert in pieces */
    Flight *flight;       /* NULL: nothing encrypted is to be read */
    bool encrypted;       /* the alert travelled so */
    Resend *resend;       /* over datagrams, and the two below; NULL: over a stream */
    Datagrams *datagrams; /* instead of `in` */
    Assembly *assembly;   /* instead of `messages` */
    GByteArray *rest;     /* of the hello, that is not sent yet: over a stream */
    guint part;           /* bytes of it that are sent at once */
    int warning;          /* the last warning alert; -1: none came */
    int early; /* a fatal alert that came before what was sent before it; -1: none came */
    bool half_close;
    bool timed; /* reply->took is known */
    double now; /* of the event */
} Ask;

/* ---- the reply ---- */

Reply *reply_new(void)
{
    Reply *reply = g_new0(Reply, 1);
    reply->suites = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    reply->extensions = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    reply->values = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
    reply->alert = -1;
    return reply;
}

void reply_free(Reply *reply)
{
    if (!reply)
        return;
    g_array_unref(reply->suites);
    g_array_unref(reply->extensions);
    g_hash_table_unref(reply->values);
    g_clear_pointer(&reply->modulus, g_bytes_unref);
    g_clear_pointer(&reply->generator, g_bytes_unref);
    g_free(reply->prime);
    g_free(reply->public_key);
    g_free(reply->alpn);
    opened_free(reply->opened);
    g_free(reply->leaf);
    json_decref(reply->args);
    g_free(reply);
}

static void read_extensions(Reply *reply, const GArray *extensions)
{
    for (guint i = 0; i < extensions->len; i++) {
        const Extension *extension = &g_array_index(extensions, Extension, i);
        g_array_append_val(reply->extensions, extension->type);
        g_hash_table_insert(reply->values, GUINT_TO_POINTER(extension->type),
                            g_bytes_new(extension->data.data, extension->data.size));
    }
}

static void read_server_hello(Reply *reply, const ServerHello *hello)
{
    if (!hello->random)
        return;
    reply->version = hello->version;
    reply->suite = hello->suite;
    reply->compression = hello->compression;
    reply->has_group = hello->has_group;
    reply->group = hello->group;
    reply->session_id_size = (guint)MIN(hello->session_id.size, sizeof reply->session_id);
    if (reply->session_id_size)
        memcpy(reply->session_id, hello->session_id.data, reply->session_id_size);
    memcpy(reply->random, hello->random, sizeof reply->random);
    if (hello->alpn.size)
        reply->alpn = text_escape(hello->alpn.data, (gssize)hello->alpn.size, false);
    read_extensions(reply, hello->extensions);
}

static char *hash_of(Reader bytes)
{
    return bytes.size ? bytes_sha256(bytes.data, bytes.size) : NULL;
}

static void read_key_exchange(Reply *reply, const HandshakeMessage *message)
{
    const CipherSuite *suite = registry_suite(reply->suite);
    KeyExchange exchange = exchange_read(suite, reply->version, message->bytes, message->size);
    reply->has_group = exchange.has_group;
    reply->group = exchange.group;
    reply->has_scheme = exchange.has_scheme;
    reply->scheme = exchange.scheme;
    g_free(reply->public_key); /* of a message that stands there twice */
    g_free(reply->prime);
    g_clear_pointer(&reply->modulus, g_bytes_unref);
    g_clear_pointer(&reply->generator, g_bytes_unref);
    reply->public_key = hash_of(exchange.public_key);
    reply->prime_bits = exchange_bits(exchange.prime);
    reply->prime = hash_of(exchange.prime);
    if (exchange.prime.size)
        reply->modulus = g_bytes_new(exchange.prime.data, exchange.prime.size);
    if (exchange.generator.size)
        reply->generator = g_bytes_new(exchange.generator.data, exchange.generator.size);
}

/* ---- how it ends ---- */

/* What the encrypted flight adds to the reply, once nothing more of it is read. */
static void take_opened(Ask *ask)
{
    Reply *reply = ask->reply;
    const Transcript *transcript = ask->transcript;
    if (!ask->flight || !flight_begun(ask->flight))
        return;
    reply->opened = flight_take(ask->flight);
    reply->alpn = g_strdup(reply->opened->alpn);
    reply->scheme = reply->opened->scheme;
    reply->has_scheme = reply->scheme != 0;
    reply->asked = transcript->asked;
    reply->stapled = transcript->staple > 0;
    reply->certificates = transcript->chain ? transcript->chain->len : 0;
    reply->leaf = g_strdup(transcript->leaf);
}

static void end_with(Ask *ask, ReplyKind kind, const char *reason, json_t *args)
{
    take_opened(ask);
    ask->reply->kind = kind;
    ask->reply->reason = reason;
    ask->reply->args = args;
}

static void answered(Ask *ask, ReplyKind kind, const char *reason, json_t *args)
{
    end_with(ask, kind, reason, args);
    talk_done(&ask->base);
}

static void failed(Ask *ask, ReplyKind kind, const Fault *fault)
{
    end_with(ask, kind, fault->reason, json_incref(fault->args));
    talk_fail(&ask->base, refusal_result(fault->reason), fault->reason, json_incref(fault->args));
}

/* A ceiling that was reached says nothing of the question, nor do fragments of two answers, where
 * the network doubled our hello; the rest is the server's fault. */
static void blame(Ask *ask, const Fault *fault)
{
    if (!g_str_has_prefix(fault->reason, "limit-") &&
        !g_str_equal(fault->reason, "fragments-differ"))
        failed(ask, REPLY_ILLEGAL, fault);
    else
        failed(ask, ask->reply->chosen ? REPLY_CHOSEN : REPLY_LOST, fault);
}

static void refused(Ask *ask, guint level, guint code)
{
    static const char *const levels[] = {"unknown", "warning", "fatal"};
    const char *name = levels[level < G_N_ELEMENTS(levels) ? level : 0];
    ask->reply->alert = (int)code;
    answered(ask, ask->reply->chosen ? REPLY_CHOSEN : REPLY_ALERT, "alert-received",
             json_pack("{s:s, s:i, s:s, s:s}", "level", name, "code", (int)code, "name",
                       registry_alert_name(code), "after", ask->base.after));
}

/* ---- what comes in ---- */

/* The answer begins to come. */
static void time_answer(Ask *ask)
{
    if (!ask->timed)
        ask->reply->took = MAX(ask->now - ask->base.sent_at, 0);
    ask->timed = true;
}

/* Over datagrams an alert may be there where the ServerHello before it is not: a server that chose,
 * and then failed. The numbers of records tell, which go on from the last one or, where no record
 * came, from that of our hello (RFC 6347 section 4.2.1). A second alert is believed. */
static bool comes_early(const Ask *ask)
{
    return ask->resend && !ask->reply->version && ask->early < 0 &&
           datagrams_skips(ask->datagrams, resend_last(ask->resend));
}

static void alert_came(Ask *ask, guint level, guint code)
{
    SaidAlert alert = {.encrypted = ask->encrypted, .level = level, .code = code};
    time_answer(ask);
    transcript_alert(ask->transcript, &alert, ask->now);
    ask->reply->warned = ask->reply->warned || !ask->reply->version;
    if (ask->transcript->fault)
        blame(ask, ask->transcript->fault);
    else if (level == ALERT_WARNING && code != ALERT_CLOSE_NOTIFY)
        ask->warning = (int)code;
    else if (comes_early(ask))
        ask->early = (int)code;
    else
        refused(ask, level, code);
}

/* Over datagrams an alert is in one record. */
static void alert_bytes_came(Ask *ask, const Record *record)
{
    if (ask->resend)
        g_byte_array_set_size(ask->alert, 0);
    if (record->size)
        g_byte_array_append(ask->alert, record->data, (guint)record->size);
    while (ask->alert->len >= ALERT_SIZE && ask->base.state == TALK_GOING) {
        guint level = ask->alert->data[0], code = ask->alert->data[1];
        g_byte_array_remove_range(ask->alert, 0, ALERT_SIZE);
        alert_came(ask, level, code);
    }
}

/* What the message adds to the reply. */
static void read_message(Ask *ask, const HandshakeMessage *message)
{
    const Transcript *transcript = ask->transcript;
    const ServerHello *hello = transcript->server ? transcript->server : transcript->retry;
    Reply *reply = ask->reply;
    switch (message->type) {
    case HANDSHAKE_SERVER_HELLO:
        if (!hello || reply->version)
            break;
        read_server_hello(reply, hello);
        reply->chosen = !transcript->fault;
        break;
    case HANDSHAKE_CERTIFICATE:
        reply->certificates = transcript->chain ? transcript->chain->len : 0;
        if (!reply->leaf)
            reply->leaf = g_strdup(transcript->leaf);
        break;
    case HANDSHAKE_CERTIFICATE_STATUS:
        reply->stapled = true;
        break;
    case HANDSHAKE_CERTIFICATE_REQUEST:
        reply->asked = true;
        break;
    case HANDSHAKE_SERVER_KEY_EXCHANGE:
        read_key_exchange(reply, message);
        break;
    default:
        break;
    }
}

/* True where nothing more of the server's flight is in the clear. */
static bool is_last(const Ask *ask, uint8_t type)
{
    return type == HANDSHAKE_SERVER_HELLO_DONE ||
           (type == HANDSHAKE_SERVER_HELLO && version_like(ask->reply->version) >= TLS_1_3);
}

/* When the other side should have said something, or has had the time to read a part by itself. */
static double due(const Ask *ask, guint milliseconds, guint round_trips, double now)
{
    return now + MAX(milliseconds / 1e3, round_trips * ask->base.round_trip);
}

static void send_part(Ask *ask, double now)
{
    Talk *base = &ask->base;
    guint size = MIN(ask->part, ask->rest->len);
    talk_send(base, ask->rest->data, size, now);
    g_byte_array_remove_range(ask->rest, 0, size);
    base->half_close = ask->half_close && !ask->rest->len;
    if (ask->rest->len)
        base->deadline = due(ask, LIMIT_PART_MS, 1, now);
    else
        base->deadline = ask->offer->odd ? due(ask, LIMIT_ODD_MS, ODD_ROUND_TRIPS, now) : 0;
}

static void say_hello(Ask *ask, const Offer *offer)
{
    g_autoptr(GByteArray) message = offer_message(offer);
    Said said = {.out = true, .bytes = message->data, .size = message->len};
    if (offer->version == TLS_SSL2)
        transcript_ssl2(ask->transcript, &said, ask->now);
    else
        transcript_message(ask->transcript, &said, ask->now);
    if (ask->resend) {
        resend_say(ask->resend, message, ask->now);
        return;
    }
    if (offer->opens)
        ask->flight = flight_new(ask->transcript, offer, message);
    g_autoptr(GByteArray) records = offer_wrap(offer, message);
    ask->part = offer->parts ? records->len / offer->parts + 1 : records->len;
    g_byte_array_append(ask->rest, records->data, records->len);
    send_part(ask, ask->now);
}

/* The server wants its cookie back. */
static void verify_came(Ask *ask, const HandshakeMessage *message)
{
    Reader cookie;
    hello_verify_cookie(message->bytes, message->size, &cookie);
    g_autoptr(Offer) offer = offer_copy(ask->offer);
    g_clear_pointer(&offer->cookie, g_bytes_unref);
    offer->cookie = g_bytes_new(cookie.data, cookie.size);
    say_hello(ask, offer);
}

/* What is encrypted comes next. A message may not span the change of keys. */
static bool goes_on(Ask *ask, const HandshakeMessage *message)
{
    if (message->type != HANDSHAKE_SERVER_HELLO || !ask->flight ||
        !flight_begin(ask->flight, message->bytes, message->size))
        return false;
    if (handshake_pending(ask->messages)) {
        transcript_unexpected(ask->transcript, "plaintext");
        blame(ask, ask->transcript->fault);
    }
    return true;
}

static void message_came(Ask *ask, const HandshakeMessage *message)
{
    Said said = {.bytes = message->bytes, .size = message->size};
    bool placed = !ask->transcript->fault;
    if (message->type != HANDSHAKE_HELLO_VERIFY_REQUEST)
        time_answer(ask);
    transcript_message(ask->transcript, &said, ask->now);
    if (placed)
        read_message(ask, message);
    if (ask->transcript->fault)
        blame(ask, ask->transcript->fault);
    else if (ask->transcript->retry)
        answered(ask, REPLY_RETRY, NULL, NULL);
    else if (message->type == HANDSHAKE_HELLO_VERIFY_REQUEST)
        verify_came(ask, message);
    else if (ask->early >= 0)
        refused(ask, ALERT_FATAL, (guint)ask->early);
    else if (is_last(ask, message->type) && !goes_on(ask, message))
        answered(ask, REPLY_CHOSEN, NULL, NULL);
}

static RecordStatus next_message(Ask *ask, HandshakeMessage *message)
{
    return ask->assembly ? assembly_next(ask->assembly, message)
                         : handshake_next(ask->messages, message);
}

static void messages_came(Ask *ask)
{
    HandshakeMessage message;
    RecordStatus status = RECORD_MORE;
    while (ask->base.state == TALK_GOING && (status = next_message(ask, &message)) == RECORD_READY)
        message_came(ask, &message);
    if (status == RECORD_FAULT && ask->base.state == TALK_GOING)
        blame(ask, ask->assembly ? assembly_fault(ask->assembly) : handshake_fault(ask->messages));
}

/* Neither data nor a change of keys has its place in what is read here. */
static void unexpected_came(Ask *ask, const Record *record)
{
    if (record->type == RECORD_CHANGE_CIPHER_SPEC) {
        Said said = {.bytes = record->data, .size = record->size};
        transcript_change(ask->transcript, &said, ask->now);
    }
    char number[REGISTRY_NUMBER];
    transcript_unexpected(ask->transcript, registry_code_name("content", record->type, number));
    blame(ask, ask->transcript->fault);
}

static void sealed_came(Ask *ask, const Record *record)
{
    Record inner;
    switch (flight_record(ask->flight, record, &inner, ask->now)) {
    case FLIGHT_WHOLE:
        answered(ask, REPLY_CHOSEN, NULL, NULL);
        break;
    case FLIGHT_FAULT:
        blame(ask, ask->transcript->fault);
        break;
    case FLIGHT_ALERT:
        ask->encrypted = true;
        alert_bytes_came(ask, &inner);
        break;
    case FLIGHT_MORE:
        break;
    }
}

static void record_came(Ask *ask, const Record *record)
{
    if (ask->flight && flight_begun(ask->flight) && record->type != RECORD_ALERT) {
        sealed_came(ask, record);
        return;
    }
    if (!ask->assembly)
        handshake_feed(ask->messages, record);
    else if (record->type == RECORD_HANDSHAKE)
        assembly_feed(ask->assembly, record);
    if (record->type == RECORD_HANDSHAKE)
        messages_came(ask);
    else if (handshake_fault(ask->messages))
        blame(ask, handshake_fault(ask->messages));
    else if (record->type == RECORD_ALERT)
        alert_bytes_came(ask, record);
    else
        unexpected_came(ask, record);
}

/* ---- SSL 2.0 ---- */

static bool kind_offered(const Offer *offer, uint32_t kind)
{
    for (guint i = 0; i < offer->suites->len; i++)
        if (g_array_index(offer->suites, uint32_t, i) == kind)
            return true;
    return false;
}

/* Takes the cipher kinds; a fault where one was not offered. */
static Fault *take_kinds(Ask *ask, const GArray *kinds)
{
    Fault *fault = NULL;
    for (guint i = 0; i < kinds->len; i++) {
        uint32_t kind = g_array_index(kinds, uint32_t, i);
        char number[REGISTRY_NUMBER];
        const CipherSuite *suite = registry_ssl2_suite(kind);
        if (kind_offered(ask->offer, kind)) {
            g_array_append_val(ask->reply->suites, kind);
        } else if (!fault) {
            g_snprintf(number, sizeof number, "0x%06X", kind);
            fault = fault_new("suite-not-offered",
                              json_pack("{s:s}", "suite", suite ? suite->name : number));
        }
    }
    return fault;
}

static void ssl2_refused(Ask *ask, guint code)
{
    char number[REGISTRY_NUMBER];
    ask->reply->alert = (int)code;
    answered(ask, REPLY_ALERT, "ssl2-error",
             json_pack("{s:i, s:s, s:s}", "code", (int)code, "name",
                       registry_code_name("ssl2-error", code, number), "after", "CLIENT-HELLO"));
}

/* The record is there once its length is: an answer of SSL 2.0 is one record. */
static void ssl2_came(Ask *ask)
{
    size_t size;
    const uint8_t *message = ssl2_message(ask->first->data, ask->first->len, &size);
    if (!message)
        return;
    Said said = {.bytes = message, .size = size};
    transcript_ssl2(ask->transcript, &said, ask->now);
    g_autoptr(Ssl2Answer) answer = ssl2_answer_new(message, size);
    g_autoptr(Fault) strange = take_kinds(ask, answer->kinds);
    Reply *reply = ask->reply;
    reply->version = answer->type == SSL2_SERVER_HELLO ? TLS_SSL2 : 0;
    reply->certificates = ask->transcript->chain ? ask->transcript->chain->len : 0;
    reply->leaf = g_strdup(ask->transcript->leaf);
    if (ask->transcript->fault) {
        blame(ask, ask->transcript->fault);
    } else if (answer->type == SSL2_ERROR) {
        ssl2_refused(ask, answer->error);
    } else if (strange) {
        blame(ask, strange);
    } else {
        reply->chosen = true;
        answered(ask, REPLY_CHOSEN, NULL, NULL);
    }
}

/* ---- no records ---- */

/* Says what it is that speaks there, as soon as that can be said. */
static void name_stranger(Ask *ask, bool ended)
{
    g_autoptr(Fault) fault = guess_protocol(ask->first->data, ask->first->len, ended);
    if (fault)
        failed(ask, REPLY_OTHER, fault);
}

static void keep_first(Ask *ask, const uint8_t *data, size_t size)
{
    guint enough = ask->offer->version == TLS_SSL2 ? SSL2_ENOUGH : GUESS_ENOUGH;
    guint left = enough - MIN(ask->first->len, enough);
    g_byte_array_append(ask->first, data, (guint)MIN(size, left));
}

static void no_record_came(Ask *ask)
{
    if (record_is_foreign(ask->in))
        name_stranger(ask, false);
    else if (record_is_ssl2(ask->in) && ask->offer->version == TLS_SSL2)
        ssl2_came(ask);
    else
        blame(ask, record_fault(ask->in));
}

/* ---- datagrams ---- */

/* A server that waits for more would say its flight again and again. */
static void leave(Ask *ask)
{
    if (ask->reply->version && ask->reply->alert < 0)
        resend_alert(ask->resend, ALERT_FATAL, ALERT_USER_CANCELED, ask->now);
}

static void datagram_came(Ask *ask, const uint8_t *data, size_t size)
{
    Record record;
    RecordStatus status = RECORD_MORE;
    datagrams_feed(ask->datagrams, data, size);
    while (ask->base.state == TALK_GOING &&
           (status = datagrams_next(ask->datagrams, &record)) == RECORD_READY)
        record_came(ask, &record);
    if (status == RECORD_FAULT && ask->base.state == TALK_GOING) {
        if (datagrams_foreign(ask->datagrams)) {
            keep_first(ask, data, size);
            name_stranger(ask, true);
        } else {
            blame(ask, datagrams_fault(ask->datagrams));
        }
    }
    if (ask->base.state == TALK_GOING)
        return;
    time_answer(ask);
    leave(ask);
}

/* ---- the conversation ---- */

static void ask_start(Talk *base, double now)
{
    Ask *ask = (Ask *)base;
    ask->now = now;
    talk_phase(base, "hello", now);
    say_hello(ask, ask->offer);
}

/* A stream of records. */
static void bytes_came(Ask *ask, const uint8_t *data, size_t size)
{
    Record record;
    RecordStatus status = RECORD_MORE;
    if (!ask->rest->len)
        ask->base.deadline = 0;
    time_answer(ask);
    if (!record_count(ask->in))
        keep_first(ask, data, size);
    record_feed(ask->in, data, size);
    while (ask->base.state == TALK_GOING &&
           (status = record_next(ask->in, &record)) == RECORD_READY)
        record_came(ask, &record);
    if (status == RECORD_FAULT && ask->base.state == TALK_GOING)
        no_record_came(ask);
}

static void ask_feed(Talk *base, const uint8_t *data, size_t size, double now)
{
    Ask *ask = (Ask *)base;
    ask->now = now;
    if (base->datagrams)
        datagram_came(ask, data, size);
    else
        bytes_came(ask, data, size);
}

/* Closed without a word, or after a warning alone, is an answer; within or between messages it is
 * none. */
static void closed(Ask *ask)
{
    size_t unread;
    record_unread(ask->in, &unread);
    bool bare = !ask->alert->len && !unread && !handshake_pending(ask->messages);
    if (!ask->base.received)
        answered(ask, REPLY_CLOSED, "closed-after",
                 json_pack("{s:s, s:i}", "after", ask->base.after, "received", 0));
    else if (ask->warning >= 0 && bare)
        refused(ask, ALERT_WARNING, (guint)ask->warning);
}

static void ask_end(Talk *base, TalkEnd how, double now)
{
    Ask *ask = (Ask *)base;
    ask->now = now;
    bool opening = ask->flight && flight_begun(ask->flight);
    if (opening && ask->transcript->fault)
        blame(ask, ask->transcript->fault);
    else if (record_is_foreign(ask->in) && how != TALK_END_STOPPED)
        name_stranger(ask, true);
    else if (how == TALK_END_CLOSED)
        closed(ask);
    if (base->state != TALK_GOING)
        return;
    ReplyKind kind = how == TALK_END_STOPPED ? REPLY_STOPPED : REPLY_LOST;
    talk_fail_end(base, how, now);
    end_with(ask, ask->reply->chosen && !opening ? REPLY_CHOSEN : kind, base->reason,
             json_incref(base->args));
}

static void ask_tick(Talk *base, double now)
{
    Ask *ask = (Ask *)base;
    ask->now = now;
    bool more = ask->resend ? resend_tick(ask->resend, now) : ask->rest->len > 0;
    if (!more)
        talk_end(base, TALK_END_IDLE, now);
    else if (!ask->resend)
        send_part(ask, now);
}

static void ask_free(Talk *base)
{
    Ask *ask = (Ask *)base;
    flight_free(ask->flight);
    transcript_free(ask->transcript);
    record_splitter_free(ask->in);
    handshake_free(ask->messages);
    resend_free(ask->resend);
    datagrams_free(ask->datagrams);
    assembly_free(ask->assembly);
    g_byte_array_unref(ask->first);
    g_byte_array_unref(ask->alert);
    g_byte_array_unref(ask->rest);
    reply_free(ask->reply);
    offer_free(ask->offer);
}

static void ask_close(Talk *base)
{
    Ask *ask = (Ask *)base;
    transcript_close(ask->transcript, ask->now);
}

static const TalkClass ask_class = {
    .name = "ask",
    .start = ask_start,
    .feed = ask_feed,
    .end = ask_end,
    .tick = ask_tick,
    .close = ask_close,
    .free = ask_free,
};

static void use_datagrams(Ask *ask)
{
    const Offer *offer = ask->offer;
    ask->base.datagrams = true;
    ask->resend = resend_new(&ask->base, offer->record ? offer->record : DTLS_1_0, offer->fragment);
    ask->datagrams = datagrams_new(offer_speaks_13(offer));
    ask->assembly = assembly_new();
}

Talk *ask_new(Offer *offer, bool half_close)
{
    Ask *ask = g_new0(Ask, 1);
    talk_init(&ask->base, &ask_class);
    ask->offer = offer;
    ask->half_close = half_close;
    ask->warning = -1;
    ask->early = -1;
    ask->reply = reply_new();
    ask->transcript = transcript_new(&ask->base);
    transcript_keep_phase(ask->transcript);
    ask->in = record_splitter_new();
    ask->messages = handshake_new();
    ask->first = g_byte_array_new();
    ask->alert = g_byte_array_new();
    ask->rest = g_byte_array_new();
    if (version_is_dtls(offer->version))
        use_datagrams(ask);
    return &ask->base;
}

void ask_share(Talk *talk, GHashTable *written)
{
    transcript_share(((Ask *)talk)->transcript, written);
}

const Reply *ask_reply(const Talk *talk)
{
    Reply *reply = ((const Ask *)stack_last(talk))->reply;
    if (reply->kind != REPLY_NONE || talk->state != TALK_FAILED)
        return reply;
    reply->kind = g_str_equal(talk->reason, "stopped") ? REPLY_STOPPED : REPLY_LOST;
    reply->reason = talk->reason;
    reply->args = json_incref(talk->args);
    return reply;
}

const Offer *ask_offer(const Talk *talk)
{
    return ((const Ask *)stack_last(talk))->offer;
}
