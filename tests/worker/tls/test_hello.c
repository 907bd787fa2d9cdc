#include "tests/check.h"
#include "tests/worker/tls/samples.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/hello.h"
#include "worker/tls/offer.h"

/* A ServerHello or HelloRetryRequest to be built. */
typedef struct Answer {
    bool retry;
    uint16_t legacy_version;
    uint16_t suite;
    uint16_t version; /* in supported_versions; 0: without */
    uint16_t group;   /* in key_share; 0: without */
    uint8_t compression;
    bool other_session_id; /* does not echo the client's */
    const char *random;    /* the last 8 bytes, in hexadecimal; NULL: zeros */
    const char *extra;     /* more extensions, in hexadecimal; NULL: none */
} Answer;

static const char retry_random[] =
    "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C";

static void put_hex(GByteArray *out, const char *hex)
{
    g_autoptr(GByteArray) bytes = samples_hex(hex);
    g_byte_array_append(out, bytes->data, bytes->len);
}

static void put_random(GByteArray *out, const Answer *answer)
{
    static const uint8_t zeros[32] = {0};
    if (answer->retry) {
        put_hex(out, retry_random);
        return;
    }
    g_byte_array_append(out, zeros, answer->random ? 24 : 32);
    if (answer->random)
        put_hex(out, answer->random);
}

static void put_extensions(GByteArray *out, const Answer *answer)
{
    g_autoptr(GByteArray) list = g_byte_array_new();
    if (answer->version) {
        bytes_put(list, EXTENSION_SUPPORTED_VERSIONS, 2);
        bytes_put(list, 2, 2);
        bytes_put(list, answer->version, 2);
    }
    if (answer->group) {
        bytes_put(list, EXTENSION_KEY_SHARE, 2);
        bytes_put(list, answer->retry ? 2 : 5, 2);
        bytes_put(list, answer->group, 2);
        if (!answer->retry)
            put_hex(list, "0001aa");
    }
    if (answer->extra)
        put_hex(list, answer->extra);
    bytes_put(out, list->len, 2);
    if (list->len)
        g_byte_array_append(out, list->data, list->len);
}

static GByteArray *build(const Answer *answer, const ClientHello *client)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    bytes_put(body, answer->legacy_version, 2);
    put_random(body, answer);
    Reader id = client->session_id;
    if (answer->other_session_id)
        put_hex(body, "0101");
    else {
        size_t size = reader_left(&id);
        bytes_put(body, size, 1);
        if (size)
            g_byte_array_append(body, reader_take(&id, size), (guint)size);
    }
    bytes_put(body, answer->suite, 2);
    bytes_put(body, answer->compression, 1);
    put_extensions(body, answer);
    GByteArray *message = g_byte_array_new();
    bytes_put(message, HANDSHAKE_SERVER_HELLO, 1);
    bytes_put(message, body->len, 3);
    g_byte_array_append(message, body->data, body->len);
    return message;
}

#define TO_TLS12 "444f574e47524401"
#define TO_TLS11 "444f574e47524400"

/* One answer, and the reasons why it is illegal, separated by spaces ("": it is legal). The
 * clients: tls13-usual offers TLS 1.0 to 1.3, many groups and a share of x25519; tls13-retry the
 * groups x25519 and secp384r1; tls12-ecdhe TLS 1.2 with h2 and http/1.1; tls10-ecdhe TLS 1.0. */
