#include "worker/pki/pbe.h"

#include <gnutls/crypto.h>
#include <inttypes.h>
#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/datum.h"
#include "worker/pki/shapes.h"
#include "worker/pki/value.h"

enum { MAX_HASH = 64, MAX_BLOCK = 128, MAX_KEY = 32, MAX_IV = 16 };

/* ---- algorithms ----------------------------------------------------------------------------- */

typedef struct Cipher {
    const char *oid, *name;
    int gnutls; /* gnutls_cipher_algorithm_t; 0: GnuTLS has none */
    size_t key, iv;
    bool old;
} Cipher;

/* Of PBES2 (RFC 8018 appendix B.2; NIST's AES). */
static const Cipher ciphers[] = {
    {"2.16.840.1.101.3.4.1.2", "AES-128-CBC", GNUTLS_CIPHER_AES_128_CBC, 16, 16, false},
    {"2.16.840.1.101.3.4.1.22", "AES-192-CBC", GNUTLS_CIPHER_AES_192_CBC, 24, 16, false},
    {"2.16.840.1.101.3.4.1.42", "AES-256-CBC", GNUTLS_CIPHER_AES_256_CBC, 32, 16, false},
    {"1.2.840.113549.3.7", "3DES-CBC", GNUTLS_CIPHER_3DES_CBC, 24, 8, true},
    {"1.3.14.3.2.7", "DES-CBC", GNUTLS_CIPHER_DES_CBC, 8, 8, true},
    {"1.2.840.113549.3.2", "RC2-CBC", 0, 0, 0, true},
};

/* PKCS #12's own (RFC 7292 appendix C): by the key derivation of appendix B with SHA-1. */
static const Cipher pkcs12_ciphers[] = {
    {"1.2.840.113549.1.12.1.1", "RC4-128", GNUTLS_CIPHER_ARCFOUR_128, 16, 0, true},
    {"1.2.840.113549.1.12.1.2", "RC4-40", GNUTLS_CIPHER_ARCFOUR_40, 5, 0, true},
    {"1.2.840.113549.1.12.1.3", "3DES-CBC", GNUTLS_CIPHER_3DES_CBC, 24, 8, true},
    {"1.2.840.113549.1.12.1.4", "two-key 3DES-CBC", GNUTLS_CIPHER_3DES_CBC, 24, 8, true},
    {"1.2.840.113549.1.12.1.5", "RC2-128-CBC", 0, 0, 0, true},
    {"1.2.840.113549.1.12.1.6", "RC2-40-CBC", GNUTLS_CIPHER_RC2_40_CBC, 5, 8, true},
};

/* PBES1 (RFC 8018 section 6.1): named, and not read. */
static const Cipher pbes1_ciphers[] = {
    {"1.2.840.113549.1.5.3", "DES-CBC and MD5", 0, 0, 0, true},
    {"1.2.840.113549.1.5.6", "RC2-CBC and MD5", 0, 0, 0, true},
    {"1.2.840.113549.1.5.10", "DES-CBC and SHA-1", 0, 0, 0, true},
    {"1.2.840.113549.1.5.11", "RC2-CBC and SHA-1", 0, 0, 0, true},
};

typedef struct Hash {
    const char *oid, *hmac; /* of the hash, and of HMAC with it as a PRF */
    const char *name;
    gnutls_mac_algorithm_t mac;
    size_t size, block;
    bool old;
} Hash;

static const Hash hashes[] = {
    {"1.3.14.3.2.26", "1.2.840.113549.2.7", "SHA-1", GNUTLS_MAC_SHA1, 20, 64, true},
    {"1.2.840.113549.2.5", "1.2.840.113549.2.6", "MD5", GNUTLS_MAC_MD5, 16, 64, true},
    {"2.16.840.1.101.3.4.2.4", "1.2.840.113549.2.8", "SHA-224", GNUTLS_MAC_SHA224, 28, 64, false},
    {"2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", "SHA-256", GNUTLS_MAC_SHA256, 32, 64, false},
    {"2.16.840.1.101.3.4.2.2", "1.2.840.113549.2.10", "SHA-384", GNUTLS_MAC_SHA384, 48, 128, false},
    {"2.16.840.1.101.3.4.2.3", "1.2.840.113549.2.11", "SHA-512", GNUTLS_MAC_SHA512, 64, 128, false},
};

