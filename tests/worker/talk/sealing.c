#include "tests/worker/talk/sealing.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <zlib.h>

#include "common/util/bytes.h"
#include "tests/worker/talk/server.h"
#include "worker/tls/agree.h"
#include "worker/tls/hello.h"
#include "worker/tls/seal.h"

enum { X25519 = 29, IV = 12, ECDSA_SHA256 = 0x0403 };

static const uint8_t seed[AGREE_SEED] = "a key that is no secret of ours";

GByteArray *sealing_bytes(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    for (; *hex; hex += *hex == ' ' ? 1 : 2)
        if (*hex != ' ')
            bytes_put(bytes,
                      (guint64)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])),
                      1);
    return bytes;
}

static void put(GByteArray *to, const GByteArray *from)
{
    g_byte_array_append(to, from->data, from->len);
}

/* The ClientHello in the records. */
static GByteArray *message_in(const uint8_t *records, size_t size)
{
    GByteArray *message = g_byte_array_new();
    g_autoptr(Splitter) splitter = record_splitter_new();
    Record record;
    record_feed(splitter, records, size);
    while (record_next(splitter, &record) == RECORD_READY)
        g_byte_array_append(message, record.data, (guint)record.size);
    return message;
}

static GByteArray *secret_with(const ClientHello *hello)
{
    const Extension *shares = hello_extension(hello->extensions, EXTENSION_KEY_SHARE);
    g_assert_nonnull(shares);
    Reader data = shares->data;
    Reader list = reader_vector(&data, 2);
    while (reader_left(&list)) {
        uint16_t group = reader_u16(&list);
        Reader share = reader_vector(&list, 2);
        if (group == X25519)
            return agree_secret(group, seed, share);
    }
    g_assert_not_reached();
}

static void put_hello(GByteArray *body, const ClientHello *hello, uint16_t suite)
{
    g_autoptr(GByteArray) share = agree_public(X25519, seed);
    Reader id = hello->session_id;
    size_t size = reader_left(&id);
    bytes_put(body, TLS_1_2, 2);
    g_byte_array_append(body, seed, sizeof seed);
    bytes_put(body, size, 1);
    if (size)
        g_byte_array_append(body, reader_take(&id, size), (guint)size);
    bytes_put(body, suite, 2);
    bytes_put(body, 0, 1);
    bytes_put(body, 6 + 8 + share->len, 2);
    bytes_put(body, EXTENSION_SUPPORTED_VERSIONS, 2);
    bytes_put(body, 2, 2);
    bytes_put(body, TLS_1_3, 2);
    bytes_put(body, EXTENSION_KEY_SHARE, 2);
    bytes_put(body, 4 + share->len, 2);
    bytes_put(body, X25519, 2);
    bytes_put(body, share->len, 2);
    put(body, share);
}

static GByteArray *message_of(uint8_t type, const GByteArray *body)
{
    GByteArray *message = g_byte_array_new();
    bytes_put(message, type, 1);
    bytes_put(message, body->len, 3);
    put(message, body);
    return message;
}

Sealing *sealing_new(const uint8_t *hello, size_t size, uint16_t suite)
{
    Sealing *sealing = g_new0(Sealing, 1);
    g_autoptr(GByteArray) ours = message_in(hello, size);
    g_autoptr(ClientHello) client = hello_client_new(ours->data, ours->len);
    g_autoptr(GByteArray) secret = secret_with(client);
    g_autoptr(GByteArray) body = g_byte_array_new();
    put_hello(body, client, suite);
    g_autoptr(GByteArray) theirs = message_of(HANDSHAKE_SERVER_HELLO, body);
    sealing->output = g_byte_array_new();
    sealing->suite = suite;
    sealing->seal = seal_new(suite);
    seal_message(sealing->seal, ours->data, ours->len);
    seal_message(sealing->seal, theirs->data, theirs->len);
    seal_agree(sealing->seal, secret);
    Record record = {RECORD_HANDSHAKE, TLS_1_2, theirs->data, theirs->len};
    record_put(sealing->output, &record);
    return sealing;
}

void sealing_free(Sealing *sealing)
{
    g_byte_array_unref(sealing->output);
    seal_free(sealing->seal);
    g_free(sealing);
}

static gnutls_cipher_algorithm_t cipher_of(guint suite)
{
    static const gnutls_cipher_algorithm_t ciphers[] = {
        GNUTLS_CIPHER_AES_128_GCM, GNUTLS_CIPHER_AES_256_GCM, GNUTLS_CIPHER_CHACHA20_POLY1305,
        GNUTLS_CIPHER_AES_128_CCM, GNUTLS_CIPHER_AES_128_CCM_8};
    return ciphers[suite - 0x1301];
}

void sealing_record(Sealing *sealing, uint8_t type, const uint8_t *data, size_t size, guint padding)
{
    const SealKeys *keys = seal_keys(sealing->seal);
    gnutls_datum_t key = {(unsigned char *)(uintptr_t)keys->key, keys->key_size};
    gnutls_aead_cipher_hd_t cipher;
    uint8_t nonce[IV];
    size_t tag = gnutls_cipher_get_tag_size(cipher_of(sealing->suite));
    g_autoptr(GByteArray) plain = g_byte_array_new();
    if (size)
        g_byte_array_append(plain, data, (guint)size);
    bytes_put(plain, type, 1);
    for (; padding; padding--)
        bytes_put(plain, 0, 1);
    memcpy(nonce, keys->iv, IV);
    for (guint i = 0; i < 8; i++)
        nonce[IV - 1 - i] ^= (uint8_t)(sealing->number >> 8 * i);
    sealing->number++;
    guint start = sealing->output->len;
    bytes_put(sealing->output, RECORD_APPLICATION_DATA, 1);
    bytes_put(sealing->output, TLS_1_2, 2);
    bytes_put(sealing->output, plain->len + tag, 2);
    size_t out = plain->len + tag;
    g_byte_array_set_size(sealing->output, start + RECORD_HEADER + (guint)out);
    uint8_t *header = sealing->output->data + start;
    gnutls_aead_cipher_init(&cipher, cipher_of(sealing->suite), &key);
    gnutls_aead_cipher_encrypt(cipher, nonce, IV, header, RECORD_HEADER, tag, plain->data,
                               plain->len, header + RECORD_HEADER, &out);
    gnutls_aead_cipher_deinit(cipher);
}

