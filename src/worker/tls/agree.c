#include "worker/tls/agree.h"

#include <string.h>

#include <nettle/curve25519.h>
#include <nettle/curve448.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>

enum {
    UNCOMPRESSED = 4, /* UncompressedPointRepresentation, RFC 8446 section 4.2.8.2 */
    WIDEST = 66,      /* bytes of the longest coordinate */
};

typedef const struct ecc_curve *Curve(void);
typedef void Multiply(uint8_t *out, const uint8_t *scalar, const uint8_t *point);
typedef void MultiplyBase(uint8_t *out, const uint8_t *scalar);

/* A group has a curve, or the two functions of a Montgomery curve. */
static const struct AgreeRow {
    uint16_t group;
    guint size; /* bytes of a coordinate */
    Curve *curve;
    Multiply *multiply;
    MultiplyBase *base;
} rows[] = {
    {29, CURVE25519_SIZE, NULL, curve25519_mul, curve25519_mul_g},
    {23, 32, nettle_get_secp_256r1, NULL, NULL},
    {24, 48, nettle_get_secp_384r1, NULL, NULL},
    {30, CURVE448_SIZE, NULL, curve448_mul, curve448_mul_g},
    {25, 66, nettle_get_secp_521r1, NULL, NULL},
};

static const struct AgreeRow *row_of(uint16_t group)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].group == group)
            return &rows[i];
    return NULL;
}

uint16_t agree_group(guint index)
{
    return index < G_N_ELEMENTS(rows) ? rows[index].group : 0;
}

bool agree_can(uint16_t group)
{
    return row_of(group) != NULL;
}

/* The private key: the seed, and zeros behind it where it is too short. */
static void make_private(guint8 scalar[WIDEST], const uint8_t *seed)
{
    memset(scalar, 0, WIDEST);
    memcpy(scalar, seed, AGREE_SEED);
}

/* The private key of a curve: the seed as an integer, or one for what is no private key there. */
static void make_scalar(struct ecc_scalar *scalar, const struct AgreeRow *row, const uint8_t *seed)
{
    mpz_t number;
    nettle_mpz_init_set_str_256_u(number, AGREE_SEED, seed);
    ecc_scalar_init(scalar, row->curve());
    if (!ecc_scalar_set(scalar, number)) {
        mpz_set_ui(number, 1);
        ecc_scalar_set(scalar, number);
    }
    mpz_clear(number);
}

/* x, and y too where that is wanted. */
static void put_point(GByteArray *out, const struct AgreeRow *row, const struct ecc_point *point,
                      bool both)
{
    guint8 bytes[WIDEST];
    mpz_t x, y;
    mpz_init(x);
    mpz_init(y);
    ecc_point_get(point, x, y);
    nettle_mpz_get_str_256(row->size, bytes, x);
    g_byte_array_append(out, bytes, row->size);
    nettle_mpz_get_str_256(row->size, bytes, y);
    if (both)
        g_byte_array_append(out, bytes, row->size);
    mpz_clear(x);
    mpz_clear(y);
}

GByteArray *agree_public(uint16_t group, const uint8_t seed[AGREE_SEED])
{
    const struct AgreeRow *row = row_of(group);
    if (!row)
        return NULL;
    GByteArray *out = g_byte_array_new();
    if (row->base) {
        guint8 private[WIDEST], public[WIDEST];
        make_private(private, seed);
        row->base(public, private);
        g_byte_array_append(out, public, row->size);
        return out;
    }
    struct ecc_scalar private;
    struct ecc_point public;
    make_scalar(&private, row, seed);
    ecc_point_init(&public, row->curve());
    ecc_point_mul_g(&public, &private);
    bytes_put(out, UNCOMPRESSED, 1);
    put_point(out, row, &public, true);
    ecc_point_clear(&public);
    ecc_scalar_clear(&private);
    return out;
}

/* The peer's point; false if it is none. */
static bool read_point(struct ecc_point *point, const struct AgreeRow *row, Reader peer)
{
    uint8_t form = reader_u8(&peer);
    const uint8_t *first = reader_take(&peer, row->size), *second = reader_take(&peer, row->size);
    if (form != UNCOMPRESSED || !second || !reader_at_end(&peer))
        return false;
    mpz_t x, y;
    nettle_mpz_init_set_str_256_u(x, row->size, first);
    nettle_mpz_init_set_str_256_u(y, row->size, second);
    int lies_on_it = ecc_point_set(point, x, y);
    mpz_clear(x);
    mpz_clear(y);
    return lies_on_it;
}

static GByteArray *agree_on_curve(const struct AgreeRow *row, const uint8_t *seed, Reader peer)
{
    struct ecc_scalar private;
    struct ecc_point point;
    GByteArray *out = NULL;
    ecc_point_init(&point, row->curve());
    if (read_point(&point, row, peer)) {
        make_scalar(&private, row, seed);
        ecc_point_mul(&point, &private, &point);
        out = g_byte_array_new();
        put_point(out, row, &point, false);
        ecc_scalar_clear(&private);
    }
    ecc_point_clear(&point);
    return out;
}

static bool all_zeros(const uint8_t *bytes, guint size)
{
    guint8 any = 0;
    for (guint i = 0; i < size; i++)
        any |= bytes[i];
    return !any;
}

GByteArray *agree_secret(uint16_t group, const uint8_t seed[AGREE_SEED], Reader peer)
{
    const struct AgreeRow *row = row_of(group);
    if (!row)
        return NULL;
    if (row->curve)
        return agree_on_curve(row, seed, peer);
    guint8 private[WIDEST], secret[WIDEST];
    const uint8_t *point = reader_take(&peer, row->size);
    if (!point || !reader_at_end(&peer))
        return NULL;
    make_private(private, seed);
    row->multiply(secret, private, point);
    if (all_zeros(secret, row->size))
        return NULL;
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, secret, row->size);
    return out;
}
