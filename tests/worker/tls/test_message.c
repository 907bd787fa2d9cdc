#include "tests/check.h"
#include "tests/worker/tls/samples.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/tls/message.h"

/* A message, and the members that its fact must have beside type, name and size. */
static const struct Row {
    const char *handshake;
    const char *name;
    const char *members;
} rows[] = {
    {"tls10-ecdhe", "ClientHello",
     "{'version':'TLS "
     "1.0','suites':9,'groups':['x25519','secp256r1','x448','secp521r1','secp384r1'],"
     "'server_name':'server.example','extensions':6}"},
    {"tls10-ecdhe", "ServerHello",
     "{'version':'TLS 1.0','suite':'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA','extensions':5,"
     "'ja3s':'ef11b7c1bd520da6824fcd0cf876de79'}"},
    {"tls10-ecdhe", "Certificate", "{'certificates':2}"},
    {"tls10-ecdhe", "ServerKeyExchange", "{'group':'x25519'}"},
    {"tls10-ecdhe", "ServerHelloDone", "{}"},
    {"tls10-ecdhe", "NewSessionTicket", "{'lifetime':7200}"},
    {"tls11-dhe", "ServerKeyExchange", "{'bits':2048}"},
    {"tls10-anon", "ServerKeyExchange", "{'bits':3072}"},
    {"tls10-request", "CertificateRequest", "{'authorities':1}"},
    {"tls10-request", "CertificateVerify", "{}"},
    {"tls12-ecdhe", "ServerHello",
     "{'version':'TLS 1.2','suite':'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384','alpn':['h2'],"
     "'extensions':6,'ja3s':'8e2511433c43a635cbda69a8e671a546'}"},
    {"tls12-ecdhe", "CertificateStatus", "{}"},
    {"tls12-ecdhe", "ServerKeyExchange", "{'group':'x25519','scheme':'ecdsa_secp256r1_sha256'}"},
    {"tls12-ecdhe", "CertificateRequest", "{'authorities':1}"},
    {"tls12-ecdhe", "CertificateVerify", "{'scheme':'rsa_pss_rsae_sha256'}"},
    {"tls12-dhe", "ServerKeyExchange", "{'bits':2048,'scheme':'rsa_pss_rsae_sha256'}"},
    {"tls12-psk", "ServerKeyExchange", "{'bits':3072}"},
    {"tls12-psk-plain", "ServerKeyExchange", "{}"},
    {"tls12-psk-ecdhe", "ServerKeyExchange", "{'group':'x25519'}"},
    {"tls13-usual", "ServerHello",
     "{'version':'TLS 1.3','suite':'TLS_AES_256_GCM_SHA384','group':'x25519','extensions':2,"
     "'ja3s':'15af977ce25de452b96affa2addb1036'}"},
    {"tls13-usual", "EncryptedExtensions", "{'alpn':['h2'],'extensions':1}"},
    {"tls13-usual", "Certificate", "{'certificates':2}"},
    {"tls13-usual", "CertificateVerify", "{'scheme':'ecdsa_secp256r1_sha256'}"},
    {"tls13-usual", "NewSessionTicket", "{'lifetime':7200,'extensions':0}"},
    {"tls13-retry", "ClientHello",
     "{'version':'TLS 1.3','versions':['TLS 1.3','TLS 1.2','TLS 1.1','TLS 1.0'],'suites':31,"
     "'groups':['x25519','secp384r1'],'shares':['x25519'],'extensions':9}"},
    {"tls13-retry", "HelloRetryRequest",
     "{'version':'TLS 1.3','suite':'TLS_AES_256_GCM_SHA384','group':'secp384r1','extensions':2,"
     "'ja3s':'15af977ce25de452b96affa2addb1036'}"},
    {"tls13-request", "CertificateRequest", "{'authorities':1,'extensions':2}"},
    {"tls13-request", "KeyUpdate", "{}"},
    {"tls13-resumed", "EndOfEarlyData", "{}"},
};

static json_t *fact_of(const Sample *sample)
{
    json_t *fact = json_object();
    message_fact(fact, sample->bytes, sample->size, sample->version);
    return fact;
}

