#include "common/registry/networks.h"

#include <string.h>

typedef struct Network {
    uint8_t octets[16];
    unsigned bits; /* that count */
} Network;

static const Network four[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private, RFC 1918 */
    {{100, 64}, 10},      /* shared, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* IETF protocols */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, and broadcast */
};

static const Network six[] = {
    {{0}, 127},                        /* unspecified and loopback */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, /* translation within a site, RFC 8215 */
    {{1}, 64},                         /* discard, RFC 6666 */
    {{0x20, 0x01, 0, 2}, 48},          /* benchmarks */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},    /* documentation */
    {{0x3f, 0xff}, 20},                /* documentation, RFC 9637 */
    {{0x5f}, 16},                      /* segment routing, RFC 9602 */
    {{0xfc}, 7},                       /* unique local */
    {{0xfe, 0x80}, 10},                /* link-local */
    {{0xff}, 8},                       /* multicast */
};

/* IPv6 networks with an IPv4 address behind so many bits. */
static const Network holders[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, /* mapped */
    {{0, 0x64, 0xff, 0x9b}, 96},                      /* NAT64, RFC 6052 */
    {{0x20, 0x02}, 16},                               /* 6to4 */
};

static bool is_in(const uint8_t *octets, const Network *network)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(octets, network->octets, whole) != 0)
        return false;
    return rest == 0 || (octets[whole] ^ network->octets[whole]) >> (8 - rest) == 0;
}

static bool is_among(const uint8_t *octets, const Network *networks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(octets, &networks[i]))
            return true;
    return false;
}

bool networks_is_special(const uint8_t *octets, size_t size)
{
    if (size == 4)
        return is_among(octets, four, sizeof four / sizeof four[0]);
    if (size != 16)
        return false;
    for (size_t i = 0; i < sizeof holders / sizeof holders[0]; i++)
        if (is_in(octets, &holders[i]))
            return networks_is_special(octets + holders[i].bits / 8, 4);
    return is_among(octets, six, sizeof six / sizeof six[0]);
}
