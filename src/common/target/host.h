/* host: one name or address as the user wrote it, checked and in its canonical form. */
#ifndef TLSDIVE_COMMON_TARGET_HOST_H
#define TLSDIVE_COMMON_TARGET_HOST_H

#include <glib.h>
#include <stdbool.h>

typedef struct HostText {
    char *ascii; /* what to ask: A-labels in lower case, or a canonical address without brackets */
    char *display; /* the name in Unicode; NULL where it is the same */
    bool address;  /* an address, not a name */
} HostText;

/* Reads `text`. False and *error, which says in a few words what is wrong with it; then *host is
 * not touched. A trailing dot is dropped. Names: RFC 1123 section 2.1 with underscores, which are
 * in use; IDNA 2008 (RFC 5891). Addresses: RFC 4291 section 2.2 without zones, and dotted decimal.
 */
bool host_parse(const char *text, HostText *host, GError **error);

/* Reads an IPv6 address alone; the same of errors. */
bool host_parse_ipv6(const char *text, HostText *host, GError **error);

/* True if `text` is an IPv6 address. */
bool host_is_ipv6(const char *text);

void host_clear(HostText *host);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostText, host_clear)

#endif
