#include "worker/probe/tickets.h"

enum {
    KEY_NAME = 16,      /* bytes; RFC 5077 section 4 */
    KEY_NAME_SHORT = 4, /* Mbed TLS, JSSE */
    SEALED_MIN = 60,    /* a nonce of 12, a key of 32, and a tag of 16 */
};

static char *hex_of(const guint8 *data, gsize size)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return g_string_free(text, FALSE);
}

TicketPair tickets_compare(GBytes *one, GBytes *other)
{
    gsize one_size, other_size, alike = 0, name = 0;
    const guint8 *a = g_bytes_get_data(one, &one_size), *b = g_bytes_get_data(other, &other_size);
    gsize size = MIN(one_size, other_size);
    TicketPair pair = {.handles = size < SEALED_MIN};
    while (alike < size && a[alike] == b[alike])
        alike++;
    if (alike >= KEY_NAME_SHORT && !pair.handles)
        name = alike >= KEY_NAME ? KEY_NAME : KEY_NAME_SHORT;
    if (name)
        pair.name = hex_of(a, name);
    pair.rest = size - name;
    for (gsize i = name; i < size; i++)
        pair.differ += a[i] != b[i];
    pair.vary = pair.differ && 2 * pair.differ >= pair.rest;
    return pair;
}
