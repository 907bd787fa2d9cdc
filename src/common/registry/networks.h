/* networks: addresses that are not of the public Internet. Pure. */
#ifndef TLSDIVE_COMMON_REGISTRY_NETWORKS_H
#define TLSDIVE_COMMON_REGISTRY_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for an address of 4 or 16 octets in network order that IANA's IPv4 or IPv6 Special-Purpose
 * Address Registry (RFC 6890) says is not globally reachable, or that is multicast; an IPv6 address
 * with an IPv4 address in it (mapped, 6to4, NAT64) is what that one is. False for other sizes. */
bool networks_is_special(const uint8_t *octets, size_t size);

#endif
