/* The handshake messages: RFC 8446 section 4 and appendix B.3, RFC 5246 section 7.4, RFC 8422. */
#include "worker/tls/grammar.h"

#include "worker/tls/hello.h"

static const Part suite[] = {{"CipherSuite", PART_NUMBER, .width = 2, .say = say_suite}, {0}};
static const Part scheme[] = {{"SignatureScheme", PART_NUMBER, .width = 2, .say = say_scheme}, {0}};
static const Part method[] = {
    {"CompressionMethod", PART_NUMBER, .width = 1, .say = say_code, .codes = "compression"}, {0}};
static const Part certificate_type[] = {{"ClientCertificateType", PART_NUMBER, .width = 1,
                                         .say = say_code, .codes = "client-certificate-type"},
                                        {0}};
static const Part authority[] = {{"name", PART_CONTENT, .width = 2}, {0}};
static const Part certificate[] = {{"cert_data", PART_CONTENT, .width = 3}, {0}};
static const Part certificate_entry[] = {
    {"cert_data", PART_CONTENT, .width = 3}, {"extensions", PART_EXTENSIONS, .width = 2}, {0}};
static const Part ocsp_response[] = {{"OCSPResponse", PART_CONTENT, .width = 3}, {0}};

static const Part empty[] = {{0}};

static const Part client_hello[] = {
    {"legacy_version", PART_NUMBER, .width = 2, .say = say_version},
    {"random", PART_BYTES, .width = 32},
    {"legacy_session_id", PART_OPAQUE, .width = 1},
    {"cipher_suites", PART_LIST, .width = 2, .of = suite},
    {"legacy_compression_methods", PART_LIST, .width = 1, .of = method},
    {"extensions", PART_EXTENSIONS, .width = 2},
    {0}};

static const Part client_hello_dtls[] = {
    {"legacy_version", PART_NUMBER, .width = 2, .say = say_version},
    {"random", PART_BYTES, .width = 32},
    {"legacy_session_id", PART_OPAQUE, .width = 1},
    {"cookie", PART_OPAQUE, .width = 1},
    {"cipher_suites", PART_LIST, .width = 2, .of = suite},
    {"legacy_compression_methods", PART_LIST, .width = 1, .of = method},
    {"extensions", PART_EXTENSIONS, .width = 2},
    {0}};

static const Part server_hello[] = {
    {"legacy_version", PART_NUMBER, .width = 2, .say = say_version},
    {"random", PART_BYTES, .width = 32},
    {"legacy_session_id_echo", PART_OPAQUE, .width = 1},
    {"cipher_suite", PART_NUMBER, .width = 2, .say = say_suite, .chief = true},
    {"legacy_compression_method", PART_NUMBER, .width = 1, .say = say_code, .codes = "compression"},
    {"extensions", PART_EXTENSIONS, .width = 2},
    {0}};

static const Part server_hello_old[] = {
    {"server_version", PART_NUMBER, .width = 2, .say = say_version},
    {"random", PART_BYTES, .width = 32},
    {"session_id", PART_OPAQUE, .width = 1},
    {"cipher_suite", PART_NUMBER, .width = 2, .say = say_suite, .chief = true},
    {"compression_method", PART_NUMBER, .width = 1, .say = say_code, .codes = "compression"},
    {"extensions", PART_EXTENSIONS, .width = 2},
    {0}};

static const Part hello_verify_request[] = {
    {"server_version", PART_NUMBER, .width = 2, .say = say_version},
    {"cookie", PART_OPAQUE, .width = 1},
    {0}};

static const Part encrypted_extensions[] = {{"extensions", PART_EXTENSIONS, .width = 2}, {0}};

static const Part certificate_old[] = {
    {"certificate_list", PART_LIST, .width = 3, .of = certificate, .element = "ASN.1Cert"}, {0}};

static const Part certificate_13[] = {{"certificate_request_context", PART_OPAQUE, .width = 1},
                                      {"certificate_list", PART_LIST, .width = 3,
                                       .of = certificate_entry, .element = "CertificateEntry"},
                                      {0}};

static const Part compressed_certificate[] = {
    {"algorithm", PART_NUMBER, .width = 2, .say = say_code, .codes = "certificate-compression",
     .chief = true},
    {"uncompressed_length", PART_NUMBER, .width = 3, .say = say_bytes},
    {"compressed_certificate_message", PART_OPAQUE, .width = 3},
    {0}};

static const Part status_multi[] = {
    {"status_type", PART_NUMBER, .width = 1, .say = say_code, .codes = "status-type",
     .chief = true},
    {"ocsp_response_list", PART_LIST, .width = 3, .of = ocsp_response, .element = "response"},
    {0}};