static const struct Row {
    const char *client;
    Answer answer;
    const char *reasons;
    const char *argument; /* name and value of an argument of the first; NULL: not looked at */
    const char *value;
} rows[] = {
    /* legal ones */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 29},
     "",
     NULL,
     NULL},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .other_session_id = true},
     "",
     NULL,
     NULL},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "ff010001 00 0017 0000 0016 0000"},
     "",
     NULL,
     NULL},
    {"tls13-retry",
     {.retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 24},
     "",
     NULL,
     NULL},
    {"tls13-retry",
     {.retry = true,
      .legacy_version = 0x0303,
      .suite = 0x1301,
      .version = 0x0304,
      .extra = "002c 0003 0001 77"},
     "",
     NULL,
     NULL},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .extra = "0029 0002 0000"},
     "extension-not-offered",
     "extension",
     "pre_shared_key"},
    {"tls12-ecdhe",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "0010 0005 0003 02 6832"},
     "",
     NULL,
     NULL},
    {"tls10-ecdhe", {.legacy_version = 0x0301, .suite = 0xc014}, "", NULL, NULL},
    {"tls12-ecdhe", {.legacy_version = 0x0302, .suite = 0xc014}, "", NULL, NULL},
    /* version */
    {"tls13-usual",
     {.legacy_version = 0x0300, .suite = 0x002f},
     "version-not-offered",
     "version",
     "SSL 3.0"},
    {"tls10-ecdhe",
     {.legacy_version = 0x0303, .suite = 0xc014},
     "version-not-offered",
     "version",
     "TLS 1.2"},
    {"tls12-ecdhe",
     {.legacy_version = 0x0303, .suite = 0xc02f, .version = 0x0304, .group = 29},
     "version-not-offered suite-wrong-version extension-not-offered extension-not-offered "
     "share-without-retry",
     "version",
     "TLS 1.3"},
    {"tls13-usual",
     {.legacy_version = 0x0304, .suite = 0x1301},
     "version-not-offered extension-missing",
     "version",
     "TLS 1.3"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .version = 0x0303},
     "message-malformed extension-misplaced",
     "what",
     "supported_versions chooses TLS 1.2"},
    {"tls13-usual",
     {.legacy_version = 0x0302, .suite = 0x1301, .version = 0x0304, .group = 29},
     "message-malformed",
     "what",
     "legacy_version is TLS 1.1"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x7a7a, .group = 29},
     "version-not-offered suite-wrong-version",
     "version",
     "0x7A7A"},
    /* cipher suite */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1304, .version = 0x0304, .group = 29},
     "suite-not-offered",
     "suite",
     "TLS_AES_128_CCM_SHA256"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xabcd, .version = 0x0304, .group = 29},
     "suite-not-offered",
     "suite",
     "0xABCD"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301},
     "suite-wrong-version",
     "version",
     "TLS 1.2"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .version = 0x0304, .group = 29},
     "suite-wrong-version",
     "suite",
     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {"tls13-usual",
     {.legacy_version = 0x0301, .suite = 0xc02f},
     "suite-wrong-version",
     "version",
     "TLS 1.0"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x00ff},
     "suite-wrong-version",
     "suite",
     "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
    /* extensions */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "000f 0001 01"},
     "extension-not-offered",
     "extension",
     "heartbeat"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "fafa 0000"},
     "extension-not-offered",
     "extension",
     "0xFAFA"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "0017 0000 0017 0000"},
     "extension-twice",
     "extension",
     "extended_master_secret"},
    {"tls13-usual",
     {.legacy_version = 0x0303,
      .suite = 0x1301,
      .version = 0x0304,
      .group = 29,
      .extra = "0010 0005 0003 02 6832"},
     "extension-misplaced",
     "extension",
     "application_layer_protocol_negotiation"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "000d 0004 0002 0401"},
     "extension-misplaced",
     "extension",
     "signature_algorithms"},
    {"tls13-usual",
     {.legacy_version = 0x0303,
      .suite = 0x1301,
      .version = 0x0304,
      .group = 29,
      .extra = "002c 0003 0001 77"},
     "extension-not-offered",
     "extension",
     "cookie"},
    {"tls12-ecdhe",
     {.legacy_version = 0x0303, .suite = 0xc02f, .extra = "0010 0005 0003 02 6833"},
     "alpn-not-offered",
     "protocol",
     "h3"},
    /* key share */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304},
     "extension-missing",
     "extension",
     "key_share"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 23},
     "share-without-retry",
     "group",
     "secp256r1"},
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 26},
     "group-not-offered",
     "group",
     "brainpoolP256r1"},
    /* compression and session id */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .compression = 1},
     "compression-not-offered",
     "method",
     "DEFLATE"},
    {"tls13-usual",
     {.legacy_version = 0x0303,
      .suite = 0x1301,
      .version = 0x0304,
      .group = 29,
      .other_session_id = true},
     "session-id-not-echoed",
     NULL,
     NULL},
    /* HelloRetryRequest */
    {"tls13-retry",
     {.retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 29},
     "retry-pointless",
     NULL,
     NULL},
    {"tls13-retry",
     {.retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304},
     "retry-pointless",
     NULL,
     NULL},
    {"tls13-retry",
     {.retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 23},
     "group-not-offered",
     "group",
     "secp256r1"},
    {"tls13-retry",
     {.retry = true, .legacy_version = 0x0303, .suite = 0xc02f, .group = 24},
     "extension-missing",
     "extension",
     "supported_versions"},
    {"tls13-retry",
     {.retry = true,
      .legacy_version = 0x0303,
      .suite = 0x1301,
      .version = 0x0304,
      .group = 24,
      .extra = "000b 0002 0100"},
     "extension-misplaced",
     "extension",
     "ec_point_formats"},
    /* the downgrade sentinel */
    {"tls13-usual",
     {.legacy_version = 0x0303, .suite = 0xc02f, .random = TO_TLS12},
     "downgrade-sentinel",
     "version",
     "TLS 1.2"},
    {"tls13-usual",
     {.legacy_version = 0x0301, .suite = 0xc014, .random = TO_TLS11},
     "downgrade-sentinel",
     "version",
     "TLS 1.0"},
    {"tls12-ecdhe",
     {.legacy_version = 0x0302, .suite = 0xc014, .random = TO_TLS11},
     "downgrade-sentinel",
     "version",
     "TLS 1.1"},
    {"tls12-ecdhe",
     {.legacy_version = 0x0303, .suite = 0xc02f, .random = TO_TLS12},
     "",
     NULL,
     NULL},
    {"tls10-ecdhe",
     {.legacy_version = 0x0301, .suite = 0xc014, .random = TO_TLS11},
     "",
     NULL,
     NULL},
};

