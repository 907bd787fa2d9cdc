/* The extensions: RFC 8446 section 4.2, RFC 6066, and the registry's others. */
#include "worker/tls/grammar.h"

#include "worker/tls/hello.h"

static const Part empty[] = {{0}};

static const Part version[] = {{"ProtocolVersion", PART_NUMBER, .width = 2, .say = say_version},
                               {0}};
static const Part group[] = {{"NamedGroup", PART_NUMBER, .width = 2, .say = say_group}, {0}};
static const Part scheme[] = {{"SignatureScheme", PART_NUMBER, .width = 2, .say = say_scheme}, {0}};
static const Part protocol[] = {{"ProtocolName", PART_TEXT, .width = 1}, {0}};
static const Part point_format[] = {
    {"ECPointFormat", PART_NUMBER, .width = 1, .say = say_code, .codes = "point-format"}, {0}};
static const Part psk_mode[] = {
    {"PskKeyExchangeMode", PART_NUMBER, .width = 1, .say = say_code, .codes = "psk-mode"}, {0}};
static const Part certificate_type[] = {
    {"CertificateType", PART_NUMBER, .width = 1, .say = say_code, .codes = "certificate-type"},
    {0}};
static const Part compression[] = {{"CertificateCompressionAlgorithm", PART_NUMBER, .width = 2,
                                    .say = say_code, .codes = "certificate-compression"},
                                   {0}};
static const Part profile[] = {
    {"SRTPProtectionProfile", PART_NUMBER, .width = 2, .say = say_code, .codes = "srtp-profile"},
    {0}};
static const Part key_parameter[] = {{"TokenBindingKeyParameters", PART_NUMBER, .width = 1}, {0}};
static const Part binder[] = {{"PskBinderEntry", PART_OPAQUE, .width = 1}, {0}};
static const Part responder[] = {{"ResponderID", PART_OPAQUE, .width = 2}, {0}};
static const Part name[] = {{"name", PART_CONTENT, .width = 2}, {0}};

static const Part server_name_entry[] = {
    {"name_type", PART_NUMBER, .width = 1, .say = say_code, .codes = "name-type"},
    {"host_name", PART_TEXT, .width = 2, .chief = true},
    {0}};
static const Part server_name[] = {{"server_name_list", PART_LIST, .width = 2,
                                    .of = server_name_entry, .element = "ServerName",
                                    .chief = true},
                                   {0}};

static const Part max_fragment_length[] = {{"max_fragment_length", PART_NUMBER, .width = 1,
                                            .say = say_code, .codes = "max-fragment",
                                            .chief = true},
                                           {0}};

static const Part ocsp_request[] = {{"responder_id_list", PART_LIST, .width = 2, .of = responder},
                                    {"request_extensions", PART_OPAQUE, .width = 2},
                                    {0}};
static const Part status_request[] = {{"status_type", PART_NUMBER, .width = 1, .say = say_code,
                                       .codes = "status-type", .chief = true},
                                      {"responder_id_list", PART_LIST, .width = 2, .of = responder},
                                      {"request_extensions", PART_OPAQUE, .width = 2},
                                      {0}};
static const Part status_item[] = {{"status_type", PART_NUMBER, .width = 1, .say = say_code,
                                    .codes = "status-type", .chief = true},
                                   {"request", PART_STRUCT, .width = 2, .of = ocsp_request},
                                   {0}};
static const Part status_request_v2[] = {
    {"certificate_status_req_list", PART_LIST, .width = 2, .of = status_item,
     .element = "CertificateStatusRequestItemV2", .chief = true},
    {0}};
static const Part certificate_status[] = {{"status_type", PART_NUMBER, .width = 1, .say = say_code,
                                           .codes = "status-type", .chief = true},
                                          {"response", PART_CONTENT, .width = 3},
                                          {0}};

static const Part supported_groups[] = {
    {"named_group_list", PART_LIST, .width = 2, .of = group, .chief = true}, {0}};
