#include "tests/check.h"
#include "tests/worker/tls/samples.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/explain.h"

/* Every byte of a field that has children belongs to one of them, in order; values are never
 * missing. */
static void check_tiles(const Field *field)
{
    ck_assert_ptr_nonnull(field->value);
    if (!field->children)
        return;
    size_t at = field->offset;
    for (guint i = 0; i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        ck_assert_msg(child->offset == at, "%s.%s at %zu, not %zu", field->name, child->name,
                      child->offset, at);
        ck_assert_ptr_eq(child->parent, field);
        at += child->length;
        check_tiles(child);
    }
    ck_assert_msg(at == field->offset + field->length, "%s ends at %zu, its fields at %zu",
                  field->name, field->offset + field->length, at);
}

static bool has_notes(const Field *field)
{
    bool found = field->notes != NULL;
    for (guint i = 0; field->children && i < field->children->len; i++)
        found = found || has_notes(g_ptr_array_index(field->children, i));
    return found;
}

/* The field at a path of names, separated by "/". */
static const Field *at(const Field *field, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", 0);
    for (char **name = names; *name; name++) {
        const Field *found = NULL;
        for (guint i = 0; field->children && i < field->children->len && !found; i++) {
            const Field *child = g_ptr_array_index(field->children, i);
            found = strcmp(child->name, *name) == 0 ? child : NULL;
        }
        ck_assert_msg(found != NULL, "no %s in %s", *name, path);
        field = found;
    }
    return field;
}

START_TEST(real_messages_are_whole)
{
    g_autoptr(GPtrArray) samples = samples_load();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        g_autoptr(Field) root = tls_explain(sample->bytes, sample->size, sample->version >= 0x0304);
        ck_assert_str_eq(root->name, sample->name);
        ck_assert_uint_eq(root->length, sample->size);
        ck_assert_msg(!has_notes(root), "%s %s", sample->handshake, sample->name);
        check_tiles(root);
    }
}
END_TEST

/* A field of a sample, where it stands, and what it says. */
static const struct Row {
    const char *handshake;
    const char *name;
    const char *path;
    size_t offset;
    size_t length;
    const char *value;
} rows[] = {
    {"tls13-resumed", "ClientHello", "legacy_version", 4, 2, "TLS 1.2 (0x0303)"},
    {"tls13-resumed", "ClientHello", "cipher_suites/CipherSuite", 73, 2,
     "TLS_AES_256_GCM_SHA384 (0x1302)"},
    {"tls13-resumed", "ClientHello", "cipher_suites/length", 71, 2, "62 bytes"},
    {"tls13-resumed", "ClientHello", "extensions/key_share", 250, 42, "x25519"},
    {"tls13-resumed", "ClientHello", "extensions/key_share/client_shares/KeyShareEntry/group", 256,
     2, "x25519 (0x001D)"},
    {"tls13-resumed", "ClientHello", "extensions/early_data", 292, 4, ""},
    {"tls13-resumed", "ClientHello",
     "extensions/pre_shared_key/identities/PskIdentity/obfuscated_ticket_age", 336, 4,
     "3097970423"},
    {"tls13-resumed", "ServerHello", "extensions/pre_shared_key/selected_identity", 126, 2, "0"},
    {"tls13-usual", "ClientHello", "extensions/server_name/server_name_list/ServerName/host_name",
     146, 16, "server.example"},
    {"tls13-usual", "ClientHello", "extensions/application_layer_protocol_negotiation", 209, 18,
     "h2, http/1.1"},
    {"tls13-retry", "HelloRetryRequest", "extensions/key_share/selected_group", 86, 2,
     "secp384r1 (0x0018)"},
    {"tls13-retry", "HelloRetryRequest", "extensions/supported_versions/selected_version", 80, 2,
     "TLS 1.3 (0x0304)"},
    {"tls13-usual", "Certificate", "certificate_list", 5, 1400, "2 elements"},
    {"tls13-usual", "Certificate",
     "certificate_list/CertificateEntry/extensions/status_request/response", 614, 5, "30030a0106"},
    {"tls13-usual", "CertificateVerify", "algorithm", 4, 2, "ecdsa_secp256r1_sha256 (0x0403)"},
    {"tls13-usual", "NewSessionTicket", "ticket_lifetime", 4, 4, "7200 s"},
    {"tls13-request", "KeyUpdate", "request_update", 4, 1, "update_requested (1)"},
    {"tls12-ecdhe", "ServerHello", "server_version", 4, 2, "TLS 1.2 (0x0303)"},
    {"tls12-ecdhe", "ServerKeyExchange", "namedcurve", 5, 2, "x25519 (0x001D)"},
    {"tls12-ecdhe", "ServerKeyExchange", "algorithm", 40, 2, "ecdsa_secp256r1_sha256 (0x0403)"},
    {"tls12-ecdhe", "CertificateRequest", "certificate_types", 4, 4,
     "rsa_sign (1), dss_sign (2), ecdsa_sign (64)"},
    {"tls12-ecdhe", "CertificateRequest", "certificate_authorities/DistinguishedName/name", 54, 22,
     "30143112301006035504030c095465737420526f6f74"},
    {"tls10-request", "CertificateRequest", "certificate_authorities/DistinguishedName/name", 12,
     22, "30143112301006035504030c095465737420526f6f74"},
    {"tls10-request", "CertificateVerify", "signature", 4, 72, NULL},
    {"tls11-dhe", "ServerKeyExchange", "dh_g", 262, 3, "02"},
    {"tls10-anon", "ServerKeyExchange", "dh_Ys", 393, 386, NULL},
    {"tls12-psk-plain", "ServerKeyExchange", "psk_identity_hint", 4, 5, "77686f"},
    {"tls12-psk-ecdhe", "ClientKeyExchange", "psk_identity", 4, 4, "me"},
    {"tls12-ecdhe", "CertificateStatus", "status_type", 4, 1, "ocsp (1)"},
};

