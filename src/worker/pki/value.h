/* value: the contents of primitive ASN.1 types, read without losing anything. Pure. */
#ifndef TLSDIVE_WORKER_PKI_VALUE_H
#define TLSDIVE_WORKER_PKI_VALUE_H

#include "worker/pki/der.h"

/* An OBJECT IDENTIFIER (or IMPLICIT one) in dotted form, arcs of any size; NULL where it does not
 * read or is longer than LIMIT_OID bytes. *minimal is false where an arc has leading zeros. To be
 * freed. */
char *value_oid(const Der *element, bool *minimal);

/* True where the content is this OID, given in dotted form. */
bool value_is_oid(const Der *element, const char *dotted);

/* An INTEGER or ENUMERATED as a number; false where it is empty or does not fit. */
bool value_integer(const Der *element, int64_t *value);

/* True where an INTEGER's content is not longer than need be (X.690 section 8.3.2), and not empty.
 */
bool value_integer_minimal(const Der *element);

/* Significant bits of a non-negative INTEGER; 0 for zero and for negative ones. */
size_t value_integer_bits(const Der *element);

/* A non-negative INTEGER of any size up to LIMIT_OID octets in decimal; else NULL. To be freed. */
char *value_decimal(const Der *element);

/* A BOOLEAN: false where it is no single octet. *der is false where TRUE is not 0xff (X.690
 * section 11.1). */
bool value_boolean(const Der *element, bool *value, bool *der);

/* The bits of a BIT STRING: a reader over its octets, and how many bits of the last are unused;
 * false where the content is empty or the number is over 7. */
bool value_bits(const Der *element, Reader *octets, unsigned *unused);

/* UTCTime or GeneralizedTime in the forms of RFC 5280 sections 4.1.2.5.1 and .2 (YYMMDDHHMMSSZ and
 * YYYYMMDDHHMMSSZ), for years 0 to 9999, in seconds since 1970. False for anything else. `tag` is
 * the universal tag to read it as. */
bool value_time(const Der *element, uint32_t tag, int64_t *seconds);

/* An instant as RFC 3339 writes it in UTC: "2026-11-20T22:00:00Z". To be freed. */
char *value_rfc3339(int64_t seconds);

/* The bytes of a string type as UTF-8; NUL and controls stay. *good is false where its type forbids
 * what it holds; bytes that have no meaning in it then stay as they are. `tag` is the universal tag
 * to read it as. */
GString *value_string(const Der *element, uint32_t tag, bool *good);

/* True for the universal tags that value_string reads. */
bool value_is_string(uint32_t tag);

/* An IP address of 4 or 16 octets, as RFC 5952 writes it. */
GString *value_ip(const uint8_t *octets, size_t size);

#endif
