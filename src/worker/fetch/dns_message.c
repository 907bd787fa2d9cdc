#include "worker/fetch/dns_message.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

enum {
    NAME_OCTETS = 255,
    LABELS = 64,    /* a label is shorter */
    POINTER = 0xc0, /* the two high bits of a length: the rest of the name is elsewhere */
    POINTER_BITS = 0x3fff,
    CAA_CRITICAL = 0x80,
};

/* ---- names ---- */

static void append_label(GString *name, const uint8_t *label, size_t size)
{
    if (name->len)
        g_string_append_c(name, '.');
    for (size_t i = 0; i < size; i++) {
        char octet = (char)label[i];
        if (octet == '.' || octet == '\\')
            g_string_append_printf(name, "\\%c", octet);
        else if (g_ascii_isgraph(octet))
            g_string_append_c(name, g_ascii_tolower(octet));
        else
            g_string_append_printf(name, "\\%03d", label[i]);
    }
}

/* Reads a name; the reader steps behind it. A pointer leads to an earlier place of the message only
 * (RFC 1035 section 4.1.4), so it ends. NULL where it does not read. */
static char *read_name(Reader message, Reader *reader)
{
    g_autoptr(GString) name = g_string_new(NULL);
    size_t octets = 0, before = reader_offset(reader);
    Reader elsewhere = *reader, *at = reader;
    for (;;) {
        uint8_t length = reader_u8(at);
        if (at->failed)
            return NULL;
        if (length == 0)
            return g_string_free(g_steal_pointer(&name), FALSE);
        if (length < POINTER) {
            octets += length + 1U;
            const uint8_t *label =
                length < LABELS && octets < NAME_OCTETS ? reader_take(at, length) : NULL;
            if (!label)
                return NULL;
            append_label(name, label, length);
            continue;
        }
        size_t to = (size_t)(length << 8 | reader_u8(at)) & POINTER_BITS;
        if (at->failed || to >= before)
            return NULL;
        before = to;
        elsewhere = message;
        reader_skip(&elsewhere, to);
        at = &elsewhere;
    }
}

/* ---- records ---- */

static json_t *text_of(Reader *reader, size_t size)
{
    const uint8_t *text = reader_take(reader, size);
    return text ? fact_text(text, size) : NULL;
}

json_t *dns_tlsa_read(Reader rdata)
{
    uint8_t usage = reader_u8(&rdata), selector = reader_u8(&rdata), matching = reader_u8(&rdata);
    size_t size = reader_left(&rdata);
    const uint8_t *data = reader_take(&rdata, size);
    if (rdata.failed || size > LIMIT_TLSA_DATA)
        return NULL;
    g_autofree char *hex = bytes_hex(data, size, '\0');
    return json_pack("{s:i, s:i, s:i, s:s}", "usage", usage, "selector", selector, "matching",
                     matching, "data", hex);
}

static bool is_issue(const char *tag)
{
    static const char *const tags[] = {"issue", "issuewild", "issuemail", NULL};
    return g_strv_contains(tags, tag);
}

/* issuer-domain-name *( ";" tag "=" value ). Where there is no domain, nobody may. */
static void split_issue(json_t *record, const char *value)
{
    static const char *const parameters[][2] = {{"accounturi", "account"},
                                                {"validationmethods", "methods"}};
    g_auto(GStrv) parts = g_strsplit(value, ";", LIMIT_CAA_PARAMETERS);
    for (guint i = 0; parts[i]; i++) {
        const char *part = g_strstrip(parts[i]), *equals = strchr(part, '=');
        if (i == 0) {
            g_autofree char *issuer = g_ascii_strdown(part, -1);
            json_object_set_new(record, "issuer", fact_text(issuer, strlen(issuer)));
            continue;
        }
        for (size_t j = 0; equals && j < G_N_ELEMENTS(parameters); j++) {
            g_autofree char *name = g_strndup(part, (gsize)(equals - part));
            if (g_ascii_strcasecmp(g_strstrip(name), parameters[j][0]) != 0)
                continue;
            const char *given = g_strchug((char *)equals + 1);
            json_object_set_new(record, parameters[j][1], fact_text(given, strlen(given)));
        }
    }
}

