#include "worker/tls/seal.h"

#include <string.h>

#include <gnutls/crypto.h>

#include "common/util/bytes.h"

enum {
    HASH = 64,          /* bytes of the longest hash */
    LABEL = 80,         /* of the longest HkdfLabel */
    IV = 12,            /* of a nonce, RFC 8446 section 5.3 */
    NUMBER = 8,         /* of a record's number */
    VERIFY_SPACES = 64, /* before the context string, section 4.4.3 */
};

static const struct SealRow {
    uint16_t suite;
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;
    guint key, hash, tag; /* bytes */
} rows[] = {
    {0x1301, GNUTLS_CIPHER_AES_128_GCM, GNUTLS_MAC_SHA256, 16, 32, 16},
    {0x1302, GNUTLS_CIPHER_AES_256_GCM, GNUTLS_MAC_SHA384, 32, 48, 16},
    {0x1303, GNUTLS_CIPHER_CHACHA20_POLY1305, GNUTLS_MAC_SHA256, 32, 32, 16},
    {0x1304, GNUTLS_CIPHER_AES_128_CCM, GNUTLS_MAC_SHA256, 16, 32, 16},
    {0x1305, GNUTLS_CIPHER_AES_128_CCM_8, GNUTLS_MAC_SHA256, 16, 32, 8},
};

struct Seal {
    const struct SealRow *row;
    gnutls_hash_hd_t hash; /* of the messages so far */
    gnutls_aead_cipher_hd_t cipher;
    SealKeys keys;
    uint64_t number; /* of the next record */
    guint8 *opened;  /* RECORD_MAX bytes */
};

static const struct SealRow *row_of(uint32_t suite)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].suite == suite)
            return &rows[i];
    return NULL;
}

bool seal_can(uint32_t suite)
{
    return row_of(suite) != NULL;
}

/* MAC and digest of one hash have the same number in GnuTLS. */
static gnutls_digest_algorithm_t digest_of(const struct SealRow *row)
{
    return (gnutls_digest_algorithm_t)row->mac;
}

Seal *seal_new(uint32_t suite)
{
    const struct SealRow *row = row_of(suite);
    if (!row)
        return NULL;
    Seal *seal = g_new0(Seal, 1);
    seal->row = row;
    seal->opened = g_malloc(RECORD_MAX);
    seal->keys.key_size = row->key;
    seal->keys.hash_size = row->hash;
    if (gnutls_hash_init(&seal->hash, digest_of(row)) < 0)
        g_clear_pointer(&seal, seal_free);
    return seal;
}

void seal_free(Seal *seal)
{
    if (!seal)
        return;
    if (seal->hash)
        gnutls_hash_deinit(seal->hash, NULL);
    if (seal->cipher)
        gnutls_aead_cipher_deinit(seal->cipher);
    g_free(seal->opened);
    g_free(seal);
}

void seal_message(Seal *seal, const uint8_t *bytes, size_t size)
{
    gnutls_hash(seal->hash, bytes, size);
}

/* Transcript-Hash of what has passed. */
static void transcript_hash(const Seal *seal, guint8 out[HASH])
{
    gnutls_hash_hd_t copy = gnutls_hash_copy(seal->hash);
    memset(out, 0, HASH);
    if (copy)
        gnutls_hash_deinit(copy, out);
}

static gnutls_datum_t datum(const guint8 *bytes, guint size)
{
    return (gnutls_datum_t){.data = (unsigned char *)bytes, .size = size};
}

/* HKDF-Expand-Label, section 7.1, fills `to`. `context` has a hash's size, or is NULL. */
static void derive(const Seal *seal, const guint8 *secret, const char *label, const guint8 *context,
                   gnutls_datum_t to)
{
    g_autoptr(GByteArray) info = g_byte_array_sized_new(LABEL);
    g_autofree char *whole = g_strconcat("tls13 ", label, NULL);
    guint hash = seal->row->hash;
    bytes_put(info, to.size, 2);
    bytes_put(info, strlen(whole), 1);
    g_byte_array_append(info, (const guint8 *)whole, (guint)strlen(whole));
    bytes_put(info, context ? hash : 0, 1);
    if (context)
        g_byte_array_append(info, context, hash);
    gnutls_datum_t key = datum(secret, hash), about = datum(info->data, info->len);
    gnutls_hkdf_expand(seal->row->mac, &key, &about, to.data, to.size);
}