static const Cipher *find_cipher(const Cipher *rows, size_t count, const Der *oid)
{
    for (size_t i = 0; i < count; i++)
        if (value_is_oid(oid, rows[i].oid))
            return &rows[i];
    return NULL;
}

static const Hash *find_hash(const Der *oid, bool hmac)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++)
        if (value_is_oid(oid, hmac ? hashes[i].hmac : hashes[i].oid))
            return &hashes[i];
    return NULL;
}

/* ---- what the parameters say ---------------------------------------------------------------- */

typedef struct Terms {
    const char *scheme; /* "PBES2", "PBES1", "PKCS #12", "PBMAC1"; NULL: not known; static */
    const Cipher *cipher;
    const Hash *prf;
    Der salt, iv;
    int64_t iterations; /* at least 1 where it reads */
    int64_t key;        /* bytes, where the parameters say so; 0: not said */
    bool scrypt;
} Terms;

/* PBKDF2-params (RFC 8018 appendix A.2), or scrypt's (RFC 7914 section 7.1). */
static void read_kdf(Terms *terms, const Der *kdf)
{
    Der parts[ALGORITHM_PARTS], element;
    bool first = true;
    if (!der_is(kdf, DER_SEQUENCE))
        return;
    shape_assign(&shape_algorithm, kdf, parts);
    terms->scrypt = value_is_oid(&parts[ALGORITHM_ID], "1.3.6.1.4.1.11591.4.11");
    Reader inside = der_inside(&parts[ALGORITHM_PARAMETERS]);
    terms->prf = &hashes[0];
    while (der_next(&inside, &element)) {
        if (der_is(&element, DER_OCTET_STRING)) {
            terms->salt = element;
        } else if (der_is(&element, DER_INTEGER)) {
            value_integer(&element, first ? &terms->iterations : &terms->key);
            first = false;
        } else if (der_is(&element, DER_SEQUENCE)) {
            Reader prf = der_inside(&element);
            Der oid;
            terms->prf = der_next(&prf, &oid) ? find_hash(&oid, true) : NULL;
        }
    }
}

/* {kdf, scheme}: PBES2-params and PBMAC1-params alike. */
static void read_two(Terms *terms, const Der *parameters, Der *scheme)
{
    Reader inside = der_inside(parameters);
    Der kdf;
    *scheme = (Der){0};
    if (!der_next(&inside, &kdf) || !der_next(&inside, scheme) || !der_is(scheme, DER_SEQUENCE))
        return;
    read_kdf(terms, &kdf);
}

static void read_pbes2(Terms *terms, const Der *parameters)
{
    Der scheme, parts[ALGORITHM_PARTS];
    terms->scheme = "PBES2";
    read_two(terms, parameters, &scheme);
    if (!scheme.data)
        return;
    shape_assign(&shape_algorithm, &scheme, parts);
    terms->cipher = find_cipher(ciphers, G_N_ELEMENTS(ciphers), &parts[ALGORITHM_ID]);
    terms->iv = parts[ALGORITHM_PARAMETERS];
}

static Terms read_terms(const Der *algorithm)
{
    Terms terms = {0};
    Der parts[ALGORITHM_PARTS], salt, count;
    if (!der_is(algorithm, DER_SEQUENCE))
        return terms;
    shape_assign(&shape_algorithm, algorithm, parts);
    const Der *oid = &parts[ALGORITHM_ID], *parameters = &parts[ALGORITHM_PARAMETERS];
    if (value_is_oid(oid, "1.2.840.113549.1.5.13")) {
        read_pbes2(&terms, parameters);
        return terms;
    }
    terms.cipher = find_cipher(pkcs12_ciphers, G_N_ELEMENTS(pkcs12_ciphers), oid);
    terms.scheme = terms.cipher ? "PKCS #12" : "PBES1";
    if (!terms.cipher)
        terms.cipher = find_cipher(pbes1_ciphers, G_N_ELEMENTS(pbes1_ciphers), oid);
    Reader inside = der_inside(parameters);
    terms.prf = &hashes[0];
    if (der_next(&inside, &salt) && der_next(&inside, &count)) {
        terms.salt = salt;
        value_integer(&count, &terms.iterations);
    }
    return terms;
}