static char *reasons_of(const GPtrArray *faults)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < faults->len; i++) {
        const Fault *fault = g_ptr_array_index(faults, i);
        g_string_append_printf(text, "%s%s", i ? " " : "", fault->reason);
    }
    return g_string_free(text, FALSE);
}

START_TEST(illegal_answers_are_named)
{
    const struct Row *row = &rows[_i];
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, row->client, "ClientHello");
    g_autoptr(ClientHello) client = hello_client_new(sample->bytes, sample->size);
    g_autoptr(GByteArray) bytes = build(&row->answer, client);
    g_autoptr(ServerHello) server = hello_server_new(bytes->data, bytes->len);
    ck_assert_ptr_null(server->fault);
    ck_assert(server->retry == row->answer.retry);
    g_autoptr(GPtrArray) faults = hello_check(client, server, NULL);
    g_autofree char *reasons = reasons_of(faults);
    ck_assert_str_eq(reasons, row->reasons);
    if (row->argument) {
        const Fault *fault = g_ptr_array_index(faults, 0);
        ck_assert_pstr_eq(json_string_value(json_object_get(fault->args, row->argument)),
                          row->value);
    }
}
END_TEST

/* A hello of DTLS, with RC4 and a suite of each age, and the answer to it. */
static const struct Dtls {
    uint16_t version;
    Answer answer;
    const char *reasons;
} dtls_rows[] = {
    {DTLS_1_2, {.legacy_version = 0xfefd, .suite = 0xc02f}, ""},
    {DTLS_1_2, {.legacy_version = 0xfefd, .suite = 0xc02f, .extra = "ff010001 00"}, ""},
    {DTLS_1_2, {.legacy_version = 0xfeff, .suite = 0x002f}, ""},
    {DTLS_1_0, {.legacy_version = 0xfeff, .suite = 0x002f}, ""},
    {DTLS_1_0, {.legacy_version = 0xfefd, .suite = 0x002f}, "version-not-offered"},
    {DTLS_1_0, {.legacy_version = 0xfeff, .suite = 0xc02f}, "suite-wrong-version"},
    {DTLS_1_2, {.legacy_version = 0xfefd, .suite = 0x0005}, "suite-wrong-version"},
    {DTLS_1_2, {.legacy_version = 0xfefd, .suite = 0x1301}, "suite-wrong-version"},
    {DTLS_1_2, {.legacy_version = 0x0303, .suite = 0xc02f}, "version-not-offered"},
    {TLS_1_2, {.legacy_version = 0xfefd, .suite = 0xc02f}, "version-not-offered"},
    {DTLS_1_3,
     {.legacy_version = 0xfefd,
      .suite = 0x1301,
      .version = 0xfefc,
      .group = 29,
      .other_session_id = true},
     ""},
    {DTLS_1_3,
     {.retry = true, .legacy_version = 0xfefd, .suite = 0x1301, .version = 0xfefc, .group = 23},
     ""},
    {DTLS_1_3,
     {.legacy_version = 0x0303, .suite = 0x1301, .version = 0xfefc, .group = 29},
     "message-malformed"},
    {DTLS_1_3, {.legacy_version = 0xfefd, .suite = 0x1301, .version = 0xfefc}, "extension-missing"},
    {DTLS_1_3, {.legacy_version = 0xfefd, .suite = 0xc02f}, "version-not-offered"},
    {DTLS_1_2,
     {.legacy_version = 0xfeff, .suite = 0x002f, .random = TO_TLS11},
     "downgrade-sentinel"},
    {DTLS_1_0, {.legacy_version = 0xfeff, .suite = 0x002f, .random = TO_TLS11}, ""},
};

