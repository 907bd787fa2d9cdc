#include "tests/worker/pki/forge.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static void append(GByteArray *to, GBytes *part)
{
    gsize size;
    const void *data = g_bytes_get_data(part, &size);
    if (size)
        g_byte_array_append(to, data, (guint)size);
    g_bytes_unref(part);
}

static GBytes *wrap(int tag, GByteArray *content)
{
    GByteArray *whole = g_byte_array_new();
    uint8_t head[6] = {(uint8_t)tag};
    guint size = content->len, used = 1;
    if (size >= 0x80) {
        int octets = size > 0xffffff ? 4 : size > 0xffff ? 3 : size > 0xff ? 2 : 1;
        head[used++] = (uint8_t)(0x80 | octets);
        for (int i = octets - 1; i >= 0; i--)
            head[used++] = (uint8_t)(size >> (8 * i));
    } else {
        head[used++] = (uint8_t)size;
    }
    g_byte_array_append(whole, head, used);
    if (size)
        g_byte_array_append(whole, content->data, size);
    g_byte_array_unref(content);
    return g_byte_array_free_to_bytes(whole);
}

GBytes *tlv(int tag, ...)
{
    GByteArray *content = g_byte_array_new();
    va_list parts;
    va_start(parts, tag);
    for (GBytes *part; (part = va_arg(parts, GBytes *));)
        append(content, part);
    va_end(parts);
    return wrap(tag, content);
}

GBytes *raw(const char *hex)
{
    GByteArray *out = g_byte_array_new();
    for (; *hex; hex += *hex == ' ' ? 1 : 2) {
        uint8_t octet;
        if (*hex == ' ')
            continue;
        octet = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(out, &octet, 1);
    }
    return g_byte_array_free_to_bytes(out);
}

GBytes *bytes(int tag, const void *data, size_t size)
{
    return tlv(tag, g_bytes_new(data, size), NULL);
}

GBytes *text(int tag, const char *string)
{
    return bytes(tag, string, strlen(string));
}

GBytes *join(GBytes *one, GBytes *other)
{
    GByteArray *both = g_byte_array_new();
    append(both, one);
    append(both, other);
    return g_byte_array_free_to_bytes(both);
}

GBytes *oid(const char *dotted)
{
    GByteArray *content = g_byte_array_new();
    g_auto(GStrv) arcs = g_strsplit(dotted, ".", -1);
    guint64 first = g_ascii_strtoull(arcs[0], NULL, 10) * 40;
    for (guint i = 1; arcs[i]; i++) {
        guint64 arc = g_ascii_strtoull(arcs[i], NULL, 10) + (i == 1 ? first : 0);
        int groups = 1;
        while (arc >> (7 * groups))
            groups++;
        while (groups--) {
            uint8_t octet = (uint8_t)((arc >> (7 * groups) & 0x7f) | (groups ? 0x80 : 0));
            g_byte_array_append(content, &octet, 1);
        }
    }
    return wrap(0x06, content);
}

GBytes *number(int value)
{
    uint8_t octet = (uint8_t)value;
    return bytes(0x02, &octet, 1);
}

GBytes *name(int tag, const void *value, size_t size)
{
    return tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), bytes(tag, value, size), NULL), NULL),
               NULL);
}

GBytes *extension(const char *dotted, bool critical, GBytes *value)
{
    if (critical)
        return tlv(0x30, oid(dotted), raw("0101ff"), tlv(0x04, value, NULL), NULL);
    return tlv(0x30, oid(dotted), tlv(0x04, value, NULL), NULL);
}

GBytes *alternative(int tag, const void *value, size_t size)
{
    return extension("2.5.29.17", false, tlv(0x30, bytes(tag, value, size), NULL));
}

GBytes *dns(const char *host)
{
    return alternative(0x82, host, strlen(host));
}

GBytes *basic(bool ca, int path_length)
{
    GBytes *content = ca ? raw("0101ff") : raw("");
    if (path_length >= 0)
        content = join(content, number(path_length));
    return extension("2.5.29.19", true, tlv(0x30, content, NULL));
}

GBytes *usage(const char *bits)
{
    return extension("2.5.29.15", true, tlv(0x03, raw(bits), NULL));
}

GBytes *purpose(const char *dotted)
{
    return extension("2.5.29.37", false, tlv(0x30, oid(dotted), NULL));
}

static GBytes *make_spki(gnutls_privkey_t key)
{
    gnutls_pubkey_t public_key;
    gnutls_datum_t der;
    gnutls_pubkey_init(&public_key);
    ck_assert_int_ge(gnutls_pubkey_import_privkey(public_key, key, 0, 0), 0);
    ck_assert_int_ge(gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_DER, &der), 0);
    GBytes *spki = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(public_key);
    return spki;
}

