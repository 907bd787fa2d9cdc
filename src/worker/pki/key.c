#include "worker/pki/key.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/registry.h"
#include "worker/pki/datum.h"
#include "worker/pki/shapes.h"
#include "worker/pki/value.h"

static char *read_oid(const Der *element)
{
    bool minimal;
    return der_is(element, DER_OID) ? value_oid(element, &minimal) : NULL;
}

/* The DER inside of the BIT STRING that a key is in. */
static bool key_inside(const Der *bits, Der *inner)
{
    Reader octets;
    unsigned unused;
    return value_bits(bits, &octets, &unused) && der_next(&octets, inner);
}

static unsigned remainder_by(const Der *modulus, unsigned prime)
{
    unsigned rest = 0;
    for (size_t i = 0; i < modulus->length; i++)
        rest = (rest << 8 | modulus->data[i]) % prime;
    return rest;
}

/* True where `rest` is a power of 65537 modulo the prime. */
static bool is_power(unsigned rest, unsigned prime)
{
    unsigned power = 1;
    do {
        if (power == rest)
            return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

/* The primes of such a key are k * M + (65537^a mod M), M the product of the first primes: so the
 * modulus is a power of 65537 modulo each of these (Nemec and others, 2017, section 4.1). One in
 * 2^27 other moduli is so by chance. */
static bool has_roca(const Der *modulus)
{
    static const uint8_t primes[] = {
        3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
        73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
    for (size_t i = 0; i < sizeof primes; i++)
        if (!is_power(remainder_by(modulus, primes[i]), primes[i]))
            return false;
    return modulus->length >= 64;
}

static void read_rsa(Key *key, const Der *parameters, const Der *bits)
{
    (void)parameters;
    Der inner, parts[RSA_PARTS];
    if (!key_inside(bits, &inner) || !der_is(&inner, DER_SEQUENCE))
        return;
    shape_assign(&shape_rsa_key, &inner, parts);
    key->bits = value_integer_bits(&parts[RSA_MODULUS]);
    key->roca = has_roca(&parts[RSA_MODULUS]);
    key->exponent = value_decimal(&parts[RSA_EXPONENT]);
}

/* The first number in a curve's name is its size: secp256r1, brainpoolP384r1, sect571k1. */
static size_t curve_bits(const char *name)
{
    if (strcmp(name, "curveSM2") == 0)
        return 256;
    bool sec = g_str_has_prefix(name, "secp") || g_str_has_prefix(name, "sect");
    if (!sec && !g_str_has_prefix(name, "brainpoolP") && !g_str_has_prefix(name, "prime"))
        return 0;
    const char *digits = strpbrk(name, "0123456789");
    return digits ? (size_t)strtoul(digits, NULL, 10) : 0;
}

static void read_ec(Key *key, const Der *parameters, const Der *bits)
{
    g_autofree char *oid = read_oid(parameters);
    if (oid) {
        key->curve = g_strdup(registry_oid_name(oid));
        key->bits = curve_bits(key->curve);
    } else if (der_is(parameters, DER_SEQUENCE)) {
        Reader octets;
        unsigned unused;
        key->curve = g_strdup("explicit");
        if (value_bits(bits, &octets, &unused) && reader_u8(&octets) == 4)
            key->bits = reader_left(&octets) * 4; /* two coordinates of half of the octets each */
    }
}

static void read_dsa(Key *key, const Der *parameters, const Der *bits)
{
    (void)bits;
    Reader inside = der_inside(parameters);
    Der prime;
    if (der_is(parameters, DER_SEQUENCE) && der_next(&inside, &prime) &&
        der_is(&prime, DER_INTEGER))
        key->bits = value_integer_bits(&prime);
}

static const struct {
    const char *oid, *type;
    size_t bits; /* where the kind has one size */
    void (*read)(Key *key, const Der *parameters, const Der *bits);
} key_kinds[] = {
    {"1.2.840.113549.1.1.1", "RSA", 0, read_rsa},
    {"1.2.840.113549.1.1.10", "RSA-PSS", 0, read_rsa},
    {"1.2.840.113549.1.1.7", "RSA-OAEP", 0, read_rsa},
    {"1.2.840.10045.2.1", "ECDSA", 0, read_ec},
    {"1.3.101.112", "Ed25519", 256, NULL},
    {"1.3.101.113", "Ed448", 456, NULL},
    {"1.3.101.110", "X25519", 256, NULL},
    {"1.3.101.111", "X448", 448, NULL},
    {"1.2.840.10040.4.1", "DSA", 0, read_dsa},
    {"1.2.840.113549.1.3.1", "DH", 0, read_dsa},
    {"1.2.840.10046.2.1", "DH", 0, read_dsa},
};

Key key_read(const Der *spki)
{
    Key key = {0};
    Der parts[SPKI_PARTS], algorithm[ALGORITHM_PARTS];
    if (!der_is(spki, DER_SEQUENCE))
        return key;
    shape_assign(&shape_spki, spki, parts);
    shape_assign(&shape_algorithm, &parts[SPKI_ALGORITHM], algorithm);
    g_autofree char *oid = read_oid(&algorithm[ALGORITHM_ID]);
    if (!oid)
        return key;
    for (size_t i = 0; i < G_N_ELEMENTS(key_kinds); i++) {
        if (strcmp(key_kinds[i].oid, oid) != 0)
            continue;
        key.type = g_strdup(key_kinds[i].type);
        key.bits = key_kinds[i].bits;
        if (key_kinds[i].read)
            key_kinds[i].read(&key, &algorithm[ALGORITHM_PARAMETERS], &parts[SPKI_KEY]);
        return key;
    }
    key.type = g_strdup(registry_oid_name(oid));
    return key;
}

void key_clear(Key *key)
{
    g_clear_pointer(&key->type, g_free);
    g_clear_pointer(&key->curve, g_free);
    g_clear_pointer(&key->exponent, g_free);
}

static const struct {
    const char *oid, *hash;
    int gnutls;
} signature_kinds[] = {
    {"1.2.840.113549.1.1.2", "MD2", GNUTLS_SIGN_RSA_MD2},
    {"1.2.840.113549.1.1.3", "MD4", GNUTLS_SIGN_UNKNOWN},
    {"1.2.840.113549.1.1.4", "MD5", GNUTLS_SIGN_RSA_MD5},
    {"1.3.14.3.2.3", "MD5", GNUTLS_SIGN_RSA_MD5},
    {"1.2.840.113549.1.1.5", "SHA-1", GNUTLS_SIGN_RSA_SHA1},
    {"1.3.14.3.2.29", "SHA-1", GNUTLS_SIGN_RSA_SHA1},
    {"1.2.840.113549.1.1.14", "SHA-224", GNUTLS_SIGN_RSA_SHA224},
    {"1.2.840.113549.1.1.11", "SHA-256", GNUTLS_SIGN_RSA_SHA256},
    {"1.2.840.113549.1.1.12", "SHA-384", GNUTLS_SIGN_RSA_SHA384},
    {"1.2.840.113549.1.1.13", "SHA-512", GNUTLS_SIGN_RSA_SHA512},
    {"1.3.36.3.3.1.2", "RIPEMD-160", GNUTLS_SIGN_RSA_RMD160},
    {"2.16.840.1.101.3.4.3.13", "SHA3-224", GNUTLS_SIGN_RSA_SHA3_224},
    {"2.16.840.1.101.3.4.3.14", "SHA3-256", GNUTLS_SIGN_RSA_SHA3_256},
    {"2.16.840.1.101.3.4.3.15", "SHA3-384", GNUTLS_SIGN_RSA_SHA3_384},
    {"2.16.840.1.101.3.4.3.16", "SHA3-512", GNUTLS_SIGN_RSA_SHA3_512},
    {"1.2.840.10040.4.3", "SHA-1", GNUTLS_SIGN_DSA_SHA1},
    {"1.3.14.3.2.27", "SHA-1", GNUTLS_SIGN_DSA_SHA1},
    {"2.16.840.1.101.3.4.3.1", "SHA-224", GNUTLS_SIGN_DSA_SHA224},
    {"2.16.840.1.101.3.4.3.2", "SHA-256", GNUTLS_SIGN_DSA_SHA256},
    {"2.16.840.1.101.3.4.3.3", "SHA-384", GNUTLS_SIGN_DSA_SHA384},
    {"2.16.840.1.101.3.4.3.4", "SHA-512", GNUTLS_SIGN_DSA_SHA512},
    {"1.2.840.10045.4.1", "SHA-1", GNUTLS_SIGN_ECDSA_SHA1},
    {"1.2.840.10045.4.3.1", "SHA-224", GNUTLS_SIGN_ECDSA_SHA224},
    {"1.2.840.10045.4.3.2", "SHA-256", GNUTLS_SIGN_ECDSA_SHA256},
    {"1.2.840.10045.4.3.3", "SHA-384", GNUTLS_SIGN_ECDSA_SHA384},
    {"1.2.840.10045.4.3.4", "SHA-512", GNUTLS_SIGN_ECDSA_SHA512},
    {"2.16.840.1.101.3.4.3.9", "SHA3-224", GNUTLS_SIGN_ECDSA_SHA3_224},
    {"2.16.840.1.101.3.4.3.10", "SHA3-256", GNUTLS_SIGN_ECDSA_SHA3_256},
    {"2.16.840.1.101.3.4.3.11", "SHA3-384", GNUTLS_SIGN_ECDSA_SHA3_384},
    {"2.16.840.1.101.3.4.3.12", "SHA3-512", GNUTLS_SIGN_ECDSA_SHA3_512},
    {"1.3.101.112", NULL, GNUTLS_SIGN_EDDSA_ED25519},
    {"1.3.101.113", NULL, GNUTLS_SIGN_EDDSA_ED448},
    {"1.2.643.2.2.3", "GOST R 34.11-94", GNUTLS_SIGN_GOST_94},
    {"1.2.643.7.1.1.3.2", "GOST R 34.11-2012", GNUTLS_SIGN_GOST_256},
    {"1.2.643.7.1.1.3.3", "GOST R 34.11-2012", GNUTLS_SIGN_GOST_512},
};

/* RFC 4055 section 3.1: RSASSA-PSS names its hash in the parameters; SHA-1 where it names none. */
static void read_pss(Signature *signature, const Der *parameters)
{
    static const struct {
        const char *oid, *hash;
        int gnutls;
    } hashes[] = {
        {"1.3.14.3.2.26", "SHA-1", GNUTLS_SIGN_UNKNOWN},
        {"2.16.840.1.101.3.4.2.4", "SHA-224", GNUTLS_SIGN_UNKNOWN},
        {"2.16.840.1.101.3.4.2.1", "SHA-256", GNUTLS_SIGN_RSA_PSS_SHA256},
        {"2.16.840.1.101.3.4.2.2", "SHA-384", GNUTLS_SIGN_RSA_PSS_SHA384},
        {"2.16.840.1.101.3.4.2.3", "SHA-512", GNUTLS_SIGN_RSA_PSS_SHA512},
    };
    Der parts[PSS_PARTS], hash[ALGORITHM_PARTS];
    signature->pss = true;
    shape_assign(&shape_pss_parameters, parameters, parts);
    shape_assign(&shape_algorithm, &parts[PSS_HASH], hash);
    g_autofree char *oid = read_oid(&hash[ALGORITHM_ID]);
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++)
        if (strcmp(hashes[i].oid, oid ? oid : hashes[0].oid) == 0) {
            signature->hash = hashes[i].hash;
            signature->gnutls = hashes[i].gnutls;
        }
}

Signature signature_read(const Der *algorithm)
{
    Signature signature = {.gnutls = GNUTLS_SIGN_UNKNOWN};
    Der parts[ALGORITHM_PARTS];
    if (!der_is(algorithm, DER_SEQUENCE))
        return signature;
    shape_assign(&shape_algorithm, algorithm, parts);
    g_autofree char *oid = read_oid(&parts[ALGORITHM_ID]);
    if (!oid)
        return signature;
    signature.name = g_strdup(registry_oid_name(oid));
    if (strcmp(oid, "1.2.840.113549.1.1.10") == 0)
        read_pss(&signature, &parts[ALGORITHM_PARAMETERS]);
    for (size_t i = 0; i < G_N_ELEMENTS(signature_kinds); i++)
        if (strcmp(signature_kinds[i].oid, oid) == 0) {
            signature.hash = signature_kinds[i].hash;
            signature.gnutls = signature_kinds[i].gnutls;
        }
    return signature;
}

void signature_clear(Signature *signature)
{
    g_clear_pointer(&signature->name, g_free);
}

gnutls_pubkey_t key_import(GBytes *spki)
{
    gnutls_datum_t der = datum_of(spki);
    gnutls_pubkey_t key;
    if (gnutls_pubkey_init(&key) < 0)
        return NULL;
    if (gnutls_pubkey_import(key, &der, GNUTLS_X509_FMT_DER) == 0)
        return key;
    gnutls_pubkey_deinit(key);
    return NULL;
}
