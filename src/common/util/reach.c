#include "common/util/reach.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

typedef struct Range {
    uint8_t bytes[16];
    unsigned bits;
    Reach reach;
} Range;

static const Range ranges4[] = {
    {{0}, 8, REACH_NONE},          {{10}, 8, REACH_PRIVATE},        {{100, 64}, 10, REACH_PRIVATE},
    {{127}, 8, REACH_LOOPBACK},    {{169, 254}, 16, REACH_LINK},    {{172, 16}, 12, REACH_PRIVATE},
    {{192, 0, 0}, 24, REACH_NONE}, {{192, 168}, 16, REACH_PRIVATE}, {{198, 18}, 15, REACH_PRIVATE},
    {{224}, 4, REACH_NONE},        {{240}, 4, REACH_NONE},
};

static const Range ranges6[] = {
    {{0}, 128, REACH_NONE},         {{[15] = 1}, 128, REACH_LOOPBACK},
    {{0x01}, 64, REACH_NONE},       {{0xfc}, 7, REACH_PRIVATE},
    {{0xfe, 0x80}, 10, REACH_LINK}, {{0xfe, 0xc0}, 10, REACH_PRIVATE},
    {{0xff}, 8, REACH_NONE},
};

/* Where an IPv4 address stands in one of IPv6. */
static const struct {
    uint8_t bytes[16];
    unsigned bits, at;
} carriers[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12},
    {{0}, 96, 12}, /* IPv4-compatible, of which :: and ::1 are none */
    {{0, 0x64, 0xff, 0x9b}, 96, 12},
    {{0x20, 0x02}, 16, 2},
};

static bool within(const uint8_t *bytes, const uint8_t *base, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(bytes, base, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ base[whole]) >> (8 - rest) == 0;
}

static Reach look_up(const Range *ranges, size_t count, const uint8_t *bytes)
{
    for (size_t i = 0; i < count; i++)
        if (within(bytes, ranges[i].bytes, ranges[i].bits))
            return ranges[i].reach;
    return REACH_PUBLIC;
}

Reach reach_of(bool ipv6, const uint8_t *bytes)
{
    if (!ipv6)
        return look_up(ranges4, G_N_ELEMENTS(ranges4), bytes);
    Reach reach = look_up(ranges6, G_N_ELEMENTS(ranges6), bytes);
    for (size_t i = 0; i < G_N_ELEMENTS(carriers) && reach == REACH_PUBLIC; i++)
        if (within(bytes, carriers[i].bytes, carriers[i].bits))
            return reach_of(false, bytes + carriers[i].at);
    return reach;
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