char *pbe_describe(const Der *algorithm, bool *old)
{
    Terms terms = read_terms(algorithm);
    *old = terms.cipher && terms.cipher->old;
    if (!terms.cipher)
        return NULL;
    if (terms.scrypt)
        return g_strdup_printf("%s, %s, scrypt", terms.scheme, terms.cipher->name);
    return g_strdup_printf("%s, %s, %" PRId64 " iterations", terms.scheme, terms.cipher->name,
                           terms.iterations);
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* Pays for a derivation of that many blocks. */
static PbeResult pay(Pbe *pbe, const Terms *terms, size_t blocks)
{
    if (terms->iterations < 1 || !terms->prf || !terms->salt.data || terms->scrypt ||
        terms->salt.length > MAX_BLOCK)
        return PBE_UNKNOWN;
    if (terms->iterations > pbe->left / (int64_t)MAX(blocks, 1))
        return PBE_EXPENSIVE;
    pbe->left -= terms->iterations * (int64_t)blocks;
    return PBE_DONE;
}

/* The password as PKCS #12 wants it (RFC 7292 appendix B.1): UTF-16, big-endian, two octets of zero
 * behind it; no octet where there is none. */
static GByteArray *bmp_password(const char *password)
{
    GByteArray *bytes = g_byte_array_new();
    glong count = 0;
    gunichar2 *units = password ? g_utf8_to_utf16(password, -1, NULL, &count, NULL) : NULL;
    for (glong i = 0; units && i <= count; i++)
        bytes_put(bytes, units[i], 2);
    if (units)
        explicit_bzero(units, (size_t)count * sizeof *units);
    g_free(units);
    return bytes;
}

/* `size` bytes, filled with copies of others (RFC 7292 appendix B.2, steps 2 and 3). */
static void spread(GByteArray *to, const uint8_t *from, size_t size, size_t block)
{
    size_t all = (size + block - 1) / block * block;
    for (size_t i = 0; i < all; i++)
        g_byte_array_append(to, from + i % size, 1);
}

/* Step 6C: each block of `input`, as a number, grows by `add` and 1. */
static void grow(GByteArray *input, const uint8_t *add, size_t block)
{
    for (guint from = 0; from < input->len; from += (guint)block) {
        unsigned carry = 1;
        for (size_t i = block; i-- > 0;) {
            carry += (unsigned)input->data[from + i] + add[i];
            input->data[from + i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
}

/* The key derivation of PKCS #12 (RFC 7292 appendix B.2) for purpose `id`: 1 a key, 2 an
 * initialisation vector, 3 a MAC's key. */
static PbeResult derive_pkcs12(Pbe *pbe, const Terms *terms, int id, uint8_t *to, size_t size)
{
    const Hash *hash = terms->prf;
    PbeResult paid = pay(pbe, terms, hash ? (size + hash->size - 1) / hash->size : 1);
    if (paid != PBE_DONE)
        return paid;
    uint8_t digest[MAX_HASH], block[MAX_BLOCK];
    GByteArray *password = bmp_password(pbe->password), *input = g_byte_array_new();
    if (terms->salt.length)
        spread(input, terms->salt.data, terms->salt.length, hash->block);
    if (password->len)
        spread(input, password->data, password->len, hash->block);
    for (size_t done = 0; done < size; done += hash->size) {
        GByteArray *first = g_byte_array_new();
        memset(block, id, hash->block);
        g_byte_array_append(first, block, (guint)hash->block);
        g_byte_array_append(first, input->data, input->len);
        gnutls_hash_fast((gnutls_digest_algorithm_t)hash->mac, first->data, first->len, digest);
        g_byte_array_unref(first);
        for (int64_t i = 1; i < terms->iterations; i++)
            gnutls_hash_fast((gnutls_digest_algorithm_t)hash->mac, digest, hash->size, digest);
        memcpy(to + done, digest, MIN(hash->size, size - done));
        for (size_t i = 0; i < hash->block; i++)
            block[i] = digest[i % hash->size];
        grow(input, block, hash->block);
    }
    g_byte_array_unref(password);
    g_byte_array_unref(input);
    return PBE_DONE;
}

static PbeResult derive_pbkdf2(Pbe *pbe, const Terms *terms, uint8_t *to, size_t size)
{
    const Hash *prf = terms->prf;
    if (!prf)
        return PBE_UNKNOWN;
    PbeResult paid = pay(pbe, terms, (size + prf->size - 1) / prf->size);
    if (paid != PBE_DONE)
        return paid;
    const char *password = pbe->password ? pbe->password : "";
    gnutls_datum_t key = datum(password, strlen(password));
    gnutls_datum_t salt = datum(terms->salt.data, terms->salt.length);
    return gnutls_pbkdf2(prf->mac, &key, &salt, (unsigned)terms->iterations, to, size) >= 0
               ? PBE_DONE
               : PBE_UNKNOWN;
}

static PbeResult derive(Pbe *pbe, const Terms *terms, uint8_t *key, uint8_t *iv)
{
    const Cipher *cipher = terms->cipher;
    if (strcmp(terms->scheme, "PKCS #12") != 0) {
        if (terms->iv.length != cipher->iv || !der_is(&terms->iv, DER_OCTET_STRING))
            return PBE_UNKNOWN;
        memcpy(iv, terms->iv.data, cipher->iv);
        return derive_pbkdf2(pbe, terms, key, cipher->key);
    }
    bool two = g_str_has_prefix(cipher->name, "two-key");
    PbeResult result = derive_pkcs12(pbe, terms, 1, key, two ? 16 : cipher->key);
    if (two) /* the first key is the third too */
        memcpy(key + 16, key, 8);
    if (result == PBE_DONE && cipher->iv)
        result = derive_pkcs12(pbe, terms, 2, iv, cipher->iv);
    return result;
}

/* ---- decrypting ----------------------------------------------------------------------------- */

static void wipe(gpointer data)
{
    GByteArray *bytes = data;
    if (bytes->len)
        explicit_bzero(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
}

/* Takes the padding of a block cipher off (RFC 8018 section 6.1.1); false where it is none. */
static bool unpad(GByteArray *bytes, size_t block)
{
    if (!block)
        return true;
    uint8_t pad = bytes->len ? bytes->data[bytes->len - 1] : 0;
    if (pad == 0 || pad > block || pad > bytes->len)
        return false;
    for (guint i = bytes->len - pad; i < bytes->len; i++)
        if (bytes->data[i] != pad)
            return false;
    g_byte_array_set_size(bytes, bytes->len - pad);
    return true;
}

static PbeResult run_cipher(const Cipher *cipher, const uint8_t *key, const uint8_t *iv,
                            GByteArray *bytes)
{
    gnutls_cipher_hd_t handle;
    gnutls_datum_t key_datum = datum(key, cipher->key), iv_datum = datum(iv, cipher->iv);
    if (gnutls_cipher_init(&handle, (gnutls_cipher_algorithm_t)cipher->gnutls, &key_datum,
                           cipher->iv ? &iv_datum : NULL) < 0)
        return PBE_UNKNOWN;
    int answer = gnutls_cipher_decrypt(handle, bytes->data, bytes->len);
    gnutls_cipher_deinit(handle);
    return answer >= 0 && unpad(bytes, cipher->iv) ? PBE_DONE : PBE_WRONG;
}

PbeResult pbe_decrypt(Pbe *pbe, const Der *algorithm, GBytes *bytes, GBytes **plain)
{
    Terms terms = read_terms(algorithm);
    uint8_t key[MAX_KEY] = {0}, iv[MAX_IV] = {0};
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    *plain = NULL;
    if (!terms.cipher || !terms.cipher->gnutls)
        return PBE_UNKNOWN;
    if (!size || (terms.cipher->iv && size % terms.cipher->iv))
        return PBE_WRONG;
    PbeResult result = derive(pbe, &terms, key, iv);
    if (result == PBE_DONE) {
        GByteArray *copy = g_byte_array_append(g_byte_array_new(), data, (guint)size);
        result = run_cipher(terms.cipher, key, iv, copy);
        if (result == PBE_DONE)
            *plain = g_bytes_new_with_free_func(copy->data, copy->len, wipe, copy);
        else
            wipe(copy);
    }
    explicit_bzero(key, sizeof key);
    return result;
}

/* ---- MACs ----------------------------------------------------------------------------------- */

typedef struct Mac {
    Terms terms;
    const Hash *hash;
    Der digest;
} Mac;

static bool read_mac(const Der *element, Mac *mac)
{
    Reader inside = der_inside(element), info;
    Der digest_info, algorithm, count, parts[ALGORITHM_PARTS], scheme;
    *mac = (Mac){.terms = {.iterations = 1}};
    if (!der_is(element, DER_SEQUENCE) || !der_next(&inside, &digest_info) ||
        !der_next(&inside, &mac->terms.salt))
        return false;
    if (der_next(&inside, &count))
        value_integer(&count, &mac->terms.iterations);
    info = der_inside(&digest_info);
    if (!der_next(&info, &algorithm) || !der_next(&info, &mac->digest) ||
        !der_is(&algorithm, DER_SEQUENCE))
        return false;
    shape_assign(&shape_algorithm, &algorithm, parts);
    mac->hash = mac->terms.prf = find_hash(&parts[ALGORITHM_ID], false);
    mac->terms.scheme = "PKCS #12";
    if (!value_is_oid(&parts[ALGORITHM_ID], "1.2.840.113549.1.5.14"))
        return mac->hash != NULL;
    mac->terms.scheme = "PBMAC1";
    read_two(&mac->terms, &parts[ALGORITHM_PARAMETERS], &scheme);
    Reader oid = der_inside(&scheme);
    mac->hash = der_next(&oid, &algorithm) ? find_hash(&algorithm, true) : NULL;
    return mac->hash != NULL;
}

char *pbe_describe_mac(const Der *element, bool *old)
{
    Mac mac;
    *old = false;
    if (!read_mac(element, &mac))
        return NULL;
    *old = mac.hash->old;
    return g_strdup_printf("%sHMAC-%s, %" PRId64 " iterations",
                           strcmp(mac.terms.scheme, "PBMAC1") == 0 ? "PBMAC1, " : "",
                           mac.hash->name, mac.terms.iterations);
}

PbeResult pbe_check_mac(Pbe *pbe, const Der *element, GBytes *content)
{
    Mac mac;
    uint8_t key[MAX_HASH], made[MAX_HASH];
    gsize size;
    const void *data = g_bytes_get_data(content, &size);
    if (!read_mac(element, &mac))
        return PBE_UNKNOWN;
    bool pbmac1 = strcmp(mac.terms.scheme, "PBMAC1") == 0;
    size_t length = pbmac1 ? (size_t)mac.terms.key : mac.hash->size;
    if (length < 1 || length > sizeof key)
        return PBE_UNKNOWN;
    PbeResult result = pbmac1 ? derive_pbkdf2(pbe, &mac.terms, key, length)
                              : derive_pkcs12(pbe, &mac.terms, 3, key, length);
    if (result != PBE_DONE)
        return result;
    bool fine = gnutls_hmac_fast(mac.hash->mac, key, length, data, size, made) >= 0 &&
                mac.digest.length == mac.hash->size &&
                memcmp(made, mac.digest.data, mac.hash->size) == 0;
    explicit_bzero(key, sizeof key);
    return fine ? PBE_DONE : PBE_WRONG;
}

GBytes *pbe_octets(const Der *element)
{
    if (!element->data)
        return NULL;
    if (!element->constructed)
        return g_bytes_new(element->data, element->length);
    GByteArray *bytes = g_byte_array_new();
    Reader inside = der_inside(element);
    Der part;
    while (der_next(&inside, &part))
        if (der_is(&part, DER_OCTET_STRING) && !part.constructed)
            g_byte_array_append(bytes, part.data, (guint)part.length);
    return g_byte_array_free_to_bytes(bytes);
}
