#include "worker/talk/client.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/server.h"

#define USUAL "NORMAL"
#define WEAK  "NORMAL:+ANON-ECDH:+ANON-DH:-VERS-TLS1.3"

/* A row: a server, what it and the client say, and what they settle on. */
typedef struct Row {
    const char *name;
    ServerSpec server;
    const char *client; /* priority; NULL: USUAL */
    const char *story;
    const char *version, *exchange, *alpn;
    json_int_t round_trips;
} Row;

static const Row rows[] = {
    {
        .name = "TLS 1.3",
        .server = {.priority = ONLY("1.3"), .alpn = "h2"},
        .story = "> ClientHello < ServerHello < "
                 "*EncryptedExtensions "
                 "< *Certificate < *CertificateVerify < *Finished > *Finished "
                 "> *!close_notify",
        .version = "TLS 1.3",
        .exchange = "tls13",
        .alpn = "h2",
        .round_trips = 1,
    },
    {
        .name = "TLS 1.3 with tickets",
        .server = {.priority = ONLY("1.3"), .tickets = true},
        .story = "> ClientHello < ServerHello < "
                 "*EncryptedExtensions "
                 "< *Certificate < *CertificateVerify < *Finished > *Finished "
                 "< *NewSessionTicket < *NewSessionTicket > *!close_notify",
        .version = "TLS 1.3",
        .exchange = "tls13",
        .round_trips = 1,
    },
    {
        .name = "HelloRetryRequest",
        .server = {.priority = ONLY("1.3") ":-GROUP-ALL:+GROUP-SECP384R1"},
        .story = "> ClientHello < HelloRetryRequest > ClientHello < ServerHello < "
                 "*EncryptedExtensions < *Certificate "
                 "< *CertificateVerify < *Finished > *Finished > *!close_notify",
        .version = "TLS 1.3",
        .exchange = "tls13",
        .round_trips = 2,
    },
    {
        .name = "TLS 1.3, client certificate asked for",
        .server = {.priority = ONLY("1.3"), .ask = GNUTLS_CERT_REQUEST},
        .story = "> ClientHello < ServerHello < "
                 "*EncryptedExtensions "
                 "< *CertificateRequest < *Certificate < *CertificateVerify < *Finished "
                 "> *Certificate > *Finished > *!close_notify",
        .version = "TLS 1.3",
        .exchange = "tls13",
        .round_trips = 1,
    },
    {
        .name = "TLS 1.3, client certificate required",
        .server = {.priority = ONLY("1.3"), .ask = GNUTLS_CERT_REQUIRE},
        .story = "> ClientHello < ServerHello < "
                 "*EncryptedExtensions "
                 "< *CertificateRequest < *Certificate < *CertificateVerify < *Finished "
                 "> *Certificate > *Finished < *!certificate_required",
        .version = "TLS 1.3",
        .exchange = "tls13",
        .round_trips = 1,
    },
    {
        .name = "TLS 1.2",
        .server = {.priority = ONLY("1.2"), .tickets = true, .alpn = "http/1.1", .staple = "ocsp"},
        .story = "> ClientHello < ServerHello < Certificate < CertificateStatus "
                 "< ServerKeyExchange < ServerHelloDone > ClientKeyExchange > ChangeCipherSpec "
                 "> *Finished < NewSessionTicket < ChangeCipherSpec < *Finished > *!close_notify",
        .version = "TLS 1.2",
        .exchange = "ecdhe",
        .alpn = "http/1.1",
        .round_trips = 2,
    },
    {
        .name = "TLS 1.2, client certificate asked for",
        .server = {.priority = ONLY("1.2"), .ask = GNUTLS_CERT_REQUEST},
        .story = "> ClientHello < ServerHello < Certificate < ServerKeyExchange "
                 "< CertificateRequest < ServerHelloDone > Certificate > ClientKeyExchange "
                 "> ChangeCipherSpec > *Finished < ChangeCipherSpec < *Finished > *!close_notify",
        .version = "TLS 1.2",
        .exchange = "ecdhe",
        .round_trips = 2,
    },
    {
        .name = "TLS 1.1",
        .server = {.priority = ONLY("1.1")},
        .story = "> ClientHello < ServerHello < Certificate < ServerKeyExchange < ServerHelloDone "
                 "> ClientKeyExchange > ChangeCipherSpec > *Finished < ChangeCipherSpec "
                 "< *Finished > *!close_notify",
        .version = "TLS 1.1",
        .exchange = "ecdhe",
        .round_trips = 2,
    },
    {
        .name = "TLS 1.0, DHE with 512 bits",
        .server = {.priority = ONLY("1.0") ":-KX-ALL:+DHE-RSA:-GROUP-ALL:%PROFILE_VERY_WEAK",
                   .rsa = true,
                   .dh_bits = 512},
        .client = USUAL ":-GROUP-ALL:+GROUP-SECP256R1",
        .story = "> ClientHello < ServerHello < Certificate < ServerKeyExchange < ServerHelloDone "
                 "> ClientKeyExchange > ChangeCipherSpec > *Finished < ChangeCipherSpec "
                 "< *Finished > *!close_notify",
        .version = "TLS 1.0",
        .exchange = "dhe",
        .round_trips = 2,
    },
    {
        .name = "RSA key exchange",
        .server = {.priority = ONLY("1.2") ":-KX-ALL:+RSA", .rsa = true},
        .story = "> ClientHello < ServerHello < Certificate < ServerHelloDone "
                 "> ClientKeyExchange > ChangeCipherSpec > *Finished < ChangeCipherSpec "
                 "< *Finished > *!close_notify",
        .version = "TLS 1.2",
        .exchange = "rsa",
        .round_trips = 2,
    },
    {
        .name = "anonymous",
        .server = {.priority = ONLY("1.2") ":-KX-ALL:+ANON-ECDH", .anonymous = true},
        .client = WEAK,
        .story = "> ClientHello < ServerHello < ServerKeyExchange < ServerHelloDone "
                 "> ClientKeyExchange > ChangeCipherSpec > *Finished < ChangeCipherSpec "
                 "< *Finished > *!close_notify",
        .version = "TLS 1.2",
        .exchange = "anonymous",
        .round_trips = 2,
    },
};