const ForgeKey *forge_key(const char *kind, int which)
{
    static GHashTable *keys;
    static const struct {
        const char *kind;
        gnutls_pk_algorithm_t algorithm;
        unsigned bits;
    } kinds[] = {
        {"rsa2048", GNUTLS_PK_RSA, 2048},
        {"rsa1024", GNUTLS_PK_RSA, 1024},
        {"rsa512", GNUTLS_PK_RSA, 512},
        {"pss", GNUTLS_PK_RSA_PSS, 2048},
        {"dsa", GNUTLS_PK_DSA, 2048},
        {"ec", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
        {"ed25519", GNUTLS_PK_EDDSA_ED25519, 0},
        {"ed448", GNUTLS_PK_EDDSA_ED448, 0},
    };
    if (!keys)
        keys = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *id = g_strdup_printf("%s %d", kind, which);
    ForgeKey *known = g_hash_table_lookup(keys, id);
    for (guint i = 0; !known && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        known = g_new0(ForgeKey, 1);
        gnutls_privkey_init(&known->key);
        ck_assert_int_ge(gnutls_privkey_generate(known->key, kinds[i].algorithm, kinds[i].bits, 0),
                         0);
        known->spki = make_spki(known->key);
        g_hash_table_insert(keys, g_steal_pointer(&id), known);
    }
    ck_assert_ptr_nonnull(known);
    return known;
}

static GBytes *algorithm_of(gnutls_sign_algorithm_t sign)
{
    const char *dotted = gnutls_sign_get_oid(sign);
    bool rsa = gnutls_sign_get_pk_algorithm(sign) == GNUTLS_PK_RSA;
    return tlv(0x30, oid(dotted), rsa ? raw("0500") : raw(""), NULL);
}

static GBytes *time_of(const char *instant)
{
    return text(strlen(instant) == strlen("YYYYMMDDHHMMSSZ") ? 0x18 : 0x17, instant);
}

static void set_defaults(Forge *parts)
{
    if (!parts->key)
        parts->key = forge_key("ec", 0);
    if (!parts->issuer_key)
        parts->issuer_key = parts->key;
    if (!parts->sign) {
        int kind = gnutls_privkey_get_pk_algorithm(parts->issuer_key->key, NULL);
        parts->sign = kind == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_SIGN_EDDSA_ED25519
                                                      : gnutls_pk_to_sign(kind, GNUTLS_DIG_SHA256);
    }
    if (!parts->subject)
        parts->subject = "subject";
    if (!parts->issuer)
        parts->issuer = parts->subject;
    parts->version = parts->version ? parts->version : raw("a003020102");
    parts->serial = parts->serial ? parts->serial : number(1);
    parts->algorithm = parts->algorithm ? parts->algorithm : algorithm_of(parts->sign);
    parts->outer_algorithm =
        parts->outer_algorithm ? parts->outer_algorithm : g_bytes_ref(parts->algorithm);
    if (!parts->issuer_name)
        parts->issuer_name = name(0x0c, parts->issuer, strlen(parts->issuer));
    if (!parts->subject_name)
        parts->subject_name = name(0x0c, parts->subject, strlen(parts->subject));
    if (!parts->validity)
        parts->validity = tlv(0x30, time_of(parts->from ? parts->from : "200101000000Z"),
                              time_of(parts->to ? parts->to : "400101000000Z"), NULL);
    parts->spki = parts->spki ? parts->spki : g_bytes_ref(parts->key->spki);
}

static GBytes *sign(const Forge *parts, GBytes *tbs)
{
    gsize size;
    const void *data = g_bytes_get_data(tbs, &size);
    gnutls_datum_t signature, to_sign = {.data = (unsigned char *)data, .size = (unsigned)size};
    ck_assert_int_ge(
        gnutls_privkey_sign_data2(parts->issuer_key->key, parts->sign, 0, &to_sign, &signature), 0);
    GBytes *bits = tlv(0x03, raw("00"), g_bytes_new(signature.data, signature.size), NULL);
    gnutls_free(signature.data);
    return bits;
}

GBytes *forge(Forge parts)
{
    set_defaults(&parts);
    bool any = parts.extensions && g_bytes_get_size(parts.extensions);
    GBytes *extensions = any ? tlv(0xa3, tlv(0x30, parts.extensions, NULL), NULL) : raw("");
    if (!any && parts.extensions)
        g_bytes_unref(parts.extensions);
    GBytes *tbs = tlv(0x30, parts.version, parts.serial, parts.algorithm, parts.issuer_name,
                      parts.validity, parts.subject_name, parts.spki, extensions, NULL);
    GBytes *signature = sign(&parts, tbs);
    GBytes *whole = tlv(0x30, tbs, parts.outer_algorithm, signature, NULL);
    for (int i = 0; i < parts.tail; i++)
        whole = join(whole, raw("00"));
    return whole;
}

GBytes *forge_flip(GBytes *der, size_t offset, uint8_t mask)
{
    gsize size;
    const void *data = g_bytes_get_data(der, &size);
    uint8_t *copy = g_memdup2(data, size);
    copy[offset] ^= mask;
    return g_bytes_new_take(copy, size);
}
