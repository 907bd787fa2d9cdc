/* hello: ClientHello, ServerHello and HelloRetryRequest, read; and whether the answer is legal.
 *
 * The structures borrow from the bytes they were read from, which must outlive them. What does not
 * parse is named (`fault`), and what came before it is kept. A HelloRetryRequest is a ServerHello
 * with a random of its own (RFC 8446 section 4.1.3): `retry` says so.
 */
#ifndef TLSDIVE_WORKER_TLS_HELLO_H
#define TLSDIVE_WORKER_TLS_HELLO_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/util/bytes.h"
#include "worker/tls/fault.h"
#include "worker/tls/version.h"

/* HandshakeType, RFC 8446 appendix B.3 and the registry */
enum {
    HANDSHAKE_HELLO_REQUEST = 0,
    HANDSHAKE_CLIENT_HELLO = 1,
    HANDSHAKE_SERVER_HELLO = 2,
    HANDSHAKE_HELLO_VERIFY_REQUEST = 3, /* DTLS */
    HANDSHAKE_NEW_SESSION_TICKET = 4,
    HANDSHAKE_END_OF_EARLY_DATA = 5,
    HANDSHAKE_ENCRYPTED_EXTENSIONS = 8,
    HANDSHAKE_CERTIFICATE = 11,
    HANDSHAKE_SERVER_KEY_EXCHANGE = 12,
    HANDSHAKE_CERTIFICATE_REQUEST = 13,
    HANDSHAKE_SERVER_HELLO_DONE = 14,
    HANDSHAKE_CERTIFICATE_VERIFY = 15,
    HANDSHAKE_CLIENT_KEY_EXCHANGE = 16,
    HANDSHAKE_FINISHED = 20,
    HANDSHAKE_CERTIFICATE_URL = 21,
    HANDSHAKE_CERTIFICATE_STATUS = 22,
    HANDSHAKE_SUPPLEMENTAL_DATA = 23,
    HANDSHAKE_KEY_UPDATE = 24,
    HANDSHAKE_COMPRESSED_CERTIFICATE = 25,
    HANDSHAKE_NEXT_PROTOCOL = 67,
    HANDSHAKE_MESSAGE_HASH = 254,
};

/* ExtensionType, the registry (data/extensions.tsv) */
enum {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_MAX_FRAGMENT_LENGTH = 1,
    EXTENSION_STATUS_REQUEST = 5,
    EXTENSION_SUPPORTED_GROUPS = 10,
    EXTENSION_EC_POINT_FORMATS = 11,
    EXTENSION_SRP = 12,
    EXTENSION_SIGNATURE_ALGORITHMS = 13,
    EXTENSION_USE_SRTP = 14,
    EXTENSION_HEARTBEAT = 15,
    EXTENSION_ALPN = 16,
    EXTENSION_STATUS_REQUEST_V2 = 17,
    EXTENSION_SCT = 18,
    EXTENSION_CLIENT_CERTIFICATE_TYPE = 19,
    EXTENSION_SERVER_CERTIFICATE_TYPE = 20,
    EXTENSION_PADDING = 21,
    EXTENSION_ENCRYPT_THEN_MAC = 22,
    EXTENSION_EXTENDED_MASTER_SECRET = 23,
    EXTENSION_TOKEN_BINDING = 24,
    EXTENSION_COMPRESS_CERTIFICATE = 27,
    EXTENSION_RECORD_SIZE_LIMIT = 28,
    EXTENSION_DELEGATED_CREDENTIAL = 34,
    EXTENSION_SESSION_TICKET = 35,
    EXTENSION_PRE_SHARED_KEY = 41,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_SUPPORTED_VERSIONS = 43,
    EXTENSION_COOKIE = 44,
    EXTENSION_PSK_KEY_EXCHANGE_MODES = 45,
    EXTENSION_CERTIFICATE_AUTHORITIES = 47,
    EXTENSION_OID_FILTERS = 48,
    EXTENSION_POST_HANDSHAKE_AUTH = 49,
    EXTENSION_SIGNATURE_ALGORITHMS_CERT = 50,
    EXTENSION_KEY_SHARE = 51,
    EXTENSION_CONNECTION_ID = 54,
    EXTENSION_QUIC_TRANSPORT_PARAMETERS = 57,
    EXTENSION_TICKET_REQUEST = 58,
    EXTENSION_NEXT_PROTOCOL_NEGOTIATION = 13172,
    EXTENSION_APPLICATION_SETTINGS_OLD = 17513,
    EXTENSION_APPLICATION_SETTINGS = 17613,
    EXTENSION_ENCRYPTED_CLIENT_HELLO = 0xfe0d,
    EXTENSION_RENEGOTIATION_INFO = 0xff01,
};

