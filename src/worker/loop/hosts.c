#include "worker/loop/hosts.h"

#include <netinet/in.h>
#include <string.h>

struct Hosts {
    GHashTable *names; /* lower-case name -> GArray of Address */
};

static void addresses_unref(gpointer addresses)
{
    g_array_unref(addresses);
}

static void hosts_add(Hosts *hosts, const char *name, const Address *address)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    GArray *addresses = g_hash_table_lookup(hosts->names, key);

    if (addresses == NULL) {
        addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        g_hash_table_insert(hosts->names, g_steal_pointer(&key), addresses);
    }
    for (guint i = 0; i < addresses->len; i++)
        if (address_equal(&g_array_index(addresses, Address, i), address))
            return;
    g_array_append_val(addresses, *address);
}

/* One line: an address and its names, up to a "#". */
static void hosts_add_line(Hosts *hosts, char *line)
{
    g_auto(GStrv) words = NULL;
    Address address;

    line[strcspn(line, "#")] = '\0';
    words = g_strsplit_set(g_strstrip(line), " \t\r", -1);
    if (words[0] == NULL || !address_parse(words[0], &address))
        return;
    for (size_t i = 1; words[i] != NULL; i++)
        if (words[i][0] != '\0')
            hosts_add(hosts, words[i], &address);
}

Hosts *hosts_new(const char *text, size_t size)
{
    Hosts *hosts = g_new0(Hosts, 1);
    g_autofree char *copy = g_strndup(text, size);
    char *rest = copy, *line;

    hosts->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, addresses_unref);
    while ((line = strsep(&rest, "\n")) != NULL)
        hosts_add_line(hosts, line);
    return hosts;
}

const GArray *hosts_find(const Hosts *hosts, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);

    return g_hash_table_lookup(hosts->names, key);
}

GArray *hosts_localhost(const char *name)
{
    static const char *const loopback[] = {"::1", "127.0.0.1"};
    g_autofree char *key = g_ascii_strdown(name, -1);
    GArray *addresses;

    if (!g_str_equal(key, "localhost") && !g_str_has_suffix(key, ".localhost"))
        return NULL;
    addresses = g_array_new(FALSE, FALSE, sizeof(Address));
    for (size_t i = 0; i < G_N_ELEMENTS(loopback); i++) {
        Address address;
        if (address_parse(loopback[i], &address))
            g_array_append_val(addresses, address);
    }
    return addresses;
}

void hosts_free(Hosts *hosts)
{
    if (hosts == NULL)
        return;
    g_hash_table_unref(hosts->names);
    g_free(hosts);
}