START_TEST(dtls_keeps_to_the_rules_of_the_tls_it_is_like)
{
    static const uint16_t groups[] = {29, 23}, suites[] = {0x1301, 0xc02f, 0x002f, 0x0005, 0x00ff};
    const struct Dtls *row = &dtls_rows[_i];
    g_autoptr(Offer) offer = offer_new(row->version);
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
        offer_add_suite(offer, suites[i]);
    g_array_append_vals(offer->groups, groups, G_N_ELEMENTS(groups));
    g_array_append_vals(offer->shares, groups, 1);
    g_autoptr(GByteArray) message = offer_message(offer);
    g_autoptr(ClientHello) client = hello_client_new(message->data, message->len);
    g_autoptr(GByteArray) bytes = build(&row->answer, client);
    g_autoptr(ServerHello) server = hello_server_new(bytes->data, bytes->len);
    g_autoptr(GPtrArray) faults = hello_check(client, server, NULL);
    g_autofree char *reasons = reasons_of(faults);
    ck_assert_str_eq(reasons, row->reasons);
}
END_TEST

START_TEST(cookies_are_read)
{
    g_autoptr(GByteArray) bytes = samples_hex("03000006 feff 03 aabbcc");
    Reader cookie;
    ck_assert(hello_verify_cookie(bytes->data, bytes->len, &cookie));
    ck_assert_uint_eq(cookie.size, 3);
    ck_assert_mem_eq(cookie.data, "\xaa\xbb\xcc", 3);
    for (guint size = 0; size < bytes->len; size++) {
        g_autofree uint8_t *cut = g_memdup2(bytes->data, size);
        ck_assert(!hello_verify_cookie(cut, size, &cookie));
    }
    g_autoptr(GByteArray) longer = samples_hex("03000006 feff 02 aabbcc");
    ck_assert(!hello_verify_cookie(longer->data, longer->len, &cookie));
}
END_TEST

/* The answer after a HelloRetryRequest for secp384r1 with TLS_AES_128_GCM_SHA256. */
static const struct After {
    Answer answer;
    const char *reasons;
} after[] = {
    {{.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 24}, ""},
    {{.legacy_version = 0x0303, .suite = 0x1302, .version = 0x0304, .group = 24}, "retry-changed"},
    {{.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 29},
     "share-without-retry retry-changed"},
    {{.legacy_version = 0x0303, .suite = 0xc02f}, "retry-changed retry-changed"},
    {{.retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 29},
     "retry-twice"},
};

START_TEST(answers_keep_what_the_retry_announced)
{
    const struct After *row = &after[_i];
    static const Answer asked = {
        .retry = true, .legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 24};
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = NULL;
    for (guint i = 0; i < samples->len; i++) {
        const Sample *each = g_ptr_array_index(samples, i);
        if (strcmp(each->handshake, "tls13-retry") == 0 && strcmp(each->name, "ClientHello") == 0)
            sample = each; /* the second one stays */
    }
    if (!sample)
        ck_abort();
    g_autoptr(ClientHello) client = hello_client_new(sample->bytes, sample->size);
    g_autoptr(GByteArray) retry_bytes = build(&asked, client);
    g_autoptr(ServerHello) retry = hello_server_new(retry_bytes->data, retry_bytes->len);
    g_autoptr(GByteArray) bytes = build(&row->answer, client);
    g_autoptr(ServerHello) server = hello_server_new(bytes->data, bytes->len);
    g_autoptr(GPtrArray) faults = hello_check(client, server, retry);
    g_autofree char *reasons = reasons_of(faults);
    ck_assert_str_eq(reasons, row->reasons);
}
END_TEST