/* Plays a row to its end. */
static Drive *play(const Row *row, size_t step, ServerMangle mangle, gpointer data)
{
    g_autoptr(Server) server = server_new(&row->server);
    Drive *drive = drive_client(row->client ? row->client : USUAL);
    server_pump(server, drive, step, mangle, data);
    drive_tick(drive);
    return drive;
}

static void check_row(const Row *row, const Drive *drive)
{
    g_autofree char *said = drive_story(drive, !strcmp(row->version, "TLS 1.3"));
    g_autofree char *dump = drive_dump(drive, true);
    ck_assert_msg(drive->talk->state == TALK_DONE, "%s: %s\n%s", row->name,
                  drive->talk->reason ? drive->talk->reason : "still going", dump);
    ck_assert_msg(!strcmp(said, row->story), "%s:\n%s\n%s", row->name, said, row->story);
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert_str_eq(fact_string(fact, "version", ""), row->version);
    ck_assert_str_eq(fact_string(fact, "key_exchange", ""), row->exchange);
    ck_assert_int_eq(fact_integer(fact, "round_trips", 0), row->round_trips);
    ck_assert_str_eq(fact_string(fact, "alpn", "none"), row->alpn ? row->alpn : "none");
    ck_assert_str_eq(fact_string(fact, "server_name", ""), "test.example");
    ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
    ck_assert_uint_eq(drive_count(drive, "message", "content", "change-cipher-spec"), 2);
    guint chains = row->server.anonymous ? 0 : 1;
    ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), chains);
    ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), chains);
}

START_TEST(every_kind_of_server)
{
    g_autoptr(Drive) whole = play(&rows[_i], 0, NULL, NULL);
    check_row(&rows[_i], whole);
    g_autoptr(Drive) bytes = play(&rows[_i], 1, NULL, NULL);
    check_row(&rows[_i], bytes);
}
END_TEST

