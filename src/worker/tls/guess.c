#include "worker/tls/guess.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"

enum {
    LINE_MAX_SHOWN = 200, /* bytes of a first line that go into a reason */
    HEX_MAX_SHOWN = 32,   /* bytes that go into it in hexadecimal */
    RUN_MIN = 4,          /* printable bytes in a row that are taken for text within binary */
};

/* A beginning that is a line of text. The first row that fits counts. */
typedef struct TextRow {
    const char *start;    /* of the line, without regard to case */
    const char *contains; /* in the line, without regard to case; NULL: anything */
    const char *reason;
    const char *protocol; /* for speaks-protocol */
} TextRow;

static const char http[] = "speaks-http";
static const char ssh[] = "speaks-ssh";
static const char protocol[] = "speaks-protocol";

static const TextRow text_rows[] = {
    {"HTTP/", NULL, http, NULL},
    {"ICY ", NULL, http, NULL},
    {"<!DOCTYPE", NULL, http, NULL},
    {"<html", NULL, http, NULL},
    {"<head", NULL, http, NULL},
    {"SSH-", NULL, ssh, NULL},
    {"220", "SMTP", protocol, "SMTP"},
    {"220", "Postfix", protocol, "SMTP"},
    {"220", "FTP", protocol, "FTP"},
    {"220", NULL, protocol, "SMTP or FTP"},
    {"421", "FTP", protocol, "FTP"},
    {"421", NULL, protocol, "SMTP or FTP"},
    {"500", NULL, protocol, "SMTP or FTP"},
    {"502", NULL, protocol, "SMTP or FTP"},
    {"554", NULL, protocol, "SMTP"},
    {"200 ", NULL, protocol, "NNTP"},
    {"201 ", NULL, protocol, "NNTP"},
    {"400 ", NULL, protocol, "NNTP"},
    {"* OK", NULL, protocol, "IMAP"},
    {"* PREAUTH", NULL, protocol, "IMAP"},
    {"* BYE", NULL, protocol, "IMAP"},
    {"* BAD", NULL, protocol, "IMAP"},
    {"+OK", NULL, protocol, "POP3"},
    {"-ERR", "unknown command", protocol, "Redis"},
    {"-ERR", "wrong number", protocol, "Redis"},
    {"-ERR", "protocol error", protocol, "Redis"},
    {"-ERR", NULL, protocol, "POP3"},
    {"-NOAUTH", NULL, protocol, "Redis"},
    {"-DENIED", NULL, protocol, "Redis"},
    {"\"IMPLEMENTATION\"", NULL, protocol, "ManageSieve"},
    {"RFB ", NULL, protocol, "VNC (RFB)"},
    {"RTSP/", NULL, protocol, "RTSP"},
    {"SIP/", NULL, protocol, "SIP"},
    {"<?xml", NULL, protocol, "XMPP"},
    {"<stream:", NULL, protocol, "XMPP"},
    {"@RSYNCD:", NULL, protocol, "rsync"},
    {"( success (", NULL, protocol, "Subversion"},
    {"INFO {", NULL, protocol, "NATS"},
    {"ERROR :", NULL, protocol, "IRC"},
    {":", "NOTICE", protocol, "IRC"},
    {"NOTICE ", NULL, protocol, "IRC"},
    {"ERROR", NULL, protocol, "memcached"},
    {"JDWP-Handshake", NULL, protocol, "JDWP"},
    {"ZBXD", NULL, protocol, "Zabbix"},
    {"OpenVPN", NULL, protocol, "OpenVPN management"},
};

enum { ANY = -1, PATTERN = 8 };

/* A beginning that is binary: bytes, or ANY. */
typedef struct ByteRow {
    int16_t bytes[PATTERN];
    uint8_t size;
    const char *protocol;
} ByteRow;

