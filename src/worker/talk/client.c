#include "worker/talk/client.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/talk/negotiated.h"
#include "worker/talk/refusal.h"
#include "worker/talk/stack.h"
#include "worker/talk/transcript.h"
#include "worker/tls/guess.h"
#include "worker/tls/record.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

enum {
    RECORD_PLAIN_MAX = 1 << 14, /* bytes of a plaintext record, RFC 8446 section 5.1 */
    ALERT_SIZE = 2,
    LISTEN_AGAIN = 5, /* times as long for an answer to a renegotiation */
};

typedef struct Client {
    Talk base;
    const char *hello; /* of the spec */
    gnutls_session_t tls;
    gnutls_certificate_credentials_t certificates;
    gnutls_anon_client_credentials_t anonymous;

    Transcript *transcript;
    Splitter *in, *out;
    Handshake *in_messages, *out_messages;
    GByteArray *first; /* the first bytes received, while no record has come of them */
    GByteArray *input; /* for GnuTLS to pull */
    GByteArray *alert; /* of a plaintext alert in pieces */
    GQueue hidden;     /* GBytes *: messages that GnuTLS will send encrypted */
    SaidAlert saying;  /* the alert that GnuTLS was told to send; out false: none */
    bool in_hidden;    /* TLS 1.2: the server's ChangeCipherSpec has come */
    bool out_hidden;   /* TLS 1.2: ours has gone */
    bool reading;      /* GnuTLS has an encrypted record to read */

    bool complete;           /* the handshake is */
    bool parted;             /* after it, the server said good-bye, or closed */
    int parting;             /* code of the fatal alert that it sent after it; -1: none */
    double begun, took;      /* when the first byte went; how long it took until Finished */
    guint round_trips;       /* that the handshake cost */
    double now;              /* of the event, for what GnuTLS calls back */
    bool brief, renegotiate; /* of the spec */
    bool again;              /* a second handshake is under way */
    ClientResult result;
} Client;

/* ---- what goes out: GnuTLS pushes records, and shows the messages that they will hide ---- */

static void say_messages(Client *client, const Record *record)
{
    HandshakeMessage message;
    handshake_feed(client->out_messages, record);
    while (handshake_next(client->out_messages, &message) == RECORD_READY) {
        Said said = {.out = true, .bytes = message.bytes, .size = message.size};
        transcript_message(client->transcript, &said, client->now);
    }
}

/* An encrypted record goes out: what GnuTLS has shown, or the alert that it was told to send. */
static void say_hidden(Client *client)
{
    for (GBytes *message; (message = g_queue_pop_head(&client->hidden));) {
        Said said = {.out = true, .encrypted = true};
        said.bytes = g_bytes_get_data(message, &said.size);
        transcript_message(client->transcript, &said, client->now);
        g_bytes_unref(message);
    }
    if (!client->saying.out)
        return;
    client->saying.encrypted = true;
    transcript_alert(client->transcript, &client->saying, client->now);
    client->saying.out = false;
}

static void say_record(Client *client, const Record *record)
{
    if (client->out_hidden || record->type == RECORD_APPLICATION_DATA) {
        say_hidden(client);
    } else if (record->type == RECORD_HANDSHAKE) {
        say_messages(client, record);
    } else if (record->type == RECORD_CHANGE_CIPHER_SPEC) {
        Said said = {.out = true, .bytes = record->data, .size = record->size};
        transcript_change(client->transcript, &said, client->now);
        uint16_t version = client->transcript->version;
        client->out_hidden = version && version != TLS_1_3;
    } else if (record->type == RECORD_ALERT && record->size == ALERT_SIZE) {
        SaidAlert alert = {.out = true, .level = record->data[0], .code = record->data[1]};
        transcript_alert(client->transcript, &alert, client->now);
        client->saying.out = false;
    }
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t size)
{
    Client *client = pointer;
    Record record;
    talk_send(&client->base, data, size, client->now);
    record_feed(client->out, data, size);
    while (record_next(client->out, &record) == RECORD_READY)
        say_record(client, &record);
    return (ssize_t)size;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
    Client *client = pointer;
    size = MIN(size, client->input->len);
    if (!size) {
        gnutls_transport_set_errno(client->tls, EAGAIN);
        return -1;
    }
    memcpy(data, client->input->data, size);
    g_byte_array_remove_range(client->input, 0, (guint)size);
    return (ssize_t)size;
}