void sealing_message(Sealing *sealing, uint8_t type, const GByteArray *body)
{
    g_autoptr(GByteArray) message = message_of(type, body);
    seal_message(sealing->seal, message->data, message->len);
    sealing_record(sealing, RECORD_HANDSHAKE, message->data, message->len, 0);
}

void sealing_hex(Sealing *sealing, uint8_t type, const char *hex)
{
    g_autoptr(GByteArray) body = sealing_bytes(hex);
    sealing_message(sealing, type, body);
}

GByteArray *sealing_entry(const uint8_t *der, size_t size, const char *extensions)
{
    g_autoptr(GByteArray) beside = sealing_bytes(extensions);
    GByteArray *body = g_byte_array_new();
    bytes_put(body, 0, 1);
    bytes_put(body, 3 + size + 2 + beside->len, 3);
    bytes_put(body, size, 3);
    g_byte_array_append(body, der, (guint)size);
    bytes_put(body, beside->len, 2);
    put(body, beside);
    return body;
}

void sealing_certificate(Sealing *sealing, const uint8_t *der, size_t size, const char *extensions)
{
    g_autoptr(GByteArray) body = sealing_entry(der, size, extensions);
    sealing_message(sealing, HANDSHAKE_CERTIFICATE, body);
}

GByteArray *sealing_sign(const GByteArray *content)
{
    gnutls_privkey_t key;
    gnutls_datum_t data = {content->data, content->len}, made = {NULL, 0};
    gnutls_privkey_init(&key);
    gnutls_privkey_import_x509(key, server_key(), 0);
    int code = gnutls_privkey_sign_data2(key, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data, &made);
    g_assert_cmpint(code, >=, 0);
    gnutls_privkey_deinit(key);
    GByteArray *signature = g_byte_array_new();
    g_byte_array_append(signature, made.data, made.size);
    gnutls_free(made.data);
    return signature;
}

void sealing_packed(Sealing *sealing, const uint8_t *der, size_t length, const char *extensions)
{
    g_autoptr(GByteArray) body = sealing_entry(der, length, extensions);
    g_autoptr(GByteArray) message = g_byte_array_new();
    uLongf size = compressBound(body->len);
    g_autofree uint8_t *out = g_malloc(size);
    compress(out, &size, body->data, body->len);
    bytes_put(message, 1, 2);
    bytes_put(message, body->len, 3);
    bytes_put(message, size, 3);
    g_byte_array_append(message, out, (guint)size);
    sealing_message(sealing, HANDSHAKE_COMPRESSED_CERTIFICATE, message);
}

GByteArray *sealing_key(void)
{
    gnutls_pubkey_t key;
    gnutls_datum_t der;
    gnutls_x509_crt_t certificate;
    gnutls_pubkey_init(&key);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_import(certificate, server_certificate(), GNUTLS_X509_FMT_DER);
    gnutls_pubkey_import_x509(key, certificate, 0);
    gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, der.data, der.size);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
    gnutls_x509_crt_deinit(certificate);
    return out;
}

void sealing_verify(Sealing *sealing)
{
    g_autoptr(GByteArray) content = seal_signed(sealing->seal);
    g_autoptr(GByteArray) signature = sealing_sign(content);
    g_autoptr(GByteArray) body = g_byte_array_new();
    bytes_put(body, ECDSA_SHA256, 2);
    bytes_put(body, signature->len, 2);
    put(body, signature);
    sealing_message(sealing, HANDSHAKE_CERTIFICATE_VERIFY, body);
}

void sealing_finished(Sealing *sealing)
{
    g_autoptr(GByteArray) body = seal_verify_data(sealing->seal);
    sealing_message(sealing, HANDSHAKE_FINISHED, body);
}

char *sealing_credential(bool rightly)
{
    static const char context[] = "TLS, server delegated credentials";
    const gnutls_datum_t *der = server_certificate();
    g_autoptr(GByteArray) key = sealing_key();
    g_autoptr(GByteArray) credential = g_byte_array_new();
    g_autoptr(GByteArray) content = g_byte_array_new();
    bytes_put(credential, 0x0009, 2);
    bytes_put(credential, 0x3a80, 2);
    bytes_put(credential, 0x0403, 2);
    bytes_put(credential, key->len, 3);
    g_byte_array_append(credential, key->data, key->len);
    bytes_put(credential, 0x0403, 2);
    for (guint i = 0; i < 64; i++)
        bytes_put(content, ' ', 1);
    g_byte_array_append(content, (const guint8 *)context, sizeof context);
    g_byte_array_append(content, der->data, der->size);
    g_byte_array_append(content, credential->data, credential->len);
    g_autoptr(GByteArray) signature = sealing_sign(content);
    signature->data[signature->len - 1] ^= rightly ? 0 : 1;
    bytes_put(credential, signature->len, 2);
    g_byte_array_append(credential, signature->data, signature->len);
    g_autofree char *hex = bytes_hex(credential->data, credential->len, '\0');
    return g_strdup_printf("0022 %04x %s", credential->len, hex);
}
