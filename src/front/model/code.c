#include "front/model/code.h"

#include "common/fact/fact.h"

#include <string.h>

enum { CODE_SIZE = 64 };

/* Interned codes live for ever, so nothing but a short code is interned. */
const char *code_intern(const char *code)
{
    size_t size = code ? strnlen(code, CODE_SIZE + 1) : 0;
    if (size == 0 || size > CODE_SIZE)
        return NULL;
    for (const char *c = code; *c; c++)
        if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '-')
            return NULL;
    return g_intern_string(code);
}

const char *code_member(const json_t *fact, const char *member)
{
    return code_intern(fact_string(fact, member, NULL));
}
