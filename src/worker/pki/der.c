#include "worker/pki/der.h"

#include <string.h>

#include "common/util/limits.h"

/* X.690 section 8.1.2: the tag number follows in base 128 where the low bits of the first are all
 * set. */
static bool read_tag(Reader *reader, Der *element)
{
    uint8_t first = reader_u8(reader);
    element->class = (DerClass)(first >> 6);
    element->constructed = (first & 0x20) != 0;
    element->tag = first & 0x1f;
    if (element->tag != 0x1f)
        return !reader->failed;
    uint64_t tag = 0;
    uint8_t octet = 0x80;
    for (int i = 0; octet & 0x80; i++) {
        octet = reader_u8(reader);
        tag = tag << 7 | (octet & 0x7f);
        if (i == 0 && octet == 0x80)
            element->faults |= DER_NON_MINIMAL;
        if (reader->failed || tag > UINT32_MAX)
            return false;
    }
    if (tag < 0x1f)
        element->faults |= DER_NON_MINIMAL;
    element->tag = (uint32_t)tag;
    return true;
}

/* X.690 sections 8.1.3 and 10.1. A length that does not fit into size_t is longer than anything. */
static bool read_length(Reader *reader, Der *element)
{
    uint8_t first = reader_u8(reader);
    element->length = first;
    if (first < 0x80)
        return !reader->failed;
    if (first == 0x80) {
        element->faults |= DER_INDEFINITE;
        element->length = 0;
        return true;
    }
    Reader octets = reader_child(reader, first & 0x7f);
    if (octets.failed)
        return false;
    size_t length = 0;
    bool huge = false;
    if (reader_peek(&octets) == 0)
        element->faults |= DER_NON_MINIMAL;
    while (reader_left(&octets)) {
        huge = huge || length > SIZE_MAX >> 8;
        length = length << 8 | reader_u8(&octets);
    }
    element->length = huge ? SIZE_MAX : length;
    if (element->length < 0x80)
        element->faults |= DER_NON_MINIMAL;
    return true;
}

static bool read_header(Reader *reader, Der *element)
{
    size_t start = reader->pos;
    if (!read_tag(reader, element) || !read_length(reader, element))
        return false;
    element->header = reader->pos - start;
    return true;
}

/* The bytes up to the end-of-contents that closes an indefinite length (X.690 section 8.1.5), and
 * whether there is one. Elements in between are stepped over; the open ones among them are counted,
 * not recursed into. */
static bool find_end(Reader reader, size_t *length, unsigned *faults)
{
    int open = 1;
    size_t start = reader.pos;
    while (reader_left(&reader)) {
        *length = reader.pos - start;
        Der inner = {0};
        if (!read_header(&reader, &inner))
            break;
        if (inner.faults & DER_INDEFINITE) {
            if (++open > LIMIT_DER_DEPTH) {
                *faults |= DER_TOO_DEEP;
                break;
            }
        } else if (inner.class == DER_UNIVERSAL && inner.tag == DER_END_OF_CONTENTS &&
                   inner.length == 0) {
            if (--open == 0)
                return true;
        } else if (!reader_skip(&reader, inner.length)) {
            break;
        }
    }
    *length = reader.size - start;
    *faults |= DER_TRUNCATED;
    return false;
}

bool der_next(Reader *reader, Der *element)
{
    Reader before = *reader;
    *element = (Der){.offset = reader_offset(reader)};
    size_t left = reader_left(reader);
    if (left == 0)
        return false;
    if (!read_header(reader, element)) {
        *reader = before;
        *element = (Der){.class = DER_PRIVATE, .offset = reader_offset(reader), .length = left};
        element->data = reader_take(reader, left);
        element->total = left;
        element->faults = DER_UNREADABLE;
        return true;
    }
    left = reader_left(reader);
    size_t end = 0;
    if (element->faults & DER_INDEFINITE) {
        if (find_end(*reader, &element->length, &element->faults))
            end = 2;
    } else if (element->length > left) {
        element->faults |= DER_TRUNCATED;
        element->length = left;
    }
    element->data = reader_take(reader, element->length);
    reader_skip(reader, end);
    element->total = element->header + element->length + end;
    return true;
}

bool der_read(const uint8_t *data, size_t size, Der *element)
{
    Reader reader = reader_new(data, size);
    return der_next(&reader, element);
}

Reader der_inside(const Der *element)
{
    Reader inside = reader_new(element->data, element->data ? element->length : 0);
    inside.base = element->offset + element->header;
    return inside;
}

bool der_is(const Der *element, uint32_t tag)
{
    return element->data && element->class == DER_UNIVERSAL && element->tag == tag &&
           !(element->faults & DER_UNREADABLE);
}

bool der_is_context(const Der *element, uint32_t tag)
{
    return element->data && element->class == DER_CONTEXT && element->tag == tag;
}

bool der_same(const Der *one, const Der *other)
{
    return one->data && other->data && one->length == other->length &&
           memcmp(one->data, other->data, one->length) == 0;
}

char *der_type(const Der *element)
{
    static const char *const universal[] = {
        [DER_END_OF_CONTENTS] = "end-of-contents",
        [DER_BOOLEAN] = "BOOLEAN",
        [DER_INTEGER] = "INTEGER",
        [DER_BIT_STRING] = "BIT STRING",
        [DER_OCTET_STRING] = "OCTET STRING",
        [DER_NULL] = "NULL",
        [DER_OID] = "OBJECT IDENTIFIER",
        [DER_ENUMERATED] = "ENUMERATED",
        [DER_UTF8_STRING] = "UTF8String",
        [DER_RELATIVE_OID] = "RELATIVE-OID",
        [DER_SEQUENCE] = "SEQUENCE",
        [DER_SET] = "SET",
        [DER_NUMERIC_STRING] = "NumericString",
        [DER_PRINTABLE_STRING] = "PrintableString",
        [DER_TELETEX_STRING] = "TeletexString",
        [DER_VIDEOTEX_STRING] = "VideotexString",
        [DER_IA5_STRING] = "IA5String",
        [DER_UTC_TIME] = "UTCTime",
        [DER_GENERALIZED_TIME] = "GeneralizedTime",
        [DER_GRAPHIC_STRING] = "GraphicString",
        [DER_VISIBLE_STRING] = "VisibleString",
        [DER_GENERAL_STRING] = "GeneralString",
        [DER_UNIVERSAL_STRING] = "UniversalString",
        [DER_BMP_STRING] = "BMPString",
    };
    static const char *const classes[] = {"UNIVERSAL ", "APPLICATION ", "", "PRIVATE "};
    if (element->faults & DER_UNREADABLE)
        return g_strdup("bytes");
    if (element->class == DER_UNIVERSAL && element->tag < G_N_ELEMENTS(universal) &&
        universal[element->tag])
        return g_strdup(universal[element->tag]);
    return g_strdup_printf("[%s%u]", classes[element->class], element->tag);
}

void der_faults(unsigned faults, void (*tell)(const char *code, void *data), void *data)
{
    static const struct {
        unsigned bits;
        const char *code;
    } rows[] = {
        {DER_TRUNCATED | DER_UNREADABLE, "der-truncated"},
        {DER_INDEFINITE, "der-indefinite"},
        {DER_NON_MINIMAL, "der-non-minimal"},
        {DER_TOO_DEEP, "der-too-deep"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (faults & rows[i].bits)
            tell(rows[i].code, data);
}
