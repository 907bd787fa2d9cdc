#include "worker/tls/ssl2.h"

#include "common/registry/registry.h"

enum { X509 = 1 }; /* the one certificate_type there is */

const uint8_t *ssl2_message(const uint8_t *bytes, size_t size, size_t *message_size)
{
    Reader reader = reader_new(bytes, size);
    uint16_t header = reader_u16(&reader);
    *message_size = header & 0x7fff;
    return header & 0x8000 ? reader_take(&reader, *message_size) : NULL;
}

static void blame(Ssl2Answer *answer, const char *what)
{
    answer->fault =
        fault_message(answer->type == SSL2_ERROR ? "ERROR" : "SERVER-HELLO", "%s", what);
}

static void read_hello(Ssl2Answer *answer, Reader *reader)
{
    answer->hit = reader_u8(reader) != 0;
    uint8_t type = reader_u8(reader);
    answer->version = reader_u16(reader);
    uint16_t certificate = reader_u16(reader);
    uint16_t kinds = reader_u16(reader);
    uint16_t connection_id = reader_u16(reader);
    answer->certificate = reader_child(reader, certificate);
    Reader list = reader_child(reader, kinds);
    while (reader_left(&list)) {
        uint32_t kind = reader_u24(&list);
        if (!list.failed)
            g_array_append_val(answer->kinds, kind);
    }
    reader_skip(reader, connection_id);
    if (reader->failed)
        blame(answer, "cut short");
    else if (list.failed)
        blame(answer, "its cipher specs do not parse");
    else if (certificate && type != X509)
        blame(answer, "its certificate is of an unknown type");
}

Ssl2Answer *ssl2_answer_new(const uint8_t *message, size_t size)
{
    Ssl2Answer *answer = g_new0(Ssl2Answer, 1);
    Reader reader = reader_new(message, size);
    answer->kinds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    answer->type = reader_u8(&reader);
    if (answer->type == SSL2_SERVER_HELLO)
        read_hello(answer, &reader);
    else
        answer->error = reader_u16(&reader);
    if (!answer->fault && !reader_at_end(&reader))
        blame(answer, reader.failed ? "cut short" : "bytes behind its end");
    return answer;
}

void ssl2_answer_free(Ssl2Answer *answer)
{
    if (!answer)
        return;
    g_array_unref(answer->kinds);
    fault_free(answer->fault);
    g_free(answer);
}

const char *ssl2_name(const uint8_t *message, size_t size)
{
    Reader reader = reader_new(message, size);
    const Code *code = registry_code("ssl2-message", reader_u8(&reader));
    return code ? code->name : "SSL 2.0 message";
}
