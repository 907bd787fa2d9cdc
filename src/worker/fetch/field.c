#include "worker/fetch/field.h"

#include <string.h>

enum { DIGITS = 9 }; /* of max-age that are read: more is as good as for ever */

/* The value of the field of that name; NULL if the line is another one. To be freed. */
static char *value_of(const char *name, const char *line, size_t size)
{
    g_autofree char *text = g_strndup(line, size);
    size_t length = strlen(name);
    if (g_ascii_strncasecmp(text, name, length) != 0 || text[length] != ':')
        return NULL;
    return g_strstrip(g_ascii_strdown(text + length + 1, -1));
}

gint64 field_max_age(const char *line, size_t size)
{
    g_autofree char *value = value_of("Cache-Control", line, size);
    g_auto(GStrv) words = value ? g_strsplit(value, ",", -1) : NULL;
    gint64 age = -1;
    for (size_t i = 0; words && words[i]; i++) {
        const char *word = g_strstrip(words[i]);
        if (g_str_equal(word, "no-store") || g_str_equal(word, "no-cache"))
            return 0;
        if (g_str_has_prefix(word, "max-age=") && g_ascii_isdigit(word[8])) {
            g_autofree char *digits = g_strndup(word + 8, DIGITS);
            age = (gint64)g_ascii_strtoull(digits, NULL, 10);
        }
    }
    return age;
}

bool field_is_encoded(const char *line, size_t size)
{
    g_autofree char *value = value_of("Content-Encoding", line, size);
    return value && *value && !g_str_equal(value, "identity");
}