START_TEST(fields_say_what_stands_there)
{
    const struct Row *row = &rows[_i];
    g_autoptr(GPtrArray) samples = samples_load();
    const Sample *sample = samples_find(samples, row->handshake, row->name);
    g_autoptr(Field) root = tls_explain(sample->bytes, sample->size, sample->version >= 0x0304);
    const Field *field = at(root, row->path);
    ck_assert_uint_eq(field->offset, row->offset);
    ck_assert_uint_eq(field->length, row->length);
    if (row->value)
        ck_assert_str_eq(field->value->str, row->value);
}
END_TEST

/* A ClientHello, or another message with extensions, around a list of extensions. */
static GByteArray *with_extensions(uint8_t type, const char *before, const char *extensions)
{
    g_autoptr(GByteArray) head = samples_hex(before);
    g_autoptr(GByteArray) list = samples_hex(extensions);
    GByteArray *message = g_byte_array_new();
    bytes_put(message, type, 1);
    bytes_put(message, head->len + list->len + 2, 3);
    if (head->len)
        g_byte_array_append(message, head->data, head->len);
    bytes_put(message, list->len, 2);
    if (list->len)
        g_byte_array_append(message, list->data, list->len);
    return message;
}

#define RANDOM "0101010101010101010101010101010101010101010101010101010101010101"
#define CLIENT "0303 " RANDOM " 00 0004 0a0a1301 0100"
#define SERVER "0303 " RANDOM " 00 1301 00"

