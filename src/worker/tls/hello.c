#include "worker/tls/hello.h"

#include <string.h>

#include "common/util/limits.h"

/* SHA-256 of "HelloRetryRequest", RFC 8446 section 4.1.3 */
static const uint8_t retry_random[32] = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/* The body of a message whose header says as many bytes as there are. */
static Reader open_message(const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    if (reader_left(&reader))
        body.failed = true;
    return body;
}

bool hello_read_extensions(Reader *reader, GArray *extensions)
{
    if (reader_at_end(reader))
        return true;
    Reader list = reader_vector(reader, 2);
    while (reader_left(&list)) {
        if (extensions->len >= LIMIT_EXTENSIONS)
            return false;
        Extension extension = {.type = reader_u16(&list)};
        extension.data = reader_vector(&list, 2);
        if (!list.failed)
            g_array_append_val(extensions, extension);
    }
    return !list.failed;
}

const Extension *hello_extension(const GArray *extensions, uint16_t type)
{
    for (guint i = 0; i < extensions->len; i++) {
        const Extension *extension = &g_array_index(extensions, Extension, i);
        if (extension->type == type)
            return extension;
    }
    return NULL;
}

/* Keeps the first fault. */
static void blame(Fault **fault, const char *message, const char *what)
{
    if (!*fault)
        *fault = fault_message(message, "%s", what);
}

/* A vector of numbers of two bytes. */
static bool read_numbers(Reader *reader, int prefix, GArray *numbers)
{
    Reader list = reader_vector(reader, prefix);
    while (reader_left(&list)) {
        uint16_t number = reader_u16(&list);
        if (!list.failed)
            g_array_append_val(numbers, number);
    }
    return !list.failed;
}

static bool read_versions(ClientHello *hello, Reader *data)
{
    return read_numbers(data, 1, hello->versions);
}

static bool read_groups(ClientHello *hello, Reader *data)
{
    return read_numbers(data, 2, hello->groups);
}

static bool read_schemes(ClientHello *hello, Reader *data)
{
    return read_numbers(data, 2, hello->schemes);
}

static bool read_shares(ClientHello *hello, Reader *data)
{
    Reader list = reader_vector(data, 2);
    while (reader_left(&list)) {
        uint16_t group = reader_u16(&list);
        reader_vector(&list, 2);
        if (!list.failed)
            g_array_append_val(hello->shares, group);
    }
    return !list.failed;
}

static bool read_alpn(ClientHello *hello, Reader *data)
{
    Reader list = reader_vector(data, 2);
    while (reader_left(&list)) {
        Reader name = reader_vector(&list, 1);
        if (!list.failed)
            g_array_append_val(hello->alpn, name);
    }
    return !list.failed;
}

static bool read_server_name(ClientHello *hello, Reader *data)
{
    Reader list = reader_vector(data, 2);
    while (reader_left(&list)) {
        uint8_t type = reader_u8(&list);
        Reader name = reader_vector(&list, 2);
        if (type == 0 && !list.failed && !hello->server_name.size)
            hello->server_name = name;
    }
    return !list.failed;
}

/* The extensions of a ClientHello that answers are held against. */
static const struct ClientRow {
    uint16_t type;
    const char *fault;
    bool (*read)(ClientHello *hello, Reader *data);
} client_rows[] = {
    {EXTENSION_SERVER_NAME, "server_name does not parse", read_server_name},
    {EXTENSION_SUPPORTED_GROUPS, "supported_groups does not parse", read_groups},
    {EXTENSION_SIGNATURE_ALGORITHMS, "signature_algorithms does not parse", read_schemes},
    {EXTENSION_ALPN, "application_layer_protocol_negotiation does not parse", read_alpn},
    {EXTENSION_SUPPORTED_VERSIONS, "supported_versions does not parse", read_versions},
    {EXTENSION_KEY_SHARE, "key_share does not parse", read_shares},
};

static void read_client_extensions(ClientHello *hello)
{
    for (size_t i = 0; i < G_N_ELEMENTS(client_rows); i++) {
        const Extension *extension = hello_extension(hello->extensions, client_rows[i].type);
        if (!extension)
            continue;
        Reader data = extension->data;
        if (!client_rows[i].read(hello, &data) || !reader_at_end(&data))
            blame(&hello->fault, "ClientHello", client_rows[i].fault);
    }
}