/* Signalling values that stand among the cipher suites. */
enum {
    SUITE_RENEGOTIATION_SCSV = 0x00ff, /* for an empty renegotiation_info, RFC 5746 */
    SUITE_FALLBACK_SCSV = 0x5600,      /* RFC 7507 */
};

/* The alert that refuses a list of application protocols alone (RFC 7301 section 3.2). */
enum { ALERT_NO_APPLICATION_PROTOCOL = 120 };

/* An extension as it stands in a hello. */
typedef struct Extension {
    uint16_t type;
    Reader data; /* over its extension_data */
} Extension;

typedef struct ClientHello {
    uint16_t legacy_version;
    const uint8_t *random; /* 32 bytes; NULL if missing */
    Reader session_id;
    Reader cookie;        /* DTLS, as legacy_version says; size 0: none */
    GArray *suites;       /* uint16_t, as offered, signalling values and GREASE included */
    GArray *compressions; /* uint8_t */
    GArray *extensions;   /* Extension, in their order */
    GArray *versions;     /* uint16_t: of supported_versions; without it, empty */
    GArray *groups;       /* uint16_t: of supported_groups */
    GArray *shares;       /* uint16_t: groups of key_share */
    GArray *schemes;      /* uint16_t: of signature_algorithms */
    GArray *alpn;         /* Reader, each a protocol name */
    Reader server_name;   /* the host_name; size 0 if there is none */
    Fault *fault;         /* what does not parse; NULL: nothing */
} ClientHello;

typedef struct ServerHello {
    bool retry; /* it is a HelloRetryRequest */
    uint16_t legacy_version;
    uint16_t version;      /* chosen: of supported_versions, else legacy_version */
    const uint8_t *random; /* 32 bytes; NULL if missing */
    Reader session_id;
    uint16_t suite;
    uint8_t compression;
    GArray *extensions; /* Extension, in their order */
    bool has_group;     /* a key_share is there */
    uint16_t group;     /* its group; of a HelloRetryRequest, the one asked for */
    Reader alpn;        /* the protocol chosen; size 0 if there is none */
    Fault *fault;
} ServerHello;

/* Reads a whole handshake message of that type, its header included. Never NULL. */
ClientHello *hello_client_new(const uint8_t *bytes, size_t size);
ServerHello *hello_server_new(const uint8_t *bytes, size_t size);
void hello_client_free(ClientHello *hello);
void hello_server_free(ServerHello *hello);

/* The cookie of a whole HelloVerifyRequest (RFC 6347 section 4.2.1), which borrows from it; false
 * if the message does not parse. */
bool hello_verify_cookie(const uint8_t *bytes, size_t size, Reader *cookie);

/* True if the message (header included) is a HelloRetryRequest. */
bool hello_is_retry(const uint8_t *bytes, size_t size);

/* Reads a list of extensions with its length of two bytes (RFC 8446 section 4.2); nothing at all is
 * an empty list. `extensions` is a GArray of Extension to append to; false if it does not split,
 * or holds more than LIMIT_EXTENSIONS. */
bool hello_read_extensions(Reader *reader, GArray *extensions);

/* The first extension of a type; NULL if there is none. Borrowed. */
const Extension *hello_extension(const GArray *extensions, uint16_t type);

/* Every way in which a ServerHello or HelloRetryRequest is illegal for the ClientHello that it
 * answers (after a retry: the second one). `retry` is the HelloRetryRequest that came before, or
 * NULL. A list of Fault *, empty if it is legal; free with g_ptr_array_unref. RFC 8446
 * sections 4.1.3, 4.1.4, 4.2; RFC 5246 section 7.4.1. */
GPtrArray *hello_check(const ClientHello *client, const ServerHello *server,
                       const ServerHello *retry);

/* The same for a whole EncryptedExtensions message, and for the extensions beside the certificates
 * of a Certificate message of TLS 1.3: what was not offered, stands twice, or may not stand there.
 */
GPtrArray *hello_check_encrypted(const ClientHello *client, const uint8_t *bytes, size_t size);
GPtrArray *hello_check_entries(const ClientHello *client, const uint8_t *bytes, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClientHello, hello_client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerHello, hello_server_free)

#endif
