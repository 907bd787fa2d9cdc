#include "common/util/reach.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

typedef struct Range {
    uint8_t bytes[16];
    unsigned bits;
    Reach reach;    /* REACH_PUBLIC: nobody answers there, so asking harms nobody */
    bool withdrawn; /* before IANA had a registry for such ranges, which does not have it */
} Range;

static const Range ranges4[] = {
    {{0}, 8, REACH_NONE, false},               /* this network */
    {{10}, 8, REACH_PRIVATE, false},           /* RFC 1918 */
    {{100, 64}, 10, REACH_PRIVATE, false},     /* shared, RFC 6598 */
    {{127}, 8, REACH_LOOPBACK, false},         /* loopback */
    {{169, 254}, 16, REACH_LINK, false},       /* link-local */
    {{172, 16}, 12, REACH_PRIVATE, false},     /* RFC 1918 */
    {{192, 0, 0}, 24, REACH_NONE, false},      /* IETF protocols */
    {{192, 0, 2}, 24, REACH_PUBLIC, false},    /* documentation */
    {{192, 168}, 16, REACH_PRIVATE, false},    /* RFC 1918 */
    {{198, 18}, 15, REACH_PRIVATE, false},     /* benchmarks */
    {{198, 51, 100}, 24, REACH_PUBLIC, false}, /* documentation */
    {{203, 0, 113}, 24, REACH_PUBLIC, false},  /* documentation */
    {{224}, 4, REACH_NONE, false},             /* multicast */
    {{240}, 4, REACH_NONE, false},             /* reserved, and broadcast */
};

static const Range ranges6[] = {
    {{0}, 128, REACH_NONE, false},                          /* unspecified */
    {{[15] = 1}, 128, REACH_LOOPBACK, false},               /* loopback */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, REACH_PUBLIC, false}, /* within a site, RFC 8215 */
    {{0x01}, 64, REACH_NONE, false},                        /* discard, RFC 6666 */
    {{0x20, 0x01, 0, 2}, 48, REACH_PUBLIC, false},          /* benchmarks */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, REACH_PUBLIC, false},    /* documentation */
    {{0x3f, 0xff}, 20, REACH_PUBLIC, false},                /* documentation, RFC 9637 */
    {{0x5f}, 16, REACH_PUBLIC, false},                      /* segment routing, RFC 9602 */
    {{0xfc}, 7, REACH_PRIVATE, false},                      /* unique local */
    {{0xfe, 0x80}, 10, REACH_LINK, false},                  /* link-local */
    {{0xfe, 0xc0}, 10, REACH_PRIVATE, true},                /* site-local, RFC 3879 */
    {{0xff}, 8, REACH_NONE, false},                         /* multicast */
};

/* Where an IPv4 address stands in one of IPv6. */
static const struct {
    uint8_t bytes[16];
    unsigned bits, at;
    bool withdrawn;
} carriers[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12, false}, /* mapped */
    {{0}, 96, 12, true},                         /* compatible, of which :: and ::1 are none */
    {{0, 0x64, 0xff, 0x9b}, 96, 12, false},      /* NAT64, RFC 6052 */
    {{0x20, 0x02}, 16, 2, false},                /* 6to4 */
};

static bool within(const uint8_t *bytes, const uint8_t *base, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(bytes, base, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ base[whole]) >> (8 - rest) == 0;
}

/* The range that an address of 4 or 16 bytes is in; NULL: none. */
static const Range *range_of(bool ipv6, const uint8_t *bytes)
{
    const Range *ranges = ipv6 ? ranges6 : ranges4;
    size_t count = ipv6 ? G_N_ELEMENTS(ranges6) : G_N_ELEMENTS(ranges4);
    for (size_t i = 0; i < count; i++)
        if (within(bytes, ranges[i].bytes, ranges[i].bits))
            return &ranges[i];
    return NULL;
}

Reach reach_of(bool ipv6, const uint8_t *bytes)
{
    const Range *range = range_of(ipv6, bytes);
    Reach reach = range ? range->reach : REACH_PUBLIC;
    for (size_t i = 0; ipv6 && i < G_N_ELEMENTS(carriers) && reach == REACH_PUBLIC; i++)
        if (within(bytes, carriers[i].bytes, carriers[i].bits))
            return reach_of(false, bytes + carriers[i].at);
    return reach;
}

bool reach_is_special(const uint8_t *bytes, size_t size)
{
    if (size != 4 && size != 16)
        return false;
    const Range *range = range_of(size == 16, bytes);
    if (range)
        return !range->withdrawn;
    for (size_t i = 0; size == 16 && i < G_N_ELEMENTS(carriers); i++)
        if (!carriers[i].withdrawn && within(bytes, carriers[i].bytes, carriers[i].bits))
            return reach_is_special(bytes + carriers[i].at, 4);
    return false;
}

Reach reach_of_text(const char *address)
{
    uint8_t bytes[16];
    g_auto(GStrv) parts = g_strsplit(address, "%", 2);
    if (!parts[0])
        return REACH_NONE;
    if (inet_pton(AF_INET, parts[0], bytes) == 1)
        return reach_of(false, bytes);
    return inet_pton(AF_INET6, parts[0], bytes) == 1 ? reach_of(true, bytes) : REACH_NONE;
}

static const char *const codes[] = {
    [REACH_PUBLIC] = "public",     [REACH_PRIVATE] = "private", [REACH_LINK] = "link-local",
    [REACH_LOOPBACK] = "loopback", [REACH_NONE] = "none",
};

const char *reach_code(Reach reach)
{
    return codes[reach];
}

Reach reach_from_code(const char *code)
{
    Reach reach = REACH_PUBLIC;
    while (reach < REACH_NONE && strcmp(codes[reach], code) != 0)
        reach++;
    return reach;
}