static const Part ec_point_formats[] = {
    {"ec_point_format_list", PART_LIST, .width = 1, .of = point_format, .chief = true}, {0}};
static const Part signature_algorithms[] = {
    {"supported_signature_algorithms", PART_LIST, .width = 2, .of = scheme, .chief = true}, {0}};
static const Part srp[] = {{"srp_I", PART_TEXT, .width = 1, .chief = true}, {0}};
static const Part use_srtp[] = {
    {"SRTPProtectionProfiles", PART_LIST, .width = 2, .of = profile, .chief = true},
    {"srtp_mki", PART_OPAQUE, .width = 1},
    {0}};
static const Part heartbeat[] = {
    {"mode", PART_NUMBER, .width = 1, .say = say_code, .codes = "heartbeat-mode", .chief = true},
    {0}};
static const Part alpn[] = {
    {"protocol_name_list", PART_LIST, .width = 2, .of = protocol, .chief = true}, {0}};

/* SignedCertificateTimestamp, RFC 6962 section 3.2 */
static const Part sct[] = {
    {"sct_version", PART_NUMBER, .width = 1, .say = say_code, .codes = "sct-version"},
    {"log_id", PART_BYTES, .width = 32},
    {"timestamp", PART_NUMBER, .width = 8, .say = say_milliseconds, .chief = true},
    {"extensions", PART_OPAQUE, .width = 2},
    {"algorithm", PART_NUMBER, .width = 2, .say = say_scheme},
    {"signature", PART_OPAQUE, .width = 2},
    {0}};
static const Part sct_entry[] = {{"SerializedSCT", PART_STRUCT, .width = 2, .of = sct}, {0}};
static const Part sct_list[] = {{"sct_list", PART_LIST, .width = 2, .of = sct_entry, .chief = true},
                                {0}};

static const Part certificate_types[] = {
    {"certificate_types", PART_LIST, .width = 1, .of = certificate_type, .chief = true}, {0}};
static const Part chosen_certificate_type[] = {{"certificate_type", PART_NUMBER, .width = 1,
                                                .say = say_code, .codes = "certificate-type",
                                                .chief = true},
                                               {0}};
static const Part padding[] = {{"padding", .kind = PART_BYTES}, {0}};
static const Part token_binding[] = {
    {"major", PART_NUMBER, .width = 1},
    {"minor", PART_NUMBER, .width = 1},
    {"key_parameters_list", PART_LIST, .width = 1, .of = key_parameter},
    {0}};
static const Part compress_certificate[] = {
    {"algorithms", PART_LIST, .width = 1, .of = compression, .chief = true}, {0}};
static const Part record_size_limit[] = {
    {"record_size_limit", PART_NUMBER, .width = 2, .say = say_bytes, .chief = true}, {0}};
static const Part delegated_credential[] = {
    {"valid_time", PART_NUMBER, .width = 4, .say = say_seconds},
    {"dc_cert_verify_algorithm", PART_NUMBER, .width = 2, .say = say_scheme, .chief = true},
    {"ASN1_subjectPublicKeyInfo", PART_CONTENT, .width = 3},
    {"algorithm", PART_NUMBER, .width = 2, .say = say_scheme},
    {"signature", PART_OPAQUE, .width = 2},
    {0}};
static const Part session_ticket[] = {{"ticket", .kind = PART_BYTES}, {0}};

static const Part psk_identity[] = {
    {"identity", PART_OPAQUE, .width = 2}, {"obfuscated_ticket_age", PART_NUMBER, .width = 4}, {0}};
static const Part offered_psks[] = {
    {"identities", PART_LIST, .width = 2, .of = psk_identity, .element = "PskIdentity"},
    {"binders", PART_LIST, .width = 2, .of = binder},
    {0}};
static const Part selected_psk[] = {{"selected_identity", PART_NUMBER, .width = 2, .chief = true},
                                    {0}};