/* ---- records of one byte ---- */

static bool plain_handshake(const uint8_t *record, bool *hidden)
{
    bool change = record[0] == 20;
    bool plain = record[0] == 22 && !*hidden;
    *hidden = *hidden || change;
    return plain;
}

/* Every plaintext handshake record as records of one byte each; `data` is a bool: behind the
 * ChangeCipherSpec. */
static void crumble(GByteArray *output, gpointer data)
{
    g_autoptr(GByteArray) crumbs = g_byte_array_new();
    for (guint at = 0; at + 5 <= output->len;) {
        const uint8_t *record = output->data + at;
        guint size = (guint)record[3] << 8 | record[4];
        if (!plain_handshake(record, data)) {
            g_byte_array_append(crumbs, record, 5 + size);
        } else {
            for (guint i = 0; i < size; i++) {
                uint8_t crumb[] = {22, record[1], record[2], 0, 1, record[5 + i]};
                g_byte_array_append(crumbs, crumb, sizeof crumb);
            }
        }
        at += 5 + size;
    }
    g_byte_array_set_size(output, 0);
    g_byte_array_append(output, crumbs->data, crumbs->len);
}

START_TEST(records_of_one_byte)
{
    bool hidden = false;
    g_autoptr(Drive) drive = play(&rows[_i], 0, crumble, &hidden);
    check_row(&rows[_i], drive);
}
END_TEST

/* ---- what the facts say ---- */

START_TEST(facts_of_tls13)
{
    g_autoptr(Drive) drive = play(&rows[1], 0, NULL, NULL);
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert_str_eq(fact_string(fact, "suite", ""), "TLS_AES_256_GCM_SHA384");
    ck_assert_int_eq(fact_integer(fact, "suite_id", 0), 0x1302);
    ck_assert_str_eq(fact_string(fact, "group", ""), "secp256r1");
    ck_assert_int_eq(fact_integer(fact, "group_bits", 0), 128);
    ck_assert_str_eq(fact_string(fact, "scheme", ""), "ecdsa_secp256r1_sha256");
    ck_assert(fact_bool(fact, "forward_secrecy", FALSE));
    ck_assert(fact_bool(fact, "ticket", FALSE));
    ck_assert_int_eq(fact_integer(fact, "tickets", 0), 2);
    ck_assert_int_gt(fact_integer(fact, "ticket_lifetime", 0), 0);
    ck_assert(!fact_bool(fact, "resumed", TRUE));
    ck_assert(!fact_bool(fact, "ocsp_staple", TRUE));
    ck_assert_str_eq(fact_string(fact, "hello", ""), "usual");
    ck_assert_ptr_null(json_object_get(fact, "compression"));
    ck_assert_ptr_null(json_object_get(fact, "extended_master_secret"));
    ck_assert_ptr_null(json_object_get(fact, "client_certificate"));
    ck_assert_uint_eq(json_array_size(json_object_get(fact, "alpn_offered")), 2);
    ck_assert_double_eq_tol(fact_number(fact, "took", 0), 0.101, 1e-6);
    json_t *hello = drive_fact(drive, "message", "name", "ServerHello", 0);
    ck_assert_double_eq_tol(fact_number(hello, "took", 0), 0.101, 1e-6);
    ck_assert_double_eq_tol(fact_number(hello, "server", 0), 0.051, 1e-6);
    json_t *next = drive_fact(drive, "message", "name", "EncryptedExtensions", 0);
    ck_assert_ptr_null(json_object_get(next, "took"));
}
END_TEST