static const ByteRow byte_rows[] = {
    {{'A', 'M', 'Q', 'P', 0x00}, 5, "AMQP"},
    {{'A', 'M', 'Q', 'P', 0x01}, 5, "AMQP"},
    {{'A', 'M', 'Q', 'P', 0x03}, 5, "AMQP"},
    {{'E', 0x00, 0x00, ANY, ANY, 'S'}, 6, "PostgreSQL"},
    {{'E', 'F', 'A', 'T', 'A', 'L', ':'}, 7, "PostgreSQL"},
    {{'E', 'i', 'n', 'v', 'a', 'l', 'i', 'd'}, 8, "PostgreSQL"},
    {{'E', 'u', 'n', 's', 'u', 'p', 'p'}, 7, "PostgreSQL"},
    {{ANY, ANY, ANY, 0x00, 0x0a, ANY, '.'}, 7, "MySQL"},
    {{ANY, ANY, ANY, 0x00, 0x0a, ANY, ANY, '.'}, 8, "MySQL"},
    {{ANY, ANY, 0x00, 0x00, 0xff, ANY, 0x04}, 7, "MySQL"},
    {{0xff, 0xfb}, 2, "Telnet"},
    {{0xff, 0xfc}, 2, "Telnet"},
    {{0xff, 0xfd}, 2, "Telnet"},
    {{0xff, 0xfe}, 2, "Telnet"},
    {{0x03, 0x00, 0x00, ANY, ANY, 0xd0}, 6, "RDP"},
    {{0x03, 0x00, 0x00, ANY, ANY, 0xf0}, 6, "RDP"},
    {{0x04, 0x01, ANY, ANY, 0x00, 0x00}, 6, "Microsoft SQL Server (TDS)"},
    {{0x00, 0x00, ANY, ANY, 0xff, 'S', 'M', 'B'}, 8, "SMB"},
    {{0x00, 0x00, ANY, ANY, 0xfe, 'S', 'M', 'B'}, 8, "SMB"},
    {{0x00, 0x00, ANY, 0x04, 0x00, 0x00, 0x00, 0x00}, 8, "HTTP/2"},
    {{0x05, 0xff}, 2, "SOCKS 5"},
    {{0x00, 0x5b}, 2, "SOCKS 4"},
    {{ANY, ANY, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00}, 8, "Oracle TNS"},
    {{0x20, 0x02, 0x00}, 3, "MQTT"},
    {{'G', 'I', 'O', 'P', 0x01}, 5, "CORBA (GIOP)"},
};

typedef enum Match { MATCH_NO, MATCH_MAYBE, MATCH_YES } Match;

static Match match_bytes(const ByteRow *row, Reader reader)
{
    for (uint8_t i = 0; i < row->size; i++) {
        if (reader_left(&reader) == 0)
            return MATCH_MAYBE;
        uint8_t byte = reader_u8(&reader);
        if (row->bytes[i] != ANY && row->bytes[i] != byte)
            return MATCH_NO;
    }
    return MATCH_YES;
}

/* Bytes up to the first that is no text: a control, or one beyond `last`. */
static size_t text_length(Reader reader, int last)
{
    size_t length = 0;
    for (; reader_left(&reader); length++) {
        int byte = reader_peek(&reader);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f || byte > last)
            break;
        reader_skip(&reader, 1);
    }
    return length;
}

static bool contains(const char *line, const char *part)
{
    g_autofree char *lower = g_ascii_strdown(line, -1);
    g_autofree char *wanted = g_ascii_strdown(part, -1);
    return strstr(lower, wanted) != NULL;
}

static const TextRow *find_text(const char *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(text_rows); i++) {
        const TextRow *row = &text_rows[i];
        if (g_ascii_strncasecmp(line, row->start, strlen(row->start)) == 0 &&
            (!row->contains || contains(line, row->contains)))
            return row;
    }
    return NULL;
}

static Fault *speaks(const char *reason, const char *name, const void *line, size_t size)
{
    json_t *args = json_pack("{s:o}", "line", fact_text(line, MIN(size, LINE_MAX_SHOWN)));
    if (name)
        json_object_set_new(args, "protocol", json_string(name));
    return fault_new(reason, args);
}

static Fault *speaks_unknown(Reader reader)
{
    size_t size = MIN(reader_left(&reader), HEX_MAX_SHOWN);
    g_autofree char *hex = bytes_hex(reader_take(&reader, size), size, '\0');
    return fault_new("speaks-unknown", json_pack("{s:s}", "hex", hex));
}

/* What can be read in a binary greeting: its first run of ASCII text, such as a version. */
static Fault *speaks_binary(const char *name, Reader reader)
{
    while (reader_left(&reader)) {
        size_t run = text_length(reader, 0x7e);
        if (run >= RUN_MIN)
            return speaks(protocol, name, reader_take(&reader, run), run);
        reader_skip(&reader, run ? run : 1);
    }
    return speaks(protocol, name, NULL, 0);
}

Fault *guess_protocol(const uint8_t *data, size_t size, bool ended)
{
    Reader reader = reader_new(data, size);
    bool final = ended || size >= GUESS_ENOUGH;
    bool maybe = size == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(byte_rows); i++) {
        Match match = match_bytes(&byte_rows[i], reader);
        if (match == MATCH_YES)
            return speaks_binary(byte_rows[i].protocol, reader);
        maybe = maybe || match == MATCH_MAYBE;
    }
    size_t length = text_length(reader, 0xff);
    bool line_ended = length < size;
    if (!final && (maybe || !line_ended))
        return NULL;
    Reader rest = reader;
    const uint8_t *line = reader_take(&rest, length);
    int end = reader_peek(&rest);
    if (length == 0 || (end >= 0 && end != '\r' && end != '\n'))
        return speaks_unknown(reader);
    g_autofree char *text = g_strndup((const char *)line, length);
    const TextRow *row = find_text(text);
    if (row)
        return speaks(row->reason, row->protocol, line, length);
    return speaks(protocol, "an unknown protocol", line, length);
}