static const Part status[] = {{"status_type", PART_NUMBER, .width = 1, .say = say_code,
                               .codes = "status-type", .chief = true},
                              {"response", PART_CONTENT, .width = 3},
                              {0}};

/* CertificateRequest */
static const Part request_12[] = {
    {"certificate_types", PART_LIST, .width = 1, .of = certificate_type},
    {"supported_signature_algorithms", PART_LIST, .width = 2, .of = scheme},
    {"certificate_authorities", PART_LIST, .width = 2, .of = authority,
     .element = "DistinguishedName"},
    {0}};

static const Part request_10[] = {
    {"certificate_types", PART_LIST, .width = 1, .of = certificate_type},
    {"certificate_authorities", PART_LIST, .width = 2, .of = authority,
     .element = "DistinguishedName"},
    {0}};

static const Part request_13[] = {{"certificate_request_context", PART_OPAQUE, .width = 1},
                                  {"extensions", PART_EXTENSIONS, .width = 2},
                                  {0}};

static const Part certificate_verify[] = {
    {"algorithm", PART_NUMBER, .width = 2, .say = say_scheme, .chief = true},
    {"signature", PART_OPAQUE, .width = 2},
    {0}};
static const Part certificate_verify_old[] = {{"signature", PART_OPAQUE, .width = 2}, {0}};

/* ServerKeyExchange has no form of its own: the cipher suite decides, which is not in the message.
 * So the form is the first that takes up the bytes exactly. TLS 1.2 names the signature's
 * algorithm, older versions do not; anonymous and PSK suites sign nothing. */
static const Part ecdh_params[] = {
    {"curve_type", PART_NUMBER, .width = 1, .say = say_code, .codes = "curve-type"},
    {"namedcurve", PART_NUMBER, .width = 2, .say = say_group, .chief = true},
    {"public", PART_OPAQUE, .width = 1},
    {0}};
static const Part dh_params[] = {{"dh_p", PART_OPAQUE, .width = 2},
                                 {"dh_g", PART_OPAQUE, .width = 2},
                                 {"dh_Ys", PART_OPAQUE, .width = 2},
                                 {0}};
static const Part rsa_params[] = {
    {"rsa_modulus", PART_OPAQUE, .width = 2}, {"rsa_exponent", PART_OPAQUE, .width = 2}, {0}};
static const Part signed_params[] = {{"algorithm", PART_NUMBER, .width = 2, .say = say_scheme},
                                     {"signature", PART_OPAQUE, .width = 2},
                                     {0}};
static const Part signed_old[] = {{"signature", PART_OPAQUE, .width = 2}, {0}};
static const Part hint[] = {{"psk_identity_hint", PART_OPAQUE, .width = 2}, {0}};

static const Part ecdhe_12[] = {{"ecdh_params", PART_INLINE, .of = ecdh_params},
                                {"signed_params", PART_INLINE, .of = signed_params},
                                {0}};
static const Part ecdhe_10[] = {{"ecdh_params", PART_INLINE, .of = ecdh_params},
                                {"signed_old", PART_INLINE, .of = signed_old},
                                {0}};
static const Part ecdhe_psk[] = {
    {"hint", PART_INLINE, .of = hint}, {"ecdh_params", PART_INLINE, .of = ecdh_params}, {0}};
static const Part dhe_12[] = {{"dh_params", PART_INLINE, .of = dh_params},
                              {"signed_params", PART_INLINE, .of = signed_params},
                              {0}};
static const Part dhe_10[] = {{"dh_params", PART_INLINE, .of = dh_params},
                              {"signed_old", PART_INLINE, .of = signed_old},
                              {0}};
static const Part dhe_psk[] = {
    {"hint", PART_INLINE, .of = hint}, {"dh_params", PART_INLINE, .of = dh_params}, {0}};
static const Part rsa_12[] = {{"rsa_params", PART_INLINE, .of = rsa_params},
                              {"signed_params", PART_INLINE, .of = signed_params},
                              {0}};
static const Part rsa_10[] = {{"rsa_params", PART_INLINE, .of = rsa_params},
                              {"signed_old", PART_INLINE, .of = signed_old},
                              {0}};
static const Part exchange_unknown[] = {{"params", .kind = PART_BYTES}, {0}};

static bool is_named_curve(Reader body)
{
    return reader_peek(&body) == 3;
}

static bool is_named_curve_behind_hint(Reader body)
{
    reader_vector(&body, 2);
    return reader_peek(&body) == 3;
}

