/* sealed_server ADDRESS PORT: a server of TLS 1.3 that does what those of the distribution do not:
 * it compresses its certificate with zlib, delegates to another key, and has configurations for
 * those who greet it with an encrypted ClientHello that it cannot open. One connection after the
 * other. For test_sealed.py. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/util/bytes.h"
#include "tests/worker/talk/sealing.h"
#include "tests/worker/talk/server.h"
#include "worker/tls/hello.h"
#include "worker/tls/record.h"

enum { SUITE = 0x1301, X25519 = 29, ECDSA_SHA256 = 0x0403, ZLIB = 1, PATIENCE = 5, PIECE = 4096 };

/* A key that nobody uses, config 7, public.example. */
#define RETRY_CONFIGS                                                                              \
    "fe0d 0043 0041 fe0d 003d 07 0020 0020"                                                        \
    "1111111111111111111111111111111111111111111111111111111111111111"                             \
    "0004 00010001 40 0e 7075626c69632e6578616d706c65 0000"
#define RETRY_RANDOM "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

static bool has(const GArray *list, uint16_t code)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, uint16_t, i) == code)
            return true;
    return false;
}

static bool offers(const ClientHello *client, uint16_t type)
{
    return hello_extension(client->extensions, type) != NULL;
}

static void add_hex(GByteArray *out, const char *hex)
{
    g_autoptr(GByteArray) bytes = sealing_bytes(hex);
    g_byte_array_append(out, bytes->data, bytes->len);
}

static void alert(GByteArray *out, guint code)
{
    add_hex(out, "15 0303 0002 02");
    bytes_put(out, code, 1);
}

/* Asks for a key share (RFC 8446 section 4.1.4). */
static void retry(GByteArray *out, const ClientHello *client)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    Reader id = client->session_id;
    guint size = (guint)reader_left(&id);
    bytes_put(message, HANDSHAKE_SERVER_HELLO, 1);
    bytes_put(message, 2 + 32 + 1 + size + 2 + 1 + 2 + 12, 3);
    add_hex(message, "0303" RETRY_RANDOM);
    bytes_put(message, size, 1);
    if (size)
        g_byte_array_append(message, reader_take(&id, size), size);
    add_hex(message, "1301 00 000c 002b 0002 0304 0033 0002 001d");
    Record record = {RECORD_HANDSHAKE, TLS_1_2, message->data, message->len};
    record_put(out, &record);
}

static bool takes_zlib(const ClientHello *client)
{
    const Extension *packing = hello_extension(client->extensions, EXTENSION_COMPRESS_CERTIFICATE);
    if (!packing)
        return false;
    Reader data = packing->data;
    Reader list = reader_vector(&data, 1);
    while (reader_left(&list))
        if (reader_u16(&list) == ZLIB)
            return true;
    return false;
}

static void flight(GByteArray *out, const GByteArray *hello, const ClientHello *client)
{
    const gnutls_datum_t *der = server_certificate();
    g_autoptr(Sealing) sealing = sealing_new(hello->data, hello->len, SUITE);
    g_autofree char *credential =
        offers(client, EXTENSION_DELEGATED_CREDENTIAL) ? sealing_credential(true) : g_strdup("");
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS,
                offers(client, EXTENSION_ENCRYPTED_CLIENT_HELLO) ? "0047" RETRY_CONFIGS : "0000");
    if (takes_zlib(client))
        sealing_packed(sealing, der->data, der->size, credential);
    else
        sealing_certificate(sealing, der->data, der->size, credential);
    sealing_verify(sealing);
    sealing_finished(sealing);
    g_byte_array_append(out, sealing->output->data, sealing->output->len);
}

static void answer(GByteArray *out, const GByteArray *hello, const ClientHello *client)
{
    if (!has(client->versions, TLS_1_3))
        alert(out, 70);
    else if (!has(client->suites, SUITE) || !has(client->groups, X25519) ||
             !has(client->schemes, ECDSA_SHA256))
        alert(out, 40);
    else if (!has(client->shares, X25519))
        retry(out, client);
    else
        flight(out, hello, client);
}

/* Reads a ClientHello, in records as they came, and says what there is to say. */
static void serve(int fd)
{
    g_autoptr(GByteArray) records = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(Splitter) splitter = record_splitter_new();
    g_autoptr(Handshake) handshake = handshake_new();
    HandshakeMessage message;
    guint8 bytes[PIECE];
    for (ssize_t size; (size = recv(fd, bytes, sizeof bytes, 0)) > 0;) {
        Record record;
        g_byte_array_append(records, bytes, (guint)size);
        record_feed(splitter, bytes, (size_t)size);
        while (record_next(splitter, &record) == RECORD_READY)
            handshake_feed(handshake, &record);
        if (handshake_next(handshake, &message) != RECORD_READY)
            continue;
        g_autoptr(ClientHello) client = hello_client_new(message.bytes, message.size);
        answer(out, records, client);
        if (send(fd, out->data, out->len, MSG_NOSIGNAL) < 0)
            return;
        shutdown(fd, SHUT_WR);
        while (recv(fd, bytes, sizeof bytes, 0) > 0)
            ;
        return;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = PATIENCE};
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc < 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
        return 2;
    at.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    server_prepare();
    if (bind(listener, (const struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 64) < 0)
        return 1;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        serve(fd);
        close(fd);
    }
}