START_TEST(real_answers_are_legal)
{
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *hello = NULL;
    const Sample *retry_sample = NULL;
    guint seen = 0;
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        if (strcmp(sample->name, "ClientHello") == 0)
            hello = sample;
        if (!hello || sample->bytes[0] != HANDSHAKE_SERVER_HELLO)
            continue;
        g_autoptr(ClientHello) client = hello_client_new(hello->bytes, hello->size);
        g_autoptr(ServerHello) server = hello_server_new(sample->bytes, sample->size);
        bool second = retry_sample && strcmp(retry_sample->handshake, sample->handshake) == 0;
        g_autoptr(ServerHello) retry =
            second ? hello_server_new(retry_sample->bytes, retry_sample->size) : NULL;
        g_autoptr(GPtrArray) faults = hello_check(client, server, retry);
        g_autofree char *reasons = reasons_of(faults);
        ck_assert_msg(!*reasons, "%s: %s", sample->handshake, reasons);
        ck_assert(server->retry == (strcmp(sample->name, "HelloRetryRequest") == 0));
        retry_sample = server->retry ? sample : NULL;
        seen++;
    }
    ck_assert_uint_gt(seen, 10);
}
END_TEST

START_TEST(client_hello_is_read)
{
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, "tls13-usual", "ClientHello");
    g_autoptr(ClientHello) hello = hello_client_new(sample->bytes, sample->size);
    ck_assert_ptr_null(hello->fault);
    ck_assert_uint_eq(hello->legacy_version, 0x0303);
    ck_assert_uint_eq(hello->session_id.size, 32);
    ck_assert_uint_eq(hello->suites->len, 31);
    ck_assert_uint_eq(g_array_index(hello->suites, uint16_t, 0), 0x1302);
    ck_assert_uint_eq(hello->versions->len, 4);
    ck_assert_uint_eq(g_array_index(hello->versions, uint16_t, 0), 0x0304);
    ck_assert_uint_eq(hello->groups->len, 10);
    ck_assert_uint_eq(hello->shares->len, 1);
    ck_assert_uint_eq(g_array_index(hello->shares, uint16_t, 0), 29);
    ck_assert_uint_eq(hello->alpn->len, 2);
    ck_assert_mem_eq(hello->server_name.data, "server.example", 14);
    ck_assert_ptr_nonnull(hello_extension(hello->extensions, EXTENSION_STATUS_REQUEST));
    ck_assert_ptr_null(hello_extension(hello->extensions, EXTENSION_HEARTBEAT));
}
END_TEST

START_TEST(encrypted_extensions_are_checked)
{
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, "tls13-usual", "ClientHello");
    const Sample *good = samples_find(samples, "tls13-usual", "EncryptedExtensions");
    g_autoptr(ClientHello) client = hello_client_new(sample->bytes, sample->size);
    static const struct {
        const char *hex;
        const char *reasons;
    } bad[] = {
        {"08000002 0000", ""},
        {"08000006 0004 0017 0000", "extension-misplaced"},
        {"08000006 0004 002a 0000", "extension-not-offered"},
        {"0800000a 0008 0000 0000 0000 0000", "extension-twice"},
        {"0800000b 0009 0010 0005 0003 02 6833", "alpn-not-offered"},
        {"08000006 0005 0000 0000", "message-malformed"},
        {"08000000", "message-malformed"},
    };
    g_autoptr(GPtrArray) none = hello_check_encrypted(client, good->bytes, good->size);
    ck_assert_uint_eq(none->len, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GByteArray) bytes = samples_hex(bad[i].hex);
        g_autoptr(GPtrArray) faults = hello_check_encrypted(client, bytes->data, bytes->len);
        g_autofree char *reasons = reasons_of(faults);
        ck_assert_str_eq(reasons, bad[i].reasons);
    }
}
END_TEST

/* What is cut has a fault; whatever is changed does no harm. */
static const ClientHello *usual;

static void look(const uint8_t *bytes, size_t size, bool tls13)
{
    (void)tls13;
    g_autoptr(ClientHello) client = hello_client_new(bytes, size);
    g_autoptr(ServerHello) server = hello_server_new(bytes, size);
    g_autoptr(GPtrArray) faults = hello_check(usual, server, NULL);
    g_autoptr(GPtrArray) more = hello_check_encrypted(client, bytes, size);
    g_autoptr(GPtrArray) others = hello_check(client, server, server);
    ck_assert(faults && more && others);
}

