#include "common/target/catalogue.h"

#include <glib.h>
#include <string.h>

#include "common/target/ports.h"

const CataloguePort *catalogue_all(size_t *count)
{
    *count = table_ports_size;
    return table_ports;
}

const CataloguePort *catalogue_port(unsigned port)
{
    size_t low = 0, high = table_ports_size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table_ports[middle].port == port)
            return &table_ports[middle];
        if (table_ports[middle].port < port)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool has_word(const char *words, const char *word)
{
    size_t size = strlen(word);
    while (words && *words) {
        size_t length = strcspn(words, " ");
        if (length == size && g_ascii_strncasecmp(words, word, size) == 0)
            return true;
        words += length + strspn(words + length, " ");
    }
    return false;
}

const CataloguePort *catalogue_service(const char *name)
{
    for (size_t i = 0; *name && i < table_ports_size; i++)
        if (g_ascii_strcasecmp(table_ports[i].service, name) == 0 ||
            has_word(table_ports[i].aliases, name))
            return &table_ports[i];
    return NULL;
}
