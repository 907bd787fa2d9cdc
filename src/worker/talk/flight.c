#include "worker/talk/flight.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/text.h"
#include "worker/pki/proof.h"
#include "worker/tls/agree.h"
#include "worker/tls/seal.h"
#include "worker/tls/unpack.h"

struct Flight {
    Transcript *transcript;
    const Offer *offer;
    GBytes *hello; /* our ClientHello */
    Seal *seal;    /* NULL: not begun */
    Handshake *messages;
    Opened *opened;
    GBytes *key;    /* CertificateVerify is to be made with */
    bool certified; /* that is a certificate */
};

static GHashTable *values_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
}

Opened *opened_new(void)
{
    Opened *opened = g_new0(Opened, 1);
    opened->extensions = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    opened->values = values_new();
    opened->entry = values_new();
    return opened;
}

void opened_free(Opened *opened)
{
    if (!opened)
        return;
    g_array_unref(opened->extensions);
    g_hash_table_unref(opened->values);
    g_hash_table_unref(opened->entry);
    g_free(opened->alpn);
    g_free(opened->raw_key);
    g_free(opened);
}

Flight *flight_new(Transcript *transcript, const Offer *offer, const GByteArray *hello)
{
    Flight *flight = g_new0(Flight, 1);
    flight->transcript = transcript;
    flight->offer = offer;
    flight->hello = g_bytes_new(hello->data, hello->len);
    flight->messages = handshake_new();
    flight->opened = opened_new();
    return flight;
}

void flight_free(Flight *flight)
{
    if (!flight)
        return;
    g_bytes_unref(flight->hello);
    seal_free(flight->seal);
    handshake_free(flight->messages);
    opened_free(flight->opened);
    g_clear_pointer(&flight->key, g_bytes_unref);
    g_free(flight);
}

/* ---- keys ---- */

static GByteArray *agreed_with(const Flight *flight, const ServerHello *server)
{
    const Extension *share = hello_extension(server->extensions, EXTENSION_KEY_SHARE);
    if (!share)
        return NULL;
    Reader data = share->data;
    uint16_t group = reader_u16(&data);
    return agree_secret(group, flight->offer->secret, reader_vector(&data, 2));
}

bool flight_begin(Flight *flight, const uint8_t *bytes, size_t size)
{
    const ServerHello *server = flight->transcript->server;
    g_autoptr(GByteArray) secret = agreed_with(flight, server);
    flight->seal = secret ? seal_new(server->suite) : NULL;
    if (!flight->seal)
        return false;
    gsize ours;
    const guint8 *hello = g_bytes_get_data(flight->hello, &ours);
    seal_message(flight->seal, hello, ours);
    seal_message(flight->seal, bytes, size);
    seal_agree(flight->seal, secret);
    transcript_hold_order(flight->transcript);
    return true;
}

bool flight_begun(const Flight *flight)
{
    return flight->seal != NULL;
}

/* ---- what the messages say ---- */

static void keep_values(GHashTable *values, const GArray *extensions)
{
    for (guint i = 0; i < extensions->len; i++) {
        const Extension *extension = &g_array_index(extensions, Extension, i);
        g_hash_table_insert(values, GUINT_TO_POINTER((guint)extension->type),
                            g_bytes_new(extension->data.data, extension->data.size));
    }
}

/* The body of a message whose header is right. */
static Reader body_of(const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, HANDSHAKE_HEADER);
    return reader;
}

static void read_extensions(Flight *flight, const uint8_t *bytes, size_t size)
{
    Opened *opened = flight->opened;
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader body = body_of(bytes, size);
    hello_read_extensions(&body, extensions);
    keep_values(opened->values, extensions);
    for (guint i = 0; i < extensions->len; i++)
        g_array_append_val(opened->extensions, g_array_index(extensions, Extension, i).type);
    const Extension *alpn = hello_extension(extensions, EXTENSION_ALPN);
    if (!alpn)
        return;
    Reader data = alpn->data;
    Reader list = reader_vector(&data, 2);
    Reader name = reader_vector(&list, 1);
    if (name.size)
        opened->alpn = text_escape(name.data, (gssize)name.size, false);
}

static void set_key(Flight *flight, Reader key, bool certified)
{
    g_clear_pointer(&flight->key, g_bytes_unref);
    flight->key = g_bytes_new(key.data, key.size);
    flight->certified = certified;
}

static void blame(Flight *flight, const char *name, const char *what)
{
    transcript_fault(flight->transcript, fault_message(name, "%s", what));
}

/* What the certificate's key signs of a credential: RFC 9345 section 4. */
static GByteArray *delegation(Reader certificate, Reader credential)
{
    static const char context[] = "TLS, server delegated credentials"; /* and the zero behind it */
    guint8 spaces[64];
    GByteArray *out = g_byte_array_new();
    memset(spaces, ' ', sizeof spaces);
    g_byte_array_append(out, spaces, sizeof spaces);
    g_byte_array_append(out, (const guint8 *)context, sizeof context);
    g_byte_array_append(out, certificate.data, (guint)certificate.size);
    g_byte_array_append(out, credential.data, (guint)credential.size);
    return out;
}