static void extract(const Seal *seal, const guint8 *salt, gnutls_datum_t input, guint8 out[HASH])
{
    gnutls_datum_t by = datum(salt, seal->row->hash);
    gnutls_hkdf_extract(seal->row->mac, &input, &by, out);
}

void seal_agree(Seal *seal, const GByteArray *secret)
{
    static const guint8 zeros[HASH];
    guint8 nothing[HASH], passed[HASH], stage[HASH], salt[HASH];
    guint hash = seal->row->hash;
    SealKeys *keys = &seal->keys;
    gnutls_hash_fast(digest_of(seal->row), "", 0, nothing);
    transcript_hash(seal, passed);
    extract(seal, zeros, datum(zeros, hash), stage);
    derive(seal, stage, "derived", nothing, datum(salt, hash));
    extract(seal, salt, datum(secret->data, secret->len), stage);
    derive(seal, stage, "s hs traffic", passed, datum(salt, hash));
    gnutls_datum_t key = datum(keys->key, keys->key_size);
    derive(seal, salt, "key", NULL, key);
    derive(seal, salt, "iv", NULL, datum(keys->iv, IV));
    derive(seal, salt, "finished", NULL, datum(keys->finished, hash));
    if (seal->cipher)
        gnutls_aead_cipher_deinit(seal->cipher);
    if (gnutls_aead_cipher_init(&seal->cipher, seal->row->cipher, &key) < 0)
        seal->cipher = NULL;
    seal->number = 0;
}

/* The IV, with the record's number added at its end, modulo two. */
static void make_nonce(const Seal *seal, guint8 nonce[IV])
{
    memcpy(nonce, seal->keys.iv, IV);
    for (guint i = 0; i < NUMBER; i++)
        nonce[IV - 1 - i] ^= (guint8)(seal->number >> 8 * i);
}

bool seal_open(Seal *seal, const Record *outer, Record *inner)
{
    guint8 nonce[IV];
    size_t size = RECORD_MAX;
    g_autoptr(GByteArray) header = g_byte_array_new();
    bytes_put(header, outer->type, 1);
    bytes_put(header, outer->version, 2);
    bytes_put(header, outer->size, 2);
    make_nonce(seal, nonce);
    if (!seal->cipher || outer->size < seal->row->tag ||
        gnutls_aead_cipher_decrypt(seal->cipher, nonce, IV, header->data, header->len,
                                   seal->row->tag, outer->data, outer->size, seal->opened,
                                   &size) < 0)
        return false;
    seal->number++;
    while (size && !seal->opened[size - 1])
        size--;
    if (!size)
        return false;
    *inner = (Record){.type = seal->opened[size - 1],
                      .version = outer->version,
                      .data = seal->opened,
                      .size = size - 1};
    return true;
}

GByteArray *seal_signed(const Seal *seal)
{
    static const char context[] = "TLS 1.3, server CertificateVerify"; /* and the zero behind it */
    guint8 spaces[VERIFY_SPACES], passed[HASH];
    GByteArray *out = g_byte_array_new();
    memset(spaces, ' ', sizeof spaces);
    transcript_hash(seal, passed);
    g_byte_array_append(out, spaces, sizeof spaces);
    g_byte_array_append(out, (const guint8 *)context, sizeof context);
    g_byte_array_append(out, passed, seal->row->hash);
    return out;
}

GByteArray *seal_verify_data(const Seal *seal)
{
    guint8 passed[HASH];
    guint hash = seal->row->hash;
    GByteArray *mac = g_byte_array_sized_new(hash);
    g_byte_array_set_size(mac, hash);
    transcript_hash(seal, passed);
    gnutls_hmac_fast(seal->row->mac, seal->keys.finished, hash, passed, hash, mac->data);
    return mac;
}

bool seal_finished(const Seal *seal, const uint8_t *bytes, size_t size)
{
    g_autoptr(GByteArray) mac = seal_verify_data(seal);
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, HANDSHAKE_HEADER);
    const uint8_t *verify_data = reader_take(&reader, mac->len);
    return verify_data && reader_at_end(&reader) &&
           gnutls_memcmp(mac->data, verify_data, mac->len) == 0;
}

const SealKeys *seal_keys(const Seal *seal)
{
    return &seal->keys;
}
