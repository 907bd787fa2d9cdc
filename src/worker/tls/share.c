/* The key shares of offer.h. */
#include "worker/tls/offer.h"

#include <string.h>

#include "common/util/bytes.h"

enum {
    SEED = 32,
    X25519_SIZE = 32,
    X448_SIZE = 56,
    LATTICE_768 = 1152, /* bytes of an encapsulation key before its seed */
    LATTICE_512 = 768,
    LATTICE_1024 = 1536,
};

/* Base points, uncompressed, from SEC 2, RFC 5639 and GB/T 32918.5. */
#define P256                                                                                       \
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a"   \
    "7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P384                                                                                       \
    "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e38"   \
    "72760ab73617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a"   \
    "431d7c90ea0e5f"
#define P521                                                                                       \
    "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1d"   \
    "c127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f5444957"   \
    "9b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"
#define BP256                                                                                      \
    "048bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262547ef835c3dac4fd97f8461a"   \
    "14611dc9c27745132ded8e545c1d54c72f046997"
#define BP384                                                                                      \
    "041d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e2"   \
    "47d4af1e8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142"   \
    "820341263c5315"
#define BP512                                                                                      \
    "0481aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b"   \
    "93b97d5f7c6d5047406a5e688b352209bcb9f8227dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa0"   \
    "00c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892"
#define SM2                                                                                        \
    "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee3"   \
    "6b692153d0a9877cc62a474002df32e52139f0a0"

/* A part of a share: a curve's point, or a number of bytes of some kind. */
typedef enum ShareKind { SHARE_NONE, SHARE_POINT, SHARE_X, SHARE_FFDHE, SHARE_KEM } ShareKind;

typedef struct SharePart {
    ShareKind kind;
    const char *point; /* SHARE_POINT: in hexadecimal */
    guint size;        /* SHARE_X, SHARE_FFDHE: bytes; SHARE_KEM: bytes before the seed */
    uint8_t first;     /* SHARE_X: the base point's first byte; no point of low order begins so */
} SharePart;

#define POINT(hex)                                                                                 \
    {                                                                                              \
        SHARE_POINT, hex, 0, 0                                                                     \
    }
#define KEM(size)                                                                                  \
    {                                                                                              \
        SHARE_KEM, NULL, size, 0                                                                   \
    }
#define FFDHE(bits)                                                                                \
    {                                                                                              \
        SHARE_FFDHE, NULL, (bits) / 8, 0                                                           \
    }
#define X25519                                                                                     \
    {                                                                                              \
        SHARE_X, NULL, X25519_SIZE, 9                                                              \
    }
#define X448                                                                                       \
    {                                                                                              \
        SHARE_X, NULL, X448_SIZE, 5                                                                \
    }

/* RFC 8446 section 4.2.8, RFC 7919, RFC 8734, RFC 8998, draft-ietf-tls-ecdhe-mlkem and, of the
 * Kyber drafts, draft-tls-westerbaan-xyber768d00 */
static const struct ShareRow {
    uint16_t group;
    SharePart parts[2];
} rows[] = {
    {23, {POINT(P256)}},
    {24, {POINT(P384)}},
    {25, {POINT(P521)}},
    {29, {X25519}},
    {30, {X448}},
    {31, {POINT(BP256)}},
    {32, {POINT(BP384)}},
    {33, {POINT(BP512)}},
    {41, {POINT(SM2)}},
    {256, {FFDHE(2048)}},
    {257, {FFDHE(3072)}},
    {258, {FFDHE(4096)}},
    {259, {FFDHE(6144)}},
    {260, {FFDHE(8192)}},
    {512, {KEM(LATTICE_512)}},
    {513, {KEM(LATTICE_768)}},
    {514, {KEM(LATTICE_1024)}},
    {4587, {POINT(P256), KEM(LATTICE_768)}},
    {4588, {KEM(LATTICE_768), X25519}},
    {4589, {POINT(P384), KEM(LATTICE_1024)}},
    {4590, {POINT(SM2), KEM(LATTICE_768)}},
    {25497, {X25519, KEM(LATTICE_768)}},
    {25498, {POINT(P256), KEM(LATTICE_768)}},
};

static void put_zeros(GByteArray *share, guint count)
{
    guint old = share->len;
    g_byte_array_set_size(share, old + count);
    memset(share->data + old, 0, count);
}

static void put_point(GByteArray *share, const char *hex)
{
    for (; *hex; hex += 2) {
        int high = g_ascii_xdigit_value(hex[0]), low = g_ascii_xdigit_value(hex[1]);
        bytes_put(share, (uint64_t)(high << 4 | low), 1);
    }
}

static void put_x(GByteArray *share, const SharePart *part, const uint8_t *seed)
{
    bytes_put(share, part->first, 1);
    g_byte_array_append(share, seed + 1, SEED - 1);
    if (part->size > SEED)
        g_byte_array_append(share, seed, part->size - SEED);
}

/* 2 to the power of something: the generator of these groups is 2, and their primes begin with 64
 * ones, so that what has its highest bit elsewhere is below. */
static void put_power(GByteArray *share, guint size, const uint8_t *seed)
{
    put_zeros(share, size);
    guint bit = 1 + *seed;
    share->data[share->len - size + bit / 8] = (uint8_t)(0x80 >> bit % 8);
}

GByteArray *offer_share(uint16_t group, const uint8_t *seed)
{
    const struct ShareRow *row = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].group == group)
            row = &rows[i];
    if (!row)
        return NULL;
    GByteArray *share = g_byte_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(row->parts); i++) {
        const SharePart *part = &row->parts[i];
        switch (part->kind) {
        case SHARE_NONE:
            break;
        case SHARE_POINT:
            put_point(share, part->point);
            break;
        case SHARE_X:
            put_x(share, part, seed);
            break;
        case SHARE_FFDHE:
            put_power(share, part->size, seed);
            break;
        case SHARE_KEM:
            put_zeros(share, part->size);
            g_byte_array_append(share, seed, SEED);
            break;
        }
    }
    return share;
}