/* GnuTLS shows every message before it sends it or looks into it, without the header. Those that
 * travel in the clear are seen in the records. */
static int hook(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
                const gnutls_datum_t *body)
{
    Client *client = gnutls_session_get_ptr(tls);
    bool tls13 = client->transcript->version == TLS_1_3;
    bool hides = type == HANDSHAKE_FINISHED || (tls13 && type != HANDSHAKE_CLIENT_HELLO);
    (void)when;
    if (client->again || type > UINT8_MAX || (incoming ? !client->reading : !hides))
        return 0;
    g_autoptr(GByteArray) message = g_byte_array_new();
    bytes_put(message, type, 1);
    bytes_put(message, body->size, 3);
    g_byte_array_append(message, body->data, body->size);
    if (!incoming) {
        g_queue_push_tail(&client->hidden, g_bytes_new(message->data, message->len));
        return 0;
    }
    Said said = {.encrypted = true, .bytes = message->data, .size = message->len};
    transcript_message(client->transcript, &said, client->now);
    return client->transcript->fault ? GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER : 0;
}

/* ---- how it ends ---- */

static void send_alert(Client *client, int level, int code)
{
    client->saying = (SaidAlert){.out = true, .level = (guint)level, .code = (guint)code};
    gnutls_alert_send(client->tls, (gnutls_alert_level_t)level, (gnutls_alert_description_t)code);
    client->saying.out = false;
}

/* What is to be had of the session before it ends; GnuTLS would wait for a ticket that did not
 * come.
 */
static void take_session(Client *client)
{
    const Transcript *transcript = client->transcript;
    gnutls_datum_t data;
    bool tls13 = transcript->version == TLS_1_3;
    client->result.tickets = transcript->tickets;
    client->result.lifetime = transcript->lifetime;
    if (transcript->ticket && !client->result.ticket)
        client->result.ticket = g_bytes_ref(transcript->ticket);
    client->result.early_data = transcript->early_data;
    if ((tls13 && !transcript->tickets) || gnutls_session_get_data2(client->tls, &data) < 0)
        return;
    if (data.size && (tls13 || transcript->tickets || client->result.session_id))
        client->result.session = g_bytes_new(data.data, data.size);
    gnutls_free(data.data);
}

static void tell_negotiated(Client *client)
{
    NegotiatedSpec spec = {
        .hello = client->hello,
        .took = client->took,
        .round_trips = client->round_trips,
    };
    bool gone_on = client->parting < 0 && !client->parted;
    if (client->transcript->asked && client->parting == GNUTLS_A_CERTIFICATE_REQUIRED)
        spec.client_certificate = "required";
    else if (client->transcript->asked && (gone_on || client->transcript->version != TLS_1_3))
        spec.client_certificate = "asked";
    talk_fact(&client->base, negotiated_fact(client->transcript, &spec), client->now);
}

/* Ends because of a fault, of which an alert tells the server. */
static void refuse(Client *client, const Fault *fault, int alert)
{
    if (client->complete)
        tell_negotiated(client);
    send_alert(client, GNUTLS_AL_FATAL, alert);
    talk_fail(&client->base, refusal_result(fault->reason), fault->reason,
              json_incref(fault->args));
}

static void refuse_fault(Client *client, const Fault *fault)
{
    refuse(client, fault, refusal_alert(fault->reason));
}

/* Listened long enough, or the server has gone. */
static void finish(Client *client)
{
    take_session(client);
    tell_negotiated(client);
    if (!client->parted && client->parting < 0)
        send_alert(client, GNUTLS_AL_WARNING, GNUTLS_A_CLOSE_NOTIFY);
    talk_done(&client->base);
}

static void fail_alert(Client *client, const SaidAlert *alert)
{
    const char *level = alert->level == GNUTLS_AL_WARNING ? "warning"
                        : alert->level == GNUTLS_AL_FATAL ? "fatal"
                                                          : "unknown";
    talk_fail(&client->base, "alert", "alert-received",
              json_pack("{s:s, s:i, s:s, s:s}", "level", level, "code", (int)alert->code, "name",
                        registry_alert_name(alert->code), "after", client->base.after));
}

/* The server will not renegotiate: RFC 5246 section 7.2.2 has a warning for it. */
static bool is_refusal_again(const Client *client, const SaidAlert *alert)
{
    return client->again && alert->code == GNUTLS_A_NO_RENEGOTIATION;
}

