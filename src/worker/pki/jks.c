#include "worker/pki/jks.h"

#include "common/util/bytes.h"
#include "common/util/limits.h"

enum { MAGIC_SIZE = 4, MAGIC = 0xfeedfeed, PRIVATE_KEY = 1, TRUSTED_CERTIFICATE = 2 };

bool jks_is(const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    return size >= MAGIC_SIZE && reader_u32(&reader) == MAGIC;
}

/* Its kind ("X.509"; since version 2), its size and its bytes; NULL where it does not read. */
static const uint8_t *read_certificate(Reader *reader, uint32_t version, size_t *size)
{
    if (version > 1)
        reader_skip(reader, reader_u16(reader));
    *size = reader_u32(reader);
    return *size && *size <= LIMIT_CERTIFICATE ? reader_take(reader, *size) : NULL;
}

static bool skip_private_key(Reader *reader, uint32_t version)
{
    size_t size;
    reader_skip(reader, reader_u32(reader));
    uint32_t chain = reader_u32(reader);
    for (uint32_t i = 0; i < chain; i++)
        if (!read_certificate(reader, version, &size))
            return false;
    return true;
}

GPtrArray *jks_certificates(const uint8_t *bytes, size_t size)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    if (!jks_is(bytes, size))
        return all;
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, MAGIC_SIZE);
    uint32_t version = reader_u32(&reader), count = reader_u32(&reader);
    for (uint32_t i = 0; i < count && all->len < LIMIT_BUNDLE; i++) {
        uint32_t kind = reader_u32(&reader);
        reader_skip(&reader, reader_u16(&reader)); /* the alias */
        reader_u64(&reader);                       /* when it was made */
        if (kind == PRIVATE_KEY && skip_private_key(&reader, version))
            continue;
        size_t length = 0;
        const uint8_t *der =
            kind == TRUSTED_CERTIFICATE ? read_certificate(&reader, version, &length) : NULL;
        if (!der)
            break;
        g_ptr_array_add(all, g_bytes_new(der, length));
    }
    return all;
}
