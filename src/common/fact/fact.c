#include "common/fact/fact.h"

#include <string.h>

#include "common/util/limits.h"

enum { FACT_DIGITS = 12 }; /* of a time in seconds: microseconds, in a stream of days */

static const char *const kind_names[] = {
    [FACT_UNKNOWN] = "unknown",
    [FACT_STREAM] = "stream",
    [FACT_ENDPOINT] = "endpoint",
    [FACT_HOST] = "host",
    [FACT_STATE] = "state",
    [FACT_CONNECTION] = "connection",
    [FACT_DIALOGUE] = "dialogue",
    [FACT_MESSAGE] = "message",
    [FACT_ALERT] = "alert",
    [FACT_BYTES] = "bytes",
    [FACT_NEGOTIATED] = "negotiated",
    [FACT_DIVE] = "dive",
    [FACT_ANSWER] = "answer",
    [FACT_TRY] = "try",
    [FACT_CHAIN] = "chain",
    [FACT_CERTIFICATE] = "certificate",
    [FACT_FILE] = "file",
    [FACT_OBJECT] = "object",
    [FACT_DIRECTORY] = "directory",
    [FACT_VERDICT] = "verdict",
    [FACT_DANE] = "dane",
    [FACT_DNS] = "dns",
    [FACT_POLICY] = "policy",
    [FACT_FETCHED] = "fetched",
    [FACT_REVOCATION] = "revocation",
    [FACT_TRANSPARENCY] = "transparency",
    [FACT_ERROR] = "error",
    [FACT_DONE] = "done",
    [FACT_FINDING] = "finding",
};

json_t *fact_new(FactKind kind)
{
    return json_pack("{s:s}", "fact", kind_names[kind]);
}

FactKind fact_kind(const json_t *fact)
{
    const char *name = fact_string(fact, "fact", "");
    for (guint kind = FACT_STREAM; kind < G_N_ELEMENTS(kind_names); kind++)
        if (strcmp(name, kind_names[kind]) == 0)
            return (FactKind)kind;
    return FACT_UNKNOWN;
}

const char *fact_kind_name(FactKind kind)
{
    return kind_names[kind];
}

/* JSON_ENSURE_ASCII leaves DEL as it is: it stands only inside strings, so it can be replaced in
 * the text. */
static GString *escape_delete(GString *line)
{
    g_autoptr(GString) raw = line;
    GString *escaped = g_string_sized_new(raw->len + 64);
    for (const char *at = raw->str; *at; at++)
        if (*at == 0x7f)
            g_string_append(escaped, "\\u007f");
        else
            g_string_append_c(escaped, *at);
    return escaped;
}

static int append(const char *text, size_t size, void *line)
{
    GString *to = line;
    if (to->len + size >= LIMIT_LINE)
        return -1;
    g_string_append_len(to, text, (gssize)size);
    return 0;
}

char *fact_to_line(const json_t *fact)
{
    GString *line = g_string_sized_new(256);
    int failed = json_dump_callback(
        fact, append, line, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(FACT_DIGITS));
    if (!failed && memchr(line->str, 0x7f, line->len))
        line = escape_delete(line);
    if (failed || line->len + 1 > LIMIT_LINE) {
        g_string_free(line, TRUE);
        return NULL;
    }
    g_string_append_c(line, '\n');
    return g_string_free(line, FALSE);
}

json_t *fact_from_line(const char *line, size_t size, GError **error)
{
    if (size > LIMIT_LINE) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "longer than %d bytes", LIMIT_LINE);
        return NULL;
    }
    json_error_t at;
    json_t *fact = json_loadb(line, size, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &at);
    if (!fact || !json_is_object(fact) || !json_is_string(json_object_get(fact, "fact"))) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s",
                    fact ? "an object with a \"fact\" was expected" : at.text);
        json_decref(fact);
        return NULL;
    }
    return fact;
}

/* g_utf8_validate_len takes a NUL for an error, and here it is a character like any other. */
static gboolean is_utf8(const char *text, size_t size)
{
    while (size) {
        const char *nul = memchr(text, 0, size);
        size_t part = nul ? (size_t)(nul - text) : size;
        if (!g_utf8_validate_len(text, part, NULL))
            return FALSE;
        text += part + (nul != NULL);
        size -= part + (nul != NULL);
    }
    return TRUE;
}

json_t *fact_text(const void *text, size_t size)
{
    if (size == 0)
        return json_string("");
    if (is_utf8(text, size)) {
        json_t *string = json_stringn(text, size);
        if (string)
            return string;
    }
    g_autofree char *base64 = g_base64_encode(text, size);
    return json_pack("{s:s}", "base64", base64);
}

GString *fact_text_get(const json_t *text)
{
    if (json_is_string(text))
        return g_string_new_len(json_string_value(text), (gssize)json_string_length(text));
    const char *base64 = json_string_value(json_object_get(text, "base64"));
    if (!base64)
        return NULL;
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(base64, &size);
    return g_string_new_len((const char *)bytes, (gssize)size);
}

const char *fact_string(const json_t *fact, const char *member, const char *otherwise)
{
    const char *value = json_string_value(json_object_get(fact, member));
    return value ? value : otherwise;
}

json_int_t fact_integer(const json_t *fact, const char *member, json_int_t otherwise)
{
    const json_t *value = json_object_get(fact, member);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double fact_number(const json_t *fact, const char *member, double otherwise)
{
    const json_t *value = json_object_get(fact, member);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

gboolean fact_bool(const json_t *fact, const char *member, gboolean otherwise)
{
    const json_t *value = json_object_get(fact, member);
    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

gboolean fact_list_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (g_strcmp0(json_string_value(item), text) == 0)
            return TRUE;
    }
    return FALSE;
}

GPtrArray *fact_bytes(const char *sha256, const uint8_t *data, size_t size)
{
    GPtrArray *facts = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    size_t offset = 0;
    do {
        size_t part = MIN(size - offset, (size_t)LIMIT_BYTES_PART);
        g_autofree char *base64 = part ? g_base64_encode(data + offset, part) : g_strdup("");
        json_t *fact = fact_new(FACT_BYTES);
        json_object_set_new(fact, "sha256", json_string(sha256));
        json_object_set_new(fact, "size", json_integer((json_int_t)size));
        json_object_set_new(fact, "offset", json_integer((json_int_t)offset));
        json_object_set_new(fact, "base64", json_string(base64));
        g_ptr_array_add(facts, fact);
        offset += part;
    } while (offset < size);
    return facts;
}
