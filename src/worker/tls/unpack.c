#include "worker/tls/unpack.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/hello.h"
#include "worker/tls/record.h"

static const char message_name[] = "CompressedCertificate";

/* Each fills `out` with just so many bytes; false if there are fewer, or more, or other ones. */

static bool unpack_zlib(Reader packed, guint8 *out, guint size)
{
    uLongf written = size;
    uLong read = packed.size;
    return uncompress2(out, &written, packed.data, &read) == Z_OK && written == size &&
           read == packed.size;
}

static bool unpack_brotli(Reader packed, guint8 *out, guint size)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    const uint8_t *in = packed.data;
    size_t unread = packed.size, room = size;
    BrotliDecoderResult result =
        state ? BrotliDecoderDecompressStream(state, &unread, &in, &room, &out, NULL)
              : BROTLI_DECODER_RESULT_ERROR;
    if (state)
        BrotliDecoderDestroyInstance(state);
    return result == BROTLI_DECODER_RESULT_SUCCESS && !unread && !room;
}

static bool unpack_zstd(Reader packed, guint8 *out, guint size)
{
    return ZSTD_decompress(out, size, packed.data, packed.size) == size;
}

static const struct UnpackRow {
    uint16_t algorithm;
    bool (*unpack)(Reader packed, guint8 *out, guint size);
} rows[] = {{1, unpack_zlib}, {2, unpack_brotli}, {3, unpack_zstd}};

uint16_t unpack_algorithm(guint index)
{
    return index < G_N_ELEMENTS(rows) ? rows[index].algorithm : 0;
}

static void blame(Unpacked *unpacked, const char *what)
{
    if (!unpacked->fault)
        unpacked->fault = fault_message(message_name, "%s", what);
}

static void unpack(Unpacked *unpacked, Reader packed)
{
    const struct UnpackRow *row = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].algorithm == unpacked->algorithm)
            row = &rows[i];
    if (!row) {
        blame(unpacked, "compressed with an unknown algorithm");
        return;
    }
    GByteArray *message = g_byte_array_new();
    bytes_put(message, HANDSHAKE_CERTIFICATE, 1);
    bytes_put(message, unpacked->size, 3);
    g_byte_array_set_size(message, HANDSHAKE_HEADER + unpacked->size);
    if (row->unpack(packed, message->data + HANDSHAKE_HEADER, unpacked->size)) {
        unpacked->message = message;
        return;
    }
    g_byte_array_unref(message);
    blame(unpacked, "what is compressed is not what is announced");
}

Unpacked unpack_certificate(const uint8_t *bytes, size_t size)
{
    Unpacked unpacked = {0};
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    unpacked.algorithm = reader_u16(&body);
    unpacked.size = reader_u24(&body);
    Reader packed = reader_vector(&body, 3);
    unpacked.packed = (guint)packed.size;
    if (!reader_at_end(&body) || !reader_at_end(&reader) || !packed.size)
        blame(&unpacked, "its fields do not parse");
    else if (unpacked.size > LIMIT_MESSAGE - HANDSHAKE_HEADER)
        unpacked.fault =
            fault_new("limit-message",
                      json_pack("{s:i, s:s}", "bytes", (int)unpacked.size, "name", message_name));
    else
        unpack(&unpacked, packed);
    return unpacked;
}

void unpack_clear(Unpacked *unpacked)
{
    if (unpacked->message)
        g_byte_array_unref(unpacked->message);
    fault_free(unpacked->fault);
    *unpacked = (Unpacked){0};
}