static const Part early_data[] = {
    {"max_early_data_size", PART_NUMBER, .width = 4, .say = say_bytes, .chief = true}, {0}};
static const Part supported_versions[] = {
    {"versions", PART_LIST, .width = 1, .of = version, .chief = true}, {0}};
static const Part selected_version[] = {
    {"selected_version", PART_NUMBER, .width = 2, .say = say_version, .chief = true}, {0}};
static const Part cookie[] = {{"cookie", PART_OPAQUE, .width = 2}, {0}};
static const Part psk_modes[] = {{"ke_modes", PART_LIST, .width = 1, .of = psk_mode, .chief = true},
                                 {0}};
static const Part authorities[] = {
    {"authorities", PART_LIST, .width = 2, .of = name, .element = "DistinguishedName"}, {0}};
static const Part oid_filter[] = {{"certificate_extension_oid", PART_OPAQUE, .width = 1},
                                  {"certificate_extension_values", PART_OPAQUE, .width = 2},
                                  {0}};
static const Part oid_filters[] = {
    {"filters", PART_LIST, .width = 2, .of = oid_filter, .element = "OIDFilter"}, {0}};

static const Part share[] = {{"group", PART_NUMBER, .width = 2, .say = say_group, .chief = true},
                             {"key_exchange", PART_OPAQUE, .width = 2},
                             {0}};
static const Part client_shares[] = {{"client_shares", PART_LIST, .width = 2, .of = share,
                                      .element = "KeyShareEntry", .chief = true},
                                     {0}};
static const Part server_share[] = {{"server_share", PART_STRUCT, .of = share, .chief = true}, {0}};
static const Part selected_group[] = {
    {"selected_group", PART_NUMBER, .width = 2, .say = say_group, .chief = true}, {0}};

static const Part connection_id[] = {{"cid", PART_OPAQUE, .width = 1}, {0}};
static const Part quic_parameters[] = {{"parameters", .kind = PART_BYTES}, {0}};
static const Part ticket_request[] = {{"new_session_count", PART_NUMBER, .width = 1},
                                      {"resumption_count", PART_NUMBER, .width = 1},
                                      {0}};
static const Part next_protocols[] = {{"protocols", PART_LIST, .of = protocol, .chief = true}, {0}};
static const Part settings[] = {{"settings", .kind = PART_BYTES}, {0}};
static const Part renegotiation_info[] = {{"renegotiated_connection", PART_OPAQUE, .width = 1},
                                          {0}};

/* Encrypted ClientHello, RFC 9849 section 5 */
static const Part ech_suite[] = {
    {"kdf_id", PART_NUMBER, .width = 2, .say = say_code, .codes = "hpke-kdf"},
    {"aead_id", PART_NUMBER, .width = 2, .say = say_code, .codes = "hpke-aead"},
    {0}};
static const Part ech_outer[] = {
    {"type", PART_NUMBER, .width = 1, .say = say_code, .codes = "ech-type", .chief = true},
    {"kdf_id", PART_NUMBER, .width = 2, .say = say_code, .codes = "hpke-kdf"},
    {"aead_id", PART_NUMBER, .width = 2, .say = say_code, .codes = "hpke-aead"},
    {"config_id", PART_NUMBER, .width = 1},
    {"enc", PART_OPAQUE, .width = 2},
    {"payload", PART_OPAQUE, .width = 2},
    {0}};
static const Part ech_inner[] = {
    {"type", PART_NUMBER, .width = 1, .say = say_code, .codes = "ech-type", .chief = true}, {0}};
