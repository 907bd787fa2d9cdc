/* Whatever a stream is, its records and messages come out the same in one piece and byte by byte,
 * within their ceilings. */
#include "worker/tls/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint drain(Splitter *splitter, Handshake *handshake)
{
    Record record;
    HandshakeMessage message;
    guint seen = 0;
    while (record_next(splitter, &record) == RECORD_READY) {
        g_assert_cmpuint(record.size, <=, RECORD_MAX);
        handshake_feed(handshake, &record);
        while (handshake_next(handshake, &message) == RECORD_READY) {
            g_assert_cmpuint(message.size, >=, HANDSHAKE_HEADER);
            seen++;
        }
    }
    return seen;
}

static guint messages(const uint8_t *data, size_t size, size_t piece)
{
    g_autoptr(Splitter) splitter = record_splitter_new();
    g_autoptr(Handshake) handshake = handshake_new();
    guint seen = 0;
    for (size_t at = 0; at < size; at += piece) {
        record_feed(splitter, data + at, MIN(piece, size - at));
        seen += drain(splitter, handshake);
    }
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size)
        g_assert_cmpuint(messages(data, size, size), ==, messages(data, size, 1));
    return 0;
}
