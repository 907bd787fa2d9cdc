#include "worker/loop/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { DISCARD_PORT = 9 };

bool address_parse(const char *text, Address *address)
{
    g_auto(GStrv) parts = g_strsplit(text, "%", 2);
    guint64 scope = 0;

    memset(address, 0, sizeof *address);
    if (parts[0] == NULL)
        return false;
    if (parts[1] != NULL && !g_ascii_string_to_unsigned(parts[1], 10, 1, G_MAXUINT32, &scope, NULL))
        return false;
    address->scope = (uint32_t)scope;
    address->family = strchr(parts[0], ':') != NULL ? AF_INET6 : AF_INET;
    if (address->family == AF_INET && scope != 0)
        return false;
    return inet_pton(address->family, parts[0], address->bytes) == 1;
}

bool address_from_socket(const struct sockaddr *from, Address *address)
{
    memset(address, 0, sizeof *address);
    address->family = from->sa_family;
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)from;
        memcpy(address->bytes, &in->sin_addr, sizeof in->sin_addr);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)from;
        memcpy(address->bytes, &in6->sin6_addr, sizeof in6->sin6_addr);
        address->scope = in6->sin6_scope_id;
        return true;
    }
    return false;
}

socklen_t address_to_socket(const Address *address, guint port, struct sockaddr_storage *to)
{
    memset(to, 0, sizeof *to);
    if (address->family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)to;
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        memcpy(&in->sin_addr, address->bytes, sizeof in->sin_addr);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons((uint16_t)port);
    in6->sin6_scope_id = address->scope;
    memcpy(&in6->sin6_addr, address->bytes, sizeof in6->sin6_addr);
    return sizeof *in6;
}

char *address_text(const Address *address)
{
    char text[INET6_ADDRSTRLEN] = "";

    inet_ntop(address->family, address->bytes, text, sizeof text);
    if (address->scope != 0)
        return g_strdup_printf("%s%%%u", text, address->scope);
    return g_strdup(text);
}

gboolean address_equal(gconstpointer a, gconstpointer b)
{
    const Address *left = a, *right = b;

    return left->family == right->family && left->scope == right->scope &&
           memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

guint address_hash(gconstpointer key)
{
    const Address *address = key;
    guint hash = (guint)address->family ^ address->scope;

    for (size_t i = 0; i < sizeof address->bytes; i++)
        hash = hash * 31 + address->bytes[i];
    return hash;
}

bool address_usable(const Address *address)
{
    struct sockaddr_storage to;
    socklen_t size = address_to_socket(address, DISCARD_PORT, &to);
    int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool usable = fd >= 0 && connect(fd, (const struct sockaddr *)&to, size) == 0;

    if (fd >= 0)
        close(fd);
    return usable;
}
