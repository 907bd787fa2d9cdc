#include "tests/worker/talk/server.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

struct Server {
    gnutls_session_t session;
    gnutls_certificate_credentials_t certificate;
    gnutls_anon_server_credentials_t anonymous;
    gnutls_dh_params_t dh;
    bool again;
    char *staple;
    GByteArray *input, *output;
    bool done, ended;
};

static gnutls_x509_privkey_t keys[2]; /* ECDSA, RSA */
static gnutls_x509_crt_t certificates[2];
static gnutls_datum_t ecdsa_der;

static gnutls_x509_crt_t certify(gnutls_x509_privkey_t key)
{
    gnutls_x509_crt_t crt;
    gnutls_x509_crt_init(&crt);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, "\x01\x02", 2);
    gnutls_x509_crt_set_activation_time(crt, 1700000000);
    gnutls_x509_crt_set_expiration_time(crt, 1900000000);
    gnutls_x509_crt_set_dn(crt, "CN=test.example,O=Example", NULL);
    gnutls_x509_crt_set_key(crt, key);
    gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
    return crt;
}

void server_prepare(void)
{
    gnutls_x509_privkey_init(&keys[0]);
    gnutls_x509_privkey_generate(keys[0], GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_privkey_init(&keys[1]);
    gnutls_x509_privkey_generate(keys[1], GNUTLS_PK_RSA, 2048, 0);
    for (int i = 0; i < 2; i++)
        certificates[i] = certify(keys[i]);
    gnutls_x509_crt_export2(certificates[0], GNUTLS_X509_FMT_DER, &ecdsa_der);
}

const gnutls_datum_t *server_certificate(void)
{
    return &ecdsa_der;
}

gnutls_x509_privkey_t server_key(void)
{
    return keys[0];
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t size)
{
    Server *server = pointer;
    g_byte_array_append(server->output, data, (guint)size);
    return (ssize_t)size;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
    Server *server = pointer;
    size = MIN(size, server->input->len);
    if (!size) {
        gnutls_transport_set_errno(server->session, EAGAIN);
        return -1;
    }
    memcpy(data, server->input->data, size);
    g_byte_array_remove_range(server->input, 0, (guint)size);
    return (ssize_t)size;
}

static int staple(gnutls_session_t session, void *pointer, gnutls_datum_t *response)
{
    (void)session;
    const Server *server = pointer;
    size_t size = strlen(server->staple);
    response->data = gnutls_malloc(size);
    response->size = (unsigned)size;
    memcpy(response->data, server->staple, size);
    return 0;
}

/* Presents bytes that are no certificate, and signs with the key of the ECDSA one: GnuTLS looks at
 * what it is given, so that it is spoiled afterwards. */
static void present_junk(Server *server)
{
    gnutls_pcert_st *junk = gnutls_calloc(1, sizeof *junk);
    gnutls_privkey_t key;
    gnutls_pcert_import_x509(junk, certificates[0], 0);
    gnutls_privkey_init(&key);
    gnutls_privkey_import_x509(key, keys[0], GNUTLS_PRIVKEY_IMPORT_COPY);
    gnutls_certificate_set_key(server->certificate, NULL, 0, junk, 1, key);
    memset(junk->cert.data, 0x5a, junk->cert.size);
    gnutls_free(junk);
}

static void give_credentials(Server *server, const ServerSpec *spec)
{
    gnutls_certificate_allocate_credentials(&server->certificate);
    gnutls_anon_allocate_server_credentials(&server->anonymous);
    if (spec->dh_bits) {
        gnutls_dh_params_init(&server->dh);
        gnutls_dh_params_generate2(server->dh, spec->dh_bits);
        gnutls_certificate_set_dh_params(server->certificate, server->dh);
        gnutls_anon_set_server_dh_params(server->anonymous, server->dh);
    }
    if (spec->anonymous) {
        gnutls_credentials_set(server->session, GNUTLS_CRD_ANON, server->anonymous);
        return;
    }
    int which = spec->rsa ? 1 : 0;
    if (spec->junk)
        present_junk(server);
    else
        gnutls_certificate_set_x509_key(server->certificate, &certificates[which], 1, keys[which]);
    if (spec->staple) {
        server->staple = g_strdup(spec->staple);
        gnutls_certificate_set_ocsp_status_request_function(server->certificate, staple, server);
    }
    gnutls_credentials_set(server->session, GNUTLS_CRD_CERTIFICATE, server->certificate);
}

/* Sessions by their ids, as GnuTLS wants them kept. */
static GHashTable *sessions;
static gnutls_datum_t ticket_key;

static gnutls_datum_t find_session(void *data, gnutls_datum_t key)
{
    g_autoptr(GBytes) id = g_bytes_new(key.data, key.size);
    GBytes *found = g_hash_table_lookup(sessions, id);
    gnutls_datum_t copy = {NULL, 0};
    (void)data;
    if (!found)
        return copy;
    copy.size = (unsigned)g_bytes_get_size(found);
    copy.data = gnutls_malloc(copy.size);
    memcpy(copy.data, g_bytes_get_data(found, NULL), copy.size);
    return copy;
}

static int store_session(void *data, gnutls_datum_t key, gnutls_datum_t value)
{
    (void)data;
    g_hash_table_insert(sessions, g_bytes_new(key.data, key.size),
                        g_bytes_new(value.data, value.size));
    return 0;
}

static int remove_session(void *data, gnutls_datum_t key)
{
    g_autoptr(GBytes) id = g_bytes_new(key.data, key.size);
    (void)data;
    return g_hash_table_remove(sessions, id) ? 0 : -1;
}

static void keep_sessions(gnutls_session_t session)
{
    if (!sessions)
        sessions = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                         (GDestroyNotify)g_bytes_unref);
    gnutls_db_set_retrieve_function(session, find_session);
    gnutls_db_set_store_function(session, store_session);
    gnutls_db_set_remove_function(session, remove_session);
}

