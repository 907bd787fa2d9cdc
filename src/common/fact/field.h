/* field: a tree that explains bytes.
 *
 * What a message or certificate says, element by element: a name as the RFC spells it, a value for
 * people, and where its bytes lie. Dissectors in the worker build trees; the reader sends them as
 * JSON, as many levels as fit into a reply; the front shows them and asks for more. A node knows
 * how many children it has (`total`) even where they were not sent.
 */
#ifndef TLSDIVE_COMMON_FACT_FIELD_H
#define TLSDIVE_COMMON_FACT_FIELD_H

#include <glib.h>
#include <jansson.h>
#include <stddef.h>

typedef struct Field {
    char *name; /* as the RFC spells it: "subjectAltName", "cipher_suites" */
    char *id;   /* key into the explanations of data/fields.tsv, "x509.subjectAltName"; or NULL */
    GString *value; /* for people; bytes, may hold NUL and control bytes until shown; never NULL */
    size_t offset;  /* of its first byte in what is explained */
    size_t length;  /* in bytes; 0 for what has no bytes of its own */
    GPtrArray *notes;     /* interned codes (reasons of data/reasons.tsv); NULL: none */
    GPtrArray *children;  /* Field *, owned; NULL: none here */
    guint total;          /* children that exist; more than children->len: not all were sent */
    struct Field *parent; /* not owned; NULL for the root */
} Field;

/* A root. `name` is copied; `id` may be NULL. Free with field_free. */
Field *field_new(const char *name, const char *id, size_t offset, size_t length);

/* A child appended to `parent`, which owns it. */
Field *field_add(Field *parent, const char *name, const char *id, size_t offset, size_t length);

/* Sets the value from a printf format, or from `size` bytes of text from the network, cut at
 * LIMIT_VALUE. */
void field_set(Field *field, const char *format, ...) G_GNUC_PRINTF(2, 3);
void field_set_text(Field *field, const void *text, size_t size);

/* Notes a code on the field, once. */
void field_note(Field *field, const char *code);

/* Frees a tree; NULL is allowed. A field that has a parent must not be freed alone. */
void field_free(Field *field);

/* The field at `path`, a list of child indices of length `depth`; NULL if there is none. */
Field *field_at(Field *root, const guint *path, guint depth);

/* The deepest field whose bytes hold `offset`; NULL if none does. */
Field *field_find(Field *root, size_t offset);

/* JSON of the field and, level by level, of as many descendants as `budget` nodes allow, starting
 * at child `from` of the field itself. A new reference. */
json_t *field_to_json(const Field *field, guint from, guint budget);

/* The tree that field_to_json wrote; NULL if it is none. */
Field *field_from_json(const json_t *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Field, field_free)

#endif