/* A hint is shorter than any prime. */
static bool is_hint(Reader body)
{
    return reader_u16(&body) < 40;
}

/* An export key is shorter than the signature over it; a Diffie-Hellman value is not longer than
 * its prime. */
static bool is_export_rsa(Reader body)
{
    Reader modulus = reader_vector(&body, 2);
    reader_vector(&body, 2);
    Reader signature = reader_vector(&body, 2);
    return signature.size > modulus.size;
}

/* ClientKeyExchange: by the suite as well. */
static const Part exchange_ec[] = {{"ecdh_Yc", PART_OPAQUE, .width = 1}, {0}};
static const Part exchange_keys[] = {{"exchange_keys", PART_OPAQUE, .width = 2}, {0}};
static const Part exchange_psk_ec[] = {{"psk_identity", PART_TEXT, .width = 2, .chief = true},
                                       {"ecdh_Yc", PART_OPAQUE, .width = 1},
                                       {0}};
static const Part exchange_psk_keys[] = {{"psk_identity", PART_TEXT, .width = 2, .chief = true},
                                         {"exchange_keys", PART_OPAQUE, .width = 2},
                                         {0}};
static const Part exchange_bytes[] = {{"exchange_keys", .kind = PART_BYTES}, {0}};

static const Part ticket_13[] = {
    {"ticket_lifetime", PART_NUMBER, .width = 4, .say = say_seconds, .chief = true},
    {"ticket_age_add", PART_NUMBER, .width = 4},
    {"ticket_nonce", PART_OPAQUE, .width = 1},
    {"ticket", PART_OPAQUE, .width = 2},
    {"extensions", PART_EXTENSIONS, .width = 2},
    {0}};

static const Part ticket_old[] = {
    {"ticket_lifetime_hint", PART_NUMBER, .width = 4, .say = say_seconds, .chief = true},
    {"ticket", PART_OPAQUE, .width = 2},
    {0}};

static const Part finished[] = {{"verify_data", .kind = PART_BYTES}, {0}};

static const Part key_update[] = {{"request_update", PART_NUMBER, .width = 1, .say = say_code,
                                   .codes = "key-update", .chief = true},
                                  {0}};

static const Part next_protocol[] = {{"selected_protocol", PART_TEXT, .width = 1, .chief = true},
                                     {"padding", PART_OPAQUE, .width = 1},
                                     {0}};

static const Part message_hash[] = {{"hash", .kind = PART_BYTES}, {0}};

static bool is_dtls(Reader body)
{
    return version_is_dtls(reader_u16(&body));
}

static bool is_multi(Reader body)
{
    return reader_peek(&body) == 2;
}

