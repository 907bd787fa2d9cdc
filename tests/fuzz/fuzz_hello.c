/* Two messages, of which the first two bytes say where the second begins: any ClientHello and any
 * answer can be held against each other. */
#include "common/util/bytes.h"
#include "worker/tls/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    size_t first = reader_u16(&reader);
    first = MIN(first, reader_left(&reader));
    const uint8_t *hello = reader_take(&reader, first);
    size_t second = reader_left(&reader);
    const uint8_t *answer = reader_take(&reader, second);

    g_autoptr(ClientHello) client = hello_client_new(hello, first);
    g_autoptr(ServerHello) server = hello_server_new(answer, second);
    g_autoptr(GPtrArray) faults = hello_check(client, server, NULL);
    g_autoptr(GPtrArray) after = hello_check(client, server, server);
    g_autoptr(GPtrArray) encrypted = hello_check_encrypted(client, answer, second);
    g_assert_true(faults && after && encrypted);
    return 0;
}