json_t *dns_caa_read(Reader rdata)
{
    uint8_t flags = reader_u8(&rdata), length = reader_u8(&rdata);
    const uint8_t *tag = reader_take(&rdata, length);
    size_t size = reader_left(&rdata);
    const uint8_t *value = reader_take(&rdata, size);
    if (rdata.failed || length == 0 || size > LIMIT_VALUE)
        return NULL;
    g_autofree char *given = g_strndup((const char *)tag, length);
    g_autofree char *name = g_ascii_strdown(given, -1);
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]))
            return NULL;
    json_t *record =
        json_pack("{s:i, s:b, s:s, s:o}", "flags", flags, "critical", (flags & CAA_CRITICAL) != 0,
                  "tag", name, "value", fact_text(value, size));
    if (is_issue(name)) {
        g_autofree char *text = g_strndup((const char *)value, size);
        split_issue(record, text);
    }
    return record;
}

/* Strings that stand one behind the other are one text (RFC 7208 section 3.3; RFC 8461). */
static json_t *read_txt(Reader rdata)
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    while (reader_left(&rdata)) {
        uint8_t size = reader_u8(&rdata);
        const uint8_t *part = reader_take(&rdata, size);
        if (part)
            g_byte_array_append(text, part, size);
    }
    if (rdata.failed || text->len > LIMIT_VALUE)
        return NULL;
    Reader whole = reader_new(text->data, text->len);
    json_t *value = text->len ? text_of(&whole, text->len) : json_string("");
    return json_pack("{s:o}", "text", value);
}

static json_t *read_mx(Reader message, Reader rdata)
{
    uint16_t preference = reader_u16(&rdata);
    g_autofree char *host = read_name(message, &rdata);
    return host ? json_pack("{s:i, s:s}", "preference", preference, "host", host) : NULL;
}

static json_t *read_record(Reader message, Reader rdata, DnsType type)
{
    switch (type) {
    case DNS_MX:
        return read_mx(message, rdata);
    case DNS_TXT:
        return read_txt(rdata);
    case DNS_TLSA:
        return dns_tlsa_read(rdata);
    case DNS_CAA:
        return dns_caa_read(rdata);
    default:
        return json_object();
    }
}

/* ---- the message ---- */

static void take_record(DnsAnswer *answer, Reader message, Reader rdata, DnsType type)
{
    json_t *record = read_record(message, rdata, type);
    answer->found++;
    if (!record)
        answer->broken++;
    else if (json_array_size(answer->records) < LIMIT_DNS_RECORDS)
        json_array_append_new(answer->records, record);
    else
        json_decref(record);
}

static void take_alias(DnsAnswer *answer, Reader message, Reader rdata)
{
    g_autofree char *name = read_name(message, &rdata);
    if (name && json_array_size(answer->aliases) < LIMIT_DNS_RECORDS)
        json_array_append_new(answer->aliases, json_string(name));
}

static bool read_answer(DnsAnswer *answer, Reader message, Reader *reader, DnsType wanted)
{
    g_autofree char *owner = read_name(message, reader);
    uint16_t type = reader_u16(reader);
    reader_u16(reader);
    uint32_t ttl = reader_u32(reader);
    Reader rdata = reader_vector(reader, 2);
    if (!owner || reader->failed)
        return false;
    if (type == DNS_CNAME)
        take_alias(answer, message, rdata);
    if (type != wanted)
        return true;
    answer->ttl = answer->found ? MIN(answer->ttl, ttl) : ttl;
    take_record(answer, message, rdata, wanted);
    return true;
}

DnsAnswer dns_answer_read(const uint8_t *bytes, size_t size, DnsType type)
{
    enum { RCODE_BITS = 0xf };
    DnsAnswer answer = {.records = json_array(), .aliases = json_array()};
    Reader message = reader_new(bytes, size), reader = message;
    reader_u16(&reader);
    answer.rcode = reader_u16(&reader) & RCODE_BITS;
    guint questions = reader_u16(&reader), answers = reader_u16(&reader);
    reader_skip(&reader, 4);
    answer.whole = !reader.failed;
    for (guint i = 0; i < questions && answer.whole; i++) {
        g_autofree char *name = read_name(message, &reader);
        answer.whole = name && reader_skip(&reader, 4);
    }
    for (guint i = 0; i < answers && answer.whole; i++)
        answer.whole = read_answer(&answer, message, &reader, type);
    return answer;
}

void dns_answer_clear(DnsAnswer *answer)
{
    g_clear_pointer(&answer->records, json_decref);
    g_clear_pointer(&answer->aliases, json_decref);
}