Server *server_new(const ServerSpec *spec)
{
    Server *server = g_new0(Server, 1);
    server->input = g_byte_array_new();
    server->output = g_byte_array_new();
    gnutls_init(&server->session, GNUTLS_SERVER | GNUTLS_NONBLOCK |
                                      (spec->early_data ? GNUTLS_ENABLE_EARLY_DATA : 0));
    server->again = spec->again;
    const char *wrong = NULL;
    int code = gnutls_priority_set_direct(server->session, spec->priority, &wrong);
    if (code < 0)
        g_error("priority: %s at %s", gnutls_strerror(code), wrong);
    give_credentials(server, spec);
    if (spec->tickets) {
        if (spec->own_key && ticket_key.size) {
            gnutls_free(ticket_key.data);
            ticket_key = (gnutls_datum_t){NULL, 0};
        }
        if (!ticket_key.size)
            gnutls_session_ticket_key_generate(&ticket_key);
        gnutls_session_ticket_enable_server(server->session, &ticket_key);
    }
    if (spec->cache)
        keep_sessions(server->session);
    if (spec->early_data)
        gnutls_record_set_max_early_data_size(server->session, spec->early_data);
    if (spec->alpn) {
        gnutls_datum_t name = {(uint8_t *)(uintptr_t)spec->alpn, (unsigned)strlen(spec->alpn)};
        gnutls_alpn_set_protocols(server->session, &name, 1, 0);
    }
    gnutls_certificate_server_set_request(server->session, spec->ask);
    gnutls_transport_set_ptr(server->session, server);
    gnutls_transport_set_push_function(server->session, push);
    gnutls_transport_set_pull_function(server->session, pull);
    return server;
}

void server_free(Server *server)
{
    if (!server)
        return;
    gnutls_deinit(server->session);
    gnutls_certificate_free_credentials(server->certificate);
    gnutls_anon_free_server_credentials(server->anonymous);
    if (server->dh)
        gnutls_dh_params_deinit(server->dh);
    g_free(server->staple);
    g_byte_array_unref(server->input);
    g_byte_array_unref(server->output);
    g_free(server);
}

gnutls_session_t server_session(Server *server)
{
    return server->session;
}

bool server_done(const Server *server)
{
    return server->done;
}

/* A server that gives up says why, as real ones do. */
static void server_run(Server *server)
{
    int code;
    if (!server->done) {
        do {
            code = gnutls_handshake(server->session);
        } while (code == GNUTLS_E_WARNING_ALERT_RECEIVED || code == GNUTLS_E_INTERRUPTED);
        server->done = code == 0;
    } else {
        uint8_t data[256];
        code = (int)gnutls_record_recv(server->session, data, sizeof data);
        if (code == GNUTLS_E_REHANDSHAKE && !server->again)
            gnutls_alert_send(server->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
        if (code == GNUTLS_E_REHANDSHAKE && server->again) {
            server->done = false;
            server_run(server);
            return;
        }
    }
    if (code < 0 && gnutls_error_is_fatal(code)) {
        gnutls_alert_send_appropriate(server->session, code);
        server->ended = true;
    }
}

void server_turn(Server *server, const uint8_t *data, size_t size, GByteArray *output)
{
    if (size)
        g_byte_array_append(server->input, data, (guint)size);
    if (!server->ended)
        server_run(server);
    if (server->output->len)
        g_byte_array_append(output, server->output->data, server->output->len);
    g_byte_array_set_size(server->output, 0);
}

void server_pump(Server *server, Drive *drive, size_t step, ServerMangle mangle, gpointer data)
{
    g_autoptr(GByteArray) output = g_byte_array_new();
    do {
        server_turn(server, drive->sent->data, drive->sent->len, output);
        g_byte_array_set_size(drive->sent, 0);
        if (mangle)
            mangle(output, data);
        drive->now += 0.1;
        drive_feed(drive, output->data, output->len, step);
        g_byte_array_set_size(output, 0);
    } while (drive->sent->len && drive->talk->state == TALK_GOING);
}
