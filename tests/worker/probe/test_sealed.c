/* What TLS 1.3 encrypts, asked of simulated servers: protocols, extensions, compressed
 * certificates, and what signs; with answers that can be opened, and with such that cannot. */
#include "worker/probe/sealed.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/worker/probe/simulated.h"
#include "worker/probe/values.h"
#include "worker/tls/hello.h"

static void fill(GArray *list, const uint32_t *codes)
{
    while (*codes)
        g_array_append_val(list, *codes++);
}

/* TLS 1.3 alone, with two kinds of keys. */
static Simulated *server_new(void)
{
    Simulated *server = simulated_new(1);
    fill(server->groups, (const uint32_t[]){29, 23, 24, 0});
    fill(server->schemes, (const uint32_t[]){0x0403, 0x0804, 0x0805, 0x0806, 0x0401, 0});
    fill(server->suites[5], (const uint32_t[]){0x1302, 0x1301, 0});
    server->chooses_group = true;
    g_ptr_array_add(server->alpn, (void *)(uintptr_t) "h2");
    g_ptr_array_add(server->alpn, (void *)(uintptr_t) "http/1.1");
    return server;
}

static Dived *dive(Simulated *server)
{
    DiveSpec spec = {.server_name = "example.com", .depth = DIVE_FULL};
    Dived *dived = simulated_dive(server, &spec);
    ck_assert(dived->over);
    ck_assert_str_eq(dived->outcome.result, "finished");
    return dived;
}

static void said(const Dived *dived, const char *question, const char *item, const char *answer)
{
    const char *is = dived_answer(dived, question, "TLS 1.3", item);
    ck_assert_msg(g_str_equal(is, answer), "%s %s: %s, not %s", question, item, is, answer);
}

static void all_is_known(const Dived *dived)
{
    said(dived, "alpn", "h2", "yes");
    said(dived, "alpn", "http/1.1", "yes");
    said(dived, "alpn", "imap", "no");
    said(dived, "scheme", "ecdsa_secp256r1_sha256", "yes");
    said(dived, "scheme", "rsa_pss_rsae_sha512", "yes");
    said(dived, "scheme", "ed25519", "no");
}

START_TEST(everything_is_read)
{
    g_autoptr(Simulated) server = server_new();
    server->answers = EXTENSION_SERVER_CERTIFICATE_TYPE;
    fill(server->packings, (const uint32_t[]){2, 1, 0});
    g_autoptr(Dived) dived = dive(server);
    all_is_known(dived);
    const json_t *order = dived_fact(dived, "alpn-order", "TLS 1.3");
    ck_assert_str_eq(fact_string(order, "answer", ""), "yes");
    said(dived, "extension", "server_certificate_type", "yes");
    said(dived, "extension", "record_size_limit", "no");
    said(dived, "extension", "encrypted_client_hello", "no");
    said(dived, "certificate-compression", "brotli", "yes");
    said(dived, "certificate-compression", "zlib", "yes");
    said(dived, "certificate-compression", "zstd", "no");
    said(dived, "certificate", "RSA", "yes");
    said(dived, "certificate", "ECDSA", "yes");
    ck_assert_str_eq(dived_answer(dived, "alpn", "TLS 1.2", "h2"), "");
    ck_assert_uint_le(dived->connections, 70);
}
END_TEST

/* Something illegal beside it takes nothing away. */
START_TEST(what_nobody_offered)
{
    g_autoptr(Simulated) server = server_new();
    server->intrudes = EXTENSION_HEARTBEAT;
    g_autoptr(Dived) dived = dive(server);
    all_is_known(dived);
    said(dived, "extension", "heartbeat", "yes");
    said(dived, "extension", "record_size_limit", "no");
    const json_t *fact = dived_fact(dived, "alpn-order", "TLS 1.3");
    ck_assert_ptr_null(json_object_get(fact, "faults"));
    ck_assert_uint_le(dived->connections, 70);
}
END_TEST

/* Each costs what it has to, and nothing is given up. */
START_TEST(odd_servers)
{
    g_autoptr(Simulated) server = server_new();
    switch (_i) {
    case 0:
        server->alpn_required = true;
        break;
    case 1:
        server->alpn_required = server->late = true;
        break;
    case 2:
        server->late = true;
        break;
    case 3:
        server->dislikes = EXTENSION_COMPRESS_CERTIFICATE;
        break;
    case 4:
        server->dislikes = EXTENSION_ENCRYPTED_CLIENT_HELLO;
        break;
    case 5:
        server->signs_anyway = true;
        break;
    case 6: /* no share of the usual ones */
        g_array_set_size(server->groups, 0);
        fill(server->groups, (const uint32_t[]){24, 0});
        break;
    default:
        server->lost_percent = 10;
    }
    g_autoptr(Dived) dived = dive(server);
    all_is_known(dived);
    said(dived, "extension", "record_size_limit", "no");
    said(dived, "extension", "status_request", _i == 4 ? "unknown" : "no");
    said(dived, "certificate-compression", "zlib", _i == 3 ? "unknown" : "no");
    ck_assert_uint_le(dived->connections, _i == 7 ? 145 : 75);
}
END_TEST