static void refuse_again(Client *client, int alert)
{
    client->result.again = CLIENT_AGAIN_REFUSED;
    client->result.again_alert = alert;
}

/* An alert from the server. Before the end of the handshake all but warnings end it, and a
 * close_notify does. After it, certificate_required is TLS 1.3's way to say that going on takes a
 * client certificate: the handshake itself was completed. */
static void alert_came(Client *client, const SaidAlert *alert)
{
    bool close = alert->code == GNUTLS_A_CLOSE_NOTIFY;
    transcript_alert(client->transcript, alert, client->now);
    if (client->transcript->fault)
        refuse_fault(client, client->transcript->fault);
    else if (alert->level == GNUTLS_AL_WARNING && !close && !is_refusal_again(client, alert))
        return;
    else if (!client->complete)
        fail_alert(client, alert);
    else if (close)
        client->parted = true;
    else
        client->parting = (int)alert->code;
    if (client->base.state != TALK_GOING || !client->complete)
        return;
    if (client->again)
        refuse_again(client, close ? -1 : (int)alert->code);
    finish(client);
}

/* ---- GnuTLS takes what there is for it: all plaintext records at once, encrypted ones singly, so
 * that what its hook shows is known to have been encrypted ---- */

static void completed(Client *client)
{
    const Transcript *transcript = client->transcript;
    bool tls13 = transcript->version == TLS_1_3;
    double listen = MAX(2 * client->base.round_trip, LIMIT_LISTEN_MS / 1000.0);
    client->complete = true;
    client->took = client->now - client->begun;
    client->round_trips = transcript->flights;
    client->result.complete = true;
    client->result.version = transcript->version;
    client->result.resumed = transcript_resumed(transcript);
    client->result.session_id = tls13 ? 0 : (guint)transcript->server->session_id.size;
    client->result.secure =
        !tls13 && hello_extension(transcript->server->extensions, EXTENSION_RENEGOTIATION_INFO);
    client->again = client->renegotiate && !tls13;
    client->base.deadline = client->now + (client->again ? LISTEN_AGAIN * listen : listen);
    talk_phase(&client->base, "listening", client->now);
}

/* What was wanted is there: nothing more is waited for. */
static bool has_enough(const Client *client)
{
    const Transcript *transcript = client->transcript;
    return client->complete && client->brief && !client->again &&
           (transcript->version != TLS_1_3 || transcript->tickets);
}

/* A HelloRequest after the handshake: the one message that GnuTLS's hook does not show, and which
 * has no body. It is not gone into (RFC 5246 section 7.4.1.1). */
static void request_came(Client *client)
{
    static const uint8_t bytes[] = {HANDSHAKE_HELLO_REQUEST, 0, 0, 0};
    Said said = {.encrypted = true, .bytes = bytes, .size = sizeof bytes};
    transcript_message(client->transcript, &said, client->now);
}

/* What GnuTLS gave back; false where it can do no more for now. */
static bool gnutls_said(Client *client, int code)
{
    SaidAlert alert = {.encrypted = true, .level = GNUTLS_AL_WARNING};
    if (code == GNUTLS_E_REHANDSHAKE)
        request_came(client);
    if (client->transcript->fault) {
        refuse_fault(client, client->transcript->fault);
        return false;
    }
    switch (code) {
    case GNUTLS_E_AGAIN:
        return false;
    case GNUTLS_E_INTERRUPTED:
    case GNUTLS_E_REHANDSHAKE:
        return true;
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        alert.level = GNUTLS_AL_FATAL;
        alert.code = (guint)gnutls_alert_get(client->tls);
        break;
    case GNUTLS_E_WARNING_ALERT_RECEIVED:
        alert.code = (guint)gnutls_alert_get(client->tls);
        break;
    case GNUTLS_E_SESSION_EOF:
        alert.code = GNUTLS_A_CLOSE_NOTIFY;
        break;
    default: {
        g_autoptr(Fault) fault = refusal_of_gnutls(code, client->transcript);
        int level;
        int own = gnutls_error_to_alert(code, &level);
        bool ours = strcmp(fault->reason, "gnutls-refused") != 0;
        refuse(client, fault, ours ? refusal_alert(fault->reason) : own);
        return false;
    }
    }
    alert_came(client, &alert);
    return client->base.state == TALK_GOING;
}