/* Extensions that the samples have not, the message that bears them, and a field in them. */
static const struct Made {
    uint8_t type;
    bool tls13;
    const char *extension;
    const char *path;
    const char *value;
} made[] = {
    {1, true, "0a0a 0000", "GREASE", "GREASE (0x0A0A)"},
    {1, true, "1234 0002 abcd", "extension/extension_data", "abcd"},
    {1, true, "1234 0002 abcd", "extension", "0x1234"},
    {1, true, "0001 0001 04", "max_fragment_length", "2^12 (4)"},
    {1, true, "000c 0003 02 6d65", "srp", "me"},
    {1, true, "000e 0007 0004 00010007 00", "use_srtp",
     "SRTP_AES128_CM_HMAC_SHA1_80 (1), SRTP_AEAD_AES_128_GCM (7)"},
    {1, true, "000f 0001 01", "heartbeat", "peer_allowed_to_send (1)"},
    {1, true, "0011 0009 0007 02 0004 0000 0000", "status_request_v2", "ocsp_multi (2)"},
    {1, true, "0013 0003 02 0200", "client_certificate_type", "RawPublicKey (2), X509 (0)"},
    {8, true, "0014 0001 02", "server_certificate_type", "RawPublicKey (2)"},
    {1, true, "0015 0003 000000", "padding/padding", "000000"},
    {1, true, "0018 0005 01 00 02 0102", "token_binding/key_parameters_list", "1, 2"},
    {1, true, "001b 0005 04 00020001", "compress_certificate", "brotli (2), zlib (1)"},
    {8, true, "001c 0002 4001", "record_size_limit", "16385 bytes"},
    {1, true, "0022 0004 0002 0403", "delegated_credential", "ecdsa_secp256r1_sha256"},
    {4, true, "002a 0004 00004000", "early_data", "16384 bytes"},
    {1, true, "002b 0005 04 7a7a0304", "supported_versions", "GREASE, TLS 1.3"},
    {1, true, "002f 0007 0005 0003 300100", "certificate_authorities/authorities/DistinguishedName",
     ""},
    {13, true, "0030 0007 0005 01 aa 0001 bb", "oid_filters/filters/OIDFilter", ""},
    {1, true, "0031 0000", "post_handshake_auth/length", "0 bytes"},
    {1, true, "0032 0004 0002 0807", "signature_algorithms_cert", "ed25519"},
    {1, true, "0033 000c 000a 2a2a 0001 00 001d 0001 01", "key_share", "GREASE, x25519"},
    {2, true, "0033 0005 001d 0001 01", "key_share", "x25519 (0x001D)"},
    {1, true, "0039 0002 0401", "quic_transport_parameters/parameters", "0401"},
    {1, true, "003a 0002 02 01", "ticket_request/new_session_count", "2"},
    {1, true, "002c 0003 0001 77", "cookie/cookie", "77"},
    {8, true, "4469 0001 aa", "application_settings_old/settings", "aa"},
    {8, true, "44cd 0001 aa", "application_settings/settings", "aa"},
    {1, true, "0036 0003 02 aabb", "connection_id/cid", "aabb"},
    {1, true, "fe0d 000c 00 0001 0003 05 0001 aa 0001 bb", "encrypted_client_hello", "outer (0)"},
    {1, true, "fe0d 000c 00 0001 0003 05 0001 aa 0001 bb", "encrypted_client_hello/aead_id",
     "ChaCha20Poly1305 (3)"},
    {1, true, "fe0d 0001 01", "encrypted_client_hello", "inner (1)"},
    {8, true, "fe0d 001a 0018 fe0d 0014 05 0020 0001 aa 0004 00010001 20 04 6563682e 0000",
     "encrypted_client_hello", "ech."},
    {2, false, "3374 0006 02 6832 02 6833", "next_protocol_negotiation", "h2, h3"},
    {2, false, "ff01 0001 00", "renegotiation_info/renegotiated_connection", "empty"},
    {2, false, "0012 0031 002f 002d 00 " RANDOM " 0000018bcfe56800 0000 0403 ",
     "signed_certificate_timestamp", NULL},
};

static const char *before_extensions(uint8_t type)
{
    switch (type) {
    case 1:
        return CLIENT;
    case 2:
        return SERVER;
    case 4:
        return "00000e10 00000000 00 0001 aa";
    case 13:
        return "00";
    default:
        return "";
    }
}

START_TEST(extensions_are_decoded)
{
    const struct Made *row = &made[_i];
    g_autoptr(GByteArray) bytes =
        with_extensions(row->type, before_extensions(row->type), row->extension);
    g_autoptr(Field) root = tls_explain(bytes->data, bytes->len, row->tls13);
    g_autofree char *path = g_strconcat("extensions/", row->path, NULL);
    const Field *field = at(root, path);
    check_tiles(root);
    if (row->value) {
        ck_assert_str_eq(field->value->str, row->value);
        ck_assert(!has_notes(root));
    }
}
END_TEST

START_TEST(sct_lists_are_decoded)
{
    g_autoptr(GByteArray) bytes = with_extensions(
        2, SERVER, "0012 0037 0035 0033 00 " RANDOM " 0000018bcfe56800 0000 0403 0004 30020500");
    g_autoptr(Field) root = tls_explain(bytes->data, bytes->len, false);
    check_tiles(root);
    ck_assert(!has_notes(root));
    const Field *sct = at(root, "extensions/signed_certificate_timestamp/sct_list/SerializedSCT");
    ck_assert_str_eq(at(sct, "timestamp")->value->str,
                     "2023-11-14 22:13:20 UTC (1700000000000 ms)");
    ck_assert_str_eq(at(sct, "algorithm")->value->str, "ecdsa_secp256r1_sha256 (0x0403)");
}
END_TEST

