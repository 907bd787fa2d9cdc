/* address: IPv4 and IPv6 addresses, small enough to be kept by the thousand.
 */
#ifndef TLSDIVE_WORKER_LOOP_ADDRESS_H
#define TLSDIVE_WORKER_LOOP_ADDRESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct Address {
    uint8_t bytes[16]; /* in network order; IPv4: the first four, the rest zero */
    uint32_t scope;    /* interface index of a link-local IPv6 address, else 0 */
    int family;        /* AF_INET or AF_INET6 */
} Address;

/* Reads an IPv4 or IPv6 literal, the latter without brackets and perhaps with "%" and the number of
 * an interface; false if it is none. */
bool address_parse(const char *text, Address *address);

/* The address of a socket address; false if it is neither IPv4 nor IPv6. */
bool address_from_socket(const struct sockaddr *from, Address *address);

/* Fills the socket address for a port (in host order); returns its size. */
socklen_t address_to_socket(const Address *address, guint port, struct sockaddr_storage *to);

/* The literal, as RFC 5952 writes it; to be freed. */
char *address_text(const Address *address);

/* For GHashTable: `a`, `b` and `key` are Addresses. */
gboolean address_equal(gconstpointer a, gconstpointer b);
guint address_hash(gconstpointer key);

/* True if this machine has an address to reach it from: rule 1 of RFC 6724 section 6. Sends
 * nothing. */
bool address_usable(const Address *address);

#endif