START_TEST(facts_have_what_matters)
{
    const struct Row *row = &rows[_i];
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, row->handshake, row->name);
    g_autofree char *text = g_strdelimit(g_strdup(row->members), "'", '"');
    json_t *wanted = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(wanted);
    json_object_set_new(wanted, "name", json_string(row->name));
    json_object_set_new(wanted, "type", json_integer(sample->bytes[0]));
    json_object_set_new(wanted, "size", json_integer((json_int_t)sample->size));
    json_t *fact = fact_of(sample);
    g_autofree char *have = json_dumps(fact, JSON_SORT_KEYS);
    g_autofree char *want = json_dumps(wanted, JSON_SORT_KEYS);
    ck_assert_str_eq(have, want);
    json_decref(fact);
    json_decref(wanted);
}
END_TEST

START_TEST(messages_are_named)
{
    g_autoptr(GPtrArray) samples = samples_load();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        ck_assert_str_eq(message_name(sample->bytes, sample->size), sample->name);
    }
    ck_assert_str_eq(message_name(NULL, 0), "empty");
    ck_assert_str_eq(message_name((const uint8_t *)"\xc8", 1), "HandshakeType 200");
}
END_TEST

START_TEST(certificates_and_staples_are_taken_out)
{
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *new = samples_find(samples, "tls13-usual", "Certificate");
    const Sample *old = samples_find(samples, "tls10-ecdhe", "Certificate");
    const Sample *status = samples_find(samples, "tls12-ecdhe", "CertificateStatus");
    bool cut = true;
    g_autoptr(GPtrArray) chain = message_certificates(new->bytes, new->size, true, &cut);
    g_autoptr(GPtrArray) same = message_certificates(old->bytes, old->size, false, NULL);
    ck_assert(!cut);
    ck_assert_uint_eq(chain->len, 2);
    ck_assert_uint_eq(same->len, 2);
    ck_assert(g_bytes_equal(chain->pdata[0], same->pdata[0]));
    ck_assert_uint_eq(g_bytes_get_size(chain->pdata[0]), 593);
    g_autoptr(GPtrArray) staples = message_staples(new->bytes, new->size, true);
    g_autoptr(GPtrArray) others = message_staples(status->bytes, status->size, false);
    g_autoptr(GPtrArray) none = message_staples(old->bytes, old->size, false);
    ck_assert_uint_eq(staples->len, 1);
    ck_assert_uint_eq(others->len, 1);
    ck_assert_uint_eq(g_bytes_get_size(staples->pdata[0]), 5);
    ck_assert(g_bytes_equal(staples->pdata[0], others->pdata[0]));
    ck_assert_uint_eq(none->len, 0);
}
END_TEST

START_TEST(a_long_chain_is_cut)
{
    g_autoptr(GByteArray) message = samples_hex("0b0001e6 0001e3");
    for (guint i = 0; i < 161; i++)
        g_byte_array_append(message, (const uint8_t *)"\0\0\0", 3);
    message->data[3] = (uint8_t)((message->len - 4) & 0xff);
    message->data[2] = (uint8_t)((message->len - 4) >> 8);
    message->data[6] = (uint8_t)((message->len - 7) & 0xff);
    message->data[5] = (uint8_t)((message->len - 7) >> 8);
    bool cut = false;
    g_autoptr(GPtrArray) chain = message_certificates(message->data, message->len, false, &cut);
    ck_assert_uint_eq(chain->len, LIMIT_CERTIFICATES);
    ck_assert(cut);
}
END_TEST

START_TEST(what_does_not_parse_has_a_fault)
{
    g_autoptr(GByteArray) bytes = samples_hex("0200000a 0303 00");
    json_t *fact = json_object();
    message_fact(fact, bytes->data, bytes->len, 0);
    json_t *faults = json_object_get(fact, "faults");
    ck_assert_uint_eq(json_array_size(faults), 1);
    ck_assert_str_eq(json_string_value(json_array_get(faults, 0)), "message-malformed");
    ck_assert_ptr_null(json_object_get(fact, "suite"));
    json_decref(fact);
}
END_TEST

