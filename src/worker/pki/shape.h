/* shape: ASN.1 types as tables, and one walker that explains bytes by them. Pure.
 *
 * A Shape is an ASN.1 type as an RFC declares it, a Part a component of one with its name and tag.
 * The tables of shapes_*.c read like the ASN.1 modules they come from; what a value looks like to
 * people is a shape's `show`, called when its children are there. Nothing is refused: an element
 * that is not what its part wants gets the note x509-structure and is explained as plain ASN.1, an
 * element that no part wants likewise, and what does not split stays a leaf.
 */
#ifndef TLSDIVE_WORKER_PKI_SHAPE_H
#define TLSDIVE_WORKER_PKI_SHAPE_H

#include "common/fact/field.h"
#include "worker/pki/der.h"

typedef struct Shape Shape;
typedef struct Part Part;

/* How far a walk has come: its ceilings, and the algorithm that a key or signature is of. */
typedef struct Walk {
    guint left;      /* fields that may still be made */
    guint depth;     /* nesting now */
    char *algorithm; /* the last AlgorithmIdentifier's OID; NULL: none yet */
    guint family;    /* the last addressFamily (RFC 3779); 0: none yet */
} Walk;

typedef enum ShapeKind {
    SHAPE_VALUE,    /* a primitive type of universal `tag` */
    SHAPE_STRING,   /* a choice of string types */
    SHAPE_TIME,     /* a choice of UTCTime and GeneralizedTime */
    SHAPE_SEQUENCE, /* SEQUENCE or SET of `parts` */
    SHAPE_OF,       /* SEQUENCE OF or SET OF parts[0]; SIZE (1..MAX) unless `empty` */
    SHAPE_OCTETS,   /* OCTET STRING that holds the DER of parts[0] */
    SHAPE_CHOICE,   /* one of `parts` */
    SHAPE_ANY,      /* anything: plain ASN.1 */
} ShapeKind;

struct Shape {
    ShapeKind kind;
    uint32_t tag; /* universal */
    const Part *parts;
    guint count; /* of parts */
    bool empty;  /* SHAPE_OF: may have no element */
    bool ber;    /* SHAPE_OF, a SET: its standard does not ask for DER's order */
    bool rows;   /* SHAPE_CHOICE: the alternative is a row below what holds it, not the same row */
    /* Sets the value from the content, or from the children that are there by now; adds notes. */
    void (*show)(Walk *walk, Field *field, const Der *element, const Shape *shape);
};

/* A row of an open type: which shape belongs to an OID (ANY DEFINED BY). */
typedef struct Open {
    const char *oid; /* dotted; NULL ends a table */
    const Shape *shape;
    const struct Open *more; /* in the last row: the table that goes on; NULL: none */
} Open;

enum {
    PART_OPTIONAL = 1,
    PART_IMPLICIT = 2, /* tagged [tag] IMPLICIT */
    PART_EXPLICIT = 4, /* tagged [tag] EXPLICIT */
    PART_OCTETS = 8,   /* an OCTET STRING that holds the DER of the shape */
    PART_BITS = 16, /* a BIT STRING that holds the DER of the shape, or raw bytes (then `show`) */
    PART_FLAT = 32, /* has no row of its own: its parts are rows of what holds it */
    PART_BY_ALGORITHM =
        64, /* `open` is asked for the walk's algorithm, not for the first OID here */
};

struct Part {
    const char *name; /* as the RFC spells it; NULL in a SHAPE_OF of a CHOICE: the alternative's */
    const Shape *shape; /* NULL: by `open` alone */
    unsigned flags;
    uint32_t tag;
    const Open *open; /* looked up first; what it does not know has `shape`, or is plain ASN.1 */
    const char *id;   /* where it is not "x509." and the name */
    const char *standard; /* the DEFAULT as DER in hexadecimal digits; NULL: none */
};

/* Rows of the tables: what is not given is absent. */
#define PART(part_name, part_shape, ...)                                                           \
    {                                                                                              \
        .name = (part_name), .shape = (part_shape), __VA_ARGS__                                    \
    }
#define OPEN(dotted, open_shape)                                                                   \
    {                                                                                              \
        .oid = (dotted), .shape = (open_shape)                                                     \
    }
#define SHAPE_PARTS(list)                                                                          \
    .kind = SHAPE_SEQUENCE, .tag = DER_SEQUENCE, .parts = (list), .count = G_N_ELEMENTS(list)
#define SHAPE_ALTERNATIVES(list) .kind = SHAPE_CHOICE, .parts = (list), .count = G_N_ELEMENTS(list)
#define SHAPE_INSIDE(part)                                                                         \
    .kind = SHAPE_OCTETS, .tag = DER_OCTET_STRING, .parts = &(part), .count = 1
#define SHAPE_LIST(holder, part) .kind = SHAPE_OF, .tag = (holder), .parts = &(part), .count = 1

/* The number of the part that the next element of a SEQUENCE is; -1 for one too many. *at is the
 * first part that may still come, 0 to begin with. *fits is false where the element only takes the
 * place of a part that must be there. */
int shape_step(const Shape *sequence, guint *at, const Der *element, bool *fits);

/* The elements of a SEQUENCE's content by part: `parts` has sequence->count elements; those that
 * are absent have no data. EXPLICIT tags are taken off. */
void shape_assign(const Shape *sequence, const Der *element, Der *parts);

/* Explains all of `size` bytes as one element of a shape: a root of that name, of the bytes'
 * length. Shape NULL: as plain ASN.1. At most LIMIT_FIELDS nodes, nested at most LIMIT_DER_DEPTH
 * deep. To be freed. */
Field *shape_explain(const char *name, const Shape *shape, const uint8_t *der, size_t size);

/* Explains an element by a shape, into a field that is there already. */
void shape_fill(Walk *walk, Field *field, const Shape *shape, const Der *element);

/* Explains an element as plain ASN.1, as a child of `parent`. */
void shape_generic(Walk *walk, Field *parent, const Der *element);

/* A child of `parent`, or NULL where the ceiling on fields is reached (noted on the parent). */
Field *shape_child(Walk *walk, Field *parent, const char *name, size_t offset, size_t length);

/* Notes the faults of an element's encoding. */
void shape_note_faults(Field *field, const Der *element);

/* The shape for an OID in a table of an open type; NULL: none. */
const Shape *shape_open(const Open *rows, const char *oid);

/* Gives a field its name, and the id of prefix, dot and name where the program can explain that
 * (data/fields.tsv). */
void shape_call(Field *field, const char *prefix, const char *name);

/* The value of the first child of that name; NULL if there is none. */
const char *shape_value_of(const Field *field, const char *name);

#endif