static const Part ech_confirmation[] = {{"confirmation", PART_BYTES, .width = 8}, {0}};
static const Part ech_key_config[] = {
    {"config_id", PART_NUMBER, .width = 1},
    {"kem_id", PART_NUMBER, .width = 2, .say = say_code, .codes = "hpke-kem"},
    {"public_key", PART_OPAQUE, .width = 2},
    {"cipher_suites", PART_LIST, .width = 2, .of = ech_suite,
     .element = "HpkeSymmetricCipherSuite"},
    {"maximum_name_length", PART_NUMBER, .width = 1},
    {"public_name", PART_TEXT, .width = 1, .chief = true},
    {"extensions", PART_OPAQUE, .width = 2},
    {0}};
static const Part ech_config[] = {
    {"version", PART_NUMBER, .width = 2, .say = say_extension},
    {"contents", PART_STRUCT, .width = 2, .of = ech_key_config, .chief = true},
    {0}};
static const Part ech_retry_configs[] = {{"retry_configs", PART_LIST, .width = 2, .of = ech_config,
                                          .element = "ECHConfig", .chief = true},
                                         {0}};

static bool is_outer(Reader data)
{
    return reader_peek(&data) == 0;
}

const Form grammar_extensions[] = {
    {EXTENSION_SERVER_NAME, ERA_ANY, "CH", server_name, NULL},
    {EXTENSION_SERVER_NAME, ERA_ANY, "SH2 EE", empty, NULL},
    {EXTENSION_MAX_FRAGMENT_LENGTH, ERA_ANY, NULL, max_fragment_length, NULL},
    {EXTENSION_STATUS_REQUEST, ERA_ANY, "CH", status_request, NULL},
    {EXTENSION_STATUS_REQUEST, ERA_ANY, "CT", certificate_status, NULL},
    {EXTENSION_STATUS_REQUEST, ERA_ANY, "SH2", empty, NULL},
    {EXTENSION_STATUS_REQUEST, ERA_ANY, "CR", empty, NULL},
    {EXTENSION_STATUS_REQUEST, ERA_ANY, "CR", status_request, NULL},
    {EXTENSION_SUPPORTED_GROUPS, ERA_ANY, NULL, supported_groups, NULL},
    {EXTENSION_EC_POINT_FORMATS, ERA_ANY, NULL, ec_point_formats, NULL},
    {EXTENSION_SRP, ERA_ANY, NULL, srp, NULL},
    {EXTENSION_SIGNATURE_ALGORITHMS, ERA_ANY, NULL, signature_algorithms, NULL},
    {EXTENSION_USE_SRTP, ERA_ANY, NULL, use_srtp, NULL},
    {EXTENSION_HEARTBEAT, ERA_ANY, NULL, heartbeat, NULL},
    {EXTENSION_ALPN, ERA_ANY, NULL, alpn, NULL},
    {EXTENSION_STATUS_REQUEST_V2, ERA_ANY, "CH", status_request_v2, NULL},
    {EXTENSION_STATUS_REQUEST_V2, ERA_ANY, "SH2", empty, NULL},
    {EXTENSION_SCT, ERA_ANY, "CH CR", empty, NULL},
    {EXTENSION_SCT, ERA_ANY, "SH2 CT", sct_list, NULL},
    {EXTENSION_CLIENT_CERTIFICATE_TYPE, ERA_ANY, "CH", certificate_types, NULL},
    {EXTENSION_CLIENT_CERTIFICATE_TYPE, ERA_ANY, "SH2 EE", chosen_certificate_type, NULL},
    {EXTENSION_SERVER_CERTIFICATE_TYPE, ERA_ANY, "CH", certificate_types, NULL},
    {EXTENSION_SERVER_CERTIFICATE_TYPE, ERA_ANY, "SH2 EE", chosen_certificate_type, NULL},
    {EXTENSION_PADDING, ERA_ANY, NULL, padding, NULL},
    {EXTENSION_ENCRYPT_THEN_MAC, ERA_ANY, NULL, empty, NULL},
    {EXTENSION_EXTENDED_MASTER_SECRET, ERA_ANY, NULL, empty, NULL},
    {EXTENSION_TOKEN_BINDING, ERA_ANY, NULL, token_binding, NULL},
    {EXTENSION_COMPRESS_CERTIFICATE, ERA_ANY, NULL, compress_certificate, NULL},
    {EXTENSION_RECORD_SIZE_LIMIT, ERA_ANY, NULL, record_size_limit, NULL},
    {EXTENSION_DELEGATED_CREDENTIAL, ERA_ANY, "CH CR", signature_algorithms, NULL},
    {EXTENSION_DELEGATED_CREDENTIAL, ERA_ANY, "CT", delegated_credential, NULL},
    {EXTENSION_SESSION_TICKET, ERA_ANY, NULL, session_ticket, NULL},
    {EXTENSION_PRE_SHARED_KEY, ERA_ANY, "CH", offered_psks, NULL},
    {EXTENSION_PRE_SHARED_KEY, ERA_ANY, "SH", selected_psk, NULL},
    {EXTENSION_EARLY_DATA, ERA_ANY, "NST", early_data, NULL},
    {EXTENSION_EARLY_DATA, ERA_ANY, "CH EE", empty, NULL},
    {EXTENSION_SUPPORTED_VERSIONS, ERA_ANY, "CH", supported_versions, NULL},
    {EXTENSION_SUPPORTED_VERSIONS, ERA_ANY, "SH HRR SH2", selected_version, NULL},
    {EXTENSION_COOKIE, ERA_ANY, NULL, cookie, NULL},
    {EXTENSION_PSK_KEY_EXCHANGE_MODES, ERA_ANY, NULL, psk_modes, NULL},
    {EXTENSION_CERTIFICATE_AUTHORITIES, ERA_ANY, NULL, authorities, NULL},
    {EXTENSION_OID_FILTERS, ERA_ANY, NULL, oid_filters, NULL},
    {EXTENSION_POST_HANDSHAKE_AUTH, ERA_ANY, NULL, empty, NULL},
    {EXTENSION_SIGNATURE_ALGORITHMS_CERT, ERA_ANY, NULL, signature_algorithms, NULL},
    {EXTENSION_KEY_SHARE, ERA_ANY, "CH", client_shares, NULL},
    {EXTENSION_KEY_SHARE, ERA_ANY, "SH SH2", server_share, NULL},
    {EXTENSION_KEY_SHARE, ERA_ANY, "HRR", selected_group, NULL},
    {EXTENSION_CONNECTION_ID, ERA_ANY, NULL, connection_id, NULL},
    {EXTENSION_QUIC_TRANSPORT_PARAMETERS, ERA_ANY, NULL, quic_parameters, NULL},
    {EXTENSION_TICKET_REQUEST, ERA_ANY, "CH", ticket_request, NULL},
    {EXTENSION_NEXT_PROTOCOL_NEGOTIATION, ERA_ANY, "CH", empty, NULL},
    {EXTENSION_NEXT_PROTOCOL_NEGOTIATION, ERA_ANY, "SH2", next_protocols, NULL},
    {EXTENSION_APPLICATION_SETTINGS_OLD, ERA_ANY, "CH", alpn, NULL},
    {EXTENSION_APPLICATION_SETTINGS_OLD, ERA_ANY, "EE", settings, NULL},
    {EXTENSION_APPLICATION_SETTINGS, ERA_ANY, "CH", alpn, NULL},
    {EXTENSION_APPLICATION_SETTINGS, ERA_ANY, "EE", settings, NULL},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, ERA_ANY, "CH", ech_outer, is_outer},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, ERA_ANY, "CH", ech_inner, NULL},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, ERA_ANY, "HRR", ech_confirmation, NULL},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, ERA_ANY, "EE", ech_retry_configs, NULL},
    {EXTENSION_RENEGOTIATION_INFO, ERA_ANY, NULL, renegotiation_info, NULL},
};
const size_t grammar_extensions_size = G_N_ELEMENTS(grammar_extensions);
