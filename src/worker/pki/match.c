#include "worker/pki/match.h"

#include <arpa/inet.h>
#include <string.h>

#include "worker/pki/value.h"

/* What is asked for: an address's octets, or a name of `size` bytes without the dot of the root. */
typedef struct Wanted {
    uint8_t octets[16];
    size_t octets_size; /* 0: a name */
    const char *name;
    size_t size;
} Wanted;

static Wanted read_wanted(const char *name)
{
    Wanted wanted = {.name = name, .size = strlen(name)};
    if (inet_pton(AF_INET, name, wanted.octets) == 1)
        wanted.octets_size = 4;
    else if (inet_pton(AF_INET6, name, wanted.octets) == 1)
        wanted.octets_size = 16;
    if (wanted.size && name[wanted.size - 1] == '.')
        wanted.size--;
    return wanted;
}

static bool same_text(const char *one, const char *other, size_t size)
{
    return g_ascii_strncasecmp(one, other, size) == 0;
}

/* RFC 9525 section 6.3: a wildcard is the whole leftmost label, and stands for exactly one label.
 * At least two labels stand behind it, as every client has it: no certificate is for all of a
 * top-level domain. */
static bool matches_dns(const Wanted *wanted, const char *pattern, size_t size)
{
    if (memchr(pattern, 0, size))
        return false;
    if (size > 2 && pattern[0] == '*' && pattern[1] == '.') {
        const char *dot = memchr(wanted->name, '.', wanted->size);
        if (!dot || dot == wanted->name || !memchr(pattern + 2, '.', size - 2))
            return false;
        size_t rest = wanted->size - (size_t)(dot - wanted->name);
        return rest == size - 1 && same_text(dot, pattern + 1, rest);
    }
    return size == wanted->size && size && same_text(wanted->name, pattern, size);
}

bool match_name(const Cert *cert, const char *name, const char **kind, GString **by)
{
    Wanted wanted = read_wanted(name);
    Reader names = cert_list(cert, "2.5.29.17");
    Der entry;
    while (der_next(&names, &entry)) {
        if (wanted.octets_size && der_is_context(&entry, 7) && entry.length == wanted.octets_size &&
            memcmp(entry.data, wanted.octets, wanted.octets_size) == 0) {
            *kind = "ip";
            *by = value_ip(entry.data, entry.length);
            return true;
        }
        if (!wanted.octets_size && der_is_context(&entry, 2) && !entry.constructed &&
            matches_dns(&wanted, (const char *)entry.data, entry.length)) {
            *kind = "dns";
            *by = g_string_new_len((const char *)entry.data, (gssize)entry.length);
            return true;
        }
    }
    return false;
}