START_TEST(facts_of_tls12)
{
    g_autoptr(Drive) drive = play(&rows[5], 0, NULL, NULL);
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert(fact_bool(fact, "extended_master_secret", FALSE));
    ck_assert(fact_bool(fact, "secure_renegotiation", FALSE));
    ck_assert(fact_bool(fact, "ticket", FALSE));
    ck_assert(fact_bool(fact, "ocsp_staple", FALSE));
    ck_assert_int_eq(fact_integer(fact, "ocsp_staple_size", 0), 4);
    g_autofree char *hash = bytes_sha256((const uint8_t *)"ocsp", 4);
    json_t *chain = drive_fact(drive, "chain", NULL, NULL, 0);
    json_t *staples = json_object_get(chain, "staples");
    ck_assert_uint_eq(json_array_size(staples), 1);
    ck_assert_str_eq(json_string_value(json_array_get(staples, 0)), hash);
    ck_assert_uint_eq(drive_count(drive, "bytes", "sha256", hash), 1);
    ck_assert_int_eq(fact_integer(fact, "compression", -1), 0);
    ck_assert_ptr_null(json_object_get(fact, "encrypt_then_mac"));
}
END_TEST

/* Nothing comes behind the record of the Certificate (type 11). */
static void cut_behind_certificate(GByteArray *output, gpointer data)
{
    (void)data;
    for (guint at = 0; at + 6 <= output->len;) {
        const uint8_t *record = output->data + at;
        at += 5 + ((guint)record[3] << 8 | record[4]);
        if (record[0] == 22 && record[5] == 11)
            g_byte_array_set_size(output, at);
    }
}

START_TEST(a_chain_whose_staple_never_comes)
{
    g_autoptr(Drive) drive = play(&rows[5], 0, cut_behind_certificate, NULL);
    ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 0);
    drive_end(drive, TALK_END_CLOSED);
    ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
    ck_assert_ptr_null(json_object_get(drive_fact(drive, "chain", NULL, NULL, 0), "staples"));
}
END_TEST

START_TEST(a_weak_prime_is_measured)
{
    g_autoptr(Drive) drive = play(&rows[8], 0, NULL, NULL);
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert_int_eq(fact_integer(fact, "group_bits", 0), 512);
    ck_assert(json_object_get(fact, "encrypt_then_mac") != NULL);
    ck_assert(!fact_bool(fact, "ticket", TRUE));
}
END_TEST

START_TEST(client_certificates)
{
    static const struct {
        guint row;
        const char *word;
    } cases[] = {{3, "asked"}, {4, "required"}, {6, "asked"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Drive) drive = play(&rows[cases[i].row], 0, NULL, NULL);
        json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
        ck_assert_str_eq(fact_string(fact, "client_certificate", ""), cases[i].word);
    }
}
END_TEST

START_TEST(a_retry_says_what_it_wants)
{
    g_autoptr(Drive) drive = play(&rows[2], 0, NULL, NULL);
    json_t *retry = drive_fact(drive, "message", "name", "HelloRetryRequest", 0);
    ck_assert(fact_bool(retry, "retry_cost", FALSE));
    ck_assert_str_eq(fact_string(retry, "group", ""), "secp384r1");
    json_t *fact = drive_fact(drive, "negotiated", NULL, NULL, 0);
    ck_assert_str_eq(fact_string(fact, "group", ""), "secp384r1");
}
END_TEST

/* Every message's bytes are there, under the hash that the message names, and are the chain's too.
 */
START_TEST(bytes_of_everything)
{
    g_autoptr(Drive) drive = play(&rows[_i], 0, NULL, NULL);
    for (guint i = 0; drive_fact(drive, "message", NULL, NULL, i); i++) {
        json_t *message = drive_fact(drive, "message", NULL, NULL, i);
        json_t *bytes = drive_fact(drive, "bytes", "sha256", fact_string(message, "sha256", ""), 0);
        ck_assert_ptr_nonnull(bytes);
        ck_assert_int_eq(fact_integer(bytes, "size", 0), fact_integer(message, "size", -1));
        gsize size;
        g_autofree guchar *data = g_base64_decode(fact_string(bytes, "base64", ""), &size);
        g_autofree char *hash = bytes_sha256(data, size);
        ck_assert_str_eq(hash, fact_string(message, "sha256", ""));
        ck_assert_ptr_null(json_object_get(message, "faults"));
    }
    for (guint i = 0; drive_fact(drive, "bytes", NULL, NULL, i); i++) {
        const char *hash = fact_string(drive_fact(drive, "bytes", NULL, NULL, i), "sha256", "");
        ck_assert_uint_eq(drive_count(drive, "bytes", "sha256", hash), 1);
    }
}
END_TEST