START_TEST(what_does_not_split_is_a_leaf_and_the_rest_goes_on)
{
    g_autoptr(GByteArray) bytes = with_extensions(
        1, CLIENT, "000a 0004 0008 001d 0010 0003 0001 02 0017 0001 ff 002b 0003 02 0304");
    g_autoptr(Field) root = tls_explain(bytes->data, bytes->len, true);
    check_tiles(root);
    const Field *groups = at(root, "extensions/supported_groups/named_group_list");
    ck_assert_ptr_null(groups->children);
    ck_assert_uint_eq(groups->length, 4);
    ck_assert_str_eq(groups->value->str, "0008001d");
    ck_assert_str_eq(g_ptr_array_index(groups->notes, 0), "message-malformed");
    ck_assert_ptr_nonnull(at(root, "extensions/extended_master_secret/trailing")->notes);
    ck_assert_str_eq(at(root, "extensions/supported_versions")->value->str, "TLS 1.3");
}
END_TEST

START_TEST(unknown_messages_and_trailing_bytes_are_fields)
{
    g_autoptr(GByteArray) unknown = samples_hex("c8000002 abcd ff");
    g_autoptr(Field) root = tls_explain(unknown->data, unknown->len, true);
    check_tiles(root);
    ck_assert_str_eq(root->name, "HandshakeType 200");
    ck_assert_str_eq(at(root, "body")->value->str, "abcd");
    ck_assert_ptr_nonnull(at(root, "trailing")->notes);
    g_autoptr(Field) nothing = tls_explain(NULL, 0, true);
    check_tiles(nothing);
}
END_TEST

START_TEST(the_number_of_fields_has_a_ceiling)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    const uint64_t count = 100000;
    bytes_put(message, 11, 1);
    bytes_put(message, 3 + count * 3, 3);
    bytes_put(message, count * 3, 3);
    for (uint64_t i = 0; i < count; i++)
        bytes_put(message, 0, 3);
    g_autoptr(Field) root = tls_explain(message->data, message->len, false);
    const Field *list = at(root, "certificate_list");
    ck_assert_uint_lt(list->children->len, LIMIT_FIELDS);
    ck_assert_uint_gt(list->children->len, LIMIT_FIELDS / 4);
    ck_assert_str_eq(g_ptr_array_index(root->notes, 0), "der-too-many");
}
END_TEST

static void look(const uint8_t *bytes, size_t size, bool tls13)
{
    g_autoptr(Field) root = tls_explain(bytes, size, tls13);
    check_tiles(root);
}

START_TEST(spoilt_messages_are_still_whole)
{
    g_autoptr(GPtrArray) samples = samples_load();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        if (sample->size < 500 || strcmp(sample->handshake, "tls13-usual") == 0)
            samples_spoil(sample, look);
    }
}
END_TEST

static void collect(const Field *field, GHashTable *ids)
{
    if (field->id) {
        ck_assert_msg(registry_about(field->id) != NULL, "%s", field->id);
        g_hash_table_add(ids, g_strdup(field->id));
    }
    for (guint i = 0; field->children && i < field->children->len; i++)
        collect(g_ptr_array_index(field->children, i), ids);
}

static void collect_bytes(const GByteArray *bytes, bool tls13, GHashTable *ids)
{
    g_autoptr(Field) root = tls_explain(bytes->data, bytes->len, tls13);
    collect(root, ids);
}

#define DTLS_HELLO "0100002c feff " RANDOM " 00 02 abcd 0002 002f 01 00"

/* Messages that the samples have not. */
static const char *const other_messages[] = {
    "00000000", "03000004 feff 01 aa", "19000009 0001 000010 000001 aa", "43000005 02 6832 01 00"};

/* In DTLS the cookie stands behind the session id. */
START_TEST(hellos_of_dtls_have_a_cookie)
{
    g_autoptr(GByteArray) bytes = samples_hex(DTLS_HELLO);
    g_autoptr(Field) root = tls_explain(bytes->data, bytes->len, false);
    check_tiles(root);
    ck_assert(!has_notes(root));
    ck_assert_str_eq(at(root, "legacy_version")->value->str, "DTLS 1.0 (0xFEFF)");
    ck_assert_str_eq(at(root, "cookie")->value->str, "abcd");
    ck_assert_uint_eq(at(root, "cookie")->offset, 39);
    g_autoptr(GByteArray) verify = samples_hex("03000004 feff 01 aa");
    g_autoptr(Field) request = tls_explain(verify->data, verify->len, false);
    check_tiles(request);
    ck_assert_str_eq(at(request, "cookie")->value->str, "aa");
}
END_TEST