/* A delegated credential takes the place of the certificate's key: valid_time,
 * dc_cert_verify_algorithm, the key; then what signs it. RFC 9345 section 4. */
static void read_credential(Flight *flight, Reader certificate, Reader data)
{
    Reader whole = data;
    size_t size = reader_left(&data);
    reader_skip(&data, 6);
    Reader key = reader_vector(&data, 3);
    uint16_t scheme = reader_u16(&data);
    Reader signed_part = reader_child(&whole, size - reader_left(&data));
    Reader signature = reader_vector(&data, 2);
    if (!reader_at_end(&data) || !key.size) {
        blame(flight, "Certificate", "its delegated_credential does not parse");
        return;
    }
    g_autoptr(GByteArray) content = delegation(certificate, signed_part);
    ProofKey by = {certificate.data, certificate.size, true};
    if (proof_check(&by, scheme, content, signature) == PROOF_WRONG)
        transcript_fault(flight->transcript, fault_new("signature-wrong", NULL));
    flight->opened->delegated = true;
    set_key(flight, key, false);
}

/* The first entry: what it certifies, and what stands beside it. */
static void read_certificate(Flight *flight, const uint8_t *bytes, size_t size)
{
    Opened *opened = flight->opened;
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader body = body_of(bytes, size);
    reader_vector(&body, 1);
    Reader list = reader_vector(&body, 3);
    Reader first = reader_vector(&list, 3);
    if (!first.size || !hello_read_extensions(&list, extensions))
        return;
    set_key(flight, first, !flight->transcript->raw_keys);
    keep_values(opened->entry, extensions);
    if (flight->transcript->raw_keys)
        opened->raw_key = bytes_sha256(first.data, first.size);
    const Extension *credential = hello_extension(extensions, EXTENSION_DELEGATED_CREDENTIAL);
    if (credential && !flight->transcript->raw_keys)
        read_credential(flight, first, credential->data);
}

/* compress_certificate of the offer has this algorithm. */
static bool packing_offered(const Flight *flight, uint16_t algorithm)
{
    const ClientHello *client = flight->transcript->client;
    const Extension *offered = hello_extension(client->extensions, EXTENSION_COMPRESS_CERTIFICATE);
    if (!offered)
        return false;
    Reader data = offered->data;
    Reader list = reader_vector(&data, 1);
    while (reader_left(&list))
        if (reader_u16(&list) == algorithm)
            return true;
    return false;
}

static void read_packed(Flight *flight, const uint8_t *bytes, size_t size, double now)
{
    g_auto(Unpacked) unpacked = unpack_certificate(bytes, size);
    Opened *opened = flight->opened;
    opened->packing = unpacked.algorithm;
    opened->packed = unpacked.packed;
    opened->unpacked = unpacked.size;
    char number[REGISTRY_NUMBER];
    if (!packing_offered(flight, unpacked.algorithm))
        transcript_fault(flight->transcript,
                         fault_new("compression-not-offered",
                                   json_pack("{s:s}", "method",
                                             registry_code_name("certificate-compression",
                                                                unpacked.algorithm, number))));
    if (unpacked.fault)
        transcript_fault(flight->transcript, g_steal_pointer(&unpacked.fault));
    if (!unpacked.message)
        return;
    Said whole = {
        .encrypted = true, .bytes = unpacked.message->data, .size = unpacked.message->len};
    Said packed = {.encrypted = true, .bytes = bytes, .size = size};
    transcript_unpacked(flight->transcript, &packed, &whole, now);
    read_certificate(flight, whole.bytes, whole.size);
}

static void read_verify(Flight *flight, const uint8_t *bytes, size_t size)
{
    Reader body = body_of(bytes, size);
    uint16_t scheme = reader_u16(&body);
    Reader signature = reader_vector(&body, 2);
    if (!reader_at_end(&body))
        return;
    flight->opened->scheme = scheme;
    gsize length = 0;
    const guint8 *der = flight->key ? g_bytes_get_data(flight->key, &length) : NULL;
    ProofKey key = {der, length, flight->certified};
    g_autoptr(GByteArray) content = seal_signed(flight->seal);
    Proof proof = der ? proof_check(&key, scheme, content, signature) : PROOF_UNKNOWN;
    flight->opened->proven = proof == PROOF_GOOD;
    if (proof == PROOF_WRONG)
        transcript_fault(flight->transcript, fault_new("signature-wrong", NULL));
}

/* What a server may not do, and what can be read beside all the same. */
static bool hinders(const Fault *fault)
{
    static const char *const others[] = {
        "extension-not-offered",   "extension-misplaced", "extension-twice",
        "alpn-not-offered",        "scheme-not-offered",  "scheme-wrong-version",
        "compression-not-offered", "signature-wrong",     NULL};
    return fault && !g_strv_contains(others, fault->reason);
}