START_TEST(the_chain_is_as_sent)
{
    g_autoptr(Drive) drive = play(&rows[_i], 0, NULL, NULL);
    const gnutls_datum_t *der = server_certificate();
    g_autofree char *hash = bytes_sha256(der->data, der->size);
    json_t *list = json_object_get(drive_fact(drive, "chain", NULL, NULL, 0), "certificates");
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_str_eq(json_string_value(json_array_get(list, 0)), hash);
    ck_assert_ptr_nonnull(drive_fact(drive, "certificate", "sha256", hash, 0));
    ck_assert_ptr_nonnull(drive_fact(drive, "bytes", "sha256", hash, 0));
}
END_TEST

/* ---- cut and broken ---- */

/* Lets no more than `*data` bytes through. */
static void cut(GByteArray *output, gpointer data)
{
    gsize *left = data;
    gsize size = MIN(*left, output->len);
    g_byte_array_set_size(output, (guint)size);
    *left -= size;
}

static void check_cut(const Row *row, gsize most)
{
    gsize left = most;
    g_autoptr(Server) server = server_new(&row->server);
    g_autoptr(Drive) drive = drive_client(USUAL);
    server_pump(server, drive, 0, cut, &left);
    bool listening = !g_strcmp0(drive->talk->phase, "listening");
    drive_end(drive, TALK_END_CLOSED);
    if (listening) {
        ck_assert_int_eq(drive->talk->state, TALK_DONE);
        return;
    }
    ck_assert_int_eq(drive->talk->state, TALK_FAILED);
    ck_assert_str_eq(drive->talk->reason, "closed-after");
    ck_assert_int_eq(fact_integer(drive->talk->args, "received", -1), (json_int_t)most);
    if (!most)
        ck_assert_str_eq(fact_string(drive->talk->args, "after", ""), "ClientHello");
}

static gsize received_of(const Row *row)
{
    g_autoptr(Drive) drive = play(row, 0, NULL, NULL);
    return drive->talk->received;
}

START_TEST(cut_at_every_length)
{
    gsize size = received_of(&rows[_i]);
    for (gsize most = 0; most < size; most++)
        check_cut(&rows[_i], most);
}
END_TEST

/* Changes the byte at `*data`, once. */
static void flip(GByteArray *output, gpointer data)
{
    gsize *left = data;
    if (*left < output->len)
        output->data[*left] ^= 0xff;
    *left -= *left < output->len ? 0 : output->len;
    if (*left < output->len)
        *left = G_MAXSIZE;
}

START_TEST(every_byte_flipped)
{
    gsize size = received_of(&rows[_i]);
    for (gsize at = 0; at < size; at += 3) {
        gsize left = at;
        g_autoptr(Server) server = server_new(&rows[_i].server);
        g_autoptr(Drive) drive = drive_client(USUAL);
        server_pump(server, drive, 0, flip, &left);
        drive_end(drive, TALK_END_IDLE);
        ck_assert(drive->talk->state == TALK_DONE || drive->talk->reason);
        if (drive->talk->state == TALK_DONE)
            ck_assert_uint_eq(drive_count(drive, "negotiated", NULL, NULL), 1);
    }
}
END_TEST

START_TEST(no_certificate_that_decodes)
{
    static const char *const versions[] = {ONLY("1.2"), ONLY("1.3")};
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        Row row = {.server = {.priority = versions[i], .junk = true}};
        g_autoptr(Drive) drive = play(&row, 0, NULL, NULL);
        ck_assert_str_eq(drive->talk->reason, "certificate-undecodable");
        ck_assert_int_eq(fact_integer(drive->talk->args, "number", 0), 1);
        ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
        ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), 1);
        ck_assert_ptr_nonnull(drive_fact(drive, "alert", "name", "bad_certificate", 0));
    }
}
END_TEST

