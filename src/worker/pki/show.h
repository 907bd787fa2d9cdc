/* show: what values of ASN.1's own types look like to people, and their shapes. Pure.
 *
 * The show_* functions of the signature of Shape.show set a field's value from an element's
 * content, and note what is not DER in it.
 */
#ifndef TLSDIVE_WORKER_PKI_SHOW_H
#define TLSDIVE_WORKER_PKI_SHOW_H

#include "worker/pki/shape.h"

/* The types themselves. */
extern const Shape shape_any, shape_boolean, shape_integer, shape_enumerated, shape_null, shape_oid;
extern const Shape shape_octets, shape_bits, shape_string, shape_utf8, shape_ia5, shape_numeric;
extern const Shape shape_printable, shape_bmp, shape_visible, shape_time, shape_generalized_time;

/* By type: strings as text, OIDs by name, the rest as bytes; constructed ones get children. `shape`
 * is not looked at. */
void show_generic(Walk *walk, Field *field, const Der *element, const Shape *shape);

void show_octets(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_bits(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_integer(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_string(Walk *walk, Field *field, const Der *element, const Shape *shape);

/* An INTEGER's octets as hexadecimal digits, with its size in bits. */
void show_big_integer(Walk *walk, Field *field, const Der *element, const Shape *shape);

/* `size` bytes as hexadecimal digits with colons, as many as fit into a value. */
void show_hex(Field *field, const uint8_t *data, size_t size);

/* The names of the bits that are set, in the order of a NULL-ended list, and notes what is not DER
 * (X.690 section 11.2: no trailing zero bits where bits are named). */
void show_named_bits(Field *field, const Der *element, const char *const *names);

/* What a structure's children say, as its own value: all values joined by ", "; behind their names
 * ("cA=TRUE, pathLenConstraint=0"); the first; the last. An extension's extnID and critical are no
 * part of what it says. */
void show_joined(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_pairs(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_first(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_last(Walk *walk, Field *field, const Der *element, const Shape *shape);

/* "3 elements"; the names of the children. */
void show_count(Walk *walk, Field *field, const Der *element, const Shape *shape);
void show_named(Walk *walk, Field *field, const Der *element, const Shape *shape);

#endif