/* A message of one handshake held against the ClientHello of another. */
static const struct Choice {
    const char *client;
    const char *handshake;
    const char *name;
    uint16_t suite;     /* ServerKeyExchange */
    const char *reason; /* NULL: legal */
    const char *value;  /* of its first argument */
} choices[] = {
    {"tls12-ecdhe", "tls12-ecdhe", "ServerKeyExchange", 0xc02f, NULL, NULL},
    {"tls10-ecdhe", "tls10-ecdhe", "ServerKeyExchange", 0xc013, NULL, NULL},
    {"tls12-dhe", "tls12-ecdhe", "ServerKeyExchange", 0xc02f, NULL, NULL},
    {"tls13-usual", "tls13-usual", "CertificateVerify", 0, NULL, NULL},
    {"tls13-usual", "pkcs1", "CertificateVerify", 0, "scheme-wrong-version", "rsa_pkcs1_sha256"},
    {"tls13-usual", "md5", "CertificateVerify", 0, "scheme-not-offered", "rsa_pkcs1_md5"},
    {"tls12-ecdhe", "brainpool", "ServerKeyExchange", 0xc02f, "group-not-offered",
     "brainpoolP256r1"},
};

static const Sample made[] = {
    {(char *)"pkcs1", (char *)"CertificateVerify", 0x0304,
     (uint8_t *)"\x0f\x00\x00\x05\x04\x01\x00\x01\xaa", 9},
    {(char *)"md5", (char *)"CertificateVerify", 0x0304,
     (uint8_t *)"\x0f\x00\x00\x05\x01\x01\x00\x01\xaa", 9},
    {(char *)"brainpool", (char *)"ServerKeyExchange", 0x0303,
     (uint8_t *)"\x0c\x00\x00\x0a\x03\x00\x1a\x01\xaa\x04\x03\x00\x01\xbb", 14},
};

START_TEST(choices_are_held_against_the_offer)
{
    const struct Choice *row = &choices[_i];
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *hello = samples_find(samples, row->client, "ClientHello");
    const Sample *sample = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(made); i++)
        if (strcmp(made[i].handshake, row->handshake) == 0)
            sample = &made[i];
    if (!sample)
        sample = samples_find(samples, row->handshake, row->name);
    g_autoptr(ClientHello) client = hello_client_new(hello->bytes, hello->size);
    KeyExchange exchange =
        exchange_read(registry_suite(row->suite), sample->version, sample->bytes, sample->size);
    ck_assert(!row->suite || exchange.has_group);
    g_autoptr(GPtrArray) faults = row->suite
                                      ? message_check(client, &exchange)
                                      : message_check_verify(client, sample->bytes, sample->size);
    ck_assert_uint_eq(faults->len, row->reason ? 1 : 0);
    if (!row->reason)
        return;
    const Fault *fault = g_ptr_array_index(faults, 0);
    ck_assert_str_eq(fault->reason, row->reason);
    json_t *first = json_object_iter_value(json_object_iter(fault->args));
    ck_assert_str_eq(json_string_value(first), row->value);
}
END_TEST

static void look(const uint8_t *bytes, size_t size, bool tls13)
{
    json_t *fact = json_object();
    message_fact(fact, bytes, size, tls13 ? 0x0304 : 0x0302);
    ck_assert_ptr_nonnull(json_object_get(fact, "name"));
    json_decref(fact);
    g_autoptr(GPtrArray) chain = message_certificates(bytes, size, tls13, NULL);
    g_autoptr(GPtrArray) staples = message_staples(bytes, size, tls13);
    g_autoptr(GBytes) scts = message_scts(bytes, size, tls13);
    ck_assert(chain && staples && (!scts || g_bytes_get_size(scts)));
}

START_TEST(spoilt_messages_do_no_harm)
{
    g_autoptr(GPtrArray) samples = samples_load();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        if (sample->size < 500 || strcmp(sample->handshake, "tls13-usual") == 0)
            samples_spoil(sample, look);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message");
    TCase *tcase = tcase_create("message");

    tcase_add_loop_test(tcase, facts_have_what_matters, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, messages_are_named);
    tcase_add_test(tcase, certificates_and_staples_are_taken_out);
    tcase_add_test(tcase, a_long_chain_is_cut);
    tcase_add_test(tcase, what_does_not_parse_has_a_fault);
    tcase_add_loop_test(tcase, choices_are_held_against_the_offer, 0, G_N_ELEMENTS(choices));
    tcase_add_test(tcase, spoilt_messages_do_no_harm);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