/* What it goes on with is all that can be said then. */
START_TEST(answers_that_cannot_be_opened)
{
    g_autoptr(Simulated) server = server_new();
    if (_i == 0) {
        server->opaque = true;
    } else {
        g_array_set_size(server->groups, 0);
        fill(server->groups, (const uint32_t[]){256, 0});
    }
    g_autoptr(Dived) dived = dive(server);
    said(dived, "alpn", "h2", "unknown");
    said(dived, "certificate-compression", "zlib", "unknown");
    said(dived, "extension", "record_size_limit", "unknown");
    said(dived, "scheme", "rsa_pss_rsae_sha256", "yes");
    said(dived, "scheme", "ed25519", "no");
    const json_t *alpn = dived_fact(dived, "alpn", "TLS 1.3");
    ck_assert_str_eq(fact_string(alpn, "reason", ""), _i ? "alert-received" : "encrypted");
    ck_assert_uint_le(dived->connections, 78);
}
END_TEST

static json_t *question(const char *name, const char *item)
{
    return json_pack("{s:s, s:s, s:[s]}", "question", name, "version", "TLS 1.3", "items", item);
}

START_TEST(one_question)
{
    static const struct {
        const char *question, *item, *answer, *opaque;
    } rows[] = {{"alpn", "h2", "yes", "unknown"},
                {"alpn", "imap", "no", "unknown"},
                {"scheme", "rsa_pss_rsae_sha384", "yes", "yes"},
                {"scheme", "ed25519", "no", "no"}};
    for (guint i = 0; i < 3 * G_N_ELEMENTS(rows); i++) {
        guint row = i % G_N_ELEMENTS(rows), way = i / G_N_ELEMENTS(rows);
        g_autoptr(Simulated) server = server_new();
        g_autoptr(json_t) asked = question(rows[row].question, rows[row].item);
        DiveSpec spec = {.depth = DIVE_ONE, .question = asked, .times = 2};
        server->opaque = way == 1;
        if (way == 2) { /* it wants another share first */
            g_array_set_size(server->groups, 0);
            fill(server->groups, (const uint32_t[]){24, 0});
        }
        g_autoptr(Dived) dived = simulated_dive(server, &spec);
        said(dived, rows[row].question, rows[row].item,
             way == 1 ? rows[row].opaque : rows[row].answer);
    }
}
END_TEST

START_TEST(values)
{
    static const struct {
        uint16_t type;
        const char *bytes, *value;
        gsize size;
    } rows[] = {
        {EXTENSION_RECORD_SIZE_LIMIT, "\x40\x01", "16385 bytes", 2},
        {EXTENSION_RECORD_SIZE_LIMIT, "\x40", NULL, 1},
        {EXTENSION_SERVER_CERTIFICATE_TYPE, "\x02", "RawPublicKey", 1},
        {EXTENSION_MAX_FRAGMENT_LENGTH, "\x04", "code 4", 1},
        {EXTENSION_SUPPORTED_GROUPS, "\0\x04\0\x1d\0\x17", "x25519 secp256r1", 6},
        {EXTENSION_DELEGATED_CREDENTIAL, "\0\x09\x3a\x80\x04\x03",
         "ecdsa_secp256r1_sha256, 604800 s from the certificate's notBefore on", 6},
        {EXTENSION_DELEGATED_CREDENTIAL, "\0\x09\x3a\x80\x04", NULL, 5},
        {EXTENSION_ENCRYPTED_CLIENT_HELLO,
         "\0\x22\xfe\x0d\0\x1a\x07\0\x20\0\x02xy\0\x04\0\x01\0\x01\0\x0b"
         "example.com\0\0"
         "\xfe\x0c\0\0",
         "config 7, public name example.com", 0x24},
        {EXTENSION_ENCRYPTED_CLIENT_HELLO, "\0\0", NULL, 2},
        {EXTENSION_SERVER_NAME, "", NULL, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) data = g_bytes_new(rows[i].bytes, rows[i].size);
        g_autofree char *value = values_say(rows[i].type, data);
        ck_assert_msg(!g_strcmp0(value, rows[i].value), "%u: %s", i, value ? value : "nothing");
    }
    ck_assert_ptr_null(values_say(EXTENSION_SCT, NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sealed");
    TCase *tcase = tcase_create("dives");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, everything_is_read);
    tcase_add_test(tcase, what_nobody_offered);
    tcase_add_loop_test(tcase, odd_servers, 0, 8);
    tcase_add_loop_test(tcase, answers_that_cannot_be_opened, 0, 2);
    tcase_add_test(tcase, one_question);
    tcase_add_test(tcase, values);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
