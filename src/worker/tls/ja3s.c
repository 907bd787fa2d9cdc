#include "worker/tls/ja3s.h"

char *ja3s_new(const ServerHello *hello)
{
    if (!hello->random || hello->fault)
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%u,%u,", hello->legacy_version, hello->suite);
    for (guint i = 0; i < hello->extensions->len; i++)
        g_string_append_printf(text, "%s%u", i ? "-" : "",
                               g_array_index(hello->extensions, Extension, i).type);
    return g_compute_checksum_for_string(G_CHECKSUM_MD5, text->str, (gssize)text->len);
}