/* One step of GnuTLS: the handshake, or once that is complete, what stands behind it. True where it
 * can go on. */
static bool step(Client *client)
{
    uint8_t data[1024];
    ssize_t code;
    if (client->complete && !client->again)
        code = gnutls_record_recv(client->tls, data, sizeof data);
    else
        code = gnutls_handshake(client->tls);
    if (code > 0)
        return true;
    if (code == GNUTLS_E_GOT_APPLICATION_DATA)
        return gnutls_record_recv(client->tls, data, sizeof data) > 0;
    if (code < 0)
        return gnutls_said(client, (int)code);
    if (client->again) {
        client->again = false;
        client->result.again = CLIENT_AGAIN_ACCEPTED;
        return true;
    }
    if (client->complete)
        return gnutls_said(client, GNUTLS_E_SESSION_EOF);
    completed(client);
    return true;
}

/* GnuTLS may ask for more while there is some that it has not taken yet. */
static void run(Client *client)
{
    guint left;
    do {
        left = client->input->len;
        while (step(client))
            ;
    } while (client->base.state == TALK_GOING && client->input->len < left && client->input->len);
    if (client->base.state == TALK_GOING && has_enough(client))
        finish(client);
}

/* ---- what comes in ---- */

/* Whole messages in whole records: GnuTLS refuses messages in very small pieces. */
static void give_message(Client *client, const HandshakeMessage *message, uint16_t version)
{
    for (size_t at = 0; at < message->size; at += RECORD_PLAIN_MAX) {
        Record record = {
            .type = RECORD_HANDSHAKE,
            .version = version,
            .data = message->bytes + at,
            .size = MIN(message->size - at, RECORD_PLAIN_MAX),
        };
        record_put(client->input, &record);
    }
}

/* A HelloRequest that comes while the handshake is under way is ignored, and is in no hash of it
 * (RFC 5246 section 7.4.1.1); GnuTLS would give up on it. */
static void messages_came(Client *client, uint16_t version)
{
    HandshakeMessage message;
    RecordStatus status = RECORD_MORE;
    while (client->base.state == TALK_GOING &&
           (status = handshake_next(client->in_messages, &message)) == RECORD_READY) {
        Said said = {.bytes = message.bytes, .size = message.size};
        transcript_message(client->transcript, &said, client->now);
        if (client->transcript->fault) {
            refuse_fault(client, client->transcript->fault);
        } else if (message.type != HANDSHAKE_HELLO_REQUEST) {
            give_message(client, &message, version);
        }
    }
    if (status == RECORD_FAULT && client->base.state == TALK_GOING)
        refuse_fault(client, handshake_fault(client->in_messages));
}

static void alert_bytes_came(Client *client, const Record *record)
{
    g_byte_array_append(client->alert, record->data, (guint)record->size);
    while (client->alert->len >= ALERT_SIZE && client->base.state == TALK_GOING) {
        SaidAlert alert = {.level = client->alert->data[0], .code = client->alert->data[1]};
        g_byte_array_remove_range(client->alert, 0, ALERT_SIZE);
        alert_came(client, &alert);
    }
}

static void change_came(Client *client, const Record *record)
{
    Said said = {.bytes = record->data, .size = record->size};
    transcript_change(client->transcript, &said, client->now);
    if (client->transcript->fault) {
        refuse_fault(client, client->transcript->fault);
        return;
    }
    uint16_t version = client->transcript->version;
    client->in_hidden = version && version != TLS_1_3;
    record_put(client->input, record);
}

static void hidden_came(Client *client, const Record *record)
{
    bool tls13 = client->transcript->version == TLS_1_3;
    if (!tls13 && !client->in_hidden) {
        transcript_unexpected(client->transcript, "application data");
        refuse_fault(client, client->transcript->fault);
        return;
    }
    run(client);
    client->reading = true;
    record_put(client->input, record);
    if (client->base.state == TALK_GOING)
        run(client);
    client->reading = false;
}