/* Changes the last byte of the ServerKeyExchange, which is of its signature. */
static void spoil_signature(GByteArray *output, gpointer data)
{
    (void)data;
    for (guint at = 0; at + 5 < output->len;) {
        guint size = (guint)output->data[at + 3] << 8 | output->data[at + 4];
        if (output->data[at] == 22 && output->data[at + 5] == 12)
            output->data[at + 4 + size] ^= 0xff;
        at += 5 + size;
    }
}

START_TEST(a_wrong_signature)
{
    Row row = {.server = {.priority = ONLY("1.2")}};
    g_autoptr(Drive) drive = play(&row, 0, spoil_signature, NULL);
    ck_assert_str_eq(drive->talk->reason, "signature-wrong");
    ck_assert_str_eq(drive->talk->result, "illegal");
    ck_assert_ptr_nonnull(drive_fact(drive, "alert", "name", "decrypt_error", 0));
    ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
}
END_TEST

START_TEST(alerts_of_a_server_that_refuses)
{
    Row row = {.server = {.priority = ONLY("1.2") ":-KX-ALL:+ANON-ECDH", .anonymous = true}};
    g_autoptr(Drive) drive = play(&row, 1, NULL, NULL);
    ck_assert_str_eq(drive->talk->reason, "alert-received");
    ck_assert_str_eq(drive->talk->result, "alert");
    ck_assert_str_eq(fact_string(drive->talk->args, "name", ""), "handshake_failure");
    ck_assert_str_eq(fact_string(drive->talk->args, "after", ""), "ClientHello");
    ck_assert_str_eq(fact_string(drive->talk->args, "level", ""), "fatal");
    ck_assert_ptr_nonnull(drive_fact(drive, "alert", "direction", "in", 0));
}
END_TEST

/* ---- after the handshake ---- */

START_TEST(a_wrong_priority_is_refused)
{
    ClientSpec spec = {.priority = "NORMAL:+NOTHING", .hello = "usual"};
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(client_new(&spec, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "NOTHING"));
}
END_TEST

START_TEST(silence_and_the_absolute_limit)
{
    g_autoptr(Drive) drive = drive_client(USUAL);
    drive->now = 6;
    drive_end(drive, TALK_END_IDLE);
    ck_assert_str_eq(drive->talk->reason, "silent");
    ck_assert_str_eq(fact_string(drive->talk->args, "phase", ""), "hello");
    ck_assert_double_eq_tol(fact_number(drive->talk->args, "seconds", 0), 5, 1e-6);
    g_autoptr(Drive) slow = drive_client(USUAL);
    drive_feed(slow, "\x16\x03", 2, 0);
    slow->now = 21;
    drive_end(slow, TALK_END_TOTAL);
    ck_assert_str_eq(slow->talk->reason, "deadline");
    ck_assert_int_eq(fact_integer(slow->talk->args, "received", 0), 2);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("client");
    TCase *tcase = tcase_create("handshakes");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_kind_of_server, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, records_of_one_byte, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, bytes_of_everything, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, the_chain_is_as_sent, 0, 8);
    tcase_add_test(tcase, facts_of_tls13);
    tcase_add_test(tcase, facts_of_tls12);
    tcase_add_test(tcase, a_chain_whose_staple_never_comes);
    tcase_add_test(tcase, a_weak_prime_is_measured);
    tcase_add_test(tcase, client_certificates);
    tcase_add_test(tcase, a_retry_says_what_it_wants);
    tcase_add_loop_test(tcase, cut_at_every_length, 1, 2);
    tcase_add_loop_test(tcase, cut_at_every_length, 5, 6);
    tcase_add_loop_test(tcase, every_byte_flipped, 1, 3);
    tcase_add_loop_test(tcase, every_byte_flipped, 5, 6);
    tcase_add_test(tcase, no_certificate_that_decodes);
    tcase_add_test(tcase, a_wrong_signature);
    tcase_add_test(tcase, alerts_of_a_server_that_refuses);
    tcase_add_test(tcase, a_wrong_priority_is_refused);
    tcase_add_test(tcase, silence_and_the_absolute_limit);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
