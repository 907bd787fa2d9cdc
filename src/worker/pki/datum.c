#include "worker/pki/datum.h"

gnutls_datum_t datum(const void *data, size_t size)
{
    return (gnutls_datum_t){.data = (unsigned char *)data, .size = (unsigned)size};
}

gnutls_datum_t datum_of(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return datum(data, size);
}