static void record_came(Client *client, const Record *record)
{
    if (client->in_hidden || record->type == RECORD_APPLICATION_DATA) {
        hidden_came(client, record);
        return;
    }
    handshake_feed(client->in_messages, record);
    if (record->type != RECORD_HANDSHAKE && handshake_fault(client->in_messages)) {
        refuse_fault(client, handshake_fault(client->in_messages));
    } else if (record->type == RECORD_HANDSHAKE) {
        messages_came(client, record->version);
    } else if (record->type == RECORD_ALERT) {
        alert_bytes_came(client, record);
    } else if (record->type == RECORD_CHANGE_CIPHER_SPEC) {
        change_came(client, record);
    } else {
        transcript_unexpected(client->transcript, "heartbeat");
        refuse_fault(client, client->transcript->fault);
    }
}

/* Says what it is that speaks there, as soon as that can be said. */
static void name_stranger(Client *client, bool ended)
{
    const GByteArray *first = client->first;
    g_autoptr(Fault) fault = guess_protocol(first->data, first->len, ended);
    if (fault)
        talk_fail(&client->base, refusal_result(fault->reason), fault->reason,
                  json_incref(fault->args));
}

/* ---- the conversation ---- */

static void client_start(Talk *base, double now)
{
    Client *client = (Client *)base;
    client->begun = client->now = now;
    talk_phase(base, "hello", now);
    int code = gnutls_handshake(client->tls);
    if (code != GNUTLS_E_AGAIN)
        talk_fail(base, "local", "local-failure",
                  json_pack("{s:s}", "what", gnutls_strerror(code)));
}

static void client_feed(Talk *base, const uint8_t *data, size_t size, double now)
{
    Client *client = (Client *)base;
    Record record;
    RecordStatus status = RECORD_MORE;
    client->now = now;
    if (client->first->len < GUESS_ENOUGH)
        g_byte_array_append(client->first, data,
                            (guint)MIN(size, GUESS_ENOUGH - client->first->len));
    record_feed(client->in, data, size);
    while (base->state == TALK_GOING && (status = record_next(client->in, &record)) == RECORD_READY)
        record_came(client, &record);
    if (base->state == TALK_GOING)
        run(client);
    if (status != RECORD_FAULT || base->state != TALK_GOING)
        return;
    if (record_is_foreign(client->in))
        name_stranger(client, false);
    else
        refuse_fault(client, record_fault(client->in));
}

/* A server that goes after the handshake has done what was asked of it; only a ceiling is still to
 * be named. */
static void client_end(Talk *base, TalkEnd how, double now)
{
    Client *client = (Client *)base;
    client->now = now;
    if (!client->complete) {
        if (record_is_foreign(client->in))
            name_stranger(client, true);
        return;
    }
    client->parted = how == TALK_END_CLOSED || how == TALK_END_RESET;
    if (client->again && client->parted)
        refuse_again(client, -1);
    if (how == TALK_END_BYTES)
        tell_negotiated(client);
    else
        finish(client);
}

static void client_tick(Talk *base, double now)
{
    Client *client = (Client *)base;
    client->now = now;
    if (!client->complete || now < base->deadline)
        return;
    if (client->again)
        client->result.again = CLIENT_AGAIN_IGNORED;
    finish(client);
}