ClientHello *hello_client_new(const uint8_t *bytes, size_t size)
{
    ClientHello *hello = g_new0(ClientHello, 1);
    hello->suites = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    hello->compressions = g_array_new(FALSE, FALSE, sizeof(uint8_t));
    hello->extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    hello->versions = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    hello->groups = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    hello->shares = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    hello->schemes = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    hello->alpn = g_array_new(FALSE, FALSE, sizeof(Reader));

    Reader body = open_message(bytes, size);
    hello->legacy_version = reader_u16(&body);
    hello->random = reader_take(&body, 32);
    hello->session_id = reader_vector(&body, 1);
    if (version_is_dtls(hello->legacy_version))
        hello->cookie = reader_vector(&body, 1);
    if (!read_numbers(&body, 2, hello->suites))
        blame(&hello->fault, "ClientHello", "cipher_suites do not parse");
    Reader methods = reader_vector(&body, 1);
    while (reader_left(&methods)) {
        uint8_t method = reader_u8(&methods);
        g_array_append_val(hello->compressions, method);
    }
    if (!hello_read_extensions(&body, hello->extensions) || !reader_at_end(&body))
        blame(&hello->fault, "ClientHello",
              body.failed ? "cut short" : "its extensions do not parse or are too many");
    read_client_extensions(hello);
    return hello;
}

void hello_client_free(ClientHello *hello)
{
    if (!hello)
        return;
    GArray *arrays[] = {hello->suites, hello->compressions, hello->extensions, hello->versions,
                        hello->groups, hello->shares,       hello->schemes,    hello->alpn};
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_unref(arrays[i]);
    fault_free(hello->fault);
    g_free(hello);
}

bool hello_verify_cookie(const uint8_t *bytes, size_t size, Reader *cookie)
{
    Reader body = open_message(bytes, size);
    reader_u16(&body);
    *cookie = reader_vector(&body, 1);
    return reader_at_end(&body);
}

bool hello_is_retry(const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    uint8_t type = reader_u8(&reader);
    reader_skip(&reader, 5);
    const uint8_t *random = reader_take(&reader, sizeof retry_random);
    return type == HANDSHAKE_SERVER_HELLO && random &&
           memcmp(random, retry_random, sizeof retry_random) == 0;
}

static bool read_chosen_version(ServerHello *hello, Reader *data)
{
    uint16_t version = reader_u16(data);
    if (!data->failed)
        hello->version = version;
    return !data->failed;
}

/* A HelloRetryRequest names the group alone; a ServerHello goes on with its key. */
static bool read_chosen_group(ServerHello *hello, Reader *data)
{
    hello->group = reader_u16(data);
    if (!hello->retry)
        reader_vector(data, 2);
    hello->has_group = !data->failed;
    return hello->has_group;
}

static bool read_chosen_protocol(ServerHello *hello, Reader *data)
{
    Reader list = reader_vector(data, 2);
    Reader name = reader_vector(&list, 1);
    if (reader_at_end(&list))
        hello->alpn = name;
    return reader_at_end(&list);
}

static const struct ServerRow {
    uint16_t type;
    const char *fault;
    bool (*read)(ServerHello *hello, Reader *data);
} server_rows[] = {
    {EXTENSION_SUPPORTED_VERSIONS, "supported_versions does not parse", read_chosen_version},
    {EXTENSION_KEY_SHARE, "key_share does not parse", read_chosen_group},
    {EXTENSION_ALPN, "application_layer_protocol_negotiation does not parse", read_chosen_protocol},
};

static void read_server_extensions(ServerHello *hello, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(server_rows); i++) {
        const Extension *extension = hello_extension(hello->extensions, server_rows[i].type);
        if (!extension)
            continue;
        Reader data = extension->data;
        if (!server_rows[i].read(hello, &data) || !reader_at_end(&data))
            blame(&hello->fault, name, server_rows[i].fault);
    }
}

ServerHello *hello_server_new(const uint8_t *bytes, size_t size)
{
    ServerHello *hello = g_new0(ServerHello, 1);
    hello->extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    hello->retry = hello_is_retry(bytes, size);
    const char *name = hello->retry ? "HelloRetryRequest" : "ServerHello";

    Reader body = open_message(bytes, size);
    hello->legacy_version = reader_u16(&body);
    hello->version = hello->legacy_version;
    hello->random = reader_take(&body, 32);
    hello->session_id = reader_vector(&body, 1);
    hello->suite = reader_u16(&body);
    hello->compression = reader_u8(&body);
    if (hello->session_id.size > 32)
        blame(&hello->fault, name, "its session id is longer than 32 bytes");
    if (!hello_read_extensions(&body, hello->extensions) || !reader_at_end(&body))
        blame(&hello->fault, name,
              body.failed ? "cut short" : "its extensions do not parse or are too many");
    read_server_extensions(hello, name);
    return hello;
}

void hello_server_free(ServerHello *hello)
{
    if (!hello)
        return;
    g_array_unref(hello->extensions);
    fault_free(hello->fault);
    g_free(hello);
}
