/* grammar: how handshake messages and extensions are built, as tables.
 *
 * A structure of an RFC's presentation language is a list of parts, ended by one without a name; a
 * part says what stands there and how its value is put into words. explain.c walks them. A new
 * message or extension is a row here.
 */
#ifndef TLSDIVE_WORKER_TLS_GRAMMAR_H
#define TLSDIVE_WORKER_TLS_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fact/field.h"
#include "common/util/bytes.h"

typedef enum PartKind {
    PART_NUMBER,     /* `width` bytes */
    PART_BYTES,      /* `width` bytes as they are; 0: all that is left */
    PART_OPAQUE,     /* a vector whose bytes mean nothing more; `width`: of its length */
    PART_TEXT,       /* a vector of text */
    PART_CONTENT,    /* a vector whose content is looked at by itself: a certificate, a name */
    PART_LIST,       /* a vector of elements `of`; `width` 0: all that is left */
    PART_STRUCT,     /* a vector that holds `of` once; `width` 0: all that is left */
    PART_EXTENSIONS, /* a vector of extensions; may be missing at the end */
    PART_INLINE,     /* `of` stands here, without a field of its own */
} PartKind;

typedef struct Part Part;

struct Part {
    const char *name;
    PartKind kind;
    uint8_t width;
    /* Puts a number into words; NULL: in decimal. */
    void (*say)(Field *field, const Part *part, uint64_t value);
    const char *codes; /* registry of data/codes.tsv, for say_code */
    const Part *of;    /* list, struct: what is in it */
    const char
        *element; /* list: what one is called, if it is a structure; NULL: `of` is a single part */
    bool chief;   /* its value speaks for the whole structure */
};

/* The ways to say numbers. GREASE values are said to be that. */
void say_suite(Field *field, const Part *part, uint64_t value);
void say_group(Field *field, const Part *part, uint64_t value);
void say_scheme(Field *field, const Part *part, uint64_t value);
void say_version(Field *field, const Part *part, uint64_t value);
void say_extension(Field *field, const Part *part, uint64_t value);
void say_code(Field *field, const Part *part, uint64_t value);
void say_bytes(Field *field, const Part *part, uint64_t value);        /* a length */
void say_seconds(Field *field, const Part *part, uint64_t value);      /* a duration */
void say_milliseconds(Field *field, const Part *part, uint64_t value); /* an instant */

/* Which of a message's forms it is. */
typedef enum Era {
    ERA_ANY,
    ERA_OLD,   /* TLS 1.2 and below */
    ERA_TLS13, /* TLS 1.3 */
    ERA_RETRY, /* a HelloRetryRequest */
} Era;

/* The parts of a message's body. Of several forms the first that fits its bytes is taken, else the
 * first. `*bearer` is the short name of the message in data/extensions.tsv, or NULL. NULL for a
 * message that no table has. */
const Part *grammar_message(uint8_t type, Era era, Reader body, const char **bearer);

/* The parts of an extension within `bearer`; NULL for one that no table has. */
const Part *grammar_extension(uint16_t type, const char *bearer, Reader data);

/* True if the parts take up the bytes exactly, looking no deeper than the first level. */
bool grammar_fits(const Part *parts, Reader reader);

/* One row of the tables: a structure under a number, in an era or in some messages. */
typedef struct Form {
    uint16_t number;
    Era era;
    const char *bearer; /* message: its short name; extension: names of messages, NULL: any */
    const Part *parts;
    bool (*guard)(Reader content); /* NULL: always */
} Form;

extern const Form grammar_extensions[];
extern const size_t grammar_extensions_size;

#endif