static void read_finished(Flight *flight, const uint8_t *bytes, size_t size)
{
    if (!seal_finished(flight->seal, bytes, size))
        transcript_fault(flight->transcript, fault_new("finished-wrong", NULL));
    flight->opened->whole = !hinders(flight->transcript->fault);
}

/* ---- messages and records ---- */

static void read_message(Flight *flight, const HandshakeMessage *message, double now)
{
    Transcript *transcript = flight->transcript;
    Said said = {.encrypted = true, .bytes = message->bytes, .size = message->size};
    transcript_message(transcript, &said, now);
    if (transcript->malformed)
        blame(flight, transcript->malformed, "its fields do not parse");
    switch (message->type) {
    case HANDSHAKE_ENCRYPTED_EXTENSIONS:
        read_extensions(flight, message->bytes, message->size);
        break;
    case HANDSHAKE_CERTIFICATE:
        read_certificate(flight, message->bytes, message->size);
        break;
    case HANDSHAKE_COMPRESSED_CERTIFICATE:
        read_packed(flight, message->bytes, message->size, now);
        break;
    case HANDSHAKE_CERTIFICATE_VERIFY:
        read_verify(flight, message->bytes, message->size);
        break;
    case HANDSHAKE_FINISHED:
        read_finished(flight, message->bytes, message->size);
        break;
    default:
        break;
    }
    seal_message(flight->seal, message->bytes, message->size);
}

/* Of the faults of several messages the first counts, but for one that hinders. */
static void message_came(Flight *flight, const HandshakeMessage *message, double now)
{
    Transcript *transcript = flight->transcript;
    Fault *earlier = g_steal_pointer(&transcript->fault);
    read_message(flight, message, now);
    if (!earlier)
        return;
    if (!hinders(transcript->fault)) {
        g_clear_pointer(&transcript->fault, fault_free);
        transcript->fault = g_steal_pointer(&earlier);
    }
    fault_free(earlier);
}

static FlightStatus fault_found(Flight *flight, const Fault *fault)
{
    g_clear_pointer(&flight->transcript->fault, fault_free);
    if (fault)
        transcript_fault(flight->transcript, fault_new(fault->reason, json_incref(fault->args)));
    return FLIGHT_FAULT;
}

static FlightStatus messages_came(Flight *flight, const Record *inner, double now)
{
    HandshakeMessage message;
    RecordStatus status = RECORD_MORE;
    handshake_feed(flight->messages, inner);
    while (!hinders(flight->transcript->fault) && !flight->opened->whole &&
           (status = handshake_next(flight->messages, &message)) == RECORD_READY)
        message_came(flight, &message, now);
    if (status == RECORD_FAULT)
        return fault_found(flight, handshake_fault(flight->messages));
    if (hinders(flight->transcript->fault))
        return FLIGHT_FAULT;
    if (!flight->opened->whole)
        return FLIGHT_MORE;
    return flight->transcript->fault ? FLIGHT_FAULT : FLIGHT_WHOLE;
}

static FlightStatus unexpected_came(Flight *flight, const Record *record)
{
    char number[REGISTRY_NUMBER];
    transcript_unexpected(flight->transcript, registry_code_name("content", record->type, number));
    return FLIGHT_FAULT;
}

/* A ChangeCipherSpec means nothing here, and is dropped: RFC 8446 section 5. */
static FlightStatus change_came(Flight *flight, const Record *record, double now)
{
    Reader reader = reader_new(record->data, record->size);
    Said said = {.bytes = record->data, .size = record->size};
    bool plain = reader_u8(&reader) == 1 && reader_at_end(&reader);
    transcript_change(flight->transcript, &said, now);
    if (!plain)
        blame(flight, "ChangeCipherSpec", "it is not a single 1");
    return plain ? FLIGHT_MORE : FLIGHT_FAULT;
}

FlightStatus flight_record(Flight *flight, const Record *record, Record *inner, double now)
{
    if (record->type == RECORD_CHANGE_CIPHER_SPEC)
        return change_came(flight, record, now);
    if (record->type != RECORD_APPLICATION_DATA)
        return unexpected_came(flight, record);
    if (!seal_open(flight->seal, record, inner)) {
        transcript_fault(flight->transcript, fault_new("decrypt-failed", NULL));
        return FLIGHT_FAULT;
    }
    if (inner->type == RECORD_HANDSHAKE)
        return messages_came(flight, inner, now);
    handshake_feed(flight->messages, inner);
    if (handshake_fault(flight->messages))
        return fault_found(flight, handshake_fault(flight->messages));
    return inner->type == RECORD_ALERT ? FLIGHT_ALERT : unexpected_came(flight, inner);
}

Opened *flight_take(Flight *flight)
{
    Opened *opened = flight->opened;
    flight->opened = opened_new();
    return opened;
}