static void bytes_free(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static void client_free(Talk *base)
{
    Client *client = (Client *)base;
    if (client->tls)
        gnutls_deinit(client->tls);
    if (client->certificates)
        gnutls_certificate_free_credentials(client->certificates);
    if (client->anonymous)
        gnutls_anon_free_client_credentials(client->anonymous);
    transcript_free(client->transcript);
    record_splitter_free(client->in);
    record_splitter_free(client->out);
    handshake_free(client->in_messages);
    handshake_free(client->out_messages);
    g_byte_array_unref(client->first);
    g_byte_array_unref(client->input);
    g_byte_array_unref(client->alert);
    g_queue_clear_full(&client->hidden, bytes_free);
    g_clear_pointer(&client->result.session, g_bytes_unref);
    g_clear_pointer(&client->result.ticket, g_bytes_unref);
}

static void client_close(Talk *base)
{
    Client *client = (Client *)base;
    transcript_close(client->transcript, client->now);
}

static const TalkClass client_class = {
    .name = "client",
    .start = client_start,
    .feed = client_feed,
    .end = client_end,
    .tick = client_tick,
    .close = client_close,
    .free = client_free,
};

/* ---- making one ---- */

G_DEFINE_QUARK(tlsdive - client, client_error)

bool client_priority_check(const char *priority, GError **error)
{
    gnutls_priority_t parsed;
    const char *wrong = priority;
    int code = gnutls_priority_init(&parsed, priority, &wrong);
    if (code < 0) {
        g_set_error(error, CLIENT_ERROR, code,
                    "priority string \"%s\" is wrong at \"%s\" (%s); an example of a right one: "
                    "NORMAL:-VERS-TLS1.3",
                    priority, wrong, gnutls_strerror(code));
        return false;
    }
    gnutls_priority_deinit(parsed);
    return true;
}

static int offer_alpn(gnutls_session_t tls, const char *const *names)
{
    g_autoptr(GArray) protocols = g_array_new(FALSE, FALSE, sizeof(gnutls_datum_t));
    for (guint i = 0; names && names[i]; i++) {
        gnutls_datum_t name = {(uint8_t *)(uintptr_t)names[i], (unsigned)strlen(names[i])};
        g_array_append_val(protocols, name);
    }
    if (!protocols->len)
        return 0;
    return gnutls_alpn_set_protocols(tls, (gnutls_datum_t *)(void *)protocols->data, protocols->len,
                                     0);
}

/* What the spec asks for; a GnuTLS code. GnuTLS offers status_request by itself. A
 * signed_certificate_timestamp could be offered, but GnuTLS refuses the Certificate that answers it
 * in TLS 1.3: the dive's own hellos ask for it. */
static int offer(gnutls_session_t tls, const ClientSpec *spec)
{
    int code = gnutls_priority_set_direct(tls, spec->priority, NULL);
    if (code == 0 && spec->server_name)
        code = gnutls_server_name_set(tls, GNUTLS_NAME_DNS, spec->server_name,
                                      strlen(spec->server_name));
    return code < 0 ? code : offer_alpn(tls, spec->alpn);
}

/* A GnuTLS session on our memory, for which every prime and every certificate is good enough: what
 * they are worth is judged elsewhere. */
static int open_gnutls(Client *client, const ClientSpec *spec)
{
    int code = gnutls_init(&client->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
    if (code == 0)
        code = gnutls_certificate_allocate_credentials(&client->certificates);
    if (code == 0)
        code = gnutls_anon_allocate_client_credentials(&client->anonymous);
    if (code == 0)
        code = gnutls_credentials_set(client->tls, GNUTLS_CRD_CERTIFICATE, client->certificates);
    if (code == 0)
        code = gnutls_credentials_set(client->tls, GNUTLS_CRD_ANON, client->anonymous);
    if (code == 0)
        code = offer(client->tls, spec);
    if (code < 0)
        return code;
    if (spec->resume) {
        gsize size;
        const void *data = g_bytes_get_data(spec->resume, &size);
        code = gnutls_session_set_data(client->tls, data, size);
        client->transcript->resuming = code == 0;
    }
    gnutls_dh_set_prime_bits(client->tls, 1);
    gnutls_handshake_set_max_packet_length(client->tls, LIMIT_MESSAGE);
    gnutls_session_set_ptr(client->tls, client);
    gnutls_transport_set_ptr(client->tls, client);
    gnutls_transport_set_push_function(client->tls, push);
    gnutls_transport_set_pull_function(client->tls, pull);
    gnutls_handshake_set_hook_function(client->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, hook);
    return 0;
}

Talk *client_new(const ClientSpec *spec, GError **error)
{
    if (!client_priority_check(spec->priority, error))
        return NULL;
    Client *client = g_new0(Client, 1);
    talk_init(&client->base, &client_class);
    client->hello = spec->hello;
    client->parting = -1;
    client->brief = spec->brief;
    client->renegotiate = spec->renegotiate;
    client->result.again_alert = -1;
    client->transcript = transcript_new(&client->base);
    client->in = record_splitter_new();
    client->out = record_splitter_new();
    client->in_messages = handshake_new();
    client->out_messages = handshake_new();
    client->first = g_byte_array_new();
    client->input = g_byte_array_new();
    client->alert = g_byte_array_new();
    int code = open_gnutls(client, spec);
    if (code == 0)
        return &client->base;
    g_set_error(error, CLIENT_ERROR, code, "cannot make a TLS session for \"%s\": %s",
                spec->server_name ? spec->server_name : "", gnutls_strerror(code));
    talk_free(&client->base);
    return NULL;
}

const ClientResult *client_result(const Talk *talk)
{
    return &((const Client *)(const void *)stack_last(talk))->result;
}