static const Form messages[] = {
    {HANDSHAKE_HELLO_REQUEST, ERA_ANY, NULL, empty, NULL},
    {HANDSHAKE_CLIENT_HELLO, ERA_ANY, "CH", client_hello_dtls, is_dtls},
    {HANDSHAKE_CLIENT_HELLO, ERA_ANY, "CH", client_hello, NULL},
    {HANDSHAKE_SERVER_HELLO, ERA_RETRY, "HRR", server_hello, NULL},
    {HANDSHAKE_SERVER_HELLO, ERA_TLS13, "SH", server_hello, NULL},
    {HANDSHAKE_SERVER_HELLO, ERA_OLD, "SH2", server_hello_old, NULL},
    {HANDSHAKE_HELLO_VERIFY_REQUEST, ERA_ANY, NULL, hello_verify_request, NULL},
    {HANDSHAKE_NEW_SESSION_TICKET, ERA_TLS13, "NST", ticket_13, NULL},
    {HANDSHAKE_NEW_SESSION_TICKET, ERA_OLD, NULL, ticket_old, NULL},
    {HANDSHAKE_END_OF_EARLY_DATA, ERA_ANY, NULL, empty, NULL},
    {HANDSHAKE_ENCRYPTED_EXTENSIONS, ERA_ANY, "EE", encrypted_extensions, NULL},
    {HANDSHAKE_CERTIFICATE, ERA_TLS13, "CT", certificate_13, NULL},
    {HANDSHAKE_CERTIFICATE, ERA_OLD, NULL, certificate_old, NULL},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, ecdhe_12, is_named_curve},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, ecdhe_10, is_named_curve},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, ecdh_params, is_named_curve},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, hint, is_hint},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, dhe_psk, is_hint},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, ecdhe_psk, is_named_curve_behind_hint},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, rsa_10, is_export_rsa},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, dhe_12, NULL},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, dhe_10, NULL},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, dh_params, NULL},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, rsa_12, NULL},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, ERA_ANY, NULL, exchange_unknown, NULL},
    {HANDSHAKE_CERTIFICATE_REQUEST, ERA_TLS13, "CR", request_13, NULL},
    {HANDSHAKE_CERTIFICATE_REQUEST, ERA_OLD, NULL, request_12, NULL},
    {HANDSHAKE_CERTIFICATE_REQUEST, ERA_OLD, NULL, request_10, NULL},
    {HANDSHAKE_SERVER_HELLO_DONE, ERA_ANY, NULL, empty, NULL},
    {HANDSHAKE_CERTIFICATE_VERIFY, ERA_ANY, NULL, certificate_verify, NULL},
    {HANDSHAKE_CERTIFICATE_VERIFY, ERA_OLD, NULL, certificate_verify_old, NULL},
    {HANDSHAKE_CLIENT_KEY_EXCHANGE, ERA_ANY, NULL, exchange_ec, NULL},
    {HANDSHAKE_CLIENT_KEY_EXCHANGE, ERA_ANY, NULL, exchange_keys, NULL},
    {HANDSHAKE_CLIENT_KEY_EXCHANGE, ERA_ANY, NULL, exchange_psk_ec, NULL},
    {HANDSHAKE_CLIENT_KEY_EXCHANGE, ERA_ANY, NULL, exchange_psk_keys, NULL},
    {HANDSHAKE_CLIENT_KEY_EXCHANGE, ERA_ANY, NULL, exchange_bytes, NULL},
    {HANDSHAKE_FINISHED, ERA_ANY, NULL, finished, NULL},
    {HANDSHAKE_CERTIFICATE_STATUS, ERA_ANY, NULL, status_multi, is_multi},
    {HANDSHAKE_CERTIFICATE_STATUS, ERA_ANY, NULL, status, NULL},
    {HANDSHAKE_KEY_UPDATE, ERA_ANY, NULL, key_update, NULL},
    {HANDSHAKE_COMPRESSED_CERTIFICATE, ERA_ANY, NULL, compressed_certificate, NULL},
    {HANDSHAKE_NEXT_PROTOCOL, ERA_ANY, NULL, next_protocol, NULL},
    {HANDSHAKE_MESSAGE_HASH, ERA_ANY, NULL, message_hash, NULL},
};

static bool fits_run(const Part *parts, Reader *reader);

static bool fits_part(const Part *part, Reader *reader)
{
    switch (part->kind) {
    case PART_INLINE:
        return fits_run(part->of, reader);
    case PART_NUMBER:
        return reader_skip(reader, part->width);
    case PART_EXTENSIONS:
        if (reader_at_end(reader))
            return true;
        reader_vector(reader, part->width);
        return !reader->failed;
    case PART_BYTES:
        return reader_skip(reader, part->width ? part->width : reader_left(reader));
    default:
        if (part->width == 0)
            return reader_skip(reader, reader_left(reader));
        reader_vector(reader, part->width);
        return !reader->failed;
    }
}

static bool fits_run(const Part *parts, Reader *reader)
{
    for (; parts->name; parts++)
        if (!fits_part(parts, reader))
            return false;
    return true;
}

bool grammar_fits(const Part *parts, Reader reader)
{
    return fits_run(parts, &reader) && reader_at_end(&reader);
}

const Part *grammar_message(uint8_t type, Era era, Reader body, const char **bearer)
{
    const Form *first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        const Form *form = &messages[i];
        if (form->number != type || (form->era != ERA_ANY && form->era != era) ||
            (form->guard && !form->guard(body)))
            continue;
        if (!first)
            first = form;
        if (grammar_fits(form->parts, body)) {
            first = form;
            break;
        }
    }
    *bearer = first ? first->bearer : NULL;
    return first ? first->parts : NULL;
}

/* One of the names, which are separated by spaces. */
static bool names(const char *list, const char *name)
{
    if (!list)
        return true;
    g_auto(GStrv) words = g_strsplit(list, " ", 0);
    return name && g_strv_contains((const char *const *)words, name);
}

const Part *grammar_extension(uint16_t type, const char *bearer, Reader data)
{
    const Form *first = NULL;
    for (size_t i = 0; i < grammar_extensions_size; i++) {
        const Form *form = &grammar_extensions[i];
        if (form->number != type || !names(form->bearer, bearer) ||
            (form->guard && !form->guard(data)))
            continue;
        if (!first)
            first = form;
        if (grammar_fits(form->parts, data))
            return form->parts;
    }
    return first ? first->parts : NULL;
}