START_TEST(every_explanation_has_its_field)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) samples = samples_load();
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index(samples, i);
        g_autoptr(Field) root = tls_explain(sample->bytes, sample->size, sample->version >= 0x0304);
        collect(root, ids);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autoptr(GByteArray) bytes =
            with_extensions(made[i].type, before_extensions(made[i].type), made[i].extension);
        collect_bytes(bytes, made[i].tls13, ids);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(other_messages); i++) {
        g_autoptr(GByteArray) bytes = samples_hex(other_messages[i]);
        collect_bytes(bytes, true, ids);
    }
    g_autoptr(GByteArray) hello = samples_hex(DTLS_HELLO);
    collect_bytes(hello, false, ids);
    g_autoptr(GByteArray) datagram =
        samples_hex("16 fefd 0000 000000000001 000d 0b 000006 0002 000001 000001 aa");
    g_autoptr(Field) root = tls_explain_datagram(datagram->data, datagram->len);
    collect(root, ids);
    size_t count = 0;
    const About *abouts = registry_abouts(&count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(!g_str_has_prefix(abouts[i].id, "tls.") ||
                          g_hash_table_contains(ids, abouts[i].id),
                      "no field is %s", abouts[i].id);
}
END_TEST

/* ---- SSL 2.0 ---- */

static const struct Ssl2Row {
    const char *hex, *path, *value;
    guint offset, length;
    bool noted;
} ssl2_rows[] = {
    {"01 0002 0006 0000 0010 010080 0700c0 00112233445566778899aabbccddeeff",
     "CIPHER-SPECS-DATA/CIPHER-KIND", "SSL_CK_RC4_128_WITH_MD5 (0x010080)", 9, 3, false},
    {"01 0002 0006 0000 0010 010080 0700c0 00112233445566778899aabbccddeeff", "CHALLENGE-DATA",
     "00112233445566778899aabbccddeeff", 15, 16, false},
    {"04 00 01 0002 0002 0003 0001 3000 0700c0 ee", "CERTIFICATE-DATA", "3000", 11, 2, false},
    {"04 00 01 0002 0002 0003 0001 3000 0700c0 ee", "CONNECTION-ID-DATA", "ee", 16, 1, false},
    {"04 00 01 0002 0002 0003 0001 3000 0700c0 ee", "SERVER-VERSION", "SSL 2.0 (0x0002)", 3, 2,
     false},
    {"04 00 01 0002 0009 0003 0001 3000 0700c0", "CERTIFICATE-DATA", "30000700c0", 11, 5, true},
    {"04 00 01 0002 0000 0004 0000 0700c0 01", "CIPHER-SPECS-DATA/trailing", "01", 14, 1, true},
    {"00 0001", "ERROR-CODE", "NO-CIPHER-ERROR (1)", 1, 2, false},
    {"00 0001 aa", "trailing", "aa", 3, 1, true},
    {"77 0001", "body", "770001", 0, 3, true},
};

START_TEST(ssl2_is_explained)
{
    const struct Ssl2Row *row = &ssl2_rows[_i];
    g_autoptr(GByteArray) bytes = samples_hex(row->hex);
    g_autoptr(Field) root = tls_explain_ssl2(bytes->data, bytes->len);
    check_tiles(root);
    const Field *field = at(root, row->path);
    ck_assert_str_eq(field->value->str, row->value);
    ck_assert_uint_eq(field->offset, row->offset);
    ck_assert_uint_eq(field->length, row->length);
    ck_assert(has_notes(root) == row->noted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tcase = tcase_create("explain");

    tcase_add_test(tcase, real_messages_are_whole);
    tcase_add_loop_test(tcase, fields_say_what_stands_there, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tcase, extensions_are_decoded, 0, G_N_ELEMENTS(made));
    tcase_add_test(tcase, sct_lists_are_decoded);
    tcase_add_test(tcase, what_does_not_split_is_a_leaf_and_the_rest_goes_on);
    tcase_add_test(tcase, unknown_messages_and_trailing_bytes_are_fields);
    tcase_add_test(tcase, the_number_of_fields_has_a_ceiling);
    tcase_add_test(tcase, spoilt_messages_are_still_whole);
    tcase_add_test(tcase, hellos_of_dtls_have_a_cookie);
    tcase_add_test(tcase, every_explanation_has_its_field);
    tcase_add_loop_test(tcase, ssl2_is_explained, 0, G_N_ELEMENTS(ssl2_rows));
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
