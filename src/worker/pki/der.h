/* der: walks ASN.1's basic and distinguished encodings (X.690), with the offset of everything.
 * Pure.
 *
 * Elements are read one after the other from a Reader, which bounds them; the inside of a
 * constructed element is a Reader again. BER where DER is due is noticed and still walked; an
 * element that is longer than what holds it is cut there, and bytes that are no header at all
 * become one last element that DER_UNREADABLE marks. So a walk always reaches the last byte,
 * whatever the bytes are.
 */
#ifndef TLSDIVE_WORKER_PKI_DER_H
#define TLSDIVE_WORKER_PKI_DER_H

#include "common/util/bytes.h"

typedef enum DerClass { DER_UNIVERSAL, DER_APPLICATION, DER_CONTEXT, DER_PRIVATE } DerClass;

/* Universal tags (X.680 section 8.6). */
enum {
    DER_END_OF_CONTENTS = 0,
    DER_BOOLEAN = 1,
    DER_INTEGER = 2,
    DER_BIT_STRING = 3,
    DER_OCTET_STRING = 4,
    DER_NULL = 5,
    DER_OID = 6,
    DER_ENUMERATED = 10,
    DER_UTF8_STRING = 12,
    DER_RELATIVE_OID = 13,
    DER_SEQUENCE = 16,
    DER_SET = 17,
    DER_NUMERIC_STRING = 18,
    DER_PRINTABLE_STRING = 19,
    DER_TELETEX_STRING = 20,
    DER_VIDEOTEX_STRING = 21,
    DER_IA5_STRING = 22,
    DER_UTC_TIME = 23,
    DER_GENERALIZED_TIME = 24,
    DER_GRAPHIC_STRING = 25,
    DER_VISIBLE_STRING = 26,
    DER_GENERAL_STRING = 27,
    DER_UNIVERSAL_STRING = 28,
    DER_BMP_STRING = 30,
};

/* What is wrong with an element's encoding; bits. Each has a reason of data/reasons.tsv. */
enum {
    DER_TRUNCATED = 1,   /* its length reaches past the end: cut there (der-truncated) */
    DER_INDEFINITE = 2,  /* BER's indefinite length (der-indefinite) */
    DER_NON_MINIMAL = 4, /* a tag or length in more octets than need be (der-non-minimal) */
    DER_UNREADABLE = 8,  /* no whole header: a content of all the bytes left (der-truncated) */
    DER_TOO_DEEP = 16,   /* indefinite lengths nested deeper than LIMIT_DER_DEPTH (der-too-deep) */
};

typedef struct Der {
    DerClass class;
    bool constructed;
    uint32_t tag;
    size_t offset;       /* of its first byte in the outermost reader */
    size_t header;       /* tag and length octets */
    size_t length;       /* content octets, without end-of-contents */
    size_t total;        /* all: header, content, end-of-contents */
    const uint8_t *data; /* the content, borrowed; NULL: no element */
    unsigned faults;
} Der;

/* The next element; false at the end. Every call steps forward by element->total, at least 1. */
bool der_next(Reader *reader, Der *element);

/* The first element of `size` bytes; false if there are none. */
bool der_read(const uint8_t *data, size_t size, Der *element);

/* A reader over the content, with offsets that go on counting from the outermost reader. */
Reader der_inside(const Der *element);

/* True for this universal tag. */
bool der_is(const Der *element, uint32_t tag);

/* True for this context-specific tag. */
bool der_is_context(const Der *element, uint32_t tag);

/* True where both have a content and it is the same, byte for byte. */
bool der_same(const Der *one, const Der *other);

/* The name of its type as ASN.1 writes it: "SEQUENCE", "[0]", "[APPLICATION 3]"; to be freed. */
char *der_type(const Der *element);

/* Calls `tell` with the reason's code for each bit of `faults`. */
void der_faults(unsigned faults, void (*tell)(const char *code, void *data), void *data);

#endif
