/* reach: how far an IP address reaches, by the special-purpose registries of IANA (RFC 6890).
 *
 * Addresses that strangers name (in certificates, in redirects) lead nowhere that the user did not
 * ask about: what is asked for an endpoint may reach as near as the endpoint itself, and no nearer.
 */
#ifndef TLSDIVE_COMMON_UTIL_REACH_H
#define TLSDIVE_COMMON_UTIL_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the farthest to the nearest. */
typedef enum Reach {
    REACH_PUBLIC,
    REACH_PRIVATE, /* RFC 1918, shared (RFC 6598), unique local, benchmarking */
    REACH_LINK,    /* link-local */
    REACH_LOOPBACK,
    REACH_NONE, /* no address of a host: unspecified, multicast, reserved */
} Reach;

/* The reach of an address in network order: 4 bytes of IPv4, 16 of IPv6. One that carries an IPv4
 * address (mapped, NAT64, 6to4) is judged by that. */
Reach reach_of(bool ipv6, const uint8_t *bytes);

/* True for an address of 4 or 16 bytes in network order that the registries say is not globally
 * reachable, or that is multicast; one that carries an IPv4 address is what that one is. False for
 * other sizes. */
bool reach_is_special(const uint8_t *bytes, size_t size);

/* The reach of a literal of IPv4 or IPv6; REACH_NONE where it is none. */
Reach reach_of_text(const char *address);

/* The code of a reach ("public" ...), static; and back: REACH_NONE where it is no such code. */
const char *reach_code(Reach reach);
Reach reach_from_code(const char *code);

#endif