static void look_at_cut(const uint8_t *bytes, size_t size, bool tls13)
{
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    if (reader_u24(&reader) == reader_left(&reader) && !reader.failed)
        return; /* not cut */
    g_autoptr(ServerHello) server = hello_server_new(bytes, size);
    g_autoptr(ClientHello) client = hello_client_new(bytes, size);
    ck_assert_ptr_nonnull(server->fault);
    ck_assert_ptr_nonnull(client->fault);
    look(bytes, size, tls13);
}

START_TEST(spoilt_hellos_do_no_harm)
{
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, "tls13-usual", "ClientHello");
    g_autoptr(ClientHello) client = hello_client_new(sample->bytes, sample->size);
    usual = client;
    for (guint i = 0; i < samples->len; i++) {
        const Sample *each = g_ptr_array_index(samples, i);
        if (each->bytes[0] > HANDSHAKE_SERVER_HELLO &&
            each->bytes[0] != HANDSHAKE_ENCRYPTED_EXTENSIONS)
            continue;
        samples_spoil(each, look);
        if (each->bytes[0] <= HANDSHAKE_SERVER_HELLO)
            samples_spoil(each, look_at_cut);
    }
}
END_TEST

START_TEST(extensions_have_a_ceiling)
{
    g_autoptr(GByteArray) list = g_byte_array_new();
    bytes_put(list, UINT64_C(4) * (LIMIT_EXTENSIONS + 1), 2);
    for (uint64_t i = 0; i <= LIMIT_EXTENSIONS; i++)
        bytes_put(list, i << 16, 4);
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader reader = reader_new(list->data, list->len);
    ck_assert(!hello_read_extensions(&reader, extensions));
    ck_assert_uint_eq(extensions->len, LIMIT_EXTENSIONS);
}
END_TEST

/* A client that greases suites, versions, groups and shares (RFC 8701): none of these may be
 * chosen. */
START_TEST(grease_is_never_chosen)
{
    static const Answer answers[] = {
        {.legacy_version = 0x0303, .suite = 0x0a0a, .version = 0x0304, .group = 29},
        {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x7a7a, .group = 29},
        {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 0x2a2a},
        {.legacy_version = 0x0303, .suite = 0x1301, .version = 0x0304, .group = 29},
    };
    static const char *const reasons[] = {
        "suite-not-offered", "version-not-offered suite-wrong-version", "group-not-offered", ""};
    g_autoptr(GByteArray) bytes = samples_hex(
        "01000052 0303 0101010101010101010101010101010101010101010101010101010101010101 00"
        "0004 0a0a1301 0100 0023 002b 0005 04 7a7a0304 000a 0006 0004 2a2a001d"
        "0033 000c 000a 2a2a 0001 00 001d 0001 aa");
    bytes->data[3] = (uint8_t)(bytes->len - 4);
    g_autoptr(ClientHello) client = hello_client_new(bytes->data, bytes->len);
    ck_assert_ptr_null(client->fault);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(GByteArray) answer = build(&answers[i], client);
        g_autoptr(ServerHello) server = hello_server_new(answer->data, answer->len);
        g_autoptr(GPtrArray) faults = hello_check(client, server, NULL);
        g_autofree char *found = reasons_of(faults);
        ck_assert_str_eq(found, reasons[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hello");
    TCase *tcase = tcase_create("hello");

    tcase_add_loop_test(tcase, dtls_keeps_to_the_rules_of_the_tls_it_is_like, 0,
                        G_N_ELEMENTS(dtls_rows));
    tcase_add_test(tcase, cookies_are_read);
    tcase_add_loop_test(tcase, illegal_answers_are_named, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, answers_keep_what_the_retry_announced, 0, G_N_ELEMENTS(after));
    tcase_add_test(tcase, real_answers_are_legal);
    tcase_add_test(tcase, client_hello_is_read);
    tcase_add_test(tcase, encrypted_extensions_are_checked);
    tcase_add_test(tcase, spoilt_hellos_do_no_harm);
    tcase_add_test(tcase, extensions_have_a_ceiling);
    tcase_add_test(tcase, grease_is_never_chosen);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
