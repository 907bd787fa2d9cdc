/* fact: what workers say and sessions hold, one JSON object a line.
 *
 * Kinds and members are declared in data/facts.tsv, and described in doc/facts.md. Here: the lines,
 * text from the network, and bytes. A fact in memory is a jansson object; the caller owns a
 * reference. Text from the network is written as a string where it is UTF-8 (ASCII-only on the
 * line, NUL allowed), else as {"base64": ...}; it is escaped for showing only where it is shown.
 */
#ifndef TLSDIVE_COMMON_FACT_FACT_H
#define TLSDIVE_COMMON_FACT_FACT_H

#include <glib.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { FACT_FORMAT = 1 }; /* of the stream; said in its first fact */

/* The kinds of facts, in the order of data/facts.tsv. */
typedef enum FactKind {
    FACT_UNKNOWN, /* a kind of a newer version: ignored by readers */
    FACT_STREAM,
    FACT_ENDPOINT,
    FACT_HOST,
    FACT_STATE,
    FACT_CONNECTION,
    FACT_DIALOGUE,
    FACT_MESSAGE,
    FACT_ALERT,
    FACT_BYTES,
    FACT_NEGOTIATED,
    FACT_DIVE,
    FACT_ANSWER,
    FACT_TRY,
    FACT_CHAIN,
    FACT_CERTIFICATE,
    FACT_FILE,
    FACT_OBJECT,
    FACT_DIRECTORY,
    FACT_VERDICT,
    FACT_DANE,
    FACT_DNS,
    FACT_FETCHED,
    FACT_REVOCATION,
    FACT_TRANSPARENCY,
    FACT_POLICY,
    FACT_ERROR,
    FACT_DONE,
    FACT_FINDING,
} FactKind;

/* A new fact of this kind, with "fact" set; add members with json_object_set_new and fact_text. */
json_t *fact_new(FactKind kind);

/* The kind of a fact; FACT_UNKNOWN for anything else. */
FactKind fact_kind(const json_t *fact);

/* The name of a kind, as it stands in "fact"; static. */
const char *fact_kind_name(FactKind kind);

/* The line for a fact: ASCII, with its newline, at most LIMIT_LINE bytes; NULL if it would be
 * longer. To be freed. DEL is escaped too. */
char *fact_to_line(const json_t *fact);

/* The fact on a line of `size` bytes (its newline may be there); NULL and *error if it is not a
 * JSON object with a "fact", or too long. A new reference. */
json_t *fact_from_line(const char *line, size_t size, GError **error);

/* JSON for text from the network. A new reference. */
json_t *fact_text(const void *text, size_t size);

/* The bytes of a text member: a new GString (may hold NUL); NULL if it is no text. */
GString *fact_text_get(const json_t *text);

/* A member, or a default where it is missing or of another type. The string is borrowed. */
const char *fact_string(const json_t *fact, const char *member, const char *otherwise);
json_int_t fact_integer(const json_t *fact, const char *member, json_int_t otherwise);
double fact_number(const json_t *fact, const char *member, double otherwise);
gboolean fact_bool(const json_t *fact, const char *member, gboolean otherwise);

/* True where a list holds this string; what is no string in it, or no list, is passed over. */
gboolean fact_list_has(const json_t *list, const char *text);

/* The `bytes` facts for `size` bytes, in parts below the line's limit: a list of json_t *, to be
 * freed with g_ptr_array_unref. `sha256` is their hash. */
GPtrArray *fact_bytes(const char *sha256, const uint8_t *data, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#endif
